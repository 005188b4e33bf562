/* contact-sheet.h: many pictures on one page, as PNG or PDF
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/engine.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * sheaf_contact_sheet_ask:
 * @widget: asked from its window, which says how it went ("win.say")
 * @items: (element-type SheafItem)
 *
 * Asks for a file and writes the thumbnails of @items with their titles into it: pages of a PDF, or
 * one PNG, by the file's name.
 */
void sheaf_contact_sheet_ask (GtkWidget *widget, SheafEngine *engine, GPtrArray *items);

/**
 * sheaf_contact_sheet_write_async:
 *
 * The same without asking.
 */
void sheaf_contact_sheet_write_async (SheafEngine *engine,
                                      GPtrArray *items,
                                      GFile *file,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean sheaf_contact_sheet_write_finish (GAsyncResult *result, GError **error);

G_END_DECLS
