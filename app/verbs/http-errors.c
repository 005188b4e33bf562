/* http-errors.c: what went wrong on the network, told apart
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order of the tests matters: a 403 may mean a refused ID, an overloaded service or a region,
 * and only its body tells. */
#include "config.h"

#include "app/verbs/http-errors.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

static const char *
describe_certificate (GTlsCertificateFlags flags)
{
  if (flags & G_TLS_CERTIFICATE_EXPIRED)
    return _ ("The certificate of “%s” has expired.");
  if (flags & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return _ ("The certificate of “%s” is not valid yet; is this computer's clock right?");
  if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return _ ("The certificate shown by “%s” belongs to another host.");
  if (flags & G_TLS_CERTIFICATE_REVOKED)
    return _ ("The certificate of “%s” was revoked.");
  if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return _ ("The certificate of “%s” is not signed by an authority this computer trusts.");
  return _ ("The certificate of “%s” cannot be accepted.");
}

GError *
sheaf_http_error_about (SheafError code, const char *format, const char *host)
{
  g_autofree char *message = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  message = g_strdup_printf (format, host);
#pragma GCC diagnostic pop
  return sheaf_error_new (code, message, 0, -1);
}

static GError *
from_io_error (const GError *error, const char *host, gboolean in_body)
{
  switch (error->code)
    {
    case G_IO_ERROR_CONNECTION_REFUSED:
      return sheaf_http_error_about (
          SHEAF_ERROR_REFUSED, _ ("Nobody answers at “%s”: the connection was refused."), host);
    case G_IO_ERROR_HOST_NOT_FOUND:
      return sheaf_http_error_about (SHEAF_ERROR_DNS, _ ("There is no host called “%s”."), host);
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
      return sheaf_http_error_about (
          SHEAF_ERROR_DNS, _ ("No way to “%s” was found; is this computer online?"), host);
    case G_IO_ERROR_TIMED_OUT:
      return sheaf_http_error_about (SHEAF_ERROR_TIMEOUT, _ ("“%s” did not answer in time."), host);
    case G_IO_ERROR_PARTIAL_INPUT:
      if (in_body)
        return sheaf_http_error_about (SHEAF_ERROR_SHORT,
                                       _ ("“%s” ended the file before it was whole."), host);
      return sheaf_http_error_about (SHEAF_ERROR_RESET,
                                     _ ("“%s” closed the connection without an answer."), host);
    case G_IO_ERROR_INVALID_DATA:
      return sheaf_http_error_about (SHEAF_ERROR_PROTOCOL,
                                     _ ("“%s” sent data that cannot be unpacked."), host);
    case G_IO_ERROR_CONNECTION_CLOSED:
    case G_IO_ERROR_CLOSED:
    /* libsoup's HTTP/2 streams that the server ended with an error code arrive like this. */
    case G_IO_ERROR_FAILED:
    default:
      return sheaf_http_error_about (SHEAF_ERROR_RESET, _ ("“%s” broke off the connection."), host);
    }
}

GError *
sheaf_http_error_from_gio (const GError *error,
                           const char *host,
                           gboolean in_body,
                           GTlsCertificateFlags tls_flags)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain == SHEAF_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (error);
  if (error->domain == G_RESOLVER_ERROR)
    return g_error_matches (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE)
               ? sheaf_http_error_about (
                   SHEAF_ERROR_DNS,
                   _ ("The name “%s” could not be looked up; is this computer online?"), host)
               : sheaf_http_error_about (SHEAF_ERROR_DNS, _ ("There is no host called “%s”."),
                                         host);
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF))
    return sheaf_http_error_about (SHEAF_ERROR_RESET, _ ("“%s” broke off the connection."), host);
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return sheaf_http_error_about (SHEAF_ERROR_TLS, describe_certificate (tls_flags), host);
  /* GIO's word for a handshake that was cut off, too; a server that has just been killed does so.
   */
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    return sheaf_http_error_about (
        SHEAF_ERROR_RESET, _ ("The secure connection to “%s” broke off at its beginning."), host);
  if (error->domain == G_TLS_ERROR)
    return sheaf_http_error_about (SHEAF_ERROR_TLS,
                                   _ ("No secure connection to “%s” could be made."), host);
  if (error->domain == SOUP_SESSION_ERROR)
    return sheaf_http_error_about (SHEAF_ERROR_PROTOCOL,
                                   _ ("“%s” does not speak HTTP as it should."), host);
  if (error->domain == G_IO_ERROR)
    return from_io_error (error, host, in_body);
  return sheaf_http_error_about (SHEAF_ERROR_RESET, _ ("“%s” broke off the connection."), host);
}

static gboolean
body_says (const char *body, gsize length, const char *words)
{
  g_autofree char *lower = NULL;

  if (body == NULL)
    return FALSE;
  lower = g_ascii_strdown (body, length);
  return memmem (lower, length, words, strlen (words)) != NULL;
}

gint64
sheaf_http_parse_retry_after (const char *value, gint64 now)
{
  g_autoptr (GDateTime) date = NULL;
  guint64 seconds;

  if (value == NULL)
    return -1;
  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT32, &seconds, NULL))
    return seconds;
  date = soup_date_time_new_from_http_string (value);
  if (date == NULL)
    return -1;
  return CLAMP (g_date_time_to_unix (date) - now, 0, G_MAXINT32);
}

static char *
describe_status (guint status, const char *host)
{
  switch (status)
    {
    case 401:
    case 403:
      /* Translators: the first is a host name, the second an HTTP status such as 403 */
      return g_strdup_printf (_ ("“%s” does not allow this file to be fetched (%u)."), host,
                              status);
    case 404:
    case 410:
      return g_strdup_printf (_ ("“%s” does not have this file (%u)."), host, status);
    default:
      if (status >= 500)
        return g_strdup_printf (_ ("“%s” has a fault of its own (%u)."), host, status);
      return g_strdup_printf (_ ("“%s” refused the request (%u)."), host, status);
    }
}

GError *
sheaf_http_error_from_status (guint status,
                              const char *host,
                              const char *retry_after,
                              const char *body,
                              gsize length,
                              gboolean authorized)
{
  gint64 delay = sheaf_http_parse_retry_after (retry_after, g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char *message = NULL;
  SheafError code = SHEAF_ERROR_HTTP;

  if (status == 451 || body_says (body, length, "not viewable in your region")
      || body_says (body, length, "not available in your region")
      || body_says (body, length, "banned country"))
    {
      code = SHEAF_ERROR_REGION;
      message = g_strdup_printf (_ ("“%s” does not offer this where you are."), host);
    }
  else if (status == 503 || body_says (body, length, "over capacity")
           || ((status == 403 || status == 429) && body_says (body, length, "capacity")))
    {
      code = SHEAF_ERROR_OVER_CAPACITY;
      message = g_strdup_printf (_ ("“%s” is too busy at the moment."), host);
    }
  else if (status == 429)
    {
      code = SHEAF_ERROR_RATE_LIMITED;
      message = g_strdup_printf (_ ("“%s” asks to be asked less often."), host);
    }
  else if (authorized && (status == 401 || status == 403))
    {
      code = SHEAF_ERROR_CLIENT_ID;
      message = g_strdup_printf (_ ("“%s” refused the client ID."), host);
    }
  else
    {
      if (status == 404 || status == 410)
        code = SHEAF_ERROR_NOT_FOUND;
      message = describe_status (status, host);
    }
  return sheaf_error_new (code, message, status, delay);
}
