/* test-fetch-tls.c: fetch against nginx with TLS and HTTP/2
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A certificate authority of the test's own is trusted by replacing GIO's default database in this
 * process: Sheaf itself has no way to be told so. */
#include "config.h"

#include "app/verbs/verb-fetch.h"
#include "app/work/error.h"
#include "tests/app/fault-server.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define BODY_LENGTH 300000

typedef struct
{
  char *folder;
  GPid nginx;
  guint port;
  FaultServer *upstream;
  GBytes *body;
} Site;

static Site site;

static const char configuration[]
    = "daemon off; worker_processes 1; pid %s/pid; error_log %s/log;\n"
      "events { worker_connections 512; }\n"
      "http { access_log off; client_body_temp_path %s/t1; proxy_temp_path %s/t2;\n"
      " fastcgi_temp_path %s/t3; uwsgi_temp_path %s/t4; scgi_temp_path %s/t5;\n"
      " server { listen 127.0.0.1:%u ssl http2; ssl_certificate %s/site.pem;\n"
      "  ssl_certificate_key %s/site.key; root %s/www; etag on;\n"
      "  location /up/ { proxy_pass http://127.0.0.1:%u/; proxy_buffering off; }\n"
      "  location /down { return 302 http://127.0.0.1:%u/; }\n"
      " } }\n";

static gboolean
run (const char *command)
{
  const char *argv[] = { "sh", "-c", command, NULL };
  int status;

  return g_spawn_sync (NULL, (char **) argv, NULL,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL
                           | G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL, NULL, NULL, NULL, &status, NULL)
         && g_spawn_check_wait_status (status, NULL);
}

static gboolean
make_certificates (void)
{
  g_autofree char *command = g_strdup_printf (
      "cd '%s' && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 "
      "-subj '/CN=Test CA' && openssl req -newkey rsa:2048 -nodes -keyout site.key -out site.csr "
      "-subj '/CN=localhost' && printf 'subjectAltName=DNS:localhost' > ext && openssl x509 -req "
      "-in site.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out site.pem",
      site.folder);

  return run (command);
}

static guint
free_port (void)
{
  g_autoptr (FaultServer) server = fault_server_new ();

  return fault_server_get_port (server);
}

static gboolean
is_listening (guint port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);

  return connection != NULL;
}

static void
end_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static gboolean
start_site (void)
{
  g_autofree char *config = NULL, *config_path = NULL, *www = NULL, *file = NULL;
  const char *argv[] = { "nginx", "-p", NULL, "-c", NULL, NULL };
  const char *f;
  guint upstream;

  site.folder = g_dir_make_tmp ("sheaf-tls-XXXXXX", NULL);
  site.upstream = fault_server_new ();
  site.body = fault_bytes (BODY_LENGTH, 3);
  f = site.folder;
  upstream = fault_server_get_port (site.upstream);
  www = g_build_filename (f, "www", NULL);
  file = g_build_filename (www, "file.jpg", NULL);
  config_path = g_build_filename (f, "nginx.conf", NULL);
  site.port = free_port ();
  config = g_strdup_printf (configuration, f, f, f, f, f, f, f, site.port, f, f, f, upstream,
                            upstream);
  argv[2] = f;
  argv[4] = config_path;
  if (!make_certificates () || g_mkdir (www, 0755) != 0 || g_chmod (f, 0755) != 0
      || !g_file_set_contents (file, g_bytes_get_data (site.body, NULL), BODY_LENGTH, NULL)
      || !g_file_set_contents (config_path, config, -1, NULL)
      || !g_spawn_async (NULL, (char **) argv, NULL,
                         G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD
                             | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                         end_with_parent, NULL, &site.nginx, NULL))
    return FALSE;
  for (guint i = 0; i < 200 && !is_listening (site.port); i++)
    g_usleep (20000);
  return is_listening (site.port);
}

static void
stop_site (void)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", site.folder);

  if (site.nginx != 0)
    {
      kill (site.nginx, SIGTERM);
      waitpid (site.nginx, NULL, 0);
    }
  fault_server_free (site.upstream);
  g_bytes_unref (site.body);
  run (command);
  g_free (site.folder);
}

static void
trust_site (void)
{
  g_autofree char *ca = g_build_filename (site.folder, "ca.pem", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (ca, &error);

  g_assert_no_error (error);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
}

static void
on_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static SheafJob *
new_job (const char *host, guint port, const char *path, int fd)
{
  g_autofree char *url = g_strdup_printf ("https://%s:%u%s", host, port, path);
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&params, "url", "s", url);
  g_variant_dict_insert (&params, "allow-private", "b", TRUE);
  g_variant_dict_insert (&params, "read-timeout", "u", 3000);
  return sheaf_job_new ("fetch", g_variant_dict_end (&params), fd, 0);
}

static SheafReply *
fetch (gboolean blocking, const char *host, guint port, const char *path, int fd, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SheafJob) job = new_job (host, port, path, dup (fd));

  if (blocking)
    return sheaf_verb_fetch_run (job, NULL, NULL, NULL, error);
  sheaf_verb_fetch_run_async (job, NULL, NULL, NULL, on_ready, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return sheaf_verb_fetch_run_finish (result, error);
}

static void
assert_body (int fd)
{
  g_autofree char *data = g_malloc (BODY_LENGTH + 1);

  g_assert_cmpint (pread (fd, data, BODY_LENGTH + 1, 0), ==, BODY_LENGTH);
  g_assert_cmpmem (data, BODY_LENGTH, g_bytes_get_data (site.body, NULL), BODY_LENGTH);
}

static void
assert_fails (const char *host, guint port, const char *path, int code, int other_code)
{
  for (int blocking = 0; blocking < 2; blocking++)
    {
      int fd = memfd_create ("test", MFD_CLOEXEC);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = fetch (blocking, host, port, path, fd, &error);

      g_assert_null (reply);
      g_assert_nonnull (error);
      g_test_message ("%s: %s", path, error->message);
      g_assert_true (g_error_matches (error, SHEAF_ERROR, code)
                     || g_error_matches (error, SHEAF_ERROR, other_code));
      close (fd);
    }
}

static void
test_unknown_authority (void)
{
  assert_fails ("localhost", site.port, "/file.jpg", SHEAF_ERROR_TLS, SHEAF_ERROR_TLS);
}

static void
test_whole (void)
{
  static const char *const versions[] = { "2", "1.1" };

  for (int blocking = 0; blocking < 2; blocking++)
    {
      int fd = memfd_create ("test", MFD_CLOEXEC);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply
          = fetch (blocking, "localhost", site.port, "/file.jpg", fd, &error);
      const char *version;

      g_assert_no_error (error);
      g_assert_true (g_variant_lookup (reply->values, "http-version", "&s", &version));
      g_assert_cmpstr (version, ==, versions[blocking]);
      assert_body (fd);
      close (fd);
    }
}

static void
test_many (void)
{
  GAsyncResult *results[64] = { NULL };
  int fds[64];

  for (guint i = 0; i < 64; i++)
    {
      g_autoptr (SheafJob) job = NULL;

      fds[i] = memfd_create ("test", MFD_CLOEXEC);
      job = new_job ("localhost", site.port, "/file.jpg", dup (fds[i]));
      sheaf_verb_fetch_run_async (job, NULL, NULL, NULL, on_ready, &results[i]);
    }
  for (guint i = 0; i < 64; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = NULL;

      while (results[i] == NULL)
        g_main_context_iteration (NULL, TRUE);
      reply = sheaf_verb_fetch_run_finish (results[i], &error);
      g_assert_no_error (error);
      assert_body (fds[i]);
      close (fds[i]);
      g_object_unref (results[i]);
    }
}

static void
test_wrong_host (void)
{
  assert_fails ("127.0.0.1", site.port, "/file.jpg", SHEAF_ERROR_TLS, SHEAF_ERROR_TLS);
}

static void
test_downgrade (void)
{
  assert_fails ("localhost", site.port, "/down", SHEAF_ERROR_REDIRECT, SHEAF_ERROR_REDIRECT);
  g_assert_cmpuint (fault_server_get_n_requests (site.upstream, NULL), ==, 0);
}

static gboolean
answer_short (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_printf (connection, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", BODY_LENGTH);
  fault_send (connection, g_bytes_get_data (site.body, NULL), 1000);
  fault_sleep (connection, 100);
  return FALSE;
}

static gboolean
answer_stall (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_printf (connection, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", BODY_LENGTH);
  fault_send (connection, g_bytes_get_data (site.body, NULL), 1000);
  fault_sleep (connection, 60000);
  return FALSE;
}

static void
test_short (void)
{
  fault_server_on (site.upstream, "/short", answer_short, NULL);
  fault_server_on (site.upstream, "/stall", answer_stall, NULL);
  /* libsoup 3.2 does not say that a stream was reset: that shows as a stall. */
  assert_fails ("localhost", site.port, "/up/short", SHEAF_ERROR_SHORT, SHEAF_ERROR_STALLED);
  assert_fails ("localhost", site.port, "/up/stall", SHEAF_ERROR_STALLED, SHEAF_ERROR_STALLED);
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()) || !start_site ())
    {
      g_print ("1..0 # SKIP nginx with HTTP/2, openssl or GIO's TLS is missing\n");
      return 0;
    }
  g_test_add_func ("/fetch/tls/unknown-authority", test_unknown_authority);
  g_test_add_func ("/fetch/tls/trust", trust_site);
  g_test_add_func ("/fetch/tls/whole", test_whole);
  g_test_add_func ("/fetch/tls/many", test_many);
  g_test_add_func ("/fetch/tls/wrong-host", test_wrong_host);
  g_test_add_func ("/fetch/tls/downgrade", test_downgrade);
  g_test_add_func ("/fetch/tls/short", test_short);
  status = g_test_run ();
  stop_site ();
  return status;
}
