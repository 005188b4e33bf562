/* thumb.h: the picture part of a tile
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Draws one texture, filling a square.  Its size never depends on the texture, so that thumbnails
 * arriving while a person scrolls cost a redraw and no layout. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_THUMB (sheaf_thumb_get_type ())
G_DECLARE_FINAL_TYPE (SheafThumb, sheaf_thumb, SHEAF, THUMB, GtkWidget)

/* @texture: (nullable): none shows the empty frame */
void sheaf_thumb_set_texture (SheafThumb *self, GdkTexture *texture);
GdkTexture *sheaf_thumb_get_texture (SheafThumb *self);

/* The side of the square in logical pixels; 160 unless set. */
void sheaf_thumb_set_size (SheafThumb *self, int size);

G_END_DECLS
