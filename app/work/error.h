/* error.h: one error domain for everything a person may be told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every failure of Sheaf ends as one of these causes, each told apart because the person has a
 * different thing to do about it.  The cause has a one-word name (its "kind") that stands in the
 * JSON output and crosses the wire between processes and machines, so it is never renamed. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  SHEAF_ERROR_FAILED,        /* "failed": a cause without a name of its own */
  SHEAF_ERROR_REFUSED,       /* "refused": nobody listens at that address */
  SHEAF_ERROR_RESET,         /* "reset": the connection was broken off */
  SHEAF_ERROR_DNS,           /* "dns": the host name has no address (or there is no network) */
  SHEAF_ERROR_TLS,           /* "tls": the certificate or handshake was not acceptable */
  SHEAF_ERROR_TIMEOUT,       /* "timeout": no answer, or no connection, in time */
  SHEAF_ERROR_STALLED,       /* "stalled": the body stopped coming, or came too slowly */
  SHEAF_ERROR_SHORT,         /* "short": fewer bytes than announced (or more) */
  SHEAF_ERROR_HTTP,          /* "http": another HTTP status */
  SHEAF_ERROR_NOT_FOUND,     /* "not-found": 404 or 410 */
  SHEAF_ERROR_RATE_LIMITED,  /* "rate-limited": 429, or the quota is used up */
  SHEAF_ERROR_OVER_CAPACITY, /* "over-capacity": the service says it is too busy */
  SHEAF_ERROR_CLIENT_ID,     /* "client-id": missing, or refused by the service */
  SHEAF_ERROR_REGION,        /* "region": not offered where the person is */
  SHEAF_ERROR_REDIRECT,      /* "redirect": too many, or to where Sheaf will not go */
  SHEAF_ERROR_REMOVED,       /* "removed": the picture was taken down */
  SHEAF_ERROR_NOT_A_PICTURE, /* "not-a-picture": the content is something else */
  SHEAF_ERROR_TOO_LARGE,     /* "too-large": over a limit on bytes (with a status) or pixels */
  SHEAF_ERROR_DECODE,        /* "decode": a picture, but damaged or of an unknown kind */
  SHEAF_ERROR_CRASHED,       /* "crashed": the helper died or hung over this item */
  SHEAF_ERROR_DISK_FULL,     /* "disk-full" */
  SHEAF_ERROR_PERMISSION,    /* "permission": may not read or write there */
  SHEAF_ERROR_FILE,          /* "file": another trouble with a file */
  SHEAF_ERROR_NAME,          /* "name": no safe file name can be made */
  SHEAF_ERROR_CANCELLED,     /* "cancelled" */
  SHEAF_ERROR_BROKER,        /* "broker": the job queue cannot be used */
  SHEAF_ERROR_USAGE,         /* "usage": what was asked makes no sense */
  SHEAF_ERROR_PROTOCOL,      /* "protocol": the service answered in an unknown form */
  SHEAF_ERROR_NO_HELPER,     /* "no-helper": a program of Sheaf's own is not there, or not to run */
  SHEAF_N_ERRORS
} SheafError;

/* How a program ends; the numbers are a promise to scripts. */
typedef enum
{
  SHEAF_EXIT_OK = 0,
  SHEAF_EXIT_SOME_FAILED = 1,
  SHEAF_EXIT_USAGE = 2,
  SHEAF_EXIT_FILES = 3,
  SHEAF_EXIT_NETWORK = 4,
  SHEAF_EXIT_RATE_LIMITED = 5,
  SHEAF_EXIT_CLIENT_ID = 6,
  SHEAF_EXIT_REGION = 7,
  SHEAF_EXIT_INTERRUPTED = 130
} SheafExit;

#define SHEAF_ERROR (sheaf_error_quark ())
GQuark sheaf_error_quark (void);

/**
 * sheaf_error_new:
 * @code: a #SheafError
 * @message: a sentence for a person, translated
 * @http_status: the HTTP status it came with, or 0
 * @retry_after: seconds until trying again makes sense, or -1 where nothing is known
 *
 * Makes an error that carries more than a message.  g_set_error (error, SHEAF_ERROR, …) works too,
 * with no status and an unknown delay.
 *
 * Returns: (transfer full): the error
 */
GError *
sheaf_error_new (SheafError code, const char *message, guint http_status, gint64 retry_after);

/**
 * sheaf_error_get_http_status:
 *
 * Returns: the HTTP status @error came with, or 0 (also for errors of other domains)
 */
guint sheaf_error_get_http_status (const GError *error);

/**
 * sheaf_error_get_retry_after:
 *
 * Returns: seconds, or -1 where nothing is known (also for errors of other domains)
 */
gint64 sheaf_error_get_retry_after (const GError *error);

/**
 * sheaf_error_kind:
 *
 * Returns: (transfer none): the one-word name of @error's cause; errors of GIO are mapped to the
 *   nearest cause, anything else is "failed"
 */
const char *sheaf_error_kind (const GError *error);

/**
 * sheaf_error_code_from_kind:
 *
 * Returns: the cause named @kind; %SHEAF_ERROR_FAILED for an unknown word
 */
SheafError sheaf_error_code_from_kind (const char *kind);

/**
 * sheaf_error_code:
 *
 * Returns: the cause of @error, mapping errors of GIO (not found, no space, timed out, …)
 */
SheafError sheaf_error_code (const GError *error);

/**
 * sheaf_error_is_quota_wait:
 *
 * Returns: whether nothing was refused, or even asked, because the quota is known to be used up;
 *   sheaf_error_get_retry_after() says how long
 */
gboolean sheaf_error_is_quota_wait (const GError *error);

/**
 * sheaf_error_is_transient:
 *
 * Returns: whether the same request may well succeed a little later
 */
gboolean sheaf_error_is_transient (const GError *error);

/**
 * sheaf_error_exit_code:
 *
 * Returns: the exit status of a program whose whole work ended with @error
 */
SheafExit sheaf_error_exit_code (const GError *error);

/**
 * sheaf_error_normalize:
 * @error: (inout): an error of any domain
 *
 * Turns an error of GIO into the #SheafError of the same meaning, keeping its message.  Errors that
 * are already ours, and %G_IO_ERROR_CANCELLED, stay as they are.
 */
void sheaf_error_normalize (GError **error);

/**
 * sheaf_fail:
 * @error: (out) (optional): where to put the error
 * @code: the cause when @error has none yet
 * @format: printf-like, translated
 *
 * Sets @error; where it is set already, its message gets the given one as a prefix ("prefix: old").
 *
 * Returns: %FALSE, so that a failure is one line: `return sheaf_fail (error, …);`
 */
gboolean sheaf_fail (GError **error, SheafError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/**
 * sheaf_error_to_variant:
 *
 * Returns: (transfer full): @error as a{sv} with "kind", "message", "http-status", "retry-after",
 *   for the wire and the archive
 */
GVariant *sheaf_error_to_variant (const GError *error);

/**
 * sheaf_error_from_variant:
 * @variant: what sheaf_error_to_variant() made, possibly damaged
 *
 * Returns: (transfer full): an error, whatever @variant holds
 */
GError *sheaf_error_from_variant (GVariant *variant);

G_END_DECLS
