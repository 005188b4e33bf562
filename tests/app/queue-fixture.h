/* queue-fixture.h: a real broker and real workers, for the tests of the queue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/exec/executor.h"
#include "app/queue/redis.h"

#include <hiredis/hiredis.h>

typedef struct
{
  const char *peer; /* (nullable): program that workers are, other than queue-peer */
  char *folder;     /* of everything below; also $XDG_STATE_HOME */
  char *root;       /* of workers */
  char *log;        /* where verbs say that they begin */
  char *url;
  guint port;
  GSubprocess *broker;
  GSocketService *relay; /* (nullable) */
  int cuts;              /* (atomic): connections from before the last one are dead */
  GPtrArray *workers;    /* (element-type GSubprocess) */
  redisContext *redis;
} Queue;

/* A broker of its own, on a port of its own, with an append-only file. */
void queue_set_up (Queue *queue, gconstpointer data);
void queue_tear_down (Queue *queue, gconstpointer data);

/* One that nobody listens at, a moment ago. */
guint queue_find_port (void);

void queue_start_broker (Queue *queue);
void queue_stop_broker (Queue *queue, int signal_number);

/* Returns its place in workers. */
guint queue_start_worker (Queue *queue, guint slots, guint lease_ms);
void queue_kill_worker (Queue *queue, guint index, int signal_number);

/* From now on the url is that of a relay before the broker, which the next call needs. */
void queue_start_relay (Queue *queue);

/* Cuts every connection that there is, without either side being told; new ones work. */
void queue_blackhole (Queue *queue);

/* Asks the broker as a person with redis-cli would; printf-like. */
redisReply *queue_command (Queue *queue, const char *format, ...);
gint64 queue_number (Queue *queue, const char *format, ...);

/* An executor with that broker; the caller's. */
SheafExecutor *queue_executor (Queue *queue);

/* How often any verb began, or with that key only. */
guint queue_count_starts (Queue *queue, const char *key);

/* Runs the main loop until @check or, failing the test, for @seconds. */
void queue_wait (gboolean (*check) (gpointer), gpointer data, guint seconds);

/* Many jobs and what became of them. */
typedef struct
{
  guint asked;
  guint done;
  guint failed;
  guint cancelled;
  guint progress;
  GHashTable *answers; /* key → times answered */
  GError *error;       /* the last */
  gint64 last_answer;  /* monotonic */
} Answers;

void answers_init (Answers *answers);
void answers_clear (Answers *answers);

/* Asks for @verb with "key", "ms" and "log". */
void queue_ask (Queue *queue,
                SheafExecutor *executor,
                Answers *answers,
                const char *verb,
                const char *key,
                guint ms,
                GCancellable *cancellable);

/* The same with "bytes", and a file, which it takes. */
void queue_ask_file (Queue *queue,
                     SheafExecutor *executor,
                     Answers *answers,
                     const char *verb,
                     const char *key,
                     guint64 bytes,
                     guint ms,
                     int fd,
                     GCancellable *cancellable);

/* All answered; for queue_wait(). */
gboolean answers_complete (gpointer answers);

/* The queue is empty, and what the batch's sums say adds up to @total. */
void queue_assert_settled (Queue *queue, const char *batch, guint total);
