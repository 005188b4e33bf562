/* sign-in.h: the client IDs a person has, and the entry for a further one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/client-ids.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_SIGN_IN (sheaf_sign_in_get_type ())
G_DECLARE_FINAL_TYPE (SheafSignIn, sheaf_sign_in, SHEAF, SIGN_IN, GtkWidget)

/* @engine checks what is entered, @ids keeps it. */
void sheaf_sign_in_set_up (SheafSignIn *self, SheafEngine *engine, SheafClientIds *ids);

/* Opens the entry and puts the keyboard there. */
void sheaf_sign_in_ask (SheafSignIn *self);

G_END_DECLS
