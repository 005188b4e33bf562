/* queue-task.h: one job that a worker holds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the moment the broker handed it out to the moment the broker knows its end.  Between both
 * the connection may break any number of times: each step is sent again when it is back. */
#pragma once

#include "app/queue/queue-files.h"
#include "app/queue/queue-scripts.h"
#include "app/queue/queue-worker.h"

G_BEGIN_DECLS

typedef struct _SheafQueueTask SheafQueueTask;

typedef enum
{
  SHEAF_QUEUE_HELD,
  SHEAF_QUEUE_CANCELLED, /* nobody wants it any more */
  SHEAF_QUEUE_LOST,      /* another worker has it now */
  SHEAF_QUEUE_RELEASED,  /* given back */
} SheafQueueFate;

/**
 * SheafQueueTaskHost:
 * @ended: the task is over; it may be freed from here
 *
 * What tasks need of their worker; outlives them.
 */
typedef struct
{
  SheafRedis *commands;
  SheafQueueRoot *root;
  const char *worker;
  SheafQueueWorkerOptions options;
  SheafQueuePickFunc pick;
  gpointer pick_data;
  void (*ended) (SheafQueueTask *task, gpointer user_data);
  gpointer user_data;
} SheafQueueTaskHost;

SheafQueueTask *sheaf_queue_task_new (SheafQueueTaskHost *host,
                                      const char *entry,
                                      const char *batch,
                                      const char *id,
                                      guint try,
                                      const char *payload);
SheafQueueTask *sheaf_queue_task_ref (SheafQueueTask *task);
void sheaf_queue_task_unref (SheafQueueTask *task);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafQueueTask, sheaf_queue_task_unref)

const char *sheaf_queue_task_get_entry (SheafQueueTask *task);
const char *sheaf_queue_task_get_batch (SheafQueueTask *task);
const char *sheaf_queue_task_get_id (SheafQueueTask *task);

/* Whether an executor works on it: its end will come back to this task. */
gboolean sheaf_queue_task_get_running (SheafQueueTask *task);

/* Tells the broker what it was not told yet: that the job begins, or how it ended.  To be called
 * first, and whenever the connection is back. */
void sheaf_queue_task_tell (SheafQueueTask *task);

/* Stops the work, for a reason; its end comes later. */
void sheaf_queue_task_stop (SheafQueueTask *task, SheafQueueFate fate);

G_END_DECLS
