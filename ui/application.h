/* application.h: one Sheaf a session, however often it is started
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/engine.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_APPLICATION (sheaf_application_get_type ())
G_DECLARE_FINAL_TYPE (SheafApplication, sheaf_application, SHEAF, APPLICATION, AdwApplication)

SheafApplication *sheaf_application_new (void);

G_END_DECLS
