/* encoder-png.c: a small picture as a PNG file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The container is a handful of chunks; what takes time is deflate, and libdeflate does it several
 * times faster than the zlib beneath libpng, which is the other way here. */
#include "config.h"

#include "app/verbs/encoder.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <gio/gio.h>

#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LIBDEFLATE
#include <libdeflate.h>
#else
#include <zlib.h>
#endif

#define LEVEL 4

static guint32
crc_of (const guint8 *data, gsize length)
{
#ifdef HAVE_LIBDEFLATE
  return libdeflate_crc32 (0, data, length);
#else
  return (guint32) crc32 (0, data, (uInt) length);
#endif
}

static void
append_u32 (GByteArray *file, guint32 value)
{
  value = GUINT32_TO_BE (value);
  g_byte_array_append (file, (const guint8 *) &value, sizeof value);
}

static void
append_chunk (GByteArray *file, const char *type, const void *data, gsize length)
{
  guint start;

  append_u32 (file, (guint32) length);
  start = file->len;
  g_byte_array_append (file, (const guint8 *) type, 4);
  g_byte_array_append (file, data, (guint) length);
  append_u32 (file, crc_of (file->data + start, file->len - start));
}

/* tEXt where the words allow it, else iTXt, which is UTF-8. */
static void
append_text (GByteArray *file, const char *key, const char *value)
{
  g_autoptr (GByteArray) chunk = g_byte_array_new ();
  gboolean ascii = g_str_is_ascii (value);
  static const guint8 uncompressed_any_language[4] = { 0, 0, 0, 0 };

  if (*key == '\0' || strlen (key) > 79 || !g_str_is_ascii (key))
    return;
  g_byte_array_append (chunk, (const guint8 *) key, (guint) strlen (key) + 1);
  if (!ascii)
    g_byte_array_append (chunk, uncompressed_any_language, 4);
  g_byte_array_append (chunk, (const guint8 *) value, (guint) strlen (value));
  append_chunk (file, ascii ? "tEXt" : "iTXt", chunk->data, chunk->len);
}

static guint8
paeth (int a, int b, int c)
{
  int p = a + b - c, pa = abs (p - a), pb = abs (p - b), pc = abs (p - c);

  return (guint8) (pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

/* Writes one filtered row with its type in front; returns how well it will deflate, small is good.
 */
static guint
filter_row (guint type, const guint8 *row, const guint8 *above, gsize n, guint bpp, guint8 *out)
{
  guint cost = 0;

  *out++ = (guint8) type;
  for (gsize i = 0; i < n; i++)
    {
      int left = i >= bpp ? row[i - bpp] : 0;
      int corner = i >= bpp ? above[i - bpp] : 0;
      int guess = type == 1 ? left : type == 2 ? above[i] : paeth (left, above[i], corner);

      out[i] = (guint8) (row[i] - guess);
      cost += (guint) abs ((gint8) out[i]);
    }
  return cost;
}

static guint8 *
filter_rows (const SheafPicture *picture, gsize *length)
{
  guint bpp = sheaf_colour_channels (picture->colour);
  gsize n = (gsize) picture->width * bpp;
  g_autofree guint8 *zeros = g_try_malloc0 (n);
  g_autofree guint8 *best = g_try_malloc_n (n + 1, 3);
  g_autofree guint8 *rows = g_try_malloc_n (n + 1, picture->height);

  if (zeros == NULL || best == NULL || rows == NULL)
    return NULL;
  for (guint y = 0; y < picture->height; y++)
    {
      const guint8 *row = picture->pixels + y * n;
      guint cheapest = G_MAXUINT;

      for (guint i = 0; i < 3; i++)
        {
          static const guint types[] = { 1, 2, 4 };
          guint8 *out = best + i * (n + 1);
          guint cost = filter_row (types[i], row, y > 0 ? row - n : zeros, n, bpp, out);

          if (cost < cheapest)
            {
              cheapest = cost;
              memcpy (rows + y * (n + 1), out, n + 1);
            }
        }
    }
  *length = (n + 1) * picture->height;
  return g_steal_pointer (&rows);
}

static guint8 *
deflate_rows (const guint8 *rows, gsize length, gsize *packed_length)
{
#ifdef HAVE_LIBDEFLATE
  struct libdeflate_compressor *compressor = libdeflate_alloc_compressor (LEVEL);
  g_autofree guint8 *packed = NULL;
  gsize bound;

  if (compressor == NULL)
    return NULL;
  bound = libdeflate_zlib_compress_bound (compressor, length);
  packed = g_try_malloc (bound);
  *packed_length
      = packed != NULL ? libdeflate_zlib_compress (compressor, rows, length, packed, bound) : 0;
  libdeflate_free_compressor (compressor);
  return *packed_length > 0 ? g_steal_pointer (&packed) : NULL;
#else
  uLongf bound = compressBound (length);
  g_autofree guint8 *packed = g_try_malloc (bound);

  if (packed == NULL || compress2 (packed, &bound, rows, length, LEVEL) != Z_OK)
    return NULL;
  *packed_length = bound;
  return g_steal_pointer (&packed);
#endif
}

GBytes *
sheaf_encode_png (const SheafPicture *picture, GVariant *text, GError **error)
{
  static const guint8 signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) header = g_byte_array_new ();
  gsize length = 0, packed_length = 0;
  g_autofree guint8 *rows = filter_rows (picture, &length);
  g_autofree guint8 *packed = rows != NULL ? deflate_rows (rows, length, &packed_length) : NULL;
  const guint8 rest[] = { 8, picture->colour == SHEAF_COLOUR_RGBA ? 6 : 2, 0, 0, 0 };

  if (packed == NULL)
    {
      sheaf_fail (error, SHEAF_ERROR_TOO_LARGE, _ ("There is not enough memory for this picture"));
      return NULL;
    }

  g_byte_array_append (file, signature, sizeof signature);
  append_u32 (header, picture->width);
  append_u32 (header, picture->height);
  g_byte_array_append (header, rest, sizeof rest);
  append_chunk (file, "IHDR", header->data, header->len);
  if (text != NULL)
    {
      GVariantIter iter;
      const char *key, *value;

      g_variant_iter_init (&iter, text);
      while (g_variant_iter_next (&iter, "{&s&s}", &key, &value))
        append_text (file, key, value);
    }
  append_chunk (file, "IDAT", packed, packed_length);
  append_chunk (file, "IEND", NULL, 0);
  return g_byte_array_free_to_bytes (g_steal_pointer (&file));
}
