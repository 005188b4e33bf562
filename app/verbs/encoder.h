/* encoder.h: a small picture as a JPEG or PNG file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/verbs/picture.h"

G_BEGIN_DECLS

/**
 * sheaf_encode_jpeg:
 * @picture: RGB, or RGBA, which goes onto white
 *
 * Returns: (transfer full) (nullable): the file, or %NULL with @error set
 */
GBytes *sheaf_encode_jpeg (const SheafPicture *picture, guint quality, GError **error);

/**
 * sheaf_encode_png:
 * @picture: RGB or RGBA
 * @text: (nullable): a{ss}, chunks of text
 *
 * Quick rather than small.
 *
 * Returns: (transfer full) (nullable): the file, or %NULL with @error set
 */
GBytes *sheaf_encode_png (const SheafPicture *picture, GVariant *text, GError **error);

G_END_DECLS
