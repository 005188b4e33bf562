/* helper-pool.h: helper processes kept at hand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Helpers are started on demand, up to a number, kept while there is work and retired when idle.
 * One helper does one job at a time.  A helper that crashes or hangs costs the job it was doing and
 * is replaced, later and later if it keeps happening. */
#pragma once

#include "app/work/job.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_HELPER_POOL (sheaf_helper_pool_get_type ())
G_DECLARE_FINAL_TYPE (SheafHelperPool, sheaf_helper_pool, SHEAF, HELPER_POOL, GObject)

/**
 * sheaf_helper_pool_new:
 * @program: name of the helper, "sheaf-thumbnailer"
 * @helper_dir: (nullable): where it is; %NULL for $SHEAF_HELPER_DIR, else beside this
 *   program, else the installed place
 * @max_helpers: at most this many at once; 0 for one per core
 * @retire_seconds: an idle helper ends after this; 0 for 30
 */
SheafHelperPool *sheaf_helper_pool_new (const char *program,
                                        const char *helper_dir,
                                        guint max_helpers,
                                        guint retire_seconds);

/**
 * sheaf_helper_pool_run:
 * @progress: (nullable): called in this thread
 *
 * Does @job in a helper; blocks, waiting for a free one first.  From any thread, several at once.
 *
 * Returns: (transfer full) (nullable): the reply, or %NULL with @error set: the helper's own error,
 *   %SHEAF_ERROR_CRASHED where it died, %SHEAF_ERROR_TIMEOUT where it was killed over the job's
 * time limit, %G_IO_ERROR_CANCELLED
 */
SheafReply *sheaf_helper_pool_run (SheafHelperPool *self,
                                   SheafJob *job,
                                   SheafProgressFunc progress,
                                   gpointer progress_data,
                                   GCancellable *cancellable,
                                   GError **error);

/**
 * sheaf_helper_pool_get_n_running:
 *
 * Returns: how many helper processes live at this moment
 */
guint sheaf_helper_pool_get_n_running (SheafHelperPool *self);

/**
 * sheaf_helper_pool_shutdown:
 *
 * Ends every helper and waits for it; jobs under way end as cancelled.
 */
void sheaf_helper_pool_shutdown (SheafHelperPool *self);

G_END_DECLS
