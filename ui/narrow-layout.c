/* narrow-layout.c: fills a widget with its child, and says when that becomes narrow or wide
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/narrow-layout.h"

struct _SheafNarrowLayout
{
  GtkLayoutManager parent_instance;

  guint limit;
  guint idle_id;
  gboolean narrow;
};

enum
{
  PROP_0,
  PROP_LIMIT,
  PROP_NARROW,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (SheafNarrowLayout, sheaf_narrow_layout, GTK_TYPE_LAYOUT_MANAGER)

static gboolean
on_changed (gpointer user_data)
{
  SheafNarrowLayout *self = user_data;

  self->idle_id = 0;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NARROW]);
  return G_SOURCE_REMOVE;
}

static GtkSizeRequestMode
sheaf_narrow_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_CONSTANT_SIZE;
}

static void
sheaf_narrow_layout_measure (GtkLayoutManager *manager,
                             GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  gtk_widget_measure (gtk_widget_get_first_child (widget), orientation, for_size, minimum, natural,
                      minimum_baseline, natural_baseline);
}

/* Layouts must not be changed from within an allocation. */
static void
sheaf_narrow_layout_allocate (
    GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  SheafNarrowLayout *self = SHEAF_NARROW_LAYOUT (manager);
  gboolean narrow = width < (int) self->limit;

  gtk_widget_allocate (gtk_widget_get_first_child (widget), width, height, baseline, NULL);
  if (self->narrow == narrow)
    return;
  self->narrow = narrow;
  if (self->idle_id == 0)
    self->idle_id = g_idle_add (on_changed, self);
}

static void
sheaf_narrow_layout_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SheafNarrowLayout *self = SHEAF_NARROW_LAYOUT (object);

  switch (id)
    {
    case PROP_LIMIT:
      g_value_set_uint (value, self->limit);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sheaf_narrow_layout_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SheafNarrowLayout *self = SHEAF_NARROW_LAYOUT (object);

  switch (id)
    {
    case PROP_LIMIT:
      self->limit = g_value_get_uint (value);
      gtk_layout_manager_layout_changed (GTK_LAYOUT_MANAGER (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sheaf_narrow_layout_dispose (GObject *object)
{
  SheafNarrowLayout *self = SHEAF_NARROW_LAYOUT (object);

  g_clear_handle_id (&self->idle_id, g_source_remove);
  G_OBJECT_CLASS (sheaf_narrow_layout_parent_class)->dispose (object);
}

static void
sheaf_narrow_layout_class_init (SheafNarrowLayoutClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkLayoutManagerClass *manager_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  object_class->get_property = sheaf_narrow_layout_get_property;
  object_class->set_property = sheaf_narrow_layout_set_property;
  object_class->dispose = sheaf_narrow_layout_dispose;
  manager_class->get_request_mode = sheaf_narrow_layout_get_request_mode;
  manager_class->measure = sheaf_narrow_layout_measure;
  manager_class->allocate = sheaf_narrow_layout_allocate;

  properties[PROP_LIMIT] = g_param_spec_uint ("limit", NULL, NULL, 0, G_MAXINT, 0,
                                              G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sheaf_narrow_layout_init (SheafNarrowLayout *self)
{
}

gboolean
sheaf_narrow_layout_get_narrow (SheafNarrowLayout *self)
{
  g_return_val_if_fail (SHEAF_IS_NARROW_LAYOUT (self), FALSE);
  return self->narrow;
}
