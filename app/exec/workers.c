/* workers.c: a number of threads that take jobs from one queue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The queue is ours and the GThreadPool is only fed tokens, "there is one more": so a job that is
 * cancelled while it waits is out of the queue at once, however busy the threads are. */
#include "config.h"

#include "app/exec/workers.h"

#include "app/exec/request.h"

#define PATIENCE 30 /* microseconds */

struct _SheafWorkers
{
  SheafWorkFunc func;
  gpointer func_data;
  guint n_workers;

  GMutex mutex;
  GCond ended;
  GThreadPool *pool;   /* NULL once shutdown took it */
  GQueue queue;        /* (element-type SheafRequest) (owned) */
  int n_queued;        /* (atomic): its length, for a look without the lock */
  guint n_awake;       /* workers that look at the queue before they sleep */
  GHashTable *links;   /* (element-type SheafRequest GList): where in @queue */
  GHashTable *running; /* (element-type SheafRequest) (owned) */
  gboolean closed;     /* takes no new jobs */
  gboolean cancelling; /* nor lets old ones begin */
  gboolean is_over;    /* the last thread has left */
};

/* The workers that the calling thread belongs to, for jobs that wait for jobs. */
static GPrivate current_workers;

static void
perform (SheafWorkers *self, SheafRequest *request)
{
  GCancellable *cancellable = sheaf_request_get_cancellable (request);
  gpointer outer = g_private_get (&current_workers);
  GError *error = NULL;
  SheafReply *reply = NULL;

  g_private_set (&current_workers, self);
  if (!g_cancellable_set_error_if_cancelled (cancellable, &error))
    reply = self->func (sheaf_request_get_job (request), sheaf_request_progress, request,
                        cancellable, self->func_data, &error);
  g_private_set (&current_workers, outer);
  sheaf_request_complete (request, reply, error);
}

static void
begin_running (SheafWorkers *self, SheafRequest *request)
{
  g_hash_table_add (self->running, sheaf_request_ref (request));
  if (self->cancelling)
    sheaf_request_cancel (request);
}

static void
end_running (SheafWorkers *self, SheafRequest *request)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_remove (self->running, request);
  g_mutex_unlock (&self->mutex);
}

/* Going to sleep and being woken costs more than a small job: where jobs come in quick succession,
 * a moment's patience is cheaper. */
static void
linger (SheafWorkers *self)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;

  while (g_atomic_int_get (&self->n_queued) == 0 && g_get_monotonic_time () < until)
    g_thread_yield ();
}

/* Under the lock. */
static SheafRequest *
next_request (SheafWorkers *self)
{
  SheafRequest *request = g_queue_pop_head (&self->queue);

  if (request != NULL)
    {
      g_atomic_int_add (&self->n_queued, -1);
      g_hash_table_remove (self->links, request);
      begin_running (self, request);
    }
  return request;
}

/* A token wakes a worker; once awake, it takes whatever there is. */
static void
work (gpointer token, gpointer user_data)
{
  SheafWorkers *self = user_data;

  g_mutex_lock (&self->mutex);
  for (gboolean patient = TRUE;;)
    {
      SheafRequest *request = next_request (self);

      if (request == NULL && !patient)
        break;
      patient = request != NULL;
      g_mutex_unlock (&self->mutex);
      if (request != NULL)
        perform (self, request);
      else
        linger (self);
      g_mutex_lock (&self->mutex);
      if (request != NULL)
        {
          g_hash_table_remove (self->running, request);
          sheaf_request_unref (request);
        }
    }
  self->n_awake--;
  g_mutex_unlock (&self->mutex);
}

SheafWorkers *
sheaf_workers_new (guint n_workers, SheafWorkFunc func, gpointer user_data)
{
  SheafWorkers *self;

  g_return_val_if_fail (n_workers > 0 && func != NULL, NULL);

  self = g_new0 (SheafWorkers, 1);
  self->func = func;
  self->func_data = user_data;
  self->n_workers = n_workers;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->ended);
  g_queue_init (&self->queue);
  self->links = g_hash_table_new (NULL, NULL);
  self->running = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) sheaf_request_unref, NULL);
  self->pool = g_thread_pool_new (work, self, n_workers, FALSE, NULL);
  return self;
}

void
sheaf_workers_free (SheafWorkers *self)
{
  sheaf_workers_shutdown (self, TRUE);
  g_assert (self->queue.length == 0);
  g_hash_table_unref (self->links);
  g_hash_table_unref (self->running);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->ended);
  g_free (self);
}

/* The caller left: what has not begun is over now, what runs was told through its cancellable. */
static void
on_cancel (SheafRequest *request, gpointer user_data)
{
  SheafWorkers *self = user_data;
  GList *link;

  g_mutex_lock (&self->mutex);
  link = g_hash_table_lookup (self->links, request);
  if (link != NULL)
    {
      g_hash_table_remove (self->links, request);
      g_queue_delete_link (&self->queue, link);
      g_atomic_int_add (&self->n_queued, -1);
    }
  g_mutex_unlock (&self->mutex);

  if (link != NULL)
    {
      sheaf_request_complete_cancelled (request);
      sheaf_request_unref (request);
    }
}

static void
push (SheafWorkers *self, SheafRequest *request)
{
  gboolean refused;

  /* A cancel either came before this, and is seen here, or will find the request in the queue. */
  g_mutex_lock (&self->mutex);
  refused = self->closed || g_cancellable_is_cancelled (sheaf_request_get_cancellable (request));
  if (!refused)
    {
      g_queue_push_tail (&self->queue, sheaf_request_ref (request));
      g_hash_table_insert (self->links, request, self->queue.tail);
      g_atomic_int_inc (&self->n_queued);
      if (self->n_awake < self->n_workers)
        {
          self->n_awake++;
          g_thread_pool_push (self->pool, GUINT_TO_POINTER (1), NULL);
        }
    }
  g_mutex_unlock (&self->mutex);

  if (refused)
    sheaf_request_complete_cancelled (request);
}

void
sheaf_workers_run_async (SheafWorkers *self,
                         gpointer executor,
                         SheafJob *job,
                         SheafProgressFunc progress,
                         gpointer progress_data,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (SheafRequest) request = sheaf_request_new (
      executor, job, progress, progress_data, cancellable, on_cancel, self, callback, user_data);

  push (self, request);
}

SheafReply *
sheaf_workers_run (SheafWorkers *self, SheafJob *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (SheafRequest) request = sheaf_request_new_blocking (job, cancellable, on_cancel, self);

  if (g_private_get (&current_workers) == self)
    {
      g_mutex_lock (&self->mutex);
      begin_running (self, request);
      g_mutex_unlock (&self->mutex);
      perform (self, request);
      end_running (self, request);
    }
  else
    push (self, request);
  return sheaf_request_wait (request, error);
}

void
sheaf_workers_shutdown (SheafWorkers *self, gboolean cancel)
{
  g_autoptr (GPtrArray) waiting
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_request_unref);
  g_autoptr (GPtrArray) running
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_request_unref);
  GThreadPool *pool;

  g_return_if_fail (g_private_get (&current_workers) != self);

  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  if (cancel)
    {
      GHashTableIter iter;
      gpointer request;

      self->cancelling = TRUE;
      while ((request = g_queue_pop_head (&self->queue)) != NULL)
        g_ptr_array_add (waiting, request);
      g_atomic_int_set (&self->n_queued, 0);
      g_hash_table_remove_all (self->links);
      g_hash_table_iter_init (&iter, self->running);
      while (g_hash_table_iter_next (&iter, &request, NULL))
        g_ptr_array_add (running, sheaf_request_ref (request));
    }
  pool = g_steal_pointer (&self->pool);
  g_mutex_unlock (&self->mutex);

  for (guint i = 0; i < waiting->len; i++)
    sheaf_request_complete_cancelled (waiting->pdata[i]);
  for (guint i = 0; i < running->len; i++)
    sheaf_request_cancel (running->pdata[i]);

  if (pool != NULL)
    g_thread_pool_free (pool, FALSE, TRUE);

  /* Two may shut down at once, or the second to cut short what the first waits for. */
  g_mutex_lock (&self->mutex);
  if (pool != NULL)
    {
      self->is_over = TRUE;
      g_cond_broadcast (&self->ended);
    }
  while (!self->is_over)
    g_cond_wait (&self->ended, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

guint
sheaf_workers_get_n (SheafWorkers *self)
{
  return self->n_workers;
}
