/* fuzz-jpeg.c: the JPEG decoder that Sheaf wrote itself, at every level
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/jpeg-skip.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

/* The first byte says which components are wanted at which level. */
int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_auto (SheafInput) input = { .fd = -1 };
  g_auto (SheafJpeg) jpeg = { .width = 0 };

  if (size < 1)
    return 0;
  sheaf_input_init_data (&input, data + 1, size - 1);
  if (!sheaf_jpeg_open (&jpeg, &input))
    return 0;
  for (guint i = 0; i < jpeg.n_components; i++)
    jpeg.components[i].level = 1 + (data[0] >> i & 1);
  if (sheaf_jpeg_read_low (&jpeg))
    for (guint i = 0; i < jpeg.n_components; i++)
      {
        const SheafJpegComponent *component = &jpeg.components[i];
        gsize n = (gsize) component->padded_x * component->padded_y * component->level;
        volatile guint8 last = component->plane[n * component->level - 1];

        (void) last;
      }
  return 0;
}
