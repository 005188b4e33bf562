/* test-thumbnail-service.c: a file manager's view of the thumbnailer on the bus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/thumbnail/thumbnail-cache.h"
#include "app/thumbnail/thumbnail-service.h"
#include "tests/app/scratch.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#include <string.h>

typedef struct
{
  GTestDBus *daemon;
  GDBusConnection *server;
  GDBusConnection *client;
  SheafExecutor *executor;
  SheafThumbnailer *thumbnailer;
  SheafThumbnailService *service;
  char *dir;
  GPtrArray *heard; /* (element-type utf8): "Name arguments" */
} Fixture;

static GDBusConnection *
connect_to (GTestDBus *daemon)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (daemon),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);

  g_assert_no_error (error);
  return bus;
}

static void
on_signal (GDBusConnection *bus,
           const char *sender,
           const char *path,
           const char *interface,
           const char *name,
           GVariant *parameters,
           gpointer data)
{
  Fixture *fixture = data;
  g_autofree char *text = g_variant_print (parameters, FALSE);

  g_ptr_array_add (fixture->heard, g_strconcat (name, " ", text, NULL));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->daemon = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->daemon);
  fixture->server = connect_to (fixture->daemon);
  fixture->client = connect_to (fixture->daemon);
  fixture->executor = sheaf_executor_create ("processes", NULL, &error);
  g_assert_no_error (error);
  fixture->thumbnailer = sheaf_thumbnailer_new (fixture->executor);
  fixture->service = sheaf_thumbnail_service_new (fixture->thumbnailer);
  g_assert_true (sheaf_thumbnail_service_export (fixture->service, fixture->server, &error));
  fixture->dir = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  fixture->heard = g_ptr_array_new_with_free_func (g_free);
  g_dbus_connection_signal_subscribe (
      fixture->client, g_dbus_connection_get_unique_name (fixture->server),
      SHEAF_THUMBNAIL_SERVICE_NAME, NULL, SHEAF_THUMBNAIL_SERVICE_PATH, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_signal, fixture, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->service);
  sheaf_thumbnailer_shutdown (fixture->thumbnailer);
  g_object_unref (fixture->thumbnailer);
  sheaf_executor_shutdown (fixture->executor, TRUE);
  g_object_unref (fixture->executor);
  g_dbus_connection_close_sync (fixture->client, NULL, NULL);
  g_dbus_connection_close_sync (fixture->server, NULL, NULL);
  g_object_unref (fixture->client);
  g_object_unref (fixture->server);
  g_test_dbus_down (fixture->daemon);
  g_object_unref (fixture->daemon);
  scratch_remove (fixture->dir);
  g_free (fixture->dir);
  g_ptr_array_unref (fixture->heard);
}

static void
on_reply (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(GVariant **) data = g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);
  g_assert_no_error (error);
}

/* The reply may come only while this process, which has the service too, runs its loop. */
static GVariant *
call (Fixture *fixture, const char *method, GVariant *parameters)
{
  GVariant *reply = NULL;

  g_dbus_connection_call (fixture->client, g_dbus_connection_get_unique_name (fixture->server),
                          SHEAF_THUMBNAIL_SERVICE_PATH, SHEAF_THUMBNAIL_SERVICE_NAME, method,
                          parameters, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_reply, &reply);
  while (reply == NULL)
    g_main_context_iteration (NULL, TRUE);
  return reply;
}

static guint
queue (Fixture *fixture, const char *const *uris, const char *flavor, guint unqueue)
{
  const char *types[] = { NULL };
  g_autoptr (GVariant) reply = call (
      fixture, "Queue", g_variant_new ("(^as^asssu)", uris, types, flavor, "foreground", unqueue));
  guint handle;

  g_variant_get (reply, "(u)", &handle);
  g_assert_cmpuint (handle, >, 0);
  return handle;
}

static guint
count_heard (Fixture *fixture, const char *prefix)
{
  guint n = 0;

  for (guint i = 0; i < fixture->heard->len; i++)
    n += g_str_has_prefix (g_ptr_array_index (fixture->heard, i), prefix);
  return n;
}

static void
wait_for (Fixture *fixture, const char *prefix)
{
  while (count_heard (fixture, prefix) == 0)
    g_main_context_iteration (NULL, TRUE);
}

static char *
make_file (Fixture *fixture, const char *name, gboolean good)
{
  g_autofree char *path = g_build_filename (fixture->dir, name, NULL);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 300, 200);

  gdk_pixbuf_fill (pixbuf, 0x336699ff);
  if (good)
    g_assert_true (gdk_pixbuf_save (pixbuf, path, "png", NULL, NULL));
  else
    g_assert_true (g_file_set_contents (path, "no picture", -1, NULL));
  return g_filename_to_uri (path, NULL, NULL);
}

static void
test_describes_itself (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) supported = call (fixture, "GetSupported", NULL);
  g_autoptr (GVariant) flavors = call (fixture, "GetFlavors", NULL);
  g_autoptr (GVariant) schedulers = call (fixture, "GetSchedulers", NULL);
  g_autofree char *text = g_variant_print (flavors, FALSE);
  g_auto (GStrv) schemes = NULL;
  g_auto (GStrv) types = NULL;

  g_variant_get (supported, "(^as^as)", &schemes, &types);
  g_assert_cmpuint (g_strv_length (schemes), ==, g_strv_length (types));
  g_assert_true (g_strv_contains ((const char *const *) types, "image/jpeg"));
  g_assert_cmpstr (text, ==, "(['normal', 'large', 'x-large', 'xx-large'],)");
  g_assert_true (g_variant_is_of_type (schedulers, G_VARIANT_TYPE ("(as)")));
}

static void
test_queue (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = make_file (fixture, "good.png", TRUE);
  g_autofree char *bad = make_file (fixture, "bad.png", FALSE);
  g_autofree char *entry = sheaf_thumbnail_cache_dup_path (good, SHEAF_CACHE_LARGE);
  const char *uris[] = { good, bad, "sftp://example.org/a.png", NULL };
  guint handle = queue (fixture, uris, "large", 0);
  g_autofree char *ready = g_strdup_printf ("Ready (%u, ['%s'])", handle, good);
  g_autofree char *finished = g_strdup_printf ("Finished (%u,)", handle);

  wait_for (fixture, finished);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (fixture->heard, 0), "Started"));
  g_assert_cmpuint (count_heard (fixture, ready), ==, 1);
  g_assert_cmpuint (count_heard (fixture, "Error"), ==, 2);
  g_assert_cmpstr (g_ptr_array_index (fixture->heard, fixture->heard->len - 1), ==, finished);
  g_assert_true (g_file_test (entry, G_FILE_TEST_EXISTS));
}

static void
test_dequeue (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = make_file (fixture, "other.png", TRUE);
  const char *uris[] = { good, NULL };
  const char *none[] = { NULL };
  guint first = queue (fixture, uris, "normal", 0);
  guint second = queue (fixture, none, "normal", first);
  g_autofree char *finished = g_strdup_printf ("Finished (%u,)", second);

  g_assert_cmpuint (first, !=, second);
  wait_for (fixture, finished);
  g_assert_cmpuint (count_heard (fixture, "Finished"), ==, 2);
  g_variant_unref (call (fixture, "Dequeue", g_variant_new ("(u)", 12345)));
  g_assert_cmpuint (count_heard (fixture, "Finished"), ==, 2);
}

static void
test_unknown_flavor (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = make_file (fixture, "good.png", TRUE);
  const char *uris[] = { good, NULL };

  queue (fixture, uris, "enormous", 0);
  wait_for (fixture, "Finished");
  g_assert_cmpuint (count_heard (fixture, "Error"), ==, 1);
  g_assert_cmpuint (count_heard (fixture, "Ready"), ==, 0);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/thumbnail-service/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_autofree char *cache = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("describes-itself", test_describes_itself);
  ADD ("queue", test_queue);
  ADD ("dequeue", test_dequeue);
  ADD ("unknown-flavor", test_unknown_flavor);
  status = g_test_run ();
  scratch_remove (cache);
  return status;
}
