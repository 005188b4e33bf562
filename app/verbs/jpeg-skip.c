/* jpeg-skip.c: one sample, or two by two, out of each 8 × 8 block of a JPEG, and nothing else
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/jpeg-skip.h"

#define MAX_PLANE_BYTES (40u << 20)
#define UNKNOWN         255

/* How much of a lowest frequency is in the mean of half a block, × 1024. */
#define HALF_MEAN 1024

/* One scan under way. */
typedef struct
{
  SheafJpeg *jpeg;
  SheafBits bits;
  int predictions[SHEAF_JPEG_MAX_COMPONENTS];
  guint until_restart;
  guint restarts;
  guint end_of_band; /* blocks that a progressive AC scan still passes over */
} Scan;

static G_ALWAYS_INLINE inline guint8
to_sample (int value)
{
  return (guint8) CLAMP (value + 128, 0, 255);
}

static G_ALWAYS_INLINE inline int
dequantised (int value, guint quantiser)
{
  return (int) CLAMP ((gint64) value * quantiser, -32768, 32767);
}

/* A block's mean, from 16 times as much.  Halves are common, since quantisers are even numbers as a
 * rule; they go up and down by turns, or the whole picture would be brighter. */
static G_ALWAYS_INLINE inline guint8
to_mean (int value, guint x, guint y)
{
  return to_sample ((value + 7 + (int) ((x ^ y) & 1)) >> 4);
}

/* The four samples of a block from its low coefficients. */
static G_ALWAYS_INLINE inline void
put_four (const SheafJpegComponent *component, guint x, guint y, const int low[4])
{
  gsize stride = (gsize) component->padded_x * 2;
  guint8 *out = component->plane + (gsize) y * 2 * stride + (gsize) x * 2;
  int mean = low[0] * 1024 + 4096; /* halves go up twice and down twice */
  int across = low[1] * HALF_MEAN;
  int down = low[2] * HALF_MEAN;
  int both = low[3] * (HALF_MEAN * HALF_MEAN / 1024);

  out[0] = to_sample ((mean + across + down + both) >> 13);
  out[1] = to_sample ((mean - 1 - across + down - both) >> 13);
  out[stride] = to_sample ((mean - 1 + across - down - both) >> 13);
  out[stride + 1] = to_sample ((mean - across - down + both) >> 13);
}

/* One symbol; where a table entry says nothing, or too much. */
static G_ALWAYS_INLINE inline guint
pass_over_one (const SheafHuffman *table, SheafBits *bits, guint k)
{
  int symbol;

  sheaf_bits_refill (bits);
  symbol = sheaf_huffman_read (table, bits);
  if (symbol == 0)
    return 64;
  if (symbol < 0 || ((symbol & 15) == 0 && symbol != 0xf0))
    return 65;
  sheaf_bits_drop (bits, (guint) symbol & 15);
  return k + ((guint) symbol >> 4) + 1;
}

/* Passes over the coefficients of a block from place @k on. */
static G_ALWAYS_INLINE inline gboolean
pass_over (const SheafHuffman *table, SheafBits *bits, guint k)
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
      k = pass_over_one (table, bits, k - (entry >> 6));
      if (k > 64)
        return FALSE;
    }
  return TRUE;
}

/* The low AC coefficients of a block up to place @last; what is behind them is not read.
 * Returns: the place reached, 64 at the end of the block, 65 on damage */
static G_ALWAYS_INLINE inline guint
read_low_ac (const SheafHuffman *table, SheafBits *bits, guint k, guint last, int low[4])
{
  while (k <= last)
    {
      int symbol, value;
      guint size;

      sheaf_bits_refill (bits);
      symbol = sheaf_huffman_read (table, bits);
      if (symbol == 0)
        return 64;
      if (symbol < 0)
        return 65;
      size = (guint) symbol & 15;
      if (size == 0 && symbol != 0xf0)
        return 65;
      k += (guint) symbol >> 4;
      value = sheaf_bits_value (bits, size);
      if (k == 1 || k == 2)
        low[k] = value;
      else if (k == 4)
        low[3] = value;
      k++;
    }
  return MIN (k, 65);
}

static G_ALWAYS_INLINE inline gboolean
read_dc (const SheafHuffman *table, SheafBits *bits, int *prediction)
{
  int size;

  sheaf_bits_refill (bits);
  size = sheaf_huffman_read (table, bits);
  if (size < 0 || size > 15)
    return FALSE;
  *prediction = (gint16) (*prediction + sheaf_bits_value (bits, (guint) size));
  return TRUE;
}

static G_ALWAYS_INLINE inline gboolean
read_baseline_block (Scan *self, SheafBits *bits, guint i, guint x, guint y)
{
  const SheafJpegScan *scan = &self->jpeg->scan;
  SheafJpegComponent *component = &self->jpeg->components[scan->components[i]];
  const guint16 *quantiser = self->jpeg->quantisers[component->quantiser];
  int low[4] = { 0 };
  guint k;

  if (!read_dc (scan->dc[i], bits, &self->predictions[i]))
    return FALSE;
  if (component->level == 1)
    {
      component->plane[(gsize) y * component->padded_x + x]
          = to_mean (dequantised (self->predictions[i] * 2, quantiser[0]), x, y);
      return pass_over (scan->ac[i], bits, 1);
    }

  k = read_low_ac (scan->ac[i], bits, 1, 4, low);
  if (k > 64 || (k < 64 && !pass_over (scan->ac[i], bits, k)))
    return FALSE;
  low[0] = self->predictions[i];
  for (guint c = 0; c < 4; c++)
    low[c] = dequantised (low[c], quantiser[c]);
  put_four (component, x, y, low);
  return TRUE;
}

/* The first pass over the DC coefficients; the lowest bits come later, or are guessed. */
static G_ALWAYS_INLINE inline gboolean
read_first_dc_block (Scan *self, SheafBits *bits, guint i, guint x, guint y)
{
  const SheafJpegScan *scan = &self->jpeg->scan;
  SheafJpegComponent *component = &self->jpeg->components[scan->components[i]];
  gsize place = (gsize) y * component->padded_x + x;

  if (!read_dc (scan->dc[i], bits, &self->predictions[i]))
    return FALSE;
  if (component->level == 1)
    {
      gint64 doubled = (gint64) self->predictions[i] * (2 << scan->low) + (1 << scan->low) - 1;
      gint64 value = doubled * self->jpeg->quantisers[component->quantiser][0];

      component->plane[place] = to_mean ((int) CLAMP (value, -32768, 32767), x, y);
    }
  else
    component->low[place * SHEAF_JPEG_N_LOW] = (gint16) self->predictions[i];
  return TRUE;
}

static G_ALWAYS_INLINE inline gboolean
read_first_ac_block (Scan *self, SheafBits *bits, guint i, guint x, guint y)
{
  const SheafJpegScan *scan = &self->jpeg->scan;
  SheafJpegComponent *component = &self->jpeg->components[scan->components[i]];
  gint16 *low = component->low + ((gsize) y * component->padded_x + x) * SHEAF_JPEG_N_LOW;
  guint k = scan->first;

  if (self->end_of_band > 0)
    {
      self->end_of_band--;
      return TRUE;
    }
  while (k <= scan->last)
    {
      int symbol, value;
      guint run, size;

      sheaf_bits_refill (bits);
      symbol = sheaf_huffman_read (scan->ac[i], bits);
      if (symbol < 0)
        return FALSE;
      run = (guint) symbol >> 4;
      size = (guint) symbol & 15;
      if (size == 0 && run < 15)
        {
          self->end_of_band = (1u << run) - 1;
          if (run > 0)
            {
              self->end_of_band += (guint) (bits->bits >> (64 - run));
              sheaf_bits_drop (bits, run);
            }
          return TRUE;
        }
      k += run;
      value = sheaf_bits_value (bits, size);
      if (k == 1 || k == 2)
        low[k] = (gint16) value;
      else if (k == 4)
        low[3] = (gint16) value;
      k++;
    }
  return k <= 64;
}

typedef gboolean (*BlockFunc) (Scan *self, SheafBits *bits, guint i, guint x, guint y);

static gboolean
restart (Scan *self)
{
  SheafJpegStream *stream = &self->jpeg->stream;
  const guint8 *marker;

  stream->bits = self->bits;
  if (!sheaf_jpeg_stream_end_bits (stream) || (marker = sheaf_jpeg_stream_need (stream, 2)) == NULL
      || marker[0] != 0xff || marker[1] != 0xd0 + (self->restarts & 7))
    return FALSE;
  sheaf_jpeg_stream_skip (stream, 2);
  sheaf_jpeg_stream_begin_bits (stream);
  self->bits = stream->bits;
  memset (self->predictions, 0, sizeof self->predictions);
  self->end_of_band = 0;
  self->restarts++;
  self->until_restart = self->jpeg->restart_interval;
  return TRUE;
}

/* Before every MCU: is there another one to read? */
static G_ALWAYS_INLINE inline gboolean
prepare_mcu (Scan *self)
{
  SheafJpegStream *stream = &self->jpeg->stream;

  if (self->jpeg->restart_interval > 0 && self->until_restart-- == 0)
    {
      if (!restart (self))
        return FALSE;
      self->until_restart--;
    }
  if (!sheaf_jpeg_stream_has_mcu (stream, &self->bits))
    {
      stream->bits = self->bits;
      sheaf_jpeg_stream_fill (stream);
      self->bits = stream->bits;
    }
  return TRUE;
}

static G_ALWAYS_INLINE inline gboolean
is_overrun (const Scan *self)
{
  return self->bits.next - self->bits.count / 8 > self->jpeg->stream.entropy_end;
}

/* A scan of one component: its blocks row by row, without those that only fill MCUs. */
static G_ALWAYS_INLINE inline gboolean
read_alone (Scan *self, BlockFunc read_block)
{
  const SheafJpegComponent *component = &self->jpeg->components[self->jpeg->scan.components[0]];

  for (guint y = 0; y < component->blocks_y; y++)
    for (guint x = 0; x < component->blocks_x; x++)
      {
        SheafBits bits;
        gboolean good;

        if (!prepare_mcu (self))
          return FALSE;
        bits = self->bits;
        good = read_block (self, &bits, 0, x, y);
        self->bits = bits;
        if (!good || is_overrun (self))
          return FALSE;
      }
  return TRUE;
}

static G_ALWAYS_INLINE inline gboolean
read_interleaved (Scan *self, BlockFunc read_block)
{
  const SheafJpeg *jpeg = self->jpeg;
  const SheafJpegScan *scan = &jpeg->scan;

  for (guint mcu_y = 0; mcu_y < jpeg->mcus_y; mcu_y++)
    for (guint mcu_x = 0; mcu_x < jpeg->mcus_x; mcu_x++)
      {
        SheafBits bits;
        gboolean good = TRUE;

        if (!prepare_mcu (self))
          return FALSE;
        bits = self->bits;
        for (guint i = 0; i < scan->n_components && good; i++)
          {
            guint h = jpeg->components[scan->components[i]].h;
            guint v = jpeg->components[scan->components[i]].v;

            for (guint y = 0; y < v && good; y++)
              for (guint x = 0; x < h && good; x++)
                good = read_block (self, &bits, i, mcu_x * h + x, mcu_y * v + y);
          }
        self->bits = bits;
        if (!good || is_overrun (self))
          return FALSE;
      }
  return TRUE;
}

static G_ALWAYS_INLINE inline gboolean
read_blocks (SheafJpeg *jpeg, BlockFunc read_block)
{
  Scan self = { .jpeg = jpeg, .until_restart = jpeg->restart_interval };

  sheaf_jpeg_stream_begin_bits (&jpeg->stream);
  self.bits = jpeg->stream.bits;
  if (!(jpeg->scan.n_components == 1 ? read_alone (&self, read_block)
                                     : read_interleaved (&self, read_block)))
    return FALSE;
  jpeg->stream.bits = self.bits;
  return sheaf_jpeg_stream_end_bits (&jpeg->stream);
}

static void
note_known (SheafJpeg *self, guint bits)
{
  static const guint places[SHEAF_JPEG_N_LOW] = { 0, 1, 2, 4 };

  for (guint i = 0; i < self->scan.n_components; i++)
    for (guint c = 0; c < SHEAF_JPEG_N_LOW; c++)
      if (places[c] >= self->scan.first && places[c] <= self->scan.last)
        self->components[self->scan.components[i]].low_bits[c] = bits;
}

static gboolean
read_baseline_scan (SheafJpeg *self)
{
  for (guint i = 0; i < self->scan.n_components; i++)
    {
      SheafJpegComponent *component = &self->components[self->scan.components[i]];

      if (self->scan.dc[i] == NULL || self->scan.ac[i] == NULL || component->low_bits[0] != UNKNOWN
          || !self->has_quantiser[component->quantiser])
        return FALSE;
      sheaf_huffman_make_skip (self->scan.ac[i]);
    }
  if (!read_blocks (self, read_baseline_block))
    return FALSE;
  self->scan.last = 63;
  note_known (self, 0);
  return TRUE;
}

/* Returns: whether the scan was read, or may be passed over (@in_scan tells) */
static gboolean
read_progressive_scan (SheafJpeg *self, gboolean *in_scan)
{
  const SheafJpegScan *scan = &self->scan;
  SheafJpegComponent *component = &self->components[scan->components[0]];

  *in_scan = FALSE;
  if (scan->first == 0 && scan->high == 0)
    {
      for (guint i = 0; i < scan->n_components; i++)
        if (scan->dc[i] == NULL || scan->last != 0
            || self->components[scan->components[i]].low_bits[0] != UNKNOWN
            || !self->has_quantiser[self->components[scan->components[i]].quantiser])
          return FALSE;
      if (!read_blocks (self, read_first_dc_block))
        return FALSE;
      note_known (self, scan->low);
    }
  else if (scan->first > 0 && scan->first <= 4 && scan->high == 0 && component->level == 2)
    {
      if (scan->n_components != 1 || scan->ac[0] == NULL
          || !read_blocks (self, read_first_ac_block))
        return FALSE;
      note_known (self, scan->low);
    }
  else
    *in_scan = TRUE;
  return TRUE;
}

static gboolean
is_known (const SheafJpeg *self)
{
  for (guint i = 0; i < self->n_components; i++)
    for (guint c = 0; c < (self->components[i].level == 2 ? SHEAF_JPEG_N_LOW : 1); c++)
      if (self->components[i].low_bits[c] == UNKNOWN)
        return FALSE;
  return TRUE;
}

/* The magnitude in the middle of what its unknown lowest bits leave open. */
static int
with_guess (int value, guint unknown_bits)
{
  int guess = ((1 << unknown_bits) - 1) / 2;

  return value == 0 ? 0 : value * (1 << unknown_bits) + (value > 0 ? guess : -guess);
}

static void
put_low (const SheafJpeg *self, const SheafJpegComponent *component)
{
  const guint16 *quantiser = self->quantisers[component->quantiser];
  const gint16 *in = component->low;

  for (guint y = 0; y < component->padded_y; y++)
    for (guint x = 0; x < component->padded_x; x++, in += SHEAF_JPEG_N_LOW)
      {
        int low[4];

        for (guint c = 0; c < SHEAF_JPEG_N_LOW; c++)
          low[c] = dequantised (with_guess (in[c], component->low_bits[c]), quantiser[c]);
        put_four (component, x, y, low);
      }
}

static gboolean
make_planes (SheafJpeg *self)
{
  gsize total = 0;

  for (guint i = 0; i < self->n_components; i++)
    {
      SheafJpegComponent *component = &self->components[i];
      gsize n_blocks = (gsize) component->padded_x * component->padded_y;
      gboolean progressive = self->frame == 0xc2;

      for (guint c = 0; c < SHEAF_JPEG_N_LOW; c++)
        component->low_bits[c] = UNKNOWN;
      total += n_blocks * component->level * component->level
               + (progressive && component->level == 2 ? n_blocks * 8 : 0);
      if (total > MAX_PLANE_BYTES)
        return FALSE;
      component->plane = g_try_malloc (n_blocks * component->level * component->level);
      if (component->plane == NULL)
        return FALSE;
      if (progressive && component->level == 2)
        {
          component->low = g_try_new0 (gint16, n_blocks * SHEAF_JPEG_N_LOW);
          if (component->low == NULL)
            return FALSE;
        }
    }
  return TRUE;
}

gboolean
sheaf_jpeg_read_low (SheafJpeg *self)
{
  gboolean in_scan = FALSE;

  if (!make_planes (self))
    return FALSE;
  do
    if (self->frame == 0xc2 ? !read_progressive_scan (self, &in_scan) : !read_baseline_scan (self))
      return FALSE;
  while (!is_known (self) && sheaf_jpeg_next_scan (self, in_scan));
  if (!is_known (self))
    return FALSE;

  for (guint i = 0; i < self->n_components; i++)
    if (self->components[i].low != NULL)
      put_low (self, &self->components[i]);
  return TRUE;
}
