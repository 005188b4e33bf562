/* test-demo-server.c: the demo gallery is a server as good, and as bad, as asked for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/demo-server.h"
#include "app/demo/store.h"
#include "tests/app/leftovers.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include <glib/gstdio.h>

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

typedef struct
{
  guint status;
  GBytes *body;
  SoupMessage *message;
  GError *error;
} Got;

static void
got_clear (Got *got)
{
  g_clear_pointer (&got->body, g_bytes_unref);
  g_clear_object (&got->message);
  g_clear_error (&got->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Got, got_clear)

static SheafDemoServer *
serve (guint count, const char *fault, const char *folder)
{
  const char *faults[] = { fault, NULL };
  SheafDemoOptions options = { .count = count, .seed = 7, .faults = faults, .folder = folder };
  g_autoptr (GError) error = NULL;
  SheafDemoServer *server = sheaf_demo_server_new_in_thread (&options, &error);

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (sheaf_demo_server_get_api_url (server), "http://127.0.0.1:"));
  return server;
}

/* Seconds; short only where an answer is not to come. */
static guint patience = 30;

/* Headers are pairs of name and value, ending with NULL. */
static Got
get (SheafDemoServer *server, const char *path, ...)
{
  g_autoptr (SoupSession) session = soup_session_new_with_options ("timeout", patience, NULL);
  g_autofree char *uri = g_strconcat (sheaf_demo_server_get_base_url (server), path, NULL);
  Got got = { .message = soup_message_new ("GET", uri) };
  const char *name;
  va_list args;

  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_message_add_flags (got.message, SOUP_MESSAGE_NO_REDIRECT);
  va_start (args, path);
  while ((name = va_arg (args, const char *)) != NULL)
    soup_message_headers_append (soup_message_get_request_headers (got.message), name,
                                 va_arg (args, const char *));
  va_end (args);
  got.body = soup_session_send_and_read (session, got.message, NULL, &got.error);
  got.status = soup_message_get_status (got.message);
  return got;
}

static Got
get_api (SheafDemoServer *server, const char *path)
{
  return get (server, path, "Authorization", "Client-ID " SHEAF_DEMO_CLIENT_ID, NULL);
}

static const char *
header (const Got *got, const char *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (got->message), name);
}

/* (transfer full): the answer's root. */
static JsonNode *
parse (const Got *got)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *data;

  g_assert_no_error (got->error);
  data = g_bytes_get_data (got->body, &length);
  json_parser_load_from_data (parser, data, (gssize) length, &error);
  g_assert_no_error (error);
  return json_parser_steal_root (parser);
}

static JsonArray *
data_array (JsonNode *root)
{
  JsonObject *object = json_node_get_object (root);

  g_assert_true (json_object_get_boolean_member (object, "success"));
  g_assert_cmpint (json_object_get_int_member (object, "status"), ==, 200);
  return json_object_get_array_member (object, "data");
}

static guint
count_pictures (JsonArray *items)
{
  guint n = 0;

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = json_array_get_object_element (items, i);

      n += json_object_get_boolean_member (item, "is_album")
               ? (guint) json_object_get_int_member (item, "images_count")
               : 1;
    }
  return n;
}

static void
test_pages (void)
{
  g_autoptr (SheafDemoServer) server = serve (400, NULL, NULL);
  guint n = 0, pages = 0;

  for (;; pages++)
    {
      g_autofree char *path = g_strdup_printf ("/3/gallery/hot/viral/day/%u?showViral=true", pages);
      g_auto (Got) got = get_api (server, path);
      g_autoptr (JsonNode) root = parse (&got);
      JsonArray *items = data_array (root);

      if (json_array_get_length (items) == 0)
        break;
      n += count_pictures (items);
    }
  g_assert_cmpuint (pages, >, 2);
  g_assert_cmpuint (n, ==, 400);
  g_assert_cmpuint (sheaf_demo_server_get_n_pictures (server), ==, 400);
  g_assert_cmpuint (sheaf_demo_server_get_n_requests (server), ==, pages + 1);
}

static void
test_album_is_whole (void)
{
  g_autoptr (SheafDemoServer) server = serve (400, NULL, NULL);
  g_auto (Got) got = get_api (server, "/3/gallery/");
  g_autoptr (JsonNode) root = parse (&got);
  JsonArray *items = data_array (root);
  gboolean cut = FALSE, missing = FALSE;

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = json_array_get_object_element (items, i);
      g_autofree char *path = NULL;
      gint64 count;

      if (!json_object_get_boolean_member (item, "is_album"))
        continue;
      count = json_object_get_int_member (item, "images_count");
      g_assert_true (strstr (json_object_get_string_member (item, "link"), "/a/") != NULL);
      if (!json_object_has_member (item, "images"))
        missing = TRUE;
      else if (json_array_get_length (json_object_get_array_member (item, "images")) < count)
        cut = TRUE;
      path = g_strdup_printf ("/3/album/%s/images", json_object_get_string_member (item, "id"));

      g_auto (Got) album = get_api (server, path);
      g_autoptr (JsonNode) album_root = parse (&album);

      g_assert_cmpuint (json_array_get_length (data_array (album_root)), ==, count);
    }
  g_assert_true (cut && missing);
}

static void
test_client_id (void)
{
  g_autoptr (SheafDemoServer) server = serve (20, NULL, NULL);
  g_auto (Got) none = get (server, "/3/gallery/", NULL);
  g_auto (Got) wrong = get (server, "/3/credits", "Authorization", "Client-ID nonsense", NULL);
  g_auto (Got) right = get_api (server, "/3/gallery/");
  g_auto (Got) credits = get_api (server, "/3/credits");
  g_autoptr (JsonNode) root = parse (&credits);
  JsonObject *data = json_object_get_object_member (json_node_get_object (root), "data");

  g_assert_cmpuint (none.status, ==, 401);
  g_assert_cmpuint (wrong.status, ==, 403);
  g_assert_cmpuint (right.status, ==, 200);
  g_assert_cmpstr (header (&right, "X-RateLimit-UserRemaining"), ==, "12499");
  g_assert_cmpint (json_object_get_int_member (data, "UserRemaining"), ==, 12499);
}

static void
test_quota (void)
{
  g_autoptr (SheafDemoServer) server = serve (20, "quota=2", NULL);

  for (guint i = 0; i < 3; i++)
    {
      g_auto (Got) got = get_api (server, "/3/gallery/");

      g_assert_cmpuint (got.status, ==, i < 2 ? 200 : 429);
    }
}

static char *
first_link (SheafDemoServer *server, const char *type)
{
  g_auto (Got) got = get_api (server, "/3/gallery/random/random/0");
  g_autoptr (JsonNode) root = parse (&got);
  JsonArray *items = data_array (root);

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = json_array_get_object_element (items, i);

      if (json_object_has_member (item, "type")
          && g_str_equal (json_object_get_string_member (item, "type"), type))
        return g_strdup (json_object_get_string_member (item, "link")
                         + strlen (sheaf_demo_server_get_base_url (server)));
    }
  g_assert_not_reached ();
}

static void
assert_starts (const Got *got, const char *magic, gsize length)
{
  g_assert_no_error (got->error);
  g_assert_cmpuint (got->status, ==, 200);
  g_assert_cmpuint (g_bytes_get_size (got->body), >, length);
  g_assert_cmpmem (g_bytes_get_data (got->body, NULL), length, magic, length);
}

static void
test_pictures (void)
{
  g_autoptr (SheafDemoServer) server = serve (1200, NULL, NULL), other = serve (1200, NULL, NULL);
  g_autofree char *jpeg = first_link (server, "image/jpeg");
  g_autofree char *png = first_link (server, "image/png");
  g_autofree char *gif = first_link (server, "image/gif");
  g_autofree char *small = g_strndup (jpeg, strlen (jpeg) - 4);
  g_autofree char *thumbnail = g_strconcat (small, "t.jpg", NULL);
  g_auto (Got) a = get (server, jpeg, NULL);
  g_auto (Got) same = get (other, jpeg, NULL);
  g_auto (Got) b = get (server, png, NULL);
  g_auto (Got) c = get (server, gif, NULL);
  g_auto (Got) d = get (server, thumbnail, NULL);

  assert_starts (&a, "\xff\xd8\xff", 3);
  assert_starts (&b, "\x89PNG", 4);
  assert_starts (&c, "GIF89a", 6);
  assert_starts (&d, "\xff\xd8\xff", 3);
  g_assert_cmpuint (g_bytes_get_size (d.body), <, g_bytes_get_size (a.body));
  g_assert_true (g_bytes_equal (a.body, same.body));
}

static void
test_resume (void)
{
  g_autoptr (SheafDemoServer) server = serve (40, NULL, NULL);
  g_autofree char *path = first_link (server, "image/jpeg");
  g_auto (Got) whole = get (server, path, NULL);
  const char *etag = header (&whole, "ETag");
  g_auto (Got) rest = get (server, path, "Range", "bytes=1000-", "If-Range", etag, NULL);
  g_auto (Got) changed = get (server, path, "Range", "bytes=1000-", "If-Range", "\"other\"", NULL);
  g_autoptr (GBytes) tail
      = g_bytes_new_from_bytes (whole.body, 1000, g_bytes_get_size (whole.body) - 1000);

  g_assert_cmpstr (header (&whole, "Accept-Ranges"), ==, "bytes");
  g_assert_cmpuint (rest.status, ==, 206);
  g_assert_true (g_bytes_equal (rest.body, tail));
  g_assert_cmpuint (changed.status, ==, 200);
  g_assert_true (g_bytes_equal (changed.body, whole.body));
}

static void
test_status_faults (void)
{
  static const struct
  {
    const char *fault;
    guint status;
  } cases[] = {
    { "401=1", 401 }, { "403=1", 403 },      { "404=1", 404 },
    { "429=1", 429 }, { "429-date=1", 429 }, { "500=1", 500 },
    { "503=1", 503 }, { "capacity=1", 403 }, { "region=1", 403 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SheafDemoServer) server = serve (4, cases[i].fault, NULL);
      g_auto (Got) api = get_api (server, "/3/gallery/");
      g_auto (Got) file = get (server, "/whatever.jpg", NULL);

      g_assert_cmpuint (api.status, ==, cases[i].status);
      /* A picture that says it is another picture, not an error. */
      g_assert_cmpuint (file.status, ==,
                        g_str_equal (cases[i].fault, "region=1") ? 200 : cases[i].status);
      g_assert_cmpint (header (&api, "Retry-After") != NULL, ==,
                       g_str_has_prefix (cases[i].fault, "429"));
    }
}

static void
test_body_faults (void)
{
  static const char *const breaking[]
      = { "file:truncated=1", "file:broken-chunks=1", "file:reset=1",
          "file:stalled=1",   "file:silent=1",        NULL };
  g_autoptr (SheafDemoServer) sound = serve (4, NULL, NULL);
  g_autofree char *path = first_link (sound, "image/jpeg");
  g_auto (Got) whole = get (sound, path, NULL);

  for (guint i = 0; breaking[i] != NULL; i++)
    {
      g_autoptr (SheafDemoServer) server = serve (4, breaking[i], NULL);

      patience = g_str_has_prefix (breaking[i], "file:s") ? 1 : 30;

      g_auto (Got) got = get (server, path, NULL);

      /* libsoup takes an early end for the end: then it is short. */
      if (got.error == NULL)
        g_assert_cmpuint (g_bytes_get_size (got.body), <, g_bytes_get_size (whole.body));
      if (g_str_equal (breaking[i], "file:reset=1"))
        g_assert_error (got.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
      if (g_str_equal (breaking[i], "file:stalled=1") || g_str_equal (breaking[i], "file:silent=1"))
        g_assert_error (got.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      patience = 30;
    }
}

static void
test_other_faults (void)
{
  g_autoptr (SheafDemoServer) removed = serve (4, "removed=1", NULL);
  g_autoptr (SheafDemoServer) html = serve (4, "file:html=1", NULL);
  g_autoptr (SheafDemoServer) gzip = serve (4, "file:gzip=1", NULL);
  g_autoptr (SheafDemoServer) nested = serve (4, "nested-json=1", NULL);
  g_autofree char *path = first_link (removed, "image/jpeg");
  g_auto (Got) a = get (removed, path, NULL);
  g_auto (Got) b = get (html, path, NULL);
  g_auto (Got) c = get (gzip, path, NULL);
  g_auto (Got) d = get_api (nested, "/3/gallery/");

  g_assert_cmpuint (a.status, ==, 302);
  g_assert_cmpstr (header (&a, "Location"), ==, "/removed.png");
  g_assert_cmpuint (b.status, ==, 200);
  g_assert_cmpstr (header (&b, "Content-Type"), ==, "text/html");
  g_assert_cmpstr (header (&c, "Content-Encoding"), ==, "gzip");
  assert_starts (&c, "\x1f\x8b", 2);
  g_assert_cmpuint (g_bytes_get_size (d.body), >, 400000);
}

static void
test_rate (void)
{
  g_autoptr (SheafDemoServer) server = serve (4, "500=0.3", NULL);
  guint failed = 0;

  for (guint i = 0; i < 200; i++)
    {
      g_auto (Got) got = get_api (server, "/3/credits");

      failed += got.status == 500;
    }
  g_assert_cmpuint (failed, >, 30);
  g_assert_cmpuint (failed, <, 90);
}

static void
test_wrong_options (void)
{
  static const char *const wrong[]
      = { "nonsense=1", "500", "500=2",   "500=x",    "api:removed=1", "quota=none",
          "quota=0",    "=1",  "500=nan", "none=0.5", "file:500=" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      const char *faults[] = { wrong[i], NULL };
      SheafDemoOptions options = { .count = 4, .faults = faults };
      g_autoptr (GError) error = NULL;

      g_assert_null (sheaf_demo_server_new_in_thread (&options, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }

  SheafDemoOptions no_folder = { .folder = "/nonexistent" };
  g_autoptr (GError) error = NULL;

  g_assert_null (sheaf_demo_server_new (&no_folder, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_port_taken (void)
{
  g_autoptr (SheafDemoServer) server = serve (4, NULL, NULL);
  const char *port = strrchr (sheaf_demo_server_get_base_url (server), ':') + 1;
  SheafDemoOptions options = { .count = 4, .port = (guint) atoi (port) };
  g_autoptr (GError) error = NULL;

  g_assert_null (sheaf_demo_server_new (&options, &error));
  g_assert_nonnull (error);
}

/* Clients that come, ask once and go leave no descriptor open. */
static void
test_descriptors (void)
{
  g_autoptr (SheafDemoServer) server = serve (4, NULL, NULL);
  guint before = count_fds ();

  for (guint i = 0; i < 100; i++)
    {
      g_auto (Got) got = get (server, "/removed.png", NULL);

      g_assert_cmpuint (got.status, ==, 200);
    }
  for (guint i = 0; i < 100 && count_fds () > before + 5; i++)
    g_usleep (100000);
  g_assert_cmpuint (count_fds (), <=, before + 5);
}

static void
on_painted (GBytes *bytes, gpointer user_data)
{
  guint *n = user_data;

  g_assert_nonnull (bytes);
  ++*n;
}

/* Orders some pictures, each so many times. */
static void
order (SheafDemoStore *store, SheafDemoCatalogue *catalogue, guint times, guint *n)
{
  SheafDemoRendition whole = { 0 };

  for (guint i = 0; i < 8 * times; i++)
    sheaf_demo_store_get (store, &g_array_index (catalogue->pictures, SheafDemoPicture, i % 8),
                          whole, on_painted, n);
}

/* Who goes while many pictures are still to be painted does not wait for them: on a slow machine
 * that took the window most of a minute. */
static void
test_ends_soon (void)
{
  g_autoptr (GError) error = NULL;
  SheafDemoCatalogue *catalogue = sheaf_demo_catalogue_new (NULL, 16, 7, &error);
  SheafDemoStore *store;
  gint64 start, eight;
  guint n = 0;

  g_assert_no_error (error);
  store = sheaf_demo_store_new (catalogue);
  start = g_get_monotonic_time ();
  order (store, catalogue, 1, &n);
  while (n < 8)
    g_main_context_iteration (NULL, TRUE);
  eight = g_get_monotonic_time () - start;
  sheaf_demo_store_free (store);

  store = sheaf_demo_store_new (catalogue);
  order (store, catalogue, 10, &n);
  start = g_get_monotonic_time ();
  sheaf_demo_store_free (store);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 3 * eight);
  g_assert_cmpuint (n, ==, 8);
  sheaf_demo_catalogue_free (catalogue);
}

/* Who asked for what, and what became of it. */
static void
test_log (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sheaf-demo-log-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "log", NULL);
  const char *faults[] = { "file:500=1", NULL };
  SheafDemoOptions options = { .count = 4, .faults = faults, .log = path };
  g_autoptr (SheafDemoServer) server = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  server = sheaf_demo_server_new_in_thread (&options, &error);
  g_assert_no_error (error);
  {
    g_auto (Got) list = get_api (server, "/3/gallery/hot/viral/day/0");
    g_auto (Got) rest = get (server, "/picture.jpg", "Range", "bytes=17-", NULL);

    g_assert_cmpuint (list.status, ==, 200);
    g_assert_cmpuint (rest.status, ==, 500);
  }
  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  lines = g_strsplit (text, "\n", 0);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_true (g_str_has_suffix (lines[0], " - 0 /3/gallery/hot/viral/day/0"));
  g_assert_true (g_str_has_suffix (lines[1], " 500 17 /picture.jpg"));
  g_assert_cmpfloat (fabs (g_ascii_strtod (lines[0], NULL) - (double) time (NULL)), <, 600);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demo-server/pages", test_pages);
  g_test_add_func ("/demo-server/album-is-whole", test_album_is_whole);
  g_test_add_func ("/demo-server/client-id", test_client_id);
  g_test_add_func ("/demo-server/quota", test_quota);
  g_test_add_func ("/demo-server/pictures", test_pictures);
  g_test_add_func ("/demo-server/resume", test_resume);
  g_test_add_func ("/demo-server/status-faults", test_status_faults);
  g_test_add_func ("/demo-server/body-faults", test_body_faults);
  g_test_add_func ("/demo-server/other-faults", test_other_faults);
  g_test_add_func ("/demo-server/rate", test_rate);
  g_test_add_func ("/demo-server/descriptors", test_descriptors);
  g_test_add_func ("/demo-server/ends-soon", test_ends_soon);
  g_test_add_func ("/demo-server/log", test_log);
  g_test_add_func ("/demo-server/wrong-options", test_wrong_options);
  g_test_add_func ("/demo-server/port-taken", test_port_taken);
  return g_test_run ();
}
