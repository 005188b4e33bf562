/* picture.h: a decoded picture, already small, on its way through the thumbnail verb
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SHEAF_COLOUR_GREY = 1,
  SHEAF_COLOUR_RGB = 3,
  SHEAF_COLOUR_RGBA = 4, /* not premultiplied */
  SHEAF_COLOUR_CMYK = 5, /* 0 is no ink */
} SheafColour;

static inline guint
sheaf_colour_channels (SheafColour colour)
{
  return colour == SHEAF_COLOUR_CMYK ? 4 : (guint) colour;
}

/**
 * SheafPicture:
 * @format: (transfer none): "jpeg", "png", …
 * @pixels: @height rows of @width pixels, 8 bits a channel, without padding
 * @source_width: columns of what it was made from, as stored in the file
 * @orientation: EXIF's 1 to 8: how it must be turned to be upright
 * @profile: (nullable): embedded ICC profile
 * @is_preview: it is a smaller picture embedded in the file
 */
typedef struct
{
  const char *format;
  SheafColour colour;
  guint width;
  guint height;
  guint8 *pixels;
  guint source_width;
  guint source_height;
  guint orientation;
  GBytes *profile;
  gboolean is_preview;
} SheafPicture;

/**
 * sheaf_picture_new:
 *
 * Returns: (transfer full) (nullable): a picture with pixels not yet set, %NULL with @error set
 *   where memory does not suffice
 */
SheafPicture *sheaf_picture_new (
    const char *format, SheafColour colour, guint width, guint height, GError **error);

/**
 * sheaf_picture_take:
 * @pixels: (transfer full): from g_malloc(), of the right length
 */
SheafPicture *sheaf_picture_take (
    const char *format, SheafColour colour, guint width, guint height, guint8 *pixels);
void sheaf_picture_free (SheafPicture *picture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafPicture, sheaf_picture_free)

/**
 * sheaf_picture_make_upright:
 *
 * Turns the pixels as the orientation says; both sizes follow, and the orientation becomes 1.
 */
gboolean sheaf_picture_make_upright (SheafPicture *picture, GError **error);

/**
 * sheaf_picture_make_srgb:
 *
 * Applies the embedded profile and turns grey and CMYK into RGB.  A profile that is damaged, or a
 * build without Little CMS, costs exactness, never the picture.
 */
gboolean sheaf_picture_make_srgb (SheafPicture *picture, GError **error);

/* Sets up once what applying a profile needs: Little CMS asks for the time zone, which is a file.
 */
void sheaf_profile_warm_up (void);

/* Turns RGBA without a single transparent pixel into RGB. */
void sheaf_picture_drop_opaque_alpha (SheafPicture *picture);

G_END_DECLS
