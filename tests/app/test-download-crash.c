/* test-download-crash.c: killed at any moment, full disks: nothing is lost, nothing is broken
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program kills itself: this binary starts itself again as the one that downloads
 * (--download FOLDER ARCHIVE URL N), and as the one that does so on a disk of its own
 * (--small-disk). */
#include "config.h"

#include "app/download/atomic-file.h"
#include "app/download/download-pool.h"
#include "app/work/error.h"
#include "tests/app/fault-server.h"
#include "tests/app/scratch.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_PICTURES 150
#define N_KILLS    30

static const char *program;

/* --- the side that downloads --- */

static SheafDownloadPool *
new_pool (const char *folder, const char *archive_path, SheafExecutor **executor)
{
  SheafExecutorOptions executor_options = { .n_jobs = 4, .kind = SHEAF_VERB_NETWORK };
  g_autoptr (GFile) file = g_file_new_for_path (archive_path);
  g_autoptr (GFile) folder_file = g_file_new_for_path (folder);
  g_autoptr (SheafArchive) archive = NULL;
  g_autoptr (GError) error = NULL;
  SheafDownloadOptions options = { .folder = folder_file,
                                   .retries = 20,
                                   .read_timeout = 2,
                                   .allow_private = TRUE,
                                   .use_archive = TRUE,
                                   .backoff_ms = 5 };

  archive = sheaf_archive_open (file, &error);
  g_assert_no_error (error);
  *executor = sheaf_executor_create ("threads", &executor_options, &error);
  g_assert_no_error (error);
  return sheaf_download_pool_new (*executor, archive, &options);
}

/* Lets go of everything, so that a leak checker sees what was forgotten. */
static void
end_pool (SheafDownloadPool *pool, SheafExecutor *executor)
{
  sheaf_executor_shutdown (executor, TRUE);
  g_object_unref (pool);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (executor);
}

static SheafEntry *
nth_entry (const char *base, guint i)
{
  g_autofree char *id = g_strdup_printf ("p%u", i);
  SheafEntry *entry = sheaf_entry_new ("test", id);

  entry->url = g_strdup_printf ("%s/p%u.jpg", base, i);
  return entry;
}

static int
download_all (const char *folder, const char *archive, const char *base, guint n)
{
  SheafExecutor *executor;
  SheafDownloadPool *pool = new_pool (folder, archive, &executor);
  g_autoptr (GPtrArray) downloads = g_ptr_array_new_with_free_func (g_object_unref);
  int status = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SheafEntry) entry = nth_entry (base, i);

      g_ptr_array_add (downloads, sheaf_download_pool_add (pool, entry));
    }
  while (sheaf_download_pool_get_n_pending (pool) > 0)
    {
      if (sheaf_download_pool_get_paused (pool))
        return 3;
      g_main_context_iteration (NULL, TRUE);
    }
  for (guint i = 0; i < n; i++)
    {
      SheafDownloadState state = sheaf_download_get_state (downloads->pdata[i]);

      if (state != SHEAF_DOWNLOAD_DONE && state != SHEAF_DOWNLOAD_SKIPPED)
        status = 1;
    }
  end_pool (pool, executor);
  return status;
}

/* --- killed --- */

typedef struct
{
  GBytes *bytes;
  gint n_whole; /* how often all of it was sent at once or to its end */
} Picture;

static gboolean
answer_or_fail (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  Picture *picture = data;
  gsize length = g_bytes_get_size (picture->bytes);

  switch (g_random_int_range (0, 12))
    {
    case 0:
      fault_printf (connection, "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: %zu\r\n\r\n",
                    length);
      fault_send (connection, g_bytes_get_data (picture->bytes, NULL), length / 2);
      return FALSE;
    case 1:
      return fault_answer (connection, "500 Internal", "", "x", 1);
    default:
      fault_sleep (connection, g_random_int_range (10, 150));
      g_atomic_int_inc (&picture->n_whole);
      return fault_answer_file (connection, request, picture->bytes, "image/jpeg", "\"v1\"");
    }
}

static GPid
start (const char *mode, const char *folder, const char *archive, const char *base, guint n)
{
  g_autofree char *count = g_strdup_printf ("%u", n);
  const char *argv[] = { program, mode, folder, archive, base, count, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

static int
wait_for (GPid pid)
{
  int status;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return status;
}

/* Every file that has a name is whole, at every moment. */
static guint
check_files (const char *folder, Picture *pictures, guint n)
{
  guint n_there = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/p%u.jpg", folder, i);
      g_autofree char *data = NULL;
      gsize length;

      if (!g_file_get_contents (path, &data, &length, NULL))
        continue;
      n_there++;
      g_assert_cmpmem (data, length, g_bytes_get_data (pictures[i].bytes, NULL),
                       g_bytes_get_size (pictures[i].bytes));
    }
  return n_there;
}

static void
test_killed (void)
{
  g_autoptr (FaultServer) server = fault_server_new ();
  g_autofree char *top = g_dir_make_tmp ("sheaf-crash-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (top, "pictures", NULL);
  g_autofree char *archive = g_build_filename (top, "archive.sqlite", NULL);
  g_autofree char *base = fault_server_url (server, "");
  Picture pictures[N_PICTURES] = { { NULL } };
  guint n_whole = 0, n_kills = 0;

  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *rule = g_strdup_printf ("/p%u.jpg", i);

      pictures[i].bytes = fault_picture ("image/jpeg", g_random_int_range (1000, 300000), i);
      fault_server_on (server, rule, answer_or_fail, &pictures[i]);
    }
  while (n_kills < N_KILLS)
    {
      GPid pid = start ("--download", folder, archive, base, N_PICTURES);

      g_usleep (g_random_int_range (20, 400) * 1000);
      kill (pid, SIGKILL);
      if (!WIFSIGNALED (wait_for (pid)))
        break;
      n_kills++;
      check_files (folder, pictures, N_PICTURES);
    }
  g_assert_cmpint (wait_for (start ("--download", folder, archive, base, N_PICTURES)), ==, 0);
  g_assert_cmpuint (check_files (folder, pictures, N_PICTURES), ==, N_PICTURES);
  g_assert_cmpuint (scratch_count (folder, FALSE), ==, N_PICTURES);
  g_assert_cmpuint (scratch_count (folder, TRUE), ==, 0);
  g_clear_pointer (&server, fault_server_free);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      n_whole += (guint) g_atomic_int_get (&pictures[i].n_whole);
      g_bytes_unref (pictures[i].bytes);
    }
  g_test_message ("%u kills; %u pictures, %u answers", n_kills, N_PICTURES, n_whole);
  g_assert_cmpuint (n_kills, >=, N_KILLS / 3);
  /* Nothing that was whole is fetched again: at most what was in flight at each kill is. */
  g_assert_cmpuint (n_whole, <=, N_PICTURES + n_kills * 6);
  scratch_remove (top);
}

/* --- a full disk --- */

static gboolean
answer_picture (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  return fault_answer_file (connection, request, data, "image/jpeg", "\"v1\"");
}

static void
settle (SheafDownloadPool *pool)
{
  while (sheaf_download_pool_get_n_pending (pool) > 0 && !sheaf_download_pool_get_paused (pool))
    g_main_context_iteration (NULL, TRUE);
  /* What was under way comes back into the queue. */
  for (guint i = 0; i < 300; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

/* In a mount namespace of its own: 2 MiB for 20 pictures of 200 KiB, half of it taken. */
static int
fill_small_disk (const char *folder, const char *archive)
{
  g_autoptr (FaultServer) server = NULL;
  g_autofree char *base = NULL, *ballast = g_build_filename (folder, "ballast", NULL);
  g_autofree char *megabyte = g_malloc0 (1 << 20);
  Picture pictures[20] = { { NULL } };
  SheafExecutor *executor;
  SheafDownloadPool *pool;

  if (!scratch_own_mounts () || mount ("small", folder, "tmpfs", 0, "size=6m") != 0)
    return 77;
  g_assert_true (g_file_set_contents (ballast, megabyte, 1 << 20, NULL));

  server = fault_server_new ();
  base = fault_server_url (server, "");
  pool = new_pool (folder, archive, &executor);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *rule = g_strdup_printf ("/p%u.jpg", i);
      g_autoptr (SheafEntry) entry = nth_entry (base, i);

      pictures[i].bytes = fault_picture ("image/jpeg", 280000, i);
      fault_server_on (server, rule, answer_picture, pictures[i].bytes);
      g_object_unref (sheaf_download_pool_add (pool, entry));
    }
  settle (pool);
  g_assert_true (sheaf_download_pool_get_paused (pool));
  g_assert_error (sheaf_download_pool_get_pause_reason (pool), SHEAF_ERROR, SHEAF_ERROR_DISK_FULL);
  g_assert_cmpuint (check_files (folder, pictures, 20), <, 20);
  g_assert_cmpuint (sheaf_download_pool_get_n_pending (pool), >, 0);

  /* Resuming without doing anything about it pauses again; freeing space and resuming goes on. */
  sheaf_download_pool_set_paused (pool, FALSE);
  settle (pool);
  g_assert_true (sheaf_download_pool_get_paused (pool));
  g_assert_cmpint (g_unlink (ballast), ==, 0);
  sheaf_download_pool_set_paused (pool, FALSE);
  settle (pool);
  g_assert_false (sheaf_download_pool_get_paused (pool));
  g_assert_cmpuint (sheaf_download_pool_get_n_pending (pool), ==, 0);
  g_assert_cmpuint (check_files (folder, pictures, 20), ==, 20);
  g_assert_cmpuint (scratch_count (folder, TRUE), ==, 0);

  /* A disk that turned read-only. */
  g_assert_cmpint (mount ("small", folder, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=6m"), ==, 0);
  {
    g_autoptr (SheafEntry) entry = sheaf_entry_new ("test", "late");

    entry->url = g_strconcat (base, "/p0.jpg?late", NULL);
    g_object_unref (sheaf_download_pool_add (pool, entry));
    settle (pool);
    g_assert_error (sheaf_download_pool_get_pause_reason (pool), SHEAF_ERROR,
                    SHEAF_ERROR_PERMISSION);
    g_assert_cmpint (mount ("small", folder, "tmpfs", MS_REMOUNT, "size=6m"), ==, 0);
    sheaf_download_pool_set_paused (pool, FALSE);
    settle (pool);
    g_assert_cmpuint (sheaf_download_pool_get_n_pending (pool), ==, 0);
  }
  end_pool (pool, executor);
  g_clear_pointer (&server, fault_server_free);
  for (guint i = 0; i < 20; i++)
    g_bytes_unref (pictures[i].bytes);
  return 0;
}

static void
test_small_disk (void)
{
  g_autofree char *top = g_dir_make_tmp ("sheaf-disk-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (top, "pictures", NULL);
  g_autofree char *archive = g_build_filename (top, "archive.sqlite", NULL);
  int status;

  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  status = wait_for (start ("--small-disk", folder, archive, "", 0));
  if (WIFEXITED (status) && WEXITSTATUS (status) == 77)
    g_test_skip ("no leave to mount a small disk here");
  else
    g_assert_cmpint (status, ==, 0);
  scratch_remove (top);
}

int
main (int argc, char *argv[])
{
  program = argv[0];
  if (argc == 6 && g_str_equal (argv[1], "--download"))
    return download_all (argv[2], argv[3], argv[4], atoi (argv[5]));
  if (argc == 6 && g_str_equal (argv[1], "--small-disk"))
    return fill_small_disk (argv[2], argv[3]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/download/killed", test_killed);
  g_test_add_func ("/download/small-disk", test_small_disk);
  return g_test_run ();
}
