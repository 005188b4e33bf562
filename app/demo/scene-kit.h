/* scene-kit.h: brushes for the demo gallery's scenes: noise, colours, a canvas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A scene is painted in units of the picture's height (y from 0 to 1, x from 0 to the aspect), so
 * that a small rendition is the same picture painted small, not a large one scaled down. */
#pragma once

#include <glib.h>

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
guint32 sheaf_scene_hash (guint32 n);
float sheaf_scene_unit (guint32 seed, guint32 n); /* 0 ≤ x < 1 */
float sheaf_scene_between (guint32 seed, guint32 n, float low, float high);

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
float sheaf_field_at (const SheafField *field, guint column, guint row);

/* One of the kit's palettes; any @n will do. */
const SheafColour *sheaf_scene_palette (guint32 n);
SheafColour sheaf_colour_hex (guint32 rgb);
SheafColour sheaf_colour_mix (SheafColour a, SheafColour b, float t);
SheafColour sheaf_colour_scale (SheafColour colour, float by);
SheafColour sheaf_colour_ramp (const SheafColour *stops, guint n_stops, float t);

float sheaf_clamp01 (float x);
float sheaf_smoothstep (float from, float to, float x);

/* Sets one pixel, with the breath of grain that keeps gradients from banding. */
void sheaf_canvas_put (SheafCanvas *canvas, guint column, guint row, SheafColour colour);
SheafColour sheaf_canvas_get (const SheafCanvas *canvas, guint column, guint row);

G_END_DECLS
