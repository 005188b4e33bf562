/* thumb.c: one texture in a square
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is drawn is the texture's cut (cutter.h); the texture itself only until that is there. */
#include "config.h"

#include "ui/thumb.h"

#include "ui/cutter.h"
#include "ui/texture-cache.h"

struct _SheafThumb
{
  GtkWidget parent_instance;

  /* Owned */
  GdkTexture *texture;
  GdkTexture *cut;       /* of the texture, in @shape; none until it is made */
  GCancellable *cutting; /* while it is being made */

  SheafShape shape; /* of the cut there is, or of the one being made */
  int size;
};

G_DEFINE_FINAL_TYPE (SheafThumb, sheaf_thumb, GTK_TYPE_WIDGET)

static void
on_cut_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) cut = sheaf_cut_finish (result, &error);
  SheafThumb *self;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = SHEAF_THUMB (user_data);
  if (cut == NULL)
    {
      /* Asking again would not help; the texture itself is shown on. */
      g_debug ("A picture was not cut: %s", error->message);
      return;
    }
  g_clear_object (&self->cutting);
  sheaf_texture_cache_add_cut (sheaf_texture_cache_get_default (), self->texture, &self->shape,
                               cut);
  self->cut = g_steal_pointer (&cut);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
forget_cut (SheafThumb *self)
{
  if (self->cutting != NULL)
    g_cancellable_cancel (self->cutting);
  g_clear_object (&self->cutting);
  g_clear_object (&self->cut);
}

static SheafShape
shape_of (SheafThumb *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  return (SheafShape){ gtk_widget_get_width (widget), gtk_widget_get_height (widget),
                       gtk_widget_get_scale_factor (widget) };
}

/* Returns whether there is a cut to show.  One at a time is made: while a window is being resized,
 * the next is begun when the last is there. */
static gboolean
ensure_cut (SheafThumb *self)
{
  SheafTextureCache *cache = sheaf_texture_cache_get_default ();
  const SheafShape shape = shape_of (self);

  if (shape.width < 1 || shape.height < 1 || self->cutting != NULL)
    return FALSE;
  if (self->cut != NULL && sheaf_shape_equal (&self->shape, &shape))
    return TRUE;
  g_clear_object (&self->cut);
  self->shape = shape;
  if (g_set_object (&self->cut, sheaf_texture_cache_lookup_cut (cache, self->texture, &shape)))
    return TRUE;
  self->cutting = g_cancellable_new ();
  sheaf_cut_async (self->texture, &shape, self->cutting, on_cut_ready, self);
  return FALSE;
}

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
  const SheafShape shape = shape_of (self);
  graphene_rect_t whole, seen;

  if (self->texture == NULL || shape.width < 1 || shape.height < 1)
    return;
  sheaf_shape_place (&shape, self->texture, &whole, &seen);
  if (ensure_cut (self))
    gtk_snapshot_append_texture (snapshot, self->cut, &seen);
  else
    gtk_snapshot_append_texture (snapshot, self->texture, &whole);
}

static void
sheaf_thumb_dispose (GObject *object)
{
  SheafThumb *self = SHEAF_THUMB (object);

  forget_cut (self);
  g_clear_object (&self->texture);

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

  if (!g_set_object (&self->texture, texture))
    return;
  forget_cut (self);
  /* As a rule it has the place already that it will be drawn in. */
  if (texture != NULL)
    ensure_cut (self);
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
