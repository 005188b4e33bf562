/* details.h: the facts of one picture, as rows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/engine.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_DETAILS (sheaf_details_get_type ())
G_DECLARE_FINAL_TYPE (SheafDetails, sheaf_details, SHEAF, DETAILS, GtkWidget)

/* Which reads what cameras write into files; without one, that is not shown. */
void sheaf_details_set_engine (SheafDetails *self, SheafEngine *engine);

/* @item: (nullable) */
void sheaf_details_set_item (SheafDetails *self, SheafItem *item);

/* What decoding has told; the source may not have known. */
void sheaf_details_set_dimensions (SheafDetails *self, guint width, guint height);

G_END_DECLS
