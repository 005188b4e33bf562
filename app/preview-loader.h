/* preview-loader.h: pictures that are only looked at, from the network into memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fetches an address into a memfd, newest request first, and keeps what small ones there were in a
 * bounded folder, so that scrolling back costs no network.  Decoding is somebody else's business.
 */
#pragma once

#include "app/exec/executor.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_PREVIEW_LOADER (sheaf_preview_loader_get_type ())
G_DECLARE_FINAL_TYPE (SheafPreviewLoader, sheaf_preview_loader, SHEAF, PREVIEW_LOADER, GObject)

/**
 * sheaf_preview_loader_new:
 * @executor: does the fetching
 * @folder: (nullable): path of the cache; %NULL for $XDG_CACHE_HOME/sheaf/previews
 * @max_bytes: what the cache is kept under; 0 for 256 MiB
 */
SheafPreviewLoader *
sheaf_preview_loader_new (SheafExecutor *executor, const char *folder, guint64 max_bytes);

/**
 * sheaf_preview_loader_load_async:
 * @allow_private: whether @url may be of a private or loopback address
 * @keep: whether it belongs into the cache
 */
void sheaf_preview_loader_load_async (SheafPreviewLoader *self,
                                      const char *url,
                                      gboolean allow_private,
                                      gboolean keep,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

/**
 * sheaf_preview_loader_load_finish:
 *
 * Returns: an open file with what was fetched, the caller's to close; or -1 with @error set
 */
int
sheaf_preview_loader_load_finish (SheafPreviewLoader *self, GAsyncResult *result, GError **error);

/* Waits for what is under way, which is cancelled. */
void sheaf_preview_loader_shutdown (SheafPreviewLoader *self);

G_END_DECLS
