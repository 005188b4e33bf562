/* item-list.h: the items of one page of the window, as a GListModel
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Entries are cheap and may be 100,000; an item is made when the list is first asked for it.
 * Additions are announced in batches, never one signal an item. */
#pragma once

#include "app/model/item.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_ITEM_LIST (sheaf_item_list_get_type ())
G_DECLARE_FINAL_TYPE (SheafItemList, sheaf_item_list, SHEAF, ITEM_LIST, GObject)

SheafItemList *sheaf_item_list_new (void);

/**
 * sheaf_item_list_append:
 * @entries: (element-type SheafEntry)
 *
 * Adds all of @entries at the end, with one items-changed.
 */
void sheaf_item_list_append (SheafItemList *self, GPtrArray *entries);

/* Adds items that exist already (the same objects another list shows), with one items-changed. */
void sheaf_item_list_append_items (SheafItemList *self, GPtrArray *items);

/* One more at @position, which may be the end. */
void sheaf_item_list_insert (SheafItemList *self, guint position, SheafItem *item);

void sheaf_item_list_remove (SheafItemList *self, guint position, guint n_items);
void sheaf_item_list_clear (SheafItemList *self);

/**
 * sheaf_item_list_find:
 * @position: (out) (optional)
 *
 * Returns: whether @item is in the list
 */
gboolean sheaf_item_list_find (SheafItemList *self, SheafItem *item, guint *position);

/* The entry at @position, without making an item; (transfer none). */
SheafEntry *sheaf_item_list_get_entry (SheafItemList *self, guint position);

G_END_DECLS
