/* queue-batch.h: the name of a batch, kept so that the next run finds its results
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small file in $XDG_STATE_HOME/sheaf/queue names a batch and its broker, and is locked while
 * somebody uses it.  A program that was killed leaves one behind unlocked, and the next one goes on
 * with that batch: what workers did meanwhile is found instead of done again. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _SheafQueueBatch SheafQueueBatch;

/**
 * sheaf_queue_batch_open:
 * @broker: which broker, as sheaf_broker_address_dup_label() says it
 *
 * Takes over a batch left behind, or begins a new one.  Where the file cannot be made the batch
 * works all the same, and is only not found again.
 */
SheafQueueBatch *sheaf_queue_batch_open (const char *broker);

/* A new one, whatever was left behind. */
SheafQueueBatch *sheaf_queue_batch_new (const char *broker);

const char *sheaf_queue_batch_get_id (SheafQueueBatch *batch);

/* Whether it was left behind by another run. */
gboolean sheaf_queue_batch_get_adopted (SheafQueueBatch *batch);

/* @finished: nothing of it is left to find; else the file stays for the next run. */
void sheaf_queue_batch_close (SheafQueueBatch *batch, gboolean finished);

G_END_DECLS
