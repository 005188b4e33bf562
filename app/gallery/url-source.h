/* url-source.h: web addresses of a person's own: one, or a list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/gallery/source.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_URL_SOURCE (sheaf_url_source_get_type ())
G_DECLARE_FINAL_TYPE (SheafUrlSource, sheaf_url_source, SHEAF, URL_SOURCE, GObject)

/* For the table. */
gboolean sheaf_url_claims (const char *spec);
SheafSource *sheaf_url_create (const char *spec, const SheafSourceContext *context, GError **error);

G_END_DECLS
