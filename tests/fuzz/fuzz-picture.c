/* fuzz-picture.c: any bytes through the whole of decoding, with the libraries behind it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/decoder.h"

#include <string.h>

#define LONG_FILE (512u << 10)

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  static const guint sizes[] = { 16, 128, 0, 1 };
  g_auto (SheafInput) input = { .fd = -1 };
  g_autoptr (SheafPicture) picture = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *padded = NULL;
  SheafDecodeOptions options;

  if (size < 2)
    return 0;
  options = (SheafDecodeOptions){ .size = sizes[data[0] & 3], .preview = data[0] >> 2 & 1 };
  sheaf_input_init_data (&input, data + 1, size - 1);
  if (options.preview)
    {
      /* Only of a long file is an embedded picture looked at. */
      padded = g_malloc0 (LONG_FILE + size);
      memcpy (padded, data + 1, size - 1);
      sheaf_input_init_data (&input, padded, LONG_FILE + size);
    }
  if (!sheaf_needs_pixbuf (&input))
    {
      picture = sheaf_decode (&input, &options, &error);
      g_assert ((picture == NULL) == (error != NULL));
    }
  return 0;
}
