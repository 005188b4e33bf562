/* batch.h: one piece of work a person asked for, from the first entry to the last thumbnail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A batch expands albums, downloads each picture and makes its thumbnail as soon as the file is
 * whole; or, made from files and folders, only makes thumbnails.  It owns the items that tiles show
 * and the sums that headers show.  Lives on the main context that made it. */
#pragma once

#include "app/gallery/source.h"
#include "app/model/item-list.h"
#include "app/thumbnail/thumbnailer.h"

G_BEGIN_DECLS

/**
 * SheafBatchOptions:
 * @folder: (nullable): destination; %NULL for the settings'
 * @limit: at most this many pictures; 0 for all
 * @timeout: seconds for the whole batch; what is not done by then fails; 0 for none
 * @thumbnails: whether thumbnails are made
 * @output: where they go
 * @output_folder: (nullable)
 * @use_archive: whether what was got before is skipped
 * @executor: (nullable): nick of the executor that downloads; %NULL for the settings'
 * @keep_items: whether items that ended stay in the list (the window) or are dropped (the command
 *   line on 100,000 files)
 */
typedef struct
{
  GFile *folder;
  guint limit;
  guint timeout;
  gboolean thumbnails;
  SheafThumbnailOutput output;
  GFile *output_folder;
  guint thumbnail_size;
  gboolean use_archive;
  const char *executor;
  gboolean keep_items;
} SheafBatchOptions;

/* Downloads: folder of the settings, no limits, thumbnails into the cache, archive used. */
void sheaf_batch_options_init (SheafBatchOptions *options);

/**
 * SheafBatchSums:
 * @total: items known so far
 * @complete: whether @total can still grow (FALSE) or not (TRUE)
 * @bytes: got over the network by this run
 * @bytes_per_second: over the last few seconds; 0 while nothing moves
 * @seconds_left: -1 while that cannot be said
 * @seconds: since it began, pauses left out
 */
typedef struct
{
  guint total;
  gboolean complete;
  guint done;
  guint skipped;
  guint failed;
  guint cancelled;
  guint64 bytes;
  double bytes_per_second;
  gint64 seconds_left;
  double seconds;
} SheafBatchSums;

#define SHEAF_TYPE_BATCH (sheaf_batch_get_type ())
G_DECLARE_FINAL_TYPE (SheafBatch, sheaf_batch, SHEAF, BATCH, GObject)

/* Signals:
 *   item-ended (SheafItem *): ready, failed, or cancelled; once an item and try
 *   sums-changed (): at most four times a second while it runs, and at the end
 *   ended (): every item has ended and no more will come
 *   notice (GError *): something about the whole: a page could not be loaded, the pool paused
 * Properties: running (b), paused (b). */

SheafItemList *sheaf_batch_get_items (SheafBatch *self);
void sheaf_batch_get_sums (SheafBatch *self, SheafBatchSums *sums);
gboolean sheaf_batch_get_running (SheafBatch *self);
gboolean sheaf_batch_get_paused (SheafBatch *self);
const char *sheaf_batch_get_title (SheafBatch *self);
GFile *sheaf_batch_get_folder (SheafBatch *self);

/* The first error of the batch as a whole (its source could not be read, …); (nullable). */
const GError *sheaf_batch_get_error (SheafBatch *self);

/* Why nothing goes on at present and what a person can do about it: it paused by itself, or its
 * executor depends on others; to be asked again with each sums-changed.  (transfer full) (nullable)
 */
char *sheaf_batch_dup_trouble (SheafBatch *self);

/* Seconds until the quota that it waits for begins anew, to be asked again like the trouble; 0
 * while it waits for none.  What is known already goes on meanwhile. */
gint64 sheaf_batch_get_quota_wait (SheafBatch *self);

void sheaf_batch_pause (SheafBatch *self);
void sheaf_batch_resume (SheafBatch *self);

/* What is whole stays; everything else ends as cancelled. */
void sheaf_batch_cancel (SheafBatch *self);

void sheaf_batch_retry_item (SheafBatch *self, SheafItem *item);
void sheaf_batch_retry_failed (SheafBatch *self);
void sheaf_batch_pause_item (SheafBatch *self, SheafItem *item);
void sheaf_batch_resume_item (SheafBatch *self, SheafItem *item);
void sheaf_batch_cancel_item (SheafBatch *self, SheafItem *item);
void sheaf_batch_move_to_top (SheafBatch *self, SheafItem *item);

/* Takes @item out of the list and the sums; what is not whole yet is no longer wanted, what is
 * whole stays on the disk. */
void sheaf_batch_remove_item (SheafBatch *self, SheafItem *item);

/* Puts it back where it was, to go on; several in the opposite order of their removal. */
void sheaf_batch_restore_item (SheafBatch *self, SheafItem *item);

G_END_DECLS
