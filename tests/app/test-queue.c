/* test-queue.c: each job one result, whoever dies
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * With a real broker and real workers, which are killed, stopped and cut off. */
#include "config.h"

#include "app/queue/executor-queue.h"
#include "app/queue/queue-admin.h"
#include "app/queue/queue-client.h"
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

static void
run_for (guint ms)
{
  gint64 until = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < until)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
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

/* 2: workers that are killed lose nothing, and nothing is told twice. */
static void
test_kill_workers (Queue *queue, gconstpointer data)
{
  guint n = scale (600, 120), kills = scale (16, 4);
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autofree char *batch = dup_batch (executor);
  Answers answers;

  answers_init (&answers);
  queue_start_worker (queue, 2, LEASE_MS);
  queue_start_worker (queue, 2, LEASE_MS);
  ask_many (queue, executor, &answers, "sleep", n, 60);
  for (guint i = 0; i < kills; i++)
    {
      run_for (g_random_int_range (300, 500));
      queue_kill_worker (queue, queue->workers->len - 1 - g_random_int_range (0, 2), SIGKILL);
      queue_start_worker (queue, 2, LEASE_MS);
      /* The two youngest live, whoever was hit. */
      if (i % 2 == 0)
        queue_start_worker (queue, 2, LEASE_MS);
    }
  queue_wait (answers_complete, &answers, 120);
  g_assert_cmpuint (answers.done, ==, n);
  assert_each_once (&answers, n);
  g_test_message ("%u kills, %u jobs begun again", kills, queue_count_starts (queue, NULL) - n);
  sheaf_executor_shutdown (executor, FALSE);
  queue_assert_settled (queue, batch, n);
  answers_clear (&answers);
}

/* 2: what a killed worker held goes to another one soon after the lease. */
static void
test_redelivery (Queue *queue, gconstpointer data)
{
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  Answers answers;
  gint64 killed;

  answers_init (&answers);
  queue_start_worker (queue, 1, LEASE_MS);
  queue_ask (queue, executor, &answers, "sleep", "held", 800, NULL);
  while (queue_count_starts (queue, "held") == 0)
    g_main_context_iteration (NULL, FALSE);
  queue_start_worker (queue, 1, LEASE_MS);
  g_usleep (300000);
  killed = g_get_monotonic_time ();
  queue_kill_worker (queue, 0, SIGKILL);
  queue_wait (answers_complete, &answers, 20);
  g_assert_cmpuint (answers.done, ==, 1);
  g_assert_cmpuint (queue_count_starts (queue, "held"), ==, 2);
  g_test_message ("again after %.2f s", (answers.last_answer - killed) / 1e6 - 0.8);
  g_assert_cmpint (answers.last_answer - killed, <, (LEASE_MS * 3 / 2 + 800) * 1000);
  answers_clear (&answers);
}

/* 3: a broker that ends, orderly or not, in the middle of work and of asking. */
static void
test_broker_ends (Queue *queue, gconstpointer data)
{
  guint n = scale (5000, 1500);
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autofree char *batch = dup_batch (executor);
  Answers answers;

  answers_init (&answers);
  queue_start_worker (queue, 8, 10000);
  queue_start_worker (queue, 8, 10000);
  run_for (300);
  ask_many (queue, executor, &answers, "noop", n, 0);
  run_for (20); /* in the middle of asking */
  queue_stop_broker (queue, GPOINTER_TO_INT (data));
  run_for (200);
  queue_start_broker (queue);
  run_for (700);
  queue_stop_broker (queue, GPOINTER_TO_INT (data));
  queue_start_broker (queue);
  queue_wait (answers_complete, &answers, 60);
  g_assert_cmpuint (answers.done, ==, n);
  assert_each_once (&answers, n);
  g_assert_cmpuint (queue_count_starts (queue, NULL), ==, n);
  sheaf_executor_shutdown (executor, FALSE);
  queue_assert_settled (queue, batch, n);
  answers_clear (&answers);
}

/* 4: an outage longer than the lease is nobody's fault: nothing is begun again. */
static void
test_long_outage (Queue *queue, gconstpointer data)
{
  guint n = 8;
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autofree char *batch = dup_batch (executor);
  Answers answers;

  answers_init (&answers);
  queue_start_worker (queue, 4, LEASE_MS);
  queue_start_worker (queue, 4, LEASE_MS);
  queue_start_worker (queue, 4, LEASE_MS);
  ask_many (queue, executor, &answers, "sleep", n, LEASE_MS * 3);
  while (queue_count_starts (queue, NULL) < n)
    run_for (10);
  queue_stop_broker (queue, SIGKILL);
  run_for (LEASE_MS * 3 / 2);
  queue_start_broker (queue);
  queue_wait (answers_complete, &answers, 30);
  g_assert_cmpuint (answers.done, ==, n);
  g_assert_cmpuint (queue_count_starts (queue, NULL), ==, n);
  sheaf_executor_shutdown (executor, FALSE);
  queue_assert_settled (queue, batch, n);
  answers_clear (&answers);
}

/* 5: who slept past the lease comes too late. */
static void
test_late_result (Queue *queue, gconstpointer data)
{
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autofree char *batch = dup_batch (executor);
  Answers answers;

  answers_init (&answers);
  queue_start_worker (queue, 1, LEASE_MS);
  queue_ask (queue, executor, &answers, "sleep", "late", 500, NULL);
  while (queue_count_starts (queue, "late") == 0)
    run_for (5);
  queue_kill_worker (queue, 0, SIGSTOP);
  queue_start_worker (queue, 1, LEASE_MS);
  queue_wait (answers_complete, &answers, 20);
  g_assert_cmpuint (queue_count_starts (queue, "late"), ==, 2);
  queue_kill_worker (queue, 0, SIGCONT);
  run_for (1500);
  g_assert_cmpuint (answers.done, ==, 1);
  g_assert_cmpint (queue_number (queue, "HGET {sheaf}:b:%s done", batch), ==, 1);
  assert_each_once (&answers, 1);
  sheaf_executor_shutdown (executor, FALSE);
  queue_assert_settled (queue, batch, 1);
  answers_clear (&answers);
}

/* 6: a job that takes its workers along is dead after three starts, and takes no other with it. */
static void
test_poison (Queue *queue, gconstpointer data)
{
  guint n = 10;
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autofree char *batch = dup_batch (executor);
  Answers answers;

  answers_init (&answers);
  queue_start_worker (queue, 4, LEASE_MS);
  queue_ask (queue, executor, &answers, "die", "poison", 0, NULL);
  ask_many (queue, executor, &answers, "sleep", n, 200);
  for (guint i = 0; i < 600 && !answers_complete (&answers); i++)
    {
      GSubprocess *worker = g_ptr_array_index (queue->workers, queue->workers->len - 1);

      run_for (50);
      if (g_subprocess_get_identifier (worker) == NULL) /* as systemd would */
        queue_start_worker (queue, 4, LEASE_MS);
    }
  g_assert_cmpuint (answers.done, ==, n);
  g_assert_cmpuint (answers.failed, ==, 1);
  g_assert_error (answers.error, SHEAF_ERROR, SHEAF_ERROR_CRASHED);
  g_assert_cmpuint (queue_count_starts (queue, "poison"), ==, 3);
  g_assert_cmpint (queue_number (queue, "XLEN {sheaf}:dead"), ==, 1);
  assert_each_once (&answers, n + 1);
  sheaf_executor_shutdown (executor, FALSE);
  queue_assert_settled (queue, batch, n + 1);
  answers_clear (&answers);
}

/* 7: a batch is cancelled, what waits and what runs. */
static void
test_cancel_batch (Queue *queue, gconstpointer data)
{
  guint n = scale (10000, 2000);
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autoptr (SheafBrokerAddress) address = sheaf_broker_address_new (queue->url, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *batch = dup_batch (executor);
  Answers answers;
  gint64 begin;

  answers_init (&answers);
  queue_start_worker (queue, 2, LEASE_MS);
  queue_start_worker (queue, 2, LEASE_MS);
  ask_many (queue, executor, &answers, "sleep", n, 30000);
  while (queue_count_starts (queue, NULL) < 4 || queue_number (queue, "XLEN {sheaf}:q") < n)
    run_for (20);
  begin = g_get_monotonic_time ();
  g_assert_true (sheaf_queue_admin_cancel (address, batch, &error));
  g_assert_no_error (error);
  queue_wait (answers_complete, &answers, 20);
  g_test_message ("%u jobs cancelled in %.2f s", n, (answers.last_answer - begin) / 1e6);
  g_assert_cmpint (answers.last_answer - begin, <, 2 * G_USEC_PER_SEC);
  g_assert_cmpuint (answers.cancelled, ==, n);
  g_assert_cmpuint (queue_count_starts (queue, NULL), ==, 4);
  sheaf_executor_shutdown (executor, FALSE);
  queue_assert_settled (queue, batch, n);
  g_assert_false (sheaf_queue_admin_cancel (address, "no-such-batch", &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_USAGE);
  answers_clear (&answers);
}

/* 7: single jobs too, while they wait and while they run. */
static void
test_cancel_one (Queue *queue, gconstpointer data)
{
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autoptr (GCancellable) running = g_cancellable_new (), waiting = g_cancellable_new ();
  g_autofree char *batch = dup_batch (executor);
  Answers answers;

  answers_init (&answers);
  queue_start_worker (queue, 1, 30000);
  queue_ask (queue, executor, &answers, "sleep", "running", 60000, running);
  queue_ask (queue, executor, &answers, "sleep", "waiting", 60000, waiting);
  queue_ask (queue, executor, &answers, "noop", "last", 0, NULL);
  while (queue_count_starts (queue, "running") == 0 || answers.progress == 0)
    run_for (10);
  g_cancellable_cancel (waiting);
  g_cancellable_cancel (running);
  queue_wait (answers_complete, &answers, 5);
  g_assert_cmpuint (answers.cancelled, ==, 2);
  g_assert_cmpuint (answers.done, ==, 1);
  g_assert_cmpuint (queue_count_starts (queue, "waiting"), ==, 0);
  sheaf_executor_shutdown (executor, FALSE);
  queue_assert_settled (queue, batch, 3);
  answers_clear (&answers);
}

/* 8: a worker that is asked to end hands its work over at once. */
static void
test_release (Queue *queue, gconstpointer data)
{
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  Answers answers;
  gint64 begin;

  answers_init (&answers);
  queue_start_worker (queue, 4, 30000);
  ask_many (queue, executor, &answers, "sleep", 4, 3000);
  while (queue_count_starts (queue, NULL) < 4)
    run_for (10);
  queue_start_worker (queue, 4, 30000);
  run_for (500);
  begin = g_get_monotonic_time ();
  queue_kill_worker (queue, 0, SIGTERM);
  while (queue_count_starts (queue, NULL) < 8)
    run_for (10);
  g_test_message ("taken over after %.2f s", (g_get_monotonic_time () - begin) / 1e6);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 2 * G_USEC_PER_SEC);
  queue_wait (answers_complete, &answers, 20);
  g_assert_cmpuint (answers.done, ==, 4);
  g_assert_cmpint (queue_number (queue, "ZCARD {sheaf}:workers"), ==, 1);
  answers_clear (&answers);
}

static guint
count_lines (const char *text)
{
  guint n = 0;

  for (const char *at = text; (at = strchr (at, '\n')) != NULL; at++)
    n++;
  return n;
}

/* 9: who asked is killed, comes again, and finds everything; nothing is done twice. */
static void
test_asker_killed (Queue *queue, gconstpointer data)
{
  g_autofree char *program
      = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "tests", "queue-peer", NULL);
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) first = NULL, second = NULL;
  g_autofree char *output = NULL, *told = NULL;
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) lines = NULL;
  guint n = 60;
  const char *argv[] = { program, "ask", queue->url, "60", "sleep", "60", queue->log, NULL };

  g_subprocess_launcher_setenv (launcher, "XDG_STATE_HOME", queue->folder, TRUE);
  queue_start_worker (queue, 2, 30000);
  first = g_subprocess_launcher_spawnv (launcher, argv, NULL);
  while (queue_count_starts (queue, NULL) < n / 3)
    g_usleep (10000);
  g_subprocess_send_signal (first, SIGKILL);
  g_assert_true (g_subprocess_communicate_utf8 (first, NULL, NULL, &told, NULL, NULL));
  while (queue_count_starts (queue, NULL) < n / 2) /* the workers go on */
    g_usleep (10000);
  second = g_subprocess_launcher_spawnv (launcher, argv, NULL);
  g_assert_true (g_subprocess_communicate_utf8 (second, NULL, NULL, &output, NULL, NULL));
  g_assert_cmpuint (count_lines (output), ==, n);
  lines = g_strsplit (output, "\n", -1);
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (g_str_has_suffix (lines[i], " done"));
      g_assert_true (g_hash_table_add (keys, lines[i]));
    }
  /* Only what the first one had been told of already is done again, because it is asked for again;
   * it may have been killed between hearing and telling. */
  g_test_message ("%u results told, %u jobs begun again", count_lines (told),
                  queue_count_starts (queue, NULL) - n);
  g_assert_cmpuint (queue_count_starts (queue, NULL), >=, n);
  g_assert_cmpuint (queue_count_starts (queue, NULL), <=, n + count_lines (told) + 2);
  g_assert_cmpint (queue_number (queue, "XLEN {sheaf}:q"), ==, 0);
}

/* 11: what may pass is tried again, later and later; what will not pass is not. */
typedef struct
{
  guint left;
  SheafError code;
  GMutex lock;
} Outcome;

static void
on_outcome (const SheafQueueResult *result, GBytes *body, const GError *error, gpointer user_data)
{
  Outcome *outcome = user_data;

  g_mutex_lock (&outcome->lock);
  outcome->code = sheaf_error_code (error);
  outcome->left--;
  g_mutex_unlock (&outcome->lock);
}

static gboolean
outcome_known (gpointer data)
{
  Outcome *outcome = data;
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&outcome->lock);

  return outcome->left == 0;
}

static SheafError
submit_and_wait (SheafQueueClient *client, SheafQueueJob *job)
{
  Outcome outcome = { .left = 1 };

  g_mutex_init (&outcome.lock);
  sheaf_queue_client_submit (client, job, NULL, on_outcome, &outcome);
  queue_wait (outcome_known, &outcome, 30);
  g_mutex_clear (&outcome.lock);
  return outcome.code;
}

static void
test_retry (Queue *queue, gconstpointer data)
{
  g_autoptr (SheafBrokerAddress) address = sheaf_broker_address_new (queue->url, NULL);
  g_autoptr (SheafQueueClient) client = sheaf_queue_client_new (address);
  g_autoptr (SheafQueueJob) flaky = sheaf_queue_job_new (
      "flaky", g_variant_new_parsed ("{'key': <'flaky'>, 'log': <%s>}", queue->log), 0);
  g_autoptr (SheafQueueJob) missing = sheaf_queue_job_new (
      "missing", g_variant_new_parsed ("{'key': <'missing'>, 'log': <%s>}", queue->log), 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) dead = NULL;
  gint64 begin;

  flaky->retries = missing->retries = 3;
  queue_start_worker (queue, 2, 30000);
  g_assert_cmpint (submit_and_wait (client, missing), ==, SHEAF_ERROR_NOT_FOUND);
  g_assert_cmpuint (queue_count_starts (queue, "missing"), ==, 1);
  begin = g_get_monotonic_time ();
  g_assert_cmpint (submit_and_wait (client, flaky), ==, SHEAF_ERROR_RESET);
  g_assert_cmpuint (queue_count_starts (queue, "flaky"), ==, 4);
  /* 0.1 s, 0.4 s, 1.6 s in these tests */
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 2100000);

  /* It is kept for a person to see, who may have it tried again. */
  dead = sheaf_queue_admin_dead (address, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (dead)), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (
                       json_array_get_object_element (json_node_get_array (dead), 0), "verb"),
                   ==, "flaky");
  g_assert_cmpint (sheaf_queue_admin_retry (address, &error), ==, 1);
  while (queue_count_starts (queue, "flaky") == 4)
    run_for (20);
  sheaf_queue_client_shutdown (client, TRUE);
}

/* 11: nobody makes a worker look outside its root. */
static void
test_paths (Queue *queue, gconstpointer data)
{
  static const char *const bad[] = { "../log", "images/../../log", "/etc/passwd", "./log", "a//b" };
  g_autoptr (SheafBrokerAddress) address = sheaf_broker_address_new (queue->url, NULL);
  g_autoptr (SheafQueueClient) client = sheaf_queue_client_new (address);

  queue_start_worker (queue, 2, 30000);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (SheafQueueJob) job
          = sheaf_queue_job_new ("thumbnail", g_variant_new ("a{sv}", NULL), 0);

      job->wants_file = TRUE;
      job->relative = g_strdup (bad[i]);
      g_assert_cmpint (submit_and_wait (client, job), ==, SHEAF_ERROR_PERMISSION);
    }
  sheaf_queue_client_shutdown (client, TRUE);
}

/* 12: everything at once. */
static void
test_chaos (Queue *queue, gconstpointer data)
{
  guint n = scale (3000, 300), poison = scale (6, 1), kills = scale (13, 4);
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autofree char *batch = dup_batch (executor);
  Answers answers;

  answers_init (&answers);
  for (guint i = 0; i < 3; i++)
    queue_start_worker (queue, 2, LEASE_MS);
  ask_many (queue, executor, &answers, "sleep", n / 2, 20);
  ask_many (queue, executor, &answers, "die", poison, 0);
  ask_many (queue, executor, &answers, "noop", n - n / 2, 20);
  for (guint round = 0, alive; !answers_complete (&answers) && round < 2000; round++)
    {
      run_for (100);
      if (round % 5 == 4 && kills > 0)
        {
          kills--;
          queue_kill_worker (queue, queue->workers->len - 1, SIGKILL);
        }
      if (round == 8)
        {
          queue_stop_broker (queue, SIGKILL);
          run_for (scale (4000, 1000));
          queue_start_broker (queue);
        }
      alive = 0;
      for (guint i = 0; i < queue->workers->len; i++)
        alive += g_subprocess_get_identifier (g_ptr_array_index (queue->workers, i)) != NULL;
      for (; alive < 3; alive++)
        queue_start_worker (queue, 2, LEASE_MS);
    }
  g_assert_cmpuint (answers.failed, ==, poison);
  g_assert_cmpuint (answers.done, ==, n);
  assert_each_once (&answers, n + poison);
  g_assert_cmpint (queue_number (queue, "XLEN {sheaf}:dead"), ==, poison);
  sheaf_executor_shutdown (executor, FALSE);
  queue_assert_settled (queue, batch, n + poison);
  answers_clear (&answers);
}

/* 13: a broker that is there but silent, as behind a network that drops everything. */
static void
test_silence (Queue *queue, gconstpointer data)
{
  g_autoptr (SheafExecutor) executor = NULL;
  Answers answers;
  gint64 begin;

  queue_start_relay (queue);
  executor = queue_executor (queue);
  answers_init (&answers);
  queue_start_worker (queue, 1, 30000);
  queue_ask (queue, executor, &answers, "sleep", "before", 1000, NULL);
  while (queue_count_starts (queue, "before") == 0)
    run_for (10);
  queue_blackhole (queue);
  begin = g_get_monotonic_time ();
  queue_ask (queue, executor, &answers, "noop", "after", 0, NULL);
  queue_wait (answers_complete, &answers, 30);
  g_test_message ("back after %.2f s", (answers.last_answer - begin) / 1e6);
  /* The worker waits a second for work and one more for an answer in these tests. */
  g_assert_cmpint (answers.last_answer - begin, <, 15 * G_USEC_PER_SEC);
  g_assert_cmpuint (answers.done, ==, 2);
  g_assert_cmpuint (queue_count_starts (queue, NULL), ==, 2);
  answers_clear (&answers);
}

static gint64
count_listeners (Queue *queue)
{
  g_autoptr (redisReply) reply = queue_command (queue, "PUBSUB NUMSUB {sheaf}:ctl");

  return reply->elements == 2 ? reply->element[1]->integer : 0;
}

static gboolean
one_listens (gpointer data)
{
  return count_listeners (data) == 1;
}

static gboolean
two_listen (gpointer data)
{
  return count_listeners (data) == 2;
}

/* 13: the connection that only listens notices too; the broker still believes in the old one. */
static void
test_silent_listener (Queue *queue, gconstpointer data)
{
  queue_start_relay (queue);
  queue_start_worker (queue, 1, 30000);
  queue_wait (one_listens, queue, 30);
  queue_blackhole (queue);
  queue_wait (two_listen, queue, 30);
}

static guint
count_connections (Queue *queue)
{
  g_autoptr (redisReply) reply = queue_command (queue, "INFO stats");
  const char *at = strstr (reply->str, "total_connections_received:");

  g_assert_nonnull (at);
  return g_ascii_strtoull (strchr (at, ':') + 1, NULL, 10);
}

/* Having nothing to do is no silence: a worker keeps its connections, or it would miss what is
 * called out while it has none. */
static void
test_idle (Queue *queue, gconstpointer data)
{
  guint n;

  queue_start_worker (queue, 1, 30000);
  queue_wait (one_listens, queue, 30);
  n = count_connections (queue);
  g_usleep (12 * G_USEC_PER_SEC); /* longer than connecting may take */
  g_assert_cmpuint (count_connections (queue), ==, n);
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
  ADD ("kill-workers", NULL, test_kill_workers);
  ADD ("redelivery", NULL, test_redelivery);
  ADD ("broker-ends/orderly", GINT_TO_POINTER (SIGTERM), test_broker_ends);
  ADD ("broker-ends/killed", GINT_TO_POINTER (SIGKILL), test_broker_ends);
  ADD ("long-outage", NULL, test_long_outage);
  ADD ("late-result", NULL, test_late_result);
  ADD ("poison", NULL, test_poison);
  ADD ("cancel/batch", NULL, test_cancel_batch);
  ADD ("cancel/one", NULL, test_cancel_one);
  ADD ("release", NULL, test_release);
  ADD ("asker-killed", NULL, test_asker_killed);
  ADD ("retry", NULL, test_retry);
  ADD ("paths", NULL, test_paths);
  ADD ("chaos", NULL, test_chaos);
  ADD ("silence", NULL, test_silence);
  ADD ("silent-listener", NULL, test_silent_listener);
  ADD ("idle", NULL, test_idle);
  return g_test_run ();
}
