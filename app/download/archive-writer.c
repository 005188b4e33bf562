/* archive-writer.c: changes to the archive, many in one transaction
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/download/archive-writer.h"

#include "app/download/worker.h"

typedef enum
{
  CHANGE_WANT,
  CHANGE_SET,
  CHANGE_FORGET,
} ChangeKind;

typedef struct
{
  ChangeKind kind;
  SheafEntry *entry;
  SheafArchiveState state;
  char *name;
  guint64 bytes;
  GError *reason;
  SheafArchiveDone done;
  gpointer user_data;
  SheafArchiveRow row;
} Change;

struct _SheafArchiveWriter
{
  SheafArchive *archive;
  GFile *folder;
  GQueue changes;
  gboolean busy;
};

/* One transaction on its way through a worker. */
typedef struct
{
  SheafArchiveWriter *writer;
  GQueue changes;
  GError *error;
} Transaction;

static void
change_free (gpointer data)
{
  Change *change = data;

  sheaf_entry_unref (change->entry);
  g_free (change->name);
  g_clear_error (&change->reason);
  sheaf_archive_row_clear (&change->row);
  g_free (change);
}

SheafArchiveWriter *
sheaf_archive_writer_new (SheafArchive *archive, GFile *folder)
{
  SheafArchiveWriter *self = g_atomic_rc_box_new0 (SheafArchiveWriter);

  self->archive = g_object_ref (archive);
  self->folder = g_object_ref (folder);
  g_queue_init (&self->changes);
  return self;
}

SheafArchiveWriter *
sheaf_archive_writer_ref (SheafArchiveWriter *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
writer_clear (gpointer data)
{
  SheafArchiveWriter *self = data;

  g_queue_clear_full (&self->changes, change_free);
  g_object_unref (self->archive);
  g_object_unref (self->folder);
}

void
sheaf_archive_writer_unref (SheafArchiveWriter *self)
{
  g_atomic_rc_box_release_full (self, writer_clear);
}

static gboolean
apply (Transaction *transaction, Change *change)
{
  SheafArchive *archive = transaction->writer->archive;
  GFile *folder = transaction->writer->folder;

  switch (change->kind)
    {
    case CHANGE_WANT:
      sheaf_archive_row_clear (&change->row);
      return sheaf_archive_want (archive, folder, change->entry, &change->row, &transaction->error);
    case CHANGE_SET:
      return sheaf_archive_set (archive, folder, change->entry, change->state, change->name,
                                change->bytes, change->reason, &transaction->error);
    case CHANGE_FORGET:
    default:
      return sheaf_archive_forget (archive, folder, change->entry, &transaction->error);
    }
}

/* In a worker. */
static void
commit (gpointer data)
{
  Transaction *transaction = data;
  SheafArchive *archive = transaction->writer->archive;

  if (!sheaf_archive_begin (archive, &transaction->error))
    return;
  for (GList *l = transaction->changes.head; l != NULL; l = l->next)
    if (!apply (transaction, l->data))
      {
        sheaf_archive_rollback (archive);
        return;
      }
  sheaf_archive_commit (archive, &transaction->error);
}

static void start (SheafArchiveWriter *self);

static void
committed (gpointer data)
{
  Transaction *transaction = data;
  SheafArchiveWriter *self = transaction->writer;
  Change *change;

  self->busy = FALSE;
  while ((change = g_queue_pop_head (&transaction->changes)) != NULL)
    {
      if (change->done != NULL)
        change->done (change->kind == CHANGE_WANT ? &change->row : NULL, transaction->error,
                      change->user_data);
      change_free (change);
    }
  g_clear_error (&transaction->error);
  g_free (transaction);
  start (self);
  sheaf_archive_writer_unref (self);
}

static void
start (SheafArchiveWriter *self)
{
  Transaction *transaction;

  if (self->busy || g_queue_is_empty (&self->changes))
    return;
  transaction = g_new0 (Transaction, 1);
  transaction->writer = sheaf_archive_writer_ref (self);
  transaction->changes = self->changes;
  g_queue_init (&self->changes);
  self->busy = TRUE;
  sheaf_worker_run (commit, committed, transaction);
}

static void
push (SheafArchiveWriter *self, Change *change)
{
  g_queue_push_tail (&self->changes, change);
  start (self);
}

void
sheaf_archive_writer_want (SheafArchiveWriter *self,
                           SheafEntry *entry,
                           SheafArchiveDone done,
                           gpointer user_data)
{
  Change *change = g_new0 (Change, 1);

  change->kind = CHANGE_WANT;
  change->entry = sheaf_entry_ref (entry);
  change->done = done;
  change->user_data = user_data;
  push (self, change);
}

void
sheaf_archive_writer_set (SheafArchiveWriter *self,
                          SheafEntry *entry,
                          SheafArchiveState state,
                          const char *name,
                          guint64 bytes,
                          const GError *reason,
                          SheafArchiveDone done,
                          gpointer user_data)
{
  Change *change = g_new0 (Change, 1);

  change->kind = CHANGE_SET;
  change->entry = sheaf_entry_ref (entry);
  change->state = state;
  change->name = g_strdup (name);
  change->bytes = bytes;
  change->reason = reason != NULL ? g_error_copy (reason) : NULL;
  change->done = done;
  change->user_data = user_data;
  push (self, change);
}

void
sheaf_archive_writer_forget (SheafArchiveWriter *self,
                             SheafEntry *entry,
                             SheafArchiveDone done,
                             gpointer user_data)
{
  Change *change = g_new0 (Change, 1);

  change->kind = CHANGE_FORGET;
  change->entry = sheaf_entry_ref (entry);
  change->done = done;
  change->user_data = user_data;
  push (self, change);
}
