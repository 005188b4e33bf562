/* verb-photo.h: the verb `photo`: what a camera wrote into an open picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs only in sheaf-thumbnailer.  The job brings the open file: JPEG, PNG or WebP.
 *
 * Reply (a{sv}), each where the file says it; to be read by sheaf_photo_from_variant():
 *
 *   "make", "model", "lens", "taken" (s), "exposure", "aperture", "focal-length" (d),
 *   "sensitivity", "focal-length-35mm" (u)
 *
 * A build without libexif replies with nothing. */
#pragma once

#include "app/work/verb.h"

G_BEGIN_DECLS

SheafReply *sheaf_verb_photo_run (SheafJob *job,
                                  SheafProgressFunc progress,
                                  gpointer progress_data,
                                  GCancellable *cancellable,
                                  GError **error);

/**
 * sheaf_photo_read:
 * @exif: beginning at the TIFF header, or with an "Exif\0\0" before it
 * @values: where what it says is put
 */
void sheaf_photo_read (const guint8 *exif, gsize length, GVariantDict *values);

/* Loads the translations of the library's complaints. */
void sheaf_verb_photo_warm_up (void);

G_END_DECLS
