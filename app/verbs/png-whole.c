/* png-whole.c: ordinary PNG, inflated in one go
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/png-whole.h"

#ifdef HAVE_LIBDEFLATE

#include "app/verbs/exif.h"
#include "app/verbs/kernels.h"
#include "app/verbs/resize.h"

#include <libdeflate.h>
#include <string.h>

#define MAX_FILE    (24u << 20)
#define MAX_RAW     (56u << 20)
#define MAX_PROFILE (2u << 20)

enum
{
  GREY = 0,
  RGB = 2,
  PALETTE = 3,
  GREY_ALPHA = 4,
  RGBA = 6,
};

typedef struct
{
  SheafInput *input;
  guint width, height;
  guint type;
  guint bpp;
  guint8 palette[256 * 4];
  gboolean has_alpha;
  guint orientation;
  GBytes *profile;

  guint8 *packed; /* the data of all IDAT chunks, and one header behind it */
  gsize packed_length;
  guint8 *raw;
  guint8 *row;
} Whole;

static void
whole_clear (Whole *self)
{
  g_free (self->packed);
  g_free (self->raw);
  g_free (self->row);
  g_clear_pointer (&self->profile, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Whole, whole_clear)

static guint32
get32 (const guint8 *p)
{
  return (guint32) p[0] << 24 | (guint32) p[1] << 16 | (guint32) p[2] << 8 | p[3];
}

static gboolean
read_header (Whole *self)
{
  static const guint8 bpp_of_type[7] = { 1, 0, 3, 1, 2, 0, 4 };
  guint8 p[33];

  if (sheaf_input_read (self->input, 0, p, sizeof p) != sizeof p || get32 (p + 8) != 13
      || memcmp (p + 12, "IHDR", 4) != 0 || libdeflate_crc32 (0, p + 12, 17) != get32 (p + 29))
    return FALSE;
  self->width = get32 (p + 16);
  self->height = get32 (p + 20);
  self->type = p[25];
  if (p[24] != 8 || self->type > RGBA || p[26] != 0 || p[27] != 0 || p[28] != 0
      || !sheaf_check_size (self->width, self->height, NULL))
    return FALSE;
  self->bpp = bpp_of_type[self->type];
  self->has_alpha = self->type == RGBA || self->type == GREY_ALPHA;
  return self->bpp != 0
         && ((guint64) self->width * self->bpp + 1) * self->height + SHEAF_PNG_PADDING <= MAX_RAW;
}

static gboolean
read_palette (Whole *self, guint64 offset, gsize length)
{
  guint8 colours[256 * 3];

  if (length > sizeof colours || sheaf_input_read (self->input, offset, colours, length) != length)
    return FALSE;
  for (guint i = 0; i < 256; i++)
    {
      for (guint c = 0; c < 3; c++)
        self->palette[4 * i + c] = 3 * i + c < length ? colours[3 * i + c] : 0;
      self->palette[4 * i + 3] = 255;
    }
  return TRUE;
}

static gboolean
read_transparency (Whole *self, guint64 offset, gsize length)
{
  guint8 alphas[256];

  if (self->type != PALETTE || length > sizeof alphas
      || sheaf_input_read (self->input, offset, alphas, length) != length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    self->palette[4 * i + 3] = alphas[i];
  self->has_alpha = TRUE;
  return TRUE;
}

static void
read_exif (Whole *self, guint64 offset, gsize length)
{
  g_autofree guint8 *data = g_malloc (MIN (length, 65536));
  SheafExif exif;

  sheaf_exif_parse (&exif, data, sheaf_input_read (self->input, offset, data, MIN (length, 65536)));
  self->orientation = exif.orientation;
}

static void
read_profile (Whole *self, guint64 offset, gsize length)
{
  struct libdeflate_decompressor *inflater;
  g_autofree guint8 *packed = NULL;
  g_autofree guint8 *profile = NULL;
  const guint8 *name_end;
  gsize n, profile_length;

  if (length > MAX_PROFILE)
    return;
  packed = g_malloc (length + 1);
  profile = g_malloc (MAX_PROFILE);
  n = sheaf_input_read (self->input, offset, packed, length);
  name_end = memchr (packed, 0, MIN (n, 80));
  inflater = libdeflate_alloc_decompressor ();
  if (inflater != NULL && name_end != NULL && name_end + 2 < packed + n
      && libdeflate_zlib_decompress (inflater, name_end + 2, n - (gsize) (name_end + 2 - packed),
                                     profile, MAX_PROFILE, &profile_length)
             == LIBDEFLATE_SUCCESS)
    {
      g_clear_pointer (&self->profile, g_bytes_unref);
      self->profile = g_bytes_new (profile, profile_length);
    }
  if (inflater != NULL)
    libdeflate_free_decompressor (inflater);
}

static gboolean
read_other_chunk (Whole *self, const guint8 *type, guint64 offset, gsize length)
{
  if (memcmp (type, "PLTE", 4) == 0)
    return read_palette (self, offset, length);
  if (memcmp (type, "tRNS", 4) == 0)
    return read_transparency (self, offset, length);
  if (memcmp (type, "eXIf", 4) == 0)
    read_exif (self, offset, length);
  else if (memcmp (type, "iCCP", 4) == 0)
    read_profile (self, offset, length);
  return TRUE;
}

/* Every chunk up to the end; those of IDAT one behind another, each read with the header of the
 * next chunk, which the next one's data then overwrites. */
static gboolean
read_chunks (Whole *self)
{
  guint64 offset = 33 + 8;
  guint8 header[12];

  if (self->input->length > MAX_FILE
      || (self->packed = g_try_malloc (self->input->length + sizeof header)) == NULL
      || sheaf_input_read (self->input, 33, header + 4, 8) != 8)
    return FALSE;
  while (memcmp (header + 8, "IEND", 4) != 0)
    {
      gsize length = get32 (header + 4);

      if (length > self->input->length)
        return FALSE;
      if (memcmp (header + 8, "IDAT", 4) == 0)
        {
          gsize n;

          if (self->packed_length + length > self->input->length)
            return FALSE;
          n = sheaf_input_read (self->input, offset, self->packed + self->packed_length,
                                length + sizeof header);
          self->packed_length += length;
          if (n < length + sizeof header)
            return n >= length; /* cut behind the last of the data */
          memcpy (header, self->packed + self->packed_length, sizeof header);
        }
      else if (!read_other_chunk (self, header + 8, offset, length)
               || sheaf_input_read (self->input, offset + length, header, sizeof header)
                      != sizeof header)
        return FALSE;
      offset += length + sizeof header;
    }
  return self->packed_length > 0;
}

static gboolean
inflate_all (Whole *self)
{
  struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor ();
  gsize length = ((gsize) self->width * self->bpp + 1) * self->height;
  gsize done = 0;
  enum libdeflate_result result = LIBDEFLATE_BAD_DATA;

  self->raw = g_try_malloc (length + SHEAF_PNG_PADDING);
  if (inflater != NULL && self->raw != NULL)
    {
      memset (self->raw + length, 0, SHEAF_PNG_PADDING);
      result = libdeflate_zlib_decompress (inflater, self->packed, self->packed_length, self->raw,
                                           length, &done);
    }
  if (inflater != NULL)
    libdeflate_free_decompressor (inflater);
  g_clear_pointer (&self->packed, g_free);
  return result == LIBDEFLATE_SUCCESS && done == length;
}

static SheafColour
colour_of (const Whole *self)
{
  return self->has_alpha      ? SHEAF_COLOUR_RGBA
         : self->type == GREY ? SHEAF_COLOUR_GREY
                              : SHEAF_COLOUR_RGB;
}

/* Pixels of the file's kind into those of colour_of(). */
static const guint8 *
expand (Whole *self, const guint8 *in)
{
  guint8 *out = self->row;

  if (self->type == PALETTE && self->has_alpha)
    for (guint x = 0; x < self->width; x++, out += 4)
      memcpy (out, self->palette + 4 * in[x], 4);
  else if (self->type == PALETTE)
    for (guint x = 0; x < self->width; x++, out += 3)
      memcpy (out, self->palette + 4 * in[x], 3);
  else if (self->type == GREY_ALPHA)
    for (guint x = 0; x < self->width; x++, out += 4, in += 2)
      {
        out[0] = out[1] = out[2] = in[0];
        out[3] = in[1];
      }
  else
    return in;
  return self->row;
}

static gboolean
add_rows (Whole *self, SheafReducer *reducer)
{
  SheafUnfilterFunc unfilter = sheaf_kernels_get ()->unfilter;
  gsize n = (gsize) self->width * self->bpp;
  g_autofree guint8 *zeros = g_try_malloc0 (n + SHEAF_PNG_PADDING);
  const guint8 *above = zeros;
  guint8 *row = self->raw + 1;

  self->row = g_try_malloc_n (self->width, 4);
  if (zeros == NULL || self->row == NULL)
    return FALSE;
  for (guint y = 0; y < self->height; y++, row += n + 1)
    {
      guint filter = row[-1];

      if (filter > 4)
        return FALSE;
      if (filter != 0)
        unfilter (filter, row, above, n, self->bpp);
      sheaf_reducer_add_row (reducer, expand (self, row));
      above = row;
    }
  return TRUE;
}

SheafPicture *
sheaf_png_whole_decode (SheafInput *input, const SheafDecodeOptions *options)
{
  g_auto (Whole) self = { .input = input, .orientation = 1 };
  g_autoptr (SheafReducer) reducer = NULL;
  SheafPicture *picture;

  if (!read_header (&self) || !read_palette (&self, 0, 0) || !read_chunks (&self)
      || !inflate_all (&self))
    return NULL;
  reducer = sheaf_reducer_new (colour_of (&self), self.width, self.height, self.width, self.height,
                               options->size, NULL);
  if (reducer == NULL || !add_rows (&self, reducer))
    return NULL;
  picture = sheaf_reducer_finish (reducer, "png", NULL);
  if (picture != NULL)
    {
      picture->orientation = self.orientation;
      picture->profile = g_steal_pointer (&self.profile);
    }
  return picture;
}

#else

SheafPicture *
sheaf_png_whole_decode (SheafInput *input, const SheafDecodeOptions *options)
{
  return NULL;
}

#endif
