/* encode.c: JPEG, PNG and WebP by their libraries
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/encode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#ifdef HAVE_WEBP
#include <webp/encode.h>
#endif

/* The picture as it must be stored so that turning it by @orientation shows it upright. */
static guint8 *
turn (const guint8 *rgb, guint *width, guint *height, guint orientation)
{
  guint w = *width, h = *height;
  guint8 *turned = g_malloc_n ((gsize) w * h, 3);

  for (guint y = 0; y < h; y++)
    for (guint x = 0; x < w; x++)
      {
        gsize to = orientation == 3   ? (gsize) (h - 1 - y) * w + (w - 1 - x)
                   : orientation == 6 ? (gsize) (w - 1 - x) * h + y
                                      : (gsize) x * h + (h - 1 - y);

        memcpy (turned + 3 * to, rgb + 3 * ((gsize) y * w + x), 3);
      }
  if (orientation != 3)
    {
      *width = h;
      *height = w;
    }
  return turned;
}

static void
write_orientation (struct jpeg_compress_struct *jpeg, guint orientation)
{
  /* EXIF in its smallest form: one directory with one entry. */
  guint8 exif[] = { 'E', 'x',  'i',  'f', 0,
                    0,   'I',  'I',  42,  0,
                    8,   0,    0,    0,   1,
                    0,   0x12, 0x01, 3,   0,
                    1,   0,    0,    0,   (guint8) orientation,
                    0,   0,    0,    0,   0,
                    0,   0 };

  jpeg_write_marker (jpeg, JPEG_APP0 + 1, exif, sizeof exif);
}

GBytes *
sheaf_encode_jpeg (
    const guint8 *rgb, guint width, guint height, guint orientation, gboolean progressive)
{
  g_autofree guint8 *turned = NULL;
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  unsigned char *data = NULL;
  unsigned long length = 0;

  if (orientation > 1)
    rgb = turned = turn (rgb, &width, &height, orientation);

  jpeg.err = jpeg_std_error (&errors);
  jpeg_create_compress (&jpeg);
  jpeg_mem_dest (&jpeg, &data, &length);
  jpeg.image_width = width;
  jpeg.image_height = height;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults (&jpeg);
  jpeg_set_quality (&jpeg, 87, TRUE);
  if (progressive)
    jpeg_simple_progression (&jpeg);
  jpeg_start_compress (&jpeg, TRUE);
  if (orientation > 1)
    write_orientation (&jpeg, orientation);
  while (jpeg.next_scanline < height)
    {
      JSAMPROW row = (JSAMPROW) (rgb + 3 * (gsize) width * jpeg.next_scanline);

      jpeg_write_scanlines (&jpeg, &row, 1);
    }
  jpeg_finish_compress (&jpeg);
  jpeg_destroy_compress (&jpeg);
  return g_bytes_new_with_free_func (data, length, free, data);
}

static void
append_png (png_structp png, png_bytep data, size_t length)
{
  g_byte_array_append (png_get_io_ptr (png), data, (guint) length);
}

static void
refuse_png (png_structp png, png_const_charp message)
{
  g_error ("PNG: %s", message);
}

/* Quickly rather than small: flat art packs well whatever is done. */
GBytes *
sheaf_encode_png (const guint8 *rgb, guint width, guint height)
{
  GByteArray *bytes = g_byte_array_new ();
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, refuse_png, NULL);
  png_infop info = png_create_info_struct (png);

  png_set_write_fn (png, bytes, append_png, NULL);
  png_set_compression_level (png, 1);
  png_set_filter (png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
  png_set_IHDR (png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info (png, info);
  for (guint row = 0; row < height; row++)
    png_write_row (png, rgb + 3 * (gsize) width * row);
  png_write_end (png, info);
  png_destroy_write_struct (&png, &info);
  return g_byte_array_free_to_bytes (bytes);
}

GBytes *
sheaf_encode_webp (const guint8 *rgb, guint width, guint height)
{
#ifdef HAVE_WEBP
  WebPConfig config;
  WebPPicture picture;
  WebPMemoryWriter writer;
  gboolean whole;

  if (!WebPConfigPreset (&config, WEBP_PRESET_PHOTO, 80) || !WebPPictureInit (&picture))
    g_error ("WebP: another library than it was built for");
  config.method = 0;
  WebPMemoryWriterInit (&writer);
  picture.width = (int) width;
  picture.height = (int) height;
  picture.writer = WebPMemoryWrite;
  picture.custom_ptr = &writer;
  whole = WebPPictureImportRGB (&picture, rgb, (int) width * 3) && WebPEncode (&config, &picture);
  WebPPictureFree (&picture);
  if (!whole)
    g_error ("WebP: out of memory");
  return g_bytes_new_with_free_func (writer.mem, writer.size, (GDestroyNotify) WebPFree,
                                     writer.mem);
#else
  return NULL;
#endif
}
