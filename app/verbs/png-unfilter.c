/* png-unfilter.c: a row of PNG back into pixels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sub, Average and Paeth go from pixel to pixel, so what can be done at once is the bytes of one.
 */
#include "config.h"

#include "app/verbs/png-unfilter.h"

#include <stdlib.h>
#include <string.h>

static inline guint8
paeth (int a, int b, int c)
{
  int pa = abs (b - c), pb = abs (a - c), pc = abs (a + b - 2 * c);

  return (guint8) (pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

void
sheaf_png_unfilter_portable (guint filter, guint8 *row, const guint8 *above, gsize n, guint bpp)
{
  for (gsize i = 0; i < n; i++)
    {
      int left = i >= bpp ? row[i - bpp] : 0;
      int corner = i >= bpp ? above[i - bpp] : 0;
      int guess = filter == 1   ? left
                  : filter == 2 ? above[i]
                  : filter == 3 ? (left + above[i]) / 2
                                : paeth (left, above[i], corner);

      row[i] = (guint8) (row[i] + guess);
    }
}

#ifdef __SSE2__

#include <emmintrin.h>

/* Four bytes, of which @bpp are of this pixel. */
static inline __m128i
load_pixel (const guint8 *p)
{
  gint32 word;

  memcpy (&word, p, sizeof word);
  return _mm_cvtsi32_si128 (word);
}

static inline void
store_pixel (guint8 *p, __m128i v, guint bpp)
{
  gint32 word = _mm_cvtsi128_si32 (v);

  memcpy (p, &word, bpp);
}

static inline void
sub (guint8 *row, gsize n, guint bpp)
{
  __m128i left = _mm_setzero_si128 ();

  for (gsize i = 0; i + bpp <= n; i += bpp)
    {
      left = _mm_add_epi8 (load_pixel (row + i), left);
      store_pixel (row + i, left, bpp);
    }
}

static inline void
up (guint8 *row, const guint8 *above, gsize n)
{
  gsize i = 0;

  for (; i + 16 <= n; i += 16)
    _mm_storeu_si128 ((__m128i *) (row + i),
                      _mm_add_epi8 (_mm_loadu_si128 ((const __m128i *) (row + i)),
                                    _mm_loadu_si128 ((const __m128i *) (above + i))));
  for (; i < n; i++)
    row[i] = (guint8) (row[i] + above[i]);
}

static inline void
average (guint8 *row, const guint8 *above, gsize n, guint bpp)
{
  const __m128i one = _mm_set1_epi8 (1);
  __m128i left = _mm_setzero_si128 ();

  for (gsize i = 0; i + bpp <= n; i += bpp)
    {
      __m128i b = load_pixel (above + i);
      /* The instruction rounds up, PNG rounds down. */
      __m128i guess
          = _mm_sub_epi8 (_mm_avg_epu8 (left, b), _mm_and_si128 (_mm_xor_si128 (left, b), one));

      left = _mm_add_epi8 (load_pixel (row + i), guess);
      store_pixel (row + i, left, bpp);
    }
}

static inline __m128i
absolute (__m128i v)
{
  return _mm_max_epi16 (v, _mm_sub_epi16 (_mm_setzero_si128 (), v));
}

static inline __m128i
choose (__m128i mask, __m128i if_set, __m128i if_not)
{
  return _mm_or_si128 (_mm_and_si128 (mask, if_set), _mm_andnot_si128 (mask, if_not));
}

static inline void
paeth_row (guint8 *row, const guint8 *above, gsize n, guint bpp)
{
  const __m128i zero = _mm_setzero_si128 (), low_bytes = _mm_set1_epi16 (255);
  __m128i a = zero, c = zero;

  for (gsize i = 0; i + bpp <= n; i += bpp)
    {
      __m128i b = _mm_unpacklo_epi8 (load_pixel (above + i), zero);
      __m128i x = _mm_unpacklo_epi8 (load_pixel (row + i), zero);
      __m128i b_c = _mm_sub_epi16 (b, c), a_c = _mm_sub_epi16 (a, c);
      __m128i pa = absolute (b_c), pb = absolute (a_c);
      __m128i pc = absolute (_mm_add_epi16 (b_c, a_c));
      __m128i least = _mm_min_epi16 (pc, _mm_min_epi16 (pa, pb));
      __m128i guess
          = choose (_mm_cmpeq_epi16 (least, pa), a, choose (_mm_cmpeq_epi16 (least, pb), b, c));

      a = _mm_and_si128 (_mm_add_epi16 (x, guess), low_bytes);
      c = b;
      store_pixel (row + i, _mm_packus_epi16 (a, a), bpp);
    }
}

#endif

#ifdef SHEAF_NEON

#include <arm_neon.h>

/* Four bytes, of which @bpp are of this pixel. */
static inline uint8x8_t
load_pixel (const guint8 *p)
{
  guint32 word;

  memcpy (&word, p, sizeof word);
  return vcreate_u8 (word);
}

static inline void
store_pixel (guint8 *p, uint8x8_t v, guint bpp)
{
  guint32 word = vget_lane_u32 (vreinterpret_u32_u8 (v), 0);

  memcpy (p, &word, bpp);
}

static inline void
sub (guint8 *row, gsize n, guint bpp)
{
  uint8x8_t left = vdup_n_u8 (0);

  for (gsize i = 0; i + bpp <= n; i += bpp)
    {
      left = vadd_u8 (load_pixel (row + i), left);
      store_pixel (row + i, left, bpp);
    }
}

static inline void
up (guint8 *row, const guint8 *above, gsize n)
{
  gsize i = 0;

  for (; i + 16 <= n; i += 16)
    vst1q_u8 (row + i, vaddq_u8 (vld1q_u8 (row + i), vld1q_u8 (above + i)));
  for (; i < n; i++)
    row[i] = (guint8) (row[i] + above[i]);
}

static inline void
average (guint8 *row, const guint8 *above, gsize n, guint bpp)
{
  uint8x8_t left = vdup_n_u8 (0);

  for (gsize i = 0; i + bpp <= n; i += bpp)
    {
      left = vadd_u8 (load_pixel (row + i), vhadd_u8 (left, load_pixel (above + i)));
      store_pixel (row + i, left, bpp);
    }
}

static inline void
paeth_row (guint8 *row, const guint8 *above, gsize n, guint bpp)
{
  uint8x8_t a = vdup_n_u8 (0), c = a;

  for (gsize i = 0; i + bpp <= n; i += bpp)
    {
      uint8x8_t b = load_pixel (above + i);
      uint16x8_t pa = vabdl_u8 (b, c), pb = vabdl_u8 (a, c);
      int16x8_t b_c = vreinterpretq_s16_u16 (vsubl_u8 (b, c));
      int16x8_t a_c = vreinterpretq_s16_u16 (vsubl_u8 (a, c));
      uint16x8_t pc = vreinterpretq_u16_s16 (vabsq_s16 (vaddq_s16 (b_c, a_c)));
      uint8x8_t is_a = vmovn_u16 (vandq_u16 (vcleq_u16 (pa, pb), vcleq_u16 (pa, pc)));
      uint8x8_t is_b = vmovn_u16 (vcleq_u16 (pb, pc));

      a = vadd_u8 (load_pixel (row + i), vbsl_u8 (is_a, a, vbsl_u8 (is_b, b, c)));
      c = b;
      store_pixel (row + i, a, bpp);
    }
}

#endif

#ifdef SHEAF_SIMD
void
sheaf_png_unfilter_simd (guint filter, guint8 *row, const guint8 *above, gsize n, guint bpp)
{
  if (filter == 2)
    up (row, above, n);
  else if (bpp == 3 && filter == 1)
    sub (row, n, 3);
  else if (bpp == 4 && filter == 1)
    sub (row, n, 4);
  else if (bpp == 3 && filter == 3)
    average (row, above, n, 3);
  else if (bpp == 4 && filter == 3)
    average (row, above, n, 4);
  else if (bpp == 3 && filter == 4)
    paeth_row (row, above, n, 3);
  else if (bpp == 4 && filter == 4)
    paeth_row (row, above, n, 4);
  else
    sheaf_png_unfilter_portable (filter, row, above, n, bpp);
}

#endif
