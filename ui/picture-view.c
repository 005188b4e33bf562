/* picture-view.c: a scale, a place, a texture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/picture-view.h"

#define STEP     1.25
#define MIN_ZOOM 0.02
#define MAX_ZOOM 16.0

struct _SheafPictureView
{
  GtkWidget parent_instance;

  GdkTexture *texture;
  int width; /* of the whole picture */
  int height;

  double zoom;     /* device pixels per picture pixel; of no meaning while @fit */
  double center_x; /* what stands in the middle, in picture pixels */
  double center_y;
  double pointer_x; /* where the pointer is */
  double pointer_y;
  double drag_x; /* the center when a drag or pinch began */
  double drag_y;
  double pinch_zoom;
  gboolean fit;
};

enum
{
  ZOOM_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafPictureView, sheaf_picture_view, GTK_TYPE_WIDGET)

static double
fit_zoom (SheafPictureView *self)
{
  double factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double width = gtk_widget_get_width (GTK_WIDGET (self)) * factor;
  double height = gtk_widget_get_height (GTK_WIDGET (self)) * factor;

  if (self->width == 0 || self->height == 0 || width < 1 || height < 1)
    return 1;
  /* A small picture is not blown up. */
  return MIN (1.0, MIN (width / self->width, height / self->height));
}

/* Logical pixels per picture pixel. */
static double
scale_of (SheafPictureView *self)
{
  return sheaf_picture_view_get_zoom (self) / gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

/* The picture never leaves the window; where it is smaller, it stands in the middle. */
static void
clamp_center (SheafPictureView *self)
{
  double scale = scale_of (self);
  double half_width = gtk_widget_get_width (GTK_WIDGET (self)) / scale / 2;
  double half_height = gtk_widget_get_height (GTK_WIDGET (self)) / scale / 2;

  if (2 * half_width >= self->width)
    self->center_x = self->width / 2.0;
  else
    self->center_x = CLAMP (self->center_x, half_width, self->width - half_width);
  if (2 * half_height >= self->height)
    self->center_y = self->height / 2.0;
  else
    self->center_y = CLAMP (self->center_y, half_height, self->height - half_height);
}

static void
zoom_changed (SheafPictureView *self)
{
  clamp_center (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[ZOOM_CHANGED], 0);
}

/* What is under (@x, @y) stays there. */
static void
set_zoom_at (SheafPictureView *self, double zoom, double x, double y)
{
  double dx = x - gtk_widget_get_width (GTK_WIDGET (self)) / 2.0;
  double dy = y - gtk_widget_get_height (GTK_WIDGET (self)) / 2.0;
  double before = scale_of (self);
  double after;

  if (self->fit)
    {
      self->center_x = self->width / 2.0;
      self->center_y = self->height / 2.0;
    }
  self->fit = FALSE;
  self->zoom = CLAMP (zoom, MIN_ZOOM, MAX_ZOOM);
  after = scale_of (self);
  self->center_x += dx / before - dx / after;
  self->center_y += dy / before - dy / after;
  zoom_changed (self);
}

static void
set_zoom (SheafPictureView *self, double zoom)
{
  set_zoom_at (self, zoom, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
               gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

static gboolean
on_scroll (SheafPictureView *self, double dx, double dy)
{
  if (self->texture == NULL || dy == 0)
    return GDK_EVENT_PROPAGATE;
  set_zoom_at (self, sheaf_picture_view_get_zoom (self) * (dy < 0 ? STEP : 1 / STEP),
               self->pointer_x, self->pointer_y);
  return GDK_EVENT_STOP;
}

static void
on_motion (SheafPictureView *self, double x, double y)
{
  self->pointer_x = x;
  self->pointer_y = y;
}

static void
on_drag_begin (SheafPictureView *self)
{
  clamp_center (self);
  self->drag_x = self->center_x;
  self->drag_y = self->center_y;
}

static void
on_drag_update (SheafPictureView *self, double dx, double dy)
{
  double scale = scale_of (self);

  self->center_x = self->drag_x - dx / scale;
  self->center_y = self->drag_y - dy / scale;
  clamp_center (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_pinch_begin (SheafPictureView *self)
{
  self->pinch_zoom = sheaf_picture_view_get_zoom (self);
}

static void
on_pinch (SheafPictureView *self, double scale, GtkGesture *gesture)
{
  double x, y;

  if (gtk_gesture_get_bounding_box_center (gesture, &x, &y))
    set_zoom_at (self, self->pinch_zoom * scale, x, y);
}

static void
on_pressed (SheafPictureView *self, int n_press, double x, double y)
{
  if (n_press != 2 || self->texture == NULL)
    return;
  if (self->fit)
    set_zoom_at (self, 1.0, x, y);
  else
    sheaf_picture_view_zoom_to_fit (self);
}

static void
sheaf_picture_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SheafPictureView *self = SHEAF_PICTURE_VIEW (widget);
  double scale, x, y;

  if (self->texture == NULL)
    return;

  clamp_center (self);
  scale = scale_of (self);
  x = gtk_widget_get_width (widget) / 2.0 - self->center_x * scale;
  y = gtk_widget_get_height (widget) / 2.0 - self->center_y * scale;
  if (self->fit || sheaf_picture_view_get_zoom (self) == 1.0)
    {
      /* On whole device pixels, so that 100 % is every pixel and nothing else. */
      double factor = gtk_widget_get_scale_factor (widget);

      x = (int) (x * factor) / factor;
      y = (int) (y * factor) / factor;
    }
  gtk_snapshot_append_texture (snapshot, self->texture,
                               &GRAPHENE_RECT_INIT ((float) x, (float) y,
                                                    (float) (self->width * scale),
                                                    (float) (self->height * scale)));
}

static void
sheaf_picture_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SheafPictureView *self = SHEAF_PICTURE_VIEW (widget);

  clamp_center (self);
  if (self->fit)
    g_signal_emit (self, signals[ZOOM_CHANGED], 0);
}

static void
sheaf_picture_view_dispose (GObject *object)
{
  g_clear_object (&SHEAF_PICTURE_VIEW (object)->texture);

  G_OBJECT_CLASS (sheaf_picture_view_parent_class)->dispose (object);
}

static void
sheaf_picture_view_class_init (SheafPictureViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sheaf_picture_view_dispose;
  widget_class->snapshot = sheaf_picture_view_snapshot;
  widget_class->size_allocate = sheaf_picture_view_size_allocate;

  signals[ZOOM_CHANGED] = g_signal_new ("zoom-changed", G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "pictureview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sheaf_picture_view_init (SheafPictureView *self)
{
  GtkEventController *scroll = gtk_event_controller_scroll_new (
      GTK_EVENT_CONTROLLER_SCROLL_VERTICAL | GTK_EVENT_CONTROLLER_SCROLL_DISCRETE);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->fit = TRUE;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);

  g_signal_connect_object (scroll, "scroll", G_CALLBACK (on_scroll), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "motion", G_CALLBACK (on_motion), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (on_drag_begin), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (on_drag_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (pinch, "begin", G_CALLBACK (on_pinch_begin), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pinch, "scale-changed", G_CALLBACK (on_pinch), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "pressed", G_CALLBACK (on_pressed), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

void
sheaf_picture_view_set_rendition (SheafPictureView *self,
                                  GdkTexture *texture,
                                  int width,
                                  int height)
{
  g_return_if_fail (SHEAF_IS_PICTURE_VIEW (self));
  g_return_if_fail (texture == NULL || GDK_IS_TEXTURE (texture));

  g_set_object (&self->texture, texture);
  if (texture != NULL)
    {
      double old_width = self->width;
      double old_height = self->height;

      self->width = width > 0 ? width : gdk_texture_get_width (texture);
      self->height = height > 0 ? height : gdk_texture_get_height (texture);
      /* The stand-in may have been taken for the size of the picture. */
      if (old_width > 0 && old_height > 0)
        {
          self->center_x *= self->width / old_width;
          self->center_y *= self->height / old_height;
        }
    }
  zoom_changed (self);
}

void
sheaf_picture_view_set_picture (SheafPictureView *self, GdkTexture *texture, int width, int height)
{
  g_return_if_fail (SHEAF_IS_PICTURE_VIEW (self));

  self->fit = TRUE;
  self->width = self->height = 0;
  sheaf_picture_view_set_rendition (self, texture, width, height);
}

void
sheaf_picture_view_zoom_in (SheafPictureView *self)
{
  g_return_if_fail (SHEAF_IS_PICTURE_VIEW (self));

  set_zoom (self, sheaf_picture_view_get_zoom (self) * STEP);
}

void
sheaf_picture_view_zoom_out (SheafPictureView *self)
{
  g_return_if_fail (SHEAF_IS_PICTURE_VIEW (self));

  set_zoom (self, sheaf_picture_view_get_zoom (self) / STEP);
}

void
sheaf_picture_view_zoom_to_fit (SheafPictureView *self)
{
  g_return_if_fail (SHEAF_IS_PICTURE_VIEW (self));

  self->fit = TRUE;
  zoom_changed (self);
}

void
sheaf_picture_view_zoom_to_actual (SheafPictureView *self)
{
  g_return_if_fail (SHEAF_IS_PICTURE_VIEW (self));

  set_zoom (self, 1.0);
}

double
sheaf_picture_view_get_zoom (SheafPictureView *self)
{
  g_return_val_if_fail (SHEAF_IS_PICTURE_VIEW (self), 1);

  return self->fit ? fit_zoom (self) : self->zoom;
}

gboolean
sheaf_picture_view_get_fits (SheafPictureView *self)
{
  g_return_val_if_fail (SHEAF_IS_PICTURE_VIEW (self), TRUE);

  return self->fit || self->zoom <= fit_zoom (self);
}

gboolean
sheaf_picture_view_pan (SheafPictureView *self, double dx, double dy)
{
  double x, y, scale;

  g_return_val_if_fail (SHEAF_IS_PICTURE_VIEW (self), FALSE);

  x = self->center_x;
  y = self->center_y;
  scale = scale_of (self);
  self->center_x += dx / scale;
  self->center_y += dy / scale;
  clamp_center (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return self->center_x != x || self->center_y != y;
}
