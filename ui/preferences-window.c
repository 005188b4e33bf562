/* preferences-window.c: rows bound to the settings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything takes effect at once.  Most rows are plain bindings of a property; the few that mean
 * something else than they store (types, sizes, ways of working) are translated here. */
#include "config.h"

#include "ui/preferences-window.h"

#include "ui/window-private.h"

#include <glib/gi18n.h>

struct _SheafPreferencesWindow
{
  AdwPreferencesWindow parent_instance;

  SheafEngine *engine;
  SheafSettings *settings;
  GtkFileChooserNative *chooser; /* while it is open */

  /* Template */
  AdwActionRow *destination;
  GtkSwitch *jpeg;
  GtkSwitch *png;
  GtkSwitch *gif;
  GtkSwitch *webp;
  AdwExpanderRow *types;
  GtkSwitch *albums;
  GtkSwitch *mature;
  GtkSwitch *write_metadata;
  GtkSwitch *background;
  AdwEntryRow *name_template;
  AdwActionRow *name_example;
  AdwComboRow *thumbnail_size;
  AdwComboRow *executor;
  GtkSpinButton *jobs;
  AdwComboRow *thumbnail_executor;
  GtkSpinButton *thumbnail_jobs;
  AdwEntryRow *broker;
  AdwActionRow *broker_refused;
  GtkSpinButton *rate_limit;
  GtkSpinButton *request_rate;
  GtkSpinButton *retries;
  GtkSpinButton *connect_timeout;
  GtkSpinButton *read_timeout;

  GtkWidget *clean_up;

  gboolean filling;
};

G_DEFINE_FINAL_TYPE (SheafPreferencesWindow, sheaf_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

static const guint sizes[] = { 128, 256, 512 };

static void
update_destination (SheafPreferencesWindow *self)
{
  g_autoptr (GFile) folder = sheaf_settings_dup_destination (self->settings);
  g_autofree char *path = g_file_get_parse_name (folder);
  g_autofree char *escaped = g_markup_escape_text (path, -1);

  adw_action_row_set_subtitle (self->destination, escaped);
}

static void
on_destination_chosen (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  SheafPreferencesWindow *self = user_data;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (folder);

      if (path != NULL)
        g_object_set (self->settings, "destination", path, NULL);
    }
  g_clear_object (&self->chooser);
}

static void
on_choose_destination (SheafPreferencesWindow *self)
{
  g_autoptr (GFile) folder = sheaf_settings_dup_destination (self->settings);

  if (self->chooser != NULL)
    return;
  self->chooser
      = gtk_file_chooser_native_new (_ ("Choose a Folder for Downloads"), GTK_WINDOW (self),
                                     GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, NULL, NULL);
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (self->chooser), folder, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_destination_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
on_cleaned_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SheafPreferencesWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint n_removed = 0;
  guint64 bytes = 0;
  gboolean done = sheaf_engine_clean_up_thumbnails_finish (SHEAF_ENGINE (source), result,
                                                           &n_removed, &bytes, &error);

  if (self->engine == NULL)
    return; /* the window was closed meanwhile */
  gtk_widget_set_sensitive (self->clean_up, TRUE);
  if (done)
    {
      g_autofree char *size = g_format_size (bytes);

      /* Translators: %u thumbnails were removed, %s is how much room that gave: “3.2 MB” */
      text = g_strdup_printf (g_dngettext (NULL, "%u thumbnail removed, %s freed",
                                           "%u thumbnails removed, %s freed", n_removed),
                              n_removed, size);
    }
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self),
                                    sheaf_toast_new (done ? text : error->message));
}

static void
on_clean_up (SheafPreferencesWindow *self)
{
  gtk_widget_set_sensitive (self->clean_up, FALSE);
  sheaf_engine_clean_up_thumbnails_async (self->engine, NULL, on_cleaned_up, g_object_ref (self));
}

/* No types chosen means every kind of picture; the expander's switch says whether some are. */
static void
fill_types (SheafPreferencesWindow *self)
{
  const char *const *types = sheaf_settings_get_types (self->settings);
  gboolean any = types == NULL || types[0] == NULL;

  self->filling = TRUE;
  adw_expander_row_set_enable_expansion (self->types, !any);
  gtk_switch_set_active (self->jpeg, any || g_strv_contains (types, "image/jpeg"));
  gtk_switch_set_active (self->png, any || g_strv_contains (types, "image/png"));
  gtk_switch_set_active (self->gif, any || g_strv_contains (types, "image/gif"));
  gtk_switch_set_active (self->webp, any || g_strv_contains (types, "image/webp"));
  self->filling = FALSE;
}

static void
on_types_changed (SheafPreferencesWindow *self)
{
  const char *types[5] = { NULL };
  guint n = 0;

  if (self->filling || self->settings == NULL)
    return;
  if (adw_expander_row_get_enable_expansion (self->types))
    {
      if (gtk_switch_get_active (self->jpeg))
        types[n++] = "image/jpeg";
      if (gtk_switch_get_active (self->png))
        types[n++] = "image/png";
      if (gtk_switch_get_active (self->gif))
        types[n++] = "image/gif";
      if (gtk_switch_get_active (self->webp))
        types[n++] = "image/webp";
    }
  g_object_set (self->settings, "types", types, NULL);
}

static void
on_thumbnail_size_changed (SheafPreferencesWindow *self)
{
  guint selected = adw_combo_row_get_selected (self->thumbnail_size);

  if (!self->filling && self->settings != NULL && selected < G_N_ELEMENTS (sizes))
    g_object_set (self->settings, "thumbnail-size", sizes[selected], NULL);
}

static const SheafExecutorType *
executor_type (AdwComboRow *row)
{
  return &sheaf_executor_types[adw_combo_row_get_selected (row)];
}

/* Above the row: within it a sentence would leave the choice itself no room. */
static void
describe_executor (AdwComboRow *row)
{
  GtkWidget *group = gtk_widget_get_ancestor (GTK_WIDGET (row), ADW_TYPE_PREFERENCES_GROUP);

  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group),
                                         _ (executor_type (row)->description));
}

static void
on_executor_changed (SheafPreferencesWindow *self)
{
  if (self->filling || self->settings == NULL)
    return;
  g_object_set (self->settings, "executor", executor_type (self->executor)->nick, NULL);
  describe_executor (self->executor);
}

static void
on_thumbnail_executor_changed (SheafPreferencesWindow *self)
{
  if (self->filling || self->settings == NULL)
    return;
  g_object_set (self->settings, "thumbnail-executor",
                executor_type (self->thumbnail_executor)->nick, NULL);
  describe_executor (self->thumbnail_executor);
}

static void
fill_executors (SheafPreferencesWindow *self, AdwComboRow *row, const char *chosen)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  guint selected = 0;

  for (guint i = 0; sheaf_executor_types[i].nick != NULL; i++)
    {
      gtk_string_list_append (titles, _ (sheaf_executor_types[i].title));
      if (g_strcmp0 (sheaf_executor_types[i].nick, chosen) == 0)
        selected = i;
    }
  self->filling = TRUE;
  adw_combo_row_set_model (row, G_LIST_MODEL (titles));
  adw_combo_row_set_selected (row, selected);
  self->filling = FALSE;
  describe_executor (row);
}

/* The settings count bytes, a person thinks in megabytes. */
static gboolean
bytes_to_megabytes (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_double (to, (double) g_value_get_uint64 (from) / 1e6);
  return TRUE;
}

static gboolean
megabytes_to_bytes (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_uint64 (to, (guint64) (g_value_get_double (from) * 1e6 + 0.5));
  return TRUE;
}

static gboolean
uint_to_double (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_double (to, g_value_get_uint (from));
  return TRUE;
}

static gboolean
double_to_uint (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_uint (to, (guint) (g_value_get_double (from) + 0.5));
  return TRUE;
}

static void
on_template_changed (SheafPreferencesWindow *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = sheaf_engine_dup_example_name (
      gtk_editable_get_text (GTK_EDITABLE (self->name_template)), &error);
  g_autofree char *escaped = g_markup_escape_text (name != NULL ? name : error->message, -1);

  adw_action_row_set_subtitle (self->name_example, escaped);
  if (name != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self->name_template), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->name_template), "error");
}

/* Settings are no place for a password: an address with one is not kept. */
static void
on_broker_changed (SheafPreferencesWindow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->broker));
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_HAS_PASSWORD, NULL);
  gboolean refused = uri != NULL && g_uri_get_password (uri) != NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->broker_refused), refused);
  if (refused)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->broker), "error");
      return;
    }
  gtk_widget_remove_css_class (GTK_WIDGET (self->broker), "error");
  if (self->settings != NULL && g_strcmp0 (text, sheaf_settings_get_broker (self->settings)) != 0)
    g_object_set (self->settings, "broker", text, NULL);
}

static void
bind (SheafPreferencesWindow *self, const char *key, gpointer widget, const char *property)
{
  g_object_bind_property (self->settings, key, widget, property,
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
}

static void
bind_number (SheafPreferencesWindow *self, const char *key, GtkSpinButton *spin)
{
  g_object_bind_property_full (self->settings, key, spin, "value",
                               G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL, uint_to_double,
                               double_to_uint, NULL, NULL);
}

static void
set_settings (SheafPreferencesWindow *self)
{
  guint size = sheaf_settings_get_thumbnail_size (self->settings);

  update_destination (self);
  g_signal_connect_object (self->settings, "notify::destination", G_CALLBACK (update_destination),
                           self, G_CONNECT_SWAPPED);
  fill_types (self);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (size >= sizes[i])
      {
        self->filling = TRUE;
        adw_combo_row_set_selected (self->thumbnail_size, i);
        self->filling = FALSE;
      }
  fill_executors (self, self->executor, sheaf_settings_get_executor (self->settings));
  fill_executors (self, self->thumbnail_executor,
                  sheaf_settings_get_thumbnail_executor (self->settings));

  bind (self, "albums", self->albums, "active");
  bind (self, "mature", self->mature, "active");
  bind (self, "write-metadata", self->write_metadata, "active");
  bind (self, "background", self->background, "active");
  gtk_editable_set_text (GTK_EDITABLE (self->broker), sheaf_settings_get_broker (self->settings));
  bind (self, "request-rate", self->request_rate, "value");
  bind (self, "name-template", self->name_template, "text");
  on_template_changed (self);
  bind_number (self, "jobs", self->jobs);
  bind_number (self, "thumbnail-jobs", self->thumbnail_jobs);
  bind_number (self, "retries", self->retries);
  bind_number (self, "connect-timeout", self->connect_timeout);
  bind_number (self, "read-timeout", self->read_timeout);
  g_object_bind_property_full (self->settings, "rate-limit", self->rate_limit, "value",
                               G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL, bytes_to_megabytes,
                               megabytes_to_bytes, NULL, NULL);
}

static void
sheaf_preferences_window_dispose (GObject *object)
{
  SheafPreferencesWindow *self = SHEAF_PREFERENCES_WINDOW (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->settings);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sheaf_preferences_window_parent_class)->dispose (object);
}

static void
sheaf_preferences_window_class_init (SheafPreferencesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sheaf_preferences_window_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               SHEAF_RESOURCES "templates/preferences-window.ui");
#define BIND(child)                                                                                \
  gtk_widget_class_bind_template_child (widget_class, SheafPreferencesWindow, child)
  BIND (destination);
  BIND (types);
  BIND (jpeg);
  BIND (png);
  BIND (gif);
  BIND (webp);
  BIND (albums);
  BIND (mature);
  BIND (write_metadata);
  BIND (background);
  BIND (name_template);
  BIND (name_example);
  BIND (thumbnail_size);
  BIND (executor);
  BIND (jobs);
  BIND (thumbnail_executor);
  BIND (thumbnail_jobs);
  BIND (broker);
  BIND (broker_refused);
  BIND (rate_limit);
  BIND (request_rate);
  BIND (retries);
  BIND (connect_timeout);
  BIND (read_timeout);
  BIND (clean_up);
#undef BIND
  gtk_widget_class_bind_template_callback (widget_class, on_choose_destination);
  gtk_widget_class_bind_template_callback (widget_class, on_clean_up);
  gtk_widget_class_bind_template_callback (widget_class, on_template_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_broker_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_types_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_thumbnail_size_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_executor_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_thumbnail_executor_changed);
}

static void
sheaf_preferences_window_init (SheafPreferencesWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sheaf_preferences_window_new (SheafEngine *engine)
{
  SheafPreferencesWindow *self = g_object_new (SHEAF_TYPE_PREFERENCES_WINDOW, NULL);

  self->engine = g_object_ref (engine);
  self->settings = g_object_ref (sheaf_engine_get_settings (engine));
  set_settings (self);
  return GTK_WIDGET (self);
}
