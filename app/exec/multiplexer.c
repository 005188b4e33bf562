/* multiplexer.c: many jobs at once through one helper
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread with a main context owns everything here but the door (@mutex): it sends jobs, keeps
 * their time, starts helpers and buries them.  A second thread per helper only reads, so that a
 * helper whose answers pile up can never block the one that feeds it.
 *
 * A helper that dies takes the innocent with the guilty.  All of them are tried again; who was
 * there twice is then tried alone, so that in the end only the guilty one fails. */
#include "config.h"

#include "app/exec/multiplexer.h"

#include "app/exec/helper.h"
#include "app/exec/request.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#define MAX_TRIES              3
#define CANCEL_GRACE_MS        1000 /* a cancelled job that is not answered by then: it hangs */
#define DEFAULT_RETIRE_SECONDS 30
#define FIRST_PAUSE_MS         20 /* before a helper that died is replaced; doubles, to … */
#define LONGEST_PAUSE_MS       1000

typedef struct
{
  SheafMultiplexer *owner;
  SheafRequest *request;
  guint64 id;
  guint n_tries;
  gint64 deadline; /* 0 until it began */
  GSource *timer;  /* the deadline's, then the cancel's */
  gboolean timed_out;
  gboolean cancel_sent;
  GList *link; /* in @pending while it waits */
} Entry;

struct _SheafMultiplexer
{
  char *program;
  char *helper_dir;
  guint n_jobs;
  guint retire_seconds;
  GMainContext *context;

  GMutex end_mutex; /* held by who waits for the end */
  GThread *thread;

  GMutex mutex;
  gboolean closed; /* takes no new jobs */

  /* The thread's own */
  GQueue pending;      /* (element-type Entry) (owned) */
  GHashTable *waiting; /* (element-type SheafRequest Entry): those pending */
  GHashTable *flying;  /* (element-type guint64 Entry) (owned): those in the helper */
  guint64 last_id;
  SheafHelper *helper;
  GThread *reader;
  guint generation; /* which helper it is */
  guint n_deaths;   /* in a row */
  GSource *pause;   /* until the next helper may start */
  GSource *retire;
  gboolean leaving; /* ends when nothing is left */
  gboolean over;
};

typedef struct
{
  SheafMultiplexer *owner;
  int socket;
  guint generation;
} Reader;

typedef struct
{
  SheafMultiplexer *owner;
  guint generation;
  SheafFrame frame;
  gboolean ended;
} Message;

static void feed (SheafMultiplexer *self);
static void helper_died (SheafMultiplexer *self);

static void
destroy_source (GSource **source)
{
  if (*source != NULL)
    {
      g_source_destroy (*source);
      g_clear_pointer (source, g_source_unref);
    }
}

static void
set_timer (SheafMultiplexer *self, GSource **source, gint64 ms, GSourceFunc func, gpointer data)
{
  destroy_source (source);
  *source = g_timeout_source_new (CLAMP (ms, 0, G_MAXINT));
  g_source_set_callback (*source, func, data, NULL);
  g_source_attach (*source, self->context);
}

static void
entry_free (Entry *entry)
{
  destroy_source (&entry->timer);
  sheaf_request_unref (entry->request);
  g_free (entry);
}

/* Reading: everything is handed to the owner's thread. */

static void
message_free (gpointer data)
{
  Message *message = data;

  sheaf_frame_clear (&message->frame);
  g_free (message);
}

static void
finish_entry (Entry *entry, SheafReply *reply, GError *error)
{
  SheafMultiplexer *self = entry->owner;

  if (entry->timed_out && reply == NULL)
    {
      g_clear_error (&error);
      error = sheaf_helper_error_timeout ();
    }
  sheaf_request_complete (entry->request, reply, error);
  if (entry->id != 0)
    g_hash_table_remove (self->flying, &entry->id);
}

static gboolean
on_message (gpointer user_data)
{
  Message *message = user_data;
  SheafMultiplexer *self = message->owner;
  SheafFrame *frame = &message->frame;
  Entry *entry;

  if (message->generation != self->generation || self->helper == NULL)
    return G_SOURCE_REMOVE;

  entry = message->ended ? NULL : g_hash_table_lookup (self->flying, &frame->id);
  if (entry == NULL)
    helper_died (self);
  else if (frame->type == SHEAF_FRAME_PROGRESS)
    {
      guint64 done, total;

      g_variant_get (frame->payload, "(tt)", &done, &total);
      if (!entry->cancel_sent)
        sheaf_request_progress (done, total, entry->request);
    }
  else
    {
      GError *error = NULL;
      gboolean broken;
      SheafReply *reply = sheaf_helper_take_answer (frame, &broken, &error);

      if (broken)
        {
          g_error_free (error);
          helper_died (self);
        }
      else
        {
          self->n_deaths = 0;
          finish_entry (entry, reply, error);
        }
    }
  feed (self);
  return G_SOURCE_REMOVE;
}

static void
post (SheafMultiplexer *self, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, notify);
  g_source_attach (source, self->context);
}

static gpointer
read_frames (gpointer data)
{
  g_autofree Reader *reader = data;
  gboolean ended;

  do
    {
      Message *message = g_new0 (Message, 1);

      message->owner = reader->owner;
      message->generation = reader->generation;
      message->frame.fd = -1;
      ended = message->ended = !sheaf_wire_receive (reader->socket, &message->frame, NULL);
      post (reader->owner, on_message, message, message_free);
    }
  while (!ended);
  return NULL;
}

/* The helper's life. */

static gboolean
start_helper (SheafMultiplexer *self, GError **error)
{
  Reader *reader;

  destroy_source (&self->retire);
  self->helper = sheaf_helper_start (self->program, self->helper_dir, error);
  if (self->helper == NULL)
    return FALSE;

  reader = g_new (Reader, 1);
  *reader = (Reader){ self, sheaf_helper_get_socket (self->helper), ++self->generation };
  self->reader = g_thread_new ("helper-reader", read_frames, reader);
  return TRUE;
}

static void
end_helper (SheafMultiplexer *self)
{
  destroy_source (&self->retire);
  if (self->helper == NULL)
    return;
  sheaf_helper_hang_up (self->helper);
  g_thread_join (g_steal_pointer (&self->reader));
  g_clear_pointer (&self->helper, sheaf_helper_free);
}

static gboolean
on_pause_over (gpointer user_data)
{
  SheafMultiplexer *self = user_data;

  destroy_source (&self->pause);
  feed (self);
  return G_SOURCE_REMOVE;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  const Entry *one = *(Entry *const *) a, *other = *(Entry *const *) b;

  return one->id < other->id ? -1 : one->id > other->id;
}

static void
helper_died (SheafMultiplexer *self)
{
  g_autoptr (GPtrArray) lost = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  if (self->helper == NULL)
    return;
  sheaf_helper_kill (self->helper);
  end_helper (self);

  g_hash_table_iter_init (&iter, self->flying);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      g_ptr_array_add (lost, value);
      g_hash_table_iter_steal (&iter);
    }
  g_ptr_array_sort (lost, compare_ids);

  /* Back to the head of the queue, in their old order. */
  for (guint i = lost->len; i > 0; i--)
    {
      Entry *entry = lost->pdata[i - 1];

      entry->id = 0;
      if (entry->timed_out)
        finish_entry (entry, NULL, sheaf_helper_error_timeout ());
      else if (entry->cancel_sent)
        sheaf_request_complete_cancelled (entry->request);
      else if (entry->n_tries >= MAX_TRIES)
        sheaf_request_complete (entry->request, NULL, sheaf_helper_error_crashed ());
      else
        {
          g_queue_push_head (&self->pending, entry);
          entry->link = self->pending.head;
          g_hash_table_insert (self->waiting, entry->request, entry);
          continue;
        }
      entry_free (entry);
    }

  self->n_deaths++;
  set_timer (self, &self->pause,
             MIN (FIRST_PAUSE_MS << MIN (self->n_deaths - 1, 10), LONGEST_PAUSE_MS), on_pause_over,
             self);
}

static gboolean
on_retire (gpointer user_data)
{
  SheafMultiplexer *self = user_data;

  end_helper (self);
  return G_SOURCE_REMOVE;
}

/* Time limits and cancelling. */

static gboolean
on_grace_over (gpointer user_data)
{
  Entry *entry = user_data;
  SheafMultiplexer *self = entry->owner;

  /* It hangs, and nobody knows what else hangs with it. */
  helper_died (self);
  feed (self);
  return G_SOURCE_REMOVE;
}

static void
tell_to_stop (Entry *entry)
{
  SheafMultiplexer *self = entry->owner;

  if (entry->cancel_sent)
    return;
  entry->cancel_sent = TRUE;
  set_timer (self, &entry->timer, CANCEL_GRACE_MS, on_grace_over, entry);
  if (!sheaf_helper_send_cancel (self->helper, entry->id, NULL))
    helper_died (self);
}

static void
drop_pending (Entry *entry)
{
  SheafMultiplexer *self = entry->owner;

  g_queue_delete_link (&self->pending, entry->link);
  g_hash_table_remove (self->waiting, entry->request);
  entry->link = NULL;
}

static gboolean
on_deadline (gpointer user_data)
{
  Entry *entry = user_data;
  SheafMultiplexer *self = entry->owner;

  entry->timed_out = TRUE;
  if (entry->link == NULL)
    tell_to_stop (entry);
  else
    {
      drop_pending (entry);
      sheaf_request_complete (entry->request, NULL, sheaf_helper_error_timeout ());
      entry_free (entry);
    }
  feed (self);
  return G_SOURCE_REMOVE;
}

/* Feeding. */

static void
send_entry (SheafMultiplexer *self, Entry *entry)
{
  SheafJob *job = sheaf_request_get_job (entry->request);
  g_autoptr (GError) error = NULL;

  entry->id = ++self->last_id;
  entry->n_tries++;
  g_hash_table_insert (self->flying, &entry->id, entry);
  if (job->timeout_ms > 0 && entry->deadline == 0)
    {
      entry->deadline = g_get_monotonic_time () + job->timeout_ms * G_TIME_SPAN_MILLISECOND;
      set_timer (self, &entry->timer, job->timeout_ms, on_deadline, entry);
    }

  if (sheaf_helper_send_job (self->helper, entry->id, job, &error))
    return;
  if (error->domain == SHEAF_ERROR) /* too large to be sent at all */
    finish_entry (entry, NULL, g_steal_pointer (&error));
  else
    helper_died (self);
}

/* Whether the next one may go now. */
static gboolean
may_send (SheafMultiplexer *self, Entry *next)
{
  guint n_flying = g_hash_table_size (self->flying);
  GHashTableIter iter;
  gpointer value;

  if (next->n_tries == MAX_TRIES - 1)
    return n_flying == 0;
  if (n_flying == 1)
    {
      g_hash_table_iter_init (&iter, self->flying);
      g_hash_table_iter_next (&iter, NULL, &value);
      if (((Entry *) value)->n_tries == MAX_TRIES)
        return FALSE;
    }
  return n_flying < self->n_jobs;
}

static void
feed (SheafMultiplexer *self)
{
  while (self->pause == NULL && self->pending.length > 0)
    {
      Entry *entry = g_queue_peek_head (&self->pending);
      GError *error = NULL;

      if (!may_send (self, entry))
        break;
      drop_pending (entry);
      if (self->helper != NULL || start_helper (self, &error))
        send_entry (self, entry);
      else
        {
          sheaf_request_complete (entry->request, NULL, error);
          entry_free (entry);
        }
    }

  if (self->pending.length > 0 || g_hash_table_size (self->flying) > 0)
    return;
  if (self->leaving)
    {
      self->over = TRUE;
      g_main_context_wakeup (self->context);
    }
  else if (self->helper != NULL && self->retire == NULL)
    set_timer (self, &self->retire, self->retire_seconds * 1000, on_retire, self);
}

/* What arrives from other threads. */

static gboolean
on_new_request (gpointer user_data)
{
  Entry *entry = user_data;
  SheafMultiplexer *self = entry->owner;

  if (g_cancellable_is_cancelled (sheaf_request_get_cancellable (entry->request)))
    {
      sheaf_request_complete_cancelled (entry->request);
      entry_free (entry);
      return G_SOURCE_REMOVE;
    }
  destroy_source (&self->retire);
  g_queue_push_tail (&self->pending, entry);
  entry->link = self->pending.tail;
  g_hash_table_insert (self->waiting, entry->request, entry);
  feed (self);
  return G_SOURCE_REMOVE;
}

typedef struct
{
  SheafMultiplexer *owner;
  SheafRequest *request; /* NULL: all of them */
} Cancel;

static void
cancel_free (gpointer data)
{
  Cancel *cancel = data;

  g_clear_pointer (&cancel->request, sheaf_request_unref);
  g_free (cancel);
}

static gboolean
on_cancel (gpointer user_data)
{
  Cancel *cancel = user_data;
  SheafMultiplexer *self = cancel->owner;
  Entry *entry = g_hash_table_lookup (self->waiting, cancel->request);
  GHashTableIter iter;
  gpointer value;

  if (entry != NULL)
    {
      drop_pending (entry);
      sheaf_request_complete_cancelled (entry->request);
      entry_free (entry);
    }
  else
    {
      g_hash_table_iter_init (&iter, self->flying);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        if (((Entry *) value)->request == cancel->request)
          {
            tell_to_stop (value);
            break;
          }
    }
  feed (self);
  return G_SOURCE_REMOVE;
}

static void
on_request_cancelled (SheafRequest *request, gpointer user_data)
{
  SheafMultiplexer *self = user_data;
  Cancel *cancel = g_new (Cancel, 1);

  *cancel = (Cancel){ self, sheaf_request_ref (request) };
  post (self, on_cancel, cancel, cancel_free);
}

static void
push (SheafMultiplexer *self, SheafRequest *request)
{
  gboolean refused;

  g_mutex_lock (&self->mutex);
  refused = self->closed;
  if (!refused)
    {
      Entry *entry = g_new0 (Entry, 1);

      entry->owner = self;
      entry->request = sheaf_request_ref (request);
      post (self, on_new_request, entry, NULL);
    }
  g_mutex_unlock (&self->mutex);
  if (refused)
    sheaf_request_complete_cancelled (request);
}

void
sheaf_multiplexer_run_async (SheafMultiplexer *self,
                             gpointer executor,
                             SheafJob *job,
                             SheafProgressFunc progress,
                             gpointer progress_data,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (SheafRequest) request
      = sheaf_request_new (executor, job, progress, progress_data, cancellable,
                           on_request_cancelled, self, callback, user_data);

  push (self, request);
}

SheafReply *
sheaf_multiplexer_run (SheafMultiplexer *self,
                       SheafJob *job,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (SheafRequest) request
      = sheaf_request_new_blocking (job, cancellable, on_request_cancelled, self);

  push (self, request);
  return sheaf_request_wait (request, error);
}

static gpointer
run_thread (gpointer data)
{
  SheafMultiplexer *self = data;

  g_main_context_push_thread_default (self->context);
  while (!self->over)
    g_main_context_iteration (self->context, TRUE);
  destroy_source (&self->pause);
  end_helper (self);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

SheafMultiplexer *
sheaf_multiplexer_new (const char *program, const SheafExecutorOptions *options, guint n_jobs)
{
  SheafMultiplexer *self = g_new0 (SheafMultiplexer, 1);

  self->program = g_strdup (program);
  self->helper_dir = g_strdup (options->helper_dir);
  self->n_jobs = n_jobs;
  self->retire_seconds
      = options->retire_seconds > 0 ? options->retire_seconds : DEFAULT_RETIRE_SECONDS;
  self->context = g_main_context_new ();
  g_mutex_init (&self->mutex);
  g_mutex_init (&self->end_mutex);
  g_queue_init (&self->pending);
  self->waiting = g_hash_table_new (NULL, NULL);
  self->flying
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) entry_free);
  self->thread = g_thread_new ("multiplexer", run_thread, self);
  return self;
}

static gboolean
on_shutdown (gpointer user_data)
{
  SheafMultiplexer *self = user_data;

  self->leaving = TRUE;
  feed (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancel_all (gpointer user_data)
{
  SheafMultiplexer *self = user_data;
  g_autoptr (GList) flying = NULL;
  Entry *entry;

  /* Telling may find the helper dead: then none of them flies any more, and some are pending. */
  flying = g_hash_table_get_values (self->flying);
  for (GList *l = flying; l != NULL && g_hash_table_size (self->flying) > 0; l = l->next)
    tell_to_stop (l->data);
  while ((entry = g_queue_peek_head (&self->pending)) != NULL)
    {
      drop_pending (entry);
      sheaf_request_complete_cancelled (entry->request);
      entry_free (entry);
    }
  return on_shutdown (self);
}

void
sheaf_multiplexer_shutdown (SheafMultiplexer *self, gboolean cancel)
{
  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  g_mutex_unlock (&self->mutex);

  post (self, cancel ? on_cancel_all : on_shutdown, self, NULL);
  g_mutex_lock (&self->end_mutex);
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
  g_mutex_unlock (&self->end_mutex);
}

void
sheaf_multiplexer_free (SheafMultiplexer *self)
{
  sheaf_multiplexer_shutdown (self, TRUE);
  g_hash_table_unref (self->waiting);
  g_hash_table_unref (self->flying);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_mutex_clear (&self->end_mutex);
  g_free (self->program);
  g_free (self->helper_dir);
  g_free (self);
}
