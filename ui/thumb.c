/* thumb.c: one texture in a square
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/thumb.h"

/* Beyond this shape, cutting a picture to a square would hide what it is. */
#define MAX_RATIO 2.2

struct _SheafThumb
{
  GtkWidget parent_instance;

  GdkTexture *texture;
  int size;
};

G_DEFINE_FINAL_TYPE (SheafThumb, sheaf_thumb, GTK_TYPE_WIDGET)

static void
sheaf_thumb_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline)
{
  *minimum = *natural = SHEAF_THUMB (widget)->size;
  /* A grid fits in as many columns as the minimum allows and shares out what is left; so widths are
   * somewhere between the two, and the height is in the middle. */
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural * 3 / 4;
  else
    *minimum = *natural = *natural * 7 / 8;
}

static void
sheaf_thumb_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SheafThumb *self = SHEAF_THUMB (widget);
  double width = gtk_widget_get_width (widget);
  double height = gtk_widget_get_height (widget);
  double texture_width, texture_height, scale, long_side, short_side;
  graphene_rect_t bounds;

  if (self->texture == NULL || width < 1 || height < 1)
    return;

  texture_width = gdk_texture_get_width (self->texture);
  texture_height = gdk_texture_get_height (self->texture);
  long_side = MAX (texture_width, texture_height);
  short_side = MIN (texture_width, texture_height);
  if (long_side / short_side > MAX_RATIO)
    scale = MIN (width / texture_width, height / texture_height);
  else
    scale = MAX (width / texture_width, height / texture_height);

  graphene_rect_init (&bounds, (float) ((width - texture_width * scale) / 2),
                      (float) ((height - texture_height * scale) / 2),
                      (float) (texture_width * scale), (float) (texture_height * scale));
  gtk_snapshot_append_texture (snapshot, self->texture, &bounds);
}

static void
sheaf_thumb_dispose (GObject *object)
{
  g_clear_object (&SHEAF_THUMB (object)->texture);

  G_OBJECT_CLASS (sheaf_thumb_parent_class)->dispose (object);
}

static void
sheaf_thumb_class_init (SheafThumbClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sheaf_thumb_dispose;
  widget_class->measure = sheaf_thumb_measure;
  widget_class->snapshot = sheaf_thumb_snapshot;
  gtk_widget_class_set_css_name (widget_class, "thumb");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
sheaf_thumb_init (SheafThumb *self)
{
  self->size = 160;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

void
sheaf_thumb_set_texture (SheafThumb *self, GdkTexture *texture)
{
  g_return_if_fail (SHEAF_IS_THUMB (self));

  if (g_set_object (&self->texture, texture))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

GdkTexture *
sheaf_thumb_get_texture (SheafThumb *self)
{
  g_return_val_if_fail (SHEAF_IS_THUMB (self), NULL);

  return self->texture;
}

void
sheaf_thumb_set_size (SheafThumb *self, int size)
{
  g_return_if_fail (SHEAF_IS_THUMB (self));
  g_return_if_fail (size > 0);

  if (self->size == size)
    return;
  self->size = size;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
