/* command-demo.c: sheaf-cli demo
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/demo/demo-server.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include <signal.h>

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

int
sheaf_command_demo (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  g_autofree char *log = NULL;
  g_auto (GStrv) faults = NULL;
  int port = 0;
  int count = 0;
  int latency = 0;
  int seed = 0;
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &port, N_ ("Listen at this port (any free one)"), N_ ("N") },
    { "folder", 0, 0, G_OPTION_ARG_FILENAME, &folder,
      N_ ("Serve the pictures of DIR instead of painted ones"), N_ ("DIR") },
    { "count", 0, 0, G_OPTION_ARG_INT, &count, N_ ("How many pictures (400)"), N_ ("N") },
    { "latency", 0, 0, G_OPTION_ARG_INT, &latency, N_ ("Wait before every answer"), N_ ("MS") },
    { "fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &faults,
      N_ ("Break a part of the answers, for example 500=0.1; may be repeated"), N_ ("KIND=RATE") },
    { "seed", 0, 0, G_OPTION_ARG_INT, &seed, N_ ("Another seed paints another gallery"), N_ ("N") },
    { "log", 0, 0, G_OPTION_ARG_FILENAME, &log, N_ ("Append a line for every request to FILE"),
      N_ ("FILE") },
    { NULL },
  };
  g_auto (GStrv) none = sheaf_command_parse (argc, argv, entries, 0, 0);
  g_autoptr (SheafDemoServer) server = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *use = NULL;
  SheafDemoOptions options;
  guint signals[2];

  if (none == NULL)
    return SHEAF_EXIT_USAGE;
  if (port < 0 || port > 65535)
    return sheaf_command_fail_usage (_ ("A port must be from 0 to 65535"));
  if (count < 0 || latency < 0 || seed < 0)
    return sheaf_command_fail_usage (_ ("Numbers cannot be negative"));

  options = (SheafDemoOptions){ .port = (guint) port,
                                .folder = folder,
                                .count = (guint) count,
                                .latency_ms = (guint) latency,
                                .faults = (const char *const *) faults,
                                .seed = (guint32) seed,
                                .log = log };
  server = sheaf_demo_server_new (&options, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
    return sheaf_command_fail_usage ("%s", error->message);
  if (server == NULL)
    return sheaf_command_fail (error);

  loop = g_main_loop_new (NULL, FALSE);
  signals[0] = g_unix_signal_add (SIGINT, on_signal, loop);
  signals[1] = g_unix_signal_add (SIGTERM, on_signal, loop);
  sheaf_output_line (sheaf_demo_server_get_api_url (server));
  use = g_strdup_printf ("SHEAF_IMGUR_API=%s IMGUR_CLIENT_ID=%s sheaf-cli download imgur:hot",
                         sheaf_demo_server_get_api_url (server), SHEAF_DEMO_CLIENT_ID);
  /* Translators: a number of pictures, then a line to type into another terminal */
  g_printerr (_ ("Serving %u pictures until Ctrl+C.  In another terminal, for example:\n  %s\n"),
              sheaf_demo_server_get_n_pictures (server), use);
  g_main_loop_run (loop);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (signals[i]);
  return SHEAF_EXIT_OK;
}
