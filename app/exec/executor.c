/* executor.c: how jobs run: the interface, and running many
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sheaf_executor_map_async() lives wholly in its caller's context: results arrive there one by one,
 * so nothing in it needs a lock. */
#include "config.h"

#include "app/exec/executor.h"

#include "app/exec/request.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

G_DEFINE_INTERFACE (SheafExecutor, sheaf_executor, G_TYPE_OBJECT)

static void
sheaf_executor_default_init (SheafExecutorInterface *iface)
{
}

void
sheaf_executor_run_async (SheafExecutor *self,
                          SheafJob *job,
                          SheafProgressFunc progress,
                          gpointer progress_data,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (SHEAF_IS_EXECUTOR (self));
  g_return_if_fail (job != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  SHEAF_EXECUTOR_GET_IFACE (self)->run_async (self, job, progress, progress_data, cancellable,
                                              callback, user_data);
}

SheafReply *
sheaf_executor_run_finish (SheafExecutor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SHEAF_IS_EXECUTOR (self), NULL);

  return sheaf_request_finish (self, result, error);
}

SheafReply *
sheaf_executor_run (SheafExecutor *self, SheafJob *job, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (SHEAF_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (job != NULL, NULL);

  return SHEAF_EXECUTOR_GET_IFACE (self)->run (self, job, cancellable, error);
}

guint
sheaf_executor_get_n_jobs (SheafExecutor *self)
{
  g_return_val_if_fail (SHEAF_IS_EXECUTOR (self), 1);

  return SHEAF_EXECUTOR_GET_IFACE (self)->get_n_jobs (self);
}

char *
sheaf_executor_dup_trouble (SheafExecutor *self)
{
  SheafExecutorInterface *iface;

  g_return_val_if_fail (SHEAF_IS_EXECUTOR (self), NULL);

  iface = SHEAF_EXECUTOR_GET_IFACE (self);
  return iface->dup_trouble != NULL ? iface->dup_trouble (self) : NULL;
}

void
sheaf_executor_shutdown (SheafExecutor *self, gboolean cancel)
{
  g_return_if_fail (SHEAF_IS_EXECUTOR (self));

  SHEAF_EXECUTOR_GET_IFACE (self)->shutdown (self, cancel);
}

typedef struct
{
  GPtrArray *results; /* (element-type SheafResult) */
  guint n_left;
  SheafResultFunc completed;
  gpointer completed_data;
  GCancellable *outer; /* the caller's */
  gulong cancel_id;
  GCancellable *cancellable; /* of every job */
  GSource *timeout;
  gboolean timed_out;
} Map;

typedef struct
{
  GTask *task;
  guint index;
} MapJob;

static void
result_free (gpointer data)
{
  SheafResult *result = data;

  g_clear_pointer (&result->reply, sheaf_reply_unref);
  g_clear_error (&result->error);
  g_free (result);
}

static void
map_free (gpointer data)
{
  Map *map = data;

  g_clear_pointer (&map->results, g_ptr_array_unref);
  g_clear_object (&map->outer);
  g_clear_object (&map->cancellable);
  g_clear_pointer (&map->timeout, g_source_unref);
  g_free (map);
}

static void
map_end (GTask *task)
{
  Map *map = g_task_get_task_data (task);

  g_cancellable_disconnect (map->outer, map->cancel_id);
  if (map->timeout != NULL)
    g_source_destroy (map->timeout);
  g_task_return_pointer (task, g_steal_pointer (&map->results), (GDestroyNotify) g_ptr_array_unref);
}

static void
on_job_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree MapJob *job = user_data;
  g_autoptr (GTask) task = job->task;
  Map *map = g_task_get_task_data (task);
  SheafResult *slot = map->results->pdata[job->index];

  slot->reply = sheaf_executor_run_finish (SHEAF_EXECUTOR (source), result, &slot->error);
  if (map->timed_out && g_error_matches (slot->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&slot->error);
      slot->error = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_TIMEOUT,
                                         _ ("The time for the whole batch was over"));
    }
  if (map->completed != NULL)
    map->completed (job->index, slot->reply, slot->error, map->completed_data);
  if (--map->n_left == 0)
    map_end (task);
}

static gboolean
on_map_timeout (gpointer user_data)
{
  Map *map = user_data;

  map->timed_out = TRUE;
  g_cancellable_cancel (map->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_map_cancelled (GCancellable *outer, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

void
sheaf_executor_map_async (SheafExecutor *self,
                          GPtrArray *jobs,
                          guint timeout_ms,
                          SheafResultFunc completed,
                          gpointer completed_data,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Map *map;

  g_return_if_fail (SHEAF_IS_EXECUTOR (self));
  g_return_if_fail (jobs != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_executor_map_async);
  g_task_set_check_cancellable (task, FALSE);
  map = g_new0 (Map, 1);
  map->results = g_ptr_array_new_full (jobs->len, result_free);
  map->n_left = jobs->len;
  map->completed = completed;
  map->completed_data = completed_data;
  map->cancellable = g_cancellable_new ();
  g_task_set_task_data (task, map, map_free);
  for (guint i = 0; i < jobs->len; i++)
    g_ptr_array_add (map->results, g_new0 (SheafResult, 1));

  if (jobs->len == 0)
    {
      map_end (task);
      return;
    }

  if (cancellable != NULL)
    {
      map->outer = g_object_ref (cancellable);
      map->cancel_id = g_cancellable_connect (cancellable, G_CALLBACK (on_map_cancelled),
                                              g_object_ref (map->cancellable), g_object_unref);
    }
  if (timeout_ms > 0)
    {
      map->timeout = g_timeout_source_new (timeout_ms);
      g_source_set_callback (map->timeout, on_map_timeout, map, NULL);
      g_source_attach (map->timeout, g_task_get_context (task));
    }
  for (guint i = 0; i < jobs->len; i++)
    {
      MapJob *job = g_new (MapJob, 1);

      *job = (MapJob){ g_object_ref (task), i };
      sheaf_executor_run_async (self, jobs->pdata[i], NULL, NULL, map->cancellable, on_job_ready,
                                job);
    }
}

GPtrArray *
sheaf_executor_map_finish (SheafExecutor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
