/* welcome-page.h: where a person begins: galleries, the client ID, an address, a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/client-ids.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_WELCOME_PAGE (sheaf_welcome_page_get_type ())
G_DECLARE_FINAL_TYPE (SheafWelcomePage, sheaf_welcome_page, SHEAF, WELCOME_PAGE, GtkWidget)

/* What the part about client IDs works with; once. */
void sheaf_welcome_page_set_up (SheafWelcomePage *self, SheafEngine *engine, SheafClientIds *ids);

/* Opens the entry of the client ID and puts the keyboard there. */
void sheaf_welcome_page_ask_client_id (SheafWelcomePage *self);

/* Rows for what was opened before; each (element-type SheafPlace), newest first. */
typedef struct
{
  char *spec;
  char *title;
} SheafPlace;

void
sheaf_welcome_page_set_places (SheafWelcomePage *self, GPtrArray *bookmarks, GPtrArray *history);

G_END_DECLS
