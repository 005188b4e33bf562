/* welcome-page.c: rows made from the table of sources, and from what was opened before
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/welcome-page.h"

#include "ui/sign-in.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* What the large button opens; not listed once more below it. */
#define DEMO_SPEC "demo:"

struct _SheafWelcomePage
{
  GtkWidget parent_instance;

  /* Template */
  GtkScrolledWindow *scrolled;
  AdwPreferencesGroup *sources;
  AdwPreferencesGroup *bookmarks;
  AdwPreferencesGroup *history;
  SheafSignIn *sign_in;
  AdwEntryRow *address;

  GPtrArray *place_rows; /* (element-type GtkWidget): borrowed */
};

G_DEFINE_FINAL_TYPE (SheafWelcomePage, sheaf_welcome_page, GTK_TYPE_WIDGET)

static void
on_address_apply (SheafWelcomePage *self)
{
  g_autofree char *address
      = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->address))));

  if (*address != '\0')
    gtk_widget_activate_action (GTK_WIDGET (self), "win.open-source", "s", address);
}

static void
on_row_activated (AdwActionRow *row, gpointer user_data)
{
  gtk_widget_activate_action (GTK_WIDGET (row), "win.open-source", "s",
                              (const char *) g_object_get_data (G_OBJECT (row), "spec"));
}

static GtkWidget *
row_new (SheafWelcomePage *self,
         const char *title,
         const char *subtitle,
         const char *icon,
         const char *spec)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  if (icon != NULL)
    adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name (icon));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), "spec", g_strdup (spec), g_free);
  g_signal_connect_object (row, "activated", G_CALLBACK (on_row_activated), self, 0);
  return row;
}

static void
add_sources (SheafWelcomePage *self)
{
  for (const SheafSourceType *type = sheaf_source_types; type->nick != NULL; type++)
    {
      g_autofree char *subtitle = NULL;
      GtkWidget *row;

      if (type->default_spec == NULL || g_str_equal (type->default_spec, DEMO_SPEC))
        continue;
      if (type->needs != NULL)
        /* Translators: what a gallery holds, and on the next line what one must have to open it */
        subtitle = g_strdup_printf (_ ("%s\nNeeded: %s"), _ (type->description), _ (type->needs));
      else
        subtitle = g_strdup (_ (type->description));
      row = row_new (self, _ (type->title), subtitle, type->icon_name, type->default_spec);
      gtk_widget_set_name (row, type->nick);
      adw_preferences_group_add (self->sources, row);
    }
}

static void
sheaf_welcome_page_dispose (GObject *object)
{
  GtkWidget *self = GTK_WIDGET (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self)) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (sheaf_welcome_page_parent_class)->dispose (object);
}

static void
sheaf_welcome_page_finalize (GObject *object)
{
  g_ptr_array_unref (SHEAF_WELCOME_PAGE (object)->place_rows);

  G_OBJECT_CLASS (sheaf_welcome_page_parent_class)->finalize (object);
}

static void
sheaf_welcome_page_class_init (SheafWelcomePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sheaf_welcome_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = sheaf_welcome_page_finalize;

  g_type_ensure (SHEAF_TYPE_SIGN_IN);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               SHEAF_RESOURCES "templates/welcome-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, scrolled);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, sources);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, bookmarks);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, history);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, sign_in);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, address);
  gtk_widget_class_bind_template_callback (widget_class, on_address_apply);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sheaf_welcome_page_init (SheafWelcomePage *self)
{
  self->place_rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  add_sources (self);
}

void
sheaf_welcome_page_set_up (SheafWelcomePage *self, SheafEngine *engine, SheafClientIds *ids)
{
  g_return_if_fail (SHEAF_IS_WELCOME_PAGE (self));

  sheaf_sign_in_set_up (self->sign_in, engine, ids);
}

void
sheaf_welcome_page_ask_client_id (SheafWelcomePage *self)
{
  g_return_if_fail (SHEAF_IS_WELCOME_PAGE (self));

  sheaf_sign_in_ask (self->sign_in);
}

static void
add_places (SheafWelcomePage *self, AdwPreferencesGroup *group, GPtrArray *places, const char *icon)
{
  gtk_widget_set_visible (GTK_WIDGET (group), places->len > 0);
  for (guint i = 0; i < places->len; i++)
    {
      const SheafPlace *place = g_ptr_array_index (places, i);
      GtkWidget *row = row_new (self, place->title, place->spec, icon, place->spec);

      adw_preferences_group_add (group, row);
      g_object_set_data (G_OBJECT (row), "group", group);
      g_ptr_array_add (self->place_rows, row);
    }
}

void
sheaf_welcome_page_set_places (SheafWelcomePage *self, GPtrArray *bookmarks, GPtrArray *history)
{
  g_return_if_fail (SHEAF_IS_WELCOME_PAGE (self));

  for (guint i = 0; i < self->place_rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->place_rows, i);

      adw_preferences_group_remove (g_object_get_data (G_OBJECT (row), "group"), row);
    }
  g_ptr_array_set_size (self->place_rows, 0);
  add_places (self, self->bookmarks, bookmarks, "user-bookmarks-symbolic");
  add_places (self, self->history, history, "document-open-recent-symbolic");
}
