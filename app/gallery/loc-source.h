/* loc-source.h: the Library of Congress
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/gallery/listing-source.h"

G_BEGIN_DECLS

extern const SheafListing sheaf_loc;

/* For the table. */
gboolean sheaf_loc_claims (const char *spec);
char *sheaf_loc_compose (const char *const *values, const char *words);
SheafSource *sheaf_loc_create (const char *spec, const SheafSourceContext *context, GError **error);

/* Pure. */
SheafPage *sheaf_loc_parse (const SheafApiAnswer *answer,
                            const SheafListingSpec *spec,
                            const char *cursor,
                            GError **error);

G_END_DECLS
