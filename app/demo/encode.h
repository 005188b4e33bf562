/* encode.h: painted pixels into picture files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * sheaf_encode_jpeg:
 * @rgb: 3 bytes a pixel, rows packed, the right way up
 * @orientation: as in EXIF: 1, 3, 6 or 8; the file holds the picture turned, and says so
 */
GBytes *sheaf_encode_jpeg (
    const guint8 *rgb, guint width, guint height, guint orientation, gboolean progressive);

GBytes *sheaf_encode_png (const guint8 *rgb, guint width, guint height);

/* WebP where the build has it, else %NULL. */
GBytes *sheaf_encode_webp (const guint8 *rgb, guint width, guint height);

/**
 * sheaf_encode_gif:
 * @frames: (element-type GBytes): all of @width × @height, 3 bytes a pixel
 * @delay: hundredths of a second between two
 */
GBytes *sheaf_encode_gif (GPtrArray *frames, guint width, guint height, guint delay);

G_END_DECLS
