/* queue-client.c: puts jobs into the queue and hears what became of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Here is what other threads see; all they ask is handed to the client's own thread, in order,
 * where queue-tickets.c does it. */
#include "config.h"

#include "app/queue/queue-client.h"

#include "app/queue/queue-tickets.h"

#include <glib/gi18n-lib.h>

struct _SheafQueueClient
{
  GObject parent_instance;

  /* Owned */
  SheafBrokerAddress *address;
  char *batch_id;
  SheafQueueBatch *batch; /* until the thread takes it */
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SheafQueueTickets *tickets; /* of the thread */

  GMutex lock;
  SheafQueueTicket last_number; /* under the lock */
  gboolean closed;              /* under the lock */
  char *trouble;                /* (nullable), under the lock */
};

G_DEFINE_FINAL_TYPE (SheafQueueClient, sheaf_queue_client, G_TYPE_OBJECT)

/* What other threads ask of the client's thread. */
typedef struct
{
  SheafQueueClient *self;
  SheafQueueTicket number;
  char *content;
  char *payload;
  SheafQueueProgressFunc progress;
  SheafQueueDoneFunc done;
  gpointer user_data;
  gboolean cancel;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_clear_object (&request->self);
  g_free (request->content);
  g_free (request->payload);
  g_free (request);
}

static void
ask (SheafQueueClient *self, GSourceFunc function, Request *request)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  request->self = g_object_ref (self);
  /* One priority for all, so that they keep their order. */
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, function, request, request_free);
  g_source_attach (source, self->context);
}

static gboolean
do_submit (gpointer user_data)
{
  Request *request = user_data;

  sheaf_queue_tickets_add (request->self->tickets, request->number, request->content,
                           request->payload, request->progress, request->done, request->user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
do_drop (gpointer user_data)
{
  Request *request = user_data;

  if (request->self->tickets != NULL)
    sheaf_queue_tickets_drop (request->self->tickets, request->number);
  return G_SOURCE_REMOVE;
}

static gboolean
do_leave (gpointer user_data)
{
  Request *request = user_data;

  sheaf_queue_tickets_leave (request->self->tickets, request->cancel);
  return G_SOURCE_REMOVE;
}

static void
on_trouble (const char *text, gpointer user_data)
{
  SheafQueueClient *self = user_data;

  g_mutex_lock (&self->lock);
  g_free (self->trouble);
  self->trouble = g_strdup (text);
  g_mutex_unlock (&self->lock);
}

static void
on_left (gpointer user_data)
{
  SheafQueueClient *self = user_data;

  g_main_loop_quit (self->loop);
}

static const SheafQueueTicketsFuncs tickets_funcs = { on_trouble, on_left };

static gpointer
run_thread (gpointer user_data)
{
  SheafQueueClient *self = user_data;

  g_main_context_push_thread_default (self->context);
  self->tickets = sheaf_queue_tickets_new (self->address, g_steal_pointer (&self->batch),
                                           &tickets_funcs, self);
  g_main_loop_run (self->loop);
  /* What was cancelled by the closing still has to come back, to be freed. */
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_clear_pointer (&self->tickets, sheaf_queue_tickets_free);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
sheaf_queue_client_finalize (GObject *object)
{
  SheafQueueClient *self = SHEAF_QUEUE_CLIENT (object);

  g_assert (self->thread == NULL);
  g_clear_pointer (&self->address, sheaf_broker_address_unref);
  g_clear_pointer (&self->batch_id, g_free);
  g_clear_pointer (&self->trouble, g_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (sheaf_queue_client_parent_class)->finalize (object);
}

static void
sheaf_queue_client_class_init (SheafQueueClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_queue_client_finalize;
}

static void
sheaf_queue_client_init (SheafQueueClient *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
}

SheafQueueClient *
sheaf_queue_client_new (SheafBrokerAddress *address)
{
  SheafQueueClient *self = g_object_new (SHEAF_TYPE_QUEUE_CLIENT, NULL);
  g_autofree char *label = sheaf_broker_address_dup_label (address);

  self->address = sheaf_broker_address_ref (address);
  self->batch = sheaf_queue_batch_open (label);
  self->batch_id = g_strdup (sheaf_queue_batch_get_id (self->batch));
  self->thread = g_thread_new ("queue", run_thread, self);
  return self;
}

SheafQueueTicket
sheaf_queue_client_submit (SheafQueueClient *self,
                           const SheafQueueJob *job,
                           SheafQueueProgressFunc progress,
                           SheafQueueDoneFunc done,
                           gpointer user_data)
{
  Request *request;
  SheafQueueTicket number = 0;

  g_return_val_if_fail (SHEAF_IS_QUEUE_CLIENT (self), 0);
  g_return_val_if_fail (done != NULL, 0);

  request = g_new0 (Request, 1);
  request->content = sheaf_queue_job_dup_content (job);
  request->payload = sheaf_queue_job_to_json (job);
  request->progress = progress;
  request->done = done;
  request->user_data = user_data;

  g_mutex_lock (&self->lock);
  if (!self->closed)
    {
      number = request->number = ++self->last_number;
      ask (self, do_submit, g_steal_pointer (&request));
    }
  g_mutex_unlock (&self->lock);

  if (request != NULL)
    {
      g_autoptr (GError) error
          = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The queue was left"));

      request_free (request);
      done (NULL, NULL, error, user_data);
    }
  return number;
}

void
sheaf_queue_client_drop (SheafQueueClient *self, SheafQueueTicket ticket)
{
  Request *request;

  g_return_if_fail (SHEAF_IS_QUEUE_CLIENT (self));

  request = g_new0 (Request, 1);
  request->number = ticket;
  ask (self, do_drop, request);
}

void
sheaf_queue_client_shutdown (SheafQueueClient *self, gboolean cancel)
{
  Request *request;
  gboolean closed;

  g_return_if_fail (SHEAF_IS_QUEUE_CLIENT (self));

  g_mutex_lock (&self->lock);
  closed = self->closed;
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
  if (closed)
    return;

  request = g_new0 (Request, 1);
  request->cancel = cancel;
  ask (self, do_leave, request);
  g_thread_join (g_steal_pointer (&self->thread));
}

const char *
sheaf_queue_client_get_batch (SheafQueueClient *self)
{
  g_return_val_if_fail (SHEAF_IS_QUEUE_CLIENT (self), NULL);

  return self->batch_id;
}

char *
sheaf_queue_client_dup_trouble (SheafQueueClient *self)
{
  char *trouble;

  g_return_val_if_fail (SHEAF_IS_QUEUE_CLIENT (self), NULL);

  g_mutex_lock (&self->lock);
  trouble = g_strdup (self->trouble);
  g_mutex_unlock (&self->lock);
  return trouble;
}
