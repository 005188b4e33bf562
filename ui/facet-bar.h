/* facet-bar.h: what a person may choose within a gallery, and the words to search for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Made from the facets of the source's type.  A facet that does not apply to the first one's choice
 * is hidden. */
#pragma once

#include "app/engine.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_FACET_BAR (sheaf_facet_bar_get_type ())
G_DECLARE_FINAL_TYPE (SheafFacetBar, sheaf_facet_bar, SHEAF, FACET_BAR, GtkWidget)

/* Signal: chosen (const char *spec): the address of what was just chosen */

/* Shows what may be chosen of the type of @spec, and what of it @spec is. */
void sheaf_facet_bar_set_spec (SheafFacetBar *self, const char *spec);
void sheaf_facet_bar_start_search (SheafFacetBar *self);

G_END_DECLS
