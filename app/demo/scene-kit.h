/* scene-kit.h: brushes for the demo gallery's scenes: noise, colours, a canvas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A scene is painted in units of the picture's height (y from 0 to 1, x from 0 to the aspect), so
 * that a small rendition is the same picture painted small, not a large one scaled down. */
#pragma once

#include <glib.h>

#include <math.h>

G_BEGIN_DECLS

typedef struct
{
  float r, g, b;
} SheafColour;

/* Five colours that go together, from dark to light. */
typedef SheafColour SheafPalette[5];

/**
 * SheafCanvas:
 * @rgb: 3 bytes a pixel, rows packed
 * @pixel: size of one pixel in scene units
 * @aspect: width by height
 * @seed: of everything random in the scene
 * @frame: of an animation, 0 to 1; 0 for a still
 * @grain: how much noise keeps gradients from banding; 0 for flat colours that pack well
 */
typedef struct
{
  guint8 *rgb;
  guint width;
  guint height;
  float pixel;
  float aspect;
  guint32 seed;
  float frame;
  float grain;
} SheafCanvas;

/* Small numbers that repeat: the same @n always gives the same value. */
static inline guint32
sheaf_scene_hash (guint32 n)
{
  n ^= n >> 16;
  n *= 0x7feb352du;
  n ^= n >> 15;
  n *= 0x846ca68bu;
  n ^= n >> 16;
  return n;
}

/* 0 ≤ x < 1 */
static inline float
sheaf_scene_unit (guint32 seed, guint32 n)
{
  return (float) (sheaf_scene_hash (seed * 0x9e3779b9u + n) >> 8) / 16777216.0f;
}

static inline float
sheaf_scene_between (guint32 seed, guint32 n, float low, float high)
{
  return low + (high - low) * sheaf_scene_unit (seed, n);
}

/* The next whole number below, without asking the library. */
static inline int
sheaf_floor (float x)
{
  int whole = (int) x;

  return whole - (x < (float) whole);
}

static inline float
sheaf_fraction (float x)
{
  return x - (float) sheaf_floor (x);
}

static inline float
sheaf_length (float x, float y)
{
  return sqrtf (x * x + y * y);
}

/* Smooth noise, 0 to 1: one octave, or @octaves of halving size. */
float sheaf_scene_noise1 (float x, guint32 seed);
float sheaf_scene_noise2 (float x, float y, guint32 seed);
float sheaf_scene_fbm1 (float x, guint octaves, guint32 seed);
float sheaf_scene_fbm2 (float x, float y, guint octaves, guint32 seed);

/**
 * SheafField:
 *
 * A slow function of the plane, sampled once on a grid and read smoothly afterwards: noise at a
 * price that photo sizes can afford.
 */
typedef struct
{
  float *values;
  guint columns, rows;
  float per_x, per_y; /* grid cells per pixel */
} SheafField;

typedef float (*SheafFieldFunc) (float x, float y, gpointer data);

void
sheaf_field_init (SheafField *field, const SheafCanvas *canvas, SheafFieldFunc func, gpointer data);
void sheaf_field_clear (SheafField *field);

/* All values of a row of pixels at once. */
void sheaf_field_row (const SheafField *field, guint row, guint width, float *values);

/* One of the kit's palettes; any @n will do. */
const SheafColour *sheaf_scene_palette (guint32 n);

static inline SheafColour
sheaf_colour_hex (guint32 rgb)
{
  return (SheafColour){ (float) ((rgb >> 16) & 255) / 255.0f, (float) ((rgb >> 8) & 255) / 255.0f,
                        (float) (rgb & 255) / 255.0f };
}

static inline SheafColour
sheaf_colour_mix (SheafColour a, SheafColour b, float t)
{
  return (SheafColour){ a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t };
}

static inline SheafColour
sheaf_colour_scale (SheafColour colour, float by)
{
  return (SheafColour){ colour.r * by, colour.g * by, colour.b * by };
}

static inline SheafColour
sheaf_colour_add (SheafColour colour, SheafColour light, float amount)
{
  return (SheafColour){ colour.r + light.r * amount, colour.g + light.g * amount,
                        colour.b + light.b * amount };
}

static inline float
sheaf_clamp01 (float x)
{
  return x < 0 ? 0 : x > 1 ? 1 : x;
}

static inline float
sheaf_smoothstep (float from, float to, float x)
{
  float t = sheaf_clamp01 ((x - from) / (to - from));

  return t * t * (3 - 2 * t);
}

static inline SheafColour
sheaf_colour_ramp (const SheafColour *stops, guint n_stops, float t)
{
  float at = sheaf_clamp01 (t) * (float) (n_stops - 1);
  guint i = MIN ((guint) at, n_stops - 2);

  return sheaf_colour_mix (stops[i], stops[i + 1], at - (float) i);
}

/* Sets one pixel, with the breath of grain that keeps gradients from banding. */
void sheaf_canvas_put (SheafCanvas *canvas, guint column, guint row, SheafColour colour);
SheafColour sheaf_canvas_get (const SheafCanvas *canvas, guint column, guint row);

/* A whole row of them: much faster than one by one. */
void sheaf_canvas_put_row (SheafCanvas *canvas, guint row, const SheafColour *line);

/* Adds a soft point of light, @radius in scene units. */
void sheaf_canvas_glint (SheafCanvas *canvas, float x, float y, float radius, SheafColour light);

typedef SheafColour (*SheafWashFunc) (float x, float y, gpointer data);

/**
 * sheaf_canvas_wash:
 * @rows: how many, from the top
 * @func: what changes slowly over the plane
 *
 * Fills rows with colours asked for at every few pixels only; what lies between is mixed of them.
 */
void sheaf_canvas_wash (SheafCanvas *canvas, guint rows, SheafWashFunc func, gpointer data);

G_END_DECLS
