/* window-private.h: what the files of the window share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/batch-page.h"
#include "ui/compare-page.h"
#include "ui/gallery-page.h"
#include "ui/item-actions.h"
#include "ui/viewer-page.h"
#include "ui/welcome-page.h"
#include "ui/window.h"

G_BEGIN_DECLS

struct _SheafWindow
{
  AdwApplicationWindow parent_instance;

  /* Owned */
  SheafEngine *engine;
  GSettings *state; /* (nullable): what windows remember */
  SheafItemActions *gallery_actions;
  SheafItemActions *downloads_actions;
  SheafItemActions *folder_actions;
  GtkFileChooserNative *chooser; /* while it is open */

  /* Template */
  AdwToastOverlay *toasts;
  AdwLeaflet *leaflet;
  AdwViewStack *views;
  AdwViewStackPage *downloads_view;
  AdwViewStackPage *folder_view;
  GtkStack *explore;
  SheafWelcomePage *welcome;
  SheafGalleryPage *gallery;
  SheafBatchPage *downloads;
  SheafBatchPage *folder;
  SheafViewerPage *viewer;
  SheafComparePage *compare;
  GtkWidget *drop_hint;

  GtkWidget *focus; /* (nullable): weak; what is watched, as it has the focus */
  guint rescue_id;

  guint inhibit_cookie;
  gboolean closing;           /* the person has been asked */
  gboolean asking_background; /* the desktop is being asked */
};

/* window-actions.c */
void sheaf_window_install_actions (SheafWindowClass *klass);
void sheaf_window_update_places (SheafWindow *self);

/* window-dnd.c */
void sheaf_window_init_drop (SheafWindow *self);

/* window.c */
/* libadwaita takes a toast's title for markup; file names and errors may have "&" in them. */
AdwToast *sheaf_toast_new (const char *text);
/* Who reads slowly, or looks for the button by keys, needs longer to take something back. */
#define SHEAF_UNDO_SECONDS 20

/* @executor: (nullable): nick of another than the settings' */
void sheaf_window_start_download (SheafWindow *self,
                                  SheafSource *source,
                                  GPtrArray *entries,
                                  const char *executor);
void sheaf_window_show_view (SheafWindow *self, const char *name);
/* @files: (element-type GFile): not none; every one can be read */
void sheaf_window_show_files (SheafWindow *self, GPtrArray *files);

/* The page of the view that is shown, where it is one of these; (nullable). */
SheafGrid *sheaf_window_get_current_grid (SheafWindow *self);

G_END_DECLS
