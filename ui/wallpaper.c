/* wallpaper.c: org.freedesktop.portal.Wallpaper
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file is handed over as a descriptor, so that it works from inside a sandbox too. */
#include "config.h"

#include "ui/wallpaper.h"

#include "ui/portal.h"

#include <glib/gi18n.h>

#include <fcntl.h>
#include <unistd.h>

/* The person has seen the preview and decided. */
static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) results = sheaf_portal_ask_finish (result, &error);

  if (results != NULL)
    g_task_return_boolean (task, TRUE);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s",
                             _ ("This desktop offers no way to set the wallpaper."));
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                             _ ("The desktop did not take the picture as wallpaper."));
}

void
sheaf_set_wallpaper_async (GFile *file,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  GVariantDict options = G_VARIANT_DICT_INIT (NULL);
  int fd, index;

  g_return_if_fail (G_IS_FILE (file));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_set_wallpaper_async);
  path = g_file_get_path (file);
  fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
  if (fd < 0)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                               _ ("The picture cannot be read."));
      return;
    }
  index = g_unix_fd_list_append (fds, fd, &error);
  close (fd);
  if (index < 0)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_variant_dict_insert (&options, "show-preview", "b", TRUE);
  sheaf_portal_ask_async ("org.freedesktop.portal.Wallpaper", "SetWallpaperFile",
                          g_variant_new ("(sh)", "", index), &options, fds, cancellable,
                          on_answered, g_steal_pointer (&task));
}

gboolean
sheaf_set_wallpaper_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
