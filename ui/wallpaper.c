/* wallpaper.c: org.freedesktop.portal.Wallpaper
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file is handed over as a descriptor, so that it works from inside a sandbox too. */
#include "config.h"

#include "ui/wallpaper.h"

#include <glib/gi18n.h>

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <unistd.h>

#define PORTAL_NAME "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"

/* What a Request says it ended with. */
enum
{
  RESPONSE_DONE,
  RESPONSE_CANCELLED,
};

typedef struct
{
  GFile *file;
  GDBusConnection *bus; /* (nullable) */
  guint subscription;   /* to the answer; 0 for none */
} Question;

static void
question_free (Question *question)
{
  if (question->subscription != 0)
    g_dbus_connection_signal_unsubscribe (question->bus, question->subscription);
  g_clear_object (&question->bus);
  g_object_unref (question->file);
  g_free (question);
}

/* @task is held by the subscription; ends that, and with it the question. */
static void
end_question (GTask *task)
{
  Question *question = g_task_get_task_data (task);
  guint subscription = question->subscription;

  question->subscription = 0;
  if (subscription != 0)
    g_dbus_connection_signal_unsubscribe (question->bus, subscription);
}

/* The person has seen the preview and decided. */
static void
on_response (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *name,
             GVariant *parameters,
             gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);
  guint32 response = G_MAXUINT32;

  end_question (task);
  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    g_variant_get (parameters, "(ua{sv})", &response, NULL);
  if (response == RESPONSE_DONE)
    g_task_return_boolean (task, TRUE);
  else if (response == RESPONSE_CANCELLED)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s", "");
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                             _ ("The desktop did not take the picture as wallpaper."));
}

static void
on_called (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (source), NULL, result, &error);

  if (reply != NULL)
    return; /* on_response() has the rest */
  end_question (task);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s",
                             _ ("This desktop offers no way to set the wallpaper."));
}

/* Listens for the answer before asking: its address follows from our name and a token. */
static char *
subscribe (GTask *task)
{
  static guint count;
  Question *question = g_task_get_task_data (task);
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (question->bus) + 1);
  g_autofree char *path = NULL;
  char *token = g_strdup_printf ("sheaf%u", ++count);

  g_strdelimit (sender, ".", '_');
  path = g_strdup_printf (PORTAL_PATH "/request/%s/%s", sender, token);
  question->subscription = g_dbus_connection_signal_subscribe (
      question->bus, PORTAL_NAME, "org.freedesktop.portal.Request", "Response", path, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_response, g_object_ref (task), g_object_unref);
  return token;
}

static void
on_bus_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autofree char *path = NULL;
  g_autofree char *token = NULL;
  GVariantBuilder options;
  int fd, index;

  question->bus = g_bus_get_finish (result, &error);
  if (question->bus == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  path = g_file_get_path (question->file);
  fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
  if (fd < 0)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                               _ ("The picture cannot be read."));
      return;
    }
  fds = g_unix_fd_list_new ();
  index = g_unix_fd_list_append (fds, fd, &error);
  close (fd);
  if (index < 0)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  token = subscribe (task);
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  g_variant_builder_add (&options, "{sv}", "show-preview", g_variant_new_boolean (TRUE));
  g_dbus_connection_call_with_unix_fd_list (
      question->bus, PORTAL_NAME, PORTAL_PATH, "org.freedesktop.portal.Wallpaper",
      "SetWallpaperFile", g_variant_new ("(sha{sv})", "", index, &options), G_VARIANT_TYPE ("(o)"),
      G_DBUS_CALL_FLAGS_NONE, -1, fds, g_task_get_cancellable (task), on_called,
      g_object_ref (task));
}

void
sheaf_set_wallpaper_async (GFile *file,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task;
  Question *question;

  g_return_if_fail (G_IS_FILE (file));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_set_wallpaper_async);
  question = g_new0 (Question, 1);
  question->file = g_object_ref (file);
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  g_bus_get (G_BUS_TYPE_SESSION, cancellable, on_bus_ready, task);
}

gboolean
sheaf_set_wallpaper_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
