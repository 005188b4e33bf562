/* test-widgets.c: what widgets and their models promise, without a person
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/arranged-list.h"
#include "ui/batch-group.h"
#include "ui/contact-sheet.h"
#include "ui/details.h"
#include "ui/error-text.h"
#include "ui/grid.h"
#include "ui/picture-view.h"
#include "ui/places.h"
#include "ui/texture-cache.h"
#include "ui/thumb.h"
#include "ui/tile.h"

#include "app/work/error.h"
#include "tests/app/pictures.h"

#include <adwaita.h>
#include <glib/gstdio.h>

static SheafEngine *engine;

static void
settle (guint ms)
{
  gint64 end = g_get_monotonic_time () + ms * G_TIME_SPAN_MILLISECOND;

  while (g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (2000);
}

/* Waits for what should come true; a machine under load is slow. */
#define wait_for(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 limit = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;                                  \
                                                                                                   \
    while (!(condition) && g_get_monotonic_time () < limit)                                        \
      settle (10);                                                                                 \
    g_assert_true (condition);                                                                     \
  }                                                                                                \
  G_STMT_END

static SheafEntry *
entry_new (guint number)
{
  g_autofree char *id = g_strdup_printf ("%u", number);
  SheafEntry *entry = sheaf_entry_new ("test", id);

  entry->title = g_strdup_printf ("Picture %03u", number);
  entry->bytes = 1000 + number * 7919 % 1000;
  entry->licence = g_strdup (number % 2 == 0 ? "CC0 1.0" : "CC BY-SA 4.0");
  return entry;
}

static SheafItemList *
list_new (guint n)
{
  SheafItemList *list = sheaf_item_list_new ();
  g_autoptr (GPtrArray) entries
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (entries, entry_new (i));
  sheaf_item_list_append (list, entries);
  return list;
}

static SheafPixels *
pixels_new (guint side)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (side * side * 3), side * side * 3);
  SheafPixels *pixels = sheaf_pixels_new (side, side, side * 3, FALSE, bytes, NULL);

  g_assert_nonnull (pixels);
  return pixels;
}

static void
test_cache_is_bounded (void)
{
  g_autoptr (SheafPixels) pixels = pixels_new (16);
  gsize one = g_bytes_get_size (pixels->bytes);
  g_autoptr (SheafTextureCache) cache = sheaf_texture_cache_new (3 * one);
  g_autoptr (GPtrArray) entries
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);

  for (guint i = 0; i < 4; i++)
    g_ptr_array_add (entries, entry_new (i));
  for (guint i = 0; i < 3; i++)
    sheaf_texture_cache_add (cache, g_ptr_array_index (entries, i), FALSE, pixels);
  g_assert_cmpuint (sheaf_texture_cache_get_bytes (cache), ==, 3 * one);

  /* Looking at the first makes the second the oldest. */
  g_assert_nonnull (sheaf_texture_cache_lookup (cache, g_ptr_array_index (entries, 0), FALSE));
  sheaf_texture_cache_add (cache, g_ptr_array_index (entries, 3), FALSE, pixels);
  g_assert_cmpuint (sheaf_texture_cache_get_n_textures (cache), ==, 3);
  g_assert_cmpuint (sheaf_texture_cache_get_bytes (cache), ==, 3 * one);
  g_assert_nonnull (sheaf_texture_cache_lookup (cache, g_ptr_array_index (entries, 0), FALSE));
  g_assert_null (sheaf_texture_cache_lookup (cache, g_ptr_array_index (entries, 1), FALSE));

  /* The same entry twice is one texture; an equal entry finds it too. */
  sheaf_texture_cache_add (cache, g_ptr_array_index (entries, 3), FALSE, pixels);
  g_assert_cmpuint (sheaf_texture_cache_get_n_textures (cache), ==, 3);
  {
    g_autoptr (SheafEntry) equal = entry_new (3);

    g_assert_nonnull (sheaf_texture_cache_lookup (cache, equal, FALSE));
  }
  /* What a gallery shows of a picture is not what its file is. */
  g_assert_null (sheaf_texture_cache_lookup (cache, g_ptr_array_index (entries, 3), TRUE));
  sheaf_texture_cache_clear (cache);
  g_assert_cmpuint (sheaf_texture_cache_get_bytes (cache), ==, 0);
}

static void
test_arranged_passes_through (void)
{
  g_autoptr (SheafItemList) list = list_new (10);
  g_autoptr (SheafArrangedList) arranged = sheaf_arranged_list_new (G_LIST_MODEL (list));
  g_autoptr (SheafItem) first = g_list_model_get_item (G_LIST_MODEL (arranged), 0);
  g_autoptr (SheafItem) same = g_list_model_get_item (G_LIST_MODEL (list), 0);

  g_assert_true (first == same);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (arranged)), ==, 10);
  g_assert_false (sheaf_arranged_list_get_filtered (arranged));
}

static void
test_arranged_filters (void)
{
  g_autoptr (SheafItemList) list = list_new (10);
  g_autoptr (SheafArrangedList) arranged = sheaf_arranged_list_new (G_LIST_MODEL (list));
  g_autoptr (SheafItem) third = g_list_model_get_item (G_LIST_MODEL (list), 3);

  sheaf_arranged_list_set_words (arranged, "  PICTURE 004 ");
  wait_for (g_list_model_get_n_items (G_LIST_MODEL (arranged)) == 1);
  sheaf_arranged_list_set_words (arranged, "");
  sheaf_arranged_list_set_licence (arranged, "cc0");
  wait_for (g_list_model_get_n_items (G_LIST_MODEL (arranged)) == 5);
  sheaf_arranged_list_set_licence (arranged, NULL);

  sheaf_item_take_error (third, g_error_new (SHEAF_ERROR, SHEAF_ERROR_DNS, "no network"));
  sheaf_arranged_list_set_show (arranged, SHEAF_SHOW_FAILED);
  wait_for (g_list_model_get_n_items (G_LIST_MODEL (arranged)) == 1);
  /* A state that changes while it is shown takes the picture away. */
  sheaf_item_set_state (third, SHEAF_ITEM_READY);
  sheaf_arranged_list_refresh (arranged);
  wait_for (g_list_model_get_n_items (G_LIST_MODEL (arranged)) == 0);
}

static void
test_arranged_sorts (void)
{
  g_autoptr (SheafItemList) list = list_new (50);
  g_autoptr (SheafArrangedList) arranged = sheaf_arranged_list_new (G_LIST_MODEL (list));
  guint64 before = G_MAXUINT64;

  sheaf_arranged_list_set_order (arranged, sheaf_order_from_nick ("size"));
  settle (500);
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (SheafItem) item = g_list_model_get_item (G_LIST_MODEL (arranged), i);

      g_assert_cmpuint (sheaf_item_get_entry (item)->bytes, <=, before);
      before = sheaf_item_get_entry (item)->bytes;
    }
}

static GtkWidget *
window_with (GtkWidget *child)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), 800, 600);
  gtk_window_set_child (GTK_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  wait_for (gtk_widget_get_width (child) > 0);
  settle (100);
  return window;
}

static void
test_grid_selection (void)
{
  g_autoptr (SheafItemList) list = list_new (200);
  SheafGrid *grid = g_object_new (SHEAF_TYPE_GRID, NULL);
  GtkWidget *window = window_with (GTK_WIDGET (grid));
  g_autoptr (GPtrArray) selected = NULL;

  sheaf_grid_set_model (grid, G_LIST_MODEL (list));
  settle (200);
  g_assert_cmpuint (sheaf_grid_get_n_selected (grid), ==, 0);
  sheaf_grid_select_all (grid);
  g_assert_cmpuint (sheaf_grid_get_n_selected (grid), ==, 200);
  sheaf_grid_select_only (grid, 7);
  selected = sheaf_grid_dup_selected (grid);
  g_assert_cmpuint (selected->len, ==, 1);
  g_assert_cmpstr (sheaf_item_get_title (g_ptr_array_index (selected, 0)), ==, "Picture 007");
  sheaf_grid_unselect_all (grid);
  g_assert_cmpuint (sheaf_grid_get_n_selected (grid), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
count (gpointer counter)
{
  ++*(guint *) counter;
}

static guint
count_tiles (GtkWidget *widget, gboolean on_screen_only)
{
  guint n = 0;

  if (SHEAF_IS_TILE (widget))
    return !on_screen_only || sheaf_tile_get_on_screen (SHEAF_TILE (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += count_tiles (child, on_screen_only);
  return n;
}

/* Only what can be seen asks for anything, and the end asks for more. */
static void
test_grid_on_screen (void)
{
  g_autoptr (SheafItemList) list = list_new (2000);
  SheafGrid *grid = g_object_new (SHEAF_TYPE_GRID, NULL);
  GtkWidget *window = window_with (GTK_WIDGET (grid));
  GtkAdjustment *adjustment = sheaf_grid_get_vadjustment (grid);
  guint near_end = 0;

  g_signal_connect_swapped (grid, "near-end", G_CALLBACK (count), &near_end);
  sheaf_grid_set_model (grid, G_LIST_MODEL (list));
  wait_for (count_tiles (GTK_WIDGET (grid), TRUE) > 5);
  g_assert_cmpuint (count_tiles (GTK_WIDGET (grid), FALSE), <, 1000);
  g_assert_cmpuint (count_tiles (GTK_WIDGET (grid), TRUE), <, 60);
  g_assert_cmpuint (near_end, ==, 0);

  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  wait_for (near_end > 0);
  wait_for (count_tiles (GTK_WIDGET (grid), TRUE) > 0);
  g_assert_cmpuint (count_tiles (GTK_WIDGET (grid), TRUE), <, 60);
  gtk_window_destroy (GTK_WINDOW (window));
}

static int
shown_width (SheafTile *tile)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (tile));
  GdkTexture *texture;

  while (!SHEAF_IS_THUMB (child))
    child = gtk_widget_get_first_child (child);
  texture = sheaf_thumb_get_texture (SHEAF_THUMB (child));
  return texture != NULL ? gdk_texture_get_width (texture) : 0;
}

/* What is embedded in a file stands in until its thumbnail is there, and never after that. */
static void
test_stand_in (void)
{
  SheafTextureCache *cache = sheaf_texture_cache_get_default ();
  g_autoptr (SheafEntry) entry = entry_new (4711);
  g_autoptr (SheafItem) item = sheaf_item_new (entry);
  g_autoptr (GFile) file = g_file_new_for_path ("/nowhere/4711.jpg");
  g_autoptr (SheafTile) tile = g_object_ref_sink (g_object_new (SHEAF_TYPE_TILE, NULL));
  g_autoptr (SheafPixels) embedded = pixels_new (16);
  g_autoptr (SheafPixels) thumbnail = pixels_new (32);

  embedded->is_preview = TRUE;
  sheaf_item_set_file (item, file);
  sheaf_item_set_state (item, SHEAF_ITEM_THUMBNAILING);
  sheaf_tile_set_item (tile, item);
  g_assert_cmpint (shown_width (tile), ==, 0);

  sheaf_item_set_pixels (item, embedded);
  g_assert_cmpint (shown_width (tile), ==, 16);
  sheaf_item_set_state (item, SHEAF_ITEM_READY);
  g_assert_cmpint (shown_width (tile), ==, 16);
  g_assert_null (sheaf_texture_cache_lookup (cache, entry, TRUE));

  sheaf_item_set_pixels (item, thumbnail);
  g_assert_cmpint (shown_width (tile), ==, 32);
  g_assert_nonnull (sheaf_texture_cache_lookup (cache, entry, TRUE));
  sheaf_item_set_pixels (item, embedded);
  g_assert_cmpint (shown_width (tile), ==, 32);

  /* Of two stand-ins a gallery's own preview, which is larger, stays. */
  sheaf_tile_set_item (tile, NULL);
  sheaf_item_set_pixels (item, NULL);
  sheaf_texture_cache_remove (cache, entry);
  sheaf_texture_cache_add (cache, entry, FALSE, thumbnail);
  sheaf_tile_set_item (tile, item);
  g_assert_cmpint (shown_width (tile), ==, 32);
  sheaf_item_set_pixels (item, embedded);
  g_assert_cmpint (shown_width (tile), ==, 32);
  sheaf_tile_set_item (tile, NULL);
  sheaf_texture_cache_remove (cache, entry);
}

static GtkImage *
find_state_icon (GtkWidget *widget)
{
  if (GTK_IS_IMAGE (widget) && gtk_widget_has_css_class (widget, "state"))
    return GTK_IMAGE (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkImage *found = find_state_icon (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* A picture that is still to be downloaded has not failed because its preview could not be shown.
 */
static void
test_no_preview (void)
{
  g_autoptr (SheafEntry) entry = entry_new (4712);
  g_autoptr (SheafItem) item = sheaf_item_new (entry);
  g_autoptr (SheafTile) tile = g_object_ref_sink (g_object_new (SHEAF_TYPE_TILE, NULL));
  GtkImage *icon = find_state_icon (GTK_WIDGET (tile));

  entry->preview_url = g_strdup ("http://localhost:1/none.jpg");
  sheaf_tile_set_engine (tile, engine);
  sheaf_tile_set_show_state (tile, TRUE);
  sheaf_tile_set_item (tile, item);
  sheaf_tile_set_on_screen (tile, TRUE);
  wait_for (gtk_widget_get_visible (GTK_WIDGET (icon)));
  g_assert_cmpstr (gtk_image_get_icon_name (icon), ==, "image-missing-symbolic");
  g_assert_false (gtk_widget_has_css_class (GTK_WIDGET (tile), "failed"));

  sheaf_item_set_state (item, SHEAF_ITEM_QUEUED);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (icon)));
  sheaf_item_take_error (item, g_error_new (SHEAF_ERROR, SHEAF_ERROR_HTTP, "No."));
  g_assert_cmpstr (gtk_image_get_icon_name (icon), ==, "dialog-warning-symbolic");
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (tile), "failed"));
  sheaf_tile_set_item (tile, NULL);
}

/* A screen reader hears the title, and the state where there is one. */
static void
test_state_text (void)
{
  g_autoptr (SheafEntry) entry = entry_new (1);
  g_autoptr (SheafItem) item = sheaf_item_new (entry);
  g_autofree char *listed = sheaf_item_dup_state_text (item);
  g_autofree char *downloading = NULL;
  g_autofree char *failed = NULL;

  g_assert_cmpstr (listed, ==, "");
  sheaf_item_set_state (item, SHEAF_ITEM_DOWNLOADING);
  sheaf_item_set_progress (item, 45, 100);
  downloading = sheaf_item_dup_state_text (item);
  g_assert_nonnull (strstr (downloading, "45"));
  sheaf_item_take_error (item, g_error_new (SHEAF_ERROR, SHEAF_ERROR_REMOVED, "It was removed"));
  failed = sheaf_item_dup_state_text (item);
  g_assert_cmpstr (failed, ==, "It was removed");
}

/* Whether a label that shows exactly @text is somewhere below @widget. */
static gboolean
shows_text (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && g_strcmp0 (gtk_label_get_text (GTK_LABEL (widget)), text) == 0)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (shows_text (child, text))
      return TRUE;
  return FALSE;
}

/* What strangers wrote is text, whatever it looks like. */
static void
test_details_are_text (void)
{
  static const char words[] = "sea & <b>light</b> &amp;";
  SheafEntry *entry = sheaf_entry_new ("test", "a");
  g_autoptr (SheafItem) item = NULL;
  GtkWidget *details = g_object_new (SHEAF_TYPE_DETAILS, NULL);
  GtkWidget *window = window_with (details);

  entry->description = g_strdup (words);
  item = sheaf_item_new (entry);
  sheaf_details_set_item (SHEAF_DETAILS (details), item);
  g_assert_true (shows_text (details, words));

  gtk_window_destroy (GTK_WINDOW (window));
  sheaf_entry_unref (entry);
}

#ifdef HAVE_EXIF
static GFile *
make_file (const char *dir, const char *name, const JpegKind *kind)
{
  g_autoptr (GBytes) jpeg = make_jpeg (kind);
  GFile *file = g_file_new_build_filename (dir, name, NULL);

  g_assert_true (g_file_replace_contents (file, g_bytes_get_data (jpeg, NULL),
                                          g_bytes_get_size (jpeg), NULL, FALSE, G_FILE_CREATE_NONE,
                                          NULL, NULL, NULL));
  return file;
}

/* What a camera wrote is in rows of its own; what it did not write has none. */
static void
test_details_of_a_photo (void)
{
  static const PhotoKind camera = { .make = "NIKON CORPORATION",
                                    .model = "NIKON <D90>",
                                    .taken = "2011:08:27 17:04:59",
                                    .exposure = { 10, 2500 },
                                    .aperture = { 56, 10 },
                                    .focal_length = { 500, 10 },
                                    .sensitivity = 400,
                                    .focal_length_35mm = 75 };
  static const char *const shown[] = { "Camera",
                                       "NIKON <D90>",
                                       "1/250 s",
                                       "f/5.6",
                                       "ISO 400",
                                       "Focal Length",
                                       "50 mm (as 75 mm on 35 mm film)" };
  const JpegKind with = { .width = 64, .height = 48, .photo = &camera };
  const JpegKind without = { .width = 64, .height = 48 };
  g_autofree char *dir = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  g_autoptr (GFile) photo = make_file (dir, "photo.jpg", &with);
  g_autoptr (GFile) drawing = make_file (dir, "drawing.jpg", &without);
  g_autoptr (GDateTime) taken = g_date_time_new_utc (2011, 8, 27, 17, 4, 59);
  g_autofree char *taken_text = g_date_time_format (taken, "%x %X");
  g_autoptr (SheafEntry) first = entry_new (1);
  g_autoptr (SheafEntry) second = entry_new (2);
  g_autoptr (SheafItem) item = sheaf_item_new (first);
  g_autoptr (SheafItem) other = sheaf_item_new (second);
  SheafDetails *details = g_object_new (SHEAF_TYPE_DETAILS, NULL);
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());

  gtk_window_set_child (window, GTK_WIDGET (details));
  sheaf_item_set_file (item, photo);
  sheaf_item_set_file (other, drawing);
  sheaf_details_set_engine (details, engine);
  sheaf_details_set_item (details, item);
  wait_for (shows_text (GTK_WIDGET (details), "f/5.6"));
  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    g_assert_true (shows_text (GTK_WIDGET (details), shown[i]));
  g_assert_true (shows_text (GTK_WIDGET (details), taken_text));
  g_assert_false (shows_text (GTK_WIDGET (details), "Lens"));

  /* Told how large it is, it says everything once more, and nothing twice. */
  sheaf_details_set_dimensions (details, 64, 48);
  g_assert_false (shows_text (GTK_WIDGET (details), "f/5.6"));
  wait_for (shows_text (GTK_WIDGET (details), "f/5.6"));

  sheaf_details_set_item (details, other);
  wait_for (shows_text (GTK_WIDGET (details), "Changed"));
  g_assert_false (shows_text (GTK_WIDGET (details), "f/5.6"));
  g_assert_false (shows_text (GTK_WIDGET (details), "Exposure Time"));

  gtk_window_destroy (window);
  g_file_delete (photo, NULL, NULL);
  g_file_delete (drawing, NULL, NULL);
  g_rmdir (dir);
}
#endif

static void
test_picture_view (void)
{
  g_autoptr (SheafPixels) pixels = pixels_new (1000);
  g_autoptr (GdkTexture) texture = sheaf_texture_new_from_pixels (pixels);
  GtkWidget *view = g_object_new (SHEAF_TYPE_PICTURE_VIEW, NULL);
  GtkWidget *window = window_with (view);
  SheafPictureView *picture = SHEAF_PICTURE_VIEW (view);
  double fit;

  sheaf_picture_view_set_picture (picture, texture, 4000, 4000);
  settle (50);
  fit = sheaf_picture_view_get_zoom (picture);
  g_assert_cmpfloat (fit, <, 0.2);
  g_assert_true (sheaf_picture_view_get_fits (picture));
  g_assert_false (sheaf_picture_view_pan (picture, 10, 0));

  sheaf_picture_view_zoom_to_actual (picture);
  g_assert_cmpfloat (sheaf_picture_view_get_zoom (picture), ==, 1.0);
  g_assert_false (sheaf_picture_view_get_fits (picture));
  g_assert_true (sheaf_picture_view_pan (picture, 10, 0));
  /* There is an end on every side. */
  g_assert_true (sheaf_picture_view_pan (picture, 100000, 0));
  g_assert_false (sheaf_picture_view_pan (picture, 10, 0));

  sheaf_picture_view_zoom_in (picture);
  g_assert_cmpfloat (sheaf_picture_view_get_zoom (picture), >, 1.0);
  sheaf_picture_view_zoom_to_fit (picture);
  g_assert_cmpfloat (sheaf_picture_view_get_zoom (picture), ==, fit);
  /* A small picture is not blown up. */
  sheaf_picture_view_set_picture (picture, texture, 100, 100);
  g_assert_cmpfloat (sheaf_picture_view_get_zoom (picture), ==, 1.0);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_every_error_has_words (void)
{
  for (guint code = 0; code < SHEAF_N_ERRORS; code++)
    {
      g_autoptr (GError) error = g_error_new (SHEAF_ERROR, (int) code, "message %u", code);
      g_autofree char *body = sheaf_error_text_dup_body (error);

      g_assert_nonnull (sheaf_error_text_title (error));
      g_assert_nonnull (sheaf_error_text_icon (error));
      g_assert_nonnull (strstr (body, error->message));
    }
}

static void
test_error_says_when (void)
{
  g_autoptr (GError) error = sheaf_error_new (SHEAF_ERROR_RATE_LIMITED, "used up", 429, 300);
  g_autofree char *body = sheaf_error_text_dup_body (error);

  g_assert_nonnull (strstr (body, "5 minutes"));
}

static void
test_durations (void)
{
  static const struct
  {
    gint64 seconds;
    const char *text;
  } table[] = {
    { 0, "0 seconds" },  { 1, "1 second" },  { 59, "59 seconds" },         { 60, "1 minute" },
    { 90, "2 minutes" }, { 3600, "1 hour" }, { 3900, "1 hour 5 minutes" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *text = sheaf_format_duration (table[i].seconds);

      g_assert_cmpstr (text, ==, table[i].text);
    }
}

static void
on_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Two pictures of ours and one that does not exist, as PNG and as PDF. */
static void
test_contact_sheet (gconstpointer data)
{
  const char *name = data;
  g_autofree char *folder = g_dir_make_tmp ("sheaf-sheet-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gsize length = 0;

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *base = g_strdup_printf ("%u.png", i);
      g_autofree char *picture = g_build_filename (folder, base, NULL);
      g_autoptr (GFile) picture_file = g_file_new_for_path (picture);
      g_autoptr (SheafEntry) entry = sheaf_entry_new_for_file (picture_file);
      SheafItem *item = sheaf_item_new (entry);

      if (i < 2)
        {
          g_autoptr (SheafPixels) pixels = pixels_new (64);
          g_autoptr (GdkTexture) texture = sheaf_texture_new_from_pixels (pixels);

          g_assert_true (gdk_texture_save_to_png (texture, picture));
        }
      sheaf_item_set_file (item, picture_file);
      g_ptr_array_add (items, item);
    }

  sheaf_contact_sheet_write_async (engine, items, file, NULL, on_ready, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (sheaf_contact_sheet_write_finish (result, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpuint (length, >, 500);
  g_assert_true (g_str_has_suffix (name, ".pdf") ? g_str_has_prefix (contents, "%PDF-")
                                                 : memcmp (contents, "\x89PNG", 4) == 0);
}

static void
test_places (void)
{
  g_autoptr (GSettings) state = sheaf_window_state_new ();
  g_autoptr (GPtrArray) places = NULL;

  g_assert_nonnull (state);
  sheaf_places_add (state, "history", "demo:", "Demo", 2);
  sheaf_places_add (state, "history", "imgur:top", "Top", 2);
  sheaf_places_add (state, "history", "demo:", "Demo gallery", 2);
  sheaf_places_add (state, "history", "imgur:r/cats", "Cats", 2);
  places = sheaf_places_dup (state, "history");
  g_assert_cmpuint (places->len, ==, 2);
  g_assert_cmpstr (((SheafPlace *) g_ptr_array_index (places, 0))->spec, ==, "imgur:r/cats");
  g_assert_cmpstr (((SheafPlace *) g_ptr_array_index (places, 1))->title, ==, "Demo gallery");
  g_assert_true (sheaf_places_remove (state, "history", "demo:"));
  g_assert_false (sheaf_places_remove (state, "history", "demo:"));
}

int
main (int argc, char *argv[])
{
  g_autoptr (SheafSettings) settings = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  adw_init ();
  settings = sheaf_settings_new ();
  engine = sheaf_engine_new (settings);

  g_test_add_func ("/texture-cache/bounded", test_cache_is_bounded);
  g_test_add_func ("/arranged-list/passes-through", test_arranged_passes_through);
  g_test_add_func ("/arranged-list/filters", test_arranged_filters);
  g_test_add_func ("/arranged-list/sorts", test_arranged_sorts);
  g_test_add_func ("/grid/selection", test_grid_selection);
  g_test_add_func ("/grid/on-screen", test_grid_on_screen);
  g_test_add_func ("/tile/state-text", test_state_text);
  g_test_add_func ("/tile/stand-in", test_stand_in);
  g_test_add_func ("/tile/no-preview", test_no_preview);
  g_test_add_func ("/details/are-text", test_details_are_text);
#ifdef HAVE_EXIF
  g_test_add_func ("/details/of-a-photo", test_details_of_a_photo);
#endif
  g_test_add_func ("/picture-view/zoom", test_picture_view);
  g_test_add_func ("/error-text/every-error", test_every_error_has_words);
  g_test_add_func ("/error-text/says-when", test_error_says_when);
  g_test_add_func ("/format/durations", test_durations);
  g_test_add_data_func ("/contact-sheet/png", "sheet.png", test_contact_sheet);
  g_test_add_data_func ("/contact-sheet/pdf", "sheet.pdf", test_contact_sheet);
  g_test_add_func ("/places/history", test_places);
  status = g_test_run ();
  sheaf_engine_shutdown (engine);
  g_clear_object (&engine);
  return status;
}
