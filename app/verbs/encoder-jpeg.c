/* encoder-jpeg.c: a small picture as a JPEG file, by libjpeg
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/encoder.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <stdio.h>

#include <jpeglib.h>
#include <setjmp.h>
#include <stdlib.h>

typedef struct
{
  struct jpeg_error_mgr base;
  jmp_buf jump;
} ErrorManager;

typedef struct
{
  struct jpeg_compress_struct info;
  ErrorManager manager;
  unsigned char *file;
  unsigned long length;
  guint channels;
  guint8 *flat; /* one row without alpha */
} Encoder;

static void
on_error (j_common_ptr info)
{
  ErrorManager *manager = (ErrorManager *) info->err;

  longjmp (manager->jump, 1);
}

static void
on_message (j_common_ptr info)
{
}

/* RGBA onto white. */
static const guint8 *
flatten (const guint8 *row, guint width, guint8 *out)
{
  guint8 *start = out;

  for (guint x = 0; x < width; x++, row += 4)
    for (guint c = 0; c < 3; c++)
      *out++ = (guint8) ((row[c] * row[3] + 255 * (255 - row[3]) + 127) / 255);
  return start;
}

static gboolean
compress (Encoder *self, const SheafPicture *picture, guint quality)
{
  struct jpeg_compress_struct *info = &self->info;

  if (setjmp (self->manager.jump) != 0)
    return FALSE;
  jpeg_create_compress (info);
  jpeg_mem_dest (info, &self->file, &self->length);
  info->image_width = picture->width;
  info->image_height = picture->height;
  info->input_components = 3;
  info->in_color_space = JCS_RGB;
  jpeg_set_defaults (info);
  jpeg_set_quality (info, (int) CLAMP (quality, 1, 100), TRUE);
  jpeg_start_compress (info, TRUE);
  while (info->next_scanline < info->image_height)
    {
      const guint8 *row
          = picture->pixels + (gsize) info->next_scanline * picture->width * self->channels;
      JSAMPROW rows[1]
          = { (JSAMPROW) (self->channels == 4 ? flatten (row, picture->width, self->flat) : row) };

      jpeg_write_scanlines (info, rows, 1);
    }
  jpeg_finish_compress (info);
  return TRUE;
}

GBytes *
sheaf_encode_jpeg (const SheafPicture *picture, guint quality, GError **error)
{
  Encoder self = { .file = NULL };
  gboolean done;

  self.info.err = jpeg_std_error (&self.manager.base);
  self.manager.base.error_exit = on_error;
  self.manager.base.output_message = on_message;
  self.channels = sheaf_colour_channels (picture->colour);
  self.flat = g_malloc_n (picture->width, 3);
  done = compress (&self, picture, quality);
  jpeg_destroy_compress (&self.info);
  g_free (self.flat);
  if (!done)
    {
      free (self.file);
      sheaf_fail (error, SHEAF_ERROR_FAILED, _ ("The thumbnail could not be written as JPEG"));
      return NULL;
    }
  return g_bytes_new_with_free_func (self.file, self.length, free, self.file);
}
