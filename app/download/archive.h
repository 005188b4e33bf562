/* archive.h: what was wanted and what was got, in SQLite; it survives a crash
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One row a wanted picture and destination.  A row is written before its transfer begins and marked
 * whole only after its file is safely under its final name.  All calls are for one thread at a time
 * and short; the file is shared with other Sheafs by SQLite's own locking (WAL). */
#pragma once

#include "app/base/entry.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_ARCHIVE (sheaf_archive_get_type ())
G_DECLARE_FINAL_TYPE (SheafArchive, sheaf_archive, SHEAF, ARCHIVE, GObject)

/**
 * sheaf_archive_open:
 * @file: (nullable): %NULL for $XDG_DATA_HOME/sheaf/archive.sqlite
 *
 * Returns: (transfer full) (nullable): the archive, made if missing, or %NULL with @error set; a
 *   damaged file is moved aside and said in a warning, not lost and not fatal
 */
SheafArchive *sheaf_archive_open (GFile *file, GError **error);

/* Everything that is wanted and not whole, grouped by folder, for going on after a crash:
 * (element-type SheafEntry) of @folder, in the order wanted. */
GPtrArray *sheaf_archive_dup_unfinished (SheafArchive *self, GFile *folder, GError **error);

/* The folders with unfinished rows: (transfer full) (element-type GFile). */
GPtrArray *sheaf_archive_dup_unfinished_folders (SheafArchive *self, GError **error);

/* Unfinished rows are no longer wanted: of @folder, or all with %NULL. */
gboolean sheaf_archive_forget_unfinished (SheafArchive *self, GFile *folder, GError **error);

G_END_DECLS
