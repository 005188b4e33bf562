/* engine-private.h: what the engine's own files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/demo/demo-server.h"
#include "app/download/archive.h"
#include "app/engine.h"
#include "app/preview-loader.h"

G_BEGIN_DECLS

/* All made when first needed; (transfer none) (nullable): %NULL with @error set. */
SheafThumbnailer *sheaf_engine_get_thumbnailer (SheafEngine *self, GError **error);
SheafExecutor *sheaf_engine_get_thumbnail_executor (SheafEngine *self, GError **error);
SheafPreviewLoader *sheaf_engine_get_previews (SheafEngine *self, GError **error);

/* What the source called @source may use; the demo gallery is started for it. */
gboolean sheaf_engine_fill_context (SheafEngine *self,
                                    SheafSourceContext *context,
                                    const char *source,
                                    GError **error);

/* (transfer none) (nullable): what all questions to the service of @source under @context's client
 * ID share. */
SheafQuotaGate *
sheaf_engine_get_gate (SheafEngine *self, const SheafSourceContext *context, const char *source);

/**
 * SheafSourceFacts:
 * @allow_private: its addresses may be private or loopback ones
 * @any_type: what is there need not be a picture
 *
 * What the engine remembers of a source it opened.
 */
typedef struct
{
  gboolean allow_private;
  gboolean any_type;
} SheafSourceFacts;

/* @folder, thumbnail_size and so on as @options say; it begins as paused with @paused. */
SheafBatch *sheaf_engine_begin_download (SheafEngine *self,
                                         SheafSource *source,
                                         GPtrArray *entries,
                                         const SheafBatchOptions *options,
                                         const SheafSourceFacts *facts,
                                         gboolean paused);

/* (transfer none); opened by whoever uses it first. */
SheafArchive *sheaf_engine_get_archive (SheafEngine *self);

/* The demo gallery, started when first asked for; (transfer none) (nullable). */
SheafDemoServer *sheaf_engine_get_demo (SheafEngine *self, GError **error);

/* The address of @source's service where it was changed: Imgur's by the settings, any by the
 * environment (SHEAF_IMGUR_API, SHEAF_COMMONS_API, …); (nullable). */
const char *sheaf_engine_get_api_url (SheafEngine *self, const char *source);

gboolean sheaf_engine_is_closed (SheafEngine *self);

/* Whether addresses of entries of the source called @source may be private or loopback ones. */
gboolean sheaf_engine_may_be_private (SheafEngine *self, const char *source);

G_END_DECLS
