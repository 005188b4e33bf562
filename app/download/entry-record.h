/* entry-record.h: an entry as bytes that outlive the program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/base/entry.h"

G_BEGIN_DECLS

/* (transfer full): everything @entry knows. */
GBytes *sheaf_entry_to_record (const SheafEntry *entry);

/**
 * sheaf_entry_from_record:
 * @record: what sheaf_entry_to_record() made, possibly by another version, possibly damaged
 *
 * Returns: (transfer full) (nullable): %NULL where @record names no entry
 */
SheafEntry *sheaf_entry_from_record (GBytes *record);

G_END_DECLS
