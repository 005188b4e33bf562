/* test-quota.c: a service's quota is waited for and never run into
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The gate by itself, and a gallery far larger than the quota of the server that has it. */
#include "config.h"

#include "tests/app/source-fixture.h"

#include "app/feed.h"
#include "app/gallery/quota-gate.h"
#include "app/work/error.h"

static gint64
in_seconds (gint64 seconds)
{
  return g_get_real_time () / G_USEC_PER_SEC + seconds;
}

static gboolean
enter (SheafQuotaGate *gate, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sheaf_quota_gate_enter_async (gate, cancellable, source_fixture_keep_result, &result);
  return sheaf_quota_gate_enter_finish (gate, source_fixture_wait (&result), error);
}

static void
tell (SheafQuotaGate *gate, gint64 limit, gint64 remaining, gint64 reset)
{
  const SheafQuota quota = { limit, remaining, reset, -1, -1, -1 };

  sheaf_quota_gate_leave (gate, &quota);
}

static void
assert_closed (SheafQuotaGate *gate, gint64 least, gint64 most)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (enter (gate, NULL, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_RATE_LIMITED);
  g_assert_true (sheaf_error_is_quota_wait (error));
  g_assert_cmpint (sheaf_error_get_retry_after (error), >=, least);
  g_assert_cmpint (sheaf_error_get_retry_after (error), <=, most);
}

static void
test_used_up (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new ();

  /* Nothing is known, so anybody may. */
  g_assert_true (enter (gate, NULL, NULL));
  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 10, 2, in_seconds (1000));
  /* One of the two that are left is on its way. */
  g_assert_true (enter (gate, NULL, NULL));
  assert_closed (gate, 900, 1002);
  /* Answers that overtook each other give nothing back. */
  tell (gate, 10, 0, in_seconds (1000));
  tell (gate, 10, 1, in_seconds (1000));
  assert_closed (gate, 900, 1002);
}

static void
test_without_reset (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new ();

  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, -1, 0, -1);
  assert_closed (gate, 3000, 3600);
}

/* Nonsense neither opens it for good nor closes it for more than a day. */
static void
test_far_reset (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new ();

  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 10, 0, in_seconds (400 * 86400));
  assert_closed (gate, 80000, 86400);
}

static void
test_reserve (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new ();

  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 500, 5, in_seconds (1000));
  assert_closed (gate, 900, 1002);
}

static void
test_client_quota (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new ();
  const SheafQuota quota = { 500, 499, in_seconds (10), 100, 0, in_seconds (2000) };

  g_assert_true (enter (gate, NULL, NULL));
  sheaf_quota_gate_leave (gate, &quota);
  assert_closed (gate, 1900, 2002);
}

/* Answers overtake each other, also across the moment at which the quota begins anew. */
static void
test_late_answer (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new ();

  g_assert_true (enter (gate, NULL, NULL));
  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 4, 1, in_seconds (1000));
  tell (gate, 4, 3, in_seconds (-1));
  assert_closed (gate, 990, 1002);
}

static void
test_slows (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) slow = NULL;
  g_autoptr (GError) error = NULL;
  gint64 began;

  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 100, 6, in_seconds (3600));
  g_assert_true (enter (gate, NULL, NULL));
  began = g_get_monotonic_time ();
  g_assert_true (enter (gate, NULL, NULL));
  g_assert_cmpint (g_get_monotonic_time () - began, >=, G_USEC_PER_SEC);
  /* Who is slowed may still be called off, and then has asked nothing. */
  sheaf_quota_gate_enter_async (gate, cancellable, source_fixture_keep_result, &slow);
  g_cancellable_cancel (cancellable);
  g_assert_false (sheaf_quota_gate_enter_finish (gate, source_fixture_wait (&slow), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tell (gate, 100, 5, in_seconds (3600));
  tell (gate, 100, 4, in_seconds (3600));
}

static void
on_notice (SheafFeed *feed, const GError *error, guint *n_waits)
{
  g_test_message ("%s (%d s)", error->message, (int) sheaf_error_get_retry_after (error));
  g_assert_true (sheaf_error_is_quota_wait (error));
  ++*n_waits;
}

/* The quota of the demo gallery begins anew at whole multiples of @seconds. */
static void
wait_for_new_quota (gint64 seconds)
{
  gint64 period = seconds * G_USEC_PER_SEC;

  g_usleep ((gulong) (period - g_get_real_time () % period));
}

static void
test_never_refused (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (120, "quota=8/5");
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new ();
  SheafSourceContext context = source_fixture_context (fixture);
  SheafFeedOptions options = { .albums = TRUE };
  g_autoptr (SheafSource) source = NULL;
  g_autoptr (SheafFeed) feed = NULL;
  g_autoptr (GError) error = NULL;
  guint n_waits = 0, n_pictures = 0, n;

  context.gate = gate;
  source = sheaf_source_open ("imgur:hot", &context, &error);
  g_assert_no_error (error);
  feed = sheaf_feed_new (source, NULL, &options);
  g_signal_connect (feed, "notice", G_CALLBACK (on_notice), &n_waits);
  wait_for_new_quota (5);
  do
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GPtrArray) handful = NULL;

      sheaf_feed_next_async (feed, NULL, source_fixture_keep_result, &result);
      handful = sheaf_feed_next_finish (feed, source_fixture_wait (&result), &error);
      g_assert_no_error (error);
      for (guint i = 0; i < handful->len; i++)
        g_assert_no_error (((SheafFed *) handful->pdata[i])->error);
      n = handful->len;
      n_pictures += n;
    }
  while (n > 0);
  g_test_message ("%u pictures, %u requests, %u waits", n_pictures,
                  (guint) sheaf_demo_server_get_n_requests (fixture->server), n_waits);
  g_assert_cmpuint (n_pictures, ==, sheaf_demo_server_get_n_pictures (fixture->server));
  g_assert_cmpuint (sheaf_demo_server_get_n_requests (fixture->server), >, 8);
  g_assert_cmpuint (n_waits, >=, 1);
  g_assert_cmpuint (sheaf_demo_server_get_n_refused (fixture->server), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quota/used-up", test_used_up);
  g_test_add_func ("/quota/without-reset", test_without_reset);
  g_test_add_func ("/quota/far-reset", test_far_reset);
  g_test_add_func ("/quota/reserve", test_reserve);
  g_test_add_func ("/quota/client-quota", test_client_quota);
  g_test_add_func ("/quota/late-answer", test_late_answer);
  g_test_add_func ("/quota/slows", test_slows);
  g_test_add_func ("/quota/never-refused", test_never_refused);
  return g_test_run ();
}
