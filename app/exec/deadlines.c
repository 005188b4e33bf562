/* deadlines.c: one thread that watches the clock for others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/exec/deadlines.h"

typedef struct
{
  guint64 id;
  gint64 at;
  GCancellable *cancellable;
} Deadline;

struct _SheafDeadlines
{
  GMutex mutex;
  GCond changed;
  GSequence *waiting; /* (element-type Deadline): soonest first */
  guint64 last_id;
  GThread *thread; /* made with the first deadline */
  gboolean closed;
};

static void
deadline_free (gpointer data)
{
  Deadline *deadline = data;

  g_object_unref (deadline->cancellable);
  g_free (deadline);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Deadline *one = a, *other = b;

  return one->at < other->at ? -1 : one->at > other->at;
}

static gpointer
watch (gpointer data)
{
  SheafDeadlines *self = data;

  g_mutex_lock (&self->mutex);
  while (!self->closed)
    {
      GSequenceIter *first = g_sequence_get_begin_iter (self->waiting);
      g_autoptr (GCancellable) over = NULL;
      Deadline *deadline;

      if (g_sequence_iter_is_end (first))
        {
          g_cond_wait (&self->changed, &self->mutex);
          continue;
        }
      deadline = g_sequence_get (first);
      if (g_get_monotonic_time () < deadline->at)
        {
          g_cond_wait_until (&self->changed, &self->mutex, deadline->at);
          continue;
        }

      over = g_object_ref (deadline->cancellable);
      g_sequence_remove (first);
      g_mutex_unlock (&self->mutex);
      g_cancellable_cancel (over);
      g_mutex_lock (&self->mutex);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

SheafDeadlines *
sheaf_deadlines_new (void)
{
  SheafDeadlines *self = g_new0 (SheafDeadlines, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->waiting = g_sequence_new (deadline_free);
  return self;
}

void
sheaf_deadlines_free (SheafDeadlines *self)
{
  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_sequence_free (self->waiting);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
}

guint64
sheaf_deadlines_add (SheafDeadlines *self, guint timeout_ms, GCancellable *cancellable)
{
  Deadline *deadline = g_new (Deadline, 1);
  guint64 id;

  g_mutex_lock (&self->mutex);
  id = ++self->last_id;
  *deadline = (Deadline){ id, g_get_monotonic_time () + timeout_ms * G_TIME_SPAN_MILLISECOND,
                          g_object_ref (cancellable) };
  g_sequence_insert_sorted (self->waiting, deadline, compare, NULL);
  if (self->thread == NULL)
    self->thread = g_thread_new ("deadlines", watch, self);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->mutex);
  return id;
}

gboolean
sheaf_deadlines_remove (SheafDeadlines *self, guint64 id)
{
  gboolean over = TRUE;

  g_mutex_lock (&self->mutex);
  for (GSequenceIter *iter = g_sequence_get_begin_iter (self->waiting);
       !g_sequence_iter_is_end (iter); iter = g_sequence_iter_next (iter))
    {
      Deadline *deadline = g_sequence_get (iter);

      if (deadline->id == id)
        {
          g_sequence_remove (iter);
          over = FALSE;
          break;
        }
    }
  g_mutex_unlock (&self->mutex);
  return over;
}
