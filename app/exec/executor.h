/* executor.h: how jobs run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An executor takes jobs and completes them under one way of working: one after another, in
 * threads, in helper processes, asynchronously in one thread of a helper, or on other machines
 * through a queue.  What is done is the verb's business, when is the caller's; this is only how.
 *
 * Everything here may be called from any thread.  Results, progress and callbacks arrive in the
 * thread-default main context of the caller, always asynchronously, exactly once per job. */
#pragma once

#include "app/work/verb.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_EXECUTOR (sheaf_executor_get_type ())
G_DECLARE_INTERFACE (SheafExecutor, sheaf_executor, SHEAF, EXECUTOR, GObject)

/* run_async() answers through a SheafRequest (request.h). */
struct _SheafExecutorInterface
{
  GTypeInterface parent_iface;

  void (*run_async) (SheafExecutor *self,
                     SheafJob *job,
                     SheafProgressFunc progress,
                     gpointer progress_data,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data);
  SheafReply *(*run) (SheafExecutor *self,
                      SheafJob *job,
                      GCancellable *cancellable,
                      GError **error);
  guint (*get_n_jobs) (SheafExecutor *self);
  char *(*dup_trouble) (SheafExecutor *self); /* may be left out */
  void (*shutdown) (SheafExecutor *self, gboolean cancel);
};

/**
 * sheaf_executor_run_async:
 * @progress: (nullable): called in the caller's context while the job runs, never after @callback
 * @cancellable: (nullable): a job that has not begun is dropped, one that runs is stopped
 *
 * Queues @job; jobs begin in the order they were queued.  The job's own time limit counts from
 * when it begins and ends it with %SHEAF_ERROR_TIMEOUT.
 */
void sheaf_executor_run_async (SheafExecutor *self,
                               SheafJob *job,
                               SheafProgressFunc progress,
                               gpointer progress_data,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

/**
 * sheaf_executor_run_finish:
 *
 * Returns: (transfer full) (nullable): the reply, or %NULL with @error set: %G_IO_ERROR_CANCELLED,
 *   or a #SheafError (%SHEAF_ERROR_CRASHED where a helper died over it)
 */
SheafReply *sheaf_executor_run_finish (SheafExecutor *self, GAsyncResult *result, GError **error);

/**
 * sheaf_executor_run:
 *
 * The same, blocking.  A job that calls this on the executor it runs under does not deadlock, even
 * when every worker is taken: its own worker does the inner job.
 *
 * Returns: (transfer full) (nullable): as sheaf_executor_run_finish()
 */
SheafReply *
sheaf_executor_run (SheafExecutor *self, SheafJob *job, GCancellable *cancellable, GError **error);

/**
 * SheafResultFunc:
 * @index: place of the job in what was asked
 * @reply: (transfer none) (nullable): its reply, or
 * @error: (transfer none) (nullable): why there is none
 */
typedef void (*SheafResultFunc) (guint index,
                                 SheafReply *reply,
                                 const GError *error,
                                 gpointer user_data);

/**
 * SheafResult:
 * @reply: (nullable): the reply, or
 * @error: (nullable): why there is none
 */
typedef struct
{
  SheafReply *reply;
  GError *error;
} SheafResult;

/**
 * sheaf_executor_map_async:
 * @jobs: (element-type SheafJob): what to do
 * @timeout_ms: limit for all of it; what is not done by then fails with %SHEAF_ERROR_TIMEOUT; 0 for
 *   none
 * @completed: (nullable): called for each job as it completes, in any order
 * @callback: called when every job has its result
 *
 * Runs many jobs.  One job's failure is its own result and stops nothing.
 */
void sheaf_executor_map_async (SheafExecutor *self,
                               GPtrArray *jobs,
                               guint timeout_ms,
                               SheafResultFunc completed,
                               gpointer completed_data,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

/**
 * sheaf_executor_map_finish:
 *
 * Returns: (transfer full) (element-type SheafResult): one result a job, in the order asked; never
 *   %NULL: cancelled jobs have %G_IO_ERROR_CANCELLED as their result
 */
GPtrArray *sheaf_executor_map_finish (SheafExecutor *self, GAsyncResult *result, GError **error);

/**
 * sheaf_executor_get_n_jobs:
 *
 * Returns: how many jobs it does at once; what a caller should keep in flight
 */
guint sheaf_executor_get_n_jobs (SheafExecutor *self);

/**
 * sheaf_executor_dup_trouble:
 *
 * Jobs of an executor may have to wait for something that others must do.  Then this says so.
 *
 * Returns: (transfer full) (nullable): one or two sentences for a person: why nothing goes on at
 *   present, and what to do about it; %NULL where all is well
 */
char *sheaf_executor_dup_trouble (SheafExecutor *self);

/**
 * sheaf_executor_shutdown:
 * @cancel: whether what is queued and running is cancelled; else it is waited for
 *
 * Blocks until no worker runs any more.  Jobs asked for afterwards fail with %G_IO_ERROR_CANCELLED.
 * Results of jobs that ended here are still delivered in their contexts.  Dropping the last
 * reference does the same with @cancel.
 */
void sheaf_executor_shutdown (SheafExecutor *self, gboolean cancel);

/**
 * SheafExecutorOptions:
 * @n_jobs: how many at once; 0 for the default of the executor and the kind of work
 * @kind: what it will mainly be used for; decides the default number
 * @helper_dir: (nullable): where the helper programs are; %NULL for the usual place
 * @broker: (nullable): redis:// or rediss:// address, for "queue"
 * @retire_seconds: idle helpers end after this; 0 for the default of 30
 */
typedef struct
{
  guint n_jobs;
  SheafVerbFlags kind;
  const char *helper_dir;
  const char *broker;
  guint retire_seconds;
} SheafExecutorOptions;

/**
 * SheafExecutorType:
 * @nick: what the command line and the settings call it
 * @title: (translatable): what a person reads
 * @description: (translatable): one sentence: what it does and what it is good for
 * @create: makes one; may fail ("queue" without a broker)
 */
typedef struct
{
  const char *nick;
  const char *title;
  const char *description;
  SheafExecutor *(*create) (const SheafExecutorOptions *options, GError **error);
} SheafExecutorType;

/* Every executor of this build, "sequential" first; ends with a row without a nick. */
extern const SheafExecutorType sheaf_executor_types[];

/**
 * sheaf_executor_create:
 * @nick: "sequential", "threads", "processes", "async", "queue"
 *
 * Returns: (transfer full) (nullable): a new executor, or %NULL with @error set (an unknown nick is
 *   %SHEAF_ERROR_USAGE and the message lists the known ones)
 */
SheafExecutor *
sheaf_executor_create (const char *nick, const SheafExecutorOptions *options, GError **error);

G_END_DECLS
