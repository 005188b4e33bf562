/* exif.h: the two things in EXIF that a thumbnail wants
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SheafExif:
 * @orientation: 1 to 8; 1 where nothing is said
 * @thumbnail: offset of the embedded JPEG; 0 for none
 * @thumbnail_length: lies within the data
 */
typedef struct
{
  guint orientation;
  gsize thumbnail;
  gsize thumbnail_length;
} SheafExif;

/* @data: beginning at the TIFF header ("II" or "MM"), an "Exif\0\0" before it is passed over. */
void sheaf_exif_parse (SheafExif *exif, const guint8 *data, gsize length);

G_END_DECLS
