/* viewer-page.c: loads, zooms, goes on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The position is kept by item, not by number: the list may grow or be sorted while a person looks
 * at a picture. */
#include "config.h"

#include "ui/viewer-page.h"

#include "ui/details.h"
#include "ui/error-text.h"
#include "ui/item-actions.h"
#include "ui/picture-view.h"
#include "ui/texture-cache.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* A spinner before this would only flicker. */
#define SPINNER_DELAY_MS 400
#define PAN_STEP         80

struct _SheafViewerPage
{
  GtkWidget parent_instance;

  /* Owned */
  SheafEngine *engine;
  GListModel *model; /* (nullable) */
  SheafItem *item;   /* (nullable) */
  GCancellable *cancellable;
  SheafItemActions *item_actions;
  GSimpleActionGroup *actions;

  /* Template */
  AdwWindowTitle *title;
  AdwFlap *flap;
  SheafDetails *details;
  SheafPictureView *view;
  GtkStack *stack;
  AdwStatusPage *status;
  GtkSpinner *spinner;
  GtkWidget *previous;
  GtkWidget *next;
  GtkLabel *zoom_label;

  guint position;
  guint spinner_id;
  guint loaded_size; /* the box the texture was asked for in; 0 for the full picture */
  gboolean loaded;
  gboolean reduced; /* the full picture has more to it */
};

typedef struct
{
  SheafViewerPage *page;
  SheafItem *item;
  guint size;
} Request;

G_DEFINE_FINAL_TYPE (SheafViewerPage, sheaf_viewer_page, GTK_TYPE_WIDGET)

static void
request_free (Request *request)
{
  g_object_unref (request->page);
  g_object_unref (request->item);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void
stop_spinner (SheafViewerPage *self)
{
  g_clear_handle_id (&self->spinner_id, g_source_remove);
  gtk_spinner_stop (self->spinner);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), FALSE);
}

static gboolean
on_spinner_due (gpointer user_data)
{
  SheafViewerPage *self = user_data;

  self->spinner_id = 0;
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), TRUE);
  gtk_spinner_start (self->spinner);
  return G_SOURCE_REMOVE;
}

static void
cancel_loading (SheafViewerPage *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  stop_spinner (self);
}

static void
on_picture_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPixels) pixels
      = sheaf_engine_load_picture_finish (SHEAF_ENGINE (source), result, &error);
  g_autoptr (GdkTexture) texture = NULL;
  SheafViewerPage *self = request->page;
  guint width, height;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->item != request->item)
    return;

  g_clear_object (&self->cancellable);
  stop_spinner (self);
  if (pixels == NULL)
    {
      g_autofree char *body = sheaf_error_text_dup_body (error);

      if (self->loaded)
        return; /* a smaller rendition is there: better than an error */
      adw_status_page_set_icon_name (self->status, sheaf_error_text_icon (error));
      adw_status_page_set_title (self->status, sheaf_error_text_title (error));
      adw_status_page_set_description (self->status, body);
      gtk_stack_set_visible_child_name (self->stack, "status");
      return;
    }

  width = pixels->source_width > 0 ? pixels->source_width : pixels->width;
  height = pixels->source_height > 0 ? pixels->source_height : pixels->height;
  self->loaded = TRUE;
  self->loaded_size = request->size;
  self->reduced = pixels->width < width;
  texture = sheaf_texture_new_from_pixels (pixels);
  sheaf_details_set_dimensions (self->details, width, height);
  sheaf_picture_view_set_rendition (self->view, texture, (int) width, (int) height);
}

static void
load (SheafViewerPage *self, guint size)
{
  Request *request;

  if (self->engine == NULL)
    return;
  cancel_loading (self);
  self->cancellable = g_cancellable_new ();
  self->spinner_id = g_timeout_add (SPINNER_DELAY_MS, on_spinner_due, self);
  request = g_new0 (Request, 1);
  request->page = g_object_ref (self);
  request->item = g_object_ref (self->item);
  request->size = size;
  sheaf_engine_load_picture_async (self->engine, self->item, size, self->cancellable,
                                   on_picture_ready, request);
}

/* The box in device pixels that the window can show, in steps, so that resizing reloads rarely. */
static guint
fitting_size (SheafViewerPage *self)
{
  int side
      = MAX (gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)));
  guint device = (guint) MAX (side, 1) * (guint) gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return device <= 1024 ? 1024 : device <= 2048 ? 2048 : 4096;
}

static void
update_position (SheafViewerPage *self)
{
  guint n_items = g_list_model_get_n_items (self->model);
  /* Translators: place of a picture among all: “3 of 120” */
  g_autofree char *text = g_strdup_printf (C_ ("place", "%u of %u"), self->position + 1, n_items);

  adw_window_title_set_subtitle (self->title, text);
  gtk_widget_set_visible (self->previous, self->position > 0);
  gtk_widget_set_visible (self->next, self->position + 1 < n_items);
}

static void
show_item (SheafViewerPage *self, guint position)
{
  g_autoptr (SheafItem) item = g_list_model_get_item (self->model, position);
  GdkTexture *stand_in;
  SheafEntry *entry;

  if (item == NULL)
    return;

  cancel_loading (self);
  g_set_object (&self->item, item);
  self->position = position;
  self->loaded = FALSE;
  self->reduced = FALSE;

  entry = sheaf_item_get_entry (item);
  adw_window_title_set_title (self->title, sheaf_item_get_title (item));
  update_position (self);
  sheaf_details_set_item (self->details, item);
  sheaf_item_actions_set_item (self->item_actions, item);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  sheaf_item_get_title (item), -1);
  gtk_stack_set_visible_child_name (self->stack, "picture");

  stand_in = sheaf_texture_cache_lookup (sheaf_texture_cache_get_default (), entry,
                                         sheaf_item_get_file (item) != NULL);
  sheaf_picture_view_set_picture (self->view, stand_in, (int) entry->width, (int) entry->height);
  load (self, fitting_size (self));
}

/* The list changed under the picture: where is it now? */
static void
on_items_changed (SheafViewerPage *self, guint position, guint removed, guint added)
{
  guint n_items = g_list_model_get_n_items (self->model);
  guint from = self->position > 64 ? self->position - 64 : 0;

  if (self->item == NULL)
    return;
  if (position > self->position)
    {
      update_position (self);
      return;
    }
  for (guint i = from; i < MIN (n_items, self->position + added + 64); i++)
    {
      g_autoptr (SheafItem) item = g_list_model_get_item (self->model, i);

      if (item == self->item)
        {
          self->position = i;
          break;
        }
    }
  if (n_items > 0)
    {
      self->position = MIN (self->position, n_items - 1);
      update_position (self);
    }
}

static void
on_zoom_changed (SheafViewerPage *self)
{
  double zoom = sheaf_picture_view_get_zoom (self->view);
  /* Translators: a zoom factor: “100 %” */
  g_autofree char *text = g_strdup_printf (_ ("%d%%"), (int) (zoom * 100 + 0.5));

  gtk_label_set_text (self->zoom_label, text);
  if (self->loaded && self->reduced && self->loaded_size != 0 && self->cancellable == NULL
      && !sheaf_picture_view_get_fits (self->view))
    load (self, 0);
}

static void
go_previous (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafViewerPage *self = user_data;

  if (self->model != NULL && self->position > 0)
    show_item (self, self->position - 1);
}

static void
go_next (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafViewerPage *self = user_data;

  if (self->model != NULL && self->position + 1 < g_list_model_get_n_items (self->model))
    show_item (self, self->position + 1);
}

static void
go_first (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafViewerPage *self = user_data;

  if (self->model != NULL)
    show_item (self, 0);
}

static void
go_last (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafViewerPage *self = user_data;

  if (self->model != NULL && g_list_model_get_n_items (self->model) > 0)
    show_item (self, g_list_model_get_n_items (self->model) - 1);
}

static void
zoom_in (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sheaf_picture_view_zoom_in (SHEAF_VIEWER_PAGE (user_data)->view);
}

static void
zoom_out (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sheaf_picture_view_zoom_out (SHEAF_VIEWER_PAGE (user_data)->view);
}

static void
zoom_fit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sheaf_picture_view_zoom_to_fit (SHEAF_VIEWER_PAGE (user_data)->view);
}

static void
zoom_actual (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sheaf_picture_view_zoom_to_actual (SHEAF_VIEWER_PAGE (user_data)->view);
}

static void
retry (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafViewerPage *self = user_data;

  if (self->model != NULL)
    show_item (self, self->position);
}

static void
toggle_details (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafViewerPage *self = user_data;

  adw_flap_set_reveal_flap (self->flap, !adw_flap_get_reveal_flap (self->flap));
}

static const GActionEntry entries[] = {
  { "previous", go_previous },   { "next", go_next },         { "first", go_first },
  { "last", go_last },           { "zoom-in", zoom_in },      { "zoom-out", zoom_out },
  { "zoom-fit", zoom_fit },      { "zoom-100", zoom_actual }, { "retry", retry },
  { "details", toggle_details },
};

/* Arrows move a picture that is larger than the window, and turn the page otherwise. */
static gboolean
on_arrow (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  SheafViewerPage *self = SHEAF_VIEWER_PAGE (widget);
  int dx, dy;
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;

  g_variant_get (args, "(ii)", &dx, &dy);
  if (!sheaf_picture_view_get_fits (self->view))
    {
      sheaf_picture_view_pan (self->view, dx * PAN_STEP, dy * PAN_STEP);
      return TRUE;
    }
  if (dx == 0)
    return FALSE;
  gtk_widget_activate_action (widget, (dx < 0) != rtl ? "viewer.previous" : "viewer.next", NULL);
  return TRUE;
}

static void
sheaf_viewer_page_dispose (GObject *object)
{
  SheafViewerPage *self = SHEAF_VIEWER_PAGE (object);
  GtkWidget *child;

  if (self->item_actions != NULL)
    sheaf_viewer_page_clear (self);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->item_actions);
  g_clear_object (&self->actions);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sheaf_viewer_page_parent_class)->dispose (object);
}

static void
sheaf_viewer_page_class_init (SheafViewerPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  static const struct
  {
    guint key;
    GdkModifierType modifiers;
    const char *action;
  } keys[] = {
    { GDK_KEY_Page_Up, 0, "viewer.previous" },
    { GDK_KEY_Page_Down, 0, "viewer.next" },
    { GDK_KEY_BackSpace, 0, "viewer.previous" },
    { GDK_KEY_space, 0, "viewer.next" },
    { GDK_KEY_Home, 0, "viewer.first" },
    { GDK_KEY_End, 0, "viewer.last" },
    { GDK_KEY_plus, 0, "viewer.zoom-in" },
    { GDK_KEY_equal, 0, "viewer.zoom-in" },
    { GDK_KEY_plus, GDK_CONTROL_MASK, "viewer.zoom-in" },
    { GDK_KEY_equal, GDK_CONTROL_MASK, "viewer.zoom-in" },
    { GDK_KEY_KP_Add, GDK_CONTROL_MASK, "viewer.zoom-in" },
    { GDK_KEY_minus, 0, "viewer.zoom-out" },
    { GDK_KEY_minus, GDK_CONTROL_MASK, "viewer.zoom-out" },
    { GDK_KEY_KP_Subtract, GDK_CONTROL_MASK, "viewer.zoom-out" },
    { GDK_KEY_0, GDK_CONTROL_MASK, "viewer.zoom-fit" },
    { GDK_KEY_0, 0, "viewer.zoom-fit" },
    { GDK_KEY_1, GDK_CONTROL_MASK, "viewer.zoom-100" },
    { GDK_KEY_1, 0, "viewer.zoom-100" },
    { GDK_KEY_F9, 0, "viewer.details" },
    { GDK_KEY_i, GDK_CONTROL_MASK, "viewer.details" },
    { GDK_KEY_Escape, 0, "win.close-viewer" },
    { GDK_KEY_Left, GDK_ALT_MASK, "win.close-viewer" },
    { GDK_KEY_c, GDK_CONTROL_MASK, "item.copy-picture" },
  };

  G_OBJECT_CLASS (klass)->dispose = sheaf_viewer_page_dispose;

  g_type_ensure (SHEAF_TYPE_PICTURE_VIEW);
  g_type_ensure (SHEAF_TYPE_DETAILS);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               SHEAF_RESOURCES "templates/viewer-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafViewerPage, title);
  gtk_widget_class_bind_template_child (widget_class, SheafViewerPage, flap);
  gtk_widget_class_bind_template_child (widget_class, SheafViewerPage, details);
  gtk_widget_class_bind_template_child (widget_class, SheafViewerPage, view);
  gtk_widget_class_bind_template_child (widget_class, SheafViewerPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SheafViewerPage, status);
  gtk_widget_class_bind_template_child (widget_class, SheafViewerPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, SheafViewerPage, previous);
  gtk_widget_class_bind_template_child (widget_class, SheafViewerPage, next);
  gtk_widget_class_bind_template_child (widget_class, SheafViewerPage, zoom_label);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_changed);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, keys[i].modifiers,
                                         keys[i].action, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, 0, on_arrow, "(ii)", -1, 0);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Right, 0, on_arrow, "(ii)", 1, 0);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Up, 0, on_arrow, "(ii)", 0, -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Down, 0, on_arrow, "(ii)", 0, 1);
}

static void
sheaf_viewer_page_init (SheafViewerPage *self)
{
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "viewer", G_ACTION_GROUP (self->actions));
  gtk_widget_init_template (GTK_WIDGET (self));
  self->item_actions = sheaf_item_actions_new (GTK_WIDGET (self));
}

void
sheaf_viewer_page_set_engine (SheafViewerPage *self, SheafEngine *engine)
{
  g_return_if_fail (SHEAF_IS_VIEWER_PAGE (self));

  g_set_object (&self->engine, engine);
  sheaf_item_actions_set_engine (self->item_actions, engine);
  sheaf_details_set_engine (self->details, engine);
}

void
sheaf_viewer_page_show (SheafViewerPage *self, GListModel *model, guint position)
{
  g_return_if_fail (SHEAF_IS_VIEWER_PAGE (self));
  g_return_if_fail (G_IS_LIST_MODEL (model));

  if (self->model != model)
    {
      if (self->model != NULL)
        g_signal_handlers_disconnect_by_func (self->model, on_items_changed, self);
      g_set_object (&self->model, model);
      g_signal_connect_object (model, "items-changed", G_CALLBACK (on_items_changed), self,
                               G_CONNECT_SWAPPED);
    }
  show_item (self, position);
  sheaf_viewer_page_focus (self);
}

void
sheaf_viewer_page_focus (SheafViewerPage *self)
{
  g_return_if_fail (SHEAF_IS_VIEWER_PAGE (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

void
sheaf_viewer_page_clear (SheafViewerPage *self)
{
  g_return_if_fail (SHEAF_IS_VIEWER_PAGE (self));

  cancel_loading (self);
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_func (self->model, on_items_changed, self);
  g_clear_object (&self->model);
  g_clear_object (&self->item);
  sheaf_item_actions_set_item (self->item_actions, NULL);
  sheaf_details_set_item (self->details, NULL);
  sheaf_picture_view_set_picture (self->view, NULL, 0, 0);
}

SheafItem *
sheaf_viewer_page_get_item (SheafViewerPage *self)
{
  g_return_val_if_fail (SHEAF_IS_VIEWER_PAGE (self), NULL);

  return self->item;
}
