/* portal.h: one question to the desktop's portals, and its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

/**
 * sheaf_portal_ask_async:
 * @interface: of the portal, like "org.freedesktop.portal.Wallpaper"
 * @arguments: a tuple of what comes before the options; sunk
 * @options: the options, without the handle's token; emptied
 * @fds: (nullable): what handles among @arguments refer to
 *
 * Calls a method that answers by a Request, and waits for what that says.
 */
void sheaf_portal_ask_async (const char *interface,
                             const char *method,
                             GVariant *arguments,
                             GVariantDict *options,
                             GUnixFDList *fds,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/**
 * sheaf_portal_ask_finish:
 *
 * Fails with %G_IO_ERROR_CANCELLED where the person did not want it, %G_IO_ERROR_NOT_SUPPORTED
 * where there is no such portal, and another code of %G_IO_ERROR where the portal did not do it.
 * These errors are for the program: they have no words for a person.
 *
 * Returns: (transfer full) (nullable): the results, of type a{sv}
 */
GVariant *sheaf_portal_ask_finish (GAsyncResult *result, GError **error);

G_END_DECLS
