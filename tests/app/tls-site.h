/* tls-site.h: nginx with TLS and HTTP/2, and a certificate authority of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A server that nobody here wrote.  It answers as "localhost", with files and whatever its
 * configuration adds. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TlsSite TlsSite;

/* What can be wrong with a certificate. */
typedef enum
{
  TLS_SITE_PAST,
  TLS_SITE_FUTURE,
  TLS_SITE_SELF, /* signed by itself */
  TLS_SITE_N_FAULTS
} TlsSiteFault;

/**
 * tls_site_new:
 * @locations: further lines of nginx's configuration
 *
 * Returns: (nullable): the server, listening; %NULL where nginx or openssl is missing
 */
TlsSite *tls_site_new (guint n_workers, const char *locations);
void tls_site_free (TlsSite *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TlsSite, tls_site_free)

guint tls_site_get_port (TlsSite *self);

/* Where it shows such a certificate instead. */
guint tls_site_get_bad_port (TlsSite *self, TlsSiteFault fault);

/* Its master, whose children answer. */
GPid tls_site_get_pid (TlsSite *self);

/* The PEM file with the authority that its certificate is of; (transfer full). */
char *tls_site_dup_authority (TlsSite *self);

/* A file to be served. */
gboolean tls_site_add (TlsSite *self, const char *name, GBytes *content);

G_END_DECLS
