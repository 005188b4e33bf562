/* test-download-phases.c: killed between any two steps of a download
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * This binary starts itself again as the one that downloads (--die MARK N FOLDER ARCHIVE URL), and
 * stands there between the program and the system: the Nth time the call that a mark names is made,
 * it is the last thing the process does.  Started once more without a mark, it must go on where it
 * was: nothing that was whole is sent again, nothing is left lying about. */
#include "config.h"

#include "app/download/download-pool.h"
#include "tests/app/fault-server.h"
#include "tests/app/scratch.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define N_PICTURES 3

typedef enum
{
  MARK_NONE,
  MARK_RECORD,       /* before a change of the record is on the disk */
  MARK_BODY,         /* the answer's head is there, nothing of its body */
  MARK_WHOLE,        /* the part is whole, but not synced */
  MARK_BEFORE_NAME,  /* synced and recorded as about to get its name */
  MARK_AFTER_NAME,   /* it has its name, but the folder is not synced */
  MARK_AFTER_FOLDER, /* all is on the disk, but the record does not say so */
  N_MARKS
} Mark;

static const char *const mark_names[N_MARKS]
    = { "none", "record", "body", "whole", "before-name", "after-name", "after-folder" };

static const char *program;
static gint mark;
static gint countdown;

static void
reach (Mark reached)
{
  if (g_atomic_int_get (&mark) == (gint) reached && g_atomic_int_dec_and_test (&countdown))
    {
      raise (SIGKILL);
      pause ();
    }
}

/* --- between the program and the system --- */

static gboolean
is_part (int fd)
{
  char value[16];

  return fgetxattr (fd, "user.sheaf.validator", value, 0) > 0;
}

int
fsync (int fd)
{
  struct stat status;
  gboolean known = fstat (fd, &status) == 0;
  gboolean folder = known && S_ISDIR (status.st_mode);
  int result;

  if (is_part (fd))
    reach (MARK_WHOLE);
  else if (known && !folder)
    reach (MARK_RECORD);
  result = (int) syscall (SYS_fsync, fd);
  if (folder)
    reach (MARK_AFTER_FOLDER);
  return result;
}

int
fdatasync (int fd)
{
  reach (MARK_RECORD);
  return (int) syscall (SYS_fdatasync, fd);
}

int
renameat2 (int from_fd, const char *from, int to_fd, const char *to, unsigned int flags)
{
  int result;

  reach (MARK_BEFORE_NAME);
  result = (int) syscall (SYS_renameat2, from_fd, from, to_fd, to, flags);
  reach (MARK_AFTER_NAME);
  return result;
}

int
fsetxattr (int fd, const char *name, const void *value, size_t size, int flags)
{
  int result = (int) syscall (SYS_fsetxattr, fd, name, value, size, flags);

  reach (MARK_BODY);
  return result;
}

/* --- the side that downloads --- */

static int
download (const char *folder, const char *archive_path, const char *base)
{
  SheafExecutorOptions executor_options = { .n_jobs = 1, .kind = SHEAF_VERB_NETWORK };
  g_autoptr (GFile) folder_file = g_file_new_for_path (folder);
  g_autoptr (GFile) archive_file = g_file_new_for_path (archive_path);
  SheafDownloadOptions options = {
    .folder = folder_file, .retries = 3, .allow_private = TRUE, .use_archive = TRUE, .backoff_ms = 5
  };
  g_autoptr (SheafArchive) archive = NULL;
  g_autoptr (SheafExecutor) executor = NULL;
  g_autoptr (SheafDownloadPool) pool = NULL;
  g_autoptr (GError) error = NULL;

  archive = sheaf_archive_open (archive_file, &error);
  g_assert_no_error (error);
  executor = sheaf_executor_create ("threads", &executor_options, &error);
  g_assert_no_error (error);
  pool = sheaf_download_pool_new (executor, archive, &options);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *id = g_strdup_printf ("p%u", i);
      g_autoptr (SheafEntry) entry = sheaf_entry_new ("test", id);

      entry->url = g_strdup_printf ("%s/p%u.jpg", base, i);
      g_object_unref (sheaf_download_pool_add (pool, entry));
    }
  while (sheaf_download_pool_get_n_pending (pool) > 0)
    {
      g_assert_no_error (sheaf_download_pool_get_pause_reason (pool));
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpint (sheaf_archive_count (archive, folder_file, SHEAF_ARCHIVE_DONE), ==, N_PICTURES);
  sheaf_executor_shutdown (executor, TRUE);
  return 0;
}

/* --- the side that looks on --- */

typedef struct
{
  GBytes *bytes;
  gint n_from_start;
} Picture;

static gboolean
answer (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  Picture *picture = data;

  if (g_hash_table_lookup (request->headers, "range") == NULL)
    g_atomic_int_inc (&picture->n_from_start);
  return fault_answer_file (connection, request, picture->bytes, "image/jpeg", "\"v1\"");
}

/* How the child ended. */
static int
run (Mark to_reach, guint n, const char *folder, const char *archive, const char *base)
{
  g_autofree char *nth = g_strdup_printf ("%u", n);
  const char *argv[] = { program, "--die", mark_names[to_reach], nth, folder, archive, base, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  return status;
}

static void
check_names (const char *folder, Picture *pictures, gboolean at_the_end)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *data = NULL;
      gsize length;
      int i;

      if (*name == '.' && !at_the_end)
        continue;
      g_assert_cmpint (sscanf (name, "p%d.jpg", &i), ==, 1);
      g_assert_true (g_file_get_contents (path, &data, &length, NULL));
      g_assert_cmpmem (data, length, g_bytes_get_data (pictures[i].bytes, NULL),
                       g_bytes_get_size (pictures[i].bytes));
      n++;
    }
  if (at_the_end)
    g_assert_cmpuint (n, ==, N_PICTURES);
}

static void
test_mark (gconstpointer data)
{
  Mark to_reach = GPOINTER_TO_INT (data);
  guint step = to_reach == MARK_RECORD ? 3 : 1;
  gboolean reached = TRUE;
  guint n_kills = 0;

  for (guint n = 1; reached; n += step)
    {
      g_autoptr (FaultServer) server = fault_server_new ();
      g_autofree char *top = g_dir_make_tmp ("sheaf-phases-XXXXXX", NULL);
      g_autofree char *folder = g_build_filename (top, "pictures", NULL);
      g_autofree char *archive = g_build_filename (top, "archive.sqlite", NULL);
      g_autofree char *base = fault_server_url (server, "");
      Picture pictures[N_PICTURES] = { { NULL } };
      guint n_requests, n_again = 0;
      int status;

      for (guint i = 0; i < N_PICTURES; i++)
        {
          g_autofree char *rule = g_strdup_printf ("/p%u.jpg", i);

          pictures[i].bytes = fault_picture ("image/jpeg", 20000, i);
          fault_server_on (server, rule, answer, &pictures[i]);
        }
      status = run (to_reach, n, folder, archive, base);
      reached = WIFSIGNALED (status);
      g_assert_cmpint (reached ? WTERMSIG (status) : status, ==, reached ? SIGKILL : 0);
      n_kills += reached;
      check_names (folder, pictures, FALSE);
      g_assert_cmpint (run (MARK_NONE, 1, folder, archive, base), ==, 0);
      check_names (folder, pictures, TRUE);
      n_requests = fault_server_get_n_requests (server, NULL);
      g_clear_pointer (&server, fault_server_free);
      for (guint i = 0; i < N_PICTURES; i++)
        {
          n_again += (guint) g_atomic_int_get (&pictures[i].n_from_start) - 1;
          g_bytes_unref (pictures[i].bytes);
        }
      /* With one at once, and the next one asked for while it finishes: at most what was cut off.
       */
      g_assert_cmpuint (n_again, <=, reached ? 2 : 0);
      /* The last of them: nothing was under way but it, and it was whole. */
      if (to_reach >= MARK_WHOLE && n == N_PICTURES)
        g_assert_cmpuint (n_requests, ==, N_PICTURES);
      scratch_remove (top);
    }
  g_test_message ("%s: %u kills", mark_names[to_reach], n_kills);
  g_assert_cmpuint (n_kills, >=, to_reach == MARK_RECORD ? 3 : N_PICTURES);
}

int
main (int argc, char *argv[])
{
  program = argv[0];
  if (argc == 7 && g_str_equal (argv[1], "--die"))
    {
      for (guint i = 0; i < N_MARKS; i++)
        if (g_str_equal (argv[2], mark_names[i]))
          mark = (gint) i;
      countdown = atoi (argv[3]);
      return download (argv[4], argv[5], argv[6]);
    }
  g_test_init (&argc, &argv, NULL);
  for (guint i = MARK_NONE + 1; i < N_MARKS; i++)
    {
      g_autofree char *path = g_strconcat ("/download/killed-at/", mark_names[i], NULL);

      g_test_add_data_func (path, GINT_TO_POINTER (i), test_mark);
    }
  return g_test_run ();
}
