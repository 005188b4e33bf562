/* png-unfilter.h: a row of PNG back into pixels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

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

#ifdef __SSE2__
void sheaf_png_unfilter_sse2 (guint filter, guint8 *row, const guint8 *above, gsize n, guint bpp);
#endif

G_END_DECLS
