/* test-engine.c: the way of a picture, whole: a real server, real helpers, real files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/demo-server.h"
#include "app/engine.h"
#include "app/work/error.h"
#include "tests/app/scratch.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#include <string.h>
#include <unistd.h>

#define N_PICTURES 24

static char *root;     /* everything of this run */
static char *pictures; /* what servers serve: 12 single ones, an album of 12 */

typedef struct
{
  SheafDemoServer *server;
  SheafSettings *settings;
  SheafEngine *engine;
  SheafBatchOptions options;
  guint n_ended; /* items */
} Fixture;

static void
make_picture (const char *path, guint n)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 200, 100);
  g_autoptr (GError) error = NULL;

  gdk_pixbuf_fill (pixbuf, 0x10203000u * (n + 1) | 0xff);
  gdk_pixbuf_save (pixbuf, path, g_str_has_suffix (path, ".png") ? "png" : "jpeg", &error, NULL);
  g_assert_no_error (error);
}

static void
make_pictures (void)
{
  g_autofree char *album = g_build_filename (pictures, "album", NULL);

  g_mkdir_with_parents (album, 0755);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *name = g_strdup_printf ("p%02u.%s", i, i % 4 == 0 ? "png" : "jpg");
      g_autofree char *path = g_build_filename (i < N_PICTURES / 2 ? pictures : album, name, NULL);

      make_picture (path, i);
    }
}

static void
start (Fixture *fixture, const char *fault, guint latency_ms)
{
  const char *faults[] = { fault, NULL };
  SheafDemoOptions options
      = { .folder = pictures, .seed = 3, .faults = faults, .latency_ms = latency_ms };
  g_autoptr (GError) error = NULL;

  fixture->server = sheaf_demo_server_new_in_thread (&options, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sheaf_demo_server_get_n_pictures (fixture->server), ==, N_PICTURES);
  fixture->settings = sheaf_settings_new ();
  g_object_set (fixture->settings, "api-url", sheaf_demo_server_get_api_url (fixture->server),
                NULL);
  fixture->engine = sheaf_engine_new (fixture->settings);
  sheaf_engine_set_client_id (fixture->engine, SHEAF_DEMO_CLIENT_ID);
  sheaf_batch_options_init (&fixture->options);
  fixture->options.folder = g_file_new_build_filename (root, "downloads", NULL);
}

static void
on_unfinished_ready (GObject *source, GAsyncResult *result, gpointer data)
{
  GPtrArray **batches = data;
  g_autoptr (GError) error = NULL;

  *batches = sheaf_engine_load_unfinished_finish (SHEAF_ENGINE (source), result, &error);
  g_assert_no_error (error);
}

/* What @engine was left by another: (transfer full). */
static GPtrArray *
load_unfinished (SheafEngine *engine)
{
  GPtrArray *batches = NULL;

  sheaf_engine_load_unfinished_async (engine, NULL, on_unfinished_ready, &batches);
  while (batches == NULL)
    g_main_context_iteration (NULL, TRUE);
  return batches;
}

static void
set_up (Fixture *fixture, gconstpointer fault)
{
  start (fixture, fault, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const kept[] = { "downloads", "data", "cache", "state" };

  sheaf_engine_shutdown (fixture->engine);
  g_assert_finalize_object (fixture->engine);
  g_object_unref (fixture->settings);
  g_object_unref (fixture->server);
  g_object_unref (fixture->options.folder);
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_autofree char *path = g_build_filename (root, kept[i], NULL);

      scratch_remove (path);
    }
}

static SheafSource *
open_source (Fixture *fixture, const char *spec)
{
  g_autoptr (GError) error = NULL;
  SheafSource *source = sheaf_engine_open_source (fixture->engine, spec, &error);

  g_assert_no_error (error);
  return source;
}

static void
on_item_ended (SheafBatch *batch, SheafItem *item, Fixture *fixture)
{
  SheafItemState state = sheaf_item_get_state (item);

  g_assert_true (state == SHEAF_ITEM_READY || state == SHEAF_ITEM_FAILED
                 || state == SHEAF_ITEM_CANCELLED);
  fixture->n_ended++;
}

static SheafBatch *
download (Fixture *fixture, SheafSource *source, GPtrArray *entries)
{
  SheafBatch *batch = sheaf_engine_download (fixture->engine, source, entries, &fixture->options);

  fixture->n_ended = 0;
  g_signal_connect (batch, "item-ended", G_CALLBACK (on_item_ended), fixture);
  return batch;
}

static SheafBatchSums
run (SheafBatch *batch)
{
  SheafBatchSums sums;

  while (sheaf_batch_get_running (batch))
    g_main_context_iteration (NULL, TRUE);
  sheaf_batch_get_sums (batch, &sums);
  g_assert_true (sums.complete);
  g_assert_cmpuint (sums.done + sums.skipped + sums.failed + sums.cancelled, ==, sums.total);
  return sums;
}

static guint
count_files (GFile *folder)
{
  g_autoptr (GDir) dir = g_dir_open (g_file_peek_path (folder), 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    n += name[0] != '.';
  return n;
}

static void
test_download_all (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (SheafBatch) batch = download (fixture, source, NULL);
  g_autoptr (SheafBatch) again = NULL;
  SheafBatchSums sums = run (batch);
  GListModel *items = G_LIST_MODEL (sheaf_batch_get_items (batch));
  guint64 requests;

  g_assert_no_error (sheaf_batch_get_error (batch));
  g_assert_cmpuint (sums.done, ==, N_PICTURES);
  g_assert_cmpuint (fixture->n_ended, ==, N_PICTURES);
  g_assert_cmpuint (sums.bytes, >, 0);
  g_assert_cmpuint (g_list_model_get_n_items (items), ==, N_PICTURES);
  g_assert_cmpuint (count_files (fixture->options.folder), ==, N_PICTURES);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autoptr (SheafItem) item = g_list_model_get_item (items, i);

      g_assert_cmpint (sheaf_item_get_state (item), ==, SHEAF_ITEM_READY);
      g_assert_true (g_file_query_exists (sheaf_item_get_file (item), NULL));
      g_assert_true (g_file_query_exists (sheaf_item_get_thumbnail_file (item), NULL));
    }

  /* Again: nothing is fetched but the list itself. */
  requests = sheaf_demo_server_get_n_requests (fixture->server);
  again = download (fixture, source, NULL);
  sums = run (again);
  g_assert_cmpuint (sums.skipped, ==, N_PICTURES);
  g_assert_cmpuint (sums.bytes, ==, 0);
  g_assert_cmpuint (sheaf_demo_server_get_n_requests (fixture->server) - requests, <, 6);
}

static void
test_items_not_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (SheafBatch) batch = NULL;
  SheafBatchSums sums;

  fixture->options.keep_items = FALSE;
  fixture->options.thumbnails = FALSE;
  fixture->options.use_archive = FALSE;
  batch = download (fixture, source, NULL);
  sums = run (batch);
  g_assert_cmpuint (sums.done, ==, N_PICTURES);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sheaf_batch_get_items (batch))), ==, 0);
}

static void
test_limit_and_types (Fixture *fixture, gconstpointer data)
{
  const char *types[] = { "image/png", NULL };
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (SheafBatch) limited = NULL;
  g_autoptr (SheafBatch) typed = NULL;
  g_autoptr (SheafBatch) single = NULL;
  SheafBatchSums sums;

  fixture->options.limit = 5;
  limited = download (fixture, source, NULL);
  sums = run (limited);
  g_assert_cmpuint (sums.done, ==, 5);

  fixture->options.limit = 0;
  g_object_set (fixture->settings, "types", types, NULL);
  typed = download (fixture, source, NULL);
  sums = run (typed);
  g_assert_cmpuint (sums.total, ==, N_PICTURES / 4);

  g_object_set (fixture->settings, "types", NULL, "albums", FALSE, NULL);
  single = download (fixture, source, NULL);
  sums = run (single);
  g_assert_cmpuint (sums.total, ==, N_PICTURES / 2);
}

static void
test_write_metadata (Fixture *fixture, gconstpointer data)
{
  g_autofree char *credits
      = g_build_filename (g_file_peek_path (fixture->options.folder), "CREDITS.md", NULL);
  g_autofree char *first_text = NULL;
  g_autofree char *second_text = NULL;
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (SheafItem) item = NULL;
  g_autofree char *sidecar = NULL;
  g_autofree char *name = NULL;

  g_object_set (fixture->settings, "write-metadata", TRUE, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SheafBatch) batch = download (fixture, source, NULL);
      SheafBatchSums sums = run (batch);

      g_assert_cmpuint (sums.done + sums.skipped, ==, N_PICTURES);
      g_assert_true (
          g_file_get_contents (credits, i == 0 ? &first_text : &second_text, NULL, NULL));
      if (i == 0)
        item = g_list_model_get_item (G_LIST_MODEL (sheaf_batch_get_items (batch)), 0);
    }
  sidecar = g_strconcat (g_file_peek_path (sheaf_item_get_file (item)), ".json", NULL);
  g_assert_true (g_file_test (sidecar, G_FILE_TEST_EXISTS));
  name = g_file_get_basename (sheaf_item_get_file (item));
  *strchr (name, '.') = '\0';
  g_assert_nonnull (strstr (first_text, name));
  /* The second time there was nothing to add. */
  g_assert_cmpstr (first_text, ==, second_text);
#ifdef HAVE_XMP
  {
    g_autofree char *picture = NULL;
    gsize length;

    g_assert_true (
        g_file_load_contents (sheaf_item_get_file (item), NULL, &picture, &length, NULL, NULL));
    g_assert_nonnull (memmem (picture, length, "<x:xmpmeta", 10));
    g_assert_nonnull (memmem (picture, length, sheaf_item_get_entry (item)->page_url,
                              strlen (sheaf_item_get_entry (item)->page_url)));
  }
#endif
}

#ifdef HAVE_XMP
static void
count_notice (SheafBatch *batch, const GError *error, guint *n)
{
  g_assert_nonnull (strstr (error->message, "beside"));
  ++*n;
}

/* Facts that cannot go into the pictures cost a notice, not the pictures. */
static void
test_no_embedder (Fixture *fixture, gconstpointer data)
{
  static const char *const helpers[] = { "sheaf-fetcher", "sheaf-thumbnailer" };
  g_autofree char *usual = g_strdup (g_getenv ("SHEAF_HELPER_DIR"));
  g_autofree char *few = g_build_filename (root, "few-helpers", NULL);
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (SheafBatch) batch = NULL;
  SheafBatchSums sums;
  guint n_notices = 0;

  g_mkdir (few, 0755);
  for (guint i = 0; i < G_N_ELEMENTS (helpers); i++)
    {
      g_autofree char *from = g_build_filename (usual, helpers[i], NULL);
      g_autofree char *to = g_build_filename (few, helpers[i], NULL);

      g_assert_cmpint (symlink (from, to), ==, 0);
    }
  g_setenv ("SHEAF_HELPER_DIR", few, TRUE);
  g_object_set (fixture->settings, "write-metadata", TRUE, NULL);
  batch = download (fixture, source, NULL);
  g_signal_connect (batch, "notice", G_CALLBACK (count_notice), &n_notices);
  sums = run (batch);
  g_assert_cmpuint (sums.done, ==, N_PICTURES);
  g_assert_cmpuint (n_notices, ==, 1);
  g_setenv ("SHEAF_HELPER_DIR", usual, TRUE);
}
#endif

static void
test_failures_and_retry (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (SheafBatch) batch = NULL;
  SheafBatchSums sums;

  g_object_set (fixture->settings, "retries", 0, NULL);
  batch = download (fixture, source, NULL);
  sums = run (batch);
  g_assert_cmpuint (sums.total, ==, N_PICTURES);
  g_assert_cmpuint (sums.failed, >, 0);
  g_assert_cmpuint (sums.done, >, 0);

  for (guint i = 0; i < 60 && sums.failed > 0; i++)
    {
      sheaf_batch_retry_failed (batch);
      g_assert_true (sheaf_batch_get_running (batch));
      sums = run (batch);
    }
  g_assert_cmpuint (sums.failed, ==, 0);
  g_assert_cmpuint (sums.done + sums.skipped, ==, N_PICTURES);
  g_assert_cmpuint (count_files (fixture->options.folder), ==, N_PICTURES);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (SheafBatch) batch = NULL;
  SheafBatchSums sums;

  g_object_set (fixture->settings, "jobs", 2, NULL);
  batch = download (fixture, source, NULL);
  while (fixture->n_ended < 3)
    g_main_context_iteration (NULL, TRUE);
  sheaf_batch_cancel (batch);
  sums = run (batch);
  g_assert_cmpuint (sums.cancelled, >, 0);
  g_assert_cmpuint (sums.done, >=, 3);
  g_assert_cmpuint (count_files (fixture->options.folder), >=, sums.done);
}

static void
test_dropped_while_running (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (GPtrArray) unfinished = NULL;
  g_autoptr (SheafEngine) next = NULL;
  SheafBatch *batch;

  g_object_set (fixture->settings, "jobs", 2, NULL);
  batch = download (fixture, source, NULL);
  while (fixture->n_ended < 3)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (batch, fixture);
  g_object_unref (batch);
  for (guint i = 0; i < 50; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  /* Nobody said that it is not wanted any more. */
  next = sheaf_engine_new (fixture->settings);
  unfinished = load_unfinished (next);
  g_assert_cmpuint (unfinished->len, ==, 1);
  g_ptr_array_set_size (unfinished, 0);
  /* What this one began itself was not left by another. */
  g_ptr_array_unref (unfinished);
  unfinished = load_unfinished (fixture->engine);
  g_assert_cmpuint (unfinished->len, ==, 0);
}

static void
test_pause (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (SheafBatch) batch = download (fixture, source, NULL);
  SheafBatchSums sums;
  gint64 until = g_get_monotonic_time () + G_USEC_PER_SEC / 3;

  sheaf_batch_pause (batch);
  while (g_get_monotonic_time () < until)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_true (sheaf_batch_get_paused (batch));
  sheaf_batch_get_sums (batch, &sums);
  g_assert_cmpuint (sums.done, ==, 0);
  g_assert_cmpfloat (sums.seconds, <, 0.3);

  sheaf_batch_resume (batch);
  sums = run (batch);
  g_assert_cmpuint (sums.done, ==, N_PICTURES);
}

static void
take_result (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static SheafPage *
load_page (SheafSource *source)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SheafPage *page;

  sheaf_source_load_page_async (source, NULL, NULL, take_result, &result);
  wait_for (&result);
  page = sheaf_source_load_page_finish (source, result, &error);
  g_assert_no_error (error);
  return page;
}

static void
test_picked_album (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (SheafPage) page = load_page (source);
  g_autoptr (GPtrArray) picked
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
  g_autoptr (SheafBatch) batch = NULL;
  SheafBatchSums sums;

  for (guint i = 0; i < page->entries->len; i++)
    {
      SheafEntry *entry = g_ptr_array_index (page->entries, i);

      if (sheaf_entry_is_album (entry) || picked->len == 0)
        g_ptr_array_add (picked, sheaf_entry_ref (entry));
    }
  g_assert_cmpuint (picked->len, >=, 1);
  batch = download (fixture, source, picked);
  sums = run (batch);
  g_assert_cmpuint (sums.done, >=, N_PICTURES / 2);
  g_assert_cmpuint (sums.failed, ==, 0);
}

static void
test_timeout (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SheafSource) source = NULL;
  g_autoptr (SheafBatch) batch = NULL;
  SheafBatchSums sums;
  GListModel *items;

  source = open_source (fixture, "imgur:hot");
  fixture->options.timeout = 1;
  batch = download (fixture, source, NULL);
  sums = run (batch);
  items = G_LIST_MODEL (sheaf_batch_get_items (batch));
  g_assert_cmpuint (sums.done, ==, 0);
  /* On a slow machine, before even the list was there; which is said, too. */
  if (sums.failed == 0)
    g_assert_error (sheaf_batch_get_error (batch), SHEAF_ERROR, SHEAF_ERROR_TIMEOUT);
  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr (SheafItem) item = g_list_model_get_item (items, i);

      if (sheaf_item_get_state (item) == SHEAF_ITEM_FAILED)
        g_assert_error (sheaf_item_get_error (item), SHEAF_ERROR, SHEAF_ERROR_TIMEOUT);
    }
}

static void
test_client_id (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  SheafQuota quota;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;

      sheaf_engine_check_client_id_async (fixture->engine, i == 0 ? SHEAF_DEMO_CLIENT_ID : "no",
                                          NULL, take_result, &result);
      wait_for (&result);
      if (i == 0)
        {
          g_assert_true (
              sheaf_engine_check_client_id_finish (fixture->engine, result, &quota, &error));
          g_assert_no_error (error);
          g_assert_cmpint (quota.user_remaining, >, 0);
        }
      else
        {
          g_assert_false (
              sheaf_engine_check_client_id_finish (fixture->engine, result, &quota, &error));
          g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_CLIENT_ID);
        }
    }

  g_clear_error (&error);
  sheaf_engine_set_client_id (fixture->engine, NULL);
  g_assert_null (sheaf_engine_open_source (fixture->engine, "imgur:hot", &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_CLIENT_ID);
  g_clear_error (&error);
  g_assert_null (sheaf_engine_open_source (fixture->engine, "demo:", &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_CLIENT_ID);
  sheaf_engine_use_demo_client_id (fixture->engine);
  {
    g_autoptr (SheafSource) demo = open_source (fixture, "demo:");
    g_autoptr (SheafPage) page = load_page (demo);

    g_assert_cmpuint (page->entries->len, >, 0);
  }
}

static void
test_nobody_there (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SheafSource) source = NULL;
  g_autoptr (SheafBatch) batch = NULL;
  gint64 began = g_get_monotonic_time ();

  g_object_set (fixture->settings, "api-url", "http://127.0.0.1:1/3", NULL);
  source = open_source (fixture, "imgur:hot");
  batch = download (fixture, source, NULL);
  run (batch);
  g_assert_error (sheaf_batch_get_error (batch), SHEAF_ERROR, SHEAF_ERROR_REFUSED);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
}

static gboolean
look (Fixture *fixture, SheafItem *item, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sheaf_engine_load_preview_async (fixture->engine, item, 128, SHEAF_THUMBNAIL_VISIBLE, cancellable,
                                   take_result, &result);
  wait_for (&result);
  return sheaf_engine_load_preview_finish (fixture->engine, result, error);
}

static void
test_previews (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (SheafPage) page = load_page (source);
  g_autoptr (SheafItem) item = sheaf_item_new (g_ptr_array_index (page->entries, 0));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SheafPixels) picture = NULL;
  g_autoptr (GError) error = NULL;
  guint64 requests;

  g_assert_true (look (fixture, item, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sheaf_item_get_pixels (item)->width, ==, 128);

  /* Scrolled away and back: no network. */
  sheaf_item_set_pixels (item, NULL);
  requests = sheaf_demo_server_get_n_requests (fixture->server);
  g_assert_true (look (fixture, item, NULL, &error));
  g_assert_nonnull (sheaf_item_get_pixels (item));
  g_assert_cmpuint (sheaf_demo_server_get_n_requests (fixture->server), ==, requests);

  /* A tile that left gets nothing. */
  sheaf_item_set_pixels (item, NULL);
  g_cancellable_cancel (cancellable);
  g_assert_false (look (fixture, item, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (sheaf_item_get_pixels (item));
  g_clear_error (&error);

  sheaf_engine_load_picture_async (fixture->engine, item, 0, NULL, take_result, &result);
  wait_for (&result);
  picture = sheaf_engine_load_picture_finish (fixture->engine, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (picture->width, ==, 200);
  g_assert_cmpuint (picture->height, ==, 100);
  g_assert_null (sheaf_item_get_pixels (item));
}

/* An album has no picture of its own; looked at, it shows its cover. */
static void
test_album_cover (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (SheafPage) page = load_page (source);
  guint albums = 0;

  for (guint i = 0; i < page->entries->len; i++)
    {
      SheafEntry *entry = g_ptr_array_index (page->entries, i);
      g_autoptr (SheafItem) item = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (SheafPixels) picture = NULL;
      g_autoptr (GError) error = NULL;

      if (!sheaf_entry_is_album (entry) || entry->url != NULL)
        continue;
      albums++;
      item = sheaf_item_new (entry);
      sheaf_engine_load_picture_async (fixture->engine, item, 0, NULL, take_result, &result);
      wait_for (&result);
      picture = sheaf_engine_load_picture_finish (fixture->engine, result, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (picture->width, >, 0);
    }
  g_assert_cmpuint (albums, >, 0);
}

static void
test_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *dir = g_build_filename (root, "downloads", NULL);
  g_autofree char *deep = g_build_filename (dir, "a", "b", NULL);
  g_autofree char *text = g_build_filename (dir, "notes.txt", NULL);
  g_autofree char *unnamed = g_build_filename (deep, "picture-without-extension", NULL);
  g_autofree char *loop = g_build_filename (deep, "loop", NULL);
  g_autofree char *bad = g_build_filename (dir, "text.jpg", NULL);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (SheafBatch) first = NULL;
  g_autoptr (SheafBatch) again = NULL;
  SheafBatchSums sums;

  g_mkdir_with_parents (deep, 0755);
  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u%s.png", i, i % 10 == 9 ? "_thumbnail" : "");
      g_autofree char *path = g_build_filename (i % 2 == 0 ? dir : deep, name, NULL);

      make_picture (path, i);
    }
  make_picture (unnamed, 1);
  g_file_set_contents (text, "notes", -1, NULL);
  g_file_set_contents (bad, "no picture at all", -1, NULL);
  g_assert_cmpint (symlink (dir, loop), ==, 0);

  g_ptr_array_add (files, g_file_new_for_path (dir));
  g_ptr_array_add (files, g_file_new_for_path ("/nonexistent/folder"));
  first = sheaf_engine_thumbnail (fixture->engine, files, &fixture->options);
  sums = run (first);
  g_assert_cmpuint (sums.done, ==, 28);
  g_assert_cmpuint (sums.failed, ==, 2);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sheaf_batch_get_items (first))), ==,
                    30);

  again = sheaf_engine_thumbnail (fixture->engine, files, &fixture->options);
  sums = run (again);
  g_assert_cmpuint (sums.skipped, ==, 28);
  g_assert_cmpuint (sums.failed, ==, 2);
}

static void
test_executor_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SheafSource) source = open_source (fixture, "imgur:hot");
  g_autoptr (SheafBatch) batch = NULL;

  g_object_set (fixture->settings, "executor", "nonsense", NULL);
  batch = download (fixture, source, NULL);
  run (batch);
  g_assert_error (sheaf_batch_get_error (batch), SHEAF_ERROR, SHEAF_ERROR_USAGE);
}

/* Killed without a word, in the middle; the next engine goes on where that was. */
static void
test_killed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *cli = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "app", "sheaf-cli", NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) batches = NULL;
  g_autoptr (SheafEngine) next = NULL;
  guint before = 0;
  guint requests;
  SheafBatchSums sums;

  g_subprocess_launcher_setenv (launcher, "SHEAF_IMGUR_API",
                                sheaf_demo_server_get_api_url (fixture->server), TRUE);
  g_subprocess_launcher_setenv (launcher, "IMGUR_CLIENT_ID", SHEAF_DEMO_CLIENT_ID, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, cli, "download", "imgur:hot", "-o",
                                         g_file_peek_path (fixture->options.folder), "-j", "1",
                                         "-x", "sequential", "--json", NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  for (guint i = 0; i < 5; i++)
    g_free (g_data_input_stream_read_line (lines, NULL, NULL, &error));
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  before = count_files (fixture->options.folder);
  g_assert_cmpuint (before, >=, 5);
  g_assert_cmpuint (before, <, N_PICTURES);

  requests = (guint) sheaf_demo_server_get_n_requests (fixture->server);
  batches = load_unfinished (fixture->engine);
  g_assert_cmpuint (batches->len, ==, 1);
  g_assert_true (sheaf_batch_get_paused (g_ptr_array_index (batches, 0)));
  sheaf_batch_resume (g_ptr_array_index (batches, 0));
  sums = run (g_ptr_array_index (batches, 0));
  g_assert_cmpuint (sums.failed, ==, 0);
  g_assert_cmpuint (count_files (fixture->options.folder), ==, N_PICTURES);
  /* Nothing whole was fetched twice. */
  g_assert_cmpuint (sheaf_demo_server_get_n_requests (fixture->server) - requests, <=,
                    N_PICTURES - before + 1);
  next = sheaf_engine_new (fixture->settings);
  g_clear_pointer (&batches, g_ptr_array_unref);
  batches = load_unfinished (next);
  g_assert_cmpuint (batches->len, ==, 0);
}

static void
set_up_leisurely (Fixture *fixture, gconstpointer data)
{
  start (fixture, NULL, 100);
}

#define ADD(name, fault, function)                                                                 \
  g_test_add ("/engine/" name, Fixture, fault, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_autofree char *data = NULL;
  g_autofree char *cache = NULL;
  g_autofree char *state = NULL;
  int status;

  root = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  pictures = g_build_filename (root, "pictures", NULL);
  data = g_build_filename (root, "data", NULL);
  cache = g_build_filename (root, "cache", NULL);
  state = g_build_filename (root, "state", NULL);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_setenv ("XDG_STATE_HOME", state, TRUE);
  g_test_init (&argc, &argv, NULL);
  make_pictures ();

  ADD ("download-all", NULL, test_download_all);
  ADD ("items-not-kept", NULL, test_items_not_kept);
  ADD ("limit-and-types", NULL, test_limit_and_types);
  ADD ("write-metadata", NULL, test_write_metadata);
#ifdef HAVE_XMP
  ADD ("no-embedder", NULL, test_no_embedder);
#endif
  ADD ("failures-and-retry", "file:500=0.4", test_failures_and_retry);
  /* Slow enough that something is still under way, however late this process gets its turn. */
  g_test_add ("/engine/cancel", Fixture, NULL, set_up_leisurely, test_cancel, tear_down);
  g_test_add ("/engine/dropped-while-running", Fixture, NULL, set_up_leisurely,
              test_dropped_while_running, tear_down);
  ADD ("pause", NULL, test_pause);
  ADD ("picked-album", NULL, test_picked_album);
  /* No picture ever comes whole, however fast the machine is. */
  ADD ("timeout", "file:stalled=1", test_timeout);
  ADD ("client-id", NULL, test_client_id);
  ADD ("nobody-there", NULL, test_nobody_there);
  ADD ("previews", NULL, test_previews);
  ADD ("album-cover", NULL, test_album_cover);
  ADD ("folder", NULL, test_folder);
  ADD ("executor-missing", NULL, test_executor_missing);
  g_test_add ("/engine/killed", Fixture, NULL, set_up_leisurely, test_killed, tear_down);
  status = g_test_run ();

  scratch_remove (root);
  g_free (pictures);
  g_free (root);
  return status;
}
