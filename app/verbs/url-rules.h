/* url-rules.h: which addresses Sheaf will go to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Addresses come from strangers: from galleries, lists and redirects.  Only http and https are ever
 * asked for, a redirect never weakens the connection, and what a gallery hands out never reaches
 * the person's own machine or network. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * sheaf_url_parse:
 * @url: anything
 *
 * Returns: (transfer full) (nullable): the address, normalised and without user name and password,
 *   or %NULL with @error set (%SHEAF_ERROR_USAGE)
 */
GUri *sheaf_url_parse (const char *url, GError **error);

/**
 * sheaf_url_follow:
 * @from: where the redirect came from
 * @location: what its Location header says, possibly relative
 *
 * Returns: (transfer full) (nullable): where it leads, or %NULL with @error set:
 *   %SHEAF_ERROR_REMOVED for Imgur's sign that a picture is gone, %SHEAF_ERROR_REDIRECT where Sheaf
 *   will not go
 */
GUri *sheaf_url_follow (GUri *from, const char *location, GError **error);

/* Whether both are the same scheme, host and port: what credentials may follow. */
gboolean sheaf_url_same_origin (GUri *a, GUri *b);

/**
 * sheaf_url_address_is_private:
 *
 * Returns: whether @address is of this machine, of a private network, or no address of a single
 *   public host at all; also where it is an IPv4 address wrapped in an IPv6 one
 */
gboolean sheaf_url_address_is_private (GInetAddress *address);

/* Whether @uri names its host by number, and that is private. */
gboolean sheaf_url_is_private_literal (GUri *uri);

G_END_DECLS
