/* decoder-jpeg.c: JPEG, by the cheapest way that is good enough
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where block means (or 2 × 2 samples a block) are plenty for the size asked for, nothing else is
 * decoded: see jpeg-skip.h.  Each plane is resized on its own, from exactly the part of it that the
 * picture covers, and colours are converted when they are few.  Everything else goes through
 * libjpeg: jpeg-library.h. */
#include "config.h"

#include "app/verbs/decoder.h"

#include "app/verbs/jpeg-library.h"
#include "app/verbs/jpeg-skip.h"
#include "app/verbs/kernels.h"
#include "app/verbs/resize.h"

#include <string.h>

/* Samples per pixel of the thumbnail, below which more of a block is decoded.  Colour is seen less
 * sharply. */
#define GAP_OF_MEANS 2.0
#define GAP_OF_HUES  1.5
#define GAP_OF_FOUR  1.35

/* An embedded picture smaller than this part of what is asked for is not worth showing; a larger
 * one than this is none that a camera put there. */
#define MIN_PREVIEW      0.25
#define MAX_PREVIEW_SIDE 1024

/* A smaller file is decoded before anybody would have seen its preview. */
#define MIN_BYTES_FOR_PREVIEW (512u << 10)

/* Sides of embedded pictures are rounded; what differs by more has bars, or shows another picture.
 */
#define ROUNDING  2
#define MAX_BLACK 24 /* the mean of what counts as a bar */

/* Returns: whether samples of the blocks' lowest frequencies are enough for that size */
static gboolean
choose_levels (SheafJpeg *jpeg, guint width, guint height)
{
  for (guint i = 0; i < jpeg->n_components; i++)
    {
      SheafJpegComponent *component = &jpeg->components[i];
      double gap = MIN (component->extent_x / width, component->extent_y / height);
      gboolean is_full = component->h == jpeg->h_max && component->v == jpeg->v_max;

      component->level = gap >= (is_full ? GAP_OF_MEANS : GAP_OF_HUES) ? 1 : 2;
      if (is_full && component->level == 2 && 2 * gap < GAP_OF_FOUR)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_rgb (const SheafJpeg *jpeg)
{
  if (jpeg->jfif || jpeg->adobe_transform >= 0)
    return !jpeg->jfif && jpeg->adobe_transform == 0;
  return jpeg->components[0].id == 'R' && jpeg->components[1].id == 'G'
         && jpeg->components[2].id == 'B';
}

static G_ALWAYS_INLINE inline guint8
to_byte (int value, int bits)
{
  return (guint8) CLAMP ((value + (1 << (bits - 1))) >> bits, 0, 255);
}

/* Three planes one after another into pixels; JFIF's coefficients, × 16384. */
static void
to_rgb (const gint16 *planes, gsize n, guint8 *out)
{
  const int middle = 128 << SHEAF_SAMPLE_BITS, bits = 14 + SHEAF_SAMPLE_BITS;

  for (gsize i = 0; i < n; i++, out += 3)
    {
      int y = planes[i] * 16384;
      int cb = planes[n + i] - middle, cr = planes[2 * n + i] - middle;

      out[0] = to_byte (y + 22970 * cr, bits);
      out[1] = to_byte (y - 5638 * cb - 11700 * cr, bits);
      out[2] = to_byte (y + 29032 * cb, bits);
    }
}

/* The planes are pixels as they are. */
static void
interleave (const gint16 *planes, gsize n, guint n_planes, guint8 *out)
{
  for (gsize i = 0; i < n; i++)
    for (guint c = 0; c < n_planes; c++)
      *out++ = to_byte (planes[c * n + i], SHEAF_SAMPLE_BITS);
}

static SheafPicture *
decode_low (SheafJpeg *jpeg, guint width, guint height, GError **error)
{
  gsize n = (gsize) width * height;
  g_autofree gint16 *planes = NULL;
  g_autoptr (SheafPicture) picture = NULL;

  if (!sheaf_jpeg_read_low (jpeg))
    return NULL;
  picture = sheaf_picture_new (
      "jpeg", jpeg->n_components == 1 ? SHEAF_COLOUR_GREY : SHEAF_COLOUR_RGB, width, height, error);
  planes = g_try_new (gint16, n * jpeg->n_components);
  if (picture == NULL || planes == NULL)
    return NULL;
  for (guint i = 0; i < jpeg->n_components; i++)
    {
      SheafJpegComponent *component = &jpeg->components[i];
      guint level = component->level;
      SheafSamples samples = {
        .pixels = component->plane,
        .width = component->blocks_x * level,
        .height = component->blocks_y * level,
        .stride = (gsize) component->padded_x * level,
        .channels = 1,
        .extent_x = component->extent_x * level,
        .extent_y = component->extent_y * level,
        .box_x = level == 1 ? 8 : 1,
        .box_y = level == 1 ? 8 : 1,
      };

      if (!sheaf_resize_exact (&samples, planes + i * n, width, height, error))
        return NULL;
    }
  if (jpeg->n_components == 1 || is_rgb (jpeg))
    interleave (planes, n, jpeg->n_components, picture->pixels);
  else
    to_rgb (planes, n, picture->pixels);
  picture->source_width = jpeg->width;
  picture->source_height = jpeg->height;
  return g_steal_pointer (&picture);
}

/* Whether this part of @picture is black on the whole. */
static gboolean
is_black (const SheafPicture *picture, guint x, guint y, guint width, guint height)
{
  guint channels = sheaf_colour_channels (picture->colour);
  guint64 sum = 0;

  for (guint row = y; row < y + height; row++)
    {
      const guint8 *p = picture->pixels + ((gsize) row * picture->width + x) * channels;

      for (guint i = 0; i < width * channels; i++)
        sum += p[i];
    }
  return sum <= (guint64) MAX_BLACK * width * height * channels;
}

static void
crop (SheafPicture *picture, guint x, guint y, guint width, guint height)
{
  gsize channels = sheaf_colour_channels (picture->colour);

  for (guint row = 0; row < height; row++)
    memmove (picture->pixels + row * width * channels,
             picture->pixels + ((gsize) (y + row) * picture->width + x) * channels,
             width * channels);
  picture->width = width;
  picture->height = height;
}

/* Many cameras embed 160 × 120 pixels whatever the picture's shape, and fill up with black.  What
 * has another shape without such bars was not made from this picture as it is now.
 *
 * Returns: whether @picture now has the shape of @width × @height */
static gboolean
take_shape (SheafPicture *picture, guint width, guint height)
{
  guint right_width = (guint) (((guint64) picture->height * width + height / 2) / height);
  guint right_height = (guint) (((guint64) picture->width * height + width / 2) / width);
  guint bar, end;

  if (picture->colour != SHEAF_COLOUR_GREY && picture->colour != SHEAF_COLOUR_RGB)
    return FALSE;
  if (picture->height <= right_height + ROUNDING && picture->width <= right_width + ROUNDING)
    return TRUE;
  if (right_width == 0 || right_height == 0)
    return FALSE;

  if (picture->height > right_height)
    {
      bar = (picture->height - right_height + 1) / 2;
      end = picture->height - bar;
      if (bar >= end || !is_black (picture, 0, 0, picture->width, bar)
          || !is_black (picture, 0, end, picture->width, bar))
        return FALSE;
      crop (picture, 0, bar, picture->width, end - bar);
      return TRUE;
    }
  bar = (picture->width - right_width + 1) / 2;
  end = picture->width - bar;
  if (bar >= end || !is_black (picture, 0, 0, bar, picture->height)
      || !is_black (picture, end, 0, bar, picture->height))
    return FALSE;
  crop (picture, bar, 0, end - bar, picture->height);
  return TRUE;
}

/* The picture within EXIF; NULL without an error where there is none worth having. */
static SheafPicture *
decode_embedded (GBytes *exif_data, const SheafExif *exif, guint width, guint height, guint size)
{
  const guint8 *data = (const guint8 *) g_bytes_get_data (exif_data, NULL) + exif->thumbnail;
  SheafDecodeOptions whole = { .size = size };
  g_auto (SheafInput) input = { .fd = -1 };
  g_auto (SheafJpeg) header = { .width = 0 };
  g_autoptr (SheafPicture) preview = NULL;
  guint target_width, target_height;

  sheaf_input_init_data (&input, data, exif->thumbnail_length);
  if (!sheaf_jpeg_open (&header, &input) || MAX (header.width, header.height) > MAX_PREVIEW_SIDE)
    return NULL;
  preview = sheaf_decode_jpeg (&input, &whole, NULL);
  if (preview == NULL || !take_shape (preview, width, height))
    return NULL;
  sheaf_fit (width, height, size, &target_width, &target_height);
  if (preview->width < target_width * MIN_PREVIEW || preview->height < target_height * MIN_PREVIEW)
    return NULL;
  preview->source_width = width;
  preview->source_height = height;
  preview->is_preview = TRUE;
  return g_steal_pointer (&preview);
}

static SheafPicture *
decode_preview (SheafJpeg *jpeg, SheafInput *input, guint size, gboolean *known)
{
  g_autoptr (GBytes) exif_data = NULL;
  SheafPicture *preview;

  if (jpeg->exif.thumbnail == 0 || size == 0 || input->length < MIN_BYTES_FOR_PREVIEW)
    return NULL;
  exif_data = g_bytes_ref (jpeg->exif_data);
  preview = decode_embedded (exif_data, &jpeg->exif, jpeg->width, jpeg->height, size);
  if (preview == NULL)
    {
      /* There is one set of tables, and the embedded picture has put its own in there. */
      sheaf_jpeg_clear (jpeg);
      *known = sheaf_jpeg_open (jpeg, input);
    }
  return preview;
}

SheafPicture *
sheaf_decode_jpeg (SheafInput *input, const SheafDecodeOptions *options, GError **error)
{
  g_auto (SheafJpeg) jpeg = { .width = 0 };
  g_autoptr (SheafPicture) picture = NULL;
  gboolean known = sheaf_jpeg_open (&jpeg, input);
  guint width = 0, height = 0;

  if (known)
    sheaf_fit (jpeg.width, jpeg.height, options->size, &width, &height);
  if (known && options->preview)
    picture = decode_preview (&jpeg, input, options->size, &known);
  if (picture == NULL && known && options->size != 0
      && (jpeg.n_components == 1 || jpeg.n_components == 3) && choose_levels (&jpeg, width, height))
    picture = decode_low (&jpeg, width, height, NULL);
  if (picture == NULL)
    picture = sheaf_jpeg_library_decode (input, options, error);
  if (picture == NULL)
    return NULL;

  picture->orientation = jpeg.exif.orientation;
  g_clear_pointer (&picture->profile, g_bytes_unref);
  if (jpeg.profile != NULL)
    picture->profile = g_byte_array_free_to_bytes (g_steal_pointer (&jpeg.profile));
  return g_steal_pointer (&picture);
}
