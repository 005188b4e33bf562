/* engine-private.h: what the engine's own files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/engine.h"
#include "app/preview-loader.h"

G_BEGIN_DECLS

/* Both made when first needed; (transfer none) (nullable): %NULL with @error set. */
SheafThumbnailer *sheaf_engine_get_thumbnailer (SheafEngine *self, GError **error);
SheafPreviewLoader *sheaf_engine_get_previews (SheafEngine *self, GError **error);

/* What a source may use; with @demo, of the demo gallery, which is started. */
gboolean sheaf_engine_fill_context (SheafEngine *self,
                                    SheafSourceContext *context,
                                    gboolean demo,
                                    GError **error);

/* A SheafSourceContext's quota function; @user_data is the engine. */
void sheaf_engine_take_quota (const SheafQuota *quota, gpointer user_data);

gboolean sheaf_engine_is_closed (SheafEngine *self);

/* Whether addresses of entries of the source called @source may be private or loopback ones. */
gboolean sheaf_engine_may_be_private (SheafEngine *self, const char *source);

G_END_DECLS
