/* compare-report.c: what a comparison found, in words, as a table and as JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/compare.h"

#include "app/json-text.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

/* Rows within this of the fastest are as fast: then one that is cheaper by as much is better. */
#define AS_FAST 1.10
/* Handing work out is not worth it for less than this gain, nor for so little work in all. */
#define LITTLE_GAIN    1.25
#define LITTLE_SECONDS 0.1
/* Work waits, and does not compute, when one at a time leaves the processor idle for more than half
 * of the time, and more at once than there are cores gained more than those could. */
#define BUSY      0.5
#define OVER_CORE 1.3

static gboolean
is_measured (const SheafComparisonRow *row)
{
  return row->runs > 0 && row->failure == NULL;
}

static guint
count_measured (GPtrArray *rows)
{
  guint n = 0;

  for (guint i = 0; i < rows->len; i++)
    n += is_measured (rows->pdata[i]);
  return n;
}

static SheafComparisonRow *
find_sequential (GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      SheafComparisonRow *row = rows->pdata[i];

      if (is_measured (row) && g_str_equal (row->executor, "sequential"))
        return row;
    }
  return NULL;
}

static gboolean
is_fastest (const SheafComparisonRow *one, GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const SheafComparisonRow *row = rows->pdata[i];

      if (is_measured (row) && row->wall_s < one->wall_s)
        return FALSE;
    }
  return TRUE;
}

static SheafComparisonRow *
best_row (SheafComparison *self)
{
  GPtrArray *rows = sheaf_comparison_get_rows (self);
  SheafComparisonRow *sequential = find_sequential (rows);
  SheafComparisonRow *best = NULL;
  double fastest = G_MAXDOUBLE;

  for (guint i = 0; i < rows->len; i++)
    {
      SheafComparisonRow *row = rows->pdata[i];

      if (row->runs == 0 && row->failure == NULL)
        return NULL;
      if (is_measured (row))
        fastest = MIN (fastest, row->wall_s);
    }

  /* One at a time is the simplest there is: others must be worth it. */
  if (sequential != NULL
      && (sequential->wall_s <= fastest * LITTLE_GAIN || sequential->wall_s < LITTLE_SECONDS))
    return sequential;
  for (guint i = 0; i < rows->len; i++)
    {
      SheafComparisonRow *row = rows->pdata[i];

      if (is_measured (row) && row->wall_s <= fastest * AS_FAST
          && (best == NULL || row->cpu_s * AS_FAST < best->cpu_s
              || (row->wall_s < best->wall_s && row->cpu_s <= best->cpu_s * AS_FAST)))
        best = row;
    }
  return best;
}

const char *
sheaf_comparison_get_best (SheafComparison *self)
{
  SheafComparisonRow *best;

  g_return_val_if_fail (SHEAF_IS_COMPARISON (self), NULL);

  best = best_row (self);
  return best != NULL ? best->executor : NULL;
}

char *
sheaf_comparison_dup_advice (SheafComparison *self)
{
  SheafComparisonRow *best, *sequential;
  guint n_cores = g_get_num_processors ();

  g_return_val_if_fail (SHEAF_IS_COMPARISON (self), NULL);

  best = best_row (self);
  sequential = find_sequential (sheaf_comparison_get_rows (self));
  if (best == NULL)
    return NULL;
  if (count_measured (sheaf_comparison_get_rows (self)) == 1)
    /* Translators: a way of working, seconds */
    return g_strdup_printf (
        _ ("Only “%s” was measured: it took %.2f seconds.  What is better takes others to tell."),
        best->name, best->wall_s);
  if (sequential == NULL)
    /* Translators: a way of working, seconds */
    return g_strdup_printf (
        _ ("Use “%s” here: with %.2f seconds it was the fastest of those tried, "
           "or as fast as that for less work."),
        best->name, best->wall_s);
  if (best == sequential && is_fastest (sequential, sheaf_comparison_get_rows (self)))
    /* Translators: a way of working; milliseconds; seconds */
    return g_strdup_printf (
        _ ("Use “%s” here: one piece of this work takes %.3f milliseconds and all of it %.2f "
           "seconds, so handing pieces out costs more than it gains."),
        best->name, sequential->wall_s * 1000 / sheaf_comparison_get_workload (self)->n_items,
        sequential->wall_s);
  if (best == sequential)
    /* Translators: a way of working; milliseconds; seconds */
    return g_strdup_printf (
        _ ("Use “%s” here: one piece of this work takes %.3f milliseconds and all "
           "of it %.2f seconds, so handing pieces out costs about as much as it "
           "gains."),
        best->name, sequential->wall_s * 1000 / sheaf_comparison_get_workload (self)->n_items,
        sequential->wall_s);
  if (sequential->cpu_s < BUSY * sequential->wall_s && best->speedup > OVER_CORE * n_cores)
    /* Translators: a way of working; how many times as fast; how many at once; percent */
    return g_strdup_printf (
        ngettext (
            "Use “%s” here: it was %.1f times as fast as one at a time, with %u at once; %.0f "
            "percent of the time alone goes into waiting for answers, and waiting can be "
            "shared.",
            "Use “%s” here: it was %.1f times as fast as one at a time, with %u at once; %.0f "
            "percent of the time alone goes into waiting for answers, and waiting can be "
            "shared.",
            best->jobs),
        best->name, best->speedup, best->jobs, 100 * (1 - sequential->cpu_s / sequential->wall_s));
  /* Translators: a way of working; how many times as fast; how many processor cores */
  return g_strdup_printf (
      ngettext ("Use “%s” here: it was %.1f times as fast as one at a time; the work keeps the "
                "processor busy, and more at once than its %u core would gain nothing.",
                "Use “%s” here: it was %.1f times as fast as one at a time; the work keeps the "
                "processor busy, and more at once than its %u cores would gain nothing.",
                n_cores),
      best->name, best->speedup, n_cores);
}

#define N_COLUMNS 6

char *
sheaf_comparison_to_text (SheafComparison *self)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *advice = NULL;
  glong widths[N_COLUMNS] = { 0 };
  GPtrArray *rows;

  g_return_val_if_fail (SHEAF_IS_COMPARISON (self), NULL);

  rows = sheaf_comparison_get_rows (self);

  g_ptr_array_add (cells, g_strdup (C_ ("table", "way of working")));
  g_ptr_array_add (cells, g_strdup (C_ ("table", "at once")));
  g_ptr_array_add (cells, g_strdup (C_ ("table", "seconds")));
  g_ptr_array_add (cells, g_strdup (C_ ("table", "processor seconds")));
  g_ptr_array_add (cells, g_strdup (C_ ("table", "peak memory")));
  g_ptr_array_add (cells, g_strdup (C_ ("table", "speed-up")));
  for (guint i = 0; i < rows->len; i++)
    {
      SheafComparisonRow *row = rows->pdata[i];

      if (!is_measured (row))
        continue;
      g_ptr_array_add (cells, g_strdup (row->name));
      g_ptr_array_add (cells, g_strdup_printf ("%u", row->jobs));
      g_ptr_array_add (cells, g_strdup_printf ("%.3f", row->wall_s));
      g_ptr_array_add (cells, g_strdup_printf ("%.3f", row->cpu_s));
      g_ptr_array_add (cells, g_format_size (row->peak_rss_kb * 1024));
      /* Translators: how many times as fast: 6.1× */
      g_ptr_array_add (cells, row->speedup > 0 ? g_strdup_printf (_ ("%.2f×"), row->speedup)
                                               : g_strdup ("–"));
    }

  for (guint i = 0; i < cells->len; i++)
    widths[i % N_COLUMNS] = MAX (widths[i % N_COLUMNS], g_utf8_strlen (cells->pdata[i], -1));
  for (guint i = 0; i < cells->len; i++)
    {
      guint column = i % N_COLUMNS;
      int pad = (int) (widths[column] - g_utf8_strlen (cells->pdata[i], -1));
      gboolean last = column == N_COLUMNS - 1;

      /* Words to the left, numbers to the right. */
      if (column == 0)
        g_string_append_printf (text, "%s%*s", (char *) cells->pdata[i], pad, "");
      else
        g_string_append_printf (text, "  %*s%s", pad, "", (char *) cells->pdata[i]);
      if (last)
        g_string_append_c (text, '\n');
    }
  for (guint i = 0; i < rows->len; i++)
    {
      SheafComparisonRow *row = rows->pdata[i];

      if (row->failure != NULL)
        g_string_append_printf (text, "%s: %s\n", row->name, row->failure);
    }
  advice = sheaf_comparison_dup_advice (self);
  if (advice != NULL)
    g_string_append_printf (text, "\n%s\n", advice);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
sheaf_comparison_to_json (SheafComparison *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *advice = NULL;
  GPtrArray *rows;

  g_return_val_if_fail (SHEAF_IS_COMPARISON (self), NULL);

  rows = sheaf_comparison_get_rows (self);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "workload");
  json_builder_add_string_value (builder, sheaf_comparison_get_workload (self)->name);
  json_builder_set_member_name (builder, "items");
  json_builder_add_int_value (builder, sheaf_comparison_get_workload (self)->n_items);
  json_builder_set_member_name (builder, "runs");
  json_builder_add_int_value (builder, sheaf_comparison_get_n_runs (self));
  json_builder_set_member_name (builder, "rows");
  json_builder_begin_array (builder);
  for (guint i = 0; i < rows->len; i++)
    {
      SheafComparisonRow *row = rows->pdata[i];

      if (row->runs == 0 && row->failure == NULL)
        continue;
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "executor");
      json_builder_add_string_value (builder, row->executor);
      if (row->failure != NULL)
        {
          json_builder_set_member_name (builder, "error");
          json_builder_add_string_value (builder, row->failure);
          json_builder_end_object (builder);
          continue;
        }
      json_builder_set_member_name (builder, "jobs");
      json_builder_add_int_value (builder, row->jobs);
      json_builder_set_member_name (builder, "wall_s");
      json_builder_add_double_value (builder, row->wall_s);
      json_builder_set_member_name (builder, "cpu_s");
      json_builder_add_double_value (builder, row->cpu_s);
      json_builder_set_member_name (builder, "peak_rss_kb");
      json_builder_add_int_value (builder, (gint64) row->peak_rss_kb);
      json_builder_set_member_name (builder, "speedup");
      if (row->speedup > 0)
        json_builder_add_double_value (builder, row->speedup);
      else
        json_builder_add_null_value (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "advice");
  advice = sheaf_comparison_dup_advice (self);
  if (advice != NULL)
    json_builder_add_string_value (builder, advice);
  else
    json_builder_add_null_value (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return sheaf_json_to_text (root);
}
