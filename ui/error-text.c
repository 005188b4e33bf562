/* error-text.c: a table from cause to words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/error-text.h"

#include <glib/gi18n.h>

typedef struct
{
  SheafError code;
  const char *icon;
  const char *title;
  const char *advice;
} Row;

static const Row rows[] = {
  { SHEAF_ERROR_FAILED, "dialog-error-symbolic", N_ ("Something Went Wrong"), NULL },
  { SHEAF_ERROR_REFUSED, "network-offline-symbolic", N_ ("No Answer"),
    N_ ("The service does not answer at this address. Try again later.") },
  { SHEAF_ERROR_RESET, "network-offline-symbolic", N_ ("The Connection Was Broken Off"),
    N_ ("Try again; what arrived already is kept.") },
  { SHEAF_ERROR_DNS, "network-offline-symbolic", N_ ("No Connection"),
    N_ ("Check that this computer is connected to the internet, then try again.") },
  { SHEAF_ERROR_TLS, "channel-insecure-symbolic", N_ ("The Connection Is Not Safe"),
    N_ ("The server could not prove who it is. Check the clock of this computer; a network "
        "that asks for a login may also be the reason.") },
  { SHEAF_ERROR_TIMEOUT, "network-offline-symbolic", N_ ("No Answer in Time"),
    N_ ("Try again, or allow more time in Preferences.") },
  { SHEAF_ERROR_STALLED, "network-offline-symbolic", N_ ("The Transfer Stopped"),
    N_ ("Try again; what arrived already is kept.") },
  { SHEAF_ERROR_SHORT, "network-offline-symbolic", N_ ("Incomplete Transfer"),
    N_ ("Try again; an incomplete file is never kept as a picture.") },
  { SHEAF_ERROR_HTTP, "network-error-symbolic", N_ ("The Server Answered With an Error"),
    N_ ("Try again later.") },
  { SHEAF_ERROR_NOT_FOUND, "edit-find-symbolic", N_ ("Not Found"),
    N_ ("It may have been taken down, or the address has a mistake.") },
  { SHEAF_ERROR_RATE_LIMITED, "hourglass-symbolic", N_ ("Too Many Requests"),
    N_ ("The service wants to be asked less often, or a quota is used up. Wait a while; limits on "
        "requests are in Preferences.") },
  { SHEAF_ERROR_OVER_CAPACITY, "network-error-symbolic", N_ ("The Service Is Over Capacity"),
    N_ ("Too many people use it just now. Try again later.") },
  { SHEAF_ERROR_CLIENT_ID, "dialog-password-symbolic", N_ ("A Client ID Is Needed"),
    N_ ("Enter a client ID that works, or choose a gallery that needs none.") },
  { SHEAF_ERROR_REGION, "mark-location-symbolic", N_ ("Not Offered Where You Are"),
    N_ ("Choose another gallery.") },
  { SHEAF_ERROR_REDIRECT, "network-error-symbolic", N_ ("Led Astray"),
    N_ ("The address leads to somewhere Sheaf does not follow, for safety.") },
  { SHEAF_ERROR_REMOVED, "edit-delete-symbolic", N_ ("Taken Down"),
    N_ ("Its author or the service removed this picture; nothing can be done.") },
  { SHEAF_ERROR_NOT_A_PICTURE, "image-missing-symbolic", N_ ("Not a Picture"),
    N_ ("The address or file holds something else.") },
  { SHEAF_ERROR_TOO_LARGE, "dialog-warning-symbolic", N_ ("Too Large"),
    N_ ("The picture is beyond the limits that keep this computer responsive.") },
  { SHEAF_ERROR_DECODE, "image-missing-symbolic", N_ ("Damaged or Unknown Picture"),
    N_ ("Another program may be able to open it.") },
  { SHEAF_ERROR_CRASHED, "dialog-warning-symbolic", N_ ("The Decoder Failed"),
    N_ ("This picture ended the helper that read it. Sheaf itself is not harmed.") },
  { SHEAF_ERROR_DISK_FULL, "drive-harddisk-symbolic", N_ ("The Disk Is Full"),
    N_ ("Free some space, then resume.") },
  { SHEAF_ERROR_PERMISSION, "changes-prevent-symbolic", N_ ("No Permission"),
    N_ ("Sheaf may not read or write there. Choose the folder to allow it, or another one.") },
  { SHEAF_ERROR_FILE, "folder-symbolic", N_ ("Trouble With a File"),
    N_ ("Look whether the file or folder is still there, then try again.") },
  { SHEAF_ERROR_NAME, "dialog-warning-symbolic", N_ ("No Safe File Name"),
    N_ ("The name the server gives cannot be used for a file.") },
  { SHEAF_ERROR_CANCELLED, "process-stop-symbolic", N_ ("Cancelled"), NULL },
  { SHEAF_ERROR_BROKER, "network-server-symbolic", N_ ("The Job Queue Cannot Be Used"),
    N_ ("Check the address of the queue in Preferences, or choose another way of working.") },
  { SHEAF_ERROR_USAGE, "dialog-question-symbolic", N_ ("Not Understood"),
    N_ ("Check the address for mistakes.") },
  { SHEAF_ERROR_PROTOCOL, "network-error-symbolic", N_ ("An Unknown Answer"),
    N_ ("The service answered in a form Sheaf does not know. Try again later.") },
  { SHEAF_ERROR_NO_HELPER, "dialog-error-symbolic", N_ ("A Part of Sheaf Is Missing"),
    N_ ("A program that belongs to Sheaf is not where it should be. Install Sheaf again.") },
};

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == SHEAF_N_ERRORS);

static const Row *
row_for (const GError *error)
{
  SheafError code = sheaf_error_code (error);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].code == code)
      return &rows[i];
  return &rows[0];
}

const char *
sheaf_error_text_title (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  return _ (row_for (error)->title);
}

const char *
sheaf_error_text_advice (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  return row_for (error)->advice != NULL ? _ (row_for (error)->advice) : NULL;
}

const char *
sheaf_error_text_icon (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  return row_for (error)->icon;
}

char *
sheaf_error_text_dup_body (const GError *error)
{
  GString *body;
  gint64 wait;

  g_return_val_if_fail (error != NULL, NULL);

  body = g_string_new (error->message);
  wait = sheaf_error_get_retry_after (error);
  if (wait > 0)
    {
      g_autofree char *when = sheaf_format_time (g_get_real_time () / G_USEC_PER_SEC + wait);
      g_autofree char *span = sheaf_format_duration (wait);

      g_string_append_c (body, '\n');
      /* Translators: first %s is a span like “5 minutes”, second a time like “today at 14:05” */
      g_string_append_printf (body, _ ("It can be tried again in %s, %s."), span, when);
    }
  else if (sheaf_error_text_advice (error) != NULL)
    {
      g_string_append_c (body, '\n');
      g_string_append (body, sheaf_error_text_advice (error));
    }
  return g_string_free (body, FALSE);
}

char *
sheaf_format_duration (gint64 seconds)
{
  g_autofree char *hours = NULL;
  g_autofree char *minutes = NULL;

  if (seconds < 60)
    return g_strdup_printf (
        g_dngettext (NULL, "%d second", "%d seconds", (gulong) MAX (seconds, 0)),
        (int) MAX (seconds, 0));

  seconds += 30; /* to the nearest minute */
  if (seconds < 3600)
    return g_strdup_printf (g_dngettext (NULL, "%d minute", "%d minutes", (gulong) (seconds / 60)),
                            (int) (seconds / 60));

  hours = g_strdup_printf (g_dngettext (NULL, "%d hour", "%d hours", (gulong) (seconds / 3600)),
                           (int) (seconds / 3600));
  if (seconds % 3600 / 60 == 0)
    return g_steal_pointer (&hours);
  minutes = g_strdup_printf (
      g_dngettext (NULL, "%d minute", "%d minutes", (gulong) (seconds % 3600 / 60)),
      (int) (seconds % 3600 / 60));
  /* Translators: a span: hours, then minutes: “2 hours 5 minutes” */
  return g_strdup_printf (C_ ("duration", "%s %s"), hours, minutes);
}

char *
sheaf_format_countdown (gint64 seconds)
{
  int minutes = (int) (seconds / 60 % 60);
  int left = (int) (seconds % 60);

  if (seconds >= 3600)
    return g_strdup_printf ("%d:%02d:%02d", (int) (seconds / 3600), minutes, left);
  return g_strdup_printf ("%d:%02d", minutes, left);
}

char *
sheaf_format_quota_wait (gint64 seconds)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) reset = g_date_time_add_seconds (now, (double) seconds);
  /* Translators: a time of day, as strftime() writes it */
  g_autofree char *time = g_date_time_format (reset, C_ ("time of day", "%H:%M"));

  return g_strdup_printf (_ ("The quota of your client ID is used up until %s."), time);
}

char *
sheaf_format_time (gint64 seconds_since_1970)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (seconds_since_1970);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (when == NULL)
    return g_strdup ("");
  if (g_date_time_get_year (when) == g_date_time_get_year (now)
      && g_date_time_get_day_of_year (when) == g_date_time_get_day_of_year (now))
    /* Translators: a time today, in strftime’s language: “today at 14:05” */
    return g_date_time_format (when, _ ("today at %H:%M"));
  /* Translators: a day and time, in strftime’s language: “on 3 June at 14:05” */
  return g_date_time_format (when, _ ("on %-d %B at %H:%M"));
}

char *
sheaf_format_quota (const SheafQuota *quota)
{
  int left;

  g_return_val_if_fail (quota != NULL, NULL);

  if (quota->user_remaining < 0 && quota->client_remaining < 0)
    return NULL;
  if (quota->user_remaining >= 0 && quota->user_limit > 0)
    /* Translators: what is left of a quota of requests and how much it is: “480 of 500 requests” */
    return g_strdup_printf (_ ("%d of %d requests left"), (int) quota->user_remaining,
                            (int) quota->user_limit);
  left = (int) (quota->user_remaining >= 0 ? quota->user_remaining : quota->client_remaining);
  return g_strdup_printf (ngettext ("%d request left", "%d requests left", left), left);
}
