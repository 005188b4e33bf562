/* picture.c: allocation and turning of decoded pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/picture.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <string.h>

SheafPicture *
sheaf_picture_take (
    const char *format, SheafColour colour, guint width, guint height, guint8 *pixels)
{
  SheafPicture *picture = g_new0 (SheafPicture, 1);

  picture->format = format;
  picture->colour = colour;
  picture->width = width;
  picture->height = height;
  picture->pixels = pixels;
  picture->orientation = 1;
  return picture;
}

SheafPicture *
sheaf_picture_new (
    const char *format, SheafColour colour, guint width, guint height, GError **error)
{
  guint8 *pixels = g_try_malloc_n ((gsize) width * sheaf_colour_channels (colour), height);

  g_return_val_if_fail (width > 0 && height > 0, NULL);

  if (pixels == NULL)
    {
      sheaf_fail (error, SHEAF_ERROR_TOO_LARGE, _ ("There is not enough memory for this picture"));
      return NULL;
    }
  return sheaf_picture_take (format, colour, width, height, pixels);
}

void
sheaf_picture_free (SheafPicture *picture)
{
  g_free (picture->pixels);
  g_clear_pointer (&picture->profile, g_bytes_unref);
  g_free (picture);
}

gboolean
sheaf_picture_make_upright (SheafPicture *picture, GError **error)
{
  /* Where the stored picture's row 0 and column 0 are, EXIF 2.3, "Orientation": */
  gboolean swap = picture->orientation >= 5;
  gboolean flip_x, flip_y;
  gsize channels = sheaf_colour_channels (picture->colour);
  guint width = swap ? picture->height : picture->width;
  guint height = swap ? picture->width : picture->height;
  g_autofree guint8 *turned = NULL;
  guint8 *out;

  if (picture->orientation <= 1 || picture->orientation > 8)
    {
      picture->orientation = 1;
      return TRUE;
    }
  flip_x = picture->orientation == 2 || picture->orientation == 3 || picture->orientation == 7
           || picture->orientation == 8;
  flip_y = picture->orientation == 3 || picture->orientation == 4 || picture->orientation == 6
           || picture->orientation == 7;

  turned = g_try_malloc_n ((gsize) width * channels, height);
  if (turned == NULL)
    return sheaf_fail (error, SHEAF_ERROR_TOO_LARGE,
                       _ ("There is not enough memory for this picture"));
  out = turned;
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        guint from_x = swap ? y : x, from_y = swap ? x : y;
        const guint8 *from;

        if (flip_x)
          from_x = picture->width - 1 - from_x;
        if (flip_y)
          from_y = picture->height - 1 - from_y;
        from = picture->pixels + ((gsize) from_y * picture->width + from_x) * channels;
        for (gsize c = 0; c < channels; c++)
          *out++ = from[c];
      }

  g_free (picture->pixels);
  picture->pixels = g_steal_pointer (&turned);
  picture->width = width;
  picture->height = height;
  if (swap)
    {
      guint source_width = picture->source_width;

      picture->source_width = picture->source_height;
      picture->source_height = source_width;
    }
  picture->orientation = 1;
  return TRUE;
}

void
sheaf_picture_drop_opaque_alpha (SheafPicture *picture)
{
  gsize n = (gsize) picture->width * picture->height;
  guint8 *pixels = picture->pixels;

  if (picture->colour != SHEAF_COLOUR_RGBA)
    return;
  for (gsize i = 0; i < n; i++)
    if (pixels[4 * i + 3] != 255)
      return;
  for (gsize i = 0; i < n; i++)
    memmove (pixels + 3 * i, pixels + 4 * i, 3);
  picture->colour = SHEAF_COLOUR_RGB;
}
