/* jpeg-huffman.c: Huffman tables for reading some coefficients and passing over the rest
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/jpeg-huffman.h"

gboolean
sheaf_huffman_set (SheafHuffman *self, const guint8 counts[16], const guint8 *symbols, guint n)
{
  guint32 code = 0;
  guint symbol = 0;

  if (self->is_set && n == self->n_symbols && memcmp (counts, self->counts, 16) == 0
      && memcmp (symbols, self->symbols, n) == 0)
    return TRUE;

  self->is_set = self->has_skip = FALSE;
  memcpy (self->counts, counts, 16);
  memcpy (self->symbols, symbols, n);
  self->n_symbols = n;
  memset (self->fast, 0, sizeof self->fast);
  for (guint length = 1; length <= 16; length++)
    {
      self->first_symbol[length] = (gint32) symbol - (gint32) code;
      for (guint i = 0; i < counts[length - 1]; i++, symbol++, code++)
        if (length <= SHEAF_HUFFMAN_FAST_BITS && code < 1u << length)
          {
            guint shift = SHEAF_HUFFMAN_FAST_BITS - length;

            for (guint tail = 0; tail < 1u << shift; tail++)
              self->fast[code << shift | tail]
                  = (guint16) SHEAF_SYMBOL_MAKE (symbols[symbol], length);
          }
      if (code > 1u << length)
        return FALSE;
      self->last_code[length] = counts[length - 1] > 0 ? (gint32) (code << (16 - length)) : 0;
      code <<= 1;
    }
  self->is_set = TRUE;
  return TRUE;
}

guint
sheaf_huffman_slow (const SheafHuffman *self, guint next)
{
  for (guint length = 1; length <= 16; length++)
    if ((gint32) next < self->last_code[length])
      {
        gint32 symbol = self->first_symbol[length] + (gint32) (next >> (16 - length));

        return symbol >= 0 && symbol < (gint32) self->n_symbols
                   ? SHEAF_SYMBOL_MAKE (self->symbols[symbol], length)
                   : 0;
      }
  return 0;
}

void
sheaf_huffman_make_skip (SheafHuffman *self)
{
  const guint mask = (1 << SHEAF_HUFFMAN_SKIP_BITS) - 1;

  if (self->has_skip)
    return;
  self->has_skip = TRUE;

  for (guint i = 0; i <= mask; i++)
    {
      guint used = 0, passed = 0;

      while (used < SHEAF_HUFFMAN_SKIP_BITS)
        {
          guint next = i << used & mask;
          guint entry = self->fast[next >> (SHEAF_HUFFMAN_SKIP_BITS - SHEAF_HUFFMAN_FAST_BITS)];
          guint size, length, run;

          if (entry == 0)
            entry = sheaf_huffman_slow (self, next << (16 - SHEAF_HUFFMAN_SKIP_BITS));
          size = SHEAF_SYMBOL_SIZE (entry);
          run = SHEAF_SYMBOL_RUN (entry) + 1;
          length = SHEAF_SYMBOL_LENGTH (entry);
          if (entry == 0 || used + length - size > SHEAF_HUFFMAN_SKIP_BITS
              || used + length > SHEAF_HUFFMAN_MAX_SKIP || passed + run > 63
              || (size == 0 && run != 1 && run != 16))
            break;
          used += length;
          if (SHEAF_SYMBOL (entry) == 0)
            {
              passed += SHEAF_HUFFMAN_END;
              break;
            }
          passed += run;
        }
      if (used == 0)
        passed = SHEAF_HUFFMAN_NOTHING;
      self->skip[i] = (guint16) (passed << 6 | used);
    }
}
