/* imgur-source.h: Imgur's galleries, and any server that speaks the same API
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/gallery/source.h"

G_BEGIN_DECLS

#define SHEAF_IMGUR_API "https://api.imgur.com/3"

#define SHEAF_TYPE_IMGUR_SOURCE (sheaf_imgur_source_get_type ())
G_DECLARE_FINAL_TYPE (SheafImgurSource, sheaf_imgur_source, SHEAF, IMGUR_SOURCE, GObject)

/* Rows of the table: what is in it, and how it is opened. */
extern const SheafFacet sheaf_imgur_facets[];
gboolean sheaf_imgur_claims (const char *spec);
char *sheaf_imgur_compose (const char *const *values, const char *words);
SheafSource *
sheaf_imgur_create (const char *spec, const SheafSourceContext *context, GError **error);

/* The demo gallery: the same at another address, which the context must give. */
gboolean sheaf_demo_claims (const char *spec);
char *sheaf_demo_compose (const char *const *values, const char *words);
SheafSource *
sheaf_demo_create (const char *spec, const SheafSourceContext *context, GError **error);

/**
 * sheaf_imgur_load_credits_async:
 *
 * Asks what is left of the ID's quota; which also tells whether the ID is good.  Where the gate is
 * closed, it gives what is known and asks nothing.
 */
void sheaf_imgur_load_credits_async (const SheafSourceContext *context,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean sheaf_imgur_load_credits_finish (GAsyncResult *result, SheafQuota *quota, GError **error);

G_END_DECLS
