/* executor-pooled.c: an executor made of workers and what they do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/exec/executor-pooled.h"

#include "app/exec/helper-pools.h"
#include "app/exec/in-process.h"
#include "app/exec/request.h"

struct _SheafExecutorPooled
{
  GObject parent_instance;

  SheafWorkers *workers;

  /* One of them */
  SheafInProcess *in_process;
  SheafHelperPools *pools;
};

static void executor_iface_init (SheafExecutorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SheafExecutorPooled,
                               sheaf_executor_pooled,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHEAF_TYPE_EXECUTOR, executor_iface_init))

static void
executor_pooled_run_async (SheafExecutor *executor,
                           SheafJob *job,
                           SheafProgressFunc progress,
                           gpointer progress_data,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  SheafExecutorPooled *self = SHEAF_EXECUTOR_POOLED (executor);

  sheaf_workers_run_async (self->workers, self, job, progress, progress_data, cancellable, callback,
                           user_data);
}

static SheafReply *
executor_pooled_run (SheafExecutor *executor,
                     SheafJob *job,
                     GCancellable *cancellable,
                     GError **error)
{
  SheafExecutorPooled *self = SHEAF_EXECUTOR_POOLED (executor);

  return sheaf_workers_run (self->workers, job, cancellable, error);
}

static guint
executor_pooled_get_n_jobs (SheafExecutor *executor)
{
  return sheaf_workers_get_n (SHEAF_EXECUTOR_POOLED (executor)->workers);
}

static void
executor_pooled_shutdown (SheafExecutor *executor, gboolean cancel)
{
  SheafExecutorPooled *self = SHEAF_EXECUTOR_POOLED (executor);

  sheaf_workers_shutdown (self->workers, cancel);
  if (self->in_process != NULL)
    sheaf_in_process_shutdown (self->in_process);
  if (self->pools != NULL)
    sheaf_helper_pools_shutdown (self->pools);
}

static void
executor_iface_init (SheafExecutorInterface *iface)
{
  iface->run_async = executor_pooled_run_async;
  iface->run = executor_pooled_run;
  iface->get_n_jobs = executor_pooled_get_n_jobs;
  iface->shutdown = executor_pooled_shutdown;
}

static void
sheaf_executor_pooled_finalize (GObject *object)
{
  SheafExecutorPooled *self = SHEAF_EXECUTOR_POOLED (object);

  sheaf_workers_free (self->workers);
  g_clear_pointer (&self->in_process, sheaf_in_process_free);
  g_clear_pointer (&self->pools, sheaf_helper_pools_free);
  G_OBJECT_CLASS (sheaf_executor_pooled_parent_class)->finalize (object);
}

static void
sheaf_executor_pooled_class_init (SheafExecutorPooledClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_executor_pooled_finalize;
}

static void
sheaf_executor_pooled_init (SheafExecutorPooled *self)
{
}

SheafExecutor *
sheaf_executor_pooled_new_in_process (const SheafExecutorOptions *options, guint n_jobs)
{
  SheafExecutorPooled *self = g_object_new (SHEAF_TYPE_EXECUTOR_POOLED, NULL);

  self->in_process = sheaf_in_process_new (options, n_jobs);
  self->workers = sheaf_workers_new (n_jobs, sheaf_in_process_work, self->in_process);
  return SHEAF_EXECUTOR (self);
}

SheafExecutor *
sheaf_executor_pooled_new_helpers (const SheafExecutorOptions *options, guint n_jobs)
{
  SheafExecutorPooled *self = g_object_new (SHEAF_TYPE_EXECUTOR_POOLED, NULL);

  self->pools = sheaf_helper_pools_new (options, n_jobs);
  self->workers = sheaf_workers_new (n_jobs, sheaf_helper_pools_work, self->pools);
  return SHEAF_EXECUTOR (self);
}
