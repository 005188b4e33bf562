/* encode-gif.c: moving pictures for the demo gallery
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GIF89a with one palette for all frames: the commonest colours of the first one, in steps of 5
 * bits a channel.  Compression is plain LZW; no library of this build writes GIF. */
#include "config.h"

#include "app/demo/encode.h"

#include <string.h>

#define N_COLOURS 256
#define N_BINS    (1 << 15)

typedef struct
{
  guint8 colours[N_COLOURS][3];
  gint16 nearest[N_BINS]; /* -1: not looked up yet */
} Palette;

static inline guint
bin_of (const guint8 *rgb)
{
  return (guint) (rgb[0] >> 3) << 10 | (guint) (rgb[1] >> 3) << 5 | rgb[2] >> 3;
}

static int
by_count (gconstpointer a, gconstpointer b, gpointer counts)
{
  const guint *count = counts;
  guint x = *(const guint16 *) a, y = *(const guint16 *) b;

  return count[x] != count[y] ? (count[x] < count[y] ? 1 : -1) : (int) x - (int) y;
}

static Palette *
palette_new (const guint8 *rgb, gsize n_pixels)
{
  g_autofree guint *counts = g_new0 (guint, N_BINS);
  g_autofree guint16 *bins = g_new (guint16, N_BINS);
  Palette *palette = g_new0 (Palette, 1);

  for (gsize i = 0; i < n_pixels; i++)
    counts[bin_of (rgb + 3 * i)]++;
  for (guint i = 0; i < N_BINS; i++)
    bins[i] = (guint16) i;
  g_qsort_with_data (bins, N_BINS, sizeof *bins, by_count, counts);
  for (guint i = 0; i < N_COLOURS; i++)
    for (guint channel = 0; channel < 3; channel++)
      palette->colours[i][channel] = (guint8) (((bins[i] >> (10 - 5 * channel)) & 31) * 8 + 4);
  memset (palette->nearest, 0xff, sizeof palette->nearest);
  return palette;
}

static guint8
palette_index (Palette *palette, const guint8 *rgb)
{
  gint16 *cached = &palette->nearest[bin_of (rgb)];
  int best = G_MAXINT;

  if (*cached >= 0)
    return (guint8) *cached;
  for (guint i = 0; i < N_COLOURS; i++)
    {
      const guint8 *colour = palette->colours[i];
      int r = rgb[0] - colour[0], g = rgb[1] - colour[1], b = rgb[2] - colour[2];
      int distance = 3 * r * r + 6 * g * g + b * b;

      if (distance < best)
        {
          best = distance;
          *cached = (gint16) i;
        }
    }
  return (guint8) *cached;
}

typedef struct
{
  GByteArray *out;
  guint8 block[255];
  guint n_block;
  guint32 bits;
  guint n_bits;
} Packer;

static void
packer_flush (Packer *packer)
{
  guint8 length = (guint8) packer->n_block;

  if (length == 0)
    return;
  g_byte_array_append (packer->out, &length, 1);
  g_byte_array_append (packer->out, packer->block, length);
  packer->n_block = 0;
}

static void
packer_put (Packer *packer, guint code, guint width)
{
  packer->bits |= code << packer->n_bits;
  packer->n_bits += width;
  while (packer->n_bits >= 8)
    {
      packer->block[packer->n_block++] = (guint8) packer->bits;
      packer->bits >>= 8;
      packer->n_bits -= 8;
      if (packer->n_block == sizeof packer->block)
        packer_flush (packer);
    }
}

static void
append_lzw (GByteArray *out, const guint8 *indices, gsize n)
{
  enum
  {
    CLEAR = 256,
    END = 257,
    MAX_CODES = 4096
  };
  /* next[code][index]: the code for that string and one more pixel; 0 for none. */
  g_autofree guint16 (*next)[N_COLOURS] = g_malloc0 (sizeof (guint16[MAX_CODES][N_COLOURS]));
  Packer packer = { .out = out };
  guint code = indices[0], n_codes = END + 1, width = 9;
  guint8 minimum = 8, terminator = 0;

  g_byte_array_append (out, &minimum, 1);
  packer_put (&packer, CLEAR, width);
  for (gsize i = 1; i < n; i++)
    {
      guint16 *longer = &next[code][indices[i]];

      if (*longer != 0)
        {
          code = *longer;
          continue;
        }
      packer_put (&packer, code, width);
      if (n_codes < MAX_CODES)
        {
          *longer = (guint16) n_codes;
          if (n_codes == 1u << width)
            width++;
          n_codes++;
        }
      else
        {
          packer_put (&packer, CLEAR, width);
          memset (next, 0, sizeof (guint16[MAX_CODES][N_COLOURS]));
          n_codes = END + 1;
          width = 9;
        }
      code = indices[i];
    }
  packer_put (&packer, code, width);
  packer_put (&packer, END, width);
  packer_put (&packer, 0, 7);
  packer_flush (&packer);
  g_byte_array_append (out, &terminator, 1);
}

static void
append_u16 (GByteArray *out, guint value)
{
  guint8 bytes[2] = { (guint8) value, (guint8) (value >> 8) };

  g_byte_array_append (out, bytes, 2);
}

GBytes *
sheaf_encode_gif (GPtrArray *frames, guint width, guint height, guint delay)
{
  static const guint8 screen[] = { 0xf7, 0, 0 };
  static const guint8 loop[]
      = { 0x21, 0xff, 11, 'N', 'E', 'T', 'S', 'C', 'A', 'P', 'E', '2', '.', '0', 3, 1, 0, 0, 0 };
  static const guint8 control[] = { 0x21, 0xf9, 4, 4 };
  static const guint8 after_delay[] = { 0, 0, 0x2c, 0, 0, 0, 0 };
  static const guint8 no_local_palette = 0, trailer = 0x3b;
  gsize n = (gsize) width * height;
  g_autofree guint8 *indices = g_malloc (n);
  g_autofree Palette *palette = palette_new (g_bytes_get_data (frames->pdata[0], NULL), n);
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, (const guint8 *) "GIF89a", 6);
  append_u16 (out, width);
  append_u16 (out, height);
  g_byte_array_append (out, screen, sizeof screen);
  g_byte_array_append (out, palette->colours[0], sizeof palette->colours);
  g_byte_array_append (out, loop, sizeof loop);
  for (guint i = 0; i < frames->len; i++)
    {
      const guint8 *rgb = g_bytes_get_data (frames->pdata[i], NULL);

      for (gsize pixel = 0; pixel < n; pixel++)
        indices[pixel] = palette_index (palette, rgb + 3 * pixel);
      g_byte_array_append (out, control, sizeof control);
      append_u16 (out, delay);
      g_byte_array_append (out, after_delay, sizeof after_delay);
      append_u16 (out, width);
      append_u16 (out, height);
      g_byte_array_append (out, &no_local_palette, 1);
      append_lzw (out, indices, n);
    }
  g_byte_array_append (out, &trailer, 1);
  return g_byte_array_free_to_bytes (out);
}
