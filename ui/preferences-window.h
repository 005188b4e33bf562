/* preferences-window.h: what a person may choose once and for all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/engine.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_PREFERENCES_WINDOW (sheaf_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (SheafPreferencesWindow,
                      sheaf_preferences_window,
                      SHEAF,
                      PREFERENCES_WINDOW,
                      AdwPreferencesWindow)

GtkWidget *sheaf_preferences_window_new (SheafEngine *engine);

G_END_DECLS
