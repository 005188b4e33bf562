/* test-cuts.c: what is drawn of a picture is what was drawn before, and takes bounded memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/cutter.h"
#include "ui/texture-cache.h"
#include "ui/thumb.h"

#include <adwaita.h>

static void
on_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Stripes and slopes in all channels; with @has_alpha, from clear to opaque. */
static SheafPixels *
pixels_new (guint width, guint height, gboolean has_alpha)
{
  guint channels = has_alpha ? 4 : 3;
  guchar *data = g_malloc (width * height * channels);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, width * height * channels);
  SheafPixels *pixels;

  for (guint i = 0; i < width * height; i++)
    {
      guint x = i % width;
      guint y = i / width;
      const guchar pixel[] = { (guchar) (x * 255 / width), (guchar) (y * 255 / height),
                               (guchar) ((x / 16 + y / 16) % 2 * 200), (guchar) (x * 255 / width) };

      memcpy (data + i * channels, pixel, channels);
    }
  pixels = sheaf_pixels_new (width, height, width * channels, has_alpha, bytes, NULL);
  g_assert_nonnull (pixels);
  return pixels;
}

static GdkTexture *
texture_new (guint width, guint height, gboolean has_alpha)
{
  g_autoptr (SheafPixels) pixels = pixels_new (width, height, has_alpha);

  return sheaf_texture_new_from_pixels (pixels);
}

static GdkTexture *
cut (GdkTexture *texture, const SheafShape *shape)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GdkTexture *made;

  sheaf_cut_async (texture, shape, NULL, on_ready, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  made = sheaf_cut_finish (result, &error);
  g_assert_no_error (error);
  return made;
}

static void
test_place (void)
{
  static const struct
  {
    guint width, height;
    int scale;
    graphene_rect_t seen;
  } table[] = {
    /* Fills it, and so does what is enlarged. */
    { 640, 480, 1, GRAPHENE_RECT_INIT (0, 0, 160, 140) },
    { 48, 64, 2, GRAPHENE_RECT_INIT (0, 0, 160, 140) },
    /* Strips are whole, from one pixel of the screen to another. */
    { 1200, 200, 1, GRAPHENE_RECT_INIT (0, 57, 160, 26) },
    { 1200, 200, 2, GRAPHENE_RECT_INIT (0, 56.5, 160, 27) },
    { 200, 1200, 1, GRAPHENE_RECT_INIT (68, 0, 24, 140) },
    { 3000, 2, 1, GRAPHENE_RECT_INIT (0, 70, 160, 1) },
    { 3000, 2, 2, GRAPHENE_RECT_INIT (0, 70, 160, 0.5) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const SheafShape shape = { 160, 140, table[i].scale };
      g_autoptr (GdkTexture) texture = texture_new (table[i].width, table[i].height, FALSE);
      g_autoptr (GdkTexture) made = cut (texture, &shape);
      graphene_rect_t whole, seen;

      sheaf_shape_place (&shape, texture, &whole, &seen);
      g_assert_true (graphene_rect_equal (&seen, &table[i].seen));
      g_assert_cmpint (gdk_texture_get_width (made), ==,
                       (int) (seen.size.width * (float) shape.scale));
      g_assert_cmpint (gdk_texture_get_height (made), ==,
                       (int) (seen.size.height * (float) shape.scale));
    }
}

/* What the cairo renderer makes of @texture at @bounds, seen through @shape, on grey. */
static cairo_surface_t *
draw (GdkTexture *texture, const graphene_rect_t *bounds, const SheafShape *shape)
{
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, shape->width * shape->scale, shape->height * shape->scale);
  g_autoptr (GskRenderNode) node = gsk_texture_node_new (texture, bounds);
  cairo_t *cr;

  cairo_surface_set_device_scale (surface, shape->scale, shape->scale);
  cr = cairo_create (surface);
  cairo_set_source_rgb (cr, 0.5, 0.5, 0.5);
  cairo_paint (cr);
  gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static void
test_looks_the_same (gconstpointer data)
{
  gboolean has_alpha = GPOINTER_TO_INT (data);

  for (int scale = 1; scale <= 2; scale++)
    {
      const SheafShape shape = { 136, 140, scale };
      g_autoptr (GdkTexture) texture = texture_new (256, 192, has_alpha);
      g_autoptr (GdkTexture) made = cut (texture, &shape);
      graphene_rect_t whole, seen;
      cairo_surface_t *slow, *fast;
      const guchar *left, *right;
      gsize length = (gsize) (shape.width * scale * shape.height * scale) * 4;

      sheaf_shape_place (&shape, texture, &whole, &seen);
      slow = draw (texture, &whole, &shape);
      fast = draw (made, &seen, &shape);
      left = cairo_image_surface_get_data (slow);
      right = cairo_image_surface_get_data (fast);
      g_assert_cmpint (cairo_image_surface_get_stride (slow), ==, shape.width * scale * 4);
      for (gsize i = 0; i < length; i++)
        if (i % 4 != 3 && ABS (left[i] - right[i]) > 3)
          g_error ("byte %" G_GSIZE_FORMAT " at scale %d is %u, not %u", i, scale, right[i],
                   left[i]);
      cairo_surface_destroy (slow);
      cairo_surface_destroy (fast);
    }
}

static void
test_cancelled (void)
{
  const SheafShape shape = { 160, 140, 1 };
  g_autoptr (GdkTexture) texture = texture_new (64, 64, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sheaf_cut_async (texture, &shape, cancellable, on_ready, &result);
  g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (sheaf_cut_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_cache_counts_cuts (void)
{
  const SheafShape shape = { 10, 10, 1 };
  const SheafShape larger = { 20, 20, 1 };
  g_autoptr (SheafPixels) pixels = pixels_new (16, 16, FALSE);
  gsize one = g_bytes_get_size (pixels->bytes);
  g_autoptr (SheafTextureCache) cache = sheaf_texture_cache_new (2 * one + 4 * 10 * 10);
  g_autoptr (SheafEntry) first = sheaf_entry_new ("test", "1");
  g_autoptr (SheafEntry) second = sheaf_entry_new ("test", "2");
  g_autoptr (GdkTexture) old = g_object_ref (sheaf_texture_cache_add (cache, first, FALSE, pixels));
  GdkTexture *texture = sheaf_texture_cache_add (cache, second, FALSE, pixels);
  g_autoptr (GdkTexture) made = cut (texture, &shape);
  g_autoptr (GdkTexture) large = cut (texture, &larger);

  sheaf_texture_cache_add_cut (cache, texture, &shape, made);
  g_assert_cmpuint (sheaf_texture_cache_get_bytes (cache), ==, 2 * one + 4 * 10 * 10);
  g_assert_true (sheaf_texture_cache_lookup_cut (cache, texture, &shape) == made);
  g_assert_null (sheaf_texture_cache_lookup_cut (cache, texture, &larger));
  g_assert_null (sheaf_texture_cache_lookup_cut (cache, old, &shape));

  /* A larger one in its place is too much: the oldest texture leaves. */
  sheaf_texture_cache_add_cut (cache, texture, &larger, large);
  g_assert_cmpuint (sheaf_texture_cache_get_n_textures (cache), ==, 1);
  g_assert_cmpuint (sheaf_texture_cache_get_bytes (cache), ==, one + 4 * 20 * 20);
  g_assert_null (sheaf_texture_cache_lookup_cut (cache, texture, &shape));
  g_assert_true (sheaf_texture_cache_lookup_cut (cache, texture, &larger) == large);

  /* Nothing is kept of what has left. */
  sheaf_texture_cache_add_cut (cache, old, &shape, made);
  g_assert_null (sheaf_texture_cache_lookup_cut (cache, old, &shape));
  g_assert_cmpuint (sheaf_texture_cache_get_bytes (cache), ==, one + 4 * 20 * 20);
  sheaf_texture_cache_clear (cache);
  g_assert_cmpuint (sheaf_texture_cache_get_bytes (cache), ==, 0);
}

static void
iterate (void)
{
  g_main_context_iteration (NULL, FALSE);
  g_usleep (2000);
}

/* The one texture that @snapshot draws. */
static GdkTexture *
drawn_by (SheafThumb *thumb)
{
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;

  GTK_WIDGET_GET_CLASS (thumb)->snapshot (GTK_WIDGET (thumb), snapshot);
  node = gtk_snapshot_to_node (snapshot);
  if (node == NULL)
    return NULL;
  g_assert_cmpint (gsk_render_node_get_node_type (node), ==, GSK_TEXTURE_NODE);
  return gsk_texture_node_get_texture (node);
}

static SheafShape
shape_of (SheafThumb *thumb)
{
  GtkWidget *widget = GTK_WIDGET (thumb);

  return (SheafShape){ gtk_widget_get_width (widget), gtk_widget_get_height (widget),
                       gtk_widget_get_scale_factor (widget) };
}

static void
test_thumb (void)
{
  SheafTextureCache *cache = sheaf_texture_cache_get_default ();
  g_autoptr (SheafPixels) pixels = pixels_new (256, 192, FALSE);
  g_autoptr (SheafEntry) entry = sheaf_entry_new ("test", "thumb");
  g_autoptr (GdkTexture) other = texture_new (300, 200, FALSE);
  GdkTexture *texture = sheaf_texture_cache_add (cache, entry, FALSE, pixels);
  SheafThumb *thumb = g_object_new (SHEAF_TYPE_THUMB, NULL);
  GtkWidget *window = gtk_window_new ();
  SheafShape shape;

  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (thumb));
  gtk_window_present (GTK_WINDOW (window));
  while (gtk_widget_get_width (GTK_WIDGET (thumb)) == 0)
    iterate ();
  g_assert_null (drawn_by (thumb));

  /* At once there is the picture, then its cut. */
  sheaf_thumb_set_texture (thumb, texture);
  g_assert_true (drawn_by (thumb) == texture);
  while (drawn_by (thumb) == texture)
    iterate ();
  shape = shape_of (thumb);
  g_assert_true (drawn_by (thumb) == sheaf_texture_cache_lookup_cut (cache, texture, &shape));
  g_assert_true (sheaf_thumb_get_texture (thumb) == texture);

  /* In another size it is cut anew. */
  gtk_window_set_default_size (GTK_WINDOW (window), 2 * shape.width, 2 * shape.height);
  while (gtk_widget_get_width (GTK_WIDGET (thumb)) == shape.width || drawn_by (thumb) == texture)
    iterate ();
  shape = shape_of (thumb);
  g_assert_true (drawn_by (thumb) == sheaf_texture_cache_lookup_cut (cache, texture, &shape));

  /* Another in between; the first has its cut at once when it comes back. */
  sheaf_thumb_set_texture (thumb, other);
  g_assert_true (drawn_by (thumb) == other);
  sheaf_thumb_set_texture (thumb, texture);
  g_assert_true (drawn_by (thumb) == sheaf_texture_cache_lookup_cut (cache, texture, &shape));
  sheaf_thumb_set_texture (thumb, NULL);
  g_assert_null (drawn_by (thumb));

  /* Gone before the cut is made. */
  sheaf_thumb_set_texture (thumb, other);
  gtk_window_destroy (GTK_WINDOW (window));
  for (guint i = 0; i < 20; i++)
    iterate ();
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/cut/place", test_place);
  g_test_add_data_func ("/cut/looks-the-same/opaque", GINT_TO_POINTER (FALSE), test_looks_the_same);
  g_test_add_data_func ("/cut/looks-the-same/alpha", GINT_TO_POINTER (TRUE), test_looks_the_same);
  g_test_add_func ("/cut/cancelled", test_cancelled);
  g_test_add_func ("/cut/cache", test_cache_counts_cuts);
  g_test_add_func ("/cut/thumb", test_thumb);
  return g_test_run ();
}
