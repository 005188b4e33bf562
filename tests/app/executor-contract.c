/* executor-contract.c: what every executor promises, as test cases
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each case gets a fresh executor, and must leave no descriptor, child process or thread's work
 * behind.  Times are asserted from below where they are a promise, from above only so generously
 * that a busy machine passes. */
#include "config.h"

#include "tests/app/executor-contract.h"

#include "tests/app/contract-verbs.h"
#include "tests/app/leftovers.h"

#include "app/work/error.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SOON (8 * G_TIME_SPAN_SECOND)

typedef struct
{
  const Contract *contract;
  void (*func) (const Contract *contract);
} Case;

typedef struct
{
  SheafReply *reply;
  GError *error;
  gboolean done;
  gint64 at;
  GThread *thread;
} Outcome;

static SheafExecutor *
make (const Contract *contract, guint n_jobs)
{
  g_autofree char *helpers = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "tests", NULL);
  SheafExecutorOptions options = { .n_jobs = n_jobs, .helper_dir = helpers };
  g_autoptr (GError) error = NULL;
  SheafExecutor *executor;

  if (contract->create != NULL)
    return contract->create (n_jobs, contract->data);
  executor = sheaf_executor_create (contract->nick, &options, &error);
  g_assert_no_error (error);
  return executor;
}

static guint
at_once (const Contract *contract, guint n_jobs)
{
  return contract->flags & CONTRACT_ONE_JOB ? 1 : n_jobs;
}

static SheafJob *
job_new (const char *verb, const char *key, guint value)
{
  return sheaf_job_new (verb, g_variant_new_parsed ("{%s: <%u>}", key, value), -1, 0);
}

static SheafJob *
sleep_new (guint ms, guint timeout_ms)
{
  return sheaf_job_new ("sleep", g_variant_new_parsed ("{'ms': <%u>}", ms), -1, timeout_ms);
}

static void
on_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  g_assert_false (outcome->done);
  outcome->reply = sheaf_executor_run_finish (SHEAF_EXECUTOR (source), result, &outcome->error);
  g_assert_true ((outcome->reply != NULL) != (outcome->error != NULL));
  outcome->done = TRUE;
  outcome->at = g_get_monotonic_time ();
  outcome->thread = g_thread_self ();
}

static void
outcome_clear (Outcome *outcome)
{
  g_clear_pointer (&outcome->reply, sheaf_reply_unref);
  g_clear_error (&outcome->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
begin (SheafExecutor *executor, SheafJob *job, GCancellable *cancellable, Outcome *outcome)
{
  memset (outcome, 0, sizeof *outcome);
  sheaf_executor_run_async (executor, job, NULL, NULL, cancellable, on_ready, outcome);
  g_assert_false (outcome->done);
}

static void
wait_until (const gboolean *condition)
{
  while (!*condition)
    g_main_context_iteration (NULL, TRUE);
}

static void
iterate_for (guint ms)
{
  gint64 until = g_get_monotonic_time () + ms * G_TIME_SPAN_MILLISECOND;

  while (g_get_monotonic_time () < until)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
}

static guint
echo_value (SheafReply *reply, const char *key)
{
  guint value = G_MAXUINT;

  if (reply != NULL)
    g_variant_lookup (reply->values, key, "u", &value);
  return value;
}

typedef struct
{
  GPtrArray *results;
  GArray *order; /* of guint */
  gboolean done;
  GMainLoop *loop;
} Mapped;

static void
on_completed (guint index, SheafReply *reply, const GError *error, gpointer user_data)
{
  Mapped *mapped = user_data;

  g_assert_true ((reply != NULL) != (error != NULL));
  g_array_append_val (mapped->order, index);
}

static void
on_mapped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Mapped *mapped = user_data;

  mapped->results = sheaf_executor_map_finish (SHEAF_EXECUTOR (source), result, NULL);
  g_assert_nonnull (mapped->results);
  mapped->done = TRUE;
}

static void
map (SheafExecutor *executor,
     GPtrArray *jobs,
     guint timeout_ms,
     GCancellable *cancellable,
     Mapped *mapped)
{
  memset (mapped, 0, sizeof *mapped);
  mapped->order = g_array_new (FALSE, FALSE, sizeof (guint));
  sheaf_executor_map_async (executor, jobs, timeout_ms, on_completed, mapped, cancellable,
                            on_mapped, mapped);
  wait_until (&mapped->done);
  g_assert_cmpuint (mapped->results->len, ==, jobs->len);
  g_assert_cmpuint (mapped->order->len, ==, jobs->len);
}

static void
mapped_clear (Mapped *mapped)
{
  g_clear_pointer (&mapped->results, g_ptr_array_unref);
  g_clear_pointer (&mapped->order, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Mapped, mapped_clear)

static GPtrArray *
jobs_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_job_unref);
}

static const GError *
error_at (Mapped *mapped, guint index)
{
  return ((SheafResult *) mapped->results->pdata[index])->error;
}

static SheafReply *
reply_at (Mapped *mapped, guint index)
{
  return ((SheafResult *) mapped->results->pdata[index])->reply;
}

/* The cases. */

static void
test_map_order (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 4);
  g_autoptr (GPtrArray) jobs = jobs_new ();
  g_auto (Mapped) mapped = { 0 };

  for (guint i = 0; i < 200; i++)
    g_ptr_array_add (jobs, job_new ("echo", "n", i * 7));
  map (executor, jobs, 0, NULL, &mapped);
  for (guint i = 0; i < jobs->len; i++)
    g_assert_cmpuint (echo_value (reply_at (&mapped, i), "n"), ==, i * 7);
}

static void
test_map_nothing (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (GPtrArray) jobs = jobs_new ();
  g_auto (Mapped) mapped = { 0 };

  map (executor, jobs, 0, NULL, &mapped);
}

static void
test_as_completed (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (GPtrArray) jobs = jobs_new ();
  g_auto (Mapped) mapped = { 0 };

  g_ptr_array_add (jobs, sleep_new (600, 0));
  g_ptr_array_add (jobs, job_new ("echo", "n", 1));
  map (executor, jobs, 0, NULL, &mapped);
  g_assert_cmpuint (g_array_index (mapped.order, guint, 0), ==, at_once (contract, 2) == 1 ? 0 : 1);
}

/* Six at once are faster than one after another; on a busy machine, starting helpers may take
 * longer than that saves, but not each time. */
static void
test_n_jobs (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 6);
  guint n = sheaf_executor_get_n_jobs (executor);
  gint64 took = G_MAXINT64;

  g_assert_cmpuint (n, ==, at_once (contract, 6));
  for (guint attempt = 0; attempt < 10 && took >= 900 * G_TIME_SPAN_MILLISECOND; attempt++)
    {
      g_autoptr (GPtrArray) jobs = jobs_new ();
      g_auto (Mapped) mapped = { 0 };
      gint64 start = g_get_monotonic_time ();

      for (guint i = 0; i < 6; i++)
        g_ptr_array_add (jobs, sleep_new (150, 0));
      map (executor, jobs, 0, NULL, &mapped);
      took = g_get_monotonic_time () - start;
      g_assert_cmpint (took, >=, 150 * G_TIME_SPAN_MILLISECOND * 6 / n);
      if (n == 1)
        return;
    }
  g_assert_cmpint (took, <, 900 * G_TIME_SPAN_MILLISECOND);
}

static void
test_failure_of_one (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (GPtrArray) jobs = jobs_new ();
  g_auto (Mapped) mapped = { 0 };

  for (guint i = 0; i < 9; i++)
    g_ptr_array_add (jobs, job_new (i == 4 ? "fail" : "echo", "n", i));
  g_ptr_array_add (jobs, job_new ("no-such-verb", "n", 9));
  map (executor, jobs, 0, NULL, &mapped);
  for (guint i = 0; i < 9; i++)
    if (i != 4)
      g_assert_cmpuint (echo_value (reply_at (&mapped, i), "n"), ==, i);
  g_assert_error (error_at (&mapped, 4), SHEAF_ERROR, SHEAF_ERROR_NOT_FOUND);
  g_assert_cmpuint (sheaf_error_get_http_status (error_at (&mapped, 4)), ==, 404);
  g_assert_cmpint (sheaf_error_get_retry_after (error_at (&mapped, 4)), ==, 7);
  g_assert_error (error_at (&mapped, 9), SHEAF_ERROR, SHEAF_ERROR_USAGE);
}

static void
test_item_time_limit (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (GPtrArray) jobs = jobs_new ();
  g_auto (Mapped) mapped = { 0 };
  gint64 start = g_get_monotonic_time ();

  g_ptr_array_add (jobs, sleep_new (60000, 200));
  g_ptr_array_add (jobs, sleep_new (20, 20000));
  g_ptr_array_add (jobs, sleep_new (60000, 200));
  map (executor, jobs, 0, NULL, &mapped);
  g_assert_error (error_at (&mapped, 0), SHEAF_ERROR, SHEAF_ERROR_TIMEOUT);
  g_assert_no_error (error_at (&mapped, 1));
  g_assert_error (error_at (&mapped, 2), SHEAF_ERROR, SHEAF_ERROR_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 200 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpint (g_get_monotonic_time () - start, <, SOON);
}

static void
test_batch_time_limit (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (GPtrArray) jobs = jobs_new ();
  g_auto (Mapped) mapped = { 0 };
  gint64 start = g_get_monotonic_time ();

  g_ptr_array_add (jobs, job_new ("echo", "n", 1));
  for (guint i = 0; i < 5; i++)
    g_ptr_array_add (jobs, sleep_new (60000, 0));
  map (executor, jobs, 700, NULL, &mapped);
  g_assert_cmpuint (echo_value (reply_at (&mapped, 0), "n"), ==, 1);
  for (guint i = 1; i < jobs->len; i++)
    g_assert_error (error_at (&mapped, i), SHEAF_ERROR, SHEAF_ERROR_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 700 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpint (g_get_monotonic_time () - start, <, SOON);
}

static void
test_cancel_queued (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 1);
  g_autoptr (SheafJob) slow = sleep_new (700, 0);
  g_autoptr (SheafJob) other = job_new ("echo", "n", 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) earlier = g_cancellable_new ();
  g_auto (Outcome) first = { 0 };
  g_auto (Outcome) second = { 0 };
  g_auto (Outcome) third = { 0 };

  begin (executor, slow, NULL, &first);
  begin (executor, other, cancellable, &second);
  g_cancellable_cancel (earlier);
  begin (executor, other, earlier, &third);
  g_cancellable_cancel (cancellable);
  g_assert_false (second.done);
  wait_until (&second.done);
  wait_until (&third.done);
  g_assert_false (first.done);
  g_assert_error (second.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (third.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_until (&first.done);
  g_assert_no_error (first.error);
}

static void
test_cancel_running (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (SheafJob) slow = sleep_new (60000, 0);
  g_autoptr (SheafJob) echo = job_new ("echo", "n", 3);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Outcome) outcome = { 0 };
  g_auto (Outcome) after = { 0 };
  gint64 start;

  begin (executor, slow, cancellable, &outcome);
  iterate_for (150);
  start = g_get_monotonic_time ();
  g_cancellable_cancel (cancellable);
  wait_until (&outcome.done);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, SOON);

  begin (executor, echo, NULL, &after);
  wait_until (&after.done);
  g_assert_cmpuint (echo_value (after.reply, "n"), ==, 3);
}

static void
test_cancel_map (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (GPtrArray) jobs = jobs_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Mapped) mapped = { 0 };

  for (guint i = 0; i < 20; i++)
    g_ptr_array_add (jobs, sleep_new (60000, 0));
  g_cancellable_cancel (cancellable);
  map (executor, jobs, 0, cancellable, &mapped);
  for (guint i = 0; i < jobs->len; i++)
    g_assert_error (error_at (&mapped, i), G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

typedef struct
{
  GThread *thread;
  guint n;
  guint64 last;
  Outcome outcome;
} Watched;

static void
on_progress (guint64 done, guint64 total, gpointer user_data)
{
  Watched *watched = user_data;

  g_assert_true (watched->thread == g_thread_self ());
  g_assert_false (watched->outcome.done);
  g_assert_cmpuint (total, ==, 400);
  g_assert_cmpuint (done, >, watched->last);
  watched->last = done;
  watched->n++;
}

static void
test_progress (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (SheafJob) job = job_new ("count", "n", 400);
  Watched watched = { .thread = g_thread_self () };
  gint64 start = g_get_monotonic_time (), took;

  sheaf_executor_run_async (executor, job, on_progress, &watched, NULL, on_ready, &watched.outcome);
  wait_until (&watched.outcome.done);
  took = g_get_monotonic_time () - start;
  g_assert_no_error (watched.outcome.error);
  g_assert_cmpuint (watched.n, >=, 1);
  g_assert_cmpuint (watched.n, <=, 2 + took / (100 * G_TIME_SPAN_MILLISECOND));
  iterate_for (20);
  outcome_clear (&watched.outcome);
}

static SheafExecutor *nested_executor;

static SheafReply *
run_nested (SheafJob *job, GError **error)
{
  return sheaf_executor_run (nested_executor, job, NULL, error);
}

/* As many jobs as there are workers, each of which runs a job on the same workers. */
static void
test_nested (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (GPtrArray) jobs = jobs_new ();
  g_auto (Mapped) mapped = { 0 };

  if ((contract->flags & CONTRACT_IN_PROCESS) == 0)
    {
      g_autoptr (SheafJob) slow = sleep_new (300, 0);
      g_autoptr (SheafJob) echo = job_new ("echo", "depth", 5);
      g_autoptr (SheafReply) reply = NULL;
      g_autoptr (GError) error = NULL;
      Outcome outcomes[2];

      /* Jobs run elsewhere; what can wait for a full pool is the caller, in its own callbacks. */
      for (guint i = 0; i < 2; i++)
        begin (executor, slow, NULL, &outcomes[i]);
      reply = sheaf_executor_run (executor, echo, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (echo_value (reply, "depth"), ==, 5);
      for (guint i = 0; i < 2; i++)
        {
          wait_until (&outcomes[i].done);
          g_assert_no_error (outcomes[i].error);
          outcome_clear (&outcomes[i]);
        }
      return;
    }

  nested_executor = executor;
  contract_nested_run = run_nested;
  for (guint i = 0; i < 8; i++)
    g_ptr_array_add (jobs, job_new ("nested", "n", i));
  map (executor, jobs, 0, NULL, &mapped);
  for (guint i = 0; i < 8; i++)
    g_assert_cmpuint (echo_value (reply_at (&mapped, i), "depth"), ==, i);
  nested_executor = NULL;
}

static void
test_shutdown_drain (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (SheafJob) job = sleep_new (40, 0);
  Outcome outcomes[8];
  g_auto (Outcome) late = { 0 };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    begin (executor, job, NULL, &outcomes[i]);
  sheaf_executor_shutdown (executor, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    g_assert_false (outcomes[i].done);
  begin (executor, job, NULL, &late);
  g_assert_null (sheaf_executor_run (executor, job, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_until (&late.done);
  g_assert_error (late.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      wait_until (&outcomes[i].done);
      g_assert_no_error (outcomes[i].error);
      outcome_clear (&outcomes[i]);
    }
}

static void
test_shutdown_cancel (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (SheafJob) job = sleep_new (60000, 0);
  Outcome outcomes[8];
  gint64 start;

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    begin (executor, job, NULL, &outcomes[i]);
  iterate_for (100);
  start = g_get_monotonic_time ();
  sheaf_executor_shutdown (executor, TRUE);
  g_assert_cmpint (g_get_monotonic_time () - start, <, SOON);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      wait_until (&outcomes[i].done);
      g_assert_error (outcomes[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      outcome_clear (&outcomes[i]);
    }
  sheaf_executor_shutdown (executor, TRUE);
}

static gpointer
run_in_own_context (gpointer data)
{
  SheafExecutor *executor = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (SheafJob) job = job_new ("echo", "n", i);
      g_auto (Outcome) outcome = { 0 };

      begin (executor, job, NULL, &outcome);
      while (!outcome.done)
        g_main_context_iteration (context, TRUE);
      g_assert_true (outcome.thread == g_thread_self ());
      g_assert_cmpuint (echo_value (outcome.reply, "n"), ==, i);
    }
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_other_contexts (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", run_in_own_context, executor);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

typedef struct
{
  Outcome *others; /* three */
  Outcome own;
} Waiting;

/* Waits, in a callback, for answers that may have come together with this one. */
static void
on_ready_wait_for_others (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waiting *waiting = user_data;

  on_ready (source, result, &waiting->own);
  for (guint i = 0; i < 3; i++)
    wait_until (&waiting->others[i].done);
}

static void
test_loop_in_callback (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (SheafJob) echo = job_new ("echo", "n", 1);
  Outcome others[3];
  Waiting waiting = { others, { 0 } };

  sheaf_executor_run_async (executor, echo, NULL, NULL, NULL, on_ready_wait_for_others, &waiting);
  for (guint i = 0; i < 3; i++)
    begin (executor, echo, NULL, &others[i]);
  /* Everything has its answer before the first of them is delivered. */
  sheaf_executor_shutdown (executor, FALSE);
  wait_until (&waiting.own.done);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (others[i].done);
      g_assert_no_error (others[i].error);
      outcome_clear (&others[i]);
    }
  outcome_clear (&waiting.own);
}

static void
test_last_reference_dropped (const Contract *contract)
{
  SheafExecutor *executor = make (contract, 2);
  g_autoptr (SheafJob) slow = sleep_new (150, 0);
  Outcome outcomes[5];
  gpointer weak = executor;

  g_object_add_weak_pointer (G_OBJECT (executor), &weak);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    begin (executor, slow, NULL, &outcomes[i]);
  g_object_unref (executor);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      wait_until (&outcomes[i].done);
      outcome_clear (&outcomes[i]);
    }
  iterate_for (20);
  g_assert_null (weak);
}

static void
test_many (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 4);
  g_autoptr (GPtrArray) jobs = jobs_new ();
  g_auto (Mapped) mapped = { 0 };
  guint n = contract->many > 0 ? contract->many : 10000;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (jobs, job_new ("echo", "n", i));
  map (executor, jobs, 0, NULL, &mapped);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (echo_value (reply_at (&mapped, i), "n"), ==, i);
}

static void
test_descriptor (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);

  if (contract->flags & CONTRACT_NO_FD)
    {
      g_test_skip ("descriptors stay on their machine");
      return;
    }
  for (guint i = 0; i < 100; i++)
    {
      int fd = memfd_create ("test", MFD_CLOEXEC);
      g_autoptr (SheafJob) job = NULL;
      g_autoptr (SheafReply) reply = NULL;
      g_autoptr (GError) error = NULL;
      guint64 length = 0;

      g_assert_cmpint (ftruncate (fd, 1000 + i), ==, 0);
      job = sheaf_job_new ("echo", NULL, fd, 0);
      reply = sheaf_executor_run (executor, job, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (g_variant_lookup (reply->values, "fd-length", "t", &length));
      g_assert_cmpuint (length, ==, 1000 + i);
    }
}

static void
test_crash (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (GPtrArray) jobs = jobs_new ();
  g_auto (Mapped) mapped = { 0 };

  for (guint i = 0; i < 7; i++)
    g_ptr_array_add (jobs, i == 3   ? sheaf_job_new ("crash", NULL, -1, 0)
                           : i == 5 ? job_new ("echo", "n", i)
                                    : sleep_new (50, 0));
  map (executor, jobs, 0, NULL, &mapped);
  for (guint i = 0; i < 7; i++)
    {
      if (i == 3)
        g_assert_error (error_at (&mapped, i), SHEAF_ERROR, SHEAF_ERROR_CRASHED);
      else
        g_assert_no_error (error_at (&mapped, i));
    }
}

static void
test_crash_once (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (SheafJob) job = NULL;
  g_autoptr (SheafReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  if (contract->flags & CONTRACT_NO_FD)
    {
      g_test_skip ("descriptors stay on their machine");
      return;
    }
  job = sheaf_job_new ("crash-once", NULL, memfd_create ("test", MFD_CLOEXEC), 0);
  reply = sheaf_executor_run (executor, job, NULL, &error);
  if (contract->flags & CONTRACT_RETRIES)
    g_assert_no_error (error);
  else
    g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_CRASHED);
}

static void
test_hang (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (GPtrArray) jobs = jobs_new ();
  g_auto (Mapped) mapped = { 0 };
  gint64 start = g_get_monotonic_time ();

  g_ptr_array_add (jobs, sheaf_job_new ("hang", NULL, -1, 200));
  for (guint i = 1; i < 5; i++)
    g_ptr_array_add (jobs, sleep_new (100, 0));
  map (executor, jobs, 0, NULL, &mapped);
  g_assert_error (error_at (&mapped, 0), SHEAF_ERROR, SHEAF_ERROR_TIMEOUT);
  for (guint i = 1; i < 5; i++)
    g_assert_no_error (error_at (&mapped, i));
  g_assert_cmpint (g_get_monotonic_time () - start, <, SOON);
}

static void
test_hang_cancelled (const Contract *contract)
{
  g_autoptr (SheafExecutor) executor = make (contract, 2);
  g_autoptr (SheafJob) job = sheaf_job_new ("hang", NULL, -1, 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Outcome) outcome = { 0 };
  gint64 start;

  begin (executor, job, cancellable, &outcome);
  iterate_for (150);
  start = g_get_monotonic_time ();
  g_cancellable_cancel (cancellable);
  wait_until (&outcome.done);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, SOON);
}

/* Around each case. */

static void
run_case (gconstpointer data)
{
  const Case *one = data;
  guint n_fds;

  /* GLib makes descriptors of its own with the first context and the first task. */
  g_type_ensure (G_TYPE_TASK);
  g_main_context_iteration (NULL, FALSE);
  n_fds = count_fds ();
  one->func (one->contract);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (count_fds (), ==, n_fds);
  if (one->contract->create == NULL)
    assert_no_children ();
}

void
executor_contract_add (const Contract *contract)
{
  static const struct
  {
    const char *name;
    void (*func) (const Contract *contract);
  } cases[] = {
    { "map-order", test_map_order },
    { "map-nothing", test_map_nothing },
    { "as-completed", test_as_completed },
    { "n-jobs", test_n_jobs },
    { "failure-of-one", test_failure_of_one },
    { "item-time-limit", test_item_time_limit },
    { "batch-time-limit", test_batch_time_limit },
    { "cancel-queued", test_cancel_queued },
    { "cancel-running", test_cancel_running },
    { "cancel-map", test_cancel_map },
    { "progress", test_progress },
    { "nested", test_nested },
    { "shutdown-drain", test_shutdown_drain },
    { "shutdown-cancel", test_shutdown_cancel },
    { "other-contexts", test_other_contexts },
    { "loop-in-callback", test_loop_in_callback },
    { "last-reference-dropped", test_last_reference_dropped },
    { "many", test_many },
    { "descriptor", test_descriptor },
    { "crash", test_crash },
    { "crash-once", test_crash_once },
    { "hang", test_hang },
    { "hang-cancelled", test_hang_cancelled },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/executor/%s/%s", contract->nick, cases[i].name);
      Case *one = g_new (Case, 1);

      *one = (Case){ contract, cases[i].func };
      g_test_add_data_func_full (path, one, run_case, g_free);
    }
}
