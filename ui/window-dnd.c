/* window-dnd.c: folders, pictures and addresses dropped anywhere on the window, or given to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside a sandbox a folder may arrive as a path that cannot be read there, or is not even seen;
 * that is found out before it is opened, and said with a way out. */
#include "config.h"

#include "ui/window-private.h"

#include "app/work/error.h"

#include <glib/gi18n.h>

static gboolean
is_web_address (const char *text)
{
  return g_str_has_prefix (text, "https://") || g_str_has_prefix (text, "http://");
}

static GPtrArray *
dup_local (GSList *files, GPtrArray *addresses)
{
  GPtrArray *local = g_ptr_array_new_with_free_func (g_object_unref);

  for (GSList *node = files; node != NULL; node = node->next)
    {
      g_autofree char *uri = g_file_get_uri (node->data);

      if (is_web_address (uri))
        g_ptr_array_add (addresses, g_steal_pointer (&uri));
      else
        g_ptr_array_add (local, g_object_ref (node->data));
    }
  return local;
}

static void
open_addresses (SheafWindow *self, GPtrArray *addresses)
{
  if (addresses->len == 1)
    sheaf_window_open_source (self, g_ptr_array_index (addresses, 0));
  else if (addresses->len > 1)
    {
      g_ptr_array_add (addresses, NULL);
      sheaf_window_download_uris (self, (const char *const *) addresses->pdata);
    }
}

typedef struct
{
  SheafWindow *window;
  GPtrArray *files;
  GError *error; /* (nullable): of the first that cannot be read */
  guint checked;
  GPtrArray *readable;
} Check;

static void
check_free (Check *check)
{
  g_object_unref (check->window);
  g_ptr_array_unref (check->files);
  g_ptr_array_unref (check->readable);
  g_clear_error (&check->error);
  g_free (check);
}

static void check_next (Check *check);

static void
on_info_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Check *check = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);

  if (info != NULL && g_file_info_get_attribute_boolean (info, G_FILE_ATTRIBUTE_ACCESS_CAN_READ))
    g_ptr_array_add (check->readable, g_object_ref (source));
  else if (check->error == NULL)
    {
      g_autofree char *name = g_file_get_basename (G_FILE (source));
      g_autofree char *display = g_filename_display_name (name);

      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
          && g_getenv ("FLATPAK_ID") == NULL)
        g_set_error (&check->error, SHEAF_ERROR, SHEAF_ERROR_FILE, _ ("There is no “%s”."),
                     display);
      else
        g_set_error (&check->error, SHEAF_ERROR, SHEAF_ERROR_PERMISSION,
                     _ ("Sheaf may not read “%s”."), display);
    }
  check->checked++;
  check_next (check);
}

static void
check_next (Check *check)
{
  SheafWindow *self = check->window;

  if (check->checked < check->files->len)
    {
      g_file_query_info_async (g_ptr_array_index (check->files, check->checked),
                               G_FILE_ATTRIBUTE_ACCESS_CAN_READ, G_FILE_QUERY_INFO_NONE,
                               G_PRIORITY_DEFAULT, NULL, on_info_ready, check);
      return;
    }
  if (self->engine != NULL) /* the window is still there */
    {
      if (check->readable->len > 0)
        {
          sheaf_window_show_files (self, check->readable);
          if (check->error != NULL)
            sheaf_window_say (self, check->error->message);
        }
      else if (check->error != NULL)
        {
          sheaf_window_show_view (self, "folder");
          sheaf_batch_page_show_error (self->folder, check->error);
        }
    }
  check_free (check);
}

void
sheaf_window_open_files (SheafWindow *self, GPtrArray *files)
{
  Check *check;

  g_return_if_fail (SHEAF_IS_WINDOW (self));
  g_return_if_fail (files != NULL);

  check = g_new0 (Check, 1);
  check->window = g_object_ref (self);
  check->files = g_ptr_array_ref (files);
  check->readable = g_ptr_array_new_with_free_func (g_object_unref);
  check_next (check);
}

static gboolean
drop_text (SheafWindow *self, const char *text)
{
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_strstrip (lines[i]);
      if (*lines[i] == '\0' || *lines[i] == '#')
        continue;
      if (!is_web_address (lines[i]) && sheaf_source_type_for (lines[i]) == NULL)
        return FALSE;
      g_ptr_array_add (addresses, g_strdup (lines[i]));
    }
  if (addresses->len == 0)
    return FALSE;
  open_addresses (self, addresses);
  return TRUE;
}

static gboolean
on_drop (SheafWindow *self, const GValue *value)
{
  gtk_widget_set_visible (self->drop_hint, FALSE);

  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GPtrArray) files = dup_local (g_value_get_boxed (value), addresses);

      if (files->len > 0)
        sheaf_window_open_files (self, files);
      else
        open_addresses (self, addresses);
      return files->len > 0 || addresses->len > 0;
    }
  if (G_VALUE_HOLDS (value, G_TYPE_FILE))
    {
      GSList one = { g_value_get_object (value), NULL };
      g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GPtrArray) files = dup_local (&one, addresses);

      if (files->len > 0)
        sheaf_window_open_files (self, files);
      else
        open_addresses (self, addresses);
      return TRUE;
    }
  if (G_VALUE_HOLDS (value, G_TYPE_STRING))
    {
      if (drop_text (self, g_value_get_string (value)))
        return TRUE;
      sheaf_window_say (self, _ ("What was dropped is neither pictures nor addresses"));
    }
  return FALSE;
}

static GdkDragAction
on_enter (SheafWindow *self, double x, double y, GtkDropTarget *target)
{
  GdkDrop *drop = gtk_drop_target_get_current_drop (target);

  /* Pictures dragged out of this window are not meant for it. */
  if (drop != NULL && gdk_drop_get_drag (drop) != NULL)
    return 0;
  gtk_widget_set_visible (self->drop_hint, TRUE);
  return GDK_ACTION_COPY;
}

static void
on_leave (SheafWindow *self)
{
  gtk_widget_set_visible (self->drop_hint, FALSE);
}

void
sheaf_window_init_drop (SheafWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_FILE, G_TYPE_STRING };

  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect_object (target, "drop", G_CALLBACK (on_drop), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "enter", G_CALLBACK (on_enter), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "leave", G_CALLBACK (on_leave), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
