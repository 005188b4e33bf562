/* folder-scan.h: the pictures in folders, found by a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Goes through folders recursively and hands out what it finds in handfuls.  The thread waits when
 * nobody fetches them, so that 100,000 files never pile up in memory. */
#pragma once

#include "app/base/entry.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_FOLDER_SCAN (sheaf_folder_scan_get_type ())
G_DECLARE_FINAL_TYPE (SheafFolderScan, sheaf_folder_scan, SHEAF, FOLDER_SCAN, GObject)

/**
 * SheafFound:
 * @path: of a file, or of what could not be read
 * @bytes: how large the file is
 * @changed: when it was last written to, in seconds since 1970
 * @error: (nullable): why not
 */
typedef struct
{
  char *path;
  guint64 bytes;
  gint64 changed;
  GError *error;
} SheafFound;

void sheaf_found_free (SheafFound *found);

/**
 * sheaf_folder_scan_new:
 * @files: (element-type GFile): local files, taken as they are, and folders, of which the pictures
 *   are taken: by their names' extensions or, failing that, by their first bytes
 */
SheafFolderScan *sheaf_folder_scan_new (GPtrArray *files);

/**
 * sheaf_folder_scan_next_async:
 *
 * Asks for the next handful; one call at a time.  Begins the scan.
 */
void sheaf_folder_scan_next_async (SheafFolderScan *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/**
 * sheaf_folder_scan_next_finish:
 *
 * Returns: (transfer full) (element-type SheafFound): at least one; empty at the end; %NULL with
 *   @error set where it was cancelled
 */
GPtrArray *
sheaf_folder_scan_next_finish (SheafFolderScan *self, GAsyncResult *result, GError **error);

/* Whether @name is that of a thumbnail Sheaf made beside a picture. */
gboolean sheaf_is_thumbnail_name (const char *name);

G_END_DECLS
