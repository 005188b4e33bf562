/* jpeg-library.h: JPEG through libjpeg's scaled decoding
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/verbs/decoder.h"

G_BEGIN_DECLS

/**
 * sheaf_jpeg_library_decode:
 *
 * Every kind of JPEG that libjpeg reads, also cut and damaged ones.  Reading a progressive file
 * stops when what is known of the coefficients is exact enough for the size asked for.
 *
 * Returns: (transfer full) (nullable): the picture without orientation and profile, or %NULL with
 *   @error set
 */
SheafPicture *
sheaf_jpeg_library_decode (SheafInput *input, const SheafDecodeOptions *options, GError **error);

G_END_DECLS
