/* kernels-sse2.c: the innermost loops by SSE2, which every x86-64 has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/kernels.h"

#ifdef __SSE2__

#include <emmintrin.h>
#include <string.h>

static inline __m128i
load (const void *p)
{
  return _mm_loadu_si128 (p);
}

static inline void
store (void *p, __m128i v)
{
  _mm_storeu_si128 (p, v);
}

static void
accumulate (guint16 *sum, const guint8 *rows, gsize stride, guint n_rows, gsize n)
{
  const __m128i zero = _mm_setzero_si128 ();
  gsize i = 0;

  for (; i + 16 <= n; i += 16)
    {
      __m128i low = load (sum + i), high = load (sum + i + 8);

      for (guint y = 0; y < n_rows; y++)
        {
          __m128i bytes = load (rows + y * stride + i);

          low = _mm_add_epi16 (low, _mm_unpacklo_epi8 (bytes, zero));
          high = _mm_add_epi16 (high, _mm_unpackhi_epi8 (bytes, zero));
        }
      store (sum + i, low);
      store (sum + i + 8, high);
    }
  if (i < n)
    sheaf_kernels_portable.accumulate (sum + i, rows + i, stride, n_rows, n - i);
}

/* 16 columns: the sums of two rows at a time, as pairs. */
static inline void
vertical_16 (const guint8 *const *rows, const gint16 *weights, guint n_taps, gint16 *out, gsize i)
{
  const int shift = SHEAF_WEIGHT_BITS - SHEAF_SAMPLE_BITS;
  const __m128i zero = _mm_setzero_si128 ();
  __m128i sums[4];

  for (guint j = 0; j < 4; j++)
    sums[j] = _mm_set1_epi32 (1 << (shift - 1));
  for (guint k = 0; k < n_taps; k += 2)
    {
      gint32 pair;
      __m128i weight, first = load (rows[k] + i), second = load (rows[k + 1] + i);
      __m128i low = _mm_unpacklo_epi8 (first, second), high = _mm_unpackhi_epi8 (first, second);

      memcpy (&pair, weights + k, sizeof pair);
      weight = _mm_set1_epi32 (pair);
      sums[0] = _mm_add_epi32 (sums[0], _mm_madd_epi16 (_mm_unpacklo_epi8 (low, zero), weight));
      sums[1] = _mm_add_epi32 (sums[1], _mm_madd_epi16 (_mm_unpackhi_epi8 (low, zero), weight));
      sums[2] = _mm_add_epi32 (sums[2], _mm_madd_epi16 (_mm_unpacklo_epi8 (high, zero), weight));
      sums[3] = _mm_add_epi32 (sums[3], _mm_madd_epi16 (_mm_unpackhi_epi8 (high, zero), weight));
    }
  for (guint j = 0; j < 4; j++)
    sums[j] = _mm_srai_epi32 (sums[j], shift);
  store (out + i, _mm_packs_epi32 (sums[0], sums[1]));
  store (out + i + 8, _mm_packs_epi32 (sums[2], sums[3]));
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
  const __m128i all_ones = _mm_set1_epi8 (-1);
  gsize i = 0;

  for (; i + 16 <= n; i += 16)
    {
      __m128i bytes = load (in + i);
      int found = _mm_movemask_epi8 (_mm_cmpeq_epi8 (bytes, all_ones));

      store (out + i, bytes);
      if (found != 0)
        return i + (gsize) __builtin_ctz ((guint) found);
    }
  return i + sheaf_kernels_portable.copy_until_ff (out + i, in + i, n - i);
}

static int
horizontal (const gint16 *row, const gint16 *weights, guint n_taps)
{
  __m128i sum = _mm_setzero_si128 ();

  for (guint k = 0; k < n_taps; k += 8)
    sum = _mm_add_epi32 (sum, _mm_madd_epi16 (load (row + k), load (weights + k)));
  sum = _mm_add_epi32 (sum, _mm_shuffle_epi32 (sum, _MM_SHUFFLE (1, 0, 3, 2)));
  sum = _mm_add_epi32 (sum, _mm_shuffle_epi32 (sum, _MM_SHUFFLE (2, 3, 0, 1)));
  return (_mm_cvtsi128_si32 (sum) + (1 << (SHEAF_WEIGHT_BITS - 1))) >> SHEAF_WEIGHT_BITS;
}

const SheafKernels sheaf_kernels_simd = {
  .name = "sse2",
  .accumulate = accumulate,
  .vertical = vertical,
  .copy_until_ff = copy_until_ff,
  .unfilter = sheaf_png_unfilter_simd,
  .horizontal = horizontal,
};

#endif
