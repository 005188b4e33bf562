/* scene-sky.c: what is far above, and what only numbers have seen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/scene.h"

#include <math.h>

/* How much of a star is seen at a place, 0 to 1. */
typedef float (*VeilFunc) (float x, float y, gpointer data);

/* Three sheets of stars, from dust to a few bright ones. */
static void
paint_stars (SheafCanvas *canvas, SheafColour light, VeilFunc veil, gpointer data)
{
  static const float densities[] = { 90, 45, 14 };

  for (guint sheet = 0; sheet < G_N_ELEMENTS (densities); sheet++)
    {
      float cells = densities[sheet], size = 0.06f / cells + canvas->pixel * 0.5f;

      for (int j = 0; j < (int) cells && size * cells < 0.5f; j++)
        for (int i = 0; i < (int) (cells * canvas->aspect) + 1; i++)
          {
            guint32 cell = sheaf_scene_hash ((guint32) i * 7919u + (guint32) j * 104729u
                                             + canvas->seed + sheet);
            float x = ((float) i + sheaf_scene_between (cell, 1, 0.25f, 0.75f)) / cells;
            float y = ((float) j + sheaf_scene_between (cell, 2, 0.25f, 0.75f)) / cells;

            if (sheaf_scene_unit (cell, 4) < 0.35f)
              sheaf_canvas_glint (
                  canvas, x, y, size,
                  sheaf_colour_scale (light, veil (x, y, data)
                                                 * sheaf_scene_between (
                                                     cell, 5, 0.2f, 0.6f + 0.25f * (float) sheet)));
          }
    }
}

typedef struct
{
  const SheafColour *warm, *cold;
  SheafColour dark;
  guint32 seed;
} Nebula;

static float
gas (float x, float y, const Nebula *nebula)
{
  float a = sheaf_scene_fbm2 (x * 1.7f, y * 1.7f, 4, nebula->seed + 3);
  float b = sheaf_scene_fbm2 (x * 1.7f + 5, y * 1.7f + 2, 4, nebula->seed + 4);

  return sheaf_smoothstep (
      0.36f, 0.78f,
      sheaf_scene_fbm2 (x * 1.5f + 2.2f * a, y * 1.5f + 2.2f * b, 5, nebula->seed + 5));
}

static SheafColour
nebula_at (float x, float y, gpointer data)
{
  const Nebula *nebula = data;
  float density = gas (x, y, nebula);
  float hue = sheaf_smoothstep (0.38f, 0.62f,
                                sheaf_scene_fbm2 (x * 1.1f + 20, y * 1.1f, 3, nebula->seed + 6));

  return sheaf_colour_mix (nebula->dark,
                           sheaf_colour_mix (sheaf_colour_ramp (nebula->cold, 5, density),
                                             sheaf_colour_ramp (nebula->warm, 5, density), hue),
                           density);
}

static float
through_gas (float x, float y, gpointer data)
{
  return 1 - 0.5f * gas (x, y, data);
}

void
sheaf_scene_paint_nebula (SheafCanvas *canvas)
{
  const SheafColour *cold = sheaf_scene_palette (canvas->seed >> 9);
  Nebula nebula = {
    .warm = sheaf_scene_palette (canvas->seed >> 3),
    .cold = cold,
    .dark = sheaf_colour_scale (cold[0], 0.25f),
    .seed = canvas->seed,
  };

  sheaf_canvas_wash (canvas, canvas->height, nebula_at, &nebula);
  paint_stars (canvas, (SheafColour){ 1, 0.96f, 0.9f }, through_gas, &nebula);
}

typedef struct
{
  const SheafColour *ink;
  float cx, cy, radius, cos_lean, sin_lean, light_x, tilt;
  gboolean rings, bands;
  guint32 seed;
} Planet;

static SheafColour
space_at (float x, float y, gpointer data)
{
  const Planet *planet = data;
  float r = sheaf_length (x - planet->cx, y - planet->cy) / planet->radius;

  return sheaf_colour_add (sheaf_colour_scale (planet->ink[0], 0.35f), planet->ink[3],
                           0.35f * expf (-6 * MAX (r - 1, 0)));
}

static float
beside_planet (float x, float y, gpointer data)
{
  const Planet *planet = data;

  return sheaf_length (x - planet->cx, y - planet->cy) > planet->radius ? 1 : 0;
}

static SheafColour
ground_at (const Planet *planet, float nx, float ny, float z)
{
  guint32 seed = planet->seed;
  float shade = sheaf_clamp01 (nx * planet->light_x - ny * 0.35f + z * 0.55f + 0.06f), cover;
  SheafColour ground;

  if (planet->bands)
    cover = sheaf_scene_fbm2 (
        nx * 0.7f + z, ny * 7 + 0.6f * sheaf_scene_fbm2 (nx * 3, ny * 5, 3, seed), 4, seed + 11);
  else
    cover = sheaf_scene_fbm2 (nx * 2.4f / (0.6f + z), ny * 2.4f / (0.6f + z), 6, seed + 12);
  ground = sheaf_colour_ramp (planet->ink + 1, 4, sheaf_smoothstep (0.25f, 0.75f, cover));
  ground = sheaf_colour_scale (ground, 0.05f + 1.05f * shade);
  return sheaf_colour_add (ground, planet->ink[4], 0.35f * (1 - z) * (1 - z) * (1 - z) * shade);
}

/* What of the planet is seen at a place, over @colour. */
static SheafColour
planet_over (const Planet *planet, SheafColour colour, float x, float y, float pixel)
{
  float dx = (x - planet->cx) * planet->cos_lean + (y - planet->cy) * planet->sin_lean;
  float dy = (y - planet->cy) * planet->cos_lean - (x - planet->cx) * planet->sin_lean;
  float r = sheaf_length (dx, dy) / planet->radius, soft = pixel / planet->radius;
  float ring = sheaf_length (dx, dy / planet->tilt) / planet->radius;

  if (r < 1 + soft)
    {
      SheafColour ground = ground_at (planet, dx / planet->radius, dy / planet->radius,
                                      sqrtf (MAX (0, 1 - r * r)));

      colour = sheaf_colour_mix (ground, colour, sheaf_smoothstep (1 - soft, 1 + soft, r));
    }
  if (planet->rings && ring > 1.35f && ring < 2.2f && (dy > 0 || r > 1))
    {
      float groove = sheaf_scene_noise1 (ring * 38, planet->seed + 13);
      float veil = sheaf_smoothstep (1.35f, 1.4f, ring) * (1 - sheaf_smoothstep (2.1f, 2.2f, ring));
      gboolean shadow
          = dx * planet->light_x < 0 && fabsf (dy) < planet->radius * 0.9f && r < 1.35f && dy < 0;

      colour = sheaf_colour_mix (colour, sheaf_colour_scale (planet->ink[4], shadow ? 0.2f : 0.9f),
                                 veil * (0.25f + 0.65f * groove));
    }
  return colour;
}

void
sheaf_scene_paint_planet (SheafCanvas *canvas)
{
  guint32 seed = canvas->seed;
  float lean = sheaf_scene_between (seed, 4, -0.5f, 0.5f), wide, high;
  Planet planet = {
    .ink = sheaf_scene_palette (seed >> 5),
    .cx = sheaf_scene_between (seed, 1, 0.36f, 0.64f) * canvas->aspect,
    .cy = sheaf_scene_between (seed, 2, 0.42f, 0.58f),
    .radius = sheaf_scene_between (seed, 3, 0.2f, 0.32f),
    .cos_lean = cosf (lean),
    .sin_lean = sinf (lean),
    .light_x = sheaf_scene_unit (seed, 5) < 0.5f ? -0.75f : 0.75f,
    .tilt = sheaf_scene_between (seed, 6, 0.14f, 0.34f),
    .rings = sheaf_scene_unit (seed, 7) < 0.65f,
    .bands = sheaf_scene_unit (seed, 8) < 0.6f,
    .seed = seed,
  };

  sheaf_canvas_wash (canvas, canvas->height, space_at, &planet);
  paint_stars (canvas, (SheafColour){ 0.95f, 0.97f, 1 }, beside_planet, &planet);

  /* The box that holds the globe and the leaning ellipse of the rings. */
  wide = planet.radius
         * (planet.rings ? 2.2f * sheaf_length (planet.cos_lean, planet.tilt * planet.sin_lean)
                         : 1.02f);
  high = planet.radius
         * MAX (planet.rings ? 2.2f * sheaf_length (planet.sin_lean, planet.tilt * planet.cos_lean)
                             : 0,
                1.02f);
  for (guint row = (guint) MAX (0, (planet.cy - high) / canvas->pixel);
       row < MIN (canvas->height, (guint) ((planet.cy + high) / canvas->pixel) + 1); row++)
    for (guint column = (guint) MAX (0, (planet.cx - wide) / canvas->pixel);
         column < MIN (canvas->width, (guint) ((planet.cx + wide) / canvas->pixel) + 1); column++)
      {
        SheafColour colour = sheaf_canvas_get (canvas, column, row);
        SheafColour over = planet_over (&planet, colour, (float) column * canvas->pixel,
                                        (float) row * canvas->pixel, canvas->pixel);

        if (over.r != colour.r || over.g != colour.g || over.b != colour.b)
          sheaf_canvas_put (canvas, column, row, over);
      }
}

#define CURTAINS 3

typedef struct
{
  SheafColour sky[3], green, violet;
  float *hems, *folds; /* CURTAINS of each for every place asked for along a row */
  float places;        /* per scene unit */
} Aurora;

static SheafColour
aurora_at (float x, float y, gpointer data)
{
  const Aurora *aurora = data;
  guint place = CURTAINS * (guint) (x * aurora->places + 0.5f);
  float glow = 0;

  for (guint i = 0; i < CURTAINS; i++)
    {
      float above = aurora->hems[place + i] - y;

      if (above > 0)
        glow += aurora->folds[place + i] * expf (-above * 6) * sheaf_smoothstep (0, 0.03f, above);
    }
  return sheaf_colour_add (
      sheaf_colour_ramp (aurora->sky, 3, y),
      sheaf_colour_mix (aurora->violet, aurora->green, sheaf_smoothstep (0.05f, 0.55f, y)),
      glow * 0.75f);
}

static void
hang_curtains (Aurora *aurora, const SheafCanvas *canvas)
{
  guint n = canvas->width + 8;

  aurora->places = 1 / canvas->pixel;
  aurora->hems = g_new (float, CURTAINS *n);
  aurora->folds = g_new (float, CURTAINS *n);
  for (guint place = 0; place < n; place++)
    for (guint i = 0; i < CURTAINS; i++)
      {
        guint32 seed = canvas->seed + 20 * i;
        float x = (float) place * canvas->pixel,
              at = x * 9 + 2 * sheaf_scene_noise1 (x * 3, seed + 1);

        aurora->hems[CURTAINS * place + i]
            = 0.45f + 0.1f * (float) i + 0.28f * (sheaf_scene_fbm1 (x * 1.4f, 3, seed) - 0.5f);
        aurora->folds[CURTAINS * place + i] = 0.35f + 0.65f * sheaf_scene_fbm1 (at, 3, seed + 2);
      }
}

static float
clear_night (float x, float y, gpointer data)
{
  return 0.8f;
}

void
sheaf_scene_paint_aurora (SheafCanvas *canvas)
{
  static const guint32 low[] = { 0x3dffa2, 0x58f5c3, 0x8bff6a };
  static const guint32 high[] = { 0x7b5cff, 0xff5ca8, 0x3aa0ff };
  Aurora aurora = {
    .sky
    = { sheaf_colour_hex (0x03071a), sheaf_colour_hex (0x0a1a35), sheaf_colour_hex (0x1c3b52) },
    .green = sheaf_colour_hex (low[canvas->seed % G_N_ELEMENTS (low)]),
    .violet = sheaf_colour_hex (high[(canvas->seed >> 4) % G_N_ELEMENTS (high)]),
  };
  SheafColour rock = sheaf_colour_hex (0x02050c), lit = sheaf_colour_scale (aurora.green, 0.22f);

  hang_curtains (&aurora, canvas);
  sheaf_canvas_wash (canvas, canvas->height, aurora_at, &aurora);
  paint_stars (canvas, (SheafColour){ 0.9f, 0.95f, 1 }, clear_night, NULL);
  for (guint column = 0; column < canvas->width; column++)
    {
      float x = (float) column * canvas->pixel;
      float peak = 1 - fabsf (2 * sheaf_scene_fbm1 (x * 1.7f, 7, canvas->seed + 90) - 1);
      float edge = 0.93f - 0.24f * peak * peak;

      for (guint row = (guint) (edge / canvas->pixel) + 1; row < canvas->height; row++)
        sheaf_canvas_put (
            canvas, column, row,
            sheaf_colour_mix (rock, lit,
                              0.25f * sheaf_clamp01 (((float) row * canvas->pixel - edge) * 4)));
    }
  g_free (aurora.hems);
  g_free (aurora.folds);
}

/* Neighbours go through the iteration together, in two groups, so that neither waits for itself. */
typedef float Lanes __attribute__ ((vector_size (16)));
typedef gint32 LaneMask __attribute__ ((vector_size (16)));

#define GROUPS     2
#define LANES      (4 * GROUPS)
#define ITERATIONS 80

typedef struct
{
  Lanes x[GROUPS], y[GROUPS];
  Lanes n[GROUPS]; /* steps until they had left */
} Orbits;

static inline Lanes
select_lanes (LaneMask mask, Lanes yes, Lanes no)
{
  return (Lanes) ((mask & (LaneMask) yes) | (~mask & (LaneMask) no));
}

static void
iterate (Orbits *orbits, const float *c)
{
  const Lanes one = { 1, 1, 1, 1 };
  LaneMask any = { -1, -1, -1, -1 };

  for (guint i = 0; i < ITERATIONS && (any[0] | any[1] | any[2] | any[3]) != 0; i++)
    {
      any = (LaneMask){ 0 };
      for (guint group = 0; group < GROUPS; group++)
        {
          Lanes x = orbits->x[group], y = orbits->y[group];
          Lanes xx = x * x, yy = y * y, xy = x * y;
          LaneMask live = xx + yy < 64.0f;

          any |= live;
          orbits->n[group] += (Lanes) (live & (LaneMask) one);
          orbits->x[group] = select_lanes (live, xx - yy + c[0], x);
          orbits->y[group] = select_lanes (live, xy + xy + c[1], y);
        }
    }
}

void
sheaf_scene_paint_julia (SheafCanvas *canvas)
{
  static const float constants[][2] = {
    { -0.7269f, 0.1889f },   { -0.8f, 0.156f },  { 0.285f, 0.01f }, { -0.4f, 0.6f },
    { -0.70176f, -0.3842f }, { 0.355f, 0.355f }, { -0.54f, 0.54f }, { -0.1011f, 0.9563f },
  };
  const float *c = constants[canvas->seed % G_N_ELEMENTS (constants)];
  const SheafColour *ink = sheaf_scene_palette (canvas->seed >> 7);
  float zoom = sheaf_scene_between (canvas->seed, 1, 1.3f, 2.6f);
  float turn = sheaf_scene_between (canvas->seed, 2, 0, 6.28f);
  float shift = sheaf_scene_between (canvas->seed, 3, 0, 1);
  float ca = cosf (turn) * zoom, sa = sinf (turn) * zoom;
  SheafColour ring[6] = { ink[0], ink[1], ink[3], ink[4], ink[2], ink[0] };
  g_autofree SheafColour *line = g_new (SheafColour, canvas->width + LANES);

  for (guint row = 0; row < canvas->height; row++)
    {
      for (guint column = 0; column < canvas->width; column += LANES)
        {
          Orbits orbits = { 0 };

          for (guint k = 0; k < LANES; k++)
            {
              float u = (float) (column + k) * canvas->pixel - canvas->aspect / 2;
              float v = (float) row * canvas->pixel - 0.5f;

              orbits.x[k / 4][k % 4] = u * ca - v * sa;
              orbits.y[k / 4][k % 4] = u * sa + v * ca;
            }
          iterate (&orbits, c);
          for (guint k = 0; k < LANES; k++)
            {
              float x = orbits.x[k / 4][k % 4], y = orbits.y[k / 4][k % 4];
              float square = x * x + y * y;

              if (square < 64)
                line[column + k] = sheaf_colour_mix (ink[0], ink[3], sheaf_clamp01 (square * 0.5f));
              else
                {
                  float smooth = orbits.n[k / 4][k % 4] + 1 - log2f (log2f (square) / 2);
                  float t = sqrtf (MAX (smooth, 0)) * 0.32f + shift;

                  line[column + k] = sheaf_colour_ramp (ring, 6, sheaf_fraction (t));
                }
            }
        }
      sheaf_canvas_put_row (canvas, row, line);
    }
}

typedef struct
{
  SheafColour sky[3], grid;
  float horizon, radius, cx, cy;
} Retro;

static SheafColour
retro_sky_at (float x, float y, gpointer data)
{
  const Retro *retro = data;
  float r = sheaf_length (x - retro->cx, y - retro->cy);

  return sheaf_colour_add (sheaf_colour_ramp (retro->sky, 3, y / retro->horizon),
                           sheaf_colour_hex (0xff8a5c),
                           0.5f * expf (-5 * MAX (0, r - retro->radius)));
}

static float
above_sun (float x, float y, gpointer data)
{
  const Retro *retro = data;

  return sheaf_length (x - retro->cx, y - retro->cy) < retro->radius
             ? 0
             : sheaf_clamp01 (1 - y / retro->horizon);
}

/* A sun in stripes, which grow apart downwards. */
static void
paint_striped_sun (SheafCanvas *canvas, const Retro *retro)
{
  SheafColour top = sheaf_colour_hex (0xfff27a), bottom = sheaf_colour_hex (0xff3d8b);
  float reach = retro->radius + canvas->pixel;

  for (guint row = (guint) ((retro->cy - reach) / canvas->pixel);
       (float) row * canvas->pixel < retro->horizon; row++)
    {
      float y = (float) row * canvas->pixel, stripe = (y - retro->cy) / retro->radius;
      SheafColour colour = sheaf_colour_mix (top, bottom, sheaf_clamp01 (0.5f + stripe / 2));

      if (stripe > -0.1f && sheaf_fraction (stripe * 6 + 6) >= 0.75f - 0.4f * stripe)
        continue;
      for (guint column = (guint) ((retro->cx - reach) / canvas->pixel);
           (float) column * canvas->pixel < retro->cx + reach; column++)
        {
          float r = sheaf_length ((float) column * canvas->pixel - retro->cx, y - retro->cy);

          if (r < reach)
            sheaf_canvas_put (
                canvas, column, row,
                sheaf_colour_mix (colour, sheaf_canvas_get (canvas, column, row),
                                  sheaf_smoothstep (retro->radius - canvas->pixel, reach, r)));
        }
    }
}

static void
paint_grid (SheafCanvas *canvas, const Retro *retro)
{
  g_autofree SheafColour *line = g_new (SheafColour, canvas->width);
  SheafColour far = sheaf_colour_hex (0x2a0a4a), near = sheaf_colour_hex (0x0a0320);

  for (guint row = (guint) (retro->horizon / canvas->pixel); row < canvas->height; row++)
    {
      float below = MAX ((float) row * canvas->pixel - retro->horizon, 0);
      float depth = 1 / (below + 0.02f), blur = canvas->pixel * depth * depth * 0.09f;
      float across = 1
                     - sheaf_smoothstep (0.02f + blur, 0.06f + 2 * blur,
                                         fabsf (sheaf_fraction (depth + 0.5f) - 0.5f));
      float from = 0.015f + canvas->pixel * depth, to = 0.04f + 2 * canvas->pixel * depth;
      float strength = sheaf_clamp01 (0.25f + below * 2.2f);
      SheafColour ground
          = sheaf_colour_add (sheaf_colour_mix (far, near, sheaf_clamp01 (below * 3)),
                              sheaf_colour_hex (0xff6a88), 0.5f * expf (-below * 16));

      for (guint column = 0; column < canvas->width; column++)
        {
          float ray = ((float) column * canvas->pixel - retro->cx) * depth * 2.2f;
          float along = 1 - sheaf_smoothstep (from, to, fabsf (sheaf_fraction (ray + 0.5f) - 0.5f));

          line[column] = sheaf_colour_add (ground, retro->grid, MAX (across, along) * strength);
        }
      sheaf_canvas_put_row (canvas, row, line);
    }
}

/* A low sun in stripes over a grid that runs to the horizon. */
void
sheaf_scene_paint_horizon (SheafCanvas *canvas)
{
  float radius = sheaf_scene_between (canvas->seed, 1, 0.2f, 0.28f);
  float ridge_seed = sheaf_scene_between (canvas->seed, 3, 0, 90);
  Retro retro = {
    .sky
    = { sheaf_colour_hex (0x120a3a), sheaf_colour_hex (0x6a1b7a), sheaf_colour_hex (0xff6a88) },
    .grid = sheaf_colour_hex (canvas->seed & 1 ? 0x29f0ff : 0xff4fd8),
    .horizon = 0.6f,
    .radius = radius,
    .cx = canvas->aspect / 2,
    .cy = 0.6f - radius * sheaf_scene_between (canvas->seed, 2, 0.3f, 0.6f),
  };
  SheafColour rock = sheaf_colour_hex (0x1a0836), foot = sheaf_colour_hex (0x5a1a78);

  sheaf_canvas_wash (canvas, (guint) (retro.horizon / canvas->pixel) + 2, retro_sky_at, &retro);
  paint_stars (canvas, (SheafColour){ 0.9f, 0.85f, 1 }, above_sun, &retro);
  paint_striped_sun (canvas, &retro);
  for (guint column = 0; column < canvas->width; column++)
    {
      float x = (float) column * canvas->pixel;
      float peak = retro.horizon
                   - 0.16f * sheaf_scene_fbm1 (x * 3 + ridge_seed, 6, canvas->seed)
                         * fabsf (x - retro.cx) / retro.cx;

      for (guint row = (guint) (peak / canvas->pixel) + 1;
           (float) row * canvas->pixel < retro.horizon; row++)
        sheaf_canvas_put (canvas, column, row,
                          sheaf_colour_mix (rock, foot, ((float) row * canvas->pixel - peak) * 4));
    }
  paint_grid (canvas, &retro);
}
