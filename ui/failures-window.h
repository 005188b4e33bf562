/* failures-window.h: why pictures failed, grouped by reason, and what a person can do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/batch-group.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_FAILURES_WINDOW (sheaf_failures_window_get_type ())
G_DECLARE_FINAL_TYPE (SheafFailuresWindow, sheaf_failures_window, SHEAF, FAILURES_WINDOW, AdwWindow)

GtkWidget *sheaf_failures_window_new (SheafBatchGroup *group);

G_END_DECLS
