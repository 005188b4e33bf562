/* decoder-webp.c: WebP by libwebp, reduced before it is colour
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A lossy picture that is to become much smaller is taken as the planes it is stored in: half the
 * samples of RGB, and the few that remain are converted.  Everything else is decoded to pixels.  Of
 * an animation, the first frame on its canvas. */
#include "config.h"

#include "app/verbs/decoder.h"

#ifdef HAVE_WEBP

#include "app/verbs/exif.h"
#include "app/verbs/kernels.h"
#include "app/verbs/resize.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

/* How many times as large as what is asked for a picture is, from where on its planes are reduced
 * each for itself, and from where on nobody sees that the edges of its blocks were not smoothed:
 * only later frames of a video are predicted from smooth ones. */
#define MIN_RATIO_PLANES     2
#define MIN_RATIO_UNFILTERED 8

/* WebPBitstreamFeatures.format */
#define FORMAT_LOSSY 1

/* What planes would be too large for is scaled by libwebp, to no less than GAP times what is asked
 * for; the rest is for Lanczos. */
#define GAP 2.0

#define MAX_PIXEL_BYTES (80u << 20)
#define MAX_PLANE_BYTES (40u << 20)

static gboolean
fail_for (VP8StatusCode status, GError **error)
{
  if (status == VP8_STATUS_OUT_OF_MEMORY)
    return sheaf_fail (error, SHEAF_ERROR_TOO_LARGE,
                       _ ("There is not enough memory for this picture"));
  if (status == VP8_STATUS_SUSPENDED || status == VP8_STATUS_NOT_ENOUGH_DATA)
    return sheaf_fail (error, SHEAF_ERROR_DECODE, _ ("The picture is cut short"));
  return sheaf_fail (error, SHEAF_ERROR_DECODE, _ ("The picture is damaged"));
}

/* Returns: the bytes of pixels there will be */
static guint64
choose_way (WebPDecoderConfig *config, guint size)
{
  const WebPBitstreamFeatures *input = &config->input;
  guint64 n_pixels = (guint64) input->width * (guint) input->height;
  guint64 n_hues = (guint64) ((input->width + 1) / 2) * (guint) ((input->height + 1) / 2);
  guint width, height;
  double ratio;

  config->output.colorspace = input->has_alpha ? MODE_RGBA : MODE_RGB;
  if (size == 0 || input->format != FORMAT_LOSSY)
    return n_pixels * 4;

  sheaf_fit ((guint) input->width, (guint) input->height, size, &width, &height);
  ratio = MIN ((double) input->width / width, (double) input->height / height);
  config->options.bypass_filtering = ratio >= MIN_RATIO_UNFILTERED;
  /* Colours are weighed by their alpha, which is easier where they are pixels. */
  if (input->has_alpha || ratio < MIN_RATIO_PLANES)
    return n_pixels * 4;
  if (n_pixels + 2 * n_hues <= MAX_PLANE_BYTES)
    {
      config->output.colorspace = MODE_YUV;
      return n_pixels + 2 * n_hues;
    }
  config->options.use_scaling = TRUE;
  config->options.scaled_width = (int) (width * GAP);
  config->options.scaled_height = (int) (height * GAP);
  return (guint64) config->options.scaled_width * (guint) config->options.scaled_height * 4;
}

/* The frame's pixels in @config->output, to be freed with WebPFreeDecBuffer(). */
static gboolean
decode_frame (WebPDecoderConfig *config,
              const guint8 *data,
              gsize length,
              const SheafDecodeOptions *options,
              GError **error)
{
  VP8StatusCode status;

  if (!WebPInitDecoderConfig (config))
    return fail_for (VP8_STATUS_INVALID_PARAM, error);
  status = WebPGetFeatures (data, length, &config->input);
  if (status != VP8_STATUS_OK)
    return fail_for (status, error);
  if (!sheaf_check_size ((guint) config->input.width, (guint) config->input.height, error))
    return FALSE;
  if (choose_way (config, options->size) > MAX_PIXEL_BYTES)
    return fail_for (VP8_STATUS_OUT_OF_MEMORY, error);
  status = WebPDecode (data, length, config);
  return status == VP8_STATUS_OK || fail_for (status, error);
}

static G_ALWAYS_INLINE inline guint8
to_byte (int value, int bits)
{
  return (guint8) CLAMP ((value + (1 << (bits - 1))) >> bits, 0, 255);
}

/* Three planes one after another into pixels; BT.601 of 16 to 235, × 16384. */
static void
to_rgb (const gint16 *planes, gsize n, guint8 *out)
{
  const int black = 16 << SHEAF_SAMPLE_BITS, middle = 128 << SHEAF_SAMPLE_BITS;
  const int bits = 14 + SHEAF_SAMPLE_BITS;

  for (gsize i = 0; i < n; i++, out += 3)
    {
      int y = (planes[i] - black) * 19077;
      int u = planes[n + i] - middle, v = planes[2 * n + i] - middle;

      out[0] = to_byte (y + 26149 * v, bits);
      out[1] = to_byte (y - 6419 * u - 13320 * v, bits);
      out[2] = to_byte (y + 33050 * u, bits);
    }
}

/* A lossy frame without alpha that is all of its picture. */
static SheafPicture *
reduce_planes (const WebPDecoderConfig *config, guint size, GError **error)
{
  const WebPYUVABuffer *yuv = &config->output.u.YUVA;
  const struct
  {
    const guint8 *samples;
    int stride;
    guint share;
  } planes[] = { { yuv->y, yuv->y_stride, 1 },
                 { yuv->u, yuv->u_stride, 2 },
                 { yuv->v, yuv->v_stride, 2 } };
  guint width = (guint) config->input.width, height = (guint) config->input.height;
  guint out_width, out_height;
  g_autofree gint16 *exact = NULL;
  g_autoptr (SheafPicture) picture = NULL;
  gsize n;

  sheaf_fit (width, height, size, &out_width, &out_height);
  n = (gsize) out_width * out_height;
  picture = sheaf_picture_new ("webp", SHEAF_COLOUR_RGB, out_width, out_height, error);
  exact = g_try_new (gint16, n * G_N_ELEMENTS (planes));
  if (picture == NULL || exact == NULL)
    {
      if (picture != NULL)
        fail_for (VP8_STATUS_OUT_OF_MEMORY, error);
      return NULL;
    }
  for (guint i = 0; i < G_N_ELEMENTS (planes); i++)
    {
      guint share = planes[i].share;
      guint rows = (height + share - 1) / share;
      g_autoptr (SheafReducer) reducer = sheaf_reducer_new (
          SHEAF_COLOUR_GREY, (width + share - 1) / share, rows, width, height, size, error);

      if (reducer == NULL)
        return NULL;
      sheaf_reducer_set_extent (reducer, (double) width / share, (double) height / share);
      sheaf_reducer_add_rows (reducer, planes[i].samples, (gsize) planes[i].stride, rows);
      if (!sheaf_reducer_finish_exact (reducer, exact + i * n, error))
        return NULL;
    }
  to_rgb (exact, n, picture->pixels);
  picture->source_width = width;
  picture->source_height = height;
  return g_steal_pointer (&picture);
}

/* A frame that is all of its picture. */
static SheafPicture *
reduce_pixels (const WebPDecoderConfig *config, guint size, GError **error)
{
  const WebPDecBuffer *pixels = &config->output;
  SheafColour colour = config->input.has_alpha ? SHEAF_COLOUR_RGBA : SHEAF_COLOUR_RGB;
  g_autoptr (SheafReducer) reducer
      = sheaf_reducer_new (colour, (guint) pixels->width, (guint) pixels->height,
                           (guint) config->input.width, (guint) config->input.height, size, error);

  if (reducer == NULL)
    return NULL;
  sheaf_reducer_set_box (reducer, (double) config->input.width / pixels->width,
                         (double) config->input.height / pixels->height);
  sheaf_reducer_add_rows (reducer, pixels->u.RGBA.rgba, (gsize) pixels->u.RGBA.stride,
                          (guint) pixels->height);
  return sheaf_reducer_finish (reducer, "webp", error);
}

static SheafPicture *
reduce_whole (const WebPDecoderConfig *config, guint size, GError **error)
{
  return config->output.colorspace == MODE_YUV ? reduce_planes (config, size, error)
                                               : reduce_pixels (config, size, error);
}

/* A frame on a transparent canvas of its own size. */
static SheafPicture *
reduce_on_canvas (const WebPDecoderConfig *config,
                  const WebPIterator *frame,
                  guint width,
                  guint height,
                  guint size,
                  GError **error)
{
  const WebPRGBABuffer *pixels = &config->output.u.RGBA;
  gsize channels = config->input.has_alpha ? 4 : 3;
  g_autofree guint8 *row = g_try_malloc0_n (width, 4);
  g_autoptr (SheafReducer) reducer
      = sheaf_reducer_new (SHEAF_COLOUR_RGBA, width, height, width, height, size, error);

  if (reducer == NULL)
    return NULL;
  if (row == NULL)
    {
      fail_for (VP8_STATUS_OUT_OF_MEMORY, error);
      return NULL;
    }
  for (int y = 0; y < (int) height; y++)
    {
      memset (row, 0, (gsize) width * 4);
      if (y >= frame->y_offset && y < frame->y_offset + config->output.height)
        for (int x = 0; x < config->output.width && frame->x_offset + x < (int) width; x++)
          {
            const guint8 *in = pixels->rgba + (gsize) (y - frame->y_offset) * (gsize) pixels->stride
                               + (gsize) x * channels;
            guint8 *out = row + 4 * (gsize) (frame->x_offset + x);

            memcpy (out, in, channels);
            if (channels == 3)
              out[3] = 255;
          }
      sheaf_reducer_add_row (reducer, row);
    }
  return sheaf_reducer_finish (reducer, "webp", error);
}

static void
take_metadata (const WebPDemuxer *demuxer, SheafPicture *picture)
{
  WebPChunkIterator chunk;

  if (WebPDemuxGetChunk (demuxer, "EXIF", 1, &chunk))
    {
      SheafExif exif;

      sheaf_exif_parse (&exif, chunk.chunk.bytes, chunk.chunk.size);
      picture->orientation = exif.orientation;
      WebPDemuxReleaseChunkIterator (&chunk);
    }
  if (WebPDemuxGetChunk (demuxer, "ICCP", 1, &chunk))
    {
      picture->profile = g_bytes_new (chunk.chunk.bytes, chunk.chunk.size);
      WebPDemuxReleaseChunkIterator (&chunk);
    }
}

/* The first frame of a file with chunks around it. */
static SheafPicture *
decode_extended (const WebPDemuxer *demuxer, const SheafDecodeOptions *options, GError **error)
{
  guint width = WebPDemuxGetI (demuxer, WEBP_FF_CANVAS_WIDTH);
  guint height = WebPDemuxGetI (demuxer, WEBP_FF_CANVAS_HEIGHT);
  SheafDecodeOptions whole = { .size = 0 };
  WebPDecoderConfig config;
  WebPIterator frame;
  SheafPicture *picture = NULL;

  if (!sheaf_check_size (width, height, error))
    return NULL;
  if (!WebPDemuxGetFrame (demuxer, 1, &frame))
    {
      fail_for (VP8_STATUS_NOT_ENOUGH_DATA, error);
      return NULL;
    }
  if (frame.width == (int) width && frame.height == (int) height)
    {
      if (decode_frame (&config, frame.fragment.bytes, frame.fragment.size, options, error))
        {
          picture = reduce_whole (&config, options->size, error);
          WebPFreeDecBuffer (&config.output);
        }
    }
  else if (decode_frame (&config, frame.fragment.bytes, frame.fragment.size, &whole, error))
    {
      picture = reduce_on_canvas (&config, &frame, width, height, options->size, error);
      WebPFreeDecBuffer (&config.output);
    }
  if (picture != NULL)
    take_metadata (demuxer, picture);
  WebPDemuxReleaseIterator (&frame);
  return picture;
}

SheafPicture *
sheaf_decode_webp (SheafInput *input, const SheafDecodeOptions *options, GError **error)
{
  WebPData data;
  WebPDemuxer *demuxer;
  WebPDecoderConfig config;
  SheafPicture *picture;

  data.bytes = sheaf_input_load (input, &data.size, error);
  if (data.bytes == NULL)
    return NULL;
  demuxer = WebPDemux (&data);
  if (demuxer != NULL)
    {
      picture = decode_extended (demuxer, options, error);
      WebPDemuxDelete (demuxer);
      return picture;
    }
  if (!decode_frame (&config, data.bytes, data.size, options, error))
    return NULL;
  picture = reduce_whole (&config, options->size, error);
  WebPFreeDecBuffer (&config.output);
  return picture;
}

#endif
