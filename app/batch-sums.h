/* batch-sums.h: how fast it goes, and how long it will take
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pure arithmetic on samples that carry their own time, so that it can be tested without waiting.
 * The speed is that of the last few seconds; the time left follows it slowly, and counts down by
 * itself in between, so that a person can read it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SHEAF_SPEED_SAMPLES 32

/**
 * SheafSpeed:
 *
 * Zeroed memory is one that knows nothing yet.  All times are of g_get_monotonic_time().
 */
typedef struct
{
  gint64 times[SHEAF_SPEED_SAMPLES];
  guint64 bytes[SHEAF_SPEED_SAMPLES];
  double work[SHEAF_SPEED_SAMPLES];
  guint n_samples; /* ever taken */
  double shown;    /* seconds left that were said last; 0 for none */
  gint64 shown_at;
} SheafSpeed;

/**
 * sheaf_speed_sample:
 * @bytes: got so far
 * @work: items that ended so far, those under way by their part
 */
void sheaf_speed_sample (SheafSpeed *self, gint64 now, guint64 bytes, double work);

/* Nothing moved for a while on purpose (a pause): begin anew. */
void sheaf_speed_reset (SheafSpeed *self);

/* Bytes a second over the last few seconds. */
double sheaf_speed_get_bytes_per_second (const SheafSpeed *self, gint64 now);

/**
 * sheaf_speed_get_seconds_left:
 * @work_left: items that have not ended, those under way by the part that is missing
 *
 * Returns: seconds, or -1 while that cannot be said
 */
gint64 sheaf_speed_get_seconds_left (SheafSpeed *self, gint64 now, double work_left);

G_END_DECLS
