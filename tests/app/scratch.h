/* scratch.h: folders that tests fill, count, and leave nothing of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Removes @path and all that is in it; follows no links. */
void scratch_remove (const char *path);

/* How many names @folder has that begin with a dot (@hidden), or that do not; 0 without a folder.
 */
guint scratch_count (const char *folder, gboolean hidden);

/* What this process mounts from here on is its own; before there is any thread.  As root, and else
 * as root of a user namespace; %FALSE where neither may be. */
gboolean scratch_own_mounts (void);

G_END_DECLS
