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
  float horizon, cover; /* of the clouds: how much of the noise is none */
  gboolean night;
  guint32 seed;
} Sky;

/* One silhouette: its upper edge per column, its colour, and the mist at its foot. */
typedef struct
{
  float *edge;
  SheafColour body, mist;
  float depth;
  float house; /* how wide houses are, where windows are lit; else 0 */
  float near;
  guint32 seed;
} Layer;

#define MAX_LAYERS 8
#define STRIP      32 /* columns painted together, so that their rows stay near */

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
sky_at (float x, float y, gpointer data)
{
  const Sky *sky = data;
  SheafColour base
      = sheaf_colour_ramp (sky->stops, 3, powf (sheaf_clamp01 (y / sky->horizon), 0.8f));
  float distance = sheaf_length (x - sky->sun_x, y - sky->sun_y);
  float noise = sheaf_scene_fbm2 (x * 2.2f + 9, y * 7, 5, sky->seed + 40);
  float cloud = sheaf_smoothstep (sky->cover, sky->cover + 0.28f, noise);
  float glow = sky->glow / (1 + 9 * distance * distance / 0.08f);

  base = sheaf_colour_mix (base, sky->sun, glow);
  return sheaf_colour_mix (base, sheaf_colour_mix (sky->stops[2], sky->sun, 0.4f),
                           cloud * (sky->night ? 0.25f : 0.55f));
}

static void
paint_stars (SheafCanvas *canvas, const Sky *sky, float height)
{
  const float cells = 46;

  for (int j = 0; j < (int) (cells * height); j++)
    for (int i = 0; i < (int) (cells * canvas->aspect) + 1; i++)
      {
        guint32 cell = sheaf_scene_hash ((guint32) i * 7919u + (guint32) j * 104729u + sky->seed);
        float x = ((float) i + sheaf_scene_between (cell, 1, 0.2f, 0.8f)) / cells;
        float y = ((float) j + sheaf_scene_between (cell, 2, 0.2f, 0.8f)) / cells;
        float size = (0.05f + 0.11f * powf (sheaf_scene_unit (cell, 3), 6)) / cells;
        float light = sheaf_scene_between (cell, 5, 0.3f, 1.0f)
                      * sheaf_clamp01 (4 * sheaf_length (x - sky->sun_x, y - sky->sun_y) - 0.2f);

        if (sheaf_scene_unit (cell, 4) >= 0.45f)
          sheaf_canvas_glint (canvas, x, y, size + canvas->pixel * 0.4f,
                              (SheafColour){ light, light, light });
      }
}

/* The disc alone: its glow is in sky_at(). */
static void
paint_sun (SheafCanvas *canvas, const Sky *sky)
{
  float reach = sky->sun_radius + 2 * canvas->pixel;
  guint top = (guint) MAX (0, (sky->sun_y - reach) / canvas->pixel);
  guint bottom = MIN (canvas->height, (guint) ((sky->sun_y + reach) / canvas->pixel) + 1);
  guint left = (guint) MAX (0, (sky->sun_x - reach) / canvas->pixel);
  guint right = MIN (canvas->width, (guint) ((sky->sun_x + reach) / canvas->pixel) + 1);

  for (guint row = top; row < bottom; row++)
    for (guint column = left; column < right; column++)
      {
        float x = (float) column * canvas->pixel, y = (float) row * canvas->pixel;
        float distance = sheaf_length (x - sky->sun_x, y - sky->sun_y);
        float disc = 1
                     - sheaf_smoothstep (sky->sun_radius - canvas->pixel,
                                         sky->sun_radius + canvas->pixel, distance);
        float noise, cloud;

        if (disc <= 0)
          continue;
        noise = sheaf_scene_fbm2 (x * 2.2f + 9, y * 7, 5, sky->seed + 40);
        cloud = sheaf_smoothstep (sky->cover, sky->cover + 0.28f, noise);
        sheaf_canvas_put (canvas, column, row,
                          sheaf_colour_mix (sheaf_canvas_get (canvas, column, row), sky->sun,
                                            disc * (1 - 0.6f * cloud)));
      }
}

/* The sky down to @height: what lies lower will be hidden. */
static void
paint_sky (SheafCanvas *canvas, Sky *sky, float horizon, float height)
{
  sky->horizon = horizon;
  sky->cover = sheaf_scene_between (sky->seed, 5, 0.45f, 0.7f);
  sheaf_canvas_wash (canvas, (guint) MAX (0, height / canvas->pixel) + 2, sky_at, sky);
  if (sky->night)
    paint_stars (canvas, sky, MIN (height, 1));
  paint_sun (canvas, sky);
}

static void
light_windows (SheafCanvas *canvas, const Layer *layer, guint column, guint bottom)
{
  float u = (float) column * canvas->pixel / layer->house, storey = layer->house * 0.22f;
  float pane = sheaf_fraction (u) * 6, edge = layer->edge[column];
  guint32 house = sheaf_scene_hash ((guint32) u + layer->seed);

  if (pane < 0.5f || pane > 5.5f || sheaf_fraction (pane) < 0.35f)
    return;
  for (guint floor = 1; edge + (float) floor * storey < 1; floor++)
    {
      guint32 window = sheaf_scene_hash (house + (guint32) pane * 31 + floor * 577);
      float lit = sheaf_scene_unit (window, 1);
      SheafColour lamp = sheaf_colour_hex (lit < 0.1f ? 0xfff1c1 : 0xffc45e);
      float top = (edge + ((float) floor + 0.45f) * storey) / canvas->pixel;
      float end = (edge + ((float) floor + 1) * storey) / canvas->pixel;

      for (guint row = (guint) MAX (0, top); lit <= 0.34f && row < MIN (bottom, end); row++)
        sheaf_canvas_put (canvas, column, row,
                          sheaf_colour_mix (sheaf_canvas_get (canvas, column, row), lamp,
                                            (0.35f + 1.6f * lit) * layer->near));
    }
}

/* The rows of one column that nothing nearer hides, with an edge of one soft pixel. */
static void
paint_column (SheafCanvas *canvas,
              const Layer *layer,
              const SheafColour *shades,
              guint n_shades,
              guint column,
              guint bottom)
{
  float edge = layer->edge[column] / canvas->pixel;

  for (guint row = (guint) MAX (0, sheaf_floor (edge)); row < bottom; row++)
    {
      float below = (float) row - edge;
      SheafColour colour = shades[MIN ((guint) MAX (below, 0), n_shades - 1)];

      if (below < 1)
        colour = sheaf_colour_mix (sheaf_canvas_get (canvas, column, row), colour,
                                   sheaf_clamp01 ((below + 1) / 2));
      sheaf_canvas_put (canvas, column, row, colour);
    }
}

/* From far to near, but only what will be seen. */
static void
paint_layers (SheafCanvas *canvas, Layer *layers, guint n)
{
  for (guint from = 0; from < canvas->width; from += STRIP)
    for (guint i = 0; i < n; i++)
      {
        guint n_shades = (guint) (layers[i].depth / canvas->pixel) + 1;
        g_autofree SheafColour *shades = g_new (SheafColour, n_shades);

        for (guint k = 0; k < n_shades; k++)
          shades[k] = sheaf_colour_mix (layers[i].body, layers[i].mist,
                                        0.85f * (float) k / (float) n_shades);
        for (guint column = from; column < MIN (from + STRIP, canvas->width); column++)
          {
            float end = 1;
            guint bottom;

            for (guint nearer = i + 1; nearer < n; nearer++)
              end = MIN (end, layers[nearer].edge[column]);
            bottom = MIN (canvas->height, (guint) MAX (0, end / canvas->pixel) + 2);
            paint_column (canvas, &layers[i], shades, n_shades, column, bottom);
            if (layers[i].house > 0)
              light_windows (canvas, &layers[i], column, bottom);
          }
      }
  for (guint i = 0; i < n; i++)
    g_free (layers[i].edge);
}

/* How far down anything but layers is seen. */
static float
lowest_edge (const SheafCanvas *canvas, const Layer *layers, guint n)
{
  float lowest = 0;

  for (guint column = 0; column < canvas->width; column++)
    {
      float highest = 1;

      for (guint i = 0; i < n; i++)
        highest = MIN (highest, layers[i].edge[column]);
      lowest = MAX (lowest, highest);
    }
  return lowest;
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

static guint
make_range (
    const SheafCanvas *canvas, const Sky *sky, float horizon, guint n, float wooded, Layer *layers)
{
  SheafColour far_colour = sheaf_colour_mix (sky->stops[2], sky->stops[0], 0.35f);

  for (guint i = 0; i < n; i++)
    {
      float near = ((float) i + 1) / (float) n;
      float base = horizon + (1.02f - horizon) * powf (near, 1.5f) - 0.06f;
      float rise = 0.30f * (1 - 0.55f * near);
      guint32 seed = sky->seed + 100 + i * 13;
      SheafColour body = sheaf_colour_mix (far_colour, sky->ground, powf (near, 1.1f));

      layers[i] = (Layer){
        .edge = g_new (float, canvas->width),
        .body = body,
        .mist = sheaf_colour_mix (body, sky->stops[2], 0.75f * (1 - 0.55f * near)),
        .depth = 0.22f + 0.1f * near,
      };
      for (guint column = 0; column < canvas->width; column++)
        {
          float x = (float) column * canvas->pixel;
          float peak = 1 - fabsf (2 * sheaf_scene_fbm1 (x * (1.3f + near), 7, seed) - 1);

          layers[i].edge[column] = base - rise * (peak * peak - 0.35f);
          if (near > 1 - wooded)
            layers[i].edge[column] -= firs (x, 0.022f + 0.05f * near * near, seed);
        }
    }
  return n;
}

static void
paint_land (
    SheafCanvas *canvas, float sky_height, float sky_end, float horizon, guint n, float wooded)
{
  Layer layers[MAX_LAYERS];
  Sky sky;

  sky_init (&sky, canvas, sky_height);
  n = make_range (canvas, &sky, horizon, n, wooded, layers);
  paint_sky (canvas, &sky, sky_end, lowest_edge (canvas, layers, n));
  paint_layers (canvas, layers, n);
}

void
sheaf_scene_paint_ridges (SheafCanvas *canvas)
{
  float horizon = sheaf_scene_between (canvas->seed, 7, 0.42f, 0.6f);

  paint_land (canvas, horizon, horizon + 0.1f, horizon, 5 + sheaf_scene_hash (canvas->seed + 8) % 3,
              0.2f);
}

void
sheaf_scene_paint_forest (SheafCanvas *canvas)
{
  float horizon = sheaf_scene_between (canvas->seed, 7, 0.3f, 0.42f);

  paint_land (canvas, horizon, horizon + 0.15f, horizon, 6, 1.0f);
}

void
sheaf_scene_paint_lake (SheafCanvas *canvas)
{
  float shore = sheaf_scene_between (canvas->seed, 7, 0.56f, 0.68f);
  guint shore_row = (guint) (shore * (float) canvas->height);
  g_autofree float *ripples = g_new (float, canvas->width);
  Sky sky;

  paint_land (canvas, shore * 0.8f, shore, shore * 0.55f, 4, 0.3f);
  sky_init (&sky, canvas, shore * 0.8f);

  /* Water is the picture above, upside down, drawn out a little more with every row. */
  for (guint row = shore_row; row < canvas->height; row++)
    {
      float below = (float) (row - shore_row), depth = below * canvas->pixel / (1 - shore);
      float drop = below * (0.75f + 0.25f * depth);
      guint mirror = (guint) CLAMP ((float) shore_row - drop, 0, (float) shore_row - 1);
      float swell = (float) canvas->height * 0.012f * depth
                    * sinf ((float) row * canvas->pixel * (260 - 150 * depth) + 5 * depth);
      SheafColour deep = sheaf_colour_scale (sky.stops[0], 0.96f * (0.18f + 0.3f * depth));
      float clear = 0.96f * (1 - 0.18f - 0.3f * depth);

      for (guint column = 0; column < canvas->width && (row == shore_row || row % 3 == 0); column++)
        ripples[column] = sheaf_scene_noise1 ((float) column * canvas->pixel * 9, row / 3 + 1);
      for (guint column = 0; column < canvas->width; column++)
        {
          int from = CLAMP ((int) ((float) column + swell * ripples[column]), 0,
                            (int) canvas->width - 1);

          sheaf_canvas_put (
              canvas, column, row,
              sheaf_colour_add (deep, sheaf_canvas_get (canvas, (guint) from, mirror), clear));
        }
    }
}

void
sheaf_scene_paint_dunes (SheafCanvas *canvas)
{
  float horizon = sheaf_scene_between (canvas->seed, 7, 0.34f, 0.5f);
  SheafColour sand
      = sheaf_colour_hex (sheaf_scene_hash (canvas->seed + 9) % 2 ? 0xe0a458 : 0xd9805f);
  Layer layers[6];
  Sky sky;

  sky_init (&sky, canvas, horizon);
  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      float near = ((float) i + 1) / 6;
      float phase = sheaf_scene_between (canvas->seed, 60 + i, 0, 20);
      float light = sheaf_scene_between (canvas->seed, 80 + i, 0.75f, 1.1f);
      SheafColour body
          = sheaf_colour_mix (sky.stops[2], sheaf_colour_scale (sand, light), 0.35f + 0.6f * near);

      /* The crest in sunlight, its lee falling into shade. */
      layers[i] = (Layer){
        .edge = g_new (float, canvas->width),
        .body = body,
        .mist = sheaf_colour_mix (sheaf_colour_scale (body, 0.45f), sky.stops[0], 0.3f),
        .depth = 0.10f + 0.32f * near,
      };
      for (guint column = 0; column < canvas->width; column++)
        {
          float x = (float) column * canvas->pixel * (2.6f - 1.5f * near) + phase;
          float crest = x + 0.35f * sinf (x);

          layers[i].edge[column] = horizon + (1 - horizon) * powf (near, 1.6f) * 0.8f
                                   - (0.03f + 0.11f * near) * (0.5f + 0.5f * sinf (crest))
                                   - 0.02f * sheaf_scene_fbm1 (x * 3, 4, canvas->seed + i);
        }
    }
  paint_sky (canvas, &sky, horizon, lowest_edge (canvas, layers, G_N_ELEMENTS (layers)));
  paint_layers (canvas, layers, G_N_ELEMENTS (layers));
}

void
sheaf_scene_paint_skyline (SheafCanvas *canvas)
{
  float horizon = 0.8f;
  Layer layers[4];
  Sky sky;

  sky_init (&sky, canvas, horizon);
  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      float near = ((float) i + 1) / 4;
      float wide = 0.035f + 0.06f * near;
      SheafColour body = sheaf_colour_mix (sheaf_colour_mix (sky.stops[2], sky.stops[0], 0.4f),
                                           sheaf_colour_scale (sky.ground, 0.8f), near);

      layers[i] = (Layer){
        .edge = g_new (float, canvas->width),
        .body = body,
        .mist = sheaf_colour_mix (body, sky.stops[2], 0.5f * (1 - near) + 0.08f),
        .depth = 0.5f,
        .house = i > 0 ? wide : 0,
        .near = near,
        .seed = i * 977 + canvas->seed,
      };
      for (guint column = 0; column < canvas->width; column++)
        {
          guint32 house = sheaf_scene_hash ((guint32) ((float) column * canvas->pixel / wide)
                                            + layers[i].seed);
          float tall = sheaf_scene_between (house, 1, 0.10f, 0.34f) * (1.25f - 0.4f * near);

          if (sheaf_scene_unit (house, 2) > 0.9f)
            tall *= 1.5f;
          layers[i].edge[column] = 1.02f - 0.22f * (1 - near) - tall;
        }
    }
  paint_sky (canvas, &sky, horizon, lowest_edge (canvas, layers, G_N_ELEMENTS (layers)));
  paint_layers (canvas, layers, G_N_ELEMENTS (layers));
}
