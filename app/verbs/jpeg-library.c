/* jpeg-library.c: JPEG through libjpeg's scaled decoding
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/jpeg-library.h"

#include "app/verbs/resize.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>
#include <setjmp.h>

#define CHUNK 65536

/* Decoded to no less than this many times the size asked for. */
#define GAP 1.5

/* A progressive file is held as coefficients. */
#define MAX_COEFFICIENT_BYTES (88u << 20)

/* Scans of nothing cost the file nothing and the reader a lot. */
#define MAX_SCANS 300

/* Reading more of a progressive file may change a sample by no more than about this / 8. */
#define EXACT_ENOUGH 12

typedef struct
{
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  jmp_buf jump;

  SheafInput *input;
  guint64 offset;
  guint size;
  GError *error;
  SheafReducer *reducer;
  guint8 *chunk;
  guint8 *row;
} Library;

static void
on_error (j_common_ptr info)
{
  Library *self = info->client_data;
  char message[JMSG_LENGTH_MAX];

  if (self->error == NULL)
    {
      info->err->format_message (info, message);
      sheaf_fail (&self->error,
                  info->err->msg_code == JERR_OUT_OF_MEMORY ? SHEAF_ERROR_TOO_LARGE
                                                            : SHEAF_ERROR_DECODE,
                  _ ("The picture is damaged: %s"), message);
    }
  longjmp (self->jump, 1);
}

static void
on_message (j_common_ptr info, int level)
{
}

static void
on_source (j_decompress_ptr info)
{
}

static boolean
on_fill (j_decompress_ptr info)
{
  static const guint8 end[] = { 0xff, JPEG_EOI };
  Library *self = info->client_data;
  gsize n = sheaf_input_read (self->input, self->offset, self->chunk, CHUNK);

  self->offset += n;
  self->source.next_input_byte = n > 0 ? self->chunk : end;
  self->source.bytes_in_buffer = n > 0 ? n : sizeof end;
  return TRUE;
}

static void
on_skip (j_decompress_ptr info, long count)
{
  Library *self = info->client_data;

  if (count <= 0)
    return;
  if ((gsize) count > self->source.bytes_in_buffer)
    {
      self->offset += (gsize) count - self->source.bytes_in_buffer;
      on_fill (info);
      return;
    }
  self->source.next_input_byte += count;
  self->source.bytes_in_buffer -= (gsize) count;
}

static gboolean
check_memory (Library *self)
{
  const struct jpeg_decompress_struct *info = &self->info;
  guint64 bytes = 0;

  if (!sheaf_check_size (info->image_width, info->image_height, &self->error))
    return FALSE;
  if (!jpeg_has_multiple_scans (&self->info))
    return TRUE;
  for (int i = 0; i < info->num_components; i++)
    bytes += (guint64) (info->comp_info[i].width_in_blocks + 4)
             * (info->comp_info[i].height_in_blocks + 4) * DCTSIZE2 * sizeof (JCOEF);
  if (bytes > MAX_COEFFICIENT_BYTES)
    return sheaf_fail (&self->error, SHEAF_ERROR_TOO_LARGE,
                       _ ("The picture is too large: %.0f × %.0f pixels"),
                       (double) info->image_width, (double) info->image_height);
  return TRUE;
}

/* The smallest of 1/8, 1/4, 1/2, 1 that leaves enough; those have quick transforms. */
static guint
choose_scale (const Library *self, guint width, guint height)
{
  guint scale = 1;

  if (self->size == 0)
    return 8;
  while (scale < 8
         && (self->info.image_width * scale < GAP * 8 * width
             || self->info.image_height * scale < GAP * 8 * height))
    scale *= 2;
  return scale;
}

/* Whether the low coefficients of every component are known well enough for that scale. */
static gboolean
is_exact (const Library *self, guint scale)
{
  static const guint8 zigzag_count[9] = { 0, 1, 5, 0, 25, 0, 0, 0, 64 };
  static const guint8 row_of_zigzag[25]
      = { 0, 0, 1, 2, 1, 0, 0, 1, 2, 3, 4, 3, 2, 1, 0, 0, 1, 2, 3, 4, 5, 6, 5, 4, 3 };
  static const guint8 column_of_zigzag[25]
      = { 0, 1, 0, 0, 1, 2, 3, 2, 1, 0, 0, 1, 2, 3, 4, 5, 4, 3, 2, 1, 0, 0, 1, 2, 3 };

  if (scale > 4)
    return FALSE;
  for (int i = 0; i < self->info.num_components; i++)
    {
      const jpeg_component_info *component = &self->info.comp_info[i];

      if (component->quant_table == NULL)
        return FALSE;
      for (guint k = 0; k < zigzag_count[scale]; k++)
        {
          guint place = row_of_zigzag[k] * DCTSIZE + column_of_zigzag[k];
          int bits = self->info.coef_bits[i][k];

          if (row_of_zigzag[k] >= scale || column_of_zigzag[k] >= scale)
            continue;
          if (bits < 0
              || ((1 << bits) - 1) * component->quant_table->quantval[place] > EXACT_ENOUGH)
            return FALSE;
        }
    }
  return TRUE;
}

static void
read_scans (Library *self, guint scale)
{
  struct jpeg_decompress_struct *info = &self->info;
  int status;

  do
    {
      status = jpeg_consume_input (info);
      if (info->input_scan_number > MAX_SCANS)
        ERREXIT (info, JERR_BAD_PROGRESSION);
    }
  while (status != JPEG_REACHED_EOI
         && !(status == JPEG_SCAN_COMPLETED && info->coef_bits != NULL && is_exact (self, scale)));
}

static gboolean
start (Library *self)
{
  struct jpeg_decompress_struct *info = &self->info;
  guint width, height;
  SheafColour colour = SHEAF_COLOUR_RGB;

  jpeg_read_header (info, TRUE);
  if (!check_memory (self))
    return FALSE;
  sheaf_fit (info->image_width, info->image_height, self->size, &width, &height);
  info->scale_num = choose_scale (self, width, height);
  info->scale_denom = 8;
  info->out_color_space = JCS_RGB;
  if (info->num_components == 1)
    {
      info->out_color_space = JCS_GRAYSCALE;
      colour = SHEAF_COLOUR_GREY;
    }
  else if (info->num_components == 4)
    {
      info->out_color_space = JCS_CMYK;
      colour = SHEAF_COLOUR_CMYK;
    }
  info->buffered_image = jpeg_has_multiple_scans (info);
  jpeg_start_decompress (info);
  if (info->buffered_image)
    {
      read_scans (self, info->scale_num);
      jpeg_start_output (info, info->input_scan_number);
    }

  self->reducer
      = sheaf_reducer_new (colour, info->output_width, info->output_height, info->image_width,
                           info->image_height, self->size, &self->error);
  if (self->reducer == NULL)
    return FALSE;
  sheaf_reducer_set_extent (self->reducer, info->image_width * info->scale_num / 8.0,
                            info->image_height * info->scale_num / 8.0);
  self->row = g_try_malloc_n (info->output_width, (gsize) info->output_components);
  return self->row != NULL;
}

/* Adobe writes how much of each ink is missing. */
static void
invert (guint8 *row, gsize n)
{
  for (gsize i = 0; i < n; i++)
    row[i] = (guint8) (255 - row[i]);
}

static gboolean
run (Library *self)
{
  struct jpeg_decompress_struct *info = &self->info;

  if (setjmp (self->jump) != 0)
    return FALSE;
  jpeg_create_decompress (info);
  info->src = &self->source;
  if (!start (self))
    return FALSE;
  while (info->output_scanline < info->output_height)
    {
      JSAMPROW rows[1] = { self->row };

      if (jpeg_read_scanlines (info, rows, 1) != 1)
        break;
      if (info->num_components == 4 && info->saw_Adobe_marker)
        invert (self->row, (gsize) info->output_width * 4);
      sheaf_reducer_add_row (self->reducer, self->row);
    }
  return TRUE;
}

SheafPicture *
sheaf_jpeg_library_decode (SheafInput *input, const SheafDecodeOptions *options, GError **error)
{
  Library self = { .input = input, .size = options->size };
  SheafPicture *picture = NULL;

  self.info.err = jpeg_std_error (&self.errors);
  self.info.client_data = &self;
  self.errors.error_exit = on_error;
  self.errors.emit_message = on_message;
  self.source.init_source = self.source.term_source = on_source;
  self.source.fill_input_buffer = on_fill;
  self.source.skip_input_data = on_skip;
  self.source.resync_to_restart = jpeg_resync_to_restart;
  self.chunk = g_malloc (CHUNK);
  if (run (&self))
    picture = sheaf_reducer_finish (self.reducer, "jpeg", &self.error);
  jpeg_destroy_decompress (&self.info);
  g_clear_pointer (&self.reducer, sheaf_reducer_free);
  g_free (self.row);
  g_free (self.chunk);
  if (self.error != NULL)
    g_propagate_error (error, self.error);
  else if (picture == NULL)
    sheaf_fail (error, SHEAF_ERROR_TOO_LARGE, _ ("There is not enough memory for this picture"));
  return picture;
}
