/* exif.c: the two things in EXIF that a thumbnail wants
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two directories of twelve-byte entries; the offsets in them may be anything. */
#include "config.h"

#include "app/verbs/exif.h"

#include <string.h>

#define TAG_ORIENTATION      0x0112
#define TAG_THUMBNAIL        0x0201
#define TAG_THUMBNAIL_LENGTH 0x0202
#define TYPE_SHORT           3

typedef struct
{
  const guint8 *data;
  gsize length;
  gboolean big_endian;
} Tiff;

static guint
get16 (const Tiff *tiff, gsize offset)
{
  const guint8 *p = tiff->data + offset;

  if (offset > tiff->length || tiff->length - offset < 2)
    return 0;
  return tiff->big_endian ? (guint) p[0] << 8 | p[1] : (guint) p[1] << 8 | p[0];
}

static guint32
get32 (const Tiff *tiff, gsize offset)
{
  guint32 first = get16 (tiff, offset), second = get16 (tiff, offset + 2);

  return tiff->big_endian ? first << 16 | second : second << 16 | first;
}

/* Returns: the offset of the next directory */
static gsize
read_directory (const Tiff *tiff, gsize offset, guint32 *values, const guint *tags, guint n_tags)
{
  guint n = get16 (tiff, offset);

  for (guint i = 0; i < n; i++)
    {
      gsize entry = offset + 2 + 12 * (gsize) i;

      for (guint t = 0; t < n_tags; t++)
        if (get16 (tiff, entry) == tags[t])
          values[t] = get16 (tiff, entry + 2) == TYPE_SHORT ? get16 (tiff, entry + 8)
                                                            : get32 (tiff, entry + 8);
    }
  return get32 (tiff, offset + 2 + 12 * (gsize) n);
}

void
sheaf_exif_parse (SheafExif *exif, const guint8 *data, gsize length)
{
  static const guint first_tags[] = { TAG_ORIENTATION };
  static const guint second_tags[] = { TAG_THUMBNAIL, TAG_THUMBNAIL_LENGTH };
  guint32 orientation = 1, thumbnail[2] = { 0, 0 };
  Tiff tiff;
  gsize prefix = 0, next;

  *exif = (SheafExif){ .orientation = 1 };
  if (length < 8)
    return;
  if (length >= 6 && memcmp (data, "Exif\0\0", 6) == 0)
    prefix = 6;
  tiff = (Tiff){ .data = data + prefix, .length = length - prefix };
  if (tiff.length < 8)
    return;
  tiff.big_endian = tiff.data[0] == 'M';
  if (memcmp (tiff.data, tiff.big_endian ? "MM\0*" : "II*\0", 4) != 0)
    return;

  next = read_directory (&tiff, get32 (&tiff, 4), &orientation, first_tags, 1);
  if (orientation >= 1 && orientation <= 8)
    exif->orientation = orientation;
  if (next != 0)
    read_directory (&tiff, next, thumbnail, second_tags, 2);
  if (thumbnail[0] > 0 && thumbnail[0] < tiff.length && thumbnail[1] > 0
      && thumbnail[1] <= tiff.length - thumbnail[0])
    {
      exif->thumbnail = prefix + thumbnail[0];
      exif->thumbnail_length = thumbnail[1];
    }
}
