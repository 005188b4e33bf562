/* welcome-page.h: where a person begins: galleries, the client ID, an address, a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/engine.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_WELCOME_PAGE (sheaf_welcome_page_get_type ())
G_DECLARE_FINAL_TYPE (SheafWelcomePage, sheaf_welcome_page, SHEAF, WELCOME_PAGE, GtkWidget)

/* Signals:
 *   client-id (const char *id): checked and accepted, to be used and kept
 *   forget-client-id () */

void sheaf_welcome_page_set_engine (SheafWelcomePage *self, SheafEngine *engine);

/* Opens the entry of the client ID and puts the keyboard there. */
void sheaf_welcome_page_ask_client_id (SheafWelcomePage *self);

/* Something about the ID that is neither checking nor refusal (kept for this run only, …). */
void sheaf_welcome_page_say_of_client_id (SheafWelcomePage *self, const char *text);

/* The engine was given an ID, or lost it. */
void sheaf_welcome_page_update_client_id (SheafWelcomePage *self);

/* Rows for what was opened before; each (element-type SheafPlace), newest first. */
typedef struct
{
  char *spec;
  char *title;
} SheafPlace;

void
sheaf_welcome_page_set_places (SheafWelcomePage *self, GPtrArray *bookmarks, GPtrArray *history);

G_END_DECLS
