/* compare.c: the same work under each way of working, measured
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread goes through preparation and runs, step by step, waiting for processes; what it finds
 * out is applied in the caller's context, which alone touches the rows. */
#include "config.h"

#include "app/compare.h"

#include "app/compare-work.h"
#include "app/exec/executor.h"
#include "app/exec/helper.h"
#include "app/scratch.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define DEFAULT_RUNS    3
#define SCRATCH_PREFIX  "sheaf-compare-"
#define TROUBLE_SECONDS 10 /* an executor that waits for others so long has failed */

const SheafWorkload sheaf_workloads[] = {
  { "download", N_ ("Downloads"),
    N_ ("91 pictures from a server on this computer that thinks for 0.2 seconds about each"),
    SHEAF_COMPARE_DOWNLOADS },
  { "thumbnail", N_ ("Thumbnails"), N_ ("160 pictures of about 225 KB, reduced to 128 pixels"),
    SHEAF_COMPARE_PICTURES },
  { "hash", N_ ("Hashing"), N_ ("20 passwords hashed by PBKDF2, each longer than the one before"),
    SHEAF_COMPARE_HASHES },
  { "primes", N_ ("Prime numbers"), N_ ("Which numbers from 19,000 to 20,000 are prime?"),
    SHEAF_COMPARE_LAST - SHEAF_COMPARE_FIRST + 1 },
  { NULL, NULL, NULL, 0 },
};

typedef struct
{
  SheafComparisonRow row;
  char *failure;
  GArray *walls; /* (element-type double): of every run, as the following */
  GArray *cpus;
  GArray *peaks;
} Series;

struct _SheafComparison
{
  GObject parent_instance;

  const SheafWorkload *workload;
  GPtrArray *series; /* (element-type Series) */
  GPtrArray *rows;   /* (element-type SheafComparisonRow): borrowed from @series */
  guint n_jobs;
  guint n_runs;
  double scale;
  gboolean started;

  double progress;
  char *status;
};

enum
{
  PROP_PROGRESS = 1,
  PROP_STATUS,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafComparison, sheaf_comparison, G_TYPE_OBJECT)

static void
series_free (gpointer data)
{
  Series *series = data;

  g_array_unref (series->walls);
  g_array_unref (series->cpus);
  g_array_unref (series->peaks);
  g_free (series->failure);
  g_free (series);
}

static void
sheaf_comparison_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SheafComparison *self = SHEAF_COMPARISON (object);

  switch (id)
    {
    case PROP_PROGRESS:
      g_value_set_double (value, self->progress);
      break;
    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sheaf_comparison_finalize (GObject *object)
{
  SheafComparison *self = SHEAF_COMPARISON (object);

  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->series);
  g_free (self->status);
  G_OBJECT_CLASS (sheaf_comparison_parent_class)->finalize (object);
}

static void
sheaf_comparison_class_init (SheafComparisonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sheaf_comparison_get_property;
  object_class->finalize = sheaf_comparison_finalize;

  props[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_STATUS]
      = g_param_spec_string ("status", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
sheaf_comparison_init (SheafComparison *self)
{
  self->series = g_ptr_array_new_with_free_func (series_free);
  self->rows = g_ptr_array_new ();
  self->status = g_strdup ("");
}

static void
add_row (SheafComparison *self, const SheafExecutorType *type)
{
  Series *series = g_new0 (Series, 1);

  series->row.executor = series->row.name = type->nick;
  series->walls = g_array_new (FALSE, FALSE, sizeof (double));
  series->cpus = g_array_new (FALSE, FALSE, sizeof (double));
  series->peaks = g_array_new (FALSE, FALSE, sizeof (double));
  g_ptr_array_add (self->series, series);
  g_ptr_array_add (self->rows, &series->row);
}

static const SheafExecutorType *
find_type (const char *nick, GError **error)
{
  for (const SheafExecutorType *type = sheaf_executor_types; type->nick != NULL; type++)
    if (g_str_equal (type->nick, nick))
      return type;

  /* The refusal lists what there is. */
  g_autoptr (SheafExecutor) none = sheaf_executor_create (nick, NULL, error);

  g_assert (none == NULL);
  return NULL;
}

SheafComparison *
sheaf_comparison_new (
    const char *workload, const char *const *executors, guint n_jobs, guint n_runs, GError **error)
{
  g_autoptr (SheafComparison) self = g_object_new (SHEAF_TYPE_COMPARISON, NULL);
  const SheafWorkload *row = sheaf_workloads;

  g_return_val_if_fail (workload != NULL, NULL);

  while (row->name != NULL && !g_str_equal (row->name, workload))
    row++;
  if (row->name == NULL)
    {
      sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("No such work to compare: “%s”"), workload);
      return NULL;
    }
  self->workload = row;
  self->n_jobs = n_jobs;
  self->scale = 1;
  self->n_runs = n_runs > 0 ? n_runs : DEFAULT_RUNS;

  if (executors != NULL)
    for (guint i = 0; executors[i] != NULL; i++)
      {
        const SheafExecutorType *type = find_type (executors[i], error);

        if (type == NULL)
          return NULL;
        add_row (self, type);
      }
  else
    for (const SheafExecutorType *type = sheaf_executor_types; type->nick != NULL; type++)
      if (!g_str_equal (type->nick, "queue"))
        add_row (self, type);
  return g_steal_pointer (&self);
}

/* What is known, in the caller's context. */

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a, other = *(const double *) b;

  return one < other ? -1 : one > other;
}

static double
median_with (GArray *values, double value)
{
  g_autoptr (GArray) sorted = NULL;

  g_array_append_val (values, value);
  sorted = g_array_copy (values);
  g_array_sort (sorted, compare_doubles);
  return (g_array_index (sorted, double, (sorted->len - 1) / 2)
          + g_array_index (sorted, double, sorted->len / 2))
         / 2;
}

static SheafComparisonRow *
sequential_row (SheafComparison *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      SheafComparisonRow *row = self->rows->pdata[i];

      if (row->runs > 0 && row->failure == NULL && g_str_equal (row->executor, "sequential"))
        return row;
    }
  return NULL;
}

typedef struct
{
  guint jobs;
  double wall_s;
  double cpu_s;
  guint64 peak_rss_kb;
} Measured;

static void
add_run (SheafComparison *self, guint index, const Measured *measured)
{
  Series *series = self->series->pdata[index];
  const SheafComparisonRow *sequential;

  series->row.jobs = measured->jobs;
  series->row.runs++;
  series->row.wall_s = median_with (series->walls, measured->wall_s);
  series->row.cpu_s = median_with (series->cpus, measured->cpu_s);
  series->row.peak_rss_kb = median_with (series->peaks, measured->peak_rss_kb);

  sequential = sequential_row (self);
  for (guint i = 0; sequential != NULL && i < self->rows->len; i++)
    {
      SheafComparisonRow *row = self->rows->pdata[i];

      if (row->runs > 0 && row->wall_s > 0)
        row->speedup = sequential->wall_s / row->wall_s;
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

typedef struct
{
  SheafComparison *self;
  double progress;
  char *status;
  gboolean has_run;
  guint index;
  Measured measured;
  char *failure; /* (nullable) */
} News;

static void
add_failure (SheafComparison *self, guint index, const char *failure)
{
  Series *series = self->series->pdata[index];

  series->row.failure = series->failure = g_strdup (failure);
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
apply_news (gpointer user_data)
{
  News *news = user_data;
  SheafComparison *self = news->self;

  if (news->progress != self->progress)
    {
      self->progress = news->progress;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PROGRESS]);
    }
  if (news->status != NULL && !g_str_equal (news->status, self->status))
    {
      g_free (self->status);
      self->status = g_steal_pointer (&news->status);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATUS]);
    }
  if (news->has_run)
    add_run (self, news->index, &news->measured);
  if (news->failure != NULL)
    add_failure (self, news->index, news->failure);
  return G_SOURCE_REMOVE;
}

static void
news_free (gpointer data)
{
  News *news = data;

  g_object_unref (news->self);
  g_free (news->status);
  g_free (news->failure);
  g_free (news);
}

/* Takes @news to the caller's context. */
static void
tell_news (GTask *task, News *news)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  news->self = g_object_ref (g_task_get_source_object (task));
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, apply_news, news, news_free);
  g_source_attach (source, g_task_get_context (task));
}

static void
tell (GTask *task, double progress, const char *status, guint index, const Measured *measured)
{
  News *news = g_new0 (News, 1);

  news->progress = CLAMP (progress, 0, 1);
  news->status = g_strdup (status);
  news->index = index;
  if (measured != NULL)
    {
      news->has_run = TRUE;
      news->measured = *measured;
    }
  tell_news (task, news);
}

static void
tell_failure (GTask *task, double progress, guint index, const char *failure)
{
  News *news = g_new0 (News, 1);

  news->progress = CLAMP (progress, 0, 1);
  news->index = index;
  news->failure = g_strdup (failure);
  tell_news (task, news);
}

/* The thread. */

static GSubprocess *
start_measure (GSubprocessFlags flags, const char *const *arguments, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  GSubprocess *process;

  g_ptr_array_add (argv, sheaf_helper_find ("sheaf-measure", NULL));
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (arguments[i]));
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_newv (
      (const char *const *) argv->pdata,
      flags | G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, error);
  sheaf_error_normalize (error);
  return process;
}

/* Takes the server's inputs: lines until an empty one. */
static GStrv
read_served (GSubprocess *server, GCancellable *cancellable, GError **error)
{
  g_autoptr (GDataInputStream) lines
      = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, cancellable, error);

      if (line == NULL)
        {
          sheaf_fail (error, SHEAF_ERROR_FAILED, _ ("The server for the comparison did not start"));
          return NULL;
        }
      if (*line == '\0')
        return g_strv_builder_end (builder);
      g_strv_builder_add (builder, line);
    }
}

static gboolean
take_result (const char *line, Measured *measured, char **digest, GError **error)
{
  g_autoptr (JsonNode) root = json_from_string (line, NULL);
  JsonObject *object;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("A run ended without a result"));
  object = json_node_get_object (root);
  measured->jobs = json_object_get_int_member_with_default (object, "jobs", 0);
  measured->wall_s = json_object_get_double_member_with_default (object, "wall_s", 0);
  measured->cpu_s = json_object_get_double_member_with_default (object, "cpu_s", 0);
  measured->peak_rss_kb = json_object_get_int_member_with_default (object, "peak_rss_kb", 0);
  *digest = g_strdup (json_object_get_string_member_with_default (object, "digest", ""));
  return TRUE;
}

typedef struct
{
  GTask *task;
  GStrv inputs;
  SheafScratch *output; /* what a run writes to */
  char *digest;         /* of the first run; every other must have the same */
  guint n_done;         /* runs */
  guint n_all;
} Course;

/* What a run says before its result: how many pieces are done, or "?" and what it waits for.
 * Returns: how it ended, as far as anything ended; the last line */
static char *
follow (Course *course,
        GSubprocess *process,
        const char *status,
        GCancellable *cancellable,
        GError **error)
{
  SheafComparison *self = g_task_get_source_object (course->task);
  g_autoptr (GDataInputStream) lines
      = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *last = NULL;
  gint64 trouble = 0, now;
  char *line;

  while ((line = g_data_input_stream_read_line (lines, NULL, cancellable, NULL)) != NULL)
    {
      double done = *line == '?' || *line == '{' ? 0 : g_ascii_strtod (line, NULL);
      double part = CLAMP (done / self->workload->n_items, 0, 1);

      g_free (last);
      last = line;
      now = g_get_monotonic_time ();
      if (*line != '?')
        trouble = 0;
      else if (trouble == 0)
        trouble = now;
      if (*line != '{')
        tell (course->task, (course->n_done + part) / course->n_all,
              *line == '?' ? line + 1 : status, 0, NULL);
      if (trouble != 0 && now - trouble > TROUBLE_SECONDS * G_USEC_PER_SEC)
        {
          sheaf_fail (error, SHEAF_ERROR_BROKER, "%s", line + 1);
          return NULL;
        }
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return last != NULL ? g_steal_pointer (&last) : g_strdup ("");
}

static gboolean
run_one (Course *course, guint index, GCancellable *cancellable, GError **error)
{
  SheafComparison *self = g_task_get_source_object (course->task);
  Series *series = self->series->pdata[index];
  const char *executor = series->row.executor, *name = series->row.name;
  g_autofree char *jobs = g_strdup_printf ("%u", self->n_jobs);
  /* Translators: the way of working, and how often out of how often */
  g_autofree char *status = g_strdup_printf (_ ("%s, run %u of %u"), name,
                                             course->n_done / self->series->len + 1, self->n_runs);
  char scale[G_ASCII_DTOSTR_BUF_SIZE];
  const char *arguments[] = { "run",    self->workload->name,
                              executor, jobs,
                              scale,    sheaf_scratch_get_path (course->output),
                              NULL };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *input = g_strjoinv ("\n", course->inputs);
  g_autofree char *last = NULL;
  g_autofree char *digest = NULL;
  g_autofree char *complaint = NULL;
  g_autoptr (GDataInputStream) complaints = NULL;
  Measured measured = { 0 };

  g_ascii_dtostr (scale, sizeof scale, self->scale);
  process = start_measure (G_SUBPROCESS_FLAGS_STDERR_PIPE, arguments, error);
  if (process == NULL)
    return FALSE;
  tell (course->task, course->n_done / (double) course->n_all, status, 0, NULL);
  /* One that cannot even begin says why below. */
  if (g_output_stream_write_all (g_subprocess_get_stdin_pipe (process), input, strlen (input), NULL,
                                 cancellable, NULL))
    g_output_stream_close (g_subprocess_get_stdin_pipe (process), cancellable, NULL);

  last = follow (course, process, status, cancellable, error);
  if (last == NULL)
    {
      g_subprocess_force_exit (process);
      g_subprocess_wait (process, NULL, NULL);
      return FALSE;
    }
  complaints = g_data_input_stream_new (g_subprocess_get_stderr_pipe (process));
  complaint = g_data_input_stream_read_line_utf8 (complaints, NULL, NULL, NULL);
  if (!g_subprocess_wait (process, NULL, error))
    return FALSE;
  if (!g_subprocess_get_successful (process))
    return sheaf_fail (error, SHEAF_ERROR_FAILED, "%s",
                       complaint != NULL ? complaint : _ ("A run ended without a result"));
  if (!take_result (last, &measured, &digest, error))
    return FALSE;
  if (course->digest == NULL)
    course->digest = g_steal_pointer (&digest);
  else if (!g_str_equal (course->digest, digest))
    return sheaf_fail (error, SHEAF_ERROR_PROTOCOL,
                       _ ("“%s” came to another result than the others"), name);

  tell (course->task, (course->n_done + 1) / (double) course->n_all, status, index, &measured);
  return TRUE;
}

static GStrv
list_pictures (const char *folder, guint n)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%03u.jpg", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_strv_builder_add (builder, path);
    }
  return g_strv_builder_end (builder);
}

static gboolean
run_all (Course *course, GCancellable *cancellable, GError **error)
{
  SheafComparison *self = g_task_get_source_object (course->task);
  g_autofree gboolean *failed = g_new0 (gboolean, self->series->len);
  g_autoptr (GError) first = NULL;
  guint n_failed = 0;

  /* They take turns. */
  for (guint run = 0; run < self->n_runs; run++)
    for (guint i = 0; i < self->series->len; i++, course->n_done++)
      {
        g_autoptr (GError) failure = NULL;

        if (failed[i])
          continue;
        failed[i] = !run_one (course, i, cancellable, &failure);
        sheaf_scratch_empty (course->output);
        if (g_cancellable_set_error_if_cancelled (cancellable, error))
          return FALSE;
        if (!failed[i])
          continue;
        n_failed++;
        tell_failure (course->task, (course->n_done + 1) / (double) course->n_all, i,
                      failure->message);
        if (first == NULL)
          first = g_steal_pointer (&failure);
      }
  if (n_failed < self->series->len)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

static gboolean
run_with_server (Course *course, const char *folder, GCancellable *cancellable, GError **error)
{
  g_autofree char *count = g_strdup_printf ("%u", SHEAF_COMPARE_DOWNLOADS);
  g_autofree char *latency = g_strdup_printf ("%u", SHEAF_COMPARE_LATENCY_MS);
  const char *arguments[] = { "serve", folder, count, latency, NULL };
  g_autoptr (GSubprocess) server = start_measure (G_SUBPROCESS_FLAGS_NONE, arguments, error);
  gboolean success = FALSE;

  if (server == NULL)
    return FALSE;
  course->inputs = read_served (server, cancellable, error);
  if (course->inputs != NULL)
    success = run_all (course, cancellable, error);
  g_subprocess_force_exit (server);
  g_subprocess_wait (server, NULL, NULL);
  return success;
}

static void
compare_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SheafComparison *self = source;
  Course course = { .task = task, .n_all = self->n_runs * self->series->len };
  g_autoptr (SheafScratch) folder = NULL;
  guint n_pictures = 0;
  GError *error = NULL;
  gboolean success = TRUE, serve = g_str_equal (self->workload->name, "download");

  if (serve || g_str_equal (self->workload->name, "thumbnail"))
    n_pictures = self->workload->n_items;
  course.output = sheaf_scratch_new (SCRATCH_PREFIX, &error);
  success = course.output != NULL;
  if (success && n_pictures > 0)
    {
      tell (task, 0, _ ("Painting the pictures"), 0, NULL);
      folder = sheaf_scratch_new (SCRATCH_PREFIX, &error);
      success = folder != NULL
                && sheaf_compare_paint (sheaf_scratch_get_path (folder), n_pictures, cancellable,
                                        &error);
    }

  if (success && serve)
    success = run_with_server (&course, sheaf_scratch_get_path (folder), cancellable, &error);
  else if (success)
    {
      course.inputs = folder != NULL ? list_pictures (sheaf_scratch_get_path (folder), n_pictures)
                                     : g_new0 (char *, 1);
      success = run_all (&course, cancellable, &error);
    }

  g_clear_pointer (&folder, sheaf_scratch_free);
  g_clear_pointer (&course.output, sheaf_scratch_free);
  g_strfreev (course.inputs);
  g_free (course.digest);
  sheaf_error_normalize (&error);
  if (success)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
sheaf_comparison_set_scale (SheafComparison *self, double scale)
{
  g_return_if_fail (SHEAF_IS_COMPARISON (self));
  g_return_if_fail (scale > 0 && scale <= 100);

  self->scale = scale;
}

void
sheaf_comparison_use_titles (SheafComparison *self)
{
  g_return_if_fail (SHEAF_IS_COMPARISON (self));
  g_return_if_fail (!self->started);

  for (guint i = 0; i < self->rows->len; i++)
    {
      SheafComparisonRow *row = self->rows->pdata[i];

      row->name = _ (find_type (row->executor, NULL)->title);
    }
}

void
sheaf_comparison_run_async (SheafComparison *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (SHEAF_IS_COMPARISON (self));
  g_return_if_fail (!self->started);

  self->started = TRUE;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_comparison_run_async);
  g_task_run_in_thread (task, compare_thread);
}

gboolean
sheaf_comparison_run_finish (SheafComparison *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

const SheafWorkload *
sheaf_comparison_get_workload (SheafComparison *self)
{
  g_return_val_if_fail (SHEAF_IS_COMPARISON (self), NULL);

  return self->workload;
}

GPtrArray *
sheaf_comparison_get_rows (SheafComparison *self)
{
  g_return_val_if_fail (SHEAF_IS_COMPARISON (self), NULL);

  return self->rows;
}

guint
sheaf_comparison_get_n_runs (SheafComparison *self)
{
  g_return_val_if_fail (SHEAF_IS_COMPARISON (self), 0);

  return self->n_runs;
}
