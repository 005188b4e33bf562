/* item-work.h: what a batch does for one item: its transfer, then its thumbnail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ties an item to a transfer and to a request for a thumbnail, keeps the item's state true, and
 * says once a try how it ended.  Private to the batch. */
#pragma once

#include "app/batch.h"
#include "app/download/download-pool.h"

G_BEGIN_DECLS

typedef struct _SheafItemWork SheafItemWork;

/**
 * SheafItemWorkContext:
 * @pool: (nullable): %NULL where the files are there already
 * @thumbnailer: (nullable): %NULL without thumbnails
 * @any_type: files that are no pictures are as good as pictures
 * @cancelled: nothing more is begun
 * @got_bytes: so many more (or fewer) came over the network
 * @warned: a file is whole, but not all that was wanted is in it
 * @ended: the item ended in @state, or, with @error (transfer full), failed
 *
 * What all items of a batch share; it outlives their Works' last callback.
 */
typedef struct
{
  SheafDownloadPool *pool;
  SheafThumbnailer *thumbnailer;
  const SheafBatchOptions *options;
  gboolean any_type;
  gboolean cancelled;
  void (*got_bytes) (gpointer data, gint64 bytes);
  void (*warned) (gpointer data, SheafItemWork *work, const GError *error);
  void (*ended) (gpointer data, SheafItemWork *work, SheafItemState state, GError *error);
  gpointer data;
} SheafItemWorkContext;

/* Does nothing yet; to be dropped with sheaf_item_work_drop(). */
SheafItemWork *sheaf_item_work_new (const SheafItemWorkContext *context, SheafItem *item);

/* Nobody is told anything of it any more. */
void sheaf_item_work_drop (SheafItemWork *self);

SheafItem *sheaf_item_work_get_item (SheafItemWork *self);

/* Its transfer while it has one; (nullable). */
SheafDownload *sheaf_item_work_get_download (SheafItemWork *self);

/* Whether the last try ended. */
gboolean sheaf_item_work_get_ended (SheafItemWork *self);

void sheaf_item_work_begin (SheafItemWork *self);

/* Ends at once, without having begun. */
void sheaf_item_work_fail (SheafItemWork *self, GError *error);

/* Once more after it ended: what is there already stays there. */
void sheaf_item_work_retry (SheafItemWork *self);

/* Stops what is under way; it ends as cancelled. */
void sheaf_item_work_cancel (SheafItemWork *self);

G_END_DECLS
