/* profile.c: embedded colour profiles, applied to the picture when it is small already
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Setting a transform up costs more than using it on a thumbnail, and the pictures of one camera
 * bring one profile: the last transform is kept. */
#include "config.h"

#include "app/verbs/picture.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#ifdef HAVE_LCMS
#include <lcms2.h>
#endif

/* Without a profile: grey is RGB with all the same, CMYK is what is left of white. */
static void
expand (const SheafPicture *picture, guint8 *out)
{
  const guint8 *in = picture->pixels;

  for (gsize i = (gsize) picture->width * picture->height; i > 0; i--, out += 3)
    if (picture->colour == SHEAF_COLOUR_GREY)
      out[0] = out[1] = out[2] = *in++;
    else
      {
        for (guint c = 0; c < 3; c++)
          out[c] = (guint8) (((255 - in[c]) * (255 - in[3]) + 127) / 255);
        in += 4;
      }
}

#ifdef HAVE_LCMS
G_LOCK_DEFINE_STATIC (last);
static GBytes *last_profile;
static SheafColour last_colour;
static cmsHTRANSFORM last_transform;

static cmsHTRANSFORM
transform_new (GBytes *bytes, SheafColour colour)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  cmsHPROFILE profile = cmsOpenProfileFromMem (data, (cmsUInt32Number) length);
  cmsHPROFILE srgb = cmsCreate_sRGBProfile ();
  cmsHTRANSFORM transform = NULL;
  cmsColorSpaceSignature wanted = colour == SHEAF_COLOUR_GREY   ? cmsSigGrayData
                                  : colour == SHEAF_COLOUR_CMYK ? cmsSigCmykData
                                                                : cmsSigRgbData;

  if (profile != NULL && srgb != NULL && cmsGetColorSpace (profile) == wanted)
    {
      cmsUInt32Number from = colour == SHEAF_COLOUR_GREY   ? TYPE_GRAY_8
                             : colour == SHEAF_COLOUR_CMYK ? TYPE_CMYK_8
                             : colour == SHEAF_COLOUR_RGBA ? TYPE_RGBA_8
                                                           : TYPE_RGB_8;
      cmsUInt32Number to = colour == SHEAF_COLOUR_RGBA ? TYPE_RGBA_8 : TYPE_RGB_8;

      transform = cmsCreateTransform (profile, from, srgb, to,
                                      cmsGetHeaderRenderingIntent (profile), cmsFLAGS_COPY_ALPHA);
    }
  if (srgb != NULL)
    cmsCloseProfile (srgb);
  if (profile != NULL)
    cmsCloseProfile (profile);
  return transform;
}

static gboolean
convert (const SheafPicture *picture, guint8 *out)
{
  gboolean done;

  G_LOCK (last);
  if (last_profile == NULL || last_colour != picture->colour
      || !g_bytes_equal (last_profile, picture->profile))
    {
      g_clear_pointer (&last_transform, cmsDeleteTransform);
      g_clear_pointer (&last_profile, g_bytes_unref);
      last_profile = g_bytes_ref (picture->profile);
      last_colour = picture->colour;
      last_transform = transform_new (picture->profile, picture->colour);
    }
  done = last_transform != NULL;
  if (done)
    cmsDoTransform (last_transform, picture->pixels, out, picture->width * picture->height);
  G_UNLOCK (last);
  return done;
}
#endif

gboolean
sheaf_picture_make_srgb (SheafPicture *picture, GError **error)
{
  SheafColour to = picture->colour == SHEAF_COLOUR_RGBA ? SHEAF_COLOUR_RGBA : SHEAF_COLOUR_RGB;
  g_autofree guint8 *fresh = NULL;

  if (picture->colour != to)
    {
      fresh = g_try_malloc_n ((gsize) picture->width * 3, picture->height);
      if (fresh == NULL)
        return sheaf_fail (error, SHEAF_ERROR_TOO_LARGE,
                           _ ("There is not enough memory for this picture"));
    }

#ifdef HAVE_LCMS
  if (picture->profile == NULL || !convert (picture, fresh != NULL ? fresh : picture->pixels))
#endif
    if (fresh != NULL)
      expand (picture, fresh);

  if (fresh != NULL)
    {
      g_free (picture->pixels);
      picture->pixels = g_steal_pointer (&fresh);
      picture->colour = to;
    }
  return TRUE;
}

void
sheaf_profile_warm_up (void)
{
#ifdef HAVE_LCMS
  cmsHPROFILE srgb = cmsCreate_sRGBProfile ();

  if (srgb != NULL)
    cmsCloseProfile (srgb);
#endif
}
