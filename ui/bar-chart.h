/* bar-chart.h: one bar for each way of working, the shortest is the best
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Drawn in the colours of the theme; a screen reader hears the same rows as a sentence each. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SheafBar:
 * @title: what is measured
 * @value: the length of its bar; negative: not known yet
 * @text: what stands at the bar: "2.5 s"
 * @detail: (nullable): smaller, below
 * @best: drawn in the accent colour
 */
typedef struct
{
  char *title;
  double value;
  char *text;
  char *detail;
  gboolean best;
} SheafBar;

void sheaf_bar_clear (SheafBar *bar);

#define SHEAF_TYPE_BAR_CHART (sheaf_bar_chart_get_type ())
G_DECLARE_FINAL_TYPE (SheafBarChart, sheaf_bar_chart, SHEAF, BAR_CHART, GtkWidget)

/* @bars: (transfer full) (element-type SheafBar): a GArray whose clear function is set */
void sheaf_bar_chart_take_bars (SheafBarChart *self, GArray *bars);

G_END_DECLS
