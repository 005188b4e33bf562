/* test-verbs-cpu.c: the arithmetic is right, wherever it is done
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/exec/executor.h"
#include "app/verbs/verb-cpu.h"
#include "app/work/error.h"

/* hashlib.pbkdf2_hmac ('sha256', b'hello world', b'salt3', 10000) of Python */
static const char *const digest_3
    = "264e1d4c3f57f0cfd2617f62acaaa42b5ba0390403eb536f6a06328414b932d4";

static SheafJob *
hash_job (guint index, guint iterations)
{
  return sheaf_job_new (
      "hash", g_variant_new_parsed ("{'index': <%u>, 'iterations': <%u>}", index, iterations), -1,
      0);
}

static void
test_hash (gconstpointer nick)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafExecutor) executor = sheaf_executor_create (nick, NULL, &error);
  g_autoptr (SheafJob) job = hash_job (3, 10000);
  g_autoptr (SheafJob) wrong = hash_job (3, 0);
  g_autoptr (SheafReply) reply = NULL;
  const char *digest;

  g_assert_no_error (error);
  reply = sheaf_executor_run (executor, job, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (reply->values, "digest", "&s", &digest));
  g_assert_cmpstr (digest, ==, digest_3);

  g_assert_null (sheaf_executor_run (executor, wrong, NULL, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_USAGE);
}

static void
test_primes (gconstpointer nick)
{
  g_autoptr (SheafExecutor) executor = sheaf_executor_create (nick, NULL, NULL);
  guint n = 0;

  for (guint64 number = 19000; number <= 20000; number++)
    {
      g_autoptr (SheafJob) job
          = sheaf_job_new ("primes", g_variant_new_parsed ("{'number': <%t>}", number), -1, 0);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = sheaf_executor_run (executor, job, NULL, &error);
      gboolean prime = FALSE;

      g_assert_no_error (error);
      g_assert_true (g_variant_lookup (reply->values, "prime", "b", &prime));
      n += prime;
    }
  g_assert_cmpuint (n, ==, 104);
}

static void
test_small_primes (void)
{
  static const guint64 primes[] = { 2, 3, 5, 7, 11, 13, 4294967291u };
  static const guint64 others[] = { 0, 1, 4, 6, 8, 9, 15, 25, 49, 4294967295u };

  for (guint i = 0; i < G_N_ELEMENTS (primes) + G_N_ELEMENTS (others); i++)
    {
      gboolean expected = i < G_N_ELEMENTS (primes), prime = !expected;
      guint64 number = expected ? primes[i] : others[i - G_N_ELEMENTS (primes)];
      g_autoptr (SheafJob) job
          = sheaf_job_new ("primes", g_variant_new_parsed ("{'number': <%t>}", number), -1, 0);
      g_autoptr (SheafReply) reply = sheaf_verb_primes_run (job, NULL, NULL, NULL, NULL);

      g_assert_true (g_variant_lookup (reply->values, "prime", "b", &prime));
      g_assert_cmpint (prime, ==, expected);
    }
}

static SheafJob *
long_hash (guint iterations, guint timeout_ms)
{
  return sheaf_job_new (
      "hash", g_variant_new_parsed ("{'index': <uint32 0>, 'iterations': <%u>}", iterations), -1,
      timeout_ms);
}

/* Ten seconds of hashing at least, were it not cancelled; on a machine with much else to do, or
 * under a sanitizer, a hundred times what a hundredth takes. */
static void
test_hash_cancelled (gconstpointer nick)
{
  g_autoptr (SheafExecutor) executor = sheaf_executor_create (nick, NULL, NULL);
  g_autoptr (SheafJob) hundredth = long_hash (400000, 0);
  g_autoptr (SheafJob) job = long_hash (40000000, 200);
  g_autoptr (SheafReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();
  gint64 half;

  reply = sheaf_executor_run (executor, hundredth, NULL, &error);
  g_assert_no_error (error);
  half = MAX (50 * (g_get_monotonic_time () - begin), 5 * G_TIME_SPAN_SECOND);

  begin = g_get_monotonic_time ();
  g_assert_null (sheaf_executor_run (executor, job, NULL, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 200 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, half);
}

int
main (int argc, char *argv[])
{
  static const char *const nicks[] = { "sequential", "threads", "processes", "async" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    {
      g_autofree char *hash = g_strdup_printf ("/verbs-cpu/%s/hash", nicks[i]);
      g_autofree char *primes = g_strdup_printf ("/verbs-cpu/%s/primes", nicks[i]);
      g_autofree char *cancelled = g_strdup_printf ("/verbs-cpu/%s/hash-cancelled", nicks[i]);

      g_test_add_data_func (hash, nicks[i], test_hash);
      g_test_add_data_func (primes, nicks[i], test_primes);
      g_test_add_data_func (cancelled, nicks[i], test_hash_cancelled);
    }
  g_test_add_func ("/verbs-cpu/small-primes", test_small_primes);
  return g_test_run ();
}
