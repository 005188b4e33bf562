/* scene.h: the kinds of pictures the demo gallery can paint
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/demo/scene-kit.h"

G_BEGIN_DECLS

/**
 * SheafScene:
 * @name: what it shows, as a tag
 * @titles: (array zero-terminated=1): what its pictures may be called
 * @weight: how often it comes
 * @sharp: hard edges and few colours: a PNG rather than a JPEG
 * @moves: has a motion that ends where it began
 */
typedef struct
{
  const char *name;
  const char *const *titles;
  guint weight;
  gboolean sharp;
  gboolean moves;
  void (*paint) (SheafCanvas *canvas);
} SheafScene;

/* Ends with a row without a name. */
extern const SheafScene sheaf_scenes[];

/* A new picture: 3 bytes a pixel; @frame as in #SheafCanvas. */
guint8 *sheaf_scene_render (guint scene, guint32 seed, guint width, guint height, float frame);

void sheaf_scene_paint_ridges (SheafCanvas *canvas);
void sheaf_scene_paint_lake (SheafCanvas *canvas);
void sheaf_scene_paint_dunes (SheafCanvas *canvas);
void sheaf_scene_paint_forest (SheafCanvas *canvas);
void sheaf_scene_paint_skyline (SheafCanvas *canvas);

void sheaf_scene_paint_planet (SheafCanvas *canvas);
void sheaf_scene_paint_nebula (SheafCanvas *canvas);
void sheaf_scene_paint_aurora (SheafCanvas *canvas);
void sheaf_scene_paint_julia (SheafCanvas *canvas);
void sheaf_scene_paint_horizon (SheafCanvas *canvas);

void sheaf_scene_paint_silk (SheafCanvas *canvas);
void sheaf_scene_paint_contours (SheafCanvas *canvas);
void sheaf_scene_paint_tiles (SheafCanvas *canvas);
void sheaf_scene_paint_truchet (SheafCanvas *canvas);
void sheaf_scene_paint_glass (SheafCanvas *canvas);
void sheaf_scene_paint_waves (SheafCanvas *canvas);
void sheaf_scene_paint_ripples (SheafCanvas *canvas);

G_END_DECLS
