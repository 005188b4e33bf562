/* atomic-file.h: a file is whole, or it has no name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What comes in is written to a hidden part file; only when it is whole and on the disk does it get
 * its name, and never over another file.  Everything is relative to an open folder, and symbolic
 * links in it are not followed.  All of it blocks: for worker threads. */
#pragma once

#include "app/base/entry.h"

G_BEGIN_DECLS

/* Extended attribute of a part file: the length and the validator of what it is a part of. */
#define SHEAF_PART_VALIDATOR "user.sheaf.validator"

/**
 * sheaf_part_name:
 *
 * Returns: (transfer full): the name of the part file of @entry: hidden, and its own
 */
char *sheaf_part_name (const SheafEntry *entry);

/* Whether @name is one that sheaf_part_name() may have made. */
gboolean sheaf_part_is_name (const char *name);

/**
 * sheaf_part_open:
 * @folder_fd: an open folder
 * @validator: (out) (nullable): of what is in it; %NULL where that is not known, and then it is
 *   empty
 * @size: (out): how much is in it
 * @total: (out): how long the whole file is; 0 where that is not known
 *
 * Opens or makes a part file, and locks it: nobody else has it open as a part.
 *
 * Returns: the descriptor, or -1 with @error set: %G_IO_ERROR_BUSY where somebody has it open (an
 *   earlier try that has not let go yet, another Sheaf)
 */
int sheaf_part_open (int folder_fd,
                     const char *name,
                     char **validator,
                     guint64 *size,
                     guint64 *total,
                     GError **error);

/* Takes a part file away; nothing to do where there is none. */
void sheaf_part_remove (int folder_fd, const char *name);

/* The same, unless somebody has it open. */
void sheaf_part_sweep (int folder_fd, const char *name);

/* Waits until all of an open file is on the disk. */
gboolean sheaf_part_sync (int fd, GError **error);

/**
 * sheaf_part_place:
 *
 * @fd: the open part
 *
 * Takes the marks of a part off the file, gives it its final name and waits until that is on the
 * disk.
 *
 * Returns: %FALSE with @error set; %G_IO_ERROR_EXISTS where the name is taken, %G_IO_ERROR_BUSY
 * where somebody else took the part away
 */
gboolean sheaf_part_place (
    int fd, int folder_fd, const char *part, int target_fd, const char *name, GError **error);

/* Sets @error after a failed system call on @name. */
gboolean sheaf_file_fail (GError **error, int saved_errno, const char *name);

G_END_DECLS
