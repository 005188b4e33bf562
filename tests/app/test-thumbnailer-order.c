/* test-thumbnailer-order.c: what is done first, what is done again, and what is not done at all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/pictures.h"
#include "tests/app/thumbnailer-fixture.h"

#include "app/thumbnail/thumbnail-cache.h"
#include "app/work/error.h"

#include <glib/gstdio.h>

#include <string.h>
#include <sys/stat.h>
#include <utime.h>

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

/* Somebody looked at a picture of a batch and scrolled on: what is on the screen now is first. */
static void
test_leave (Fixture *fixture, gconstpointer data)
{
  static const SheafThumbnailOutput output = SHEAF_THUMBNAIL_OUTPUT_NONE;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  Outcome outcomes[5] = { 0 };
  g_auto (Outcome) looked = { 0 };
  guint at[5] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", i);

      g_ptr_array_add (files, make_picture (fixture, name, "png", 0xff0000ff, FALSE));
    }
  set_closed (fixture->executor, TRUE);
  for (guint i = 0; i < 2; i++)
    load (fixture, files->pdata[i], output, TRUE, SHEAF_THUMBNAIL_VISIBLE, NULL, &outcomes[i]);
  wait_for_jobs (fixture->executor, 2);
  load (fixture, files->pdata[2], output, TRUE, SHEAF_THUMBNAIL_BACKGROUND, NULL, &outcomes[2]);
  load (fixture, files->pdata[3], output, TRUE, SHEAF_THUMBNAIL_NEAR, NULL, &outcomes[3]);
  load (fixture, files->pdata[4], output, TRUE, SHEAF_THUMBNAIL_NEAR, NULL, &outcomes[4]);
  load (fixture, files->pdata[2], output, TRUE, SHEAF_THUMBNAIL_VISIBLE, cancellable, &looked);
  g_cancellable_cancel (cancellable);
  wait_for (&looked);
  g_assert_error (looked.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  set_closed (fixture->executor, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      wait_for (&outcomes[i]);
      g_assert_no_error (outcomes[i].error);
      outcome_clear (&outcomes[i]);
    }
  g_assert_cmpuint (fixture->executor->names->len, ==, 5);
  for (guint n = 0; n < 5; n++)
    at[((const char *) g_ptr_array_index (fixture->executor->names, n))[0] - '0'] = n;
  /* Two workers may pass each other by one place. */
  g_assert_cmpuint (at[2], >=, 3);
}

/* A request under way has found the entry that is being dropped; who asks now does not join it. */
static void
test_forget_under_way (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_picture (fixture, "a.png", "png", 0x00ff00ff, FALSE);
  g_auto (Outcome) first = { 0 };
  g_auto (Outcome) before = { 0 };
  g_auto (Outcome) after = { 0 };

  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &first);
  set_closed (fixture->executor, TRUE);
  load (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, TRUE, SHEAF_THUMBNAIL_VISIBLE, NULL, &before);
  wait_for_jobs (fixture->executor, 2);
  sheaf_thumbnailer_forget (fixture->thumbnailer, file);
  load (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, TRUE, SHEAF_THUMBNAIL_VISIBLE, NULL, &after);
  set_closed (fixture->executor, FALSE);
  wait_for (&before);
  wait_for (&after);
  g_assert_no_error (before.error);
  g_assert_true (before.thumbnail->found);
  g_assert_no_error (after.error);
  g_assert_false (after.thumbnail->found);
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

/* He paused for longer than a finished file is mistrusted. */
static void
test_writer_pauses (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_picture (fixture, "a.jpg", "jpeg", 0xff0000ff, FALSE);
  g_auto (Outcome) outcome = { 0 };
  FILE *writer = g_fopen (g_file_peek_path (file), "r+");
  struct utimbuf times = { time (NULL) - 5, time (NULL) - 5 };
  struct stat before;

  g_assert_nonnull (writer);
  g_assert_cmpint (utime (g_file_peek_path (file), &times), ==, 0);
  g_assert_cmpint (stat (g_file_peek_path (file), &before), ==, 0);
  g_timeout_add (300, write_rest, writer);
  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (outcome.thumbnail->original_bytes, ==, (guint64) before.st_size + 1);
}

/* Written to while a helper reads it: what is remembered is of the file as it is now. */
static void
test_changes_under_way (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_picture (fixture, "a.png", "png", 0xff0000ff, FALSE);
  g_auto (Outcome) outcome = { 0 };
  g_auto (Outcome) again = { 0 };
  struct stat before;

  g_assert_cmpint (stat (g_file_peek_path (file), &before), ==, 0);
  set_closed (fixture->executor, TRUE);
  load (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, TRUE, SHEAF_THUMBNAIL_VISIBLE, NULL, &outcome);
  wait_for_jobs (fixture->executor, 1);
  write_rest (g_fopen (g_file_peek_path (file), "r+"));
  set_closed (fixture->executor, FALSE);
  wait_for (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (outcome.thumbnail->original_bytes, ==, (guint64) before.st_size + 1);
  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &again);
  g_assert_true (again.thumbnail->found);
}

typedef struct
{
  const char *path;
  GBytes *content;
} Slow;

static gpointer
write_slowly (gpointer data)
{
  Slow *slow = data;
  gsize length;
  const char *bytes = g_bytes_get_data (slow->content, &length);
  FILE *file = g_fopen (slow->path, "w");

  for (gsize done = 0; done < length; done += length / 20 + 1)
    {
      gsize n = MIN (length / 20 + 1, length - done);

      g_usleep (20000);
      g_assert_cmpuint (fwrite (bytes + done, 1, n, file), ==, n);
      fflush (file);
    }
  fclose (file);
  return NULL;
}

/* From nothing to the last byte, while somebody looks: nothing is made of a part. */
static void
test_slow_writer (Fixture *fixture, gconstpointer data)
{
  const JpegKind kind = { .width = 900, .height = 600 };
  g_autoptr (GBytes) content = make_jpeg (&kind);
  g_autofree char *path = g_build_filename (fixture->dir, "slow.jpg", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  Slow slow = { path, content };
  g_auto (Outcome) outcome = { 0 };
  GThread *writer = g_thread_new ("writer", write_slowly, &slow);
  const guint8 *last;

  while (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_usleep (1000);
  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_NONE, TRUE, &outcome);
  g_thread_join (writer);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (outcome.thumbnail->original_bytes, ==, g_bytes_get_size (content));
  last = g_bytes_get_data (outcome.thumbnail->pixels->bytes, NULL);
  last += outcome.thumbnail->pixels->stride * (outcome.thumbnail->pixels->height - 3)
          + 3 * (outcome.thumbnail->pixels->width - 3);
  g_assert_cmpint (MIN (MIN (last[0], last[1]), last[2]), >, 220);
  g_assert_cmpuint (fixture->executor->names->len, ==, 1);
}

/* Moved in when it was whole, a moment after it was written: there is nothing to wait for. */
static void
test_moved_in (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) before = make_picture (fixture, "a.part", "jpeg", 0xff0000ff, FALSE);
  g_autoptr (GFile) file = g_file_new_build_filename (fixture->dir, "a.jpg", NULL);
  g_auto (Outcome) outcome = { 0 };
  gint64 begin = g_get_monotonic_time ();

  g_assert_cmpint (utime (g_file_peek_path (before), NULL), ==, 0);
  g_assert_cmpint (g_rename (g_file_peek_path (before), g_file_peek_path (file)), ==, 0);
  load_and_wait (fixture, file, SHEAF_THUMBNAIL_OUTPUT_CACHE, FALSE, &outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 2500 * G_TIME_SPAN_MILLISECOND);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/thumbnailer/" name, Fixture, NULL, set_up, function, tear_down)

static void
add_tests (void)
{
  ADD ("forget-comes-first", test_forget_comes_first);
  ADD ("forget-under-way", test_forget_under_way);
  ADD ("coalesce", test_coalesce);
  ADD ("order", test_order);
  ADD ("leave", test_leave);
  ADD ("cancel", test_cancel);
  ADD ("crash-limit", test_crash_limit);
  ADD ("being-written", test_being_written);
  ADD ("writer-pauses", test_writer_pauses);
  ADD ("changes-under-way", test_changes_under_way);
  ADD ("slow-writer", test_slow_writer);
  ADD ("moved-in", test_moved_in);
}

int
main (int argc, char *argv[])
{
  return run_with_own_cache (argc, argv, add_tests);
}
