/* engine.h: the front door: joins the rooms for the window and the command line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rooms (gallery, download, thumbnail, exec, …) do not know each other; the engine does.  It
 * holds one executor per use, the archive, the thumbnailer, the client ID and, once asked for, the
 * demo gallery.  Lives on one main context, as a rule the main thread's; never blocks it. */
#pragma once

#include "app/base/settings.h"
#include "app/batch.h"
#include "app/work/photo.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_ENGINE (sheaf_engine_get_type ())
G_DECLARE_FINAL_TYPE (SheafEngine, sheaf_engine, SHEAF, ENGINE, GObject)

/* Signals: quota-changed ().  Properties: client-id is deliberately none. */

SheafEngine *sheaf_engine_new (SheafSettings *settings);
SheafSettings *sheaf_engine_get_settings (SheafEngine *self);

/**
 * sheaf_engine_set_client_id:
 * @client_id: (nullable): for this run; keeping it is app/base/client-id.h's business
 */
void sheaf_engine_set_client_id (SheafEngine *self, const char *client_id);
gboolean sheaf_engine_has_client_id (SheafEngine *self);

/**
 * sheaf_engine_use_demo_client_id:
 *
 * From now on the demo gallery is opened with an ID of its own, so that a person needs none for it
 * and a real one is not shown to it.  The window does this; the command line treats the demo like
 * the real service.
 */
void sheaf_engine_use_demo_client_id (SheafEngine *self);

/**
 * sheaf_engine_check_client_id_async:
 *
 * Asks the service's /credits with @client_id.  Finish gives the quota, or the error a person
 * should read (%SHEAF_ERROR_CLIENT_ID refused, %SHEAF_ERROR_RATE_LIMITED,
 * %SHEAF_ERROR_OVER_CAPACITY, %SHEAF_ERROR_REGION, a network one).
 */
void sheaf_engine_check_client_id_async (SheafEngine *self,
                                         const char *client_id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
gboolean sheaf_engine_check_client_id_finish (SheafEngine *self,
                                              GAsyncResult *result,
                                              SheafQuota *quota,
                                              GError **error);

/* What the service of the sources called @source last said; every field -1 before, and for a source
 * without a quota. */
void sheaf_engine_get_quota (SheafEngine *self, const char *source, SheafQuota *quota);

/**
 * sheaf_engine_open_source:
 * @spec: as the design's SOURCE; "demo:" starts the demo gallery by itself
 *
 * Returns: (transfer full) (nullable): the source, or %NULL with @error set
 */
SheafSource *sheaf_engine_open_source (SheafEngine *self, const char *spec, GError **error);

/**
 * sheaf_engine_load_preview_async:
 * @item: a tile's item: of a gallery (its preview is fetched and decoded) or with a file
 * @size: the box in device pixels
 *
 * Fills @item's pixels; for pictures of a gallery from the network, through a bounded cache on
 * disk.  Those of a file may be a preview at first, which is embedded in it, while its thumbnail is
 * being made.  Cancel when the tile leaves.  Finish says whether it worked.
 */
void sheaf_engine_load_preview_async (SheafEngine *self,
                                      SheafItem *item,
                                      guint size,
                                      SheafThumbnailPriority priority,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean sheaf_engine_load_preview_finish (SheafEngine *self, GAsyncResult *result, GError **error);

/**
 * sheaf_engine_load_picture_async:
 * @max_size: the longer side is reduced to this; 0 for the full picture
 *
 * The whole picture for the viewer, decoded in a helper: from its file or from the network.
 */
void sheaf_engine_load_picture_async (SheafEngine *self,
                                      SheafItem *item,
                                      guint max_size,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
SheafPixels *
sheaf_engine_load_picture_finish (SheafEngine *self, GAsyncResult *result, GError **error);

/**
 * sheaf_engine_load_photo_async:
 * @file: a regular file
 *
 * What a camera wrote into @file; read in a helper.  Finish gives it, with nothing in it where no
 * camera did.
 */
void sheaf_engine_load_photo_async (SheafEngine *self,
                                    GFile *file,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
SheafPhoto *
sheaf_engine_load_photo_finish (SheafEngine *self, GAsyncResult *result, GError **error);

/**
 * sheaf_engine_download:
 * @source: (nullable): for expanding albums, and, without @entries, for everything it has
 * @entries: (nullable) (element-type SheafEntry): what was picked; %NULL for all of @source
 *
 * Returns: (transfer full): the batch, begun
 */
SheafBatch *sheaf_engine_download (SheafEngine *self,
                                   SheafSource *source,
                                   GPtrArray *entries,
                                   const SheafBatchOptions *options);

/**
 * sheaf_engine_thumbnail:
 * @files: (element-type GFile): pictures and folders (recursively)
 *
 * Returns: (transfer full): the batch, begun; items appear as the folders are read
 */
SheafBatch *
sheaf_engine_thumbnail (SheafEngine *self, GPtrArray *files, const SheafBatchOptions *options);

/**
 * sheaf_engine_load_unfinished_async:
 *
 * Finish gives batches of what an earlier Sheaf left unfinished, paused, ready to go on: (transfer
 * full) (element-type SheafBatch); %NULL with @error set only where it was cancelled.  What is
 * begun after this call is not among them.
 */
void sheaf_engine_load_unfinished_async (SheafEngine *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
GPtrArray *
sheaf_engine_load_unfinished_finish (SheafEngine *self, GAsyncResult *result, GError **error);

/* What the person should know of the record of downloads (damaged, not to be written, …), once:
 * (transfer full) (nullable): a sentence.  There is none before a download began or what is
 * unfinished was asked for; waits until the record is open. */
char *sheaf_engine_take_notice (SheafEngine *self);

/* Makes the thumbnail of @item's file anew, as if it had never been looked at: what was cached of
 * it, failures too, is dropped, and the next sheaf_engine_load_preview_async() decodes the file. */
void sheaf_engine_forget_thumbnail (SheafEngine *self, SheafItem *item);

/**
 * sheaf_engine_clean_up_thumbnails_async:
 *
 * Removes entries of the shared thumbnail cache whose originals are gone.
 */
void sheaf_engine_clean_up_thumbnails_async (SheafEngine *self,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);
gboolean sheaf_engine_clean_up_thumbnails_finish (
    SheafEngine *self, GAsyncResult *result, guint *n_removed, guint64 *bytes, GError **error);

/* How many jobs the executor for downloads, or for thumbnails, does at once; 0 where there is none
 * (yet). */
guint sheaf_engine_get_n_jobs (SheafEngine *self, gboolean thumbnails);

/**
 * sheaf_engine_dup_example_name:
 * @template: as the settings' name-template; "" for none
 *
 * Returns: (transfer full) (nullable): what @template makes of an example picture, or %NULL with
 *   @error set, for a person who is typing it
 */
char *sheaf_engine_dup_example_name (const char *template, GError **error);

/* Ends helpers and waits for what must not be cut off; called once before the program ends. */
void sheaf_engine_shutdown (SheafEngine *self);

G_END_DECLS
