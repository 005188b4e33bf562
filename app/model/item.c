/* item.c: the observable state of one entry
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * There may be 100,000 of them, so what most never need (a title, an error, pixels) is made or held
 * only where it exists. */
#include "config.h"

#include "app/model/item.h"

struct _SheafItem
{
  GObject parent_instance;

  SheafEntry *entry;
  char *title;   /* made when first asked for */
  GError *error; /* set only while failed */
  GFile *file;
  GFile *thumbnail_file;
  SheafPixels *pixels;
  guint64 received;
  guint64 total;
  gint64 retry_at;
  char *retry_reason;
  gint64 began;      /* monotonic time; 0 before any work was done for it */
  gint64 elapsed_ms; /* from then to its end */
  SheafItemState state;
  guint skipped : 1;
};

enum
{
  PROP_0,
  PROP_ENTRY,
  PROP_TITLE,
  PROP_STATE,
  PROP_PROGRESS,
  PROP_RECEIVED,
  PROP_TOTAL,
  PROP_RETRY_AT,
  PROP_ERROR,
  PROP_FILE,
  PROP_THUMBNAIL_FILE,
  PROP_SKIPPED,
  PROP_PIXELS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (SheafItem, sheaf_item, G_TYPE_OBJECT)

GType
sheaf_item_state_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { SHEAF_ITEM_LISTED, "SHEAF_ITEM_LISTED", "listed" },
        { SHEAF_ITEM_QUEUED, "SHEAF_ITEM_QUEUED", "queued" },
        { SHEAF_ITEM_PAUSED, "SHEAF_ITEM_PAUSED", "paused" },
        { SHEAF_ITEM_DOWNLOADING, "SHEAF_ITEM_DOWNLOADING", "downloading" },
        { SHEAF_ITEM_THUMBNAILING, "SHEAF_ITEM_THUMBNAILING", "thumbnailing" },
        { SHEAF_ITEM_READY, "SHEAF_ITEM_READY", "ready" },
        { SHEAF_ITEM_FAILED, "SHEAF_ITEM_FAILED", "failed" },
        { SHEAF_ITEM_CANCELLED, "SHEAF_ITEM_CANCELLED", "cancelled" },
        { 0, NULL, NULL },
      };

      g_once_init_leave (&type, g_enum_register_static ("SheafItemState", values));
    }
  return type;
}

static void
sheaf_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SheafItem *self = SHEAF_ITEM (object);

  switch (id)
    {
    case PROP_ENTRY:
      g_value_set_boxed (value, self->entry);
      break;
    case PROP_TITLE:
      g_value_set_string (value, sheaf_item_get_title (self));
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, sheaf_item_get_progress (self));
      break;
    case PROP_RECEIVED:
      g_value_set_uint64 (value, self->received);
      break;
    case PROP_TOTAL:
      g_value_set_uint64 (value, self->total);
      break;
    case PROP_RETRY_AT:
      g_value_set_int64 (value, self->retry_at);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_FILE:
      g_value_set_object (value, self->file);
      break;
    case PROP_THUMBNAIL_FILE:
      g_value_set_object (value, self->thumbnail_file);
      break;
    case PROP_SKIPPED:
      g_value_set_boolean (value, self->skipped);
      break;
    case PROP_PIXELS:
      g_value_set_pointer (value, self->pixels);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sheaf_item_finalize (GObject *object)
{
  SheafItem *self = SHEAF_ITEM (object);

  sheaf_entry_unref (self->entry);
  g_free (self->title);
  g_clear_error (&self->error);
  g_clear_object (&self->file);
  g_clear_object (&self->thumbnail_file);
  g_clear_pointer (&self->pixels, sheaf_pixels_unref);
  g_free (self->retry_reason);
  G_OBJECT_CLASS (sheaf_item_parent_class)->finalize (object);
}

static void
sheaf_item_class_init (SheafItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sheaf_item_get_property;
  object_class->finalize = sheaf_item_finalize;

  properties[PROP_ENTRY] = g_param_spec_boxed ("entry", NULL, NULL, SHEAF_TYPE_ENTRY, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_STATE]
      = g_param_spec_enum ("state", NULL, NULL, SHEAF_TYPE_ITEM_STATE, SHEAF_ITEM_LISTED, flags);
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, -1, 1, 0, flags);
  properties[PROP_RECEIVED]
      = g_param_spec_uint64 ("received", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_TOTAL] = g_param_spec_uint64 ("total", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_RETRY_AT] = g_param_spec_int64 ("retry-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  properties[PROP_FILE] = g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE, flags);
  properties[PROP_THUMBNAIL_FILE]
      = g_param_spec_object ("thumbnail-file", NULL, NULL, G_TYPE_FILE, flags);
  properties[PROP_SKIPPED] = g_param_spec_boolean ("skipped", NULL, NULL, FALSE, flags);
  properties[PROP_PIXELS] = g_param_spec_pointer ("pixels", NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sheaf_item_init (SheafItem *self)
{
}

SheafItem *
sheaf_item_new (SheafEntry *entry)
{
  SheafItem *self;

  g_return_val_if_fail (entry != NULL, NULL);

  self = g_object_new (SHEAF_TYPE_ITEM, NULL);
  self->entry = sheaf_entry_ref (entry);
  return self;
}

SheafEntry *
sheaf_item_get_entry (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), NULL);
  return self->entry;
}

const char *
sheaf_item_get_title (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), NULL);

  if (self->title == NULL)
    self->title = sheaf_entry_dup_display_title (self->entry);
  return self->title;
}

SheafItemState
sheaf_item_get_state (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), SHEAF_ITEM_LISTED);
  return self->state;
}

/* The clock runs while something is done for the item; waiting for its turn does not count. */
static void
keep_time (SheafItem *self, SheafItemState state)
{
  switch (state)
    {
    case SHEAF_ITEM_DOWNLOADING:
    case SHEAF_ITEM_THUMBNAILING:
      if (self->began == 0)
        self->began = g_get_monotonic_time ();
      break;
    case SHEAF_ITEM_READY:
    case SHEAF_ITEM_FAILED:
    case SHEAF_ITEM_CANCELLED:
      if (self->began != 0)
        self->elapsed_ms = (g_get_monotonic_time () - self->began) / 1000;
      self->began = 0;
      break;
    case SHEAF_ITEM_LISTED:
    case SHEAF_ITEM_QUEUED:
    case SHEAF_ITEM_PAUSED:
    default:
      break;
    }
}

void
sheaf_item_set_state (SheafItem *self, SheafItemState state)
{
  g_return_if_fail (SHEAF_IS_ITEM (self));

  if (self->state == state)
    return;

  keep_time (self, state);
  self->state = state;
  if (state != SHEAF_ITEM_QUEUED)
    sheaf_item_set_retry (self, 0, NULL);
  if (state != SHEAF_ITEM_FAILED && self->error != NULL)
    {
      g_clear_error (&self->error);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

double
sheaf_item_get_progress (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), 0);

  if (self->total == 0)
    return self->received == 0 ? 0 : -1;
  return MIN (1.0, (double) self->received / (double) self->total);
}

guint64
sheaf_item_get_received (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), 0);
  return self->received;
}

guint64
sheaf_item_get_total (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), 0);
  return self->total;
}

void
sheaf_item_set_progress (SheafItem *self, guint64 received, guint64 total)
{
  gboolean new_received;
  gboolean new_total;

  g_return_if_fail (SHEAF_IS_ITEM (self));

  new_received = self->received != received;
  new_total = self->total != total;
  if (!new_received && !new_total)
    return;

  self->received = received;
  self->total = total;
  g_object_freeze_notify (G_OBJECT (self));
  if (new_received)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECEIVED]);
  if (new_total)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOTAL]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
  g_object_thaw_notify (G_OBJECT (self));
}

const GError *
sheaf_item_get_error (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), NULL);
  return self->error;
}

void
sheaf_item_take_error (SheafItem *self, GError *error)
{
  g_return_if_fail (SHEAF_IS_ITEM (self));

  if (self->error == NULL && error == NULL)
    return;

  g_clear_error (&self->error);
  self->error = error;
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
  if (error != NULL)
    sheaf_item_set_state (self, SHEAF_ITEM_FAILED);
  g_object_thaw_notify (G_OBJECT (self));
}

GFile *
sheaf_item_get_file (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), NULL);
  return self->file;
}

void
sheaf_item_set_file (SheafItem *self, GFile *file)
{
  g_return_if_fail (SHEAF_IS_ITEM (self));

  if (g_set_object (&self->file, file))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FILE]);
}

GFile *
sheaf_item_get_thumbnail_file (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), NULL);
  return self->thumbnail_file;
}

void
sheaf_item_set_thumbnail_file (SheafItem *self, GFile *file)
{
  g_return_if_fail (SHEAF_IS_ITEM (self));

  if (g_set_object (&self->thumbnail_file, file))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_THUMBNAIL_FILE]);
}

gint64
sheaf_item_get_retry_at (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), 0);
  return self->retry_at;
}

const char *
sheaf_item_get_retry_reason (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), NULL);
  return self->retry_reason;
}

void
sheaf_item_set_retry (SheafItem *self, gint64 retry_at, const char *reason)
{
  g_return_if_fail (SHEAF_IS_ITEM (self));

  if (self->retry_at == retry_at)
    return;
  self->retry_at = retry_at;
  g_free (self->retry_reason);
  self->retry_reason = g_strdup (reason);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RETRY_AT]);
}

gboolean
sheaf_item_get_skipped (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), FALSE);
  return self->skipped;
}

void
sheaf_item_set_skipped (SheafItem *self, gboolean skipped)
{
  g_return_if_fail (SHEAF_IS_ITEM (self));

  skipped = skipped != FALSE;
  if (self->skipped == (guint) skipped)
    return;
  self->skipped = (guint) skipped;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SKIPPED]);
}

SheafPixels *
sheaf_item_get_pixels (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), NULL);
  return self->pixels;
}

void
sheaf_item_set_pixels (SheafItem *self, SheafPixels *pixels)
{
  g_return_if_fail (SHEAF_IS_ITEM (self));

  if (self->pixels == pixels)
    return;
  if (pixels != NULL)
    sheaf_pixels_ref (pixels);
  g_clear_pointer (&self->pixels, sheaf_pixels_unref);
  self->pixels = pixels;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PIXELS]);
}

gint64
sheaf_item_get_elapsed_ms (SheafItem *self)
{
  g_return_val_if_fail (SHEAF_IS_ITEM (self), 0);
  return self->elapsed_ms;
}
