/* executor-threads.c: a pool of threads in Sheaf's own process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quick to begin with; but what a job breaks here it breaks for everybody, so pictures are decoded
 * in helpers all the same, and fetching keeps to HTTP/1.1. */
#include "config.h"

#include "app/exec/executor-threads.h"

#include "app/exec/executor-pooled.h"

/* A thread that waits costs memory and little else; past 16 connections HTTP/1.1 gains nothing on a
 * fast network and costs processor time. */
#define NETWORK_JOBS 16

SheafExecutor *
sheaf_executor_threads_new (const SheafExecutorOptions *options, GError **error)
{
  guint n_jobs = options->n_jobs;

  if (n_jobs == 0)
    n_jobs = options->kind & SHEAF_VERB_NETWORK ? NETWORK_JOBS : g_get_num_processors ();
  return sheaf_executor_pooled_new_in_process (options, n_jobs);
}
