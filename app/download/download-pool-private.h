/* download-pool-private.h: what the pool's two halves share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * download-pool.c decides which transfer runs when; download-steps.c takes one transfer through its
 * steps and tells how it ended. */
#pragma once

#include "app/download/archive-writer.h"
#include "app/download/download-pool.h"
#include "app/download/download-private.h"

G_BEGIN_DECLS

struct _SheafDownloadPool
{
  GObject parent_instance;

  SheafExecutor *executor;
  SheafArchive *archive;      /* (nullable) */
  SheafArchiveWriter *writer; /* (nullable): with the archive */
  SheafDownloadOptions options;
  SheafFolder *folder; /* (nullable): opened when first needed */
  gboolean opening;
  GPtrArray *leftovers; /* (element-type SheafEntry): given up before the folder was opened */

  GHashTable *pending; /* set of SheafDownload: queued, waiting, under way, paused */
  GHashTable *hosts;   /* name → SheafHost */
  GSequence *turns;    /* of SheafHost with a queue, by the place of its first */
  GSequence *waiting;  /* of SheafDownload, by next try */
  guint n_fetching;
  guint n_finishing;
  gint64 last_place;
  gint64 top_place;

  gboolean paused;
  GError *pause_reason;
  guint n_looks; /* how often the folder and the record were to be looked at afresh */
  GSource *timer;
};

/* Begins @download: it has left the queue, and a place among those that fetch is taken. */
void sheaf_download_pool_step (SheafDownloadPool *self, SheafDownload *download);

/* Puts @download where its state says: into its host's queue, noting first in the archive that it
 * is wanted. */
void sheaf_download_pool_enqueue (SheafDownloadPool *self, SheafDownload *download);

/* Back into the queue after @wait microseconds. */
void sheaf_download_pool_wait (SheafDownloadPool *self, SheafDownload *download, gint64 next_try);

/* Opens the folder, in a thread; without @make only where there is one. */
void sheaf_download_pool_open_folder (SheafDownloadPool *self, gboolean make);

/* The end of @download in @state; it is no longer the pool's. */
void sheaf_download_pool_end (SheafDownloadPool *self,
                              SheafDownload *download,
                              SheafDownloadState state);

/* Something is wrong with the destination or the record: everything waits for the person.  @look is
 * the pool's n_looks when what failed began: what was wrong before the person resumed is no news.
 */
void sheaf_download_pool_trouble (SheafDownloadPool *self, guint look, const GError *reason);

/* Looks soon whether something can begin. */
void sheaf_download_pool_wake (SheafDownloadPool *self);

/* Nobody wants @download any more: its part goes, and when its row is gone, too, it ends. */
void sheaf_download_pool_give_up (SheafDownloadPool *self, SheafDownload *download);

/* Gives up @download's part. */
void sheaf_download_pool_drop (SheafDownloadPool *self, SheafDownload *download);

/* Takes away the part of @entry; the folder is open. */
void sheaf_download_pool_discard (SheafDownloadPool *self, SheafEntry *entry);

guint sheaf_download_pool_get_at_once (SheafDownloadPool *self);

G_END_DECLS
