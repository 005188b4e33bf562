/* fuzz-png.c: the PNG reader that Sheaf wrote itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checksums and deflate would refuse nearly everything, so the input is what stands within them: 16
 * bytes for the header and the palette's length, the palette, then rows as they are before
 * inflating.  An input that is a PNG already is taken as it is. */
#include "config.h"

#include "app/verbs/png-whole.h"

#include <libdeflate.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
append_chunk (GByteArray *file, const char *type, const guint8 *data, gsize length)
{
  guint32 word = GUINT32_TO_BE ((guint32) length);
  guint start;

  g_byte_array_append (file, (const guint8 *) &word, 4);
  start = file->len;
  g_byte_array_append (file, (const guint8 *) type, 4);
  g_byte_array_append (file, data, (guint) length);
  word = GUINT32_TO_BE (libdeflate_crc32 (0, file->data + start, file->len - start));
  g_byte_array_append (file, (const guint8 *) &word, 4);
}

static GByteArray *
wrap (const guint8 *data, gsize size)
{
  GByteArray *file = g_byte_array_new ();
  struct libdeflate_compressor *deflater = libdeflate_alloc_compressor (1);
  guint8 header[13] = { 0, 0, data[0] & 1, data[1], 0, 0, data[2] & 1, data[3], 8, data[4] % 8 };
  gsize palette = MIN (data[5] * 3, size - 16), alphas = MIN (data[6], size - 16 - palette);
  gsize rest = size - 16 - palette - alphas;
  gsize cut = data[7] < rest ? data[7] : rest;
  gsize bound = libdeflate_zlib_compress_bound (deflater, rest);
  g_autofree guint8 *packed = g_malloc (bound);

  g_byte_array_append (file, (const guint8 *) "\x89PNG\r\n\x1a\n", 8);
  append_chunk (file, "IHDR", header, sizeof header);
  append_chunk (file, "PLTE", data + 16, palette);
  if (data[8] & 1)
    append_chunk (file, "tRNS", data + 16 + palette, alphas);
  if (data[8] & 2)
    append_chunk (file, "eXIf", data + 16, palette);
  bound = libdeflate_zlib_compress (deflater, data + size - rest, rest, packed, bound);
  cut = MIN (cut, bound);
  append_chunk (file, "IDAT", packed, cut);
  append_chunk (file, "IDAT", packed + cut, bound - cut);
  append_chunk (file, "IEND", data, 0);
  libdeflate_free_compressor (deflater);
  return file;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  const SheafDecodeOptions options = { .size = size % 3 == 0 ? 0 : 16 };
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (SheafPicture) picture = NULL;
  g_auto (SheafInput) input = { .fd = -1 };

  if (size < 17)
    return 0;
  file = memcmp (data, "\x89PNG", 4) == 0 ? g_byte_array_append (g_byte_array_new (), data, size)
                                          : wrap (data, size);
  sheaf_input_init_data (&input, file->data, file->len);
  picture = sheaf_png_whole_decode (&input, &options);
  return 0;
}
