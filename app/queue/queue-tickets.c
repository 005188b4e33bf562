/* queue-tickets.c: what was asked of the queue and is not answered yet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tickets that wait are kept here until their result has come.  So after any trouble everything
 * that waits is simply enqueued again: the broker knows an id it has seen.  A result is taken off
 * the batch's events only once it has been handed on; one that nobody waits for (of a run that was
 * killed) is parked until its job is asked for again. */
#include "config.h"

#include "app/queue/queue-tickets.h"

#include "app/queue/queue-events.h"
#include "app/queue/queue-scripts.h"
#include "app/queue/queue-trouble.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define ENQUEUE_AT_ONCE 200

typedef struct
{
  SheafQueueTicket number;
  char *content;
  char *payload;
  char *id;
  gboolean fresh; /* in the list to be enqueued */
  SheafQueueProgressFunc progress;
  SheafQueueDoneFunc done;
  gpointer user_data;
} Ticket;

typedef struct
{
  char *entry;
  char *state;
  char *result;
} Event;

struct _SheafQueueTickets
{
  /* Owned */
  SheafQueueBatch *batch;
  char *batch_key;
  GMainContext *context;
  SheafRedis *commands;
  SheafQueueEvents *events;
  SheafQueueTrouble *trouble;
  GHashTable *by_number;   /* (element-type SheafQueueTicket Ticket): owns */
  GHashTable *by_id;       /* (element-type utf8 Ticket) */
  GHashTable *generations; /* (element-type utf8 guint): how often a content was asked for */
  GHashTable *parked;      /* (element-type utf8 Event) */
  GHashTable *taken;       /* (element-type utf8): ids whose events are of no interest */
  GQueue fresh;            /* (element-type SheafQueueTicket) */
  GPtrArray *drops;        /* (element-type utf8): ids to drop once there is a connection */
  GPtrArray *takes;        /* (element-type GBytes): arguments of the next take */
  GSource *flush;
  GError *fatal; /* (nullable): why there is no use in trying */
  gboolean was_connected;
  gboolean leaving;

  const SheafQueueTicketsFuncs *funcs;
  gpointer user_data;
};

static SheafQueueTickets *
tickets_ref (SheafQueueTickets *self)
{
  return g_rc_box_acquire (self);
}

static void tickets_clear (gpointer data);

static void
tickets_unref (SheafQueueTickets *self)
{
  g_rc_box_release_full (self, tickets_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafQueueTickets, tickets_unref)

static void leave (SheafQueueTickets *self);

static void
ticket_free (gpointer data)
{
  Ticket *ticket = data;

  g_free (ticket->content);
  g_free (ticket->payload);
  g_free (ticket->id);
  g_free (ticket);
}

static void
event_free (gpointer data)
{
  Event *event = data;

  g_free (event->entry);
  g_free (event->state);
  g_free (event->result);
  g_free (event);
}

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    {
      g_source_destroy (*source);
      g_clear_pointer (source, g_source_unref);
    }
}

/* Takes @ticket out of the tables and answers it; the last thing that happens to it. */
static void
answer (SheafQueueTickets *self,
        Ticket *ticket,
        const SheafQueueResult *result,
        GBytes *body,
        const GError *error)
{
  SheafQueueDoneFunc done = ticket->done;
  gpointer user_data = ticket->user_data;

  if (g_hash_table_lookup (self->by_id, ticket->id) == ticket)
    g_hash_table_remove (self->by_id, ticket->id);
  g_hash_table_remove (self->by_number, &ticket->number);
  done (result, body, error, user_data);
  if (self->leaving && g_hash_table_size (self->by_number) == 0)
    leave (self);
}

static int
compare_tickets (gconstpointer a, gconstpointer b)
{
  const Ticket *first = *(Ticket *const *) a, *second = *(Ticket *const *) b;

  return first->number < second->number ? -1 : 1;
}

/* In the order they were submitted. */
static GPtrArray *
dup_tickets (SheafQueueTickets *self)
{
  GPtrArray *tickets = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer ticket;

  g_hash_table_iter_init (&iter, self->by_number);
  while (g_hash_table_iter_next (&iter, NULL, &ticket))
    g_ptr_array_add (tickets, ticket);
  g_ptr_array_sort (tickets, compare_tickets);
  return tickets;
}

static void
answer_all (SheafQueueTickets *self, const GError *error)
{
  g_autoptr (GPtrArray) tickets = dup_tickets (self);

  for (guint i = 0; i < tickets->len; i++)
    answer (self, g_ptr_array_index (tickets, i), NULL, NULL, error);
}

/* What a call to the broker is about, for its answer. */
typedef struct
{
  SheafQueueTickets *self;
  GPtrArray *ids;           /* (nullable) (element-type utf8) */
  SheafQueueResult *result; /* (nullable) */
} Call;

static Call *
call_new (SheafQueueTickets *self)
{
  Call *call = g_new0 (Call, 1);

  call->self = tickets_ref (self);
  call->ids = g_ptr_array_new_with_free_func (g_free);
  return call;
}

static void
call_free (Call *call)
{
  tickets_unref (call->self);
  g_ptr_array_unref (call->ids);
  g_clear_pointer (&call->result, sheaf_queue_result_free);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void enqueue_later (SheafQueueTickets *self, Ticket *ticket);

/* The result of this id was taken already: what is asked for now is asked for once more. */
static void
next_generation (SheafQueueTickets *self, Ticket *ticket)
{
  guint generation = GPOINTER_TO_UINT (g_hash_table_lookup (self->generations, ticket->content));

  if (ticket->id != NULL)
    {
      g_hash_table_remove (self->by_id, ticket->id);
      g_free (ticket->id);
    }
  g_hash_table_insert (self->generations, g_strdup (ticket->content),
                       GUINT_TO_POINTER (generation + 1));
  ticket->id
      = sheaf_queue_dup_id (sheaf_queue_batch_get_id (self->batch), ticket->content, generation);
  g_hash_table_insert (self->by_id, ticket->id, ticket);
  enqueue_later (self, ticket);
}

static void
on_enqueued (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  SheafQueueTickets *self = call->self;

  for (guint i = 0; i < call->ids->len; i++)
    {
      Ticket *ticket = g_hash_table_lookup (self->by_id, g_ptr_array_index (call->ids, i));

      if (ticket == NULL)
        continue;
      if (reply != NULL && reply->type == REDIS_REPLY_ARRAY && i < reply->elements
          && reply->element[i]->integer == 3)
        next_generation (self, ticket);
      else if (error != NULL && sheaf_redis_get_connected (self->commands))
        answer (self, ticket, NULL, NULL, error);
    }
}

static gboolean
on_flush (gpointer user_data)
{
  SheafQueueTickets *self = user_data;

  drop_source (&self->flush);
  while (sheaf_redis_get_connected (self->commands) && self->fresh.length > 0)
    {
      g_autoptr (GPtrArray) args = sheaf_queue_args_new ();
      Call *call = call_new (self);
      SheafQueueTicket *number;

      sheaf_queue_args_add (args, sheaf_queue_batch_get_id (self->batch));
      while (call->ids->len < ENQUEUE_AT_ONCE && (number = g_queue_pop_head (&self->fresh)) != NULL)
        {
          Ticket *ticket = g_hash_table_lookup (self->by_number, number);

          g_free (number);
          if (ticket == NULL)
            continue;
          ticket->fresh = FALSE;
          sheaf_queue_args_add (args, ticket->id);
          sheaf_queue_args_add (args, ticket->payload);
          g_ptr_array_add (call->ids, g_strdup (ticket->id));
        }
      if (call->ids->len > 0)
        sheaf_queue_script (self->commands, "enqueue", args, on_enqueued, call);
      else
        call_free (call);
    }
  return G_SOURCE_REMOVE;
}

static void
flush_later (SheafQueueTickets *self)
{
  if (self->flush != NULL || !sheaf_redis_get_connected (self->commands))
    return;
  self->flush = g_timeout_source_new (0);
  g_source_set_callback (self->flush, on_flush, self, NULL);
  g_source_attach (self->flush, self->context);
}

static void
enqueue_later (SheafQueueTickets *self, Ticket *ticket)
{
  if (!ticket->fresh)
    {
      ticket->fresh = TRUE;
      g_queue_push_tail (&self->fresh, g_memdup2 (&ticket->number, sizeof ticket->number));
    }
  flush_later (self);
}

/* The event of @id has done its duty. */
static void
take (SheafQueueTickets *self, const char *id, const char *entry)
{
  if (self->takes->len == 0)
    sheaf_queue_args_add (self->takes, sheaf_queue_batch_get_id (self->batch));
  sheaf_queue_args_add (self->takes, id);
  sheaf_queue_args_add (self->takes, entry);
  g_hash_table_add (self->taken, g_strdup (id));
}

/* If this call is lost with the connection, the events are read again and taken then. */
static void
send_takes (SheafQueueTickets *self)
{
  if (self->takes->len == 0)
    return;
  sheaf_queue_script (self->commands, "take", self->takes, NULL, NULL);
  g_ptr_array_unref (self->takes);
  self->takes = sheaf_queue_args_new ();
}

static void
on_body (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  SheafQueueTickets *self = call->self;
  const char *id = g_ptr_array_index (call->ids, 0), *entry = g_ptr_array_index (call->ids, 1);
  Ticket *ticket = g_hash_table_lookup (self->by_id, id);

  /* After a lost connection the event is read again. */
  if (ticket == NULL || (error != NULL && !sheaf_redis_get_connected (self->commands)))
    return;
  take (self, id, entry);
  if (error != NULL)
    answer (self, ticket, NULL, NULL, error);
  else if (reply->type != REDIS_REPLY_STRING || reply->len != call->result->bytes)
    next_generation (self, ticket); /* kept for an hour only: has to be made again */
  else
    {
      g_autoptr (GBytes) body = g_bytes_new (reply->str, reply->len);

      answer (self, ticket, call->result, body, NULL);
    }
  send_takes (self);
}

static void
handle_done (SheafQueueTickets *self, Ticket *ticket, const Event *event)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafQueueResult) result = sheaf_queue_result_from_json (event->result, &error);

  if (result != NULL && result->body == SHEAF_QUEUE_BODY_KEY)
    {
      g_autofree char *key = g_strdup_printf ("{sheaf}:t:%s", ticket->id);
      Call *call = call_new (self);

      call->result = g_steal_pointer (&result);
      g_ptr_array_add (call->ids, g_strdup (ticket->id));
      g_ptr_array_add (call->ids, g_strdup (event->entry));
      sheaf_redis_command (self->commands, on_body, call, "GETDEL", key, NULL);
      return;
    }
  take (self, ticket->id, event->entry);
  answer (self, ticket, result, NULL, error);
}

static void
handle_event (SheafQueueTickets *self, Ticket *ticket, const Event *event)
{
  g_autoptr (GError) error = NULL;

  if (g_str_equal (event->state, "done"))
    {
      handle_done (self, ticket, event);
      return;
    }
  if (g_str_equal (event->state, "failed"))
    error = sheaf_queue_error_from_json (event->result);
  else if (g_str_equal (event->state, "cancelled"))
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The job was cancelled"));
  else
    error = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_CRASHED,
                                 _ ("The workers stopped over this again and again"));
  take (self, ticket->id, event->entry);
  answer (self, ticket, NULL, NULL, error);
}

/* One that is of an earlier run is kept until its job is asked for again. */
static void
on_ended (
    const char *id, const char *entry, const char *state, const char *result, gpointer user_data)
{
  SheafQueueTickets *self = user_data;
  Ticket *ticket;
  Event *event;

  sheaf_queue_trouble_note_move (self->trouble);
  if (g_hash_table_contains (self->taken, id))
    {
      take (self, id, entry);
      return;
    }
  event = g_new (Event, 1);
  event->entry = g_strdup (entry);
  event->state = g_strdup (state);
  event->result = g_strdup (result);
  ticket = g_hash_table_lookup (self->by_id, id);
  if (ticket != NULL)
    {
      handle_event (self, ticket, event);
      event_free (event);
    }
  else
    g_hash_table_insert (self->parked, g_strdup (id), event);
}

static void
on_progress (const char *id, guint64 done, guint64 total, gpointer user_data)
{
  SheafQueueTickets *self = user_data;
  Ticket *ticket = g_hash_table_lookup (self->by_id, id);

  sheaf_queue_trouble_note_move (self->trouble);
  if (ticket != NULL && ticket->progress != NULL)
    ticket->progress (done, total, ticket->user_data);
}

static void
on_told (gpointer user_data)
{
  send_takes (user_data);
}

static gboolean
on_waits (gpointer user_data)
{
  SheafQueueTickets *self = user_data;

  return g_hash_table_size (self->by_number) > 0;
}

static void
on_tell (const char *text, gpointer user_data)
{
  SheafQueueTickets *self = user_data;

  self->funcs->trouble (text, self->user_data);
}

static void
on_too_long (gpointer user_data)
{
  g_autoptr (GError) error = g_error_new_literal (
      SHEAF_ERROR, SHEAF_ERROR_BROKER, _ ("The broker has been out of reach for too long"));

  answer_all (user_data, error);
}

static const SheafQueueTroubleFuncs trouble_funcs = { on_waits, on_tell, on_too_long };

static void
on_lost (SheafQueueTickets *self, const GError *error, gboolean fatal)
{
  if (fatal)
    {
      g_clear_error (&self->fatal);
      self->fatal = g_error_copy (error);
    }
  if (fatal || !self->was_connected)
    answer_all (self, error);
  else
    {
      g_debug ("%s", error->message);
      sheaf_queue_trouble_note_lost (self->trouble);
    }
}

/* One of the two connections stands; the outage is over with the other. */
static void
note_found (SheafQueueTickets *self)
{
  if (sheaf_redis_get_connected (self->commands) && sheaf_queue_events_get_connected (self->events))
    sheaf_queue_trouble_note_found (self->trouble);
}

static void
send_drops (SheafQueueTickets *self)
{
  g_autoptr (GPtrArray) args = NULL;

  if (self->drops->len == 0)
    return;
  args = sheaf_queue_args_new ();
  sheaf_queue_args_add (args, sheaf_queue_batch_get_id (self->batch));
  for (guint i = 0; i < self->drops->len; i++)
    sheaf_queue_args_add (args, g_ptr_array_index (self->drops, i));
  sheaf_queue_script (self->commands, "drop", args, NULL, NULL);
  g_ptr_array_set_size (self->drops, 0);
}

static void
on_commands_state (
    SheafRedis *redis, gboolean connected, const GError *error, gboolean fatal, gpointer user_data)
{
  SheafQueueTickets *self = user_data;
  g_autoptr (GPtrArray) tickets = NULL;

  if (!connected)
    {
      on_lost (self, error, fatal);
      return;
    }
  self->was_connected = TRUE;
  note_found (self);
  sheaf_queue_events_rewind (self->events);
  sheaf_queue_script_load (redis, "enqueue");
  send_drops (self);
  tickets = dup_tickets (self);
  g_queue_clear_full (&self->fresh, g_free);
  for (guint i = 0; i < tickets->len; i++)
    {
      Ticket *ticket = g_ptr_array_index (tickets, i);

      ticket->fresh = FALSE;
      enqueue_later (self, ticket);
    }
}

static void
on_reads_lost (const GError *error, gboolean fatal, gpointer user_data)
{
  on_lost (user_data, error, fatal);
}

static void
on_reads_found (gpointer user_data)
{
  note_found (user_data);
}

static const SheafQueueEventsFuncs events_funcs
    = { on_ended, on_progress, on_told, on_reads_lost, on_reads_found };

static void
quit (SheafQueueTickets *self, gboolean finished)
{
  sheaf_redis_close (self->commands);
  sheaf_queue_events_close (self->events);
  sheaf_queue_batch_close (g_steal_pointer (&self->batch), finished);
  self->funcs->left (self->user_data);
}

static void
on_left (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (SheafQueueTickets) self = user_data;

  quit (self, reply != NULL && reply->type == REDIS_REPLY_INTEGER && reply->integer == 1);
}

/* Everybody is answered: gives up the batch, and ends the thread. */
static void
leave (SheafQueueTickets *self)
{
  self->leaving = FALSE;
  if (!sheaf_redis_get_connected (self->commands))
    {
      quit (self, !self->was_connected && !sheaf_queue_batch_get_adopted (self->batch));
      return;
    }
  send_takes (self);
  send_drops (self);
  sheaf_queue_script_strings (self->commands, "leave", on_left, tickets_ref (self),
                              sheaf_queue_batch_get_id (self->batch), NULL);
}

static void
drop_ticket (SheafQueueTickets *self, Ticket *ticket)
{
  g_autoptr (GError) error
      = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The job was cancelled"));

  g_hash_table_add (self->taken, g_strdup (ticket->id));
  g_ptr_array_add (self->drops, g_strdup (ticket->id));
  answer (self, ticket, NULL, NULL, error);
}

static void
tickets_clear (gpointer data)
{
  SheafQueueTickets *self = data;

  g_clear_object (&self->commands);
  g_clear_pointer (&self->events, sheaf_queue_events_unref);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
  g_clear_pointer (&self->by_number, g_hash_table_unref);
  g_clear_pointer (&self->generations, g_hash_table_unref);
  g_clear_pointer (&self->parked, g_hash_table_unref);
  g_clear_pointer (&self->taken, g_hash_table_unref);
  g_queue_clear_full (&self->fresh, g_free);
  g_clear_pointer (&self->drops, g_ptr_array_unref);
  g_clear_pointer (&self->takes, g_ptr_array_unref);
  g_clear_error (&self->fatal);
  g_free (self->batch_key);
  g_main_context_unref (self->context);
}

SheafQueueTickets *
sheaf_queue_tickets_new (SheafBrokerAddress *address,
                         SheafQueueBatch *batch,
                         const SheafQueueTicketsFuncs *funcs,
                         gpointer user_data)
{
  SheafQueueTickets *self = g_rc_box_new0 (SheafQueueTickets);

  self->context = g_main_context_ref_thread_default ();
  self->batch = batch;
  self->batch_key = g_strdup_printf ("{sheaf}:b:%s", sheaf_queue_batch_get_id (batch));
  self->funcs = funcs;
  self->user_data = user_data;
  g_queue_init (&self->fresh);
  self->by_number = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, ticket_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->generations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->parked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, event_free);
  self->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->drops = g_ptr_array_new_with_free_func (g_free);
  self->takes = sheaf_queue_args_new ();
  self->commands = sheaf_redis_new (address, on_commands_state, self);
  self->events = sheaf_queue_events_new (address, self->batch_key, &events_funcs, self);
  self->trouble = sheaf_queue_trouble_new (address, self->commands, &trouble_funcs, self);
  return self;
}

void
sheaf_queue_tickets_free (SheafQueueTickets *self)
{
  drop_source (&self->flush);
  g_clear_pointer (&self->trouble, sheaf_queue_trouble_free);
  tickets_unref (self);
}

static gboolean
take_parked (SheafQueueTickets *self, const char *id, Event **event)
{
  g_autofree char *key = NULL;

  return g_hash_table_steal_extended (self->parked, id, (gpointer *) &key, (gpointer *) event);
}

void
sheaf_queue_tickets_add (SheafQueueTickets *self,
                         SheafQueueTicket number,
                         const char *content,
                         const char *payload,
                         SheafQueueProgressFunc progress,
                         SheafQueueDoneFunc done,
                         gpointer user_data)
{
  Ticket *ticket = g_new0 (Ticket, 1);
  Event *event;

  ticket->number = number;
  ticket->content = g_strdup (content);
  ticket->payload = g_strdup (payload);
  ticket->progress = progress;
  ticket->done = done;
  ticket->user_data = user_data;
  g_hash_table_insert (self->by_number, &ticket->number, ticket);
  next_generation (self, ticket);
  sheaf_queue_trouble_watch (self->trouble);
  if (self->fatal != NULL)
    answer (self, ticket, NULL, NULL, self->fatal);
  else if (take_parked (self, ticket->id, &event))
    {
      handle_event (self, ticket, event);
      send_takes (self);
      event_free (event);
    }
}

void
sheaf_queue_tickets_drop (SheafQueueTickets *self, SheafQueueTicket number)
{
  Ticket *ticket = g_hash_table_lookup (self->by_number, &number);

  if (ticket == NULL)
    return;
  drop_ticket (self, ticket);
  if (sheaf_redis_get_connected (self->commands))
    send_drops (self);
}

void
sheaf_queue_tickets_leave (SheafQueueTickets *self, gboolean cancel)
{
  g_autoptr (GPtrArray) tickets = dup_tickets (self);

  self->leaving = TRUE;
  if (tickets->len == 0)
    leave (self);
  for (guint i = 0; cancel && i < tickets->len; i++)
    drop_ticket (self, g_ptr_array_index (tickets, i));
}
