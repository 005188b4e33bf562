/* executor-async.c: many jobs at once in one thread of one helper
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The best way for what waits: one connection carries many transfers, and no thread stands about.
 * Work that cannot be done so, for want of a run_async(), is computing, and goes to helpers of one
 * job each, one per core. */
#include "config.h"

#include "app/exec/executor-async.h"

#include "app/exec/helper-pools.h"
#include "app/exec/multiplexer.h"
#include "app/exec/request.h"
#include "app/exec/workers.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

/* Within a few percent of the best on a fast network; where the server thinks long, more would be
 * better, and the one who asks (-j) knows. */
#define NETWORK_JOBS 32

#define SHEAF_TYPE_EXECUTOR_ASYNC (sheaf_executor_async_get_type ())
G_DECLARE_FINAL_TYPE (SheafExecutorAsync, sheaf_executor_async, SHEAF, EXECUTOR_ASYNC, GObject)

struct _SheafExecutorAsync
{
  GObject parent_instance;

  char *helper_dir;
  SheafExecutorOptions options;
  guint n_jobs;

  /* For verbs with a run_async(), one by helper program */
  GMutex mutex;
  GHashTable *multiplexers; /* (element-type utf8 SheafMultiplexer) */
  gboolean closed;

  /* For the others */
  SheafHelperPools *pools;
  SheafWorkers *workers;
};

static void executor_iface_init (SheafExecutorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SheafExecutorAsync,
                               sheaf_executor_async,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHEAF_TYPE_EXECUTOR, executor_iface_init))

/* The multiplexer for @job, or NULL where it belongs to the workers (who also refuse what nobody
 * knows). */
static SheafMultiplexer *
multiplexer_for (SheafExecutorAsync *self, SheafJob *job)
{
  const SheafVerb *verb = sheaf_verb_lookup (sheaf_verbs, job->verb, NULL);
  SheafMultiplexer *multiplexer;

  if (verb == NULL || verb->run_async == NULL || verb->helper == NULL)
    return NULL;

  g_mutex_lock (&self->mutex);
  multiplexer = g_hash_table_lookup (self->multiplexers, verb->helper);
  if (multiplexer == NULL && !self->closed)
    {
      multiplexer = sheaf_multiplexer_new (verb->helper, &self->options, self->n_jobs);
      g_hash_table_insert (self->multiplexers, g_strdup (verb->helper), multiplexer);
    }
  g_mutex_unlock (&self->mutex);
  return multiplexer;
}

static void
executor_async_run_async (SheafExecutor *executor,
                          SheafJob *job,
                          SheafProgressFunc progress,
                          gpointer progress_data,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  SheafExecutorAsync *self = SHEAF_EXECUTOR_ASYNC (executor);
  SheafMultiplexer *multiplexer = multiplexer_for (self, job);

  if (multiplexer != NULL)
    sheaf_multiplexer_run_async (multiplexer, self, job, progress, progress_data, cancellable,
                                 callback, user_data);
  else
    sheaf_workers_run_async (self->workers, self, job, progress, progress_data, cancellable,
                             callback, user_data);
}

static SheafReply *
executor_async_run (SheafExecutor *executor,
                    SheafJob *job,
                    GCancellable *cancellable,
                    GError **error)
{
  SheafExecutorAsync *self = SHEAF_EXECUTOR_ASYNC (executor);
  SheafMultiplexer *multiplexer = multiplexer_for (self, job);

  return multiplexer != NULL ? sheaf_multiplexer_run (multiplexer, job, cancellable, error)
                             : sheaf_workers_run (self->workers, job, cancellable, error);
}

static guint
executor_async_get_n_jobs (SheafExecutor *executor)
{
  return SHEAF_EXECUTOR_ASYNC (executor)->n_jobs;
}

static void
executor_async_shutdown (SheafExecutor *executor, gboolean cancel)
{
  SheafExecutorAsync *self = SHEAF_EXECUTOR_ASYNC (executor);
  g_autoptr (GList) all = NULL;

  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  all = g_hash_table_get_values (self->multiplexers);
  g_mutex_unlock (&self->mutex);

  for (GList *l = all; l != NULL; l = l->next)
    sheaf_multiplexer_shutdown (l->data, cancel);
  sheaf_workers_shutdown (self->workers, cancel);
  sheaf_helper_pools_shutdown (self->pools);
}

static void
executor_iface_init (SheafExecutorInterface *iface)
{
  iface->run_async = executor_async_run_async;
  iface->run = executor_async_run;
  iface->get_n_jobs = executor_async_get_n_jobs;
  iface->shutdown = executor_async_shutdown;
}

static void
sheaf_executor_async_finalize (GObject *object)
{
  SheafExecutorAsync *self = SHEAF_EXECUTOR_ASYNC (object);

  g_hash_table_unref (self->multiplexers);
  sheaf_workers_free (self->workers);
  sheaf_helper_pools_free (self->pools);
  g_mutex_clear (&self->mutex);
  g_free (self->helper_dir);
  G_OBJECT_CLASS (sheaf_executor_async_parent_class)->finalize (object);
}

static void
sheaf_executor_async_class_init (SheafExecutorAsyncClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_executor_async_finalize;
}

static void
sheaf_executor_async_init (SheafExecutorAsync *self)
{
  g_mutex_init (&self->mutex);
  self->multiplexers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                              (GDestroyNotify) sheaf_multiplexer_free);
}

SheafExecutor *
sheaf_executor_async_new (const SheafExecutorOptions *options, GError **error)
{
  SheafExecutorAsync *self = g_object_new (SHEAF_TYPE_EXECUTOR_ASYNC, NULL);
  guint n_cores = g_get_num_processors ();
  guint n_helpers;

  self->n_jobs = options->n_jobs;
  if (self->n_jobs == 0)
    self->n_jobs = options->kind & SHEAF_VERB_NETWORK ? NETWORK_JOBS : n_cores;
  n_helpers = MIN (self->n_jobs, n_cores);

  self->helper_dir = g_strdup (options->helper_dir);
  self->options = *options;
  self->options.helper_dir = self->helper_dir;
  self->options.broker = NULL;
  self->pools = sheaf_helper_pools_new (options, n_helpers);
  self->workers = sheaf_workers_new (n_helpers, sheaf_helper_pools_work, self->pools);
  return SHEAF_EXECUTOR (self);
}
