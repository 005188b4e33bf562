/* png-whole.h: ordinary PNG, inflated in one go
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libdeflate inflates a buffer two to three times as fast as zlib a stream.  Takes 8 bits a
 * channel, not interlaced, not huge, not damaged; the rest is for libpng. */
#pragma once

#include "app/verbs/decoder.h"

G_BEGIN_DECLS

/**
 * sheaf_png_whole_decode:
 *
 * Returns: (transfer full) (nullable): the picture, or %NULL, without an error, where libpng should
 *   have a look
 */
SheafPicture *sheaf_png_whole_decode (SheafInput *input, const SheafDecodeOptions *options);

G_END_DECLS
