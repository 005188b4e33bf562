/* test-decoders.c: every kind of picture comes out as what it shows, and hard ones come to no harm
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/decoder.h"
#include "app/verbs/exif.h"
#include "app/verbs/resize.h"
#include "app/work/error.h"

#include "tests/app/pictures.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

#define CORNERS 4

static SheafPicture *
decode_with (GBytes *file, guint size, gboolean preview, GError **error)
{
  const SheafDecodeOptions options = { .size = size, .preview = preview };
  g_auto (SheafInput) input = { .fd = -1 };
  gsize length;
  const guint8 *data = g_bytes_get_data (file, &length);

  sheaf_input_init_data (&input, data, length);
  return sheaf_decode (&input, &options, error);
}

static SheafPicture *
decode (GBytes *file, guint size, GError **error)
{
  return decode_with (file, size, FALSE, error);
}

static const guint8 *
pixel_at (const SheafPicture *picture, double x, double y)
{
  guint column = (guint) (x * picture->width), row = (guint) (y * picture->height);

  return picture->pixels
         + ((gsize) row * picture->width + column) * sheaf_colour_channels (picture->colour);
}

/* @corner: 0 to 3, left to right, top to bottom; shows what is stored at @expected. */
static void
assert_corner (const SheafPicture *picture, guint corner, guint expected, gboolean grey, int within)
{
  const guint8 *pixel = pixel_at (picture, corner & 1 ? 0.75 : 0.25, corner & 2 ? 0.75 : 0.25);
  guint8 rgb[3];

  picture_colour (expected & 1, expected >> 1, 2, 2, rgb);
  if (grey)
    rgb[0] = rgb[1] = rgb[2] = (guint8) ((rgb[0] * 299 + rgb[1] * 587 + rgb[2] * 114) / 1000);
  for (guint c = 0; c < 3; c++)
    g_assert_cmpint (abs (pixel[c] - rgb[c]), <=, within);
}

static void
assert_picture (GBytes *file, const char *format, guint width, guint height, gboolean grey)
{
  static const guint sizes[] = { 16, 32, 100, 128, 256, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafPicture) picture = decode (file, sizes[i], &error);
      guint fitted_width, fitted_height;

      g_assert_no_error (error);
      g_assert_cmpstr (picture->format, ==, format);
      g_assert_cmpuint (picture->source_width, ==, width);
      g_assert_cmpuint (picture->source_height, ==, height);
      sheaf_fit (width, height, sizes[i], &fitted_width, &fitted_height);
      g_assert_cmpuint (picture->width, ==, fitted_width);
      g_assert_cmpuint (picture->height, ==, fitted_height);
      g_assert_cmpint (picture->colour, ==, SHEAF_COLOUR_RGB);
      for (guint corner = 0; corner < CORNERS; corner++)
        assert_corner (picture, corner, corner, grey, 16);
    }
}

static void
test_fit (void)
{
  static const guint cases[][5] = {
    { 800, 600, 128, 128, 96 }, { 600, 800, 128, 96, 128 },      { 100, 50, 128, 100, 50 },
    { 1000, 1, 128, 128, 1 },   { 4000, 3000, 0, 4000, 3000 },   { 801, 599, 128, 128, 96 },
    { 1, 1, 1, 1, 1 },          { 65535, 65535, 256, 256, 256 },
  };
  guint width, height;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      sheaf_fit (cases[i][0], cases[i][1], cases[i][2], &width, &height);
      g_assert_cmpuint (width, ==, cases[i][3]);
      g_assert_cmpuint (height, ==, cases[i][4]);
    }
  /* Full size ends somewhere. */
  sheaf_fit (20000, 10000, 0, &width, &height);
  g_assert_cmpuint (width * height, <=, SHEAF_MAX_FULL_PIXELS / 1000 * 1001);
  g_assert_cmpuint (width, >, 5000);
}

static void
test_jpeg (void)
{
  static const JpegKind kinds[] = {
    { .quality = 85 },
    { .quality = 100 },
    { .quality = 40 },
    { .h_sampling = 2, .v_sampling = 1 },
    { .h_sampling = 1, .v_sampling = 2 },
    { .h_sampling = 2, .v_sampling = 2 },
    { .h_sampling = 4, .v_sampling = 1 },
    { .h_sampling = 4, .v_sampling = 2 },
    { .optimized = TRUE },
    { .restart_rows = 1 },
    { .restart_rows = 3, .h_sampling = 2, .v_sampling = 2 },
    { .grey = TRUE },
    { .grey = TRUE, .h_sampling = 2, .v_sampling = 2 },
    { .rgb = TRUE },
    { .cmyk = TRUE },
    { .arithmetic = TRUE },
    { .progressive = TRUE },
    { .progressive = TRUE, .quality = 100 },
    { .progressive = TRUE, .quality = 40 },
    { .progressive = TRUE, .h_sampling = 2, .v_sampling = 2 },
    { .progressive = TRUE, .restart_rows = 1 },
    { .progressive = TRUE, .grey = TRUE },
    { .progressive = TRUE, .cmyk = TRUE },
  };
  static const guint sizes[][2] = { { 800, 600 }, { 613, 1037 }, { 257, 64 }, { 2100, 1400 } };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        JpegKind kind = kinds[i];
        g_autoptr (GBytes) file = NULL;

        kind.width = sizes[s][0];
        kind.height = sizes[s][1];
        file = make_jpeg (&kind);
        assert_picture (file, "jpeg", kind.width, kind.height, kind.grey);
      }
}

static void
test_png (void)
{
  static const PngKind kinds[] = {
    { .type = PNG_COLOR_TYPE_RGB },
    { .type = PNG_COLOR_TYPE_RGB, .filters = PNG_FILTER_NONE },
    { .type = PNG_COLOR_TYPE_RGB, .filters = PNG_FILTER_SUB },
    { .type = PNG_COLOR_TYPE_RGB, .filters = PNG_FILTER_UP },
    { .type = PNG_COLOR_TYPE_RGB, .filters = PNG_FILTER_AVG },
    { .type = PNG_COLOR_TYPE_RGB, .filters = PNG_FILTER_PAETH },
    { .type = PNG_COLOR_TYPE_RGB_ALPHA, .filters = PNG_FILTER_AVG },
    { .type = PNG_COLOR_TYPE_RGB_ALPHA, .filters = PNG_FILTER_PAETH },
    { .type = PNG_COLOR_TYPE_RGB, .depth = 16 },
    { .type = PNG_COLOR_TYPE_RGB, .interlaced = TRUE },
    { .type = PNG_COLOR_TYPE_RGB_ALPHA, .depth = 16, .interlaced = TRUE },
    { .type = PNG_COLOR_TYPE_PALETTE },
    { .type = PNG_COLOR_TYPE_PALETTE, .depth = 2 },
    { .type = PNG_COLOR_TYPE_PALETTE, .depth = 4, .interlaced = TRUE },
    { .type = PNG_COLOR_TYPE_GRAY },
    { .type = PNG_COLOR_TYPE_GRAY, .depth = 16 },
    { .type = PNG_COLOR_TYPE_GRAY, .interlaced = TRUE },
    { .type = PNG_COLOR_TYPE_GRAY_ALPHA },
    { .type = PNG_COLOR_TYPE_GRAY_ALPHA, .depth = 16 },
  };
  static const guint sizes[][2] = { { 640, 480 }, { 301, 517 } };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        PngKind kind = kinds[i];
        g_autoptr (GBytes) file = NULL;

        kind.width = sizes[s][0];
        kind.height = sizes[s][1];
        file = make_png (&kind);
        assert_picture (file, "png", kind.width, kind.height,
                        (kind.type & PNG_COLOR_MASK_COLOR) == 0);
      }
}

/* The right half is transparent, and nothing of its colour comes through. */
static void
assert_half_transparent (GBytes *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPicture) picture = decode (file, 50, &error);

  g_assert_no_error (error);
  g_assert_cmpint (picture->colour, ==, SHEAF_COLOUR_RGBA);
  for (guint y = 0; y < picture->height; y++)
    {
      const guint8 *row = picture->pixels + (gsize) y * picture->width * 4;

      g_assert_cmpuint (row[3], >=, 250);
      g_assert_cmpuint (row[4 * (picture->width - 1) + 3], <=, 5);
    }
  assert_corner (picture, 0, 0, FALSE, 12);
  assert_corner (picture, 2, 2, FALSE, 12);
}

static void
test_alpha (void)
{
  static const PngKind kinds[] = {
    { .type = PNG_COLOR_TYPE_RGB_ALPHA },
    { .type = PNG_COLOR_TYPE_RGB_ALPHA, .interlaced = TRUE },
    { .type = PNG_COLOR_TYPE_PALETTE },
    { .type = PNG_COLOR_TYPE_PALETTE, .depth = 2, .interlaced = TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      PngKind kind = kinds[i];
      g_autoptr (GBytes) file = NULL;

      kind.width = 400;
      kind.height = 300;
      kind.transparent = TRUE;
      file = make_png (&kind);
      assert_half_transparent (file);
    }
#ifdef HAVE_WEBP
  for (guint lossless = 0; lossless < 2; lossless++)
    {
      g_autoptr (GBytes) file = make_webp (400, 300, lossless, TRUE);

      assert_half_transparent (file);
    }
#endif
}

static void
test_one_bit (void)
{
  const PngKind kind = { .width = 400, .height = 300, .type = PNG_COLOR_TYPE_GRAY, .depth = 1 };
  g_autoptr (GBytes) file = make_png (&kind);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPicture) picture = decode (file, 40, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (pixel_at (picture, 0.25, 0.25)[0], ==, 0);
  g_assert_cmpuint (pixel_at (picture, 0.75, 0.75)[1], ==, 255);
}

#ifdef HAVE_GIF
static void
test_gif (void)
{
  for (guint interlaced = 0; interlaced < 2; interlaced++)
    for (guint n_frames = 1; n_frames < 3; n_frames++)
      {
        g_autoptr (GBytes) file = make_gif (500, 331, interlaced, n_frames);

        assert_picture (file, "gif", 500, 331, FALSE);
      }
}
#endif

#ifdef HAVE_WEBP
static void
test_webp (void)
{
  g_autoptr (GBytes) lossy = make_webp (700, 500, FALSE, FALSE);
  g_autoptr (GBytes) odd = make_webp (517, 1201, FALSE, FALSE);
  g_autoptr (GBytes) lossless = make_webp (699, 501, TRUE, FALSE);
  g_autoptr (GBytes) animated = make_animated_webp (420, 320);
  /* The planes of the second are too large. */
  GBytes *wide[] = { make_webp (16000, 200, FALSE, FALSE), make_webp (16383, 1800, FALSE, FALSE) };
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPicture) picture = NULL;

  assert_picture (lossy, "webp", 700, 500, FALSE);
  assert_picture (lossless, "webp", 699, 501, FALSE);
  assert_picture (odd, "webp", 517, 1201, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (wide); i++)
    {
      g_autoptr (SheafPicture) at_once = decode (wide[i], 320, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (at_once->source_width, >=, 16000);
      for (guint corner = 0; corner < CORNERS; corner++)
        assert_corner (at_once, corner, corner, FALSE, 16);
      g_bytes_unref (wide[i]);
    }

  picture = decode (animated, 42, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (picture->width, ==, 42);
  g_assert_cmpuint (picture->height, ==, 32);
  g_assert_cmpint (picture->colour, ==, SHEAF_COLOUR_RGBA);
  g_assert_cmpuint (picture->pixels[3], <, 32);
  for (guint corner = 0; corner < CORNERS; corner++)
    assert_corner (picture, corner, corner, FALSE, 12);
}
#endif

static void
test_by_pixbuf (void)
{
  g_autoptr (GBytes) bmp = make_by_pixbuf (300, 200, "bmp");
  g_autoptr (GBytes) tiff = make_by_pixbuf (300, 200, "tiff");

  assert_picture (bmp, "bmp", 300, 200, FALSE);
  assert_picture (tiff, "tiff", 300, 200, FALSE);
}

/* What is shown at the top left and at the top right, by EXIF's numbers. */
static void
test_orientation (void)
{
  static const guint top_left[] = { 0, 1, 3, 2, 0, 2, 3, 1 };
  static const guint top_right[] = { 1, 0, 2, 3, 2, 0, 1, 3 };

  for (guint orientation = 1; orientation <= 8; orientation++)
    for (guint progressive = 0; progressive < 2; progressive++)
      {
        const JpegKind kind = {
          .width = 640, .height = 320, .orientation = orientation, .progressive = progressive
        };
        g_autoptr (GBytes) file = make_jpeg (&kind);
        g_autoptr (GError) error = NULL;
        g_autoptr (SheafPicture) picture = decode (file, 64, &error);

        g_assert_no_error (error);
        g_assert_cmpuint (picture->width, ==, orientation >= 5 ? 32 : 64);
        g_assert_cmpuint (picture->height, ==, orientation >= 5 ? 64 : 32);
        g_assert_cmpuint (picture->source_width, ==, orientation >= 5 ? 320 : 640);
        assert_corner (picture, 0, top_left[orientation - 1], FALSE, 12);
        assert_corner (picture, 1, top_right[orientation - 1], FALSE, 12);
      }
}

#define LONG_FILE (600u << 10) /* long enough that a preview is worth it */

static void
test_preview (void)
{
  const JpegKind small = { .width = 160, .height = 120, .grey = TRUE };
  g_autoptr (GBytes) thumbnail = make_jpeg (&small);
  JpegKind kind = { .width = 1600, .height = 1200, .orientation = 6, .thumbnail = thumbnail };

  for (guint long_file = 0; long_file < 2; long_file++)
    for (guint preview = 0; preview < 2; preview++)
      {
        g_autoptr (GBytes) file = NULL;
        g_autoptr (GError) error = NULL;
        g_autoptr (SheafPicture) picture = NULL;

        kind.fill = long_file ? LONG_FILE : 0;
        file = make_jpeg (&kind);
        picture = decode_with (file, 128, preview, &error);
        g_assert_no_error (error);
        g_assert_cmpint (picture->is_preview, ==, preview && long_file);
        g_assert_cmpuint (picture->width, ==, 96);
        g_assert_cmpuint (picture->height, ==, 128);
        g_assert_cmpuint (picture->source_width, ==, 1200);
        assert_corner (picture, 0, 2, preview && long_file, 12);
      }
}

/* Most cameras embed 4:3 whatever the picture's shape, and fill up with black. */
static void
test_preview_bars (void)
{
  const JpegKind small = { .width = 160, .height = 120, .bars = 15 };
  g_autoptr (GBytes) thumbnail = make_jpeg (&small);
  JpegKind kind = {
    .width = 1600, .height = 900, .orientation = 1, .thumbnail = thumbnail, .fill = LONG_FILE
  };

  for (kind.orientation = 1; kind.orientation <= 6; kind.orientation += 5)
    {
      g_autoptr (GBytes) file = make_jpeg (&kind);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafPicture) picture = decode_with (file, 256, TRUE, &error);
      gboolean turned = kind.orientation == 6;
      const guint8 *edge;

      g_assert_no_error (error);
      g_assert_true (picture->is_preview);
      g_assert_cmpuint (picture->width, ==, turned ? 90 : 160);
      g_assert_cmpuint (picture->height, ==, turned ? 160 : 90);
      assert_corner (picture, 0, turned ? 2 : 0, FALSE, 16);
      assert_corner (picture, 3, turned ? 1 : 3, FALSE, 16);
      edge = pixel_at (picture, turned ? 0.99 : 0.75, turned ? 0.75 : 0);
      g_assert_cmpint (MAX (MAX (edge[0], edge[1]), edge[2]), >, 120);
    }
}

/* Not of this picture as it is now, too small, too large, or no picture at all: then the picture
 * itself is what it would have been without. */
static void
test_preview_refused (void)
{
  static const JpegKind thumbnails[] = {
    { .width = 120, .height = 160 },
    { .width = 160, .height = 120 },
    { .width = 24, .height = 14 },
    { .width = 1600, .height = 900, .quality = 1 },
    { .width = 160, .height = 90, .cmyk = TRUE },
    { .width = 160, .height = 90, .arithmetic = TRUE },
  };

  for (guint i = 0; i <= G_N_ELEMENTS (thumbnails); i++)
    {
      g_autoptr (GBytes) thumbnail = i < G_N_ELEMENTS (thumbnails)
                                         ? make_jpeg (&thumbnails[i])
                                         : g_bytes_new_static ("\377\330\377rubbish", 10);
      const JpegKind kind = { .width = 1600,
                              .height = 900,
                              .orientation = 1,
                              .optimized = TRUE,
                              .thumbnail = thumbnail,
                              .fill = LONG_FILE };
      g_autoptr (GBytes) file = make_jpeg (&kind);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafPicture) with = decode_with (file, 128, TRUE, &error);
      g_autoptr (SheafPicture) without = decode_with (file, 128, FALSE, NULL);

      g_assert_no_error (error);
      g_assert_false (with->is_preview);
      g_assert_cmpmem (with->pixels, with->width * with->height * 3u, without->pixels,
                       without->width * without->height * 3u);
    }
}

#ifdef HAVE_LCMS
static void
test_profile (void)
{
  g_autoptr (GBytes) bytes = make_swapped_profile ();

  for (guint width = 400; width < 1500; width += 1000)
    {
      const JpegKind kind = { .width = width, .height = 300, .profile = bytes };
      g_autoptr (GBytes) file = make_jpeg (&kind);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafPicture) picture = decode (file, 40, &error);

      g_assert_no_error (error);
      assert_corner (picture, 0, 2, FALSE, 24);
      assert_corner (picture, 1, 1, FALSE, 24);
      assert_corner (picture, 2, 0, FALSE, 24);
    }
}

static void
test_damaged_profile (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("no profile at all", 17);
  const JpegKind kind = { .width = 400, .height = 300, .profile = bytes };
  g_autoptr (GBytes) file = make_jpeg (&kind);

  assert_picture (file, "jpeg", 400, 300, FALSE);
}
#endif

/* What a cut file still has is shown. */
static void
test_cut (void)
{
  const JpegKind baseline = { .width = 1200, .height = 900, .quality = 90 };
  const JpegKind progressive = { .width = 1200, .height = 900, .quality = 90, .progressive = TRUE };
  const PngKind png = { .width = 1200, .height = 900, .type = PNG_COLOR_TYPE_RGB };
  GBytes *files[] = { make_jpeg (&baseline), make_jpeg (&progressive), make_png (&png) };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    for (guint size = 40; size <= 400; size *= 10)
      {
        gsize length = g_bytes_get_size (files[i]);
        g_autoptr (GBytes) half = g_bytes_new_from_bytes (files[i], 0, length * 6 / 10);
        g_autoptr (GError) error = NULL;
        g_autoptr (SheafPicture) picture = decode (half, size, &error);

        g_assert_no_error (error);
        g_assert_cmpuint (picture->source_height, ==, 900);
        assert_corner (picture, 0, 0, FALSE, 16);
        assert_corner (picture, 1, 1, FALSE, 16);
      }
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    g_bytes_unref (files[i]);
}

static void
assert_fails (GBytes *file, SheafError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPicture) picture = decode (file, 128, &error);

  g_assert_null (picture);
  g_assert_error (error, SHEAF_ERROR, (int) code);
}

static void
test_no_picture (void)
{
  g_autoptr (GBytes) text = g_bytes_new_static ("Dear diary, today I was named .jpg", 34);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) html = g_bytes_new_static ("<!DOCTYPE html><html><body>", 27);
  g_autoptr (GBytes) only_start = g_bytes_new_static ("\xff\xd8\xff\xe0", 4);
  g_autoptr (GBytes) only_signature = g_bytes_new_static ("\x89PNG\r\n\x1a\n", 8);
  g_autoptr (GBytes) only_gif = g_bytes_new_static ("GIF89a", 6);
  g_autoptr (GBytes) only_webp = g_bytes_new_static ("RIFF\x10\0\0\0WEBPVP8 ", 16);

  assert_fails (text, SHEAF_ERROR_NOT_A_PICTURE);
  assert_fails (empty, SHEAF_ERROR_NOT_A_PICTURE);
  assert_fails (html, SHEAF_ERROR_NOT_A_PICTURE);
  assert_fails (only_start, SHEAF_ERROR_DECODE);
  assert_fails (only_signature, SHEAF_ERROR_DECODE);
  assert_fails (only_gif, SHEAF_ERROR_DECODE);
  assert_fails (only_webp, SHEAF_ERROR_DECODE);
}

/* Nothing, from nowhere: fuzzing found both to be copied. */
static void
test_nothing (void)
{
  g_auto (SheafInput) input = { .fd = -1 };
  SheafExif exif;

  sheaf_exif_parse (&exif, NULL, 0);
  g_assert_cmpuint (exif.orientation, ==, 1);
  g_assert_cmpuint (exif.thumbnail, ==, 0);

  sheaf_input_init_data (&input, (const guint8 *) "x", 1);
  g_assert_cmpuint (sheaf_input_read (&input, 0, NULL, 0), ==, 0);
}

static void
test_huge (void)
{
  const PngKind one_bit
      = { .width = 16000, .height = 16000, .type = PNG_COLOR_TYPE_GRAY, .depth = 1 };
  g_autoptr (GBytes) bomb = make_png_header (30000, 30000);
  g_autoptr (GBytes) absurd = make_png_header (0x7fffffff, 0x7fffffff);
  g_autoptr (GBytes) tall = make_png (&one_bit);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPicture) picture = NULL;

  assert_fails (bomb, SHEAF_ERROR_TOO_LARGE);
  assert_fails (absurd, SHEAF_ERROR_TOO_LARGE);

  picture = decode (tall, 128, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (picture->width, ==, 128);
  g_assert_cmpuint (pixel_at (picture, 0.75, 0.75)[0], ==, 255);

  for (guint progressive = 0; progressive < 2; progressive++)
    {
      g_autoptr (GBytes) jpeg = make_flat_jpeg (20000, 20000, progressive);
      g_autoptr (SheafPicture) flat = decode (jpeg, 128, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (flat->width, ==, 128);
      g_assert_cmpuint (flat->source_width, ==, 20000);
      g_assert_cmpuint (pixel_at (flat, 0.5, 0.5)[1], ==, 128);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/decoders/fit", test_fit);
  g_test_add_func ("/decoders/jpeg", test_jpeg);
  g_test_add_func ("/decoders/png", test_png);
  g_test_add_func ("/decoders/alpha", test_alpha);
  g_test_add_func ("/decoders/one-bit", test_one_bit);
#ifdef HAVE_GIF
  g_test_add_func ("/decoders/gif", test_gif);
#endif
#ifdef HAVE_WEBP
  g_test_add_func ("/decoders/webp", test_webp);
#endif
  g_test_add_func ("/decoders/pixbuf", test_by_pixbuf);
  g_test_add_func ("/decoders/orientation", test_orientation);
  g_test_add_func ("/decoders/preview", test_preview);
  g_test_add_func ("/decoders/preview/bars", test_preview_bars);
  g_test_add_func ("/decoders/preview/refused", test_preview_refused);
#ifdef HAVE_LCMS
  g_test_add_func ("/decoders/profile", test_profile);
  g_test_add_func ("/decoders/profile/damaged", test_damaged_profile);
#endif
  g_test_add_func ("/decoders/cut", test_cut);
  g_test_add_func ("/decoders/no-picture", test_no_picture);
  g_test_add_func ("/decoders/nothing", test_nothing);
  g_test_add_func ("/decoders/huge", test_huge);
  return g_test_run ();
}
