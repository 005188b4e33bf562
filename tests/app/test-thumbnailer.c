/* test-thumbnailer.c: real pictures, real helpers, the shared cache
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/thumbnailer-fixture.h"

#include "app/thumbnail/thumbnail-cache.h"
#include "app/work/error.h"
#include "tests/app/leftovers.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

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
        before = count_fds ();
    }
  g_assert_cmpuint (count_fds (), <=, before + 1);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/thumbnailer/" name, Fixture, NULL, set_up, function, tear_down)

static void
add_tests (void)
{
  ADD ("cache-round-trip", test_cache_round_trip);
  ADD ("foreign-entries", test_foreign_entries);
  ADD ("damaged-entry", test_damaged_entry);
  ADD ("failure-is-remembered", test_failure_is_remembered);
  ADD ("files", test_files);
  ADD ("same-names", test_same_names);
  ADD ("no-such-file", test_no_such_file);
  ADD ("inside-cache", test_inside_cache);
  ADD ("descriptors", test_descriptors);
}

int
main (int argc, char *argv[])
{
  return run_with_own_cache (argc, argv, add_tests);
}
