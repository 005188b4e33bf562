/* verb-embed.h: the verb `embed`: who made a picture, and what may be done with it, written into it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs only in sheaf-embedder.  The job brings the open picture, which is only read; the reply
 * brings a sealed memfd with the same picture and its XMP changed.  Pixels are not touched.
 *
 * Parameters (a{sv}), each a string in UTF-8 and none of them required:
 *
 *   title         dc:title
 *
 *   author        dc:creator, cc:attributionName
 *
 *   credit        photoshop:Credit
 *
 *   licence       dc:rights, xmpRights:UsageTerms
 *
 *   licence-url   cc:license, xmpRights:WebStatement
 *
 *   page-url      dc:source, cc:attributionURL
 *
 * What is given takes the place of what the picture said; the rest of its XMP stays.
 *
 * Reply (a{sv}) with descriptor: "length" (t).  Without one, where this kind of picture has no
 * place for it: JPEG, PNG, WebP and TIFF have.
 *
 * Errors: %SHEAF_ERROR_DECODE, %SHEAF_ERROR_TOO_LARGE. */
#pragma once

#include "app/work/verb.h"

G_BEGIN_DECLS

SheafReply *sheaf_verb_embed_run (SheafJob *job,
                                  SheafProgressFunc progress,
                                  gpointer progress_data,
                                  GCancellable *cancellable,
                                  GError **error);

/**
 * sheaf_verb_embed_warm_up:
 *
 * Does it once, so that a sandbox may forbid opening files afterwards.
 */
void sheaf_verb_embed_warm_up (void);

G_END_DECLS
