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

void
sheaf_batch_retry_failed (SheafBatch *self)
{
  g_autoptr (GPtrArray) items = NULL;

  g_return_if_fail (SHEAF_IS_BATCH (self));

  items = sheaf_batch_dup_items_at_hand (self);
  for (guint i = 0; i < items->len; i++)
    if (sheaf_item_get_state (g_ptr_array_index (items, i)) == SHEAF_ITEM_FAILED)
      sheaf_batch_retry_item (self, g_ptr_array_index (items, i));
}

/* The transfer of @item while it is under way; (nullable). */
static SheafDownload *
get_download (SheafBatch *self, SheafItem *item)
{
  SheafItemWork *work = sheaf_batch_get_work (self, item);

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
    sheaf_download_pool_pause_one (sheaf_batch_get_pool (self), download);
}

void
sheaf_batch_resume_item (SheafBatch *self, SheafItem *item)
{
  SheafDownload *download;

  g_return_if_fail (SHEAF_IS_BATCH (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));

  download = get_download (self, item);
  if (download != NULL)
    sheaf_download_pool_resume_one (sheaf_batch_get_pool (self), download);
}

void
sheaf_batch_cancel_item (SheafBatch *self, SheafItem *item)
{
  SheafItemWork *work;

  g_return_if_fail (SHEAF_IS_BATCH (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));

  work = sheaf_batch_get_work (self, item);
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
    sheaf_download_pool_move_to_top (sheaf_batch_get_pool (self), download);
}

char *
sheaf_batch_dup_trouble (SheafBatch *self)
{
  char *trouble = NULL;

  g_return_val_if_fail (SHEAF_IS_BATCH (self), NULL);

  if (!sheaf_batch_get_running (self) || sheaf_batch_get_paused (self))
    return NULL;
  if (sheaf_batch_get_pool (self) != NULL)
    trouble = sheaf_download_pool_dup_trouble (sheaf_batch_get_pool (self));
  if (trouble == NULL && sheaf_batch_get_thumbnailer (self) != NULL)
    trouble = sheaf_thumbnailer_dup_trouble (sheaf_batch_get_thumbnailer (self));
  return trouble;
}
