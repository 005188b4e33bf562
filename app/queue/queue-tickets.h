/* queue-tickets.h: what was asked of the queue and is not answered yet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The part of the client that lives in its thread, on the thread-default main context. */
#pragma once

#include "app/queue/queue-batch.h"
#include "app/queue/queue-client.h"

G_BEGIN_DECLS

typedef struct _SheafQueueTickets SheafQueueTickets;

/**
 * SheafQueueTicketsFuncs:
 * @trouble: what keeps the work from going on now, in words, or that nothing does (%NULL)
 * @left: called once, after sheaf_queue_tickets_leave(), when everything is done
 */
typedef struct
{
  void (*trouble) (const char *text, gpointer user_data);
  void (*left) (gpointer user_data);
} SheafQueueTicketsFuncs;

/**
 * sheaf_queue_tickets_new:
 * @batch: (transfer full): whose jobs they are
 * @funcs: static
 */
SheafQueueTickets *sheaf_queue_tickets_new (SheafBrokerAddress *address,
                                            SheafQueueBatch *batch,
                                            const SheafQueueTicketsFuncs *funcs,
                                            gpointer user_data);

/* After @left, when nothing of it runs any more. */
void sheaf_queue_tickets_free (SheafQueueTickets *self);

/**
 * sheaf_queue_tickets_add:
 * @content: what it asks for, see sheaf_queue_job_dup_content()
 * @payload: the job as text
 */
void sheaf_queue_tickets_add (SheafQueueTickets *self,
                              SheafQueueTicket number,
                              const char *content,
                              const char *payload,
                              SheafQueueProgressFunc progress,
                              SheafQueueDoneFunc done,
                              gpointer user_data);

/* Answers a ticket as cancelled and has its job dropped, if it is not answered yet. */
void sheaf_queue_tickets_drop (SheafQueueTickets *self, SheafQueueTicket number);

/* Gives up the batch as soon as all are answered; with @cancel they are dropped now. */
void sheaf_queue_tickets_leave (SheafQueueTickets *self, gboolean cancel);

G_END_DECLS
