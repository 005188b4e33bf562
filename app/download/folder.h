/* folder.h: a destination, held open
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Knows every name in it that is taken, in the sense of the least forgiving file system (“A.jpg”
 * and “a.jpg” are one), and notices when the folder itself is moved or deleted.  From any thread;
 * all of it may wait for the disk. */
#pragma once

#include "app/base/entry.h"

G_BEGIN_DECLS

typedef struct _SheafFolder SheafFolder;

/**
 * sheaf_folder_open:
 * @file: made if missing
 *
 * Returns: (transfer full) (nullable): reference-counted
 */
SheafFolder *sheaf_folder_open (GFile *file, GError **error);
SheafFolder *sheaf_folder_ref (SheafFolder *self);
void sheaf_folder_unref (SheafFolder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafFolder, sheaf_folder_unref)

int sheaf_folder_get_fd (SheafFolder *self);

/* (transfer none) */
GFile *sheaf_folder_get_file (SheafFolder *self);

/* (transfer full): the file at @path under it. */
GFile *sheaf_folder_get_child (SheafFolder *self, const char *path);

/* Whether the folder is still where it was when it was opened. */
gboolean sheaf_folder_check (SheafFolder *self, GError **error);

/**
 * sheaf_folder_has_file:
 * @path: relative
 *
 * Returns: whether there is a plain file at @path that is @bytes long
 */
gboolean sheaf_folder_has_file (SheafFolder *self, const char *path, guint64 bytes);

/**
 * sheaf_folder_claim:
 * @wanted: a relative path of safe components
 * @fd: the file that shall go there
 * @same: (out): whether the name stands for a file with the very content of @fd already
 *
 * Takes the first free name like @wanted; nobody else gets it.  Where a name like it belongs to a
 * file with the same content, that is given instead.
 *
 * Returns: (transfer full) (nullable): the path, or %NULL with @error set
 */
char *
sheaf_folder_claim (SheafFolder *self, const char *wanted, int fd, gboolean *same, GError **error);

/**
 * sheaf_folder_place:
 * @fd: the open part
 * @part: its name
 * @path: a path from sheaf_folder_claim()
 *
 * Gives the part its final name, making folders on the way.
 */
gboolean
sheaf_folder_place (SheafFolder *self, int fd, const char *part, const char *path, GError **error);

/**
 * sheaf_folder_sweep:
 * @keep: (element-type utf8): names of part files that are still wanted
 *
 * Takes away the part files that nobody wants and nobody has open.
 */
void sheaf_folder_sweep (SheafFolder *self, GHashTable *keep);

G_END_DECLS
