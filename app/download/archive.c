/* archive.c: what was wanted and what was got, in SQLite
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Statements are prepared once and kept in a table.  The file is in WAL mode with full
 * synchronisation: a commit that returned survives a power cut.  It is opened by the first call
 * that needs it, in that call's thread; where it cannot be, nothing is remembered and nothing
 * fails. */
#include "config.h"

#include "app/download/archive.h"

#include "app/download/entry-record.h"
#include "app/work/error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>

#define BUSY_TIMEOUT_MS 10000
#define SCHEMA_VERSION  1

/* In KiB, for each of the two connections.  Every row is written once or twice and hardly ever
 * looked at again: SQLite's own 2 MiB would only fill. */
#define CACHE_KIB "256"

enum
{
  BEGIN,
  COMMIT,
  ROLLBACK,
  LOOKUP,
  INSERT,
  REWANT,
  SET,
  FORGET,
  FORGET_FOLDER,
  FORGET_ALL,
  COUNT_FOLDER,
  COUNT_ALL,
  UNFINISHED,
  FOLDERS,
  LAST_PLACE,
  N_STATEMENTS
};

static const char *const sql[N_STATEMENTS] = {
  [BEGIN] = "BEGIN IMMEDIATE",
  [COMMIT] = "COMMIT",
  [ROLLBACK] = "ROLLBACK",
  [LOOKUP] = "SELECT state, name, bytes FROM wanted WHERE folder = ?1 AND source = ?2 AND id = ?3",
  [INSERT] = "INSERT INTO wanted (folder, source, id, state, entry) VALUES (?1, ?2, ?3, 1, ?4)",
  [REWANT] = "UPDATE wanted SET state = CASE state WHEN 4 THEN 1 ELSE state END, entry = ?4,"
             " reason = NULL WHERE folder = ?1 AND source = ?2 AND id = ?3",
  [SET] = "UPDATE wanted SET state = ?4, name = coalesce (?5, name), bytes = ?6, reason = ?7,"
          " changed = unixepoch () WHERE folder = ?1 AND source = ?2 AND id = ?3",
  [FORGET] = "DELETE FROM wanted WHERE folder = ?1 AND source = ?2 AND id = ?3 AND state <> 3",
  [FORGET_FOLDER] = "DELETE FROM wanted WHERE folder = ?1 AND state IN (1, 2)",
  [FORGET_ALL] = "DELETE FROM wanted WHERE state IN (1, 2)",
  [COUNT_FOLDER] = "SELECT count (*) FROM wanted WHERE folder = ?1 AND state = ?2",
  [COUNT_ALL] = "SELECT count (*) FROM wanted WHERE state = ?2",
  [UNFINISHED] = "SELECT entry FROM wanted WHERE folder = ?1 AND state IN (1, 2) AND place <= ?2"
                 " ORDER BY place",
  [FOLDERS] = "SELECT folder FROM wanted WHERE state IN (1, 2) AND place <= ?2"
              " GROUP BY folder ORDER BY min (place)",
  [LAST_PLACE] = "SELECT coalesce (max (place), 0) FROM wanted",
};

static const char schema[]
    = "CREATE TABLE IF NOT EXISTS wanted ("
      " place INTEGER PRIMARY KEY AUTOINCREMENT,"
      " folder TEXT NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL,"
      " state INTEGER NOT NULL, name TEXT, bytes INTEGER NOT NULL DEFAULT 0,"
      " entry BLOB, reason TEXT, changed INTEGER NOT NULL DEFAULT (unixepoch ()),"
      " UNIQUE (folder, source, id));"
      "CREATE INDEX IF NOT EXISTS wanted_state ON wanted (state, folder);"
      "PRAGMA user_version = " G_STRINGIFY (SCHEMA_VERSION) ";";

struct _SheafArchive
{
  GObject parent_instance;

  char *path; /* (nullable): not on this computer */
  gsize opened;
  GRecMutex mutex; /* held from begin to commit */
  sqlite3 *db;     /* (nullable): it could not be opened */
  sqlite3_stmt *statements[N_STATEMENTS];
  gint64 left;    /* the last place when it was opened */
  char *notice;   /* (nullable) */
  GError *closed; /* (nullable): why there is no @db */

  /* A connection of its own, which sees what was committed and waits for no commit. */
  GMutex reading;
  sqlite3 *reader;           /* (nullable) */
  sqlite3_stmt *read_lookup; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (SheafArchive, sheaf_archive, G_TYPE_OBJECT)

/* What SQLite calls an input/output error may be a disk that is full: the pages that its readers
 * share are written past its own checks. */
static int
find_cause (SheafArchive *self, int code)
{
  int saved_errno;

  code &= 0xff;
  if ((code != SQLITE_IOERR && code != SQLITE_CANTOPEN) || self->db == NULL)
    return code;
  saved_errno = sqlite3_system_errno (self->db);
  if (saved_errno == ENOSPC || saved_errno == EDQUOT)
    return SQLITE_FULL;
  if (saved_errno == EACCES || saved_errno == EPERM || saved_errno == EROFS)
    return SQLITE_READONLY;
  return code;
}

static gboolean
fail_sqlite (SheafArchive *self, int code, GError **error)
{
  switch (find_cause (self, code))
    {
    case SQLITE_FULL:
      return sheaf_fail (error, SHEAF_ERROR_DISK_FULL,
                         _ ("The record of downloads cannot be written: the disk is full."));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return sheaf_fail (error, SHEAF_ERROR_PERMISSION,
                         _ ("The record of downloads may not be written."));
    default:
      return sheaf_fail (error, SHEAF_ERROR_FILE, _ ("The record of downloads cannot be used: %s."),
                         self->db != NULL ? sqlite3_errmsg (self->db) : sqlite3_errstr (code));
    }
}

static void
sheaf_archive_finalize (GObject *object)
{
  SheafArchive *self = SHEAF_ARCHIVE (object);

  for (guint i = 0; i < N_STATEMENTS; i++)
    sqlite3_finalize (self->statements[i]);
  sqlite3_close_v2 (self->db);
  sqlite3_finalize (self->read_lookup);
  sqlite3_close_v2 (self->reader);
  g_free (self->path);
  g_free (self->notice);
  g_clear_error (&self->closed);
  g_mutex_clear (&self->reading);
  g_rec_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (sheaf_archive_parent_class)->finalize (object);
}

static void
sheaf_archive_class_init (SheafArchiveClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_archive_finalize;
}

static void
sheaf_archive_init (SheafArchive *self)
{
  g_rec_mutex_init (&self->mutex);
  g_mutex_init (&self->reading);
}

static int
take_check (void *data, int n_columns, char **values, char **names)
{
  gboolean *sound = data;

  *sound = n_columns == 1 && g_strcmp0 (values[0], "ok") == 0;
  return 0;
}

static int
take_version (void *data, int n_columns, char **values, char **names)
{
  int *version = data;

  *version = n_columns == 1 && values[0] != NULL ? atoi (values[0]) : 0;
  return 0;
}

/* Opens the file and makes sure that it is one of this version; SQLITE_SCHEMA for a newer one. */
static int
open_database (SheafArchive *self, const char *path)
{
  gboolean sound = FALSE;
  int version = 0;
  int code = sqlite3_open_v2 (
      path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

  if (code == SQLITE_OK)
    {
      sqlite3_extended_result_codes (self->db, TRUE);
      sqlite3_busy_timeout (self->db, BUSY_TIMEOUT_MS);
      code = sqlite3_exec (self->db,
                           "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                           "PRAGMA cache_size = -" CACHE_KIB ";",
                           NULL, NULL, NULL);
    }
  if (code == SQLITE_OK)
    code = sqlite3_exec (self->db, "PRAGMA quick_check (1)", take_check, &sound, NULL);
  if (code == SQLITE_OK && !sound)
    code = SQLITE_CORRUPT;
  if (code == SQLITE_OK)
    code = sqlite3_exec (self->db, "PRAGMA user_version", take_version, &version, NULL);
  if (code == SQLITE_OK && version > SCHEMA_VERSION)
    code = SQLITE_SCHEMA;
  if (code == SQLITE_OK && version < SCHEMA_VERSION)
    code = sqlite3_exec (self->db, schema, NULL, NULL, NULL);
  for (guint i = 0; code == SQLITE_OK && i < N_STATEMENTS; i++)
    code = sqlite3_prepare_v3 (self->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &self->statements[i], NULL);
  return code;
}

static void
close_database (SheafArchive *self)
{
  for (guint i = 0; i < N_STATEMENTS; i++)
    g_clear_pointer (&self->statements[i], sqlite3_finalize);
  g_clear_pointer (&self->db, sqlite3_close_v2);
}

/* A record that cannot be used is kept for whoever can still read it. */
static void
move_aside (SheafArchive *self, const char *path, gboolean newer)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%dT%H%M%S");
  g_autofree char *aside = g_strdup_printf ("%s.%s-%s", path, newer ? "newer" : "damaged", stamp);
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  self->notice = g_strdup_printf (
      newer ? _ ("The record of downloads is from a newer Sheaf. It was moved to “%s”, and a new "
                 "one was begun.")
            : _ ("The record of downloads was damaged. It was moved to “%s”, and a new one was "
                 "begun."),
      aside);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (aside, suffixes[i], NULL);

      g_rename (from, to);
    }
}

static gboolean
is_unusable (int code)
{
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB
         || (code & 0xff) == SQLITE_SCHEMA
         || (code & 0xff) == SQLITE_ERROR; /* a table of another shape */
}

static gboolean
try_to_open (SheafArchive *self, GError **error)
{
  g_autofree char *folder = NULL;
  int code;

  if (self->path == NULL)
    return sheaf_fail (error, SHEAF_ERROR_FILE,
                       _ ("The record of downloads must be a file on this computer."));
  folder = g_path_get_dirname (self->path);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return sheaf_fail (error, SHEAF_ERROR_PERMISSION, _ ("The folder “%s” cannot be made."),
                       folder);
  code = open_database (self, self->path);
  if (is_unusable (code))
    {
      close_database (self);
      move_aside (self, self->path, (code & 0xff) == SQLITE_SCHEMA);
      code = open_database (self, self->path);
    }
  return code == SQLITE_OK || fail_sqlite (self, code, error);
}

static gboolean
ensure_open (SheafArchive *self)
{
  if (g_once_init_enter (&self->opened))
    {
      if (!try_to_open (self, &self->closed))
        {
          close_database (self);
          g_free (self->notice);
          /* Translators: %s is a sentence that says why */
          self->notice = g_strdup_printf (_ ("What is downloaded will not be remembered. %s"),
                                          self->closed->message);
        }
      else if (sqlite3_step (self->statements[LAST_PLACE]) == SQLITE_ROW)
        self->left = sqlite3_column_int64 (self->statements[LAST_PLACE], 0);
      sqlite3_reset (self->statements[LAST_PLACE]);
      g_once_init_leave (&self->opened, 1);
    }
  return self->db != NULL;
}

SheafArchive *
sheaf_archive_new (GFile *file)
{
  SheafArchive *self = g_object_new (SHEAF_TYPE_ARCHIVE, NULL);

  self->path = file != NULL
                   ? g_file_get_path (file)
                   : g_build_filename (g_get_user_data_dir (), "sheaf", "archive.sqlite", NULL);
  return self;
}

SheafArchive *
sheaf_archive_open (GFile *file, GError **error)
{
  g_autoptr (SheafArchive) self = sheaf_archive_new (file);

  if (ensure_open (self))
    return g_steal_pointer (&self);
  g_propagate_error (error, g_error_copy (self->closed));
  return NULL;
}

const char *
sheaf_archive_get_notice (SheafArchive *self)
{
  g_return_val_if_fail (SHEAF_IS_ARCHIVE (self), NULL);

  ensure_open (self);
  return self->notice;
}

void
sheaf_archive_row_clear (SheafArchiveRow *row)
{
  g_clear_pointer (&row->name, g_free);
  row->state = SHEAF_ARCHIVE_NONE;
}

/* --- statements --- */

static sqlite3_stmt *
bind (sqlite3_stmt *statement, GFile *folder, const SheafEntry *entry)
{
  if (folder != NULL)
    sqlite3_bind_text (statement, 1, g_file_get_uri (folder), -1, g_free);
  if (entry != NULL)
    {
      sqlite3_bind_text (statement, 2, entry->source, -1, SQLITE_TRANSIENT);
      sqlite3_bind_text (statement, 3, entry->id, -1, SQLITE_TRANSIENT);
    }
  return statement;
}

static sqlite3_stmt *
bind_key (SheafArchive *self, int which, GFile *folder, const SheafEntry *entry)
{
  return bind (self->statements[which], folder, entry);
}

static void
bind_record (sqlite3_stmt *statement, int column, const SheafEntry *entry)
{
  g_autoptr (GBytes) record = sheaf_entry_to_record (entry);
  gsize length;
  const void *data = g_bytes_get_data (record, &length);

  sqlite3_bind_blob (statement, column, data, length, SQLITE_TRANSIENT);
}

/* Runs a statement that gives no rows; ends the use of it. */
static gboolean
run (SheafArchive *self, int which, GError **error)
{
  sqlite3_stmt *statement = self->statements[which];
  int code = sqlite3_step (statement);

  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return code == SQLITE_DONE || code == SQLITE_ROW || fail_sqlite (self, code, error);
}

gboolean
sheaf_archive_begin (SheafArchive *self, GError **error)
{
  g_return_val_if_fail (SHEAF_IS_ARCHIVE (self), FALSE);

  if (!ensure_open (self))
    return TRUE;
  g_rec_mutex_lock (&self->mutex);
  if (run (self, BEGIN, error))
    return TRUE;
  g_rec_mutex_unlock (&self->mutex);
  return FALSE;
}

gboolean
sheaf_archive_commit (SheafArchive *self, GError **error)
{
  gboolean done;

  if (!ensure_open (self))
    return TRUE;
  done = run (self, COMMIT, error);
  if (!done)
    run (self, ROLLBACK, NULL);
  g_rec_mutex_unlock (&self->mutex);
  return done;
}

void
sheaf_archive_rollback (SheafArchive *self)
{
  if (!ensure_open (self))
    return;
  run (self, ROLLBACK, NULL);
  g_rec_mutex_unlock (&self->mutex);
}

/* Runs the LOOKUP that @statement is, which has its parameters. */
static gboolean
lookup (SheafArchive *self, sqlite3_stmt *statement, SheafArchiveRow *row, GError **error)
{
  int code = sqlite3_step (statement);

  *row = (SheafArchiveRow){ SHEAF_ARCHIVE_NONE };
  if (code == SQLITE_ROW)
    {
      row->state = CLAMP (sqlite3_column_int (statement, 0), 0, SHEAF_ARCHIVE_FAILED);
      row->name = g_strdup ((const char *) sqlite3_column_text (statement, 1));
      row->bytes = MAX (sqlite3_column_int64 (statement, 2), 0);
    }
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return code == SQLITE_ROW || code == SQLITE_DONE || fail_sqlite (self, code, error);
}

gboolean
sheaf_archive_want (SheafArchive *self,
                    GFile *folder,
                    const SheafEntry *entry,
                    SheafArchiveRow *row,
                    GError **error)
{
  gboolean done;

  g_return_val_if_fail (SHEAF_IS_ARCHIVE (self), FALSE);
  g_return_val_if_fail (entry != NULL && row != NULL, FALSE);

  *row = (SheafArchiveRow){ SHEAF_ARCHIVE_NONE };
  if (!ensure_open (self))
    return TRUE;
  g_rec_mutex_lock (&self->mutex);
  done = lookup (self, bind_key (self, LOOKUP, folder, entry), row, error);
  if (done)
    {
      int which = row->state == SHEAF_ARCHIVE_NONE ? INSERT : REWANT;

      bind_record (bind_key (self, which, folder, entry), 4, entry);
      done = run (self, which, error);
    }
  g_rec_mutex_unlock (&self->mutex);
  return done;
}

static gboolean
open_reader (SheafArchive *self, GError **error)
{
  int code;

  if (self->read_lookup != NULL)
    return TRUE;
  g_clear_pointer (&self->reader, sqlite3_close_v2);
  code = sqlite3_open_v2 (self->path, &self->reader, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                          NULL);
  if (code == SQLITE_OK)
    {
      sqlite3_busy_timeout (self->reader, BUSY_TIMEOUT_MS);
      code = sqlite3_exec (self->reader, "PRAGMA cache_size = -" CACHE_KIB, NULL, NULL, NULL);
    }
  if (code == SQLITE_OK)
    {
      code = sqlite3_prepare_v3 (self->reader, sql[LOOKUP], -1, SQLITE_PREPARE_PERSISTENT,
                                 &self->read_lookup, NULL);
    }
  return code == SQLITE_OK || fail_sqlite (self, code, error);
}

gboolean
sheaf_archive_lookup (SheafArchive *self,
                      GFile *folder,
                      const SheafEntry *entry,
                      SheafArchiveRow *row,
                      GError **error)
{
  gboolean done;

  g_return_val_if_fail (SHEAF_IS_ARCHIVE (self), FALSE);
  g_return_val_if_fail (entry != NULL && row != NULL, FALSE);

  *row = (SheafArchiveRow){ SHEAF_ARCHIVE_NONE };
  if (!ensure_open (self))
    return TRUE;
  g_mutex_lock (&self->reading);
  done = open_reader (self, error)
         && lookup (self, bind (self->read_lookup, folder, entry), row, error);
  g_mutex_unlock (&self->reading);
  return done;
}

gboolean
sheaf_archive_set (SheafArchive *self,
                   GFile *folder,
                   const SheafEntry *entry,
                   SheafArchiveState state,
                   const char *name,
                   guint64 bytes,
                   const GError *reason,
                   GError **error)
{
  sqlite3_stmt *statement;
  gboolean done;

  g_return_val_if_fail (SHEAF_IS_ARCHIVE (self), FALSE);

  if (!ensure_open (self))
    return TRUE;
  g_rec_mutex_lock (&self->mutex);
  statement = bind_key (self, SET, folder, entry);
  sqlite3_bind_int (statement, 4, state);
  sqlite3_bind_text (statement, 5, name, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 6, bytes);
  if (reason != NULL)
    sqlite3_bind_text (statement, 7, sheaf_error_kind (reason), -1, SQLITE_TRANSIENT);
  done = run (self, SET, error);
  g_rec_mutex_unlock (&self->mutex);
  return done;
}

gboolean
sheaf_archive_forget (SheafArchive *self, GFile *folder, const SheafEntry *entry, GError **error)
{
  gboolean done;

  g_return_val_if_fail (SHEAF_IS_ARCHIVE (self), FALSE);

  if (!ensure_open (self))
    return TRUE;
  g_rec_mutex_lock (&self->mutex);
  bind_key (self, FORGET, folder, entry);
  done = run (self, FORGET, error);
  g_rec_mutex_unlock (&self->mutex);
  return done;
}

gint64
sheaf_archive_count (SheafArchive *self, GFile *folder, SheafArchiveState state)
{
  int which = folder != NULL ? COUNT_FOLDER : COUNT_ALL;
  sqlite3_stmt *statement;
  gint64 count = 0;

  g_return_val_if_fail (SHEAF_IS_ARCHIVE (self), 0);

  if (!ensure_open (self))
    return 0;
  g_rec_mutex_lock (&self->mutex);
  statement = bind_key (self, which, folder, NULL);
  sqlite3_bind_int (statement, 2, state);
  if (sqlite3_step (statement) == SQLITE_ROW)
    count = sqlite3_column_int64 (statement, 0);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  g_rec_mutex_unlock (&self->mutex);
  return count;
}

static GPtrArray *
fail_closed (SheafArchive *self, GError **error)
{
  g_propagate_error (error, g_error_copy (self->closed));
  return NULL;
}

static GPtrArray *
dup_unfinished (SheafArchive *self, GFile *folder, gint64 last_place, GError **error)
{
  g_autoptr (GPtrArray) entries
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
  sqlite3_stmt *statement;
  int code;

  g_rec_mutex_lock (&self->mutex);
  statement = bind_key (self, UNFINISHED, folder, NULL);
  sqlite3_bind_int64 (statement, 2, last_place);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      g_autoptr (GBytes) record
          = g_bytes_new (sqlite3_column_blob (statement, 0), sqlite3_column_bytes (statement, 0));
      SheafEntry *entry = sheaf_entry_from_record (record);

      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  if (code != SQLITE_DONE)
    fail_sqlite (self, code, error);
  g_rec_mutex_unlock (&self->mutex);
  return code == SQLITE_DONE ? g_steal_pointer (&entries) : NULL;
}

GPtrArray *
sheaf_archive_dup_unfinished (SheafArchive *self, GFile *folder, GError **error)
{
  g_return_val_if_fail (SHEAF_IS_ARCHIVE (self), NULL);
  g_return_val_if_fail (G_IS_FILE (folder), NULL);

  return ensure_open (self) ? dup_unfinished (self, folder, G_MAXINT64, error)
                            : fail_closed (self, error);
}

GPtrArray *
sheaf_archive_dup_left (SheafArchive *self, GFile *folder, GError **error)
{
  g_return_val_if_fail (SHEAF_IS_ARCHIVE (self), NULL);
  g_return_val_if_fail (G_IS_FILE (folder), NULL);

  return ensure_open (self) ? dup_unfinished (self, folder, self->left, error)
                            : fail_closed (self, error);
}

GPtrArray *
sheaf_archive_dup_left_folders (SheafArchive *self, GError **error)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_object_unref);
  sqlite3_stmt *statement;
  int code;

  g_return_val_if_fail (SHEAF_IS_ARCHIVE (self), NULL);

  if (!ensure_open (self))
    return fail_closed (self, error);
  g_rec_mutex_lock (&self->mutex);
  statement = self->statements[FOLDERS];
  sqlite3_bind_int64 (statement, 2, self->left);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const char *uri = (const char *) sqlite3_column_text (statement, 0);

      if (uri != NULL)
        g_ptr_array_add (folders, g_file_new_for_uri (uri));
    }
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  if (code != SQLITE_DONE)
    fail_sqlite (self, code, error);
  g_rec_mutex_unlock (&self->mutex);
  return code == SQLITE_DONE ? g_steal_pointer (&folders) : NULL;
}

gboolean
sheaf_archive_forget_unfinished (SheafArchive *self, GFile *folder, GError **error)
{
  int which = folder != NULL ? FORGET_FOLDER : FORGET_ALL;
  gboolean done;

  g_return_val_if_fail (SHEAF_IS_ARCHIVE (self), FALSE);

  if (!ensure_open (self))
    return TRUE;
  g_rec_mutex_lock (&self->mutex);
  bind_key (self, which, folder, NULL);
  done = run (self, which, error);
  g_rec_mutex_unlock (&self->mutex);
  return done;
}
