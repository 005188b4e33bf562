/* test-download-traps.c: what somebody puts where a download is about to write
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A link, a pipe, a folder or another file stands under the part's name before the transfer begins,
 * or takes its place in the middle; or under the picture's own name.  The picture is whole under a
 * name of its own in the end, nothing is written through a link, and no transfer hangs. */
#include "config.h"

#include "app/download/atomic-file.h"
#include "app/download/download-pool.h"
#include "app/work/error.h"
#include "tests/app/fault-server.h"
#include "tests/app/scratch.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  const char *path; /* where the trap stands */
  const char *victim;
} Place;

static void
set_link (const Place *place)
{
  g_assert_cmpint (symlink (place->victim, place->path), ==, 0);
}

static void
set_dead_link (const Place *place)
{
  g_assert_cmpint (symlink ("/nonexistent/file", place->path), ==, 0);
}

static void
set_second_name (const Place *place)
{
  g_assert_cmpint (link (place->victim, place->path), ==, 0);
}

static void
set_pipe (const Place *place)
{
  g_assert_cmpint (mkfifo (place->path, 0600), ==, 0);
}

static void
set_folder (const Place *place)
{
  g_assert_cmpint (g_mkdir (place->path, 0700), ==, 0);
}

static void
set_file (const Place *place)
{
  g_assert_true (g_file_set_contents (place->path, "other", -1, NULL));
}

typedef enum
{
  PART_BEFORE,
  PART_MEANWHILE,
  NAME_BEFORE,
  NAME_MEANWHILE,
  N_MOMENTS
} Moment;

static const char *const moments[N_MOMENTS]
    = { "part-before", "part-meanwhile", "name-before", "name-meanwhile" };

static const struct
{
  const char *name;
  void (*set) (const Place *place);
  gboolean lets_be; /* as a part: it is not Sheaf's to take away */
} traps[] = {
  { "link", set_link, FALSE },
  { "dead-link", set_dead_link, FALSE },
  { "second-name", set_second_name, FALSE },
  { "pipe", set_pipe, FALSE },
  { "folder", set_folder, TRUE },
  { "file", set_file, FALSE },
};

typedef struct
{
  Moment moment;
  guint trap;
} Case;

typedef struct
{
  const Case *test;
  GBytes *picture;
  Place place;
  char *part;
  int n_requests;
} Scene;

/* Half of the picture, then the trap, then the rest; the next time all of it. */
static gboolean
answer (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  Scene *scene = data;
  gsize length;
  const char *bytes = g_bytes_get_data (scene->picture, &length);
  GStatBuf status;

  if (g_atomic_int_add (&scene->n_requests, 1) > 0 || scene->test->moment == PART_BEFORE
      || scene->test->moment == NAME_BEFORE)
    return fault_answer_file (connection, request, scene->picture, "image/jpeg", "\"v1\"");
  fault_printf (connection, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", length);
  fault_send (connection, bytes, length / 2);
  while (g_stat (scene->part, &status) != 0 || status.st_size == 0)
    fault_sleep (connection, 5);
  if (scene->test->moment == PART_MEANWHILE)
    g_assert_cmpint (g_unlink (scene->part), ==, 0);
  traps[scene->test->trap].set (&scene->place);
  return fault_send (connection, bytes + length / 2, length - length / 2);
}

static void
assert_whole (SheafDownload *download, GBytes *picture)
{
  GFile *file = sheaf_download_get_file (download);
  g_autofree char *data = NULL;
  struct stat status;
  gsize length;

  g_assert_nonnull (file);
  g_assert_cmpint (lstat (g_file_peek_path (file), &status), ==, 0);
  g_assert_true (S_ISREG (status.st_mode));
  g_assert_cmpuint (status.st_nlink, ==, 1);
  g_assert_true (g_file_load_contents (file, NULL, &data, &length, NULL, NULL));
  g_assert_cmpmem (data, length, g_bytes_get_data (picture, NULL), g_bytes_get_size (picture));
}

static void
run (Scene *scene, SheafEntry *entry, GFile *folder)
{
  SheafExecutorOptions executor_options = { .n_jobs = 2, .kind = SHEAF_VERB_NETWORK };
  g_autoptr (SheafExecutor) executor = sheaf_executor_create ("threads", &executor_options, NULL);
  SheafDownloadOptions options
      = { .folder = folder, .retries = 2, .allow_private = TRUE, .backoff_ms = 10 };
  g_autoptr (SheafDownloadPool) pool = sheaf_download_pool_new (executor, NULL, &options);
  g_autoptr (SheafDownload) download = sheaf_download_pool_add (pool, entry);
  gboolean on_part = scene->test->moment <= PART_MEANWHILE;

  while (sheaf_download_pool_get_n_pending (pool) > 0)
    {
      g_assert_false (sheaf_download_pool_get_paused (pool));
      g_main_context_iteration (NULL, TRUE);
    }
  if (on_part && traps[scene->test->trap].lets_be)
    {
      g_assert_error (sheaf_download_get_error (download), SHEAF_ERROR, SHEAF_ERROR_NAME);
      g_assert_true (g_file_test (scene->part, G_FILE_TEST_IS_DIR));
    }
  else
    {
      g_assert_no_error (sheaf_download_get_error (download));
      assert_whole (download, scene->picture);
      /* Nothing of the part is left, and what bore the picture's name has it still. */
      g_assert_false (g_file_test (scene->part, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK));
      g_assert_true (
          on_part
          || g_strcmp0 (g_file_peek_path (sheaf_download_get_file (download)), scene->place.path)
                 != 0);
    }
  sheaf_executor_shutdown (executor, TRUE);
}

static void
test_trap (gconstpointer data)
{
  g_autofree char *top = g_dir_make_tmp ("sheaf-traps-XXXXXX", NULL);
  g_autofree char *victim = g_build_filename (top, "victim", NULL);
  g_autofree char *inside = g_build_filename (top, "pictures", NULL);
  g_autofree char *named = g_build_filename (inside, "x.jpg", NULL);
  g_autofree char *part = NULL, *text = NULL;
  g_autoptr (GFile) folder = g_file_new_for_path (inside);
  g_autoptr (FaultServer) server = fault_server_new ();
  g_autoptr (GBytes) picture = fault_picture ("image/jpeg", 100000, 1);
  g_autoptr (SheafEntry) entry = sheaf_entry_new ("test", "x");
  Scene scene = { .test = data, .picture = picture };

  g_assert_cmpint (g_mkdir (inside, 0700), ==, 0);
  g_assert_true (g_file_set_contents (victim, "mine", -1, NULL));
  entry->url = fault_server_url (server, "/x.jpg");
  part = sheaf_part_name (entry);
  scene.part = g_build_filename (inside, part, NULL);
  scene.place.victim = victim;
  scene.place.path = scene.test->moment <= PART_MEANWHILE ? scene.part : named;
  fault_server_on (server, "/x.jpg", answer, &scene);
  if (scene.test->moment == PART_BEFORE || scene.test->moment == NAME_BEFORE)
    traps[scene.test->trap].set (&scene.place);
  run (&scene, entry, folder);
  g_assert_true (g_file_get_contents (victim, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
  g_free (scene.part);
  scratch_remove (top);
}

int
main (int argc, char *argv[])
{
  static Case cases[N_MOMENTS * G_N_ELEMENTS (traps)];

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = NULL;

      cases[i] = (Case){ i / G_N_ELEMENTS (traps), i % G_N_ELEMENTS (traps) };
      path = g_strdup_printf ("/download/traps/%s/%s", moments[cases[i].moment],
                              traps[cases[i].trap].name);
      g_test_add_data_func (path, &cases[i], test_trap);
    }
  return g_test_run ();
}
