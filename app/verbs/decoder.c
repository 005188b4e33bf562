/* decoder.c: the table of decoders
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/decoder.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <string.h>

static gboolean
matches_jpeg (const guint8 *head, gsize length)
{
  return length >= 3 && head[0] == 0xff && head[1] == 0xd8 && head[2] == 0xff;
}

static gboolean
matches_png (const guint8 *head, gsize length)
{
  return length >= 8 && memcmp (head, "\x89PNG\r\n\x1a\n", 8) == 0;
}

#ifdef HAVE_WEBP
static gboolean
matches_webp (const guint8 *head, gsize length)
{
  return length >= 12 && memcmp (head, "RIFF", 4) == 0 && memcmp (head + 8, "WEBP", 4) == 0;
}
#endif

#ifdef HAVE_GIF
static gboolean
matches_gif (const guint8 *head, gsize length)
{
  return length >= 6 && (memcmp (head, "GIF87a", 6) == 0 || memcmp (head, "GIF89a", 6) == 0);
}
#endif

static gboolean
matches_anything (const guint8 *head, gsize length)
{
  return TRUE;
}

static const SheafDecoder decoders[] = {
  { "jpeg", matches_jpeg, sheaf_decode_jpeg },
  { "png", matches_png, sheaf_decode_png },
#ifdef HAVE_WEBP
  { "webp", matches_webp, sheaf_decode_webp },
#endif
#ifdef HAVE_GIF
  { "gif", matches_gif, sheaf_decode_gif },
#endif
  { "pixbuf", matches_anything, sheaf_decode_pixbuf },
};

const SheafDecoder *
sheaf_decoder_for (const guint8 *head, gsize length)
{
  const SheafDecoder *decoder = decoders;

  while (!decoder->matches (head, length))
    decoder++;
  return decoder;
}

gboolean
sheaf_check_size (guint64 width, guint64 height, GError **error)
{
  if (width == 0 || height == 0)
    return sheaf_fail (error, SHEAF_ERROR_DECODE, _ ("The picture has no size"));
  if (width > G_MAXINT32 || height > G_MAXINT32 || width * height > SHEAF_MAX_PIXELS)
    return sheaf_fail (error, SHEAF_ERROR_TOO_LARGE,
                       _ ("The picture is too large: %.0f × %.0f pixels"), (double) width,
                       (double) height);
  return TRUE;
}

gboolean
sheaf_needs_pixbuf (SheafInput *input)
{
  guint8 head[32];
  gsize length = sheaf_input_read (input, 0, head, sizeof head);

  return sheaf_decoder_for (head, length)->decode == sheaf_decode_pixbuf;
}

SheafPicture *
sheaf_decode (SheafInput *input, const SheafDecodeOptions *options, GError **error)
{
  guint8 head[32];
  gsize length = sheaf_input_read (input, 0, head, sizeof head);
  const SheafDecoder *decoder = sheaf_decoder_for (head, length);
  g_autoptr (SheafPicture) picture = decoder->decode (input, options, error);

  if (picture == NULL)
    return NULL;
  sheaf_picture_drop_opaque_alpha (picture);
  if (!sheaf_picture_make_srgb (picture, error) || !sheaf_picture_make_upright (picture, error))
    return NULL;
  return g_steal_pointer (&picture);
}
