/* batch-tally.h: the running account of a batch
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counts how items ended, and keeps the clock that stands still while a batch is paused; from both
 * come the sums that headers show. */
#pragma once

#include "app/batch-sums.h"
#include "app/batch.h"

G_BEGIN_DECLS

/**
 * SheafTally:
 * @sums: what is counted; its speeds and times are worked out by sheaf_tally_get()
 *
 * Zeroed memory is one of a batch that has not begun.
 */
typedef struct
{
  SheafBatchSums sums;
  SheafSpeed speed;
  gint64 began; /* monotonic time it last began to run; 0 while it does not */
  double ran;   /* seconds before that */
} SheafTally;

/* Lets the clock run, or stops it. */
void sheaf_tally_run (SheafTally *self, gboolean run);

/* Counts @item, which has ended, once more or once less. */
void sheaf_tally_count (SheafTally *self, SheafItem *item, int by);

/* Takes down how far it is, for the speed. */
void sheaf_tally_sample (SheafTally *self);

void sheaf_tally_get (SheafTally *self, SheafBatchSums *sums);

G_END_DECLS
