/* fuzz-photo.c: any bytes as what a camera wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/verb-photo.h"
#include "app/work/photo.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) values = NULL;
  g_autoptr (SheafPhoto) photo = NULL;

  sheaf_photo_read (data, size, &dict);
  values = g_variant_ref_sink (g_variant_dict_end (&dict));
  photo = sheaf_photo_from_variant (values);
  g_assert (photo->camera == NULL || g_utf8_validate (photo->camera, -1, NULL));
  g_assert (photo->lens == NULL || g_utf8_validate (photo->lens, -1, NULL));
  return 0;
}
