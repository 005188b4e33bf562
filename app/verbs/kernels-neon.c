/* kernels-neon.c: the innermost loops by NEON, which every AArch64 has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/kernels.h"

#ifdef SHEAF_NEON

#include <arm_neon.h>

static void
accumulate (guint16 *sum, const guint8 *rows, gsize stride, guint n_rows, gsize n)
{
  gsize i = 0;

  for (; i + 16 <= n; i += 16)
    {
      uint16x8_t low = vld1q_u16 (sum + i), high = vld1q_u16 (sum + i + 8);

      for (guint y = 0; y < n_rows; y++)
        {
          uint8x16_t bytes = vld1q_u8 (rows + y * stride + i);

          low = vaddw_u8 (low, vget_low_u8 (bytes));
          high = vaddw_high_u8 (high, bytes);
        }
      vst1q_u16 (sum + i, low);
      vst1q_u16 (sum + i + 8, high);
    }
  if (i < n)
    sheaf_kernels_portable.accumulate (sum + i, rows + i, stride, n_rows, n - i);
}

/* 16 columns. */
static inline void
vertical_16 (const guint8 *const *rows, const gint16 *weights, guint n_taps, gint16 *out, gsize i)
{
  enum
  {
    SHIFT = SHEAF_WEIGHT_BITS - SHEAF_SAMPLE_BITS
  };
  int32x4_t sums[4];

  for (guint j = 0; j < 4; j++)
    sums[j] = vdupq_n_s32 (1 << (SHIFT - 1));
  for (guint k = 0; k < n_taps; k++)
    {
      uint8x16_t bytes = vld1q_u8 (rows[k] + i);
      int16x8_t low = vreinterpretq_s16_u16 (vmovl_u8 (vget_low_u8 (bytes)));
      int16x8_t high = vreinterpretq_s16_u16 (vmovl_high_u8 (bytes));

      sums[0] = vmlal_n_s16 (sums[0], vget_low_s16 (low), weights[k]);
      sums[1] = vmlal_high_n_s16 (sums[1], low, weights[k]);
      sums[2] = vmlal_n_s16 (sums[2], vget_low_s16 (high), weights[k]);
      sums[3] = vmlal_high_n_s16 (sums[3], high, weights[k]);
    }
  vst1q_s16 (out + i, vqmovn_high_s32 (vqmovn_s32 (vshrq_n_s32 (sums[0], SHIFT)),
                                       vshrq_n_s32 (sums[1], SHIFT)));
  vst1q_s16 (out + i + 8, vqmovn_high_s32 (vqmovn_s32 (vshrq_n_s32 (sums[2], SHIFT)),
                                           vshrq_n_s32 (sums[3], SHIFT)));
}

static void
vertical (const guint8 *const *rows, const gint16 *weights, guint n_taps, gint16 *out, gsize n)
{
  if (n < 16)
    {
      sheaf_kernels_portable.vertical (rows, weights, n_taps, out, n);
      return;
    }
  for (gsize i = 0; i + 16 <= n; i += 16)
    vertical_16 (rows, weights, n_taps, out, i);
  /* The last ones overlap those before. */
  if (n % 16 != 0)
    vertical_16 (rows, weights, n_taps, out, n - 16);
}

static gsize
copy_until_ff (guint8 *out, const guint8 *in, gsize n)
{
  const uint8x16_t all_ones = vdupq_n_u8 (0xff);
  gsize i = 0;

  for (; i + 16 <= n; i += 16)
    {
      uint8x16_t bytes = vld1q_u8 (in + i);
      /* Four bits of each comparison: there is no instruction for one. */
      uint8x8_t quarters = vshrn_n_u16 (vreinterpretq_u16_u8 (vceqq_u8 (bytes, all_ones)), 4);
      guint64 found = vget_lane_u64 (vreinterpret_u64_u8 (quarters), 0);

      vst1q_u8 (out + i, bytes);
      if (found != 0)
        return i + (gsize) __builtin_ctzll (found) / 4;
    }
  return i + sheaf_kernels_portable.copy_until_ff (out + i, in + i, n - i);
}

static int
horizontal (const gint16 *row, const gint16 *weights, guint n_taps)
{
  int32x4_t sum = vdupq_n_s32 (0);

  for (guint k = 0; k < n_taps; k += 8)
    {
      int16x8_t samples = vld1q_s16 (row + k), by = vld1q_s16 (weights + k);

      sum = vmlal_s16 (sum, vget_low_s16 (samples), vget_low_s16 (by));
      sum = vmlal_high_s16 (sum, samples, by);
    }
  return (vaddvq_s32 (sum) + (1 << (SHEAF_WEIGHT_BITS - 1))) >> SHEAF_WEIGHT_BITS;
}

const SheafKernels sheaf_kernels_simd = {
  .name = "neon",
  .accumulate = accumulate,
  .vertical = vertical,
  .copy_until_ff = copy_until_ff,
  .unfilter = sheaf_png_unfilter_simd,
  .horizontal = horizontal,
};

#endif
