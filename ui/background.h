/* background.h: leave to go on without a window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * sheaf_ask_background_async:
 * @reason: what for, in words for the person
 *
 * Whether the desktop lets the program work on while no window of its is seen.  Only a sandboxed
 * program need ask: another, and one on a desktop without that portal, simply may.
 */
void sheaf_ask_background_async (const char *reason,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/* Returns: whether it may; without an error where it was refused */
gboolean sheaf_ask_background_finish (GAsyncResult *result, GError **error);

G_END_DECLS
