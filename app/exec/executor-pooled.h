/* executor-pooled.h: an executor made of workers and what they do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sequential, threads and processes are the same machine with another number of workers, which
 * either do the job themselves or wait for a helper that does. */
#pragma once

#include "app/exec/executor.h"
#include "app/exec/workers.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_EXECUTOR_POOLED (sheaf_executor_pooled_get_type ())
G_DECLARE_FINAL_TYPE (SheafExecutorPooled, sheaf_executor_pooled, SHEAF, EXECUTOR_POOLED, GObject)

/**
 * sheaf_executor_pooled_new_in_process:
 *
 * Returns: (transfer full): @n_jobs threads that do the work themselves, but for hostile input
 */
SheafExecutor *sheaf_executor_pooled_new_in_process (const SheafExecutorOptions *options,
                                                     guint n_jobs);

/**
 * sheaf_executor_pooled_new_helpers:
 *
 * Returns: (transfer full): @n_jobs threads that each wait for a helper
 */
SheafExecutor *sheaf_executor_pooled_new_helpers (const SheafExecutorOptions *options,
                                                  guint n_jobs);

G_END_DECLS
