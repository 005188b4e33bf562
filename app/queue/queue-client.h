/* queue-client.h: puts jobs into the queue and hears what became of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One client is one batch, in a thread of its own.  Whatever happens to the broker or to the
 * connection, what was submitted is in the queue once and its result is told once; what a killed
 * program had submitted is found again (queue-batch.h). */
#pragma once

#include "app/queue/broker-address.h"
#include "app/queue/queue-job.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_QUEUE_CLIENT (sheaf_queue_client_get_type ())
G_DECLARE_FINAL_TYPE (SheafQueueClient, sheaf_queue_client, SHEAF, QUEUE_CLIENT, GObject)

/* One submitted job; a number, never reused by a client. */
typedef guint64 SheafQueueTicket;

/**
 * SheafQueueDoneFunc:
 * @result: (nullable) (transfer none): what a worker replied, or
 * @body: (nullable) (transfer none): the bytes of %SHEAF_QUEUE_BODY_KEY
 * @error: (nullable) (transfer none): why there is none: the worker's own error,
 *   %SHEAF_ERROR_CRASHED for a job that took workers down, %G_IO_ERROR_CANCELLED,
 *   %SHEAF_ERROR_BROKER
 *
 * Called once a ticket, in the client's thread.
 */
typedef void (*SheafQueueDoneFunc) (const SheafQueueResult *result,
                                    GBytes *body,
                                    const GError *error,
                                    gpointer user_data);

/* Called in the client's thread, before @done only. */
typedef void (*SheafQueueProgressFunc) (guint64 done, guint64 total, gpointer user_data);

/* Never blocks and never fails: what is wrong with the broker is told to whoever submits. */
SheafQueueClient *sheaf_queue_client_new (SheafBrokerAddress *address);

/**
 * sheaf_queue_client_submit:
 *
 * From any thread.  After the shutdown @done is called at once, with %G_IO_ERROR_CANCELLED.
 */
SheafQueueTicket sheaf_queue_client_submit (SheafQueueClient *self,
                                            const SheafQueueJob *job,
                                            SheafQueueProgressFunc progress,
                                            SheafQueueDoneFunc done,
                                            gpointer user_data);

/* Drops a job, queued or running; its callback gets %G_IO_ERROR_CANCELLED unless it has ended. */
void sheaf_queue_client_drop (SheafQueueClient *self, SheafQueueTicket ticket);

/**
 * sheaf_queue_client_shutdown:
 * @cancel: whether what is under way is dropped; else it is waited for
 *
 * Blocks until every ticket was answered and the thread has ended.
 */
void sheaf_queue_client_shutdown (SheafQueueClient *self, gboolean cancel);

/* The batch's id, for `sheaf-cli queue cancel`. */
const char *sheaf_queue_client_get_batch (SheafQueueClient *self);

/* As sheaf_executor_dup_trouble(). */
char *sheaf_queue_client_dup_trouble (SheafQueueClient *self);

G_END_DECLS
