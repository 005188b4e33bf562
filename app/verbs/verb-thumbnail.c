/* verb-thumbnail.c: decode, turn, encode, seal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/verb-thumbnail.h"

#include "app/verbs/decoder.h"
#include "app/verbs/encoder.h"
#include "app/work/error.h"
#include "app/work/pixels.h"

#include <glib/gi18n-lib.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEFAULT_SIZE 128
#define MAX_SIZE     8192

static SheafPixbufClass pixbuf_here = SHEAF_PIXBUF_NONE;

typedef struct
{
  SheafDecodeOptions decode;
  const char *encode;
  GVariant *text;
  guint quality;
} Params;

static void
params_clear (Params *params)
{
  g_clear_pointer (&params->text, g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Params, params_clear)

static gboolean
params_read (Params *params, GVariant *values, GError **error)
{
  g_variant_lookup (values, "size", "u", &params->decode.size);
  g_variant_lookup (values, "preview", "b", &params->decode.preview);
  g_variant_lookup (values, "encode", "&s", &params->encode);
  g_variant_lookup (values, "quality", "u", &params->quality);
  params->text = g_variant_lookup_value (values, "text", G_VARIANT_TYPE ("a{ss}"));

  if (params->decode.size > MAX_SIZE)
    return sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("A thumbnail may have at most %d pixels"),
                       MAX_SIZE);
  if (*params->encode != '\0' && strcmp (params->encode, "jpeg") != 0
      && strcmp (params->encode, "png") != 0)
    return sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("Thumbnails cannot be written as “%s”"),
                       params->encode);
  return TRUE;
}

static gboolean
write_all (int fd, const guint8 *data, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

static int
seal (GBytes *file, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (file, &length);
  int fd = memfd_create ("sheaf-thumbnail", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd >= 0 && write_all (fd, data, length)
      && fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0)
    return fd;
  sheaf_fail (error, SHEAF_ERROR_FAILED, _ ("The thumbnail could not be handed over: %s"),
              g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

static int
hand_over_file (const SheafPicture *picture,
                const Params *params,
                GVariantDict *values,
                GError **error)
{
  g_autoptr (GBytes) file = strcmp (params->encode, "jpeg") == 0
                                ? sheaf_encode_jpeg (picture, params->quality, error)
                                : sheaf_encode_png (picture, params->text, error);

  if (file == NULL)
    return -1;
  g_variant_dict_insert (values, "length", "t", (guint64) g_bytes_get_size (file));
  g_variant_dict_insert (values, "width", "u", picture->width);
  g_variant_dict_insert (values, "height", "u", picture->height);
  g_variant_dict_insert (values, "source-width", "u", picture->source_width);
  g_variant_dict_insert (values, "source-height", "u", picture->source_height);
  return seal (file, error);
}

static int
hand_over_pixels (SheafPicture *picture, GVariantDict *values, GError **error)
{
  guint stride = picture->width * sheaf_colour_channels (picture->colour);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (SheafPixels) pixels = NULL;

  bytes = g_bytes_new_take (g_steal_pointer (&picture->pixels), (gsize) stride * picture->height);
  pixels = sheaf_pixels_new (picture->width, picture->height, stride,
                             picture->colour == SHEAF_COLOUR_RGBA, bytes, error);
  if (pixels == NULL)
    return -1;
  pixels->source_width = picture->source_width;
  pixels->source_height = picture->source_height;
  return sheaf_pixels_to_memfd (pixels, values, error);
}

static SheafPixbufClass
pixbuf_needed (SheafInput *input)
{
  /* What is wrong with an empty file, every class can tell. */
  if (input->length == 0 || !sheaf_needs_pixbuf (input))
    return SHEAF_PIXBUF_NONE;
  return sheaf_pixbuf_only_computes (input) ? SHEAF_PIXBUF_PLAIN : SHEAF_PIXBUF_ALL;
}

SheafReply *
sheaf_verb_thumbnail_run (SheafJob *job,
                          SheafProgressFunc progress,
                          gpointer progress_data,
                          GCancellable *cancellable,
                          GError **error)
{
  g_auto (Params) params = { .decode.size = DEFAULT_SIZE, .encode = "", .quality = 85 };
  g_auto (SheafInput) input = { .fd = -1 };
  g_auto (GVariantDict) values = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (SheafPicture) picture = NULL;
  SheafPixbufClass needed;
  int fd;

  g_return_val_if_fail (job != NULL, NULL);

  if (!params_read (&params, job->params, error) || !sheaf_input_init_fd (&input, job->fd, error))
    return NULL;
  needed = pixbuf_needed (&input);
  if (needed > pixbuf_here)
    {
      g_variant_dict_insert (
          &values, needed == SHEAF_PIXBUF_PLAIN ? "needs-loaders" : "needs-pixbuf", "b", TRUE);
      return sheaf_reply_new (g_variant_dict_end (&values), -1);
    }
  picture = sheaf_decode (&input, &params.decode, error);
  sheaf_input_clear (&input);
  if (picture == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  g_variant_dict_insert (&values, "format", "s", picture->format);
  g_variant_dict_insert (&values, "alpha", "b", picture->colour == SHEAF_COLOUR_RGBA);
  g_variant_dict_insert (&values, "preview", "b", picture->is_preview);
  fd = *params.encode != '\0' && !picture->is_preview
           ? hand_over_file (picture, &params, &values, error)
           : hand_over_pixels (picture, &values, error);
  return fd >= 0 ? sheaf_reply_new (g_variant_dict_end (&values), fd) : NULL;
}

void
sheaf_verb_thumbnail_set_pixbuf_class (SheafPixbufClass pixbuf_class)
{
  pixbuf_here = pixbuf_class;
}

static SheafPicture *
decode_bytes (const guint8 *data, gsize length)
{
  const SheafDecodeOptions options = { .size = DEFAULT_SIZE };
  g_auto (SheafInput) input = { .fd = -1 };
  g_autoptr (GError) error = NULL;
  SheafPicture *picture;

  sheaf_input_init_data (&input, data, length);
  picture = sheaf_decode (&input, &options, &error);
  if (picture == NULL)
    g_warning ("Warming up failed: %s", error->message);
  return picture;
}

/* A picture through every encoder, and what they made through its decoder. */
static void
warm_up_with (const SheafPicture *picture)
{
  g_autoptr (GBytes) jpeg = sheaf_encode_jpeg (picture, 85, NULL);
  g_autoptr (GBytes) png = sheaf_encode_png (picture, NULL, NULL);
  g_autoptr (SheafPicture) from_jpeg = NULL;
  g_autoptr (SheafPicture) from_png = NULL;
  gsize length;
  const guint8 *data;

  data = g_bytes_get_data (jpeg, &length);
  from_jpeg = decode_bytes (data, length);
  data = g_bytes_get_data (png, &length);
  from_png = decode_bytes (data, length);
}

void
sheaf_verb_thumbnail_warm_up (void)
{
  /* One pixel. */
  static const guint8 bmp[] = {
    'B', 'M', 58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24,
    0,   0,   0,  0, 0, 4, 0, 0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0,
  };
  guint8 pixel[3] = { 0 };
  const SheafPicture picture
      = { .colour = SHEAF_COLOUR_RGB, .width = 1, .height = 1, .pixels = pixel };

  /* Asked once, translations are in memory: ours and those of the system's errors. */
  g_debug ("Warming up: %s, %s", _ ("This is not a picture"), g_strerror (EINVAL));
  sheaf_profile_warm_up ();
  warm_up_with (&picture);
  /* One that starts processes may open files all its life, and would start one for each format. */
  if (pixbuf_here != SHEAF_PIXBUF_NONE && !sheaf_pixbuf_starts_processes ())
    {
      g_autoptr (SheafPicture) from_bmp = NULL;

      sheaf_pixbuf_warm_up (pixbuf_here == SHEAF_PIXBUF_ALL);
      from_bmp = decode_bytes (bmp, sizeof bmp);
    }
}
