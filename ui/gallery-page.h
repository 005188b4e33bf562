/* gallery-page.h: one opened gallery: its choices, its pictures, page after page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Menus are made from what the source's type says of itself, so this page knows no gallery by name.
 * Scrolling towards the end loads the next page; what came twice is shown once. */
#pragma once

#include "ui/grid.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_GALLERY_PAGE (sheaf_gallery_page_get_type ())
G_DECLARE_FINAL_TYPE (SheafGalleryPage, sheaf_gallery_page, SHEAF, GALLERY_PAGE, GtkWidget)

/* Signals:
 *   activate-item (GListModel *, guint position)
 *   download (GPtrArray *entries): of SheafEntry; NULL for everything the source has
 *   opened (): another source, see the getters
 *   notice (string): something a person should know; nothing need be done */

void sheaf_gallery_page_set_engine (SheafGalleryPage *self, SheafEngine *engine);
SheafGrid *sheaf_gallery_page_get_grid (SheafGalleryPage *self);

/* Opens @spec in place of what is shown; what goes wrong is said on the page. */
void sheaf_gallery_page_open (SheafGalleryPage *self, const char *spec);

/* (transfer none) (nullable) */
SheafSource *sheaf_gallery_page_get_source (SheafGalleryPage *self);
const char *sheaf_gallery_page_get_spec (SheafGalleryPage *self);
const char *sheaf_gallery_page_get_title (SheafGalleryPage *self);

/* Puts the keyboard into the search entry, where the source can search. */
void sheaf_gallery_page_start_search (SheafGalleryPage *self);

G_END_DECLS
