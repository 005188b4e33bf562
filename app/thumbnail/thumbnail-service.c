/* thumbnail-service.c: thumbnails for whoever asks on the session bus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One Queue() is one batch with a handle.  What becomes ready within a moment is told in one
 * signal, as a file manager may have asked for thousands. */
#include "config.h"

#include "app/thumbnail/thumbnail-service.h"

#include "app/thumbnail/thumbnail-cache.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <string.h>

#define READY_MS     100
#define IDLE_SECONDS 30

/* What the interface calls its errors; the numbers are those of tumbler. */
enum
{
  ERROR_UNSUPPORTED = 0,
  ERROR_CONNECTION = 1,
  ERROR_INVALID_FORMAT = 2,
  ERROR_IS_THUMBNAIL = 3,
  ERROR_SAVE_FAILED = 4,
  ERROR_UNSUPPORTED_FLAVOR = 5,
};

static const char interface_xml[]
    = "<node><interface name='" SHEAF_THUMBNAIL_SERVICE_NAME "'>"
      "<method name='Queue'>"
      "<arg type='as' name='uris' direction='in'/>"
      "<arg type='as' name='mime_types' direction='in'/>"
      "<arg type='s' name='flavor' direction='in'/>"
      "<arg type='s' name='scheduler' direction='in'/>"
      "<arg type='u' name='handle_to_unqueue' direction='in'/>"
      "<arg type='u' name='handle' direction='out'/>"
      "</method>"
      "<method name='Dequeue'><arg type='u' name='handle' direction='in'/></method>"
      "<method name='GetSupported'>"
      "<arg type='as' name='uri_schemes' direction='out'/>"
      "<arg type='as' name='mime_types' direction='out'/>"
      "</method>"
      "<method name='GetSchedulers'><arg type='as' name='schedulers' direction='out'/></method>"
      "<method name='GetFlavors'><arg type='as' name='flavors' direction='out'/></method>"
      "<signal name='Started'><arg type='u' name='handle'/></signal>"
      "<signal name='Ready'><arg type='u' name='handle'/><arg type='as' name='uris'/></signal>"
      "<signal name='Error'>"
      "<arg type='u' name='handle'/><arg type='as' name='failed_uris'/>"
      "<arg type='i' name='error_code'/><arg type='s' name='message'/>"
      "</signal>"
      "<signal name='Finished'><arg type='u' name='handle'/></signal>"
      "</interface></node>";

static const char *const mime_types[]
    = { "image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff", NULL };
static const char *const schedulers[] = { "default", "foreground", "background", NULL };

struct _SheafThumbnailService
{
  GObject parent_instance;

  SheafThumbnailer *thumbnailer;
  GDBusConnection *bus; /* (nullable): where it answers */
  guint registration;
  guint last_handle;
  GHashTable *batches; /* (element-type guint Batch) */
  guint idle;          /* source */
};

enum
{
  IDLE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafThumbnailService, sheaf_thumbnail_service, G_TYPE_OBJECT)

typedef struct
{
  SheafThumbnailService *self; /* NULL once it is dequeued */
  guint handle;
  GCancellable *cancellable;
  guint n_pending;
  GPtrArray *ready; /* (element-type utf8): not told yet */
  guint tell;       /* source */
} Batch;

typedef struct
{
  Batch *batch;
  char *uri;
} Wanted;

static void
batch_clear (gpointer data)
{
  Batch *batch = data;

  g_clear_handle_id (&batch->tell, g_source_remove);
  g_ptr_array_unref (batch->ready);
  g_object_unref (batch->cancellable);
}

static void
batch_unref (Batch *batch)
{
  g_rc_box_release_full (batch, batch_clear);
}

static void
batch_drop (Batch *batch)
{
  batch->self = NULL;
  g_cancellable_cancel (batch->cancellable);
  g_clear_handle_id (&batch->tell, g_source_remove);
  batch_unref (batch);
}

/* Takes @values if they float. */
static void
emit_on_bus (SheafThumbnailService *self, const char *name, GVariant *values)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (values);
  g_autoptr (GError) error = NULL;

  if (!g_dbus_connection_emit_signal (self->bus, NULL, SHEAF_THUMBNAIL_SERVICE_PATH,
                                      SHEAF_THUMBNAIL_SERVICE_NAME, name, sunk, &error))
    g_debug ("Signal %s not sent: %s", name, error->message);
}

static gboolean
on_idle (gpointer data)
{
  SheafThumbnailService *self = data;

  self->idle = 0;
  g_signal_emit (self, signals[IDLE], 0);
  return G_SOURCE_REMOVE;
}

static void
watch_idleness (SheafThumbnailService *self)
{
  g_clear_handle_id (&self->idle, g_source_remove);
  if (g_hash_table_size (self->batches) == 0)
    self->idle = g_timeout_add_seconds (IDLE_SECONDS, on_idle, self);
}

static void
tell_ready (Batch *batch)
{
  g_clear_handle_id (&batch->tell, g_source_remove);
  if (batch->ready->len == 0)
    return;
  g_ptr_array_add (batch->ready, NULL);
  emit_on_bus (batch->self, "Ready",
               g_variant_new ("(u^as)", batch->handle, (const char *const *) batch->ready->pdata));
  g_ptr_array_set_size (batch->ready, 0);
}

static gboolean
on_tell (gpointer data)
{
  Batch *batch = data;

  batch->tell = 0;
  tell_ready (batch);
  return G_SOURCE_REMOVE;
}

static void
tell_error (Batch *batch, const char *uri, int code, const char *message)
{
  const char *uris[] = { uri, NULL };

  emit_on_bus (batch->self, "Error",
               g_variant_new ("(u^asis)", batch->handle, uris, code, message));
}

static int
code_for (const GError *error)
{
  switch ((int) sheaf_error_code (error))
    {
    case SHEAF_ERROR_NOT_A_PICTURE:
      return ERROR_UNSUPPORTED;
    case SHEAF_ERROR_FILE:
    case SHEAF_ERROR_PERMISSION:
      return ERROR_CONNECTION;
    case SHEAF_ERROR_DISK_FULL:
      return ERROR_SAVE_FAILED;
    default:
      return ERROR_INVALID_FORMAT;
    }
}

static void
finish_one (Batch *batch)
{
  SheafThumbnailService *self = batch->self;

  if (--batch->n_pending > 0)
    return;
  tell_ready (batch);
  emit_on_bus (self, "Finished", g_variant_new ("(u)", batch->handle));
  g_hash_table_remove (self->batches, GUINT_TO_POINTER (batch->handle));
  watch_idleness (self);
}

static void
on_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autofree Wanted *wanted = data;
  g_autofree char *uri = g_steal_pointer (&wanted->uri);
  Batch *batch = wanted->batch;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafThumbnail) thumbnail
      = sheaf_thumbnailer_load_finish (SHEAF_THUMBNAILER (object), result, &error);

  if (batch->self != NULL)
    {
      if (thumbnail == NULL)
        tell_error (batch, uri, code_for (error), error->message);
      else if (thumbnail->file == NULL)
        tell_error (batch, uri, ERROR_IS_THUMBNAIL, _ ("This is a thumbnail itself."));
      else
        {
          g_ptr_array_add (batch->ready, g_steal_pointer (&uri));
          if (batch->tell == 0)
            batch->tell = g_timeout_add (READY_MS, on_tell, batch);
        }
      finish_one (batch);
    }
  batch_unref (batch);
}

static void
dequeue (SheafThumbnailService *self, guint handle)
{
  if (handle != 0 && g_hash_table_remove (self->batches, GUINT_TO_POINTER (handle)))
    {
      emit_on_bus (self, "Finished", g_variant_new ("(u)", handle));
      watch_idleness (self);
    }
}

static gboolean
find_flavor (const char *name, SheafCacheFlavor *flavor)
{
  for (*flavor = 0; *flavor < SHEAF_N_CACHE_FLAVORS; (*flavor)++)
    if (strcmp (sheaf_cache_flavor_get_name (*flavor), name) == 0)
      return TRUE;
  return FALSE;
}

typedef struct
{
  Batch *batch;
  GStrv uris;
  char *flavor;
  gboolean foreground;
} Start;

/* Begins once the caller has its handle: signals about an unknown one would be lost on it. */
static gboolean
on_start (gpointer data)
{
  Start *start = data;
  Batch *batch = start->batch;
  SheafThumbnailService *self = batch->self;
  SheafCacheFlavor flavor;
  gboolean known = find_flavor (start->flavor, &flavor);

  if (self == NULL)
    return G_SOURCE_REMOVE;

  emit_on_bus (self, "Started", g_variant_new ("(u)", batch->handle));
  for (guint i = 0; start->uris[i] != NULL; i++)
    {
      g_autoptr (GFile) file = g_file_new_for_uri (start->uris[i]);
      Wanted *wanted;

      if (!known || !g_file_is_native (file))
        {
          tell_error (batch, start->uris[i], known ? ERROR_UNSUPPORTED : ERROR_UNSUPPORTED_FLAVOR,
                      known ? _ ("This is not a file on this machine.")
                            : _ ("There are no thumbnails of this size."));
          finish_one (batch);
          continue;
        }
      wanted = g_new0 (Wanted, 1);
      wanted->batch = g_rc_box_acquire (batch);
      wanted->uri = g_strdup (start->uris[i]);
      sheaf_thumbnailer_load_async (self->thumbnailer, file, sheaf_cache_flavor_get_size (flavor),
                                    SHEAF_THUMBNAIL_OUTPUT_CACHE, NULL, FALSE,
                                    start->foreground ? SHEAF_THUMBNAIL_VISIBLE
                                                      : SHEAF_THUMBNAIL_BACKGROUND,
                                    batch->cancellable, on_loaded, wanted);
    }
  /* Its own part of the count, so that it cannot have ended before all was asked for. */
  finish_one (batch);
  return G_SOURCE_REMOVE;
}

static void
start_free (gpointer data)
{
  Start *start = data;

  batch_unref (start->batch);
  g_strfreev (start->uris);
  g_free (start->flavor);
  g_free (start);
}

static guint
queue (SheafThumbnailService *self, GVariant *parameters)
{
  Batch *batch = g_rc_box_new0 (Batch);
  Start *start = g_new0 (Start, 1);
  g_autofree char *scheduler = NULL;
  guint handle_to_unqueue;

  g_variant_get_child (parameters, 0, "^as", &start->uris);
  g_variant_get_child (parameters, 2, "s", &start->flavor);
  g_variant_get_child (parameters, 3, "s", &scheduler);
  g_variant_get_child (parameters, 4, "u", &handle_to_unqueue);
  start->foreground = strcmp (scheduler, "foreground") == 0;
  dequeue (self, handle_to_unqueue);

  /* Never 0, also after four thousand million of them. */
  while (++self->last_handle == 0
         || g_hash_table_contains (self->batches, GUINT_TO_POINTER (self->last_handle)))
    continue;
  batch->self = self;
  batch->handle = self->last_handle;
  batch->cancellable = g_cancellable_new ();
  batch->ready = g_ptr_array_new_with_free_func (g_free);
  batch->n_pending = g_strv_length (start->uris) + 1;
  g_hash_table_insert (self->batches, GUINT_TO_POINTER (batch->handle), batch);
  watch_idleness (self);

  start->batch = g_rc_box_acquire (batch);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_start, start, start_free);
  return batch->handle;
}

static GVariant *
get_supported (void)
{
  GVariantBuilder schemes = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));

  /* Pairs: the same place in both lists belongs together. */
  for (guint i = 0; mime_types[i] != NULL; i++)
    g_variant_builder_add (&schemes, "s", "file");
  return g_variant_new ("(as^as)", &schemes, mime_types);
}

static GVariant *
get_flavors (void)
{
  GVariantBuilder flavors = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));

  for (SheafCacheFlavor flavor = 0; flavor < SHEAF_N_CACHE_FLAVORS; flavor++)
    g_variant_builder_add (&flavors, "s", sheaf_cache_flavor_get_name (flavor));
  return g_variant_new ("(as)", &flavors);
}

static void
on_method_call (GDBusConnection *bus,
                const char *sender,
                const char *path,
                const char *interface,
                const char *method,
                GVariant *parameters,
                GDBusMethodInvocation *invocation,
                gpointer data)
{
  SheafThumbnailService *self = data;
  GVariant *reply = NULL;

  watch_idleness (self);
  if (strcmp (method, "Queue") == 0)
    {
      reply = g_variant_new ("(u)", queue (self, parameters));
    }
  else if (strcmp (method, "Dequeue") == 0)
    {
      guint handle;

      g_variant_get (parameters, "(u)", &handle);
      dequeue (self, handle);
    }
  else if (strcmp (method, "GetSupported") == 0)
    reply = get_supported ();
  else if (strcmp (method, "GetSchedulers") == 0)
    reply = g_variant_new ("(^as)", schedulers);
  else
    reply = get_flavors ();
  g_dbus_method_invocation_return_value (invocation, reply);
}

static const GDBusInterfaceVTable vtable = { .method_call = on_method_call };

static void
sheaf_thumbnail_service_dispose (GObject *object)
{
  SheafThumbnailService *self = SHEAF_THUMBNAIL_SERVICE (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  g_hash_table_remove_all (self->batches);
  if (self->registration != 0)
    g_dbus_connection_unregister_object (self->bus, self->registration);
  self->registration = 0;
  g_clear_object (&self->bus);
  g_clear_object (&self->thumbnailer);
  G_OBJECT_CLASS (sheaf_thumbnail_service_parent_class)->dispose (object);
}

static void
sheaf_thumbnail_service_finalize (GObject *object)
{
  g_hash_table_unref (SHEAF_THUMBNAIL_SERVICE (object)->batches);
  G_OBJECT_CLASS (sheaf_thumbnail_service_parent_class)->finalize (object);
}

static void
sheaf_thumbnail_service_class_init (SheafThumbnailServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sheaf_thumbnail_service_dispose;
  object_class->finalize = sheaf_thumbnail_service_finalize;
  signals[IDLE] = g_signal_new ("idle", SHEAF_TYPE_THUMBNAIL_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 0);
}

static void
sheaf_thumbnail_service_init (SheafThumbnailService *self)
{
  self->batches = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) batch_drop);
}

SheafThumbnailService *
sheaf_thumbnail_service_new (SheafThumbnailer *thumbnailer)
{
  SheafThumbnailService *self;

  g_return_val_if_fail (SHEAF_IS_THUMBNAILER (thumbnailer), NULL);

  self = g_object_new (SHEAF_TYPE_THUMBNAIL_SERVICE, NULL);
  self->thumbnailer = g_object_ref (thumbnailer);
  return self;
}

gboolean
sheaf_thumbnail_service_export (SheafThumbnailService *self, GDBusConnection *bus, GError **error)
{
  g_autoptr (GDBusNodeInfo) node = NULL;

  g_return_val_if_fail (SHEAF_IS_THUMBNAIL_SERVICE (self), FALSE);
  g_return_val_if_fail (self->registration == 0, FALSE);

  node = g_dbus_node_info_new_for_xml (interface_xml, error);
  if (node == NULL)
    return FALSE;
  self->registration = g_dbus_connection_register_object (
      bus, SHEAF_THUMBNAIL_SERVICE_PATH, node->interfaces[0], &vtable, self, NULL, error);
  if (self->registration == 0)
    return FALSE;
  self->bus = g_object_ref (bus);
  watch_idleness (self);
  return TRUE;
}
