/* test-compare-killed.c: what a killed comparison leaves behind, the next one clears away
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Real processes, of which one is killed while it paints, and one goes on all the while: what is
 * its own must stay. */
#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>

#define PATIENCE (60 * G_USEC_PER_SEC)

/* A test that fails leaves none behind. */
static void
die_with_test (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
start (const char *folder, const char *workload, const char *runs)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *program
      = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "app", "sheaf-cli", NULL);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_set_child_setup (launcher, die_with_test, NULL, NULL);
  g_subprocess_launcher_setenv (launcher, "TMPDIR", folder, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, program, "compare", workload, "-x",
                                         "sequential", "--runs", runs, NULL);
  g_assert_no_error (error);
  return process;
}

/* @n_pictures: (out) (optional): how many there are in all of them */
static guint
count_folders (const char *folder, guint *n_pictures)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name, *file;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GDir) inside = g_dir_open (path, 0, NULL);

      n += g_str_has_prefix (name, "sheaf-compare-");
      while (n_pictures != NULL && inside != NULL && (file = g_dir_read_name (inside)) != NULL)
        *n_pictures += g_str_has_suffix (file, ".jpg");
    }
  return n;
}

static void
wait_for (const char *folder, guint n_folders, guint n_pictures)
{
  gint64 limit = g_get_monotonic_time () + PATIENCE;

  for (;;)
    {
      guint pictures = 0;

      if (count_folders (folder, &pictures) >= n_folders && pictures >= n_pictures)
        return;
      g_assert_cmpint (g_get_monotonic_time (), <, limit);
      g_usleep (5000);
    }
}

static void
test_killed (void)
{
  g_autofree char *folder = g_dir_make_tmp ("test-compare-killed-XXXXXX", NULL);
  g_autoptr (GSubprocess) living = NULL;
  g_autoptr (GSubprocess) killed = NULL;
  g_autoptr (GSubprocess) next = NULL;
  g_autoptr (GError) error = NULL;

  living = start (folder, "hash", "1000");
  wait_for (folder, 1, 0);
  killed = start (folder, "thumbnail", "1");
  wait_for (folder, 3, 2);
  g_subprocess_force_exit (killed);
  g_subprocess_wait (killed, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_term_sig (killed), ==, SIGKILL);
  g_assert_cmpuint (count_folders (folder, NULL), ==, 3);

  next = start (folder, "primes", "1");
  g_subprocess_wait_check (next, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_folders (folder, NULL), ==, 1);

  /* The one that lives has kept its own, and takes it along when it goes. */
  g_assert_nonnull (g_subprocess_get_identifier (living));
  g_subprocess_send_signal (living, SIGINT);
  g_subprocess_wait (living, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_folders (folder, NULL), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compare/killed", test_killed);
  return g_test_run ();
}
