/* resize.c: boxes, then Lanczos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/resize.h"

#include "app/verbs/kernels.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <math.h>
#include <string.h>

#define LOBES         3
#define GAP           1.5
#define MAX_SIDE      32767 /* of what SheafPixels holds */
#define PHASES        512
#define MAX_BOX_BYTES (56u << 20)
#define MAX_BOX       256 /* 256 × 255 is the most a guint16 holds */

/* Which samples make one output sample. */
typedef struct
{
  guint first;
  guint n_taps;    /* true ones */
  gint16 *weights; /* @stride of them, the rest 0 */
} Taps;

typedef struct
{
  Taps *taps;
  gint16 *weights;
  guint stride;
} Filter;

struct _SheafReducer
{
  SheafColour colour;
  guint channels;
  guint width, height;
  guint out_width, out_height;
  guint box_x, box_y;
  guint boxes_x, boxes_y;

  double extent_x, extent_y;
  double mean_x, mean_y; /* of how many pixels each that comes is the mean */
  guint source_width, source_height;

  guint row;     /* rows that came */
  guint16 *sums; /* of the rows of the box row under way */
  guint8 *premultiplied;
  guint8 *boxes; /* boxes_x × boxes_y pixels */
};

static void
filter_clear (Filter *filter)
{
  g_free (filter->taps);
  g_free (filter->weights);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Filter, filter_clear)

void
sheaf_fit (guint width, guint height, guint size, guint *fitted_width, guint *fitted_height)
{
  guint longer = MAX (width, height);

  *fitted_width = width;
  *fitted_height = height;
  if (size == 0 && (guint64) width * height > SHEAF_MAX_FULL_PIXELS)
    size = (guint) (longer * sqrt (SHEAF_MAX_FULL_PIXELS / ((double) width * height)));
  if (size == 0)
    size = MAX_SIDE;
  if (longer <= size)
    return;
  *fitted_width = MAX (1, (guint) (((guint64) width * size * 2 + longer) / (2 * (guint64) longer)));
  *fitted_height
      = MAX (1, (guint) (((guint64) height * size * 2 + longer) / (2 * (guint64) longer)));
}

/* The kernel, PHASES values to each unit of it; sines are slow. */
static const float *
lanczos_table (void)
{
  static float table[LOBES * PHASES + 2];
  static gsize made;

  if (g_once_init_enter (&made))
    {
      table[0] = 1;
      for (guint i = 1; i < LOBES * PHASES; i++)
        {
          double x = G_PI * i / PHASES;

          table[i] = (float) (LOBES * sin (x) * sin (x / LOBES) / (x * x));
        }
      g_once_init_leave (&made, 1);
    }
  return table;
}

static double
lanczos (const float *table, double x)
{
  double place = fabs (x) * PHASES;
  guint i = (guint) place;

  return place < LOBES * PHASES ? table[i] + (place - i) * (table[i + 1] - table[i]) : 0;
}

/* The exact weights of one output sample.  Returns: their sum */
static double
weigh (
    const float *table, double *exact, const Taps *taps, double centre, double width, double lost)
{
  double sum = 0;

  /* One more on each side, moved up by one. */
  for (guint k = 0; k < taps->n_taps + 2; k++)
    exact[k] = lanczos (table, (taps->first + k - 0.5 - centre) / width);
  for (guint k = 0; k < taps->n_taps; k++)
    {
      exact[k] = (1 + 2 * lost) * exact[k + 1] - lost * (exact[k] + exact[k + 2]);
      sum += exact[k];
    }
  return sum;
}

/* Weights of each output sample, rounded so that their sum is exactly 1. */
static gboolean
filter_init (Filter *filter, guint n_in, double extent, double box, guint n_out)
{
  const float *table = lanczos_table ();
  double scale = extent / n_out;
  double width = MAX (scale, 1.0);
  /* A box passes 1 - (πf)² / 6 of what it should; a neighbour on each side makes up for it. */
  double lost = box > 1 ? (1 - 1 / (box * box)) / 24 : 0;
  guint max_taps = MIN ((guint) ceil (2 * LOBES * width) + 4, n_in);
  g_autofree double *exact = g_try_new (double, max_taps + 2);

  filter->stride = (max_taps + 7) & ~7u;
  filter->taps = g_try_new0 (Taps, n_out);
  filter->weights = g_try_malloc0_n ((gsize) n_out * filter->stride, sizeof (gint16));
  if (exact == NULL || filter->taps == NULL || filter->weights == NULL)
    return FALSE;

  for (guint i = 0; i < n_out; i++)
    {
      Taps *taps = &filter->taps[i];
      double centre = (i + 0.5) * scale;
      double first = MAX (floor (centre - LOBES * width) - (lost > 0), 0);
      double last = MIN (ceil (centre + LOBES * width) + (lost > 0), n_in);
      int left = 1 << SHEAF_WEIGHT_BITS;
      guint largest = 0;
      double sum;

      taps->first = MIN ((guint) first, n_in - 1);
      taps->n_taps = last > taps->first ? MIN ((guint) last - taps->first, max_taps) : 1;
      taps->weights = filter->weights + (gsize) i * filter->stride;
      sum = weigh (table, exact, taps, centre, width, lost);
      for (guint k = 0; k < taps->n_taps; k++)
        {
          double weight = fabs (sum) > 1e-6 ? exact[k] / sum : 1.0 / taps->n_taps;

          taps->weights[k] = (gint16) lrint (weight * (1 << SHEAF_WEIGHT_BITS));
          left -= taps->weights[k];
          if (taps->weights[k] > taps->weights[largest])
            largest = k;
        }
      taps->weights[largest] = (gint16) (taps->weights[largest] + left);
    }
  return TRUE;
}

/* One row into @bytes or @exact, whichever there is. */
static void
resize_row (const SheafSamples *samples,
            const gint16 *row,
            gint16 *plane,
            const Filter *filter,
            guint8 *bytes,
            gint16 *exact,
            guint width)
{
  const SheafKernels *kernels = sheaf_kernels_get ();
  guint channels = samples->channels;

  for (guint c = 0; c < channels; c++)
    {
      const gint16 *in = row;

      if (channels > 1)
        {
          for (guint x = 0; x < samples->width; x++)
            plane[x] = row[x * channels + c];
          in = plane;
        }
      for (guint x = 0; x < width; x++)
        {
          const Taps *taps = &filter->taps[x];
          int value
              = kernels->horizontal (in + taps->first, taps->weights, (taps->n_taps + 7) & ~7u);

          if (exact != NULL)
            exact[x * channels + c] = (gint16) CLAMP (value, G_MININT16, G_MAXINT16);
          else
            bytes[x * channels + c] = (guint8) CLAMP (
                (value + (1 << (SHEAF_SAMPLE_BITS - 1))) >> SHEAF_SAMPLE_BITS, 0, 255);
        }
    }
}

static gboolean
resize (const SheafSamples *samples,
        guint8 *bytes,
        gint16 *exact,
        guint width,
        guint height,
        GError **error)
{
  const SheafKernels *kernels = sheaf_kernels_get ();
  gsize row_length = (gsize) samples->width * samples->channels;
  g_auto (Filter) across = { NULL };
  g_auto (Filter) down = { NULL };
  g_autofree const guint8 **rows = NULL;
  g_autofree gint16 *row = NULL;
  g_autofree gint16 *plane = NULL;

  if (!filter_init (&across, samples->width, samples->extent_x, samples->box_x, width)
      || !filter_init (&down, samples->height, samples->extent_y, samples->box_y, height)
      || (row = g_try_new0 (gint16, row_length + SHEAF_KERNEL_PADDING)) == NULL
      || (plane = g_try_new0 (gint16, (gsize) samples->width + SHEAF_KERNEL_PADDING)) == NULL
      || (rows = g_try_new0 (const guint8 *, down.stride)) == NULL)
    return sheaf_fail (error, SHEAF_ERROR_TOO_LARGE,
                       _ ("There is not enough memory for this picture"));

  for (guint y = 0; y < height; y++)
    {
      const Taps *taps = &down.taps[y];
      guint n_taps = (taps->n_taps + 1) & ~1u;
      gsize offset = (gsize) y * width * samples->channels;

      /* An odd last tap gets a companion of weight 0. */
      for (guint k = 0; k < n_taps; k++)
        rows[k] = samples->pixels + (taps->first + MIN (k, taps->n_taps - 1)) * samples->stride;
      kernels->vertical (rows, taps->weights, n_taps, row, row_length);
      resize_row (samples, row, plane, &across, bytes != NULL ? bytes + offset : NULL,
                  exact != NULL ? exact + offset : NULL, width);
    }
  return TRUE;
}

gboolean
sheaf_resize (const SheafSamples *samples, guint8 *out, guint width, guint height, GError **error)
{
  g_return_val_if_fail (samples->width > 0 && samples->height > 0, FALSE);
  g_return_val_if_fail (width > 0 && height > 0, FALSE);

  return resize (samples, out, NULL, width, height, error);
}

gboolean
sheaf_resize_exact (
    const SheafSamples *samples, gint16 *out, guint width, guint height, GError **error)
{
  g_return_val_if_fail (samples->width > 0 && samples->height > 0, FALSE);
  g_return_val_if_fail (width > 0 && height > 0, FALSE);

  return resize (samples, NULL, out, width, height, error);
}

static guint
box_for (guint in, guint out)
{
  return CLAMP ((guint) (in / (GAP * out)), 1, MAX_BOX);
}

static gboolean
reducer_allocate (SheafReducer *self)
{
  gsize row = (gsize) self->width * self->channels;

  self->box_x = box_for (self->width, self->out_width);
  self->box_y = box_for (self->height, self->out_height);
  while (TRUE)
    {
      self->boxes_x = (self->width + self->box_x - 1) / self->box_x;
      self->boxes_y = (self->height + self->box_y - 1) / self->box_y;
      if ((guint64) self->boxes_x * self->boxes_y * self->channels <= MAX_BOX_BYTES)
        break;
      self->box_x = MIN (self->box_x + 1, MAX_BOX);
      self->box_y = MIN (self->box_y + 1, MAX_BOX);
    }
  self->boxes = g_try_malloc0_n ((gsize) self->boxes_x * self->channels, self->boxes_y);
  self->sums = g_try_new0 (guint16, row);
  if (self->colour == SHEAF_COLOUR_RGBA)
    self->premultiplied = g_try_malloc (row);
  return self->boxes != NULL && self->sums != NULL
         && (self->premultiplied != NULL || self->colour != SHEAF_COLOUR_RGBA);
}

SheafReducer *
sheaf_reducer_new (SheafColour colour,
                   guint width,
                   guint height,
                   guint source_width,
                   guint source_height,
                   guint size,
                   GError **error)
{
  g_autoptr (SheafReducer) self = g_new0 (SheafReducer, 1);

  g_return_val_if_fail (width > 0 && height > 0, NULL);

  self->colour = colour;
  self->channels = sheaf_colour_channels (colour);
  self->width = width;
  self->height = height;
  self->extent_x = width;
  self->extent_y = height;
  self->mean_x = self->mean_y = 1;
  self->source_width = source_width;
  self->source_height = source_height;
  sheaf_fit (source_width, source_height, size, &self->out_width, &self->out_height);
  if (!reducer_allocate (self))
    {
      sheaf_fail (error, SHEAF_ERROR_TOO_LARGE, _ ("There is not enough memory for this picture"));
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
sheaf_reducer_set_extent (SheafReducer *self, double extent_x, double extent_y)
{
  self->extent_x = extent_x;
  self->extent_y = extent_y;
}

void
sheaf_reducer_set_box (SheafReducer *self, double box_x, double box_y)
{
  self->mean_x = box_x;
  self->mean_y = box_y;
}

void
sheaf_reducer_free (SheafReducer *self)
{
  g_free (self->sums);
  g_free (self->premultiplied);
  g_free (self->boxes);
  g_free (self);
}

static const guint8 *
premultiply (SheafReducer *self, const guint8 *row)
{
  guint8 all = 255;

  for (guint x = 0; x < self->width; x++)
    all &= row[4 * x + 3];
  if (all == 255)
    return row;
  for (guint x = 0; x < self->width; x++)
    {
      const guint8 *in = row + 4 * x;
      guint8 *out = self->premultiplied + 4 * x;

      for (guint c = 0; c < 3; c++)
        {
          guint product = in[c] * in[3] + 128;

          out[c] = (guint8) ((product + (product >> 8)) >> 8);
        }
      out[3] = in[3];
    }
  return self->premultiplied;
}

static void
unpremultiply (guint8 *pixels, gsize n_pixels)
{
  for (gsize i = 0; i < n_pixels; i++, pixels += 4)
    if (pixels[3] == 0)
      pixels[0] = pixels[1] = pixels[2] = 0;
    else if (pixels[3] < 255)
      for (guint c = 0; c < 3; c++)
        pixels[c] = (guint8) MIN ((pixels[c] * 255u + pixels[3] / 2) / pixels[3], 255);
}

/* The means of boxes; @channels is a number known where this is inlined.  Halves go up and down by
 * turns, or the whole picture would be brighter. */
static G_ALWAYS_INLINE inline void
average_boxes (const guint16 *in,
               guint8 *out,
               guint n_boxes,
               guint width,
               guint rows,
               guint channels,
               guint turn)
{
  const guint area = width * rows;
  /* Exact: no sum has more than 24 bits, no area more than 17. */
  const guint64 reciprocal = (((guint64) 1 << 48) + area - 1) / area;

  for (guint box = 0; box < n_boxes; box++, in += width * channels)
    for (guint c = 0; c < channels; c++)
      {
        guint sum = (area - ((box ^ turn) & 1)) / 2;

        for (guint x = 0; x < width; x++)
          sum += in[x * channels + c];
        *out++ = (guint8) ((sum * reciprocal) >> 48);
      }
}

static void
average_row (const SheafReducer *self,
             const guint16 *in,
             guint8 *out,
             guint n_boxes,
             guint width,
             guint rows,
             guint turn)
{
  if (self->channels == 1)
    average_boxes (in, out, n_boxes, width, rows, 1, turn);
  else if (self->channels == 3)
    average_boxes (in, out, n_boxes, width, rows, 3, turn);
  else
    average_boxes (in, out, n_boxes, width, rows, 4, turn);
}

/* A row of boxes is full; the last of it may be narrower. */
static void
end_boxes (SheafReducer *self, guint n_rows)
{
  guint8 *out
      = self->boxes + (gsize) ((self->row - 1) / self->box_y) * self->boxes_x * self->channels;
  guint n_whole = self->width / self->box_x, rest = self->width % self->box_x;
  guint turn = self->row / self->box_y;

  average_row (self, self->sums, out, n_whole, self->box_x, n_rows, turn);
  if (rest > 0)
    average_row (self, self->sums + (gsize) n_whole * self->box_x * self->channels,
                 out + (gsize) n_whole * self->channels, 1, rest, n_rows, turn ^ n_whole);
  memset (self->sums, 0, (gsize) self->width * self->channels * sizeof (guint16));
}

/* Rows of one row of boxes. */
static void
add_to_boxes (SheafReducer *self, const guint8 *rows, gsize stride, guint n_rows)
{
  gsize length = (gsize) self->width * self->channels;

  if (self->box_x == 1 && self->box_y == 1)
    {
      memcpy (self->boxes + self->row * length, rows, length);
      self->row++;
      return;
    }
  sheaf_kernels_get ()->accumulate (self->sums, rows, stride, n_rows, length);
  self->row += n_rows;
  if (self->row % self->box_y == 0)
    end_boxes (self, self->box_y);
  else if (self->row == self->height)
    end_boxes (self, self->row % self->box_y);
}

void
sheaf_reducer_add_rows (SheafReducer *self, const guint8 *rows, gsize stride, guint n_rows)
{
  guint n;

  n_rows = MIN (n_rows, self->height - self->row);
  for (; n_rows > 0; n_rows -= n, rows += n * stride)
    if (self->colour == SHEAF_COLOUR_RGBA)
      {
        n = 1;
        add_to_boxes (self, premultiply (self, rows), stride, n);
      }
    else
      {
        n = MIN (n_rows, self->box_y - self->row % self->box_y);
        add_to_boxes (self, rows, stride, n);
      }
}

void
sheaf_reducer_add_row (SheafReducer *self, const guint8 *row)
{
  sheaf_reducer_add_rows (self, row, 0, 1);
}

static void
end_last_boxes (SheafReducer *self)
{
  if (self->row % self->box_y != 0 && self->row < self->height)
    end_boxes (self, self->row % self->box_y);
}

static SheafSamples
boxes_as_samples (const SheafReducer *self)
{
  return (SheafSamples){
    .pixels = self->boxes,
    .width = self->boxes_x,
    .height = self->boxes_y,
    .stride = (gsize) self->boxes_x * self->channels,
    .channels = self->channels,
    .extent_x = self->extent_x / self->box_x,
    .extent_y = self->extent_y / self->box_y,
    .box_x = self->box_x * self->mean_x,
    .box_y = self->box_y * self->mean_y,
  };
}

gboolean
sheaf_reducer_finish_exact (SheafReducer *self, gint16 *out, GError **error)
{
  SheafSamples samples;

  end_last_boxes (self);
  samples = boxes_as_samples (self);
  return sheaf_resize_exact (&samples, out, self->out_width, self->out_height, error);
}

SheafPicture *
sheaf_reducer_finish (SheafReducer *self, const char *format, GError **error)
{
  g_autoptr (SheafPicture) picture = NULL;

  end_last_boxes (self);
  if (self->out_width == self->boxes_x && self->out_height == self->boxes_y
      && self->extent_x == self->width && self->extent_y == self->height)
    {
      /* Nothing left to do, and it may be large. */
      picture = sheaf_picture_take (format, self->colour, self->out_width, self->out_height,
                                    g_steal_pointer (&self->boxes));
    }
  else
    {
      SheafSamples samples = boxes_as_samples (self);

      picture = sheaf_picture_new (format, self->colour, self->out_width, self->out_height, error);
      if (picture == NULL
          || !sheaf_resize (&samples, picture->pixels, picture->width, picture->height, error))
        return NULL;
    }
  picture->source_width = self->source_width;
  picture->source_height = self->source_height;
  if (self->colour == SHEAF_COLOUR_RGBA)
    unpremultiply (picture->pixels, (gsize) picture->width * picture->height);
  return g_steal_pointer (&picture);
}
