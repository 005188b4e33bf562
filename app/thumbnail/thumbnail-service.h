/* thumbnail-service.h: thumbnails for whoever asks on the session bus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The interface org.freedesktop.thumbnails.Thumbnailer1, as file managers speak it: they queue
 * addresses, and hear which thumbnails are in the shared cache. */
#pragma once

#include "app/thumbnail/thumbnailer.h"

G_BEGIN_DECLS

#define SHEAF_THUMBNAIL_SERVICE_NAME "org.freedesktop.thumbnails.Thumbnailer1"
#define SHEAF_THUMBNAIL_SERVICE_PATH "/org/freedesktop/thumbnails/Thumbnailer1"

#define SHEAF_TYPE_THUMBNAIL_SERVICE (sheaf_thumbnail_service_get_type ())
G_DECLARE_FINAL_TYPE (
    SheafThumbnailService, sheaf_thumbnail_service, SHEAF, THUMBNAIL_SERVICE, GObject)

/* Signal: idle (): nothing has been asked for, or under way, for half a minute. */

SheafThumbnailService *sheaf_thumbnail_service_new (SheafThumbnailer *thumbnailer);

/* Answers at @bus from now on, until the service goes. */
gboolean
sheaf_thumbnail_service_export (SheafThumbnailService *self, GDBusConnection *bus, GError **error);

G_END_DECLS
