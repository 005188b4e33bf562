/* jpeg-header.c: what stands in a JPEG file before, between and instead of its scans
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/jpeg-header.h"

#define MAX_PROFILE (4u << 20)

enum
{
  SOF0 = 0xc0,
  SOF2 = 0xc2,
  DHT = 0xc4,
  SOI = 0xd8,
  EOI = 0xd9,
  SOS = 0xda,
  DQT = 0xdb,
  DRI = 0xdd,
  APP0 = 0xe0,
  APP1 = 0xe1,
  APP2 = 0xe2,
  APP14 = 0xee,
};

static guint
get16 (const guint8 *p)
{
  return (guint) p[0] << 8 | p[1];
}

static guint
blocks_for (guint pixels, guint part, guint whole)
{
  guint samples = (guint) (((guint64) pixels * part + whole - 1) / whole);

  return (samples + 7) / 8;
}

static gboolean
read_frame (SheafJpeg *self, const guint8 *p, gsize length)
{
  if (self->frame != 0 || length < 6 || length < 6 + 3 * (gsize) p[5] || p[5] == 0
      || p[5] > SHEAF_JPEG_MAX_COMPONENTS)
    return FALSE;
  self->precision = p[0];
  self->height = get16 (p + 1);
  self->width = get16 (p + 3);
  self->n_components = p[5];
  if (self->precision != 8 || self->width == 0 || self->height == 0)
    return FALSE;

  self->h_max = self->v_max = 1;
  for (guint i = 0; i < self->n_components; i++)
    {
      SheafJpegComponent *component = &self->components[i];
      const guint8 *q = p + 6 + 3 * i;

      component->id = q[0];
      component->h = q[1] >> 4;
      component->v = q[1] & 15;
      component->quantiser = q[2];
      if (component->h < 1 || component->h > 4 || component->v < 1 || component->v > 4
          || component->quantiser > 3)
        return FALSE;
      self->h_max = MAX (self->h_max, component->h);
      self->v_max = MAX (self->v_max, component->v);
    }
  self->mcus_x = (self->width + 8 * self->h_max - 1) / (8 * self->h_max);
  self->mcus_y = (self->height + 8 * self->v_max - 1) / (8 * self->v_max);
  for (guint i = 0; i < self->n_components; i++)
    {
      SheafJpegComponent *component = &self->components[i];

      component->blocks_x = blocks_for (self->width, component->h, self->h_max);
      component->blocks_y = blocks_for (self->height, component->v, self->v_max);
      component->padded_x = self->mcus_x * component->h;
      component->padded_y = self->mcus_y * component->v;
      component->extent_x = (double) self->width * component->h / self->h_max / 8;
      component->extent_y = (double) self->height * component->v / self->v_max / 8;
    }
  return TRUE;
}

static gboolean
read_quantisers (SheafJpeg *self, const guint8 *p, gsize length)
{
  static const guint zigzag_of_low[SHEAF_JPEG_N_LOW] = { 0, 1, 2, 4 };

  while (length > 0)
    {
      guint wide = p[0] >> 4, which = p[0] & 15;
      gsize size = 1 + (wide ? 128 : 64);

      if (wide > 1 || which > 3 || length < size)
        return FALSE;
      for (guint i = 0; i < SHEAF_JPEG_N_LOW; i++)
        self->quantisers[which][i]
            = (guint16) (wide ? get16 (p + 1 + 2 * zigzag_of_low[i]) : p[1 + zigzag_of_low[i]]);
      self->has_quantiser[which] = TRUE;
      for (guint i = 0; i < SHEAF_JPEG_N_LOW; i++)
        self->has_quantiser[which] &= self->quantisers[which][i] <= 255;
      p += size;
      length -= size;
    }
  return TRUE;
}

/* Tables stay from picture to picture: most cameras write the same ones, and making them costs. */
static gboolean
read_huffman (SheafJpeg *self, const guint8 *p, gsize length)
{
  static _Thread_local SheafHuffman tables[2][4];

  while (length > 0)
    {
      guint kind = p[0] >> 4, which = p[0] & 15, n = 0;

      if (kind > 1 || which > 3 || length < 17)
        return FALSE;
      for (guint i = 0; i < 16; i++)
        n += p[1 + i];
      if (n > 256 || length < 17 + n || !sheaf_huffman_set (&tables[kind][which], p + 1, p + 17, n))
        return FALSE;
      (kind == 0 ? self->dc : self->ac)[which] = &tables[kind][which];
      p += 17 + n;
      length -= 17 + n;
    }
  return TRUE;
}

static gboolean
read_scan (SheafJpeg *self, const guint8 *p, gsize length)
{
  SheafJpegScan *scan = &self->scan;
  guint n_blocks = 0;

  *scan = (SheafJpegScan){ .n_components = length > 0 ? p[0] : 0 };
  if (scan->n_components < 1 || scan->n_components > self->n_components
      || length != 4 + 2 * (gsize) scan->n_components)
    return FALSE;
  for (guint i = 0; i < scan->n_components; i++)
    {
      guint place = 0, dc = p[2 + 2 * i] >> 4, ac = p[2 + 2 * i] & 15;

      while (place < self->n_components && self->components[place].id != p[1 + 2 * i])
        place++;
      if (place == self->n_components || dc > 3 || ac > 3)
        return FALSE;
      for (guint j = 0; j < i; j++)
        if (scan->components[j] == place)
          return FALSE;
      scan->components[i] = place;
      scan->dc[i] = self->dc[dc];
      scan->ac[i] = self->ac[ac];
      n_blocks += self->components[place].h * self->components[place].v;
    }
  p += length - 3;
  scan->first = p[0];
  scan->last = p[1];
  scan->high = p[2] >> 4;
  scan->low = p[2] & 15;
  return (scan->n_components == 1 || n_blocks <= 10) && scan->first <= scan->last
         && scan->last <= 63 && scan->low <= 13;
}

static void
read_exif (SheafJpeg *self, const guint8 *p, gsize length)
{
  if (self->exif_data != NULL || length < 6 || memcmp (p, "Exif\0\0", 6) != 0)
    return;
  self->exif_data = g_bytes_new (p, length);
  sheaf_exif_parse (&self->exif, p, length);
}

/* Chunks come in order, or the profile is not worth the trouble. */
static void
read_profile (SheafJpeg *self, const guint8 *p, gsize length)
{
  if (length < 14 || memcmp (p, "ICC_PROFILE", 12) != 0 || p[12] != self->profile_chunks + 1)
    return;
  if (self->profile == NULL)
    self->profile = g_byte_array_new ();
  if (self->profile->len + length > MAX_PROFILE)
    return;
  g_byte_array_append (self->profile, p + 14, (guint) length - 14);
  self->profile_chunks++;
}

static gboolean
read_segment (SheafJpeg *self, guint8 marker, const guint8 *p, gsize length)
{
  switch (marker)
    {
    case SOF0:
    case SOF0 + 1:
    case SOF2:
      if (!read_frame (self, p, length))
        return FALSE;
      self->frame = marker;
      return TRUE;
    case DHT:
      return read_huffman (self, p, length);
    case DQT:
      return read_quantisers (self, p, length);
    case DRI:
      self->restart_interval = length >= 2 ? get16 (p) : 0;
      return length >= 2;
    case SOS:
      return self->frame != 0 && read_scan (self, p, length);
    case APP0:
      self->jfif |= length >= 5 && memcmp (p, "JFIF", 5) == 0;
      return TRUE;
    case APP1:
      read_exif (self, p, length);
      return TRUE;
    case APP2:
      read_profile (self, p, length);
      return TRUE;
    case APP14:
      if (length >= 12 && memcmp (p, "Adobe", 5) == 0)
        self->adobe_transform = p[11];
      return TRUE;
    default:
      /* Other frames: arithmetic, lossless, hierarchical. */
      return marker >= 0xe0 || !(marker >= SOF0 && marker <= 0xcf);
    }
}

gboolean
sheaf_jpeg_next_scan (SheafJpeg *self, gboolean in_scan)
{
  guint8 marker;

  while ((marker = sheaf_jpeg_stream_next_marker (&self->stream, in_scan)) != 0 && marker != EOI)
    {
      const guint8 *p = sheaf_jpeg_stream_need (&self->stream, 2);
      gsize length = p != NULL ? get16 (p) : 0;

      in_scan = FALSE;
      if (length < 2 || (p = sheaf_jpeg_stream_need (&self->stream, length)) == NULL
          || !read_segment (self, marker, p + 2, length - 2))
        return FALSE;
      sheaf_jpeg_stream_skip (&self->stream, length);
      if (marker == SOS)
        return TRUE;
    }
  return FALSE;
}

gboolean
sheaf_jpeg_open (SheafJpeg *self, SheafInput *input)
{
  const guint8 *p;

  *self = (SheafJpeg){ .adobe_transform = -1, .exif.orientation = 1 };
  if (!sheaf_jpeg_stream_init (&self->stream, input)
      || (p = sheaf_jpeg_stream_need (&self->stream, 2)) == NULL || p[0] != 0xff || p[1] != SOI)
    return FALSE;
  sheaf_jpeg_stream_skip (&self->stream, 2);
  return sheaf_jpeg_next_scan (self, FALSE);
}

void
sheaf_jpeg_clear (SheafJpeg *self)
{
  sheaf_jpeg_stream_clear (&self->stream);
  for (guint i = 0; i < SHEAF_JPEG_MAX_COMPONENTS; i++)
    {
      g_clear_pointer (&self->components[i].plane, g_free);
      g_clear_pointer (&self->components[i].low, g_free);
    }
  g_clear_pointer (&self->exif_data, g_bytes_unref);
  g_clear_pointer (&self->profile, g_byte_array_unref);
}
