/* test-download-destination.c: a destination that goes away in the middle, and comes back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each case is this binary once more (--case N TOP), so that it may have mounts of its own.  The
 * batch pauses with a reason, nothing is written anywhere else, and resuming goes on until all is
 * there. */
#include "config.h"

#include "app/download/download-pool.h"
#include "app/work/error.h"
#include "tests/app/fault-server.h"
#include "tests/app/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_PICTURES 30
#define NO_LEAVE   77

typedef struct
{
  char *folder;
  char *moved;
  char *elsewhere;
  char *disk; /* with the archive */
} Places;

static const char *program;

/* --- what happens to the destination --- */

static gboolean
make_nothing (Places *places)
{
  return TRUE;
}

static void
delete_it (Places *places)
{

  /* A picture that comes in between keeps the folder from going. */
  while (g_file_test (places->folder, G_FILE_TEST_EXISTS))
    scratch_remove (places->folder);
}

static void
leave_it (Places *places)
{
}

static void
move_it (Places *places)
{
  g_assert_cmpint (g_rename (places->folder, places->moved), ==, 0);
}

static void
move_it_back (Places *places)
{
  g_assert_cmpint (g_rename (places->moved, places->folder), ==, 0);
}

static void
replace_it (Places *places)
{
  g_assert_cmpint (g_mkdir (places->elsewhere, 0700), ==, 0);
  move_it (places);
  g_assert_cmpint (symlink (places->elsewhere, places->folder), ==, 0);
}

static void
put_it_back (Places *places)
{
  /* Nothing went where the link leads. */
  g_assert_cmpint (g_rmdir (places->elsewhere), ==, 0);
  g_assert_cmpint (g_unlink (places->folder), ==, 0);
  move_it_back (places);
}

static gboolean
make_mount (Places *places)
{
  return scratch_own_mounts () && g_mkdir (places->elsewhere, 0700) == 0
         && g_mkdir (places->folder, 0700) == 0
         && mount (places->elsewhere, places->folder, NULL, MS_BIND, NULL) == 0;
}

static void
unmount_it (Places *places)
{
  g_assert_cmpint (umount2 (places->folder, MNT_DETACH), ==, 0);
}

static void
mount_it_again (Places *places)
{
  /* Nothing went where only the mount was. */
  g_assert_cmpint (g_rmdir (places->folder), ==, 0);
  g_assert_cmpint (g_mkdir (places->folder, 0700), ==, 0);
  g_assert_cmpint (mount (places->elsewhere, places->folder, NULL, MS_BIND, NULL), ==, 0);
}

static gboolean
make_small_disk (Places *places)
{
  return scratch_own_mounts () && mount ("small", places->disk, "tmpfs", 0, "size=6m") == 0;
}

static void
fill_disk (Places *places)
{
  g_autofree char *path = g_build_filename (places->disk, "ballast", NULL);
  static const char page[4096];
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  while (write (fd, page, sizeof page) > 0)
    continue;
  g_assert_cmpint (errno, ==, ENOSPC);
  close (fd);
}

static void
empty_disk (Places *places)
{
  g_autofree char *path = g_build_filename (places->disk, "ballast", NULL);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

static const struct
{
  const char *name;
  gboolean (*prepare) (Places *places);
  void (*harm) (Places *places);
  void (*heal) (Places *places);
  SheafError reason;
  gboolean loses_what_was; /* by the harm itself */
} cases[] = {
  { "deleted", make_nothing, delete_it, leave_it, SHEAF_ERROR_FILE, TRUE },
  { "moved", make_nothing, move_it, move_it_back, SHEAF_ERROR_FILE, FALSE },
  { "replaced-by-link", make_nothing, replace_it, put_it_back, SHEAF_ERROR_FILE, FALSE },
  { "unmounted", make_mount, unmount_it, mount_it_again, SHEAF_ERROR_FILE, FALSE },
  { "record-on-full-disk", make_small_disk, fill_disk, empty_disk, SHEAF_ERROR_DISK_FULL, FALSE },
};

/* --- the side that downloads --- */

static gboolean
answer (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_sleep (connection, 30);
  return fault_answer_file (connection, request, data, "image/jpeg", "\"v1\"");
}

static void
settle (SheafDownloadPool *pool)
{
  while (sheaf_download_pool_get_n_pending (pool) > 0 && !sheaf_download_pool_get_paused (pool))
    g_main_context_iteration (NULL, TRUE);
}

static int
run_case (guint which, const char *top)
{
  Places places = { .folder = g_build_filename (top, "pictures", NULL),
                    .moved = g_build_filename (top, "moved", NULL),
                    .elsewhere = g_build_filename (top, "elsewhere", NULL),
                    .disk = g_build_filename (top, "disk", NULL) };
  SheafExecutorOptions executor_options = { .n_jobs = 2, .kind = SHEAF_VERB_NETWORK };
  g_autoptr (GFile) folder = g_file_new_for_path (places.folder);
  g_autoptr (GFile) file = g_file_new_build_filename (places.disk, "archive.sqlite", NULL);
  SheafDownloadOptions options = {
    .folder = folder, .retries = 2, .allow_private = TRUE, .use_archive = TRUE, .backoff_ms = 10
  };
  FaultServer *server = fault_server_new ();
  GBytes *pictures[N_PICTURES];
  SheafArchive *archive;
  SheafExecutor *executor;
  SheafDownloadPool *pool;
  guint n_before;

  g_assert_cmpint (g_mkdir (places.disk, 0700), ==, 0);
  if (!cases[which].prepare (&places))
    return NO_LEAVE;
  archive = sheaf_archive_open (file, NULL);
  executor = sheaf_executor_create ("threads", &executor_options, NULL);
  pool = sheaf_download_pool_new (executor, archive, &options);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *id = g_strdup_printf ("p%u", i);
      g_autofree char *path = g_strdup_printf ("/p%u.jpg", i);
      g_autoptr (SheafEntry) entry = sheaf_entry_new ("test", id);

      pictures[i] = fault_picture ("image/jpeg", 3000, i);
      fault_server_on (server, path, answer, pictures[i]);
      entry->url = fault_server_url (server, path);
      g_object_unref (sheaf_download_pool_add (pool, entry));
    }
  while (sheaf_archive_count (archive, folder, SHEAF_ARCHIVE_DONE) < 5)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (sheaf_download_pool_get_n_pending (pool), >, 0);

  cases[which].harm (&places);
  settle (pool);
  g_assert_true (sheaf_download_pool_get_paused (pool));
  g_assert_error (sheaf_download_pool_get_pause_reason (pool), SHEAF_ERROR,
                  (int) cases[which].reason);
  cases[which].heal (&places);
  n_before = scratch_count (places.folder, FALSE);
  sheaf_download_pool_set_paused (pool, FALSE);
  settle (pool);
  g_assert_no_error (sheaf_download_pool_get_pause_reason (pool));
  g_assert_cmpuint (sheaf_download_pool_get_n_pending (pool), ==, 0);

  if (!cases[which].loses_what_was)
    g_assert_cmpuint (scratch_count (places.folder, FALSE), ==, N_PICTURES);
  else
    g_assert_cmpuint (scratch_count (places.folder, FALSE), >, n_before);
  g_assert_cmpuint (scratch_count (places.folder, TRUE), ==, 0);
  g_assert_cmpint (sheaf_archive_count (archive, folder, SHEAF_ARCHIVE_DONE), ==, N_PICTURES);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/p%u.jpg", places.folder, i);
      g_autofree char *data = NULL;
      gsize length;

      if (g_file_get_contents (name, &data, &length, NULL))
        g_assert_cmpmem (data, length, g_bytes_get_data (pictures[i], NULL),
                         g_bytes_get_size (pictures[i]));
    }

  sheaf_executor_shutdown (executor, TRUE);
  g_object_unref (pool);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (executor);
  g_object_unref (archive);
  fault_server_free (server);
  for (guint i = 0; i < N_PICTURES; i++)
    g_bytes_unref (pictures[i]);
  g_free (places.folder);
  g_free (places.moved);
  g_free (places.elsewhere);
  g_free (places.disk);
  return 0;
}

/* --- the side that looks on --- */

static void
test_case (gconstpointer data)
{
  g_autofree char *top = g_dir_make_tmp ("sheaf-destination-XXXXXX", NULL);
  g_autofree char *number = g_strdup_printf ("%d", GPOINTER_TO_INT (data));
  const char *argv[] = { program, "--case", number, top, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  if (WIFEXITED (status) && WEXITSTATUS (status) == NO_LEAVE)
    g_test_skip ("no leave to mount anything here");
  else
    g_assert_cmpint (status, ==, 0);
  scratch_remove (top);
}

int
main (int argc, char *argv[])
{
  program = argv[0];
  if (argc == 4 && g_str_equal (argv[1], "--case"))
    return run_case ((guint) atoi (argv[2]), argv[3]);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/download/destination/", cases[i].name, NULL);

      g_test_add_data_func (path, GINT_TO_POINTER ((int) i), test_case);
    }
  return g_test_run ();
}
