/* tls-site.c: nginx with TLS and HTTP/2, and a certificate authority of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/tls-site.h"

#include "tests/app/scratch.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct _TlsSite
{
  char *folder;
  GPid nginx;
  guint port;
  guint bad_ports[TLS_SITE_N_FAULTS];
};

static const char *const bad_names[TLS_SITE_N_FAULTS]
    = { [TLS_SITE_PAST] = "past", [TLS_SITE_FUTURE] = "future", [TLS_SITE_SELF] = "self" };

static const char configuration[]
    = "daemon off; worker_processes %u; pid %s/pid; error_log %s/log;\n"
      "events { worker_connections 512; }\n"
      "http { access_log off; client_body_temp_path %s/t1; proxy_temp_path %s/t2;\n"
      " fastcgi_temp_path %s/t3; uwsgi_temp_path %s/t4; scgi_temp_path %s/t5;\n"
      " server { listen 127.0.0.1:%u ssl http2; ssl_certificate %s/site.pem;\n"
      "  ssl_certificate_key %s/site.key; root %s/www; etag on;\n"
      "  %s\n"
      " }\n%s}\n";

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

/* One authority, and what it signed: sound, past, for the day after tomorrow, and for another host;
 * `openssl ca` is the one of its commands that sets dates freely. */
static gboolean
make_certificates (const char *folder)
{
  g_autofree char *command = g_strdup_printf (
      "set -e; cd '%s'; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
      "-keyout ca.key -out ca.pem "
      "-days 2 -subj '/CN=Test CA'; : > index; "
      "printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\ndefault_md=sha256\n"
      "rand_serial=yes\nunique_subject=no\npolicy=p\n[p]\ncommonName=supplied\n' > ca.conf; "
      "sign () { printf \"subjectAltName=DNS:$2\" > $1.ext; "
      "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.csr "
      "-subj /CN=$2; "
      "openssl ca -batch -config ca.conf -cert ca.pem -keyfile ca.key -in $1.csr -out $1.pem "
      "-notext -extfile $1.ext -startdate $3 -enddate $4; }; "
      "sign site localhost $(date -u -d -1day +%%Y%%m%%d000000Z) "
      "$(date -u -d 2days +%%Y%%m%%d000000Z); "
      "sign past localhost 20200101000000Z 20210101000000Z; "
      "sign future localhost $(date -u -d 2days +%%Y%%m%%d000000Z) "
      "$(date -u -d 9days +%%Y%%m%%d000000Z); "
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout self.key -out "
      "self.pem -days 2 "
      "-subj /CN=localhost -addext subjectAltName=DNS:localhost",
      folder);

  return run (command);
}

static guint
find_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_any_inet_port (listener, NULL, NULL);
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

static char *
make_bad_servers (TlsSite *self)
{
  GString *servers = g_string_new (NULL);

  for (guint i = 0; i < TLS_SITE_N_FAULTS; i++)
    {
      self->bad_ports[i] = find_port ();
      g_string_append_printf (servers,
                              " server { listen 127.0.0.1:%u ssl; ssl_certificate %s/%s.pem;\n"
                              "  ssl_certificate_key %s/%s.key; }\n",
                              self->bad_ports[i], self->folder, bad_names[i], self->folder,
                              bad_names[i]);
    }
  return g_string_free (servers, FALSE);
}

TlsSite *
tls_site_new (guint n_workers, const char *locations)
{
  TlsSite *self = g_new0 (TlsSite, 1);
  g_autofree char *config = NULL, *config_path = NULL, *www = NULL, *bad = NULL;
  const char *f = self->folder = g_dir_make_tmp ("sheaf-tls-XXXXXX", NULL);
  const char *argv[] = { "nginx", "-p", f, "-c", NULL, NULL };

  www = g_build_filename (f, "www", NULL);
  argv[4] = config_path = g_build_filename (f, "nginx.conf", NULL);
  self->port = find_port ();
  bad = make_bad_servers (self);
  config = g_strdup_printf (configuration, n_workers, f, f, f, f, f, f, f, self->port, f, f, f,
                            locations, bad);
  if (make_certificates (f) && g_mkdir (www, 0755) == 0 && g_chmod (f, 0755) == 0
      && g_file_set_contents (config_path, config, -1, NULL)
      && g_spawn_async (NULL, (char **) argv, NULL,
                        G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
                            | G_SPAWN_STDERR_TO_DEV_NULL,
                        end_with_parent, NULL, &self->nginx, NULL))
    for (guint i = 0; i < 500; i++)
      {
        if (is_listening (self->port))
          return self;
        g_usleep (20000);
      }
  tls_site_free (self);
  return NULL;
}

void
tls_site_free (TlsSite *self)
{
  if (self->nginx != 0)
    {
      kill (self->nginx, SIGTERM);
      waitpid (self->nginx, NULL, 0);
    }
  scratch_remove (self->folder);
  g_free (self->folder);
  g_free (self);
}

guint
tls_site_get_port (TlsSite *self)
{
  return self->port;
}

guint
tls_site_get_bad_port (TlsSite *self, TlsSiteFault fault)
{
  return self->bad_ports[fault];
}

GPid
tls_site_get_pid (TlsSite *self)
{
  return self->nginx;
}

char *
tls_site_dup_authority (TlsSite *self)
{
  return g_build_filename (self->folder, "ca.pem", NULL);
}

gboolean
tls_site_add (TlsSite *self, const char *name, GBytes *content)
{
  g_autofree char *path = g_build_filename (self->folder, "www", name, NULL);

  return g_file_set_contents_full (path, g_bytes_get_data (content, NULL),
                                   g_bytes_get_size (content), G_FILE_SET_CONTENTS_NONE, 0644,
                                   NULL);
}
