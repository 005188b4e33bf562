/* thumbnail-memory.h: what a thumbnailer remembers of files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For as long as the program runs: which files make helpers die, whose cache entries are to be
 * dropped before they are looked for, and which names it has written to.  Private to
 * app/thumbnail/; from any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SheafThumbnailMemory SheafThumbnailMemory;

SheafThumbnailMemory *sheaf_thumbnail_memory_new (void);
void sheaf_thumbnail_memory_free (SheafThumbnailMemory *self);

/**
 * sheaf_thumbnail_memory_claim:
 * @data: the memory
 *
 * A SheafClaimFunc: the first original to ask for a name has it.
 */
gboolean sheaf_thumbnail_memory_claim (gpointer data, const char *path, const char *original);

/**
 * sheaf_thumbnail_memory_note:
 * @error: (nullable): how the work on @path ended
 *
 * Remembers it where a helper died, or hung, over it.
 */
void sheaf_thumbnail_memory_note (SheafThumbnailMemory *self, const char *path, GError *error);

/* Returns: FALSE with @error set where @path has done that too often to be tried again */
gboolean
sheaf_thumbnail_memory_check (SheafThumbnailMemory *self, const char *path, GError **error);

/* Forgives @path, and marks its cache entries for dropping. */
void sheaf_thumbnail_memory_forget (SheafThumbnailMemory *self, const char *path);

/**
 * sheaf_thumbnail_memory_drop_entries:
 *
 * Drops the cache entries of @path if they are marked; when it returns they are gone, whichever
 * thread did it.  Blocks.
 */
void sheaf_thumbnail_memory_drop_entries (SheafThumbnailMemory *self, const char *path);

G_END_DECLS
