/* compare.h: the same work under each way of working, measured
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For the command line and the window alike.  Every run is a process of its own (sheaf-measure), so
 * that processor time and memory are that run's alone; executors take turns, so that a busy moment
 * of the machine does not hit one of them only; medians are kept.  What a run made is checked. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SheafWorkload:
 * @name: what the command line calls it: "download", "thumbnail", "hash", "primes"
 * @title: (translatable): what a person reads
 * @description: (translatable): one sentence: what is done, how often
 * @n_items: how many pieces of work one run has
 */
typedef struct
{
  const char *name;
  const char *title;
  const char *description;
  guint n_items;
} SheafWorkload;

/* Ends with a row without a name. */
extern const SheafWorkload sheaf_workloads[];

/**
 * SheafComparisonRow:
 * @executor: nick, as in sheaf_executor_types
 * @name: what the person reads: the nick, or the title, see sheaf_comparison_use_titles()
 * @jobs: how many at once
 * @runs: how many runs the medians are of; 0: not measured yet
 * @failure: (nullable): why it could not do the work, in words; then it is out of the comparison
 * @wall_s: seconds from the first job asked for to the last result
 * @cpu_s: processor time, helpers' included
 * @peak_rss_kb: memory: the peaks of the process and its helpers, added up
 * @speedup: how many times as fast as the sequential row; 0 where that is not known
 */
typedef struct
{
  const char *executor;
  const char *name;
  guint jobs;
  guint runs;
  const char *failure;
  double wall_s;
  double cpu_s;
  guint64 peak_rss_kb;
  double speedup;
} SheafComparisonRow;

#define SHEAF_TYPE_COMPARISON (sheaf_comparison_get_type ())
G_DECLARE_FINAL_TYPE (SheafComparison, sheaf_comparison, SHEAF, COMPARISON, GObject)

/* Signals: changed (): a run has ended, rows and advice may be new.
 * Properties, read-only and notifying: progress (d), 0 to 1; status (s), what is being done, for a
 * person. */

/**
 * sheaf_comparison_new:
 * @workload: name of a row of sheaf_workloads
 * @executors: (nullable): nicks; %NULL for every one that needs no broker
 * @n_jobs: how many at once; 0 for each executor's default
 * @n_runs: how many runs of each; 0 for 3
 *
 * Returns: (transfer full) (nullable): a comparison that can run once, or %NULL with @error set
 *   (%SHEAF_ERROR_USAGE)
 */
SheafComparison *sheaf_comparison_new (
    const char *workload, const char *const *executors, guint n_jobs, guint n_runs, GError **error);

/* Makes every hash @scale times as heavy as it is by default; above 0, up to 100.  Before running.
 */
void sheaf_comparison_set_scale (SheafComparison *self, double scale);

/* Calls each way of working by its title, as windows do, and not by what the command line takes.
 * Before running. */
void sheaf_comparison_use_titles (SheafComparison *self);

/**
 * sheaf_comparison_run_async:
 *
 * Prepares what the work needs (pictures, a server on the loopback interface), does every run, and
 * cleans up.  An executor that fails is left out from then on; only where all of them do, that is
 * the outcome.  Never blocks the calling context.
 */
void sheaf_comparison_run_async (SheafComparison *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean sheaf_comparison_run_finish (SheafComparison *self, GAsyncResult *result, GError **error);

const SheafWorkload *sheaf_comparison_get_workload (SheafComparison *self);

/* One row for each executor, in the order asked; (transfer none) (element-type SheafComparisonRow).
 */
GPtrArray *sheaf_comparison_get_rows (SheafComparison *self);

/* How many runs of each there are to be. */
guint sheaf_comparison_get_n_runs (SheafComparison *self);

/* What to use for such work here: an executor's nick, or %NULL before every row was measured once
 * or has failed; (transfer none). */
const char *sheaf_comparison_get_best (SheafComparison *self);

/* One sentence: what to use and why, from what was measured; %NULL as above; (transfer full). */
char *sheaf_comparison_dup_advice (SheafComparison *self);

/* The table and the advice for a person: aligned columns, translated; (transfer full). */
char *sheaf_comparison_to_text (SheafComparison *self);

/* One JSON object on one line, see the manual; (transfer full). */
char *sheaf_comparison_to_json (SheafComparison *self);

G_END_DECLS
