/* test-cli.c: sheaf-cli from outside, as scripts meet it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/demo-server.h"
#include "app/work/error.h"
#include "tests/app/scratch.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define N_PICTURES 12

static char *cli;
static char *root;
static char *pictures;
static guint n_servers; /* another one may be given the port of one that is gone */

typedef struct
{
  int status; /* exit status */
  char *out;
  char *err;
  GPtrArray *lines; /* (element-type JsonObject): of out, where it is JSON */
} Ran;

static void
ran_clear (Ran *ran)
{
  g_free (ran->out);
  g_free (ran->err);
  g_clear_pointer (&ran->lines, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ran, ran_clear)

static void
make_picture (const char *path)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 200, 100);
  g_autoptr (GError) error = NULL;
  static guint32 colour = 0x102030ff;

  gdk_pixbuf_fill (pixbuf, colour += 0x07030100);
  gdk_pixbuf_save (pixbuf, path, g_str_has_suffix (path, ".png") ? "png" : "jpeg", &error, NULL);
  g_assert_no_error (error);
}

static char *
in_root (const char *name)
{
  return g_build_filename (root, name, NULL);
}

static void
parse_lines (Ran *ran)
{
  g_auto (GStrv) lines = g_strsplit (ran->out, "\n", -1);

  ran->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (JsonNode) node = NULL;
      g_autoptr (GError) error = NULL;

      if (*lines[i] == '\0')
        continue;
      node = json_from_string (lines[i], &error);
      g_assert_no_error (error);
      g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
      g_ptr_array_add (ran->lines, json_node_dup_object (node));
    }
}

/* (transfer full): what Sheaf remembers of the latest server. */
static char *
dup_state_folder (void)
{
  g_autofree char *name = g_strdup_printf ("state-%u", n_servers);

  return in_root (name);
}

static GSubprocess *
begin (SheafDemoServer *server, const char *id, const char *command, const char *argument)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  GSubprocess *process;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_strsplit (command, " ", -1);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *state = dup_state_folder ();

  g_ptr_array_add (argv, cli);
  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, strcmp (words[i], "%s") == 0 ? (char *) argument : words[i]);
  g_ptr_array_add (argv, NULL);
  g_subprocess_launcher_set_cwd (launcher, root);
  if (server != NULL)
    g_subprocess_launcher_setenv (launcher, "SHEAF_IMGUR_API",
                                  sheaf_demo_server_get_api_url (server), TRUE);
  if (id != NULL)
    g_subprocess_launcher_setenv (launcher, "IMGUR_CLIENT_ID", id, TRUE);
  /* No keyring of whoever runs the tests. */
  g_subprocess_launcher_setenv (launcher, "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent",
                                TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_STATE_HOME", state, TRUE);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  return process;
}

static Ran
finish (GSubprocess *process, const char *command)
{
  g_autoptr (GError) error = NULL;
  Ran ran = { 0 };

  g_subprocess_communicate_utf8 (process, NULL, NULL, &ran.out, &ran.err, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  ran.status = g_subprocess_get_exit_status (process);
  g_test_message ("%s: %d; %s", command, ran.status, ran.err);
  if (strstr (command, "--json") != NULL)
    parse_lines (&ran);
  return ran;
}

/* Runs sheaf-cli with words of @command; "%s" among them is replaced by @argument. */
static Ran
run_at (SheafDemoServer *server, const char *id, const char *command, const char *argument)
{
  g_autoptr (GSubprocess) process = begin (server, id, command, argument);

  return finish (process, command);
}

static Ran
run (const char *command, const char *argument)
{
  return run_at (NULL, NULL, command, argument);
}

static SheafDemoServer *
serve (const char *fault, guint latency_ms)
{
  const char *faults[] = { fault, NULL };
  SheafDemoOptions options
      = { .folder = pictures, .seed = 3, .faults = faults, .latency_ms = latency_ms };
  g_autoptr (GError) error = NULL;
  SheafDemoServer *server = sheaf_demo_server_new_in_thread (&options, &error);

  g_assert_no_error (error);
  n_servers++;
  return server;
}

static JsonObject *
get_summary (Ran *ran)
{
  JsonObject *last;

  g_assert_cmpuint (ran->lines->len, >, 0);
  last = g_ptr_array_index (ran->lines, ran->lines->len - 1);
  g_assert_true (json_object_has_member (last, "summary"));
  return json_object_get_object_member (last, "summary");
}

static void
assert_summary (Ran *ran, gint64 done, gint64 skipped, gint64 failed)
{
  JsonObject *summary = get_summary (ran);

  g_assert_cmpint (json_object_get_int_member (summary, "done"), ==, done);
  g_assert_cmpint (json_object_get_int_member (summary, "skipped"), ==, skipped);
  g_assert_cmpint (json_object_get_int_member (summary, "failed"), ==, failed);
  g_assert_cmpfloat (json_object_get_double_member (summary, "seconds"), >=, 0);
  g_assert_nonnull (json_object_get_string_member (summary, "executor"));
  g_assert_true (json_object_has_member (summary, "bytes"));
  g_assert_true (json_object_has_member (summary, "jobs"));
  g_assert_cmpint ((gint64) ran->lines->len - 1, ==, done + skipped + failed);
}

/* Every line has every member, and the members agree with each other. */
static void
assert_item_lines (Ran *ran)
{
  static const char *const members[]
      = { "id", "url", "path", "bytes", "state", "error", "thumbnail", "ms" };

  for (guint i = 0; i + 1 < ran->lines->len; i++)
    {
      JsonObject *line = g_ptr_array_index (ran->lines, i);
      const char *state;

      for (guint m = 0; m < G_N_ELEMENTS (members); m++)
        g_assert_true (json_object_has_member (line, members[m]));
      g_assert_cmpint (json_object_get_size (line), ==, G_N_ELEMENTS (members));
      state = json_object_get_string_member (line, "state");
      if (g_str_equal (state, "failed"))
        {
          JsonObject *error = json_object_get_object_member (line, "error");

          g_assert_cmpint (
              sheaf_error_code_from_kind (json_object_get_string_member (error, "kind")), <,
              SHEAF_N_ERRORS);
          g_assert_cmpstr (json_object_get_string_member (error, "message"), !=, "");
        }
      else
        {
          g_assert_true (g_str_equal (state, "done") || g_str_equal (state, "skipped"));
          g_assert_true (json_object_get_null_member (line, "error"));
          g_assert_true (
              g_file_test (json_object_get_string_member (line, "path"), G_FILE_TEST_IS_REGULAR));
          g_assert_cmpint (json_object_get_int_member (line, "bytes"), >, 0);
        }
    }
}

static void
test_help (void)
{
  static const char *const commands[]
      = { "list", "download", "thumbnail", "credits", "demo", "sources" };
  g_auto (Ran) help = run ("--help", NULL);
  g_auto (Ran) version = run ("--version", NULL);

  g_assert_cmpint (help.status, ==, 0);
  g_assert_cmpint (version.status, ==, 0);
  g_assert_cmpstr (version.out, ==, "sheaf-cli " PACKAGE_VERSION "\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *command = g_strconcat (commands[i], " --help", NULL);
      g_auto (Ran) ran = run (command, NULL);

      g_assert_nonnull (strstr (help.out, commands[i]));
      g_assert_cmpint (ran.status, ==, 0);
      g_assert_nonnull (strstr (ran.out, commands[i]));
      g_assert_cmpstr (ran.err, ==, "");
    }
}

static void
test_usage (void)
{
  static const char *const wrong[] = {
    "nonsense",
    "download",
    "download --nonsense demo:",
    "download --jobs=-1 demo:",
    "download --read-timeout=0 demo:",
    "download imgur:nonsense/way/too/much",
    "thumbnail",
    "thumbnail -s 0 .",
    "thumbnail -s many .",
    "thumbnail -s 2000 .",
    "thumbnail --beside --cache .",
    "thumbnail -x nonsense .",
    "list",
    "list a b",
    "list gopher:somewhere",
    "demo --fault=nonsense",
    "demo --port=70000",
    "credits too-much",
    "sources too-much",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_auto (Ran) ran = run_at (NULL, SHEAF_DEMO_CLIENT_ID, wrong[i], NULL);

      g_assert_cmpint (ran.status, ==, SHEAF_EXIT_USAGE);
      g_assert_cmpstr (ran.out, ==, "");
      g_assert_true (g_str_has_prefix (ran.err, "sheaf-cli: "));
    }
}

static void
test_thumbnail (void)
{
  g_autofree char *dir = in_root ("thumbnails");
  g_autofree char *good = g_build_filename (dir, "good.jpg", NULL);
  g_autofree char *bad = g_build_filename (dir, "bad.jpg", NULL);
  g_autofree char *beside = g_build_filename (dir, "good_thumbnail.jpg", NULL);
  g_autofree char *out = g_build_filename (root, "out", "good_thumbnail.jpg", NULL);

  g_mkdir (dir, 0755);
  make_picture (good);
  {
    g_auto (Ran) first = run ("thumbnail --json %s", good);
    g_auto (Ran) again = run ("thumbnail --json %s", good);
    g_auto (Ran) plain = run ("thumbnail %s", good);

    g_assert_cmpint (first.status, ==, 0);
    assert_summary (&first, 1, 0, 0);
    assert_item_lines (&first);
    g_assert_cmpstr (json_object_get_string_member (g_ptr_array_index (first.lines, 0), "path"), ==,
                     good);
    g_assert_cmpint (again.status, ==, 0);
    assert_summary (&again, 0, 1, 0);
    g_assert_nonnull (strstr (plain.out, "/thumbnails/normal/"));
  }
  {
    g_auto (Ran) ran = run ("thumbnail --beside %s", dir);
    g_auto (Ran) again = run ("thumbnail --json --beside %s", dir);

    g_assert_cmpint (ran.status, ==, 0);
    g_assert_true (g_file_test (beside, G_FILE_TEST_EXISTS));
    /* The thumbnail itself was passed over. */
    assert_summary (&again, 1, 0, 0);
  }
  {
    g_auto (Ran) ran = run ("thumbnail -s 64 -o out %s", dir);
    g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new_from_file (out, NULL);

    g_assert_cmpint (ran.status, ==, 0);
    g_assert_cmpint (gdk_pixbuf_get_width (pixbuf), ==, 64);
  }

  g_file_set_contents (bad, "text", -1, NULL);
  {
    g_auto (Ran) some = run ("thumbnail --json %s", dir);
    g_auto (Ran) none = run ("thumbnail --json %s", "/nonexistent.jpg");

    g_assert_cmpint (some.status, ==, SHEAF_EXIT_SOME_FAILED);
    assert_summary (&some, 0, 1, 1);
    assert_item_lines (&some);
    g_assert_nonnull (strstr (some.err, "bad.jpg"));
    g_assert_cmpint (none.status, ==, SHEAF_EXIT_FILES);
    assert_summary (&none, 0, 0, 1);
  }
}

/* An installation without its helpers is said once, and soon, not for every file. */
static void
test_no_helpers (void)
{
  g_autofree char *dir = in_root ("no-helpers");
  g_autofree char *helpers = g_strdup (g_getenv ("SHEAF_HELPER_DIR"));
  gint64 start;

  g_mkdir (dir, 0755);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.png", dir, i);

      make_picture (path);
    }
  g_setenv ("SHEAF_HELPER_DIR", "/nonexistent", TRUE);
  start = g_get_monotonic_time ();
  {
    g_auto (Ran) ran = run ("thumbnail %s", dir);
    const char *said = strstr (ran.err, "/nonexistent/");

    g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
    g_assert_cmpint (ran.status, ==, SHEAF_EXIT_SOME_FAILED);
    g_assert_nonnull (said);
    g_assert_null (strstr (said + 1, "/nonexistent/"));
  }
  if (helpers != NULL)
    g_setenv ("SHEAF_HELPER_DIR", helpers, TRUE);
  else
    g_unsetenv ("SHEAF_HELPER_DIR");
}

static void
test_many_files (void)
{
  g_autofree char *dir = in_root ("many");
  g_autofree char *model = g_build_filename (dir, "0.png", NULL);
  g_autofree char *data = NULL;
  gsize length;

  g_mkdir (dir, 0755);
  make_picture (model);
  g_assert_true (g_file_get_contents (model, &data, &length, NULL));
  for (guint i = 1; i < 1500; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.png", dir, i);

      g_assert_true (g_file_set_contents (path, data, (gssize) length, NULL));
    }
  {
    g_auto (Ran) ran = run ("thumbnail --json -o out-many %s", dir);

    g_assert_cmpint (ran.status, ==, 0);
    assert_summary (&ran, 1500, 0, 0);
  }
}

static void
test_download (void)
{
  g_autoptr (SheafDemoServer) server = serve (NULL, 0);
  g_auto (Ran) first = run_at (server, SHEAF_DEMO_CLIENT_ID, "download imgur:hot --json", NULL);
  g_auto (Ran) again = run_at (server, SHEAF_DEMO_CLIENT_ID, "download imgur:hot --json", NULL);
  g_auto (Ran) few = run_at (server, SHEAF_DEMO_CLIENT_ID,
                             "download imgur:hot --limit 3 --no-archive --no-thumbnails "
                             "-x sequential -o few --json",
                             NULL);
  g_autofree char *images = in_root ("images");

  g_assert_cmpint (first.status, ==, 0);
  assert_summary (&first, N_PICTURES, 0, 0);
  assert_item_lines (&first);
  g_assert_true (g_file_test (images, G_FILE_TEST_IS_DIR));
  g_assert_cmpint (again.status, ==, 0);
  assert_summary (&again, 0, N_PICTURES, 0);
  assert_item_lines (&again);
  assert_summary (&few, 3, 0, 0);
  g_assert_cmpstr (json_object_get_string_member (get_summary (&few), "executor"), ==,
                   "sequential");
  g_assert_true (json_object_get_null_member (g_ptr_array_index (few.lines, 0), "thumbnail"));
}

/* The articles' filter: JPEG and PNG, albums left out. */
static void
test_articles_filter (void)
{
  g_autoptr (SheafDemoServer) server = serve (NULL, 0);
  g_auto (Ran) ran = run_at (server, SHEAF_DEMO_CLIENT_ID,
                             "download imgur:hot --types jpeg --no-albums -o filter --json", NULL);

  g_assert_cmpint (ran.status, ==, 0);
  g_assert_cmpuint (ran.lines->len, >, 1);
  for (guint i = 0; i + 1 < ran.lines->len; i++)
    g_assert_true (g_str_has_suffix (
        json_object_get_string_member (g_ptr_array_index (ran.lines, i), "path"), ".jpg"));
}

static void
test_url_list (void)
{
  g_autoptr (SheafDemoServer) server = serve (NULL, 0);
  g_autofree char *list = in_root ("urls.txt");
  g_autoptr (GString) urls = g_string_new ("# a comment\n");
  g_auto (Ran) listed = run_at (server, SHEAF_DEMO_CLIENT_ID, "list imgur:hot --json", NULL);

  for (guint i = 0; i < listed.lines->len; i++)
    {
      JsonObject *line = g_ptr_array_index (listed.lines, i);

      if (json_object_get_int_member (line, "album") == 0)
        g_string_append_printf (urls, "%s\n", json_object_get_string_member (line, "url"));
    }
  g_string_append_printf (urls, "%s/no-such-picture.jpg\n",
                          sheaf_demo_server_get_base_url (server));
  g_assert_true (g_file_set_contents (list, urls->str, -1, NULL));
  {
    /* No client ID is asked for. */
    g_auto (Ran) ran = run ("download %s -o from-list --json", list);

    g_assert_cmpint (ran.status, ==, SHEAF_EXIT_SOME_FAILED);
    assert_item_lines (&ran);
    g_assert_cmpint (json_object_get_int_member (get_summary (&ran), "failed"), ==, 1);
    g_assert_cmpint (json_object_get_int_member (get_summary (&ran), "done"), >, 1);
  }
}

static void
test_exit_statuses (void)
{
  static const struct
  {
    const char *fault;
    const char *id;
    const char *command;
    int status;
  } cases[] = {
    { NULL, NULL, "download imgur:hot --json", SHEAF_EXIT_CLIENT_ID },
    { NULL, "nonsense", "download imgur:hot --json", SHEAF_EXIT_CLIENT_ID },
    { NULL, NULL, "download demo: --json", SHEAF_EXIT_CLIENT_ID },
    { NULL, NULL, "list imgur:hot --json", SHEAF_EXIT_CLIENT_ID },
    { NULL, "nonsense", "credits --json", SHEAF_EXIT_CLIENT_ID },
    { "api:429-bare=1", SHEAF_DEMO_CLIENT_ID, "download imgur:hot --retries 0 --json",
      SHEAF_EXIT_RATE_LIMITED },
    { "api:region=1", SHEAF_DEMO_CLIENT_ID, "download imgur:hot --json", SHEAF_EXIT_REGION },
    { "file:404=0.4", SHEAF_DEMO_CLIENT_ID, "download imgur:hot -o some --json",
      SHEAF_EXIT_SOME_FAILED },
    { NULL, SHEAF_DEMO_CLIENT_ID, "download imgur:hot --api-url http://127.0.0.1:1/3 --json",
      SHEAF_EXIT_NETWORK },
    { NULL, NULL, "download http://127.0.0.1:1/a.jpg --retries 0 --json", SHEAF_EXIT_NETWORK },
    { NULL, SHEAF_DEMO_CLIENT_ID, "download imgur:hot -o a-file/below --json", SHEAF_EXIT_FILES },
    { NULL, SHEAF_DEMO_CLIENT_ID, "credits --client-id-file nonexistent --json", SHEAF_EXIT_FILES },
    { NULL, SHEAF_DEMO_CLIENT_ID, "credits --json", SHEAF_EXIT_OK },
  };
  g_autofree char *file = in_root ("a-file");

  g_file_set_contents (file, "x", 1, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SheafDemoServer) server = serve (cases[i].fault, 0);
      g_auto (Ran) ran = run_at (server, cases[i].id, cases[i].command, NULL);

      g_assert_cmpint (ran.status, ==, cases[i].status);
      if (ran.status > SHEAF_EXIT_SOME_FAILED)
        g_assert_cmpstr (ran.err, !=, "");
    }
}

/* A quota is waited for, which is said, and the service is not asked meanwhile. */
static void
test_quota (void)
{
  static const char *const commands[]
      = { "list imgur:hot", "list imgur:hot --json", "download imgur:hot -o waited --json" };

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (SheafDemoServer) server = serve ("quota=1/2", 0);
      g_auto (Ran) ran = run_at (server, SHEAF_DEMO_CLIENT_ID, commands[i], NULL);

      g_assert_cmpint (ran.status, ==, SHEAF_EXIT_OK);
      g_assert_nonnull (strstr (ran.err, "The quota of your client ID is used up until "));
      g_assert_nonnull (strstr (ran.err, i == 0 ? " Sheaf tries again in 0:0"
                                                : "{\"waiting\":{\"kind\":\"rate-limited\","));
      g_assert_cmpuint (sheaf_demo_server_get_n_refused (server), ==, 0);
    }
}

/* What one learned of a quota that is used up, the next knows without asking. */
static void
test_quota_is_remembered (void)
{
  static const char list[] = "list imgur:hot --limit 1";
  g_autoptr (SheafDemoServer) server = serve ("quota=1/86400", 0);
  g_auto (Ran) first = run_at (server, SHEAF_DEMO_CLIENT_ID, list, NULL);
  guint64 n_requests = sheaf_demo_server_get_n_requests (server);
  g_auto (Ran) plain = run_at (server, SHEAF_DEMO_CLIENT_ID, "credits", NULL);
  g_auto (Ran) json = run_at (server, SHEAF_DEMO_CLIENT_ID, "credits --json", NULL);
  g_autoptr (GSubprocess) waits = begin (server, SHEAF_DEMO_CLIENT_ID, list, NULL);
  char text[64];

  g_assert_cmpint (first.status, ==, SHEAF_EXIT_OK);
  g_assert_nonnull (strstr (plain.out, "0 of 1 left until "));
  g_assert_cmpint (json_object_get_int_member (json.lines->pdata[0], "user_remaining"), ==, 0);
  /* It waits for the next day, as it says. */
  g_assert_cmpint (
      g_input_stream_read (g_subprocess_get_stderr_pipe (waits), text, sizeof text, NULL, NULL), >,
      0);
  g_subprocess_send_signal (waits, SIGTERM);
  g_assert_true (g_subprocess_wait (waits, NULL, NULL));
  g_assert_cmpuint (sheaf_demo_server_get_n_requests (server), ==, n_requests);
}

/* Several at once are no more than one to the service, and none is refused. */
static void
test_quota_is_shared (void)
{
  g_autoptr (SheafDemoServer) server = serve ("quota=3/2", 20);
  GSubprocess *processes[4];

  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    processes[i] = begin (server, SHEAF_DEMO_CLIENT_ID, "list imgur:hot --json", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      g_auto (Ran) ran = finish (processes[i], "list imgur:hot --json");

      g_assert_cmpint (ran.status, ==, SHEAF_EXIT_OK);
      g_assert_cmpuint (ran.lines->len, >, 0);
      g_object_unref (processes[i]);
    }
  g_assert_cmpuint (sheaf_demo_server_get_n_requests (server), >, 3);
  g_assert_cmpuint (sheaf_demo_server_get_n_refused (server), ==, 0);
}

/* The person's patience holds for what the gallery answers, too. */
static void
test_read_timeout (void)
{
  g_autoptr (SheafDemoServer) server = serve ("api:stalled=1", 0);
  gint64 began = g_get_monotonic_time ();
  g_auto (Ran) ran = run_at (server, SHEAF_DEMO_CLIENT_ID,
                             "download imgur:hot --retries 0 --read-timeout 1 --json", NULL);

  g_assert_cmpint (ran.status, ==, SHEAF_EXIT_NETWORK);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 20 * G_USEC_PER_SEC);
}

static void
test_client_id_file (void)
{
  g_autoptr (SheafDemoServer) server = serve (NULL, 0);
  g_autofree char *path = in_root ("id");
  g_autofree char *text = g_strconcat ("  Client-ID ", SHEAF_DEMO_CLIENT_ID, "\r\nmore\n", NULL);
  g_auto (Ran) ran = { 0 };

  g_file_set_contents (path, text, -1, NULL);
  ran = run_at (server, NULL, "credits --json --client-id-file %s", path);
  g_assert_cmpint (ran.status, ==, 0);
  g_assert_cmpint (json_object_get_int_member (g_ptr_array_index (ran.lines, 0), "user_remaining"),
                   >, 0);
}

/* Ctrl+C: what is whole stays whole, and scripts can tell. */
static void
test_interrupt (void)
{
  g_autoptr (SheafDemoServer) server = serve (NULL, 200);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *last = NULL;
  g_autofree char *first = NULL;
  char *line;

  g_subprocess_launcher_set_cwd (launcher, root);
  g_subprocess_launcher_setenv (launcher, "SHEAF_IMGUR_API", sheaf_demo_server_get_api_url (server),
                                TRUE);
  g_subprocess_launcher_setenv (launcher, "IMGUR_CLIENT_ID", SHEAF_DEMO_CLIENT_ID, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, cli, "download", "imgur:hot", "-o",
                                         "interrupted", "-j", "1", "--json", NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  first = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_nonnull (first);
  g_subprocess_send_signal (process, SIGINT);
  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, &error)) != NULL)
    {
      g_free (last);
      last = line;
    }
  g_subprocess_wait (process, NULL, NULL);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, SHEAF_EXIT_INTERRUPTED);
  g_assert_true (g_str_has_prefix (last, "{\"summary\""));
}

/* However long the server thinks, whoever says stop does not wait for it: here it would be half a
 * minute, until the answer is given up. */
static void
test_interrupt_is_prompt (void)
{
  g_autoptr (SheafDemoServer) server = serve ("file:silent=1", 0);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start;

  g_subprocess_launcher_set_cwd (launcher, root);
  g_subprocess_launcher_setenv (launcher, "SHEAF_IMGUR_API", sheaf_demo_server_get_api_url (server),
                                TRUE);
  g_subprocess_launcher_setenv (launcher, "IMGUR_CLIENT_ID", SHEAF_DEMO_CLIENT_ID, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, cli, "download", "imgur:hot", "-o",
                                         "prompt", NULL);
  g_assert_no_error (error);
  /* The listing has been answered, and pictures are being waited for. */
  while (sheaf_demo_server_get_n_requests (server) < 2)
    g_usleep (20000);
  start = g_get_monotonic_time ();
  g_subprocess_send_signal (process, SIGINT);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * G_USEC_PER_SEC);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, SHEAF_EXIT_INTERRUPTED);
}

/* Somebody like head(1), and a full disk. */
static void
test_broken_output (void)
{
  g_autoptr (SheafDemoServer) server = serve (NULL, 0);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GSubprocessLauncher) launcher
          = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
      g_autoptr (GSubprocess) process = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *err = NULL;
      int ends[2];

      g_subprocess_launcher_setenv (launcher, "SHEAF_IMGUR_API",
                                    sheaf_demo_server_get_api_url (server), TRUE);
      g_subprocess_launcher_setenv (launcher, "IMGUR_CLIENT_ID", SHEAF_DEMO_CLIENT_ID, TRUE);
      if (i == 0)
        {
          g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
          close (ends[0]);
          g_subprocess_launcher_take_stdout_fd (launcher, ends[1]);
        }
      else
        {
          g_subprocess_launcher_set_stdout_file_path (launcher, "/dev/full");
        }
      process = g_subprocess_launcher_spawn (launcher, &error, cli, "list", "imgur:hot", NULL);
      g_assert_no_error (error);
      g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &err, &error);
      g_assert_no_error (error);
      g_assert_true (g_subprocess_get_if_exited (process));
      g_assert_cmpint (g_subprocess_get_exit_status (process), ==, SHEAF_EXIT_FILES);
      /* A build without libseccomp has something to say of its own. */
      g_assert_cmpint (strstr (err, "sheaf-cli: ") == NULL, ==, i == 0);
    }
}

static void
test_demo (void)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;
  g_auto (Ran) ran = { 0 };

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                              &error, cli, "demo", "--folder", pictures, NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  url = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_true (g_str_has_prefix (url, "http://127.0.0.1:"));
  ran = run_at (NULL, SHEAF_DEMO_CLIENT_ID, "list imgur:hot --json --api-url %s", url);
  g_assert_cmpint (ran.status, ==, 0);
  g_assert_cmpuint (ran.lines->len, >, 0);
  g_subprocess_send_signal (process, SIGINT);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
}

static void
test_sources (void)
{
  g_auto (Ran) plain = run ("sources", NULL);
  g_auto (Ran) json = run ("sources --json", NULL);

  g_assert_cmpint (plain.status, ==, 0);
  g_assert_nonnull (strstr (plain.out, "imgur:r/NAME"));
  g_assert_cmpuint (json.lines->len, >=, 4);
  for (guint i = 0; i < json.lines->len; i++)
    {
      JsonArray *forms = json_object_get_array_member (g_ptr_array_index (json.lines, i), "forms");

      g_assert_cmpuint (json_array_get_length (forms), >, 0);
      for (guint k = 0; k < json_array_get_length (forms); k++)
        {
          JsonObject *form = json_array_get_object_element (forms, k);
          const char *name = json_object_get_string_member (form, "form");
          int padding = 44 - (int) g_utf8_strlen (name, -1);
          g_autofree char *line = g_strdup_printf ("\n  %s%*s %s\n", name, padding, "",
                                                   json_object_get_string_member (form, "gives"));

          /* The second column begins at one place, whatever letters stand in the first. */
          g_assert_cmpint (padding, >=, 0);
          g_assert_nonnull (strstr (plain.out, line));
        }
    }
}

int
main (int argc, char *argv[])
{
  g_autofree char *data = NULL;
  g_autofree char *cache = NULL;
  int status;

  cli = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "app", "sheaf-cli", NULL);
  root = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  pictures = in_root ("pictures");
  data = in_root ("data");
  cache = in_root ("cache");
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_unsetenv ("IMGUR_CLIENT_ID");
  g_unsetenv ("SHEAF_IMGUR_API");
  g_test_init (&argc, &argv, NULL);

  g_mkdir (pictures, 0755);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *path
          = g_strdup_printf ("%s/p%u.%s", pictures, i, i % 3 == 0 ? "png" : "jpg");

      make_picture (path);
    }

  g_test_add_func ("/cli/help", test_help);
  g_test_add_func ("/cli/usage", test_usage);
  g_test_add_func ("/cli/thumbnail", test_thumbnail);
  g_test_add_func ("/cli/no-helpers", test_no_helpers);
  g_test_add_func ("/cli/many-files", test_many_files);
  g_test_add_func ("/cli/download", test_download);
  g_test_add_func ("/cli/articles-filter", test_articles_filter);
  g_test_add_func ("/cli/url-list", test_url_list);
  g_test_add_func ("/cli/exit-statuses", test_exit_statuses);
  g_test_add_func ("/cli/quota", test_quota);
  g_test_add_func ("/cli/quota-is-remembered", test_quota_is_remembered);
  g_test_add_func ("/cli/quota-is-shared", test_quota_is_shared);
  g_test_add_func ("/cli/read-timeout", test_read_timeout);
  g_test_add_func ("/cli/client-id-file", test_client_id_file);
  g_test_add_func ("/cli/interrupt", test_interrupt);
  g_test_add_func ("/cli/interrupt-is-prompt", test_interrupt_is_prompt);
  g_test_add_func ("/cli/broken-output", test_broken_output);
  g_test_add_func ("/cli/demo", test_demo);
  g_test_add_func ("/cli/sources", test_sources);
  status = g_test_run ();

  scratch_remove (root);
  g_free (pictures);
  g_free (root);
  g_free (cli);
  return status;
}
