/* quota-gate.h: nobody asks a service once its quota is used up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Services count who runs into their limits, and shut out who does so too often.  So every question
 * under one client ID passes one gate, which knows from the answers what is left: it lets the first
 * through alone, to find out, the last of them slowly, and then says, in place of the service and
 * without asking it, when to come back.  What it knows is shared with every other Sheaf of the same
 * person, and stays when the last of them ends. */
#pragma once

#include "app/gallery/quota-record.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_QUOTA_GATE (sheaf_quota_gate_get_type ())
G_DECLARE_FINAL_TYPE (SheafQuotaGate, sheaf_quota_gate, SHEAF, QUOTA_GATE, GObject)

/* Signal: changed (): there is another quota to get. */

/* @path: (nullable): what is shared; %NULL for a gate that knows only what passes it. */
SheafQuotaGate *sheaf_quota_gate_new (const char *path);

/**
 * sheaf_quota_gate_enter_async:
 *
 * Asks to ask.  Who was let in says sheaf_quota_gate_leave() when the answer is there.  Call it in
 * one thread only.
 */
void sheaf_quota_gate_enter_async (SheafQuotaGate *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/* %FALSE with %SHEAF_ERROR_RATE_LIMITED, no HTTP status, and the seconds to wait, where nothing is
 * left: sheaf_error_is_quota_wait() holds for it. */
gboolean sheaf_quota_gate_enter_finish (SheafQuotaGate *self, GAsyncResult *result, GError **error);

/**
 * sheaf_quota_gate_leave:
 * @told: (nullable): what the answer told
 * @wait: seconds that a refusal told to wait, or -1
 */
void sheaf_quota_gate_leave (SheafQuotaGate *self,
                             SheafQuotaOutcome outcome,
                             const SheafQuota *told,
                             gint64 wait);

/* What was known when somebody last entered or left; every field -1 where nothing is, any more. */
void sheaf_quota_gate_get_quota (SheafQuotaGate *self, SheafQuota *quota);

/* Waits until everything that was told is written down. */
void sheaf_quota_gate_flush (SheafQuotaGate *self);

G_END_DECLS
