/* thumbnailer-fixture.c: a thumbnailer whose jobs can be watched and held up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/thumbnailer-fixture.h"

#include "app/thumbnail/thumbnail-cache.h"
#include "app/work/error.h"
#include "tests/app/scratch.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#include <string.h>
#include <utime.h>

static SheafReply *
test_executor_run (SheafExecutor *executor,
                   SheafJob *job,
                   GCancellable *cancellable,
                   GError **error)
{
  TestExecutor *self = TEST_EXECUTOR (executor);
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", job->fd);
  g_autofree char *path = g_file_read_link (link, NULL);
  g_autofree char *name = path != NULL ? g_path_get_basename (path) : g_strdup ("?");
  SheafReply *reply;

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->names, g_strdup (name));
  g_cond_broadcast (&self->opened);
  while (self->closed && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait_until (&self->opened, &self->lock, g_get_monotonic_time () + 10000);
  g_mutex_unlock (&self->lock);

  if (g_strcmp0 (name, self->deadly) == 0)
    {
      g_set_error (error, SHEAF_ERROR, SHEAF_ERROR_CRASHED, "died");
      return NULL;
    }
  reply = sheaf_executor_run (self->inner, job, cancellable, error);
  if (reply == NULL && error != NULL && g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_atomic_int_inc (&self->n_cancelled);
  return reply;
}

static guint
test_executor_get_n_jobs (SheafExecutor *executor)
{
  return 1;
}

static void
test_executor_shutdown (SheafExecutor *executor, gboolean cancel)
{
  sheaf_executor_shutdown (TEST_EXECUTOR (executor)->inner, cancel);
}

static void
executor_init (SheafExecutorInterface *iface)
{
  iface->run = test_executor_run;
  iface->get_n_jobs = test_executor_get_n_jobs;
  iface->shutdown = test_executor_shutdown;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestExecutor,
                               test_executor,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHEAF_TYPE_EXECUTOR, executor_init))

static void
test_executor_finalize (GObject *object)
{
  TestExecutor *self = TEST_EXECUTOR (object);

  g_object_unref (self->inner);
  g_ptr_array_unref (self->names);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->opened);
  G_OBJECT_CLASS (test_executor_parent_class)->finalize (object);
}

static void
test_executor_class_init (TestExecutorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_executor_finalize;
}

static void
test_executor_init (TestExecutor *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->opened);
  self->names = g_ptr_array_new_with_free_func (g_free);
}

void
set_closed (TestExecutor *self, gboolean closed)
{
  g_mutex_lock (&self->lock);
  self->closed = closed;
  g_cond_broadcast (&self->opened);
  g_mutex_unlock (&self->lock);
}

void
wait_for_jobs (TestExecutor *self, guint n)
{
  g_mutex_lock (&self->lock);
  while (self->names->len < n)
    g_cond_wait (&self->opened, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->executor = g_object_new (TEST_TYPE_EXECUTOR, NULL);
  fixture->executor->inner = sheaf_executor_create ("processes", NULL, &error);
  g_assert_no_error (error);
  fixture->thumbnailer = sheaf_thumbnailer_new (SHEAF_EXECUTOR (fixture->executor));
  fixture->dir = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
}

void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->thumbnailer);
  sheaf_executor_shutdown (SHEAF_EXECUTOR (fixture->executor), TRUE);
  g_object_unref (fixture->executor);
  scratch_remove (fixture->dir);
  scratch_remove (sheaf_thumbnail_cache_get_root ());
  g_free (fixture->dir);
}

GFile *
make_file (Fixture *fixture, const char *name, GBytes *content)
{
  g_autofree char *path = g_build_filename (fixture->dir, name, NULL);
  struct utimbuf times = { 1000000000, 1000000000 };
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, g_bytes_get_data (content, NULL), (gssize) g_bytes_get_size (content),
                       &error);
  g_assert_no_error (error);
  g_assert_cmpint (utime (path, &times), ==, 0);
  return g_file_new_for_path (path);
}

GFile *
make_picture (Fixture *fixture, const char *name, const char *type, guint32 rgba, gboolean alpha)
{
  g_autofree char *path = g_build_filename (fixture->dir, name, NULL);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, alpha, 8, 300, 200);
  g_autoptr (GError) error = NULL;
  struct utimbuf times = { 1000000000, 1000000000 };

  gdk_pixbuf_fill (pixbuf, rgba);
  gdk_pixbuf_save (pixbuf, path, type, &error, NULL);
  g_assert_no_error (error);
  g_assert_cmpint (utime (path, &times), ==, 0);
  return g_file_new_for_path (path);
}

void
on_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  g_assert_false (outcome->ended);
  outcome->thumbnail
      = sheaf_thumbnailer_load_finish (SHEAF_THUMBNAILER (object), result, &outcome->error);
  outcome->ended = TRUE;
}

void
wait_for (Outcome *outcome)
{
  while (!outcome->ended)
    g_main_context_iteration (NULL, TRUE);
}

void
outcome_clear (Outcome *outcome)
{
  g_clear_pointer (&outcome->thumbnail, sheaf_thumbnail_free);
  g_clear_error (&outcome->error);
  outcome->ended = FALSE;
}

void
load (Fixture *fixture,
      GFile *file,
      SheafThumbnailOutput output,
      gboolean pixels,
      SheafThumbnailPriority priority,
      GCancellable *cancellable,
      Outcome *outcome)
{
  g_autoptr (GFile) folder = g_file_new_build_filename (fixture->dir, "out", NULL);

  if (output == SHEAF_THUMBNAIL_OUTPUT_FOLDER)
    g_mkdir (g_file_peek_path (folder), 0755);
  sheaf_thumbnailer_load_async (fixture->thumbnailer, file, 128, output, folder, pixels, priority,
                                cancellable, on_loaded, outcome);
}

void
load_and_wait (
    Fixture *fixture, GFile *file, SheafThumbnailOutput output, gboolean pixels, Outcome *outcome)
{
  load (fixture, file, output, pixels, SHEAF_THUMBNAIL_BACKGROUND, NULL, outcome);
  wait_for (outcome);
}

int
run_with_own_cache (int argc, char *argv[], void (*add_tests) (void))
{
  g_autofree char *cache = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  int status;

  /* Only the cache is kept apart: gdk-pixbuf tells formats by the system's MIME types. */
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  add_tests ();
  status = g_test_run ();
  scratch_remove (cache);
  return status;
}
