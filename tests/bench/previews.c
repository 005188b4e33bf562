/* previews.c: how soon a screenful of a camera's folder can be seen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * previews FOLDER [VISIBLE] [PREVIEWS] — asks for the thumbnails of all pictures in FOLDER as a
 * batch does, and for those of the first VISIBLE (30) as tiles do, with embedded previews or, where
 * PREVIEWS is 0, without.  Prints one JSON object: the milliseconds until the first tile shows
 * something, until all of them do, until all show their thumbnails, and until the batch is done.
 * The shared cache must be empty: set XDG_CACHE_HOME. */
#include "config.h"

#include "app/thumbnail/thumbnailer.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct
{
  SheafThumbnailer *thumbnailer;
  GPtrArray *files; /* (element-type GFile) */
  guint n_visible;
  guint next;
  guint n_under_way;
  guint n_shown;
  guint n_thumbnails;
  guint n_previews;
  guint n_failed;
  gint64 begin;
  gint64 first_shown, all_shown, all_thumbnails;
} Bench;

typedef struct
{
  Bench *bench;
  gboolean shown;
} Tile;

static void ask_for_more (Bench *bench);

static void
show (Tile *tile)
{
  Bench *bench = tile->bench;
  gint64 now = g_get_monotonic_time ();

  if (tile->shown)
    return;
  tile->shown = TRUE;
  if (++bench->n_shown == 1)
    bench->first_shown = now;
  if (bench->n_shown == bench->n_visible)
    bench->all_shown = now;
}

static void
on_preview (SheafPixels *preview, gpointer data)
{
  Tile *tile = data;

  tile->bench->n_previews++;
  show (tile);
}

static void
on_seen (GObject *object, GAsyncResult *result, gpointer data)
{
  Tile *tile = data;
  Bench *bench = tile->bench;
  g_autoptr (SheafThumbnail) thumbnail
      = sheaf_thumbnailer_load_finish (SHEAF_THUMBNAILER (object), result, NULL);

  show (tile);
  bench->n_failed += thumbnail == NULL;
  if (++bench->n_thumbnails == bench->n_visible)
    bench->all_thumbnails = g_get_monotonic_time ();
  g_free (tile);
}

static void
on_made (GObject *object, GAsyncResult *result, gpointer data)
{
  Bench *bench = data;
  g_autoptr (SheafThumbnail) thumbnail
      = sheaf_thumbnailer_load_finish (SHEAF_THUMBNAILER (object), result, NULL);

  bench->n_failed += thumbnail == NULL;
  bench->n_under_way--;
  ask_for_more (bench);
}

/* As many at once as a batch asks for. */
static void
ask_for_more (Bench *bench)
{
  while (bench->next < bench->files->len
         && bench->n_under_way < 4 * sheaf_thumbnailer_get_n_workers (bench->thumbnailer))
    {
      bench->n_under_way++;
      sheaf_thumbnailer_load_async (bench->thumbnailer,
                                    g_ptr_array_index (bench->files, bench->next++), 256,
                                    SHEAF_THUMBNAIL_OUTPUT_CACHE, NULL, FALSE,
                                    SHEAF_THUMBNAIL_BACKGROUND, NULL, on_made, bench);
    }
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (g_file_peek_path (*(GFile **) a), g_file_peek_path (*(GFile **) b));
}

static GPtrArray *
list_files (const char *folder)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (files, g_file_new_build_filename (folder, name, NULL));
  g_ptr_array_sort (files, by_name);
  return files;
}

int
main (int argc, char *argv[])
{
  SheafExecutor *executor = sheaf_executor_create ("processes", NULL, NULL);
  gboolean previews = argc < 4 || atoi (argv[3]) != 0;
  Bench bench = { 0 };
  double ms = 1000;

  if (argc < 2 || executor == NULL)
    {
      fprintf (stderr, "previews FOLDER [VISIBLE] [PREVIEWS]\n");
      return 2;
    }
  bench.thumbnailer = sheaf_thumbnailer_new (executor);
  bench.files = list_files (argv[1]);
  bench.n_visible = MIN (argc > 2 ? (guint) atoi (argv[2]) : 30, bench.files->len);
  bench.begin = g_get_monotonic_time ();

  ask_for_more (&bench);
  for (guint i = 0; i < bench.n_visible; i++)
    {
      Tile *tile = g_new0 (Tile, 1);

      tile->bench = &bench;
      sheaf_thumbnailer_look_async (bench.thumbnailer, g_ptr_array_index (bench.files, i), 256,
                                    SHEAF_THUMBNAIL_VISIBLE, previews ? on_preview : NULL, NULL,
                                    on_seen, tile);
    }
  while (bench.n_under_way > 0 || bench.n_thumbnails < bench.n_visible)
    g_main_context_iteration (NULL, TRUE);

  printf ("{\"files\": %u, \"visible\": %u, \"previews\": %u, \"failed\": %u, \"first_ms\": %.1f, "
          "\"shown_ms\": %.1f, \"thumbnails_ms\": %.1f, \"all_ms\": %.1f}\n",
          bench.files->len, bench.n_visible, bench.n_previews, bench.n_failed,
          (double) (bench.first_shown - bench.begin) / ms,
          (double) (bench.all_shown - bench.begin) / ms,
          (double) (bench.all_thumbnails - bench.begin) / ms,
          (double) (g_get_monotonic_time () - bench.begin) / ms);
  g_object_unref (bench.thumbnailer);
  sheaf_executor_shutdown (executor, TRUE);
  g_object_unref (executor);
  g_ptr_array_unref (bench.files);
  return bench.n_failed > 0;
}
