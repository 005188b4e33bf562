/* download.h: one transfer, with its state, progress and error
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/base/entry.h"

G_BEGIN_DECLS

typedef enum
{
  SHEAF_DOWNLOAD_QUEUED,
  SHEAF_DOWNLOAD_PAUSED,
  SHEAF_DOWNLOAD_RUNNING,
  SHEAF_DOWNLOAD_WAITING, /* for its next try, or for a host that said slow down */
  SHEAF_DOWNLOAD_DONE,
  SHEAF_DOWNLOAD_SKIPPED, /* was there already, whole */
  SHEAF_DOWNLOAD_FAILED,
  SHEAF_DOWNLOAD_CANCELLED,
} SheafDownloadState;

#define SHEAF_TYPE_DOWNLOAD_STATE (sheaf_download_state_get_type ())
GType sheaf_download_state_get_type (void);

#define SHEAF_TYPE_DOWNLOAD (sheaf_download_get_type ())
G_DECLARE_FINAL_TYPE (SheafDownload, sheaf_download, SHEAF, DOWNLOAD, GObject)

/* Only download-pool.c makes transfers and moves them on.  Everything notifies: :state, :progress
 * (emitted with any change of received or total). */
SheafEntry *sheaf_download_get_entry (SheafDownload *self);
SheafDownloadState sheaf_download_get_state (SheafDownload *self);
guint64 sheaf_download_get_received (SheafDownload *self);
guint64 sheaf_download_get_total (SheafDownload *self);

/* Why it failed, or what it waits for to pass; (nullable). */
const GError *sheaf_download_get_error (SheafDownload *self);

/* Why author and licence are not in the file, though it is whole; (nullable). */
const GError *sheaf_download_get_warning (SheafDownload *self);

/* The file, once done or skipped; (nullable) before. */
GFile *sheaf_download_get_file (SheafDownload *self);

/* How often it was tried. */
guint sheaf_download_get_n_tries (SheafDownload *self);

/* When its next try begins, by g_get_monotonic_time(); 0 if it is not waiting. */
gint64 sheaf_download_get_next_try (SheafDownload *self);

G_END_DECLS
