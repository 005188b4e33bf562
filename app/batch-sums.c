/* batch-sums.c: how fast it goes, and how long it will take
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/batch-sums.h"

#include <math.h>

/* Samples closer than this are one. */
#define SAMPLE_USEC (G_USEC_PER_SEC / 4)

/* What "the last few seconds" are. */
#define SPEED_USEC (4 * G_USEC_PER_SEC)

/* Nothing is said of the time left before so much is known. */
#define LEARN_USEC G_USEC_PER_SEC

/* In how many seconds a wrong guess is two thirds forgotten. */
#define FOLLOW_SECONDS 5.0

static guint
index_of (const SheafSpeed *self, guint sample)
{
  g_assert (sample < self->n_samples && self->n_samples - sample <= SHEAF_SPEED_SAMPLES);

  return sample % SHEAF_SPEED_SAMPLES;
}

static guint
oldest (const SheafSpeed *self)
{
  return self->n_samples > SHEAF_SPEED_SAMPLES ? self->n_samples - SHEAF_SPEED_SAMPLES : 0;
}

void
sheaf_speed_sample (SheafSpeed *self, gint64 now, guint64 bytes, double work)
{
  guint at;

  g_return_if_fail (self != NULL);

  /* The newest sample moves along until it is far enough from the one before. */
  if (self->n_samples < 2
      || now - self->times[index_of (self, self->n_samples - 2)] >= 2 * SAMPLE_USEC)
    self->n_samples++;
  at = index_of (self, self->n_samples - 1);
  self->times[at] = now;
  self->bytes[at] = bytes;
  self->work[at] = work;
}

void
sheaf_speed_reset (SheafSpeed *self)
{
  g_return_if_fail (self != NULL);

  self->n_samples = 0;
  self->shown = 0;
}

double
sheaf_speed_get_bytes_per_second (const SheafSpeed *self, gint64 now)
{
  guint newest;
  guint from;
  gint64 usec;

  g_return_val_if_fail (self != NULL, 0);

  if (self->n_samples < 2)
    return 0;
  newest = index_of (self, self->n_samples - 1);
  from = oldest (self);
  while (from + 2 < self->n_samples && now - self->times[index_of (self, from)] > SPEED_USEC)
    from++;
  usec = now - self->times[index_of (self, from)];
  if (usec <= 0 || now - self->times[newest] > SPEED_USEC)
    return 0;
  return (double) (self->bytes[newest] - self->bytes[index_of (self, from)]) * G_USEC_PER_SEC
         / (double) usec;
}

gint64
sheaf_speed_get_seconds_left (SheafSpeed *self, gint64 now, double work_left)
{
  guint newest;
  guint from;
  double done;
  double guess;
  double passed;

  g_return_val_if_fail (self != NULL, -1);

  if (self->n_samples < 2)
    return -1;
  newest = index_of (self, self->n_samples - 1);
  from = index_of (self, oldest (self));
  done = self->work[newest] - self->work[from];
  if (done <= 0 || now - self->times[from] < LEARN_USEC)
    return -1;

  guess = work_left * (double) (now - self->times[from]) / G_USEC_PER_SEC / done;
  if (self->shown <= 0)
    {
      self->shown = guess;
    }
  else
    {
      passed = (double) (now - self->shown_at) / G_USEC_PER_SEC;
      self->shown = MAX (0, self->shown - passed);
      self->shown += (guess - self->shown) * (1 - exp (-passed / FOLLOW_SECONDS));
    }
  self->shown_at = now;
  return (gint64) ceil (self->shown);
}
