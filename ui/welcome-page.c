/* welcome-page.c: rows made from the table of sources, and the entry that checks an ID
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/welcome-page.h"

#include "ui/error-text.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* What the large button opens; not listed once more below it. */
#define DEMO_SPEC "demo:"

struct _SheafWelcomePage
{
  GtkWidget parent_instance;

  SheafEngine *engine;
  GCancellable *cancellable; /* of the check under way */
  char *checking;            /* the ID it is about */

  /* Template */
  GtkScrolledWindow *scrolled;
  AdwPreferencesGroup *sources;
  AdwPreferencesGroup *bookmarks;
  AdwPreferencesGroup *history;
  AdwExpanderRow *client_id_row;
  AdwPasswordEntryRow *client_id;
  GtkRevealer *client_id_revealer;
  GtkSpinner *client_id_spinner;
  GtkImage *client_id_icon;
  GtkLabel *client_id_status;
  GtkButton *check;
  GtkWidget *forget;
  AdwEntryRow *address;

  GPtrArray *place_rows; /* (element-type GtkWidget): borrowed */
};

enum
{
  CLIENT_ID,
  FORGET_CLIENT_ID,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafWelcomePage, sheaf_welcome_page, GTK_TYPE_WIDGET)

static void
show_id_status (SheafWelcomePage *self, const char *icon, const char *css, const char *text)
{
  static const char *const classes[] = { "success", "error", "warning" };

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->client_id_icon), classes[i]);
      gtk_widget_remove_css_class (GTK_WIDGET (self->client_id_status), classes[i]);
    }
  if (css != NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->client_id_icon), css);
      gtk_widget_add_css_class (GTK_WIDGET (self->client_id_status), css);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->client_id_icon), icon != NULL);
  gtk_image_set_from_icon_name (self->client_id_icon, icon);
  gtk_label_set_text (self->client_id_status, text);
  gtk_revealer_set_reveal_child (self->client_id_revealer, text != NULL && *text != '\0');
}

static void
update_client_id_row (SheafWelcomePage *self)
{
  gboolean has = self->engine != NULL && sheaf_engine_has_client_id (self->engine);

  adw_expander_row_set_subtitle (
      self->client_id_row, has ? _ ("Signed in") : _ ("Needed for galleries that ask for one"));
  gtk_widget_set_visible (self->forget, has);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SheafWelcomePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;
  SheafQuota quota;
  gboolean accepted
      = sheaf_engine_check_client_id_finish (SHEAF_ENGINE (source), result, &quota, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->cancellable);
  id = g_steal_pointer (&self->checking);
  gtk_spinner_stop (self->client_id_spinner);
  gtk_widget_set_sensitive (GTK_WIDGET (self->check), TRUE);
  if (!accepted)
    {
      text = sheaf_error_text_dup_body (error);
      show_id_status (self, "dialog-warning-symbolic", "error", text);
      return;
    }

  {
    g_autofree char *left = sheaf_format_quota (&quota);

    if (left != NULL)
      /* Translators: %s is like “480 of 500 requests left” */
      text = g_strdup_printf (_ ("The client ID works: %s."), left);
    else
      text = g_strdup (_ ("The client ID works."));
  }
  show_id_status (self, "object-select-symbolic", "success", text);
  gtk_editable_set_text (GTK_EDITABLE (self->client_id), "");
  g_signal_emit (self, signals[CLIENT_ID], 0, id);
  update_client_id_row (self);
}

static void
on_check_clicked (SheafWelcomePage *self)
{
  g_autofree char *id
      = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->client_id))));

  if (*id == '\0')
    {
      show_id_status (self, "dialog-warning-symbolic", "error", _ ("Enter a client ID first."));
      return;
    }
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_free (self->checking);
  self->checking = g_steal_pointer (&id);
  show_id_status (self, NULL, NULL, _ ("Asking the service…"));
  gtk_spinner_start (self->client_id_spinner);
  gtk_widget_set_sensitive (GTK_WIDGET (self->check), FALSE);
  sheaf_engine_check_client_id_async (self->engine, self->checking, self->cancellable, on_checked,
                                      g_object_ref (self));
}

static void
on_forget_clicked (SheafWelcomePage *self)
{
  g_signal_emit (self, signals[FORGET_CLIENT_ID], 0);
  show_id_status (self, NULL, NULL, _ ("The client ID is forgotten."));
  update_client_id_row (self);
}

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
  SheafWelcomePage *self = SHEAF_WELCOME_PAGE (object);
  GtkWidget *child;

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->checking, g_free);
  g_clear_object (&self->engine);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
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

  signals[CLIENT_ID] = g_signal_new ("client-id", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[FORGET_CLIENT_ID] = g_signal_new ("forget-client-id", G_TYPE_FROM_CLASS (klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               SHEAF_RESOURCES "templates/welcome-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, scrolled);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, sources);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, bookmarks);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, history);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, client_id_row);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, client_id);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, client_id_revealer);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, client_id_spinner);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, client_id_icon);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, client_id_status);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, check);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, forget);
  gtk_widget_class_bind_template_child (widget_class, SheafWelcomePage, address);
  gtk_widget_class_bind_template_callback (widget_class, on_check_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_forget_clicked);
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
sheaf_welcome_page_set_engine (SheafWelcomePage *self, SheafEngine *engine)
{
  g_return_if_fail (SHEAF_IS_WELCOME_PAGE (self));

  g_set_object (&self->engine, engine);
  update_client_id_row (self);
}

void
sheaf_welcome_page_ask_client_id (SheafWelcomePage *self)
{
  g_return_if_fail (SHEAF_IS_WELCOME_PAGE (self));

  adw_expander_row_set_expanded (self->client_id_row, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->client_id));
}

void
sheaf_welcome_page_say_of_client_id (SheafWelcomePage *self, const char *text)
{
  g_return_if_fail (SHEAF_IS_WELCOME_PAGE (self));

  show_id_status (self, "dialog-information-symbolic", "warning", text);
  update_client_id_row (self);
}

void
sheaf_welcome_page_update_client_id (SheafWelcomePage *self)
{
  g_return_if_fail (SHEAF_IS_WELCOME_PAGE (self));

  update_client_id_row (self);
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
