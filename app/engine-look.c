/* engine-look.c: pictures on their way onto the screen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of the engine's interface (engine.h): from a file through the shared cache, or from the
 * network through memory; decoded by the thumbnailer in both cases. */
#include "config.h"

#include "app/engine-private.h"

#include "app/thumbnail/thumbnail-cache.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

typedef struct
{
  SheafItem *item;
  guint size;
  SheafThumbnailPriority priority;
  gboolean keep_pixels; /* in the item: it is a preview */
  gboolean cover;       /* it is an album's cover that is fetched, in full */
  gboolean no_cover;    /* that failed: its preview is better than nothing */
} Look;

/* What a size of this and below is looked at in: a source's preview is about as large. */
#define PREVIEW_SIZE 256

static void go_on (SheafEngine *self, GTask *given);

static void
look_free (Look *look)
{
  g_object_unref (look->item);
  g_free (look);
}

/* Returns whether there is something else to show, which is then under way. */
static gboolean
fall_back (GTask *task)
{
  Look *look = g_task_get_task_data (task);

  if (!look->cover || look->no_cover || g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    return FALSE;
  look->no_cover = TRUE;
  go_on (g_task_get_source_object (task), g_object_ref (task));
  return TRUE;
}

static void
on_decoded (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Look *look = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (SheafThumbnail) thumbnail
      = sheaf_thumbnailer_load_finish (SHEAF_THUMBNAILER (object), result, &error);

  if (thumbnail == NULL)
    {
      if (fall_back (task))
        g_error_free (error);
      else
        g_task_return_error (task, error);
      return;
    }
  if (look->keep_pixels)
    sheaf_item_set_pixels (look->item, thumbnail->pixels);
  g_task_return_pointer (task, sheaf_pixels_ref (thumbnail->pixels),
                         (GDestroyNotify) sheaf_pixels_unref);
}

/* What the file has embedded; the thumbnail follows. */
static void
on_stand_in (SheafPixels *pixels, gpointer user_data)
{
  Look *look = g_task_get_task_data (user_data);

  sheaf_item_set_pixels (look->item, pixels);
}

static void
on_preview_fetched (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  SheafEngine *self = g_task_get_source_object (task);
  Look *look = g_task_get_task_data (task);
  SheafThumbnailer *thumbnailer;
  GError *error = NULL;
  int fd = sheaf_preview_loader_load_finish (SHEAF_PREVIEW_LOADER (object), result, &error);

  if (fd < 0)
    {
      if (fall_back (task))
        g_error_free (error);
      else
        g_task_return_error (task, error);
      return;
    }
  thumbnailer = sheaf_engine_is_closed (self) ? NULL : sheaf_engine_get_thumbnailer (self, &error);
  if (thumbnailer == NULL)
    {
      g_close (fd, NULL);
      if (error == NULL)
        error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
      g_task_return_error (task, error);
      return;
    }
  sheaf_thumbnailer_decode_async (thumbnailer, fd, look->size, look->priority, cancellable,
                                  on_decoded, g_steal_pointer (&task));
}

/* Asks for what is to be looked at; takes over @given. */
static void
go_on (SheafEngine *self, GTask *given)
{
  g_autoptr (GTask) task = given;
  GCancellable *cancellable = g_task_get_cancellable (task);
  Look *look = g_task_get_task_data (task);
  const SheafEntry *entry = sheaf_item_get_entry (look->item);
  g_autoptr (GFile) file = NULL;
  SheafPreviewLoader *previews;
  SheafThumbnailer *thumbnailer;
  gboolean preview = look->keep_pixels;
  gboolean small = preview || (look->size > 0 && look->size <= PREVIEW_SIZE);
  /* An album has no address of a picture of its own, but one of its cover. */
  const char *full = entry->url != NULL || look->no_cover ? entry->url : entry->cover_url;
  const char *url
      = entry->preview_url != NULL && (small || full == NULL) ? entry->preview_url : full;
  GError *error = NULL;

  look->cover = url != NULL && url == entry->cover_url;
  if (sheaf_engine_is_closed (self))
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s", _ ("Cancelled"));
      return;
    }

  g_set_object (&file, sheaf_item_get_file (look->item));
  if (file == NULL && url != NULL && g_str_has_prefix (url, "file:"))
    file = g_file_new_for_uri (url);
  if (file != NULL)
    {
      thumbnailer = sheaf_engine_get_thumbnailer (self, &error);
      if (thumbnailer == NULL)
        g_task_return_error (task, error);
      else if (preview)
        sheaf_thumbnailer_look_async (thumbnailer, file, look->size, look->priority, on_stand_in,
                                      cancellable, on_decoded, g_steal_pointer (&task));
      else
        sheaf_thumbnailer_load_async (thumbnailer, file, look->size, SHEAF_THUMBNAIL_OUTPUT_NONE,
                                      NULL, TRUE, look->priority, cancellable, on_decoded,
                                      g_steal_pointer (&task));
      return;
    }

  if (url == NULL)
    {
      g_task_return_new_error (task, SHEAF_ERROR, SHEAF_ERROR_NOT_FOUND,
                               _ ("There is no picture to show."));
      return;
    }
  previews = sheaf_engine_get_previews (self, &error);
  if (previews == NULL)
    g_task_return_error (task, error);
  else
    sheaf_preview_loader_load_async (previews, url,
                                     sheaf_engine_may_be_private (self, entry->source),
                                     preview || url == entry->preview_url, cancellable,
                                     on_preview_fetched, g_steal_pointer (&task));
}

/* Takes over @given. */
static void
look_at (SheafEngine *self,
         SheafItem *item,
         guint size,
         SheafThumbnailPriority priority,
         gboolean preview,
         GTask *given)
{
  Look *look = g_new0 (Look, 1);

  look->item = g_object_ref (item);
  look->size = size;
  look->priority = priority;
  look->keep_pixels = preview;
  g_task_set_task_data (given, look, (GDestroyNotify) look_free);
  go_on (self, given);
}

void
sheaf_engine_load_preview_async (SheafEngine *self,
                                 SheafItem *item,
                                 guint size,
                                 SheafThumbnailPriority priority,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task;

  g_return_if_fail (SHEAF_IS_ENGINE (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_engine_load_preview_async);
  look_at (self, item, size, priority, TRUE, task);
}

gboolean
sheaf_engine_load_preview_finish (SheafEngine *self, GAsyncResult *result, GError **error)
{
  g_autoptr (SheafPixels) pixels = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  pixels = g_task_propagate_pointer (G_TASK (result), error);
  return pixels != NULL;
}

void
sheaf_engine_load_picture_async (SheafEngine *self,
                                 SheafItem *item,
                                 guint max_size,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task;

  g_return_if_fail (SHEAF_IS_ENGINE (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_engine_load_picture_async);
  look_at (self, item, max_size, SHEAF_THUMBNAIL_VISIBLE, FALSE, task);
}

SheafPixels *
sheaf_engine_load_picture_finish (SheafEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
sheaf_engine_forget_thumbnail (SheafEngine *self, SheafItem *item)
{
  g_autoptr (GFile) file = NULL;
  SheafThumbnailer *thumbnailer;
  const char *url;

  g_return_if_fail (SHEAF_IS_ENGINE (self));
  g_return_if_fail (SHEAF_IS_ITEM (item));

  url = sheaf_item_get_entry (item)->url;
  g_set_object (&file, sheaf_item_get_file (item));
  if (file == NULL && url != NULL && g_str_has_prefix (url, "file:"))
    file = g_file_new_for_uri (url);
  thumbnailer = sheaf_engine_is_closed (self) ? NULL : sheaf_engine_get_thumbnailer (self, NULL);
  if (file != NULL && thumbnailer != NULL)
    sheaf_thumbnailer_forget (thumbnailer, file);
  sheaf_item_set_pixels (item, NULL);
}

static void
on_cleaned_up (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  g_task_return_pointer (task, g_object_ref (result), g_object_unref);
}

void
sheaf_engine_clean_up_thumbnails_async (SheafEngine *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  GTask *task;

  g_return_if_fail (SHEAF_IS_ENGINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_engine_clean_up_thumbnails_async);
  sheaf_thumbnail_cache_clean_up_async (cancellable, on_cleaned_up, task);
}

gboolean
sheaf_engine_clean_up_thumbnails_finish (
    SheafEngine *self, GAsyncResult *result, guint *n_removed, guint64 *bytes, GError **error)
{
  g_autoptr (GAsyncResult) inner = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  inner = g_task_propagate_pointer (G_TASK (result), error);
  return inner != NULL && sheaf_thumbnail_cache_clean_up_finish (inner, n_removed, bytes, error);
}
