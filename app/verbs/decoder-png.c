/* decoder-png.c: PNG row by row through libpng, where png-whole.h does not take it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows go into the reducer as they come, so a picture of any height needs the memory of a small
 * one; only an interlaced one has to be held whole. */
#include "config.h"

#include "app/verbs/decoder.h"

#include "app/verbs/exif.h"
#include "app/verbs/png-whole.h"
#include "app/verbs/resize.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <png.h>
#include <setjmp.h>

#define MAX_INTERLACED_BYTES (80u << 20)
#define MAX_CHUNK_BYTES      (8u << 20)

typedef struct
{
  SheafInput *input;
  guint64 offset;
  guint size;
  png_structp png;
  png_infop info;
  guint width, height;
  gsize row_length;
  guint8 *pixels; /* one row, or all of them */
  guint rows_read;
  SheafReducer *reducer;
  GError *error;
} Reader;

static void
on_error (png_structp png, png_const_charp message)
{
  Reader *self = png_get_error_ptr (png);

  if (self->error == NULL)
    sheaf_fail (&self->error, SHEAF_ERROR_DECODE, _ ("The picture is damaged: %s"), message);
  png_longjmp (png, 1);
}

static void
on_warning (png_structp png, png_const_charp message)
{
}

static void
on_read (png_structp png, png_bytep data, size_t length)
{
  Reader *self = png_get_io_ptr (png);

  if (sheaf_input_read (self->input, self->offset, data, length) != length)
    png_error (png, "it ends too early");
  self->offset += length;
}

static gboolean
fail_for_memory (Reader *self)
{
  return sheaf_fail (&self->error, SHEAF_ERROR_TOO_LARGE,
                     _ ("There is not enough memory for this picture"));
}

/* 8 bits a channel, grey, RGB or RGBA, whatever the file has. */
static gboolean
start (Reader *self)
{
  png_structp png = self->png;
  png_infop info = self->info;
  SheafColour colour = SHEAF_COLOUR_RGB;
  gboolean has_alpha;
  guint passes;

  png_set_read_fn (png, self, on_read);
  png_set_user_limits (png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max (png, MAX_CHUNK_BYTES);
  png_set_crc_action (png, PNG_CRC_WARN_USE, PNG_CRC_WARN_DISCARD);
  png_read_info (png, info);
  self->width = png_get_image_width (png, info);
  self->height = png_get_image_height (png, info);
  if (!sheaf_check_size (self->width, self->height, &self->error))
    return FALSE;

  has_alpha = (png_get_color_type (png, info) & PNG_COLOR_MASK_ALPHA) != 0
              || png_get_valid (png, info, PNG_INFO_tRNS) != 0;
  png_set_expand (png);
  png_set_scale_16 (png);
  if (has_alpha)
    {
      png_set_gray_to_rgb (png);
      colour = SHEAF_COLOUR_RGBA;
    }
  else if ((png_get_color_type (png, info) & PNG_COLOR_MASK_COLOR) == 0)
    colour = SHEAF_COLOUR_GREY;
  passes = (guint) png_set_interlace_handling (png);
  png_read_update_info (png, info);

  self->row_length = png_get_rowbytes (png, info);
  if (self->row_length != (gsize) self->width * sheaf_colour_channels (colour))
    return sheaf_fail (&self->error, SHEAF_ERROR_DECODE, _ ("The picture is of an unknown kind"));
  if (passes > 1 && (guint64) self->row_length * self->height > MAX_INTERLACED_BYTES)
    return fail_for_memory (self);
  self->reducer = sheaf_reducer_new (colour, self->width, self->height, self->width, self->height,
                                     self->size, &self->error);
  if (self->reducer == NULL)
    return FALSE;
  self->pixels = g_try_malloc0_n (self->row_length, passes > 1 ? self->height : 1);
  return self->pixels != NULL || fail_for_memory (self);
}

/* Rows until the last, or until they cannot be read. */
static void
read_rows (Reader *self)
{
  if (setjmp (png_jmpbuf (self->png)) != 0)
    return;
  if (png_get_interlace_type (self->png, self->info) == PNG_INTERLACE_NONE)
    for (; self->rows_read < self->height; self->rows_read++)
      {
        png_read_row (self->png, self->pixels, NULL);
        sheaf_reducer_add_row (self->reducer, self->pixels);
      }
  else
    for (guint pass = 0; pass < 7; pass++)
      for (guint y = 0; y < self->height; y++, self->rows_read++)
        /* Each pixel as large as the pass has it: a cut file shows all of the picture, coarsely. */
        png_read_row (self->png, NULL, self->pixels + y * self->row_length);
}

static gboolean
open_and_start (Reader *self)
{
  self->png = png_create_read_struct (PNG_LIBPNG_VER_STRING, self, on_error, on_warning);
  self->info = self->png != NULL ? png_create_info_struct (self->png) : NULL;
  if (self->info == NULL)
    return fail_for_memory (self);
  if (setjmp (png_jmpbuf (self->png)) != 0)
    return FALSE;
  return start (self);
}

static void
take_metadata (Reader *self, SheafPicture *picture)
{
  png_charp name;
  int compression;
  png_bytep data = NULL;
  png_uint_32 length;

  if (png_get_iCCP (self->png, self->info, &name, &compression, &data, &length) != 0)
    picture->profile = g_bytes_new (data, length);
#ifdef PNG_eXIf_SUPPORTED
  if (png_get_eXIf_1 (self->png, self->info, &length, &data) != 0)
    {
      SheafExif exif;

      sheaf_exif_parse (&exif, data, length);
      picture->orientation = exif.orientation;
    }
#endif
}

static SheafPicture *
finish (Reader *self)
{
  SheafPicture *picture;

  if (self->rows_read == 0)
    return NULL;
  if (png_get_interlace_type (self->png, self->info) != PNG_INTERLACE_NONE)
    for (guint y = 0; y < self->height; y++)
      sheaf_reducer_add_row (self->reducer, self->pixels + y * self->row_length);
  /* What was read of a cut file is shown. */
  g_clear_error (&self->error);
  picture = sheaf_reducer_finish (self->reducer, "png", &self->error);
  if (picture != NULL)
    take_metadata (self, picture);
  return picture;
}

SheafPicture *
sheaf_decode_png (SheafInput *input, const SheafDecodeOptions *options, GError **error)
{
  Reader self = { .input = input, .size = options->size };
  SheafPicture *picture = sheaf_png_whole_decode (input, options);

  if (picture != NULL)
    return picture;
  if (open_and_start (&self))
    {
      read_rows (&self);
      picture = finish (&self);
    }
  png_destroy_read_struct (&self.png, &self.info, NULL);
  g_clear_pointer (&self.reducer, sheaf_reducer_free);
  g_free (self.pixels);
  if (self.error != NULL)
    g_propagate_error (error, self.error);
  return picture;
}
