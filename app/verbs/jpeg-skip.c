/* jpeg-skip.c: one sample, or two by two, out of each 8 × 8 block of a JPEG, and nothing else
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/jpeg-skip.h"

#include "app/verbs/jpeg-block.h"

#define MAX_PLANE_BYTES (40u << 20)
#define MAX_BLOCKS      10
#define UNKNOWN         255

/* The unknown lowest bits of a coefficient may change a sample by this much / 8, not more. */
#define EXACT_ENOUGH 24

/* One scan under way. */
typedef struct
{
  SheafJpeg *jpeg;
  SheafBits bits;
  guint n_blocks;
  SheafBlock blocks[MAX_BLOCKS]; /* of an MCU */
  int predictions[SHEAF_JPEG_MAX_COMPONENTS];
  guint until_restart;
  guint restarts;
  guint end_of_band; /* blocks that a progressive AC scan still passes over */
} Scan;

typedef gboolean (*BlockFunc) (Scan *self, SheafBlock *block, SheafBits *bits, guint turn);

static G_ALWAYS_INLINE inline gboolean
read_baseline_block (Scan *self, SheafBlock *block, SheafBits *bits, guint turn)
{
  const int *quantisers = block->quantisers;
  gint16 zigzag[80];
  guint k;

  if (!sheaf_read_dc (block, bits))
    return FALSE;
  if (block->level == 1)
    {
      *block->out = sheaf_to_mean (*block->prediction * quantisers[0], turn);
      return sheaf_pass_over (block->ac, bits, 1);
    }

  zigzag[1] = zigzag[2] = zigzag[4] = 0;
  k = sheaf_read_low_ac (block->ac, bits, zigzag);
  sheaf_put_four (block->out, block->stride, *block->prediction * quantisers[0],
                  zigzag[1] * quantisers[1], zigzag[2] * quantisers[2], zigzag[4] * quantisers[3]);
  return k == 64 || (k < 64 && sheaf_pass_over (block->ac, bits, k));
}

/* The first pass over the DC coefficients; the lowest bits come later, or are guessed. */
static G_ALWAYS_INLINE inline gboolean
read_first_dc_block (Scan *self, SheafBlock *block, SheafBits *bits, guint turn)
{
  guint low = self->jpeg->scan.low;

  if (!sheaf_read_dc (block, bits))
    return FALSE;
  if (block->low != NULL)
    block->low[0] = (gint16) *block->prediction;
  else
    {
      gint64 doubled = (gint64) *block->prediction * (2 << low) + (1 << low) - 1;

      *block->out = sheaf_to_mean (
          (int) (CLAMP (doubled * block->quantisers[0], -32768, 32767) >> 1), turn);
    }
  return TRUE;
}

static G_ALWAYS_INLINE inline gboolean
read_first_ac_block (Scan *self, SheafBlock *block, SheafBits *bits, guint turn)
{
  guint k = self->jpeg->scan.first, last = self->jpeg->scan.last;

  if (self->end_of_band > 0)
    {
      self->end_of_band--;
      return TRUE;
    }
  while (k <= last)
    {
      guint entry, run, size;
      int value;

      sheaf_bits_refill (bits);
      entry = sheaf_huffman_look (block->ac, bits);
      if (entry == 0)
        return FALSE;
      run = SHEAF_SYMBOL_RUN (entry);
      size = SHEAF_SYMBOL_SIZE (entry);
      value = sheaf_bits_value (bits, SHEAF_SYMBOL_LENGTH (entry), size);
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
      if (k == 1 || k == 2)
        block->low[k] = (gint16) value;
      else if (k == 4)
        block->low[3] = (gint16) value;
      k++;
    }
  return k <= 64;
}

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

/* The block that is at @x, @y in the first MCU of a row, and @n_x further in each MCU. */
static void
add_block (Scan *self, guint i, guint x, guint y, guint n_x)
{
  const SheafJpegScan *scan = &self->jpeg->scan;
  const SheafJpegComponent *component = &self->jpeg->components[scan->components[i]];
  SheafBlock *block = &self->blocks[self->n_blocks++];
  gsize stride = (gsize) component->padded_x * component->level;

  g_assert (self->n_blocks <= MAX_BLOCKS);
  *block = (SheafBlock){
    .dc = scan->dc[i],
    .ac = scan->ac[i],
    .prediction = &self->predictions[i],
    .level = component->level,
    .columns = n_x,
    .stride = stride,
    .out = component->plane + y * component->level * stride + x * component->level,
    .low = component->low,
  };
  if (block->low != NULL)
    block->low += ((gsize) y * component->padded_x + x) * SHEAF_JPEG_N_LOW;
  for (guint c = 0; c < SHEAF_JPEG_N_LOW; c++)
    block->quantisers[c] = self->jpeg->quantisers[component->quantiser][c];
}

/* @columns times @rows MCUs of @h × @v blocks a component; 0: as many as it has. */
static G_ALWAYS_INLINE inline gboolean
read_mcus (Scan *self, guint columns, guint rows, guint h, guint v, BlockFunc read_block)
{
  const SheafJpegScan *scan = &self->jpeg->scan;

  for (guint row = 0; row < rows; row++)
    {
      self->n_blocks = 0;
      for (guint i = 0; i < scan->n_components; i++)
        {
          const SheafJpegComponent *component = &self->jpeg->components[scan->components[i]];
          guint n_x = h != 0 ? h : component->h, n_y = v != 0 ? v : component->v;

          for (guint y = 0; y < n_y; y++)
            for (guint x = 0; x < n_x; x++)
              add_block (self, i, x, row * n_y + y, n_x);
        }

      for (guint column = 0; column < columns; column++)
        {
          SheafBits bits;
          gboolean good = TRUE;

          if (!prepare_mcu (self))
            return FALSE;
          bits = self->bits;
          for (guint b = 0; b < self->n_blocks && good; b++)
            {
              SheafBlock *block = &self->blocks[b];

              good = read_block (self, block, &bits, column ^ row ^ b);
              block->out += block->level * block->columns;
              if (block->low != NULL)
                block->low += SHEAF_JPEG_N_LOW * block->columns;
            }
          self->bits = bits;
          if (!good || is_overrun (self))
            return FALSE;
        }
    }
  return TRUE;
}

static G_ALWAYS_INLINE inline gboolean
read_blocks (SheafJpeg *jpeg, BlockFunc read_block)
{
  const SheafJpegComponent *only = &jpeg->components[jpeg->scan.components[0]];
  Scan self = { .jpeg = jpeg, .until_restart = jpeg->restart_interval };

  sheaf_jpeg_stream_begin_bits (&jpeg->stream);
  self.bits = jpeg->stream.bits;
  /* A component alone has its blocks row by row, without those that only fill MCUs. */
  if (jpeg->scan.n_components == 1
          ? !read_mcus (&self, only->blocks_x, only->blocks_y, 1, 1, read_block)
          : !read_mcus (&self, jpeg->mcus_x, jpeg->mcus_y, 0, 0, read_block))
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
with_guess (int value, guint unknown_bits, guint quantiser)
{
  gint64 guess = ((1 << unknown_bits) - 1) / 2;
  gint64 whole = (gint64) value * (1 << unknown_bits);

  if (value != 0)
    whole += value > 0 ? guess : -guess;
  return (int) CLAMP (whole * quantiser, -32768, 32767);
}

static gboolean
put_low (const SheafJpeg *self, const SheafJpegComponent *component)
{
  const guint16 *quantisers = self->quantisers[component->quantiser];
  const gint16 *in = component->low;
  gsize stride = (gsize) component->padded_x * 2;

  for (guint c = 1; c < SHEAF_JPEG_N_LOW; c++)
    if (((1u << component->low_bits[c]) - 1) * quantisers[c] > EXACT_ENOUGH)
      return FALSE;
  for (guint y = 0; y < component->padded_y; y++)
    for (guint x = 0; x < component->padded_x; x++, in += SHEAF_JPEG_N_LOW)
      {
        int low[SHEAF_JPEG_N_LOW];

        for (guint c = 0; c < SHEAF_JPEG_N_LOW; c++)
          low[c] = with_guess (in[c], component->low_bits[c], quantisers[c]);
        sheaf_put_four (component->plane + y * 2 * stride + x * 2, stride, low[0], low[1], low[2],
                        low[3]);
      }
  return TRUE;
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
    if (self->components[i].low != NULL && !put_low (self, &self->components[i]))
      return FALSE;
  return TRUE;
}
