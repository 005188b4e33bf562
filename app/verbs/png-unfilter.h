/* png-unfilter.h: a row of PNG back into pixels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whose instructions a twin of the portable loops is written in. */
#if defined(__aarch64__) && defined(__ARM_NEON) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SHEAF_NEON
#endif
#if defined(__SSE2__) || defined(SHEAF_NEON)
#define SHEAF_SIMD
#endif

/* How many bytes behind a row may be read (and are not used). */
#define SHEAF_PNG_PADDING 16

/**
 * SheafUnfilterFunc:
 * @filter: 1 to 4: Sub, Up, Average, Paeth
 * @row: @n bytes, filtered; pixels afterwards
 * @above: the row before, as pixels; zeros for the first
 * @bpp: bytes a pixel
 */
typedef void (*SheafUnfilterFunc) (
    guint filter, guint8 *row, const guint8 *above, gsize n, guint bpp);

void
sheaf_png_unfilter_portable (guint filter, guint8 *row, const guint8 *above, gsize n, guint bpp);

#ifdef SHEAF_SIMD
void sheaf_png_unfilter_simd (guint filter, guint8 *row, const guint8 *above, gsize n, guint bpp);
#endif

G_END_DECLS
