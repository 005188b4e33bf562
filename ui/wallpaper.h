/* wallpaper.h: a picture as the desktop's background, by the portal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * sheaf_set_wallpaper_async:
 * @file: a picture on this machine
 *
 * Asks the desktop's portal, which asks the person, with a preview.
 */
void sheaf_set_wallpaper_async (GFile *file,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean sheaf_set_wallpaper_finish (GAsyncResult *result, GError **error);

G_END_DECLS
