/* png-text.h: the few words a thumbnail carries about its original
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether a cache entry is valid stands in its tEXt chunks, ahead of the pixels.  Reading them
 * needs no decoder: chunks are walked within a bounded prefix of the file, nothing is inflated, and
 * every length is checked, so this is safe in the process of the window. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * sheaf_png_text_read:
 * @fd: (transfer none): an open file, possibly hostile
 *
 * Returns: (transfer full) (nullable): the tEXt chunks before the pixels, keyword to text; %NULL
 *   where @fd is not a PNG
 */
GHashTable *sheaf_png_text_read (int fd);

/**
 * sheaf_png_text_write_empty:
 * @text: a{ss}, ASCII
 *
 * Returns: (transfer full): a PNG of one transparent pixel that carries @text
 */
GBytes *sheaf_png_text_write_empty (GVariant *text);

G_END_DECLS
