/* artic-source.h: the Art Institute of Chicago
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/gallery/listing-source.h"

G_BEGIN_DECLS

extern const SheafListing sheaf_artic;

/* For the table. */
gboolean sheaf_artic_claims (const char *spec);
char *sheaf_artic_compose (const char *const *values, const char *words);
SheafSource *
sheaf_artic_create (const char *spec, const SheafSourceContext *context, GError **error);

/* Pure. */
SheafPage *sheaf_artic_parse (const SheafApiAnswer *answer,
                              const SheafListingSpec *spec,
                              const char *cursor,
                              GError **error);

G_END_DECLS
