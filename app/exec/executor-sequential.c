/* executor-sequential.c: one job after another, in one thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all others are measured by.  Its one thread is not the caller's: nothing blocks here either.
 */
#include "config.h"

#include "app/exec/executor-sequential.h"

#include "app/exec/executor-pooled.h"

SheafExecutor *
sheaf_executor_sequential_new (const SheafExecutorOptions *options, GError **error)
{
  return sheaf_executor_pooled_new_in_process (options, 1);
}
