/* imgur-error.c: what went wrong, by whatever shape Imgur says it in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An error may be an object with a string or an object in it, a string, a list, or a web page; its
 * status may differ from that of HTTP, and being over capacity comes as 403, 500 or 503.  So the
 * words are looked at first and the numbers second. */
#include "config.h"

#include "app/gallery/imgur-error.h"

#include "app/gallery/json-reader.h"
#include "app/work/error.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* Where Imgur says nothing of when to come back. */
#define USUAL_WAIT 60

/* (transfer full): the words of the error, in lower case; empty where there are none. */
static char *
find_words (JsonNode *root)
{
  JsonObject *object = sheaf_json_as_object (root);
  JsonObject *data = sheaf_json_get_object (object, "data");
  JsonObject *inner = sheaf_json_get_object (data, "error");
  JsonObject *first = sheaf_json_object_at (sheaf_json_get_array (object, "errors"), 0);
  const char *words = sheaf_json_get_string (data, "error");

  if (words == NULL)
    words = sheaf_json_get_string (inner, "message");
  if (words == NULL)
    words = sheaf_json_get_string (first, "detail");
  if (words == NULL)
    words = sheaf_json_get_string (object, "data");
  return g_utf8_strdown (words != NULL ? words : "", -1);
}

static guint
find_status (const SheafApiAnswer *answer, JsonNode *root)
{
  JsonObject *object = sheaf_json_as_object (root);
  JsonObject *first = sheaf_json_object_at (sheaf_json_get_array (object, "errors"), 0);
  guint64 inner = sheaf_json_get_count (object, "status", 599);

  if (answer->status >= 400)
    return answer->status;
  if (inner < 400)
    inner = sheaf_json_get_count (first, "code", 599);
  return inner >= 400 ? (guint) inner : answer->status;
}

static gboolean
says (const char *words, ...)
{
  const char *part;
  gboolean found = FALSE;
  va_list args;

  va_start (args, words);
  while (!found && (part = va_arg (args, const char *)) != NULL)
    found = strstr (words, part) != NULL;
  va_end (args);
  return found;
}

static SheafError
find_cause (guint status, const char *words, const SheafQuota *quota)
{
  if (says (words, "capacity", NULL))
    return SHEAF_ERROR_OVER_CAPACITY;
  if (says (words, "banned country", "your region", "your country", NULL))
    return SHEAF_ERROR_REGION;
  if (status == 429 || says (words, "too many requests", "limit exceeded", "rate limit", NULL))
    return SHEAF_ERROR_RATE_LIMITED;
  if (status == 403 && quota != NULL
      && (quota->user_remaining == 0 || quota->client_remaining == 0))
    return SHEAF_ERROR_RATE_LIMITED;
  if (status == 401 || status == 403)
    return SHEAF_ERROR_CLIENT_ID;
  if (status == 404 || status == 410)
    return SHEAF_ERROR_NOT_FOUND;
  if (status == 503)
    return SHEAF_ERROR_OVER_CAPACITY;
  if (status >= 400)
    return SHEAF_ERROR_HTTP;
  return SHEAF_ERROR_PROTOCOL;
}

/* Seconds until asking again may help. */
static gint64
find_wait (const SheafApiAnswer *answer, SheafError cause, const SheafQuota *quota)
{
  gint64 wait = sheaf_api_answer_get_retry_after (answer);
  gint64 reset = -1;

  if (wait >= 0 || cause != SHEAF_ERROR_RATE_LIMITED)
    return wait;
  if (quota != NULL && quota->user_remaining == 0)
    reset = quota->user_reset;
  if (quota != NULL && quota->client_remaining == 0)
    reset = MAX (reset, quota->client_reset);
  return reset > answer->now ? reset - answer->now : USUAL_WAIT;
}

static char *
describe (SheafError cause, guint status, gint64 wait, gint64 now)
{
  switch ((int) cause)
    {
    case SHEAF_ERROR_OVER_CAPACITY:
      return g_strdup (_ ("Imgur is over capacity at the moment; try again a little later."));
    case SHEAF_ERROR_REGION:
      return g_strdup (_ ("Imgur does not serve the country you are in."));
    case SHEAF_ERROR_RATE_LIMITED:
      if (wait > USUAL_WAIT)
        {
          g_autoptr (GDateTime) reset = g_date_time_new_from_unix_local (now + wait);
          /* Translators: a time of day, as strftime() writes it */
          g_autofree char *time = g_date_time_format (reset, C_ ("time of day", "%H:%M"));

          return g_strdup_printf (_ ("The quota of your client ID is used up until %s."), time);
        }
      return g_strdup (_ ("Imgur says that these were too many requests; try again in a minute."));
    case SHEAF_ERROR_CLIENT_ID:
      return g_strdup (status == 401 ? _ ("Imgur answers only with a client ID.")
                                     : _ ("Imgur refused the client ID."));
    case SHEAF_ERROR_NOT_FOUND:
      return g_strdup (_ ("Imgur does not have what was asked for."));
    case SHEAF_ERROR_HTTP:
      /* Translators: an HTTP status, like 500 */
      return g_strdup_printf (_ ("Imgur answered with error %u."), status);
    default:
      return g_strdup (_ ("Imgur answered in a form that Sheaf does not know."));
    }
}

gboolean
sheaf_imgur_check (const SheafApiAnswer *answer,
                   JsonNode *root,
                   const SheafQuota *quota,
                   GError **error)
{
  JsonObject *object = sheaf_json_as_object (root);
  JsonNode *data = sheaf_json_get (object, "data");
  g_autofree char *words = NULL, *message = NULL;
  SheafError cause;
  guint status;
  gint64 wait;

  if (answer->status < 400 && data != NULL && !JSON_NODE_HOLDS_NULL (data)
      && sheaf_json_get_string (sheaf_json_as_object (data), "error") == NULL
      && sheaf_json_get_object (sheaf_json_as_object (data), "error") == NULL
      && (sheaf_json_get_bool (object, "success") || sheaf_json_get (object, "success") == NULL))
    return TRUE;

  status = find_status (answer, root);
  if (root != NULL)
    words = find_words (root);
  else if (sheaf_api_answer_mentions (answer, "over capacity"))
    words = g_strdup ("capacity");
  else if (sheaf_api_answer_mentions (answer, "your region"))
    words = g_strdup ("your region");
  else
    words = g_strdup ("");
  cause = find_cause (status, words, quota);
  wait = find_wait (answer, cause, quota);
  message = describe (cause, status, wait, answer->now);
  g_propagate_error (error, sheaf_error_new (cause, message, status, wait));
  return FALSE;
}
