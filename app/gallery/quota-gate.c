/* quota-gate.c: nobody asks a service once its quota is used up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is left is what the answers say, less the questions that are on their way.  Answers overtake
 * each other, so that the lowest number counts until the quota begins anew. */
#include "config.h"

#include "app/gallery/quota-gate.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>

/* In the last tenth of a quota, questions are spread over the time that is left, up to this far
 * apart. */
#define SLOW_SHARE 10
#define MAX_PACE   (3 * G_USEC_PER_SEC)

/* A hundredth, but not more than this, is left to the other programs of the same address. */
#define RESERVE_SHARE 100
#define MAX_RESERVE   10

/* Where nothing is said of a reset, as long as Imgur shuts out an address; and never longer than a
 * day, after which it is tried. */
#define USUAL_SECONDS ((gint64) 3600)
#define MAX_SECONDS   ((gint64) 86400)

/* Clocks differ a little. */
#define MARGIN G_USEC_PER_SEC

typedef struct
{
  gint64 limit;     /* -1 where unknown, like the others */
  gint64 remaining; /* by the answers */
  gint64 reset;     /* on the monotonic clock */
} Count;

struct _SheafQuotaGate
{
  GObject parent_instance;

  Count user;
  Count client;
  guint n_inside;   /* on their way */
  gint64 next_slot; /* who is slowed comes no sooner than this */
};

G_DEFINE_FINAL_TYPE (SheafQuotaGate, sheaf_quota_gate, G_TYPE_OBJECT)

static void
count_take (const SheafQuotaGate *self, Count *count, gint64 limit, gint64 remaining, gint64 reset)
{
  gint64 now = g_get_monotonic_time ();
  gint64 wait = USUAL_SECONDS * G_USEC_PER_SEC;

  if (remaining < 0)
    return;
  if (reset > 0)
    wait = reset * G_USEC_PER_SEC - g_get_real_time () + MARGIN;
  /* A late answer of a time that is over says nothing of the present one; its question may have
   * been counted in either. */
  if (wait <= MARGIN && count->remaining >= 0 && now < count->reset)
    {
      count->remaining = MAX (count->remaining - 1, 0);
      return;
    }
  wait = CLAMP (wait, MARGIN, MAX_SECONDS * G_USEC_PER_SEC);
  /* More than can be left means that the quota began anew before it said. */
  if (count->remaining < 0 || now >= count->reset || remaining > count->remaining + self->n_inside)
    count->remaining = remaining;
  else
    count->remaining = MIN (count->remaining, remaining);
  count->limit = limit;
  count->reset = now + wait;
}

/* Questions that may still be asked; -1 where any number may. */
static gint64
count_left (const SheafQuotaGate *self, Count *count, gint64 now)
{
  gint64 reserve;

  if (count->remaining < 0)
    return -1;
  if (now >= count->reset)
    {
      count->remaining = count->limit > 0 ? count->limit : -1;
      count->reset = now + USUAL_SECONDS * G_USEC_PER_SEC;
      if (count->remaining < 0)
        return -1;
    }
  reserve = MIN (MAX (count->limit, 0) / RESERVE_SHARE, MAX_RESERVE);
  return MAX (count->remaining - reserve - self->n_inside, 0);
}

/* How long after the question before the next one may come. */
static gint64
count_pace (const Count *count, gint64 left, gint64 now)
{
  if (left < 1 || left * SLOW_SHARE >= count->limit)
    return 0;
  return CLAMP ((count->reset - now) / left, 0, MAX_PACE);
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
on_slot (gpointer data)
{
  GTask *task = data;
  SheafQuotaGate *self = g_task_get_source_object (task);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    self->n_inside--;
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  return G_SOURCE_CONTINUE;
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

static void
sheaf_quota_gate_class_init (SheafQuotaGateClass *klass)
{
}

static void
sheaf_quota_gate_init (SheafQuotaGate *self)
{
  self->user = (Count){ -1, -1, -1 };
  self->client = (Count){ -1, -1, -1 };
}

SheafQuotaGate *
sheaf_quota_gate_new (void)
{
  return g_object_new (SHEAF_TYPE_QUOTA_GATE, NULL);
}

void
sheaf_quota_gate_enter_async (SheafQuotaGate *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  gint64 now = g_get_monotonic_time ();
  gint64 user, client, pace, slot;

  g_return_if_fail (SHEAF_IS_QUOTA_GATE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_quota_gate_enter_async);
  /* Who was let in must hear of it, to leave again. */
  g_task_set_check_cancellable (task, FALSE);
  /* It may be too late already, and then nothing is on its way. */
  if (g_task_return_error_if_cancelled (task))
    return;
  user = count_left (self, &self->user, now);
  client = count_left (self, &self->client, now);
  if (user == 0 || client == 0)
    {
      gint64 until = MAX (user == 0 ? self->user.reset : 0, client == 0 ? self->client.reset : 0);

      /* What is on its way may tell more; else nothing changes before the reset. */
      g_task_return_error (task, make_refusal (until - now));
      return;
    }
  pace = MAX (count_pace (&self->user, user, now), count_pace (&self->client, client, now));
  slot = MAX (now, self->next_slot);
  self->next_slot = slot + pace;
  self->n_inside++;
  if (pace == 0 || slot == now)
    g_task_return_boolean (task, TRUE);
  else
    enter_later (task, slot - now);
}

gboolean
sheaf_quota_gate_enter_finish (SheafQuotaGate *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sheaf_quota_gate_leave (SheafQuotaGate *self, const SheafQuota *quota)
{
  g_return_if_fail (SHEAF_IS_QUOTA_GATE (self));
  g_return_if_fail (self->n_inside > 0);

  if (quota != NULL)
    {
      count_take (self, &self->user, quota->user_limit, quota->user_remaining, quota->user_reset);
      count_take (self, &self->client, quota->client_limit, quota->client_remaining,
                  quota->client_reset);
    }
  self->n_inside--;
}
