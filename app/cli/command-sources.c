/* command-sources.c: sheaf-cli sources
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/command.h"
#include "app/cli/output.h"

#include <glib/gi18n-lib.h>

#define FORM_CELLS 44 /* the first column of the table */

/* printf() pads by bytes; a terminal counts cells, of which some characters take two. */
static char *
table_line (const char *form, const char *gives)
{
  int cells = 0;

  for (const char *c = form; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      if (!g_unichar_iszerowidth (character))
        cells += g_unichar_iswide (character) ? 2 : 1;
    }
  return g_strdup_printf ("  %s%*s %s", form, MAX (FORM_CELLS - cells, 0), "", gives);
}

static void
print_plain (const SheafSourceType *type)
{
  g_auto (GStrv) forms = g_strsplit (_ (type->forms), "\n", -1);
  g_autofree char *head = g_strdup_printf ("%s: %s", _ (type->title), _ (type->description));

  sheaf_output_line (head);
  if (type->needs != NULL)
    {
      /* Translators: what a source needs before it can be used */
      g_autofree char *needs = g_strdup_printf (_ ("  Needs: %s"), _ (type->needs));

      sheaf_output_line (needs);
    }
  for (guint i = 0; forms[i] != NULL; i++)
    {
      g_auto (GStrv) columns = g_strsplit (forms[i], "\t", 2);
      g_autofree char *line
          = table_line (columns[0] != NULL ? columns[0] : "",
                        columns[0] != NULL && columns[1] != NULL ? columns[1] : "");

      sheaf_output_line (g_strchomp (line));
    }
  sheaf_output_line ("");
}

static void
print_json (const SheafSourceType *type)
{
  g_auto (GStrv) forms = g_strsplit (_ (type->forms), "\n", -1);
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; forms[i] != NULL; i++)
    {
      g_auto (GStrv) columns = g_strsplit (forms[i], "\t", 2);
      JsonObject *form = json_object_new ();

      json_object_set_string_member (form, "form", columns[0] != NULL ? columns[0] : "");
      json_object_set_string_member (form, "gives",
                                     columns[0] != NULL && columns[1] != NULL ? columns[1] : "");
      json_array_add_object_element (array, form);
    }
  json_object_set_string_member (object, "source", type->nick);
  json_object_set_string_member (object, "title", _ (type->title));
  json_object_set_string_member (object, "description", _ (type->description));
  if (type->needs != NULL)
    json_object_set_string_member (object, "needs", _ (type->needs));
  else
    json_object_set_null_member (object, "needs");
  json_object_set_array_member (object, "forms", array);
  sheaf_output_json (object);
}

int
sheaf_command_sources (int argc, char **argv)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object a line"), NULL },
    { NULL },
  };
  g_auto (GStrv) none = sheaf_command_parse (argc, argv, entries, 0, 0);

  if (none == NULL)
    return SHEAF_EXIT_USAGE;
  for (const SheafSourceType *type = sheaf_source_types; type->nick != NULL; type++)
    if (json)
      print_json (type);
    else
      print_plain (type);
  return SHEAF_EXIT_OK;
}
