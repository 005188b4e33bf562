/* decoder-webp.c: WebP by libwebp, which averages while it decodes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of an animation, the first frame on its canvas. */
#include "config.h"

#include "app/verbs/decoder.h"

#ifdef HAVE_WEBP

#include "app/verbs/exif.h"
#include "app/verbs/resize.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

/* Pictures this many times as large as what is asked for are scaled by libwebp, to no less than GAP
 * times that; the rest is for Lanczos.  Smaller ones are decoded whole: its scaling rounds. */
#define MIN_RATIO 8
#define GAP       2.0

#define MAX_PIXEL_BYTES (80u << 20)

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

/* libwebp does not weigh colours by their alpha, so only pictures without it are scaled there. */
static void
choose_scale (WebPDecoderConfig *config, guint size)
{
  guint width, height;

  sheaf_fit ((guint) config->input.width, (guint) config->input.height, size, &width, &height);
  config->options.scaled_width = (int) (width * GAP);
  config->options.scaled_height = (int) (height * GAP);
  config->options.use_scaling = !config->input.has_alpha && size != 0
                                && (guint) config->input.width > width * MIN_RATIO
                                && (guint) config->input.height > height * MIN_RATIO;
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
  guint64 bytes;

  if (!WebPInitDecoderConfig (config))
    return fail_for (VP8_STATUS_INVALID_PARAM, error);
  status = WebPGetFeatures (data, length, &config->input);
  if (status != VP8_STATUS_OK)
    return fail_for (status, error);
  if (!sheaf_check_size ((guint) config->input.width, (guint) config->input.height, error))
    return FALSE;

  choose_scale (config, options->size);
  bytes = config->options.use_scaling
              ? (guint64) config->options.scaled_width * (guint) config->options.scaled_height
              : (guint64) config->input.width * (guint) config->input.height;
  if (bytes * 4 > MAX_PIXEL_BYTES)
    return fail_for (VP8_STATUS_OUT_OF_MEMORY, error);
  config->output.colorspace = config->input.has_alpha ? MODE_RGBA : MODE_RGB;
  status = WebPDecode (data, length, config);
  return status == VP8_STATUS_OK || fail_for (status, error);
}

/* A frame that is all of its picture. */
static SheafPicture *
reduce_whole (const WebPDecoderConfig *config, guint size, GError **error)
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
  for (int y = 0; y < pixels->height; y++)
    sheaf_reducer_add_row (reducer,
                           pixels->u.RGBA.rgba + (gsize) y * (gsize) pixels->u.RGBA.stride);
  return sheaf_reducer_finish (reducer, "webp", error);
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
