/* verb.c: looking a verb up in its table
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/work/error.h"
#include "app/work/verb.h"

#include <glib/gi18n-lib.h>

const SheafVerb *
sheaf_verb_lookup (const SheafVerb *table, const char *name, GError **error)
{
  g_return_val_if_fail (table != NULL, NULL);

  for (const SheafVerb *verb = table; verb->name != NULL; verb++)
    if (g_strcmp0 (verb->name, name) == 0)
      return verb;
  sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("No such kind of work: “%s”"), name);
  return NULL;
}
