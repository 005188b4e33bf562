/* jpeg-skip.h: one sample, or two by two, out of each 8 × 8 block of a JPEG, and nothing else
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A thumbnail of a large photograph needs the mean of each block, its DC coefficient; the other 63
 * are passed over without being decoded (see jpeg-huffman.h), which takes a fraction of the time
 * of decoding at 1/8 scale.  Where the picture is less large, the three lowest AC coefficients make
 * that 2 × 2 samples.  Of a progressive file the first scans suffice.
 *
 * Strict: whatever is unusual or damaged is for libjpeg. */
#pragma once

#include "app/verbs/jpeg-header.h"

G_BEGIN_DECLS

/**
 * sheaf_jpeg_read_low:
 * @self: opened, the level of each component chosen
 *
 * Reads scans until the planes of all components are there.
 *
 * Returns: FALSE where the file is not one that this takes; the planes are then undefined
 */
gboolean sheaf_jpeg_read_low (SheafJpeg *self);

G_END_DECLS
