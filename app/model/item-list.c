/* item-list.c: the items of one page of the window, as a GListModel
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A row is an entry; its item is made when somebody asks for it and then kept, so that the same
 * position always gives the same object.  Where an item stands is remembered in a table that is
 * brought up to date only when somebody asks after a removal. */
#include "config.h"

#include "app/model/item-list.h"

typedef struct
{
  SheafEntry *entry;
  SheafItem *item; /* (nullable) */
} Row;

struct _SheafItemList
{
  GObject parent_instance;

  GArray *rows;          /* (element-type Row) */
  GHashTable *positions; /* (element-type SheafItem guint): of rows with an item */
  guint valid_positions; /* positions are right for rows before this one */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SheafItemList,
                               sheaf_item_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
row_clear (gpointer data)
{
  Row *row = data;

  sheaf_entry_unref (row->entry);
  g_clear_object (&row->item);
}

static Row *
get_row (SheafItemList *self, guint position)
{
  return &g_array_index (self->rows, Row, position);
}

static GType
sheaf_item_list_get_item_type (GListModel *model)
{
  return SHEAF_TYPE_ITEM;
}

static guint
sheaf_item_list_get_n_items (GListModel *model)
{
  return SHEAF_ITEM_LIST (model)->rows->len;
}

static gpointer
sheaf_item_list_get_item (GListModel *model, guint position)
{
  SheafItemList *self = SHEAF_ITEM_LIST (model);
  Row *row;

  if (position >= self->rows->len)
    return NULL;

  row = get_row (self, position);
  if (row->item == NULL)
    {
      row->item = sheaf_item_new (row->entry);
      g_hash_table_insert (self->positions, row->item, GUINT_TO_POINTER (position));
    }
  return g_object_ref (row->item);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sheaf_item_list_get_item_type;
  iface->get_n_items = sheaf_item_list_get_n_items;
  iface->get_item = sheaf_item_list_get_item;
}

static void
sheaf_item_list_finalize (GObject *object)
{
  SheafItemList *self = SHEAF_ITEM_LIST (object);

  g_hash_table_unref (self->positions);
  g_array_unref (self->rows);
  G_OBJECT_CLASS (sheaf_item_list_parent_class)->finalize (object);
}

static void
sheaf_item_list_class_init (SheafItemListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_item_list_finalize;
}

static void
sheaf_item_list_init (SheafItemList *self)
{
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_array_set_clear_func (self->rows, row_clear);
  self->positions = g_hash_table_new (NULL, NULL);
  self->valid_positions = G_MAXUINT;
}

SheafItemList *
sheaf_item_list_new (void)
{
  return g_object_new (SHEAF_TYPE_ITEM_LIST, NULL);
}

void
sheaf_item_list_append (SheafItemList *self, GPtrArray *entries)
{
  guint before;

  g_return_if_fail (SHEAF_IS_ITEM_LIST (self));
  g_return_if_fail (entries != NULL);

  if (entries->len == 0)
    return;

  before = self->rows->len;
  for (guint i = 0; i < entries->len; i++)
    {
      Row row = { sheaf_entry_ref (g_ptr_array_index (entries, i)), NULL };

      g_array_append_val (self->rows, row);
    }
  g_list_model_items_changed (G_LIST_MODEL (self), before, 0, entries->len);
}

void
sheaf_item_list_append_items (SheafItemList *self, GPtrArray *items)
{
  guint before;

  g_return_if_fail (SHEAF_IS_ITEM_LIST (self));
  g_return_if_fail (items != NULL);

  if (items->len == 0)
    return;

  before = self->rows->len;
  for (guint i = 0; i < items->len; i++)
    {
      SheafItem *item = g_ptr_array_index (items, i);
      Row row = { sheaf_entry_ref (sheaf_item_get_entry (item)), g_object_ref (item) };

      g_hash_table_insert (self->positions, item, GUINT_TO_POINTER (before + i));
      g_array_append_val (self->rows, row);
    }
  g_list_model_items_changed (G_LIST_MODEL (self), before, 0, items->len);
}

void
sheaf_item_list_insert (SheafItemList *self, guint position, SheafItem *item)
{
  Row row;

  g_return_if_fail (SHEAF_IS_ITEM_LIST (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));
  g_return_if_fail (position <= self->rows->len);

  row = (Row){ sheaf_entry_ref (sheaf_item_get_entry (item)), g_object_ref (item) };
  g_array_insert_val (self->rows, position, row);
  g_hash_table_insert (self->positions, item, GUINT_TO_POINTER (position));
  self->valid_positions = MIN (self->valid_positions, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

void
sheaf_item_list_remove (SheafItemList *self, guint position, guint n_items)
{
  g_return_if_fail (SHEAF_IS_ITEM_LIST (self));
  g_return_if_fail (position <= self->rows->len && n_items <= self->rows->len - position);

  if (n_items == 0)
    return;

  for (guint i = position; i < position + n_items; i++)
    {
      Row *row = get_row (self, i);

      if (row->item != NULL)
        g_hash_table_remove (self->positions, row->item);
    }
  g_array_remove_range (self->rows, position, n_items);
  self->valid_positions = MIN (self->valid_positions, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_items, 0);
}

void
sheaf_item_list_clear (SheafItemList *self)
{
  g_return_if_fail (SHEAF_IS_ITEM_LIST (self));

  sheaf_item_list_remove (self, 0, self->rows->len);
  self->valid_positions = G_MAXUINT;
}

gboolean
sheaf_item_list_find (SheafItemList *self, SheafItem *item, guint *position)
{
  gpointer value;

  g_return_val_if_fail (SHEAF_IS_ITEM_LIST (self), FALSE);
  g_return_val_if_fail (SHEAF_IS_ITEM (item), FALSE);

  if (!g_hash_table_lookup_extended (self->positions, item, NULL, &value))
    return FALSE;

  /* The mark is where the first row was put or taken away: a position below it cannot be stale. */
  if (GPOINTER_TO_UINT (value) >= self->valid_positions)
    {
      for (guint i = self->valid_positions; i < self->rows->len; i++)
        {
          Row *row = get_row (self, i);

          if (row->item != NULL)
            g_hash_table_insert (self->positions, row->item, GUINT_TO_POINTER (i));
        }
      self->valid_positions = G_MAXUINT;
      value = g_hash_table_lookup (self->positions, item);
    }
  if (position != NULL)
    *position = GPOINTER_TO_UINT (value);
  return TRUE;
}

SheafEntry *
sheaf_item_list_get_entry (SheafItemList *self, guint position)
{
  g_return_val_if_fail (SHEAF_IS_ITEM_LIST (self), NULL);
  g_return_val_if_fail (position < self->rows->len, NULL);

  return get_row (self, position)->entry;
}
