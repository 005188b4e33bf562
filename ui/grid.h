/* grid.h: the grid of pictures that every page shows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A GtkGridView with several-at-once selection by mouse, keyboard and rubber band.  It tells its
 * tiles which of them are on the screen, a little after scrolling calms down, so that a wild scroll
 * through 100,000 pictures asks for none of those it flies past. */
#pragma once

#include "app/engine.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_GRID (sheaf_grid_get_type ())
G_DECLARE_FINAL_TYPE (SheafGrid, sheaf_grid, SHEAF, GRID, GtkWidget)

/* Properties: show-state (b), menu-model (GMenuModel).
 * Signals:
 *   activate-item (guint position): double click, Enter
 *   near-end (): more should be loaded
 *   selection-changed () */

void sheaf_grid_set_engine (SheafGrid *self, SheafEngine *engine);

/* @model: (nullable): of SheafItem */
void sheaf_grid_set_model (SheafGrid *self, GListModel *model);
GListModel *sheaf_grid_get_model (SheafGrid *self);

/* The pictures picked, in their order: (transfer full) (element-type SheafItem). */
GPtrArray *sheaf_grid_dup_selected (SheafGrid *self);
guint sheaf_grid_get_n_selected (SheafGrid *self);
void sheaf_grid_select_all (SheafGrid *self);
void sheaf_grid_unselect_all (SheafGrid *self);
void sheaf_grid_select_only (SheafGrid *self, guint position);

/* Makes the tile of @item, where it is on the screen, ask for its preview anew. */
void sheaf_grid_reload_item (SheafGrid *self, SheafItem *item);

/* 128, 256 or 512, as the settings' thumbnail-size. */
void sheaf_grid_set_thumbnail_size (SheafGrid *self, guint size);

/* Whether the context menu is there. */
gboolean sheaf_grid_get_menu_open (SheafGrid *self);

/* Where the content is scrolled to, and by whom a bench may scroll it. */
GtkAdjustment *sheaf_grid_get_vadjustment (SheafGrid *self);

G_END_DECLS
