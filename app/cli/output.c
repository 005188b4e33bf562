/* output.c: results on standard output
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/output.h"

#include "app/json-text.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <errno.h>
#include <stdio.h>

/* What errno said at the first write that failed. */
static int failed;

static void
note_failure (void)
{
  if (failed == 0)
    failed = errno != 0 ? errno : EIO;
}

gboolean
sheaf_output_line (const char *text)
{
  if (failed == 0
      && (fputs (text, stdout) == EOF || putc ('\n', stdout) == EOF || fflush (stdout) == EOF))
    note_failure ();
  return failed == 0;
}

gboolean
sheaf_output_json (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = sheaf_json_to_text (node);

  json_object_unref (object);
  return sheaf_output_line (text);
}

gboolean
sheaf_output_is_well (void)
{
  return failed == 0;
}

int
sheaf_output_close (int status)
{
  if (fflush (stdout) == EOF)
    note_failure ();
  if (failed == 0)
    return status;

  /* "head" has seen enough: that needs no words. */
  if (failed != EPIPE)
    g_printerr ("sheaf-cli: %s: %s\n", _ ("Could not write the results"), g_strerror (failed));
  return status == SHEAF_EXIT_OK || status == SHEAF_EXIT_INTERRUPTED ? SHEAF_EXIT_FILES : status;
}
