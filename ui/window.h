/* window.h: the window: Gallery, Downloads, Folder, Compare, and the viewer over them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/engine.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_WINDOW (sheaf_window_get_type ())
G_DECLARE_FINAL_TYPE (SheafWindow, sheaf_window, SHEAF, WINDOW, AdwApplicationWindow)

SheafWindow *
sheaf_window_new (AdwApplication *application, SheafEngine *engine, SheafClientIds *ids);

/* Opens a gallery, by its address. */
void sheaf_window_open_source (SheafWindow *self, const char *spec);

/* Makes thumbnails of @files: pictures and folders, (element-type GFile).  What cannot be read is
 * said. */
void sheaf_window_open_files (SheafWindow *self, GPtrArray *files);

/* Downloads what stands at @uris at once, without a gallery in between. */
void sheaf_window_download_uris (SheafWindow *self, const char *const *uris);

/* Shows batches that a Sheaf before left unfinished; (element-type SheafBatch). */
void sheaf_window_add_unfinished (SheafWindow *self, GPtrArray *batches);

/* Opens again what the last window showed when it was closed. */
void sheaf_window_restore (SheafWindow *self);

/* Whether work is under way. */
gboolean sheaf_window_get_busy (SheafWindow *self);

/* One line that passes. */
void sheaf_window_say (SheafWindow *self, const char *text);

G_END_DECLS
