/* verb-thumbnail.h: the verb `thumbnail`: an open picture into a small one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs only in sheaf-thumbnailer.  The job brings the open file; the reply brings a sealed memfd.
 *
 * Parameters (a{sv}):
 *
 *   size      u      the box to fit in, 1 to 8192; never enlarged; 0: full size, but see below
 *
 *   encode    s      "" (pixels), "jpeg" or "png": reply with a file instead of pixels
 *
 *   text      a{ss}  tEXt chunks for "png" (Thumb::URI, …)
 *
 *   quality   u      for "jpeg"; default 85
 *
 *   preview   b      an embedded EXIF thumbnail will do, where there is one and the picture
 *                    itself would take a while; it comes as pixels, whatever "encode" says
 *
 * Full size is upright and at most about 13 megapixels; a larger picture is made to fit that.
 *
 * Reply (a{sv}) with descriptor:
 *
 *   for pixels: what sheaf_pixels_to_memfd() puts there
 *
 *   for files: "length" (t), "width", "height", "source-width", "source-height" (u)
 *
 *   always: "format" (s): "jpeg", "png", …, and "alpha" (b)
 *
 *   "preview" (b): it is the embedded one; the real one should be asked for
 *
 *   or, without a descriptor: "needs-loaders" or "needs-pixbuf" (b): a helper of that class is the
 *   one that can read it, see SheafPixbufClass
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
 * SheafPixbufClass:
 * @SHEAF_PIXBUF_NONE: our own decoders alone, which is what a process has unless it says otherwise
 * @SHEAF_PIXBUF_PLAIN: and those loaders of gdk-pixbuf that only compute ("needs-loaders")
 * @SHEAF_PIXBUF_ALL: and all others ("needs-pixbuf")
 *
 * How much of gdk-pixbuf a helper has.  Loading its modules takes longer than everything else at a
 * helper's start, and nearly all pictures are JPEG, PNG, WebP or GIF: so the first helper does
 * without.  And from 2.44 on, gdk-pixbuf decodes in processes of its own, and some of its older
 * loaders open files (SVG, XPM) or make threads (AVIF), which the strict sandbox does not allow.
 */
typedef enum
{
  SHEAF_PIXBUF_NONE,
  SHEAF_PIXBUF_PLAIN,
  SHEAF_PIXBUF_ALL,
} SheafPixbufClass;

/* What this process has; before warming up. */
void sheaf_verb_thumbnail_set_pixbuf_class (SheafPixbufClass pixbuf_class);

/**
 * sheaf_verb_thumbnail_warm_up:
 *
 * Loads everything that decoding may need (modules, tables, translations), so that a sandbox may
 * forbid opening files afterwards.
 */
void sheaf_verb_thumbnail_warm_up (void);

G_END_DECLS
