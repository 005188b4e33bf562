/* engine-photo.c: what a camera wrote into a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of the engine's interface (engine.h): the file is opened here, and read by a helper. */
#include "config.h"

#include "app/engine-private.h"

#include "app/work/error.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gfiledescriptorbased.h>
#include <glib/gi18n-lib.h>

/* It takes a thousandth of that. */
#define TIMEOUT_MS 5000

static void
on_read (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (SheafReply) reply
      = sheaf_executor_run_finish (SHEAF_EXECUTOR (object), result, &error);

  if (reply == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, sheaf_photo_from_variant (reply->values),
                           (GDestroyNotify) sheaf_photo_free);
}

static void
on_opened (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SheafEngine *self = g_task_get_source_object (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read_finish (G_FILE (object), result, &error);
  g_autoptr (SheafJob) job = NULL;
  SheafExecutor *executor = NULL;
  int fd = -1;

  if (stream != NULL && !sheaf_engine_is_closed (self))
    executor = sheaf_engine_get_thumbnail_executor (self, &error);
  if (executor != NULL && G_IS_FILE_DESCRIPTOR_BASED (stream))
    fd = fcntl (g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream)), F_DUPFD_CLOEXEC,
                3);
  if (fd < 0)
    {
      if (error == NULL)
        error = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_FILE,
                                     _ ("The picture is not a file on this machine."));
      g_task_return_error (task, error);
      return;
    }
  job = sheaf_job_new ("photo", NULL, fd, TIMEOUT_MS);
  sheaf_executor_run_async (executor, job, NULL, NULL, cancellable, on_read,
                            g_steal_pointer (&task));
}

void
sheaf_engine_load_photo_async (SheafEngine *self,
                               GFile *file,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task;

  g_return_if_fail (SHEAF_IS_ENGINE (self));
  g_return_if_fail (G_IS_FILE (file));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_engine_load_photo_async);
  g_file_read_async (file, G_PRIORITY_DEFAULT, cancellable, on_opened, task);
}

SheafPhoto *
sheaf_engine_load_photo_finish (SheafEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
