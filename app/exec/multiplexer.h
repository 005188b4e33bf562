/* multiplexer.h: many jobs at once through one helper
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For verbs that one thread can do many of (fetch): one helper process, whose frames are told apart
 * by their ids.  When it dies, what was under way is done again in a new one: such jobs begin anew
 * with the descriptor they have. */
#pragma once

#include "app/exec/executor.h"

G_BEGIN_DECLS

typedef struct _SheafMultiplexer SheafMultiplexer;

/* @program: of the helper; @n_jobs: at most this many jobs at once. */
SheafMultiplexer *
sheaf_multiplexer_new (const char *program, const SheafExecutorOptions *options, guint n_jobs);

/* Cancels what is left, waits, and frees. */
void sheaf_multiplexer_free (SheafMultiplexer *self);

/* As the functions of #SheafExecutor; finish with sheaf_request_finish(). */
void sheaf_multiplexer_run_async (SheafMultiplexer *self,
                                  gpointer executor,
                                  SheafJob *job,
                                  SheafProgressFunc progress,
                                  gpointer progress_data,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
SheafReply *sheaf_multiplexer_run (SheafMultiplexer *self,
                                   SheafJob *job,
                                   GCancellable *cancellable,
                                   GError **error);
void sheaf_multiplexer_shutdown (SheafMultiplexer *self, gboolean cancel);

G_END_DECLS
