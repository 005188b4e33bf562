/* client-id.h: where a person's client ID comes from, and where it is kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the environment, a file, or the Secret Service; kept in the Secret Service only.  An ID is a
 * secret: it never appears in settings, logs, error messages or command lines.  A person may have
 * several, told apart by names of their own. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The name of an ID that was given none. */
#define SHEAF_CLIENT_ID_DEFAULT_NAME "default"

/* What programs look at first. */
#define SHEAF_CLIENT_ID_VARIABLE "IMGUR_CLIENT_ID"

/**
 * sheaf_client_id_clean:
 * @text: what a person typed or pasted
 *
 * Takes off white space around it and a "Client-ID" before it.
 *
 * Returns: (transfer full) (nullable): the ID, or %NULL with @error set (%SHEAF_ERROR_CLIENT_ID)
 *   where that cannot be one
 */
char *sheaf_client_id_clean (const char *text, GError **error);

/* From the environment; (transfer full) (nullable): %NULL, without an error, where none is set. */
char *sheaf_client_id_from_environment (GError **error);

/* From the first line of a file; (transfer full) (nullable): %NULL with @error set. */
char *sheaf_client_id_from_file (const char *path, GError **error);

/**
 * sheaf_client_id_lookup_async:
 * @name: (nullable): which; %NULL for the default one, or else any
 *
 * Asks the Secret Service.  Finish gives the ID (transfer full); %NULL without an error where none
 * is kept; %NULL with @error where it cannot be asked: no such service (%SHEAF_ERROR_FAILED), the
 * keyring is locked (%SHEAF_ERROR_PERMISSION).
 */
void sheaf_client_id_lookup_async (const char *name,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
char *sheaf_client_id_lookup_finish (GAsyncResult *result, GError **error);

/**
 * sheaf_client_id_store_async:
 * @name: (nullable): %NULL for the default one
 *
 * Keeps @client_id; fails as the lookup does, and then it can only be used for this run.
 */
void sheaf_client_id_store_async (const char *name,
                                  const char *client_id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean sheaf_client_id_store_finish (GAsyncResult *result, GError **error);

/**
 * sheaf_client_id_forget_async:
 * @name: (nullable): %NULL for all of them
 *
 * Finish says whether there is none any more.
 */
void sheaf_client_id_forget_async (const char *name,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean sheaf_client_id_forget_finish (GAsyncResult *result, GError **error);

/**
 * sheaf_client_id_list_async:
 *
 * The names of what is kept, sorted; locked ones too.  Finish gives (transfer full) names, empty
 * for none.
 */
void sheaf_client_id_list_async (GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
GStrv sheaf_client_id_list_finish (GAsyncResult *result, GError **error);

G_END_DECLS
