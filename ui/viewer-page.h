/* viewer-page.h: one picture, whole, and its neighbours
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What fits the window is loaded first; the full picture only once a person zooms in beyond it. */
#pragma once

#include "app/engine.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_VIEWER_PAGE (sheaf_viewer_page_get_type ())
G_DECLARE_FINAL_TYPE (SheafViewerPage, sheaf_viewer_page, SHEAF, VIEWER_PAGE, GtkWidget)

void sheaf_viewer_page_set_engine (SheafViewerPage *self, SheafEngine *engine);

/* Shows the picture at @position of @model (of SheafItem); previous and next follow @model. */
void sheaf_viewer_page_show (SheafViewerPage *self, GListModel *model, guint position);

/* Puts the keyboard on the picture. */
void sheaf_viewer_page_focus (SheafViewerPage *self);

/* Lets go of everything; the page is left. */
void sheaf_viewer_page_clear (SheafViewerPage *self);

/* (transfer none) (nullable) */
SheafItem *sheaf_viewer_page_get_item (SheafViewerPage *self);

G_END_DECLS
