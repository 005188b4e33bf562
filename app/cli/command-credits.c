/* command-credits.c: sheaf-cli credits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/command.h"
#include "app/cli/output.h"

#include <glib/gi18n-lib.h>

static void
take_result (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
print_plain (const char *label, gint64 remaining, gint64 limit, gint64 reset)
{
  g_autoptr (GDateTime) utc = reset > 0 ? g_date_time_new_from_unix_utc (reset) : NULL;
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *time = local != NULL ? g_date_time_format (local, "%c") : NULL;
  g_autofree char *line = NULL;

  if (remaining < 0)
    return;
  /* Translators: what, how many requests are left, of how many, when there will be all again */
  line = time != NULL
             ? g_strdup_printf (_ ("%s: %d of %d left until %s"), label, (int) remaining,
                                (int) limit, time)
             : g_strdup_printf (_ ("%s: %d of %d left"), label, (int) remaining, (int) limit);
  sheaf_output_line (line);
}

static void
set_number (JsonObject *object, const char *name, gint64 value)
{
  if (value >= 0)
    json_object_set_int_member (object, name, value);
  else
    json_object_set_null_member (object, name);
}

static void
print_json (const SheafQuota *quota)
{
  JsonObject *object = json_object_new ();

  set_number (object, "user_limit", quota->user_limit);
  set_number (object, "user_remaining", quota->user_remaining);
  set_number (object, "user_reset", quota->user_reset);
  set_number (object, "client_limit", quota->client_limit);
  set_number (object, "client_remaining", quota->client_remaining);
  set_number (object, "client_reset", quota->client_reset);
  sheaf_output_json (object);
}

int
sheaf_command_credits (int argc, char **argv)
{
  g_auto (SheafClientOptions) client = { 0 };
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    SHEAF_CLIENT_ENTRIES (client),
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("As a JSON object"), NULL },
    { NULL },
  };
  g_auto (GStrv) none = sheaf_command_parse (argc, argv, entries, 0, 0);
  g_autoptr (SheafSettings) settings = NULL;
  g_autoptr (SheafEngine) engine = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SheafQuota quota;

  if (none == NULL)
    return SHEAF_EXIT_USAGE;

  settings = sheaf_settings_new ();
  engine = sheaf_engine_new (settings);
  if (!sheaf_client_options_apply (&client, engine, NULL, &error))
    return sheaf_command_fail (error);

  sheaf_engine_check_client_id_async (engine, NULL, NULL, take_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (!sheaf_engine_check_client_id_finish (engine, result, &quota, &error))
    {
      sheaf_engine_shutdown (engine);
      return sheaf_command_fail (error);
    }

  if (json)
    {
      print_json (&quota);
    }
  else
    {
      print_plain (_ ("Requests of this address"), quota.user_remaining, quota.user_limit,
                   quota.user_reset);
      print_plain (_ ("Requests of this client ID"), quota.client_remaining, quota.client_limit,
                   quota.client_reset);
    }
  sheaf_engine_shutdown (engine);
  return SHEAF_EXIT_OK;
}
