/* item-actions.h: what can be done with a picture, or with those that are picked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An action group "item" on a widget: of a grid for its selection, of the viewer for its picture.
 * Actions that cannot be done with these pictures are disabled. */
#pragma once

#include "ui/grid.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_ITEM_ACTIONS (sheaf_item_actions_get_type ())
G_DECLARE_FINAL_TYPE (SheafItemActions, sheaf_item_actions, SHEAF, ITEM_ACTIONS, GObject)

/* Signal: download (GPtrArray *entries) */

/* Inserts the group into @widget, which outlives the result. */
SheafItemActions *sheaf_item_actions_new (GtkWidget *widget);

void sheaf_item_actions_set_engine (SheafItemActions *self, SheafEngine *engine);

/* Follow the selection of @grid … */
void sheaf_item_actions_set_grid (SheafItemActions *self, SheafGrid *grid);

/* … or be about one picture; (nullable). */
void sheaf_item_actions_set_item (SheafItemActions *self, SheafItem *item);

G_END_DECLS
