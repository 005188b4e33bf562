/* test-fetch-killed.c: everything that can be killed under a load of downloads is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The real sheaf-fetcher against nginx with TLS and HTTP/2.  While a gallery of pictures comes in,
 * one side's processes get SIGKILL at random moments: Sheaf's fetchers, or nginx's workers, which
 * takes all of their connections with them.  Every picture is whole in the end, this process lives
 * on, and nobody is left behind.
 *
 * A fetcher trusts what the system trusts and has no way to be told otherwise; so this process has
 * mounts of its own, in which the system's bundle of authorities is the test's. */
#include "config.h"

#include "app/download/download-pool.h"
#include "app/work/error.h"
#include "tests/app/fault-server.h"
#include "tests/app/leftovers.h"
#include "tests/app/tls-site.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#define BUNDLE     "/etc/ssl/certs/ca-certificates.crt"
#define N_PICTURES 80
#define N_KILLS    8

static TlsSite *site;
static GBytes *pictures[N_PICTURES];

typedef struct
{
  const char *path;
  const char *executor;
  guint n_jobs;
  gboolean kill_servers;
} Case;

/* The children of @parent's threads that are @program: one is still its parent until its exec. */
static GArray *
list_children (GPid parent, const char *program)
{
  g_autofree char *tasks = g_strdup_printf ("/proc/%d/task", (int) parent);
  g_autoptr (GDir) dir = g_dir_open (tasks, 0, NULL);
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (GPid));
  const char *task;

  while (dir != NULL && (task = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (tasks, task, "children", NULL);
      g_autofree char *text = NULL;
      g_auto (GStrv) children = NULL;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;
      children = g_strsplit (g_strstrip (text), " ", -1);
      for (guint i = 0; children[i] != NULL; i++)
        {
          GPid pid = (GPid) g_ascii_strtoll (children[i], NULL, 10);
          g_autofree char *comm_path = g_strdup_printf ("/proc/%d/comm", (int) pid);
          g_autofree char *comm = NULL;

          if (pid > 1 && g_file_get_contents (comm_path, &comm, NULL, NULL)
              && g_str_equal (g_strstrip (comm), program))
            g_array_append_val (pids, pid);
        }
    }
  return pids;
}

/* FALSE where none lives just now. */
static gboolean
kill_one (const Case *one)
{
  g_autoptr (GArray) pids = one->kill_servers ? list_children (tls_site_get_pid (site), "nginx")
                                              : list_children (getpid (), "sheaf-fetcher");

  if (pids->len == 0)
    return FALSE;
  return kill (g_array_index (pids, GPid, g_random_int_range (0, (gint32) pids->len)), SIGKILL)
         == 0;
}

static SheafEntry *
nth_entry (guint i)
{
  g_autofree char *id = g_strdup_printf ("p%u", i);
  SheafEntry *entry = sheaf_entry_new ("test", id);

  entry->url = g_strdup_printf ("https://localhost:%u/p%u.jpg", tls_site_get_port (site), i);
  return entry;
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Each kill comes after some more bytes of all, wherever in their files those are. */
static guint
run_and_kill (SheafDownloadPool *pool, GPtrArray *downloads, guint64 all, const Case *one)
{
  guint tick = g_timeout_add (1, on_tick, NULL);
  guint64 next = 0;
  guint n_kills = 0;

  while (sheaf_download_pool_get_n_pending (pool) > 0)
    {
      guint64 received = 0;

      g_main_context_iteration (NULL, TRUE);
      for (guint i = 0; i < downloads->len; i++)
        received += sheaf_download_get_received (downloads->pdata[i]);
      if (n_kills < N_KILLS && received >= next && kill_one (one))
        {
          n_kills++;
          next = received + (guint64) g_random_int_range (1, (gint32) (all / N_KILLS));
        }
    }
  g_source_remove (tick);
  return n_kills;
}

/* Only whole pictures, all of them, and no parts. */
static void
check_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  g_assert_cmpuint (n, ==, N_PICTURES);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/p%u.jpg", folder, i);
      g_autofree char *data = NULL;
      g_autoptr (GError) error = NULL;
      gsize length;

      g_file_get_contents (path, &data, &length, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (data, length, g_bytes_get_data (pictures[i], NULL),
                       g_bytes_get_size (pictures[i]));
      g_unlink (path);
    }
}

static void
test_killed (gconstpointer data)
{
  const Case *one = data;
  SheafExecutorOptions options = { .n_jobs = one->n_jobs, .kind = SHEAF_VERB_NETWORK };
  g_autoptr (SheafExecutor) executor = sheaf_executor_create (one->executor, &options, NULL);
  g_autofree char *folder = g_dir_make_tmp ("sheaf-killed-XXXXXX", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  SheafDownloadOptions download_options = { .folder = file,
                                            .retries = 40,
                                            .connect_timeout = 5,
                                            .read_timeout = 2,
                                            .allow_private = TRUE,
                                            .backoff_ms = 5 };
  g_autoptr (SheafDownloadPool) pool = sheaf_download_pool_new (executor, NULL, &download_options);
  g_autoptr (GPtrArray) downloads = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GArray) left = NULL;
  gint64 start = g_get_monotonic_time ();
  guint64 all = 0;
  guint n_kills;

  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autoptr (SheafEntry) entry = nth_entry (i);

      all += g_bytes_get_size (pictures[i]);
      g_ptr_array_add (downloads, sheaf_download_pool_add (pool, entry));
    }
  n_kills = run_and_kill (pool, downloads, all, one);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_assert_no_error (sheaf_download_get_error (downloads->pdata[i]));
      g_assert_cmpint (sheaf_download_get_state (downloads->pdata[i]), ==, SHEAF_DOWNLOAD_DONE);
    }
  g_test_message ("%u kills, %.1f s", n_kills,
                  (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  g_assert_cmpuint (n_kills, ==, N_KILLS);
  sheaf_executor_shutdown (executor, FALSE);
  left = list_children (getpid (), "sheaf-fetcher");
  g_assert_cmpuint (left->len, ==, 0);
  check_folder (folder);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* As root, or else as oneself in a namespace of one's own; before there is any thread. */
static gboolean
enter_own_mounts (void)
{
  g_autofree char *map = g_strdup_printf ("%u %u 1", getuid (), getuid ());

  return (unshare (CLONE_NEWNS) == 0
          || (unshare (CLONE_NEWUSER | CLONE_NEWNS) == 0
              && g_file_set_contents_full ("/proc/self/uid_map", map, -1, G_FILE_SET_CONTENTS_NONE,
                                           0644, NULL)))
         && mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static gboolean
start_site (void)
{
  g_autofree char *authority = NULL;

  /* No faster than this, so that there is something to kill at every moment. */
  site = tls_site_new (2, "limit_rate 4m;");
  if (site == NULL)
    return FALSE;
  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *name = g_strdup_printf ("p%u.jpg", i);

      pictures[i] = fault_picture ("image/jpeg", g_random_int_range (50000, 250000), i);
      if (!tls_site_add (site, name, pictures[i]))
        return FALSE;
    }
  authority = tls_site_dup_authority (site);
  return mount (authority, BUNDLE, NULL, MS_BIND, NULL) == 0;
}

int
main (int argc, char *argv[])
{
  static const Case cases[] = {
    { "/fetch/killed/async", "async", 0, FALSE },
    { "/fetch/killed/processes", "processes", 0, FALSE },
    { "/fetch/killed/async/servers", "async", 0, TRUE },
    { "/fetch/killed/processes/servers", "processes", 0, TRUE },
  };
  gboolean own_mounts = enter_own_mounts ();
  int status;

  g_test_init (&argc, &argv, NULL);
  if (!own_mounts || !g_tls_backend_supports_tls (g_tls_backend_get_default ()) || !start_site ())
    {
      g_print ("1..0 # SKIP own mounts, nginx with HTTP/2, openssl or GIO's TLS are missing\n");
      return 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], test_killed);
  status = g_test_run ();
  tls_site_free (site);
  for (guint i = 0; i < N_PICTURES; i++)
    g_bytes_unref (pictures[i]);
  return status;
}
