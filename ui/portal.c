/* portal.c: org.freedesktop.portal.Request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answer's address follows from our name and a token, so that it is listened for before
 * anything is asked: a portal may answer before its method returns. */
#include "config.h"

#include "ui/portal.h"

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
  char *interface;
  char *method;
  GVariant *arguments;
  GVariant *options;
  GUnixFDList *fds;     /* (nullable) */
  GDBusConnection *bus; /* (nullable) */
  guint subscription;   /* to the answer; 0 for none */
} Question;

static void
question_free (Question *question)
{
  if (question->subscription != 0)
    g_dbus_connection_signal_unsubscribe (question->bus, question->subscription);
  g_clear_object (&question->bus);
  g_clear_object (&question->fds);
  g_variant_unref (question->arguments);
  g_variant_unref (question->options);
  g_free (question->interface);
  g_free (question->method);
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
  g_autoptr (GVariant) results = NULL;
  guint32 response = G_MAXUINT32;

  end_question (task);
  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    g_variant_get (parameters, "(u@a{sv})", &response, &results);
  if (response == RESPONSE_DONE)
    g_task_return_pointer (task, g_steal_pointer (&results), (GDestroyNotify) g_variant_unref);
  else if (response == RESPONSE_CANCELLED)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the person did not want it");
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "the portal did not do it");
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
  g_dbus_error_strip_remote_error (error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s", error->message);
}

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
  g_autofree char *token = NULL;
  GVariantBuilder builder;
  GVariantDict options;
  GVariantIter iter;
  GVariant *argument;

  question->bus = g_bus_get_finish (result, &error);
  if (question->bus == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s", error->message);
      return;
    }
  token = subscribe (task);
  g_variant_builder_init (&builder, G_VARIANT_TYPE_TUPLE);
  g_variant_iter_init (&iter, question->arguments);
  while ((argument = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_variant_builder_add_value (&builder, argument);
      g_variant_unref (argument);
    }
  g_variant_dict_init (&options, question->options);
  g_variant_dict_insert (&options, "handle_token", "s", token);
  g_variant_builder_add_value (&builder, g_variant_dict_end (&options));
  g_dbus_connection_call_with_unix_fd_list (
      question->bus, PORTAL_NAME, PORTAL_PATH, question->interface, question->method,
      g_variant_builder_end (&builder), G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, -1,
      question->fds, g_task_get_cancellable (task), on_called, g_object_ref (task));
}

void
sheaf_portal_ask_async (const char *interface,
                        const char *method,
                        GVariant *arguments,
                        GVariantDict *options,
                        GUnixFDList *fds,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task;
  Question *question;

  g_return_if_fail (interface != NULL && method != NULL);
  g_return_if_fail (arguments != NULL && options != NULL);
  g_return_if_fail (fds == NULL || G_IS_UNIX_FD_LIST (fds));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_portal_ask_async);
  question = g_new0 (Question, 1);
  question->interface = g_strdup (interface);
  question->method = g_strdup (method);
  question->arguments = g_variant_ref_sink (arguments);
  question->options = g_variant_ref_sink (g_variant_dict_end (options));
  question->fds = fds != NULL ? g_object_ref (fds) : NULL;
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  g_bus_get (G_BUS_TYPE_SESSION, cancellable, on_bus_ready, task);
}

GVariant *
sheaf_portal_ask_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
