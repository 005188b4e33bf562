/* archive.h: what was wanted and what was got, in SQLite; it survives a crash
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One row a wanted picture and destination.  A row is written before its transfer begins and marked
 * whole only after its file is safely under its final name.  All calls are short and from any
 * thread, but may wait for the disk; the file is shared with other Sheafs by SQLite's own locking
 * (WAL). */
#pragma once

#include "app/base/entry.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_ARCHIVE (sheaf_archive_get_type ())
G_DECLARE_FINAL_TYPE (SheafArchive, sheaf_archive, SHEAF, ARCHIVE, GObject)

/**
 * sheaf_archive_new:
 * @file: (nullable): %NULL for $XDG_DATA_HOME/sheaf/archive.sqlite
 *
 * Never waits: the file is opened, and made if missing, by the first call that needs it.  One that
 * is damaged, or a newer Sheaf's, is moved aside, not lost and not fatal.  Where there can be none
 * at all, every call does as if nothing had ever been wanted.  Either is said in the notice.
 */
SheafArchive *sheaf_archive_new (GFile *file);

/* The same, open: (transfer full) (nullable): %NULL with @error set where there can be none. */
SheafArchive *sheaf_archive_open (GFile *file, GError **error);

/* A sentence for the person about what was found on opening; (nullable). */
const char *sheaf_archive_get_notice (SheafArchive *self);

typedef enum
{
  SHEAF_ARCHIVE_NONE = 0, /* no such row */
  SHEAF_ARCHIVE_WANTED,
  SHEAF_ARCHIVE_PLACING, /* whole as a part file, about to get its name */
  SHEAF_ARCHIVE_DONE,
  SHEAF_ARCHIVE_FAILED, /* for good, unless the person wants it again */
} SheafArchiveState;

/**
 * SheafArchiveRow:
 * @name: (nullable): path under the folder; known from %SHEAF_ARCHIVE_PLACING on
 * @bytes: length of the file; 0 where not known
 */
typedef struct
{
  SheafArchiveState state;
  char *name;
  guint64 bytes;
} SheafArchiveRow;

void sheaf_archive_row_clear (SheafArchiveRow *row);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SheafArchiveRow, sheaf_archive_row_clear)

/* Several changes as one, which is much faster than one by one: all of them hold, or none. */
gboolean sheaf_archive_begin (SheafArchive *self, GError **error);
gboolean sheaf_archive_commit (SheafArchive *self, GError **error);
void sheaf_archive_rollback (SheafArchive *self);

/**
 * sheaf_archive_want:
 * @row: (out caller-allocates): what was known of it before
 *
 * Notes that @entry is wanted in @folder.  A row that is done or about to be stays so: whoever asks
 * decides by @row whether it still holds.
 */
gboolean sheaf_archive_want (SheafArchive *self,
                             GFile *folder,
                             const SheafEntry *entry,
                             SheafArchiveRow *row,
                             GError **error);

/* What is known of @entry; waits for no one who writes. */
gboolean sheaf_archive_lookup (SheafArchive *self,
                               GFile *folder,
                               const SheafEntry *entry,
                               SheafArchiveRow *row,
                               GError **error);

/* Moves the row of @entry on; @name and @bytes as in #SheafArchiveRow, @reason for a failure. */
gboolean sheaf_archive_set (SheafArchive *self,
                            GFile *folder,
                            const SheafEntry *entry,
                            SheafArchiveState state,
                            const char *name,
                            guint64 bytes,
                            const GError *reason,
                            GError **error);

/* @entry is no longer wanted in @folder. */
gboolean
sheaf_archive_forget (SheafArchive *self, GFile *folder, const SheafEntry *entry, GError **error);

/* How many rows of @folder (%NULL: of all) are in @state. */
gint64 sheaf_archive_count (SheafArchive *self, GFile *folder, SheafArchiveState state);

/* Everything that is wanted and not whole, grouped by folder, for going on after a crash:
 * (element-type SheafEntry) of @folder, in the order wanted. */
GPtrArray *sheaf_archive_dup_unfinished (SheafArchive *self, GFile *folder, GError **error);

/* The same without what was wanted since the archive was opened, and the folders that it is in:
 * (transfer full) (element-type GFile). */
GPtrArray *sheaf_archive_dup_left (SheafArchive *self, GFile *folder, GError **error);
GPtrArray *sheaf_archive_dup_left_folders (SheafArchive *self, GError **error);

/* Unfinished rows are no longer wanted: of @folder, or all with %NULL. */
gboolean sheaf_archive_forget_unfinished (SheafArchive *self, GFile *folder, GError **error);

G_END_DECLS
