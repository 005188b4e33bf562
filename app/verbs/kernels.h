/* kernels.h: the innermost loops, by the fastest instructions this build has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every set of kernels gives the same bytes as the portable one; a test compares them. */
#pragma once

#include "app/verbs/png-unfilter.h"

G_BEGIN_DECLS

/* Lanczos weights are fixed-point numbers with this many bits after the point, samples between the
 * two passes have SHEAF_SAMPLE_BITS. */
#define SHEAF_WEIGHT_BITS 14
#define SHEAF_SAMPLE_BITS 6

/* horizontal() may read up to this many samples past a row's end (times a weight of 0). */
#define SHEAF_KERNEL_PADDING 8

/**
 * SheafKernels:
 * @accumulate: sum[i] += rows[i] + rows[stride + i] + …; there is at least one row
 * @vertical: out[i] = Σ weights[k] × rows[k][i]; @n_taps is even
 * @copy_until_ff: copies up to the first 0xff or up to @n bytes; returns how many.  May write (not
 *   read) 15 bytes more than that.
 * @horizontal: Σ weights[k] × row[k], with SHEAF_SAMPLE_BITS; @n_taps is a multiple of 8
 */
typedef struct
{
  const char *name;
  void (*accumulate) (guint16 *sum, const guint8 *rows, gsize stride, guint n_rows, gsize n);
  void (*vertical) (
      const guint8 *const *rows, const gint16 *weights, guint n_taps, gint16 *out, gsize n);
  gsize (*copy_until_ff) (guint8 *out, const guint8 *in, gsize n);
  SheafUnfilterFunc unfilter;
  int (*horizontal) (const gint16 *row, const gint16 *weights, guint n_taps);
} SheafKernels;

extern const SheafKernels sheaf_kernels_portable;
#ifdef SHEAF_SIMD
extern const SheafKernels sheaf_kernels_simd;
#endif

/**
 * sheaf_kernels_get:
 *
 * Returns: (transfer none): the fastest set, unless another was chosen
 */
const SheafKernels *sheaf_kernels_get (void);

/**
 * sheaf_kernels_choose:
 * @kernels: (nullable): what sheaf_kernels_get() returns from now on; %NULL for the fastest.  For
 *   comparing them; not while anything is being decoded.
 */
void sheaf_kernels_choose (const SheafKernels *kernels);

G_END_DECLS
