/* verb-thumbnail.h: the verb `thumbnail`: an open picture into a small one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs only in sheaf-thumbnailer.  The job brings the open file; the reply brings a sealed memfd.
 *
 * Parameters (a{sv}):
 *   size        u    the box to fit in, 1 to 8192; never enlarged; 0: full size, upright
 *   encode      s    "" (pixels), "jpeg" or "png": reply with the encoded file instead of pixels
 *   text        a{ss}  tEXt chunks for "png" (Thumb::URI, …)
 *   quality     u    for "jpeg"; default 85
 *   preview     b    an embedded EXIF thumbnail will do, where there is one
 *
 * Reply (a{sv}) with descriptor:
 *   for pixels: what sheaf_pixels_to_memfd() puts there
 *   for encoded files: "length" (t), "width", "height", "source-width", "source-height" (u)
 *   always: "format" (s): "jpeg", "png", …, and "alpha" (b)
 *   "preview" (b): it is the embedded one; the real one should follow
 *
 * Errors: %SHEAF_ERROR_NOT_A_PICTURE, %SHEAF_ERROR_DECODE, %SHEAF_ERROR_TOO_LARGE. */
#pragma once

#include "app/work/verb.h"

G_BEGIN_DECLS

SheafReply *sheaf_verb_thumbnail_run (SheafJob *job,
                                      SheafProgressFunc progress,
                                      gpointer progress_data,
                                      GCancellable *cancellable,
                                      GError **error);

/**
 * sheaf_verb_thumbnail_warm_up:
 *
 * Loads everything that decoding may need (modules, tables, translations), so that a sandbox may
 * forbid opening files afterwards.
 */
void sheaf_verb_thumbnail_warm_up (void);

G_END_DECLS
