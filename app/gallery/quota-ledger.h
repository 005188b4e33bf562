/* quota-ledger.h: one record for every Sheaf that asks with the same client ID
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/gallery/quota-record.h"

G_BEGIN_DECLS

typedef struct _SheafQuotaLedger SheafQuotaLedger;

/**
 * sheaf_quota_ledger_new:
 * @path: (nullable): the file; %NULL for one that is only in memory
 *
 * Nothing is opened before it is needed.  A file that cannot be used is as good as none.
 */
SheafQuotaLedger *sheaf_quota_ledger_new (const char *path);
void sheaf_quota_ledger_free (SheafQuotaLedger *self);

/**
 * sheaf_quota_ledger_open:
 * @now: (out): when that is
 *
 * Waits until nobody else has it open, and reads it.  May be called in any thread, but only in one
 * at a time.
 *
 * Returns: (transfer none): the record, until sheaf_quota_ledger_close()
 */
SheafQuotaRecord *sheaf_quota_ledger_open (SheafQuotaLedger *self, SheafQuotaTime *now);

/* Writes it, whole or not at all. */
void sheaf_quota_ledger_close (SheafQuotaLedger *self, const SheafQuotaTime *now);

/* Whose questions those of this ledger are. */
guint32 sheaf_quota_ledger_get_owner (SheafQuotaLedger *self);

/* (transfer full): where what is known of @client_id at @api_url is kept; its name does not give
 * the ID away. */
char *sheaf_quota_ledger_dup_path (const char *api_url, const char *client_id);

G_END_DECLS
