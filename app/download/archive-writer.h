/* archive-writer.h: changes to the archive, many in one transaction
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * While one transaction waits for the disk, the next changes gather; so ten thousand wanted
 * pictures cost a few waits, and none of them on the main thread. */
#pragma once

#include "app/download/archive.h"

G_BEGIN_DECLS

typedef struct _SheafArchiveWriter SheafArchiveWriter;

/**
 * SheafArchiveDone:
 * @row: (nullable): for sheaf_archive_writer_want(): what was known before
 * @error: (nullable): why the change does not hold
 *
 * Called in the context of the call, once the change is on the disk.
 */
typedef void (*SheafArchiveDone) (const SheafArchiveRow *row,
                                  const GError *error,
                                  gpointer user_data);

SheafArchiveWriter *sheaf_archive_writer_new (SheafArchive *archive, GFile *folder);
SheafArchiveWriter *sheaf_archive_writer_ref (SheafArchiveWriter *self);
void sheaf_archive_writer_unref (SheafArchiveWriter *self);

void sheaf_archive_writer_want (SheafArchiveWriter *self,
                                SheafEntry *entry,
                                SheafArchiveDone done,
                                gpointer user_data);
void sheaf_archive_writer_set (SheafArchiveWriter *self,
                               SheafEntry *entry,
                               SheafArchiveState state,
                               const char *name,
                               guint64 bytes,
                               const GError *reason,
                               SheafArchiveDone done,
                               gpointer user_data);
void sheaf_archive_writer_forget (SheafArchiveWriter *self,
                                  SheafEntry *entry,
                                  SheafArchiveDone done,
                                  gpointer user_data);

G_END_DECLS
