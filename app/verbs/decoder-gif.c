/* decoder-gif.c: the first picture of a GIF, by giflib
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GIF is where hostile animations are: nothing behind the first picture is even read. */
#include "config.h"

#include "app/verbs/decoder.h"

#ifdef HAVE_GIF

#include "app/verbs/resize.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <gif_lib.h>
#include <string.h>

/* An interlaced picture is held whole, a byte a pixel. */
#define MAX_PICTURE_BYTES (80u << 20)

#define NO_COLOUR (-1)

typedef struct
{
  SheafInput *input;
  guint64 offset;
  GifFileType *gif;
  int transparent;
  guint width, height; /* of the canvas */
  guint8 *lines;       /* the picture's, one or all */
  guint8 *row;         /* the canvas's, RGBA */
} Gif;

static int
on_read (GifFileType *gif, GifByteType *buffer, int count)
{
  Gif *self = gif->UserData;
  gsize n = sheaf_input_read (self->input, self->offset, buffer, (gsize) MAX (count, 0));

  self->offset += n;
  return (int) n;
}

static gboolean
fail (GError **error)
{
  return sheaf_fail (error, SHEAF_ERROR_DECODE, _ ("The picture is damaged"));
}

static gboolean
fail_for_memory (GError **error)
{
  return sheaf_fail (error, SHEAF_ERROR_TOO_LARGE,
                     _ ("There is not enough memory for this picture"));
}

/* Of the blocks before a picture, only which colour is none matters. */
static gboolean
read_extension (Gif *self)
{
  GifByteType *block;
  int code;

  if (DGifGetExtension (self->gif, &code, &block) == GIF_ERROR)
    return FALSE;
  while (block != NULL)
    {
      GraphicsControlBlock control;

      if (code == GRAPHICS_EXT_FUNC_CODE && block[0] == 4
          && DGifExtensionToGCB (block[0], block + 1, &control) == GIF_OK)
        self->transparent = control.TransparentColor;
      if (DGifGetExtensionNext (self->gif, &block) == GIF_ERROR)
        return FALSE;
    }
  return TRUE;
}

static gboolean
find_picture (Gif *self)
{
  GifRecordType record;

  while (DGifGetRecordType (self->gif, &record) == GIF_OK && record != TERMINATE_RECORD_TYPE)
    {
      if (record == IMAGE_DESC_RECORD_TYPE)
        return DGifGetImageDesc (self->gif) == GIF_OK;
      if (record == EXTENSION_RECORD_TYPE && !read_extension (self))
        return FALSE;
    }
  return FALSE;
}

/* A canvas smaller than its picture occurs, and means the picture. */
static gboolean
check_canvas (Gif *self, GError **error)
{
  const GifImageDesc *picture = &self->gif->Image;

  self->width = (guint) MAX (self->gif->SWidth, picture->Left + picture->Width);
  self->height = (guint) MAX (self->gif->SHeight, picture->Top + picture->Height);
  return (picture->Width > 0 && picture->Height > 0 && picture->Left >= 0 && picture->Top >= 0)
             ? sheaf_check_size (self->width, self->height, error)
             : fail (error);
}

static void
draw_line (Gif *self, const ColorMapObject *colours, const guint8 *line)
{
  const GifImageDesc *picture = &self->gif->Image;
  guint8 *out = self->row + 4 * (gsize) picture->Left;

  for (int x = 0; x < picture->Width; x++, out += 4)
    {
      guint index = line[x];

      if ((int) index == self->transparent)
        {
          memset (out, 0, 4);
          continue;
        }
      if (index >= (guint) colours->ColorCount)
        index = 0;
      out[0] = colours->Colors[index].Red;
      out[1] = colours->Colors[index].Green;
      out[2] = colours->Colors[index].Blue;
      out[3] = 255;
    }
}

/* Lines in their order in the file.  Returns: how many there were */
static guint
read_interlaced (Gif *self)
{
  static const guint starts[] = { 0, 4, 2, 1 }, steps[] = { 8, 8, 4, 2 };
  guint width = (guint) self->gif->Image.Width, height = (guint) self->gif->Image.Height;
  guint n = 0;

  for (guint pass = 0; pass < 4; pass++)
    for (guint y = starts[pass]; y < height; y += steps[pass], n++)
      if (DGifGetLine (self->gif, self->lines + (gsize) y * width, (int) width) == GIF_ERROR)
        return n;
  return n;
}

static gboolean
add_rows (Gif *self, SheafReducer *reducer, GError **error)
{
  const GifImageDesc *picture = &self->gif->Image;
  const ColorMapObject *colours = picture->ColorMap ? picture->ColorMap : self->gif->SColorMap;
  gsize width = (gsize) picture->Width;
  guint n_lines = picture->Interlace ? (guint) picture->Height : 1, n_read = 0;

  if (colours == NULL)
    return fail (error);
  if (width * n_lines > MAX_PICTURE_BYTES
      || (self->lines = g_try_malloc0_n (width, n_lines)) == NULL
      || (self->row = g_try_malloc0_n (self->width, 4)) == NULL)
    return fail_for_memory (error);
  if (picture->Interlace && (n_read = read_interlaced (self)) == 0)
    return fail (error);

  for (guint y = 0; y < self->height; y++)
    {
      guint line = y - (guint) picture->Top;

      memset (self->row, 0, 4 * (gsize) self->width);
      if (y >= (guint) picture->Top && line < (guint) picture->Height)
        {
          if (picture->Interlace)
            draw_line (self, colours, self->lines + line * width);
          else if (DGifGetLine (self->gif, self->lines, (int) width) == GIF_OK)
            {
              draw_line (self, colours, self->lines);
              n_read++;
            }
          else
            break;
        }
      sheaf_reducer_add_row (reducer, self->row);
    }
  return n_read > 0 || fail (error);
}

static SheafPicture *
decode (Gif *self, const SheafDecodeOptions *options, GError **error)
{
  g_autoptr (SheafReducer) reducer = NULL;

  if (!find_picture (self))
    {
      fail (error);
      return NULL;
    }
  if (!check_canvas (self, error))
    return NULL;
  reducer = sheaf_reducer_new (SHEAF_COLOUR_RGBA, self->width, self->height, self->width,
                               self->height, options->size, error);
  return reducer != NULL && add_rows (self, reducer, error)
             ? sheaf_reducer_finish (reducer, "gif", error)
             : NULL;
}

SheafPicture *
sheaf_decode_gif (SheafInput *input, const SheafDecodeOptions *options, GError **error)
{
  Gif self = { .input = input, .transparent = NO_COLOUR };
  SheafPicture *picture = NULL;
  int code;

  self.gif = DGifOpen (&self, on_read, &code);
  if (self.gif != NULL)
    {
      picture = decode (&self, options, error);
      DGifCloseFile (self.gif, &code);
    }
  else
    fail (error);
  g_free (self.lines);
  g_free (self.row);
  return picture;
}

#endif
