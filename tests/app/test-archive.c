/* test-archive.c: what is wanted and what is whole, through damage and crashes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/download/archive.h"
#include "app/download/entry-record.h"
#include "app/work/error.h"
#include "tests/app/scratch.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *top;
  GFile *file;
  GFile *folder;
  SheafArchive *archive;
} Fixture;

static void
reopen (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->archive);
  self->archive = sheaf_archive_open (self->file, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *path = NULL;

  self->top = g_dir_make_tmp ("sheaf-archive-XXXXXX", NULL);
  path = g_build_filename (self->top, "deep", "archive.sqlite", NULL);
  self->file = g_file_new_for_path (path);
  self->folder = g_file_new_for_path ("/somewhere");
  reopen (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_object_unref (self->archive);
  g_object_unref (self->file);
  g_object_unref (self->folder);
  scratch_remove (self->top);
  g_free (self->top);
}

static SheafEntry *
new_entry (const char *id)
{
  SheafEntry *entry = sheaf_entry_new ("test", id);

  entry->url = g_strconcat ("http://h/", id, ".jpg", NULL);
  entry->title = g_strdup ("Title “ü”");
  entry->bytes = G_GUINT64_CONSTANT (5000000000);
  entry->date = -5;
  entry->animated = TRUE;
  entry->index = 3;
  return entry;
}

static SheafArchiveState
want (Fixture *self, const char *id)
{
  g_autoptr (SheafEntry) entry = new_entry (id);
  g_auto (SheafArchiveRow) row = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (sheaf_archive_want (self->archive, self->folder, entry, &row, &error));
  g_assert_no_error (error);
  return row.state;
}

static void
set (Fixture *self, const char *id, SheafArchiveState state)
{
  g_autoptr (SheafEntry) entry = new_entry (id);
  g_autoptr (GError) error = NULL;

  g_assert_true (
      sheaf_archive_set (self->archive, self->folder, entry, state, "x.jpg", 7, NULL, &error));
}

static guint
count_unfinished (Fixture *self)
{
  g_autoptr (GPtrArray) entries = sheaf_archive_dup_unfinished (self->archive, self->folder, NULL);

  return entries->len;
}

static void
test_life (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) unfinished = NULL, folders = NULL;
  SheafEntry *entry;

  g_assert_cmpint (want (self, "b"), ==, SHEAF_ARCHIVE_NONE);
  g_assert_cmpint (want (self, "a"), ==, SHEAF_ARCHIVE_NONE);
  g_assert_cmpint (want (self, "c"), ==, SHEAF_ARCHIVE_NONE);
  set (self, "c", SHEAF_ARCHIVE_DONE);
  set (self, "a", SHEAF_ARCHIVE_PLACING);
  reopen (self);
  g_assert_cmpint (want (self, "b"), ==, SHEAF_ARCHIVE_WANTED);
  g_assert_cmpint (want (self, "a"), ==, SHEAF_ARCHIVE_PLACING);
  g_assert_cmpint (want (self, "c"), ==, SHEAF_ARCHIVE_DONE);

  unfinished = sheaf_archive_dup_unfinished (self->archive, self->folder, NULL);
  g_assert_cmpuint (unfinished->len, ==, 2);
  entry = unfinished->pdata[0];
  g_assert_cmpstr (entry->id, ==, "b");
  g_assert_cmpstr (entry->title, ==, "Title “ü”");
  g_assert_cmpuint (entry->bytes, ==, G_GUINT64_CONSTANT (5000000000));
  g_assert_cmpint (entry->date, ==, -5);
  g_assert_true (entry->animated);
  g_assert_cmpuint (entry->index, ==, 3);
  folders = sheaf_archive_dup_left_folders (self->archive, NULL);
  g_assert_cmpuint (folders->len, ==, 1);
  g_assert_true (g_file_equal (folders->pdata[0], self->folder));

  set (self, "b", SHEAF_ARCHIVE_FAILED);
  g_assert_cmpuint (count_unfinished (self), ==, 1);
  g_assert_cmpint (want (self, "b"), ==, SHEAF_ARCHIVE_FAILED);
  g_assert_cmpuint (count_unfinished (self), ==, 2);
  g_assert_true (sheaf_archive_forget_unfinished (self->archive, self->folder, NULL));
  g_assert_cmpuint (count_unfinished (self), ==, 0);
  g_assert_cmpint (sheaf_archive_count (self->archive, NULL, SHEAF_ARCHIVE_DONE), ==, 1);
}

static void
test_all_or_nothing (Fixture *self, gconstpointer data)
{
  g_assert_true (sheaf_archive_begin (self->archive, NULL));
  want (self, "a");
  sheaf_archive_rollback (self->archive);
  g_assert_cmpuint (count_unfinished (self), ==, 0);
  g_assert_true (sheaf_archive_begin (self->archive, NULL));
  want (self, "a");
  g_assert_true (sheaf_archive_commit (self->archive, NULL));
  reopen (self);
  g_assert_cmpuint (count_unfinished (self), ==, 1);
}

static void
test_two_at_once (Fixture *self, gconstpointer data)
{
  g_autoptr (SheafArchive) other = sheaf_archive_open (self->file, NULL);
  g_autoptr (SheafEntry) entry = new_entry ("b");
  g_auto (SheafArchiveRow) row = { 0 };

  want (self, "a");
  g_assert_true (sheaf_archive_want (other, self->folder, entry, &row, NULL));
  g_assert_cmpuint (count_unfinished (self), ==, 2);
}

/* How many names beside the archive have @part in them. */
static guint
count_names (Fixture *self, const char *part)
{
  g_autofree char *path = g_file_get_path (self->file);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += strstr (name, part) != NULL;
  return n;
}

static void
test_damaged (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_file_get_path (self->file);

  want (self, "a");
  g_clear_object (&self->archive);
  g_assert_true (g_file_set_contents (path, "this is no database, not even nearly one", -1, NULL));
  reopen (self);
  g_assert_nonnull (strstr (sheaf_archive_get_notice (self->archive), "damaged"));
  g_assert_cmpuint (count_unfinished (self), ==, 0);
  want (self, "b");
  g_assert_cmpuint (count_names (self, ".damaged-"), >=, 1);
  reopen (self);
  g_assert_null (sheaf_archive_get_notice (self->archive));
  g_assert_cmpuint (count_unfinished (self), ==, 1);
}

static void
run_sql (Fixture *self, const char *statement)
{
  g_autofree char *path = g_file_get_path (self->file);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, statement, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

/* What a Sheaf of tomorrow keeps there is not understood, and not touched. */
static void
test_newer (Fixture *self, gconstpointer data)
{
  want (self, "a");
  g_clear_object (&self->archive);
  run_sql (self, "ALTER TABLE wanted ADD COLUMN tomorrow TEXT; PRAGMA user_version = 2;");
  reopen (self);
  g_assert_nonnull (strstr (sheaf_archive_get_notice (self->archive), "newer"));
  g_assert_cmpuint (count_unfinished (self), ==, 0);
  g_assert_cmpuint (count_names (self, ".newer-"), ==, 1);
  want (self, "b");
  reopen (self);
  g_assert_null (sheaf_archive_get_notice (self->archive));
  g_assert_cmpuint (count_unfinished (self), ==, 1);
}

/* A table of another shape, and a file that breaks off in the middle. */
static void
test_damaged_inside (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_file_get_path (self->file);
  GStatBuf status;

  g_clear_object (&self->archive);
  run_sql (self, "DROP TABLE wanted; CREATE TABLE wanted (word TEXT);");
  reopen (self);
  g_assert_nonnull (sheaf_archive_get_notice (self->archive));
  g_assert_true (sheaf_archive_begin (self->archive, NULL));
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *id = g_strdup_printf ("p%u", i);

      want (self, id);
    }
  g_assert_true (sheaf_archive_commit (self->archive, NULL));
  g_clear_object (&self->archive);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (truncate (path, status.st_size / 2), ==, 0);
  reopen (self);
  g_assert_nonnull (sheaf_archive_get_notice (self->archive));
  want (self, "a");
  g_assert_cmpuint (count_unfinished (self), ==, 1);
}

static void
test_no_place (void)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/proc/none/archive.sqlite");
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafArchive) archive = sheaf_archive_open (file, &error);

  g_assert_null (archive);
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_PERMISSION);
}

/* Where nothing can be remembered, nothing was wanted, and nobody is kept from downloading. */
static void
test_no_place_later (void)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/proc/none/archive.sqlite");
  g_autoptr (GFile) folder = g_file_new_for_path ("/pictures");
  g_autoptr (SheafArchive) archive = sheaf_archive_new (file);
  g_autoptr (SheafEntry) entry = new_entry ("a");
  g_autoptr (GPtrArray) unfinished = NULL;
  g_autoptr (GError) error = NULL;
  SheafArchiveRow row;

  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (sheaf_archive_begin (archive, &error));
      g_assert_true (sheaf_archive_want (archive, folder, entry, &row, &error));
      g_assert_cmpint (row.state, ==, SHEAF_ARCHIVE_NONE);
      g_assert_true (
          sheaf_archive_set (archive, folder, entry, SHEAF_ARCHIVE_DONE, "x.jpg", 7, NULL, &error));
      g_assert_true (sheaf_archive_commit (archive, &error));
      g_assert_true (sheaf_archive_lookup (archive, folder, entry, &row, &error));
      g_assert_cmpint (row.state, ==, SHEAF_ARCHIVE_NONE);
    }
  /* Not knowing is not the same as nothing: parts are not swept away for it. */
  unfinished = sheaf_archive_dup_unfinished (archive, folder, &error);
  g_assert_null (unfinished);
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_PERMISSION);
  g_assert_nonnull (strstr (sheaf_archive_get_notice (archive), error->message));
}

/* What is wanted since it was opened was not left by anybody. */
static void
test_left (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) left = NULL, folders = NULL;

  want (self, "a");
  folders = sheaf_archive_dup_left_folders (self->archive, NULL);
  g_assert_cmpuint (folders->len, ==, 0);
  reopen (self);
  want (self, "b");
  want (self, "a");
  left = sheaf_archive_dup_left (self->archive, self->folder, NULL);
  g_assert_cmpuint (left->len, ==, 1);
  g_assert_cmpstr (((SheafEntry *) left->pdata[0])->id, ==, "a");
  g_assert_cmpuint (count_unfinished (self), ==, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/archive/life", Fixture, NULL, set_up, test_life, tear_down);
  g_test_add ("/archive/all-or-nothing", Fixture, NULL, set_up, test_all_or_nothing, tear_down);
  g_test_add ("/archive/two-at-once", Fixture, NULL, set_up, test_two_at_once, tear_down);
  g_test_add ("/archive/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
  g_test_add ("/archive/newer", Fixture, NULL, set_up, test_newer, tear_down);
  g_test_add ("/archive/damaged-inside", Fixture, NULL, set_up, test_damaged_inside, tear_down);
  g_test_add ("/archive/left", Fixture, NULL, set_up, test_left, tear_down);
  g_test_add_func ("/archive/no-place", test_no_place);
  g_test_add_func ("/archive/no-place-later", test_no_place_later);
  return g_test_run ();
}
