/* test-photo.c: what cameras write into pictures, through the real helper
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Under its sandbox, in which a library that opens a file, its translations for instance, dies. */
#include "config.h"

#include "app/exec/executor.h"
#include "app/work/error.h"
#include "app/work/photo.h"

#include "tests/app/pictures.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TIMEOUT_MS 20000

#ifdef HAVE_EXIF
#define READS_EXIF TRUE
#else
#define READS_EXIF FALSE
#endif

static SheafExecutor *executor;

static SheafPhoto *
read_photo (const guint8 *data, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafJob) job = NULL;
  g_autoptr (SheafReply) reply = NULL;
  int fd = memfd_create ("picture", MFD_CLOEXEC);

  g_assert_cmpint (write (fd, data, length), ==, (gssize) length);
  job = sheaf_job_new ("photo", NULL, fd, TIMEOUT_MS);
  reply = sheaf_executor_run (executor, job, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (reply->fd, <, 0);
  return sheaf_photo_from_variant (reply->values);
}

static SheafPhoto *
read_bytes (GBytes *file)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (file, &length);

  return read_photo (data, length);
}

static void
assert_nothing (const SheafPhoto *photo)
{
  g_assert_null (photo->camera);
  g_assert_null (photo->lens);
  g_assert_null (photo->taken);
  g_assert_cmpfloat (photo->exposure + photo->aperture + photo->focal_length, ==, 0);
  g_assert_cmpuint (photo->sensitivity + photo->focal_length_35mm, ==, 0);
}

static const PhotoKind whole = {
  .make = "NIKON CORPORATION",
  .model = "NIKON D90",
  .lens = "AF-S DX 18-105mm",
  .taken = "2011:08:27 17:04:59",
  .exposure = { 10, 2500 },
  .aperture = { 56, 10 },
  .focal_length = { 500, 10 },
  .sensitivity = 400,
  .focal_length_35mm = 75,
};

static void
assert_whole (const SheafPhoto *photo)
{
  g_autofree char *taken = g_date_time_format (photo->taken, "%F %T");

  g_assert_cmpstr (photo->camera, ==, "NIKON D90");
  g_assert_cmpstr (photo->lens, ==, "AF-S DX 18-105mm");
  g_assert_cmpstr (taken, ==, "2011-08-27 17:04:59");
  g_assert_cmpfloat_with_epsilon (photo->exposure, 1 / 250., 1e-9);
  g_assert_cmpfloat_with_epsilon (photo->aperture, 5.6, 1e-9);
  g_assert_cmpfloat_with_epsilon (photo->focal_length, 50, 1e-9);
  g_assert_cmpuint (photo->sensitivity, ==, 400);
  g_assert_cmpuint (photo->focal_length_35mm, ==, 75);
}

static void
test_jpeg (void)
{
  /* An even width is big-endian, an odd one little-endian. */
  for (guint width = 64; width <= 65; width++)
    {
      const JpegKind kind = { .width = width, .height = 48, .photo = &whole };
      g_autoptr (GBytes) file = make_jpeg (&kind);
      g_autoptr (SheafPhoto) photo = read_bytes (file);

      assert_whole (photo);
    }
}

/* Built without libexif, which is no error. */
static void
test_not_read (void)
{
  const JpegKind kind = { .width = 64, .height = 48, .photo = &whole };
  g_autoptr (GBytes) file = make_jpeg (&kind);
  g_autoptr (SheafPhoto) photo = read_bytes (file);

  assert_nothing (photo);
}

/* @file with a chunk of EXIF put in at @offset. */
static GByteArray *
with_chunk (GBytes *file, gsize offset, const char *name, gboolean is_png)
{
  g_autoptr (GByteArray) exif = make_photo_exif (&whole, is_png);
  GByteArray *out = g_byte_array_new ();
  gsize length;
  const guint8 *data = g_bytes_get_data (file, &length);
  guint32 size = is_png ? GUINT32_TO_BE (exif->len) : GUINT32_TO_LE (exif->len);
  const guint8 nothing[4] = { 0 };

  offset = MIN (offset, length);
  g_byte_array_append (out, data, (guint) offset);
  if (is_png)
    g_byte_array_append (out, (const guint8 *) &size, 4);
  g_byte_array_append (out, (const guint8 *) name, 4);
  if (!is_png)
    g_byte_array_append (out, (const guint8 *) &size, 4);
  g_byte_array_append (out, exif->data, exif->len);
  if (is_png)
    g_byte_array_append (out, nothing, 4);
  g_byte_array_append (out, data + offset, (guint) (length - offset));
  return out;
}

static void
test_other_formats (void)
{
  const PngKind kind = { .width = 64, .height = 48, .type = 2 };
  g_autoptr (GBytes) png = make_png (&kind);
  g_autoptr (GByteArray) with = with_chunk (png, 8 + 25, "eXIf", TRUE);
  g_autoptr (SheafPhoto) photo = read_photo (with->data, with->len);
  g_autoptr (SheafPhoto) nothing = read_bytes (png);

  assert_whole (photo);
  assert_nothing (nothing);
#ifdef HAVE_WEBP
  {
    g_autoptr (GBytes) webp = make_webp (64, 48, FALSE, FALSE);
    g_autoptr (GByteArray) with_exif = with_chunk (webp, G_MAXSIZE, "EXIF", FALSE);
    g_autoptr (SheafPhoto) of_webp = read_photo (with_exif->data, with_exif->len);

    assert_whole (of_webp);
  }
#endif
}

static void
test_nothing (void)
{
  static const PhotoKind empty = { .make = NULL };
  static const PhotoKind silly = {
    .make = " \t",
    .model = "\001\002",
    .lens = "\377\376",
    .taken = "0000:00:00 00:00:00",
    .exposure = { 0, 1 },
    .aperture = { 1, 0 },
    .focal_length = { 4000000000u, 1 },
  };
  const JpegKind kinds[] = {
    { .width = 64, .height = 48 },
    { .width = 64, .height = 48, .orientation = 6 },
    { .width = 64, .height = 48, .photo = &empty },
    { .width = 64, .height = 48, .photo = &silly },
  };
  g_autoptr (SheafPhoto) text = read_photo ((const guint8 *) "no picture", 10);

  assert_nothing (text);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GBytes) file = make_jpeg (&kinds[i]);
      g_autoptr (SheafPhoto) photo = read_bytes (file);

      assert_nothing (photo);
    }
}

static void
test_camera_names (void)
{
  static const char *const cases[][3] = {
    { "Canon", "Canon EOS 5D", "Canon EOS 5D" },
    { "NIKON CORPORATION", "NIKON D90", "NIKON D90" },
    { "OLYMPUS IMAGING CORP.  ", "E-M5", "OLYMPUS IMAGING CORP. E-M5" },
    { "samsung", "SAMSUNG NX", "SAMSUNG NX" },
    { "Can", "Canon EOS", "Can Canon EOS" },
    { NULL, "Model", "Model" },
    { "Make", NULL, "Make" },
    { "Apple", "iPhone 8", "Apple iPhone 8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
      g_autoptr (GVariant) values = NULL;
      g_autoptr (SheafPhoto) photo = NULL;

      if (cases[i][0] != NULL)
        g_variant_dict_insert (&dict, "make", "s", cases[i][0]);
      if (cases[i][1] != NULL)
        g_variant_dict_insert (&dict, "model", "s", cases[i][1]);
      values = g_variant_ref_sink (g_variant_dict_end (&dict));
      photo = sheaf_photo_from_variant (values);
      g_assert_cmpstr (photo->camera, ==, cases[i][2]);
    }
}

static void
assert_shown_safely (const char *text)
{
  if (text == NULL)
    return;
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (text, -1), <=, 201);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    g_assert_true (g_unichar_isprint (g_utf8_get_char (p)));
}

static void
test_hostile_texts (void)
{
  g_autofree char *long_text = g_strnfill (60000, 'x');
  const PhotoKind kinds[] = {
    { .make = long_text, .model = "m" },
    { .make = "a\nb\r\tc\033[31m", .model = "\342\200\256evil\342\200\250line" },
    { .make = "\377\376Caf\351",
      .model = "\303\251t\303\251",
      .lens = "\364\217\277\277\355\240\200" },
    { .make = "%s%n%99999d", .model = "<b>&amp;</b>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const JpegKind kind = { .width = 64, .height = 48, .photo = &kinds[i] };
      g_autoptr (GBytes) file = make_jpeg (&kind);
      g_autoptr (SheafPhoto) photo = read_bytes (file);

      g_assert_nonnull (photo->camera);
      assert_shown_safely (photo->camera);
      assert_shown_safely (photo->lens);
    }
}

/* A helper that has gone over to the enemy. */
static void
test_hostile_reply (void)
{
  static const char *const texts[] = {
    "{'make': <uint32 5>, 'exposure': <'x'>, 'sensitivity': <-3>}",
    "{'exposure': <-1.0>, 'aperture': <1e300>, 'focal-length': <0.0>}",
    "{'taken': <'2011:99:27 17:04:59'>}",
    "{'taken': <'2011:08:27 17:04:5\303\251'>}",
    "{'sensitivity': <uint32 4294967295>, 'focal-length-35mm': <uint32 4294967295>}",
  };
  g_autoptr (GVariant) no_dictionary = g_variant_ref_sink (g_variant_new_string ("make"));
  g_autoptr (SheafPhoto) photo = sheaf_photo_from_variant (no_dictionary);

  assert_nothing (photo);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GVariant) values
          = g_variant_parse (G_VARIANT_TYPE_VARDICT, texts[i], NULL, NULL, NULL);
      g_autoptr (SheafPhoto) of_text = NULL;

      g_assert_nonnull (values);
      of_text = sheaf_photo_from_variant (values);
      assert_nothing (of_text);
    }
}

/* Thousands of damaged blocks: not one of them kills a helper. */
static void
test_damaged (void)
{
  const JpegKind kind = { .width = 16, .height = 16, .photo = &whole };
  g_autoptr (GBytes) file = make_jpeg (&kind);
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261120);
  gsize length;
  const guint8 *data = g_bytes_get_data (file, &length);

  for (guint i = 0; i < 3000; i++)
    {
      g_autofree guint8 *damaged = g_memdup2 (data, length);
      g_autoptr (SheafPhoto) photo = NULL;

      /* The block begins behind the marker of the file and that of the segment. */
      for (guint n = g_rand_int_range (rand, 1, 8); n > 0; n--)
        damaged[g_rand_int_range (rand, 12, 320)] = (guint8) g_rand_int (rand);
      photo = read_photo (damaged, i % 3 == 0 ? (gsize) g_rand_int_range (rand, 1, 400) : length);
      assert_shown_safely (photo->camera);
      assert_shown_safely (photo->lens);
    }
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  /* With a language there are translations to be loaded. */
  g_setenv ("LANGUAGE", "de", TRUE);
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  executor = sheaf_executor_create ("processes", NULL, NULL);
  g_assert_nonnull (executor);
  if (READS_EXIF)
    {
      g_test_add_func ("/photo/jpeg", test_jpeg);
      g_test_add_func ("/photo/other-formats", test_other_formats);
      g_test_add_func ("/photo/hostile-texts", test_hostile_texts);
    }
  else
    {
      g_test_add_func ("/photo/not-read", test_not_read);
    }
  g_test_add_func ("/photo/nothing", test_nothing);
  g_test_add_func ("/photo/camera-names", test_camera_names);
  g_test_add_func ("/photo/hostile-reply", test_hostile_reply);
  g_test_add_func ("/photo/damaged", test_damaged);
  status = g_test_run ();
  sheaf_executor_shutdown (executor, TRUE);
  g_object_unref (executor);
  return status;
}
