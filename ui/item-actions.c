/* item-actions.c: open, show, copy, …
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/item-actions.h"

#include "ui/contact-sheet.h"
#include "ui/texture-cache.h"
#include "ui/wallpaper.h"

#include <glib/gi18n.h>

/* Opening hundreds of programs at once is never what was meant. */
#define MAX_OPEN 10

struct _SheafItemActions
{
  GObject parent_instance;

  GtkWidget *widget; /* borrowed: it owns this object */
  SheafGrid *grid;   /* borrowed, (nullable) */
  SheafItem *item;   /* (nullable) */
  SheafEngine *engine;
  GSimpleActionGroup *group;
  GCancellable *cancellable;
};

enum
{
  DOWNLOAD,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafItemActions, sheaf_item_actions, G_TYPE_OBJECT)

static GPtrArray *
dup_items (SheafItemActions *self)
{
  GPtrArray *items;

  if (self->grid != NULL)
    return sheaf_grid_dup_selected (self->grid);
  items = g_ptr_array_new_with_free_func (g_object_unref);
  if (self->item != NULL)
    g_ptr_array_add (items, g_object_ref (self->item));
  return items;
}

static GtkWindow *
get_window (SheafItemActions *self)
{
  GtkRoot *root = gtk_widget_get_root (self->widget);

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

static void
say (SheafItemActions *self, const char *text)
{
  gtk_widget_activate_action (self->widget, "win.say", "s", text);
}

static void
view (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafItemActions *self = user_data;
  g_autoptr (GPtrArray) items = dup_items (self);
  GListModel *model = self->grid != NULL ? sheaf_grid_get_model (self->grid) : NULL;

  if (items->len == 0 || model == NULL)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (SheafItem) item = g_list_model_get_item (model, i);

      if (item == g_ptr_array_index (items, 0))
        {
          g_signal_emit_by_name (self->grid, "activate-item", i);
          return;
        }
    }
}

static void
download (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafItemActions *self = user_data;
  g_autoptr (GPtrArray) items = dup_items (self);
  g_autoptr (GPtrArray) entries
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);

  for (guint i = 0; i < items->len; i++)
    g_ptr_array_add (entries,
                     sheaf_entry_ref (sheaf_item_get_entry (g_ptr_array_index (items, i))));
  if (entries->len > 0)
    g_signal_emit (self, signals[DOWNLOAD], 0, entries);
}

static void
open_external (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafItemActions *self = user_data;
  g_autoptr (GPtrArray) items = dup_items (self);

  for (guint i = 0; i < MIN (items->len, MAX_OPEN); i++)
    {
      GFile *file = sheaf_item_get_file (g_ptr_array_index (items, i));
      g_autofree char *uri = file != NULL ? g_file_get_uri (file) : NULL;

      if (uri != NULL)
        gtk_show_uri (get_window (self), uri, GDK_CURRENT_TIME);
    }
}

static void
on_shown_in_folder (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *folder_uri = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  /* No file manager that can: at least the folder. */
  if (reply == NULL)
    gtk_show_uri (NULL, folder_uri, GDK_CURRENT_TIME);
}

static void
show_in_folder (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafItemActions *self = user_data;
  g_autoptr (GPtrArray) items = dup_items (self);
  g_autoptr (GFile) folder = NULL;
  GApplication *application = g_application_get_default ();
  GDBusConnection *bus
      = application != NULL ? g_application_get_dbus_connection (application) : NULL;
  GVariantBuilder uris;
  char *folder_uri;

  g_variant_builder_init (&uris, G_VARIANT_TYPE ("as"));
  for (guint i = 0; i < items->len; i++)
    {
      GFile *file = sheaf_item_get_file (g_ptr_array_index (items, i));
      g_autofree char *uri = NULL;

      if (file == NULL)
        continue;
      if (folder == NULL)
        folder = g_file_get_parent (file);
      uri = g_file_get_uri (file);
      g_variant_builder_add (&uris, "s", uri);
    }
  if (folder == NULL)
    {
      g_variant_builder_clear (&uris);
      return;
    }
  folder_uri = g_file_get_uri (folder);
  if (bus == NULL)
    {
      g_variant_builder_clear (&uris);
      gtk_show_uri (get_window (self), folder_uri, GDK_CURRENT_TIME);
      g_free (folder_uri);
      return;
    }
  g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
                          "org.freedesktop.FileManager1", "ShowItems",
                          g_variant_new ("(ass)", &uris, ""), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                          NULL, on_shown_in_folder, folder_uri);
}

static void
open_page (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafItemActions *self = user_data;
  g_autoptr (GPtrArray) items = dup_items (self);

  for (guint i = 0; i < MIN (items->len, MAX_OPEN); i++)
    {
      SheafEntry *entry = sheaf_item_get_entry (g_ptr_array_index (items, i));

      if (entry->page_url != NULL)
        gtk_show_uri (get_window (self), entry->page_url, GDK_CURRENT_TIME);
    }
}

/* Read by file managers as files, and by browsers as addresses. */
static GdkContentProvider *
file_list_content (GSList *files)
{
  GdkFileList *list = gdk_file_list_new_from_list (files);
  GdkContentProvider *content = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);

  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  return content;
}

typedef struct
{
  SheafItemActions *actions;
  GFile *file; /* (nullable): the picture's, where it has one */
} Copy;

static void
copy_free (Copy *copy)
{
  g_object_unref (copy->actions);
  g_clear_object (&copy->file);
  g_free (copy);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Copy, copy_free)

static void
on_picture_for_copy (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Copy) copy = user_data;
  SheafItemActions *self = copy->actions;
  g_autoptr (GdkContentProvider) content = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPixels) pixels
      = sheaf_engine_load_picture_finish (SHEAF_ENGINE (source), result, &error);
  g_autoptr (GdkTexture) texture = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (pixels == NULL)
    {
      say (self, error->message);
      return;
    }
  texture = sheaf_texture_new_from_pixels (pixels);
  content = gdk_content_provider_new_typed (GDK_TYPE_TEXTURE, texture);
  /* The file as well, so that pasting into a folder puts the file there. */
  if (copy->file != NULL)
    {
      GSList files = { copy->file, NULL };
      GdkContentProvider *both[] = { g_steal_pointer (&content), file_list_content (&files) };

      content = gdk_content_provider_new_union (both, G_N_ELEMENTS (both));
    }
  gdk_clipboard_set_content (gtk_widget_get_clipboard (self->widget), content);
  say (self, _ ("Picture copied"));
}

static void
copy_picture (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafItemActions *self = user_data;
  g_autoptr (GPtrArray) items = dup_items (self);
  Copy *copy;

  if (items->len == 0 || self->engine == NULL)
    return;
  copy = g_new0 (Copy, 1);
  copy->actions = g_object_ref (self);
  g_set_object (&copy->file, sheaf_item_get_file (g_ptr_array_index (items, 0)));
  sheaf_engine_load_picture_async (self->engine, g_ptr_array_index (items, 0), 0, self->cancellable,
                                   on_picture_for_copy, copy);
}

static void
copy_link (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafItemActions *self = user_data;
  g_autoptr (GPtrArray) items = dup_items (self);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GdkContentProvider) content = NULL;
  GdkContentProvider *both[2];
  GSList *files = NULL;

  for (guint i = 0; i < items->len; i++)
    {
      SheafEntry *entry = sheaf_item_get_entry (g_ptr_array_index (items, i));
      const char *link = entry->url != NULL ? entry->url : entry->page_url;

      if (link == NULL)
        continue;
      files = g_slist_prepend (files, g_file_new_for_uri (link));
      if (text->len > 0)
        g_string_append_c (text, '\n');
      g_string_append (text, link);
    }
  if (text->len == 0)
    return;
  files = g_slist_reverse (files);
  both[0] = gdk_content_provider_new_typed (G_TYPE_STRING, text->str);
  both[1] = file_list_content (files);
  g_slist_free_full (files, g_object_unref);
  content = gdk_content_provider_new_union (both, G_N_ELEMENTS (both));
  gdk_clipboard_set_content (gtk_widget_get_clipboard (self->widget), content);
  say (self, g_dngettext (NULL, "Link copied", "Links copied", items->len));
}

static void
on_wallpaper_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SheafItemActions) self = user_data;
  g_autoptr (GError) error = NULL;

  if (sheaf_set_wallpaper_finish (result, &error))
    say (self, _ ("Wallpaper set"));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    say (self, error->message);
}

static void
wallpaper (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafItemActions *self = user_data;
  g_autoptr (GPtrArray) items = dup_items (self);
  GFile *file = items->len > 0 ? sheaf_item_get_file (g_ptr_array_index (items, 0)) : NULL;

  if (file != NULL)
    sheaf_set_wallpaper_async (file, self->cancellable, on_wallpaper_ready, g_object_ref (self));
}

static void
rebuild (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafItemActions *self = user_data;
  g_autoptr (GPtrArray) items = dup_items (self);

  for (guint i = 0; i < items->len; i++)
    {
      SheafItem *item = g_ptr_array_index (items, i);

      sheaf_engine_forget_thumbnail (self->engine, item);
      sheaf_texture_cache_remove (sheaf_texture_cache_get_default (), sheaf_item_get_entry (item));
      if (self->grid != NULL)
        sheaf_grid_reload_item (self->grid, item);
    }
}

static void
contact_sheet (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafItemActions *self = user_data;
  g_autoptr (GPtrArray) items = dup_items (self);

  if (items->len > 0 && self->engine != NULL)
    sheaf_contact_sheet_ask (self->widget, self->engine, items);
}

static const GActionEntry entries[] = {
  { "view", view },
  { "download", download },
  { "open-external", open_external },
  { "show-in-folder", show_in_folder },
  { "open-page", open_page },
  { "copy-picture", copy_picture },
  { "copy-link", copy_link },
  { "wallpaper", wallpaper },
  { "contact-sheet", contact_sheet },
  { "rebuild", rebuild },
};

static void
enable (SheafItemActions *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->group), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

/* The first picture decides: looking at thousands on each change of a selection would be slow. */
static void
update (SheafItemActions *self)
{
  guint n = self->grid != NULL ? sheaf_grid_get_n_selected (self->grid) : self->item != NULL;
  g_autoptr (GPtrArray) items = n > 0 && n <= 1000 ? dup_items (self) : NULL;
  SheafItem *first = items != NULL && items->len > 0 ? g_ptr_array_index (items, 0) : NULL;
  gboolean file = n > 1000 || (first != NULL && sheaf_item_get_file (first) != NULL);
  SheafEntry *entry = first != NULL ? sheaf_item_get_entry (first) : NULL;
  gboolean album = entry != NULL && sheaf_entry_is_album (entry);

  enable (self, "view", n > 0 && self->grid != NULL);
  enable (self, "download", n > 0 && !file);
  enable (self, "open-external", file && n <= MAX_OPEN);
  enable (self, "show-in-folder", file);
  enable (self, "open-page", entry != NULL && entry->page_url != NULL && n <= MAX_OPEN);
  enable (self, "copy-picture", n == 1 && !album);
  enable (self, "copy-link", entry != NULL && (entry->url != NULL || entry->page_url != NULL));
  enable (self, "wallpaper", n == 1 && file);
  enable (self, "rebuild", file && self->engine != NULL);
  enable (self, "contact-sheet", n > 0 && self->grid != NULL);
}

static void
sheaf_item_actions_dispose (GObject *object)
{
  SheafItemActions *self = SHEAF_ITEM_ACTIONS (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->item);
  g_clear_object (&self->engine);
  g_clear_object (&self->group);

  G_OBJECT_CLASS (sheaf_item_actions_parent_class)->dispose (object);
}

static void
sheaf_item_actions_finalize (GObject *object)
{
  g_object_unref (SHEAF_ITEM_ACTIONS (object)->cancellable);

  G_OBJECT_CLASS (sheaf_item_actions_parent_class)->finalize (object);
}

static void
sheaf_item_actions_class_init (SheafItemActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sheaf_item_actions_dispose;
  G_OBJECT_CLASS (klass)->finalize = sheaf_item_actions_finalize;

  signals[DOWNLOAD] = g_signal_new ("download", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
}

static void
sheaf_item_actions_init (SheafItemActions *self)
{
  self->cancellable = g_cancellable_new ();
  self->group = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->group), entries, G_N_ELEMENTS (entries),
                                   self);
}

SheafItemActions *
sheaf_item_actions_new (GtkWidget *widget)
{
  SheafItemActions *self = g_object_new (SHEAF_TYPE_ITEM_ACTIONS, NULL);

  g_return_val_if_fail (GTK_IS_WIDGET (widget), self);

  self->widget = widget;
  gtk_widget_insert_action_group (widget, "item", G_ACTION_GROUP (self->group));
  update (self);
  return self;
}

void
sheaf_item_actions_set_engine (SheafItemActions *self, SheafEngine *engine)
{
  g_return_if_fail (SHEAF_IS_ITEM_ACTIONS (self));

  g_set_object (&self->engine, engine);
}

void
sheaf_item_actions_set_grid (SheafItemActions *self, SheafGrid *grid)
{
  g_return_if_fail (SHEAF_IS_ITEM_ACTIONS (self));

  self->grid = grid;
  g_signal_connect_object (grid, "selection-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

void
sheaf_item_actions_set_item (SheafItemActions *self, SheafItem *item)
{
  g_return_if_fail (SHEAF_IS_ITEM_ACTIONS (self));

  g_set_object (&self->item, item);
  update (self);
}
