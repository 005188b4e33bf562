/* sign-in.c: a row for each client ID; the entry that checks a further one before it is taken
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/sign-in.h"

#include "ui/error-text.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define MAX_NAME 60

struct _SheafSignIn
{
  GtkWidget parent_instance;

  SheafEngine *engine;
  SheafClientIds *ids;
  GCancellable *cancellable; /* of the check under way */
  char *checking;            /* the ID it is about */
  char *checking_name;

  /* Template */
  AdwPreferencesGroup *known;
  AdwExpanderRow *row;
  AdwPasswordEntryRow *client_id;
  AdwEntryRow *id_name;
  GtkRevealer *revealer;
  GtkSpinner *spinner;
  GtkImage *icon;
  GtkLabel *status;
  GtkButton *check;
  GtkCheckButton *none;

  GPtrArray *rows;  /* (element-type GtkWidget): borrowed */
  gboolean filling; /* radio buttons change by themselves */
};

G_DEFINE_FINAL_TYPE (SheafSignIn, sheaf_sign_in, GTK_TYPE_WIDGET)

static void
show_status (SheafSignIn *self, const char *icon, const char *css, const char *text)
{
  static const char *const classes[] = { "success", "error", "warning" };

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->icon), classes[i]);
      gtk_widget_remove_css_class (GTK_WIDGET (self->status), classes[i]);
    }
  if (css != NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->icon), css);
      gtk_widget_add_css_class (GTK_WIDGET (self->status), css);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->icon), icon != NULL);
  gtk_image_set_from_icon_name (self->icon, icon);
  gtk_label_set_text (self->status, text);
  gtk_revealer_set_reveal_child (self->revealer, text != NULL && *text != '\0');
}

static void
show_error (SheafSignIn *self, const char *text)
{
  show_status (self, "dialog-warning-symbolic", "error", text);
}

static const char *
get_name (gpointer row)
{
  return g_object_get_data (G_OBJECT (row), "name");
}

static void
on_use_toggled (GtkCheckButton *use, gpointer user_data)
{
  SheafSignIn *self = SHEAF_SIGN_IN (gtk_widget_get_ancestor (user_data, SHEAF_TYPE_SIGN_IN));

  if (self != NULL && !self->filling && gtk_check_button_get_active (use))
    sheaf_client_ids_use (self->ids, get_name (user_data));
}

static void
on_forget_clicked (GtkWidget *row)
{
  SheafSignIn *self = SHEAF_SIGN_IN (gtk_widget_get_ancestor (row, SHEAF_TYPE_SIGN_IN));

  sheaf_client_ids_forget (self->ids, get_name (row));
}

static char *
dup_clean_name (GtkEditable *entry)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (entry)));
}

static void
on_new_name_changed (AdwMessageDialog *dialog, GtkEditable *entry)
{
  SheafClientIds *ids = g_object_get_data (G_OBJECT (dialog), "ids");
  g_autofree char *name = dup_clean_name (entry);

  adw_message_dialog_set_response_enabled (dialog, "rename",
                                           *name != '\0' && !sheaf_client_ids_has_name (ids, name));
}

static void
on_rename_answered (AdwMessageDialog *dialog, const char *response, GtkEditable *entry)
{
  SheafClientIds *ids = g_object_get_data (G_OBJECT (dialog), "ids");
  g_autofree char *name = dup_clean_name (entry);

  if (g_str_equal (response, "rename"))
    sheaf_client_ids_rename (ids, get_name (dialog), name);
}

static void
on_rename_clicked (GtkWidget *row)
{
  SheafSignIn *self = SHEAF_SIGN_IN (gtk_widget_get_ancestor (row, SHEAF_TYPE_SIGN_IN));
  g_autofree char *title = sheaf_client_ids_dup_title (get_name (row));
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (row)),
                                              _ ("Rename Client ID"), NULL);

  gtk_editable_set_text (GTK_EDITABLE (entry), title);
  gtk_entry_set_max_length (GTK_ENTRY (entry), MAX_NAME);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("New name"), -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "rename",
                                    _ ("_Rename"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "rename",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (dialog), "rename", FALSE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "ids", g_object_ref (self->ids), g_object_unref);
  g_object_set_data_full (G_OBJECT (dialog), "name", g_strdup (get_name (row)), g_free);
  g_signal_connect_object (entry, "changed", G_CALLBACK (on_new_name_changed), dialog,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_rename_answered), entry, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (entry);
}

static GtkWidget *
button_new (GtkWidget *row, const char *icon, const char *tooltip, char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_free (label);
  g_signal_connect_object (button, "clicked", clicked, row, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return button;
}

static const char *
describe (SheafClientIdPlace place)
{
  switch (place)
    {
    case SHEAF_CLIENT_ID_KEPT:
      return _ ("Kept in the keyring");
    case SHEAF_CLIENT_ID_THIS_RUN:
      return _ ("For this run only");
    case SHEAF_CLIENT_ID_ENVIRONMENT:
      return _ ("Given from outside, for this run");
    default:
      g_assert_not_reached ();
    }
}

static GtkWidget *
row_new (SheafSignIn *self, guint index)
{
  const char *name = sheaf_client_ids_get_name (self->ids, index);
  SheafClientIdPlace place = sheaf_client_ids_get_place (self->ids, index);
  g_autofree char *title = sheaf_client_ids_dup_title (name);
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *use = gtk_check_button_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), describe (place));
  g_object_set_data_full (G_OBJECT (row), "name", g_strdup (name), g_free);
  g_object_set_data (G_OBJECT (row), "place", GINT_TO_POINTER (place));

  gtk_widget_set_valign (use, GTK_ALIGN_CENTER);
  gtk_check_button_set_group (GTK_CHECK_BUTTON (use), self->none);
  g_signal_connect_object (use, "toggled", G_CALLBACK (on_use_toggled), row, 0);
  g_object_set_data (G_OBJECT (row), "use", use);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), use);
  /* Which names it by the row's title, too. */
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), use);

  if (place == SHEAF_CLIENT_ID_ENVIRONMENT)
    return row;
  button_new (row, "document-edit-symbolic", _ ("Rename"),
              /* Translators: %s is the name of a client ID */
              g_strdup_printf (_ ("Rename “%s”"), title), G_CALLBACK (on_rename_clicked));
  button_new (row, "user-trash-symbolic", _ ("Forget This ID"),
              /* Translators: %s is the name of a client ID */
              g_strdup_printf (_ ("Forget “%s”"), title), G_CALLBACK (on_forget_clicked));
  return row;
}

/* Whether the rows are those of the IDs still; then they stay, and the keyboard where it is. */
static gboolean
rows_fit (SheafSignIn *self)
{
  if (self->rows->len != sheaf_client_ids_get_n (self->ids))
    return FALSE;
  for (guint i = 0; i < self->rows->len; i++)
    {
      GObject *row = g_ptr_array_index (self->rows, i);

      if (g_strcmp0 (get_name (row), sheaf_client_ids_get_name (self->ids, i)) != 0
          || GPOINTER_TO_INT (g_object_get_data (row, "place"))
                 != (int) sheaf_client_ids_get_place (self->ids, i))
        return FALSE;
    }
  return TRUE;
}

static void
update (SheafSignIn *self)
{
  const char *trouble = sheaf_client_ids_get_trouble (self->ids);
  gboolean any = sheaf_client_ids_get_n (self->ids) > 0;

  self->filling = TRUE;
  if (!rows_fit (self))
    {
      for (guint i = 0; i < self->rows->len; i++)
        adw_preferences_group_remove (self->known, g_ptr_array_index (self->rows, i));
      g_ptr_array_set_size (self->rows, 0);
      for (guint i = 0; i < sheaf_client_ids_get_n (self->ids); i++)
        {
          GtkWidget *row = row_new (self, i);

          adw_preferences_group_add (self->known, row);
          g_ptr_array_add (self->rows, row);
        }
    }
  gtk_check_button_set_active (self->none, TRUE);
  for (guint i = 0; i < self->rows->len; i++)
    gtk_check_button_set_active (
        g_object_get_data (G_OBJECT (g_ptr_array_index (self->rows, i)), "use"),
        sheaf_client_ids_get_in_use (self->ids, i));
  self->filling = FALSE;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->row),
                                 any ? _ ("Add an Imgur Client ID") : _ ("Imgur Client ID"));
  if (trouble == NULL)
    trouble = sheaf_engine_has_client_id (self->engine)
                  ? _ ("Signed in")
                  : _ ("Needed for galleries that ask for one");
  adw_expander_row_set_subtitle (self->row, trouble);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SheafSignIn) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  g_autofree char *left = NULL;
  SheafQuota quota;
  gboolean accepted
      = sheaf_engine_check_client_id_finish (SHEAF_ENGINE (source), result, &quota, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->cancellable);
  id = g_steal_pointer (&self->checking);
  name = g_steal_pointer (&self->checking_name);
  gtk_spinner_stop (self->spinner);
  gtk_widget_set_sensitive (GTK_WIDGET (self->check), TRUE);
  if (!accepted)
    {
      text = sheaf_error_text_dup_body (error);
      show_error (self, text);
      return;
    }

  left = sheaf_format_quota (&quota);
  if (left != NULL)
    /* Translators: %s is like “480 of 500 requests left” */
    text = g_strdup_printf (_ ("The client ID works: %s."), left);
  else
    text = g_strdup (_ ("The client ID works."));
  show_status (self, "object-select-symbolic", "success", text);
  gtk_editable_set_text (GTK_EDITABLE (self->client_id), "");
  gtk_editable_set_text (GTK_EDITABLE (self->id_name), "");
  /* Two windows may have asked at once. */
  if (*name == '\0' || sheaf_client_ids_has_name (self->ids, name))
    {
      g_free (name);
      name = sheaf_client_ids_dup_free_name (self->ids);
    }
  sheaf_client_ids_add (self->ids, name, id);
}

static void
on_check_clicked (SheafSignIn *self)
{
  g_autofree char *id = dup_clean_name (GTK_EDITABLE (self->client_id));
  g_autofree char *name = dup_clean_name (GTK_EDITABLE (self->id_name));

  if (*id == '\0')
    {
      show_error (self, _ ("Enter a client ID first."));
      return;
    }
  if (*name != '\0' && sheaf_client_ids_has_name (self->ids, name))
    {
      show_error (self, _ ("There is a client ID of this name already."));
      return;
    }
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_free (self->checking);
  self->checking = g_steal_pointer (&id);
  g_free (self->checking_name);
  self->checking_name = g_steal_pointer (&name);
  show_status (self, NULL, NULL, _ ("Asking the service…"));
  gtk_spinner_start (self->spinner);
  gtk_widget_set_sensitive (GTK_WIDGET (self->check), FALSE);
  sheaf_engine_check_client_id_async (self->engine, self->checking, self->cancellable, on_checked,
                                      g_object_ref (self));
}

static void
on_not_kept (SheafSignIn *self, const char *text)
{
  show_status (self, "dialog-information-symbolic", "warning", text);
}

static void
sheaf_sign_in_dispose (GObject *object)
{
  SheafSignIn *self = SHEAF_SIGN_IN (object);
  GtkWidget *child;

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->checking, g_free);
  g_clear_pointer (&self->checking_name, g_free);
  if (self->ids != NULL)
    g_signal_handlers_disconnect_by_data (self->ids, self);
  g_clear_object (&self->ids);
  g_clear_object (&self->engine);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (sheaf_sign_in_parent_class)->dispose (object);
}

static void
sheaf_sign_in_finalize (GObject *object)
{
  g_ptr_array_unref (SHEAF_SIGN_IN (object)->rows);

  G_OBJECT_CLASS (sheaf_sign_in_parent_class)->finalize (object);
}

static void
sheaf_sign_in_class_init (SheafSignInClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sheaf_sign_in_dispose;
  G_OBJECT_CLASS (klass)->finalize = sheaf_sign_in_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               SHEAF_RESOURCES "templates/sign-in.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafSignIn, known);
  gtk_widget_class_bind_template_child (widget_class, SheafSignIn, row);
  gtk_widget_class_bind_template_child (widget_class, SheafSignIn, client_id);
  gtk_widget_class_bind_template_child (widget_class, SheafSignIn, id_name);
  gtk_widget_class_bind_template_child (widget_class, SheafSignIn, revealer);
  gtk_widget_class_bind_template_child (widget_class, SheafSignIn, spinner);
  gtk_widget_class_bind_template_child (widget_class, SheafSignIn, icon);
  gtk_widget_class_bind_template_child (widget_class, SheafSignIn, status);
  gtk_widget_class_bind_template_child (widget_class, SheafSignIn, check);
  gtk_widget_class_bind_template_child (widget_class, SheafSignIn, none);
  gtk_widget_class_bind_template_callback (widget_class, on_check_clicked);
}

static void
sheaf_sign_in_init (SheafSignIn *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sheaf_sign_in_set_up (SheafSignIn *self, SheafEngine *engine, SheafClientIds *ids)
{
  g_return_if_fail (SHEAF_IS_SIGN_IN (self));
  g_return_if_fail (self->ids == NULL);

  self->engine = g_object_ref (engine);
  self->ids = g_object_ref (ids);
  g_signal_connect_object (ids, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ids, "not-kept", G_CALLBACK (on_not_kept), self, G_CONNECT_SWAPPED);
  update (self);
}

void
sheaf_sign_in_ask (SheafSignIn *self)
{
  g_return_if_fail (SHEAF_IS_SIGN_IN (self));

  adw_expander_row_set_expanded (self->row, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->client_id));
}
