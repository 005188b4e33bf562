/* test-articles.c: a client that nobody wrote for the demo gallery downloads from it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/demo-server.h"

#include <string.h>

static GSubprocess *
run_script (SheafDemoServer *server, const char *folder, const char *client_id)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *script
      = g_build_filename (g_getenv ("SHEAF_FIXTURES"), "..", "app", "articles.py", NULL);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_set_cwd (launcher, folder);
  g_subprocess_launcher_setenv (launcher, "IMGUR_CLIENT_ID", client_id, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, "python3", script,
                                         sheaf_demo_server_get_base_url (server), NULL);
  g_assert_no_error (error);
  return process;
}

static void
test_script (void)
{
  /* So many that they are painted small. */
  SheafDemoOptions options = { .count = 1200, .seed = 5 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafDemoServer) server = sheaf_demo_server_new_in_thread (&options, &error);
  g_autofree char *folder = g_dir_make_tmp ("sheaf-articles-XXXXXX", NULL);
  g_autofree char *output = NULL;
  g_autoptr (GSubprocess) process = run_script (server, folder, SHEAF_DEMO_CLIENT_ID);
  g_auto (GStrv) lines = NULL;
  const char *remove[] = { "rm", "-rf", folder, NULL };

  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (process));
  lines = g_strsplit (output, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >, 4);
  for (guint i = 0; *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", 2);
      g_autofree char *path = g_build_filename (folder, words[0], NULL);
      g_autofree char *contents = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
      g_assert_cmpuint (length, >, 1000);
      if (g_str_has_suffix (path, ".jpg"))
        g_assert_true (g_str_has_prefix (contents, "\xff\xd8\xff")
                       && memcmp (contents + length - 2, "\xff\xd9", 2) == 0);
      else
        g_assert_true (g_str_has_prefix (contents, "\x89PNG"));
    }
  g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
}

static void
test_wrong_id (void)
{
  SheafDemoOptions options = { .count = 4 };
  g_autoptr (SheafDemoServer) server = sheaf_demo_server_new_in_thread (&options, NULL);
  g_autofree char *folder = g_dir_make_tmp ("sheaf-articles-XXXXXX", NULL);
  g_autoptr (GSubprocess) process = run_script (server, folder, "wrong");
  const char *remove[] = { "rm", "-rf", folder, NULL };

  g_subprocess_wait (process, NULL, NULL);
  g_assert_false (g_subprocess_get_successful (process));
  g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/articles/script", test_script);
  g_test_add_func ("/articles/wrong-id", test_wrong_id);
  return g_test_run ();
}
