/* queue-worker.h: takes jobs out of the queue and does them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A worker is a client of the broker on one side and an executor on the other: jobs run under the
 * local executors, so what a picture can crash is never the worker.  Any number of workers on any
 * machines share one queue. */
#pragma once

#include "app/exec/executor.h"
#include "app/queue/broker-address.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_QUEUE_WORKER (sheaf_queue_worker_get_type ())
G_DECLARE_FINAL_TYPE (SheafQueueWorker, sheaf_queue_worker, SHEAF, QUEUE_WORKER, GObject)

/**
 * SheafQueueWorkerOptions:
 * @root: folder below which files are read and written
 * @slots: how many jobs at once
 * @lease_ms: a job nobody renewed for so long is taken over by another worker
 * @renew_ms: how often jobs are renewed; a third of the lease at most
 * @claim_ms: how often to look for jobs to take over
 * @promote_ms: how often to look for jobs whose next try is due
 * @heartbeat_ms: how often the worker says that it lives; three missed ones count as dead
 * @block_ms: how long one question for work may wait
 * @patience_ms: silence of the broker after which the connection counts as broken
 * @retry_ms: wait before the second try; four times that before the third, and so on
 * @starts: a job that was begun so often without an end is dead
 * @deadline_ms: limit for jobs that bring none
 */
typedef struct
{
  const char *root;
  guint slots;
  guint lease_ms;
  guint renew_ms;
  guint claim_ms;
  guint promote_ms;
  guint heartbeat_ms;
  guint block_ms;
  guint patience_ms;
  guint retry_ms;
  guint starts;
  guint deadline_ms;
} SheafQueueWorkerOptions;

/* The current folder, 8 slots (most jobs wait for a network), a lease of 30 s. */
void sheaf_queue_worker_options_init (SheafQueueWorkerOptions *options);

/**
 * SheafQueuePickFunc:
 *
 * Returns: (transfer none) (nullable): the executor for jobs of @verb, or %NULL with @error set
 */
typedef SheafExecutor *(*SheafQueuePickFunc) (const char *verb, gpointer user_data, GError **error);

/**
 * sheaf_queue_worker_new:
 *
 * Returns: (transfer full) (nullable): a worker, or %NULL with @error set (no root folder)
 */
SheafQueueWorker *sheaf_queue_worker_new (SheafBrokerAddress *address,
                                          const SheafQueueWorkerOptions *options,
                                          SheafQueuePickFunc pick,
                                          gpointer user_data,
                                          GError **error);

/**
 * sheaf_queue_worker_run:
 *
 * Works, on the thread-default main context, until sheaf_queue_worker_stop().  Broken connections
 * are come back from; a broker that cannot be used from the start ends it.
 *
 * Returns: %FALSE with @error set where the broker cannot be used
 */
gboolean sheaf_queue_worker_run (SheafQueueWorker *self, GError **error);

/* Gives back what is under way, to be done elsewhere, and ends sheaf_queue_worker_run().  From its
 * thread. */
void sheaf_queue_worker_stop (SheafQueueWorker *self);

const char *sheaf_queue_worker_get_id (SheafQueueWorker *self);

/* How many jobs it has ended. */
guint64 sheaf_queue_worker_get_n_done (SheafQueueWorker *self);

G_END_DECLS
