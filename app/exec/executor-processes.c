/* executor-processes.c: a pool of helper processes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Helpers stay for the next job, so a job costs a message and not a process; a crash or a hang
 * costs one job.  Each worker thread waits for one helper: a thread that waits is cheap beside a
 * process that works. */
#include "config.h"

#include "app/exec/executor-processes.h"

#include "app/exec/executor-pooled.h"

/* A process that waits for the network costs some megabytes: fewer than there would be threads. */
#define NETWORK_JOBS 8

SheafExecutor *
sheaf_executor_processes_new (const SheafExecutorOptions *options, GError **error)
{
  guint n_jobs = options->n_jobs;

  if (n_jobs == 0)
    n_jobs = options->kind & SHEAF_VERB_NETWORK ? NETWORK_JOBS : g_get_num_processors ();
  return sheaf_executor_pooled_new_helpers (options, n_jobs);
}
