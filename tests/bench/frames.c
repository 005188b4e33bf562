/* frames.c: how long the window's frames take while a person scrolls wildly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * frames FOLDER [ITEMS] [PIXELS-PER-SECOND] [SECONDS] — shows ITEMS tiles of the pictures in FOLDER
 * (repeated) in the grid of the window, in its style, scrolls, and prints one JSON object: the
 * milliseconds from the start of the process to its first frame, the work of a frame as p50, p95,
 * p99 and max, by the wall and by the main thread's own processor time, frames per second, resident
 * memory before and after, and what the texture cache holds.
 *
 * The work of a frame is all from before-paint to after-paint of the frame clock: tick, binding and
 * layout of tiles, and drawing.  The cairo renderer draws in that time to the last pixel and hands
 * the result to the X server; with a graphics card some of the drawing would go on afterwards.
 * Nothing is left out: where no picture was ever shown, there is no result. */
#include "config.h"

#include "ui/grid.h"
#include "ui/texture-cache.h"

#include <adwaita.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef struct
{
  SheafGrid *grid;
  GMainLoop *loop;
  GArray *work; /* (element-type double): milliseconds by the clock on the wall */
  GArray *cpu; /* (element-type double): of the main thread alone, whatever else the machine does */
  gint64 process_start;
  gint64 first_frame;
  gint64 paint_start;
  double cpu_start;
  gint64 scroll_start;
  gint64 last_tick;
  double speed;
  double seconds;
  int direction;
  guint64 rss_before;
} Bench;

static guint64
resident_kb (void)
{
  g_autofree char *text = NULL;
  guint64 pages = 0;

  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    pages = g_ascii_strtoull (strchr (text, ' '), NULL, 10);
  return pages * (guint64) sysconf (_SC_PAGESIZE) / 1024;
}

/* When the kernel started this process, on the monotonic clock. */
static gint64
process_start (void)
{
  g_autofree char *text = NULL;
  const char *field;

  if (!g_file_get_contents ("/proc/self/stat", &text, NULL, NULL))
    return g_get_monotonic_time ();
  field = strrchr (text, ')') + 2;
  for (guint i = 0; i < 19; i++)
    field = strchr (field, ' ') + 1;
  return (gint64) (g_ascii_strtoull (field, NULL, 10) * G_USEC_PER_SEC
                   / (guint64) sysconf (_SC_CLK_TCK));
}

static double
thread_cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static void
on_before_paint (Bench *bench)
{
  bench->paint_start = g_get_monotonic_time ();
  bench->cpu_start = thread_cpu_ms ();
}

static void
on_after_paint (Bench *bench)
{
  gint64 now = g_get_monotonic_time ();

  if (bench->first_frame == 0)
    bench->first_frame = now;
  if (bench->scroll_start != 0)
    {
      double ms = (double) (now - bench->paint_start) / 1000;
      double cpu = thread_cpu_ms () - bench->cpu_start;

      g_array_append_val (bench->work, ms);
      g_array_append_val (bench->cpu, cpu);
    }
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  Bench *bench = user_data;
  GtkAdjustment *adjustment = sheaf_grid_get_vadjustment (bench->grid);
  gint64 now = gdk_frame_clock_get_frame_time (clock);
  double value = gtk_adjustment_get_value (adjustment);
  double end = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  if (bench->last_tick != 0)
    {
      value += bench->direction * bench->speed * (double) (now - bench->last_tick) / G_USEC_PER_SEC;
      if (value >= end || value <= 0)
        bench->direction = -bench->direction;
      gtk_adjustment_set_value (adjustment, CLAMP (value, 0, end));
    }
  bench->last_tick = now;
  if (g_get_monotonic_time () - bench->scroll_start > bench->seconds * G_USEC_PER_SEC)
    {
      g_main_loop_quit (bench->loop);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_warm (gpointer user_data)
{
  Bench *bench = user_data;

  bench->rss_before = resident_kb ();
  bench->scroll_start = g_get_monotonic_time ();
  gtk_widget_add_tick_callback (GTK_WIDGET (bench->grid), on_tick, bench, NULL);
  return G_SOURCE_REMOVE;
}

/* Every tile has an entry of its own, so that none is in the cache before it was shown. */
static SheafItemList *
list_new (const char *folder, guint n_items)
{
  SheafItemList *list = sheaf_item_list_new ();
  g_autoptr (GPtrArray) entries
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
  g_autoptr (GPtrArray) uris = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (uris, g_filename_to_uri (path, NULL, NULL));
    }
  if (uris->len == 0)
    {
      fprintf (stderr, "no pictures in %s\n", folder);
      exit (1);
    }
  for (guint i = 0; i < n_items; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      SheafEntry *entry = sheaf_entry_new ("bench", id);

      entry->url = g_strdup (g_ptr_array_index (uris, i % uris->len));
      entry->title = g_strdup_printf ("Picture number %u of a long list", i + 1);
      g_ptr_array_add (entries, entry);
    }
  sheaf_item_list_append (list, entries);
  return list;
}

/* What AdwApplication does for the window: rounded corners, and what is hidden until it is needed.
 */
static void
use_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/io/github/sheaf_app/Sheaf/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a;
  double right = *(const double *) b;

  return (left > right) - (left < right);
}

static double
percentile (GArray *sorted, double share)
{
  guint index = (guint) (share * (sorted->len - 1) + 0.5);

  return sorted->len > 0 ? g_array_index (sorted, double, index) : 0;
}

int
main (int argc, char *argv[])
{
  Bench bench = { .direction = 1 };
  g_autoptr (SheafSettings) settings = NULL;
  g_autoptr (SheafEngine) engine = NULL;
  g_autoptr (SheafItemList) list = NULL;
  guint n_items = argc > 2 ? (guint) atoi (argv[2]) : 100000;
  GtkWidget *window;
  GdkFrameClock *clock;
  int status;

  if (argc < 2)
    {
      fprintf (stderr, "usage: %s FOLDER [ITEMS] [PIXELS-PER-SECOND] [SECONDS]\n", argv[0]);
      return 2;
    }
  bench.speed = argc > 3 ? g_ascii_strtod (argv[3], NULL) : 4000;
  bench.seconds = argc > 4 ? g_ascii_strtod (argv[4], NULL) : 10;
  bench.process_start = process_start ();
  bench.work = g_array_new (FALSE, FALSE, sizeof (double));
  bench.cpu = g_array_new (FALSE, FALSE, sizeof (double));
  bench.loop = g_main_loop_new (NULL, FALSE);

  adw_init ();
  use_style ();
  settings = sheaf_settings_new ();
  engine = sheaf_engine_new (settings);
  list = list_new (argv[1], n_items);

  window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 720);
  bench.grid = g_object_new (SHEAF_TYPE_GRID, NULL);
  sheaf_grid_set_engine (bench.grid, engine);
  adw_window_set_content (ADW_WINDOW (window), GTK_WIDGET (bench.grid));
  sheaf_grid_set_model (bench.grid, G_LIST_MODEL (list));
  gtk_widget_realize (window);
  clock = gtk_widget_get_frame_clock (window);
  g_signal_connect_swapped (clock, "before-paint", G_CALLBACK (on_before_paint), &bench);
  g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (on_after_paint), &bench);
  gtk_window_present (GTK_WINDOW (window));
  g_timeout_add (2000, on_warm, &bench);
  g_main_loop_run (bench.loop);

  g_array_sort (bench.work, compare_doubles);
  g_array_sort (bench.cpu, compare_doubles);
  printf ("{\"items\":%u,\"pixels_per_second\":%.0f,\"first_frame_ms\":%.0f,\"frames\":%u,"
          "\"fps\":%.1f,\"work_ms\":{\"p50\":%.1f,\"p95\":%.1f,\"p99\":%.1f,\"max\":%.1f},"
          "\"cpu_ms\":{\"p50\":%.1f,\"p95\":%.1f,\"p99\":%.1f,\"max\":%.1f},"
          "\"rss_mb\":{\"before\":%.1f,\"after\":%.1f},\"textures\":%u,\"texture_mb\":%.1f}\n",
          n_items, bench.speed, (double) (bench.first_frame - bench.process_start) / 1000,
          bench.work->len, bench.work->len / bench.seconds, percentile (bench.work, 0.50),
          percentile (bench.work, 0.95), percentile (bench.work, 0.99),
          percentile (bench.work, 1.0), percentile (bench.cpu, 0.50), percentile (bench.cpu, 0.95),
          percentile (bench.cpu, 0.99), percentile (bench.cpu, 1.0),
          (double) bench.rss_before / 1024, (double) resident_kb () / 1024,
          sheaf_texture_cache_get_n_textures (sheaf_texture_cache_get_default ()),
          (double) sheaf_texture_cache_get_bytes (sheaf_texture_cache_get_default ()) / 1048576);

  gtk_window_destroy (GTK_WINDOW (window));
  status = sheaf_texture_cache_get_n_textures (sheaf_texture_cache_get_default ()) > 0 ? 0 : 1;
  if (status != 0)
    fprintf (stderr, "not one picture was shown\n");
  sheaf_engine_shutdown (engine);
  g_array_unref (bench.work);
  g_array_unref (bench.cpu);
  g_main_loop_unref (bench.loop);
  return status;
}
