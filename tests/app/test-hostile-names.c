/* test-hostile-names.c: a gallery that names its pictures to do harm, from its answer to the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sheaf-cli downloads from a server that speaks Imgur's language with the worst names it can; what
 * was outside of the destination must be as before, and every picture must be accounted for. */
#include "config.h"

#include "tests/app/fault-server.h"
#include "tests/app/scratch.h"

#include <json-glib/json-glib.h>

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* An id, a title and a link as JSON writes them; a link without host is the server's own. */
static const struct
{
  const char *id;
  const char *title;
  const char *link;
} posts[] = {
  { "../../up", "../../up", "/../../../up.jpg" },
  { "aaaaaa1", "..\\\\..\\\\up", "/..%2f..%2fup.jpg" },
  { "aaaaaa2", "nul\\u0000byte", "/nul%00byte.jpg" },
  { "aaaaaa3", "two\\nlines\\r\\u2028", "/two%0alines.jpg" },
  { "aaaaaa4", "CON", "/CON.jpg" },
  { "aaaaaa5", "lpt1", "/lpt1.tar.jpg" },
  { "aaaaaa6", "\\u2215etc\\u2215x", "/%e2%88%95etc%e2%88%95x.jpg" },
  { "aaaaaa7", "\\u202egpj.exe", "/%e2%80%aegpj.exe" },
  { "aaaaaa8", ".hidden", "/.hidden.jpg" },
  { "aaaaaa9", "", "/.jpg" },
  { "aaaaab1", "case", "/Case.jpg" },
  { "aaaaab2", "CASE", "/case.JPG" },
  { "aaaaab3", "wide", "/\\uff23ase.jpg" },
  { "aaaaab4", "mine", "/mine.jpg" },
  { "aaaaab5", "link", "/link.jpg" },
  { "aaaaab6", "folder", "/folder" },
  { "aaaaab7", "part", "/.sheaf-part" },
  { "aaaaab8", "archive", "/images.db" },
  { "aaaaab9", "query", "/x.jpg?/../../../up.jpg#/../up" },
  { "aaaaac1", "bytes", "/%ff%fe.jpg" },
  { "aaaaac2", "long", "/%LONG%.jpg" },
  { "aaaaac3", "local", "file:///etc/passwd" },
  { "aaaaac4", "script", "javascript:alert(1)" },
  { "aaaaac5", "none", "" },
};

typedef struct
{
  char *root;
  char *out;
  char *outside;
} Place;

static char *
make_gallery (FaultServer *server)
{
  g_autoptr (GString) json = g_string_new ("{\"data\":[");
  g_autofree char *base = fault_server_url (server, "");
  g_autofree char *many = g_strnfill (5000, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (posts); i++)
    {
      g_auto (GStrv) halves = g_strsplit (posts[i].link, "%LONG%", 2);
      g_autofree char *link = g_strjoinv (many, halves);

      g_string_append_printf (
          json,
          "%s{\"id\":\"%s\",\"title\":\"%s\",\"description\":\"%s\",\"datetime\":1,\"width\":1,"
          "\"type\":\"image/jpeg\",\"height\":1,\"size\":0,\"link\":\"%s%s\",\"is_album\":false}",
          i > 0 ? "," : "", posts[i].id, posts[i].title, i % 2 ? many : "](../../x) <b>",
          *link == '/' ? base : "", link);
    }
  g_string_append (json, "],\"success\":true,\"status\":200}");
  return g_string_free (g_steal_pointer (&json), FALSE);
}

static gboolean
answer (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  static const char nothing[] = "{\"data\":[],\"success\":true,\"status\":200}";
  const char *text = strstr (request->path, "/0?") != NULL ? data : nothing;
  g_autoptr (GBytes) picture = NULL;

  if (g_str_has_prefix (request->path, "/3/gallery/"))
    return fault_answer (connection, "200 OK", "Content-Type: application/json\r\n", text,
                         strlen (text));
  picture = fault_picture ("image/jpeg", 3000, g_str_hash (request->path));
  return fault_answer_file (connection, request, picture, "image/jpeg", "\"v\"");
}

static void
write_text (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* A destination with a file and links in it that somebody put there. */
static void
make_place (Place *place)
{
  g_autofree char *link = NULL, *folder = NULL, *victim = NULL;

  place->root = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  place->out = g_build_filename (place->root, "a", "b", "out", NULL);
  place->outside = g_build_filename (place->root, "outside", NULL);
  g_assert_cmpint (g_mkdir_with_parents (place->out, 0755), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (place->outside, 0755), ==, 0);
  write_text (place->outside, "victim", "mine");
  write_text (place->out, "mine.jpg", "mine");
  link = g_build_filename (place->out, "link.jpg", NULL);
  folder = g_build_filename (place->out, "folder.jpg", NULL);
  victim = g_build_filename (place->outside, "victim", NULL);
  g_assert_cmpint (symlink (victim, link), ==, 0);
  g_assert_cmpint (symlink (place->outside, folder), ==, 0);
}

static void
run_cli (Place *place, FaultServer *server, char **out, char **err)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *cli = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "app", "sheaf-cli", NULL);
  g_autofree char *api = fault_server_url (server, "/3");
  g_autofree char *data = g_build_filename (place->root, "data", NULL);

  g_subprocess_launcher_set_cwd (launcher, place->root);
  g_subprocess_launcher_setenv (launcher, "SHEAF_IMGUR_API", api, TRUE);
  g_subprocess_launcher_setenv (launcher, "IMGUR_CLIENT_ID", "0123456789abcde", TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", data, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_CACHE_HOME", data, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_STATE_HOME", data, TRUE);
  g_subprocess_launcher_setenv (launcher, "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent",
                                TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, cli, "download", "imgur:hot", "-o",
                                         "a/b/out", "--no-thumbnails", "--retries", "0",
                                         "--write-metadata", "--json", NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, out, err, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_test_message ("%s%s", *out, *err);
}

/* Of the names below @folder, "/" before each; links are not followed. */
static void
list_names (const char *folder, const char *prefix, GPtrArray *names)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      char *below = g_strconcat (prefix, "/", name, NULL);

      g_ptr_array_add (names, below);
      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        list_names (path, below, names);
    }
}

static void
assert_safe_name (const char *name)
{
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_cmpuint (strlen (name), <=, 255);
  g_assert_cmpuint (strlen (name), >, 0);
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_assert_false (g_unichar_iscntrl (c));
      g_assert_false (c == '/' || c == '\\' || c == 0x2215 || c == 0x202e || c == 0x2028);
    }
}

/* One line of the output: where it says a picture is, it is, and nowhere else. */
static gboolean
check_item (Place *place, JsonObject *item, GHashTable *folded)
{
  const char *state = json_object_get_string_member (item, "state"), *path;
  g_autofree char *parent = NULL, *name = NULL;
  JsonObject *error;

  if (!g_str_equal (state, "done"))
    {
      error = json_object_get_object_member (item, "error");
      g_assert_nonnull (error);
      g_assert_cmpstr (json_object_get_string_member (error, "message"), !=, "");
      return FALSE;
    }
  path = json_object_get_string_member (item, "path");
  parent = g_path_get_dirname (path);
  name = g_path_get_basename (path);
  g_assert_cmpstr (parent, ==, place->out);
  assert_safe_name (name);
  g_assert_false (*name == '.');
  g_assert_false (g_file_test (path, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_assert_true (g_hash_table_add (folded, g_utf8_casefold (name, -1)));
  return TRUE;
}

static void
test_download (void)
{
  g_autoptr (FaultServer) server = fault_server_new ();
  g_autoptr (GHashTable) folded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *gallery = make_gallery (server);
  g_autofree char *out = NULL, *err = NULL, *text = NULL, *mine = NULL, *victim = NULL;
  g_auto (GStrv) lines = NULL;
  const char *said;
  guint n_items = 0, n_done = 0;
  Place place;

  fault_server_on (server, "*", answer, gallery);
  make_place (&place);
  run_cli (&place, server, &out, &err);
  /* Said once, by number: no ID, a file, a script and nothing. */
  said = strstr (err, "4 entries of the gallery had no usable address and were left out.");
  g_assert_nonnull (said);
  g_assert_null (strstr (strchr (said, '\n'), "had no usable address"));
  lines = g_strsplit (out, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (JsonNode) node = *lines[i] != '\0' ? json_from_string (lines[i], NULL) : NULL;

      if (node == NULL || json_object_has_member (json_node_get_object (node), "summary"))
        continue;
      n_items++;
      n_done += check_item (&place, json_node_get_object (node), folded);
    }
  /* All but those that cannot be fetched at all. */
  g_assert_cmpuint (n_done, >=, G_N_ELEMENTS (posts) - 4);
  g_assert_cmpuint (n_items, <=, G_N_ELEMENTS (posts));

  mine = g_build_filename (place.out, "mine.jpg", NULL);
  g_assert_true (g_file_get_contents (mine, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
  g_clear_pointer (&text, g_free);
  victim = g_build_filename (place.outside, "victim", NULL);
  g_assert_true (g_file_get_contents (victim, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");

  /* Nothing new anywhere else. */
  list_names (place.root, "", names);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];

      g_assert_true (g_str_has_prefix (name, "/a/b/out/") || g_str_has_prefix (name, "/data")
                     || g_str_equal (name, "/a") || g_str_equal (name, "/a/b")
                     || g_str_equal (name, "/a/b/out") || g_str_equal (name, "/outside")
                     || g_str_equal (name, "/outside/victim"));
    }
  scratch_remove (place.root);
  g_free (place.root);
  g_free (place.out);
  g_free (place.outside);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hostile-names/download", test_download);
  return g_test_run ();
}
