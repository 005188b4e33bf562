/* test-client-id.c: where client IDs come from, with a real keyring: open, locked, missing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The keyring is gnome-keyring-daemon on a bus of the test's own; where that program is not
 * installed, what needs it is left out. */
#include "config.h"

#include "app/base/client-id.h"
#include "app/work/error.h"
#include "tests/app/scratch.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_LIBSECRET
static const char bus_config[]
    = "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
      " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
      "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>"
      "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
      "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n";
#endif

#define COLLECTION "/org/freedesktop/secrets/collection/login"

static void
test_clean (void)
{
  static const struct
  {
    const char *text;
    const char *id; /* NULL: refused */
  } cases[] = {
    { "0123456789abcde", "0123456789abcde" },
    { "  0123456789abcde\n", "0123456789abcde" },
    { "Client-ID 0123456789abcde", "0123456789abcde" },
    { "client-id\t0123456789abcde ", "0123456789abcde" },
    { "Client-ID", "Client-ID" },
    { "", NULL },
    { "   ", NULL },
    { "two words", NULL },
    { "injected\r\nHost: example.org", NULL },
    { "umläut", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = sheaf_client_id_clean (cases[i].text, &error);

      g_assert_cmpstr (id, ==, cases[i].id);
      if (id == NULL)
        g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_CLIENT_ID);
      else
        g_assert_no_error (error);
    }
}

static void
test_environment_and_file (void)
{
  g_autofree char *dir = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "id", NULL);
  g_autofree char *missing = g_build_filename (dir, "none", NULL);
  g_autofree char *from_file = NULL;
  g_autofree char *from_environment = NULL;
  g_autoptr (GError) error = NULL;

  g_unsetenv (SHEAF_CLIENT_ID_VARIABLE);
  g_assert_null (sheaf_client_id_from_environment (&error));
  g_assert_no_error (error);
  g_setenv (SHEAF_CLIENT_ID_VARIABLE, " abc123 ", TRUE);
  from_environment = sheaf_client_id_from_environment (&error);
  g_assert_cmpstr (from_environment, ==, "abc123");
  g_setenv (SHEAF_CLIENT_ID_VARIABLE, "not an ID", TRUE);
  g_assert_null (sheaf_client_id_from_environment (&error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_CLIENT_ID);
  g_assert_null (strstr (error->message, "not an ID"));
  g_clear_error (&error);
  g_unsetenv (SHEAF_CLIENT_ID_VARIABLE);

  g_file_set_contents (path, "abc123\nsecond line\n", -1, NULL);
  from_file = sheaf_client_id_from_file (path, &error);
  g_assert_cmpstr (from_file, ==, "abc123");
  g_assert_null (sheaf_client_id_from_file (missing, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_FILE);

  g_unlink (path);
  g_rmdir (dir);
}

#ifdef HAVE_LIBSECRET

static void
take_result (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static char *
lookup (const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sheaf_client_id_lookup_async (name, NULL, take_result, &result);
  return sheaf_client_id_lookup_finish (wait_for (&result), error);
}

static gboolean
store (const char *name, const char *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sheaf_client_id_store_async (name, id, NULL, take_result, &result);
  return sheaf_client_id_store_finish (wait_for (&result), error);
}

static gboolean
forget (const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sheaf_client_id_forget_async (name, NULL, take_result, &result);
  return sheaf_client_id_forget_finish (wait_for (&result), error);
}

static char *
list (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_auto (GStrv) names = NULL;

  sheaf_client_id_list_async (NULL, take_result, &result);
  names = sheaf_client_id_list_finish (wait_for (&result), error);
  return names != NULL ? g_strjoinv (",", names) : NULL;
}

/* The process behind the Secret Service; 0 while there is none. */
static guint32
get_keyring_pid (void)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "GetConnectionUnixProcessID", g_variant_new ("(s)", "org.freedesktop.secrets"),
      G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  guint32 pid = 0;

  if (reply != NULL)
    g_variant_get (reply, "(u)", &pid);
  return pid;
}

static void
stop_keyring (void)
{
  kill ((pid_t) get_keyring_pid (), SIGTERM);
  while (get_keyring_pid () > 0)
    g_usleep (10000);
}

static void
start_keyring (void)
{
  g_autoptr (GSubprocess) daemon = NULL;
  g_autoptr (GError) error = NULL;

  daemon = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                                 | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                             &error, "gnome-keyring-daemon", "--unlock", "--components=secrets",
                             "--daemonize", NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (daemon, "password", NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 500 && get_keyring_pid () == 0; i++)
    g_usleep (10000);
  g_assert_cmpuint (get_keyring_pid (), >, 0);
}

static void
lock_keyring (void)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  const char *paths[] = { COLLECTION, NULL };

  reply = g_dbus_connection_call_sync (
      bus, "org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.Secret.Service",
      "Lock", g_variant_new ("(^ao)", paths), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_id (const char *name, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = lookup (name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (id, ==, expected);
}

static void
test_keyring (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *names = NULL;
  g_autofree char *left = NULL;

  /* None at all: said, so that the ID is kept for this run. */
  g_assert_null (lookup (NULL, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (store (NULL, "abc", &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_FAILED);
  g_clear_error (&error);

  start_keyring ();

  /* Empty is not an error. */
  assert_id (NULL, NULL);
  g_assert_true (store ("second", "222", &error));
  g_assert_no_error (error);
  assert_id (NULL, "222"); /* better any than none */
  g_assert_true (store (NULL, "111", &error));
  g_assert_no_error (error);
  assert_id (NULL, "111");
  assert_id ("second", "222");
  assert_id ("third", NULL);

  g_assert_true (store (NULL, "333", &error));
  assert_id (NULL, "333");
  names = list (&error);
  g_assert_cmpstr (names, ==, "default,second");

  /* Locked: said, and told from empty; the names can still be read. */
  lock_keyring ();
  g_assert_null (lookup (NULL, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_PERMISSION);
  g_clear_error (&error);
  left = list (&error);
  g_assert_cmpstr (left, ==, "default,second");

  /* Opened again. */
  stop_keyring ();
  start_keyring ();
  assert_id ("second", "222");
  g_assert_true (forget ("second", &error));
  g_assert_no_error (error);
  assert_id ("second", NULL);
  assert_id (NULL, "333");
  g_assert_true (forget (NULL, &error));
  assert_id (NULL, NULL);
  stop_keyring ();
}

#endif

int
main (int argc, char *argv[])
{
  g_autofree char *home = NULL;
  int status;
#ifdef HAVE_LIBSECRET
  g_autofree char *daemon = g_find_program_in_path ("gnome-keyring-daemon");
  g_autofree char *run_session = g_find_program_in_path ("dbus-run-session");

  /* Again, on a bus of its own, where no service is started by being asked for. */
  if (run_session != NULL && g_getenv ("SHEAF_TEST_BUS") == NULL)
    {
      g_autoptr (GPtrArray) words = g_ptr_array_new ();
      char *config = g_build_filename (g_get_tmp_dir (), "sheaf-test-bus-XXXXXX", NULL);
      int fd = g_mkstemp (config);

      g_assert_cmpint (write (fd, bus_config, strlen (bus_config)), ==,
                       (gssize) strlen (bus_config));
      close (fd);
      g_setenv ("SHEAF_TEST_BUS", config, TRUE);
      g_ptr_array_add (words, run_session);
      g_ptr_array_add (words, (char *) "--config-file");
      g_ptr_array_add (words, config);
      g_ptr_array_add (words, (char *) "--");
      for (int i = 0; i < argc; i++)
        g_ptr_array_add (words, argv[i]);
      g_ptr_array_add (words, NULL);
      execv (run_session, (char **) words->pdata);
    }
#endif

  if (g_getenv ("SHEAF_TEST_BUS") != NULL)
    g_unlink (g_getenv ("SHEAF_TEST_BUS"));

  /* A keyring of its own, away from that of whoever runs this. */
  home = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  g_setenv ("HOME", home, TRUE);
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", home, TRUE);
  g_unsetenv ("DISPLAY");
  g_unsetenv ("WAYLAND_DISPLAY");
  g_unsetenv ("GNOME_KEYRING_CONTROL");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client-id/clean", test_clean);
  g_test_add_func ("/client-id/environment-and-file", test_environment_and_file);
#ifdef HAVE_LIBSECRET
  if (run_session != NULL && daemon != NULL)
    g_test_add_func ("/client-id/keyring", test_keyring);
#endif
  status = g_test_run ();

  scratch_remove (home);
  return status;
}
