/* texture-cache.h: textures of tiles, a bounded number of bytes of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scrolling back shows at once what was shown a moment ago, and 100,000 pictures never take more
 * memory than a few hundred: what was not looked at for longest leaves first. */
#pragma once

#include "app/base/entry.h"
#include "app/work/pixels.h"
#include "ui/cutter.h"

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_TEXTURE_CACHE (sheaf_texture_cache_get_type ())
G_DECLARE_FINAL_TYPE (SheafTextureCache, sheaf_texture_cache, SHEAF, TEXTURE_CACHE, GObject)

SheafTextureCache *sheaf_texture_cache_new (gsize max_bytes);

/* The one all windows share; (transfer none). */
SheafTextureCache *sheaf_texture_cache_get_default (void);

/**
 * sheaf_texture_new_from_pixels:
 *
 * Wraps @pixels; nothing is copied, the texture keeps their memory.
 *
 * Returns: (transfer full): the texture
 */
GdkTexture *sheaf_texture_new_from_pixels (SheafPixels *pixels);

/**
 * sheaf_texture_cache_lookup:
 * @of_file: of the picture's own file, not of the preview a gallery gave: the two may differ
 *
 * Returns: (transfer none) (nullable): the texture of @entry, which now counts as just looked at
 */
GdkTexture *
sheaf_texture_cache_lookup (SheafTextureCache *self, SheafEntry *entry, gboolean of_file);

/**
 * sheaf_texture_cache_add:
 *
 * Makes the texture of @entry from @pixels, replacing an older one, and lets go of others where
 * that is too much.
 *
 * Returns: (transfer none): the texture
 */
GdkTexture *sheaf_texture_cache_add (SheafTextureCache *self,
                                     SheafEntry *entry,
                                     gboolean of_file,
                                     SheafPixels *pixels);

/**
 * sheaf_texture_cache_lookup_cut:
 *
 * Returns: (transfer none) (nullable): what was added as the cut of @texture, if it has @shape
 */
GdkTexture *sheaf_texture_cache_lookup_cut (SheafTextureCache *self,
                                            GdkTexture *texture,
                                            const SheafShape *shape);

/**
 * sheaf_texture_cache_add_cut:
 * @cut: @texture in @shape
 *
 * Keeps @cut in place of an older one as long as @texture is here, which may have left already; the
 * two count, and leave, together.
 */
void sheaf_texture_cache_add_cut (SheafTextureCache *self,
                                  GdkTexture *texture,
                                  const SheafShape *shape,
                                  GdkTexture *cut);

/* Both of them. */
void sheaf_texture_cache_remove (SheafTextureCache *self, SheafEntry *entry);
void sheaf_texture_cache_clear (SheafTextureCache *self);

gsize sheaf_texture_cache_get_bytes (SheafTextureCache *self);
guint sheaf_texture_cache_get_n_textures (SheafTextureCache *self);

G_END_DECLS
