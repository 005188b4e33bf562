/* certificate.h: a certificate that a machine makes for itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whoever is given the certificate's file trusts this one server and no authority. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sheaf_certificate_make:
 * @names: host names and addresses the server is reached by
 * @certificate_file: where the certificate goes, as PEM
 * @key_file: where the private key goes, for the owner only
 */
gboolean sheaf_certificate_make (const char *const *names,
                                 const char *certificate_file,
                                 const char *key_file,
                                 GError **error);

/* Whether the certificate in @certificate_file is there, is good for another month, and names all
 * of @names. */
gboolean sheaf_certificate_fits (const char *const *names, const char *certificate_file);

G_END_DECLS
