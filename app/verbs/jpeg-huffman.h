/* jpeg-huffman.h: Huffman tables for reading some coefficients and passing over the rest
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A thumbnail needs one to four of a block's 64 coefficients.  Those behind them need not be known,
 * only passed over, and the next 13 bits mostly say how several of them end: an entry of `skip` has
 * how many bits and coefficients those symbols cover whose codes lie within them (the bits of the
 * last one's value may lie outside), and whether the end of the block is among them. */
#pragma once

#include "app/verbs/jpeg-stream.h"

G_BEGIN_DECLS

#define SHEAF_HUFFMAN_FAST_BITS 10
#define SHEAF_HUFFMAN_SKIP_BITS 13

/* The most bits of an entry of `skip`: three entries need no refill between them. */
#define SHEAF_HUFFMAN_MAX_SKIP 18

/* Added to an entry's coefficients where the end of the block is among its symbols. */
#define SHEAF_HUFFMAN_END 128

/* The coefficients of an entry that says nothing. */
#define SHEAF_HUFFMAN_NOTHING 255

typedef struct
{
  gboolean is_set;
  guint8 counts[16];
  guint8 symbols[256];
  guint n_symbols;

  gint32 last_code[17]; /* by length: the last code, left-aligned in 16 bits, + 1 */
  gint32 first_symbol[17];
  guint16 fast[1 << SHEAF_HUFFMAN_FAST_BITS]; /* see SHEAF_SYMBOL_…; 0: longer */
  gboolean has_skip;
  guint16 skip[1 << SHEAF_HUFFMAN_SKIP_BITS]; /* coefficients << 6 | bits */
} SheafHuffman;

/**
 * sheaf_huffman_set:
 * @symbols: as many as @counts has in all, at most 256
 *
 * The table of a DHT segment.  Setting the one that it is already costs nothing.
 *
 * Returns: %FALSE where that is no prefix code
 */
gboolean
sheaf_huffman_set (SheafHuffman *self, const guint8 counts[16], const guint8 *symbols, guint n);

/* Fills `skip`, for tables of AC coefficients. */
void sheaf_huffman_make_skip (SheafHuffman *self);

/* A symbol and its place in the stream: how many bits it has with its value, how many of them are
 * the value, and how many zeros come before it. */
#define SHEAF_SYMBOL_MAKE(symbol, code_length)                                                     \
  ((guint) (symbol) << 6 | ((code_length) + ((symbol) &15u)))
#define SHEAF_SYMBOL_LENGTH(entry) ((entry) &63)
#define SHEAF_SYMBOL_SIZE(entry)   ((entry) >> 6 & 15)
#define SHEAF_SYMBOL_RUN(entry)    ((entry) >> 10)
#define SHEAF_SYMBOL(entry)        ((entry) >> 6)

/* @next: 16 bits.  Returns: the symbol with a code of any length, or 0 */
guint sheaf_huffman_slow (const SheafHuffman *self, guint next);

/**
 * sheaf_huffman_look:
 *
 * Returns: the next symbol, not dropped, or 0.  Needs 25 bits; there are 31 afterwards if need be
 */
static inline guint
sheaf_huffman_look (const SheafHuffman *self, SheafBits *bits)
{
  guint entry = self->fast[bits->bits >> (64 - SHEAF_HUFFMAN_FAST_BITS)];

  if (G_UNLIKELY (entry == 0))
    {
      sheaf_bits_refill (bits);
      entry = sheaf_huffman_slow (self, (guint) (bits->bits >> 48));
    }
  return entry;
}

G_END_DECLS
