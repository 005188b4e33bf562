/* command-queue.c: sheaf-cli queue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/queue/queue-admin.h"

#include <glib/gi18n-lib.h>

#include <string.h>

static gint64
get_int (JsonObject *object, const char *name)
{
  return json_object_get_int_member_with_default (object, name, 0);
}

static const char *
get_string (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "");
}

#define INT "%" G_GINT64_FORMAT

static void
print_worker (JsonArray *array, guint index, JsonNode *node, gpointer user_data)
{
  JsonObject *worker = json_node_get_object (node);
  /* Translators: a worker: its name, slots in use, slots, jobs done so far */
  g_autofree char *line
      = g_strdup_printf (_ ("worker %s: " INT " of " INT " slots in use, " INT " jobs done"),
                         get_string (worker, "id"), get_int (worker, "running"),
                         get_int (worker, "slots"), get_int (worker, "done"));

  sheaf_output_line (line);
}

static void
print_batch (JsonArray *array, guint index, JsonNode *node, gpointer user_data)
{
  JsonObject *batch = json_node_get_object (node);
  g_autofree char *line
      = g_strdup_printf (/* Translators: a batch: its name, and how many of its jobs are where */
                         _ ("batch %s: " INT " jobs, " INT " done, " INT " failed, " INT
                            " dead, " INT " cancelled"),
                         get_string (batch, "id"), get_int (batch, "total"),
                         get_int (batch, "done"), get_int (batch, "failed"),
                         get_int (batch, "dead"), get_int (batch, "cancelled"));

  sheaf_output_line (line);
}

static void
print_status (JsonObject *status)
{
  g_autofree char *line = g_strdup_printf (
      _ (INT " queued, " INT " running, " INT " waiting for another try, " INT " dead"),
      get_int (status, "queued"), get_int (status, "running"), get_int (status, "waiting"),
      get_int (status, "dead"));

  sheaf_output_line (line);
  if (json_array_get_length (json_object_get_array_member (status, "workers")) == 0)
    sheaf_output_line (_ ("no worker is running"));
  json_array_foreach_element (json_object_get_array_member (status, "workers"), print_worker, NULL);
  json_array_foreach_element (json_object_get_array_member (status, "batches"), print_batch, NULL);
}

static void
print_dead (JsonArray *array, guint index, JsonNode *node, gpointer user_data)
{
  JsonObject *dead = json_node_get_object (node);
  g_autofree char *line = g_strdup_printf ("%s %s %s", get_string (dead, "id"),
                                           get_string (dead, "verb"), get_string (dead, "url"));

  sheaf_output_line (g_strchomp (line));
}

static void
print_dead_json (JsonArray *array, guint index, JsonNode *node, gpointer user_data)
{
  sheaf_output_json (json_object_ref (json_node_get_object (node)));
}

static void
print_number (const char *name, gint64 number)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, name, number);
  sheaf_output_json (object);
}

static gboolean
run_status (SheafBrokerAddress *address, gboolean json, GError **error)
{
  g_autoptr (JsonNode) status = sheaf_queue_admin_status (address, error);

  if (status == NULL)
    return FALSE;
  if (json)
    sheaf_output_json (json_object_ref (json_node_get_object (status)));
  else
    print_status (json_node_get_object (status));
  return TRUE;
}

static gboolean
run_dead (SheafBrokerAddress *address, gboolean json, GError **error)
{
  g_autoptr (JsonNode) dead = sheaf_queue_admin_dead (address, error);

  if (dead == NULL)
    return FALSE;
  json_array_foreach_element (json_node_get_array (dead), json ? print_dead_json : print_dead,
                              NULL);
  return TRUE;
}

static gboolean
run_retry (SheafBrokerAddress *address, gboolean json, GError **error)
{
  gint64 n = sheaf_queue_admin_retry (address, error);

  if (n < 0)
    return FALSE;
  if (json)
    print_number ("retried", n);
  else
    g_printerr (g_dngettext (GETTEXT_PACKAGE, "%d job is queued again\n",
                             "%d jobs are queued again\n", (gulong) n),
                (int) n);
  return TRUE;
}

static gboolean
run_cancel (SheafBrokerAddress *address, const char *batch, gboolean json, GError **error)
{
  if (!sheaf_queue_admin_cancel (address, batch, error))
    return FALSE;
  if (json)
    {
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "cancelled", batch);
      sheaf_output_json (object);
    }
  return TRUE;
}

int
sheaf_command_queue (int argc, char **argv)
{
  g_autofree char *broker = NULL;
  gboolean json = FALSE, ok = FALSE;
  const GOptionEntry entries[] = {
    { "broker", 0, 0, G_OPTION_ARG_STRING, &broker,
      N_ ("Address of the broker (the one on this machine)"), N_ ("URL") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("Print JSON"), NULL },
    { NULL },
  };
  g_auto (GStrv) words = sheaf_command_parse (argc, argv, entries, 1, 2);
  g_autoptr (SheafBrokerAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  gboolean cancel;

  if (words == NULL)
    return SHEAF_EXIT_USAGE;
  cancel = strcmp (words[0], "cancel") == 0;
  if (!g_strv_contains ((const char *const[]){ "status", "cancel", "dead", "retry", NULL },
                        words[0]))
    return sheaf_command_fail_usage (_ ("“%s” is none of: status, cancel, dead, retry"), words[0]);
  if (cancel != (words[1] != NULL))
    return sheaf_command_fail_usage (
        "%s", cancel ? _ ("Cancel which batch? “sheaf-cli queue status” lists them")
                     : _ ("Only “cancel” takes another argument"));

  address = sheaf_broker_address_new (broker, &error);
  if (address != NULL)
    {
      if (cancel)
        ok = run_cancel (address, words[1], json, &error);
      else if (strcmp (words[0], "status") == 0)
        ok = run_status (address, json, &error);
      else if (strcmp (words[0], "dead") == 0)
        ok = run_dead (address, json, &error);
      else
        ok = run_retry (address, json, &error);
    }
  return ok ? SHEAF_EXIT_OK : sheaf_command_fail (error);
}
