/* store.c: the bytes of the demo gallery's pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/store.h"

#include "app/demo/encode.h"
#include "app/demo/scene.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

#define CACHE_BYTES (48u << 20)
#define N_FRAMES    10

struct _SheafDemoStore
{
  SheafDemoCatalogue *catalogue; /* borrowed */
  GMainContext *context;
  GThreadPool *pool;

  /* Only in the store's context: */
  GHashTable *cache; /* (element-type utf8 GBytes) */
  GQueue order;      /* the cache's keys, oldest first */
  gsize cached;

  /* What the painters have finished: */
  GMutex lock;
  GQueue finished; /* (element-type Order), with the lock held */
  GSource *wake;   /* ready whenever @finished may hold something */
  int ending;      /* (atomic): nobody waits for pictures any more */
};

typedef struct
{
  SheafDemoPicture *picture;
  SheafDemoRendition rendition;
  SheafDemoStoreFunc func;
  gpointer user_data;
  GBytes *bytes;
} Order;

static void
order_free (Order *order)
{
  g_clear_pointer (&order->bytes, g_bytes_unref);
  g_free (order);
}

static gboolean
is_ending (SheafDemoStore *self)
{
  return g_atomic_int_get (&self->ending) != 0;
}

static GBytes *
paint_animation (SheafDemoStore *self, const SheafDemoPicture *picture)
{
  g_autoptr (GPtrArray) frames = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < N_FRAMES && !is_ending (self); i++)
    {
      guint8 *rgb = sheaf_scene_render (picture->scene, picture->seed, picture->width,
                                        picture->height, (float) i / N_FRAMES);

      g_ptr_array_add (frames,
                       g_bytes_new_take (rgb, (gsize) picture->width * picture->height * 3));
    }
  if (is_ending (self))
    return NULL;
  return sheaf_encode_gif (frames, picture->width, picture->height, 8);
}

static GBytes *
paint (SheafDemoStore *self, const SheafDemoPicture *picture)
{
  g_autofree guint8 *rgb = NULL;

  if (picture->animated)
    return paint_animation (self, picture);
  rgb = sheaf_scene_render (picture->scene, picture->seed, picture->width, picture->height, 0);
  if (is_ending (self))
    return NULL;
  if (g_str_equal (picture->extension, "png"))
    return sheaf_encode_png (rgb, picture->width, picture->height);
  if (g_str_equal (picture->extension, "webp"))
    return sheaf_encode_webp (rgb, picture->width, picture->height);
  return sheaf_encode_jpeg (rgb, picture->width, picture->height, picture->orientation,
                            picture->progressive);
}

/* The size to paint so that the box is filled (crop) or not left (otherwise). */
static void
fit (const SheafDemoPicture *picture, SheafDemoRendition rendition, guint *width, guint *height)
{
  guint along = rendition.crop ? MIN (picture->width, picture->height)
                               : MAX (picture->width, picture->height);
  double scale = along > rendition.box ? (double) rendition.box / along : 1;

  *width = MAX ((guint) (picture->width * scale + 0.5), 1);
  *height = MAX ((guint) (picture->height * scale + 0.5), 1);
}

static GBytes *
encode_crop (const guint8 *rgb, guint width, guint height, guint rowstride, gboolean crop)
{
  guint side = MIN (width, height);
  guint w = crop ? side : width, h = crop ? side : height;
  g_autofree guint8 *packed = g_malloc_n ((gsize) w * h, 3);

  rgb += (gsize) (height - h) / 2 * rowstride + (width - w) / 2 * 3;
  for (guint row = 0; row < h; row++)
    memcpy (packed + (gsize) row * w * 3, rgb + (gsize) row * rowstride, (gsize) w * 3);
  return sheaf_encode_jpeg (packed, w, h, 1, FALSE);
}

static GBytes *
paint_small (const SheafDemoPicture *picture, SheafDemoRendition rendition)
{
  guint width, height;
  g_autofree guint8 *rgb = NULL;

  fit (picture, rendition, &width, &height);
  rgb = sheaf_scene_render (picture->scene, picture->seed, width, height, 0);
  return encode_crop (rgb, width, height, width * 3, rendition.crop);
}

static GBytes *
read_file (const SheafDemoPicture *picture)
{
  char *contents;
  gsize length;

  if (!g_file_get_contents (picture->file, &contents, &length, NULL))
    return NULL;
  return g_bytes_new_take (contents, length);
}

static GBytes *
scale_file (const SheafDemoPicture *picture, SheafDemoRendition rendition)
{
  g_autoptr (GdkPixbuf) scaled = NULL, upright = NULL, opaque = NULL;
  SheafDemoPicture sized = *picture;
  guint width, height;

  if (sized.width == 0 || sized.height == 0)
    return NULL;
  fit (&sized, rendition, &width, &height);
  scaled = gdk_pixbuf_new_from_file_at_scale (picture->file, (int) width, (int) height, TRUE, NULL);
  if (scaled == NULL)
    return NULL;
  upright = gdk_pixbuf_apply_embedded_orientation (scaled);
  opaque = gdk_pixbuf_get_has_alpha (upright)
               ? gdk_pixbuf_composite_color_simple (upright, gdk_pixbuf_get_width (upright),
                                                    gdk_pixbuf_get_height (upright),
                                                    GDK_INTERP_NEAREST, 255, 16, 0xffffff, 0xffffff)
               : g_object_ref (upright);
  if (gdk_pixbuf_get_has_alpha (opaque))
    {
      g_autoptr (GdkPixbuf) with_alpha = g_steal_pointer (&opaque);
      int w = gdk_pixbuf_get_width (with_alpha), h = gdk_pixbuf_get_height (with_alpha);

      opaque = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, w, h);
      gdk_pixbuf_copy_area (with_alpha, 0, 0, w, h, opaque, 0, 0);
    }
  return encode_crop (gdk_pixbuf_read_pixels (opaque), (guint) gdk_pixbuf_get_width (opaque),
                      (guint) gdk_pixbuf_get_height (opaque),
                      (guint) gdk_pixbuf_get_rowstride (opaque), rendition.crop);
}

/* In a thread of the pool. */
static void
fill_order (gpointer data, gpointer user_data)
{
  Order *order = data;
  SheafDemoStore *self = user_data;

  if (is_ending (self))
    order->bytes = NULL;
  else if (order->rendition.box == 0)
    order->bytes
        = order->picture->file != NULL ? read_file (order->picture) : paint (self, order->picture);
  else
    order->bytes = order->picture->file != NULL ? scale_file (order->picture, order->rendition)
                                                : paint_small (order->picture, order->rendition);
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->finished, order);
  g_mutex_unlock (&self->lock);
  g_source_set_ready_time (self->wake, 0);
}

static char *
key_of (const Order *order)
{
  return g_strdup_printf ("%s %u %d", order->picture->id, order->rendition.box,
                          order->rendition.crop);
}

static void
keep (SheafDemoStore *self, const Order *order)
{
  char *key = key_of (order);

  if (g_hash_table_contains (self->cache, key))
    {
      g_free (key);
      return;
    }
  g_hash_table_insert (self->cache, key, g_bytes_ref (order->bytes));
  g_queue_push_tail (&self->order, key);
  self->cached += g_bytes_get_size (order->bytes);
  while (self->cached > CACHE_BYTES)
    {
      const char *oldest = g_queue_pop_head (&self->order);

      self->cached -= g_bytes_get_size (g_hash_table_lookup (self->cache, oldest));
      g_hash_table_remove (self->cache, oldest);
    }
}

static gboolean
on_wake (gpointer user_data)
{
  SheafDemoStore *self = user_data;
  Order *order;

  g_source_set_ready_time (self->wake, -1);
  for (;;)
    {
      g_mutex_lock (&self->lock);
      order = g_queue_pop_head (&self->finished);
      g_mutex_unlock (&self->lock);
      if (order == NULL)
        return G_SOURCE_CONTINUE;
      if (order->bytes != NULL)
        {
          if (order->rendition.box == 0 && order->picture->sha1 == NULL)
            {
              sheaf_demo_picture_set_bytes (order->picture, g_bytes_get_size (order->bytes));
              order->picture->sha1 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA1, order->bytes);
            }
          keep (self, order);
        }
      order->func (order->bytes, order->user_data);
      order_free (order);
    }
}

static gboolean
dispatch_wake (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

SheafDemoStore *
sheaf_demo_store_new (SheafDemoCatalogue *catalogue)
{
  static GSourceFuncs funcs = { .dispatch = dispatch_wake };
  SheafDemoStore *self = g_new0 (SheafDemoStore, 1);

  self->catalogue = catalogue;
  self->context = g_main_context_ref_thread_default ();
  self->cache
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_mutex_init (&self->lock);
  self->wake = g_source_new (&funcs, sizeof (GSource));
  g_source_set_static_name (self->wake, "demo pictures");
  g_source_set_callback (self->wake, on_wake, self, NULL);
  g_source_attach (self->wake, self->context);
  self->pool = g_thread_pool_new (fill_order, self, (int) CLAMP (g_get_num_processors (), 1, 4),
                                  FALSE, NULL);
  return self;
}

void
sheaf_demo_store_free (SheafDemoStore *self)
{
  /* Dozens of orders may wait; they pass through the pool unpainted, to be freed below. */
  g_atomic_int_set (&self->ending, 1);
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_source_destroy (self->wake);
  g_source_unref (self->wake);
  g_queue_clear_full (&self->finished, (GDestroyNotify) order_free);
  g_queue_clear (&self->order);
  g_hash_table_unref (self->cache);
  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);
  g_free (self);
}

void
sheaf_demo_store_get (SheafDemoStore *self,
                      SheafDemoPicture *picture,
                      SheafDemoRendition rendition,
                      SheafDemoStoreFunc func,
                      gpointer user_data)
{
  Order *order = g_new0 (Order, 1);
  g_autofree char *key = NULL;
  GBytes *bytes;

  order->picture = picture;
  order->rendition = rendition;
  order->func = func;
  order->user_data = user_data;
  key = key_of (order);
  bytes = g_hash_table_lookup (self->cache, key);
  if (bytes != NULL)
    {
      /* By way of the queue too: the callback must not come before this returns. */
      order->bytes = g_bytes_ref (bytes);
      g_mutex_lock (&self->lock);
      g_queue_push_tail (&self->finished, order);
      g_mutex_unlock (&self->lock);
      g_source_set_ready_time (self->wake, 0);
    }
  else
    g_thread_pool_push (self->pool, order, NULL);
}
