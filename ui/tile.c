/* tile.c: binds an item; asks only while it is looked at
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Textures come from the shared cache first.  A request carries a reference to its tile and the
 * item it was made for, so that an answer that comes late finds out by itself that it is late. */
#include "config.h"

#include "ui/tile.h"

#include "ui/error-text.h"
#include "ui/grid.h"
#include "ui/texture-cache.h"
#include "ui/thumb.h"

#include <glib/gi18n.h>

struct _SheafTile
{
  GtkWidget parent_instance;

  /* Owned */
  SheafEngine *engine;
  SheafItem *item;
  GCancellable *cancellable; /* of the request under way */

  /* Borrowed: the row this tile is the child of */
  GtkListItem *list_item;

  /* Template */
  SheafThumb *thumb;
  GtkCheckButton *check;
  GtkLabel *badge;
  GtkImage *state_icon;
  GtkProgressBar *progress;
  GtkButton *retry;
  GtkInscription *title;
  GtkInscription *status;

  SheafPixels *shown_pixels; /* borrowed, only to be compared: what the texture was made of */
  char *preview_error;       /* why there is no preview, while @preview_failed */
  gulong notify_id;
  guint preview_size;
  gboolean show_state;
  guint countdown_id;
  gboolean settled; /* the texture is what it should be, not a stand-in */
  gboolean on_screen;
  gboolean preview_failed;
};

typedef struct
{
  SheafTile *tile;
  SheafItem *item;
  GCancellable *cancellable;
} Request;

G_DEFINE_FINAL_TYPE (SheafTile, sheaf_tile, GTK_TYPE_WIDGET)

static void
request_free (Request *request)
{
  g_object_unref (request->tile);
  g_object_unref (request->item);
  g_object_unref (request->cancellable);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static char *
dup_countdown (gint64 retry_at)
{
  gint64 left = (retry_at - g_get_monotonic_time () + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
  g_autofree char *span = NULL;

  if (left < 60)
    /* Translators: state of a picture that will be tried again so many seconds from now; keep it
     * short */
    return g_strdup_printf (_ ("Again in %d s"), (int) MAX (left, 0));
  span = sheaf_format_duration (left);
  /* Translators: the same; %s is a span such as “5 minutes” */
  return g_strdup_printf (_ ("Again in %s"), span);
}

char *
sheaf_item_dup_state_text (SheafItem *item)
{
  const char *url;
  double progress;

  g_return_val_if_fail (SHEAF_IS_ITEM (item), NULL);

  switch (sheaf_item_get_state (item))
    {
    case SHEAF_ITEM_LISTED:
      return g_strdup ("");
    case SHEAF_ITEM_QUEUED:
      if (sheaf_item_get_retry_at (item) > 0)
        return dup_countdown (sheaf_item_get_retry_at (item));
      return g_strdup (C_ ("state of a picture", "Waiting"));
    case SHEAF_ITEM_PAUSED:
      return g_strdup (C_ ("state of a picture", "Paused"));
    case SHEAF_ITEM_DOWNLOADING:
      progress = sheaf_item_get_progress (item);
      if (progress >= 0)
        /* Translators: state of a picture; %d is a number from 0 to 100, %% a per cent sign */
        return g_strdup_printf (_ ("Downloading, %d%%"), (int) (progress * 100));
      return g_strdup (C_ ("state of a picture", "Downloading"));
    case SHEAF_ITEM_THUMBNAILING:
      return g_strdup (C_ ("state of a picture", "Making thumbnail"));
    case SHEAF_ITEM_READY:
      /* Of a picture on this computer only its thumbnail was there; nobody asked. */
      url = sheaf_item_get_entry (item)->url;
      return g_strdup (sheaf_item_get_skipped (item) && !g_str_has_prefix (url, "file:")
                           ? C_ ("state of a picture", "Was there already")
                           : C_ ("state of a picture", "Ready"));
    case SHEAF_ITEM_FAILED:
      if (sheaf_item_get_error (item) != NULL)
        return g_strdup (sheaf_item_get_error (item)->message);
      return g_strdup (C_ ("state of a picture", "Failed"));
    case SHEAF_ITEM_CANCELLED:
      return g_strdup (C_ ("state of a picture", "Cancelled"));
    default:
      g_return_val_if_reached (g_strdup (""));
    }
}

static void
set_class (SheafTile *self, const char *name, gboolean on)
{
  if (on)
    gtk_widget_add_css_class (GTK_WIDGET (self), name);
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), name);
}

/* What a screen reader says of the whole tile. */
static void
update_accessible (SheafTile *self)
{
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *state = NULL;
  g_autofree char *text = NULL;

  if (self->item == NULL || row == NULL)
    return;

  state = sheaf_item_dup_state_text (self->item);
  if (*state != '\0')
    /* Translators: a picture for a screen reader: its title, then its state */
    text = g_strdup_printf (C_ ("accessible", "%s, %s"), sheaf_item_get_title (self->item), state);
  else
    text = g_strdup (sheaf_item_get_title (self->item));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static gboolean
on_countdown (gpointer user_data)
{
  SheafTile *self = user_data;
  g_autofree char *text = sheaf_item_dup_state_text (self->item);

  gtk_inscription_set_text (self->status, text);
  return G_SOURCE_CONTINUE;
}

/* Ticks only while there is something to count. */
static void
watch_countdown (SheafTile *self)
{
  gboolean counts = self->item != NULL && sheaf_item_get_retry_at (self->item) > 0;

  if (counts == (self->countdown_id != 0))
    return;
  if (counts)
    self->countdown_id = g_timeout_add_seconds (1, on_countdown, self);
  else
    g_clear_handle_id (&self->countdown_id, g_source_remove);
}

static void
update_state (SheafTile *self)
{
  SheafItemState state = sheaf_item_get_state (self->item);
  gboolean pending = state == SHEAF_ITEM_QUEUED || state == SHEAF_ITEM_PAUSED
                     || state == SHEAF_ITEM_DOWNLOADING || state == SHEAF_ITEM_THUMBNAILING;
  gboolean failed = state == SHEAF_ITEM_FAILED;
  const char *icon = NULL;

  set_class (self, "pending", pending || state == SHEAF_ITEM_CANCELLED);
  set_class (self, "failed", failed);

  gtk_widget_set_visible (GTK_WIDGET (self->progress), state == SHEAF_ITEM_DOWNLOADING);
  if (state == SHEAF_ITEM_DOWNLOADING)
    gtk_progress_bar_set_fraction (self->progress, MAX (sheaf_item_get_progress (self->item), 0));

  gtk_widget_set_visible (GTK_WIDGET (self->retry),
                          self->show_state
                              && (state == SHEAF_ITEM_FAILED || state == SHEAF_ITEM_CANCELLED));

  if (failed)
    icon = "dialog-warning-symbolic";
  else if (state == SHEAF_ITEM_PAUSED)
    icon = "media-playback-pause-symbolic";
  else if (state == SHEAF_ITEM_READY && self->show_state)
    icon = "object-select-symbolic";
  else if (self->preview_failed && !pending)
    /* No word on the picture itself, which may be fine. */
    icon = "image-missing-symbolic";
  gtk_widget_set_visible (GTK_WIDGET (self->state_icon), icon != NULL);
  if (icon != NULL)
    gtk_image_set_from_icon_name (self->state_icon, icon);
  set_class (self, "ready", state == SHEAF_ITEM_READY);

  if (self->show_state)
    {
      g_autofree char *text = sheaf_item_dup_state_text (self->item);

      gtk_inscription_set_text (self->status, text);
      watch_countdown (self);
    }
}

/* A gallery's preview stands in until the thumbnail of the picture's own file is there. */
static void
show_cached (SheafTile *self)
{
  SheafTextureCache *cache = sheaf_texture_cache_get_default ();
  SheafEntry *entry = sheaf_item_get_entry (self->item);
  gboolean of_file = sheaf_item_get_file (self->item) != NULL;
  GdkTexture *texture = sheaf_texture_cache_lookup (cache, entry, of_file);

  self->settled = texture != NULL;
  if (texture == NULL && of_file)
    texture = sheaf_texture_cache_lookup (cache, entry, FALSE);
  sheaf_thumb_set_texture (self->thumb, texture);
}

static void
show_texture (SheafTile *self, GdkTexture *texture)
{
  sheaf_thumb_set_texture (self->thumb, texture);
  if (texture != NULL && self->preview_failed)
    {
      self->preview_failed = FALSE;
      update_state (self);
    }
}

/* What a camera put into the file shows at once what it is; of what is there already, a gallery's
 * preview is better. */
static void
show_embedded (SheafTile *self, SheafPixels *pixels)
{
  g_autoptr (GdkTexture) texture = NULL;

  if (self->settled || sheaf_thumb_get_texture (self->thumb) != NULL)
    return;
  texture = sheaf_texture_new_from_pixels (pixels);
  show_texture (self, texture);
}

static void
on_pixels (SheafTile *self)
{
  SheafPixels *pixels = sheaf_item_get_pixels (self->item);

  if (pixels == NULL)
    return; /* let go; the texture stays as long as the cache keeps it */
  if (pixels == self->shown_pixels && self->settled)
    return;
  self->shown_pixels = pixels;
  if (pixels->is_preview)
    {
      show_embedded (self, pixels);
      return;
    }
  self->settled = TRUE;
  show_texture (self, sheaf_texture_cache_add (sheaf_texture_cache_get_default (),
                                               sheaf_item_get_entry (self->item),
                                               sheaf_item_get_file (self->item) != NULL, pixels));
}

static void
on_load_preview_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  SheafTile *self = request->tile;
  gboolean loaded;

  loaded = sheaf_engine_load_preview_finish (SHEAF_ENGINE (source), result, &error);
  if (self->cancellable != request->cancellable)
    {
      /* The tile went on to something else; nobody looks at these pixels. */
      if (loaded && self->item != request->item)
        sheaf_item_set_pixels (request->item, NULL);
      return;
    }

  g_clear_object (&self->cancellable);
  if (loaded)
    {
      /* As a rule notify::pixels has shown it; not where the item had them before. */
      on_pixels (self);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_debug ("No preview of “%s”: %s", sheaf_item_get_title (self->item), error->message);
  self->preview_failed = TRUE;
  g_free (self->preview_error);
  self->preview_error = g_strdup (error->message);
  update_state (self);
}

static gboolean
may_have_preview (SheafTile *self)
{
  SheafItemState state = sheaf_item_get_state (self->item);

  return state == SHEAF_ITEM_LISTED || state == SHEAF_ITEM_READY
         || (state != SHEAF_ITEM_FAILED && sheaf_item_get_file (self->item) != NULL);
}

static void
request_preview (SheafTile *self)
{
  Request *request;

  if (!self->on_screen || self->item == NULL || self->engine == NULL || self->cancellable != NULL
      || self->preview_failed)
    return;
  if (self->settled || !may_have_preview (self))
    return;

  self->cancellable = g_cancellable_new ();
  request = g_new0 (Request, 1);
  request->tile = g_object_ref (self);
  request->item = g_object_ref (self->item);
  request->cancellable = g_object_ref (self->cancellable);
  sheaf_engine_load_preview_async (
      self->engine, self->item,
      self->preview_size * (guint) gtk_widget_get_scale_factor (GTK_WIDGET (self)),
      SHEAF_THUMBNAIL_VISIBLE, self->cancellable, on_load_preview_ready, request);
}

static void
leave (SheafTile *self)
{
  if (self->cancellable != NULL)
    {
      g_autoptr (GCancellable) cancellable = g_steal_pointer (&self->cancellable);

      g_cancellable_cancel (cancellable);
    }
  if (self->item != NULL)
    sheaf_item_set_pixels (self->item, NULL);
}

static void
on_item_notify (SheafTile *self, GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "pixels"))
    on_pixels (self);
  else if (g_str_equal (pspec->name, "progress"))
    update_state (self);
  else if (g_str_equal (pspec->name, "retry-at"))
    {
      update_state (self);
      if (self->on_screen)
        update_accessible (self);
    }
  else if (g_str_equal (pspec->name, "state"))
    {
      self->preview_failed = FALSE;
      update_state (self);
      show_cached (self);
      if (!self->settled)
        on_pixels (self);
      if (self->on_screen)
        update_accessible (self);
      request_preview (self);
    }
}

static void
on_check_toggled (SheafTile *self)
{
  gboolean active = gtk_check_button_get_active (self->check);

  if (self->item != NULL && active != gtk_list_item_get_selected (self->list_item))
    gtk_widget_activate_action (GTK_WIDGET (self), "list.select-item", "(ubb)",
                                gtk_list_item_get_position (self->list_item), TRUE, FALSE);
}

static void
on_selected_changed (SheafTile *self)
{
  gboolean selected = gtk_list_item_get_selected (self->list_item);

  gtk_check_button_set_active (self->check, selected);
  set_class (self, "selected", selected);
}

static void
on_retry_clicked (SheafTile *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "batch.retry-item", "u",
                              gtk_list_item_get_position (self->list_item));
}

/* Files where there are some already, and the links of the others: a browser takes those. */
static GdkContentProvider *
content_of (GPtrArray *items)
{
  g_autoptr (GString) links = g_string_new (NULL);
  GdkContentProvider *contents[2] = { NULL };
  GdkFileList *list;
  GSList *files = NULL;

  for (guint i = 0; i < items->len; i++)
    {
      GFile *file = sheaf_item_get_file (g_ptr_array_index (items, i));
      SheafEntry *entry = sheaf_item_get_entry (g_ptr_array_index (items, i));
      const char *link = entry->url != NULL ? entry->url : entry->page_url;

      if (file != NULL)
        files = g_slist_prepend (files, g_object_ref (file));
      else if (link != NULL)
        {
          files = g_slist_prepend (files, g_file_new_for_uri (link));
          g_string_append_printf (links, "%s%s", links->len > 0 ? "\n" : "", link);
        }
    }
  if (files == NULL)
    return NULL;
  files = g_slist_reverse (files);
  list = gdk_file_list_new_from_list (files);
  g_slist_free_full (files, g_object_unref);
  contents[0] = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);
  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  if (links->len == 0)
    return contents[0];
  contents[1] = gdk_content_provider_new_typed (G_TYPE_STRING, links->str);
  return gdk_content_provider_new_union (contents, G_N_ELEMENTS (contents));
}

/* Only what is picked is dragged out; anywhere else a drag draws the rubber band. */
static GdkContentProvider *
on_drag_prepare (SheafTile *self, double x, double y, GtkDragSource *source)
{
  GtkWidget *grid = gtk_widget_get_ancestor (GTK_WIDGET (self), SHEAF_TYPE_GRID);
  g_autoptr (GPtrArray) items = NULL;

  if (grid == NULL || self->item == NULL || !gtk_list_item_get_selected (self->list_item))
    return NULL;
  items = sheaf_grid_dup_selected (SHEAF_GRID (grid));
  return content_of (items);
}

static void
on_drag_begin (SheafTile *self, GdkDrag *drag, GtkDragSource *source)
{
  GdkTexture *texture = sheaf_thumb_get_texture (self->thumb);

  if (texture != NULL)
    {
      g_autoptr (GdkPaintable) icon = gtk_widget_paintable_new (GTK_WIDGET (self->thumb));

      gtk_drag_source_set_icon (source, icon, 20, 20);
    }
}

static void
sheaf_tile_unmap (GtkWidget *widget)
{
  SheafTile *self = SHEAF_TILE (widget);

  sheaf_tile_set_on_screen (self, FALSE);

  GTK_WIDGET_CLASS (sheaf_tile_parent_class)->unmap (widget);
}

/* What the button at this place does. */
static const char *
button_tooltip (SheafTile *self, int x, int y)
{
  GtkWidget *under = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);

  if (under == NULL)
    return NULL;
  if (under == GTK_WIDGET (self->check) || gtk_widget_is_ancestor (under, GTK_WIDGET (self->check)))
    return _ ("Select");
  if (under == GTK_WIDGET (self->retry) || gtk_widget_is_ancestor (under, GTK_WIDGET (self->retry)))
    return _ ("Try again");
  return NULL;
}

/* Made when it is asked for: a bind happens far more often than somebody waits for a tooltip.  The
 * buttons have none of their own, because for each that is set the X server is asked where the
 * pointer is, twice a tile, for hundreds of tiles before the first frame. */
static gboolean
sheaf_tile_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  SheafTile *self = SHEAF_TILE (widget);
  g_autoptr (GString) text = NULL;
  const char *button;
  GtkWidget *grid;
  SheafEntry *entry;

  grid = gtk_widget_get_ancestor (widget, SHEAF_TYPE_GRID);
  /* A tooltip would cover the menu that was just asked for. */
  if (self->item == NULL || (grid != NULL && sheaf_grid_get_menu_open (SHEAF_GRID (grid))))
    return FALSE;
  button = keyboard ? NULL : button_tooltip (self, x, y);
  if (button != NULL)
    {
      gtk_tooltip_set_text (tooltip, button);
      return TRUE;
    }
  entry = sheaf_item_get_entry (self->item);
  text = g_string_new (sheaf_item_get_title (self->item));
  if (sheaf_entry_is_album (entry))
    {
      g_string_append_c (text, '\n');
      g_string_append_printf (
          text,
          g_dngettext (NULL, "Album of %u picture", "Album of %u pictures", entry->album_count),
          entry->album_count);
    }
  if (self->show_state && sheaf_item_get_error (self->item) != NULL)
    g_string_append_printf (text, "\n%s", sheaf_item_get_error (self->item)->message);
  else if (self->show_state && sheaf_item_get_retry_reason (self->item) != NULL)
    g_string_append_printf (text, "\n%s", sheaf_item_get_retry_reason (self->item));
  else if (self->preview_failed && self->preview_error != NULL)
    g_string_append_printf (text, "\n%s", self->preview_error);
  gtk_tooltip_set_text (tooltip, text->str);
  return TRUE;
}

static void
sheaf_tile_dispose (GObject *object)
{
  SheafTile *self = SHEAF_TILE (object);
  GtkWidget *child;

  if (self->title != NULL)
    sheaf_tile_set_item (self, NULL);
  g_clear_object (&self->engine);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (sheaf_tile_parent_class)->dispose (object);
}

static void
sheaf_tile_finalize (GObject *object)
{
  g_free (SHEAF_TILE (object)->preview_error);

  G_OBJECT_CLASS (sheaf_tile_parent_class)->finalize (object);
}

static void
sheaf_tile_class_init (SheafTileClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sheaf_tile_dispose;
  G_OBJECT_CLASS (klass)->finalize = sheaf_tile_finalize;
  widget_class->unmap = sheaf_tile_unmap;
  widget_class->query_tooltip = sheaf_tile_query_tooltip;

  g_type_ensure (SHEAF_TYPE_THUMB);
  gtk_widget_class_set_template_from_resource (widget_class, SHEAF_RESOURCES "templates/tile.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafTile, thumb);
  gtk_widget_class_bind_template_child (widget_class, SheafTile, check);
  gtk_widget_class_bind_template_child (widget_class, SheafTile, badge);
  gtk_widget_class_bind_template_child (widget_class, SheafTile, state_icon);
  gtk_widget_class_bind_template_child (widget_class, SheafTile, progress);
  gtk_widget_class_bind_template_child (widget_class, SheafTile, retry);
  gtk_widget_class_bind_template_child (widget_class, SheafTile, title);
  gtk_widget_class_bind_template_child (widget_class, SheafTile, status);
  gtk_widget_class_bind_template_callback (widget_class, on_check_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_drag_begin);
  gtk_widget_class_bind_template_callback (widget_class, on_drag_prepare);
  gtk_widget_class_bind_template_callback (widget_class, on_retry_clicked);
  gtk_widget_class_set_css_name (widget_class, "tile");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
}

static void
sheaf_tile_init (SheafTile *self)
{
  self->preview_size = 256;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_orientable_set_orientation (
      GTK_ORIENTABLE (gtk_widget_get_layout_manager (GTK_WIDGET (self))), GTK_ORIENTATION_VERTICAL);
}

SheafTile *
sheaf_tile_new (GtkListItem *list_item)
{
  SheafTile *self = g_object_new (SHEAF_TYPE_TILE, NULL);

  self->list_item = list_item;
  g_signal_connect_object (list_item, "notify::selected", G_CALLBACK (on_selected_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}

void
sheaf_tile_set_engine (SheafTile *self, SheafEngine *engine)
{
  g_return_if_fail (SHEAF_IS_TILE (self));

  g_set_object (&self->engine, engine);
}

void
sheaf_tile_set_show_state (SheafTile *self, gboolean show_state)
{
  g_return_if_fail (SHEAF_IS_TILE (self));

  self->show_state = show_state;
  gtk_widget_set_visible (GTK_WIDGET (self->status), show_state);
}

static void
update_badge (SheafTile *self, SheafEntry *entry)
{
  gboolean several = entry->album_count > 1;

  if (several)
    {
      g_autofree char *count = g_strdup_printf ("%u", entry->album_count);

      gtk_label_set_text (self->badge, count);
    }
  else if (entry->animated)
    /* Translators: a small mark on a moving picture; keep it very short */
    gtk_label_set_text (self->badge, C_ ("badge", "GIF"));
  gtk_widget_set_visible (GTK_WIDGET (self->badge), several || entry->animated);
}

void
sheaf_tile_set_item (SheafTile *self, SheafItem *item)
{
  SheafEntry *entry;

  g_return_if_fail (SHEAF_IS_TILE (self));
  g_return_if_fail (item == NULL || SHEAF_IS_ITEM (item));

  if (self->item == item)
    return;

  leave (self);
  if (self->item != NULL)
    g_clear_signal_handler (&self->notify_id, self->item);
  g_set_object (&self->item, item);
  watch_countdown (self);
  self->on_screen = FALSE;
  self->preview_failed = FALSE;
  self->shown_pixels = NULL;
  self->settled = FALSE;
  if (item == NULL)
    {
      sheaf_thumb_set_texture (self->thumb, NULL);
      return;
    }

  /* Disconnected above and in dispose; watching this object as well would cost more than the rest
   * of a bind, many times a frame. */
  self->notify_id = g_signal_connect_swapped (item, "notify", G_CALLBACK (on_item_notify), self);
  entry = sheaf_item_get_entry (item);
  gtk_inscription_set_text (self->title, sheaf_item_get_title (item));
  update_badge (self, entry);
  update_state (self);
  if (self->list_item != NULL)
    on_selected_changed (self);
  show_cached (self);
  if (!self->settled)
    on_pixels (self);
}

SheafItem *
sheaf_tile_get_item (SheafTile *self)
{
  g_return_val_if_fail (SHEAF_IS_TILE (self), NULL);

  return self->item;
}

guint
sheaf_tile_get_position (SheafTile *self)
{
  g_return_val_if_fail (SHEAF_IS_TILE (self), GTK_INVALID_LIST_POSITION);

  return self->list_item != NULL ? gtk_list_item_get_position (self->list_item)
                                 : GTK_INVALID_LIST_POSITION;
}

void
sheaf_tile_set_size (SheafTile *self, int size, guint preview_size)
{
  g_return_if_fail (SHEAF_IS_TILE (self));

  sheaf_thumb_set_size (self->thumb, size);
  self->preview_size = preview_size;
}

void
sheaf_tile_set_on_screen (SheafTile *self, gboolean on_screen)
{
  g_return_if_fail (SHEAF_IS_TILE (self));

  if (self->on_screen == on_screen)
    return;
  self->on_screen = on_screen;
  if (!on_screen)
    {
      leave (self);
      return;
    }
  if (self->item == NULL)
    return;
  update_accessible (self);
  if (!self->settled)
    show_cached (self);
  request_preview (self);
}

gboolean
sheaf_tile_get_on_screen (SheafTile *self)
{
  g_return_val_if_fail (SHEAF_IS_TILE (self), FALSE);

  return self->on_screen;
}

void
sheaf_tile_reload (SheafTile *self)
{
  g_return_if_fail (SHEAF_IS_TILE (self));

  if (self->item == NULL)
    return;
  leave (self);
  sheaf_texture_cache_remove (sheaf_texture_cache_get_default (),
                              sheaf_item_get_entry (self->item));
  sheaf_thumb_set_texture (self->thumb, NULL);
  self->settled = FALSE;
  self->preview_failed = FALSE;
  update_state (self);
  request_preview (self);
}
