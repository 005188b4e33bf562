/* thumbnailer.h: pictures being looked at come first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Requests for one file and size are coalesced; each waiter may leave, and the job is cancelled
 * only when nobody is left.  Visible requests go before the others, the newest of them first. Valid
 * entries of the shared cache are used without decoding anything. */
#pragma once

#include "app/exec/executor.h"
#include "app/work/pixels.h"

G_BEGIN_DECLS

typedef enum
{
  SHEAF_THUMBNAIL_VISIBLE,    /* a tile on the screen waits for it */
  SHEAF_THUMBNAIL_NEAR,       /* will be on the screen soon */
  SHEAF_THUMBNAIL_BACKGROUND, /* should exist some day: batches */
} SheafThumbnailPriority;

typedef enum
{
  SHEAF_THUMBNAIL_OUTPUT_NONE,   /* pixels only; an existing cache entry is still used */
  SHEAF_THUMBNAIL_OUTPUT_CACHE,  /* the shared freedesktop cache */
  SHEAF_THUMBNAIL_OUTPUT_BESIDE, /* NAME_thumbnail.EXT beside the original */
  SHEAF_THUMBNAIL_OUTPUT_FOLDER, /* NAME_thumbnail.EXT in a given folder */
} SheafThumbnailOutput;

#define SHEAF_TYPE_THUMBNAILER (sheaf_thumbnailer_get_type ())
G_DECLARE_FINAL_TYPE (SheafThumbnailer, sheaf_thumbnailer, SHEAF, THUMBNAILER, GObject)

/**
 * SheafThumbnail:
 * @pixels: (nullable): the small picture; %NULL where only the file was asked for
 * @file: (nullable): where it was written or found
 * @found: whether it was there already
 * @original_bytes: how long the original is; 0 where it has no file
 *
 * What came of a request.
 */
typedef struct
{
  SheafPixels *pixels;
  GFile *file;
  gboolean found;
  guint64 original_bytes;
} SheafThumbnail;

void sheaf_thumbnail_free (SheafThumbnail *thumbnail);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafThumbnail, sheaf_thumbnail_free)

SheafThumbnailer *sheaf_thumbnailer_new (SheafExecutor *executor);

void sheaf_thumbnailer_set_executor (SheafThumbnailer *self, SheafExecutor *executor);

/* What its executor waits for, see sheaf_executor_dup_trouble(). */
char *sheaf_thumbnailer_dup_trouble (SheafThumbnailer *self);

/**
 * sheaf_thumbnailer_load_async:
 * @file: a local file
 * @size: the box it must fit in, in pixels
 * @folder: (nullable): for %SHEAF_THUMBNAIL_OUTPUT_FOLDER
 * @pixels: whether the pixels are wanted besides the output; with %SHEAF_THUMBNAIL_OUTPUT_NONE they
 *   always are
 *
 * Makes (or finds) the thumbnail of @file.  From one main context only; never blocks it.  A file
 * that somebody is still writing is waited for.
 *
 * For the shared cache, @size becomes the size of the cache's that holds it, and requests for the
 * same of those are one.
 */
void sheaf_thumbnailer_load_async (SheafThumbnailer *self,
                                   GFile *file,
                                   guint size,
                                   SheafThumbnailOutput output,
                                   GFile *folder,
                                   gboolean pixels,
                                   SheafThumbnailPriority priority,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/**
 * SheafPreviewFunc:
 * @preview: (transfer none): what to show until the thumbnail is there
 * @user_data: as for the callback of the request
 */
typedef void (*SheafPreviewFunc) (SheafPixels *preview, gpointer user_data);

/**
 * sheaf_thumbnailer_look_async:
 * @preview: (nullable): called at most once, before @callback, and never once it was cancelled
 *
 * The same for who looks at it: the shared cache and the pixels.  Where making the thumbnail will
 * take a while and the file has a small picture embedded, that is given to @preview at once; it is
 * kept nowhere.  Same finish.
 */
void sheaf_thumbnailer_look_async (SheafThumbnailer *self,
                                   GFile *file,
                                   guint size,
                                   SheafThumbnailPriority priority,
                                   SheafPreviewFunc preview,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/**
 * sheaf_thumbnailer_decode_async:
 * @fd: (transfer full): an open picture, from wherever
 *
 * The same for a picture that has no file of its own (a preview fetched into memory): pixels only.
 * Same finish.
 */
void sheaf_thumbnailer_decode_async (SheafThumbnailer *self,
                                     int fd,
                                     guint size,
                                     SheafThumbnailPriority priority,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

/**
 * sheaf_thumbnailer_load_finish:
 *
 * Returns: (transfer full) (nullable): the thumbnail, or %NULL with @error set
 * (%SHEAF_ERROR_DECODE, %SHEAF_ERROR_NOT_A_PICTURE, %SHEAF_ERROR_TOO_LARGE, %SHEAF_ERROR_CRASHED,
 * %SHEAF_ERROR_TIMEOUT, %SHEAF_ERROR_FILE, %SHEAF_ERROR_PERMISSION, %G_IO_ERROR_CANCELLED)
 */
SheafThumbnail *
sheaf_thumbnailer_load_finish (SheafThumbnailer *self, GAsyncResult *result, GError **error);

/* How many files it works on at once at most; what a batch should keep asked for, and some more. */
guint sheaf_thumbnailer_get_n_workers (SheafThumbnailer *self);

/* Cancels everything and waits until no worker runs; for the end of the program. */
void sheaf_thumbnailer_shutdown (SheafThumbnailer *self);

/**
 * sheaf_thumbnailer_forget:
 *
 * Drops what is known of @file: cached failure, crash count, cache entries; the next request makes
 * it anew.
 */
void sheaf_thumbnailer_forget (SheafThumbnailer *self, GFile *file);

G_END_DECLS
