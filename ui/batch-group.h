/* batch-group.h: several batches shown as one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A person may start a second download while the first one runs; the page shows all pictures in one
 * grid and one header with the sums.  The newest batch comes first. */
#pragma once

#include "app/engine.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_BATCH_GROUP (sheaf_batch_group_get_type ())
G_DECLARE_FINAL_TYPE (SheafBatchGroup, sheaf_batch_group, SHEAF, BATCH_GROUP, GObject)

/* Signals:
 *   changed (): batches, sums, running or paused
 *   item-ended (SheafItem *)
 *   batch-ended (SheafBatch *)
 *   notice (SheafBatch *, GError *) */

SheafBatchGroup *sheaf_batch_group_new (void);

void sheaf_batch_group_add (SheafBatchGroup *self, SheafBatch *batch);

/* Lets go of the batches that have ended; their files stay.  Returns: how many pictures that was */
guint sheaf_batch_group_clear_ended (SheafBatchGroup *self);

/* Takes @items (element-type SheafItem) out of their batches.  Returns: how many that were */
guint sheaf_batch_group_remove (SheafBatchGroup *self, GPtrArray *items);

/* Undoes the last clear_ended or remove; what was given up with it goes on. */
void sheaf_batch_group_restore (SheafBatchGroup *self);

/* Whether there is something to restore. */
gboolean sheaf_batch_group_get_restorable (SheafBatchGroup *self);

/* Cancels what runs and lets go of everything. */
void sheaf_batch_group_clear (SheafBatchGroup *self);

/* All pictures: (transfer none), of SheafItem. */
GListModel *sheaf_batch_group_get_items (SheafBatchGroup *self);

guint sheaf_batch_group_get_n_batches (SheafBatchGroup *self);
SheafBatch *sheaf_batch_group_get_batch (SheafBatchGroup *self, guint index);

/* The batch that @item belongs to; (transfer none) (nullable). */
SheafBatch *sheaf_batch_group_find (SheafBatchGroup *self, SheafItem *item);

void sheaf_batch_group_get_sums (SheafBatchGroup *self, SheafBatchSums *sums);

/* Any runs; some run and all of those are paused. */
gboolean sheaf_batch_group_get_running (SheafBatchGroup *self);
gboolean sheaf_batch_group_get_paused (SheafBatchGroup *self);

/* What the first of those that cannot go on waits for; (transfer full) (nullable). */
char *sheaf_batch_group_dup_trouble (SheafBatchGroup *self);

/* Seconds until a quota begins anew that one of them waits for; 0 where none does. */
gint64 sheaf_batch_group_get_quota_wait (SheafBatchGroup *self);

void sheaf_batch_group_pause (SheafBatchGroup *self);
void sheaf_batch_group_resume (SheafBatchGroup *self);
void sheaf_batch_group_cancel (SheafBatchGroup *self);
void sheaf_batch_group_retry_failed (SheafBatchGroup *self);

G_END_DECLS
