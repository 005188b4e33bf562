/* scene-kit.c: noise, colours, a canvas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/scene-kit.h"

#include <math.h>

guint32
sheaf_scene_hash (guint32 n)
{
  n ^= n >> 16;
  n *= 0x7feb352du;
  n ^= n >> 15;
  n *= 0x846ca68bu;
  n ^= n >> 16;
  return n;
}

float
sheaf_scene_unit (guint32 seed, guint32 n)
{
  return (float) (sheaf_scene_hash (seed * 0x9e3779b9u + n) >> 8) / 16777216.0f;
}

float
sheaf_scene_between (guint32 seed, guint32 n, float low, float high)
{
  return low + (high - low) * sheaf_scene_unit (seed, n);
}

static inline float
lattice (int x, int y, guint32 seed)
{
  guint32 n = (guint32) x * 0x8da6b343u + (guint32) y * 0xd8163841u + seed * 0xcb1ab31fu;

  n ^= n >> 15;
  n *= 0x2c1b3c6du;
  n ^= n >> 12;
  n *= 0x297a2d39u;
  n ^= n >> 15;
  return (float) (n >> 8) / 16777216.0f;
}

static inline float
fade (float t)
{
  return t * t * t * (t * (t * 6 - 15) + 10);
}

float
sheaf_scene_noise1 (float x, guint32 seed)
{
  float floor_x = floorf (x);
  int i = (int) floor_x;
  float a = lattice (i, 0, seed), b = lattice (i + 1, 0, seed);

  return a + (b - a) * fade (x - floor_x);
}

float
sheaf_scene_noise2 (float x, float y, guint32 seed)
{
  float floor_x = floorf (x), floor_y = floorf (y);
  int i = (int) floor_x, j = (int) floor_y;
  float u = fade (x - floor_x), v = fade (y - floor_y);
  float a = lattice (i, j, seed), b = lattice (i + 1, j, seed);
  float c = lattice (i, j + 1, seed), d = lattice (i + 1, j + 1, seed);

  return a + (b - a) * u + (c - a) * v + (a - b - c + d) * u * v;
}

float
sheaf_scene_fbm1 (float x, guint octaves, guint32 seed)
{
  float sum = 0, weight = 0.5f, total = 0;

  for (guint i = 0; i < octaves; i++)
    {
      sum += weight * sheaf_scene_noise1 (x, seed + i);
      total += weight;
      weight *= 0.5f;
      x *= 2.03f;
    }
  return sum / total;
}

float
sheaf_scene_fbm2 (float x, float y, guint octaves, guint32 seed)
{
  float sum = 0, weight = 0.5f, total = 0;

  for (guint i = 0; i < octaves; i++)
    {
      float turned = 0.8f * x - 0.6f * y;

      sum += weight * sheaf_scene_noise2 (x, y, seed + i);
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
  guint rows = CLAMP (canvas->height / 3, 96u, 280u);
  guint columns = (guint) (rows * canvas->aspect) + 1;

  /* One more than needed on each side: sheaf_field_at() reads a cell's four corners. */
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

float
sheaf_field_at (const SheafField *field, guint column, guint row)
{
  float x = column * field->per_x, y = row * field->per_y;
  guint i = (guint) x, j = (guint) y;
  float u = x - i, v = y - j;
  const float *top = field->values + j * field->columns + i;
  const float *bottom = top + field->columns;

  return (top[0] + (top[1] - top[0]) * u) * (1 - v) + (bottom[0] + (bottom[1] - bottom[0]) * u) * v;
}

SheafColour
sheaf_colour_hex (guint32 rgb)
{
  return (SheafColour){ ((rgb >> 16) & 255) / 255.0f, ((rgb >> 8) & 255) / 255.0f,
                        (rgb & 255) / 255.0f };
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

SheafColour
sheaf_colour_mix (SheafColour a, SheafColour b, float t)
{
  return (SheafColour){ a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t };
}

SheafColour
sheaf_colour_scale (SheafColour colour, float by)
{
  return (SheafColour){ colour.r * by, colour.g * by, colour.b * by };
}

SheafColour
sheaf_colour_ramp (const SheafColour *stops, guint n_stops, float t)
{
  float at = sheaf_clamp01 (t) * (n_stops - 1);
  guint i = MIN ((guint) at, n_stops - 2);

  return sheaf_colour_mix (stops[i], stops[i + 1], at - i);
}

float
sheaf_clamp01 (float x)
{
  return x < 0 ? 0 : x > 1 ? 1 : x;
}

float
sheaf_smoothstep (float from, float to, float x)
{
  float t = sheaf_clamp01 ((x - from) / (to - from));

  return t * t * (3 - 2 * t);
}

static inline guint8
byte (float value, float grain)
{
  float scaled = value * 255.0f + grain;

  return scaled <= 0 ? 0 : scaled >= 255 ? 255 : (guint8) scaled;
}

void
sheaf_canvas_put (SheafCanvas *canvas, guint column, guint row, SheafColour colour)
{
  guint8 *pixel = canvas->rgb + 3 * ((gsize) row * canvas->width + column);
  float grain
      = ((sheaf_scene_hash (row * canvas->width + column) & 1023) / 1023.0f - 0.5f) * canvas->grain
        + 0.5f;

  pixel[0] = byte (colour.r, grain);
  pixel[1] = byte (colour.g, grain);
  pixel[2] = byte (colour.b, grain);
}

SheafColour
sheaf_canvas_get (const SheafCanvas *canvas, guint column, guint row)
{
  const guint8 *pixel = canvas->rgb + 3 * ((gsize) row * canvas->width + column);

  return (SheafColour){ pixel[0] / 255.0f, pixel[1] / 255.0f, pixel[2] / 255.0f };
}
