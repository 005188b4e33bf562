/* download.c: one transfer, with its state, progress and error
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/download/download-private.h"

enum
{
  PROP_0,
  PROP_STATE,
  PROP_PROGRESS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (SheafDownload, sheaf_download, G_TYPE_OBJECT)

GType
sheaf_download_state_get_type (void)
{
  static GType type;
  static const GEnumValue values[] = {
    { SHEAF_DOWNLOAD_QUEUED, "SHEAF_DOWNLOAD_QUEUED", "queued" },
    { SHEAF_DOWNLOAD_PAUSED, "SHEAF_DOWNLOAD_PAUSED", "paused" },
    { SHEAF_DOWNLOAD_RUNNING, "SHEAF_DOWNLOAD_RUNNING", "running" },
    { SHEAF_DOWNLOAD_WAITING, "SHEAF_DOWNLOAD_WAITING", "waiting" },
    { SHEAF_DOWNLOAD_DONE, "SHEAF_DOWNLOAD_DONE", "done" },
    { SHEAF_DOWNLOAD_SKIPPED, "SHEAF_DOWNLOAD_SKIPPED", "skipped" },
    { SHEAF_DOWNLOAD_FAILED, "SHEAF_DOWNLOAD_FAILED", "failed" },
    { SHEAF_DOWNLOAD_CANCELLED, "SHEAF_DOWNLOAD_CANCELLED", "cancelled" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("SheafDownloadState", values));
  return type;
}

static void
sheaf_download_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SheafDownload *self = SHEAF_DOWNLOAD (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, self->total > 0 ? (double) self->received / self->total : 0.0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sheaf_download_finalize (GObject *object)
{
  SheafDownload *self = SHEAF_DOWNLOAD (object);

  sheaf_entry_unref (self->entry);
  g_clear_error (&self->error);
  g_clear_error (&self->warning);
  g_clear_object (&self->file);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->transfer, sheaf_transfer_free);
  sheaf_archive_row_clear (&self->row);

  G_OBJECT_CLASS (sheaf_download_parent_class)->finalize (object);
}

static void
sheaf_download_class_init (SheafDownloadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = sheaf_download_get_property;
  object_class->finalize = sheaf_download_finalize;

  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, SHEAF_TYPE_DOWNLOAD_STATE,
                                              SHEAF_DOWNLOAD_QUEUED, flags);
  properties[PROP_PROGRESS]
      = g_param_spec_double ("progress", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sheaf_download_init (SheafDownload *self)
{
  self->link.data = self;
}

SheafDownload *
sheaf_download_new (SheafEntry *entry)
{
  SheafDownload *self = g_object_new (SHEAF_TYPE_DOWNLOAD, NULL);

  self->entry = sheaf_entry_ref (entry);
  self->total = entry->bytes;
  return self;
}

void
sheaf_download_set_state (SheafDownload *self, SheafDownloadState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
sheaf_download_set_progress (SheafDownload *self, guint64 received, guint64 total)
{
  if (self->received == received && self->total == total)
    return;
  self->received = received;
  self->total = total;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
}

void
sheaf_download_set_error (SheafDownload *self, const GError *error)
{
  GError *copy = error != NULL ? g_error_copy (error) : NULL;

  g_clear_error (&self->error);
  self->error = copy;
}

void
sheaf_download_set_warning (SheafDownload *self, const GError *warning)
{
  g_clear_error (&self->warning);
  self->warning = warning != NULL ? g_error_copy (warning) : NULL;
}

void
sheaf_download_set_file (SheafDownload *self, GFile *file)
{
  g_set_object (&self->file, file);
}

SheafEntry *
sheaf_download_get_entry (SheafDownload *self)
{
  g_return_val_if_fail (SHEAF_IS_DOWNLOAD (self), NULL);

  return self->entry;
}

SheafDownloadState
sheaf_download_get_state (SheafDownload *self)
{
  g_return_val_if_fail (SHEAF_IS_DOWNLOAD (self), SHEAF_DOWNLOAD_FAILED);

  return self->state;
}

guint64
sheaf_download_get_received (SheafDownload *self)
{
  g_return_val_if_fail (SHEAF_IS_DOWNLOAD (self), 0);

  return self->received;
}

guint64
sheaf_download_get_total (SheafDownload *self)
{
  g_return_val_if_fail (SHEAF_IS_DOWNLOAD (self), 0);

  return self->total;
}

const GError *
sheaf_download_get_error (SheafDownload *self)
{
  g_return_val_if_fail (SHEAF_IS_DOWNLOAD (self), NULL);

  return self->error;
}

const GError *
sheaf_download_get_warning (SheafDownload *self)
{
  g_return_val_if_fail (SHEAF_IS_DOWNLOAD (self), NULL);

  return self->warning;
}

GFile *
sheaf_download_get_file (SheafDownload *self)
{
  g_return_val_if_fail (SHEAF_IS_DOWNLOAD (self), NULL);

  return self->file;
}

guint
sheaf_download_get_n_tries (SheafDownload *self)
{
  g_return_val_if_fail (SHEAF_IS_DOWNLOAD (self), 0);

  return self->n_tries;
}

gint64
sheaf_download_get_next_try (SheafDownload *self)
{
  g_return_val_if_fail (SHEAF_IS_DOWNLOAD (self), 0);

  return self->next_try;
}
