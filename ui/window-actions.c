/* window-actions.c: what menus, buttons and keys ask of the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/window-private.h"

#include "ui/places.h"

#include <glib/gi18n.h>

#define MAX_BOOKMARKS 100

void
sheaf_window_update_places (SheafWindow *self)
{
  g_autoptr (GPtrArray) bookmarks = sheaf_places_dup (self->state, "bookmarks");
  g_autoptr (GPtrArray) history = sheaf_places_dup (self->state, "history");

  sheaf_welcome_page_set_places (self->welcome, bookmarks, history);
}

static void
demo (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sheaf_window_open_source (SHEAF_WINDOW (widget), "demo:");
}

static void
open_source (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sheaf_window_open_source (SHEAF_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
show_sources (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SheafWindow *self = SHEAF_WINDOW (widget);

  sheaf_window_show_view (self, "gallery");
  gtk_stack_set_visible_child_name (self->explore, "welcome");
}

static void
show_view (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sheaf_window_show_view (SHEAF_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
ask_client_id (GtkWidget *widget, const char *name, GVariant *parameter)
{
  show_sources (widget, NULL, NULL);
  sheaf_welcome_page_ask_client_id (SHEAF_WINDOW (widget)->welcome);
}

static void
client_id_changed (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SheafWindow *self = SHEAF_WINDOW (widget);
  g_autofree char *spec = g_strdup (sheaf_gallery_page_get_spec (self->gallery));

  /* What could not be opened for want of an ID may open now. */
  if (spec != NULL && sheaf_gallery_page_get_source (self->gallery) == NULL)
    sheaf_gallery_page_open (self->gallery, spec);
}

static void
client_id_forgotten (GtkWidget *widget, const char *name, GVariant *parameter)
{
  /* Translators: %s is the name of a client ID */
  g_autofree char *text
      = g_strdup_printf (_ ("“%s” is forgotten"), g_variant_get_string (parameter, NULL));
  AdwToast *toast = sheaf_toast_new (text);

  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_action_name (toast, "app.restore-client-id");
  /* Longer than others: no new ID can be had in its place. */
  adw_toast_set_timeout (toast, 30);
  adw_toast_overlay_add_toast (SHEAF_WINDOW (widget)->toasts, toast);
}

static void
close_viewer (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_leaflet_set_visible_child_name (SHEAF_WINDOW (widget)->leaflet, "main");
}

static void
say (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sheaf_window_say (SHEAF_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
on_files_chosen (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  SheafWindow *self = SHEAF_WINDOW (user_data);

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GListModel) chosen = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint i = 0; i < g_list_model_get_n_items (chosen); i++)
        g_ptr_array_add (files, g_list_model_get_item (chosen, i));
      sheaf_window_open_files (self, files);
    }
  g_clear_object (&self->chooser);
}

static void
choose (SheafWindow *self, const char *title, GtkFileChooserAction action)
{
  if (self->chooser != NULL)
    {
      gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
      return;
    }
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, NULL, NULL);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  if (action == GTK_FILE_CHOOSER_ACTION_OPEN)
    {
      g_autoptr (GtkFileFilter) pictures = gtk_file_filter_new ();

      gtk_file_filter_set_name (pictures, _ ("Pictures"));
      gtk_file_filter_add_mime_type (pictures, "image/*");
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), pictures);
    }
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_files_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
choose_folder (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (SHEAF_WINDOW (widget), _ ("Choose Folders"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static void
choose_files (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (SHEAF_WINDOW (widget), _ ("Choose Pictures"), GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
resume (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SheafWindow *self = SHEAF_WINDOW (widget);

  sheaf_batch_group_resume (sheaf_batch_page_get_group (self->downloads));
  sheaf_window_show_view (self, "downloads");
}

static void
undo_remove (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SheafWindow *self = SHEAF_WINDOW (widget);
  gboolean folder = g_str_equal (g_variant_get_string (parameter, NULL), "folder");

  sheaf_batch_page_restore (folder ? self->folder : self->downloads);
}

/* Tells of what left a list, and offers it back. */
static void
say_places_removed (SheafWindow *self, const char *key, GVariant *before, const char *text)
{
  AdwToast *toast = sheaf_toast_new (text);

  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_action_name (toast, "win.restore-places");
  adw_toast_set_action_target_value (toast, g_variant_new ("(sv)", key, before));
  adw_toast_set_timeout (toast, SHEAF_UNDO_SECONDS);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
restore_places (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SheafWindow *self = SHEAF_WINDOW (widget);
  g_autoptr (GVariant) before = NULL;
  const char *key;

  g_variant_get (parameter, "(&sv)", &key, &before);
  if (self->state != NULL)
    g_settings_set_value (self->state, key, before);
  sheaf_window_update_places (self);
}

static void
bookmark (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SheafWindow *self = SHEAF_WINDOW (widget);
  const char *spec = sheaf_gallery_page_get_spec (self->gallery);
  g_autoptr (GVariant) before = NULL;

  if (spec == NULL || self->state == NULL)
    return;
  before = g_settings_get_value (self->state, "bookmarks");
  if (sheaf_places_remove (self->state, "bookmarks", spec))
    say_places_removed (self, "bookmarks", before, _ ("Bookmark removed"));
  else
    {
      sheaf_places_add (self->state, "bookmarks", spec,
                        sheaf_gallery_page_get_title (self->gallery), MAX_BOOKMARKS);
      sheaf_window_say (self, _ ("Bookmarked"));
    }
  sheaf_window_update_places (self);
}

static void
clear_history (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SheafWindow *self = SHEAF_WINDOW (widget);
  g_autoptr (GVariant) before = NULL;

  if (self->state == NULL)
    return;
  before = g_settings_get_value (self->state, "history");
  g_settings_reset (self->state, "history");
  sheaf_window_update_places (self);
  say_places_removed (self, "history", before, _ ("History cleared"));
}

static void
find (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SheafWindow *self = SHEAF_WINDOW (widget);
  const char *view = adw_view_stack_get_visible_child_name (self->views);

  if (g_strcmp0 (view, "downloads") == 0)
    sheaf_batch_page_start_search (self->downloads);
  else if (g_strcmp0 (view, "folder") == 0)
    sheaf_batch_page_start_search (self->folder);
  else if (g_strcmp0 (view, "gallery") == 0)
    sheaf_gallery_page_start_search (self->gallery);
}

static void
on_pasted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SheafWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, &error);

  if (text == NULL || self->engine == NULL)
    return;
  g_strstrip (text);
  if (strchr (text, '\n') == NULL && sheaf_source_type_for (text) != NULL)
    sheaf_window_open_source (self, text);
  else
    sheaf_window_say (self, _ ("What was copied is not an address Sheaf knows"));
}

/* Entries take the key first; anywhere else an address opens. */
static void
paste (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (widget), NULL, on_pasted,
                                 g_object_ref (widget));
}

static void
select_all (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SheafGrid *grid = sheaf_window_get_current_grid (SHEAF_WINDOW (widget));

  if (grid != NULL)
    sheaf_grid_select_all (grid);
}

void
sheaf_window_install_actions (SheafWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_install_action (widget_class, "win.demo", NULL, demo);
  gtk_widget_class_install_action (widget_class, "win.open-source", "s", open_source);
  gtk_widget_class_install_action (widget_class, "win.show-sources", NULL, show_sources);
  gtk_widget_class_install_action (widget_class, "win.show-view", "s", show_view);
  gtk_widget_class_install_action (widget_class, "win.ask-client-id", NULL, ask_client_id);
  gtk_widget_class_install_action (widget_class, "win.client-id-changed", NULL, client_id_changed);
  gtk_widget_class_install_action (widget_class, "win.client-id-forgotten", "s",
                                   client_id_forgotten);
  gtk_widget_class_install_action (widget_class, "win.close-viewer", NULL, close_viewer);
  gtk_widget_class_install_action (widget_class, "win.say", "s", say);
  gtk_widget_class_install_action (widget_class, "win.choose-folder", NULL, choose_folder);
  gtk_widget_class_install_action (widget_class, "win.choose-files", NULL, choose_files);
  gtk_widget_class_install_action (widget_class, "win.resume", NULL, resume);
  gtk_widget_class_install_action (widget_class, "win.undo-remove", "s", undo_remove);
  gtk_widget_class_install_action (widget_class, "win.bookmark", NULL, bookmark);
  gtk_widget_class_install_action (widget_class, "win.clear-history", NULL, clear_history);
  gtk_widget_class_install_action (widget_class, "win.restore-places", "(sv)", restore_places);
  gtk_widget_class_install_action (widget_class, "win.find", NULL, find);
  gtk_widget_class_install_action (widget_class, "win.paste", NULL, paste);
  gtk_widget_class_install_action (widget_class, "win.select-all", NULL, select_all);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK, "win.paste",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_1, GDK_ALT_MASK, "win.show-view", "s",
                                       "gallery");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_2, GDK_ALT_MASK, "win.show-view", "s",
                                       "downloads");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_3, GDK_ALT_MASK, "win.show-view", "s",
                                       "folder");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_4, GDK_ALT_MASK, "win.show-view", "s",
                                       "compare");
}
