/* executor-queue.h: jobs done by workers, here or on other machines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a job and its open file cross (queue.h has the whole picture): values go as JSON; a file goes
 * by the path it has, if a worker sees the same file below its root; what a worker made comes back
 * through the broker if it is small or the folder is not shared, else as a file in the shared
 * folder, from where it is copied into the job's own descriptor.  Whoever asks notices nothing.
 *
 * What must not or cannot leave this machine (requests with a credential, input without a path, or
 * that no worker sees) is done here, under another executor. */
#pragma once

#include "app/exec/executor.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_EXECUTOR_QUEUE (sheaf_executor_queue_get_type ())
G_DECLARE_FINAL_TYPE (SheafExecutorQueue, sheaf_executor_queue, SHEAF, EXECUTOR_QUEUE, GObject)

/* @options: broker as sheaf_broker_address_new() takes it; fails where that fails.  Whether the
 * broker can be reached is told by the jobs. */
SheafExecutor *sheaf_executor_queue_new (const SheafExecutorOptions *options, GError **error);

/* The batch that its jobs belong to, for `sheaf-cli queue cancel`. */
const char *sheaf_executor_queue_get_batch (SheafExecutorQueue *self);

G_END_DECLS
