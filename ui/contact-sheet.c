/* contact-sheet.c: load one thumbnail after another, then draw them all in a thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Loading goes through the engine and the main loop; drawing hundreds of pictures and packing them
 * into a file takes a while, so a thread does it with nothing but cairo and copies of the facts. */
#include "config.h"

#include "ui/contact-sheet.h"

#include <glib/gi18n.h>

#include <math.h>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

/* A4 in points; a PNG has the same cells at twice the size, about as many beside as below each
 * other: one as narrow as a page is soon taller than programs open. */
#define PAGE_WIDTH   595.0
#define PAGE_HEIGHT  842.0
#define MARGIN       36.0
#define GAP          12.0
#define COLUMNS      4
#define CAPTION      16.0
#define PNG_SCALE    2.0
#define PICTURE_SIZE 256

/* cairo cannot make a larger picture. */
#define MAX_PNG_SIDE 32000.0

typedef struct
{
  char *title;
  SheafPixels *pixels; /* (nullable): what cannot be read has a title and an empty frame */
} Cell;

typedef struct
{
  SheafEngine *engine;
  GPtrArray *items; /* (element-type SheafItem) */
  GFile *file;
  GArray *cells; /* (element-type Cell) */
} Sheet;

static void load_next (GTask *task);

static void
cell_clear (gpointer data)
{
  Cell *cell = data;

  g_free (cell->title);
  g_clear_pointer (&cell->pixels, sheaf_pixels_unref);
}

static void
sheet_free (gpointer data)
{
  Sheet *sheet = data;

  g_object_unref (sheet->engine);
  g_object_unref (sheet->file);
  g_ptr_array_unref (sheet->items);
  g_array_unref (sheet->cells);
  g_free (sheet);
}

static cairo_surface_t *
surface_of (SheafPixels *pixels)
{
  cairo_surface_t *surface
      = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) pixels->width, (int) pixels->height);
  const guint8 *source = g_bytes_get_data (pixels->bytes, NULL);
  guint step = pixels->has_alpha ? 4 : 3;

  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    return surface;
  cairo_surface_flush (surface);
  for (guint y = 0; y < pixels->height; y++)
    {
      const guint8 *from = source + (gsize) y * pixels->stride;
      guint32 *to
          = (guint32 *) (void *) (cairo_image_surface_get_data (surface)
                                  + (gsize) y * (gsize) cairo_image_surface_get_stride (surface));

      for (guint x = 0; x < pixels->width; x++, from += step)
        {
          guint32 alpha = pixels->has_alpha ? from[3] : 255;

          to[x] = alpha << 24 | (from[0] * alpha / 255) << 16 | (from[1] * alpha / 255) << 8
                  | (from[2] * alpha / 255);
        }
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

static void
draw_cell (cairo_t *cr, const Cell *cell, double x, double y, double side)
{
  g_autoptr (PangoLayout) layout = pango_cairo_create_layout (cr);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Sans 7");

  if (cell->pixels != NULL)
    {
      cairo_surface_t *surface = surface_of (cell->pixels);
      double scale = MIN (side / cell->pixels->width, side / cell->pixels->height);

      cairo_save (cr);
      cairo_translate (cr, x + (side - cell->pixels->width * scale) / 2,
                       y + (side - cell->pixels->height * scale) / 2);
      cairo_scale (cr, scale, scale);
      cairo_set_source_surface (cr, surface, 0, 0);
      cairo_paint (cr);
      cairo_restore (cr);
      cairo_surface_destroy (surface);
    }
  else
    {
      cairo_set_source_rgb (cr, 0.8, 0.8, 0.8);
      cairo_set_line_width (cr, 0.5);
      cairo_rectangle (cr, x, y, side, side);
      cairo_stroke (cr);
    }

  pango_layout_set_font_description (layout, font);
  pango_layout_set_width (layout, (int) (side * PANGO_SCALE));
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_text (layout, cell->title, -1);
  cairo_set_source_rgb (cr, 0.2, 0.2, 0.2);
  cairo_move_to (cr, x, y + side + 2);
  pango_cairo_show_layout (cr, layout);
}

static double
cell_side (void)
{
  return (PAGE_WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS;
}

static double
row_height (void)
{
  return cell_side () + CAPTION + GAP;
}

static void
draw_rows (cairo_t *cr, GArray *cells, guint from, guint n_rows, guint n_columns)
{
  for (guint i = from; i < MIN (cells->len, from + n_rows * n_columns); i++)
    {
      guint row = (i - from) / n_columns;
      guint column = (i - from) % n_columns;

      draw_cell (cr, &g_array_index (cells, Cell, i), MARGIN + column * (cell_side () + GAP),
                 MARGIN + row * row_height (), cell_side ());
    }
}

static cairo_status_t
append_bytes (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t
draw_pdf (GArray *cells, GByteArray *out)
{
  guint rows = (guint) ((PAGE_HEIGHT - 2 * MARGIN) / row_height ());
  cairo_surface_t *surface
      = cairo_pdf_surface_create_for_stream (append_bytes, out, PAGE_WIDTH, PAGE_HEIGHT);
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  for (guint from = 0; from < cells->len; from += rows * COLUMNS)
    {
      draw_rows (cr, cells, from, rows, COLUMNS);
      cairo_show_page (cr);
    }
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return status;
}

static cairo_status_t
draw_png (GArray *cells, GByteArray *out)
{
  guint columns = MAX (COLUMNS, (guint) ceil (sqrt (cells->len)));
  guint rows = (cells->len + columns - 1) / columns;
  double width = 2 * MARGIN + columns * (cell_side () + GAP) - GAP;
  double height = 2 * MARGIN + rows * row_height ();
  double scale = MIN (PNG_SCALE, MAX_PNG_SIDE / MAX (width, height));
  cairo_surface_t *surface;
  cairo_t *cr;
  cairo_status_t status;

  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) (width * scale),
                                        (int) (height * scale));
  cr = cairo_create (surface);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, scale, scale);
  draw_rows (cr, cells, 0, rows, columns);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (surface, append_bytes, out);
  cairo_surface_destroy (surface);
  return status;
}

static void
draw_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Sheet *sheet = data;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_file_get_basename (sheet->file);
  g_autofree char *lower = g_ascii_strdown (name, -1);
  cairo_status_t status;

  /* A name without an ending gets what the chooser proposed. */
  status = g_str_has_suffix (lower, ".png") ? draw_png (sheet->cells, out)
                                            : draw_pdf (sheet->cells, out);
  if (status != CAIRO_STATUS_SUCCESS)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                             cairo_status_to_string (status));
  else if (!g_file_replace_contents (sheet->file, (const char *) out->data, out->len, NULL, FALSE,
                                     G_FILE_CREATE_NONE, NULL, cancellable, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_picture_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Sheet *sheet = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  SheafPixels *pixels = sheaf_engine_load_picture_finish (SHEAF_ENGINE (source), result, &error);
  SheafItem *item = g_ptr_array_index (sheet->items, sheet->cells->len);
  Cell cell = { g_strdup (sheaf_item_get_title (item)), pixels };

  g_array_append_val (sheet->cells, cell);
  if (g_task_return_error_if_cancelled (task))
    return;
  load_next (g_steal_pointer (&task));
}

static void
load_next (GTask *task)
{
  Sheet *sheet = g_task_get_task_data (task);

  if (sheet->cells->len < sheet->items->len)
    {
      sheaf_engine_load_picture_async (
          sheet->engine, g_ptr_array_index (sheet->items, sheet->cells->len), PICTURE_SIZE,
          g_task_get_cancellable (task), on_picture_ready, task);
      return;
    }
  g_task_run_in_thread (task, draw_in_thread);
  g_object_unref (task);
}

void
sheaf_contact_sheet_write_async (SheafEngine *engine,
                                 GPtrArray *items,
                                 GFile *file,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task;
  Sheet *sheet;

  g_return_if_fail (SHEAF_IS_ENGINE (engine));
  g_return_if_fail (items != NULL && items->len > 0);
  g_return_if_fail (G_IS_FILE (file));

  sheet = g_new0 (Sheet, 1);
  sheet->engine = g_object_ref (engine);
  sheet->items = g_ptr_array_ref (items);
  sheet->file = g_object_ref (file);
  sheet->cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  g_array_set_clear_func (sheet->cells, cell_clear);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_contact_sheet_write_async);
  g_task_set_task_data (task, sheet, sheet_free);
  load_next (task);
}

gboolean
sheaf_contact_sheet_write_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

typedef struct
{
  GtkWidget *widget;
  SheafEngine *engine;
  GPtrArray *items;
} Question;

static void
question_free (Question *question)
{
  g_object_unref (question->widget);
  g_object_unref (question->engine);
  g_ptr_array_unref (question->items);
  g_free (question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWidget) widget = user_data;
  g_autoptr (GError) error = NULL;

  if (sheaf_contact_sheet_write_finish (result, &error))
    gtk_widget_activate_action (widget, "win.say", "s", _ ("Contact sheet written"));
  else
    gtk_widget_activate_action (widget, "win.say", "s", error->message);
}

static void
on_answered (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  g_autoptr (Question) question = user_data;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

      gtk_widget_activate_action (question->widget, "win.say", "s", _ ("Making contact sheet…"));
      sheaf_contact_sheet_write_async (question->engine, question->items, file, NULL, on_written,
                                       g_object_ref (question->widget));
    }
  g_object_unref (dialog);
}

void
sheaf_contact_sheet_ask (GtkWidget *widget, SheafEngine *engine, GPtrArray *items)
{
  GtkFileChooserNative *chooser;
  g_autoptr (GtkFileFilter) pdf = gtk_file_filter_new ();
  const char *pictures = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);
  Question *question;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (SHEAF_IS_ENGINE (engine));
  g_return_if_fail (items != NULL && items->len > 0);

  chooser = gtk_file_chooser_native_new (_ ("Save Contact Sheet"),
                                         GTK_WINDOW (gtk_widget_get_root (widget)),
                                         GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  /* Translators: a file name; keep .pdf */
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), _ ("Contact sheet.pdf"));
  if (pictures != NULL)
    {
      g_autoptr (GFile) folder = g_file_new_for_path (pictures);

      gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), folder, NULL);
    }
  gtk_file_filter_set_name (pdf, _ ("PDF or PNG, by the name"));
  gtk_file_filter_add_suffix (pdf, "pdf");
  gtk_file_filter_add_suffix (pdf, "png");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), pdf);

  question = g_new0 (Question, 1);
  question->widget = g_object_ref (widget);
  question->engine = g_object_ref (engine);
  question->items = g_ptr_array_ref (items);
  g_signal_connect (chooser, "response", G_CALLBACK (on_answered), question);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
