/* engine-credits.c: is this client ID any good, and what is left of its quota
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of the engine's interface (engine.h). */
#include "config.h"

#include "app/engine-private.h"

#include "app/gallery/imgur-source.h"

static void
on_credits (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autofree SheafQuota *quota = g_new0 (SheafQuota, 1);
  GError *error = NULL;

  if (sheaf_imgur_load_credits_finish (result, quota, &error))
    g_task_return_pointer (task, g_steal_pointer (&quota), g_free);
  else
    g_task_return_error (task, error);
}

void
sheaf_engine_check_client_id_async (SheafEngine *self,
                                    const char *client_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  SheafSourceContext context;
  GError *error = NULL;

  g_return_if_fail (SHEAF_IS_ENGINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_engine_check_client_id_async);
  if (!sheaf_engine_fill_context (self, &context, "imgur", &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (client_id != NULL)
    {
      context.client_id = client_id;
      context.gate = sheaf_engine_get_gate (self, &context, "imgur");
    }
  sheaf_imgur_load_credits_async (&context, cancellable, on_credits, g_steal_pointer (&task));
}

gboolean
sheaf_engine_check_client_id_finish (SheafEngine *self,
                                     GAsyncResult *result,
                                     SheafQuota *quota,
                                     GError **error)
{
  g_autofree SheafQuota *got = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  got = g_task_propagate_pointer (G_TASK (result), error);
  if (got == NULL)
    return FALSE;
  if (quota != NULL)
    *quota = *got;
  return TRUE;
}
