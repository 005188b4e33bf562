/* test-templates.c: every template can be made, shown and let go
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mistake in a template is a warning of GtkBuilder when it is used; warnings are fatal here. What
 * is made must be gone when its window is: a widget that stays is a cycle of references. */
#include "config.h"

#include "ui/batch-page.h"
#include "ui/compare-page.h"
#include "ui/details.h"
#include "ui/facet-bar.h"
#include "ui/failures-window.h"
#include "ui/gallery-page.h"
#include "ui/preferences-window.h"
#include "ui/quota-button.h"
#include "ui/sign-in.h"
#include "ui/tile.h"
#include "ui/viewer-page.h"
#include "ui/welcome-page.h"
#include "ui/window.h"

typedef GType (*TypeFunc) (void);

static const struct
{
  const char *name;
  TypeFunc type;
} widgets[] = {
  { "tile", sheaf_tile_get_type },
  { "grid", sheaf_grid_get_type },
  { "batch-page", sheaf_batch_page_get_type },
  { "gallery-page", sheaf_gallery_page_get_type },
  { "facet-bar", sheaf_facet_bar_get_type },
  { "quota-button", sheaf_quota_button_get_type },
  { "welcome-page", sheaf_welcome_page_get_type },
  { "sign-in", sheaf_sign_in_get_type },
  { "viewer-page", sheaf_viewer_page_get_type },
  { "details", sheaf_details_get_type },
  { "compare-page", sheaf_compare_page_get_type },
};

static SheafEngine *engine;
static SheafClientIds *client_ids;

static void
settle (void)
{
  gint64 end = g_get_monotonic_time () + 100 * G_TIME_SPAN_MILLISECOND;

  while (g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (2000);
}

/* Buttons that show an icon alone must say what they do. */
static void
check_named (GtkWidget *widget)
{
  gboolean icon_only
      = (GTK_IS_BUTTON (widget) && gtk_button_get_icon_name (GTK_BUTTON (widget)) != NULL)
        || (GTK_IS_MENU_BUTTON (widget)
            && gtk_menu_button_get_icon_name (GTK_MENU_BUTTON (widget)));

  /* What GTK and libadwaita put together inside their own widgets is their business. */
  if (icon_only && gtk_widget_get_name (widget) != NULL
      && g_strcmp0 (gtk_widget_get_name (widget), G_OBJECT_TYPE_NAME (widget)) != 0
      && !gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL))
    {
      g_test_message ("“%s” has no name for a screen reader", gtk_widget_get_name (widget));
      g_test_fail ();
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_named (child);
}

static void
close_and_expect_gone (GtkWidget *window, gpointer *gone)
{
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
  g_assert_null (*gone);
}

static void
test_widget (gconstpointer data)
{
  TypeFunc type = data;
  GtkWidget *window = gtk_window_new ();
  GtkWidget *widget = g_object_new (type (), NULL);
  gpointer gone = widget;

  g_object_add_weak_pointer (G_OBJECT (widget), &gone);
  gtk_window_set_default_size (GTK_WINDOW (window), 360, 480);
  gtk_window_set_child (GTK_WINDOW (window), widget);
  gtk_window_present (GTK_WINDOW (window));
  settle ();
  g_assert_true (gtk_widget_get_mapped (window));
  check_named (window);
  close_and_expect_gone (window, &gone);
}

static void
test_window (GtkWidget *window)
{
  gpointer gone = window;

  g_object_add_weak_pointer (G_OBJECT (window), &gone);
  gtk_window_present (GTK_WINDOW (window));
  settle ();
  g_assert_true (gtk_widget_get_mapped (window));
  check_named (window);
  close_and_expect_gone (window, &gone);
}

static void
test_main_window (void)
{
  test_window (GTK_WIDGET (sheaf_window_new (NULL, engine, client_ids)));
}

static void
test_preferences (void)
{
  test_window (sheaf_preferences_window_new (engine));
}

static void
test_failures (void)
{
  g_autoptr (SheafBatchGroup) group = sheaf_batch_group_new ();

  test_window (sheaf_failures_window_new (group));
}

static void
test_shortcuts (void)
{
  g_autoptr (GtkBuilder) builder
      = gtk_builder_new_from_resource ("/io/github/sheaf_app/Sheaf/gtk/help-overlay.ui");
  GObject *overlay = gtk_builder_get_object (builder, "help_overlay");

  /* Not shown: GTK 4.8 warns of the width of a label in it, without a reason that is ours. */
  g_assert_true (GTK_IS_SHORTCUTS_WINDOW (overlay));
  gtk_window_destroy (GTK_WINDOW (overlay));
}

/* The window can be as narrow as a phone. */
static void
test_narrow (void)
{
  GtkWidget *window = GTK_WIDGET (sheaf_window_new (NULL, engine, client_ids));
  int minimum;

  gtk_window_present (GTK_WINDOW (window));
  settle ();
  gtk_widget_measure (window, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
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
  client_ids = sheaf_client_ids_new (engine, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (widgets); i++)
    {
      g_autofree char *path = g_strdup_printf ("/templates/%s", widgets[i].name);

      g_test_add_data_func (path, widgets[i].type, test_widget);
    }
  g_test_add_func ("/templates/window", test_main_window);
  g_test_add_func ("/templates/preferences-window", test_preferences);
  g_test_add_func ("/templates/failures-window", test_failures);
  g_test_add_func ("/templates/help-overlay", test_shortcuts);
  g_test_add_func ("/templates/narrow", test_narrow);
  status = g_test_run ();
  g_clear_object (&client_ids);
  sheaf_engine_shutdown (engine);
  g_clear_object (&engine);
  return status;
}
