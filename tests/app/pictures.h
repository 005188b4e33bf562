/* pictures.h: pictures of every kind, made when a test runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All show the same: red at the top left, green at the top right, blue at the bottom left and white
 * at the bottom right, so that a test can see which way up they came out. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PhotoKind:
 * @exposure: numerator and denominator, as for the others; 0, 0 for none
 *
 * What a camera would write into EXIF; texts as they are, %NULL for none.
 */
typedef struct
{
  const char *make, *model, *lens, *taken;
  guint32 exposure[2], aperture[2], focal_length[2];
  guint sensitivity, focal_length_35mm;
} PhotoKind;

/* An EXIF block without the "Exif\0\0" before it. */
GByteArray *make_photo_exif (const PhotoKind *kind, gboolean big_endian);

/**
 * PictureKind:
 * @h_sampling: of the first component; 0 for 1
 * @orientation: EXIF's; 0 for no EXIF
 * @thumbnail: (nullable): a JPEG to embed in EXIF
 * @profile: (nullable): an ICC profile to embed
 * @photo: (nullable): a block of EXIF, instead of the one that @orientation and @thumbnail make
 * @bars: rows of black at the top, and as many at the bottom
 * @fill: behind its end, the file is filled up to so many bytes
 */
typedef struct
{
  guint width, height;
  gboolean grey, cmyk, rgb;
  gboolean progressive, optimized, arithmetic;
  guint quality;
  guint h_sampling, v_sampling;
  guint restart_rows;
  guint orientation;
  GBytes *thumbnail;
  GBytes *profile;
  const PhotoKind *photo;
  guint bars;
  gsize fill;
} JpegKind;

typedef struct
{
  guint width, height;
  int type;  /* PNG_COLOR_TYPE_… */
  int depth; /* 0 for 8 */
  gboolean interlaced;
  gboolean transparent; /* the right half is */
  int filters;          /* PNG_FILTER_… or 0 */
} PngKind;

/* The colour at @x, @y of a picture of that size. */
void picture_colour (guint x, guint y, guint width, guint height, guint8 rgb[3]);

/* A colour profile that says the first channel is blue and the third is red. */
GBytes *make_swapped_profile (void);

GBytes *make_jpeg (const JpegKind *kind);
GBytes *make_png (const PngKind *kind);

/* The second frame is black. */
GBytes *make_gif (guint width, guint height, gboolean interlaced, guint n_frames);
GBytes *make_webp (guint width, guint height, gboolean lossless, gboolean with_alpha);
GBytes *make_animated_webp (guint width, guint height);

/* @type: what gdk-pixbuf calls it */
GBytes *make_by_pixbuf (guint width, guint height, const char *type);

/* One colour, of any size, without the work of encoding it. */
GBytes *make_flat_jpeg (guint width, guint height, gboolean progressive);

/* Only what stands before the pixels is there. */
GBytes *make_png_header (guint width, guint height);

G_END_DECLS
