/* scene-pattern.c: colour and line for their own sake
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/scene.h"

#include <math.h>

#define TURN 6.2831853f

static float
warp (float x, float y, gpointer data)
{
  const SheafCanvas *canvas = data;
  float around = canvas->frame * TURN;
  float a = sheaf_scene_fbm2 (x * 1.1f + 0.3f * cosf (around), y * 1.1f, 3, canvas->seed + 1);
  float b = sheaf_scene_fbm2 (x * 1.1f + 7, y * 1.1f + 0.3f * sinf (around), 3, canvas->seed + 2);

  return sheaf_scene_fbm2 (x * 1.2f + 2.6f * a, y * 1.2f + 2.6f * b, 3, canvas->seed + 3);
}

void
sheaf_scene_paint_silk (SheafCanvas *canvas)
{
  const SheafColour *ink = sheaf_scene_palette (canvas->seed >> 4);
  float folds = sheaf_scene_between (canvas->seed, 4, 5, 11);
  SheafField field;

  sheaf_field_init (&field, canvas, warp, canvas);
  for (guint row = 0; row < canvas->height; row++)
    for (guint column = 0; column < canvas->width; column++)
      {
        float value = sheaf_field_at (&field, column, row);
        float next = sheaf_field_at (&field, column, MIN (row + 1, canvas->height - 1));
        float slope = (next - value) / canvas->pixel;
        float sheen = 0.5f + 0.5f * sinf (value * folds * TURN);
        SheafColour colour = sheaf_colour_ramp (
            ink, 5, 0.1f + 0.55f * sheaf_smoothstep (0.2f, 0.8f, value) + 0.3f * sheen * sheen);

        sheaf_canvas_put (canvas, column, row,
                          sheaf_colour_scale (colour, 1 + CLAMP (slope * 0.12f, -0.28f, 0.28f)));
      }
  sheaf_field_clear (&field);
}

static float
relief (float x, float y, gpointer data)
{
  const SheafCanvas *canvas = data;
  float dx = x / canvas->aspect - 0.5f, dy = y - 0.5f;

  return sheaf_scene_fbm2 (x * 2.1f, y * 2.1f, 5, canvas->seed) + 0.22f
         - 0.9f * (dx * dx + dy * dy);
}

void
sheaf_scene_paint_contours (SheafCanvas *canvas)
{
  static const guint32 sea[] = { 0x2b6777, 0x52a3ae, 0xc8e6e0 };
  static const guint32 land[] = { 0xf2e2b6, 0xb7c68b, 0x7c9a5e, 0xa88b5e, 0xf7f3ea };
  static const guint32 dusk_sea[] = { 0x1d1e4c, 0x3f3b7d, 0x9a8fc7 };
  static const guint32 dusk_land[] = { 0xf6d6c0, 0xe5989b, 0xb5657d, 0x6d4a75, 0xffeee2 };
  gboolean dusk = canvas->seed & 4;
  SheafField field;

  sheaf_field_init (&field, canvas, relief, canvas);
  for (guint row = 0; row < canvas->height; row++)
    for (guint column = 0; column < canvas->width; column++)
      {
        float height = sheaf_field_at (&field, column, row);
        float right = sheaf_field_at (&field, MIN (column + 1, canvas->width - 1), row);
        float down = sheaf_field_at (&field, column, MIN (row + 1, canvas->height - 1));
        float slope = hypotf (right - height, down - height) + 1e-6f;
        float level = (height - 0.5f) * 34;
        float line = fabsf (level - roundf (level)) / (slope * 34);
        gboolean heavy = ((int) roundf (level)) % 4 == 0;
        guint step;
        SheafColour colour;

        if (height < 0.5f)
          {
            step = MIN ((guint) ((0.5f - height) * 11), 2);
            colour = sheaf_colour_hex (dusk ? dusk_sea[2 - step] : sea[2 - step]);
          }
        else
          {
            step = MIN ((guint) ((height - 0.5f) * 17), 4);
            colour = sheaf_colour_hex (dusk ? dusk_land[step] : land[step]);
          }
        colour = sheaf_colour_scale (colour,
                                     1 - 0.35f * (heavy ? 1 : 0.5f) * sheaf_clamp01 (1.3f - line));
        sheaf_canvas_put (canvas, column, row, colour);
      }
  sheaf_field_clear (&field);
}

/* 1 inside, 0 outside, a pixel of softness between. */
static float
inside (float distance, float pixel)
{
  return 1 - sheaf_smoothstep (-pixel / 2, pixel / 2, distance);
}

void
sheaf_scene_paint_tiles (SheafCanvas *canvas)
{
  static const guint32 sets[][5] = {
    { 0xf1e9da, 0xd64933, 0x2e4057, 0xf4b942, 0x6b9ac4 },
    { 0xfaf3e0, 0x1b4965, 0xca6702, 0x62b6cb, 0xee9b00 },
    { 0xefe6dd, 0x231f20, 0xbb4430, 0x7ebdc2, 0xf3dfa2 },
    { 0x22223b, 0xf2e9e4, 0xc9ada7, 0xe07a5f, 0x81b29a },
  };
  const guint32 *set = sets[canvas->seed % G_N_ELEMENTS (sets)];
  guint across = 4 + (canvas->seed >> 5) % 4;
  float pixel = canvas->pixel * across;

  for (guint row = 0; row < canvas->height; row++)
    for (guint column = 0; column < canvas->width; column++)
      {
        float x = column * canvas->pixel * across, y = row * canvas->pixel * across;
        int i = (int) x, j = (int) y;
        guint32 tile = sheaf_scene_hash ((guint32) i * 131u + (guint32) j * 7177u + canvas->seed);
        float u = x - i, v = y - j;
        guint ground = tile % 5, figure = (ground + 1 + (tile >> 4) % 4) % 5,
              eye = (figure + 1 + (tile >> 13) % 3) % 5;
        SheafColour colour = sheaf_colour_hex (set[ground]);
        float shape = 0;

        if (tile & 0x100)
          u = 1 - u;
        if (tile & 0x200)
          v = 1 - v;
        switch ((tile >> 16) % 6)
          {
          case 0:
            shape = inside (hypotf (u, v) - 1, pixel);
            break;
          case 1:
            shape = inside (hypotf (u - 0.5f, v - 0.5f) - 0.42f, pixel);
            break;
          case 2:
            shape = inside (hypotf (u - 0.5f, v) - 0.5f, pixel);
            break;
          case 3:
            shape = inside (u - v, pixel);
            break;
          case 4:
            shape = inside (fabsf (hypotf (u, v) - 0.66f) - 0.22f, pixel);
            break;
          default:
            shape = inside (fabsf (fmodf (u * 4, 1) - 0.5f) - 0.25f, pixel * 4);
            break;
          }
        colour = sheaf_colour_mix (colour, sheaf_colour_hex (set[figure]), shape);
        if (((tile >> 16) % 6) < 2)
          colour = sheaf_colour_mix (colour, sheaf_colour_hex (set[eye]),
                                     inside (hypotf (u - ((tile >> 16) % 6 ? 0.5f : 0.28f),
                                                     v - ((tile >> 16) % 6 ? 0.5f : 0.28f))
                                                 - 0.16f,
                                             pixel));
        sheaf_canvas_put (canvas, column, row, colour);
      }
}

void
sheaf_scene_paint_truchet (SheafCanvas *canvas)
{
  const SheafColour *ink = sheaf_scene_palette (canvas->seed >> 6);
  guint across = 6 + (canvas->seed >> 3) % 7;
  float pixel = canvas->pixel * across;

  for (guint row = 0; row < canvas->height; row++)
    for (guint column = 0; column < canvas->width; column++)
      {
        float x = column * canvas->pixel * across, y = row * canvas->pixel * across;
        int i = (int) x, j = (int) y;
        guint32 tile = sheaf_scene_hash ((guint32) i * 131u + (guint32) j * 7177u + canvas->seed);
        float u = tile & 1 ? x - i : 1 - (x - i), v = y - j;
        float arc = MIN (fabsf (hypotf (u, v) - 0.5f), fabsf (hypotf (1 - u, 1 - v) - 0.5f));
        float along = (float) row / canvas->height;
        SheafColour ground = sheaf_colour_mix (ink[0], ink[1], along);
        SheafColour rope = sheaf_colour_mix (ink[2], ink[4], 1 - sheaf_clamp01 (arc * 6));

        sheaf_canvas_put (
            canvas, column, row,
            sheaf_colour_mix (sheaf_colour_mix (ground, sheaf_colour_scale (ink[0], 0.5f),
                                                inside (arc - 0.2f, pixel * 4)),
                              rope, inside (arc - 0.14f, pixel)));
      }
}

void
sheaf_scene_paint_glass (SheafCanvas *canvas)
{
  const SheafColour *ink = sheaf_scene_palette (canvas->seed >> 2);
  float cells = sheaf_scene_between (canvas->seed, 1, 5, 10);
  float sun_x = sheaf_scene_between (canvas->seed, 2, 0.2f, 0.8f) * canvas->aspect;

  for (guint row = 0; row < canvas->height; row++)
    for (guint column = 0; column < canvas->width; column++)
      {
        float x = column * canvas->pixel * cells, y = row * canvas->pixel * cells;
        int i = (int) x, j = (int) y;
        float nearest = 9, second = 9, light;
        guint32 owner = 0;
        SheafColour colour;

        for (int b = j - 1; b <= j + 1; b++)
          for (int a = i - 1; a <= i + 1; a++)
            {
              guint32 cell
                  = sheaf_scene_hash ((guint32) a * 131u + (guint32) b * 7177u + canvas->seed);
              float dx = a + (cell & 0xff) / 255.0f - x, dy = b + ((cell >> 8) & 0xff) / 255.0f - y;
              float distance = dx * dx + dy * dy;

              if (distance < nearest)
                {
                  second = nearest;
                  nearest = distance;
                  owner = cell;
                }
              else if (distance < second)
                second = distance;
            }
        light = 0.75f
                + 0.5f
                      * expf (-hypotf (column * canvas->pixel - sun_x, row * canvas->pixel - 0.3f)
                              * 2);
        colour = sheaf_colour_ramp (ink + 1, 4, ((owner >> 16) & 0xff) / 255.0f);
        colour = sheaf_colour_scale (colour, light * (1.08f - 0.25f * sqrtf (nearest)));
        sheaf_canvas_put (canvas, column, row,
                          sheaf_colour_mix (sheaf_colour_scale (ink[0], 0.4f), colour,
                                            sheaf_smoothstep (0.03f, 0.06f + canvas->pixel * cells,
                                                              sqrtf (second) - sqrtf (nearest))));
      }
}

/* Scales of the sea: rings behind rings, each row half a step aside. */
void
sheaf_scene_paint_waves (SheafCanvas *canvas)
{
  const SheafColour *ink = sheaf_scene_palette (canvas->seed >> 8);
  float size = sheaf_scene_between (canvas->seed, 1, 0.1f, 0.2f);
  float shift = canvas->frame;

  for (guint row = 0; row < canvas->height; row++)
    for (guint column = 0; column < canvas->width; column++)
      {
        float x = column * canvas->pixel / size + shift, y = row * canvas->pixel / size * 2.6f;
        float pixel = canvas->pixel / size;
        SheafColour colour = ink[0];

        /* Nearest row first: the first disc that covers the point hides the others. */
        for (int j = (int) floorf (y) + 3; j >= (int) floorf (y) - 1; j--)
          {
            float off = x - ((j & 1) ? 0.5f : 0.0f);
            float dx = off - roundf (off), dy = (y - j) / 2.6f;
            float r = hypotf (dx, dy) / 0.62f;
            float ring = r * 4 - floorf (r * 4);

            if (r > 1)
              continue;
            colour = sheaf_colour_ramp (
                ink + 1, 4, sheaf_clamp01 (0.15f + 0.2f * (float) j * size + 0.35f * (1 - r)));
            if (ring > 0.72f)
              colour = sheaf_colour_mix (colour, ink[4],
                                         sheaf_smoothstep (0.72f, 0.74f + 4 * pixel, ring));
            colour = sheaf_colour_mix (colour, ink[0],
                                       sheaf_smoothstep (0.96f - 2 * pixel, 0.96f, r) * 0.8f);
            break;
          }
        sheaf_canvas_put (canvas, column, row, colour);
      }
}

void
sheaf_scene_paint_ripples (SheafCanvas *canvas)
{
  const SheafColour *ink = sheaf_scene_palette (canvas->seed >> 5);
  guint drops = 3 + canvas->seed % 3;

  for (guint row = 0; row < canvas->height; row++)
    for (guint column = 0; column < canvas->width; column++)
      {
        float x = column * canvas->pixel, y = row * canvas->pixel;
        float slope_x = 0, slope_y = 0, light;

        for (guint i = 0; i < drops; i++)
          {
            float dx
                = x - sheaf_scene_between (canvas->seed, 10 + i, 0.05f, 0.95f) * canvas->aspect;
            float dy = (y - sheaf_scene_between (canvas->seed, 20 + i, 0.1f, 0.9f)) * 1.5f;
            float r = sqrtf (dx * dx + dy * dy) + 1e-4f;
            float wave = cosf (r * 95 - canvas->frame * TURN + i) * expf (-r * 3.2f);

            slope_x += wave * dx / r;
            slope_y += wave * dy / r;
          }
        light = slope_x * 0.5f - slope_y * 0.6f;
        sheaf_canvas_put (canvas, column, row,
                          sheaf_colour_ramp (ink, 5,
                                             0.18f + 0.45f * (1 - y) + 0.5f * light
                                                 + 0.9f * powf (sheaf_clamp01 (light * 0.9f), 3)));
      }
}
