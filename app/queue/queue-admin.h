/* queue-admin.h: looking at the queue, and putting it right
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For the command line: every call connects, asks, and blocks until it is answered. */
#pragma once

#include "app/queue/broker-address.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * sheaf_queue_admin_status:
 *
 * Returns: (transfer full) (nullable): { "queued", "running", "waiting", "dead": numbers,
 *   "workers": [{ "id", "host", "pid", "version", "slots", "running", "done" }],
 *   "batches": [{ "id", "created", "total", "done", "failed", "dead", "cancelled", "cancel" }] },
 * or %NULL with @error set
 */
JsonNode *sheaf_queue_admin_status (SheafBrokerAddress *address, GError **error);

/* Cancels a batch; fails with %SHEAF_ERROR_USAGE for one that the broker does not know. */
gboolean sheaf_queue_admin_cancel (SheafBrokerAddress *address, const char *batch, GError **error);

/**
 * sheaf_queue_admin_dead:
 *
 * Returns: (transfer full) (nullable): [{ "batch", "id", "verb", "url", "starts", "worker" }] of
 * jobs that are given up; "url" only where the job has one
 */
JsonNode *sheaf_queue_admin_dead (SheafBrokerAddress *address, GError **error);

/* Queues all dead jobs again; returns how many, or -1 with @error set. */
gint64 sheaf_queue_admin_retry (SheafBrokerAddress *address, GError **error);

/* Whether the broker can be used: connects and signs in. */
gboolean sheaf_queue_admin_check (SheafBrokerAddress *address, GError **error);

G_END_DECLS
