/* command-compare.c: sheaf-cli compare
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table, or the object, comes at the end; a line on the terminal shows how far it is. */
#include "config.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/compare.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

typedef struct
{
  GMainLoop *loop;
  GCancellable *cancellable;
  GError *error;
  gboolean drawn; /* a line that is to be drawn over stands on the terminal */
} Comparing;

static void
on_compared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Comparing *comparing = user_data;

  sheaf_comparison_run_finish (SHEAF_COMPARISON (source), result, &comparing->error);
  g_main_loop_quit (comparing->loop);
}

static gboolean
on_signal (gpointer user_data)
{
  Comparing *comparing = user_data;

  g_cancellable_cancel (comparing->cancellable);
  return G_SOURCE_CONTINUE;
}

static void
on_progress (SheafComparison *comparison, GParamSpec *pspec, gpointer user_data)
{
  Comparing *comparing = user_data;
  g_autofree char *status = NULL;
  double progress;

  if (!isatty (STDERR_FILENO))
    return;
  g_object_get (comparison, "status", &status, "progress", &progress, NULL);
  g_printerr ("\r\033[K%3.0f %%  %s", progress * 100, status);
  comparing->drawn = TRUE;
}

static gboolean
has_failures (SheafComparison *comparison)
{
  GPtrArray *rows = sheaf_comparison_get_rows (comparison);

  for (guint i = 0; i < rows->len; i++)
    if (((SheafComparisonRow *) g_ptr_array_index (rows, i))->failure != NULL)
      return TRUE;
  return FALSE;
}

int
sheaf_command_compare (int argc, char **argv)
{
  g_autofree char *executors = NULL;
  g_auto (GStrv) nicks = NULL;
  int jobs = 0, runs = 0;
  double scale = 1;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "executor", 'x', 0, G_OPTION_ARG_STRING, &executors,
      N_ ("Compare these only, separated by commas"), N_ ("EXECUTOR,…") },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, N_ ("How many at once (each one's own default)"),
      N_ ("N") },
    { "runs", 0, 0, G_OPTION_ARG_INT, &runs, N_ ("How many runs the medians are of (3)"),
      N_ ("N") },
    { "scale", 0, 0, G_OPTION_ARG_DOUBLE, &scale, N_ ("Make every hash N times as heavy (1)"),
      N_ ("N") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  g_auto (GStrv) workloads = sheaf_command_parse (argc, argv, entries, 1, 1);
  g_autoptr (SheafComparison) comparison = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  Comparing comparing = { 0 };
  guint signals[2];

  if (workloads == NULL)
    return SHEAF_EXIT_USAGE;
  if (jobs < 0 || runs < 0)
    return sheaf_command_fail_usage (_ ("Numbers cannot be negative"));
  if (!(scale > 0 && scale <= 100))
    return sheaf_command_fail_usage (_ ("A scale must be above 0 and at most 100"));
  if (executors != NULL)
    nicks = g_strsplit (executors, ",", -1);

  comparison = sheaf_comparison_new (workloads[0], (const char *const *) nicks, (guint) jobs,
                                     (guint) runs, &error);
  if (comparison == NULL)
    return sheaf_command_fail (error);

  sheaf_comparison_set_scale (comparison, scale);
  loop = comparing.loop = g_main_loop_new (NULL, FALSE);
  cancellable = comparing.cancellable = g_cancellable_new ();
  signals[0] = g_unix_signal_add (SIGINT, on_signal, &comparing);
  signals[1] = g_unix_signal_add (SIGTERM, on_signal, &comparing);
  g_signal_connect (comparison, "notify", G_CALLBACK (on_progress), &comparing);
  sheaf_comparison_run_async (comparison, cancellable, on_compared, &comparing);
  g_main_loop_run (loop);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (signals[i]);
  g_signal_handlers_disconnect_by_data (comparison, &comparing);
  if (comparing.drawn)
    g_printerr ("\r\033[K");

  if (comparing.error != NULL)
    {
      error = comparing.error;
      return sheaf_command_fail (error);
    }
  text = json ? sheaf_comparison_to_json (comparison) : sheaf_comparison_to_text (comparison);
  sheaf_output_line (g_strchomp (text));
  return has_failures (comparison) ? SHEAF_EXIT_SOME_FAILED : SHEAF_EXIT_OK;
}
