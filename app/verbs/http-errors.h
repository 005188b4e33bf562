/* http-errors.h: what went wrong on the network, told apart
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pure functions from what libsoup, GIO or a server said to the one cause a person is told. */
#pragma once

#include "app/work/error.h"

G_BEGIN_DECLS

/**
 * sheaf_http_error_from_gio:
 * @error: what libsoup or GIO reported
 * @host: whom Sheaf talked to
 * @in_body: whether the answer had begun
 * @tls_flags: what is wrong with the certificate
 *
 * Returns: (transfer full): a #SheafError, or %G_IO_ERROR_CANCELLED
 */
GError *sheaf_http_error_from_gio (const GError *error,
                                   const char *host,
                                   gboolean in_body,
                                   GTlsCertificateFlags tls_flags);

/**
 * sheaf_http_error_from_status:
 * @status: an HTTP status that is not a success
 * @retry_after: (nullable): the header
 * @body: (nullable): the beginning of the answer
 * @authorized: whether credentials were sent
 *
 * Returns: (transfer full): a #SheafError with status and delay
 */
GError *sheaf_http_error_from_status (guint status,
                                      const char *host,
                                      const char *retry_after,
                                      const char *body,
                                      gsize length,
                                      gboolean authorized);

/**
 * sheaf_http_error_about:
 * @format: a translated sentence with one "%s" for @host
 *
 * Returns: (transfer full): the #SheafError
 */
GError *sheaf_http_error_about (SheafError code, const char *format, const char *host);

/**
 * sheaf_http_parse_retry_after:
 * @value: (nullable): seconds or an HTTP date
 * @now: seconds since 1970
 *
 * Returns: seconds from @now, never negative; -1 where @value says nothing
 */
gint64 sheaf_http_parse_retry_after (const char *value, gint64 now);

G_END_DECLS
