/* executor-async.h: many jobs at once in one thread of one helper
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/exec/executor.h"

G_BEGIN_DECLS

/* The create() of its row in the table. */
SheafExecutor *sheaf_executor_async_new (const SheafExecutorOptions *options, GError **error);

G_END_DECLS
