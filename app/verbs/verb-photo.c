/* verb-photo.c: find EXIF in the file, and in that the little that a person asks for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libexif reads it.  It is old, and has had its share of holes: so it is given one block of bounded
 * length, in the sandbox, and what it says is taken by its raw values, never by its own words. */
#include "config.h"

#include "app/verbs/verb-photo.h"

#include "app/verbs/input.h"
#include "app/verbs/jpeg-header.h"

#include <string.h>

#ifdef HAVE_EXIF
#include <libexif/exif-data.h>
#endif

#define HEADER      "Exif\0\0"
#define HEADER_SIZE 6
#define MAX_LENGTH  65536 /* what a segment of a JPEG file can hold */
#define MAX_TEXT    512
#define MAX_CHUNKS  1000

#ifdef HAVE_EXIF
static ExifEntry *
get_entry (ExifData *data, ExifIfd ifd, ExifTag tag)
{
  ExifEntry *entry = exif_content_get_entry (data->ifd[ifd], tag);

  return entry != NULL && entry->data != NULL && entry->components > 0 ? entry : NULL;
}

static void
put_text (ExifData *data, ExifIfd ifd, ExifTag tag, GVariantDict *values, const char *key)
{
  ExifEntry *entry = get_entry (data, ifd, tag);
  g_autofree char *text = NULL;

  if (entry == NULL || entry->format != EXIF_FORMAT_ASCII)
    return;
  text = g_utf8_make_valid (
      (const char *) entry->data,
      (gssize) strnlen ((const char *) entry->data, MIN (entry->size, MAX_TEXT)));
  if (*text != '\0')
    g_variant_dict_insert (values, key, "s", text);
}

static void
put_ratio (ExifData *data, ExifTag tag, GVariantDict *values, const char *key)
{
  ExifEntry *entry = get_entry (data, EXIF_IFD_EXIF, tag);
  ExifRational ratio;

  if (entry == NULL || entry->format != EXIF_FORMAT_RATIONAL || entry->size < sizeof ratio)
    return;
  ratio = exif_get_rational (entry->data, exif_data_get_byte_order (data));
  if (ratio.numerator > 0 && ratio.denominator > 0)
    g_variant_dict_insert (values, key, "d", (double) ratio.numerator / ratio.denominator);
}

static void
put_count (ExifData *data, ExifTag tag, GVariantDict *values, const char *key)
{
  ExifEntry *entry = get_entry (data, EXIF_IFD_EXIF, tag);
  ExifByteOrder order = exif_data_get_byte_order (data);
  guint count = 0;

  if (entry == NULL)
    return;
  if (entry->format == EXIF_FORMAT_SHORT && entry->size >= 2)
    count = exif_get_short (entry->data, order);
  else if (entry->format == EXIF_FORMAT_LONG && entry->size >= 4)
    count = exif_get_long (entry->data, order);
  if (count > 0)
    g_variant_dict_insert (values, key, "u", count);
}

void
sheaf_photo_read (const guint8 *exif, gsize length, GVariantDict *values)
{
  g_autofree guint8 *block = NULL;
  gboolean headed = length >= HEADER_SIZE && memcmp (exif, HEADER, HEADER_SIZE) == 0;
  gsize before = headed ? 0 : HEADER_SIZE;
  ExifData *data = exif_data_new ();

  if (data == NULL)
    return;
  length = MIN (length, MAX_LENGTH);
  block = g_malloc (before + length);
  memcpy (block, HEADER, before);
  memcpy (block + before, exif, length);
  /* Or it would add what the file does not say. */
  exif_data_unset_option (data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
  exif_data_load_data (data, block, (unsigned) (before + length));

  put_text (data, EXIF_IFD_0, EXIF_TAG_MAKE, values, "make");
  put_text (data, EXIF_IFD_0, EXIF_TAG_MODEL, values, "model");
  put_text (data, EXIF_IFD_EXIF, EXIF_TAG_LENS_MODEL, values, "lens");
  put_text (data, EXIF_IFD_EXIF, EXIF_TAG_DATE_TIME_ORIGINAL, values, "taken");
  put_ratio (data, EXIF_TAG_EXPOSURE_TIME, values, "exposure");
  put_ratio (data, EXIF_TAG_FNUMBER, values, "aperture");
  put_ratio (data, EXIF_TAG_FOCAL_LENGTH, values, "focal-length");
  put_count (data, EXIF_TAG_ISO_SPEED_RATINGS, values, "sensitivity");
  put_count (data, EXIF_TAG_FOCAL_LENGTH_IN_35MM_FILM, values, "focal-length-35mm");
  exif_data_unref (data);
}
#else
void
sheaf_photo_read (const guint8 *exif, gsize length, GVariantDict *values)
{
}
#endif

/* PNG and RIFF are chunks of a name and a length behind a head of fixed size. */
static GBytes *
read_chunk (SheafInput *input, gboolean is_png)
{
  guint64 offset = is_png ? 8 : 12;
  guint8 head[8];

  for (guint i = 0; i < MAX_CHUNKS && sheaf_input_read (input, offset, head, 8) == 8; i++)
    {
      const guint8 *name = is_png ? head + 4 : head, *p = is_png ? head : head + 4;
      guint64 length = is_png ? (guint) p[0] << 24 | (guint) p[1] << 16 | (guint) p[2] << 8 | p[3]
                              : (guint) p[3] << 24 | (guint) p[2] << 16 | (guint) p[1] << 8 | p[0];

      offset += 8;
      if (memcmp (name, is_png ? "eXIf" : "EXIF", 4) == 0)
        {
          guint8 *data = g_malloc (MAX_LENGTH);

          return g_bytes_new_take (
              data, sheaf_input_read (input, offset, data, MIN (length, MAX_LENGTH)));
        }
      offset += is_png ? length + 4 : length + (length & 1);
    }
  return NULL;
}

static GBytes *
find_exif (SheafInput *input)
{
  g_auto (SheafJpeg) jpeg = { .width = 0 };
  guint8 head[12] = { 0 };

  sheaf_input_read (input, 0, head, sizeof head);
  if (memcmp (head, "\x89PNG\r\n\x1a\n", 8) == 0)
    return read_chunk (input, TRUE);
  if (memcmp (head, "RIFF", 4) == 0 && memcmp (head + 8, "WEBP", 4) == 0)
    return read_chunk (input, FALSE);
  sheaf_jpeg_open (&jpeg, input);
  return g_steal_pointer (&jpeg.exif_data);
}

SheafReply *
sheaf_verb_photo_run (SheafJob *job,
                      SheafProgressFunc progress,
                      gpointer progress_data,
                      GCancellable *cancellable,
                      GError **error)
{
  g_auto (SheafInput) input = { .fd = -1 };
  g_auto (GVariantDict) values = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GBytes) exif = NULL;

  g_return_val_if_fail (job != NULL, NULL);

  if (!sheaf_input_init_fd (&input, job->fd, error))
    return NULL;
  exif = find_exif (&input);
  if (exif != NULL)
    {
      gsize length;
      const guint8 *data = g_bytes_get_data (exif, &length);

      sheaf_photo_read (data, length, &values);
    }
  return sheaf_reply_new (g_variant_dict_end (&values), -1);
}

void
sheaf_verb_photo_warm_up (void)
{
  /* An order of bytes that there is not, which the library says in the language of the person. */
  static const guint8 odd[] = "XX\0*\0\0\0\10\0\0\0\0\0\0\0";
  g_auto (GVariantDict) values = G_VARIANT_DICT_INIT (NULL);

  sheaf_photo_read (odd, sizeof odd, &values);
}
