/* compare-page.h: the same work under each way of working, as a chart
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/engine.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_COMPARE_PAGE (sheaf_compare_page_get_type ())
G_DECLARE_FINAL_TYPE (SheafComparePage, sheaf_compare_page, SHEAF, COMPARE_PAGE, GtkWidget)

void sheaf_compare_page_set_engine (SheafComparePage *self, SheafEngine *engine);

G_END_DECLS
