/* executor-table.c: every executor of this build
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stands beside the engine and not in exec/, because it names executors of several rooms. */
#include "config.h"

#include "app/exec/executor.h"

#include "app/exec/executor-async.h"
#include "app/exec/executor-processes.h"
#include "app/exec/executor-sequential.h"
#include "app/exec/executor-threads.h"
#include "app/queue/executor-queue.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#ifndef HAVE_QUEUE
SheafExecutor *
sheaf_executor_queue_new (const SheafExecutorOptions *options, GError **error)
{
  sheaf_fail (error, SHEAF_ERROR_BROKER, _ ("This Sheaf was built without the job queue"));
  return NULL;
}
#endif

const SheafExecutorType sheaf_executor_types[] = {
  { "sequential", N_ ("One at a time"),
    N_ ("One after another; the measure for all others, and best for very small work."),
    sheaf_executor_sequential_new },
  { "threads", N_ ("Threads"),
    N_ ("Several threads in this process; good where work mostly waits for the network."),
    sheaf_executor_threads_new },
  { "processes", N_ ("Processes"),
    N_ ("Helper processes, one per processor core; best for pictures and other computing."),
    sheaf_executor_processes_new },
  { "async", N_ ("Asynchronous"),
    N_ ("Many transfers at once in one helper process; best for downloads."),
    sheaf_executor_async_new },
  { "queue", N_ ("Job queue"),
    N_ ("Workers on any number of machines, through a broker; for large collections."),
    sheaf_executor_queue_new },
  { NULL, NULL, NULL, NULL },
};

SheafExecutor *
sheaf_executor_create (const char *nick, const SheafExecutorOptions *options, GError **error)
{
  static const SheafExecutorOptions defaults = { 0 };
  g_autoptr (GString) known = g_string_new (NULL);

  g_return_val_if_fail (nick != NULL, NULL);

  for (const SheafExecutorType *type = sheaf_executor_types; type->nick != NULL; type++)
    {
      if (g_strcmp0 (type->nick, nick) == 0)
        return type->create (options != NULL ? options : &defaults, error);
      g_string_append_printf (known, "%s%s", known->len > 0 ? ", " : "", type->nick);
    }

  /* Translators: the first is what was asked for, the second a list: "sequential, threads, …" */
  sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("No such way of working: “%s”. There are: %s"), nick,
              known->str);
  return NULL;
}
