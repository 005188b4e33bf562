/* pixels.h: a small picture as bytes that may cross a process border
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A helper writes the picture into a memfd, seals it against shrinking and writing, and sends the
 * descriptor; the receiver checks the seals and every number before it maps the memory, so that
 * whatever the helper claims, reading the pixels is safe. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SheafPixels:
 * @width: columns, 1 to 32767
 * @height: rows, 1 to 32767
 * @stride: bytes from row to row, at least @width × (@has_alpha ? 4 : 3)
 * @has_alpha: RGBA, not premultiplied; else RGB.  8 bits a channel, sRGB
 * @source_width: columns of the picture this was made from, upright; 0 if not known
 * @source_height: rows of the picture this was made from, upright; 0 if not known
 * @is_preview: only stands in until the real picture is there; never crosses a border by itself
 * @bytes: @height rows, top first
 *
 * Immutable; reference-counted, from any thread.
 */
typedef struct
{
  guint width;
  guint height;
  guint stride;
  gboolean has_alpha;
  guint source_width;
  guint source_height;
  gboolean is_preview;
  GBytes *bytes;
} SheafPixels;

/**
 * sheaf_pixels_new:
 *
 * Returns: (transfer full) (nullable): %NULL with @error set where the numbers do not fit @bytes
 */
SheafPixels *sheaf_pixels_new (
    guint width, guint height, guint stride, gboolean has_alpha, GBytes *bytes, GError **error);
SheafPixels *sheaf_pixels_ref (SheafPixels *pixels);
void sheaf_pixels_unref (SheafPixels *pixels);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafPixels, sheaf_pixels_unref)

/**
 * sheaf_pixels_to_memfd:
 * @values: where "width", "height", "stride" (u), "alpha" (b), "source-width", "source-height" (u)
 *   are put
 *
 * Copies the pixels into a new memfd sealed against writing, growing and shrinking.
 *
 * Returns: the descriptor, or -1 with @error set
 */
int sheaf_pixels_to_memfd (SheafPixels *pixels, GVariantDict *values, GError **error);

/**
 * sheaf_pixels_from_memfd:
 * @values: a{sv} as sheaf_pixels_to_memfd() filled it, possibly hostile
 * @fd: (transfer none): the descriptor, possibly of anything
 *
 * Returns: (transfer full) (nullable): the pixels, mapped, or %NULL with @error set
 */
SheafPixels *sheaf_pixels_from_memfd (GVariant *values, int fd, GError **error);

/**
 * sheaf_memfd_is_sealed:
 *
 * Returns: whether @fd is a memfd that can neither shrink nor be written any more: only then may
 *   what a helper sent be mapped, or read twice, safely
 */
gboolean sheaf_memfd_is_sealed (int fd);

G_END_DECLS
