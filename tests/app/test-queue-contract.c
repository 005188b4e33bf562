/* test-queue-contract.c: the queue keeps the contract of executors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cases are those of every executor (executor-contract.c), with a broker and a worker that runs
 * jobs in helper processes. */
#include "config.h"

#include "app/queue/executor-queue.h"
#include "tests/app/executor-contract.h"
#include "tests/app/queue-fixture.h"

static SheafExecutor *
create (guint n_jobs, gpointer data)
{
  Queue *queue = data;
  g_autofree char *helpers = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "tests", NULL);
  SheafExecutorOptions options = { .n_jobs = n_jobs, .helper_dir = helpers, .broker = queue->url };
  g_autoptr (GError) error = NULL;
  SheafExecutor *executor = sheaf_executor_queue_new (&options, &error);

  g_assert_no_error (error);
  return executor;
}

int
main (int argc, char *argv[])
{
  static Queue queue = { .peer = "queue-contract-peer" };
  static Contract contract = { .nick = "queue", .create = create, .data = &queue, .many = 2000 };
  int status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  queue_set_up (&queue, NULL);
  queue_start_worker (&queue, 8, 30000);
  executor_contract_add (&contract);
  status = g_test_run ();
  queue_tear_down (&queue, NULL);
  return status;
}
