/* command-worker.c: sheaf-cli worker
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each kind of work runs under the executor that suits it, made when the first such job comes. */
#include "config.h"

#include "app/cli/command.h"
#include "app/queue/queue-worker.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include <signal.h>

static const char *
nick_for (const SheafVerb *verb)
{
  if (verb->flags & SHEAF_VERB_NETWORK)
    return "async";
  return verb->flags & SHEAF_VERB_HOSTILE_INPUT ? "processes" : "threads";
}

static SheafExecutor *
pick (const char *verb_name, gpointer user_data, GError **error)
{
  GHashTable *executors = user_data;
  const SheafVerb *verb = sheaf_verb_lookup (sheaf_verbs, verb_name, error);
  SheafExecutorOptions options = { 0 };
  SheafExecutor *executor;

  if (verb == NULL)
    return NULL;
  executor = g_hash_table_lookup (executors, nick_for (verb));
  if (executor == NULL)
    {
      options.kind = verb->flags;
      executor = sheaf_executor_create (nick_for (verb), &options, error);
      if (executor != NULL)
        g_hash_table_insert (executors, g_strdup (nick_for (verb)), executor);
    }
  return executor;
}

static gboolean
on_signal (gpointer worker)
{
  sheaf_queue_worker_stop (worker);
  return G_SOURCE_CONTINUE;
}

int
sheaf_command_worker (int argc, char **argv)
{
  g_autofree char *broker = NULL, *root = NULL;
  int jobs = 0;
  const GOptionEntry entries[] = {
    { "broker", 0, 0, G_OPTION_ARG_STRING, &broker,
      N_ ("Address of the broker (the one on this machine)"), N_ ("URL") },
    { "root", 0, 0, G_OPTION_ARG_FILENAME, &root,
      N_ ("Read and write below DIR only (the current folder)"), N_ ("DIR") },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, N_ ("So many jobs at once (8)"), N_ ("N") },
    { NULL },
  };
  g_auto (GStrv) none = sheaf_command_parse (argc, argv, entries, 0, 0);
  g_autoptr (GHashTable) executors
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  g_autoptr (SheafBrokerAddress) address = NULL;
  g_autoptr (SheafQueueWorker) worker = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *label = NULL;
  SheafQueueWorkerOptions options;
  GHashTableIter iter;
  gpointer executor;
  guint signals[2];
  gboolean ok;

  if (none == NULL)
    return SHEAF_EXIT_USAGE;
  if (jobs < 0 || jobs > 1000)
    return sheaf_command_fail_usage (_ ("The number of jobs must be from 1 to 1000"));
  address = sheaf_broker_address_new (broker, &error);
  if (address == NULL)
    return sheaf_command_fail (error);
  sheaf_queue_worker_options_init (&options);
  if (root != NULL)
    options.root = root;
  if (jobs > 0)
    options.slots = (guint) jobs;
  worker = sheaf_queue_worker_new (address, &options, pick, executors, &error);
  if (worker == NULL)
    return sheaf_command_fail (error);

  signals[0] = g_unix_signal_add (SIGINT, on_signal, worker);
  signals[1] = g_unix_signal_add (SIGTERM, on_signal, worker);
  label = sheaf_broker_address_dup_label (address);
  /* Translators: the worker's name, then the broker's address */
  g_printerr (_ ("Worker %s takes jobs from %s until Ctrl+C.\n"),
              sheaf_queue_worker_get_id (worker), label);
  ok = sheaf_queue_worker_run (worker, &error);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (signals[i]);
  g_hash_table_iter_init (&iter, executors);
  while (g_hash_table_iter_next (&iter, NULL, &executor))
    sheaf_executor_shutdown (executor, TRUE);
  return ok ? SHEAF_EXIT_OK : sheaf_command_fail (error);
}
