/* scene-nature.c: land and town, built of layers from far to near
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every scene here is a sky and a stack of silhouettes.  What makes depth is air: a far layer has
 * almost the colour of the horizon, and each fades towards it at its own foot, where mist lies. */
#include "config.h"

#include "app/demo/scene.h"

#include <math.h>

/* A time of day: sky from top to horizon, sun, and the colour of the nearest ground. */
typedef struct
{
  guint32 zenith, middle, horizon, sun, ground;
  float brightness; /* of the sun's glow */
  gboolean night;
} Daylight;

static const Daylight daylights[] = {
  { 0x2b4c7e, 0x7fa3c7, 0xf6d9b8, 0xfff3d6, 0x14202e, 0.55f, FALSE }, /* morning */
  { 0x3f2b63, 0xc4587a, 0xffb56b, 0xffe9b0, 0x1d1128, 0.80f, FALSE }, /* sunset */
  { 0x2f7fc1, 0x86bfe6, 0xdff1f7, 0xffffff, 0x16332f, 0.45f, FALSE }, /* noon */
  { 0x070b1e, 0x14234a, 0x3d5a86, 0xf4f1de, 0x04070f, 0.35f, TRUE },  /* moonlight */
  { 0x5b4a72, 0xe08e79, 0xffe0a3, 0xfffbe6, 0x2a1c2b, 0.75f, FALSE }, /* peach */
  { 0x33535c, 0x8fb3a9, 0xf3ecd2, 0xfffdf0, 0x10201f, 0.50f, FALSE }, /* haze */
  { 0x1b2a49, 0x465c8a, 0xe8a0a0, 0xffd9c7, 0x0b1020, 0.65f, FALSE }, /* blue hour */
  { 0x7a3b2e, 0xd9783a, 0xffd36b, 0xfff6cf, 0x2b110c, 0.80f, FALSE }, /* ochre */
};

typedef struct
{
  SheafColour stops[3];
  SheafColour sun, ground;
  float sun_x, sun_y, sun_radius, glow;
  gboolean night;
  guint32 seed;
} Sky;

static float
cloud_field (float x, float y, gpointer data)
{
  const Sky *sky = data;

  return sheaf_scene_fbm2 (x * 2.2f + 9, y * 7, 5, sky->seed + 40);
}

static void
sky_init (Sky *sky, const SheafCanvas *canvas, float horizon)
{
  guint32 seed = canvas->seed;
  const Daylight *light = &daylights[sheaf_scene_hash (seed + 1) % G_N_ELEMENTS (daylights)];

  sky->stops[0] = sheaf_colour_hex (light->zenith);
  sky->stops[1] = sheaf_colour_hex (light->middle);
  sky->stops[2] = sheaf_colour_hex (light->horizon);
  sky->sun = sheaf_colour_hex (light->sun);
  sky->ground = sheaf_colour_hex (light->ground);
  sky->sun_x = sheaf_scene_between (seed, 2, 0.2f, 0.8f) * canvas->aspect;
  sky->sun_y = horizon * sheaf_scene_between (seed, 3, 0.35f, 0.95f);
  sky->sun_radius = sheaf_scene_between (seed, 4, 0.03f, 0.07f);
  sky->glow = light->brightness;
  sky->night = light->night;
  sky->seed = seed;
}

static SheafColour
star (const SheafCanvas *canvas, SheafColour sky, float x, float y, guint32 seed)
{
  const float cells = 46;
  int i = (int) (x * cells), j = (int) (y * cells);
  guint32 cell = sheaf_scene_hash ((guint32) i * 7919u + (guint32) j * 104729u + seed);
  float dx = x * cells - i - sheaf_scene_between (cell, 1, 0.2f, 0.8f);
  float dy = y * cells - j - sheaf_scene_between (cell, 2, 0.2f, 0.8f);
  float size = 0.05f + 0.11f * powf (sheaf_scene_unit (cell, 3), 6) + canvas->pixel * cells * 0.4f;
  float light;

  if (sheaf_scene_unit (cell, 4) < 0.45f)
    return sky;
  light = expf (-(dx * dx + dy * dy) / (size * size)) * sheaf_scene_between (cell, 5, 0.3f, 1.0f);
  return (SheafColour){ sky.r + light, sky.g + light, sky.b + light };
}

static void
paint_sky (SheafCanvas *canvas, const Sky *sky, float horizon)
{
  SheafField clouds;
  float cover = sheaf_scene_between (sky->seed, 5, 0.45f, 0.7f);

  sheaf_field_init (&clouds, canvas, cloud_field, (gpointer) sky);
  for (guint row = 0; row < canvas->height; row++)
    {
      float y = row * canvas->pixel;
      SheafColour base
          = sheaf_colour_ramp (sky->stops, 3, powf (sheaf_clamp01 (y / horizon), 0.8f));

      for (guint column = 0; column < canvas->width; column++)
        {
          float x = column * canvas->pixel;
          float dx = x - sky->sun_x, dy = y - sky->sun_y;
          float distance = sqrtf (dx * dx + dy * dy);
          float cloud
              = sheaf_smoothstep (cover, cover + 0.28f, sheaf_field_at (&clouds, column, row));
          float disc = 1
                       - sheaf_smoothstep (sky->sun_radius - canvas->pixel,
                                           sky->sun_radius + canvas->pixel, distance);
          float glow = sky->glow / (1 + 9 * distance * distance / 0.08f);
          SheafColour colour = base;

          if (sky->night)
            colour = star (canvas, colour, x, y, sky->seed);
          colour = sheaf_colour_mix (colour, sky->sun, glow);
          colour = sheaf_colour_mix (colour, sheaf_colour_mix (sky->stops[2], sky->sun, 0.4f),
                                     cloud * (sky->night ? 0.25f : 0.55f));
          sheaf_canvas_put (canvas, column, row,
                            sheaf_colour_mix (colour, sky->sun, disc * (1 - 0.6f * cloud)));
        }
    }
  sheaf_field_clear (&clouds);
}

/* One silhouette: its upper edge per column, its colour, and the mist at its foot. */
static void
paint_layer (
    SheafCanvas *canvas, const float *edge, SheafColour body, SheafColour mist, float depth)
{
  for (guint row = 0; row < canvas->height; row++)
    {
      float y = row * canvas->pixel;

      for (guint column = 0; column < canvas->width; column++)
        {
          float below = y - edge[column];
          SheafColour colour;

          if (below <= -canvas->pixel)
            continue;
          colour = sheaf_colour_mix (body, mist, sheaf_clamp01 (below / depth) * 0.85f);
          if (below < canvas->pixel)
            colour = sheaf_colour_mix (sheaf_canvas_get (canvas, column, row), colour,
                                       (below / canvas->pixel + 1) / 2);
          sheaf_canvas_put (canvas, column, row, colour);
        }
    }
}

/* How far a fir wood stands above the ground line at @x. */
static float
firs (float x, float size, guint32 seed)
{
  float best = 0;
  int cell = (int) floorf (x / size * 2.2f);

  for (int i = cell - 1; i <= cell + 1; i++)
    {
      guint32 tree = sheaf_scene_hash ((guint32) i + seed * 31u);
      float at = (i + sheaf_scene_between (tree, 1, 0.2f, 0.8f)) * size / 2.2f;
      float tall = size * sheaf_scene_between (tree, 2, 0.8f, 2.4f);
      float off = fabsf (x - at) / (tall * 0.24f);
      float notch = 0.10f * (off * 6 - floorf (off * 6));

      if (off < 1)
        best = MAX (best, tall * (1 - off + notch * (1 - off)));
    }
  return best;
}

static void
paint_range (SheafCanvas *canvas, const Sky *sky, float horizon, guint layers, float wooded)
{
  g_autofree float *edge = g_new (float, canvas->width);
  SheafColour far_colour = sheaf_colour_mix (sky->stops[2], sky->stops[0], 0.35f);

  for (guint layer = 0; layer < layers; layer++)
    {
      float near = (layer + 1.0f) / layers;
      float base = horizon + (1.02f - horizon) * powf (near, 1.5f) - 0.06f;
      float rise = 0.30f * (1 - 0.55f * near);
      guint32 seed = sky->seed + 100 + layer * 13;
      SheafColour body = sheaf_colour_mix (far_colour, sky->ground, powf (near, 1.1f));
      SheafColour mist = sheaf_colour_mix (body, sky->stops[2], 0.75f * (1 - 0.55f * near));

      for (guint column = 0; column < canvas->width; column++)
        {
          float x = column * canvas->pixel;
          float peak = 1 - fabsf (2 * sheaf_scene_fbm1 (x * (1.3f + near), 7, seed) - 1);

          edge[column] = base - rise * (peak * peak - 0.35f);
          if (near > 1 - wooded)
            edge[column] -= firs (x, 0.022f + 0.05f * near * near, seed);
        }
      paint_layer (canvas, edge, body, mist, 0.22f + 0.1f * near);
    }
}

void
sheaf_scene_paint_ridges (SheafCanvas *canvas)
{
  float horizon = sheaf_scene_between (canvas->seed, 7, 0.42f, 0.6f);
  Sky sky;

  sky_init (&sky, canvas, horizon);
  paint_sky (canvas, &sky, horizon + 0.1f);
  paint_range (canvas, &sky, horizon, 5 + sheaf_scene_hash (canvas->seed + 8) % 3, 0.2f);
}

void
sheaf_scene_paint_forest (SheafCanvas *canvas)
{
  float horizon = sheaf_scene_between (canvas->seed, 7, 0.3f, 0.42f);
  Sky sky;

  sky_init (&sky, canvas, horizon);
  paint_sky (canvas, &sky, horizon + 0.15f);
  paint_range (canvas, &sky, horizon, 6, 1.0f);
}

void
sheaf_scene_paint_lake (SheafCanvas *canvas)
{
  float shore = sheaf_scene_between (canvas->seed, 7, 0.56f, 0.68f);
  guint shore_row = (guint) (shore * canvas->height);
  Sky sky;

  sky_init (&sky, canvas, shore * 0.8f);
  paint_sky (canvas, &sky, shore);
  paint_range (canvas, &sky, shore * 0.55f, 4, 0.3f);

  /* Water is the picture above, upside down, drawn out a little more with every row. */
  for (guint row = shore_row; row < canvas->height; row++)
    {
      float depth = (row - shore_row) * canvas->pixel / (1 - shore);
      float drop = (row - shore_row) * (0.75f + 0.25f * depth);
      guint mirror = shore_row > drop ? shore_row - (guint) drop : 0;
      float swell = canvas->height * 0.012f * depth
                    * sinf (row * canvas->pixel * (260 - 150 * depth) + 5 * depth);

      for (guint column = 0; column < canvas->width; column++)
        {
          float ripple = swell * sheaf_scene_noise1 (column * canvas->pixel * 9, row / 3 + 1);
          int from = CLAMP ((int) (column + ripple), 0, (int) canvas->width - 1);
          SheafColour colour = sheaf_canvas_get (canvas, (guint) from,
                                                 mirror < shore_row ? mirror : shore_row - 1);

          colour = sheaf_colour_mix (colour, sky.stops[0], 0.18f + 0.3f * depth);
          sheaf_canvas_put (canvas, column, row, sheaf_colour_scale (colour, 0.96f));
        }
    }
}

void
sheaf_scene_paint_dunes (SheafCanvas *canvas)
{
  g_autofree float *edge = g_new (float, canvas->width);
  float horizon = sheaf_scene_between (canvas->seed, 7, 0.34f, 0.5f);
  SheafColour sand
      = sheaf_colour_hex (sheaf_scene_hash (canvas->seed + 9) % 2 ? 0xe0a458 : 0xd9805f);
  Sky sky;

  sky_init (&sky, canvas, horizon);
  paint_sky (canvas, &sky, horizon);
  for (guint layer = 0; layer < 6; layer++)
    {
      float near = (layer + 1) / 6.0f;
      float phase = sheaf_scene_between (canvas->seed, 60 + layer, 0, 20);
      float light = sheaf_scene_between (canvas->seed, 80 + layer, 0.75f, 1.1f);
      SheafColour body
          = sheaf_colour_mix (sky.stops[2], sheaf_colour_scale (sand, light), 0.35f + 0.6f * near);
      SheafColour shade = sheaf_colour_mix (sheaf_colour_scale (body, 0.45f), sky.stops[0], 0.3f);

      for (guint column = 0; column < canvas->width; column++)
        {
          float x = column * canvas->pixel * (2.6f - 1.5f * near) + phase;
          float crest = x + 0.35f * sinf (x);

          edge[column] = horizon + (1 - horizon) * powf (near, 1.6f) * 0.8f
                         - (0.03f + 0.11f * near) * (0.5f + 0.5f * sinf (crest))
                         - 0.02f * sheaf_scene_fbm1 (x * 3, 4, canvas->seed + layer);
        }
      /* The crest in sunlight, its lee falling into shade. */
      paint_layer (canvas, edge, body, shade, 0.10f + 0.32f * near);
    }
}

void
sheaf_scene_paint_skyline (SheafCanvas *canvas)
{
  g_autofree float *edge = g_new (float, canvas->width);
  float horizon = 0.8f;
  Sky sky;

  sky_init (&sky, canvas, horizon);
  paint_sky (canvas, &sky, horizon);
  for (guint layer = 0; layer < 4; layer++)
    {
      float near = (layer + 1) / 4.0f;
      float wide = 0.035f + 0.06f * near;
      SheafColour body = sheaf_colour_mix (sheaf_colour_mix (sky.stops[2], sky.stops[0], 0.4f),
                                           sheaf_colour_scale (sky.ground, 0.8f), near);
      SheafColour mist = sheaf_colour_mix (body, sky.stops[2], 0.5f * (1 - near) + 0.08f);

      for (guint column = 0; column < canvas->width; column++)
        {
          guint32 house = sheaf_scene_hash ((guint32) (column * canvas->pixel / wide) + layer * 977
                                            + canvas->seed);
          float tall = sheaf_scene_between (house, 1, 0.10f, 0.34f) * (1.25f - 0.4f * near);

          if (sheaf_scene_unit (house, 2) > 0.9f)
            tall *= 1.5f;
          edge[column] = 1.02f - 0.22f * (1 - near) - tall;
        }
      paint_layer (canvas, edge, body, mist, 0.5f);

      for (guint row = 0; layer > 0 && row < canvas->height; row++)
        for (guint column = 0; column < canvas->width; column++)
          {
            float x = column * canvas->pixel, y = row * canvas->pixel;
            float u = x / wide, v = (y - edge[column]) / (wide * 0.22f);
            float pane = (u - floorf (u)) * 6;
            guint32 house = sheaf_scene_hash ((guint32) u + layer * 977 + canvas->seed);
            guint32 window
                = sheaf_scene_hash (house + (guint32) pane * 31 + (guint32) MAX (v, 0) * 577);
            float lit = sheaf_scene_unit (window, 1);

            if (v < 1 || pane < 0.5f || pane > 5.5f || lit > 0.34f || pane - floorf (pane) < 0.35f
                || v - floorf (v) < 0.45f)
              continue;
            sheaf_canvas_put (canvas, column, row,
                              sheaf_colour_mix (sheaf_canvas_get (canvas, column, row),
                                                sheaf_colour_hex (lit < 0.1f ? 0xfff1c1 : 0xffc45e),
                                                (0.35f + 1.6f * lit) * near));
          }
    }
}
