/* error.c: the error domain, its names, and what a program says with its exit status
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One table row a cause: the name, whether trying again helps, and the exit status. */
#include "config.h"

#include "app/work/error.h"

typedef struct
{
  guint http_status;
  gint64 retry_after; /* seconds, or -1 */
} SheafErrorPrivate;

static void
sheaf_error_private_init (SheafErrorPrivate *priv)
{
  priv->retry_after = -1;
}

static void
sheaf_error_private_copy (const SheafErrorPrivate *from, SheafErrorPrivate *to)
{
  *to = *from;
}

static void
sheaf_error_private_clear (SheafErrorPrivate *priv)
{
}

G_DEFINE_EXTENDED_ERROR (SheafError, sheaf_error)

static const struct
{
  const char *kind;
  gboolean transient;
  SheafExit exit_code;
} causes[] = {
  [SHEAF_ERROR_FAILED] = { "failed", FALSE, SHEAF_EXIT_SOME_FAILED },
  [SHEAF_ERROR_REFUSED] = { "refused", TRUE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_RESET] = { "reset", TRUE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_DNS] = { "dns", TRUE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_TLS] = { "tls", FALSE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_TIMEOUT] = { "timeout", TRUE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_STALLED] = { "stalled", TRUE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_SHORT] = { "short", TRUE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_HTTP] = { "http", FALSE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_NOT_FOUND] = { "not-found", FALSE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_RATE_LIMITED] = { "rate-limited", TRUE, SHEAF_EXIT_RATE_LIMITED },
  [SHEAF_ERROR_OVER_CAPACITY] = { "over-capacity", TRUE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_CLIENT_ID] = { "client-id", FALSE, SHEAF_EXIT_CLIENT_ID },
  [SHEAF_ERROR_REGION] = { "region", FALSE, SHEAF_EXIT_REGION },
  [SHEAF_ERROR_REDIRECT] = { "redirect", FALSE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_REMOVED] = { "removed", FALSE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_NOT_A_PICTURE] = { "not-a-picture", FALSE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_TOO_LARGE] = { "too-large", FALSE, SHEAF_EXIT_SOME_FAILED },
  [SHEAF_ERROR_DECODE] = { "decode", FALSE, SHEAF_EXIT_SOME_FAILED },
  [SHEAF_ERROR_CRASHED] = { "crashed", FALSE, SHEAF_EXIT_SOME_FAILED },
  [SHEAF_ERROR_DISK_FULL] = { "disk-full", FALSE, SHEAF_EXIT_FILES },
  [SHEAF_ERROR_PERMISSION] = { "permission", FALSE, SHEAF_EXIT_FILES },
  [SHEAF_ERROR_FILE] = { "file", FALSE, SHEAF_EXIT_FILES },
  [SHEAF_ERROR_NAME] = { "name", FALSE, SHEAF_EXIT_FILES },
  [SHEAF_ERROR_CANCELLED] = { "cancelled", FALSE, SHEAF_EXIT_INTERRUPTED },
  [SHEAF_ERROR_BROKER] = { "broker", FALSE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_USAGE] = { "usage", FALSE, SHEAF_EXIT_USAGE },
  [SHEAF_ERROR_PROTOCOL] = { "protocol", FALSE, SHEAF_EXIT_NETWORK },
  [SHEAF_ERROR_NO_HELPER] = { "no-helper", FALSE, SHEAF_EXIT_SOME_FAILED },
};

G_STATIC_ASSERT (G_N_ELEMENTS (causes) == SHEAF_N_ERRORS);

GError *
sheaf_error_new (SheafError code, const char *message, guint http_status, gint64 retry_after)
{
  GError *error;
  SheafErrorPrivate *priv;

  g_return_val_if_fail (message != NULL, NULL);

  error = g_error_new_literal (SHEAF_ERROR, code, message);
  priv = sheaf_error_get_private (error);
  priv->http_status = http_status;
  priv->retry_after = retry_after;
  return error;
}

guint
sheaf_error_get_http_status (const GError *error)
{
  return error != NULL && error->domain == SHEAF_ERROR
             ? sheaf_error_get_private (error)->http_status
             : 0;
}

gint64
sheaf_error_get_retry_after (const GError *error)
{
  return error != NULL && error->domain == SHEAF_ERROR
             ? sheaf_error_get_private (error)->retry_after
             : -1;
}

static SheafError
code_from_io_error (int code)
{
  switch (code)
    {
    case G_IO_ERROR_CONNECTION_REFUSED:
      return SHEAF_ERROR_REFUSED;
    case G_IO_ERROR_CONNECTION_CLOSED: /* the same number as BROKEN_PIPE */
    case G_IO_ERROR_PARTIAL_INPUT:
      return SHEAF_ERROR_RESET;
    case G_IO_ERROR_HOST_NOT_FOUND:
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
      return SHEAF_ERROR_DNS;
    case G_IO_ERROR_TIMED_OUT:
      return SHEAF_ERROR_TIMEOUT;
    case G_IO_ERROR_NO_SPACE:
      return SHEAF_ERROR_DISK_FULL;
    case G_IO_ERROR_PERMISSION_DENIED:
    case G_IO_ERROR_READ_ONLY:
      return SHEAF_ERROR_PERMISSION;
    case G_IO_ERROR_INVALID_FILENAME:
    case G_IO_ERROR_FILENAME_TOO_LONG:
      return SHEAF_ERROR_NAME;
    case G_IO_ERROR_NOT_FOUND:
    case G_IO_ERROR_EXISTS:
    case G_IO_ERROR_IS_DIRECTORY:
    case G_IO_ERROR_NOT_DIRECTORY:
    case G_IO_ERROR_NOT_REGULAR_FILE:
    case G_IO_ERROR_TOO_MANY_OPEN_FILES:
      return SHEAF_ERROR_FILE;
    case G_IO_ERROR_CANCELLED:
      return SHEAF_ERROR_CANCELLED;
    default:
      return SHEAF_ERROR_FAILED;
    }
}

SheafError
sheaf_error_code (const GError *error)
{
  if (error == NULL)
    return SHEAF_ERROR_FAILED;
  if (error->domain == SHEAF_ERROR)
    return (guint) error->code < SHEAF_N_ERRORS ? (SheafError) error->code : SHEAF_ERROR_FAILED;
  if (error->domain == G_IO_ERROR)
    return code_from_io_error (error->code);
  if (error->domain == G_RESOLVER_ERROR)
    return SHEAF_ERROR_DNS;
  if (error->domain == G_TLS_ERROR)
    return SHEAF_ERROR_TLS;
  if (error->domain == G_FILE_ERROR)
    return code_from_io_error (error->code == G_FILE_ERROR_NOSPC ? G_IO_ERROR_NO_SPACE
                               : error->code == G_FILE_ERROR_ACCES
                                       || error->code == G_FILE_ERROR_PERM
                                       || error->code == G_FILE_ERROR_ROFS
                                   ? G_IO_ERROR_PERMISSION_DENIED
                                   : G_IO_ERROR_NOT_FOUND);
  return SHEAF_ERROR_FAILED;
}

const char *
sheaf_error_kind (const GError *error)
{
  return causes[sheaf_error_code (error)].kind;
}

SheafError
sheaf_error_code_from_kind (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (causes); i++)
    if (g_strcmp0 (causes[i].kind, kind) == 0)
      return i;
  return SHEAF_ERROR_FAILED;
}

gboolean
sheaf_error_is_quota_wait (const GError *error)
{
  return g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_RATE_LIMITED)
         && sheaf_error_get_http_status (error) == 0 && sheaf_error_get_retry_after (error) > 0;
}

gboolean
sheaf_error_is_transient (const GError *error)
{
  guint status = sheaf_error_get_http_status (error);

  /* 408 and every 5xx but "not implemented" and "version not supported" may pass. */
  if (sheaf_error_code (error) == SHEAF_ERROR_HTTP)
    return status == 408 || (status >= 500 && status != 501 && status != 505);
  return causes[sheaf_error_code (error)].transient;
}

SheafExit
sheaf_error_exit_code (const GError *error)
{
  /* What a server sent too much of; a picture of too many pixels came whole. */
  if (sheaf_error_code (error) == SHEAF_ERROR_TOO_LARGE && sheaf_error_get_http_status (error) != 0)
    return SHEAF_EXIT_NETWORK;
  return causes[sheaf_error_code (error)].exit_code;
}

void
sheaf_error_normalize (GError **error)
{
  if (error == NULL || *error == NULL || (*error)->domain == SHEAF_ERROR
      || g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_autoptr (GError) old = g_steal_pointer (error);

  *error = sheaf_error_new (sheaf_error_code (old), old->message, 0, -1);
}

gboolean
sheaf_fail (GError **error, SheafError code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  if (error == NULL)
    return FALSE;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  if (*error != NULL)
    {
      sheaf_error_normalize (error);
      g_prefix_error (error, "%s: ", message);
    }
  else
    g_set_error_literal (error, SHEAF_ERROR, code, message);
  return FALSE;
}

GVariant *
sheaf_error_to_variant (const GError *error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *message = NULL;

  g_return_val_if_fail (error != NULL, NULL);

  message = g_utf8_make_valid (error->message, -1);
  g_variant_dict_insert (&dict, "kind", "s", sheaf_error_kind (error));
  g_variant_dict_insert (&dict, "message", "s", message);
  g_variant_dict_insert (&dict, "http-status", "u", sheaf_error_get_http_status (error));
  g_variant_dict_insert (&dict, "retry-after", "x", sheaf_error_get_retry_after (error));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

GError *
sheaf_error_from_variant (GVariant *variant)
{
  const char *kind = NULL, *message = NULL;
  guint32 status = 0;
  gint64 retry_after = -1;

  if (variant != NULL && g_variant_is_of_type (variant, G_VARIANT_TYPE_VARDICT))
    {
      g_variant_lookup (variant, "kind", "&s", &kind);
      g_variant_lookup (variant, "message", "&s", &message);
      g_variant_lookup (variant, "http-status", "u", &status);
      g_variant_lookup (variant, "retry-after", "x", &retry_after);
    }
  if (g_strcmp0 (kind, "cancelled") == 0)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, message ? message : "cancelled");
  return sheaf_error_new (sheaf_error_code_from_kind (kind),
                          message != NULL ? message : "an unreadable error", status, retry_after);
}
