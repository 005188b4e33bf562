/* request.c: one job on its way to its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The caller's cancellable is followed by one of our own, so that a time limit or a shutdown can
 * stop the work without touching what belongs to the caller. */
#include "config.h"

#include "app/exec/mailbox.h"
#include "app/exec/request.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#define PROGRESS_INTERVAL (G_USEC_PER_SEC / 10)

struct _SheafRequest
{
  gatomicrefcount refs;
  SheafJob *job;
  GCancellable *cancellable; /* ours */
  int completed;             /* (atomic) */

  /* The caller's */
  GCancellable *outer;
  SheafRequestCancelFunc on_cancel;
  gpointer cancel_data;
  SheafProgressFunc progress;
  gpointer progress_data;
  GTask *task; /* NULL for one that is waited for */

  GMutex mutex;
  GCond cond;
  SheafReply *reply;
  GError *error;
  gboolean answered; /* @reply or @error is there */
  gboolean delivered;
  gulong cancel_id;
  gint64 progress_at;
  guint64 done;
  guint64 total;
  gboolean progress_pending;
};

static SheafRequest *
request_new (SheafJob *job,
             GCancellable *outer,
             SheafRequestCancelFunc on_cancel,
             gpointer cancel_data)
{
  SheafRequest *self = g_new0 (SheafRequest, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->job = sheaf_job_ref (job);
  self->cancellable = g_cancellable_new ();
  self->progress_at = G_MININT64 / 2;
  self->on_cancel = on_cancel;
  self->cancel_data = cancel_data;
  if (outer != NULL)
    self->outer = g_object_ref (outer);
  return self;
}

SheafRequest *
sheaf_request_ref (SheafRequest *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
sheaf_request_unref (SheafRequest *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_object (&self->task); /* where its context ended before the answer came */
  sheaf_job_unref (self->job);
  g_object_unref (self->cancellable);
  g_clear_object (&self->outer);
  g_clear_pointer (&self->reply, sheaf_reply_unref);
  g_clear_error (&self->error);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

static void
on_outer_cancelled (GCancellable *outer, gpointer user_data)
{
  SheafRequest *self = user_data;

  g_cancellable_cancel (self->cancellable);
  self->on_cancel (self, self->cancel_data);
}

/* The request may be completed, and delivered in another thread, before this returns. */
static void
follow_outer (SheafRequest *self)
{
  gboolean late;
  gulong id;

  if (self->outer == NULL)
    return;
  id = g_cancellable_connect (self->outer, G_CALLBACK (on_outer_cancelled),
                              sheaf_request_ref (self), (GDestroyNotify) sheaf_request_unref);
  g_mutex_lock (&self->mutex);
  late = self->delivered;
  if (!late)
    self->cancel_id = id;
  g_mutex_unlock (&self->mutex);
  if (late)
    g_cancellable_disconnect (self->outer, id);
}

static void
set_delivered (SheafRequest *self)
{
  gulong id;

  g_mutex_lock (&self->mutex);
  self->delivered = TRUE;
  id = self->cancel_id;
  self->cancel_id = 0;
  g_mutex_unlock (&self->mutex);
  if (id != 0)
    g_cancellable_disconnect (self->outer, id);
}

SheafRequest *
sheaf_request_new (gpointer executor,
                   SheafJob *job,
                   SheafProgressFunc progress,
                   gpointer progress_data,
                   GCancellable *cancellable,
                   SheafRequestCancelFunc on_cancel,
                   gpointer cancel_data,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  SheafRequest *self = request_new (job, cancellable, on_cancel, cancel_data);

  self->progress = progress;
  self->progress_data = progress_data;
  self->task = g_task_new (executor, cancellable, callback, user_data);
  g_task_set_check_cancellable (self->task, FALSE);
  g_task_set_source_tag (self->task, sheaf_request_new);
  follow_outer (self);
  return self;
}

SheafRequest *
sheaf_request_new_blocking (SheafJob *job,
                            GCancellable *cancellable,
                            SheafRequestCancelFunc on_cancel,
                            gpointer cancel_data)
{
  SheafRequest *self = request_new (job, cancellable, on_cancel, cancel_data);

  follow_outer (self);
  return self;
}

SheafJob *
sheaf_request_get_job (SheafRequest *self)
{
  return self->job;
}

GCancellable *
sheaf_request_get_cancellable (SheafRequest *self)
{
  return self->cancellable;
}

void
sheaf_request_cancel (SheafRequest *self)
{
  g_cancellable_cancel (self->cancellable);
}

/* One mailbox for both, so that progress cannot overtake or outlive the answer. */
static void
post (SheafRequest *self, void (*func) (gpointer request))
{
  sheaf_mailbox_post (g_task_get_context (self->task), func, sheaf_request_ref (self),
                      (GDestroyNotify) sheaf_request_unref);
}

static void
deliver_progress (gpointer user_data)
{
  SheafRequest *self = user_data;
  guint64 done, total;
  gboolean delivered;

  g_mutex_lock (&self->mutex);
  self->progress_pending = FALSE;
  done = self->done;
  total = self->total;
  delivered = self->delivered;
  g_mutex_unlock (&self->mutex);

  if (!delivered)
    self->progress (done, total, self->progress_data);
}

void
sheaf_request_progress (guint64 done, guint64 total, gpointer request)
{
  SheafRequest *self = request;
  gint64 now = g_get_monotonic_time ();
  gboolean wanted;

  if (self->progress == NULL)
    return;

  /* Under the lock until it is attached: afterwards the task may be gone. */
  g_mutex_lock (&self->mutex);
  wanted = !self->answered && now - self->progress_at >= PROGRESS_INTERVAL;
  if (wanted)
    {
      self->progress_at = now;
      self->done = done;
      self->total = total;
      if (!self->progress_pending)
        post (self, deliver_progress);
      self->progress_pending = TRUE;
    }
  g_mutex_unlock (&self->mutex);
}

static void
deliver (gpointer user_data)
{
  SheafRequest *self = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  set_delivered (self);
  if (self->reply != NULL)
    g_task_return_pointer (task, g_steal_pointer (&self->reply),
                           (GDestroyNotify) sheaf_reply_unref);
  else
    g_task_return_error (task, g_steal_pointer (&self->error));
}

void
sheaf_request_complete (SheafRequest *self, SheafReply *reply, GError *error)
{
  g_assert ((reply != NULL) != (error != NULL));

  if (!g_atomic_int_compare_and_exchange (&self->completed, FALSE, TRUE))
    {
      g_clear_pointer (&reply, sheaf_reply_unref);
      g_clear_error (&error);
      return;
    }

  g_mutex_lock (&self->mutex);
  self->reply = reply;
  self->error = error;
  sheaf_error_normalize (&self->error);
  self->answered = TRUE;
  if (self->task != NULL)
    post (self, deliver);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

void
sheaf_request_complete_cancelled (SheafRequest *self)
{
  sheaf_request_complete (
      self, NULL, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("It was cancelled")));
}

SheafReply *
sheaf_request_wait (SheafRequest *self, GError **error)
{
  SheafReply *reply;

  g_assert (self->task == NULL);

  g_mutex_lock (&self->mutex);
  while (!self->answered)
    g_cond_wait (&self->cond, &self->mutex);
  reply = g_steal_pointer (&self->reply);
  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));
  g_mutex_unlock (&self->mutex);
  set_delivered (self);
  return reply;
}

SheafReply *
sheaf_request_finish (gpointer executor, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, executor), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
