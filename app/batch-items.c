/* batch-items.c: what a person asks of a batch, and of single items of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of the batch's interface (batch.h). */
#include "config.h"

#include "app/batch-private.h"

void
sheaf_batch_options_init (SheafBatchOptions *options)
{
  g_return_if_fail (options != NULL);

  *options = (SheafBatchOptions){
    .thumbnails = TRUE,
    .output = SHEAF_THUMBNAIL_OUTPUT_CACHE,
    .use_archive = TRUE,
    .keep_items = TRUE,
  };
}

/* Its album is opened again, and gives items of its own. */
static void
retry_album (SheafBatch *self, SheafItem *item)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  guint position;

  g_ptr_array_add (entries, sheaf_item_get_entry (item));
  sheaf_batch_add_feed (self, sheaf_feed_new (self->source, entries, &self->feed_options));
  self->tally.sums.total--;
  g_hash_table_remove (self->works, item);
  if (sheaf_item_list_find (self->items, item, &position))
    {
      if (position < self->cursor)
        self->cursor--;
      sheaf_item_list_remove (self->items, position, 1);
    }
}

void
sheaf_batch_retry_item (SheafBatch *self, SheafItem *item)
{
  g_autoptr (SheafItem) held = NULL;
  SheafItemWork *work;

  g_return_if_fail (SHEAF_IS_BATCH (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));

  held = g_object_ref (item);
  work = g_hash_table_lookup (self->works, item);
  if (work == NULL || !sheaf_item_work_get_ended (work))
    return;

  self->cancelled = FALSE;
  self->work_context.cancelled = FALSE;
  self->timed_out = FALSE;
  sheaf_tally_count (&self->tally, item, -1);
  sheaf_batch_set_running (self, TRUE);
  if (sheaf_entry_is_album (sheaf_item_get_entry (item)))
    {
      retry_album (self, item);
      sheaf_batch_pump (self);
      return;
    }
  self->n_under_way++;
  sheaf_item_work_retry (work);
}

void
sheaf_batch_retry_failed (SheafBatch *self)
{
  g_autoptr (GPtrArray) items = NULL;

  g_return_if_fail (SHEAF_IS_BATCH (self));

  items = sheaf_batch_dup_items_at_hand (self);
  for (guint i = 0; i < items->len; i++)
    if (sheaf_item_get_state (g_ptr_array_index (items, i)) == SHEAF_ITEM_FAILED
        && !sheaf_batch_is_removed (self, g_ptr_array_index (items, i)))
      sheaf_batch_retry_item (self, g_ptr_array_index (items, i));
}

/* What is done for @item; (nullable) once it is ready.  In a batch that began as paused nothing may
 * have begun for it yet. */
static SheafItemWork *
get_work (SheafBatch *self, SheafItem *item)
{
  SheafItemWork *work = g_hash_table_lookup (self->works, item);

  if (work == NULL && sheaf_item_get_state (item) == SHEAF_ITEM_LISTED
      && sheaf_item_list_find (self->items, item, NULL))
    {
      sheaf_batch_begin_item (self, item, NULL);
      work = g_hash_table_lookup (self->works, item);
    }
  return work;
}

/* The transfer of @item while it is under way; (nullable). */
static SheafDownload *
get_download (SheafBatch *self, SheafItem *item)
{
  SheafItemWork *work = self->pool != NULL ? get_work (self, item) : NULL;

  return work != NULL && !sheaf_item_work_get_ended (work) ? sheaf_item_work_get_download (work)
                                                           : NULL;
}

void
sheaf_batch_pause_item (SheafBatch *self, SheafItem *item)
{
  SheafDownload *download;

  g_return_if_fail (SHEAF_IS_BATCH (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));

  download = get_download (self, item);
  if (download != NULL)
    sheaf_download_pool_pause_one (self->pool, download);
}

void
sheaf_batch_resume_item (SheafBatch *self, SheafItem *item)
{
  SheafDownload *download;

  g_return_if_fail (SHEAF_IS_BATCH (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));

  download = get_download (self, item);
  if (download != NULL)
    sheaf_download_pool_resume_one (self->pool, download);
}

void
sheaf_batch_cancel_item (SheafBatch *self, SheafItem *item)
{
  SheafItemWork *work;

  g_return_if_fail (SHEAF_IS_BATCH (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));

  work = get_work (self, item);
  if (work != NULL)
    sheaf_item_work_cancel (work);
}

void
sheaf_batch_move_to_top (SheafBatch *self, SheafItem *item)
{
  SheafDownload *download;

  g_return_if_fail (SHEAF_IS_BATCH (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));

  download = get_download (self, item);
  if (download != NULL)
    sheaf_download_pool_move_to_top (self->pool, download);
}

/* What Undo needs. */
typedef struct
{
  guint position;
  gboolean unwanted; /* it had not ended, and was given up */
} SheafRemoved;

static gboolean
has_ended (SheafItem *item)
{
  SheafItemState state = sheaf_item_get_state (item);

  return state == SHEAF_ITEM_READY || state == SHEAF_ITEM_FAILED || state == SHEAF_ITEM_CANCELLED;
}

void
sheaf_batch_remove_item (SheafBatch *self, SheafItem *item)
{
  g_autoptr (SheafItem) held = NULL;
  SheafItemWork *work;
  SheafRemoved *removed;
  guint position;

  g_return_if_fail (SHEAF_IS_BATCH (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));

  if (!sheaf_item_list_find (self->items, item, &position))
    return;
  held = g_object_ref (item);
  work = get_work (self, item);
  removed = g_new (SheafRemoved, 1);
  *removed = (SheafRemoved){ position, !has_ended (item) };
  g_hash_table_insert (self->removed, g_object_ref (item), removed);
  self->tally.sums.total--;
  if (position < self->cursor)
    self->cursor--;
  sheaf_item_list_remove (self->items, position, 1);
  if (removed->unwanted)
    sheaf_item_work_cancel (work);
  else
    sheaf_tally_count (&self->tally, item, -1);
  if (!removed->unwanted && work != NULL && sheaf_item_work_get_download (work) != NULL)
    sheaf_download_pool_forget (self->pool, sheaf_item_work_get_download (work));
  sheaf_batch_check_ended (self);
}

void
sheaf_batch_restore_item (SheafBatch *self, SheafItem *item)
{
  SheafRemoved *removed;
  guint position;

  g_return_if_fail (SHEAF_IS_BATCH (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));

  removed = g_hash_table_lookup (self->removed, item);
  if (removed == NULL || sheaf_item_list_find (self->items, item, NULL))
    return;
  position = MIN (removed->position, g_list_model_get_n_items (G_LIST_MODEL (self->items)));
  sheaf_item_list_insert (self->items, position, item);
  if (position <= self->cursor)
    self->cursor++;
  self->tally.sums.total++;
  if (!has_ended (item))
    return; /* it still is being given up, and goes on after that */
  sheaf_tally_count (&self->tally, item, 1);
  sheaf_batch_revive (self, item);
}

gboolean
sheaf_batch_is_removed (SheafBatch *self, SheafItem *item)
{
  return g_hash_table_contains (self->removed, item)
         && !sheaf_item_list_find (self->items, item, NULL);
}

void
sheaf_batch_revive (SheafBatch *self, SheafItem *item)
{
  SheafRemoved *removed = g_hash_table_lookup (self->removed, item);
  gboolean unwanted;

  if (removed == NULL)
    return;
  unwanted = removed->unwanted;
  g_hash_table_remove (self->removed, item);
  if (unwanted && sheaf_item_get_state (item) == SHEAF_ITEM_CANCELLED)
    sheaf_batch_retry_item (self, item);
}

char *
sheaf_batch_dup_trouble (SheafBatch *self)
{
  char *trouble = NULL;
  const GError *reason;

  g_return_val_if_fail (SHEAF_IS_BATCH (self), NULL);

  reason = self->pool != NULL ? sheaf_download_pool_get_pause_reason (self->pool) : NULL;
  if (self->running && self->paused && reason != NULL)
    return g_strdup (reason->message);
  if (!self->running || self->paused)
    return NULL;
  if (self->pool != NULL)
    trouble = sheaf_download_pool_dup_trouble (self->pool);
  if (trouble == NULL && self->thumbnailer != NULL)
    trouble = sheaf_thumbnailer_dup_trouble (self->thumbnailer);
  return trouble;
}
