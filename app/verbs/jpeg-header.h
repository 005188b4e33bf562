/* jpeg-header.h: what stands in a JPEG file before, between and instead of its scans
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/verbs/exif.h"
#include "app/verbs/jpeg-huffman.h"

G_BEGIN_DECLS

#define SHEAF_JPEG_MAX_COMPONENTS 4

/* The coefficients that are ever looked at: DC and the three lowest, by their zigzag place. */
#define SHEAF_JPEG_N_LOW 4

/**
 * SheafJpegComponent:
 * @blocks_x: columns of blocks that the picture needs; a scan of this component alone has these
 * @padded_x: columns of blocks in whole MCUs
 * @level: samples kept of a block in each direction: 1 or 2
 * @plane: padded_y × @level rows of padded_x × @level samples
 * @low: (nullable): SHEAF_JPEG_N_LOW coefficients a block, where several scans bring them
 */
typedef struct
{
  guint id, h, v, quantiser;
  guint blocks_x, blocks_y;
  guint padded_x, padded_y;
  double extent_x, extent_y; /* in blocks, a fraction */

  guint level;
  guint8 *plane;
  gint16 *low;
  guint low_bits[SHEAF_JPEG_N_LOW]; /* lowest bits not known of each; 255: nothing is */
} SheafJpegComponent;

typedef struct
{
  guint n_components;
  guint components[SHEAF_JPEG_MAX_COMPONENTS]; /* their places */
  const SheafHuffman *dc[SHEAF_JPEG_MAX_COMPONENTS];
  SheafHuffman *ac[SHEAF_JPEG_MAX_COMPONENTS];
  guint first, last; /* coefficients */
  guint high, low;   /* successive approximation */
} SheafJpegScan;

typedef struct
{
  SheafJpegStream stream;

  guint8 frame; /* second byte of the SOF marker */
  guint precision;
  guint width, height;
  guint h_max, v_max;
  guint mcus_x, mcus_y;
  guint n_components;
  SheafJpegComponent components[SHEAF_JPEG_MAX_COMPONENTS];

  gboolean has_quantiser[4]; /* with values that 8-bit pictures may have */
  guint16 quantisers[4][SHEAF_JPEG_N_LOW];
  SheafHuffman *dc[4]; /* NULL until defined */
  SheafHuffman *ac[4];
  guint restart_interval;
  int adobe_transform; /* -1: no Adobe marker */
  gboolean jfif;

  SheafExif exif;
  GBytes *exif_data;
  GByteArray *profile;
  guint profile_chunks; /* read in order */

  SheafJpegScan scan;
} SheafJpeg;

/**
 * sheaf_jpeg_open:
 *
 * Reads up to the first scan.
 *
 * Returns: whether there is one, of an 8-bit Huffman frame, and all before it is well-formed.
 *   Otherwise what was met on the way (orientation, profile) is there all the same
 */
gboolean sheaf_jpeg_open (SheafJpeg *self, SheafInput *input);
void sheaf_jpeg_clear (SheafJpeg *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SheafJpeg, sheaf_jpeg_clear)

/**
 * sheaf_jpeg_next_scan:
 * @in_scan: the last one was not read to its end
 *
 * Goes to the entropy-coded bytes of the next scan and describes it in @self->scan.
 *
 * Returns: FALSE at the end, and on anything malformed
 */
gboolean sheaf_jpeg_next_scan (SheafJpeg *self, gboolean in_scan);

G_END_DECLS
