/* fetch-clock.c: how long one request may take, and how fast it may go
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/fetch-clock.h"

#include "app/verbs/http-errors.h"

#include <glib/gi18n-lib.h>

static gint64
window_of (SheafFetchClock *self)
{
  return self->request->rate_window * G_TIME_SPAN_MILLISECOND;
}

void
sheaf_fetch_clock_enter (SheafFetchClock *self, SheafFetchPhase phase)
{
  guint limit = phase == SHEAF_FETCH_CONNECTING ? self->request->connect_timeout
                                                : self->request->read_timeout;

  self->phase = phase;
  self->deadline = g_get_monotonic_time () + limit * G_TIME_SPAN_MILLISECOND;
}

void
sheaf_fetch_clock_begin_body (SheafFetchClock *self, guint64 position)
{
  self->pace_time = g_get_monotonic_time ();
  self->window_time = self->pace_time;
  self->window_position = position;
  sheaf_fetch_clock_enter (self, SHEAF_FETCH_READING);
}

gint64
sheaf_fetch_clock_get_next (SheafFetchClock *self)
{
  if (self->phase == SHEAF_FETCH_THROTTLED)
    return self->resume_time;
  if (self->phase == SHEAF_FETCH_READING && self->request->min_rate > 0)
    return MIN (self->deadline, self->window_time + window_of (self));
  return self->deadline;
}

gboolean
sheaf_fetch_clock_is_too_slow (SheafFetchClock *self, guint64 position, gint64 now)
{
  gint64 elapsed = now - self->window_time;
  guint64 bytes = position - self->window_position;

  if (self->request->min_rate == 0 || elapsed < window_of (self))
    return FALSE;
  self->window_time = now;
  self->window_position = position;
  return bytes * G_USEC_PER_SEC / elapsed < self->request->min_rate;
}

gboolean
sheaf_fetch_clock_throttle (SheafFetchClock *self, guint64 bytes, gint64 now)
{
  gint64 due;

  if (self->request->rate_limit == 0)
    return FALSE;
  due = self->pace_time + (gint64) ((double) bytes / self->request->rate_limit * G_USEC_PER_SEC);
  if (due <= now + 2 * G_TIME_SPAN_MILLISECOND)
    return FALSE;
  self->pause_time = now;
  self->resume_time = due;
  self->phase = SHEAF_FETCH_THROTTLED;
  return TRUE;
}

void
sheaf_fetch_clock_resume (SheafFetchClock *self, gint64 now)
{
  self->window_time += now - self->pause_time;
  sheaf_fetch_clock_enter (self, SHEAF_FETCH_READING);
}

GError *
sheaf_fetch_clock_late_error (SheafFetchClock *self, const char *host)
{
  switch (self->phase)
    {
    case SHEAF_FETCH_CONNECTING:
      return sheaf_http_error_about (SHEAF_ERROR_TIMEOUT,
                                     _ ("No connection to “%s” could be made in time."), host);
    case SHEAF_FETCH_WAITING:
      return sheaf_http_error_about (SHEAF_ERROR_TIMEOUT, _ ("“%s” did not answer in time."), host);
    case SHEAF_FETCH_READING:
    case SHEAF_FETCH_THROTTLED:
    default:
      return sheaf_http_error_about (SHEAF_ERROR_STALLED,
                                     _ ("“%s” stopped sending in the middle of the file."), host);
    }
}
