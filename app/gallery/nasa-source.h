/* nasa-source.h: NASA's Image and Video Library
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/gallery/listing-source.h"

G_BEGIN_DECLS

extern const SheafListing sheaf_nasa;

/* For the table. */
gboolean sheaf_nasa_claims (const char *spec);
char *sheaf_nasa_compose (const char *const *values, const char *words);
SheafSource *
sheaf_nasa_create (const char *spec, const SheafSourceContext *context, GError **error);

/* Pure. */
SheafPage *sheaf_nasa_parse (const SheafApiAnswer *answer,
                             const SheafListingSpec *spec,
                             const char *cursor,
                             GError **error);

G_END_DECLS
