/* command-broker.c: sheaf-cli broker
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/queue/broker.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include <signal.h>

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static void
on_ended (GObject *process, GAsyncResult *result, gpointer loop)
{
  if (g_subprocess_wait_finish (G_SUBPROCESS (process), result, NULL))
    g_main_loop_quit (loop);
}

/* The command is the result; the rest is for a person. */
static void
print_commands (SheafBroker *broker)
{
  const char *remote = sheaf_broker_get_remote_address (broker);
  g_autofree char *address = g_shell_quote (sheaf_broker_get_address (broker));
  g_autofree char *command = g_strconcat ("sheaf-cli worker --broker ", address, NULL);

  g_printerr ("%s\n", _ ("The broker runs until Ctrl+C.  Start workers on this machine, in the "
                         "folder that they shall write to, with:"));
  sheaf_output_line (command);
  if (remote != NULL)
    {
      g_autofree char *quoted = g_shell_quote (remote);

      /* Translators: a folder, then a command line */
      g_printerr (_ ("On other machines, beside copies of “certificate.pem” and “password” from "
                     "%s:\n  sheaf-cli worker --broker %s\n"),
                  sheaf_broker_get_folder (broker), quoted);
    }
  g_printerr ("%s\n", _ ("Then, on this machine: sheaf-cli download demo: -x queue"));
}

int
sheaf_command_broker (int argc, char **argv)
{
  g_autofree char *folder = NULL, *bind = NULL;
  int port = 0;
  const GOptionEntry entries[] = {
    { "bind", 0, 0, G_OPTION_ARG_STRING, &bind,
      N_ ("Listen at this address (127.0.0.1: this machine only)"), N_ ("ADDRESS") },
    { "port", 0, 0, G_OPTION_ARG_INT, &port, N_ ("Listen at this port (6380)"), N_ ("N") },
    { "folder", 0, 0, G_OPTION_ARG_FILENAME, &folder,
      N_ ("Keep password, certificate and jobs in DIR"), N_ ("DIR") },
    { NULL },
  };
  g_auto (GStrv) none = sheaf_command_parse (argc, argv, entries, 0, 0);
  g_autoptr (SheafBroker) broker = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  SheafBrokerOptions options;
  gboolean ended;
  guint signals[2];

  if (none == NULL)
    return SHEAF_EXIT_USAGE;
  if (port < 0 || port > 65535)
    return sheaf_command_fail_usage (_ ("A port must be from 0 to 65535"));
  options = (SheafBrokerOptions){ .folder = folder, .bind = bind, .port = (guint) port };
  broker = sheaf_broker_start (&options, &error);
  if (broker == NULL)
    return sheaf_command_fail (error);

  loop = g_main_loop_new (NULL, FALSE);
  signals[0] = g_unix_signal_add (SIGINT, on_signal, loop);
  signals[1] = g_unix_signal_add (SIGTERM, on_signal, loop);
  g_subprocess_wait_async (sheaf_broker_get_process (broker), cancellable, on_ended, loop);
  print_commands (broker);
  g_main_loop_run (loop);

  ended = g_subprocess_get_identifier (sheaf_broker_get_process (broker)) == NULL;
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (signals[i]);
  g_cancellable_cancel (cancellable);
  sheaf_broker_stop (broker);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (!ended)
    return SHEAF_EXIT_OK;
  g_set_error (&error, SHEAF_ERROR, SHEAF_ERROR_BROKER,
               _ ("The redis-server has ended by itself; its log is %s/log"),
               sheaf_broker_get_folder (broker));
  return sheaf_command_fail (error);
}
