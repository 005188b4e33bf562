/* failures-window.c: one expander a reason
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A group lists its first pictures only; thousands of rows would help nobody. */
#include "config.h"

#include "ui/failures-window.h"

#include "ui/error-text.h"

#include <glib/gi18n.h>

#define MAX_ROWS 50

struct _SheafFailuresWindow
{
  AdwWindow parent_instance;

  SheafBatchGroup *group;

  /* Template */
  AdwPreferencesPage *page;
  GtkStack *stack;

  GPtrArray *groups; /* (element-type AdwPreferencesGroup): borrowed */
};

G_DEFINE_FINAL_TYPE (SheafFailuresWindow, sheaf_failures_window, ADW_TYPE_WINDOW)

static void fill (SheafFailuresWindow *self);

static void
retry_items (SheafFailuresWindow *self, GPtrArray *items)
{
  for (guint i = 0; i < items->len; i++)
    {
      SheafItem *item = g_ptr_array_index (items, i);
      SheafBatch *batch = sheaf_batch_group_find (self->group, item);

      if (batch != NULL && sheaf_item_get_state (item) == SHEAF_ITEM_FAILED)
        sheaf_batch_retry_item (batch, item);
    }
  fill (self);
}

static void
on_retry_clicked (GtkButton *button, gpointer user_data)
{
  GPtrArray *items = g_object_get_data (G_OBJECT (button), "items");
  g_autoptr (GPtrArray) own = g_ptr_array_ref (items); /* filling anew drops the button */

  retry_items (SHEAF_FAILURES_WINDOW (user_data), own);
}

static void
on_retry_all_clicked (SheafFailuresWindow *self)
{
  sheaf_batch_group_retry_failed (self->group);
  gtk_window_close (GTK_WINDOW (self));
}

static GtkWidget *
row_new (const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_set_tooltip_text (row, title);
  return row;
}

static void
add_reason (SheafFailuresWindow *self, GPtrArray *items)
{
  const GError *error = sheaf_item_get_error (g_ptr_array_index (items, 0));
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *expander = adw_expander_row_new ();
  GtkWidget *retry = gtk_button_new_with_mnemonic (_ ("_Retry"));
  GtkWidget *icon = gtk_image_new_from_icon_name (sheaf_error_text_icon (error));
  /* Translators: a reason why pictures failed, and how many did: “No Connection (12)” */
  g_autofree char *title
      = g_strdup_printf (C_ ("reason", "%s (%u)"), sheaf_error_text_title (error), items->len);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (expander), title);
  if (sheaf_error_text_advice (error) != NULL)
    adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (expander), sheaf_error_text_advice (error));
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (expander), icon);

  gtk_widget_set_valign (retry, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (retry), "items", g_ptr_array_ref (items),
                          (GDestroyNotify) g_ptr_array_unref);
  g_signal_connect_object (retry, "clicked", G_CALLBACK (on_retry_clicked), self, 0);
  adw_expander_row_add_action (ADW_EXPANDER_ROW (expander), retry);

  for (guint i = 0; i < MIN (items->len, MAX_ROWS); i++)
    {
      SheafItem *item = g_ptr_array_index (items, i);

      adw_expander_row_add_row (
          ADW_EXPANDER_ROW (expander),
          row_new (sheaf_item_get_title (item), sheaf_item_get_error (item)->message));
    }
  if (items->len > MAX_ROWS)
    {
      guint more = items->len - MAX_ROWS;
      g_autofree char *text
          = g_strdup_printf (g_dngettext (NULL, "and %u more", "and %u more", more), more);

      adw_expander_row_add_row (ADW_EXPANDER_ROW (expander), row_new (text, NULL));
    }
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), expander);
  adw_preferences_page_add (self->page, ADW_PREFERENCES_GROUP (group));
  g_ptr_array_add (self->groups, group);
}

static void
fill (SheafFailuresWindow *self)
{
  GListModel *items = sheaf_batch_group_get_items (self->group);
  guint n_items = g_list_model_get_n_items (items);
  GPtrArray *reasons[SHEAF_N_ERRORS] = { NULL };

  for (guint i = 0; i < self->groups->len; i++)
    adw_preferences_page_remove (self->page, g_ptr_array_index (self->groups, i));
  g_ptr_array_set_size (self->groups, 0);

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (SheafItem) item = g_list_model_get_item (items, i);
      SheafError code;

      if (sheaf_item_get_state (item) != SHEAF_ITEM_FAILED || sheaf_item_get_error (item) == NULL)
        continue;
      code = sheaf_error_code (sheaf_item_get_error (item));
      if (reasons[code] == NULL)
        reasons[code] = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (reasons[code], g_steal_pointer (&item));
    }
  for (guint code = 0; code < SHEAF_N_ERRORS; code++)
    if (reasons[code] != NULL)
      {
        add_reason (self, reasons[code]);
        g_ptr_array_unref (reasons[code]);
      }
  gtk_stack_set_visible_child_name (self->stack, self->groups->len > 0 ? "reasons" : "none");
}

static void
sheaf_failures_window_dispose (GObject *object)
{
  g_clear_object (&SHEAF_FAILURES_WINDOW (object)->group);

  G_OBJECT_CLASS (sheaf_failures_window_parent_class)->dispose (object);
}

static void
sheaf_failures_window_finalize (GObject *object)
{
  g_ptr_array_unref (SHEAF_FAILURES_WINDOW (object)->groups);

  G_OBJECT_CLASS (sheaf_failures_window_parent_class)->finalize (object);
}

static void
sheaf_failures_window_class_init (SheafFailuresWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sheaf_failures_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = sheaf_failures_window_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               SHEAF_RESOURCES "templates/failures-window.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafFailuresWindow, page);
  gtk_widget_class_bind_template_child (widget_class, SheafFailuresWindow, stack);
  gtk_widget_class_bind_template_callback (widget_class, on_retry_all_clicked);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
sheaf_failures_window_init (SheafFailuresWindow *self)
{
  self->groups = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sheaf_failures_window_new (SheafBatchGroup *group)
{
  SheafFailuresWindow *self = g_object_new (SHEAF_TYPE_FAILURES_WINDOW, NULL);

  self->group = g_object_ref (group);
  fill (self);
  return GTK_WIDGET (self);
}
