/* command-no-queue.c: sheaf-cli broker, worker and queue of a build without the job queue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/command.h"

#include <glib/gi18n-lib.h>

static int
fail (void)
{
  g_autoptr (GError) error = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_BROKER,
                                                  _ ("This Sheaf was built without the job queue"));

  return sheaf_command_fail (error);
}

int
sheaf_command_broker (int argc, char **argv)
{
  return fail ();
}

int
sheaf_command_worker (int argc, char **argv)
{
  return fail ();
}

int
sheaf_command_queue (int argc, char **argv)
{
  return fail ();
}
