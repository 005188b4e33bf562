/* test-queue.c: each job one result, whoever dies
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * With a real broker and real workers, which are killed, stopped and cut off. */
#include "config.h"

#include "app/queue/executor-queue.h"
#include "app/work/error.h"
#include "tests/app/queue-fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEASE_MS 1500

static guint
scale (guint whole, guint small)
{
  return g_getenv ("SHEAF_BENCH") != NULL ? whole : small;
}

static char *
dup_batch (SheafExecutor *executor)
{
  return g_strdup (sheaf_executor_queue_get_batch (SHEAF_EXECUTOR_QUEUE (executor)));
}

static void
ask_many (
    Queue *queue, SheafExecutor *executor, Answers *answers, const char *verb, guint n, guint ms)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("%s-%u", verb, i);

      queue_ask (queue, executor, answers, verb, key, ms, NULL);
    }
}

static void
assert_each_once (Answers *answers, guint n)
{
  GHashTableIter iter;
  gpointer times;

  g_assert_cmpuint (g_hash_table_size (answers->answers), ==, n);
  g_hash_table_iter_init (&iter, answers->answers);
  while (g_hash_table_iter_next (&iter, NULL, &times))
    g_assert_cmpuint (GPOINTER_TO_UINT (times), ==, 1);
}

/* 1: many jobs, some workers: one result each, an empty queue, sums that add up. */
static void
test_many (Queue *queue, gconstpointer data)
{
  guint n_workers = GPOINTER_TO_UINT (data), n = scale (10000, 1000);
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autofree char *batch = dup_batch (executor);
  Answers answers;
  gint64 begin;

  answers_init (&answers);
  for (guint i = 0; i < n_workers; i++)
    queue_start_worker (queue, 8, 30000);
  begin = g_get_monotonic_time ();
  ask_many (queue, executor, &answers, "noop", n, 0);
  queue_wait (answers_complete, &answers, 60);
  g_test_message ("%u jobs, %u workers: %.0f jobs/s", n, n_workers,
                  n / ((answers.last_answer - begin) / 1e6));
  g_assert_cmpuint (answers.done, ==, n);
  assert_each_once (&answers, n);
  g_assert_cmpuint (queue_count_starts (queue, NULL), ==, n);
  sheaf_executor_shutdown (executor, FALSE);
  queue_assert_settled (queue, batch, n);
  answers_clear (&answers);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(path, data, function)                                                                  \
  g_test_add ("/queue/" path, Queue, data, queue_set_up, function, queue_tear_down)
  ADD ("many/1", GUINT_TO_POINTER (1), test_many);
  ADD ("many/2", GUINT_TO_POINTER (2), test_many);
  ADD ("many/4", GUINT_TO_POINTER (4), test_many);
  return g_test_run ();
}
