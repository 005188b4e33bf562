/* commons-source.h: Wikimedia Commons
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/gallery/listing-source.h"

G_BEGIN_DECLS

extern const SheafListing sheaf_commons;
extern const SheafFacet sheaf_commons_facets[];

/* For the table. */
gboolean sheaf_commons_claims (const char *spec);
char *sheaf_commons_compose (const char *const *values, const char *words);
SheafSource *
sheaf_commons_create (const char *spec, const SheafSourceContext *context, GError **error);

G_END_DECLS
