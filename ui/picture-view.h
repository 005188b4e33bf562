/* picture-view.h: one picture, zoomed and moved about
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Zoom is counted in device pixels per picture pixel, so 100 % is exact on every screen.  The size
 * of the picture and of the texture that is there are two things: a small rendition stands in until
 * the large one comes, and nothing moves when it does. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_PICTURE_VIEW (sheaf_picture_view_get_type ())
G_DECLARE_FINAL_TYPE (SheafPictureView, sheaf_picture_view, SHEAF, PICTURE_VIEW, GtkWidget)

/* Signal: zoom-changed () */

/**
 * sheaf_picture_view_set_picture:
 * @texture: (nullable)
 * @width: of the whole picture, upright; 0 for the texture's own
 *
 * Shows another picture, fitted.
 */
void
sheaf_picture_view_set_picture (SheafPictureView *self, GdkTexture *texture, int width, int height);

/* A better rendition of the same picture: zoom and place stay. */
void sheaf_picture_view_set_rendition (SheafPictureView *self,
                                       GdkTexture *texture,
                                       int width,
                                       int height);

void sheaf_picture_view_zoom_in (SheafPictureView *self);
void sheaf_picture_view_zoom_out (SheafPictureView *self);
void sheaf_picture_view_zoom_to_fit (SheafPictureView *self);
void sheaf_picture_view_zoom_to_actual (SheafPictureView *self);

/* Device pixels per picture pixel. */
double sheaf_picture_view_get_zoom (SheafPictureView *self);
gboolean sheaf_picture_view_get_fits (SheafPictureView *self);

/* Moves by logical pixels; FALSE where there is nothing more to see on that side. */
gboolean sheaf_picture_view_pan (SheafPictureView *self, double dx, double dy);

G_END_DECLS
