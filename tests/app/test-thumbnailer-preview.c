/* test-thumbnailer-preview.c: pictures embedded in files, shown until the thumbnails are there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/pictures.h"
#include "tests/app/thumbnailer-fixture.h"

#include "app/thumbnail/thumbnail-cache.h"
#include "app/work/error.h"

#include <string.h>

#define LONG_FILE (600u << 10) /* long enough that a preview is worth it */

/* What came of one look. */
typedef struct
{
  Outcome outcome; /* first, as it is what the callback is given */
  SheafPixels *preview;
  guint n_previews;
  GCancellable *cancel_then; /* (nullable): when the preview comes */
} Look;

static void
look_clear (Look *look)
{
  outcome_clear (&look->outcome);
  g_clear_pointer (&look->preview, sheaf_pixels_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Look, look_clear)

static void
on_preview (SheafPixels *preview, gpointer data)
{
  Look *look = data;

  g_assert_false (look->outcome.ended);
  look->n_previews++;
  look->preview = sheaf_pixels_ref (preview);
  if (look->cancel_then != NULL)
    g_cancellable_cancel (look->cancel_then);
}

static void
look_at (Fixture *fixture, GFile *file, GCancellable *cancellable, Look *look)
{
  sheaf_thumbnailer_look_async (fixture->thumbnailer, file, 256, SHEAF_THUMBNAIL_VISIBLE,
                                on_preview, cancellable, on_loaded, &look->outcome);
}

/* The embedded picture is grey, so that one can be told from the other. */
static GFile *
make_camera_picture (Fixture *fixture, const char *name, guint orientation)
{
  const JpegKind small = { .width = 160, .height = 120, .grey = TRUE };
  g_autoptr (GBytes) thumbnail = make_jpeg (&small);
  const JpegKind kind = { .width = 1600,
                          .height = 1200,
                          .orientation = orientation,
                          .thumbnail = thumbnail,
                          .fill = LONG_FILE };
  g_autoptr (GBytes) content = make_jpeg (&kind);

  return make_file (fixture, name, content);
}

static gboolean
is_grey (SheafPixels *pixels)
{
  const guint8 *p = g_bytes_get_data (pixels->bytes, NULL);

  p += pixels->stride * (pixels->height / 4) + (pixels->has_alpha ? 4 : 3) * (pixels->width / 4);
  return p[0] == p[1] && p[1] == p[2];
}

static guint
count_jobs (Fixture *fixture, const char *name)
{
  guint n = 0;

  for (guint i = 0; i < fixture->executor->names->len; i++)
    n += g_str_equal (g_ptr_array_index (fixture->executor->names, i), name);
  return n;
}

static void
test_comes_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_camera_picture (fixture, "a.jpg", 6);
  g_auto (Look) look = { 0 };
  g_auto (Look) again = { 0 };

  look_at (fixture, file, NULL, &look);
  while (look.preview == NULL)
    g_main_context_iteration (NULL, TRUE);

  /* Upright, and kept nowhere. */
  g_assert_cmpuint (look.preview->width, ==, 120);
  g_assert_cmpuint (look.preview->height, ==, 160);
  g_assert_cmpuint (look.preview->source_width, ==, 1200);
  g_assert_true (is_grey (look.preview));

  wait_for (&look.outcome);
  g_assert_no_error (look.outcome.error);
  g_assert_cmpuint (look.n_previews, ==, 1);
  g_assert_cmpuint (look.outcome.thumbnail->pixels->height, ==, 256);
  g_assert_false (is_grey (look.outcome.thumbnail->pixels));
  g_assert_cmpuint (count_jobs (fixture, "a.jpg"), ==, 2);

  /* What is in the cache is the thumbnail, and it needs no preview. */
  look_at (fixture, file, NULL, &again);
  wait_for (&again.outcome);
  g_assert_true (again.outcome.thumbnail->found);
  g_assert_false (is_grey (again.outcome.thumbnail->pixels));
  g_assert_cmpuint (again.n_previews, ==, 0);
  g_assert_cmpuint (count_jobs (fixture, "a.jpg"), ==, 2);
}

static void
test_not_cached (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_camera_picture (fixture, "a.jpg", 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Look) look = { .cancel_then = cancellable };

  /* Leaving once the preview is there: nobody is told any more, and nothing is kept. */
  look_at (fixture, file, cancellable, &look);
  wait_for (&look.outcome);
  g_assert_error (look.outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (look.n_previews, ==, 1);
  sheaf_thumbnailer_shutdown (fixture->thumbnailer);
  for (SheafCacheFlavor flavor = 0; flavor < SHEAF_N_CACHE_FLAVORS; flavor++)
    {
      g_autofree char *uri = g_file_get_uri (file);
      g_autofree char *path = sheaf_thumbnail_cache_dup_path (uri, flavor);

      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

/* A file without anything embedded costs one job, as ever. */
static void
test_without (Fixture *fixture, gconstpointer data)
{
  const JpegKind kind = { .width = 1600, .height = 1200, .orientation = 1, .fill = LONG_FILE };
  g_autoptr (GBytes) jpeg = make_jpeg (&kind);
  g_autoptr (GFile) file = make_file (fixture, "a.jpg", jpeg);
  g_autoptr (GFile) png = make_picture (fixture, "b.png", "png", 0xff0000ff, FALSE);
  g_auto (Look) look = { 0 };
  g_auto (Look) other = { 0 };

  look_at (fixture, file, NULL, &look);
  look_at (fixture, png, NULL, &other);
  wait_for (&look.outcome);
  wait_for (&other.outcome);
  g_assert_no_error (look.outcome.error);
  g_assert_no_error (other.outcome.error);
  g_assert_cmpuint (look.n_previews + other.n_previews, ==, 0);
  g_assert_cmpuint (count_jobs (fixture, "a.jpg"), ==, 1);
  g_assert_cmpuint (count_jobs (fixture, "b.png"), ==, 1);
}

/* Every tile has something to show before the first has its thumbnail; the newest is first in
 * both. */
static void
test_order (Fixture *fixture, gconstpointer data)
{
  Look looks[6] = { 0 };
  guint n_seen[G_N_ELEMENTS (looks)] = { 0 };
  guint n_others = 0;

  set_closed (fixture->executor, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.jpg", i);
      g_autoptr (GFile) file = make_camera_picture (fixture, name, 1);

      look_at (fixture, file, NULL, &looks[i]);
      /* One job at once makes two workers; they take the first two. */
      if (i == 1)
        wait_for_jobs (fixture->executor, 2);
    }
  set_closed (fixture->executor, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      wait_for (&looks[i].outcome);
      g_assert_no_error (looks[i].outcome.error);
      g_assert_cmpuint (looks[i].n_previews, ==, 1);
      look_clear (&looks[i]);
    }

  /* Two workers may pass each other by one place.  Reading entries back comes in between. */
  for (guint i = 0, place = 0; i < fixture->executor->names->len; i++)
    {
      const char *name = g_ptr_array_index (fixture->executor->names, i);
      guint which = (guint) (name[0] - '0');

      if (strlen (name) != strlen ("0.jpg"))
        {
          n_others++;
          continue;
        }
      g_assert_cmpuint (which, <, G_N_ELEMENTS (looks));
      n_seen[which]++;
      if (place >= 2 && place < 6)
        {
          g_assert_cmpint (n_seen[which], ==, 1);
          g_assert_cmpint (ABS ((int) which - (7 - (int) place)), <=, 1);
        }
      place++;
    }
  g_assert_cmpuint (n_others, ==, G_N_ELEMENTS (looks));
}

/* A batch that wants the file made, and a tile that wants to see it: one request. */
static void
test_with_batch (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_camera_picture (fixture, "a.jpg", 1);
  g_autoptr (GFile) first = make_picture (fixture, "x.png", "png", 0xff0000ff, FALSE);
  g_autoptr (GFile) second = make_picture (fixture, "y.png", "png", 0xff0000ff, FALSE);
  Outcome busy[2] = { 0 };
  g_auto (Outcome) batch = { 0 };
  g_auto (Look) look = { 0 };

  set_closed (fixture->executor, TRUE);
  load (fixture, first, SHEAF_THUMBNAIL_OUTPUT_NONE, TRUE, SHEAF_THUMBNAIL_NEAR, NULL, &busy[0]);
  load (fixture, second, SHEAF_THUMBNAIL_OUTPUT_NONE, TRUE, SHEAF_THUMBNAIL_NEAR, NULL, &busy[1]);
  wait_for_jobs (fixture->executor, 2);
  sheaf_thumbnailer_load_async (fixture->thumbnailer, file, 256, SHEAF_THUMBNAIL_OUTPUT_CACHE, NULL,
                                FALSE, SHEAF_THUMBNAIL_BACKGROUND, NULL, on_loaded, &batch);
  look_at (fixture, file, NULL, &look);
  set_closed (fixture->executor, FALSE);
  wait_for (&batch);
  wait_for (&look.outcome);
  wait_for (&busy[0]);
  wait_for (&busy[1]);
  g_assert_no_error (batch.error);
  g_assert_null (batch.thumbnail->pixels);
  g_assert_cmpuint (look.n_previews, ==, 1);
  g_assert_nonnull (look.outcome.thumbnail->pixels);
  g_assert_cmpuint (count_jobs (fixture, "a.jpg"), ==, 2);
  outcome_clear (&busy[0]);
  outcome_clear (&busy[1]);
}

/* A helper that dies over the embedded picture died over the file. */
static void
test_crash (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = make_camera_picture (fixture, "a.jpg", 1);
  g_auto (Look) look = { 0 };

  fixture->executor->deadly = "a.jpg";
  look_at (fixture, file, NULL, &look);
  wait_for (&look.outcome);
  g_assert_error (look.outcome.error, SHEAF_ERROR, SHEAF_ERROR_CRASHED);
  g_assert_cmpuint (look.n_previews, ==, 0);
  g_assert_cmpuint (count_jobs (fixture, "a.jpg"), ==, 1);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/thumbnailer-preview/" name, Fixture, NULL, set_up, function, tear_down)

static void
add_tests (void)
{
  ADD ("comes-first", test_comes_first);
  ADD ("not-cached", test_not_cached);
  ADD ("without", test_without);
  ADD ("order", test_order);
  ADD ("with-batch", test_with_batch);
  ADD ("crash", test_crash);
}

int
main (int argc, char *argv[])
{
  return run_with_own_cache (argc, argv, add_tests);
}
