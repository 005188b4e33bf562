/* scene-kit.c: noise, colours, a canvas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/scene-kit.h"

#include <string.h>

/* Noise repeats after so many steps; grain after so many pixels of a row, and each row begins
 * elsewhere.  A wash asks so often along the height, at most every so many pixels. */
#define LATTICE    256
#define GRAIN      4096
#define WASH_STEPS 240
#define WASH_MAX   4

typedef struct
{
  guint8 order[2 * LATTICE]; /* a permutation, twice */
  float values[LATTICE];
  SheafColour grain[2 * GRAIN]; /* -0.5 to 0.5, the same for each channel; twice */
} Tables;

static const Tables *
tables_get (void)
{
  static Tables tables;
  static gsize ready = 0;

  if (g_once_init_enter (&ready))
    {
      for (guint i = 0; i < LATTICE; i++)
        {
          tables.order[i] = (guint8) i;
          tables.values[i] = sheaf_scene_unit (77, i);
        }
      for (guint i = LATTICE - 1; i > 0; i--)
        {
          guint j = sheaf_scene_hash (i) % (i + 1);
          guint8 was = tables.order[i];

          tables.order[i] = tables.order[j];
          tables.order[j] = was;
        }
      memcpy (tables.order + LATTICE, tables.order, LATTICE);
      for (guint i = 0; i < 2 * GRAIN; i++)
        {
          float value = sheaf_scene_unit (78, i % GRAIN) - 0.5f;

          tables.grain[i] = (SheafColour){ value, value, value };
        }
      g_once_init_leave (&ready, 1);
    }
  return &tables;
}

static inline float
fade (float t)
{
  return t * t * t * (t * (t * 6 - 15) + 10);
}

static inline float
noise1 (const Tables *tables, float x, guint32 seed)
{
  int i = sheaf_floor (x);
  guint32 at = sheaf_scene_hash (seed);
  guint first = ((guint) i + at) % LATTICE;
  const guint8 *line = tables->order + first;
  guint turn = (at >> 8) % LATTICE;
  float a = tables->values[line[0] ^ turn], b = tables->values[line[1] ^ turn];

  return a + (b - a) * fade (x - (float) i);
}

static inline float
noise2 (const Tables *tables, float x, float y, guint32 seed)
{
  int i = sheaf_floor (x), j = sheaf_floor (y);
  float u = fade (x - (float) i), v = fade (y - (float) j);
  guint32 at = sheaf_scene_hash (seed);
  guint row = ((guint) j + at) % LATTICE, column = (guint) i + (at >> 8);
  const guint8 *top = tables->order + (column + tables->order[row]) % LATTICE;
  const guint8 *bottom = tables->order + (column + tables->order[row + 1]) % LATTICE;
  float a = tables->values[top[0]], b = tables->values[top[1]];
  float c = tables->values[bottom[0]], d = tables->values[bottom[1]];

  return a + (b - a) * u + (c - a) * v + (a - b - c + d) * u * v;
}

float
sheaf_scene_noise1 (float x, guint32 seed)
{
  return noise1 (tables_get (), x, seed);
}

float
sheaf_scene_noise2 (float x, float y, guint32 seed)
{
  return noise2 (tables_get (), x, y, seed);
}

float
sheaf_scene_fbm1 (float x, guint octaves, guint32 seed)
{
  const Tables *tables = tables_get ();
  float sum = 0, weight = 0.5f, total = 0;

  for (guint i = 0; i < octaves; i++)
    {
      sum += weight * noise1 (tables, x, seed + i);
      total += weight;
      weight *= 0.5f;
      x *= 2.03f;
    }
  return sum / total;
}

float
sheaf_scene_fbm2 (float x, float y, guint octaves, guint32 seed)
{
  const Tables *tables = tables_get ();
  float sum = 0, weight = 0.5f, total = 0;

  for (guint i = 0; i < octaves; i++)
    {
      float turned = 0.8f * x - 0.6f * y;

      sum += weight * noise2 (tables, x, y, seed + i);
      total += weight;
      weight *= 0.5f;
      y = 2.03f * (0.6f * x + 0.8f * y);
      x = 2.03f * turned;
    }
  return sum / total;
}

void
sheaf_field_init (SheafField *field, const SheafCanvas *canvas, SheafFieldFunc func, gpointer data)
{
  guint rows = CLAMP (canvas->height / 4, 64u, 200u);
  guint columns = (guint) (rows * canvas->aspect) + 1;

  /* One more than needed on each side: sheaf_field_row() reads a cell's four corners. */
  field->columns = columns + 2;
  field->rows = rows + 2;
  field->per_x = (float) columns / canvas->width;
  field->per_y = (float) rows / canvas->height;
  field->values = g_new (float, field->columns * field->rows);
  for (guint j = 0; j < field->rows; j++)
    for (guint i = 0; i < field->columns; i++)
      field->values[j * field->columns + i]
          = func (canvas->aspect * i / columns, (float) j / rows, data);
}

void
sheaf_field_clear (SheafField *field)
{
  g_clear_pointer (&field->values, g_free);
}

void
sheaf_field_row (const SheafField *field, guint row, guint width, float *values)
{
  float y = (float) row * field->per_y;
  guint j = (guint) y;
  float v = y - (float) j;
  const float *top = field->values + j * field->columns;
  const float *bottom = top + field->columns;
  g_autofree float *line = g_new (float, field->columns);

  for (guint i = 0; i < field->columns; i++)
    line[i] = top[i] + (bottom[i] - top[i]) * v;
  for (guint column = 0; column < width; column++)
    {
      float x = (float) column * field->per_x;
      guint i = (guint) x;

      values[column] = line[i] + (line[i + 1] - line[i]) * (x - (float) i);
    }
}

const SheafColour *
sheaf_scene_palette (guint32 n)
{
  static const guint32 hex[][5] = {
    { 0x0b132b, 0x1c2541, 0x3a506b, 0x5bc0be, 0xe9fffb }, /* fjord */
    { 0x2d1e2f, 0x5f2a41, 0xa23b52, 0xf08a5d, 0xffe3b3 }, /* ember */
    { 0x10211f, 0x1f4d45, 0x3f8f73, 0x9ad0a0, 0xf4f6dc }, /* fern */
    { 0x1a1033, 0x43277a, 0x8a4fbf, 0xe59cd8, 0xfff0f5 }, /* orchid */
    { 0x1d2021, 0x5c4033, 0xb5733a, 0xe9b872, 0xfdf3dc }, /* amber */
    { 0x012a4a, 0x01497c, 0x2a6f97, 0x61a5c2, 0xd9f0fa }, /* ocean */
    { 0x22223b, 0x4a4e69, 0x9a8c98, 0xc9ada7, 0xf2e9e4 }, /* stone */
    { 0x331832, 0x7d1d3f, 0xd81e5b, 0xf0936b, 0xfdf0d5 }, /* rose */
    { 0x0d1b1e, 0x1f3c4d, 0x2f7f86, 0xf2b950, 0xf9efd2 }, /* lagoon */
    { 0x14213d, 0x2f4b7c, 0xa05195, 0xf95d6a, 0xffc75f }, /* dusk */
    { 0x1b2a1b, 0x44572b, 0x8a9a3f, 0xdcc35a, 0xfff5cf }, /* meadow */
    { 0x191627, 0x2e3a6e, 0x5573c2, 0xa3c4f3, 0xf7fbff }, /* frost */
    { 0x2b0f0e, 0x7a2318, 0xc8502b, 0xf3a03f, 0xfbe8a6 }, /* canyon */
    { 0x0a2239, 0x1d6a72, 0x52b69a, 0xb5e48c, 0xf6ffe0 }, /* lichen */
  };
  static SheafPalette palettes[G_N_ELEMENTS (hex)];
  static gsize ready = 0;

  if (g_once_init_enter (&ready))
    {
      for (guint i = 0; i < G_N_ELEMENTS (hex); i++)
        for (guint j = 0; j < 5; j++)
          palettes[i][j] = sheaf_colour_hex (hex[i][j]);
      g_once_init_leave (&ready, 1);
    }
  return palettes[n % G_N_ELEMENTS (hex)];
}

static inline guint8
byte (float value)
{
  return (guint8) (int) MIN (MAX (value, 0.0f), 255.0f);
}

static inline const SheafColour *
grain_of_row (guint row)
{
  return tables_get ()->grain + sheaf_scene_hash (row) % GRAIN;
}

void
sheaf_canvas_put (SheafCanvas *canvas, guint column, guint row, SheafColour colour)
{
  guint8 *pixel = canvas->rgb + 3 * ((gsize) row * canvas->width + column);
  float grain = grain_of_row (row)[column % GRAIN].r * canvas->grain + 0.5f;

  pixel[0] = byte (colour.r * 255 + grain);
  pixel[1] = byte (colour.g * 255 + grain);
  pixel[2] = byte (colour.b * 255 + grain);
}

/* As many bytes as @n colours have channels. */
static void
put_channels (guint8 *bytes, const float *channels, const float *grain, float amount, guint n)
{
  for (guint i = 0; i < n; i++)
    bytes[i] = byte (channels[i] * 255 + grain[i] * amount + 0.5f);
}

void
sheaf_canvas_put_row (SheafCanvas *canvas, guint row, const SheafColour *line)
{
  guint8 *bytes = canvas->rgb + 3 * (gsize) row * canvas->width;
  const SheafColour *grain = grain_of_row (row);

  for (guint from = 0; from < canvas->width; from += GRAIN)
    put_channels (bytes + 3 * from, &line[from].r, &grain->r, canvas->grain,
                  3 * MIN (canvas->width - from, GRAIN));
}

SheafColour
sheaf_canvas_get (const SheafCanvas *canvas, guint column, guint row)
{
  const guint8 *pixel = canvas->rgb + 3 * ((gsize) row * canvas->width + column);

  return (SheafColour){ pixel[0] / 255.0f, pixel[1] / 255.0f, pixel[2] / 255.0f };
}

void
sheaf_canvas_glint (SheafCanvas *canvas, float x, float y, float radius, SheafColour light)
{
  float reach = 2.2f * radius;
  int left = MAX (0, sheaf_floor ((x - reach) / canvas->pixel));
  int top = MAX (0, sheaf_floor ((y - reach) / canvas->pixel));
  int right = MIN ((int) canvas->width, sheaf_floor ((x + reach) / canvas->pixel) + 2);
  int bottom = MIN ((int) canvas->height, sheaf_floor ((y + reach) / canvas->pixel) + 2);

  for (int row = top; row < bottom; row++)
    for (int column = left; column < right; column++)
      {
        guint8 *pixel = canvas->rgb + 3 * ((gsize) row * canvas->width + (gsize) column);
        float dx = (float) column * canvas->pixel - x, dy = (float) row * canvas->pixel - y;
        float shine = 255 * expf (-(dx * dx + dy * dy) / (radius * radius));

        pixel[0] = byte (pixel[0] + shine * light.r);
        pixel[1] = byte (pixel[1] + shine * light.g);
        pixel[2] = byte (pixel[2] + shine * light.b);
      }
}

static void
ask_row (const SheafCanvas *canvas,
         guint row,
         guint step,
         guint n,
         SheafWashFunc func,
         gpointer data,
         SheafColour *line)
{
  for (guint i = 0; i < n; i++)
    line[i] = func ((float) (i * step) * canvas->pixel, (float) row * canvas->pixel, data);
}

void
sheaf_canvas_wash (SheafCanvas *canvas, guint rows, SheafWashFunc func, gpointer data)
{
  guint step = CLAMP (canvas->height / WASH_STEPS, 1, WASH_MAX);
  guint cells = canvas->width / step + 1, n = cells + 1;
  g_autofree SheafColour *above = g_new (SheafColour, n), *below = g_new (SheafColour, n);
  g_autofree SheafColour *here = g_new (SheafColour, n);
  g_autofree SheafColour *line = g_new (SheafColour, cells * step);

  rows = MIN (rows, canvas->height);
  if (rows > 0)
    ask_row (canvas, 0, step, n, func, data, below);
  for (guint row = 0; row < rows; row++)
    {
      float down = (float) (row % step) / (float) step;
      SheafColour *out = line;

      if (row % step == 0)
        {
          SheafColour *spare = above;

          above = below;
          below = spare;
          ask_row (canvas, row + step, step, n, func, data, below);
        }
      for (guint i = 0; i < n; i++)
        here[i] = sheaf_colour_mix (above[i], below[i], down);
      for (guint cell = 0; cell < cells; cell++)
        for (guint k = 0; k < step; k++)
          *out++ = sheaf_colour_mix (here[cell], here[cell + 1], (float) k / (float) step);
      sheaf_canvas_put_row (canvas, row, line);
    }
}
