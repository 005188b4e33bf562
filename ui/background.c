/* background.c: org.freedesktop.portal.Background
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A desktop may end a sandboxed program that has no window and did not ask. */
#include "config.h"

#include "ui/background.h"

#include "ui/portal.h"

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) results = sheaf_portal_ask_finish (result, &error);
  gboolean may = FALSE;

  if (results != NULL)
    g_task_return_boolean (task, g_variant_lookup (results, "background", "b", &may) && may);
  else
    g_task_return_boolean (task, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED));
}

void
sheaf_ask_background_async (const char *reason,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GVariantDict options = G_VARIANT_DICT_INIT (NULL);

  g_return_if_fail (reason != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_ask_background_async);
  if (g_getenv ("FLATPAK_ID") == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  g_variant_dict_insert (&options, "reason", "s", reason);
  g_variant_dict_insert (&options, "autostart", "b", FALSE);
  sheaf_portal_ask_async ("org.freedesktop.portal.Background", "RequestBackground",
                          g_variant_new ("(s)", ""), &options, NULL, cancellable, on_answered,
                          g_steal_pointer (&task));
}

gboolean
sheaf_ask_background_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
