/* pictures.c: pictures of every kind, made when a test runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/pictures.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#ifdef HAVE_LCMS
#include <lcms2.h>
#endif
#ifdef HAVE_GIF
#include <gif_lib.h>
#endif
#ifdef HAVE_WEBP
#include <webp/encode.h>
#endif

void
picture_colour (guint x, guint y, guint width, guint height, guint8 rgb[3])
{
  static const guint8 colours[4][3]
      = { { 224, 32, 32 }, { 32, 192, 32 }, { 32, 32, 224 }, { 240, 240, 240 } };

  memcpy (rgb, colours[(x >= width / 2 ? 1 : 0) + (y >= height / 2 ? 2 : 0)], 3);
}

static void
append_u16 (GByteArray *out, guint value)
{
  const guint8 bytes[] = { (guint8) (value >> 8), (guint8) value };

  g_byte_array_append (out, bytes, 2);
}

static void
append_u32 (GByteArray *out, guint32 value)
{
  append_u16 (out, value >> 16);
  append_u16 (out, value & 0xffff);
}

static GByteArray *
make_exif (const JpegKind *kind)
{
  GByteArray *out = g_byte_array_new ();
  gsize thumbnail = kind->thumbnail != NULL ? g_bytes_get_size (kind->thumbnail) : 0;

  g_byte_array_append (out, (const guint8 *) "Exif\0\0MM\0*\0\0\0\10", 14);
  append_u16 (out, 1);
  append_u16 (out, 0x0112);
  append_u16 (out, 3);
  append_u32 (out, 1);
  append_u16 (out, kind->orientation);
  append_u16 (out, 0);
  append_u32 (out, thumbnail > 0 ? 26 : 0);
  if (thumbnail > 0)
    {
      append_u16 (out, 2);
      append_u16 (out, 0x0201);
      append_u16 (out, 4);
      append_u32 (out, 1);
      append_u32 (out, 26 + 2 + 24 + 4);
      append_u16 (out, 0x0202);
      append_u16 (out, 4);
      append_u32 (out, 1);
      append_u32 (out, (guint32) thumbnail);
      append_u32 (out, 0);
      g_byte_array_append (out, g_bytes_get_data (kind->thumbnail, NULL), (guint) thumbnail);
    }
  return out;
}

/* A directory of EXIF while it is made: entries, and what does not fit into them. */
typedef struct
{
  GByteArray *entries;
  GByteArray *data;
  gsize data_offset;
  gboolean big_endian;
  guint n;
} Directory;

static void
append_number (GByteArray *out, guint64 number, guint size, gboolean big_endian)
{
  for (guint i = 0; i < size; i++)
    {
      guint8 byte = (guint8) (number >> 8 * (big_endian ? size - 1 - i : i));

      g_byte_array_append (out, &byte, 1);
    }
}

static void
add_entry (Directory *self, guint tag, guint type, guint32 count, const guint8 *value, guint size)
{
  static const guint8 zeros[4] = { 0 };

  append_number (self->entries, tag, 2, self->big_endian);
  append_number (self->entries, type, 2, self->big_endian);
  append_number (self->entries, count, 4, self->big_endian);
  if (size <= 4)
    {
      g_byte_array_append (self->entries, value, size);
      g_byte_array_append (self->entries, zeros, 4 - size);
    }
  else
    {
      append_number (self->entries, self->data_offset + self->data->len, 4, self->big_endian);
      g_byte_array_append (self->data, value, size);
    }
  self->n++;
}

static void
add_text (Directory *self, guint tag, const char *text)
{
  guint length = text != NULL ? (guint) strlen (text) + 1 : 0;

  if (text != NULL)
    add_entry (self, tag, 2, length, (const guint8 *) text, length);
}

static gboolean
is_given (const guint32 *ratio)
{
  return ratio[0] != 0 || ratio[1] != 0;
}

static void
add_ratio (Directory *self, guint tag, const guint32 *ratio)
{
  g_autoptr (GByteArray) value = g_byte_array_new ();

  append_number (value, ratio[0], 4, self->big_endian);
  append_number (value, ratio[1], 4, self->big_endian);
  if (is_given (ratio))
    add_entry (self, tag, 5, 1, value->data, value->len);
}

static void
add_count (Directory *self, guint tag, guint count)
{
  g_autoptr (GByteArray) value = g_byte_array_new ();

  append_number (value, count, 2, self->big_endian);
  if (count > 0)
    add_entry (self, tag, 3, 1, value->data, value->len);
}

/* Puts @self, without a further directory behind it, into @out. */
static void
end_directory (Directory *self, GByteArray *out)
{
  append_number (out, self->n, 2, self->big_endian);
  g_byte_array_append (out, self->entries->data, self->entries->len);
  append_number (out, 0, 4, self->big_endian);
  g_byte_array_unref (self->entries);
}

GByteArray *
make_photo_exif (const PhotoKind *kind, gboolean big_endian)
{
  guint n_first = 1 + (kind->make != NULL) + (kind->model != NULL);
  guint n_second = (kind->lens != NULL) + (kind->taken != NULL) + is_given (kind->exposure)
                   + is_given (kind->aperture) + is_given (kind->focal_length)
                   + (kind->sensitivity != 0) + (kind->focal_length_35mm != 0);
  gsize second = 8 + 2 + 12 * n_first + 4, data_offset = second + 2 + 12 * n_second + 4;
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GByteArray) pointer = g_byte_array_new ();
  Directory ifd0 = { g_byte_array_new (), data, data_offset, big_endian, 0 };
  Directory exif = { g_byte_array_new (), data, data_offset, big_endian, 0 };
  GByteArray *out = g_byte_array_new ();

  append_number (pointer, second, 4, big_endian);
  add_text (&ifd0, 0x010f, kind->make);
  add_text (&ifd0, 0x0110, kind->model);
  add_entry (&ifd0, 0x8769, 4, 1, pointer->data, 4);
  add_ratio (&exif, 0x829a, kind->exposure);
  add_ratio (&exif, 0x829d, kind->aperture);
  add_count (&exif, 0x8827, kind->sensitivity);
  add_text (&exif, 0x9003, kind->taken);
  add_ratio (&exif, 0x920a, kind->focal_length);
  add_count (&exif, 0xa405, kind->focal_length_35mm);
  add_text (&exif, 0xa434, kind->lens);
  g_assert (ifd0.n == n_first && exif.n == n_second);

  g_byte_array_append (out, (const guint8 *) (big_endian ? "MM\0*" : "II*"), 4);
  append_number (out, 8, 4, big_endian);
  end_directory (&ifd0, out);
  end_directory (&exif, out);
  g_byte_array_append (out, data->data, data->len);
  return out;
}

static void
jpeg_row (const JpegKind *kind, guint y, guint8 *row)
{
  for (guint x = 0; x < kind->width; x++)
    {
      guint8 rgb[3];

      picture_colour (x, y, kind->width, kind->height, rgb);
      if (y < kind->bars || y >= kind->height - kind->bars)
        memset (rgb, 0, 3);
      if (kind->grey)
        *row++ = (guint8) ((rgb[0] * 299 + rgb[1] * 587 + rgb[2] * 114) / 1000);
      else
        {
          memcpy (row, rgb, 3);
          row += 3;
          /* As Adobe has it: how much of each ink is missing. */
          if (kind->cmyk)
            *row++ = 255;
        }
    }
}

static void
jpeg_parameters (struct jpeg_compress_struct *info, const JpegKind *kind)
{
  info->image_width = kind->width;
  info->image_height = kind->height;
  info->input_components = kind->grey ? 1 : kind->cmyk ? 4 : 3;
  info->in_color_space = kind->grey ? JCS_GRAYSCALE : kind->cmyk ? JCS_CMYK : JCS_RGB;
  jpeg_set_defaults (info);
  if (kind->rgb)
    jpeg_set_colorspace (info, JCS_RGB);
  jpeg_set_quality (info, kind->quality > 0 ? (int) kind->quality : 85, TRUE);
  info->comp_info[0].h_samp_factor = (int) MAX (kind->h_sampling, 1);
  info->comp_info[0].v_samp_factor = (int) MAX (kind->v_sampling, 1);
  info->restart_in_rows = (int) kind->restart_rows;
  info->optimize_coding = kind->optimized;
  info->arith_code = kind->arithmetic;
  if (kind->progressive)
    jpeg_simple_progression (info);
}

GBytes *
make_jpeg (const JpegKind *kind)
{
  struct jpeg_compress_struct info;
  struct jpeg_error_mgr errors;
  unsigned char *file = NULL;
  unsigned long length = 0;
  g_autofree guint8 *row = g_malloc (kind->width * 4);

  info.err = jpeg_std_error (&errors);
  jpeg_create_compress (&info);
  jpeg_mem_dest (&info, &file, &length);
  jpeg_parameters (&info, kind);
  jpeg_start_compress (&info, TRUE);
  if (kind->photo != NULL)
    {
      g_autoptr (GByteArray) exif = make_photo_exif (kind->photo, kind->width % 2 == 0);

      g_byte_array_prepend (exif, (const guint8 *) "Exif\0\0", 6);
      jpeg_write_marker (&info, JPEG_APP0 + 1, exif->data, exif->len);
    }
  else if (kind->orientation > 0)
    {
      g_autoptr (GByteArray) exif = make_exif (kind);

      jpeg_write_marker (&info, JPEG_APP0 + 1, exif->data, exif->len);
    }
  if (kind->profile != NULL)
    {
      gsize profile_length;
      const void *data = g_bytes_get_data (kind->profile, &profile_length);

      jpeg_write_icc_profile (&info, data, (unsigned) profile_length);
    }
  while (info.next_scanline < info.image_height)
    {
      JSAMPROW rows[1] = { row };

      jpeg_row (kind, info.next_scanline, row);
      jpeg_write_scanlines (&info, rows, 1);
    }
  jpeg_finish_compress (&info);
  jpeg_destroy_compress (&info);
  if (kind->fill > length)
    {
      file = realloc (file, kind->fill);
      memset (file + length, 0, kind->fill - length);
      length = kind->fill;
    }
  return g_bytes_new_with_free_func (file, length, free, file);
}

static void
on_png_data (png_structp png, png_bytep data, size_t length)
{
  g_byte_array_append (png_get_io_ptr (png), data, (guint) length);
}

static void
on_png_flush (png_structp png)
{
}

/* 8-bit samples of one row; palettes have the four colours. */
static void
png_row (const PngKind *kind, guint y, guint8 *out)
{
  gboolean has_alpha = (kind->type & PNG_COLOR_MASK_ALPHA) != 0;

  for (guint x = 0; x < kind->width; x++)
    {
      guint8 rgb[3];

      picture_colour (x, y, kind->width, kind->height, rgb);
      if (kind->type == PNG_COLOR_TYPE_PALETTE)
        *out++ = (guint8) ((x >= kind->width / 2 ? 1 : 0) + (y >= kind->height / 2 ? 2 : 0));
      else if ((kind->type & PNG_COLOR_MASK_COLOR) != 0)
        for (guint c = 0; c < 3; c++)
          *out++ = rgb[c];
      else
        *out++ = (guint8) ((rgb[0] * 299 + rgb[1] * 587 + rgb[2] * 114) / 1000);
      if (has_alpha)
        *out++ = kind->transparent && x >= kind->width / 2 ? 0 : 255;
    }
}

static void
png_palette (png_structp png, png_infop info, const PngKind *kind)
{
  png_color palette[4];
  png_byte alphas[4] = { 255, 0, 255, 0 };

  for (guint i = 0; i < 4; i++)
    {
      guint8 rgb[3];

      picture_colour (i & 1, i >> 1, 2, 2, rgb);
      palette[i] = (png_color){ rgb[0], rgb[1], rgb[2] };
    }
  png_set_PLTE (png, info, palette, 4);
  if (kind->transparent)
    png_set_tRNS (png, info, alphas, 4, NULL);
}

GBytes *
make_png (const PngKind *kind)
{
  GByteArray *file = g_byte_array_new ();
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  int depth = kind->depth > 0 ? kind->depth : 8;
  g_autofree guint8 *row = g_malloc0 ((gsize) kind->width * 8);
  g_autofree guint8 *wide = g_malloc0 ((gsize) kind->width * 8);
  int passes;

  png_set_write_fn (png, file, on_png_data, on_png_flush);
  png_set_IHDR (png, info, kind->width, kind->height, depth, kind->type,
                kind->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level (png, 1);
  if (kind->filters != 0)
    png_set_filter (png, 0, kind->filters);
  if (kind->type == PNG_COLOR_TYPE_PALETTE)
    png_palette (png, info, kind);
  png_write_info (png, info);
  if (depth < 8)
    png_set_packing (png);
  passes = png_set_interlace_handling (png);
  for (int pass = 0; pass < passes; pass++)
    for (guint y = 0; y < kind->height; y++)
      {
        png_row (kind, y, row);
        if (depth < 8 && kind->type == PNG_COLOR_TYPE_GRAY)
          for (guint x = 0; x < kind->width; x++)
            row[x] = (guint8) (row[x] >> (8 - depth));
        if (depth == 16)
          for (gsize i = 0; i < (gsize) kind->width * 4; i++)
            wide[2 * i] = wide[2 * i + 1] = row[i];
        png_write_row (png, depth == 16 ? wide : row);
      }
  png_write_end (png, info);
  png_destroy_write_struct (&png, &info);
  return g_byte_array_free_to_bytes (file);
}

#ifdef HAVE_LCMS
GBytes *
make_swapped_profile (void)
{
  const cmsCIExyY white = { 0.3127, 0.3290, 1 };
  const cmsCIExyYTRIPLE swapped = { { 0.15, 0.06, 1 }, { 0.30, 0.60, 1 }, { 0.64, 0.33, 1 } };
  cmsToneCurve *curve = cmsBuildGamma (NULL, 2.2);
  cmsToneCurve *curves[3] = { curve, curve, curve };
  cmsHPROFILE profile = cmsCreateRGBProfile (&white, &swapped, curves);
  cmsUInt32Number length = 0;
  guint8 *data;

  cmsSaveProfileToMem (profile, NULL, &length);
  data = g_malloc (length);
  cmsSaveProfileToMem (profile, data, &length);
  cmsCloseProfile (profile);
  cmsFreeToneCurve (curve);
  return g_bytes_new_take (data, length);
}
#endif

#ifdef HAVE_GIF
static int
on_gif_data (GifFileType *gif, const GifByteType *data, int length)
{
  g_byte_array_append (gif->UserData, data, (guint) length);
  return length;
}

static void
gif_line (GifFileType *gif, guint y, guint width, guint height, gboolean black)
{
  g_autofree GifPixelType *line = g_malloc (width);

  for (guint x = 0; x < width; x++)
    line[x] = black ? 4 : (GifPixelType) ((x >= width / 2 ? 1 : 0) + (y >= height / 2 ? 2 : 0));
  EGifPutLine (gif, line, (int) width);
}

GBytes *
make_gif (guint width, guint height, gboolean interlaced, guint n_frames)
{
  static const guint starts[] = { 0, 4, 2, 1 }, steps[] = { 8, 8, 4, 2 };
  GByteArray *file = g_byte_array_new ();
  GifColorType colours[8] = { { 0 } };
  ColorMapObject *map;
  GifFileType *gif = EGifOpen (file, on_gif_data, NULL);

  for (guint i = 0; i < 4; i++)
    {
      guint8 rgb[3];

      picture_colour (i & 1, i >> 1, 2, 2, rgb);
      colours[i] = (GifColorType){ rgb[0], rgb[1], rgb[2] };
    }
  map = GifMakeMapObject (8, colours);
  EGifSetGifVersion (gif, TRUE);
  EGifPutScreenDesc (gif, (int) width, (int) height, 3, 0, map);
  for (guint frame = 0; frame < n_frames; frame++)
    {
      static const GifByteType control[4] = { 0, 10, 0, 0 };

      EGifPutExtension (gif, GRAPHICS_EXT_FUNC_CODE, 4, control);
      EGifPutImageDesc (gif, 0, 0, (int) width, (int) height, interlaced, NULL);
      if (interlaced)
        for (guint pass = 0; pass < 4; pass++)
          for (guint y = starts[pass]; y < height; y += steps[pass])
            gif_line (gif, y, width, height, frame > 0);
      else
        for (guint y = 0; y < height; y++)
          gif_line (gif, y, width, height, frame > 0);
    }
  EGifCloseFile (gif, NULL);
  GifFreeMapObject (map);
  return g_byte_array_free_to_bytes (file);
}
#endif

#ifdef HAVE_WEBP
GBytes *
make_webp (guint width, guint height, gboolean lossless, gboolean with_alpha)
{
  g_autofree guint8 *pixels = g_malloc ((gsize) width * height * 4);
  guint8 *out = pixels, *file = NULL;
  gsize length;
  GBytes *bytes;

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++, out += 4)
      {
        picture_colour (x, y, width, height, out);
        out[3] = with_alpha && x >= width / 2 ? 0 : 255;
      }
  length = lossless
               ? WebPEncodeLosslessRGBA (pixels, (int) width, (int) height, (int) width * 4, &file)
               : WebPEncodeRGBA (pixels, (int) width, (int) height, (int) width * 4, 80, &file);
  g_assert (length > 0);
  bytes = g_bytes_new (file, length);
  WebPFree (file);
  return bytes;
}

static void
append_le (GByteArray *out, guint32 value, guint n_bytes)
{
  for (guint i = 0; i < n_bytes; i++, value >>= 8)
    {
      guint8 byte = (guint8) value;

      g_byte_array_append (out, &byte, 1);
    }
}

static void
append_riff (GByteArray *out, const char *type, const guint8 *data, gsize length)
{
  g_byte_array_append (out, (const guint8 *) type, 4);
  append_le (out, (guint32) length, 4);
  g_byte_array_append (out, data, (guint) length);
  if (length % 2 != 0)
    append_le (out, 0, 1);
}

/* One frame, smaller than the canvas and 10 pixels from its corner. */
GBytes *
make_animated_webp (guint width, guint height)
{
  g_autoptr (GBytes) still = make_webp (width - 20, height - 20, FALSE, FALSE);
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GByteArray) chunk = g_byte_array_new ();
  GByteArray *file = g_byte_array_new ();
  gsize length;
  const guint8 *data = g_bytes_get_data (still, &length);

  g_byte_array_append (body, (const guint8 *) "WEBP", 4);
  append_le (chunk, 0x02, 4);
  append_le (chunk, width - 1, 3);
  append_le (chunk, height - 1, 3);
  append_riff (body, "VP8X", chunk->data, chunk->len);
  append_riff (body, "ANIM", (const guint8 *) "\0\0\0\0\0\0", 6);
  for (guint frame = 0; frame < 2; frame++)
    {
      g_byte_array_set_size (chunk, 0);
      append_le (chunk, 5, 3);
      append_le (chunk, 5, 3);
      append_le (chunk, width - 20 - 1, 3);
      append_le (chunk, height - 20 - 1, 3);
      append_le (chunk, 100, 3);
      append_le (chunk, 0, 1);
      g_byte_array_append (chunk, data + 12, (guint) length - 12);
      append_riff (body, "ANMF", chunk->data, chunk->len);
    }
  append_riff (file, "RIFF", body->data, body->len);
  return g_byte_array_free_to_bytes (file);
}
#endif

GBytes *
make_by_pixbuf (guint width, guint height, const char *type)
{
  g_autoptr (GdkPixbuf) pixbuf
      = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, (int) width, (int) height);
  g_autoptr (GError) error = NULL;
  gsize length;
  char *file;

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      picture_colour (x, y, width, height,
                      gdk_pixbuf_get_pixels (pixbuf) + y * (gsize) gdk_pixbuf_get_rowstride (pixbuf)
                          + x * 3);
  gdk_pixbuf_save_to_buffer (pixbuf, &file, &length, type, &error, NULL);
  g_assert_no_error (error);
  return g_bytes_new_take (file, length);
}

/* With the tables that everybody uses, a block like the one before is 00 for DC and 1010 for AC. */
GBytes *
make_flat_jpeg (guint width, guint height, gboolean progressive)
{
  const JpegKind kind = { .width = 8, .height = 8, .grey = TRUE };
  g_autoptr (GBytes) small = make_jpeg (&kind);
  GByteArray *file = g_byte_array_new ();
  gsize length, n_blocks = (gsize) ((width + 7) / 8) * ((height + 7) / 8);
  const guint8 *data = g_bytes_get_data (small, &length);
  guint8 *p, *end;

  g_byte_array_append (file, data, (guint) length);
  for (p = file->data, end = p + length; p[0] != 0xff || p[1] != 0xc0; p++)
    g_assert (p + 9 < end);
  p[1] = progressive ? 0xc2 : 0xc0;
  p[5] = (guint8) (height >> 8);
  p[6] = (guint8) height;
  p[7] = (guint8) (width >> 8);
  p[8] = (guint8) width;
  for (; p[0] != 0xff || p[1] != 0xda; p++)
    g_assert (p + 10 < end);
  if (progressive)
    p[8] = 0; /* the DC coefficients alone */
  g_byte_array_set_size (file, (guint) (p + 10 - file->data));
  if (progressive)
    {
      gsize n = (n_blocks + 3) / 4;

      length = file->len;
      g_byte_array_set_size (file, (guint) (length + n));
      memset (file->data + length, 0, n);
    }
  else
    for (gsize i = 0; i < n_blocks; i += 4)
      g_byte_array_append (file, (const guint8 *) "\x28\xa2\x8a", 3);
  g_byte_array_append (file, (const guint8 *) "\xff\xd9", 2);
  return g_byte_array_free_to_bytes (file);
}

GBytes *
make_png_header (guint width, guint height)
{
  const PngKind kind = { .width = 1, .height = 1, .type = PNG_COLOR_TYPE_RGB };
  g_autoptr (GBytes) small = make_png (&kind);
  gsize length;
  const guint8 *data = g_bytes_get_data (small, &length);
  GByteArray *file = g_byte_array_new ();
  guint32 checksum;

  g_byte_array_append (file, data, 16);
  append_u32 (file, width);
  append_u32 (file, height);
  g_byte_array_append (file, data + 24, 5);
  /* PNG's checksum, bit by bit. */
  checksum = 0xffffffff;
  for (guint i = 12; i < 29; i++)
    {
      checksum ^= file->data[i];
      for (guint bit = 0; bit < 8; bit++)
        checksum = checksum >> 1 ^ ((checksum & 1) ? 0xedb88320 : 0);
    }
  append_u32 (file, ~checksum);
  g_byte_array_append (file, data + 33, (guint) length - 33);
  return g_byte_array_free_to_bytes (file);
}
