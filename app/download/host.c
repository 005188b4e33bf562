/* host.c: how much one host is asked at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/download/host.h"

#include <glib/gi18n-lib.h>

/* Fewer than two, and one server that only pretends to send would hold up all that is left. */
#define MIN_AT_ONCE   2
#define GROWTH        0.25 /* with each success */
#define MAX_AT_ONCE   64
#define MAX_BACKOFF   (60 * G_TIME_SPAN_SECOND)
#define MAX_BRAKE     (24 * G_TIME_SPAN_HOUR)
#define BRAKE_FACTOR  5
#define MAX_OWN_BRAKE (10 * G_TIME_SPAN_MINUTE)
#define TOLD_BRAKE    (10 * G_TIME_SPAN_SECOND) /* shorter ones are over before they are read */

SheafHost *
sheaf_host_new (const char *name)
{
  SheafHost *self = g_new0 (SheafHost, 1);

  self->name = g_strdup (name);
  self->limit = MAX_AT_ONCE;
  g_queue_init (&self->queue);
  return self;
}

void
sheaf_host_free (SheafHost *self)
{
  g_free (self->name);
  g_free (self);
}

char *
sheaf_host_name_of (const char *url)
{
  g_autofree char *host = NULL, *lower = NULL;
  int port = -1;

  if (url == NULL || !g_uri_split_network (url, G_URI_FLAGS_PARSE_RELAXED, NULL, &host, &port, NULL)
      || host == NULL)
    return g_strdup ("");
  lower = g_ascii_strdown (host, -1);
  return port > 0 ? g_strdup_printf ("%s:%d", lower, port) : g_steal_pointer (&lower);
}

gint64
sheaf_host_get_next_time (SheafHost *self, gint64 now)
{
  gint64 next = MAX (self->brake_until, self->next_request);

  if (self->n_running >= (guint) self->limit)
    return G_MAXINT64;
  return next > now ? next : 0;
}

void
sheaf_host_begin (SheafHost *self, gint64 now, gint64 interval)
{
  self->n_running++;
  self->next_request = now + interval;
}

void
sheaf_host_hasten (SheafHost *self, gint64 now, gint64 interval)
{
  self->next_request = MIN (self->next_request, now + interval);
}

void
sheaf_host_praise (SheafHost *self)
{
  self->n_brakes = 0;
  self->limit = MIN (self->limit + GROWTH, MAX_AT_ONCE);
}

gint64
sheaf_host_brake (SheafHost *self, gint64 now, gint64 seconds, guint base_ms)
{
  gint64 until;

  /* Answers to what was asked before the brake tell nothing new. */
  if (now >= self->brake_until)
    {
      self->limit = MAX (self->limit / 2, MIN_AT_ONCE);
      self->n_brakes++;
    }
  if (seconds >= 0)
    /* Not all of them in the same instant. */
    until = now + MIN (seconds * G_TIME_SPAN_SECOND, MAX_BRAKE)
            + g_random_int_range (0, MAX (base_ms, 1)) * G_TIME_SPAN_MILLISECOND / 4;
  else
    until = now + MIN (BRAKE_FACTOR * sheaf_backoff (self->n_brakes, base_ms), MAX_OWN_BRAKE);
  if (until > self->brake_until)
    {
      self->brake_until = until;
      self->brake_length = until - now;
      self->brake_end = g_get_real_time () + self->brake_length;
    }
  return self->brake_until;
}

char *
sheaf_host_dup_trouble (SheafHost *self, gint64 now)
{
  g_autoptr (GDateTime) today = g_date_time_new_now_local ();
  g_autoptr (GDateTime) end = NULL;
  g_autofree char *time = NULL;

  if (now >= self->brake_until || self->brake_length < TOLD_BRAKE
      || (self->n_waiting == 0 && g_queue_is_empty (&self->queue)))
    return NULL;
  end = g_date_time_new_from_unix_local (self->brake_end / G_USEC_PER_SEC);
  if (g_date_time_get_day_of_month (end) == g_date_time_get_day_of_month (today))
    /* Translators: a time of day, as strftime() writes it */
    time = g_date_time_format (end, C_ ("time of day", "%H:%M:%S"));
  else
    /* Translators: a day of the week and a time of day, as strftime() writes them */
    time = g_date_time_format (end, C_ ("day and time", "%A, %H:%M"));
  /* Translators: the first is a host name, the second a time of day */
  return g_strdup_printf (_ ("“%s” asks to wait until %s; the others go on."), self->name, time);
}

gint64
sheaf_backoff (guint n, guint base_ms)
{
  gint64 full
      = MIN ((gint64) base_ms * G_TIME_SPAN_MILLISECOND << MIN (MAX (n, 1) - 1, 20), MAX_BACKOFF);

  return full / 2 + (gint64) (g_random_double () * full / 2);
}
