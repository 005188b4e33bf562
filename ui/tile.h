/* tile.h: one picture of a grid: its thumbnail, its title and how far it is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tile is bound to an item while its row lives, but asks for a preview only while it is on the
 * screen; when it leaves, the request is cancelled and the item's pixels are let go. */
#pragma once

#include "app/engine.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_TILE (sheaf_tile_get_type ())
G_DECLARE_FINAL_TYPE (SheafTile, sheaf_tile, SHEAF, TILE, GtkWidget)

/* @engine: (nullable): without one only textures that are there already are shown */
SheafTile *sheaf_tile_new (GtkListItem *list_item);
void sheaf_tile_set_engine (SheafTile *self, SheafEngine *engine);

/* Whether the line that tells the state is shown (pages of batches) or not (galleries). */
void sheaf_tile_set_show_state (SheafTile *self, gboolean show_state);

/* @item: (nullable): %NULL when the row goes */
void sheaf_tile_set_item (SheafTile *self, SheafItem *item);
SheafItem *sheaf_tile_get_item (SheafTile *self);
guint sheaf_tile_get_position (SheafTile *self);

/* The side of the picture in logical pixels, and the box its preview is asked for in. */
void sheaf_tile_set_size (SheafTile *self, int size, guint preview_size);

void sheaf_tile_set_on_screen (SheafTile *self, gboolean on_screen);
gboolean sheaf_tile_get_on_screen (SheafTile *self);

/* The preview changed on disk: drops it and asks anew. */
void sheaf_tile_reload (SheafTile *self);

/* What a person reads of @item's state; (transfer full). */
char *sheaf_item_dup_state_text (SheafItem *item);

G_END_DECLS
