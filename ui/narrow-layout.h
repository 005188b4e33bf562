/* narrow-layout.h: fills a widget with its child, and says when that becomes narrow or wide
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What libadwaita 1.4 has breakpoints for.  The page changes its own layout on notify::narrow,
 * which never comes from within an allocation. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Properties: limit (u), in pixels: what is less wide is narrow; narrow (b), only to be read. */
#define SHEAF_TYPE_NARROW_LAYOUT (sheaf_narrow_layout_get_type ())
G_DECLARE_FINAL_TYPE (
    SheafNarrowLayout, sheaf_narrow_layout, SHEAF, NARROW_LAYOUT, GtkLayoutManager)

gboolean sheaf_narrow_layout_get_narrow (SheafNarrowLayout *self);

G_END_DECLS
