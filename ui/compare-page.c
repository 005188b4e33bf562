/* compare-page.c: chooses, runs, draws
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/compare-page.h"

#include "ui/bar-chart.h"

#include "app/compare.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _SheafComparePage
{
  GtkWidget parent_instance;

  /* Owned */
  SheafEngine *engine;
  SheafComparison *comparison; /* (nullable): the last one */
  GCancellable *cancellable;   /* while it runs */
  GSimpleActionGroup *actions;

  /* Template */
  AdwComboRow *workload;
  GtkLabel *explanation; /* of the chosen workload; beside its name there is no room for both */
  AdwExpanderRow *executors;
  GtkWidget *runs_row;
  GtkSpinButton *runs;
  GtkButton *run;
  GtkButton *stop;
  GtkWidget *running;
  GtkProgressBar *progress;
  GtkLabel *status;
  GtkWidget *outcome;
  SheafBarChart *chart;
  GtkLabel *advice;
  GtkWidget *use;

  GPtrArray *checks; /* (element-type GtkSwitch): as sheaf_executor_types, borrowed */
};

G_DEFINE_FINAL_TYPE (SheafComparePage, sheaf_compare_page, GTK_TYPE_WIDGET)

static const SheafWorkload *
chosen_workload (SheafComparePage *self)
{
  return &sheaf_workloads[adw_combo_row_get_selected (self->workload)];
}

/* The setting that a workload's winner belongs into; NULL for work that Sheaf only measures. */
static const char *
setting_for (const SheafWorkload *workload)
{
  if (g_str_equal (workload->name, "download"))
    return "executor";
  if (g_str_equal (workload->name, "thumbnail"))
    return "thumbnail-executor";
  return NULL;
}

static void
enable (SheafComparePage *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
fill_bar (SheafBar *bar, const SheafComparisonRow *row, const char *best, gboolean running)
{
  if (row->jobs > 1)
    /* Translators: a way of working and how many at once: “Threads × 8” */
    bar->title = g_strdup_printf (C_ ("executor", "%s × %u"), row->name, row->jobs);
  else
    bar->title = g_strdup (row->name);
  bar->best = g_strcmp0 (row->executor, best) == 0;
  if (row->failure != NULL)
    {
      bar->value = -1;
      bar->text = g_strdup (C_ ("measurement", "failed"));
      bar->detail = g_strdup (row->failure);
      return;
    }
  if (row->runs == 0)
    {
      bar->value = -1;
      bar->text
          = g_strdup (running ? C_ ("measurement", "not yet") : C_ ("measurement", "not measured"));
      return;
    }
  bar->value = row->wall_s;
  if (row->wall_s < 1)
    /* Translators: milliseconds that work took */
    bar->text = g_strdup_printf (C_ ("measurement", "%.0f ms"), row->wall_s * 1000);
  else
    /* Translators: seconds that work took */
    bar->text = g_strdup_printf (C_ ("measurement", "%.2f s"), row->wall_s);
  {
    g_autofree char *memory = g_format_size (row->peak_rss_kb * 1024);

    if (row->speedup > 0 && row->speedup != 1)
      /* Translators: how many times as fast as one after another; processor seconds; memory */
      bar->detail = g_strdup_printf (_ ("%.1f times as fast · %.2f s of processor time · %s"),
                                     row->speedup, row->cpu_s, memory);
    else
      /* Translators: processor seconds; memory */
      bar->detail = g_strdup_printf (_ ("%.2f s of processor time · %s"), row->cpu_s, memory);
  }
}

static void
on_comparison_changed (SheafComparePage *self)
{
  GPtrArray *rows = sheaf_comparison_get_rows (self->comparison);
  const char *best = sheaf_comparison_get_best (self->comparison);
  g_autofree char *advice = sheaf_comparison_dup_advice (self->comparison);
  GArray *bars = g_array_new (FALSE, TRUE, sizeof (SheafBar));

  g_array_set_clear_func (bars, (GDestroyNotify) sheaf_bar_clear);
  for (guint i = 0; i < rows->len; i++)
    {
      SheafBar bar = { NULL };

      fill_bar (&bar, g_ptr_array_index (rows, i), best, self->cancellable != NULL);
      g_array_append_val (bars, bar);
    }
  sheaf_bar_chart_take_bars (self->chart, bars);
  gtk_widget_set_visible (self->outcome, TRUE);
  gtk_label_set_text (self->advice, advice);
  gtk_widget_set_visible (GTK_WIDGET (self->advice), advice != NULL);
  gtk_widget_set_visible (self->use,
                          setting_for (sheaf_comparison_get_workload (self->comparison)) != NULL);
  enable (self, "use", best != NULL && self->cancellable == NULL);
  enable (self, "copy", best != NULL);
}

static void
on_progress (SheafComparePage *self)
{
  g_autofree char *status = NULL;
  double progress;

  g_object_get (self->comparison, "progress", &progress, "status", &status, NULL);
  gtk_progress_bar_set_fraction (self->progress, CLAMP (progress, 0, 1));
  gtk_label_set_text (self->status, status);
}

static void
set_running (SheafComparePage *self, gboolean running)
{
  gtk_widget_set_visible (self->running, running);
  gtk_widget_set_visible (GTK_WIDGET (self->run), !running);
  gtk_widget_set_visible (GTK_WIDGET (self->stop), running);
  gtk_widget_set_sensitive (GTK_WIDGET (self->workload), !running);
  gtk_widget_set_sensitive (GTK_WIDGET (self->executors), !running);
  gtk_widget_set_sensitive (self->runs_row, !running);
}

/* A comparison that runs: it holds the program, so that it can clean up, but not the page, whose
 * end cancels it. */
typedef struct
{
  GWeakRef page;
  GApplication *application; /* (nullable) */
} Running;

static Running *
running_new (SheafComparePage *self)
{
  Running *running = g_new0 (Running, 1);

  g_weak_ref_init (&running->page, self);
  running->application = g_application_get_default ();
  if (running->application != NULL)
    g_application_hold (running->application);
  return running;
}

static void
running_free (Running *running)
{
  g_weak_ref_clear (&running->page);
  if (running->application != NULL)
    g_application_release (running->application);
  g_free (running);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Running, running_free)

static void
on_compared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Running) running = user_data;
  g_autoptr (SheafComparePage) self = g_weak_ref_get (&running->page);
  g_autoptr (GError) error = NULL;
  gboolean ended = sheaf_comparison_run_finish (SHEAF_COMPARISON (source), result, &error);

  if (self == NULL || self->comparison != SHEAF_COMPARISON (source))
    return;
  g_clear_object (&self->cancellable);
  set_running (self, FALSE);
  on_comparison_changed (self);
  if (!ended && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.say", "s", error->message);
}

static void
let_go (SheafComparePage *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->comparison != NULL)
    g_signal_handlers_disconnect_by_data (self->comparison, self);
  g_clear_object (&self->comparison);
}

static void
run (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafComparePage *self = user_data;
  g_autoptr (GPtrArray) nicks = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < self->checks->len; i++)
    if (gtk_switch_get_active (g_ptr_array_index (self->checks, i)))
      g_ptr_array_add (nicks, (gpointer) sheaf_executor_types[i].nick);
  if (nicks->len == 0)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.say", "s",
                                  _ ("Choose at least one way of working"));
      return;
    }
  g_ptr_array_add (nicks, NULL);

  let_go (self);
  self->comparison
      = sheaf_comparison_new (chosen_workload (self)->name, (const char *const *) nicks->pdata, 0,
                              (guint) gtk_spin_button_get_value_as_int (self->runs), &error);
  if (self->comparison == NULL)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.say", "s", error->message);
      return;
    }
  sheaf_comparison_use_titles (self->comparison);
  g_signal_connect_object (self->comparison, "changed", G_CALLBACK (on_comparison_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->comparison, "notify", G_CALLBACK (on_progress), self,
                           G_CONNECT_SWAPPED);
  self->cancellable = g_cancellable_new ();
  set_running (self, TRUE);
  on_progress (self);
  on_comparison_changed (self);
  sheaf_comparison_run_async (self->comparison, self->cancellable, on_compared, running_new (self));
}

static void
stop (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafComparePage *self = user_data;

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

static void
use (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafComparePage *self = user_data;
  const char *best = self->comparison != NULL ? sheaf_comparison_get_best (self->comparison) : NULL;
  const char *key;

  if (best == NULL || self->engine == NULL)
    return;
  key = setting_for (sheaf_comparison_get_workload (self->comparison));
  if (key == NULL)
    return;
  g_object_set (sheaf_engine_get_settings (self->engine), key, best, NULL);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.say", "s", _ ("Used from now on"));
}

static void
copy (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafComparePage *self = user_data;
  g_autofree char *text = NULL;

  if (self->comparison == NULL)
    return;
  text = sheaf_comparison_to_text (self->comparison);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.say", "s", _ ("Copied as text"));
}

static const GActionEntry entries[] = {
  { "run", run },
  { "stop", stop },
  { "use", use },
  { "copy", copy },
};

static void
on_workload_changed (SheafComparePage *self)
{
  gtk_label_set_label (self->explanation, _ (chosen_workload (self)->description));
}

static void
fill_workloads (SheafComparePage *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  for (const SheafWorkload *workload = sheaf_workloads; workload->name != NULL; workload++)
    gtk_string_list_append (titles, _ (workload->title));
  adw_combo_row_set_model (self->workload, G_LIST_MODEL (titles));
  on_workload_changed (self);
}

/* All but the queue at first: that one needs a broker, which few people have. */
static void
fill_executors (SheafComparePage *self)
{
  for (const SheafExecutorType *type = sheaf_executor_types; type->nick != NULL; type++)
    {
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *check = gtk_switch_new ();

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (type->title));
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _ (type->description));
      gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
      gtk_widget_set_name (check, type->nick);
      gtk_switch_set_active (GTK_SWITCH (check), g_strcmp0 (type->nick, "queue") != 0);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), check);
      adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
      adw_expander_row_add_row (self->executors, row);
      g_ptr_array_add (self->checks, check);
    }
}

static void
sheaf_compare_page_dispose (GObject *object)
{
  SheafComparePage *self = SHEAF_COMPARE_PAGE (object);
  GtkWidget *child;

  let_go (self);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->actions);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sheaf_compare_page_parent_class)->dispose (object);
}

static void
sheaf_compare_page_finalize (GObject *object)
{
  g_ptr_array_unref (SHEAF_COMPARE_PAGE (object)->checks);

  G_OBJECT_CLASS (sheaf_compare_page_parent_class)->finalize (object);
}

static void
sheaf_compare_page_class_init (SheafComparePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sheaf_compare_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = sheaf_compare_page_finalize;

  g_type_ensure (SHEAF_TYPE_BAR_CHART);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               SHEAF_RESOURCES "templates/compare-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, workload);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, explanation);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, executors);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, runs_row);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, runs);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, run);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, stop);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, running);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, progress);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, status);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, outcome);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, chart);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, advice);
  gtk_widget_class_bind_template_child (widget_class, SheafComparePage, use);
  gtk_widget_class_bind_template_callback (widget_class, on_workload_changed);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sheaf_compare_page_init (SheafComparePage *self)
{
  self->checks = g_ptr_array_new ();
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "compare", G_ACTION_GROUP (self->actions));
  gtk_widget_init_template (GTK_WIDGET (self));
  fill_workloads (self);
  fill_executors (self);
  enable (self, "use", FALSE);
  enable (self, "copy", FALSE);
}

void
sheaf_compare_page_set_engine (SheafComparePage *self, SheafEngine *engine)
{
  g_return_if_fail (SHEAF_IS_COMPARE_PAGE (self));

  g_set_object (&self->engine, engine);
}
