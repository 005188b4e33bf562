/* in-process.h: doing a job in the calling thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For the executors that work in Sheaf's own process.  Verbs that parse what strangers made are
 * the exception: whatever the executor, they run in a helper. */
#pragma once

#include "app/exec/executor.h"

G_BEGIN_DECLS

typedef struct _SheafInProcess SheafInProcess;

/* @n_workers: how many threads will call; as many helpers stand by for hostile input. */
SheafInProcess *sheaf_in_process_new (const SheafExecutorOptions *options, guint n_workers);
void sheaf_in_process_free (SheafInProcess *self);

/* Ends the helpers, if there are any. */
void sheaf_in_process_shutdown (SheafInProcess *self);

/* A SheafWorkFunc, with the #SheafInProcess as its data. */
SheafReply *sheaf_in_process_work (SheafJob *job,
                                   SheafProgressFunc progress,
                                   gpointer progress_data,
                                   GCancellable *cancellable,
                                   gpointer self,
                                   GError **error);

G_END_DECLS
