/* request.h: one job on its way to its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every executor needs and nobody should write twice: a request completes exactly once, from
 * whatever thread, and its caller hears of it in its own context.  Workers never return a GTask
 * themselves: they would drop the last reference to the executor inside one of its own threads. */
#pragma once

#include "app/work/job.h"

G_BEGIN_DECLS

typedef struct _SheafRequest SheafRequest;

/* The caller no longer wants @request; called once at most, in the thread that cancelled, or in
 * sheaf_request_new() itself.  The request's own cancellable is triggered already. */
typedef void (*SheafRequestCancelFunc) (SheafRequest *request, gpointer user_data);

/**
 * sheaf_request_new:
 * @executor: source object of the result
 * @on_cancel: takes the request out of a queue, if it is still there
 *
 * A request whose answer goes to @callback in the caller's thread-default main context.
 */
SheafRequest *sheaf_request_new (gpointer executor,
                                 SheafJob *job,
                                 SheafProgressFunc progress,
                                 gpointer progress_data,
                                 GCancellable *cancellable,
                                 SheafRequestCancelFunc on_cancel,
                                 gpointer cancel_data,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/* A request that somebody waits for with sheaf_request_wait(). */
SheafRequest *sheaf_request_new_blocking (SheafJob *job,
                                          GCancellable *cancellable,
                                          SheafRequestCancelFunc on_cancel,
                                          gpointer cancel_data);

SheafRequest *sheaf_request_ref (SheafRequest *self);
void sheaf_request_unref (SheafRequest *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafRequest, sheaf_request_unref)

SheafJob *sheaf_request_get_job (SheafRequest *self);

/* Triggered by the caller's cancellable and by sheaf_request_cancel(); what the work watches. */
GCancellable *sheaf_request_get_cancellable (SheafRequest *self);

/* Stops the work, not the request: it still completes. */
void sheaf_request_cancel (SheafRequest *self);

/* A SheafProgressFunc: hands progress on to the caller's context, at most ten times a second. */
void sheaf_request_progress (guint64 done, guint64 total, gpointer request);

/**
 * sheaf_request_complete:
 * @reply: (transfer full) (nullable): the reply, or
 * @error: (transfer full) (nullable): why there is none
 *
 * Completes @self, from any thread.  A second time nothing happens.
 */
void sheaf_request_complete (SheafRequest *self, SheafReply *reply, GError *error);

/* Completes @self as cancelled. */
void sheaf_request_complete_cancelled (SheafRequest *self);

/* Waits for a request of sheaf_request_new_blocking(). */
SheafReply *sheaf_request_wait (SheafRequest *self, GError **error);

/* What an executor's run_finish() does. */
SheafReply *sheaf_request_finish (gpointer executor, GAsyncResult *result, GError **error);

G_END_DECLS
