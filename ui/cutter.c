/* cutter.c: cairo in two threads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cairo scales here just as it would on the way to the screen, so that nobody sees when a cut takes
 * over.  A job is completed and freed by the main thread, wherever it was done: a texture may hold
 * what belongs to the renderer.
 *
 * To draw a texture, GTK 4.8 first converts it, in every frame: from packed RGB in 1/10 of the time
 * that the bytes of cairo take, which go through floating point; from straight RGBA in 1/3. */
#include "config.h"

#include "ui/cutter.h"

#include <math.h>

/* Beyond this shape, cutting a picture to a square would hide what it is. */
#define MAX_RATIO 2.2

/* A cut takes a third of a millisecond: these keep up with any number of decoders. */
#define N_THREADS 2

typedef struct
{
  GdkTexture *texture;
  SheafShape shape;
  GdkTexture *cut; /* none where nobody waited for it any more, or @status says why */
  cairo_status_t status;
} Job;

static void
job_free (Job *job)
{
  g_object_unref (job->texture);
  g_clear_object (&job->cut);
  g_free (job);
}

/* Where memory does not suffice, this is a surface that cannot be drawn from, and cairo says so. */
static cairo_surface_t *
download (GdkTexture *texture)
{
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_ARGB32, gdk_texture_get_width (texture), gdk_texture_get_height (texture));

  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    return surface;
  gdk_texture_download (texture, cairo_image_surface_get_data (surface),
                        (gsize) cairo_image_surface_get_stride (surface));
  cairo_surface_mark_dirty (surface);
  return surface;
}

static const guint32 *
row_of (cairo_surface_t *surface, int y)
{
  return (gpointer) (cairo_image_surface_get_data (surface)
                     + (gsize) y * (gsize) cairo_image_surface_get_stride (surface));
}

static gboolean
is_opaque (cairo_surface_t *surface)
{
  int width = cairo_image_surface_get_width (surface);

  for (int y = cairo_image_surface_get_height (surface); y-- > 0;)
    {
      const guint32 *row = row_of (surface, y);

      for (int x = 0; x < width; x++)
        if (row[x] >> 24 != 255)
          return FALSE;
    }
  return TRUE;
}

static guchar
straight (guint32 channel, guint32 alpha)
{
  return (guchar) (((channel & 255) * 255 + alpha / 2) / alpha);
}

static GdkTexture *
texture_of (cairo_surface_t *surface)
{
  gboolean opaque = is_opaque (surface);
  int width = cairo_image_surface_get_width (surface);
  int height = cairo_image_surface_get_height (surface);
  gsize stride = (gsize) width * (opaque ? 3 : 4);
  guchar *out = g_malloc0 (stride * (gsize) height);
  g_autoptr (GBytes) bytes = g_bytes_new_take (out, stride * (gsize) height);

  for (int y = 0; y < height; y++)
    {
      const guint32 *row = row_of (surface, y);

      for (int x = 0; x < width; x++)
        {
          guint32 alpha = row[x] >> 24;

          if (alpha > 0)
            {
              out[0] = straight (row[x] >> 16, alpha);
              out[1] = straight (row[x] >> 8, alpha);
              out[2] = straight (row[x], alpha);
            }
          if (!opaque)
            out[3] = (guchar) alpha;
          out += opaque ? 3 : 4;
        }
    }
  return gdk_memory_texture_new (width, height, opaque ? GDK_MEMORY_R8G8B8 : GDK_MEMORY_R8G8B8A8,
                                 bytes, stride);
}

static void
cut (Job *job)
{
  double scale = job->shape.scale;
  cairo_surface_t *picture;
  cairo_surface_t *surface;
  graphene_rect_t whole, seen;
  cairo_t *cr;

  sheaf_shape_place (&job->shape, job->texture, &whole, &seen);
  picture = download (job->texture);
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) lround (seen.size.width * scale),
                                        (int) lround (seen.size.height * scale));
  cr = cairo_create (surface);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, whole.origin.x - seen.origin.x, whole.origin.y - seen.origin.y);
  cairo_scale (cr, whole.size.width / gdk_texture_get_width (job->texture),
               whole.size.height / gdk_texture_get_height (job->texture));
  cairo_set_source_surface (cr, picture, 0, 0);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_paint (cr);
  job->status = cairo_status (cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  if (job->status == CAIRO_STATUS_SUCCESS)
    job->cut = texture_of (surface);
  cairo_surface_destroy (surface);
  cairo_surface_destroy (picture);
}

static gboolean
complete (gpointer data)
{
  GTask *task = data;
  Job *job = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  if (job->cut == NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                             cairo_status_to_string (job->status));
  else
    g_task_return_pointer (task, g_steal_pointer (&job->cut), g_object_unref);
  return G_SOURCE_REMOVE;
}

static void
work (gpointer data, gpointer unused)
{
  GTask *task = data;
  GMainContext *context = g_main_context_ref (g_task_get_context (task));
  GSource *source = g_idle_source_new ();

  if (!g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    cut (g_task_get_task_data (task));
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, complete, task, g_object_unref);
  g_source_attach (source, context);
  g_source_unref (source);
  g_main_context_unref (context);
}

gboolean
sheaf_shape_equal (const SheafShape *a, const SheafShape *b)
{
  return a->width == b->width && a->height == b->height && a->scale == b->scale;
}

static float
to_pixel (double position, int scale)
{
  return (float) (round (position * scale) / scale);
}

void
sheaf_shape_place (const SheafShape *shape,
                   GdkTexture *texture,
                   graphene_rect_t *whole,
                   graphene_rect_t *seen)
{
  double texture_width, texture_height, long_side, short_side, scale, width, height;
  double pixel;
  float left, top;

  g_return_if_fail (shape != NULL && GDK_IS_TEXTURE (texture));
  g_return_if_fail (whole != NULL && seen != NULL);

  texture_width = gdk_texture_get_width (texture);
  texture_height = gdk_texture_get_height (texture);
  long_side = MAX (texture_width, texture_height);
  short_side = MIN (texture_width, texture_height);
  if (long_side / short_side > MAX_RATIO)
    scale = MIN (shape->width / texture_width, shape->height / texture_height);
  else
    scale = MAX (shape->width / texture_width, shape->height / texture_height);
  width = texture_width * scale;
  height = texture_height * scale;
  graphene_rect_init (whole, (float) ((shape->width - width) / 2),
                      (float) ((shape->height - height) / 2), (float) width, (float) height);

  /* Of the thinnest strip there is still a line to see. */
  pixel = 1.0 / shape->scale;
  width = CLAMP (width, pixel, shape->width);
  height = CLAMP (height, pixel, shape->height);
  left = to_pixel ((shape->width - width) / 2, shape->scale);
  top = to_pixel ((shape->height - height) / 2, shape->scale);
  graphene_rect_init (seen, left, top, to_pixel ((shape->width + width) / 2, shape->scale) - left,
                      to_pixel ((shape->height + height) / 2, shape->scale) - top);
}

void
sheaf_cut_async (GdkTexture *texture,
                 const SheafShape *shape,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  static GThreadPool *pool;
  GTask *task;
  Job *job;

  g_return_if_fail (GDK_IS_TEXTURE (texture));
  g_return_if_fail (shape != NULL && shape->width > 0 && shape->height > 0 && shape->scale > 0);

  if (pool == NULL)
    pool = g_thread_pool_new (work, NULL, N_THREADS, FALSE, NULL);
  job = g_new0 (Job, 1);
  job->texture = g_object_ref (texture);
  job->shape = *shape;
  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_cut_async);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_thread_pool_push (pool, task, NULL);
}

GdkTexture *
sheaf_cut_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
