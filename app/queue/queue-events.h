/* queue-events.h: hears what becomes of a batch's jobs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the batch's two streams, events and progress, over a connection of its own that mostly
 * waits.  Lives on the thread-default main context it was made in. */
#pragma once

#include "app/queue/redis.h"

G_BEGIN_DECLS

typedef struct _SheafQueueEvents SheafQueueEvents;

/**
 * SheafQueueEventsFuncs:
 * @ended: a job's end, by its entry in the stream; told again after a lost connection, until taken
 * @progress: never after the same job's end
 * @told: all that had come by now has been told
 * @lost: as in SheafRedisStateFunc; the broker's refusal to be read from is fatal, too
 * @found: connected
 */
typedef struct
{
  void (*ended) (
      const char *id, const char *entry, const char *state, const char *result, gpointer user_data);
  void (*progress) (const char *id, guint64 done, guint64 total, gpointer user_data);
  void (*told) (gpointer user_data);
  void (*lost) (const GError *error, gboolean fatal, gpointer user_data);
  void (*found) (gpointer user_data);
} SheafQueueEventsFuncs;

/**
 * sheaf_queue_events_new:
 * @batch_key: of the batch's hash, which the streams' keys begin with
 * @funcs: static; called from the main context until sheaf_queue_events_close()
 */
SheafQueueEvents *sheaf_queue_events_new (SheafBrokerAddress *address,
                                          const char *batch_key,
                                          const SheafQueueEventsFuncs *funcs,
                                          gpointer user_data);

/* Begins from the start with the next reading: what was taken is gone from there. */
void sheaf_queue_events_rewind (SheafQueueEvents *self);

gboolean sheaf_queue_events_get_connected (SheafQueueEvents *self);

/* Ends the connection; nothing is told any more. */
void sheaf_queue_events_close (SheafQueueEvents *self);
void sheaf_queue_events_unref (SheafQueueEvents *self);

G_END_DECLS
