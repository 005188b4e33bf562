/* test-thumbnailer.c: real pictures, real helpers, the shared cache
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Jobs go through an executor of helper processes; in between stands one that counts them, notes
 * whose they are, and can hold them up. */
#include "config.h"

#include "app/thumbnail/thumbnail-cache.h"
#include "app/thumbnail/thumbnailer.h"
#include "app/work/error.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#define TEST_TYPE_EXECUTOR (test_executor_get_type ())
G_DECLARE_FINAL_TYPE (TestExecutor, test_executor, TEST, EXECUTOR, GObject)

struct _TestExecutor
{
  GObject parent_instance;

  SheafExecutor *inner;
  GMutex lock;
  GCond opened;
  gboolean closed;  /* jobs wait */
  GPtrArray *names; /* (element-type utf8): of the files, in the order they came */
  guint n_cancelled;
  const char *deadly; /* the file that a helper dies over */
};

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
    self->n_cancelled++;
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

static void
set_closed (TestExecutor *self, gboolean closed)
{
  g_mutex_lock (&self->lock);
  self->closed = closed;
  g_cond_broadcast (&self->opened);
  g_mutex_unlock (&self->lock);
}

static void
wait_for_jobs (TestExecutor *self, guint n)
{
  g_mutex_lock (&self->lock);
  while (self->names->len < n)
    g_cond_wait (&self->opened, &self->lock);
  g_mutex_unlock (&self->lock);
}

typedef struct
{
  TestExecutor *executor;
  SheafThumbnailer *thumbnailer;
  char *dir;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->executor = g_object_new (TEST_TYPE_EXECUTOR, NULL);
  fixture->executor->inner = sheaf_executor_create ("processes", NULL, &error);
  g_assert_no_error (error);
  fixture->thumbnailer = sheaf_thumbnailer_new (SHEAF_EXECUTOR (fixture->executor));
  fixture->dir = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_all (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->thumbnailer);
  sheaf_executor_shutdown (SHEAF_EXECUTOR (fixture->executor), TRUE);
  g_object_unref (fixture->executor);
  remove_all (fixture->dir);
  remove_all (sheaf_thumbnail_cache_get_root ());
  g_free (fixture->dir);
}

/* A picture of one colour, old enough not to be taken for one that is being written. */
static GFile *
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

typedef struct
{
  gboolean ended;
  SheafThumbnail *thumbnail;
  GError *error;
} Outcome;

static void
on_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  g_assert_false (outcome->ended);
  outcome->thumbnail
      = sheaf_thumbnailer_load_finish (SHEAF_THUMBNAILER (object), result, &outcome->error);
  outcome->ended = TRUE;
}

static void
wait_for (Outcome *outcome)
{
  while (!outcome->ended)
    g_main_context_iteration (NULL, TRUE);
}

static void
outcome_clear (Outcome *outcome)
{
  g_clear_pointer (&outcome->thumbnail, sheaf_thumbnail_free);
  g_clear_error (&outcome->error);
  outcome->ended = FALSE;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
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

static void
load_and_wait (
    Fixture *fixture, GFile *file, SheafThumbnailOutput output, gboolean pixels, Outcome *outcome)
{
  load (fixture, file, output, pixels, SHEAF_THUMBNAIL_BACKGROUND, NULL, outcome);
  wait_for (outcome);
}

static void
assert_colour (SheafPixels *pixels, guint8 red, guint8 green, guint8 blue)
{
  const guint8 *p = g_bytes_get_data (pixels->bytes, NULL);

  g_assert_cmpint (ABS (p[0] - red), <, 8);
  g_assert_cmpint (ABS (p[1] - green), <, 8);
  g_assert_cmpint (ABS (p[2] - blue), <, 8);
}

static void
test_cache_round_trip (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_picture (fixture, "a.jpg", "jpeg", 0xff0000ff, FALSE);
  g_autofree char *uri = g_file_get_uri (file);
  g_autoptr (GdkPixbuf) written = NULL;
  g_auto (Outcome) first = { 0 };
  g_auto (Outcome) second = { 0 };
  g_auto (Outcome) third = { 0 };

  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &first);
  g_assert_no_error (first.error);
  g_assert_false (first.thumbnail->found);
  g_assert_null (first.thumbnail->pixels);
  g_assert_cmpuint (first.thumbnail->original_bytes, >, 0);

  /* Another program's view of it. */
  written = gdk_pixbuf_new_from_file (g_file_peek_path (first.thumbnail->file), NULL);
  g_assert_cmpint (gdk_pixbuf_get_width (written), ==, 128);
  g_assert_cmpint (gdk_pixbuf_get_height (written), ==, 85);
  g_assert_cmpstr (gdk_pixbuf_get_option (written, "tEXt::Thumb::URI"), ==, uri);
  g_assert_cmpstr (gdk_pixbuf_get_option (written, "tEXt::Thumb::MTime"), ==, "1000000000");
  g_assert_cmpuint (fixture->executor->names->len, ==, 1);

  /* Found without a job; with the pixels, by a job on the entry, not on the picture. */
  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &second);
  g_assert_true (second.thumbnail->found);
  g_assert_cmpuint (fixture->executor->names->len, ==, 1);
  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_NONE, TRUE, &third);
  g_assert_true (third.thumbnail->found);
  assert_colour (third.thumbnail->pixels, 255, 0, 0);
  g_assert_cmpuint (fixture->executor->names->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (fixture->executor->names, 1), !=, "a.jpg");
}

/* Entries that others made, as GNOME and as tumbler write the time. */
static void
test_foreign_entries (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *mtime;
    gboolean valid;
  } cases[] = {
    { "1000000000", TRUE },
    { "1000000000.123456", TRUE },
    { "1000000001", FALSE },
    { "999999999", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", i);
      g_autoptr (GFile) file = make_picture (fixture, name, "png", 0x00ff00ff, FALSE);
      g_autofree char *uri = g_file_get_uri (file);
      g_autofree char *entry = sheaf_thumbnail_cache_dup_path (uri, SHEAF_CACHE_NORMAL);
      g_autofree char *dir = g_path_get_dirname (entry);
      g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 128, 85);
      g_auto (Outcome) outcome = { 0 };

      g_mkdir_with_parents (dir, 0700);
      gdk_pixbuf_fill (pixbuf, 0x0000ffff);
      g_assert_true (gdk_pixbuf_save (pixbuf, entry, "png", NULL, "tEXt::Thumb::URI", uri,
                                      "tEXt::Thumb::MTime", cases[i].mtime, NULL));
      load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, TRUE, &outcome);
      g_assert_no_error (outcome.error);
      g_assert_cmpint (outcome.thumbnail->found, ==, cases[i].valid);
      if (cases[i].valid)
        assert_colour (outcome.thumbnail->pixels, 0, 0, 255);
      else
        assert_colour (outcome.thumbnail->pixels, 0, 255, 0);
    }
}

static void
test_damaged_entry (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_picture (fixture, "a.png", "png", 0x00ff00ff, FALSE);
  g_auto (Outcome) first = { 0 };
  g_auto (Outcome) second = { 0 };
  struct stat info;

  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &first);
  g_assert_no_error (first.error);
  g_assert_cmpint (stat (g_file_peek_path (first.thumbnail->file), &info), ==, 0);
  g_assert_cmpint (truncate (g_file_peek_path (first.thumbnail->file), info.st_size - 40), ==, 0);

  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, TRUE, &second);
  g_assert_no_error (second.error);
  assert_colour (second.thumbnail->pixels, 0, 255, 0);
}

static void
test_failure_is_remembered (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "text.jpg", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  struct utimbuf times = { 1000000000, 1000000000 };
  g_auto (Outcome) first = { 0 };
  g_auto (Outcome) second = { 0 };
  g_auto (Outcome) third = { 0 };

  g_file_set_contents (path, "this is text, whatever its name says", -1, NULL);
  utime (path, &times);
  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &first);
  g_assert_error (first.error, SHEAF_ERROR, SHEAF_ERROR_NOT_A_PICTURE);
  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &second);
  g_assert_error (second.error, SHEAF_ERROR, SHEAF_ERROR_NOT_A_PICTURE);
  g_assert_cmpuint (fixture->executor->names->len, ==, 1);

  sheaf_thumbnailer_forget (fixture->thumbnailer, file);
  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &third);
  g_assert_error (third.error, SHEAF_ERROR, SHEAF_ERROR_NOT_A_PICTURE);
  g_assert_cmpuint (fixture->executor->names->len, ==, 2);
}

/* The request that drops the entries and the one that asks anew run in two threads. */
static void
test_forget_comes_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_picture (fixture, "a.png", "png", 0x00ff00ff, FALSE);
  g_auto (Outcome) first = { 0 };

  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &first);
  g_assert_no_error (first.error);
  for (guint i = 0; i < 300; i++)
    {
      g_auto (Outcome) again = { 0 };

      sheaf_thumbnailer_forget (fixture->thumbnailer, file);
      load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &again);
      g_assert_no_error (again.error);
      g_assert_false (again.thumbnail->found);
    }
}

static void
test_files (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *type;
    gboolean alpha;
    const char *beside;
  } cases[] = {
    { "a.jpg", "jpeg", FALSE, "a_thumbnail.jpg" },
    { "B.JPEG", "jpeg", FALSE, "B_thumbnail.JPEG" },
    { "c.png", "png", TRUE, "c_thumbnail.png" },
    { "d.jpg", "png", FALSE, "d_thumbnail.png" }, /* by content, not by name */
    { "e.bmp", "bmp", FALSE, "e_thumbnail.jpg" },
    { "f.tiff", "tiff", TRUE, "f_thumbnail.png" },
    { "a.bmp", "bmp", FALSE, "a.bmp_thumbnail.jpg" }, /* a.jpg has the other name */
    { "no-extension", "jpeg", FALSE, "no-extension_thumbnail.jpg" },
    { "dots.in.name.png", "png", FALSE, "dots.in.name_thumbnail.png" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GFile) file
          = make_picture (fixture, cases[i].name, cases[i].type, 0x3060c080, cases[i].alpha);
      g_auto (Outcome) beside = { 0 };
      g_auto (Outcome) folder = { 0 };
      g_autofree char *name = NULL;
      g_autofree char *folder_name = NULL;
      g_autoptr (GdkPixbuf) written = NULL;

      load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_BESIDE, FALSE, &beside);
      g_assert_no_error (beside.error);
      name = g_file_get_basename (beside.thumbnail->file);
      g_assert_cmpstr (name, ==, cases[i].beside);
      written = gdk_pixbuf_new_from_file (g_file_peek_path (beside.thumbnail->file), NULL);
      g_assert_cmpint (gdk_pixbuf_get_width (written), ==, 128);
      g_assert_cmpint (gdk_pixbuf_get_has_alpha (written), ==, cases[i].alpha);

      load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_FOLDER, FALSE, &folder);
      g_assert_no_error (folder.error);
      folder_name = g_file_get_basename (folder.thumbnail->file);
      g_assert_cmpstr (folder_name, ==, cases[i].beside);
    }
}

/* Two pictures of one name from two folders do not overwrite each other's thumbnails. */
static void
test_same_names (Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = g_build_filename (fixture->dir, "one", NULL);
  g_autofree char *two = g_build_filename (fixture->dir, "two", NULL);
  g_autoptr (GFile) a = NULL;
  g_autoptr (GFile) b = NULL;
  g_auto (Outcome) first = { 0 };
  g_auto (Outcome) second = { 0 };
  g_auto (Outcome) again = { 0 };

  g_mkdir (one, 0755);
  g_mkdir (two, 0755);
  a = make_picture (fixture, "one/x.png", "png", 0xff0000ff, FALSE);
  b = make_picture (fixture, "two/x.png", "png", 0x0000ffff, FALSE);
  load_and_wait (fixture, a, SHEAF_THUMBNAIL_OUTPUT_FOLDER, FALSE, &first);
  load_and_wait (fixture, b, SHEAF_THUMBNAIL_OUTPUT_FOLDER, FALSE, &second);
  load_and_wait (fixture, a, SHEAF_THUMBNAIL_OUTPUT_FOLDER, FALSE, &again);
  g_assert_false (g_file_equal (first.thumbnail->file, second.thumbnail->file));
  g_assert_true (g_file_equal (first.thumbnail->file, again.thumbnail->file));
}

static void
test_coalesce (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_picture (fixture, "a.jpg", "jpeg", 0xff0000ff, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Outcome) stays = { 0 };
  g_auto (Outcome) leaves = { 0 };
  g_auto (Outcome) looks = { 0 };

  set_closed (fixture->executor, TRUE);
  load (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, SHEAF_THUMBNAIL_BACKGROUND, NULL,
        &stays);
  load (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, SHEAF_THUMBNAIL_VISIBLE, cancellable,
        &leaves);
  wait_for_jobs (fixture->executor, 1);
  g_cancellable_cancel (cancellable);
  wait_for (&leaves);
  g_assert_error (leaves.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (stays.ended);

  set_closed (fixture->executor, FALSE);
  wait_for (&stays);
  g_assert_no_error (stays.error);
  g_assert_cmpuint (fixture->executor->names->len, ==, 1);
  g_assert_cmpuint (fixture->executor->n_cancelled, ==, 0);

  /* Who wants pixels while only the file is being made gets them all the same. */
  sheaf_thumbnailer_forget (fixture->thumbnailer, file);
  outcome_clear (&stays);
  set_closed (fixture->executor, TRUE);
  load (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, SHEAF_THUMBNAIL_BACKGROUND, NULL,
        &stays);
  wait_for_jobs (fixture->executor, 2);
  load (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, TRUE, SHEAF_THUMBNAIL_VISIBLE, NULL, &looks);
  set_closed (fixture->executor, FALSE);
  wait_for (&looks);
  wait_for (&stays);
  g_assert_nonnull (looks.thumbnail->pixels);
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  static const char *const expected[] = { "7.png", "6.png", "5.png", "2.png", "3.png", "4.png" };
  static const SheafThumbnailPriority priorities[]
      = { SHEAF_THUMBNAIL_BACKGROUND, SHEAF_THUMBNAIL_BACKGROUND, SHEAF_THUMBNAIL_BACKGROUND,
          SHEAF_THUMBNAIL_BACKGROUND, SHEAF_THUMBNAIL_BACKGROUND, SHEAF_THUMBNAIL_NEAR,
          SHEAF_THUMBNAIL_VISIBLE,    SHEAF_THUMBNAIL_VISIBLE };
  Outcome outcomes[G_N_ELEMENTS (priorities)] = { 0 };

  set_closed (fixture->executor, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", i);
      g_autoptr (GFile) file = make_picture (fixture, name, "png", 0xff0000ff, FALSE);

      load (fixture, file, SHEAF_THUMBNAIL_OUTPUT_NONE, TRUE, priorities[i], NULL, &outcomes[i]);
      /* One job at once makes two workers; they take the first two. */
      if (i == 1)
        wait_for_jobs (fixture->executor, 2);
    }
  set_closed (fixture->executor, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      wait_for (&outcomes[i]);
      g_assert_no_error (outcomes[i].error);
      outcome_clear (&outcomes[i]);
    }

  /* Two workers may pass each other by one place. */
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      guint at = G_MAXUINT;

      for (guint n = 2; n < fixture->executor->names->len; n++)
        if (strcmp (g_ptr_array_index (fixture->executor->names, n), expected[i]) == 0)
          at = n - 2;
      g_assert_cmpint (ABS ((int) at - (int) i), <=, 1);
    }
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcomes[6] = { 0 };

  set_closed (fixture->executor, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", i);
      g_autoptr (GFile) file = make_picture (fixture, name, "png", 0xff0000ff, FALSE);

      load (fixture, file, SHEAF_THUMBNAIL_OUTPUT_NONE, TRUE, SHEAF_THUMBNAIL_VISIBLE, cancellable,
            &outcomes[i]);
    }
  wait_for_jobs (fixture->executor, 2);
  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      wait_for (&outcomes[i]);
      g_assert_error (outcomes[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      outcome_clear (&outcomes[i]);
    }
  set_closed (fixture->executor, FALSE);

  /* What nobody waited for any more was never begun. */
  sheaf_thumbnailer_shutdown (fixture->thumbnailer);
  g_assert_cmpuint (fixture->executor->names->len, ==, 2);
}

static void
test_crash_limit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_picture (fixture, "deadly.png", "png", 0xff0000ff, FALSE);

  fixture->executor->deadly = "deadly.png";
  for (guint i = 0; i < 4; i++)
    {
      g_auto (Outcome) outcome = { 0 };

      load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &outcome);
      g_assert_error (outcome.error, SHEAF_ERROR, SHEAF_ERROR_CRASHED);
    }
  g_assert_cmpuint (fixture->executor->names->len, ==, 2);

  fixture->executor->deadly = NULL;
  sheaf_thumbnailer_forget (fixture->thumbnailer, file);
  {
    g_auto (Outcome) outcome = { 0 };

    load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &outcome);
    g_assert_no_error (outcome.error);
  }
}

static gboolean
write_rest (gpointer data)
{
  FILE *file = data;

  g_assert_cmpint (fseek (file, 0, SEEK_END), ==, 0);
  g_assert_cmpint (fputc ('x', file), !=, EOF);
  fclose (file);
  return G_SOURCE_REMOVE;
}

/* A file that somebody has open for writing is waited for, and not much longer than that. */
static void
test_being_written (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_picture (fixture, "a.jpg", "jpeg", 0xff0000ff, FALSE);
  g_auto (Outcome) outcome = { 0 };
  FILE *writer = g_fopen (g_file_peek_path (file), "r+");
  gint64 begin = g_get_monotonic_time ();
  struct stat before;
  struct stat info;

  /* Touched just now, by somebody who is not done. */
  g_assert_nonnull (writer);
  g_assert_cmpint (utime (g_file_peek_path (file), NULL), ==, 0);
  g_assert_cmpint (stat (g_file_peek_path (file), &before), ==, 0);
  g_timeout_add (300, write_rest, writer);
  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 2500 * G_TIME_SPAN_MILLISECOND);

  /* Made of the whole file, not of what there was at first. */
  g_assert_cmpint (stat (g_file_peek_path (file), &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, before.st_size + 1);
  g_assert_cmpuint (outcome.thumbnail->original_bytes, ==, (guint64) info.st_size);
}

static void
test_no_such_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = g_file_new_build_filename (fixture->dir, "none.jpg", NULL);
  g_autoptr (GFile) dir = g_file_new_for_path (fixture->dir);
  g_auto (Outcome) missing = { 0 };
  g_auto (Outcome) folder = { 0 };

  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &missing);
  g_assert_error (missing.error, SHEAF_ERROR, SHEAF_ERROR_FILE);
  load_and_wait (fixture, dir, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &folder);
  g_assert_error (folder.error, SHEAF_ERROR, SHEAF_ERROR_FILE);
  g_assert_false (g_file_test (sheaf_thumbnail_cache_get_root (), G_FILE_TEST_EXISTS));
}

static void
test_inside_cache (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_picture (fixture, "a.jpg", "jpeg", 0xff0000ff, FALSE);
  g_auto (Outcome) first = { 0 };
  g_auto (Outcome) second = { 0 };

  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &first);
  load_and_wait (fixture, first.thumbnail->file, SHEAF_THUMBNAIL_OUTPUT_CACHE, TRUE, &second);
  g_assert_no_error (second.error);
  g_assert_nonnull (second.thumbnail->pixels);
  g_assert_null (second.thumbnail->file);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_descriptors (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) good = make_picture (fixture, "a.tiff", "tiff", 0xff000080, TRUE);
  g_autofree char *bad_path = g_build_filename (fixture->dir, "bad.png", NULL);
  g_autoptr (GFile) bad = g_file_new_for_path (bad_path);
  struct utimbuf times = { 1000000000, 1000000000 };
  guint before = 0;

  g_file_set_contents (bad_path, "\x89PNG\r\n\x1a\nrubbish", -1, NULL);
  utime (bad_path, &times);
  for (guint i = 0; i < 40; i++)
    {
      for (SheafThumbnailOutput output = SHEAF_THUMBNAIL_OUTPUT_NONE;
           output <= SHEAF_THUMBNAIL_OUTPUT_FOLDER; output++)
        {
          g_auto (Outcome) outcome = { 0 };
          g_auto (Outcome) failure = { 0 };

          load_and_wait (fixture, good, output, i % 2 == 0, &outcome);
          g_assert_no_error (outcome.error);
          load_and_wait (fixture, bad, output, i % 2 == 0, &failure);
          g_assert_nonnull (failure.error);
        }
      if (i == 5)
        before = count_descriptors ();
    }
  g_assert_cmpuint (count_descriptors (), <=, before + 1);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/thumbnailer/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_autofree char *cache = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  int status;

  /* Only the cache is kept apart: gdk-pixbuf tells formats by the system's MIME types. */
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("cache-round-trip", test_cache_round_trip);
  ADD ("foreign-entries", test_foreign_entries);
  ADD ("damaged-entry", test_damaged_entry);
  ADD ("failure-is-remembered", test_failure_is_remembered);
  ADD ("forget-comes-first", test_forget_comes_first);
  ADD ("files", test_files);
  ADD ("same-names", test_same_names);
  ADD ("coalesce", test_coalesce);
  ADD ("order", test_order);
  ADD ("cancel", test_cancel);
  ADD ("crash-limit", test_crash_limit);
  ADD ("being-written", test_being_written);
  ADD ("no-such-file", test_no_such_file);
  ADD ("inside-cache", test_inside_cache);
  ADD ("descriptors", test_descriptors);
  status = g_test_run ();
  remove_all (cache);
  return status;
}
