/* scene-pattern.c: colour and line for their own sake
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/scene.h"

#include <math.h>

#define TURN 6.2831853f

typedef struct
{
  const SheafCanvas *canvas;
  const SheafColour *ink;
  float folds, cos_frame, sin_frame;
} Silk;

static float
warp (float x, float y, const Silk *silk)
{
  guint32 seed = silk->canvas->seed;
  float a = sheaf_scene_fbm2 (x * 1.1f + 0.3f * silk->cos_frame, y * 1.1f, 3, seed + 1);
  float b = sheaf_scene_fbm2 (x * 1.1f + 7, y * 1.1f + 0.3f * silk->sin_frame, 3, seed + 2);

  return sheaf_scene_fbm2 (x * 1.2f + 2.6f * a, y * 1.2f + 2.6f * b, 3, seed + 3);
}

static float
silk_field (float x, float y, gpointer data)
{
  return warp (x, y, data);
}

void
sheaf_scene_paint_silk (SheafCanvas *canvas)
{
  Silk silk = {
    .canvas = canvas,
    .ink = sheaf_scene_palette (canvas->seed >> 4),
    .folds = sheaf_scene_between (canvas->seed, 4, 5, 11),
    .cos_frame = cosf (canvas->frame * TURN),
    .sin_frame = sinf (canvas->frame * TURN),
  };
  g_autofree float *values = g_new (float, 2 * canvas->width);
  g_autofree SheafColour *line = g_new (SheafColour, canvas->width);
  float *here = values, *next = values + canvas->width;
  SheafField field;

  sheaf_field_init (&field, canvas, silk_field, &silk);
  sheaf_field_row (&field, 0, canvas->width, here);
  for (guint row = 0; row < canvas->height; row++)
    {
      float *spare = here;

      sheaf_field_row (&field, MIN (row + 1, canvas->height - 1), canvas->width, next);
      for (guint column = 0; column < canvas->width; column++)
        {
          float value = here[column], slope = (next[column] - value) / canvas->pixel;
          /* A sine, near enough: two parabolas. */
          float turn = sheaf_fraction (value * silk.folds) * 2 - 1;
          float sheen = 0.5f - 2 * turn * (1 - fabsf (turn));
          SheafColour colour = sheaf_colour_ramp (
              silk.ink, 5,
              0.1f + 0.55f * sheaf_smoothstep (0.2f, 0.8f, value) + 0.3f * sheen * sheen);

          line[column] = sheaf_colour_scale (colour, 1 + CLAMP (slope * 0.12f, -0.28f, 0.28f));
        }
      sheaf_canvas_put_row (canvas, row, line);
      here = next;
      next = spare;
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
  /* From the deepest water to the snow. */
  static const guint32 day[]
      = { 0x2b6777, 0x52a3ae, 0xc8e6e0, 0xf2e2b6, 0xb7c68b, 0x7c9a5e, 0xa88b5e, 0xf7f3ea };
  static const guint32 dusk[]
      = { 0x1d1e4c, 0x3f3b7d, 0x9a8fc7, 0xf6d6c0, 0xe5989b, 0xb5657d, 0x6d4a75, 0xffeee2 };
  SheafColour steps[G_N_ELEMENTS (day)];
  g_autofree float *values = g_new (float, 2 * canvas->width + 2);
  g_autofree SheafColour *line = g_new (SheafColour, canvas->width);
  float *here = values, *next = values + canvas->width + 1;
  SheafField field;

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    steps[i] = sheaf_colour_hex (canvas->seed & 4 ? dusk[i] : day[i]);
  sheaf_field_init (&field, canvas, relief, canvas);
  sheaf_field_row (&field, 0, canvas->width, here);
  for (guint row = 0; row < canvas->height; row++)
    {
      float *spare = here;

      sheaf_field_row (&field, MIN (row + 1, canvas->height - 1), canvas->width, next);
      here[canvas->width] = here[canvas->width - 1];
      for (guint column = 0; column < canvas->width; column++)
        {
          float height = here[column];
          float slope = sheaf_length (here[column + 1] - height, next[column] - height) + 1e-6f;
          float level = (height - 0.5f) * 34 + 0.5f;
          int nearest = sheaf_floor (level);
          float away = fabsf (level - 0.5f - (float) nearest) / (slope * 34);
          float weight = nearest % 4 == 0 ? 0.35f : 0.175f;
          int step = height < 0.5f ? 2 - MIN ((int) ((0.5f - height) * 11), 2)
                                   : 3 + MIN ((int) ((height - 0.5f) * 17), 4);

          line[column] = sheaf_colour_scale (steps[step], 1 - weight * sheaf_clamp01 (1.3f - away));
        }
      sheaf_canvas_put_row (canvas, row, line);
      here = next;
      next = spare;
    }
  sheaf_field_clear (&field);
}

/* 1 inside, 0 outside, a pixel of softness between. */
static float
inside (float distance, float pixel)
{
  return 1 - sheaf_smoothstep (-pixel / 2, pixel / 2, distance);
}

typedef struct
{
  SheafColour ground, figure, eye;
  guint shape;
  gboolean flip_u, flip_v;
} Tile;

static Tile
tile_at (const guint32 *set, int i, int j, guint32 seed)
{
  guint32 n = sheaf_scene_hash ((guint32) i * 131u + (guint32) j * 7177u + seed);
  guint ground = n % 5, figure = (ground + 1 + (n >> 4) % 4) % 5;

  return (Tile){
    .ground = sheaf_colour_hex (set[ground]),
    .figure = sheaf_colour_hex (set[figure]),
    .eye = sheaf_colour_hex (set[(figure + 1 + (n >> 13) % 3) % 5]),
    .shape = (n >> 16) % 6,
    .flip_u = (n & 0x100) != 0,
    .flip_v = (n & 0x200) != 0,
  };
}

static SheafColour
colour_in_tile (const Tile *tile, float u, float v, float pixel)
{
  float shape, centre = tile->shape == 0 ? 0.28f : 0.5f;
  SheafColour colour;

  if (tile->flip_u)
    u = 1 - u;
  if (tile->flip_v)
    v = 1 - v;
  switch (tile->shape)
    {
    case 0:
      shape = inside (sheaf_length (u, v) - 1, pixel);
      break;
    case 1:
      shape = inside (sheaf_length (u - 0.5f, v - 0.5f) - 0.42f, pixel);
      break;
    case 2:
      shape = inside (sheaf_length (u - 0.5f, v) - 0.5f, pixel);
      break;
    case 3:
      shape = inside (u - v, pixel);
      break;
    case 4:
      shape = inside (fabsf (sheaf_length (u, v) - 0.66f) - 0.22f, pixel);
      break;
    default:
      shape = inside (fabsf (sheaf_fraction (u * 4) - 0.5f) - 0.25f, pixel * 4);
      break;
    }
  colour = sheaf_colour_mix (tile->ground, tile->figure, shape);
  if (tile->shape < 2)
    colour = sheaf_colour_mix (colour, tile->eye,
                               inside (sheaf_length (u - centre, v - centre) - 0.16f, pixel));
  return colour;
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
  float pixel = canvas->pixel * (float) across;
  g_autofree SheafColour *line = g_new (SheafColour, canvas->width);

  for (guint row = 0; row < canvas->height; row++)
    {
      float y = (float) row * pixel;
      int at = -1;
      Tile tile = { 0 };

      for (guint column = 0; column < canvas->width; column++)
        {
          float x = (float) column * pixel;

          if ((int) x != at)
            {
              at = (int) x;
              tile = tile_at (set, at, (int) y, canvas->seed);
            }
          line[column] = colour_in_tile (&tile, x - (float) at, sheaf_fraction (y), pixel);
        }
      sheaf_canvas_put_row (canvas, row, line);
    }
}

void
sheaf_scene_paint_truchet (SheafCanvas *canvas)
{
  const SheafColour *ink = sheaf_scene_palette (canvas->seed >> 6);
  guint across = 6 + (canvas->seed >> 3) % 7;
  float pixel = canvas->pixel * (float) across;
  SheafColour shadow = sheaf_colour_scale (ink[0], 0.5f);
  g_autofree SheafColour *line = g_new (SheafColour, canvas->width);

  for (guint row = 0; row < canvas->height; row++)
    {
      float y = (float) row * pixel, v = sheaf_fraction (y);
      SheafColour ground = sheaf_colour_mix (ink[0], ink[1], (float) row / (float) canvas->height);
      int at = -1;
      gboolean flip = FALSE;

      for (guint column = 0; column < canvas->width; column++)
        {
          float x = (float) column * pixel, u, arc;

          if ((int) x != at)
            {
              at = (int) x;
              flip = !(sheaf_scene_hash ((guint32) at * 131u + (guint32) y * 7177u + canvas->seed)
                       & 1);
            }
          u = flip ? 1 - (x - (float) at) : x - (float) at;
          arc = MIN (fabsf (sheaf_length (u, v) - 0.5f),
                     fabsf (sheaf_length (1 - u, 1 - v) - 0.5f));
          line[column]
              = sheaf_colour_mix (sheaf_colour_mix (ground, shadow, inside (arc - 0.2f, pixel * 4)),
                                  sheaf_colour_mix (ink[2], ink[4], 1 - sheaf_clamp01 (arc * 6)),
                                  inside (arc - 0.14f, pixel));
        }
      sheaf_canvas_put_row (canvas, row, line);
    }
}

/* The panes whose middles may be nearest to a place in the cell (@i, @j). */
typedef struct
{
  float x[9], y[9];
  guint32 panes[9];
} Neighbours;

static void
find_neighbours (Neighbours *neighbours, int i, int j, guint32 seed)
{
  for (int k = 0; k < 9; k++)
    {
      int a = i + k % 3 - 1, b = j + k / 3 - 1;
      guint32 pane = sheaf_scene_hash ((guint32) a * 131u + (guint32) b * 7177u + seed);

      neighbours->x[k] = (float) a + (float) (pane & 0xff) / 255;
      neighbours->y[k] = (float) b + (float) ((pane >> 8) & 0xff) / 255;
      neighbours->panes[k] = pane;
    }
}

void
sheaf_scene_paint_glass (SheafCanvas *canvas)
{
  const SheafColour *ink = sheaf_scene_palette (canvas->seed >> 2);
  float cells = sheaf_scene_between (canvas->seed, 1, 5, 10), pixel = canvas->pixel * cells;
  float sun_x = sheaf_scene_between (canvas->seed, 2, 0.2f, 0.8f) * canvas->aspect;
  SheafColour lead = sheaf_colour_scale (ink[0], 0.4f);
  g_autofree SheafColour *line = g_new (SheafColour, canvas->width);

  for (guint row = 0; row < canvas->height; row++)
    {
      float y = (float) row * pixel;
      Neighbours neighbours = { 0 };
      int at = -1;

      for (guint column = 0; column < canvas->width; column++)
        {
          float x = (float) column * pixel, nearest = 9, second = 9, away;
          guint owner = 0;
          SheafColour colour;

          if ((int) x != at)
            {
              at = (int) x;
              find_neighbours (&neighbours, at, (int) y, canvas->seed);
            }
          for (guint k = 0; k < 9; k++)
            {
              float dx = neighbours.x[k] - x, dy = neighbours.y[k] - y;
              float distance = dx * dx + dy * dy;

              second = MIN (second, MAX (distance, nearest));
              owner = distance < nearest ? k : owner;
              nearest = MIN (nearest, distance);
            }
          nearest = sqrtf (nearest);
          away = sheaf_length (x / cells - sun_x, y / cells - 0.3f) * 2;
          colour = sheaf_colour_ramp (ink + 1, 4,
                                      (float) ((neighbours.panes[owner] >> 16) & 0xff) / 255);
          colour = sheaf_colour_scale (colour, (0.75f + 0.5f / (1 + away + 0.5f * away * away))
                                                   * (1.08f - 0.25f * nearest));
          line[column] = sheaf_colour_mix (
              lead, colour, sheaf_smoothstep (0.03f, 0.06f + pixel, sqrtf (second) - nearest));
        }
      sheaf_canvas_put_row (canvas, row, line);
    }
}

/* Scales of the sea: rings behind rings, each row half a step aside. */
void
sheaf_scene_paint_waves (SheafCanvas *canvas)
{
  const SheafColour *ink = sheaf_scene_palette (canvas->seed >> 8);
  float size = sheaf_scene_between (canvas->seed, 1, 0.1f, 0.2f), pixel = canvas->pixel / size;
  g_autofree SheafColour *line = g_new (SheafColour, canvas->width);

  for (guint row = 0; row < canvas->height; row++)
    {
      float y = (float) row * pixel * 2.6f;
      int nearest = sheaf_floor (y) + 2;

      for (guint column = 0; column < canvas->width; column++)
        {
          float x = (float) column * pixel + canvas->frame;

          line[column] = ink[0];
          /* Nearest row first: the first disc that covers the point hides the others. */
          for (int j = nearest; j >= nearest - 3; j--)
            {
              float dx = sheaf_fraction (x + ((j & 1) ? 0 : 0.5f)) - 0.5f;
              float dy = (y - (float) j) / 2.6f, square = (dx * dx + dy * dy) / (0.62f * 0.62f);
              float r, ring;
              SheafColour colour;

              if (square > 1)
                continue;
              r = sqrtf (square);
              ring = sheaf_fraction (r * 4);
              colour = sheaf_colour_ramp (
                  ink + 1, 4, sheaf_clamp01 (0.15f + 0.2f * (float) j * size + 0.35f * (1 - r)));
              colour = sheaf_colour_mix (colour, ink[4],
                                         sheaf_smoothstep (0.72f, 0.74f + 4 * pixel, ring));
              line[column] = sheaf_colour_mix (
                  colour, ink[0], sheaf_smoothstep (0.96f - 2 * pixel, 0.96f, r) * 0.8f);
              break;
            }
        }
      sheaf_canvas_put_row (canvas, row, line);
    }
}

#define MAX_DROPS 5

typedef struct
{
  const SheafColour *ink;
  float x[MAX_DROPS], y[MAX_DROPS];
  float around; /* how far the waves have run */
  guint n;
} Pond;

static SheafColour
pond_at (float x, float y, gpointer data)
{
  const Pond *pond = data;
  float slope_x = 0, slope_y = 0, light, glint;

  for (guint i = 0; i < pond->n; i++)
    {
      float dx = x - pond->x[i], dy = (y - pond->y[i]) * 1.5f;
      float r = sheaf_length (dx, dy) + 1e-4f;
      float wave = cosf (r * 95 - pond->around + (float) i) * expf (-r * 3.2f);

      slope_x += wave * dx / r;
      slope_y += wave * dy / r;
    }
  light = slope_x * 0.5f - slope_y * 0.6f;
  glint = sheaf_clamp01 (light * 0.9f);
  return sheaf_colour_ramp (pond->ink, 5,
                            0.18f + 0.45f * (1 - y) + 0.5f * light + 0.9f * glint * glint * glint);
}

void
sheaf_scene_paint_ripples (SheafCanvas *canvas)
{
  Pond pond = {
    .ink = sheaf_scene_palette (canvas->seed >> 5),
    .around = canvas->frame * TURN,
    .n = 3 + canvas->seed % 3,
  };

  for (guint i = 0; i < pond.n; i++)
    {
      pond.x[i] = sheaf_scene_between (canvas->seed, 10 + i, 0.05f, 0.95f) * canvas->aspect;
      pond.y[i] = sheaf_scene_between (canvas->seed, 20 + i, 0.1f, 0.9f);
    }
  sheaf_canvas_wash (canvas, canvas->height, pond_at, &pond);
}
