/* quota-button.h: what is left of the client ID's quota, and when it is renewed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hidden until an answer told it. */
#pragma once

#include "app/engine.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_QUOTA_BUTTON (sheaf_quota_button_get_type ())
G_DECLARE_FINAL_TYPE (SheafQuotaButton, sheaf_quota_button, SHEAF, QUOTA_BUTTON, GtkWidget)

void sheaf_quota_button_set_engine (SheafQuotaButton *self, SheafEngine *engine);

/* Where room is scarce: an icon alone, with the numbers in its popover. */
/* Whose quota it shows: that of the gallery at @spec; none where that has none. */
void sheaf_quota_button_set_spec (SheafQuotaButton *self, const char *spec);
void sheaf_quota_button_set_narrow (SheafQuotaButton *self, gboolean narrow);

G_END_DECLS
