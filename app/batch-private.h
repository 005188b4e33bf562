/* batch-private.h: how the engine makes batches
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/batch.h"
#include "app/download/download-pool.h"
#include "app/feed.h"
#include "app/item-work.h"
#include "app/sidecar.h"

G_BEGIN_DECLS

/**
 * SheafBatchParts:
 * @pool: (nullable): downloads; %NULL where the files are there already
 * @thumbnailer: (nullable): %NULL without thumbnails
 * @source: (nullable): opens an album again that failed
 * @feed: (nullable): where the entries come from; %NULL with @error
 * @feed_options: for opening albums again
 * @error: (nullable): why it cannot even begin
 * @paused: begins as paused
 * @sidecar: (nullable): writes down what is known of each picture
 *
 * What a batch is put together from; it takes its own references.
 */
typedef struct
{
  const char *title;
  GFile *folder;
  SheafDownloadPool *pool;
  SheafThumbnailer *thumbnailer;
  SheafSource *source;
  SheafFeed *feed;
  SheafFeedOptions feed_options;
  const GError *error;
  gboolean any_type;
  gboolean paused;
  SheafSidecar *sidecar;
} SheafBatchParts;

/* Begins on its own, once its context runs. */
SheafBatch *sheaf_batch_new (const SheafBatchParts *parts, const SheafBatchOptions *options);

/* What is done for @item; (transfer none) (nullable): %NULL where nothing is or can be again. */
SheafItemWork *sheaf_batch_get_work (SheafBatch *self, SheafItem *item);

/* (transfer none) (nullable) */
SheafDownloadPool *sheaf_batch_get_pool (SheafBatch *self);
SheafThumbnailer *sheaf_batch_get_thumbnailer (SheafBatch *self);

/* Every item that is under way or may be tried again: (transfer full) (element-type SheafItem). */
GPtrArray *sheaf_batch_dup_items_at_hand (SheafBatch *self);

G_END_DECLS
