/* executor-threads.h: a pool of threads in Sheaf's own process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/exec/executor.h"

G_BEGIN_DECLS

/* The create() of its row in the table. */
SheafExecutor *sheaf_executor_threads_new (const SheafExecutorOptions *options, GError **error);

G_END_DECLS
