/* details.c: a row for each fact that is known
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/details.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _SheafDetails
{
  GtkWidget parent_instance;

  SheafItem *item; /* (nullable) */
  GCancellable *cancellable;

  /* Template */
  AdwPreferencesGroup *picture;
  AdwPreferencesGroup *origin;

  GPtrArray *rows; /* (element-type GtkWidget): borrowed, of either group */
  guint width;
  guint height;
};

G_DEFINE_FINAL_TYPE (SheafDetails, sheaf_details, GTK_TYPE_WIDGET)

static GtkWidget *
add_row (SheafDetails *self, AdwPreferencesGroup *group, const char *title, const char *value)
{
  GtkWidget *row;

  if (value == NULL || *value == '\0')
    return NULL;

  row = adw_action_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title_selectable (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), value);
  gtk_widget_add_css_class (row, "property");
  adw_preferences_group_add (group, row);
  g_object_set_data (G_OBJECT (row), "group", group);
  g_ptr_array_add (self->rows, row);
  return row;
}

static void
add_link (SheafDetails *self,
          AdwPreferencesGroup *group,
          const char *title,
          const char *value,
          const char *uri)
{
  GtkWidget *row = add_row (self, group, title, value);
  GtkWidget *button;

  if (row == NULL || uri == NULL
      || !(g_str_has_prefix (uri, "https://") || g_str_has_prefix (uri, "http://")))
    return;
  button = gtk_link_button_new_with_label (uri, "");
  gtk_button_set_icon_name (GTK_BUTTON (button), "adw-external-link-symbolic");
  gtk_widget_set_tooltip_text (button, uri);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Open in the browser"), -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static void
clear_rows (SheafDetails *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, i);

      adw_preferences_group_remove (g_object_get_data (G_OBJECT (row), "group"), row);
    }
  g_ptr_array_set_size (self->rows, 0);
}

static void
fill (SheafDetails *self)
{
  SheafEntry *entry;
  GFile *file;
  guint width, height;

  clear_rows (self);
  if (self->item == NULL)
    return;

  entry = sheaf_item_get_entry (self->item);
  file = sheaf_item_get_file (self->item);
  width = self->width > 0 ? self->width : entry->width;
  height = self->height > 0 ? self->height : entry->height;

  add_row (self, self->picture, _ ("Title"), sheaf_item_get_title (self->item));
  if (width > 0 && height > 0)
    {
      /* Translators: width and height of a picture in pixels */
      g_autofree char *text = g_strdup_printf (_ ("%u × %u pixels"), width, height);

      add_row (self, self->picture, _ ("Dimensions"), text);
    }
  if (entry->bytes > 0)
    {
      g_autofree char *text = g_format_size (entry->bytes);

      add_row (self, self->picture, C_ ("file size", "Size"), text);
    }
  if (entry->type != NULL)
    {
      g_autofree char *content_type = g_content_type_from_mime_type (entry->type);
      g_autofree char *text
          = content_type != NULL ? g_content_type_get_description (content_type) : NULL;

      add_row (self, self->picture, _ ("Type"), text != NULL ? text : entry->type);
    }
  if (file != NULL)
    {
      g_autofree char *path = g_file_get_parse_name (file);

      add_row (self, self->picture, _ ("File"), path);
    }
  if (entry->date > 0)
    {
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (entry->date);
      g_autofree char *text = date != NULL ? g_date_time_format (date, "%x %H:%M") : NULL;

      add_row (self, self->origin, _ ("Published"), text);
    }
  add_row (self, self->origin, _ ("Author"), entry->author);
  add_link (self, self->origin, _ ("Licence"), entry->licence, entry->licence_url);
  add_row (self, self->origin, _ ("Credit"), entry->credit);
  add_row (self, self->origin, _ ("Album"), entry->post_title);
  add_row (self, self->origin, _ ("Description"), entry->description);
  if (entry->page_url != NULL)
    add_link (self, self->origin, _ ("Web Page"), entry->page_url, entry->page_url);
  if (entry->url != NULL && !g_str_has_prefix (entry->url, "file:"))
    add_link (self, self->origin, _ ("Address"), entry->url, entry->url);
  gtk_widget_set_visible (GTK_WIDGET (self->origin),
                          entry->page_url != NULL || entry->author != NULL || entry->date > 0
                              || (entry->url != NULL && !g_str_has_prefix (entry->url, "file:")));
}

/* What only the file itself knows; asked for without blocking. */
static void
on_info_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SheafDetails) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  g_autoptr (GDateTime) modified = NULL;
  SheafEntry *entry;

  if (info == NULL || self->item == NULL || sheaf_item_get_file (self->item) == NULL
      || !g_file_equal (sheaf_item_get_file (self->item), G_FILE (source)))
    return;

  entry = sheaf_item_get_entry (self->item);
  if (entry->bytes == 0)
    {
      g_autofree char *text = g_format_size ((guint64) g_file_info_get_size (info));

      add_row (self, self->picture, C_ ("file size", "Size"), text);
    }
  if (entry->type == NULL && g_file_info_get_content_type (info) != NULL)
    {
      g_autofree char *text = g_content_type_get_description (g_file_info_get_content_type (info));

      add_row (self, self->picture, _ ("Type"), text);
    }
  modified = g_file_info_get_modification_date_time (info);
  if (modified != NULL)
    {
      g_autoptr (GDateTime) local = g_date_time_to_local (modified);
      g_autofree char *text = g_date_time_format (local, "%x %H:%M");

      add_row (self, self->picture, _ ("Changed"), text);
    }
}

static void
query_file (SheafDetails *self)
{
  GFile *file = self->item != NULL ? sheaf_item_get_file (self->item) : NULL;

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (file == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  g_file_query_info_async (file,
                           G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_CONTENT_TYPE
                                                          "," G_FILE_ATTRIBUTE_TIME_MODIFIED,
                           G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, self->cancellable,
                           on_info_ready, g_object_ref (self));
}

static void
sheaf_details_dispose (GObject *object)
{
  SheafDetails *self = SHEAF_DETAILS (object);
  GtkWidget *child;

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->item);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (sheaf_details_parent_class)->dispose (object);
}

static void
sheaf_details_finalize (GObject *object)
{
  g_ptr_array_unref (SHEAF_DETAILS (object)->rows);

  G_OBJECT_CLASS (sheaf_details_parent_class)->finalize (object);
}

static void
sheaf_details_class_init (SheafDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sheaf_details_dispose;
  G_OBJECT_CLASS (klass)->finalize = sheaf_details_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               SHEAF_RESOURCES "templates/details.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafDetails, picture);
  gtk_widget_class_bind_template_child (widget_class, SheafDetails, origin);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sheaf_details_init (SheafDetails *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sheaf_details_set_item (SheafDetails *self, SheafItem *item)
{
  g_return_if_fail (SHEAF_IS_DETAILS (self));

  if (!g_set_object (&self->item, item))
    return;
  self->width = self->height = 0;
  fill (self);
  query_file (self);
}

void
sheaf_details_set_dimensions (SheafDetails *self, guint width, guint height)
{
  g_return_if_fail (SHEAF_IS_DETAILS (self));

  if (self->width == width && self->height == height)
    return;
  self->width = width;
  self->height = height;
  fill (self);
  query_file (self);
}
