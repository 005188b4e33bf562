/* scene-sky.c: what is far above, and what only numbers have seen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/scene.h"

#include <math.h>

static SheafColour
add (SheafColour colour, SheafColour light, float amount)
{
  return (SheafColour){ colour.r + light.r * amount, colour.g + light.g * amount,
                        colour.b + light.b * amount };
}

/* Three sheets of stars, from dust to a few bright ones. */
static float
starlight (const SheafCanvas *canvas, float x, float y)
{
  static const float densities[] = { 90, 45, 14 };
  float light = 0;

  for (guint sheet = 0; sheet < G_N_ELEMENTS (densities); sheet++)
    {
      float cells = densities[sheet];
      int i = (int) floorf (x * cells), j = (int) floorf (y * cells);
      guint32 cell
          = sheaf_scene_hash ((guint32) i * 7919u + (guint32) j * 104729u + canvas->seed + sheet);
      float dx = x * cells - i - sheaf_scene_between (cell, 1, 0.25f, 0.75f);
      float dy = y * cells - j - sheaf_scene_between (cell, 2, 0.25f, 0.75f);
      float size = 0.06f + canvas->pixel * cells * 0.5f;

      if (sheaf_scene_unit (cell, 4) < 0.35f && size < 0.5f)
        light += expf (-(dx * dx + dy * dy) / (size * size))
                 * sheaf_scene_between (cell, 5, 0.2f, 0.6f + 0.25f * sheet);
    }
  return light;
}

static float
cloud (float x, float y, gpointer data)
{
  const SheafCanvas *canvas = data;
  float a = sheaf_scene_fbm2 (x * 1.7f, y * 1.7f, 4, canvas->seed + 3);
  float b = sheaf_scene_fbm2 (x * 1.7f + 5, y * 1.7f + 2, 4, canvas->seed + 4);

  return sheaf_scene_fbm2 (x * 1.5f + 2.2f * a, y * 1.5f + 2.2f * b, 5, canvas->seed + 5);
}

static float
tint (float x, float y, gpointer data)
{
  const SheafCanvas *canvas = data;

  return sheaf_scene_fbm2 (x * 1.1f + 20, y * 1.1f, 3, canvas->seed + 6);
}

void
sheaf_scene_paint_nebula (SheafCanvas *canvas)
{
  const SheafColour *warm = sheaf_scene_palette (canvas->seed >> 3);
  const SheafColour *cold = sheaf_scene_palette (canvas->seed >> 9);
  SheafColour dark = sheaf_colour_scale (cold[0], 0.25f);
  SheafField gas, hue;

  sheaf_field_init (&gas, canvas, cloud, canvas);
  sheaf_field_init (&hue, canvas, tint, canvas);
  for (guint row = 0; row < canvas->height; row++)
    for (guint column = 0; column < canvas->width; column++)
      {
        float x = column * canvas->pixel, y = row * canvas->pixel;
        float density = sheaf_smoothstep (0.36f, 0.78f, sheaf_field_at (&gas, column, row));
        float choice = sheaf_smoothstep (0.38f, 0.62f, sheaf_field_at (&hue, column, row));
        SheafColour lit = sheaf_colour_mix (sheaf_colour_ramp (cold, 5, density),
                                            sheaf_colour_ramp (warm, 5, density), choice);
        SheafColour colour = sheaf_colour_mix (dark, lit, density);
        float stars = starlight (canvas, x, y) * (1 - 0.5f * density);

        sheaf_canvas_put (canvas, column, row,
                          add (colour, (SheafColour){ 1, 0.96f, 0.9f }, stars));
      }
  sheaf_field_clear (&gas);
  sheaf_field_clear (&hue);
}

void
sheaf_scene_paint_planet (SheafCanvas *canvas)
{
  guint32 seed = canvas->seed;
  const SheafColour *ink = sheaf_scene_palette (seed >> 5);
  float cx = sheaf_scene_between (seed, 1, 0.36f, 0.64f) * canvas->aspect;
  float cy = sheaf_scene_between (seed, 2, 0.42f, 0.58f);
  float radius = sheaf_scene_between (seed, 3, 0.2f, 0.32f);
  float lean = sheaf_scene_between (seed, 4, -0.5f, 0.5f);
  float light_x = sheaf_scene_unit (seed, 5) < 0.5f ? -0.75f : 0.75f;
  float tilt = sheaf_scene_between (seed, 6, 0.14f, 0.34f);
  gboolean rings = sheaf_scene_unit (seed, 7) < 0.65f;
  gboolean bands = sheaf_scene_unit (seed, 8) < 0.6f;

  for (guint row = 0; row < canvas->height; row++)
    for (guint column = 0; column < canvas->width; column++)
      {
        float x = column * canvas->pixel, y = row * canvas->pixel;
        float dx = (x - cx) * cosf (lean) + (y - cy) * sinf (lean);
        float dy = (y - cy) * cosf (lean) - (x - cx) * sinf (lean);
        float r = sqrtf (dx * dx + dy * dy) / radius;
        float ring = sqrtf (dx * dx + dy * dy / (tilt * tilt)) / radius;
        SheafColour colour = add (sheaf_colour_scale (ink[0], 0.35f),
                                  (SheafColour){ 0.95f, 0.97f, 1 }, starlight (canvas, x, y));

        colour = add (colour, ink[3], 0.35f * expf (-6 * MAX (r - 1, 0)) * (r > 1));
        if (r < 1 + canvas->pixel / radius)
          {
            float z = sqrtf (MAX (0, 1 - r * r));
            float nx = dx / radius, ny = dy / radius;
            float shade = sheaf_clamp01 (nx * light_x - ny * 0.35f + z * 0.55f + 0.06f);
            float cover
                = bands ? sheaf_scene_fbm2 (
                      nx * 0.7f + z, ny * 7 + 0.6f * sheaf_scene_fbm2 (nx * 3, ny * 5, 3, seed), 4,
                      seed + 11)
                        : sheaf_scene_fbm2 (nx * 2.4f / (0.6f + z), ny * 2.4f / (0.6f + z), 6,
                                            seed + 12);
            SheafColour ground
                = sheaf_colour_ramp (ink + 1, 4, sheaf_smoothstep (0.25f, 0.75f, cover));

            ground = sheaf_colour_scale (ground, 0.05f + 1.05f * shade);
            ground = add (ground, ink[4], 0.35f * powf (1 - z, 3) * shade);
            colour = sheaf_colour_mix (
                ground, colour,
                sheaf_smoothstep (1 - canvas->pixel / radius, 1 + canvas->pixel / radius, r));
          }
        if (rings && ring > 1.35f && ring < 2.2f && (dy > 0 || r > 1))
          {
            float groove = sheaf_scene_noise1 (ring * 38, seed + 13);
            float veil
                = sheaf_smoothstep (1.35f, 1.4f, ring) * (1 - sheaf_smoothstep (2.1f, 2.2f, ring));
            gboolean shadow = dx * light_x < 0 && fabsf (dy) < radius * 0.9f && ring < 2.2f
                              && r < 1.35f && dy < 0;

            colour = sheaf_colour_mix (colour, sheaf_colour_scale (ink[4], shadow ? 0.2f : 0.9f),
                                       veil * (0.25f + 0.65f * groove));
          }
        sheaf_canvas_put (canvas, column, row, colour);
      }
}

static float
curtain (float x, float y, gpointer data)
{
  const SheafCanvas *canvas = data;
  float sum = 0;

  for (guint i = 0; i < 3; i++)
    {
      guint32 seed = canvas->seed + 20 * i;
      float hem = 0.45f + 0.1f * i + 0.28f * (sheaf_scene_fbm1 (x * 1.4f, 3, seed) - 0.5f);
      float above = hem - y;
      float folds = 0.35f
                    + 0.65f
                          * sheaf_scene_fbm1 (x * 9 + 2 * sheaf_scene_noise1 (x * 3, seed + 1), 3,
                                              seed + 2);

      if (above > 0)
        sum += folds * expf (-above * 6) * sheaf_smoothstep (0, 0.03f, above);
      else
        sum += folds * expf (above * 60) * 0.0f;
    }
  return sum;
}

void
sheaf_scene_paint_aurora (SheafCanvas *canvas)
{
  static const guint32 low[] = { 0x3dffa2, 0x58f5c3, 0x8bff6a };
  static const guint32 high[] = { 0x7b5cff, 0xff5ca8, 0x3aa0ff };
  SheafColour green = sheaf_colour_hex (low[canvas->seed % G_N_ELEMENTS (low)]);
  SheafColour violet = sheaf_colour_hex (high[(canvas->seed >> 4) % G_N_ELEMENTS (high)]);
  SheafColour sky[3]
      = { sheaf_colour_hex (0x03071a), sheaf_colour_hex (0x0a1a35), sheaf_colour_hex (0x1c3b52) };
  g_autofree float *edge = g_new (float, canvas->width);
  SheafField light;

  sheaf_field_init (&light, canvas, curtain, canvas);
  for (guint column = 0; column < canvas->width; column++)
    {
      float x = column * canvas->pixel;
      float peak = 1 - fabsf (2 * sheaf_scene_fbm1 (x * 1.7f, 7, canvas->seed + 90) - 1);

      edge[column] = 0.93f - 0.24f * peak * peak;
    }
  for (guint row = 0; row < canvas->height; row++)
    {
      float y = row * canvas->pixel;
      SheafColour base = sheaf_colour_ramp (sky, 3, y);

      for (guint column = 0; column < canvas->width; column++)
        {
          float glow = sheaf_field_at (&light, column, row);
          SheafColour hue = sheaf_colour_mix (violet, green, sheaf_smoothstep (0.05f, 0.55f, y));
          SheafColour colour = add (base, (SheafColour){ 0.9f, 0.95f, 1 },
                                    starlight (canvas, column * canvas->pixel, y) * 0.8f);

          colour = add (colour, hue, glow * 0.75f);
          if (y > edge[column])
            colour
                = sheaf_colour_mix (sheaf_colour_hex (0x02050c), sheaf_colour_scale (green, 0.22f),
                                    0.25f * sheaf_clamp01 ((y - edge[column]) * 4));
          sheaf_canvas_put (canvas, column, row, colour);
        }
    }
  sheaf_field_clear (&light);
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

  for (guint row = 0; row < canvas->height; row++)
    for (guint column = 0; column < canvas->width; column++)
      {
        float u = column * canvas->pixel - canvas->aspect / 2, v = row * canvas->pixel - 0.5f;
        float x = u * ca - v * sa, y = u * sa + v * ca, xx = x * x, yy = y * y;
        guint n = 0;

        for (; n < 110 && xx + yy < 64; n++)
          {
            y = 2 * x * y + c[1];
            x = xx - yy + c[0];
            xx = x * x;
            yy = y * y;
          }
        if (n == 110)
          sheaf_canvas_put (canvas, column, row,
                            sheaf_colour_mix (ink[0], ink[3], sheaf_clamp01 ((xx + yy) * 0.5f)));
        else
          {
            float smooth = n + 1 - log2f (log2f (xx + yy) / 2);
            float t = sqrtf (MAX (smooth, 0)) * 0.32f + shift;

            sheaf_canvas_put (canvas, column, row, sheaf_colour_ramp (ring, 6, t - floorf (t)));
          }
      }
}

/* A low sun in stripes over a grid that runs to the horizon. */
void
sheaf_scene_paint_horizon (SheafCanvas *canvas)
{
  SheafColour sky[3]
      = { sheaf_colour_hex (0x120a3a), sheaf_colour_hex (0x6a1b7a), sheaf_colour_hex (0xff6a88) };
  SheafColour grid = sheaf_colour_hex (canvas->seed & 1 ? 0x29f0ff : 0xff4fd8);
  float horizon = 0.6f, radius = sheaf_scene_between (canvas->seed, 1, 0.2f, 0.28f);
  float cx = canvas->aspect / 2,
        cy = horizon - radius * sheaf_scene_between (canvas->seed, 2, 0.3f, 0.6f);
  float ridge_seed = sheaf_scene_between (canvas->seed, 3, 0, 90);

  for (guint row = 0; row < canvas->height; row++)
    for (guint column = 0; column < canvas->width; column++)
      {
        float x = column * canvas->pixel, y = row * canvas->pixel;
        SheafColour colour = sheaf_colour_ramp (sky, 3, y / horizon);

        if (y < horizon)
          {
            float r = hypotf (x - cx, y - cy);
            float stripe = (y - cy) / radius;
            float gap = stripe > -0.1f ? fmodf (stripe * 6 + 6, 1) - (0.75f - 0.4f * stripe) : -1;
            float peak = horizon
                         - 0.16f * sheaf_scene_fbm1 (x * 3 + ridge_seed, 6, canvas->seed)
                               * fabsf (x - cx) / cx;

            colour = add (colour, (SheafColour){ 0.9f, 0.85f, 1 },
                          starlight (canvas, x, y) * (1 - y / horizon));
            colour
                = add (colour, sheaf_colour_hex (0xff8a5c), 0.5f * expf (-5 * MAX (0, r - radius)));
            if (gap < 0)
              colour = sheaf_colour_mix (
                  sheaf_colour_mix (sheaf_colour_hex (0xfff27a), sheaf_colour_hex (0xff3d8b),
                                    sheaf_clamp01 (0.5f + stripe / 2)),
                  colour, sheaf_smoothstep (radius - canvas->pixel, radius + canvas->pixel, r));
            if (y > peak)
              colour = sheaf_colour_mix (sheaf_colour_hex (0x1a0836), sheaf_colour_hex (0x5a1a78),
                                         (y - peak) * 4);
          }
        else
          {
            float depth = 1 / (y - horizon + 0.02f), blur = canvas->pixel * depth * depth * 0.09f;
            float lines = fabsf (depth - roundf (depth)),
                  rays = fabsf ((x - cx) * depth * 2.2f - roundf ((x - cx) * depth * 2.2f));
            float line = 1 - sheaf_smoothstep (0.02f + blur, 0.06f + 2 * blur, lines);
            float ray = 1
                        - sheaf_smoothstep (0.015f + canvas->pixel * depth,
                                            0.04f + 2 * canvas->pixel * depth, rays);

            colour = sheaf_colour_mix (sheaf_colour_hex (0x2a0a4a), sheaf_colour_hex (0x0a0320),
                                       sheaf_clamp01 ((y - horizon) * 3));
            colour = add (colour, grid,
                          MAX (line, ray) * sheaf_clamp01 (0.25f + (y - horizon) * 2.2f));
            colour = add (colour, sheaf_colour_hex (0xff6a88), 0.5f * expf (-(y - horizon) * 16));
          }
        sheaf_canvas_put (canvas, column, row, colour);
      }
}
