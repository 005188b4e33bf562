/* jpeg-block.h: the bits of one block, and the samples they make
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inlined into the loops of jpeg-skip.c.  What limits them is the chain from one symbol's length to
 * the next symbol, and every guess of the processor that turns out wrong: hence tables where one
 * would write conditions. */
#pragma once

#include "app/verbs/jpeg-header.h"

G_BEGIN_DECLS

/**
 * SheafBlock:
 * @out: where the samples of the next block go, @level rows apart by @stride
 * @columns: how much further it is in the next MCU, in blocks
 * @low: (nullable): where its coefficients go instead
 *
 * A block's place in each MCU of a scan.
 */
typedef struct
{
  const SheafHuffman *dc;
  const SheafHuffman *ac;
  int *prediction;
  int quantisers[SHEAF_JPEG_N_LOW];
  guint level;
  guint columns;
  guint8 *out;
  gsize stride;
  gint16 *low;
} SheafBlock;

static G_ALWAYS_INLINE inline guint8
sheaf_to_sample (int value)
{
  return (guint8) CLAMP (value + 128, 0, 255);
}

/* The mean of a block from its DC coefficient.  Halves are common, since quantisers are even
 * numbers as a rule; they go up and down by turns, or the whole picture would be brighter. */
static G_ALWAYS_INLINE inline guint8
sheaf_to_mean (int dc, guint turn)
{
  return sheaf_to_sample ((dc + 3 + (int) (turn & 1)) >> 3);
}

/* The four samples of a block from its low coefficients. */
static G_ALWAYS_INLINE inline void
sheaf_put_four (guint8 *out, gsize stride, int mean, int across, int down, int both)
{
  out[0] = sheaf_to_sample ((mean + 4 + across + down + both) >> 3);
  out[1] = sheaf_to_sample ((mean + 3 - across + down - both) >> 3);
  out[stride] = sheaf_to_sample ((mean + 3 + across - down - both) >> 3);
  out[stride + 1] = sheaf_to_sample ((mean + 4 - across - down + both) >> 3);
}

/* The difference of a DC coefficient; leaves at least 25 bits. */
static G_ALWAYS_INLINE inline gboolean
sheaf_read_dc (const SheafBlock *block, SheafBits *bits)
{
  guint entry;

  sheaf_bits_refill (bits);
  entry = sheaf_huffman_look (block->dc, bits);
  if (G_UNLIKELY (entry == 0 || SHEAF_SYMBOL_RUN (entry) != 0))
    return FALSE;
  *block->prediction = (gint16) (*block->prediction
                                 + sheaf_bits_value (bits, SHEAF_SYMBOL_LENGTH (entry),
                                                     SHEAF_SYMBOL_SIZE (entry)));
  return TRUE;
}

/* The coefficients up to the fourth, by zigzag place; what is behind them is not read.
 * Returns: the place reached, 64 at the end of the block, more on damage */
static G_ALWAYS_INLINE inline guint
sheaf_read_low_ac (const SheafHuffman *table, SheafBits *bits, gint16 zigzag[80])
{
  guint k = 1;

  for (;;)
    {
      guint entry = sheaf_huffman_look (table, bits);
      guint size = SHEAF_SYMBOL_SIZE (entry);

      if (G_UNLIKELY (entry == 0))
        return 65;
      if (size == 0 && SHEAF_SYMBOL (entry) != 0xf0)
        {
          sheaf_bits_drop (bits, SHEAF_SYMBOL_LENGTH (entry));
          return SHEAF_SYMBOL (entry) == 0 ? 64 : 65;
        }
      k += SHEAF_SYMBOL_RUN (entry);
      zigzag[k] = (gint16) sheaf_bits_value (bits, SHEAF_SYMBOL_LENGTH (entry), size);
      k++;
      if (k > 4)
        return k;
      sheaf_bits_refill (bits);
    }
}

/* One symbol; where a table entry says nothing, or too much. */
static G_ALWAYS_INLINE inline guint
sheaf_pass_over_one (const SheafHuffman *table, SheafBits *bits, guint k)
{
  guint entry;

  sheaf_bits_refill (bits);
  entry = sheaf_huffman_look (table, bits);
  if (entry == 0
      || (SHEAF_SYMBOL_SIZE (entry) == 0 && SHEAF_SYMBOL (entry) != 0
          && SHEAF_SYMBOL (entry) != 0xf0))
    return 65;
  sheaf_bits_drop (bits, SHEAF_SYMBOL_LENGTH (entry));
  return SHEAF_SYMBOL (entry) == 0 ? 64 : k + SHEAF_SYMBOL_RUN (entry) + 1;
}

/* Passes over the coefficients of a block from place @k on. */
static G_ALWAYS_INLINE inline gboolean
sheaf_pass_over (const SheafHuffman *table, SheafBits *bits, guint k)
{
  while (k < 64)
    {
      guint64 before = 0;
      guint entry = 0;

      sheaf_bits_refill (bits);
      for (guint i = 0; i < 3; i++)
        {
          before = bits->bits;
          entry = table->skip[before >> (64 - SHEAF_HUFFMAN_SKIP_BITS)];
          sheaf_bits_drop (bits, entry & 63);
          k += entry >> 6;
          if (k >= 64)
            break;
        }
      if (k <= 64 || (entry >> 6 != SHEAF_HUFFMAN_NOTHING && k - SHEAF_HUFFMAN_END < 64))
        continue;

      /* Nothing known, or symbols of the block behind among them. */
      bits->bits = before;
      bits->count += entry & 63;
      k = sheaf_pass_over_one (table, bits, k - (entry >> 6));
      if (k > 64)
        return FALSE;
    }
  return TRUE;
}

G_END_DECLS
