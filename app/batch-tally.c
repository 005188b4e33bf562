/* batch-tally.c: the running account of a batch
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/batch-tally.h"

static double
get_seconds (const SheafTally *self)
{
  return self->ran
         + (self->began != 0 ? (double) (g_get_monotonic_time () - self->began) / G_USEC_PER_SEC
                             : 0);
}

static guint
count_ended (const SheafBatchSums *sums)
{
  return sums->done + sums->skipped + sums->failed + sums->cancelled;
}

void
sheaf_tally_run (SheafTally *self, gboolean run)
{
  if (run == (self->began != 0))
    return;
  self->ran = get_seconds (self);
  self->began = run ? g_get_monotonic_time () : 0;
}

void
sheaf_tally_count (SheafTally *self, SheafItem *item, int by)
{
  SheafItemState state = sheaf_item_get_state (item);
  guint *sum = &self->sums.failed;

  if (state == SHEAF_ITEM_READY)
    sum = sheaf_item_get_skipped (item) ? &self->sums.skipped : &self->sums.done;
  else if (state == SHEAF_ITEM_CANCELLED)
    sum = &self->sums.cancelled;
  *sum = (guint) ((int) *sum + by);
}

void
sheaf_tally_sample (SheafTally *self)
{
  sheaf_speed_sample (&self->speed, g_get_monotonic_time (), self->sums.bytes,
                      count_ended (&self->sums));
}

void
sheaf_tally_get (SheafTally *self, SheafBatchSums *sums)
{
  gint64 now = g_get_monotonic_time ();

  *sums = self->sums;
  sums->seconds = get_seconds (self);
  sums->bytes_per_second = 0;
  sums->seconds_left = -1;
  if (self->began == 0)
    return;
  sums->bytes_per_second = sheaf_speed_get_bytes_per_second (&self->speed, now);
  if (sums->complete)
    sums->seconds_left
        = sheaf_speed_get_seconds_left (&self->speed, now, sums->total - count_ended (sums));
}
