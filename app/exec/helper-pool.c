/* helper-pool.c: helper processes kept at hand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The helper used last is used next, so that those too many grow old; a thread that does nothing
 * else ends them.  After some helpers in a row that answered nothing, starting another waits. */
#include "config.h"

#include "app/exec/helper-pool.h"

#include "app/exec/helper.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#define DEFAULT_RETIRE_SECONDS 30
#define FREE_CRASHES           2 /* in a row, before back-off begins */
#define FIRST_PAUSE            (G_USEC_PER_SEC / 20)
#define LONGEST_PAUSE          G_USEC_PER_SEC

typedef struct
{
  SheafHelper *helper;
  gint64 since;
} Idle;

struct _SheafHelperPool
{
  GObject parent_instance;

  char *program;
  char *helper_dir;
  guint max_helpers;
  gint64 retire_after;

  GMutex mutex;
  GCond changed;      /* a helper came free, or there is room for one, or all is over */
  GCond keeper_wakes; /* there is an idle helper for the keeper to see to */
  GQueue idle;        /* (element-type Idle) (owned): longest idle first */
  guint n_helpers;    /* those busy, starting and ending included */
  guint n_running;    /* jobs under way */
  guint n_crashes;    /* in a row */
  gint64 not_before;  /* no start before this time */
  GThread *keeper;
  gboolean keeper_sleeps; /* without end: it knows of nothing that will grow old */
  GCancellable *closing;
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (SheafHelperPool, sheaf_helper_pool, G_TYPE_OBJECT)

static void
end_idle (GQueue *idle)
{
  Idle *one;

  for (GList *l = idle->head; l != NULL; l = l->next)
    sheaf_helper_hang_up (((Idle *) l->data)->helper);
  while ((one = g_queue_pop_head (idle)) != NULL)
    {
      sheaf_helper_free (one->helper);
      g_free (one);
    }
}

/* Ends helpers that were idle for too long.  Holds no reference: shutdown waits for it. */
static gpointer
keep (gpointer data)
{
  SheafHelperPool *self = data;

  g_mutex_lock (&self->mutex);
  while (!self->closed)
    {
      GQueue old = G_QUEUE_INIT;
      Idle *first = g_queue_peek_head (&self->idle);
      guint n_old;

      if (first == NULL)
        {
          self->keeper_sleeps = TRUE;
          g_cond_wait (&self->keeper_wakes, &self->mutex);
          self->keeper_sleeps = FALSE;
          continue;
        }
      if (g_get_monotonic_time () < first->since + self->retire_after)
        {
          g_cond_wait_until (&self->keeper_wakes, &self->mutex, first->since + self->retire_after);
          continue;
        }

      g_queue_push_tail (&old, g_queue_pop_head (&self->idle));
      n_old = old.length;
      g_mutex_unlock (&self->mutex);
      end_idle (&old);
      g_mutex_lock (&self->mutex);
      self->n_helpers -= n_old;
      g_cond_broadcast (&self->changed);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

void
sheaf_helper_pool_shutdown (SheafHelperPool *self)
{
  g_autoptr (GThread) keeper = NULL;
  GQueue idle;
  guint n_idle;

  g_return_if_fail (SHEAF_IS_HELPER_POOL (self));

  g_cancellable_cancel (self->closing);
  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  g_cond_broadcast (&self->changed);
  g_cond_broadcast (&self->keeper_wakes);
  while (self->n_running > 0)
    g_cond_wait (&self->changed, &self->mutex);
  keeper = g_steal_pointer (&self->keeper);
  idle = self->idle;
  n_idle = idle.length;
  g_queue_init (&self->idle);
  g_mutex_unlock (&self->mutex);

  end_idle (&idle);
  if (keeper != NULL)
    g_thread_join (g_steal_pointer (&keeper));
  g_mutex_lock (&self->mutex);
  self->n_helpers -= n_idle;
  g_mutex_unlock (&self->mutex);
}

static void
sheaf_helper_pool_finalize (GObject *object)
{
  SheafHelperPool *self = SHEAF_HELPER_POOL (object);

  sheaf_helper_pool_shutdown (self);
  g_assert (self->n_helpers == 0);
  g_free (self->program);
  g_free (self->helper_dir);
  g_object_unref (self->closing);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_cond_clear (&self->keeper_wakes);
  G_OBJECT_CLASS (sheaf_helper_pool_parent_class)->finalize (object);
}

static void
sheaf_helper_pool_class_init (SheafHelperPoolClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_helper_pool_finalize;
}

static void
sheaf_helper_pool_init (SheafHelperPool *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  g_cond_init (&self->keeper_wakes);
  g_queue_init (&self->idle);
  self->closing = g_cancellable_new ();
}

SheafHelperPool *
sheaf_helper_pool_new (const char *program,
                       const char *helper_dir,
                       guint max_helpers,
                       guint retire_seconds)
{
  SheafHelperPool *self;

  g_return_val_if_fail (program != NULL, NULL);

  self = g_object_new (SHEAF_TYPE_HELPER_POOL, NULL);
  self->program = g_strdup (program);
  self->helper_dir = g_strdup (helper_dir);
  self->max_helpers = max_helpers > 0 ? max_helpers : g_get_num_processors ();
  self->retire_after
      = (retire_seconds > 0 ? retire_seconds : DEFAULT_RETIRE_SECONDS) * G_TIME_SPAN_SECOND;
  return self;
}

static void
on_waiter_cancelled (GCancellable *cancellable, gpointer user_data)
{
  SheafHelperPool *self = user_data;

  g_mutex_lock (&self->mutex);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

/* Under the lock: an idle helper, or NULL once there is room to start one, or NULL with @error set.
 */
static SheafHelper *
wait_for_turn (SheafHelperPool *self, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      Idle *idle;

      if (self->closed || g_cancellable_is_cancelled (cancellable))
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("It was cancelled"));
          return NULL;
        }

      idle = g_queue_pop_tail (&self->idle);
      if (idle != NULL)
        {
          SheafHelper *helper = idle->helper;

          g_free (idle);
          return helper;
        }
      if (self->n_helpers >= self->max_helpers)
        g_cond_wait (&self->changed, &self->mutex);
      else if (g_get_monotonic_time () < self->not_before)
        g_cond_wait_until (&self->changed, &self->mutex, self->not_before);
      else
        return NULL;
    }
}

/* Under the lock. */
static void
note_crash (SheafHelperPool *self)
{
  self->n_crashes++;
  if (self->n_crashes > FREE_CRASHES)
    {
      guint doublings = MIN (self->n_crashes - FREE_CRASHES - 1, 8);

      self->not_before
          = g_get_monotonic_time () + MIN ((gint64) FIRST_PAUSE << doublings, LONGEST_PAUSE);
    }
}

static SheafHelper *
acquire (SheafHelperPool *self, GCancellable *cancellable, GError **error)
{
  SheafHelper *helper = NULL;

  for (;;)
    {
      g_autoptr (GError) local_error = NULL;

      g_mutex_lock (&self->mutex);
      helper = wait_for_turn (self, cancellable, &local_error);
      if (helper == NULL && local_error == NULL)
        self->n_helpers++;
      g_mutex_unlock (&self->mutex);

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (helper == NULL)
        helper = sheaf_helper_start (self->program, self->helper_dir, &local_error);
      else if (!sheaf_helper_is_well (helper))
        {
          /* It died in its sleep: that is nobody's job's fault. */
          sheaf_helper_kill (helper);
          g_clear_pointer (&helper, sheaf_helper_free);
        }
      if (helper != NULL)
        return helper;

      g_mutex_lock (&self->mutex);
      self->n_helpers--;
      /* A program that is not there spares nobody by waiting. */
      if (!g_error_matches (local_error, SHEAF_ERROR, SHEAF_ERROR_NO_HELPER))
        note_crash (self);
      g_cond_broadcast (&self->changed);
      g_mutex_unlock (&self->mutex);
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
    }
}

static void
release (SheafHelperPool *self, SheafHelper *helper, SheafHelperState state)
{
  if (state != SHEAF_HELPER_FINE)
    g_clear_pointer (&helper, sheaf_helper_free);

  g_mutex_lock (&self->mutex);
  if (helper == NULL)
    {
      self->n_helpers--;
      if (state == SHEAF_HELPER_BROKEN)
        note_crash (self);
    }
  else
    {
      Idle *idle = g_new (Idle, 1);

      *idle = (Idle){ helper, g_get_monotonic_time () };
      self->n_crashes = 0;
      g_queue_push_tail (&self->idle, idle);
      if (self->keeper == NULL && !self->closed)
        self->keeper = g_thread_new ("helper-keeper", keep, self);
      else if (self->keeper_sleeps)
        g_cond_signal (&self->keeper_wakes);
    }
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

SheafReply *
sheaf_helper_pool_run (SheafHelperPool *self,
                       SheafJob *job,
                       SheafProgressFunc progress,
                       gpointer progress_data,
                       GCancellable *cancellable,
                       GError **error)
{
  SheafHelper *helper;
  SheafHelperState state = SHEAF_HELPER_FINE;
  SheafReply *reply = NULL;
  gulong cancel_id = 0;

  g_return_val_if_fail (SHEAF_IS_HELPER_POOL (self) && job != NULL, NULL);

  g_mutex_lock (&self->mutex);
  self->n_running++;
  g_mutex_unlock (&self->mutex);

  if (cancellable != NULL)
    cancel_id = g_cancellable_connect (cancellable, G_CALLBACK (on_waiter_cancelled), self, NULL);
  helper = acquire (self, cancellable, error);
  g_cancellable_disconnect (cancellable, cancel_id);

  if (helper != NULL)
    {
      reply = sheaf_helper_run (helper, job, progress, progress_data, cancellable, self->closing,
                                &state, error);
      release (self, helper, state);
    }

  g_mutex_lock (&self->mutex);
  self->n_running--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
  return reply;
}

guint
sheaf_helper_pool_get_n_running (SheafHelperPool *self)
{
  guint n;

  g_return_val_if_fail (SHEAF_IS_HELPER_POOL (self), 0);

  g_mutex_lock (&self->mutex);
  n = self->n_helpers;
  g_mutex_unlock (&self->mutex);
  return n;
}
