/* queue-peer.c: a worker, or somebody who asks, that a test can kill
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   queue-peer work URL ROOT SLOTS LEASE-MS      everything else is a fraction of the lease
 *   queue-peer ask URL N VERB MS LOG             prints "KEY STATE" as results come */
#include "config.h"

#include "app/queue/queue.h"
#include "app/work/error.h"

#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>

static SheafExecutor *
pick (const char *verb, gpointer user_data, GError **error)
{
  return sheaf_verb_lookup (sheaf_verbs, verb, error) != NULL ? user_data : NULL;
}

static gboolean
on_term (gpointer user_data)
{
  sheaf_queue_worker_stop (user_data);
  return G_SOURCE_CONTINUE;
}

static int
work (char **args)
{
  SheafQueueWorkerOptions options;
  g_autofree char *helpers
      = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), QUEUE_PEER_HELPERS, NULL);
  SheafExecutorOptions executor_options = { .helper_dir = helpers };
  const char *nick = QUEUE_PEER_EXECUTOR;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafBrokerAddress) address = sheaf_broker_address_new (args[0], &error);
  g_autoptr (SheafExecutor) executor = NULL;
  g_autoptr (SheafQueueWorker) worker = NULL;

  g_assert_no_error (error);
  sheaf_queue_worker_options_init (&options);
  options.root = args[1];
  options.slots = atoi (args[2]);
  options.lease_ms = atoi (args[3]);
  options.renew_ms = options.lease_ms / 3;
  options.claim_ms = options.lease_ms / 4;
  options.promote_ms = 100;
  options.retry_ms = 100;
  options.heartbeat_ms = 2000;
  options.block_ms = 1000;
  options.patience_ms = 1000;
  executor_options.n_jobs = options.slots;
  executor = sheaf_executor_create (nick, &executor_options, &error);
  g_assert_no_error (error);
  worker = sheaf_queue_worker_new (address, &options, pick, executor, &error);
  g_assert_no_error (error);
  g_unix_signal_add (SIGTERM, on_term, worker);
  if (!sheaf_queue_worker_run (worker, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  return 0;
}

typedef struct
{
  char *key;
  guint *left;
} Asked;

static void
on_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Asked *asked = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply
      = sheaf_executor_run_finish (SHEAF_EXECUTOR (object), result, &error);

  printf ("%s %s\n", asked->key, reply != NULL ? "done" : sheaf_error_kind (error));
  fflush (stdout);
  (*asked->left)--;
  g_free (asked->key);
  g_free (asked);
}

static int
ask (char **args)
{
  SheafExecutorOptions options = { .broker = args[0] };
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafExecutor) executor = sheaf_executor_create ("queue", &options, &error);
  guint left = atoi (args[1]);

  g_assert_no_error (error);
  for (guint i = 0, n = left; i < n; i++)
    {
      Asked *asked = g_new (Asked, 1);
      g_autoptr (SheafJob) job = NULL;

      asked->key = g_strdup_printf ("%u", i);
      asked->left = &left;
      job = sheaf_job_new (args[2],
                           g_variant_new_parsed ("{'ms': <%u>, 'log': <%s>, 'key': <%s>}",
                                                 (guint) atoi (args[3]), args[4], asked->key),
                           -1, 0);
      sheaf_executor_run_async (executor, job, NULL, NULL, NULL, on_result, asked);
    }
  while (left > 0)
    g_main_context_iteration (NULL, TRUE);
  sheaf_executor_shutdown (executor, FALSE);
  return 0;
}

int
main (int argc, char *argv[])
{
  if (argc == 6 && g_str_equal (argv[1], "work"))
    return work (argv + 2);
  if (argc == 7 && g_str_equal (argv[1], "ask"))
    return ask (argv + 2);
  return 2;
}
