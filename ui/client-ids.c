/* client-ids.c: what the keyring keeps, joined with what it would not keep
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list follows what was asked for at once; where the keyring then refuses, it is put right and
 * said.  IDs themselves stay in the keyring: here are only those it would not have, and the one
 * forgotten last, so that this can be taken back. */
#include "config.h"

#include "ui/client-ids.h"

#include "app/base/client-id.h"

#include <glib/gi18n.h>

#define STATE_KEY "client-id"

typedef struct
{
  char *name;
  SheafClientIdPlace place;
  char *id; /* %NULL where the keyring has it */
} Known;

struct _SheafClientIds
{
  GObject parent_instance;

  SheafEngine *engine;
  GSettings *state;          /* (nullable) */
  GCancellable *cancellable; /* of what is asked of the keyring */
  GPtrArray *known;          /* (element-type Known): by title */
  char *used;                /* (nullable): its name */
  char *trouble;             /* (nullable) */
  Known *forgotten;          /* (nullable): with its ID */
  gboolean forgotten_used;
};

enum
{
  CHANGED,
  USED,
  NOT_KEPT,
  NOTICE,
  FORGOTTEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafClientIds, sheaf_client_ids, G_TYPE_OBJECT)

/* One thing asked of the keyring. */
typedef struct
{
  SheafClientIds *self;
  char *name;
  char *to; /* of a renaming */
  char *id;
} Request;

static Request *
request_new (SheafClientIds *self, const char *name, const char *id)
{
  Request *request = g_new0 (Request, 1);

  request->self = g_object_ref (self);
  request->name = g_strdup (name);
  request->id = g_strdup (id);
  return request;
}

static void
request_free (Request *request)
{
  g_object_unref (request->self);
  g_free (request->name);
  g_free (request->to);
  g_free (request->id);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void
known_free (Known *known)
{
  if (known == NULL)
    return;
  g_free (known->name);
  g_free (known->id);
  g_free (known);
}

static Known *
find (SheafClientIds *self, const char *name)
{
  for (guint i = 0; i < self->known->len; i++)
    {
      Known *known = g_ptr_array_index (self->known, i);

      if (g_str_equal (known->name, name))
        return known;
    }
  return NULL;
}

static int
compare_known (gconstpointer a, gconstpointer b)
{
  g_autofree char *title_a = sheaf_client_ids_dup_title ((*(Known *const *) a)->name);
  g_autofree char *title_b = sheaf_client_ids_dup_title ((*(Known *const *) b)->name);

  return g_utf8_collate (title_a, title_b);
}

static Known *
put (SheafClientIds *self, const char *name, SheafClientIdPlace place, const char *id)
{
  Known *known = find (self, name);

  if (known == NULL)
    {
      known = g_new0 (Known, 1);
      known->name = g_strdup (name);
      g_ptr_array_add (self->known, known);
      g_ptr_array_sort (self->known, compare_known);
    }
  known->place = place;
  g_free (known->id);
  known->id = g_strdup (id);
  return known;
}

static void
changed (SheafClientIds *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
set_trouble (SheafClientIds *self, const GError *error)
{
  g_free (self->trouble);
  self->trouble = error != NULL ? g_strdup (error->message) : NULL;
}

/* @name and @id are %NULL for none. */
static void
set_used (SheafClientIds *self, const char *name, const char *id)
{
  Known *known = name != NULL ? find (self, name) : NULL;

  g_free (self->used);
  self->used = g_strdup (name);
  sheaf_engine_set_client_id (self->engine, id);
  /* What is there for one run only is not what the next one should look for. */
  if (self->state != NULL && (known == NULL || known->place == SHEAF_CLIENT_ID_KEPT))
    g_settings_set_string (self->state, STATE_KEY, name != NULL ? name : "");
  g_signal_emit (self, signals[USED], 0);
  changed (self);
}

static gboolean
cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  SheafClientIds *self = request->self;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = sheaf_client_id_lookup_finish (result, &error);

  if (cancelled (error))
    return;
  set_trouble (self, error);
  if (id != NULL)
    {
      set_used (self, request->name, id);
      return;
    }
  if (error != NULL)
    g_signal_emit (self, signals[NOTICE], 0, error->message);
  else if (find (self, request->name) != NULL)
    /* Another program took it out of the keyring. */
    g_ptr_array_remove (self->known, find (self, request->name));
  changed (self);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SheafClientIds) self = user_data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = sheaf_client_id_list_finish (result, &error);
  g_autofree char *chosen
      = self->state != NULL ? g_settings_get_string (self->state, STATE_KEY) : g_strdup ("");

  if (cancelled (error))
    return;
  /* No keyring is no news before there is something to keep in it. */
  if (error != NULL)
    g_debug ("No client IDs from the keyring: %s", error->message);
  if (names == NULL || names[0] == NULL)
    return;

  for (guint i = 0; names[i] != NULL; i++)
    if (find (self, names[i]) == NULL)
      put (self, names[i], SHEAF_CLIENT_ID_KEPT, NULL);
  changed (self);
  if (self->used != NULL)
    return;
  if (!g_strv_contains ((const char *const *) names, chosen))
    {
      const char *other
          = g_strv_contains ((const char *const *) names, SHEAF_CLIENT_ID_DEFAULT_NAME)
                ? SHEAF_CLIENT_ID_DEFAULT_NAME
                : names[0];

      g_free (chosen);
      chosen = g_strdup (other);
    }
  sheaf_client_id_lookup_async (chosen, self->cancellable, on_looked_up,
                                request_new (self, chosen, NULL));
}

void
sheaf_client_ids_load (SheafClientIds *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  g_return_if_fail (SHEAF_IS_CLIENT_IDS (self));

  /* The environment's goes before the keyring's. */
  id = sheaf_client_id_from_environment (&error);
  if (error != NULL)
    g_warning ("%s", error->message);
  if (id != NULL)
    {
      put (self, SHEAF_CLIENT_ID_VARIABLE, SHEAF_CLIENT_ID_ENVIRONMENT, id);
      set_used (self, SHEAF_CLIENT_ID_VARIABLE, id);
    }
  sheaf_client_id_list_async (self->cancellable, on_listed, g_object_ref (self));
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  SheafClientIds *self = request->self;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gboolean stored = sheaf_client_id_store_finish (result, &error);
  Known *known = find (self, request->name);

  if (stored || cancelled (error) || known == NULL)
    return;
  known->place = SHEAF_CLIENT_ID_THIS_RUN;
  g_free (known->id);
  known->id = g_strdup (request->id);
  /* Translators: %s is a sentence that says why the keyring cannot be used */
  text = g_strdup_printf (_ ("The client ID works, but is kept for this run only. %s"),
                          error->message);
  g_signal_emit (self, signals[NOT_KEPT], 0, text);
  changed (self);
}

static void
keep (SheafClientIds *self, const char *name, const char *id)
{
  put (self, name, SHEAF_CLIENT_ID_KEPT, NULL);
  sheaf_client_id_store_async (name, id, self->cancellable, on_stored,
                               request_new (self, name, id));
}

void
sheaf_client_ids_add (SheafClientIds *self, const char *name, const char *id)
{
  g_return_if_fail (SHEAF_IS_CLIENT_IDS (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (id != NULL);

  keep (self, name, id);
  set_used (self, name, id);
}

void
sheaf_client_ids_use (SheafClientIds *self, const char *name)
{
  Known *known;

  g_return_if_fail (SHEAF_IS_CLIENT_IDS (self));
  g_return_if_fail (name != NULL);

  known = find (self, name);
  if (known == NULL || g_strcmp0 (self->used, name) == 0)
    return;
  if (known->id != NULL)
    set_used (self, name, known->id);
  else
    sheaf_client_id_lookup_async (name, self->cancellable, on_looked_up,
                                  request_new (self, name, NULL));
}

static void
set_name (SheafClientIds *self, Known *known, const char *to)
{
  gboolean used = g_strcmp0 (self->used, known->name) == 0;

  g_free (known->name);
  known->name = g_strdup (to);
  g_ptr_array_sort (self->known, compare_known);
  if (used)
    {
      g_free (self->used);
      self->used = g_strdup (to);
      if (self->state != NULL && known->place == SHEAF_CLIENT_ID_KEPT)
        g_settings_set_string (self->state, STATE_KEY, to);
    }
  changed (self);
}

/* @known is out of the list, and can come back; takes over @id. */
static void
take_out (SheafClientIds *self, Known *known, char *id)
{
  g_autofree char *title = sheaf_client_ids_dup_title (known->name);
  guint index;

  g_ptr_array_find (self->known, known, &index);
  known_free (self->forgotten);
  self->forgotten = g_ptr_array_steal_index (self->known, index);
  g_free (known->id);
  known->id = id;
  self->forgotten_used = g_strcmp0 (self->used, known->name) == 0;
  if (self->forgotten_used)
    set_used (self, NULL, NULL);
  else
    changed (self);
  g_signal_emit (self, signals[FORGOTTEN], 0, title);
}

/* The last step of a renaming, or of forgetting. */
static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  SheafClientIds *self = request->self;
  g_autoptr (GError) error = NULL;
  gboolean forgotten = sheaf_client_id_forget_finish (result, &error);
  Known *known = find (self, request->name);

  if (!forgotten && !cancelled (error))
    g_signal_emit (self, signals[NOTICE], 0, error->message);
  if (!forgotten || known == NULL)
    return;
  if (request->to != NULL)
    set_name (self, known, request->to);
  else
    take_out (self, known, g_steal_pointer (&request->id));
}

static void
on_renamed_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  SheafClientIds *self = request->self;
  g_autoptr (GError) error = NULL;
  const char *name = request->name;

  if (sheaf_client_id_store_finish (result, &error))
    sheaf_client_id_forget_async (name, self->cancellable, on_forgotten,
                                  g_steal_pointer (&request));
  else if (!cancelled (error))
    g_signal_emit (self, signals[NOTICE], 0, error->message);
}

/* What is to be renamed or forgotten, read first: the one needs it, the other can be taken back. */
static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  SheafClientIds *self = request->self;
  g_autoptr (GError) error = NULL;
  const char *name = request->name;

  request->id = sheaf_client_id_lookup_finish (result, &error);
  if (error != NULL)
    {
      if (!cancelled (error))
        g_signal_emit (self, signals[NOTICE], 0, error->message);
    }
  else if (request->to != NULL && request->id != NULL)
    {
      const char *to = request->to, *id = request->id;

      sheaf_client_id_store_async (to, id, self->cancellable, on_renamed_stored,
                                   g_steal_pointer (&request));
    }
  else
    {
      sheaf_client_id_forget_async (name, self->cancellable, on_forgotten,
                                    g_steal_pointer (&request));
    }
}

void
sheaf_client_ids_rename (SheafClientIds *self, const char *name, const char *to)
{
  Known *known;
  Request *request;

  g_return_if_fail (SHEAF_IS_CLIENT_IDS (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (to != NULL);

  known = find (self, name);
  if (known == NULL || sheaf_client_ids_has_name (self, to))
    return;
  if (known->place != SHEAF_CLIENT_ID_KEPT)
    {
      set_name (self, known, to);
      return;
    }
  request = request_new (self, name, NULL);
  request->to = g_strdup (to);
  sheaf_client_id_lookup_async (name, self->cancellable, on_read, request);
}

void
sheaf_client_ids_forget (SheafClientIds *self, const char *name)
{
  Known *known;

  g_return_if_fail (SHEAF_IS_CLIENT_IDS (self));
  g_return_if_fail (name != NULL);

  known = find (self, name);
  if (known == NULL || known->place == SHEAF_CLIENT_ID_ENVIRONMENT)
    return;
  if (known->place == SHEAF_CLIENT_ID_KEPT)
    {
      sheaf_client_id_lookup_async (name, self->cancellable, on_read,
                                    request_new (self, name, NULL));
      return;
    }
  take_out (self, known, g_steal_pointer (&known->id));
}

void
sheaf_client_ids_restore (SheafClientIds *self)
{
  g_autofree char *name = NULL;
  g_autofree char *id = NULL;

  g_return_if_fail (SHEAF_IS_CLIENT_IDS (self));

  if (self->forgotten == NULL || self->forgotten->id == NULL)
    return;
  /* Its name may have been given away meanwhile. */
  name = sheaf_client_ids_has_name (self, self->forgotten->name)
             ? sheaf_client_ids_dup_free_name (self)
             : g_strdup (self->forgotten->name);
  id = g_steal_pointer (&self->forgotten->id);
  if (self->forgotten->place == SHEAF_CLIENT_ID_KEPT)
    keep (self, name, id);
  else
    put (self, name, self->forgotten->place, id);
  g_clear_pointer (&self->forgotten, known_free);
  if (self->forgotten_used && self->used == NULL)
    set_used (self, name, id);
  else
    changed (self);
}

guint
sheaf_client_ids_get_n (SheafClientIds *self)
{
  g_return_val_if_fail (SHEAF_IS_CLIENT_IDS (self), 0);
  return self->known->len;
}

const char *
sheaf_client_ids_get_name (SheafClientIds *self, guint index)
{
  g_return_val_if_fail (SHEAF_IS_CLIENT_IDS (self) && index < self->known->len, NULL);
  return ((Known *) g_ptr_array_index (self->known, index))->name;
}

SheafClientIdPlace
sheaf_client_ids_get_place (SheafClientIds *self, guint index)
{
  g_return_val_if_fail (SHEAF_IS_CLIENT_IDS (self) && index < self->known->len,
                        SHEAF_CLIENT_ID_KEPT);
  return ((Known *) g_ptr_array_index (self->known, index))->place;
}

gboolean
sheaf_client_ids_get_in_use (SheafClientIds *self, guint index)
{
  return g_strcmp0 (sheaf_client_ids_get_name (self, index), self->used) == 0;
}

const char *
sheaf_client_ids_get_trouble (SheafClientIds *self)
{
  g_return_val_if_fail (SHEAF_IS_CLIENT_IDS (self), NULL);
  return self->trouble;
}

char *
sheaf_client_ids_dup_title (const char *name)
{
  return g_strdup (g_str_equal (name, SHEAF_CLIENT_ID_DEFAULT_NAME)
                       /* Translators: the client ID that was given no name of its own */
                       ? C_ ("client ID", "Default")
                       : name);
}

char *
sheaf_client_ids_dup_free_name (SheafClientIds *self)
{
  g_return_val_if_fail (SHEAF_IS_CLIENT_IDS (self), NULL);

  if (!sheaf_client_ids_has_name (self, SHEAF_CLIENT_ID_DEFAULT_NAME))
    return g_strdup (SHEAF_CLIENT_ID_DEFAULT_NAME);
  for (guint number = 2;; number++)
    {
      /* Translators: a name for a further client ID: “Client ID 2” */
      g_autofree char *name = g_strdup_printf (_ ("Client ID %u"), number);

      if (!sheaf_client_ids_has_name (self, name))
        return g_steal_pointer (&name);
    }
}

/* Names are compared as they are read. */
gboolean
sheaf_client_ids_has_name (SheafClientIds *self, const char *name)
{
  g_autofree char *title = NULL;

  g_return_val_if_fail (SHEAF_IS_CLIENT_IDS (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  title = sheaf_client_ids_dup_title (name);
  for (guint i = 0; i < self->known->len; i++)
    {
      g_autofree char *other = sheaf_client_ids_dup_title (sheaf_client_ids_get_name (self, i));

      if (g_str_equal (title, other))
        return TRUE;
    }
  return FALSE;
}

void
sheaf_client_ids_stop (SheafClientIds *self)
{
  g_return_if_fail (SHEAF_IS_CLIENT_IDS (self));

  g_cancellable_cancel (self->cancellable);
}

static void
sheaf_client_ids_finalize (GObject *object)
{
  SheafClientIds *self = SHEAF_CLIENT_IDS (object);

  g_clear_object (&self->engine);
  g_clear_object (&self->state);
  g_clear_object (&self->cancellable);
  g_ptr_array_unref (self->known);
  g_free (self->used);
  g_free (self->trouble);
  known_free (self->forgotten);

  G_OBJECT_CLASS (sheaf_client_ids_parent_class)->finalize (object);
}

static void
sheaf_client_ids_class_init (SheafClientIdsClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sheaf_client_ids_finalize;

  signals[CHANGED]
      = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[USED]
      = g_signal_new ("used", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[NOT_KEPT] = g_signal_new ("not-kept", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[NOTICE] = g_signal_new ("notice", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[FORGOTTEN] = g_signal_new ("forgotten", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sheaf_client_ids_init (SheafClientIds *self)
{
  self->cancellable = g_cancellable_new ();
  self->known = g_ptr_array_new_with_free_func ((GDestroyNotify) known_free);
}

SheafClientIds *
sheaf_client_ids_new (SheafEngine *engine, GSettings *state)
{
  SheafClientIds *self = g_object_new (SHEAF_TYPE_CLIENT_IDS, NULL);

  g_return_val_if_fail (SHEAF_IS_ENGINE (engine), self);

  self->engine = g_object_ref (engine);
  g_set_object (&self->state, state);
  return self;
}
