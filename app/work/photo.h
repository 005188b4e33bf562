/* photo.h: what a camera wrote into a picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A helper reads it out of the file; whoever receives it checks every word and number, so that
 * whatever the file or the helper claims, it can be shown. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SheafPhoto:
 * @camera: (nullable): maker and model, the maker not twice
 * @lens: (nullable)
 * @taken: (nullable): as the clock of the camera showed it, in UTC whatever zone that was
 * @exposure: seconds; 0 where it is not known, as for the others
 * @aperture: the f-number
 * @sensitivity: ISO
 * @focal_length: millimetres
 * @focal_length_35mm: what that would be on 35 mm film
 */
typedef struct
{
  char *camera;
  char *lens;
  GDateTime *taken;
  double exposure;
  double aperture;
  guint sensitivity;
  double focal_length;
  guint focal_length_35mm;
} SheafPhoto;

/**
 * sheaf_photo_from_variant:
 * @values: a{sv} as the verb `photo` replies (app/verbs/verb-photo.h), possibly hostile
 *
 * Returns: (transfer full): what of it makes sense; texts are one short line each
 */
SheafPhoto *sheaf_photo_from_variant (GVariant *values);
void sheaf_photo_free (SheafPhoto *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafPhoto, sheaf_photo_free)

G_END_DECLS
