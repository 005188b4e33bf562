/* thumbnail-request.h: one file on its way to a thumbnail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the thumbnailer keeps a file, size and output; private to app/thumbnail/.  The steps from
 * the open file to the written thumbnail, which block, are here; when they are taken, and who waits
 * for them, is thumbnailer.c's business. */
#pragma once

#include "app/thumbnail/thumbnailer.h"

G_BEGIN_DECLS

/**
 * SheafThumbnailRequest:
 * @path: (nullable): the original; %NULL where only @fd is known
 * @fd: an open picture, or -1; owned
 * @folder: (nullable): path for %SHEAF_THUMBNAIL_OUTPUT_FOLDER
 * @want_pixels: besides the output
 * @want_preview: a preview, if there is one, is all that is made this time
 * @again_ms: out: the file is still being written: ask again after so many milliseconds
 * @last_chance: is being written for so long that it is taken as it is
 * @preview, @result, @error: out: one of them, unless @again_ms
 */
typedef struct
{
  char *path;
  int fd;
  guint size;
  SheafThumbnailOutput output;
  char *folder;
  gboolean want_pixels;
  gboolean want_preview;
  gboolean last_chance;
  GCancellable *cancellable;

  guint again_ms;
  SheafPixels *preview;
  SheafThumbnail *result;
  GError *error;
} SheafThumbnailRequest;

/**
 * SheafClaimFunc:
 *
 * Asks for the file name @path for the thumbnail of @original, so that two originals never write
 * the same file.
 *
 * Returns: whether it may have it
 */
typedef gboolean (*SheafClaimFunc) (gpointer data, const char *path, const char *original);

/**
 * sheaf_thumbnail_request_forget:
 *
 * Drops what the shared cache holds of the file @path, failures included.  Any thread; blocks.
 */
void sheaf_thumbnail_request_forget (const char *path);

/**
 * sheaf_thumbnail_request_run:
 * @claim: may be called from this thread
 *
 * Takes every step; blocks.  Fills @result, or @error, or @preview, or @again_ms.
 */
void sheaf_thumbnail_request_run (SheafThumbnailRequest *self,
                                  SheafExecutor *executor,
                                  SheafClaimFunc claim,
                                  gpointer claim_data);

/* What sheaf_thumbnail_request_run() filled. */
void sheaf_thumbnail_request_clear_outcome (SheafThumbnailRequest *self);

G_END_DECLS
