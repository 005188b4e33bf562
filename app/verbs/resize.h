/* resize.h: a large picture into a small one, row by row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * While rows come in, whole boxes of pixels are averaged, down to no less than 1.5 times the wanted
 * size; what is left goes through a Lanczos filter at the end.  So a picture of any height needs
 * the memory of a small one. */
#pragma once

#include "app/verbs/picture.h"

G_BEGIN_DECLS

/* What "full size" is at most: a sandbox has little memory. */
#define SHEAF_MAX_FULL_PIXELS (13u * 1000 * 1000)

/**
 * sheaf_fit:
 * @size: the box; 0 for SHEAF_MAX_FULL_PIXELS
 *
 * The size of @width × @height within the box, keeping its ratio, never enlarged, never 0.
 */
void sheaf_fit (guint width, guint height, guint size, guint *fitted_width, guint *fitted_height);

/**
 * SheafSamples:
 * @channels: interleaved samples a pixel; alpha is like any other
 * @extent_x: how many of the columns the picture truly covers, a fraction at most @width
 * @box_x: of how many pixels in a row a sample is the mean already.  Means lack part of the fine
 *   detail, which the filter gives back.
 */
typedef struct
{
  const guint8 *pixels;
  guint width, height;
  gsize stride;
  guint channels;
  double extent_x, extent_y;
  double box_x, box_y;
} SheafSamples;

/**
 * sheaf_resize:
 * @out: @width × @height pixels without padding
 *
 * Lanczos, 3 lobes.
 *
 * Returns: %FALSE with @error set where memory does not suffice
 */
gboolean
sheaf_resize (const SheafSamples *samples, guint8 *out, guint width, guint height, GError **error);

/**
 * sheaf_resize_exact:
 *
 * The same with SHEAF_SAMPLE_BITS after the point, and what overshoots 0 to 255 kept: for samples
 * that have yet to be converted.
 */
gboolean sheaf_resize_exact (
    const SheafSamples *samples, gint16 *out, guint width, guint height, GError **error);

typedef struct _SheafReducer SheafReducer;

/**
 * sheaf_reducer_new:
 * @colour: of the rows that will come; RGBA is averaged by its alpha
 * @width: columns of the rows that will come
 * @source_width: columns in the file: more, where a decoder has scaled already
 * @size: the box to fit in; 0 for full size
 */
SheafReducer *sheaf_reducer_new (SheafColour colour,
                                 guint width,
                                 guint height,
                                 guint source_width,
                                 guint source_height,
                                 guint size,
                                 GError **error);
void sheaf_reducer_free (SheafReducer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafReducer, sheaf_reducer_free)

/**
 * sheaf_reducer_set_extent:
 * @extent_x: how many of the columns the picture truly covers, a fraction at most the width
 */
void sheaf_reducer_set_extent (SheafReducer *self, double extent_x, double extent_y);

/**
 * sheaf_reducer_set_box:
 * @box_x: of how many of the picture's pixels in a row each that comes is the mean already
 */
void sheaf_reducer_set_box (SheafReducer *self, double box_x, double box_y);

/* The next row; rows past the last are passed over. */
void sheaf_reducer_add_row (SheafReducer *self, const guint8 *row);

/* The next @n_rows rows, each @stride bytes after the one before: several at once are faster. */
void sheaf_reducer_add_rows (SheafReducer *self, const guint8 *rows, gsize stride, guint n_rows);

/**
 * sheaf_reducer_finish:
 *
 * Rows that never came are black, or transparent.
 *
 * Returns: (transfer full) (nullable): the small picture, or %NULL with @error set
 */
SheafPicture *sheaf_reducer_finish (SheafReducer *self, const char *format, GError **error);

/**
 * sheaf_reducer_finish_exact:
 * @out: as many samples as the small picture has, as of sheaf_resize_exact()
 *
 * The same for one plane of several.
 */
gboolean sheaf_reducer_finish_exact (SheafReducer *self, gint16 *out, GError **error);

G_END_DECLS
