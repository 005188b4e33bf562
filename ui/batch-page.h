/* batch-page.h: work under way, as a grid whose tiles tell how far each picture is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two pages of the window are this widget: Downloads, and Folder (thumbnails of what was dropped or
 * opened).  They differ in words and in what can be done with a picture. */
#pragma once

#include "ui/batch-group.h"
#include "ui/grid.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_BATCH_PAGE (sheaf_batch_page_get_type ())
G_DECLARE_FINAL_TYPE (SheafBatchPage, sheaf_batch_page, SHEAF, BATCH_PAGE, GtkWidget)

/* Properties: folder-mode (b, construct).
 * Signals:
 *   activate-item (GListModel *, guint position)
 *   removed (const char *what): something was taken from the page; Undo is restore() */

void sheaf_batch_page_set_engine (SheafBatchPage *self, SheafEngine *engine);
SheafBatchGroup *sheaf_batch_page_get_group (SheafBatchPage *self);
SheafGrid *sheaf_batch_page_get_grid (SheafBatchPage *self);

void sheaf_batch_page_restore (SheafBatchPage *self);
void sheaf_batch_page_start_search (SheafBatchPage *self);

/* What could not be opened at all, as a status page; %NULL takes it away. */
void sheaf_batch_page_show_error (SheafBatchPage *self, const GError *error);

G_END_DECLS
