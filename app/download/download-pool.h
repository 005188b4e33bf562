/* download-pool.h: which transfer runs when
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pool keeps as many transfers in flight as its executor does at once, in order, with a limit
 * and a brake per host; retries what passes; and hands each file to its final name only when it is
 * whole and its content is what it should be.  Lives in one main context; never blocks it.
 *
 * Transfers under way keep the pool alive: pause it (parts are kept) or cancel all before letting
 * it go. */
#pragma once

#include "app/download/archive.h"
#include "app/download/download.h"
#include "app/exec/executor.h"

G_BEGIN_DECLS

/**
 * SheafDownloadOptions:
 *
 * @folder: where the files go; made if missing
 * @retries: further tries after the first, for what passes
 * @connect_timeout: seconds
 * @read_timeout: seconds between two reads
 * @max_bytes: larger files are refused; 0 for 1 GiB
 * @rate_limit: bytes per second in all; 0 for none
 * @request_rate: requests per second and host; 0 for none
 * @any_type: take what is not a picture too (web pages, PDFs: plain URL lists)
 * @allow_private: whether private and loopback addresses may be reached (the demo; URLs that the
 *   person typed); never for links that a public gallery hands out
 * @name_template: (nullable): file names; %NULL names a file after its link
 * @use_archive: whether what is there already, whole, is skipped
 * @embedder: (nullable): does the verb `embed`, which writes author and licence into each picture
 * @backoff_ms: wait before the first further try; doubles with each; 0 for 1000
 */
typedef struct
{
  GFile *folder;
  guint retries;
  guint connect_timeout;
  guint read_timeout;
  guint64 max_bytes;
  guint64 rate_limit;
  double request_rate;
  gboolean any_type;
  gboolean allow_private;
  const char *name_template;
  gboolean use_archive;
  SheafExecutor *embedder;
  guint backoff_ms;
} SheafDownloadOptions;

#define SHEAF_TYPE_DOWNLOAD_POOL (sheaf_download_pool_get_type ())
G_DECLARE_FINAL_TYPE (SheafDownloadPool, sheaf_download_pool, SHEAF, DOWNLOAD_POOL, GObject)

/**
 * sheaf_download_pool_new:
 * @archive: (nullable): %NULL keeps no record
 * @options: copied
 */
SheafDownloadPool *sheaf_download_pool_new (SheafExecutor *executor,
                                            SheafArchive *archive,
                                            const SheafDownloadOptions *options);

/**
 * sheaf_download_pool_add:
 * @entry: a single picture, not an album
 *
 * Wants one more picture; it begins when its turn comes.  What is there already, whole, ends at
 * once as skipped (still asynchronously).
 *
 * Returns: (transfer full): the transfer; watch its properties
 */
SheafDownload *sheaf_download_pool_add (SheafDownloadPool *self, SheafEntry *entry);

/* Another executor from now on; transfers under way end under the old one. */
void sheaf_download_pool_set_executor (SheafDownloadPool *self, SheafExecutor *executor);

/* Other limits from now on, as in the options; transfers under way end at the speed they began
 * with. */
void
sheaf_download_pool_set_limits (SheafDownloadPool *self, guint64 rate_limit, double request_rate);

/* (transfer full) (nullable): what its executor waits for, see sheaf_executor_dup_trouble(), or how
 * long a host wants to be left alone. */
char *sheaf_download_pool_dup_trouble (SheafDownloadPool *self);

/* :paused: nothing new begins; what is under way is stopped and its part kept. */
void sheaf_download_pool_set_paused (SheafDownloadPool *self, gboolean paused);
gboolean sheaf_download_pool_get_paused (SheafDownloadPool *self);

/* :pause-reason: why the pool paused by itself (disk full, folder gone), (nullable). */
const GError *sheaf_download_pool_get_pause_reason (SheafDownloadPool *self);

/* One transfer: held and released, put first, tried again after a failure, given up. */
void sheaf_download_pool_pause_one (SheafDownloadPool *self, SheafDownload *download);
void sheaf_download_pool_resume_one (SheafDownloadPool *self, SheafDownload *download);
void sheaf_download_pool_move_to_top (SheafDownloadPool *self, SheafDownload *download);
void sheaf_download_pool_retry (SheafDownloadPool *self, SheafDownload *download);
void sheaf_download_pool_cancel (SheafDownloadPool *self, SheafDownload *download);

/* Neither is one that failed wanted any more, nor what there is of it: a later run does not go on
 * with it. */
void sheaf_download_pool_forget (SheafDownloadPool *self, SheafDownload *download);
void sheaf_download_pool_cancel_all (SheafDownloadPool *self);

/* How many are queued, waiting or under way. */
guint sheaf_download_pool_get_n_pending (SheafDownloadPool *self);

G_END_DECLS
