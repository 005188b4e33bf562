/* test-helper-pool.c: helpers are started, kept, blamed, replaced and retired; none is left over
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/leftovers.h"

#include "app/exec/helper-pool.h"
#include "app/work/error.h"
#include "app/work/pixels.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *helper_dir;

static SheafHelperPool *
make (guint n)
{
  return sheaf_helper_pool_new ("test-helper", helper_dir, n, 0);
}

static SheafReply *
run (SheafHelperPool *pool, const char *verb, guint timeout_ms, GError **error)
{
  g_autoptr (SheafJob) job = sheaf_job_new (verb, NULL, -1, timeout_ms);

  return sheaf_helper_pool_run (pool, job, NULL, NULL, NULL, error);
}

static void
assert_runs (SheafHelperPool *pool)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = run (pool, "echo", 0, &error);

  g_assert_no_error (error);
  g_assert_nonnull (reply);
}

/* How often the thread that ends idle helpers went to sleep. */
static guint64
count_sleeps_of_keeper (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;
  guint64 n = 0;

  while ((task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", task, "status", NULL);
      g_autofree char *status = NULL;

      if (g_file_get_contents (path, &status, NULL, NULL)
          && g_str_has_prefix (status, "Name:\thelper-keeper\n"))
        n += g_ascii_strtoull (strstr (status, "\nvoluntary_ctxt_switches:")
                                   + strlen ("\nvoluntary_ctxt_switches:"),
                               NULL, 10);
    }
  return n;
}

static void
test_thousand_jobs (void)
{
  g_autoptr (SheafHelperPool) pool = make (2);
  guint n_fds;

  assert_runs (pool);
  n_fds = count_fds ();
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = run (pool, "pixels", 0, &error);
      g_autoptr (SheafPixels) pixels = NULL;

      g_assert_no_error (error);
      pixels = sheaf_pixels_from_memfd (reply->values, reply->fd, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (pixels->width, ==, 2);
    }
  g_assert_cmpuint (count_fds (), ==, n_fds);
  g_assert_cmpuint (sheaf_helper_pool_get_n_running (pool), ==, 1);
  /* A helper that comes free is not a reason to wake it, or every job would. */
  g_assert_cmpuint (count_sleeps_of_keeper (), >, 0);
  g_assert_cmpuint (count_sleeps_of_keeper (), <, 500);
  sheaf_helper_pool_shutdown (pool);
  g_assert_cmpuint (sheaf_helper_pool_get_n_running (pool), ==, 0);
  assert_no_children ();
}

static void
test_missing_program (void)
{
  g_autoptr (SheafHelperPool) pool = sheaf_helper_pool_new ("no-such-helper", helper_dir, 1, 0);
  g_autoptr (GError) error = NULL;
  guint n_fds = count_fds ();

  g_assert_null (run (pool, "echo", 0, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_NO_HELPER);
  g_assert_nonnull (strstr (error->message, "no-such-helper"));
  g_assert_cmpuint (count_fds (), ==, n_fds);
}

/* What is not there is no crash: with back-off these would take fifteen seconds. */
static void
test_missing_program_at_once (void)
{
  g_autoptr (SheafHelperPool) pool = sheaf_helper_pool_new ("no-such-helper", helper_dir, 1, 0);
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (run (pool, "echo", 0, &error));
      g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_NO_HELPER);
    }
  g_assert_cmpint (g_get_monotonic_time () - start, <, 3 * G_USEC_PER_SEC);
}

/* Whatever a helper does to a job, it is that job's error, and the next one finds a new helper. */
static void
test_misbehaviour (gconstpointer verb)
{
  g_autoptr (SheafHelperPool) pool = make (1);
  guint n_fds;

  assert_runs (pool);
  n_fds = count_fds ();
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (run (pool, verb, 60000, &error));
      g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_CRASHED);
      assert_runs (pool);
    }
  g_assert_cmpuint (count_fds (), ==, n_fds);
  sheaf_helper_pool_shutdown (pool);
  assert_no_children ();
}

static void
test_hang (void)
{
  g_autoptr (SheafHelperPool) pool = make (1);
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  g_assert_null (run (pool, "hang", 150, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 150 * G_TIME_SPAN_MILLISECOND);
  assert_runs (pool);
}

/* A frame that never ends is cut off by the job's own limit. */
static void
test_half_a_frame_in_time (void)
{
  g_autoptr (SheafHelperPool) pool = make (1);
  g_autoptr (GError) error = NULL;

  g_assert_null (run (pool, "half", 150, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_TIMEOUT);
  assert_runs (pool);
}

static void
test_died_in_its_sleep (void)
{
  g_autoptr (SheafHelperPool) pool = make (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = run (pool, "environment", 0, &error);
  guint pid = 0;

  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (reply->values, "pid", "u", &pid));
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_usleep (20000);
  assert_runs (pool);
}

static void
test_back_off (void)
{
  g_autoptr (SheafHelperPool) pool = make (1);
  gint64 start;

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (run (pool, "crash", 0, &error));
      g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_CRASHED);
    }

  /* After the fifth in a row: 50, 100, then 200 ms before the next start. */
  start = g_get_monotonic_time ();
  assert_runs (pool);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 150 * G_TIME_SPAN_MILLISECOND);
  start = g_get_monotonic_time ();
  assert_runs (pool);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 150 * G_TIME_SPAN_MILLISECOND);
}

static void
test_retires (void)
{
  g_autoptr (SheafHelperPool) pool = sheaf_helper_pool_new ("test-helper", helper_dir, 2, 1);
  gint64 limit = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  assert_runs (pool);
  g_assert_cmpuint (sheaf_helper_pool_get_n_running (pool), ==, 1);
  g_usleep (500000);
  g_assert_cmpuint (sheaf_helper_pool_get_n_running (pool), ==, 1);
  while (sheaf_helper_pool_get_n_running (pool) > 0 && g_get_monotonic_time () < limit)
    g_usleep (20000);
  g_assert_cmpuint (sheaf_helper_pool_get_n_running (pool), ==, 0);
  assert_no_children ();
  assert_runs (pool);
}

static void
test_environment (void)
{
  g_autoptr (SheafHelperPool) pool = make (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  g_autofree const char **names = NULL;
  int stray = dup (STDERR_FILENO);
  guint n_fds = 0;

  g_assert_true (g_setenv ("IMGUR_CLIENT_ID", "0123456789abcde", TRUE));
  g_assert_true (g_setenv ("LD_AUDIT", "", TRUE));
  reply = run (pool, "environment", 0, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (reply->values, "names", "^a&s", &names));
  g_assert_false (g_strv_contains (names, "IMGUR_CLIENT_ID"));
  g_assert_false (g_strv_contains (names, "LD_AUDIT"));
  g_assert_true (g_strv_contains (names, "LC_ALL"));

  /* The standard ones and the socket; not @stray. */
  g_assert_true (g_variant_lookup (reply->values, "n-fds", "u", &n_fds));
  g_assert_cmpuint (n_fds, ==, 4);
  close (stray);
}

typedef struct
{
  SheafHelperPool *pool;
  GCancellable *cancellable;
  GError *error;
} Waiter;

static gpointer
run_sleep (gpointer data)
{
  Waiter *waiter = data;
  g_autoptr (SheafJob) job
      = sheaf_job_new ("sleep", g_variant_new_parsed ("{'ms': <uint32 60000>}"), -1, 0);

  g_assert_null (
      sheaf_helper_pool_run (waiter->pool, job, NULL, NULL, waiter->cancellable, &waiter->error));
  return NULL;
}

/* One job runs, one waits for the only helper: the second is cancelled, then all is shut down. */
static void
test_waiting_and_shutdown (void)
{
  g_autoptr (SheafHelperPool) pool = make (1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Waiter waiters[2] = { { pool, NULL, NULL }, { pool, cancellable, NULL } };
  GThread *threads[2];

  threads[0] = g_thread_new ("runs", run_sleep, &waiters[0]);
  g_usleep (100000);
  threads[1] = g_thread_new ("waits", run_sleep, &waiters[1]);
  g_usleep (100000);
  g_cancellable_cancel (cancellable);
  g_thread_join (threads[1]);
  g_assert_error (waiters[1].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  sheaf_helper_pool_shutdown (pool);
  g_thread_join (threads[0]);
  g_assert_error (waiters[0].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_no_children ();
  g_assert_null (run (pool, "echo", 0, NULL));
  for (guint i = 0; i < 2; i++)
    g_clear_error (&waiters[i].error);
}

int
main (int argc, char *argv[])
{
  static const char *const bad[] = { "crash", "unsealed", "garbage", "half", "leave" };

  g_test_init (&argc, &argv, NULL);
  helper_dir = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "tests", NULL);
  g_test_add_func ("/helper-pool/thousand-jobs", test_thousand_jobs);
  g_test_add_func ("/helper-pool/missing-program", test_missing_program);
  g_test_add_func ("/helper-pool/missing-program-at-once", test_missing_program_at_once);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strconcat ("/helper-pool/misbehaviour/", bad[i], NULL);

      g_test_add_data_func (path, bad[i], test_misbehaviour);
    }
  g_test_add_func ("/helper-pool/hang", test_hang);
  g_test_add_func ("/helper-pool/half-a-frame-in-time", test_half_a_frame_in_time);
  g_test_add_func ("/helper-pool/died-in-its-sleep", test_died_in_its_sleep);
  g_test_add_func ("/helper-pool/back-off", test_back_off);
  g_test_add_func ("/helper-pool/retires", test_retires);
  g_test_add_func ("/helper-pool/environment", test_environment);
  g_test_add_func ("/helper-pool/waiting-and-shutdown", test_waiting_and_shutdown);
  return g_test_run ();
}
