/* test-download-together.c: two Sheafs with one record and one destination
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both pools live in this process, but each has its own connection to the record, its own open
 * folder and its own locks: all that two programs share is what is on the disk. */
#include "config.h"

#include "app/download/atomic-file.h"
#include "app/download/download-pool.h"
#include "tests/app/fault-server.h"
#include "tests/app/scratch.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_PICTURES 60
#define N_PARTS    3000

typedef struct
{
  SheafExecutor *executor;
  SheafDownloadPool *pool;
  GPtrArray *downloads;
} Side;

static void
side_open (Side *self, const char *top)
{
  SheafExecutorOptions executor_options = { .n_jobs = 4, .kind = SHEAF_VERB_NETWORK };
  g_autoptr (GFile) folder = g_file_new_build_filename (top, "pictures", NULL);
  g_autoptr (GFile) file = g_file_new_build_filename (top, "archive.sqlite", NULL);
  SheafDownloadOptions options = {
    .folder = folder, .retries = 2, .allow_private = TRUE, .use_archive = TRUE, .backoff_ms = 20
  };
  g_autoptr (SheafArchive) archive = NULL;
  g_autoptr (GError) error = NULL;

  archive = sheaf_archive_open (file, &error);
  g_assert_no_error (error);
  self->executor = sheaf_executor_create ("threads", &executor_options, &error);
  g_assert_no_error (error);
  self->pool = sheaf_download_pool_new (self->executor, archive, &options);
  self->downloads = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
side_close (Side *self)
{
  sheaf_executor_shutdown (self->executor, TRUE);
  g_ptr_array_unref (self->downloads);
  g_object_unref (self->pool);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (self->executor);
}

static void
side_want (Side *self, FaultServer *server, guint i)
{
  g_autofree char *id = g_strdup_printf ("p%u", i);
  g_autofree char *path = g_strdup_printf ("/p%u.jpg", i);
  g_autoptr (SheafEntry) entry = sheaf_entry_new ("test", id);

  entry->url = fault_server_url (server, path);
  g_ptr_array_add (self->downloads, sheaf_download_pool_add (self->pool, entry));
}

static gboolean
answer_picture (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_sleep (connection, 10);
  return fault_answer_file (connection, request, data, "image/jpeg", "\"v1\"");
}

/* They want the same in different orders, and nobody said beforehand how long the files are. */
static void
test_same_wishes (void)
{
  g_autoptr (FaultServer) server = fault_server_new ();
  g_autofree char *top = g_dir_make_tmp ("sheaf-together-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (top, "pictures", NULL);
  g_autoptr (GDir) dir = NULL;
  GBytes *pictures[N_PICTURES];
  Side sides[2];
  guint n_names = 0;

  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *rule = g_strdup_printf ("/p%u.jpg", i);

      pictures[i] = fault_picture ("image/jpeg", 3000 + i, i);
      fault_server_on (server, rule, answer_picture, pictures[i]);
    }
  for (guint s = 0; s < 2; s++)
    side_open (&sides[s], top);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      side_want (&sides[0], server, i);
      side_want (&sides[1], server, N_PICTURES - 1 - i);
    }
  while (sheaf_download_pool_get_n_pending (sides[0].pool) > 0
         || sheaf_download_pool_get_n_pending (sides[1].pool) > 0)
    {
      for (guint s = 0; s < 2; s++)
        g_assert_no_error (sheaf_download_pool_get_pause_reason (sides[s].pool));
      g_main_context_iteration (NULL, TRUE);
    }

  for (guint s = 0; s < 2; s++)
    for (guint i = 0; i < N_PICTURES; i++)
      {
        SheafDownloadState state = sheaf_download_get_state (sides[s].downloads->pdata[i]);

        g_assert_true (state == SHEAF_DOWNLOAD_DONE || state == SHEAF_DOWNLOAD_SKIPPED);
      }
  dir = g_dir_open (folder, 0, NULL);
  while (g_dir_read_name (dir) != NULL)
    n_names++;
  g_assert_cmpuint (n_names, ==, N_PICTURES);
  g_assert_cmpuint (fault_server_get_n_requests (server, NULL), ==, N_PICTURES);
  for (guint s = 0; s < 2; s++)
    side_close (&sides[s]);
  g_clear_pointer (&server, fault_server_free);
  for (guint i = 0; i < N_PICTURES; i++)
    g_bytes_unref (pictures[i]);
  scratch_remove (top);
}

typedef struct
{
  int folder_fd;
  gint round; /* atomic */
} Placing;

static void
place_one (Placing *self, guint round)
{
  g_autofree char *name = g_strdup_printf ("whole-%u", round);
  g_autofree char *validator = NULL;
  g_autoptr (GError) error = NULL;
  guint64 size, total;
  int fd = sheaf_part_open (self->folder_fd, ".x", &validator, &size, &total, &error);

  if (fd < 0)
    return;
  sheaf_part_place (fd, self->folder_fd, ".x", self->folder_fd, name, NULL);
  close (fd);
}

static gpointer
place_all (gpointer data)
{
  Placing *self = data;

  for (guint round = 0; round < N_PARTS; round++)
    {
      place_one (self, round);
      g_atomic_int_inc (&self->round);
    }
  return NULL;
}

/* Whoever gets the lock of a part has the file that bears the name, not one that got another name
 * while the lock was waited for. */
static void
test_lock_is_of_the_name (void)
{
  g_autofree char *top = g_dir_make_tmp ("sheaf-together-XXXXXX", NULL);
  Placing placing = { .folder_fd = open (top, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
  GThread *thread = g_thread_new ("placing", place_all, &placing);
  guint n_opened = 0;

  while (g_atomic_int_get (&placing.round) < N_PARTS)
    {
      g_autofree char *validator = NULL;
      struct stat ours, named;
      guint64 size, total;
      int fd = sheaf_part_open (placing.folder_fd, ".x", &validator, &size, &total, NULL);

      if (fd < 0)
        continue;
      g_assert_cmpint (fstat (fd, &ours), ==, 0);
      g_assert_cmpint (fstatat (placing.folder_fd, ".x", &named, AT_SYMLINK_NOFOLLOW), ==, 0);
      g_assert_cmpuint (ours.st_ino, ==, named.st_ino);
      close (fd);
      n_opened++;
    }
  g_thread_join (thread);
  g_assert_cmpuint (n_opened, >, 0);
  close (placing.folder_fd);
  scratch_remove (top);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/download/together/same-wishes", test_same_wishes);
  g_test_add_func ("/download/together/lock-is-of-the-name", test_lock_is_of_the_name);
  return g_test_run ();
}
