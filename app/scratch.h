/* scratch.h: a folder for what is needed for a while
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In the system's folder for temporary files, and gone with who made it: a process that is killed
 * leaves its folder behind, and the next one that makes such a folder clears that away.  Who lives
 * holds a lock on his, which the kernel takes back from the dead. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SheafScratch SheafScratch;

/**
 * sheaf_scratch_new:
 * @prefix: of the folder's name, "sheaf-compare-": only folders of the same kind are cleared away
 *
 * Blocks.
 *
 * Returns: (transfer full) (nullable): an empty folder that only this user can enter, or %NULL with
 *   @error set
 */
SheafScratch *sheaf_scratch_new (const char *prefix, GError **error);

const char *sheaf_scratch_get_path (SheafScratch *self);

/* Removes the files in it; there are no folders. */
void sheaf_scratch_empty (SheafScratch *self);

/* Removes it with the files in it. */
void sheaf_scratch_free (SheafScratch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafScratch, sheaf_scratch_free)

G_END_DECLS
