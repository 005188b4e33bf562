/* places.h: galleries a person bookmarked, and those opened last
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/welcome-page.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The schema of what windows remember, or %NULL where it is not installed. */
GSettings *sheaf_window_state_new (void);

/* (transfer full) (element-type SheafPlace), newest first; @key is "bookmarks" or "history". */
GPtrArray *sheaf_places_dup (GSettings *state, const char *key);

/* Puts @spec first; what is there more than @max times is forgotten. */
void sheaf_places_add (
    GSettings *state, const char *key, const char *spec, const char *title, guint max);

/* Returns: whether it was there */
gboolean sheaf_places_remove (GSettings *state, const char *key, const char *spec);

G_END_DECLS
