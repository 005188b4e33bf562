/* jpeg-stream.h: a JPEG file as markers, and between them as bits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file passes through a window, so its length costs no memory.  Entropy-coded bytes are
 * unstuffed (0xFF 0x00 to 0xFF) a piece at a time into a buffer with enough zeros after its end
 * that no single MCU, however damaged, can read past it: bits are taken without a check each, and
 * what was overrun is seen afterwards. */
#pragma once

#include "app/verbs/input.h"

#include <string.h>

G_BEGIN_DECLS

#define SHEAF_JPEG_WINDOW  (128u << 10)
#define SHEAF_JPEG_ENTROPY (64u << 10)

/* 10 blocks of 64 symbols, none longer than 16 + 16 bits, and a refill. */
#define SHEAF_JPEG_MCU_BYTES (10 * 64 * 4 + 64)

/* The next bits, first one highest.  Small, so that loops keep it in registers. */
typedef struct
{
  guint64 bits;
  guint count; /* of them that may be used */
  const guint8 *next;
} SheafBits;

typedef struct
{
  SheafInput *input;
  guint64 offset; /* in the file, of what follows the window */
  gsize position; /* in the window */
  gsize end;
  guint8 *window;

  guint8 *entropy;
  const guint8 *entropy_end;
  gboolean at_marker; /* nothing follows entropy_end but a marker, or the end of the file */
  SheafBits bits;
} SheafJpegStream;

gboolean sheaf_jpeg_stream_init (SheafJpegStream *self, SheafInput *input);
void sheaf_jpeg_stream_clear (SheafJpegStream *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SheafJpegStream, sheaf_jpeg_stream_clear)

/**
 * sheaf_jpeg_stream_need:
 * @count: at most 65536
 *
 * Returns: (transfer none) (nullable): the next @count bytes, not consumed; %NULL where the file
 *   ends before
 */
const guint8 *sheaf_jpeg_stream_need (SheafJpegStream *self, gsize count);

/* Passes over @count bytes. */
void sheaf_jpeg_stream_skip (SheafJpegStream *self, gsize count);

/**
 * sheaf_jpeg_stream_next_marker:
 * @in_scan: pass over entropy-coded bytes and restart markers too
 *
 * Returns: the second byte of the next marker, consumed; 0 where there is none
 */
guint8 sheaf_jpeg_stream_next_marker (SheafJpegStream *self, gboolean in_scan);

/* Begins with the bits that follow in the file. */
void sheaf_jpeg_stream_begin_bits (SheafJpegStream *self);

/* Unstuffs more; what is left of before stays in front. */
void sheaf_jpeg_stream_fill (SheafJpegStream *self);

/**
 * sheaf_jpeg_stream_end_bits:
 *
 * Returns: whether all bits up to the next marker were used, and none that were not there
 */
gboolean sheaf_jpeg_stream_end_bits (SheafJpegStream *self);

/* Whether another MCU may be read without filling. */
static inline gboolean
sheaf_jpeg_stream_has_mcu (const SheafJpegStream *self, const SheafBits *bits)
{
  return self->at_marker || self->entropy_end - bits->next >= SHEAF_JPEG_MCU_BYTES;
}

/* At least 56 bits from now on. */
static inline void
sheaf_bits_refill (SheafBits *self)
{
  guint64 word;

  memcpy (&word, self->next, sizeof word);
  self->bits |= GUINT64_FROM_BE (word) >> self->count;
  self->next += (63 - self->count) >> 3;
  self->count |= 56;
}

static inline void
sheaf_bits_drop (SheafBits *self, guint n)
{
  self->bits <<= n;
  self->count -= n;
}

/* Drops @length bits; the last @size of them, at most 15, are a value as JPEG writes them.
 * Without a branch: its sign is a coin's throw. */
static inline int
sheaf_bits_value (SheafBits *self, guint length, guint size)
{
  guint64 bits = self->bits << (length - size);
  int value = (int) (bits >> 1 >> (63 - size));
  int if_negative = (int) (bits >> 63) - 1;

  sheaf_bits_drop (self, length);
  return value + (if_negative & (1 - (1 << size)));
}

G_END_DECLS
