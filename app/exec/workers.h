/* workers.h: a number of threads that take jobs from one queue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the sequential, threads and processes executors have in common: jobs begin in the order they
 * were asked for, each in one of Sheaf's own threads; they differ in what a thread does with one.
 */
#pragma once

#include "app/work/job.h"

G_BEGIN_DECLS

typedef struct _SheafWorkers SheafWorkers;

/* Does @job in the calling thread, keeping the job's own time limit. */
typedef SheafReply *(*SheafWorkFunc) (SheafJob *job,
                                      SheafProgressFunc progress,
                                      gpointer progress_data,
                                      GCancellable *cancellable,
                                      gpointer user_data,
                                      GError **error);

SheafWorkers *sheaf_workers_new (guint n_workers, SheafWorkFunc func, gpointer user_data);

/* Cancels what is left, waits, and frees. */
void sheaf_workers_free (SheafWorkers *self);

/* As sheaf_executor_run_async(); finish with sheaf_request_finish(). */
void sheaf_workers_run_async (SheafWorkers *self,
                              gpointer executor,
                              SheafJob *job,
                              SheafProgressFunc progress,
                              gpointer progress_data,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

/* As sheaf_executor_run(); called by one of these workers, that worker does the job itself. */
SheafReply *
sheaf_workers_run (SheafWorkers *self, SheafJob *job, GCancellable *cancellable, GError **error);

/* As sheaf_executor_shutdown(). */
void sheaf_workers_shutdown (SheafWorkers *self, gboolean cancel);

guint sheaf_workers_get_n (SheafWorkers *self);

G_END_DECLS
