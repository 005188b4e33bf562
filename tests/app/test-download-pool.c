/* test-download-pool.c: transfers from the queue to their names, through every fault
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/download/atomic-file.h"
#include "app/download/download-pool.h"
#include "app/work/error.h"
#include "tests/app/fault-server.h"
#include "tests/app/scratch.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

typedef struct
{
  FaultServer *server;
  SheafExecutor *executor;
  SheafArchive *archive;
  SheafDownloadPool *pool;
  SheafDownloadOptions options;
  GPtrArray *downloads;
  GPtrArray *pictures; /* the server answers with them until it ends */
  char *top;
  char *folder;
} Fixture;

static void
open_archive (Fixture *self)
{
  g_autofree char *path = g_build_filename (self->top, "archive.sqlite", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  self->archive = sheaf_archive_open (file, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  SheafExecutorOptions options = { .n_jobs = 4, .kind = SHEAF_VERB_NETWORK };
  g_autoptr (GError) error = NULL;

  self->server = fault_server_new ();
  self->executor = sheaf_executor_create ("threads", &options, &error);
  g_assert_no_error (error);
  self->top = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  self->folder = g_build_filename (self->top, "pictures", NULL);
  self->downloads = g_ptr_array_new_with_free_func (g_object_unref);
  self->pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  open_archive (self);
  self->options = (SheafDownloadOptions){ .folder = g_file_new_for_path (self->folder),
                                          .retries = 2,
                                          .connect_timeout = 5,
                                          .read_timeout = 1,
                                          .allow_private = TRUE,
                                          .use_archive = TRUE,
                                          .backoff_ms = 20 };
}

static void
new_pool (Fixture *self)
{
  g_clear_object (&self->pool);
  self->pool = sheaf_download_pool_new (self->executor, self->archive, &self->options);
}

static void
settle (Fixture *self)
{
  while (sheaf_download_pool_get_n_pending (self->pool) > 0
         && !sheaf_download_pool_get_paused (self->pool))
    g_main_context_iteration (NULL, TRUE);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->pool != NULL)
    {
      sheaf_download_pool_cancel_all (self->pool);
      while (sheaf_download_pool_get_n_pending (self->pool) > 0)
        g_main_context_iteration (NULL, TRUE);
      g_clear_object (&self->pool);
    }
  sheaf_executor_shutdown (self->executor, TRUE);
  for (guint i = 0; i < 50; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_ptr_array_unref (self->downloads);
  g_object_unref (self->executor);
  g_object_unref (self->archive);
  g_object_unref (self->options.folder);
  fault_server_free (self->server);
  g_ptr_array_unref (self->pictures);
  scratch_remove (self->top);
  g_free (self->folder);
  g_free (self->top);
}

static GBytes *
new_picture (Fixture *self, const char *type, gsize length, guint32 seed)
{
  GBytes *picture = fault_picture (type, length, seed);

  g_ptr_array_add (self->pictures, picture);
  return picture;
}

static SheafEntry *
new_entry (Fixture *self, const char *id, const char *path)
{
  SheafEntry *entry = sheaf_entry_new ("test", id);

  entry->url = fault_server_url (self->server, path);
  return entry;
}

static SheafDownload *
add (Fixture *self, const char *id, const char *path)
{
  g_autoptr (SheafEntry) entry = new_entry (self, id, path);
  SheafDownload *download = sheaf_download_pool_add (self->pool, entry);

  g_ptr_array_add (self->downloads, download);
  return download;
}

static void
assert_content (SheafDownload *download, GBytes *wanted)
{
  GFile *file = sheaf_download_get_file (download);
  g_autofree char *data = NULL;
  gsize length;

  g_assert_nonnull (file);
  g_assert_true (g_file_load_contents (file, NULL, &data, &length, NULL, NULL));
  g_assert_cmpmem (data, length, g_bytes_get_data (wanted, NULL), g_bytes_get_size (wanted));
}

static void
assert_name (SheafDownload *download, const char *name)
{
  g_autofree char *got = NULL;

  g_assert_no_error (sheaf_download_get_error (download));
  got = g_file_get_basename (sheaf_download_get_file (download));
  g_assert_cmpstr (got, ==, name);
}

/* --- answers --- */

static gboolean
answer_picture (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  return fault_answer_file (connection, request, data, "image/jpeg", "\"v1\"");
}

static gboolean
answer_slow_picture (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_sleep (connection, 300);
  return fault_answer_file (connection, request, data, "image/jpeg", "\"v1\"");
}

/* Breaks off in the middle, each time a little later; honours ranges. */
static gboolean
answer_in_pieces (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  GBytes *file = data;
  const char *range = g_hash_table_lookup (request->headers, "range");
  gsize length = g_bytes_get_size (file), offset = 0, n;
  const char *bytes = g_bytes_get_data (file, NULL);

  if (range != NULL)
    {
      g_assert_cmpstr (g_hash_table_lookup (request->headers, "if-range"), ==, "\"v1\"");
      offset = g_ascii_strtoull (range + strlen ("bytes="), NULL, 10);
    }
  n = MIN (length - offset, length / 3 + 1);
  fault_printf (connection,
                "HTTP/1.1 %s\r\nETag: \"v1\"\r\nAccept-Ranges: bytes\r\nContent-Length: %zu\r\n"
                "Content-Range: bytes %zu-%zu/%zu\r\n\r\n",
                range != NULL ? "206 Partial Content" : "200 OK", length - offset, offset,
                length - 1, length);
  fault_send (connection, bytes + offset, n);
  fault_sleep (connection, 50);
  return FALSE;
}

static int n_faults;

/* Fails in a different way each time, then gives the picture. */
static gboolean
answer_at_last (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  switch (g_atomic_int_add (&n_faults, 1))
    {
    case 0:
      return fault_answer (connection, "500 Internal", "", "x", 1);
    case 1:
      fault_reset (connection);
      return FALSE;
    default:
      return answer_picture (connection, request, data);
    }
}

static gboolean
answer_status (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  return fault_answer (connection, data, "", "no", 2);
}

static gboolean
answer_html (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  return fault_answer (connection, "200 OK", "Content-Type: image/jpeg\r\n", data, strlen (data));
}

static gboolean
answer_cut_picture (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_printf (connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  fault_send (connection, g_bytes_get_data (data, NULL), g_bytes_get_size (data) / 2);
  return FALSE;
}

static gboolean
answer_brake_once (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  if (g_atomic_int_add (&n_faults, 1) == 0)
    return fault_answer (connection, "429 Too Many", "Retry-After: 1\r\n", "", 0);
  return answer_picture (connection, request, data);
}

/* --- tests --- */

static void
test_whole (Fixture *self, gconstpointer data)
{
  GBytes *pictures[20];

  new_pool (self);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *path = g_strdup_printf ("/a/p%u.jpg?1", i);
      g_autofree char *id = g_strdup_printf ("p%u", i);
      g_autofree char *rule = g_strdup_printf ("/a/p%u.jpg", i);

      pictures[i] = new_picture (self, "image/jpeg", 5000 + i * 10000, i);
      fault_server_on (self->server, rule, answer_picture, pictures[i]);
      add (self, id, path);
    }
  settle (self);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("p%u.jpg", i);

      g_assert_cmpint (sheaf_download_get_state (self->downloads->pdata[i]), ==,
                       SHEAF_DOWNLOAD_DONE);
      assert_content (self->downloads->pdata[i], pictures[i]);
      assert_name (self->downloads->pdata[i], name);
    }
  g_assert_cmpuint (scratch_count (self->folder, TRUE), ==, 0);
  g_assert_cmpint (sheaf_archive_count (self->archive, self->options.folder, SHEAF_ARCHIVE_DONE),
                   ==, 20);

  /* Again: everything is there. */
  new_pool (self);
  for (guint i = 0; i < 20; i++)
    sheaf_download_pool_retry (self->pool, self->downloads->pdata[i]);
  g_ptr_array_set_size (self->downloads, 0);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *path = g_strdup_printf ("/a/p%u.jpg?1", i);
      g_autofree char *id = g_strdup_printf ("p%u", i);

      add (self, id, path);
    }
  settle (self);
  for (guint i = 0; i < 20; i++)
    {
      g_assert_cmpint (sheaf_download_get_state (self->downloads->pdata[i]), ==,
                       SHEAF_DOWNLOAD_SKIPPED);
      assert_content (self->downloads->pdata[i], pictures[i]);
    }
  g_assert_cmpuint (fault_server_get_n_requests (self->server, NULL), ==, 20);
}

static void
test_missing_again (Fixture *self, gconstpointer data)
{
  GBytes *picture = new_picture (self, "image/jpeg", 5000, 1);
  SheafDownload *download;

  fault_server_on (self->server, "/x.jpg", answer_picture, picture);
  new_pool (self);
  download = add (self, "x", "/x.jpg");
  settle (self);
  g_assert_true (g_file_delete (sheaf_download_get_file (download), NULL, NULL));
  download = add (self, "x", "/x.jpg");
  settle (self);
  g_assert_cmpint (sheaf_download_get_state (download), ==, SHEAF_DOWNLOAD_DONE);
  assert_content (download, picture);
}

static void
test_resume (Fixture *self, gconstpointer data)
{
  GBytes *picture = new_picture (self, "image/jpeg", 200000, 1);
  SheafDownload *download;

  fault_server_on (self->server, "/x.jpg", answer_in_pieces, picture);
  new_pool (self);
  download = add (self, "x", "/x.jpg");
  settle (self);
  g_assert_cmpint (sheaf_download_get_state (download), ==, SHEAF_DOWNLOAD_DONE);
  g_assert_cmpuint (sheaf_download_get_n_tries (download), ==, 3);
  assert_content (download, picture);
  {
    g_autofree char *path = g_file_get_path (sheaf_download_get_file (download));

    g_assert_cmpint (getxattr (path, SHEAF_PART_VALIDATOR, NULL, 0), <, 0);
  }
}

static void
test_retries (Fixture *self, gconstpointer data)
{
  GBytes *picture = new_picture (self, "image/jpeg", 5000, 1);
  SheafDownload *good, *bad, *gone;

  n_faults = 0;
  fault_server_on (self->server, "/good.jpg", answer_at_last, picture);
  fault_server_on (self->server, "/bad.jpg", answer_status, (gpointer) "502 Bad Gateway");
  fault_server_on (self->server, "/gone.jpg", answer_status, (gpointer) "404 Not Found");
  new_pool (self);
  good = add (self, "good", "/good.jpg");
  bad = add (self, "bad", "/bad.jpg");
  gone = add (self, "gone", "/gone.jpg");
  settle (self);
  g_assert_cmpint (sheaf_download_get_state (good), ==, SHEAF_DOWNLOAD_DONE);
  /* libsoup itself asks again where a connection it used before was closed. */
  g_assert_cmpint (g_atomic_int_get (&n_faults), ==, 3);
  g_assert_cmpint (sheaf_download_get_state (bad), ==, SHEAF_DOWNLOAD_FAILED);
  g_assert_error (sheaf_download_get_error (bad), SHEAF_ERROR, SHEAF_ERROR_HTTP);
  g_assert_cmpuint (fault_server_get_n_requests (self->server, "/bad.jpg"), ==, 3);
  g_assert_cmpint (sheaf_download_get_state (gone), ==, SHEAF_DOWNLOAD_FAILED);
  g_assert_error (sheaf_download_get_error (gone), SHEAF_ERROR, SHEAF_ERROR_NOT_FOUND);
  g_assert_cmpuint (fault_server_get_n_requests (self->server, "/gone.jpg"), ==, 1);

  /* A person asks for it again. */
  fault_server_on (self->server, "/bad.jpg", answer_picture, picture);
  sheaf_download_pool_retry (self->pool, bad);
  settle (self);
  g_assert_cmpint (sheaf_download_get_state (bad), ==, SHEAF_DOWNLOAD_DONE);
  assert_content (bad, picture);
  g_assert_cmpuint (scratch_count (self->folder, TRUE), ==, 0);
}

static void
test_refused_contents (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *body;
    int code;
  } cases[] = {
    { "<!DOCTYPE html><p>hello", SHEAF_ERROR_NOT_A_PICTURE },
    { "<html>Imgur is over capacity!</html>", SHEAF_ERROR_OVER_CAPACITY },
    { "<html>Content not viewable in your region</html>", SHEAF_ERROR_REGION },
    { "just text", SHEAF_ERROR_NOT_A_PICTURE },
    { "", SHEAF_ERROR_SHORT },
  };

  self->options.retries = 0;
  new_pool (self);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/%u.jpg", i);
      SheafDownload *download;

      fault_server_on (self->server, path, answer_html, (gpointer) cases[i].body);
      download = add (self, path, path);
      settle (self);
      g_assert_cmpint (sheaf_download_get_state (download), ==, SHEAF_DOWNLOAD_FAILED);
      g_assert_error (sheaf_download_get_error (download), SHEAF_ERROR, cases[i].code);
    }
  g_assert_cmpuint (scratch_count (self->folder, FALSE), ==, 0);
}

static void
test_cut_without_length (Fixture *self, gconstpointer data)
{
  GBytes *picture = new_picture (self, "image/jpeg", 100000, 1);
  SheafDownload *download;

  fault_server_on (self->server, "/x.jpg", answer_cut_picture, picture);
  new_pool (self);
  download = add (self, "x", "/x.jpg");
  settle (self);
  g_assert_error (sheaf_download_get_error (download), SHEAF_ERROR, SHEAF_ERROR_SHORT);
}

static void
test_names (Fixture *self, gconstpointer data)
{
  GBytes *jpeg = new_picture (self, "image/jpeg", 3000, 1);
  GBytes *other = new_picture (self, "image/jpeg", 3000, 2);
  GBytes *png = new_picture (self, "image/png", 0, 0);
  g_autofree char *mine = g_build_filename (self->folder, "mine.jpg", NULL);
  SheafDownload *download;

  g_assert_cmpint (g_mkdir_with_parents (self->folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (mine, "not to be lost", -1, NULL));
  fault_server_on (self->server, "/x.jpg", answer_picture, jpeg);
  fault_server_on (self->server, "/X.JPG", answer_picture, other);
  fault_server_on (self->server, "/really.jpg", answer_picture, png);
  fault_server_on (self->server, "/..%2F..%2Fetc.jpg", answer_picture, jpeg);
  fault_server_on (self->server, "/mine.jpg", answer_picture, jpeg);
  fault_server_on (self->server, "/deep/x.jpg", answer_picture, other);
  new_pool (self);

  assert_name ((download = add (self, "1", "/x.jpg"), settle (self), download), "x.jpg");
  assert_name ((download = add (self, "2", "/X.JPG"), settle (self), download), "X (2).JPG");
  assert_name ((download = add (self, "3", "/deep/x.jpg"), settle (self), download), "x (3).jpg");
  assert_name ((download = add (self, "4", "/really.jpg"), settle (self), download), "really.png");
  assert_name ((download = add (self, "5", "/%2e%2e%2f%2e%2e%2fetc.jpg"), settle (self), download),
               "%2e%2e%2f%2e%2e%2fetc.jpg");
  assert_name ((download = add (self, "6", "/mine.jpg"), settle (self), download), "mine (2).jpg");
  /* The very same file under the same name is not kept twice. */
  assert_name ((download = add (self, "7", "/x.jpg"), settle (self), download), "x.jpg");
  g_assert_cmpuint (scratch_count (self->folder, FALSE), ==, 7);
  g_assert_cmpuint (scratch_count (self->folder, TRUE), ==, 0);
}

static void
test_links_not_followed (Fixture *self, gconstpointer data)
{
  GBytes *jpeg = new_picture (self, "image/jpeg", 3000, 1);
  g_autofree char *outside = g_build_filename (self->top, "outside", NULL);
  g_autofree char *link = g_build_filename (self->folder, "test", NULL);
  g_autofree char *file_link = g_build_filename (self->folder, "x.jpg", NULL);
  g_autofree char *victim = g_build_filename (outside, "victim", NULL);
  g_autoptr (SheafEntry) entry = new_entry (self, "x", "/x.jpg");
  g_autofree char *part = sheaf_part_name (entry);
  g_autofree char *part_link = g_build_filename (self->folder, part, NULL);
  g_autofree char *text = NULL;
  SheafDownload *download;

  g_assert_cmpint (g_mkdir_with_parents (self->folder, 0755), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (outside, 0755), ==, 0);
  g_assert_true (g_file_set_contents (victim, "mine", -1, NULL));
  g_assert_cmpint (symlink (outside, link), ==, 0);
  g_assert_cmpint (symlink (victim, file_link), ==, 0);
  g_assert_cmpint (symlink (victim, part_link), ==, 0);
  fault_server_on (self->server, "/x.jpg", answer_picture, jpeg);

  new_pool (self);
  download = add (self, "x", "/x.jpg");
  settle (self);
  assert_name (download, "x (2).jpg");
  self->options.name_template = "{source}/{id}";
  new_pool (self);
  download = add (self, "y", "/x.jpg");
  settle (self);
  g_assert_error (sheaf_download_get_error (download), SHEAF_ERROR, SHEAF_ERROR_NAME);
  g_assert_cmpuint (scratch_count (outside, FALSE) + scratch_count (outside, TRUE), ==, 1);
  g_assert_true (g_file_get_contents (victim, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
}

static void
test_template (Fixture *self, gconstpointer data)
{
  GBytes *jpeg = new_picture (self, "image/jpeg", 3000, 1);
  g_autoptr (SheafEntry) entry = new_entry (self, "abc", "/x.png");
  g_autoptr (SheafDownload) download = NULL;
  g_autofree char *path = NULL;

  entry->title = g_strdup ("../../A title / with\nslashes");
  fault_server_on (self->server, "/x.png", answer_picture, jpeg);
  self->options.name_template = "{source}/{title}/{index} {id}";
  new_pool (self);
  download = sheaf_download_pool_add (self->pool, entry);
  settle (self);
  g_assert_no_error (sheaf_download_get_error (download));
  path = g_file_get_relative_path (self->options.folder, sheaf_download_get_file (download));
  g_assert_cmpstr (path, ==, "test/_.._A title _ with slashes/001 abc.jpg");
  assert_content (download, jpeg);
}

static void
test_brake (Fixture *self, gconstpointer data)
{
  GBytes *picture = new_picture (self, "image/jpeg", 3000, 1);
  g_autoptr (FaultServer) other = fault_server_new ();
  g_autoptr (SheafEntry) entry = sheaf_entry_new ("test", "other");
  g_autoptr (SheafDownload) elsewhere = NULL;
  gint64 begun = g_get_monotonic_time ();

  n_faults = 0;
  fault_server_on (self->server, "/x.jpg", answer_brake_once, picture);
  fault_server_on (other, "/y.jpg", answer_picture, picture);
  entry->url = fault_server_url (other, "/y.jpg");
  self->options.retries = 1;
  new_pool (self);
  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      add (self, id, "/x.jpg");
    }
  elsewhere = sheaf_download_pool_add (self->pool, entry);
  while (sheaf_download_get_state (elsewhere) != SHEAF_DOWNLOAD_DONE)
    g_main_context_iteration (NULL, TRUE);
  /* The other host did not wait. */
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 900 * G_TIME_SPAN_MILLISECOND);
  settle (self);
  g_assert_cmpint (g_get_monotonic_time () - begun, >, G_TIME_SPAN_SECOND);
  for (guint i = 0; i < 12; i++)
    g_assert_cmpint (sheaf_download_get_state (self->downloads->pdata[i]), ==, SHEAF_DOWNLOAD_DONE);
}

static void
test_pause (Fixture *self, gconstpointer data)
{
  GBytes *picture = new_picture (self, "image/jpeg", 3000, 1);
  SheafDownload *download;

  fault_server_on (self->server, "/x.jpg", answer_slow_picture, picture);
  new_pool (self);
  download = add (self, "x", "/x.jpg");
  while (fault_server_get_n_requests (self->server, NULL) == 0)
    g_main_context_iteration (NULL, FALSE);
  sheaf_download_pool_set_paused (self->pool, TRUE);
  while (sheaf_download_get_state (download) == SHEAF_DOWNLOAD_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (sheaf_download_get_state (download), ==, SHEAF_DOWNLOAD_QUEUED);
  g_assert_cmpuint (sheaf_download_pool_get_n_pending (self->pool), ==, 1);
  sheaf_download_pool_set_paused (self->pool, FALSE);
  settle (self);
  g_assert_cmpint (sheaf_download_get_state (download), ==, SHEAF_DOWNLOAD_DONE);

  /* One of them. */
  download = add (self, "y", "/x.jpg");
  sheaf_download_pool_pause_one (self->pool, download);
  while (sheaf_download_get_state (download) != SHEAF_DOWNLOAD_PAUSED)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (sheaf_download_pool_get_n_pending (self->pool), ==, 1);
  sheaf_download_pool_resume_one (self->pool, download);
  settle (self);
  g_assert_cmpint (sheaf_download_get_state (download), ==, SHEAF_DOWNLOAD_DONE);
}

static void
note_order (SheafDownload *download, GParamSpec *pspec, gpointer user_data)
{
  if (sheaf_download_get_state (download) == SHEAF_DOWNLOAD_RUNNING)
    g_ptr_array_add (user_data, download);
}

static void
test_move_to_top (Fixture *self, gconstpointer data)
{
  GBytes *picture = new_picture (self, "image/jpeg", 3000, 1);
  g_autoptr (GPtrArray) order = g_ptr_array_new ();

  fault_server_on (self->server, "/x.jpg", answer_picture, picture);
  new_pool (self);
  sheaf_download_pool_set_paused (self->pool, TRUE);
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      g_signal_connect (add (self, id, "/x.jpg"), "notify::state", G_CALLBACK (note_order), order);
    }
  for (guint i = 0; i < 100; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  sheaf_download_pool_move_to_top (self->pool, self->downloads->pdata[6]);
  sheaf_download_pool_move_to_top (self->pool, self->downloads->pdata[7]);
  sheaf_download_pool_set_paused (self->pool, FALSE);
  settle (self);
  g_assert_cmpuint (order->len, >=, 8);
  g_assert_true (order->pdata[0] == self->downloads->pdata[7]);
  g_assert_true (order->pdata[1] == self->downloads->pdata[6]);
  g_assert_true (order->pdata[2] == self->downloads->pdata[0]);
}

static void
test_cancel (Fixture *self, gconstpointer data)
{
  GBytes *picture = new_picture (self, "image/jpeg", 200000, 1);
  SheafDownload *running, *queued;

  fault_server_on (self->server, "/x.jpg", answer_slow_picture, picture);
  fault_server_on (self->server, "/y.jpg", answer_slow_picture, picture);
  new_pool (self);
  running = add (self, "x", "/x.jpg");
  queued = add (self, "y", "/y.jpg");
  sheaf_download_pool_cancel (self->pool, queued);
  while (fault_server_get_n_requests (self->server, "/x.jpg") == 0)
    g_main_context_iteration (NULL, FALSE);
  sheaf_download_pool_cancel (self->pool, running);
  settle (self);
  g_assert_cmpint (sheaf_download_get_state (running), ==, SHEAF_DOWNLOAD_CANCELLED);
  g_assert_cmpint (sheaf_download_get_state (queued), ==, SHEAF_DOWNLOAD_CANCELLED);
  for (guint i = 0; i < 100; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_cmpuint (scratch_count (self->folder, TRUE), ==, 0);
  g_assert_cmpint (sheaf_archive_count (self->archive, NULL, SHEAF_ARCHIVE_WANTED), ==, 0);
}

static void
test_folder_gone (Fixture *self, gconstpointer data)
{
  GBytes *picture = new_picture (self, "image/jpeg", 3000, 1);
  g_autofree char *moved = g_strconcat (self->folder, "-moved", NULL);
  SheafDownload *download;

  fault_server_on (self->server, "/x.jpg", answer_picture, picture);
  fault_server_on (self->server, "/y.jpg", answer_slow_picture, picture);
  new_pool (self);
  add (self, "x", "/x.jpg");
  settle (self);
  download = add (self, "y", "/y.jpg");
  while (fault_server_get_n_requests (self->server, "/y.jpg") == 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (g_rename (self->folder, moved), ==, 0);
  settle (self);
  g_assert_true (sheaf_download_pool_get_paused (self->pool));
  g_assert_error (sheaf_download_pool_get_pause_reason (self->pool), SHEAF_ERROR, SHEAF_ERROR_FILE);
  g_assert_cmpint (sheaf_download_get_state (download), ==, SHEAF_DOWNLOAD_QUEUED);
  g_assert_false (g_file_test (self->folder, G_FILE_TEST_EXISTS));
  sheaf_download_pool_set_paused (self->pool, FALSE);
  settle (self);
  g_assert_cmpint (sheaf_download_get_state (download), ==, SHEAF_DOWNLOAD_DONE);
  assert_content (download, picture);
}

static void
test_any_type (Fixture *self, gconstpointer data)
{
  static const char page[] = "<!doctype html><p>a page";
  SheafDownload *download;

  fault_server_on (self->server, "/page", answer_html, (gpointer) page);
  fault_server_on (self->server, "/data.csv", answer_html, (gpointer) "a,b");
  fault_server_on (self->server, "/unknown", answer_status, (gpointer) "200 OK");
  self->options.any_type = TRUE;
  new_pool (self);
  assert_name ((download = add (self, "1", "/page"), settle (self), download), "page.html");
  assert_name ((download = add (self, "2", "/data.csv"), settle (self), download), "data.csv");
  download = add (self, "3", "/unknown");
  settle (self);
  g_assert_error (sheaf_download_get_error (download), SHEAF_ERROR, SHEAF_ERROR_NAME);
}

static void
test_sweep (Fixture *self, gconstpointer data)
{
  GBytes *picture = new_picture (self, "image/jpeg", 3000, 1);
  g_autoptr (SheafEntry) wanted = new_entry (self, "w", "/w.jpg");
  g_autoptr (SheafEntry) stray = new_entry (self, "s", "/s.jpg");
  g_auto (SheafArchiveRow) row = { 0 };
  SheafEntry *entries[] = { wanted, stray };

  g_assert_cmpint (g_mkdir_with_parents (self->folder, 0755), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *name = sheaf_part_name (entries[i]);
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      g_assert_true (g_file_set_contents (path, "abc", -1, NULL));
    }
  g_assert_true (sheaf_archive_want (self->archive, self->options.folder, wanted, &row, NULL));
  fault_server_on (self->server, "/x.jpg", answer_picture, picture);
  new_pool (self);
  add (self, "x", "/x.jpg");
  settle (self);
  g_assert_cmpuint (scratch_count (self->folder, TRUE), ==, 1);
}

static void
test_rates (Fixture *self, gconstpointer data)
{
  GBytes *picture = new_picture (self, "image/jpeg", 20000, 1);
  gint64 begun = g_get_monotonic_time ();

  fault_server_on (self->server, "/x.jpg", answer_picture, picture);
  self->options.request_rate = 10;
  new_pool (self);
  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      add (self, id, "/x.jpg");
    }
  settle (self);
  g_assert_cmpint (g_get_monotonic_time () - begun, >=, 500 * G_TIME_SPAN_MILLISECOND);
  self->options.request_rate = 0;
  self->options.rate_limit = 100000;
  begun = g_get_monotonic_time ();
  new_pool (self);
  for (guint i = 6; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      add (self, id, "/x.jpg");
    }
  settle (self);
  g_assert_cmpint (g_get_monotonic_time () - begun, >=, 600 * G_TIME_SPAN_MILLISECOND);
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *self, gconstpointer data);
  } cases[] = {
    { "/download/whole", test_whole },
    { "/download/missing-again", test_missing_again },
    { "/download/resume", test_resume },
    { "/download/retries", test_retries },
    { "/download/refused-contents", test_refused_contents },
    { "/download/cut-without-length", test_cut_without_length },
    { "/download/names", test_names },
    { "/download/links-not-followed", test_links_not_followed },
    { "/download/template", test_template },
    { "/download/brake", test_brake },
    { "/download/pause", test_pause },
    { "/download/move-to-top", test_move_to_top },
    { "/download/cancel", test_cancel },
    { "/download/folder-gone", test_folder_gone },
    { "/download/any-type", test_any_type },
    { "/download/sweep", test_sweep },
    { "/download/rates", test_rates },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].test, tear_down);
  return g_test_run ();
}
