/* command.c: what the commands of sheaf-cli have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/command.h"

#include "app/base/client-id.h"

#include <glib/gi18n-lib.h>

#include <string.h>

static const SheafCommand *
find_command (const char *name)
{
  for (const SheafCommand *command = sheaf_commands; command->name != NULL; command++)
    if (g_strcmp0 (command->name, name) == 0)
      return command;
  g_assert_not_reached ();
}

GStrv
sheaf_command_parse (
    int argc, char **argv, const GOptionEntry *entries, int min_arguments, int max_arguments)
{
  const SheafCommand *command = find_command (argv[0]);
  g_autoptr (GOptionContext) context = g_option_context_new (_ (command->arguments));
  g_autofree char *program = g_strconcat ("sheaf-cli ", command->name, NULL);
  g_autofree char *old_program = g_strdup (g_get_prgname ());
  g_auto (GStrv) copy = g_new0 (char *, (gsize) argc + 1);
  g_autoptr (GError) error = NULL;
  gboolean parsed;
  int n;

  for (int i = 0; i < argc; i++)
    copy[i] = g_strdup (argv[i]);

  /* The usage line names the program by this. */
  g_set_prgname (program);
  g_option_context_set_summary (context, _ (command->summary));
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  parsed = g_option_context_parse_strv (context, &copy, &error);
  g_set_prgname (old_program);
  if (!parsed)
    {
      sheaf_command_fail_usage ("%s", error->message);
      return NULL;
    }

  n = (int) g_strv_length (copy) - 1;
  if (n > 0 && g_strcmp0 (copy[1], "--") == 0)
    {
      g_free (copy[1]);
      memmove (copy + 1, copy + 2, sizeof (char *) * (gsize) n);
      n--;
    }
  if (n < min_arguments)
    {
      sheaf_command_fail_usage (_ ("Something is missing: sheaf-cli %s %s"), command->name,
                                _ (command->arguments));
      return NULL;
    }
  if (max_arguments >= 0 && n > max_arguments)
    {
      sheaf_command_fail_usage (_ ("“%s” is one argument too many"), copy[max_arguments + 1]);
      return NULL;
    }
  return g_strdupv (copy + 1);
}

int
sheaf_command_fail (const GError *error)
{
  g_printerr ("sheaf-cli: %s\n", error->message);
  return sheaf_error_exit_code (error);
}

int
sheaf_command_fail_usage (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("sheaf-cli: %s\n", message);
  return SHEAF_EXIT_USAGE;
}

void
sheaf_client_options_clear (SheafClientOptions *options)
{
  g_clear_pointer (&options->client_id_file, g_free);
  g_clear_pointer (&options->api_url, g_free);
}

static void
take_result (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/* Of the keyring; waits for it, which nothing else is there to be held up by. */
static char *
lookup_client_id (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *id;

  sheaf_client_id_lookup_async (NULL, NULL, take_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  id = sheaf_client_id_lookup_finish (result, &error);
  if (error != NULL)
    g_info ("No client ID from the keyring: %s", error->message);
  return id;
}

static gboolean
may_need_client_id (const char *spec)
{
  const SheafSourceType *type = spec != NULL ? sheaf_source_type_for (spec) : NULL;

  /* The demo gallery stands for the real service here, and asks for an ID as that does. */
  return spec == NULL
         || (type != NULL && (type->needs != NULL || g_strcmp0 (type->nick, "demo") == 0));
}

gboolean
sheaf_client_options_apply (const SheafClientOptions *options,
                            SheafEngine *engine,
                            const char *spec,
                            GError **error)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) local_error = NULL;

  if (options->api_url != NULL)
    g_object_set (sheaf_engine_get_settings (engine), "api-url", options->api_url, NULL);
  if (!may_need_client_id (spec) || sheaf_engine_has_client_id (engine))
    return TRUE;

  id = options->client_id_file != NULL
           ? sheaf_client_id_from_file (options->client_id_file, &local_error)
           : sheaf_client_id_from_environment (&local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (id == NULL)
    id = lookup_client_id ();
  sheaf_engine_set_client_id (engine, id);
  return TRUE;
}
