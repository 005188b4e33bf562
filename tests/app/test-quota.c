/* test-quota.c: a service's quota is waited for and never run into
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The gate by itself, and a gallery far larger than the quota of the server that has it. */
#include "config.h"

#include "tests/app/source-fixture.h"

#include "app/feed.h"
#include "app/gallery/quota-gate.h"
#include "app/gallery/quota-ledger.h"
#include "app/work/error.h"

#include <glib/gstdio.h>
#include <string.h>

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
  const SheafQuota quota = { limit, remaining, reset, -1, -1, -1, -1 };

  sheaf_quota_gate_leave (gate, SHEAF_QUOTA_ANSWERED, &quota, -1);
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
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);

  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 10, 3, in_seconds (1000));
  g_assert_true (enter (gate, NULL, NULL));
  g_assert_true (enter (gate, NULL, NULL));
  g_assert_true (enter (gate, NULL, NULL));
  /* All that are left are on their way. */
  assert_closed (gate, 900, 1002);
  tell (gate, 10, 0, in_seconds (1000));
  tell (gate, 10, 2, in_seconds (1000));
  assert_closed (gate, 900, 1002);
}

/* An answer that two others overtook tells more than can be left, in a quota that is the same. */
static void
test_overtaken (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);
  gint64 reset = in_seconds (1000);

  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 8, 3, reset);
  for (guint i = 0; i < 3; i++)
    g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 8, 1, reset);
  tell (gate, 8, 0, reset);
  tell (gate, 8, 2, reset);
  assert_closed (gate, 900, 1002);
}

/* A question that was sent before the quota began anew and counted after. */
static void
test_counted_after_reset (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);
  gint64 reset = in_seconds (10);

  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 8, 5, reset);
  for (guint i = 0; i < 4; i++)
    g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 8, 4, reset);
  tell (gate, 8, 2, reset + 3600);
  tell (gate, 8, 3, reset);
  /* Of the two of the new quota, one is on its way and one was asked by whoever told late. */
  assert_closed (gate, 3500, 3612);
  tell (gate, 8, 1, reset + 3600);
  g_assert_true (enter (gate, NULL, NULL));
  assert_closed (gate, 3500, 3612);
  tell (gate, 8, 0, reset + 3600);
}

static gboolean
stop_waiting (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Whether nothing comes for a while. */
static gboolean
still_waits (GAsyncResult **result)
{
  gboolean over = FALSE;

  g_timeout_add (200, stop_waiting, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  return *result == NULL;
}

/* While nothing is known, one finds out for the others. */
static void
test_first_alone (void)
{
  static const SheafQuotaOutcome failures[]
      = { SHEAF_QUOTA_FAILED, SHEAF_QUOTA_NOT_ASKED, SHEAF_QUOTA_ANSWERED };
  const SheafQuota quota = { 10, 4, in_seconds (1000), -1, -1, -1, -1 };

  for (guint i = 0; i <= G_N_ELEMENTS (failures); i++)
    {
      g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);
      g_autoptr (GAsyncResult) second = NULL, third = NULL;
      gboolean told = i == G_N_ELEMENTS (failures);
      gboolean silent = !told && failures[i] == SHEAF_QUOTA_ANSWERED;

      g_assert_true (enter (gate, NULL, NULL));
      sheaf_quota_gate_enter_async (gate, NULL, source_fixture_keep_result, &second);
      sheaf_quota_gate_enter_async (gate, NULL, source_fixture_keep_result, &third);
      g_assert_true (still_waits (&second) && third == NULL);
      sheaf_quota_gate_leave (gate, told ? SHEAF_QUOTA_ANSWERED : failures[i], told ? &quota : NULL,
                              -1);
      g_assert_true (sheaf_quota_gate_enter_finish (gate, source_fixture_wait (&second), NULL));
      /* A failure told nothing, so that it is the second who finds out. */
      if (!told && !silent)
        {
          g_assert_true (still_waits (&third));
          sheaf_quota_gate_leave (gate, SHEAF_QUOTA_ANSWERED, &quota, -1);
        }
      g_assert_true (sheaf_quota_gate_enter_finish (gate, source_fixture_wait (&third), NULL));
      if (told)
        {
          g_assert_true (enter (gate, NULL, NULL));
          g_assert_true (enter (gate, NULL, NULL));
          assert_closed (gate, 900, 1002);
        }
    }
}

static void
test_waiting_is_cancelled (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (enter (gate, NULL, NULL));
  sheaf_quota_gate_enter_async (gate, cancellable, source_fixture_keep_result, &second);
  g_cancellable_cancel (cancellable);
  g_assert_false (sheaf_quota_gate_enter_finish (gate, source_fixture_wait (&second), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  /* Nothing of it is left that somebody would wait for. */
  tell (gate, 10, 1, in_seconds (1000));
  g_assert_true (enter (gate, NULL, NULL));
  assert_closed (gate, 900, 1002);
}

/* A service that refuses is not asked before it said; nor soon, where it does not say. */
static void
test_refused (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);
  g_autoptr (SheafQuotaGate) silent = sheaf_quota_gate_new (NULL);
  SheafQuota quota;

  g_assert_true (enter (gate, NULL, NULL));
  sheaf_quota_gate_leave (gate, SHEAF_QUOTA_REFUSED, NULL, 5000);
  assert_closed (gate, 4900, 5001);
  sheaf_quota_gate_get_quota (gate, &quota);
  g_assert_cmpint (quota.user_remaining, ==, 0);
  g_assert_cmpint (quota.user_reset, >, in_seconds (4900));

  g_assert_true (enter (silent, NULL, NULL));
  sheaf_quota_gate_leave (silent, SHEAF_QUOTA_REFUSED, NULL, -1);
  assert_closed (silent, 50, 60);
}

/* A path that nothing is at; (transfer full). */
static char *
make_path (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sheaf-quota-XXXXXX", NULL);

  g_assert_nonnull (folder);
  return g_build_filename (folder, "below", "record", NULL);
}

static void
remove_path (const char *path)
{
  static const char *const endings[] = { "", ".lock", ".new" };
  g_autofree char *below = g_path_get_dirname (path);
  g_autofree char *folder = g_path_get_dirname (below);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *name = g_strconcat (path, endings[i], NULL);

      g_unlink (name);
    }
  /* There is nothing else in it. */
  g_assert_cmpint (g_rmdir (below), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Who comes later knows at once what others found out. */
static void
test_remembered (void)
{
  g_autofree char *path = make_path ();
  SheafQuota quota;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (path);

      if (i == 0)
        {
          g_assert_true (enter (gate, NULL, NULL));
          tell (gate, 500, 3, in_seconds (1000));
          sheaf_quota_gate_flush (gate);
        }
      assert_closed (gate, 900, 1002);
      sheaf_quota_gate_get_quota (gate, &quota);
      g_assert_cmpint (quota.user_limit, ==, 500);
      g_assert_cmpint (quota.user_remaining, ==, 3);
      g_assert_cmpint (quota.user_reset, >=, in_seconds (990));
      g_assert_cmpint (quota.user_reset, <=, in_seconds (1001));
    }
  remove_path (path);
}

/* Nobody spends what another has spent, or may be spending. */
static void
test_shared (void)
{
  g_autofree char *path = make_path ();
  g_autoptr (SheafQuotaGate) one = sheaf_quota_gate_new (path);
  g_autoptr (SheafQuotaGate) other = sheaf_quota_gate_new (path);
  g_autoptr (GAsyncResult) waits = NULL;
  gint64 reset = in_seconds (1000);

  g_assert_true (enter (one, NULL, NULL));
  sheaf_quota_gate_enter_async (other, NULL, source_fixture_keep_result, &waits);
  g_assert_true (still_waits (&waits));
  tell (one, 10, 3, reset);
  g_assert_true (sheaf_quota_gate_enter_finish (other, source_fixture_wait (&waits), NULL));
  g_assert_true (enter (one, NULL, NULL));
  g_assert_true (enter (other, NULL, NULL));
  assert_closed (one, 900, 1002);
  assert_closed (other, 900, 1002);
  tell (other, 10, 0, reset);
  tell (other, 10, 1, reset);
  tell (one, 10, 2, reset);
  assert_closed (one, 900, 1002);
  sheaf_quota_gate_flush (one);
  sheaf_quota_gate_flush (other);
  remove_path (path);
}

/* Who is gone is not waited for, and what it asked is spent. */
static void
test_gone (void)
{
  g_autofree char *path = make_path ();
  g_autoptr (SheafQuotaGate) one = sheaf_quota_gate_new (path);
  SheafQuotaGate *killed = sheaf_quota_gate_new (path);

  g_assert_true (enter (killed, NULL, NULL));
  g_object_unref (killed);
  g_assert_true (enter (one, NULL, NULL));
  tell (one, 10, 3, in_seconds (1000));

  killed = sheaf_quota_gate_new (path);
  g_assert_true (enter (killed, NULL, NULL));
  g_assert_true (enter (killed, NULL, NULL));
  g_object_unref (killed);
  g_assert_true (enter (one, NULL, NULL));
  assert_closed (one, 900, 1002);
  tell (one, 10, 0, in_seconds (1000));
  sheaf_quota_gate_flush (one);
  remove_path (path);
}

/* A record that cannot be read is none; a folder that cannot be written stops nobody. */
static void
test_unusable_record (void)
{
  g_autofree char *path = make_path ();
  g_autofree char *below = g_path_get_dirname (path);
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (path);
  g_autoptr (SheafQuotaGate) nowhere = sheaf_quota_gate_new ("/proc/sheaf/none/record");

  g_mkdir (below, 0700);
  g_file_set_contents (path, "[user]\nremaining=-7\nends=x\n[quota", -1, NULL);
  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 500, 0, in_seconds (1000));
  assert_closed (gate, 900, 1002);
  g_assert_true (enter (nowhere, NULL, NULL));
  tell (nowhere, 500, 0, in_seconds (1000));
  assert_closed (nowhere, 900, 1002);
  remove_path (path);
}

/* The name of the file does not give the ID away, and is another one for another service. */
static void
test_path (void)
{
  g_autofree char *one = sheaf_quota_ledger_dup_path ("https://api.imgur.com/3", "0123456789abcde");
  g_autofree char *same
      = sheaf_quota_ledger_dup_path ("https://api.imgur.com/4", "0123456789abcde");
  g_autofree char *host
      = sheaf_quota_ledger_dup_path ("https://api.example.com/3", "0123456789abcde");
  g_autofree char *id = sheaf_quota_ledger_dup_path ("https://api.imgur.com/3", "0123456789abcdf");

  g_assert_null (strstr (one, "0123456789abcde"));
  g_assert_cmpstr (one, ==, same);
  g_assert_cmpstr (one, !=, host);
  g_assert_cmpstr (one, !=, id);
}

static void
test_without_reset (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);

  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, -1, 0, -1);
  assert_closed (gate, 3000, 3600);
}

/* Nonsense neither opens it for good nor closes it for more than a day. */
static void
test_far_reset (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);

  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 10, 0, in_seconds (400 * 86400));
  assert_closed (gate, 80000, 86400);
}

static void
test_reserve (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);

  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 500, 5, in_seconds (1000));
  assert_closed (gate, 900, 1002);
}

static void
test_client_quota (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);
  const SheafQuota quota = { 500, 499, in_seconds (10), 100, 0, in_seconds (2000), -1 };

  g_assert_true (enter (gate, NULL, NULL));
  sheaf_quota_gate_leave (gate, SHEAF_QUOTA_ANSWERED, &quota, -1);
  assert_closed (gate, 1900, 2002);
}

/* Answers overtake each other, also across the moment at which the quota begins anew. */
static void
test_late_answer (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);

  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 4, 2, in_seconds (1000));
  g_assert_true (enter (gate, NULL, NULL));
  g_assert_true (enter (gate, NULL, NULL));
  tell (gate, 4, 1, in_seconds (1000));
  tell (gate, 4, 3, in_seconds (-1));
  assert_closed (gate, 990, 1002);
}

static void
test_slows (void)
{
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);
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
  g_autoptr (SourceFixture) fixture = source_fixture_new (120, "quota=5/2");
  g_autoptr (SheafQuotaGate) gate = sheaf_quota_gate_new (NULL);
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
  wait_for_new_quota (2);
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
  g_assert_cmpuint (sheaf_demo_server_get_n_requests (fixture->server), >, 10);
  g_assert_cmpuint (n_waits, >=, 2);
  g_assert_cmpuint (sheaf_demo_server_get_n_refused (fixture->server), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quota/used-up", test_used_up);
  g_test_add_func ("/quota/overtaken", test_overtaken);
  g_test_add_func ("/quota/counted-after-reset", test_counted_after_reset);
  g_test_add_func ("/quota/first-alone", test_first_alone);
  g_test_add_func ("/quota/waiting-is-cancelled", test_waiting_is_cancelled);
  g_test_add_func ("/quota/refused", test_refused);
  g_test_add_func ("/quota/remembered", test_remembered);
  g_test_add_func ("/quota/shared", test_shared);
  g_test_add_func ("/quota/gone", test_gone);
  g_test_add_func ("/quota/unusable-record", test_unusable_record);
  g_test_add_func ("/quota/path", test_path);
  g_test_add_func ("/quota/without-reset", test_without_reset);
  g_test_add_func ("/quota/far-reset", test_far_reset);
  g_test_add_func ("/quota/reserve", test_reserve);
  g_test_add_func ("/quota/client-quota", test_client_quota);
  g_test_add_func ("/quota/late-answer", test_late_answer);
  g_test_add_func ("/quota/slows", test_slows);
  g_test_add_func ("/quota/never-refused", test_never_refused);
  return g_test_run ();
}
