/* item-work.c: what a batch does for one item
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/item-work.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>

struct _SheafItemWork
{
  const SheafItemWorkContext *context; /* NULL once it was dropped */
  SheafItem *item;
  SheafDownload *download; /* (nullable) */
  gulong handlers[2];
  GCancellable *cancellable; /* (nullable): of its thumbnail, while one is made */
  guint64 counted;           /* bytes of this try that were told */
  guint64 counted_in_all;    /* of all tries */
  gboolean ended;
};

static void
work_clear (gpointer data)
{
  SheafItemWork *self = data;

  g_assert (self->download == NULL);

  g_clear_object (&self->cancellable);
  g_object_unref (self->item);
}

static void
work_unref (SheafItemWork *self)
{
  g_rc_box_release_full (self, work_clear);
}

static void
let_go_of_download (SheafItemWork *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->handlers); i++)
    g_clear_signal_handler (&self->handlers[i], self->download);
  g_clear_object (&self->download);
}

static void
end (SheafItemWork *self, SheafItemState state, GError *error)
{
  g_assert (!self->ended);

  self->ended = TRUE;
  self->context->ended (self->context->data, self, state, error);
}

static void
take_thumbnail (SheafItemWork *self, SheafThumbnail *thumbnail)
{
  sheaf_item_set_thumbnail_file (self->item, thumbnail->file);
  if (self->context->pool == NULL)
    {
      sheaf_item_set_skipped (self->item, thumbnail->found);
      sheaf_item_set_progress (self->item, thumbnail->original_bytes, thumbnail->original_bytes);
    }
  end (self, SHEAF_ITEM_READY, NULL);
}

static void
on_thumbnail_ready (GObject *object, GAsyncResult *result, gpointer data)
{
  SheafItemWork *self = data;
  GError *error = NULL;
  g_autoptr (SheafThumbnail) thumbnail
      = sheaf_thumbnailer_load_finish (SHEAF_THUMBNAILER (object), result, &error);

  if (self->context == NULL || self->ended)
    {
      g_clear_error (&error);
      work_unref (self);
      return;
    }

  g_clear_object (&self->cancellable);
  if (thumbnail != NULL)
    {
      take_thumbnail (self, thumbnail);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      end (self, SHEAF_ITEM_CANCELLED, NULL);
    }
  else if (self->context->any_type
           && g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_NOT_A_PICTURE))
    {
      /* A web page was wanted, and is there. */
      g_clear_error (&error);
      end (self, SHEAF_ITEM_READY, NULL);
    }
  else
    {
      end (self, SHEAF_ITEM_FAILED, error);
    }
  work_unref (self);
}

static void
make_thumbnail (SheafItemWork *self)
{
  const SheafItemWorkContext *context = self->context;

  if (context->thumbnailer == NULL)
    {
      end (self, SHEAF_ITEM_READY, NULL);
      return;
    }
  if (context->cancelled)
    {
      end (self, SHEAF_ITEM_CANCELLED, NULL);
      return;
    }
  sheaf_item_set_state (self->item, SHEAF_ITEM_THUMBNAILING);
  self->cancellable = g_cancellable_new ();
  sheaf_thumbnailer_load_async (context->thumbnailer, sheaf_item_get_file (self->item),
                                context->options->thumbnail_size, context->options->output,
                                context->options->output_folder, FALSE, SHEAF_THUMBNAIL_BACKGROUND,
                                self->cancellable, on_thumbnail_ready, g_rc_box_acquire (self));
}

static void
on_download_progress (SheafDownload *download, GParamSpec *pspec, SheafItemWork *self)
{
  guint64 received = sheaf_download_get_received (download);

  /* A transfer that begins anew counts from where it begins. */
  if (received > self->counted)
    {
      self->context->got_bytes (self->context->data, (gint64) (received - self->counted));
      self->counted_in_all += received - self->counted;
    }
  self->counted = received;
  sheaf_item_set_progress (self->item, received, sheaf_download_get_total (download));
}

/* What turns out to have been there already did not come over the network. */
static void
take_back_bytes (SheafItemWork *self)
{
  self->context->got_bytes (self->context->data, -(gint64) self->counted_in_all);
  self->counted_in_all = 0;
}

static void
on_download_state (SheafDownload *download, GParamSpec *pspec, SheafItemWork *self)
{
  const GError *error = sheaf_download_get_error (download);

  if (self->ended)
    return;

  switch (sheaf_download_get_state (download))
    {
    case SHEAF_DOWNLOAD_QUEUED:
    case SHEAF_DOWNLOAD_WAITING:
      sheaf_item_set_state (self->item, SHEAF_ITEM_QUEUED);
      sheaf_item_set_retry (self->item, sheaf_download_get_next_try (download),
                            error != NULL ? error->message : NULL);
      break;
    case SHEAF_DOWNLOAD_PAUSED:
      sheaf_item_set_state (self->item, SHEAF_ITEM_PAUSED);
      break;
    case SHEAF_DOWNLOAD_RUNNING:
      sheaf_item_set_state (self->item, SHEAF_ITEM_DOWNLOADING);
      break;
    case SHEAF_DOWNLOAD_DONE:
    case SHEAF_DOWNLOAD_SKIPPED:
      if (sheaf_download_get_state (download) == SHEAF_DOWNLOAD_SKIPPED)
        take_back_bytes (self);
      sheaf_item_set_skipped (self->item,
                              sheaf_download_get_state (download) == SHEAF_DOWNLOAD_SKIPPED);
      sheaf_item_set_file (self->item, sheaf_download_get_file (download));
      if (sheaf_download_get_warning (download) != NULL)
        self->context->warned (self->context->data, self, sheaf_download_get_warning (download));
      make_thumbnail (self);
      break;
    case SHEAF_DOWNLOAD_FAILED:
      end (self, SHEAF_ITEM_FAILED,
           error != NULL
               ? g_error_copy (error)
               : g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_FAILED, _ ("The download failed.")));
      break;
    case SHEAF_DOWNLOAD_CANCELLED:
      end (self, SHEAF_ITEM_CANCELLED, NULL);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
begin_download (SheafItemWork *self)
{
  sheaf_item_set_state (self->item, SHEAF_ITEM_QUEUED);
  self->counted = 0;
  self->counted_in_all = 0;
  self->download = sheaf_download_pool_add (self->context->pool, sheaf_item_get_entry (self->item));
  self->handlers[0]
      = g_signal_connect (self->download, "notify::state", G_CALLBACK (on_download_state), self);
  self->handlers[1] = g_signal_connect (self->download, "notify::progress",
                                        G_CALLBACK (on_download_progress), self);
}

SheafItemWork *
sheaf_item_work_new (const SheafItemWorkContext *context, SheafItem *item)
{
  SheafItemWork *self;

  g_return_val_if_fail (context != NULL, NULL);
  g_return_val_if_fail (SHEAF_IS_ITEM (item), NULL);

  self = g_rc_box_new0 (SheafItemWork);
  self->context = context;
  self->item = g_object_ref (item);
  return self;
}

void
sheaf_item_work_drop (SheafItemWork *self)
{
  self->context = NULL;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  let_go_of_download (self);
  work_unref (self);
}

SheafItem *
sheaf_item_work_get_item (SheafItemWork *self)
{
  return self->item;
}

SheafDownload *
sheaf_item_work_get_download (SheafItemWork *self)
{
  return self->download;
}

gboolean
sheaf_item_work_get_ended (SheafItemWork *self)
{
  return self->ended;
}

void
sheaf_item_work_begin (SheafItemWork *self)
{
  g_autoptr (GFile) file = NULL;

  self->ended = FALSE;
  if (self->context->pool != NULL)
    {
      begin_download (self);
      return;
    }
  file = g_file_new_for_uri (sheaf_item_get_entry (self->item)->url);
  sheaf_item_set_file (self->item, file);
  make_thumbnail (self);
}

void
sheaf_item_work_fail (SheafItemWork *self, GError *error)
{
  end (self, SHEAF_ITEM_FAILED, error);
}

void
sheaf_item_work_retry (SheafItemWork *self)
{
  GFile *file = sheaf_item_get_file (self->item);

  g_return_if_fail (self->ended);

  self->ended = FALSE;
  if (file != NULL)
    {
      if (self->context->thumbnailer != NULL)
        sheaf_thumbnailer_forget (self->context->thumbnailer, file);
      make_thumbnail (self);
    }
  else if (self->context->pool == NULL)
    {
      sheaf_item_work_begin (self);
    }
  else if (self->download != NULL
           && sheaf_download_get_state (self->download) == SHEAF_DOWNLOAD_FAILED)
    {
      sheaf_item_set_state (self->item, SHEAF_ITEM_QUEUED);
      sheaf_download_pool_retry (self->context->pool, self->download);
    }
  else
    {
      let_go_of_download (self);
      begin_download (self);
    }
}

void
sheaf_item_work_cancel (SheafItemWork *self)
{
  if (self->ended)
    return;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  else if (self->download != NULL)
    sheaf_download_pool_cancel (self->context->pool, self->download);
}
