/* broker.c: a redis-server of one's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The configuration goes in by standard input; it names no secret, and the user file holds the
 * password's hash only. */
#include "config.h"

#include "app/queue/broker.h"

#include "app/queue/broker-address.h"
#include "app/queue/certificate.h"
#include "app/queue/queue-admin.h"
#include "app/work/error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>

#define DEFAULT_PORT   6380
#define START_SECONDS  15
#define USER           "sheaf"
#define PASSWORD_BYTES 24

struct _SheafBroker
{
  GObject parent_instance;

  char *folder;
  char *bind;
  guint port;
  GSubprocess *process;
  char *address;
  char *remote_address; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (SheafBroker, sheaf_broker, G_TYPE_OBJECT)

static char *
in_folder (SheafBroker *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

static gboolean
save (SheafBroker *self, const char *name, const char *text, GError **error)
{
  g_autofree char *path = in_folder (self, name);

  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/* The password of earlier runs, or a new one. */
static char *
take_password (SheafBroker *self, GError **error)
{
  g_autofree char *path = in_folder (self, "password");
  g_autofree char *password = NULL, *line = NULL;
  guint8 bytes[PASSWORD_BYTES];

  if (g_file_get_contents (path, &password, NULL, NULL) && *g_strstrip (password) != '\0')
    return g_steal_pointer (&password);
  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    {
      sheaf_fail (error, SHEAF_ERROR_BROKER, _ ("No password can be made: %s"), g_strerror (errno));
      return NULL;
    }
  g_free (password);
  password = g_base64_encode (bytes, sizeof bytes);
  line = g_strconcat (password, "\n", NULL);
  return save (self, "password", line, error) ? g_steal_pointer (&password) : NULL;
}

static gboolean
write_users (SheafBroker *self, const char *password, GError **error)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, password, -1);
  g_autofree char *users = g_strdup_printf (
      "user default off\n"
      "user " USER " on #%s ~{sheaf}:* resetchannels &{sheaf}:* -@all +@stream +@hash +@set "
      "+@sortedset +@string +@keyspace +@read +@write +@scripting +@connection +@pubsub -@admin "
      "-@dangerous +info +time\n",
      hash);

  return save (self, "users.acl", users, error);
}

static gboolean
take_certificate (SheafBroker *self, GError **error)
{
  g_autofree char *certificate = in_folder (self, "certificate.pem");
  g_autofree char *key = in_folder (self, "key.pem");
  const char *names[] = { "localhost", "127.0.0.1", "::1", g_get_host_name (), self->bind, NULL };

  /* "Every address" is no name of a server. */
  if (g_str_equal (self->bind, "0.0.0.0") || g_str_equal (self->bind, "::"))
    names[4] = NULL;
  return (g_file_test (key, G_FILE_TEST_EXISTS) && sheaf_certificate_fits (names, certificate))
         || sheaf_certificate_make (names, certificate, key, error);
}

/* redis.conf takes quoted strings with C's escapes. */
static char *
quote (const char *path)
{
  g_autofree char *escaped = g_strescape (path, NULL);

  return g_strdup_printf ("\"%s\"", escaped);
}

static char *
make_configuration (SheafBroker *self)
{
  g_autofree char *certificate = in_folder (self, "certificate.pem");
  g_autofree char *key = in_folder (self, "key.pem"), *users = in_folder (self, "users.acl");
  g_autofree char *log = in_folder (self, "log");
  g_autofree char *quoted_certificate = quote (certificate), *quoted_key = quote (key);
  g_autofree char *quoted_users = quote (users), *quoted_folder = quote (self->folder);
  g_autofree char *quoted_log = quote (log);

  return g_strdup_printf ("port 0\n"
                          "tls-port %u\n"
                          "bind %s\n"
                          "tls-cert-file %s\n"
                          "tls-key-file %s\n"
                          "tls-auth-clients no\n"
                          "dir %s\n"
                          "logfile %s\n"
                          "appendonly yes\n"
                          "appendfsync everysec\n"
                          "save \"\"\n"
                          "maxmemory-policy noeviction\n"
                          "aclfile %s\n",
                          self->port, self->bind, quoted_certificate, quoted_key, quoted_folder,
                          quoted_log, quoted_users);
}

static void
set_up_child (gpointer user_data)
{
  /* It writes everything down when it is asked to end. */
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  /* Ctrl+C is for us; we tell it. */
  setsid ();
}

static gboolean
spawn (SheafBroker *self, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autofree char *configuration = make_configuration (self);
  g_autoptr (GError) cause = NULL;
  GOutputStream *input;

  g_subprocess_launcher_set_child_setup (launcher, set_up_child, NULL, NULL);
  self->process = g_subprocess_launcher_spawn (launcher, &cause, "redis-server", "-", NULL);
  if (self->process == NULL)
    return sheaf_fail (error, SHEAF_ERROR_BROKER,
                       _ ("redis-server cannot be started; is it installed? (%s)"), cause->message);
  input = g_subprocess_get_stdin_pipe (self->process);
  if (!g_output_stream_write_all (input, configuration, strlen (configuration), NULL, NULL, &cause)
      || !g_output_stream_close (input, NULL, &cause))
    return sheaf_fail (error, SHEAF_ERROR_BROKER, _ ("redis-server cannot be started: %s"),
                       cause->message);
  return TRUE;
}

typedef struct
{
  gboolean ended;
  gboolean returned;
} Wait;

static void
on_waited (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Wait *wait = user_data;

  wait->ended = g_subprocess_wait_finish (G_SUBPROCESS (object), result, NULL);
  wait->returned = TRUE;
}

static gboolean
wait_until_ready (SheafBroker *self, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (SheafBrokerAddress) address = sheaf_broker_address_new (self->address, error);
  g_autoptr (GError) cause = NULL;
  gint64 end = g_get_monotonic_time () + START_SECONDS * G_USEC_PER_SEC;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Wait wait = { FALSE, FALSE };
  gboolean ready = FALSE;

  if (address == NULL)
    return FALSE;
  g_main_context_push_thread_default (context);
  g_subprocess_wait_async (self->process, cancellable, on_waited, &wait);
  while (!ready && !wait.ended && g_get_monotonic_time () < end)
    {
      g_clear_error (&cause);
      ready = sheaf_queue_admin_check (address, &cause);
      if (!ready)
        g_usleep (50000);
      while (g_main_context_iteration (context, FALSE))
        ;
    }
  g_cancellable_cancel (cancellable);
  while (!wait.returned)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  /* Somebody else may be answering on that port. */
  if (ready && !wait.ended)
    return TRUE;
  return sheaf_fail (error, SHEAF_ERROR_BROKER,
                     _ ("The broker does not start on port %u; its log is %s/log"), self->port,
                     self->folder);
}

static char *
make_address (SheafBroker *self, const char *host, gboolean with_folder)
{
  g_autofree char *certificate
      = with_folder ? in_folder (self, "certificate.pem") : g_strdup ("certificate.pem");
  g_autofree char *password = with_folder ? in_folder (self, "password") : g_strdup ("password");
  g_autofree char *ca = g_uri_escape_string (certificate, "/", FALSE);
  g_autofree char *file = g_uri_escape_string (password, "/", FALSE);
  gboolean ipv6 = strchr (host, ':') != NULL;

  return g_strdup_printf ("rediss://" USER "@%s%s%s:%u?ca=%s&password-file=%s", ipv6 ? "[" : "",
                          host, ipv6 ? "]" : "", self->port, ca, file);
}

static void
choose_addresses (SheafBroker *self)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (self->bind);
  gboolean any = inet != NULL && g_inet_address_get_is_any (inet);
  gboolean loopback = inet != NULL && g_inet_address_get_is_loopback (inet);

  self->address = make_address (self, any ? "127.0.0.1" : self->bind, TRUE);
  if (!loopback)
    self->remote_address = make_address (self, any ? g_get_host_name () : self->bind, FALSE);
}

SheafBroker *
sheaf_broker_start (const SheafBrokerOptions *options, GError **error)
{
  g_autoptr (SheafBroker) self = g_object_new (SHEAF_TYPE_BROKER, NULL);
  g_autofree char *password = NULL;

  self->folder = options->folder != NULL ? g_canonicalize_filename (options->folder, NULL)
                                         : sheaf_broker_dup_state_dir ();
  self->bind = g_strdup (options->bind != NULL ? options->bind : "127.0.0.1");
  self->port = options->port > 0 ? options->port : DEFAULT_PORT;
  choose_addresses (self);
  if (g_mkdir_with_parents (self->folder, 0700) < 0)
    {
      sheaf_fail (error, SHEAF_ERROR_FILE, _ ("The folder “%s” cannot be made: %s"), self->folder,
                  g_strerror (errno));
      return NULL;
    }
  password = take_password (self, error);
  if (password == NULL || !write_users (self, password, error) || !take_certificate (self, error)
      || !spawn (self, error) || !wait_until_ready (self, error)
      || !save (self, SHEAF_BROKER_ADDRESS_FILE, self->address, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
sheaf_broker_stop (SheafBroker *self)
{
  g_autofree char *address = NULL;

  g_return_if_fail (SHEAF_IS_BROKER (self));

  if (self->process == NULL)
    return;
  address = in_folder (self, SHEAF_BROKER_ADDRESS_FILE);
  g_unlink (address);
  g_subprocess_send_signal (self->process, SIGTERM);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

static void
sheaf_broker_finalize (GObject *object)
{
  SheafBroker *self = SHEAF_BROKER (object);

  sheaf_broker_stop (self);
  g_free (self->folder);
  g_free (self->bind);
  g_free (self->address);
  g_free (self->remote_address);
  G_OBJECT_CLASS (sheaf_broker_parent_class)->finalize (object);
}

static void
sheaf_broker_class_init (SheafBrokerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_broker_finalize;
}

static void
sheaf_broker_init (SheafBroker *self)
{
}

const char *
sheaf_broker_get_address (SheafBroker *self)
{
  return self->address;
}

const char *
sheaf_broker_get_remote_address (SheafBroker *self)
{
  return self->remote_address;
}

const char *
sheaf_broker_get_folder (SheafBroker *self)
{
  return self->folder;
}

GSubprocess *
sheaf_broker_get_process (SheafBroker *self)
{
  return self->process;
}
