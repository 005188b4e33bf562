/* kernels.c: the innermost loops in plain C
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/kernels.h"

static void
accumulate (guint16 *sum, const guint8 *rows, gsize stride, guint n_rows, gsize n)
{
  for (guint y = 0; y < n_rows; y++)
    for (gsize i = 0; i < n; i++)
      sum[i] = (guint16) (sum[i] + rows[y * stride + i]);
}

static void
vertical (const guint8 *const *rows, const gint16 *weights, guint n_taps, gint16 *out, gsize n)
{
  const int shift = SHEAF_WEIGHT_BITS - SHEAF_SAMPLE_BITS;

  for (gsize i = 0; i < n; i++)
    {
      gint32 sum = 1 << (shift - 1);

      for (guint k = 0; k < n_taps; k++)
        sum += weights[k] * rows[k][i];
      out[i] = (gint16) CLAMP (sum >> shift, G_MININT16, G_MAXINT16);
    }
}

static gsize
copy_until_ff (guint8 *out, const guint8 *in, gsize n)
{
  gsize i = 0;

  while (i < n && in[i] != 0xff)
    {
      out[i] = in[i];
      i++;
    }
  return i;
}

static int
horizontal (const gint16 *row, const gint16 *weights, guint n_taps)
{
  gint32 sum = 1 << (SHEAF_WEIGHT_BITS - 1);

  for (guint k = 0; k < n_taps; k++)
    sum += weights[k] * row[k];
  return sum >> SHEAF_WEIGHT_BITS;
}

const SheafKernels sheaf_kernels_portable = {
  .name = "portable",
  .accumulate = accumulate,
  .vertical = vertical,
  .copy_until_ff = copy_until_ff,
  .unfilter = sheaf_png_unfilter_portable,
  .horizontal = horizontal,
};

static const SheafKernels *chosen;

const SheafKernels *
sheaf_kernels_get (void)
{
  if (chosen != NULL)
    return chosen;
#ifdef SHEAF_SIMD
  return &sheaf_kernels_simd;
#else
  return &sheaf_kernels_portable;
#endif
}

void
sheaf_kernels_choose (const SheafKernels *kernels)
{
  chosen = kernels;
}
