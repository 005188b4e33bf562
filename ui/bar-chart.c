/* bar-chart.c: rectangles and words by GtkSnapshot
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/bar-chart.h"

#include <glib/gi18n.h>

#define ROW_GAP    14
#define BAR_HEIGHT 18
#define BAR_RADIUS 6
#define LINE_GAP   4

struct _SheafBarChart
{
  GtkWidget parent_instance;

  GArray *bars; /* (element-type SheafBar) */
};

G_DEFINE_FINAL_TYPE (SheafBarChart, sheaf_bar_chart, GTK_TYPE_WIDGET)

void
sheaf_bar_clear (SheafBar *bar)
{
  g_clear_pointer (&bar->title, g_free);
  g_clear_pointer (&bar->text, g_free);
  g_clear_pointer (&bar->detail, g_free);
}

static PangoLayout *
layout_new (SheafBarChart *self, const char *text, gboolean small)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);

  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  if (small)
    {
      g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

      pango_attr_list_insert (attributes, pango_attr_scale_new (0.85));
      pango_layout_set_attributes (layout, attributes);
    }
  return layout;
}

static int
line_height (SheafBarChart *self, gboolean small)
{
  g_autoptr (PangoLayout) layout = layout_new (self, "Xg", small);
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  return height;
}

/* What is said below a bar; where it has no room in one line it takes two. */
static PangoLayout *
detail_new (SheafBarChart *self, const SheafBar *bar, int width)
{
  PangoLayout *layout = layout_new (self, bar->detail != NULL ? bar->detail : "", TRUE);

  if (width >= 0)
    {
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_NONE);
      pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
      pango_layout_set_width (layout, width * PANGO_SCALE);
    }
  return layout;
}

static int
detail_height (SheafBarChart *self, const SheafBar *bar, int width)
{
  g_autoptr (PangoLayout) layout = detail_new (self, bar, width);
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  return height;
}

static GtkSizeRequestMode
sheaf_bar_chart_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
sheaf_bar_chart_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  SheafBarChart *self = SHEAF_BAR_CHART (widget);
  int n = (int) self->bars->len;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 200;
      *natural = 520;
    }
  else
    {
      int line = line_height (self, FALSE) + LINE_GAP + BAR_HEIGHT + LINE_GAP, height = 0;

      for (int i = 0; i < n; i++)
        height += line + (i > 0 ? ROW_GAP : 0)
                  + detail_height (self, &g_array_index (self->bars, SheafBar, i), for_size);
      *minimum = *natural = height;
    }
}

static void
draw_text (GtkSnapshot *snapshot,
           PangoLayout *layout,
           double x,
           double y,
           double width,
           gboolean at_end,
           const GdkRGBA *color)
{
  int text_width;

  pango_layout_get_pixel_size (layout, &text_width, NULL);
  if (text_width > width)
    {
      pango_layout_set_width (layout, (int) width * PANGO_SCALE);
      text_width = (int) width;
    }
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot, &GRAPHENE_POINT_INIT ((float) (at_end ? x + width - text_width : x), (float) y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

static void
draw_bar (GtkSnapshot *snapshot, double x, double y, double width, const GdkRGBA *color)
{
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (
      &outline, &GRAPHENE_RECT_INIT ((float) x, (float) y, (float) width, BAR_HEIGHT), BAR_RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, color, &outline.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
sheaf_bar_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SheafBarChart *self = SHEAF_BAR_CHART (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  double width = gtk_widget_get_width (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  double longest = 0, y = 0;
  GdkRGBA text, faint, track, bar, best;

  gtk_style_context_get_color (style, &text);
  faint = track = bar = text;
  faint.alpha *= 0.65f;
  track.alpha *= 0.08f;
  bar.alpha *= 0.35f;
  if (!gtk_style_context_lookup_color (style, "accent_bg_color", &best))
    best = text;

  for (guint i = 0; i < self->bars->len; i++)
    longest = MAX (longest, g_array_index (self->bars, SheafBar, i).value);

  for (guint i = 0; i < self->bars->len; i++)
    {
      const SheafBar *row = &g_array_index (self->bars, SheafBar, i);
      g_autoptr (PangoLayout) title = layout_new (self, row->title, FALSE);
      g_autoptr (PangoLayout) value = layout_new (self, row->text, FALSE);
      double length;

      draw_text (snapshot, title, rtl ? width / 3 : 0, y, width * 2 / 3, rtl, &text);
      draw_text (snapshot, value, rtl ? 0 : width * 2 / 3, y, width / 3, !rtl, &text);
      y += line_height (self, FALSE) + LINE_GAP;
      draw_bar (snapshot, 0, y, width, &track);
      if (row->value >= 0 && longest > 0)
        {
          /* Even the fastest must be seen. */
          length = MAX (width * row->value / longest, 2 * BAR_RADIUS);
          draw_bar (snapshot, rtl ? width - length : 0, y, length, row->best ? &best : &bar);
        }
      y += BAR_HEIGHT + LINE_GAP;
      if (row->detail != NULL)
        {
          g_autoptr (PangoLayout) detail = detail_new (self, row, (int) width);

          gtk_snapshot_save (snapshot);
          gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, (float) y));
          gtk_snapshot_append_layout (snapshot, detail, &faint);
          gtk_snapshot_restore (snapshot);
        }
      y += detail_height (self, row, (int) width) + ROW_GAP;
    }
}

static void
sheaf_bar_chart_finalize (GObject *object)
{
  g_array_unref (SHEAF_BAR_CHART (object)->bars);

  G_OBJECT_CLASS (sheaf_bar_chart_parent_class)->finalize (object);
}

static void
sheaf_bar_chart_class_init (SheafBarChartClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sheaf_bar_chart_finalize;
  widget_class->get_request_mode = sheaf_bar_chart_get_request_mode;
  widget_class->measure = sheaf_bar_chart_measure;
  widget_class->snapshot = sheaf_bar_chart_snapshot;
  gtk_widget_class_set_css_name (widget_class, "barchart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sheaf_bar_chart_init (SheafBarChart *self)
{
  self->bars = g_array_new (FALSE, TRUE, sizeof (SheafBar));
}

void
sheaf_bar_chart_take_bars (SheafBarChart *self, GArray *bars)
{
  g_autoptr (GString) words = g_string_new (NULL);

  g_return_if_fail (SHEAF_IS_BAR_CHART (self));
  g_return_if_fail (bars != NULL);

  g_array_unref (self->bars);
  self->bars = bars;
  for (guint i = 0; i < bars->len; i++)
    {
      const SheafBar *bar = &g_array_index (bars, SheafBar, i);

      if (words->len > 0)
        g_string_append (words, "; ");
      /* Translators: a bar for a screen reader: what it is of, then its value and details */
      g_string_append_printf (words, C_ ("accessible", "%s: %s, %s"), bar->title, bar->text,
                              bar->detail != NULL ? bar->detail : "");
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  words->len > 0 ? words->str : _ ("Nothing measured yet"), -1);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
