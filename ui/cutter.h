/* cutter.h: pictures cut to the place they are shown in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scaling pictures is more than half of what a frame costs without a graphics card, as long as it
 * is done in every frame.  A cut is what will be seen of a picture, pixel for pixel of the screen:
 * it is made once, beside the main thread, and then only copied. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The place: logical pixels, and how many of the screen's lie along one of them. */
typedef struct
{
  int width;
  int height;
  int scale;
} SheafShape;

gboolean sheaf_shape_equal (const SheafShape *a, const SheafShape *b);

/**
 * sheaf_shape_place:
 * @whole: (out): where all of @texture lies, in logical pixels, for its middle to fill the shape; a
 *   long strip is shown whole instead
 * @seen: (out): what of it is within the shape, in whole pixels of the screen: where the cut lies
 */
void sheaf_shape_place (const SheafShape *shape,
                        GdkTexture *texture,
                        graphene_rect_t *whole,
                        graphene_rect_t *seen);

/**
 * sheaf_cut_async:
 * @cancellable: (nullable): stops what has not begun
 *
 * Cuts @texture to @shape.
 */
void sheaf_cut_async (GdkTexture *texture,
                      const SheafShape *shape,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);

/* Returns: (transfer full) (nullable): the cut, or %NULL with @error set */
GdkTexture *sheaf_cut_finish (GAsyncResult *result, GError **error);

G_END_DECLS
