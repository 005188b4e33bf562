/* client-id-store.c: client IDs in the Secret Service
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Through libsecret, which inside a Flatpak goes by the Secret portal.  Whether a keyring is locked
 * is found out by looking first without unlocking: so a locked one can be told from an empty one,
 * also where nobody is there to answer a prompt. */
#include "config.h"

#include "app/base/client-id.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#ifdef HAVE_LIBSECRET

#include <libsecret/secret.h>

static const SecretSchema *
get_schema (void)
{
  static const SecretSchema schema = {
    SHEAF_APP_ID ".ClientId",
    SECRET_SCHEMA_NONE,
    {
        { "service", SECRET_SCHEMA_ATTRIBUTE_STRING },
        { "name", SECRET_SCHEMA_ATTRIBUTE_STRING },
        { NULL, 0 },
    },
  };

  return &schema;
}

/* @name may be %NULL for every one. */
static GHashTable *
make_attributes (const char *name)
{
  return name != NULL
             ? secret_attributes_build (get_schema (), "service", "imgur", "name", name, NULL)
             : secret_attributes_build (get_schema (), "service", "imgur", NULL);
}

static GError *
error_locked (void)
{
  return g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_PERMISSION, _ ("The keyring is locked."));
}

/* An error of libsecret or D-Bus as one of ours; takes it over. */
static GError *
translate (GError *error)
{
  g_autoptr (GError) owned = error;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_steal_pointer (&owned);
  if (g_error_matches (error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
    return error_locked ();
  g_debug ("Secret Service: %s", error->message);
  return g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_FAILED,
                              _ ("There is no keyring to keep the client ID in."));
}

static gboolean
is_locked (gpointer item)
{
  return SECRET_IS_ITEM (item) && secret_item_get_locked (item);
}

static char *
dup_name (gpointer item)
{
  g_autoptr (GHashTable) attributes = secret_retrievable_get_attributes (item);
  const char *name = g_hash_table_lookup (attributes, "name");

  return g_strdup (name != NULL ? name : SHEAF_CLIENT_ID_DEFAULT_NAME);
}

static void
free_items (GList *items)
{
  g_list_free_full (items, g_object_unref);
}

/* The one to use where no name was given: the default one, else the first there is. */
static gpointer
choose (GList *items, gboolean locked)
{
  gpointer first = NULL;

  for (GList *l = items; l != NULL; l = l->next)
    {
      g_autofree char *name = NULL;

      if (is_locked (l->data) != locked)
        continue;
      name = dup_name (l->data);
      if (g_strcmp0 (name, SHEAF_CLIENT_ID_DEFAULT_NAME) == 0)
        return l->data;
      if (first == NULL)
        first = l->data;
    }
  return first;
}

static void search_unlocked (GTask *task, gboolean unlock);

static void
on_secret (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretValue) value
      = secret_retrievable_retrieve_secret_finish (SECRET_RETRIEVABLE (object), result, &error);
  const char *text = value != NULL ? secret_value_get_text (value) : NULL;

  if (text != NULL)
    {
      g_task_return_pointer (task, g_strdup (text), g_free);
    }
  else if (error != NULL && g_object_get_data (G_OBJECT (task), "again") == NULL
           && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      /* A keyring that was started anew does not know the session of before. */
      g_object_set_data (G_OBJECT (task), "again", task);
      secret_service_disconnect ();
      search_unlocked (task, FALSE);
    }
  else
    {
      g_task_return_error (task,
                           error != NULL ? translate (g_steal_pointer (&error)) : error_locked ());
    }
}

static void
on_searched (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  GList *items = secret_password_search_finish (result, &error);
  gpointer item = choose (items, FALSE);
  gboolean unlocking = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (task), "unlocking"));

  if (error != NULL)
    g_task_return_error (task, translate (g_steal_pointer (&error)));
  else if (item != NULL)
    secret_retrievable_retrieve_secret (item, g_task_get_cancellable (task), on_secret,
                                        g_object_ref (task));
  else if (choose (items, TRUE) == NULL)
    g_task_return_pointer (task, NULL, NULL);
  else if (!unlocking)
    search_unlocked (task, TRUE);
  else
    g_task_return_error (task, error_locked ());
  free_items (items);
}

/* With @unlock, the person may be asked for a password. */
static void
search_unlocked (GTask *task, gboolean unlock)
{
  g_autoptr (GHashTable) attributes = make_attributes (g_task_get_task_data (task));
  SecretSearchFlags flags = SECRET_SEARCH_ALL | (unlock ? SECRET_SEARCH_UNLOCK : 0);

  g_object_set_data (G_OBJECT (task), "unlocking", GINT_TO_POINTER (unlock));
  secret_password_searchv (get_schema (), attributes, flags, g_task_get_cancellable (task),
                           on_searched, g_object_ref (task));
}

void
sheaf_client_id_lookup_async (const char *name,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, sheaf_client_id_lookup_async);
  g_task_set_task_data (task, g_strdup (name), g_free);
  search_unlocked (task, FALSE);
}

static void
on_stored (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (secret_password_store_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error != NULL ? translate (error) : error_locked ());
}

void
sheaf_client_id_store_async (const char *name,
                             const char *client_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task;
  g_autoptr (GHashTable) attributes = NULL;
  g_autofree char *label = NULL;

  g_return_if_fail (client_id != NULL);

  if (name == NULL)
    name = SHEAF_CLIENT_ID_DEFAULT_NAME;
  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_client_id_store_async);
  attributes = make_attributes (name);
  /* Translators: what a password manager calls a kept client ID; %s is the name it was given */
  label = g_strdup_printf (_ ("Sheaf: Imgur client ID “%s”"), name);
  secret_password_storev (get_schema (), attributes, SECRET_COLLECTION_DEFAULT, label, client_id,
                          cancellable, on_stored, task);
}

static void
on_cleared (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  secret_password_clear_finish (result, &error);
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, translate (error));
}

void
sheaf_client_id_forget_async (const char *name,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GHashTable) attributes = make_attributes (name);

  g_task_set_source_tag (task, sheaf_client_id_forget_async);
  secret_password_clearv (get_schema (), attributes, cancellable, on_cleared, task);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

static void
on_listed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GList *items = secret_password_search_finish (result, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (error != NULL)
    {
      g_task_return_error (task, translate (error));
      return;
    }
  for (GList *l = items; l != NULL; l = l->next)
    g_ptr_array_add (names, dup_name (l->data));
  free_items (items);
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  g_task_return_pointer (task, g_ptr_array_free (g_steal_pointer (&names), FALSE),
                         (GDestroyNotify) g_strfreev);
}

void
sheaf_client_id_list_async (GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GHashTable) attributes = make_attributes (NULL);

  g_task_set_source_tag (task, sheaf_client_id_list_async);
  secret_password_searchv (get_schema (), attributes, SECRET_SEARCH_ALL, cancellable, on_listed,
                           task);
}

#else /* !HAVE_LIBSECRET */

static void
return_no_service (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_return_new_error (task, SHEAF_ERROR, SHEAF_ERROR_FAILED,
                           _ ("This Sheaf was built without a keyring to keep client IDs in."));
}

void
sheaf_client_id_lookup_async (const char *name,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  return_no_service (cancellable, callback, user_data);
}

void
sheaf_client_id_store_async (const char *name,
                             const char *client_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  return_no_service (cancellable, callback, user_data);
}

void
sheaf_client_id_forget_async (const char *name,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  return_no_service (cancellable, callback, user_data);
}

void
sheaf_client_id_list_async (GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  return_no_service (cancellable, callback, user_data);
}

#endif

char *
sheaf_client_id_lookup_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
sheaf_client_id_store_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
sheaf_client_id_forget_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

GStrv
sheaf_client_id_list_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
