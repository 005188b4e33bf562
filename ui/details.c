/* details.c: a row for each fact that is known
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/details.h"

#include "ui/tile.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

struct _SheafDetails
{
  GtkWidget parent_instance;

  SheafEngine *engine; /* (nullable) */
  SheafItem *item;     /* (nullable) */
  GCancellable *cancellable;

  /* Template */
  AdwPreferencesGroup *picture;
  AdwPreferencesGroup *camera;
  AdwPreferencesGroup *origin;

  GtkWidget *state; /* (nullable): the row of its state, one of @rows */
  guint tick_id;
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
  self->state = NULL;
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_ptr_array_set_size (self->rows, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->camera), FALSE);
}

/* What becomes of a picture that is wanted, and why. */
static char *
dup_state (SheafItem *item)
{
  SheafItemState state = sheaf_item_get_state (item);
  const char *reason = sheaf_item_get_retry_reason (item);
  g_autofree char *text = NULL;

  if (state == SHEAF_ITEM_LISTED || state == SHEAF_ITEM_READY)
    return NULL;
  text = sheaf_item_dup_state_text (item);
  return reason != NULL ? g_strdup_printf ("%s\n%s", text, reason) : g_steal_pointer (&text);
}

static gboolean
update_state (gpointer user_data)
{
  SheafDetails *self = user_data;
  g_autofree char *text = dup_state (self->item);

  if (self->state != NULL && text != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self->state), text);
  return G_SOURCE_CONTINUE;
}

static void
add_state (SheafDetails *self)
{
  g_autofree char *text = dup_state (self->item);

  self->state = add_row (self, self->picture, _ ("State"), text);
  if (sheaf_item_get_retry_at (self->item) > 0)
    self->tick_id = g_timeout_add_seconds (1, update_state, self);
}

static void
fill (SheafDetails *self)
{
  SheafEntry *entry;
  GFile *file;
  gboolean local;
  guint width, height;

  clear_rows (self);
  if (self->item == NULL)
    return;

  entry = sheaf_item_get_entry (self->item);
  file = sheaf_item_get_file (self->item);
  local = entry->url != NULL && g_str_has_prefix (entry->url, "file:");
  width = self->width > 0 ? self->width : entry->width;
  height = self->height > 0 ? self->height : entry->height;

  add_row (self, self->picture, _ ("Title"), sheaf_item_get_title (self->item));
  add_state (self);
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
  /* A file's is asked for anew, and is no publication. */
  if (entry->date > 0 && !local)
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
  if (entry->url != NULL && !local)
    add_link (self, self->origin, _ ("Address"), entry->url, entry->url);
  gtk_widget_set_visible (GTK_WIDGET (self->origin),
                          entry->page_url != NULL || entry->author != NULL
                              || (!local && (entry->date > 0 || entry->url != NULL)));
}

/* Whole numbers without a fraction, others with one digit of it. */
static int
digits_of (double number)
{
  return fabs (number - round (number)) < 0.05 ? 0 : 1;
}

static char *
dup_exposure (double seconds)
{
  if (seconds < 0.3)
    /* Translators: how long a picture was exposed, in parts of a second, as 1/250 s */
    return g_strdup_printf (_ ("1/%.0f s"), 1 / seconds);
  /* Translators: how long a picture was exposed, in seconds */
  return g_strdup_printf (_ ("%.*f s"), digits_of (seconds), seconds);
}

static char *
dup_focal_length (const SheafPhoto *photo)
{
  int digits = digits_of (photo->focal_length);

  if (photo->focal_length_35mm > 0 && fabs (photo->focal_length - photo->focal_length_35mm) >= 0.5)
    /* Translators: a focal length, and which one would show the same on 35 mm film */
    return g_strdup_printf (_ ("%.*f mm (as %u mm on 35 mm film)"), digits, photo->focal_length,
                            photo->focal_length_35mm);
  /* Translators: a focal length */
  return g_strdup_printf (_ ("%.*f mm"), digits, photo->focal_length);
}

static void
add_photo (SheafDetails *self, const SheafPhoto *photo)
{
  guint n = self->rows->len;

  /* Translators: maker and model of a camera */
  add_row (self, self->camera, C_ ("photo", "Camera"), photo->camera);
  add_row (self, self->camera, C_ ("photo", "Lens"), photo->lens);
  if (photo->taken != NULL)
    {
      g_autofree char *text = g_date_time_format (photo->taken, "%x %X");

      /* Translators: when a photograph was taken */
      add_row (self, self->camera, C_ ("photo", "Taken"), text);
    }
  if (photo->exposure > 0)
    {
      g_autofree char *text = dup_exposure (photo->exposure);

      add_row (self, self->camera, C_ ("photo", "Exposure Time"), text);
    }
  if (photo->aperture > 0)
    {
      /* Translators: the aperture of a lens, as f/2.8 */
      g_autofree char *text
          = g_strdup_printf (_ ("f/%.*f"), digits_of (photo->aperture), photo->aperture);

      add_row (self, self->camera, C_ ("photo", "Aperture"), text);
    }
  if (photo->sensitivity > 0)
    {
      /* Translators: the sensitivity of film, or of what is there instead */
      g_autofree char *text = g_strdup_printf (_ ("ISO %u"), photo->sensitivity);

      add_row (self, self->camera, C_ ("photo", "Sensitivity"), text);
    }
  if (photo->focal_length > 0)
    {
      g_autofree char *text = dup_focal_length (photo);

      add_row (self, self->camera, C_ ("photo", "Focal Length"), text);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->camera), self->rows->len > n);
}

static void
on_photo_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SheafDetails) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPhoto) photo
      = sheaf_engine_load_photo_finish (SHEAF_ENGINE (source), result, &error);

  if (photo != NULL)
    add_photo (self, photo);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_debug ("What the camera wrote cannot be read: %s", error->message);
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
  if (self->engine != NULL && g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR)
    sheaf_engine_load_photo_async (self->engine, G_FILE (source), self->cancellable, on_photo_ready,
                                   g_object_ref (self));
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
                           G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE
                                                          "," G_FILE_ATTRIBUTE_STANDARD_CONTENT_TYPE
                                                          "," G_FILE_ATTRIBUTE_TIME_MODIFIED,
                           G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, self->cancellable,
                           on_info_ready, g_object_ref (self));
}

static void
on_item_notify (SheafDetails *self, GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "progress"))
    update_state (self);
  else if (g_str_equal (pspec->name, "state") || g_str_equal (pspec->name, "retry-at"))
    {
      fill (self);
      query_file (self);
    }
}

static void
sheaf_details_dispose (GObject *object)
{
  SheafDetails *self = SHEAF_DETAILS (object);
  GtkWidget *child;

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_clear_object (&self->item);
  g_clear_object (&self->engine);
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
  gtk_widget_class_bind_template_child (widget_class, SheafDetails, camera);
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
sheaf_details_set_engine (SheafDetails *self, SheafEngine *engine)
{
  g_return_if_fail (SHEAF_IS_DETAILS (self));

  g_set_object (&self->engine, engine);
}

void
sheaf_details_set_item (SheafDetails *self, SheafItem *item)
{
  g_return_if_fail (SHEAF_IS_DETAILS (self));

  if (self->item == item)
    return;
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  if (item != NULL)
    g_signal_connect_swapped (item, "notify", G_CALLBACK (on_item_notify), self);
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
