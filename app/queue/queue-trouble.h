/* queue-trouble.h: why the work does not go on, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The broker is out of reach, or nobody works for it.  Lives on the thread-default main context, as
 * queue-tickets.h does. */
#pragma once

#include "app/queue/redis.h"

G_BEGIN_DECLS

typedef struct _SheafQueueTrouble SheafQueueTrouble;

/**
 * SheafQueueTroubleFuncs:
 * @waits: whether anybody waits for anything
 * @tell: what keeps the work from going on now, or that nothing does (%NULL)
 * @too_long: the broker has been away for longer than anybody will wait
 */
typedef struct
{
  gboolean (*waits) (gpointer user_data);
  void (*tell) (const char *text, gpointer user_data);
  void (*too_long) (gpointer user_data);
} SheafQueueTroubleFuncs;

/**
 * sheaf_queue_trouble_new:
 * @commands: whom to ask for workers; stays the caller's
 * @funcs: static
 */
SheafQueueTrouble *sheaf_queue_trouble_new (SheafBrokerAddress *address,
                                            SheafRedis *commands,
                                            const SheafQueueTroubleFuncs *funcs,
                                            gpointer user_data);

/* Nothing is called any more. */
void sheaf_queue_trouble_free (SheafQueueTrouble *self);

/* Somebody waits from now on: looks after the work until nobody does. */
void sheaf_queue_trouble_watch (SheafQueueTrouble *self);

/* Something has come back: there is a worker. */
void sheaf_queue_trouble_note_move (SheafQueueTrouble *self);

/* The broker is out of reach, and is back. */
void sheaf_queue_trouble_note_lost (SheafQueueTrouble *self);
void sheaf_queue_trouble_note_found (SheafQueueTrouble *self);

G_END_DECLS
