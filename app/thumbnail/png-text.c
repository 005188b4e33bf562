/* png-text.c: the few words a thumbnail carries about its original
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/thumbnail/png-text.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* Writers put the text first; what comes later than this is not looked for. */
#define PREFIX_BYTES (32 * 1024)

#define SIGNATURE       "\x89PNG\r\n\x1a\n"
#define SIGNATURE_BYTES 8

/* Length and type before the data of a chunk, its checksum after. */
#define CHUNK_HEAD 8
#define CHUNK_TAIL 4

static guint32
read_u32 (const guint8 *p)
{
  return (guint32) p[0] << 24 | (guint32) p[1] << 16 | (guint32) p[2] << 8 | p[3];
}

GHashTable *
sheaf_png_text_read (int fd)
{
  g_autofree guint8 *prefix = g_malloc (PREFIX_BYTES);
  g_autoptr (GHashTable) text = NULL;
  gssize got;
  gsize length;
  gsize at = SIGNATURE_BYTES;

  do
    got = pread (fd, prefix, PREFIX_BYTES, 0);
  while (got < 0 && errno == EINTR);
  if (got < SIGNATURE_BYTES || memcmp (prefix, SIGNATURE, SIGNATURE_BYTES) != 0)
    return NULL;

  length = (gsize) got;
  text = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  while (length - at >= CHUNK_HEAD + CHUNK_TAIL)
    {
      gsize n = read_u32 (prefix + at);
      const guint8 *type = prefix + at + 4;
      const guint8 *data = prefix + at + CHUNK_HEAD;

      if (memcmp (type, "IDAT", 4) == 0 || n > length - at - CHUNK_HEAD - CHUNK_TAIL)
        break;
      if (memcmp (type, "tEXt", 4) == 0)
        {
          const guint8 *nul = n > 0 ? memchr (data, '\0', n) : NULL;

          if (nul != NULL)
            g_hash_table_replace (text, g_strndup ((const char *) data, (gsize) (nul - data)),
                                  g_strndup ((const char *) nul + 1, n - (gsize) (nul - data) - 1));
        }
      at += CHUNK_HEAD + n + CHUNK_TAIL;
    }
  return g_steal_pointer (&text);
}

static void
append_u32 (GByteArray *png, guint32 value)
{
  guint32 big = GUINT32_TO_BE (value);

  g_byte_array_append (png, (const guint8 *) &big, 4);
}

static void
append_chunk (GByteArray *png, const char *type, const void *data, gsize length)
{
  guint start = png->len + 4;

  append_u32 (png, (guint32) length);
  g_byte_array_append (png, (const guint8 *) type, 4);
  if (length > 0)
    g_byte_array_append (png, data, (guint) length);
  append_u32 (png, (guint32) crc32 (crc32 (0, NULL, 0), png->data + start, png->len - start));
}

GBytes *
sheaf_png_text_write_empty (GVariant *text)
{
  /* One pixel a side, 8 bits a channel, RGBA, not interlaced. */
  static const guint8 header[] = { 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0 };
  static const guint8 row[] = { 0, 0, 0, 0, 0 };
  GByteArray *png = g_byte_array_new ();
  guint8 pixels[64];
  uLongf n_pixels = sizeof pixels;
  GVariantIter iter;
  const char *keyword;
  const char *value;

  g_return_val_if_fail (g_variant_is_of_type (text, G_VARIANT_TYPE ("a{ss}")), NULL);

  if (compress2 (pixels, &n_pixels, row, sizeof row, Z_BEST_SPEED) != Z_OK)
    g_assert_not_reached ();

  g_byte_array_append (png, (const guint8 *) SIGNATURE, SIGNATURE_BYTES);
  append_chunk (png, "IHDR", header, sizeof header);
  g_variant_iter_init (&iter, text);
  while (g_variant_iter_next (&iter, "{&s&s}", &keyword, &value))
    {
      g_autoptr (GString) data = g_string_new (keyword);

      g_string_append_c (data, '\0');
      g_string_append (data, value);
      append_chunk (png, "tEXt", data->str, data->len);
    }
  append_chunk (png, "IDAT", pixels, n_pixels);
  append_chunk (png, "IEND", NULL, 0);
  return g_byte_array_free_to_bytes (png);
}
