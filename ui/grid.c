/* grid.c: GtkGridView, its factory, and which tiles are looked at
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The view keeps about 32 rows of tiles alive around the visible ones.  Being alive costs a bind;
 * only being on the screen costs a decode. */
#include "config.h"

#include "ui/grid.h"

#include "ui/tile.h"

#include <math.h>

/* How long scrolling must calm before tiles ask; short enough to feel immediate. */
#define SETTLE_MS 70

struct _SheafGrid
{
  GtkWidget parent_instance;

  /* Owned */
  SheafEngine *engine;
  GListModel *model;
  GtkSelectionModel *selection;
  GMenuModel *menu_model;
  GHashTable *tiles; /* (element-type SheafTile): bound ones, borrowed */
  GtkWidget *popover;
  GtkWidget *menu_child; /* weak: whose menu it is */

  /* Template */
  GtkScrolledWindow *scrolled;
  GtkGridView *view;

  guint settle_id;
  double settled_value; /* where it was scrolled to when tiles were last told */
  guint thumbnail_size;
  gboolean show_state;
};

enum
{
  PROP_0,
  PROP_SHOW_STATE,
  PROP_MENU_MODEL,
  N_PROPS
};

enum
{
  ACTIVATE_ITEM,
  NEAR_END,
  SELECTION_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafGrid, sheaf_grid, GTK_TYPE_WIDGET)

/* Tiles are smaller than their thumbnails, so that these look sharp when cut to a square. */
static int
tile_size (SheafGrid *self)
{
  if (self->thumbnail_size <= 128)
    return 112;
  if (self->thumbnail_size <= 256)
    return 160;
  return 288;
}

static void
check_near_end (SheafGrid *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled);
  double value = gtk_adjustment_get_value (adjustment);
  double page = gtk_adjustment_get_page_size (adjustment);
  double upper = gtk_adjustment_get_upper (adjustment);
  guint n_items = self->model != NULL ? g_list_model_get_n_items (self->model) : 0;

  /* Nothing to scroll yet: whoever fills the grid is at it already.  And where there cannot be less
   * than is said there is, what is new has not been laid out yet. */
  if (n_items == 0
      || upper < n_items / gtk_grid_view_get_max_columns (self->view) * (double) tile_size (self))
    return;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && value + 2.5 * page >= upper)
    g_signal_emit (self, signals[NEAR_END], 0);
}

static gboolean
on_settled (gpointer user_data)
{
  SheafGrid *self = user_data;
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self->view));
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled);
  double moved = fabs (gtk_adjustment_get_value (adjustment) - self->settled_value);
  GHashTableIter iter;
  gpointer tile;

  /* Flying: what is on the screen now is gone before it could be shown. */
  self->settled_value = gtk_adjustment_get_value (adjustment);
  if (moved > gtk_adjustment_get_page_size (adjustment))
    return G_SOURCE_CONTINUE;

  self->settle_id = 0;
  g_hash_table_iter_init (&iter, self->tiles);
  while (g_hash_table_iter_next (&iter, &tile, NULL))
    {
      graphene_rect_t bounds;
      gboolean on_screen = FALSE;

      if (gtk_widget_get_mapped (tile)
          && gtk_widget_compute_bounds (tile, GTK_WIDGET (self->view), &bounds))
        on_screen = bounds.origin.y + bounds.size.height > 0 && bounds.origin.y < height
                    && bounds.size.height > 0;
      sheaf_tile_set_on_screen (tile, on_screen);
    }
  check_near_end (self);
  return G_SOURCE_REMOVE;
}

/* Not restarted while it runs: during a slow scroll tiles still appear every few frames. */
static void
settle_soon (SheafGrid *self)
{
  if (self->settle_id == 0)
    self->settle_id = g_timeout_add (SETTLE_MS, on_settled, self);
}

static void
on_scrolled (SheafGrid *self)
{
  settle_soon (self);
}

static void
on_setup (SheafGrid *self, GtkListItem *list_item)
{
  SheafTile *tile = sheaf_tile_new (list_item);

  sheaf_tile_set_engine (tile, self->engine);
  sheaf_tile_set_show_state (tile, self->show_state);
  sheaf_tile_set_size (tile, tile_size (self), self->thumbnail_size);
  gtk_list_item_set_child (list_item, GTK_WIDGET (tile));
}

static void
on_bind (SheafGrid *self, GtkListItem *list_item)
{
  SheafTile *tile = SHEAF_TILE (gtk_list_item_get_child (list_item));

  sheaf_tile_set_item (tile, gtk_list_item_get_item (list_item));
  g_hash_table_add (self->tiles, tile);
  settle_soon (self);
}

static void
on_unbind (SheafGrid *self, GtkListItem *list_item)
{
  SheafTile *tile = SHEAF_TILE (gtk_list_item_get_child (list_item));

  g_hash_table_remove (self->tiles, tile);
  sheaf_tile_set_item (tile, NULL);
}

static GtkListItemFactory *
factory_new (SheafGrid *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (on_setup), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_bind), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (on_unbind), self, G_CONNECT_SWAPPED);
  return factory;
}

static void
on_activate (SheafGrid *self, guint position)
{
  g_signal_emit (self, signals[ACTIVATE_ITEM], 0, position);
}

static void
on_selection_changed (SheafGrid *self)
{
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

/* GTK 4.8 gives the keyboard to the first control of the window when a menu goes. */
static void
on_menu_closed (SheafGrid *self)
{
  if (self->menu_child != NULL)
    gtk_widget_grab_focus (self->menu_child);
  g_clear_weak_pointer (&self->menu_child);
}

static void
popup_menu (SheafGrid *self, SheafTile *tile, double x, double y)
{
  GdkRectangle where = { (int) x, (int) y, 1, 1 };

  if (self->menu_model == NULL || sheaf_grid_get_n_selected (self) == 0)
    return;
  if (self->popover == NULL)
    {
      self->popover = gtk_popover_menu_new_from_model (self->menu_model);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
      gtk_widget_set_halign (self->popover, GTK_ALIGN_START);
      gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
      g_signal_connect_object (self->popover, "closed", G_CALLBACK (on_menu_closed), self,
                               G_CONNECT_SWAPPED);
    }
  g_set_weak_pointer (&self->menu_child, gtk_widget_get_parent (GTK_WIDGET (tile)));
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &where);
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static SheafTile *
tile_at (SheafGrid *self, double x, double y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);
  GtkWidget *tile;

  if (widget == NULL)
    return NULL;
  tile = gtk_widget_get_ancestor (widget, SHEAF_TYPE_TILE);
  /* The padding around a tile belongs to its row. */
  if (tile == NULL && SHEAF_IS_TILE (gtk_widget_get_first_child (widget)))
    tile = gtk_widget_get_first_child (widget);
  return tile != NULL ? SHEAF_TILE (tile) : NULL;
}

static void
on_secondary_pressed (SheafGrid *self, int n_press, double x, double y, GtkGesture *gesture)
{
  SheafTile *tile = tile_at (self, x, y);

  if (tile == NULL)
    return;
  if (!gtk_selection_model_is_selected (self->selection, sheaf_tile_get_position (tile)))
    gtk_selection_model_select_item (self->selection, sheaf_tile_get_position (tile), TRUE);
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  popup_menu (self, tile, x, y);
}

/* The Menu key and Shift+F10: at the tile that has the focus. */
static gboolean
on_menu_key (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  SheafGrid *self = SHEAF_GRID (widget);
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  GtkWidget *child = focus != NULL ? gtk_widget_get_first_child (focus) : NULL;
  graphene_rect_t bounds;

  if (child == NULL || !SHEAF_IS_TILE (child)
      || !gtk_widget_compute_bounds (child, widget, &bounds))
    return FALSE;
  if (!gtk_selection_model_is_selected (self->selection,
                                        sheaf_tile_get_position (SHEAF_TILE (child))))
    gtk_selection_model_select_item (self->selection, sheaf_tile_get_position (SHEAF_TILE (child)),
                                     TRUE);
  popup_menu (self, SHEAF_TILE (child), bounds.origin.x + bounds.size.width / 2,
              bounds.origin.y + bounds.size.height / 2);
  return TRUE;
}

static gboolean
on_escape (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  SheafGrid *self = SHEAF_GRID (widget);

  if (sheaf_grid_get_n_selected (self) == 0)
    return FALSE;
  sheaf_grid_unselect_all (self);
  return TRUE;
}

static void
sheaf_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SheafGrid *self = SHEAF_GRID (widget);

  GTK_WIDGET_CLASS (sheaf_grid_parent_class)->size_allocate (widget, width, height, baseline);
  if (self->popover != NULL)
    gtk_popover_present (GTK_POPOVER (self->popover));
  settle_soon (self);
}

static void
sheaf_grid_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sheaf_grid_parent_class)->map (widget);

  settle_soon (SHEAF_GRID (widget));
}

static void
sheaf_grid_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SheafGrid *self = SHEAF_GRID (object);

  switch (prop_id)
    {
    case PROP_SHOW_STATE:
      g_value_set_boolean (value, self->show_state);
      break;
    case PROP_MENU_MODEL:
      g_value_set_object (value, self->menu_model);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sheaf_grid_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SheafGrid *self = SHEAF_GRID (object);

  switch (prop_id)
    {
    case PROP_SHOW_STATE:
      self->show_state = g_value_get_boolean (value);
      break;
    case PROP_MENU_MODEL:
      g_set_object (&self->menu_model, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sheaf_grid_dispose (GObject *object)
{
  SheafGrid *self = SHEAF_GRID (object);

  g_clear_handle_id (&self->settle_id, g_source_remove);
  g_clear_weak_pointer (&self->menu_child);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  if (self->scrolled != NULL)
    {
      /* Newer GTK lets a frame that is being drawn round pictures go on beneath a drag, and looks
       * for the pictures in it when it ends. */
      gtk_grid_view_set_enable_rubberband (self->view, FALSE);
      gtk_grid_view_set_model (self->view, NULL);
      gtk_widget_unparent (GTK_WIDGET (self->scrolled));
      self->scrolled = NULL;
    }
  g_clear_object (&self->selection);
  g_clear_object (&self->model);
  g_clear_object (&self->menu_model);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sheaf_grid_parent_class)->dispose (object);
}

static void
sheaf_grid_finalize (GObject *object)
{
  g_hash_table_unref (SHEAF_GRID (object)->tiles);

  G_OBJECT_CLASS (sheaf_grid_parent_class)->finalize (object);
}

static void
sheaf_grid_class_init (SheafGridClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = sheaf_grid_get_property;
  object_class->set_property = sheaf_grid_set_property;
  object_class->dispose = sheaf_grid_dispose;
  object_class->finalize = sheaf_grid_finalize;
  widget_class->size_allocate = sheaf_grid_size_allocate;
  widget_class->map = sheaf_grid_map;

  properties[PROP_SHOW_STATE] = g_param_spec_boolean ("show-state", NULL, NULL, FALSE,
                                                      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_MENU_MODEL] = g_param_spec_object ("menu-model", NULL, NULL, G_TYPE_MENU_MODEL,
                                                     G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ACTIVATE_ITEM]
      = g_signal_new ("activate-item", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[NEAR_END] = g_signal_new ("near-end", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SELECTION_CHANGED]
      = g_signal_new ("selection-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                      NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SHEAF_RESOURCES "templates/grid.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafGrid, scrolled);
  gtk_widget_class_bind_template_child (widget_class, SheafGrid, view);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_secondary_pressed);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, on_menu_key, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, on_menu_key, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, on_escape, NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK,
                                       "item.copy-picture", NULL);
}

static void
sheaf_grid_init (SheafGrid *self)
{
  g_autoptr (GtkListItemFactory) factory = factory_new (self);
  GtkAdjustment *adjustment;

  self->tiles = g_hash_table_new (NULL, NULL);
  self->thumbnail_size = 256;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_grid_view_set_factory (self->view, factory);

  adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (on_scrolled), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (on_scrolled), self,
                           G_CONNECT_SWAPPED);
}

void
sheaf_grid_set_engine (SheafGrid *self, SheafEngine *engine)
{
  g_return_if_fail (SHEAF_IS_GRID (self));

  g_set_object (&self->engine, engine);
}

void
sheaf_grid_set_model (SheafGrid *self, GListModel *model)
{
  g_return_if_fail (SHEAF_IS_GRID (self));
  g_return_if_fail (model == NULL || G_IS_LIST_MODEL (model));

  if (!g_set_object (&self->model, model))
    return;
  gtk_grid_view_set_model (self->view, NULL);
  g_clear_object (&self->selection);
  if (model != NULL)
    {
      self->selection = GTK_SELECTION_MODEL (gtk_multi_selection_new (g_object_ref (model)));
      g_signal_connect_object (self->selection, "selection-changed",
                               G_CALLBACK (on_selection_changed), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (on_selection_changed),
                               self, G_CONNECT_SWAPPED);
      gtk_grid_view_set_model (self->view, self->selection);
    }
  on_selection_changed (self);
}

GListModel *
sheaf_grid_get_model (SheafGrid *self)
{
  g_return_val_if_fail (SHEAF_IS_GRID (self), NULL);

  return self->model;
}

GPtrArray *
sheaf_grid_dup_selected (SheafGrid *self)
{
  GPtrArray *items;
  g_autoptr (GtkBitset) picked = NULL;
  GtkBitsetIter iter;
  guint position;

  g_return_val_if_fail (SHEAF_IS_GRID (self), NULL);

  items = g_ptr_array_new_with_free_func (g_object_unref);
  if (self->selection == NULL)
    return items;
  picked = gtk_selection_model_get_selection (self->selection);
  for (gboolean more = gtk_bitset_iter_init_first (&iter, picked, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    g_ptr_array_add (items, g_list_model_get_item (self->model, position));
  return items;
}

guint
sheaf_grid_get_n_selected (SheafGrid *self)
{
  g_autoptr (GtkBitset) picked = NULL;

  g_return_val_if_fail (SHEAF_IS_GRID (self), 0);

  if (self->selection == NULL)
    return 0;
  picked = gtk_selection_model_get_selection (self->selection);
  return (guint) gtk_bitset_get_size (picked);
}

void
sheaf_grid_select_all (SheafGrid *self)
{
  g_return_if_fail (SHEAF_IS_GRID (self));

  if (self->selection != NULL)
    gtk_selection_model_select_all (self->selection);
}

void
sheaf_grid_unselect_all (SheafGrid *self)
{
  g_return_if_fail (SHEAF_IS_GRID (self));

  if (self->selection != NULL)
    gtk_selection_model_unselect_all (self->selection);
}

void
sheaf_grid_select_only (SheafGrid *self, guint position)
{
  g_return_if_fail (SHEAF_IS_GRID (self));

  if (self->selection != NULL)
    gtk_selection_model_select_item (self->selection, position, TRUE);
}

void
sheaf_grid_reload_item (SheafGrid *self, SheafItem *item)
{
  GHashTableIter iter;
  gpointer tile;

  g_return_if_fail (SHEAF_IS_GRID (self));

  g_hash_table_iter_init (&iter, self->tiles);
  while (g_hash_table_iter_next (&iter, &tile, NULL))
    if (sheaf_tile_get_item (tile) == item)
      sheaf_tile_reload (tile);
}

void
sheaf_grid_set_thumbnail_size (SheafGrid *self, guint size)
{
  g_autoptr (GtkListItemFactory) factory = NULL;

  g_return_if_fail (SHEAF_IS_GRID (self));

  if (self->thumbnail_size == size)
    return;
  self->thumbnail_size = size;
  /* New tiles for all: setup is where sizes are given. */
  factory = factory_new (self);
  gtk_grid_view_set_factory (self->view, factory);
}

gboolean
sheaf_grid_get_menu_open (SheafGrid *self)
{
  g_return_val_if_fail (SHEAF_IS_GRID (self), FALSE);

  return self->popover != NULL && gtk_widget_get_visible (self->popover);
}

GtkAdjustment *
sheaf_grid_get_vadjustment (SheafGrid *self)
{
  g_return_val_if_fail (SHEAF_IS_GRID (self), NULL);

  return gtk_scrolled_window_get_vadjustment (self->scrolled);
}
