/* fetch-clock.h: how long one request may take, and how fast it may go
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every wait has a limit, a body has a least rate over a window and perhaps a most; this only
 * reckons, it neither waits nor ends anything.  All times are monotonic, in microseconds. */
#pragma once

#include "app/verbs/fetch-request.h"

G_BEGIN_DECLS

typedef enum
{
  SHEAF_FETCH_CONNECTING,
  SHEAF_FETCH_WAITING,
  SHEAF_FETCH_READING,
  SHEAF_FETCH_THROTTLED, /* the next read waits for the rate limit */
} SheafFetchPhase;

typedef struct
{
  const SheafFetchRequest *request;
  SheafFetchPhase phase;
  gint64 deadline;
  gint64 pace_time; /* when the body began */
  gint64 pause_time;
  gint64 resume_time;
  gint64 window_time;
  guint64 window_position;
} SheafFetchClock;

/* What is waited for from now on. */
void sheaf_fetch_clock_enter (SheafFetchClock *self, SheafFetchPhase phase);

/* A body begins to be read at @position of the file. */
void sheaf_fetch_clock_begin_body (SheafFetchClock *self, guint64 position);

/* When to look again. */
gint64 sheaf_fetch_clock_get_next (SheafFetchClock *self);

/* Whether the least rate was missed; begins the next window. */
gboolean sheaf_fetch_clock_is_too_slow (SheafFetchClock *self, guint64 position, gint64 now);

/* Whether reading must wait for the transfer's own rate limit, @bytes of the body being there. */
gboolean sheaf_fetch_clock_throttle (SheafFetchClock *self, guint64 bytes, gint64 now);

/* Goes on after that; the pause was ours, not the server's. */
void sheaf_fetch_clock_resume (SheafFetchClock *self, gint64 now);

/* What passing the deadline means. */
GError *sheaf_fetch_clock_late_error (SheafFetchClock *self, const char *host);

G_END_DECLS
