/* quota-gate.c: nobody asks a service once its quota is used up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The record is on a disk, and others may have it open: it is looked at in a thread of its own, one
 * thing after another.  Who wants to ask stands in a queue, of which the head is decided. */
#include "config.h"

#include "app/gallery/quota-gate.h"

#include "app/gallery/quota-ledger.h"
#include "app/work/error.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* How often it is looked whether another program got its answer. */
#define POLL_MS 50

struct _SheafQuotaGate
{
  GObject parent_instance;

  SheafQuotaLedger *ledger; /* the thread's */
  GThreadPool *thread;      /* one */
  GQueue waiting;           /* (element-type GTask): not decided */
  gboolean deciding;        /* on the head of the queue, or on one that has left it */
  GSource *poll;            /* (nullable) */
  SheafQuota quota;

  GMutex lock;
  GCond flushed;
};

typedef enum
{
  ENTER,
  LEAVE,
  FLUSH
} Kind;

/* What the thread is to do; it goes back to the context it came from, but for the last. */
typedef struct
{
  Kind kind;
  SheafQuotaGate *gate; /* owned by all but FLUSH, and let go in the context */
  GMainContext *context;

  GTask *task; /* ENTER */
  SheafQuotaVerdict verdict;
  gint64 delay;
  SheafQuota quota;

  SheafQuotaOutcome outcome; /* LEAVE */
  gboolean has_told;
  SheafQuota told;
  gint64 wait;

  gboolean *done; /* FLUSH */
} Step;

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafQuotaGate, sheaf_quota_gate, G_TYPE_OBJECT)

static void pump (SheafQuotaGate *self);

static void
step_free (gpointer data)
{
  Step *step = data;

  g_clear_object (&step->task);
  g_clear_object (&step->gate);
  g_main_context_unref (step->context);
  g_free (step);
}

static void
push (SheafQuotaGate *self, Step *step)
{
  step->gate = g_object_ref (self);
  step->context = g_main_context_ref_thread_default ();
  g_thread_pool_push (self->thread, step, NULL);
}

static GError *
make_refusal (gint64 wait)
{
  gint64 seconds = (wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) reset = g_date_time_add (now, wait);
  /* Translators: a time of day, as strftime() writes it */
  g_autofree char *time = g_date_time_format (reset, C_ ("time of day", "%H:%M"));
  g_autofree char *message
      = g_strdup_printf (_ ("The quota of your client ID is used up until %s."), time);

  return sheaf_error_new (SHEAF_ERROR_RATE_LIMITED, message, 0, MAX (seconds, 1));
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
on_slot (gpointer data)
{
  GTask *task = data;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    sheaf_quota_gate_leave (g_task_get_source_object (task), SHEAF_QUOTA_NOT_ASKED, NULL, -1);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

/* Lets @task in after @delay, or sooner where it is cancelled. */
static void
enter_later (GTask *task, gint64 delay)
{
  g_autoptr (GSource) source = g_timeout_source_new ((guint) (delay / 1000 + 1));

  if (g_task_get_cancellable (task) != NULL)
    {
      g_autoptr (GSource) child = g_cancellable_source_new (g_task_get_cancellable (task));

      g_source_set_callback (child, G_SOURCE_FUNC (on_cancelled), NULL, NULL);
      g_source_add_child_source (source, child);
    }
  g_task_attach_source (task, source, on_slot);
}

static gboolean
on_poll (gpointer data)
{
  SheafQuotaGate *self = data;

  g_clear_pointer (&self->poll, g_source_unref);
  pump (self);
  return G_SOURCE_REMOVE;
}

static void
poll_later (SheafQuotaGate *self)
{
  if (self->poll != NULL)
    return;
  self->poll = g_timeout_source_new (POLL_MS);
  g_source_set_callback (self->poll, on_poll, self, NULL);
  g_source_attach (self->poll, g_main_context_get_thread_default ());
}

static void
on_entered (SheafQuotaGate *self, Step *step)
{
  self->deciding = FALSE;
  if (step->verdict == SHEAF_QUOTA_AFTER_ANSWER)
    {
      g_queue_push_head (&self->waiting, g_steal_pointer (&step->task));
      poll_later (self);
      return;
    }
  if (step->verdict == SHEAF_QUOTA_USED_UP)
    {
      if (!g_task_return_error_if_cancelled (step->task))
        g_task_return_error (step->task, make_refusal (step->delay));
    }
  else if (step->delay > 0)
    {
      enter_later (step->task, step->delay);
    }
  else
    {
      on_slot (step->task);
    }
  pump (self);
}

static gboolean
on_step_done (gpointer data)
{
  Step *step = data;
  SheafQuotaGate *self = step->gate;
  gint64 now = step->quota.now;

  step->quota.now = self->quota.now;
  if (memcmp (&step->quota, &self->quota, sizeof self->quota) != 0)
    {
      self->quota = step->quota;
      self->quota.now = now;
      g_signal_emit (self, signals[CHANGED], 0);
    }
  if (step->kind == ENTER)
    on_entered (self, step);
  else
    pump (self);
  return G_SOURCE_REMOVE;
}

static void
run_step (gpointer data, gpointer user_data)
{
  Step *step = data;
  SheafQuotaGate *self = user_data;
  SheafQuotaLedger *ledger = self->ledger;
  g_autoptr (GSource) source = NULL;
  SheafQuotaRecord *record;
  SheafQuotaTime now;
  guint32 owner;

  if (step->kind == FLUSH)
    {
      g_mutex_lock (&self->lock);
      *step->done = TRUE;
      g_cond_broadcast (&self->flushed);
      g_mutex_unlock (&self->lock);
      g_free (step);
      return;
    }

  record = sheaf_quota_ledger_open (ledger, &now);
  owner = sheaf_quota_ledger_get_owner (ledger);
  if (step->kind == ENTER)
    step->verdict = sheaf_quota_record_ask (record, owner, &now, &step->delay);
  else
    sheaf_quota_record_answer (record, owner, step->outcome, step->has_told ? &step->told : NULL,
                               step->wait, &now);
  sheaf_quota_record_get_quota (record, &now, &step->quota);
  sheaf_quota_ledger_close (ledger, &now);

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_step_done, step, step_free);
  g_source_attach (source, step->context);
}

/* Those who do not want to any more leave the queue. */
static void
drop_cancelled (SheafQuotaGate *self)
{
  GList *next;

  for (GList *l = self->waiting.head; l != NULL; l = next)
    {
      g_autoptr (GTask) task = NULL;

      next = l->next;
      if (!g_cancellable_is_cancelled (g_task_get_cancellable (l->data)))
        continue;
      task = l->data;
      g_queue_delete_link (&self->waiting, l);
      g_task_return_error_if_cancelled (task);
    }
}

static void
pump (SheafQuotaGate *self)
{
  Step *step;

  drop_cancelled (self);
  if (self->deciding || self->waiting.length == 0)
    return;
  self->deciding = TRUE;
  step = g_new0 (Step, 1);
  step->kind = ENTER;
  step->task = g_queue_pop_head (&self->waiting);
  push (self, step);
}

static void
sheaf_quota_gate_finalize (GObject *object)
{
  SheafQuotaGate *self = SHEAF_QUOTA_GATE (object);

  g_assert (self->waiting.length == 0);
  if (self->poll != NULL)
    g_source_destroy (self->poll);
  g_clear_pointer (&self->poll, g_source_unref);
  g_thread_pool_free (self->thread, FALSE, TRUE);
  sheaf_quota_ledger_free (self->ledger);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->flushed);
  G_OBJECT_CLASS (sheaf_quota_gate_parent_class)->finalize (object);
}

static void
sheaf_quota_gate_class_init (SheafQuotaGateClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_quota_gate_finalize;
  signals[CHANGED] = g_signal_new ("changed", SHEAF_TYPE_QUOTA_GATE, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
sheaf_quota_gate_init (SheafQuotaGate *self)
{
  self->quota = (SheafQuota){ -1, -1, -1, -1, -1, -1, -1 };
  self->thread = g_thread_pool_new (run_step, self, 1, FALSE, NULL);
  g_queue_init (&self->waiting);
  g_mutex_init (&self->lock);
  g_cond_init (&self->flushed);
}

SheafQuotaGate *
sheaf_quota_gate_new (const char *path)
{
  SheafQuotaGate *self = g_object_new (SHEAF_TYPE_QUOTA_GATE, NULL);

  self->ledger = sheaf_quota_ledger_new (path);
  return self;
}

void
sheaf_quota_gate_enter_async (SheafQuotaGate *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (SHEAF_IS_QUOTA_GATE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_quota_gate_enter_async);
  /* Who was let in must hear of it, to leave again. */
  g_task_set_check_cancellable (task, FALSE);
  /* It may be too late already, and then nothing is on its way. */
  if (g_task_return_error_if_cancelled (task))
    return;
  g_queue_push_tail (&self->waiting, g_steal_pointer (&task));
  pump (self);
}

gboolean
sheaf_quota_gate_enter_finish (SheafQuotaGate *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sheaf_quota_gate_leave (SheafQuotaGate *self,
                        SheafQuotaOutcome outcome,
                        const SheafQuota *told,
                        gint64 wait)
{
  Step *step;

  g_return_if_fail (SHEAF_IS_QUOTA_GATE (self));

  step = g_new0 (Step, 1);
  step->kind = LEAVE;
  step->outcome = outcome;
  step->has_told = told != NULL;
  if (told != NULL)
    step->told = *told;
  step->wait = wait;
  push (self, step);
}

void
sheaf_quota_gate_get_quota (SheafQuotaGate *self, SheafQuota *quota)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  g_return_if_fail (SHEAF_IS_QUOTA_GATE (self));
  g_return_if_fail (quota != NULL);

  *quota = self->quota;
  if (quota->user_reset >= 0 && quota->user_reset < now)
    quota->user_limit = quota->user_remaining = quota->user_reset = -1;
  if (quota->client_reset >= 0 && quota->client_reset < now)
    quota->client_limit = quota->client_remaining = quota->client_reset = -1;
}

void
sheaf_quota_gate_flush (SheafQuotaGate *self)
{
  gboolean done = FALSE;
  Step *step;

  g_return_if_fail (SHEAF_IS_QUOTA_GATE (self));

  step = g_new0 (Step, 1);
  step->kind = FLUSH;
  step->done = &done;
  g_thread_pool_push (self->thread, step, NULL);
  g_mutex_lock (&self->lock);
  while (!done)
    g_cond_wait (&self->flushed, &self->lock);
  g_mutex_unlock (&self->lock);
}
