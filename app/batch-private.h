/* batch-private.h: how the engine makes batches, and what the batch's own files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/batch-tally.h"
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

struct _SheafBatch
{
  GObject parent_instance;

  SheafBatchOptions options;
  char *title;
  GFile *folder;
  SheafDownloadPool *pool;
  SheafThumbnailer *thumbnailer;
  SheafSource *source;
  SheafSidecar *sidecar; /* (nullable) */
  gboolean has_notes;    /* given to it, and not yet written for certain */
  SheafFeedOptions feed_options;
  char **types;
  SheafItemWorkContext work_context;

  SheafItemList *items;
  guint cursor;   /* with keep_items: rows before it are begun */
  GQueue pending; /* without: (element-type SheafFed) */
  GQueue feeds;   /* (element-type SheafFeed): the first is being asked */
  gboolean feeding;
  GHashTable *works; /* (element-type SheafItem SheafItemWork) */
  guint n_under_way;
  GHashTable *removed; /* (element-type SheafItem SheafRemoved) */

  SheafTally tally;
  GError *error;
  GSource *start;
  GSource *tick;
  GSource *timeout;
  gboolean running;
  gboolean paused;
  gboolean cancelled;
  gboolean timed_out;
  gboolean pumping;
  gboolean warned;
};

/* --- batch.c, for batch-items.c --- */

/* Begins what there is room for, and asks for more. */
void sheaf_batch_pump (SheafBatch *self);
void sheaf_batch_check_ended (SheafBatch *self);
void sheaf_batch_set_running (SheafBatch *self, gboolean running);

/* @error: (nullable) (transfer full): it fails at once */
void sheaf_batch_begin_item (SheafBatch *self, SheafItem *item, GError *error);

/* Takes over @feed. */
void sheaf_batch_add_feed (SheafBatch *self, SheafFeed *feed);

/* Every item that is under way or may be tried again: (transfer full) (element-type SheafItem). */
GPtrArray *sheaf_batch_dup_items_at_hand (SheafBatch *self);

/* --- batch-items.c, for batch.c --- */

/* Whether @item, which just ended, is not to be counted. */
gboolean sheaf_batch_is_removed (SheafBatch *self, SheafItem *item);

/* Tries @item again where it ended only because it had been removed for a moment. */
void sheaf_batch_revive (SheafBatch *self, SheafItem *item);

G_END_DECLS
