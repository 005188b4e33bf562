/* test-compare.c: comparisons really do the work, and say only what was measured
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/compare-work.h"
#include "app/compare.h"
#include "app/work/error.h"
#include "tests/app/leftovers.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

typedef struct
{
  gboolean done;
  GError *error;
  guint n_changes;
  double progress;
} Watched;

static void
on_compared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Watched *watched = user_data;

  sheaf_comparison_run_finish (SHEAF_COMPARISON (source), result, &watched->error);
  watched->done = TRUE;
}

static void
on_changed (SheafComparison *comparison, gpointer user_data)
{
  ((Watched *) user_data)->n_changes++;
}

static void
on_progress (SheafComparison *comparison, GParamSpec *pspec, gpointer user_data)
{
  Watched *watched = user_data;
  double progress;

  g_object_get (comparison, "progress", &progress, NULL);
  g_assert_cmpfloat (progress, >=, watched->progress);
  g_assert_cmpfloat (progress, <=, 1);
  watched->progress = progress;
}

static void
run (SheafComparison *comparison, GCancellable *cancellable, Watched *watched)
{
  g_signal_connect (comparison, "changed", G_CALLBACK (on_changed), watched);
  g_signal_connect (comparison, "notify::progress", G_CALLBACK (on_progress), watched);
  sheaf_comparison_run_async (comparison, cancellable, on_compared, watched);
  while (!watched->done)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (comparison, watched);
}

static void
check_rows (SheafComparison *comparison, guint n, guint n_runs)
{
  GPtrArray *rows = sheaf_comparison_get_rows (comparison);

  g_assert_cmpuint (rows->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      SheafComparisonRow *row = rows->pdata[i];

      g_assert_cmpuint (row->runs, ==, n_runs);
      g_assert_cmpuint (row->jobs, >=, 1);
      g_assert_cmpfloat (row->wall_s, >, 0);
      g_assert_cmpfloat (row->cpu_s, >, 0);
      g_assert_cmpuint (row->peak_rss_kb, >, 1000);
    }
}

/* Helpers count: work done in them costs processor time and memory here. */
static void
test_hash (void)
{
  static const char *const executors[] = { "sequential", "processes", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafComparison) comparison = sheaf_comparison_new ("hash", executors, 2, 2, &error);
  g_autofree char *before = sheaf_comparison_dup_advice (comparison);
  g_autofree char *advice = NULL;
  g_autofree char *text = NULL;
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) root = NULL;
  SheafComparisonRow *sequential, *processes;
  Watched watched = { 0 };
  JsonObject *object;

  g_assert_no_error (error);
  g_assert_null (before);
  g_assert_null (sheaf_comparison_get_best (comparison));
  sheaf_comparison_set_scale (comparison, 0.2);
  run (comparison, NULL, &watched);
  g_assert_no_error (watched.error);
  g_assert_cmpuint (watched.n_changes, ==, 4);
  g_assert_cmpfloat (watched.progress, ==, 1);
  check_rows (comparison, 2, 2);

  sequential = sheaf_comparison_get_rows (comparison)->pdata[0];
  processes = sheaf_comparison_get_rows (comparison)->pdata[1];
  g_assert_cmpfloat (sequential->speedup, ==, 1);
  g_assert_cmpfloat (processes->speedup, ==, sequential->wall_s / processes->wall_s);
  g_assert_cmpfloat (processes->cpu_s, >, sequential->cpu_s / 2);
  g_assert_cmpuint (processes->peak_rss_kb, >, sequential->peak_rss_kb);

  advice = sheaf_comparison_dup_advice (comparison);
  g_assert_nonnull (strstr (advice, sheaf_comparison_get_best (comparison)));
  text = sheaf_comparison_to_text (comparison);
  g_assert_nonnull (strstr (text, advice));
  g_assert_nonnull (strstr (text, "processes"));

  json = sheaf_comparison_to_json (comparison);
  g_assert_null (strchr (json, '\n'));
  root = json_from_string (json, &error);
  g_assert_no_error (error);
  object = json_node_get_object (root);
  g_assert_cmpstr (json_object_get_string_member (object, "workload"), ==, "hash");
  g_assert_cmpint (json_object_get_int_member (object, "items"), ==, 20);
  g_assert_cmpint (json_object_get_int_member (object, "runs"), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (object, "advice"), ==, advice);
  object = json_array_get_object_element (json_object_get_array_member (object, "rows"), 1);
  g_assert_cmpstr (json_object_get_string_member (object, "executor"), ==, "processes");
  g_assert_cmpint (json_object_get_int_member (object, "jobs"), ==, 2);
  g_assert_cmpfloat (json_object_get_double_member (object, "wall_s"), >, 0);
  g_assert_cmpfloat (json_object_get_double_member (object, "cpu_s"), >, 0);
  g_assert_cmpint (json_object_get_int_member (object, "peak_rss_kb"), >, 0);
  g_assert_cmpfloat (json_object_get_double_member (object, "speedup"), >, 0);
}

/* A thousand numbers are nothing: whoever is fastest, it is not worth handing them out. */
static void
test_primes (void)
{
  double highest = G_MAXDOUBLE;

  /* A tie at most; whatever else the machine does may give the lead to any of them, but not each
   * time. */
  for (guint attempt = 0; attempt < 5 && highest >= 1.8; attempt++)
    {
      g_autoptr (SheafComparison) comparison = sheaf_comparison_new ("primes", NULL, 0, 3, NULL);
      GPtrArray *rows = sheaf_comparison_get_rows (comparison);
      Watched watched = { 0 };

      run (comparison, NULL, &watched);
      g_assert_no_error (watched.error);
      check_rows (comparison, rows->len, 3);
      highest = 0;
      for (guint i = 0; i < rows->len; i++)
        highest = MAX (highest, ((SheafComparisonRow *) rows->pdata[i])->speedup);
    }
  g_assert_cmpfloat (highest, <, 1.8);
}

/* A window shows titles; the nick is what it stores. */
static void
test_titles (void)
{
  static const char *const executors[] = { "sequential", NULL };
  g_autoptr (SheafComparison) comparison = sheaf_comparison_new ("hash", executors, 0, 1, NULL);
  g_autofree char *advice = NULL;
  g_autofree char *text = NULL;
  g_autofree char *json = NULL;
  g_autofree char *status = NULL;
  Watched watched = { 0 };

  sheaf_comparison_set_scale (comparison, 0.01);
  sheaf_comparison_use_titles (comparison);
  run (comparison, NULL, &watched);
  g_assert_no_error (watched.error);

  advice = sheaf_comparison_dup_advice (comparison);
  text = sheaf_comparison_to_text (comparison);
  json = sheaf_comparison_to_json (comparison);
  g_object_get (comparison, "status", &status, NULL);
  g_assert_nonnull (strstr (advice, "“One at a time”"));
  g_assert_nonnull (strstr (text, "One at a time  "));
  g_assert_null (strstr (text, "sequential"));
  g_assert_true (g_str_has_prefix (status, "One at a time, "));
  g_assert_nonnull (strstr (json, "\"executor\":\"sequential\""));
  g_assert_cmpstr (sheaf_comparison_get_best (comparison), ==, "sequential");
}

static void
test_thumbnail (void)
{
  static const char *const executors[] = { "sequential", "processes", NULL };
  g_autoptr (SheafComparison) comparison
      = sheaf_comparison_new ("thumbnail", executors, 0, 1, NULL);
  Watched watched = { 0 };

  run (comparison, NULL, &watched);
  g_assert_no_error (watched.error);
  check_rows (comparison, 2, 1);
}

/* 91 answers of 0.2 s: with 91 at once hardly more than one of them. */
static void
test_download (void)
{
  static const char *const executors[] = { "threads", "async", NULL };
  g_autoptr (SheafComparison) comparison
      = sheaf_comparison_new ("download", executors, 46, 1, NULL);
  g_autofree char *advice = NULL;
  Watched watched = { 0 };

  run (comparison, NULL, &watched);
  g_assert_no_error (watched.error);
  check_rows (comparison, 2, 1);
  for (guint i = 0; i < 2; i++)
    {
      SheafComparisonRow *row = sheaf_comparison_get_rows (comparison)->pdata[i];

      /* Two turns of 46 at least; one after another would take 18 s. */
      g_assert_cmpfloat (row->wall_s, >=, 0.4);
      g_assert_cmpfloat (row->wall_s, <, 15);
      g_assert_cmpfloat (row->speedup, ==, 0);
    }
  advice = sheaf_comparison_dup_advice (comparison);
  g_assert_nonnull (advice);
}

/* How many files and folders there are where comparisons put theirs. */
static guint
count_left (void)
{
  g_autoptr (GDir) dir = g_dir_open (g_get_tmp_dir (), 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
on_progress_cancel (SheafComparison *comparison, GParamSpec *pspec, gpointer cancellable)
{
  double progress;

  g_object_get (comparison, "progress", &progress, NULL);
  if (progress > 0.1)
    g_cancellable_cancel (cancellable);
}

/* In the middle of a run: no file stays, and nobody goes on. */
static void
test_cancelled_midway (void)
{
  static const char *const executors[] = { "async", "processes", NULL };
  g_autoptr (SheafComparison) comparison = sheaf_comparison_new ("download", executors, 4, 1, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Watched watched = { 0 };

  g_signal_connect (comparison, "notify::progress", G_CALLBACK (on_progress_cancel), cancellable);
  run (comparison, cancellable, &watched);
  g_assert_error (watched.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_left (), ==, 0);
  assert_no_children ();
  g_clear_error (&watched.error);
}

static void
test_cancelled (void)
{
  g_autoptr (SheafComparison) comparison = sheaf_comparison_new ("hash", NULL, 0, 3, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gint64 start = g_get_monotonic_time ();
  Watched watched = { 0 };

  sheaf_comparison_set_scale (comparison, 100);
  g_timeout_add_once (300, (GSourceOnceFunc) g_cancellable_cancel, cancellable);
  run (comparison, cancellable, &watched);
  g_assert_error (watched.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_TIME_SPAN_SECOND);
  g_clear_error (&watched.error);
}

/* One that cannot work is left out, with the reason; the others are compared. */
static void
test_one_fails (void)
{
  const char *executors[] = { "sequential", "queue", "threads", NULL };
  g_autoptr (SheafComparison) comparison = sheaf_comparison_new ("primes", executors, 2, 2, NULL);
  g_autofree char *text = NULL, *json = NULL, *advice = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonArray *rows;
  SheafComparisonRow *row;
  const char *best;
  Watched watched = { 0 };

  run (comparison, NULL, &watched);
  g_assert_no_error (watched.error);
  row = sheaf_comparison_get_rows (comparison)->pdata[1];
  g_assert_nonnull (row->failure);
  g_assert_cmpuint (row->runs, ==, 0);
  /* Which of the two was faster is for the machine to say. */
  best = sheaf_comparison_get_best (comparison);
  g_assert_true (g_str_equal (best, "sequential") || g_str_equal (best, "threads"));
  advice = sheaf_comparison_dup_advice (comparison);
  g_assert_nonnull (strstr (advice, best));
  text = sheaf_comparison_to_text (comparison);
  g_assert_nonnull (strstr (text, row->failure));
  json = sheaf_comparison_to_json (comparison);
  root = json_from_string (json, NULL);
  rows = json_object_get_array_member (json_node_get_object (root), "rows");
  g_assert_cmpuint (json_array_get_length (rows), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (rows, 1), "error"),
                   ==, row->failure);
  g_assert_false (json_object_has_member (json_array_get_object_element (rows, 0), "error"));
  /* Nothing measured has seventeen digits. */
  g_assert_false (g_regex_match_simple ("[.][0-9]{7}", json, 0, 0));
}

static void
test_all_fail (void)
{
  const char *executors[] = { "queue", NULL };
  g_autoptr (SheafComparison) comparison = sheaf_comparison_new ("primes", executors, 0, 1, NULL);
  Watched watched = { 0 };

  run (comparison, NULL, &watched);
  g_assert_nonnull (watched.error);
  g_assert_null (sheaf_comparison_get_best (comparison));
  g_clear_error (&watched.error);
}

static void
test_only_one (void)
{
  const char *executors[] = { "sequential", NULL };
  g_autoptr (SheafComparison) comparison = sheaf_comparison_new ("primes", executors, 0, 1, NULL);
  g_autofree char *advice = NULL;
  Watched watched = { 0 };

  run (comparison, NULL, &watched);
  g_assert_no_error (watched.error);
  advice = sheaf_comparison_dup_advice (comparison);
  g_assert_true (g_str_has_prefix (advice, "Only “sequential”"));
}

static void
test_usage (void)
{
  static const char *const executors[] = { "magic", NULL };
  g_autoptr (GError) workload = NULL;
  g_autoptr (GError) executor = NULL;

  g_assert_null (sheaf_comparison_new ("dishes", NULL, 0, 0, &workload));
  g_assert_error (workload, SHEAF_ERROR, SHEAF_ERROR_USAGE);
  g_assert_null (sheaf_comparison_new ("hash", executors, 0, 0, &executor));
  g_assert_error (executor, SHEAF_ERROR, SHEAF_ERROR_USAGE);
}

/* A check that could not fail would be worth nothing. */
static void
test_check_finds_damage (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("sheaf-test-XXXXXX", &error);
  g_autofree char *original = g_build_filename (folder, "original", NULL);
  g_autofree char *made = g_build_filename (folder, "0", NULL);
  g_autofree char *input = g_strconcat ("http://example.org/x\t", original, NULL);
  const char *inputs[] = { input, NULL };
  g_autoptr (GPtrArray) results = g_ptr_array_new ();
  SheafResult result = { sheaf_reply_new (NULL, -1), NULL };
  g_autofree char *digest = NULL;

  g_assert_no_error (error);
  g_ptr_array_add (results, &result);
  g_assert_true (g_file_set_contents (original, "0123456789", 10, NULL));
  g_assert_true (g_file_set_contents (made, "0123456789", 10, NULL));
  digest = sheaf_compare_check ("download", inputs, results, folder, &error);
  g_assert_no_error (error);
  g_assert_nonnull (digest);

  g_assert_true (g_file_set_contents (made, "0123456x89", 10, NULL));
  g_assert_null (sheaf_compare_check ("download", inputs, results, folder, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_SHORT);
  g_clear_error (&error);
  g_assert_null (sheaf_compare_check ("thumbnail", inputs, results, folder, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_DECODE);

  sheaf_reply_unref (result.reply);
  g_unlink (original);
  g_unlink (made);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  char folder[] = "/tmp/sheaf-test-XXXXXX";
  int status;

  /* For the comparisons' files alone; nor is there a broker. */
  g_assert_nonnull (g_mkdtemp (folder));
  g_setenv ("TMPDIR", folder, TRUE);
  g_setenv ("XDG_STATE_HOME", folder, TRUE);
  g_unsetenv ("SHEAF_BROKER");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compare/check-finds-damage", test_check_finds_damage);
  g_test_add_func ("/compare/usage", test_usage);
  g_test_add_func ("/compare/hash", test_hash);
  g_test_add_func ("/compare/primes", test_primes);
  g_test_add_func ("/compare/titles", test_titles);
  g_test_add_func ("/compare/thumbnail", test_thumbnail);
  g_test_add_func ("/compare/download", test_download);
  g_test_add_func ("/compare/cancelled", test_cancelled);
  g_test_add_func ("/compare/cancelled-midway", test_cancelled_midway);
  g_test_add_func ("/compare/one-fails", test_one_fails);
  g_test_add_func ("/compare/all-fail", test_all_fail);
  g_test_add_func ("/compare/only-one", test_only_one);
  status = g_test_run ();
  g_assert_cmpuint (count_left (), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  return status;
}
