/* test-fetch-tls.c: fetch against nginx with TLS and HTTP/2
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A certificate authority of the test's own is trusted by replacing GIO's default database in this
 * process: Sheaf itself has no way to be told so. */
#include "config.h"

#include "app/download/download-pool.h"
#include "app/exec/executor.h"
#include "app/exec/request.h"
#include "app/verbs/verb-fetch.h"
#include "app/work/error.h"
#include "tests/app/fault-server.h"
#include "tests/app/tls-site.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BODY_LENGTH 300000

static struct
{
  TlsSite *nginx;
  guint port;
  FaultServer *upstream;
  GBytes *body;
} site;

static gboolean
start_site (void)
{
  g_autofree char *locations = NULL;

  site.upstream = fault_server_new ();
  site.body = fault_bytes (BODY_LENGTH, 3);
  locations = g_strdup_printf (
      "location /up/ { proxy_pass http://127.0.0.1:%u/; proxy_buffering off; }\n"
      "location /down { return 302 http://127.0.0.1:%u/; }",
      fault_server_get_port (site.upstream), fault_server_get_port (site.upstream));
  site.nginx = tls_site_new (1, locations);
  if (site.nginx == NULL)
    return FALSE;
  site.port = tls_site_get_port (site.nginx);
  return tls_site_add (site.nginx, "file.jpg", site.body);
}

static void
stop_site (void)
{
  if (site.nginx != NULL)
    tls_site_free (site.nginx);
  fault_server_free (site.upstream);
  g_bytes_unref (site.body);
}

static void
trust_site (void)
{
  g_autofree char *ca = tls_site_dup_authority (site.nginx);
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

static guint read_timeout = 1500; /* milliseconds */

static SheafJob *
new_job (const char *host, guint port, const char *path, int fd)
{
  g_autofree char *url = g_strdup_printf ("https://%s:%u%s", host, port, path);
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&params, "url", "s", url);
  g_variant_dict_insert (&params, "allow-private", "b", TRUE);
  g_variant_dict_insert (&params, "read-timeout", "u", read_timeout);
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

/* Refused, and @words say why. */
static void
assert_certificate (const char *host, guint port, const char *words)
{
  for (int blocking = 0; blocking < 2; blocking++)
    {
      int fd = memfd_create ("test", MFD_CLOEXEC);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = fetch (blocking, host, port, "/file.jpg", fd, &error);

      g_assert_null (reply);
      g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_TLS);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, words));
      g_assert_cmpint (lseek (fd, 0, SEEK_END), ==, 0);
      close (fd);
    }
}

static void
test_unknown_authority (void)
{
  assert_certificate ("localhost", site.port, "not signed by an authority");
}

static void
test_bad_certificates (void)
{
  assert_certificate ("127.0.0.1", site.port, "belongs to another host");
  assert_certificate ("localhost", tls_site_get_bad_port (site.nginx, TLS_SITE_PAST),
                      "has expired");
  assert_certificate ("localhost", tls_site_get_bad_port (site.nginx, TLS_SITE_FUTURE),
                      "not valid yet");
  assert_certificate ("localhost", tls_site_get_bad_port (site.nginx, TLS_SITE_SELF),
                      "not signed by an authority");
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
  const guint usual = read_timeout;

  /* The last of so many may wait for long. */
  read_timeout = 30000;
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
  read_timeout = usual;
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

/* Between two chunks: nginx breaks off the connection, or resets the stream. */
static gboolean
answer_cut (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_printf (connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n");
  fault_send (connection, g_bytes_get_data (site.body, NULL), 1000);
  fault_printf (connection, "\r\n");
  fault_sleep (connection, 100);
  return FALSE;
}

static void
test_short (void)
{
  fault_server_on (site.upstream, "/short", answer_short, NULL);
  fault_server_on (site.upstream, "/stall", answer_stall, NULL);
  fault_server_on (site.upstream, "/cut", answer_cut, NULL);
  /* libsoup 3.2 does not say that one of several streams was reset: that shows as a stall. */
  assert_fails ("localhost", site.port, "/up/short", SHEAF_ERROR_SHORT, SHEAF_ERROR_STALLED);
  assert_fails ("localhost", site.port, "/up/cut", SHEAF_ERROR_SHORT, SHEAF_ERROR_STALLED);
  assert_fails ("localhost", site.port, "/up/stall", SHEAF_ERROR_STALLED, SHEAF_ERROR_STALLED);
}

static gboolean
answer_long (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  g_autofree char *command
      = g_strdup_printf ("pkill -KILL -P %d", (int) tls_site_get_pid (site.nginx));

  fault_printf (connection, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", BODY_LENGTH);
  fault_send (connection, g_bytes_get_data (site.body, NULL), 1000);
  fault_sleep (connection, 300);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  fault_sleep (connection, 60000);
  return FALSE;
}

/* --- a pool above it --- */

/* Runs jobs in this process, which trusts the site. */
struct _NearExecutor
{
  GObject parent_instance;
};

G_DECLARE_FINAL_TYPE (NearExecutor, near_executor, NEAR, EXECUTOR, GObject)

static void
on_near_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SheafRequest) request = user_data;
  GError *error = NULL;
  SheafReply *reply = sheaf_verb_fetch_run_finish (result, &error);

  sheaf_request_complete (request, reply, error);
}

static void
near_run_async (SheafExecutor *self,
                SheafJob *job,
                SheafProgressFunc progress,
                gpointer progress_data,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  SheafRequest *request = sheaf_request_new (self, job, progress, progress_data, cancellable, NULL,
                                             NULL, callback, user_data);

  sheaf_verb_fetch_run_async (job, NULL, NULL, sheaf_request_get_cancellable (request),
                              on_near_ready, request);
}

static guint
near_get_n_jobs (SheafExecutor *self)
{
  return 4;
}

static void
near_iface_init (SheafExecutorInterface *iface)
{
  iface->run_async = near_run_async;
  iface->get_n_jobs = near_get_n_jobs;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (NearExecutor,
                               near_executor,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHEAF_TYPE_EXECUTOR, near_iface_init))

static void
near_executor_init (NearExecutor *self)
{
}

static void
near_executor_class_init (NearExecutorClass *klass)
{
}

/* What a stream's silence hides over HTTP/2 is told over HTTP/1.1, by the next try. */
static void
test_other_protocol (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("https://localhost:%u/up/cut", site.port);
  g_autoptr (SheafExecutor) executor = g_object_new (near_executor_get_type (), NULL);
  SheafDownloadOptions options = { .folder = g_file_new_for_path (folder),
                                   .retries = 1,
                                   .read_timeout = 1,
                                   .allow_private = TRUE,
                                   .backoff_ms = 20 };
  g_autoptr (SheafDownloadPool) pool = sheaf_download_pool_new (executor, NULL, &options);
  g_autoptr (SheafEntry) entry = sheaf_entry_new ("test", "cut");
  g_autoptr (SheafDownload) download = NULL;

  entry->url = g_strdup (url);
  fault_server_on (site.upstream, "/cut", answer_cut, NULL);
  download = sheaf_download_pool_add (pool, entry);
  while (sheaf_download_pool_get_n_pending (pool) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (sheaf_download_get_error (download), SHEAF_ERROR, SHEAF_ERROR_SHORT);
  g_assert_cmpuint (sheaf_download_get_n_tries (download), ==, 2);
  g_object_unref (options.folder);
  /* The part is dropped by a worker. */
  while (g_rmdir (folder) != 0)
    g_usleep (1000);
}

/* The whole connection dies in the middle of a body: known at once, not after the read timeout. */
static void
test_connection_dies (void)
{
  gint64 begun = g_get_monotonic_time ();

  fault_server_on (site.upstream, "/dies", answer_long, NULL);
  assert_fails ("localhost", site.port, "/up/dies", SHEAF_ERROR_RESET, SHEAF_ERROR_SHORT);
  g_test_message ("%.1f s", (g_get_monotonic_time () - begun) / 1e6);
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
  g_test_add_func ("/fetch/tls/bad-certificates", test_bad_certificates);
  g_test_add_func ("/fetch/tls/downgrade", test_downgrade);
  g_test_add_func ("/fetch/tls/short", test_short);
  g_test_add_func ("/fetch/tls/other-protocol", test_other_protocol);
  g_test_add_func ("/fetch/tls/connection-dies", test_connection_dies);
  status = g_test_run ();
  stop_site ();
  return status;
}
