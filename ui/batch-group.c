/* batch-group.c: sums over batches, one list of all their pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/batch-group.h"

#include <gtk/gtk.h>

struct _SheafBatchGroup
{
  GObject parent_instance;

  GPtrArray *batches; /* (element-type SheafBatch): newest first */
  GPtrArray *cleared; /* (element-type SheafBatch): of the last clear_ended, for Undo */
  GPtrArray *removed; /* (element-type SheafItem): of the last remove, in that order, for Undo */
  GListStore *lists;  /* of SheafItemList, as @batches */
  GtkFlattenListModel *items;
};

enum
{
  CHANGED,
  ITEM_ENDED,
  BATCH_ENDED,
  NOTICE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafBatchGroup, sheaf_batch_group, G_TYPE_OBJECT)

static void
on_changed (SheafBatchGroup *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_item_ended (SheafBatchGroup *self, SheafItem *item)
{
  g_signal_emit (self, signals[ITEM_ENDED], 0, item);
}

static void
on_ended (SheafBatchGroup *self, SheafBatch *batch)
{
  g_signal_emit (self, signals[CHANGED], 0);
  g_signal_emit (self, signals[BATCH_ENDED], 0, batch);
}

static void
on_notice (SheafBatchGroup *self, GError *error, SheafBatch *batch)
{
  g_signal_emit (self, signals[NOTICE], 0, batch, error);
}

static void
disconnect (SheafBatchGroup *self, SheafBatch *batch)
{
  g_signal_handlers_disconnect_by_data (batch, self);
}

static void
remove_at (SheafBatchGroup *self, guint index)
{
  disconnect (self, g_ptr_array_index (self->batches, index));
  g_list_store_remove (self->lists, index);
  g_ptr_array_remove_index (self->batches, index);
}

static void
sheaf_batch_group_dispose (GObject *object)
{
  SheafBatchGroup *self = SHEAF_BATCH_GROUP (object);

  for (guint i = 0; i < self->batches->len; i++)
    disconnect (self, g_ptr_array_index (self->batches, i));
  g_ptr_array_set_size (self->batches, 0);
  g_ptr_array_set_size (self->cleared, 0);
  g_ptr_array_set_size (self->removed, 0);
  g_clear_object (&self->items);
  g_clear_object (&self->lists);

  G_OBJECT_CLASS (sheaf_batch_group_parent_class)->dispose (object);
}

static void
sheaf_batch_group_finalize (GObject *object)
{
  SheafBatchGroup *self = SHEAF_BATCH_GROUP (object);

  g_ptr_array_unref (self->batches);
  g_ptr_array_unref (self->cleared);
  g_ptr_array_unref (self->removed);

  G_OBJECT_CLASS (sheaf_batch_group_parent_class)->finalize (object);
}

static void
sheaf_batch_group_class_init (SheafBatchGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = sheaf_batch_group_dispose;
  object_class->finalize = sheaf_batch_group_finalize;

  signals[CHANGED]
      = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ITEM_ENDED] = g_signal_new ("item-ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 1, SHEAF_TYPE_ITEM);
  signals[BATCH_ENDED] = g_signal_new ("batch-ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, SHEAF_TYPE_BATCH);
  signals[NOTICE] = g_signal_new ("notice", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, SHEAF_TYPE_BATCH, G_TYPE_ERROR);
}

static void
sheaf_batch_group_init (SheafBatchGroup *self)
{
  self->batches = g_ptr_array_new_with_free_func (g_object_unref);
  self->cleared = g_ptr_array_new_with_free_func (g_object_unref);
  self->removed = g_ptr_array_new_with_free_func (g_object_unref);
  self->lists = g_list_store_new (G_TYPE_LIST_MODEL);
  self->items = gtk_flatten_list_model_new (G_LIST_MODEL (g_object_ref (self->lists)));
}

SheafBatchGroup *
sheaf_batch_group_new (void)
{
  return g_object_new (SHEAF_TYPE_BATCH_GROUP, NULL);
}

void
sheaf_batch_group_add (SheafBatchGroup *self, SheafBatch *batch)
{
  g_return_if_fail (SHEAF_IS_BATCH_GROUP (self));
  g_return_if_fail (SHEAF_IS_BATCH (batch));

  g_signal_connect_object (batch, "sums-changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (batch, "notify", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (batch, "item-ended", G_CALLBACK (on_item_ended), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (batch, "ended", G_CALLBACK (on_ended), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (batch, "notice", G_CALLBACK (on_notice), self, G_CONNECT_SWAPPED);
  g_ptr_array_insert (self->batches, 0, g_object_ref (batch));
  g_list_store_insert (self->lists, 0, sheaf_batch_get_items (batch));
  on_changed (self);
}

guint
sheaf_batch_group_clear_ended (SheafBatchGroup *self)
{
  guint before;

  g_return_val_if_fail (SHEAF_IS_BATCH_GROUP (self), 0);

  before = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  g_ptr_array_set_size (self->cleared, 0);
  g_ptr_array_set_size (self->removed, 0);
  for (guint i = self->batches->len; i-- > 0;)
    {
      SheafBatch *batch = g_ptr_array_index (self->batches, i);

      if (sheaf_batch_get_running (batch))
        continue;
      g_ptr_array_add (self->cleared, g_object_ref (batch));
      remove_at (self, i);
    }
  on_changed (self);
  return before - g_list_model_get_n_items (G_LIST_MODEL (self->items));
}

guint
sheaf_batch_group_remove (SheafBatchGroup *self, GPtrArray *items)
{
  g_return_val_if_fail (SHEAF_IS_BATCH_GROUP (self), 0);
  g_return_val_if_fail (items != NULL, 0);

  g_ptr_array_set_size (self->cleared, 0);
  g_ptr_array_set_size (self->removed, 0);
  /* From the end: where those before it stand does not change. */
  for (guint i = items->len; i-- > 0;)
    {
      SheafItem *item = g_ptr_array_index (items, i);
      SheafBatch *batch = sheaf_batch_group_find (self, item);

      if (batch == NULL)
        continue;
      sheaf_batch_remove_item (batch, item);
      g_ptr_array_add (self->removed, g_object_ref (item));
    }
  on_changed (self);
  return self->removed->len;
}

void
sheaf_batch_group_restore (SheafBatchGroup *self)
{
  g_autoptr (GPtrArray) cleared = NULL;
  g_autoptr (GPtrArray) removed = NULL;

  g_return_if_fail (SHEAF_IS_BATCH_GROUP (self));

  cleared = self->cleared;
  removed = self->removed;
  self->cleared = g_ptr_array_new_with_free_func (g_object_unref);
  self->removed = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < cleared->len; i++)
    sheaf_batch_group_add (self, g_ptr_array_index (cleared, i));
  for (guint i = removed->len; i-- > 0;)
    for (guint j = 0; j < self->batches->len; j++)
      sheaf_batch_restore_item (g_ptr_array_index (self->batches, j),
                                g_ptr_array_index (removed, i));
  on_changed (self);
}

gboolean
sheaf_batch_group_get_restorable (SheafBatchGroup *self)
{
  g_return_val_if_fail (SHEAF_IS_BATCH_GROUP (self), FALSE);

  return self->cleared->len > 0 || self->removed->len > 0;
}

void
sheaf_batch_group_clear (SheafBatchGroup *self)
{
  g_return_if_fail (SHEAF_IS_BATCH_GROUP (self));

  while (self->batches->len > 0)
    {
      g_autoptr (SheafBatch) batch = g_object_ref (g_ptr_array_index (self->batches, 0));

      remove_at (self, 0);
      if (sheaf_batch_get_running (batch))
        sheaf_batch_cancel (batch);
    }
  on_changed (self);
}

GListModel *
sheaf_batch_group_get_items (SheafBatchGroup *self)
{
  g_return_val_if_fail (SHEAF_IS_BATCH_GROUP (self), NULL);

  return G_LIST_MODEL (self->items);
}

guint
sheaf_batch_group_get_n_batches (SheafBatchGroup *self)
{
  g_return_val_if_fail (SHEAF_IS_BATCH_GROUP (self), 0);

  return self->batches->len;
}

SheafBatch *
sheaf_batch_group_get_batch (SheafBatchGroup *self, guint index)
{
  g_return_val_if_fail (SHEAF_IS_BATCH_GROUP (self), NULL);
  g_return_val_if_fail (index < self->batches->len, NULL);

  return g_ptr_array_index (self->batches, index);
}

SheafBatch *
sheaf_batch_group_find (SheafBatchGroup *self, SheafItem *item)
{
  g_return_val_if_fail (SHEAF_IS_BATCH_GROUP (self), NULL);
  g_return_val_if_fail (SHEAF_IS_ITEM (item), NULL);

  for (guint i = 0; i < self->batches->len; i++)
    {
      SheafBatch *batch = g_ptr_array_index (self->batches, i);

      if (sheaf_item_list_find (sheaf_batch_get_items (batch), item, NULL))
        return batch;
    }
  return NULL;
}

void
sheaf_batch_group_get_sums (SheafBatchGroup *self, SheafBatchSums *sums)
{
  g_return_if_fail (SHEAF_IS_BATCH_GROUP (self));
  g_return_if_fail (sums != NULL);

  memset (sums, 0, sizeof *sums);
  sums->complete = TRUE;
  sums->seconds_left = -1;
  for (guint i = 0; i < self->batches->len; i++)
    {
      SheafBatch *batch = g_ptr_array_index (self->batches, i);
      SheafBatchSums one;

      sheaf_batch_get_sums (batch, &one);
      sums->total += one.total;
      sums->complete = sums->complete && one.complete;
      sums->done += one.done;
      sums->skipped += one.skipped;
      sums->failed += one.failed;
      sums->cancelled += one.cancelled;
      sums->bytes += one.bytes;
      sums->seconds = MAX (sums->seconds, one.seconds);
      if (!sheaf_batch_get_running (batch))
        continue;
      sums->bytes_per_second += one.bytes_per_second;
      sums->seconds_left = MAX (sums->seconds_left, one.seconds_left);
    }
}

gboolean
sheaf_batch_group_get_running (SheafBatchGroup *self)
{
  g_return_val_if_fail (SHEAF_IS_BATCH_GROUP (self), FALSE);

  for (guint i = 0; i < self->batches->len; i++)
    if (sheaf_batch_get_running (g_ptr_array_index (self->batches, i)))
      return TRUE;
  return FALSE;
}

gboolean
sheaf_batch_group_get_paused (SheafBatchGroup *self)
{
  gboolean paused = FALSE;

  g_return_val_if_fail (SHEAF_IS_BATCH_GROUP (self), FALSE);

  for (guint i = 0; i < self->batches->len; i++)
    {
      SheafBatch *batch = g_ptr_array_index (self->batches, i);

      if (!sheaf_batch_get_running (batch))
        continue;
      if (!sheaf_batch_get_paused (batch))
        return FALSE;
      paused = TRUE;
    }
  return paused;
}

/* What is called may end a batch, and a handler of that may change the list. */
static void
for_each_running (SheafBatchGroup *self, void (*call) (SheafBatch *batch))
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->batches->len; i++)
    g_ptr_array_add (batches, g_object_ref (g_ptr_array_index (self->batches, i)));
  for (guint i = 0; i < batches->len; i++)
    if (sheaf_batch_get_running (g_ptr_array_index (batches, i)))
      call (g_ptr_array_index (batches, i));
}

char *
sheaf_batch_group_dup_trouble (SheafBatchGroup *self)
{
  char *trouble = NULL;

  g_return_val_if_fail (SHEAF_IS_BATCH_GROUP (self), NULL);

  for (guint i = 0; i < self->batches->len && trouble == NULL; i++)
    trouble = sheaf_batch_dup_trouble (g_ptr_array_index (self->batches, i));
  return trouble;
}

gint64
sheaf_batch_group_get_quota_wait (SheafBatchGroup *self)
{
  gint64 wait = 0;

  g_return_val_if_fail (SHEAF_IS_BATCH_GROUP (self), 0);

  for (guint i = 0; i < self->batches->len; i++)
    wait = MAX (wait, sheaf_batch_get_quota_wait (g_ptr_array_index (self->batches, i)));
  return wait;
}

void
sheaf_batch_group_pause (SheafBatchGroup *self)
{
  g_return_if_fail (SHEAF_IS_BATCH_GROUP (self));

  for_each_running (self, sheaf_batch_pause);
}

void
sheaf_batch_group_resume (SheafBatchGroup *self)
{
  g_return_if_fail (SHEAF_IS_BATCH_GROUP (self));

  for_each_running (self, sheaf_batch_resume);
}

void
sheaf_batch_group_cancel (SheafBatchGroup *self)
{
  g_return_if_fail (SHEAF_IS_BATCH_GROUP (self));

  for_each_running (self, sheaf_batch_cancel);
}

void
sheaf_batch_group_retry_failed (SheafBatchGroup *self)
{
  g_return_if_fail (SHEAF_IS_BATCH_GROUP (self));

  for (guint i = 0; i < self->batches->len; i++)
    sheaf_batch_retry_failed (g_ptr_array_index (self->batches, i));
}
