/* helper-pools.h: one pool of helpers for each program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Executors name a verb; which program serves it, and which class of that program, is decided
 * here.  A helper that meets a picture for which it lacks the loader, or the freedom the loader
 * needs, replies "needs-loaders" or "needs-pixbuf"; that class of helper then does the job. */
#pragma once

#include "app/exec/executor.h"

G_BEGIN_DECLS

typedef struct _SheafHelperPools SheafHelperPools;

/* @n_helpers: at most this many of each program at once. */
SheafHelperPools *sheaf_helper_pools_new (const SheafExecutorOptions *options, guint n_helpers);

/* Ends every helper, waits, and frees. */
void sheaf_helper_pools_free (SheafHelperPools *self);

/* Ends every helper and waits; the pools can be used no more. */
void sheaf_helper_pools_shutdown (SheafHelperPools *self);

/* Does @job of @verb in a helper; blocks.  From any thread. */
SheafReply *sheaf_helper_pools_run (SheafHelperPools *self,
                                    const SheafVerb *verb,
                                    SheafJob *job,
                                    SheafProgressFunc progress,
                                    gpointer progress_data,
                                    GCancellable *cancellable,
                                    GError **error);

/* A SheafWorkFunc on these pools, for any verb of the table. */
SheafReply *sheaf_helper_pools_work (SheafJob *job,
                                     SheafProgressFunc progress,
                                     gpointer progress_data,
                                     GCancellable *cancellable,
                                     gpointer pools,
                                     GError **error);

G_END_DECLS
