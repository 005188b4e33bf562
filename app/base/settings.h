/* settings.h: what a person chose, typed, with one set of defaults
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A plain object with properties.  The window binds it to GSettings (sheaf_settings_bind()); the
 * command line sets it from options; tests use it as it comes.  Secrets are not settings. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_SETTINGS (sheaf_settings_get_type ())
G_DECLARE_FINAL_TYPE (SheafSettings, sheaf_settings, SHEAF, SETTINGS, GObject)

/* Properties, all readable, writable and notifying; the GSettings keys have the same names:
 *
 *   destination       s   folder for downloads; "" for Pictures/Sheaf
 *   executor          s   "async": nick of the executor that downloads
 *   jobs              u   0: the executor's default
 *   thumbnail-executor s  "processes"
 *   thumbnail-jobs    u   0: one per core
 *   thumbnail-size    u   256: pixels, of tiles and of thumbnails made with downloads
 *   types             as  MIME types to download; empty: every kind of picture, no videos
 *   albums            b   TRUE: albums are expanded
 *   mature            b   FALSE
 *   retries           u   4
 *   connect-timeout   u   10 seconds
 *   read-timeout      u   30 seconds
 *   rate-limit        t   0: bytes per second in all, 0 for none
 *   request-rate      d   0: requests per second and host, 0 for none
 *   background        b   FALSE: closing the window leaves a running batch running
 *   name-template     s   "": name files after their links
 *   write-metadata    b   FALSE
 *   broker            s   "": redis:// or rediss:// address for the queue
 *   api-url           s   "": the service's own address; not kept between runs
 */
SheafSettings *sheaf_settings_new (void);

/* Binds every property to the key of the same name, both ways; "api-url" is left out. */
void sheaf_settings_bind (SheafSettings *self, GSettings *gsettings);

/* The destination with the default filled in; (transfer full). */
GFile *sheaf_settings_dup_destination (SheafSettings *self);

/* Typed readers of the properties above; strings and strv are (transfer none). */
const char *sheaf_settings_get_executor (SheafSettings *self);
guint sheaf_settings_get_jobs (SheafSettings *self);
const char *sheaf_settings_get_thumbnail_executor (SheafSettings *self);
guint sheaf_settings_get_thumbnail_jobs (SheafSettings *self);
guint sheaf_settings_get_thumbnail_size (SheafSettings *self);
const char *const *sheaf_settings_get_types (SheafSettings *self);
gboolean sheaf_settings_get_albums (SheafSettings *self);
gboolean sheaf_settings_get_mature (SheafSettings *self);
guint sheaf_settings_get_retries (SheafSettings *self);
guint sheaf_settings_get_connect_timeout (SheafSettings *self);
guint sheaf_settings_get_read_timeout (SheafSettings *self);
guint64 sheaf_settings_get_rate_limit (SheafSettings *self);
double sheaf_settings_get_request_rate (SheafSettings *self);
gboolean sheaf_settings_get_background (SheafSettings *self);
const char *sheaf_settings_get_name_template (SheafSettings *self);
gboolean sheaf_settings_get_write_metadata (SheafSettings *self);
const char *sheaf_settings_get_broker (SheafSettings *self);
const char *sheaf_settings_get_api_url (SheafSettings *self);

G_END_DECLS
