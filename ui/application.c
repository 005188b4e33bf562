/* application.c: the engine's owner; actions that are no window's
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engine is made on startup and shared by all windows.  What is opened from outside goes to the
 * window used last: folders and pictures to its folder page, addresses to its gallery. */
#include "config.h"

#include "ui/application.h"

#include "ui/client-ids.h"
#include "ui/places.h"
#include "ui/preferences-window.h"
#include "ui/window.h"

#include <glib/gi18n.h>

struct _SheafApplication
{
  AdwApplication parent_instance;

  SheafSettings *settings;
  GSettings *gsettings; /* (nullable) */
  SheafEngine *engine;
  SheafClientIds *client_ids;
  gboolean recovered; /* what was left unfinished has been asked for */
};

G_DEFINE_FINAL_TYPE (SheafApplication, sheaf_application, ADW_TYPE_APPLICATION)

static SheafWindow *
find_window (SheafApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *node = windows; node != NULL; node = node->next)
    if (SHEAF_IS_WINDOW (node->data))
      return node->data;
  return NULL;
}

static void
on_unfinished_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SheafApplication) self = user_data;
  g_autoptr (GPtrArray) unfinished
      = sheaf_engine_load_unfinished_finish (SHEAF_ENGINE (source), result, NULL);
  g_autofree char *notice = sheaf_engine_take_notice (SHEAF_ENGINE (source));
  SheafWindow *window = find_window (self);

  /* Closed meanwhile: it is offered again at the next start. */
  if (window == NULL)
    return;
  if (unfinished != NULL && unfinished->len > 0)
    sheaf_window_add_unfinished (window, unfinished);
  if (notice != NULL)
    sheaf_window_say (window, notice);
}

static SheafWindow *
window_new (SheafApplication *self)
{
  SheafWindow *window = sheaf_window_new (ADW_APPLICATION (self), self->engine, self->client_ids);

  if (!self->recovered)
    {
      self->recovered = TRUE;
      sheaf_engine_load_unfinished_async (self->engine, NULL, on_unfinished_ready,
                                          g_object_ref (self));
    }
  return window;
}

/* The window used last, or a first one. */
static SheafWindow *
get_window (SheafApplication *self)
{
  SheafWindow *window = find_window (self);

  return window != NULL ? window : window_new (self);
}

static void
sheaf_application_activate (GApplication *application)
{
  gboolean first = gtk_application_get_windows (GTK_APPLICATION (application)) == NULL;
  SheafWindow *window = get_window (SHEAF_APPLICATION (application));

  if (first)
    sheaf_window_restore (window);
  gtk_window_present (GTK_WINDOW (window));
}

static void
sheaf_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  SheafApplication *self = SHEAF_APPLICATION (application);
  SheafWindow *window = get_window (self);
  g_autoptr (GPtrArray) local = g_ptr_array_new_with_free_func (g_object_unref);

  for (int i = 0; i < n_files; i++)
    {
      g_autofree char *uri = g_file_get_uri (files[i]);

      if (g_file_is_native (files[i]))
        g_ptr_array_add (local, g_object_ref (files[i]));
      else
        /* An address: of the web, or "demo:", "imgur:…", which GFile keeps as they are. */
        sheaf_window_open_source (window, uri);
    }
  if (local->len > 0)
    sheaf_window_open_files (window, local);
  gtk_window_present (GTK_WINDOW (window));
}

static int
sheaf_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("Sheaf %s\n", PACKAGE_VERSION);
      return 0;
    }
  if (g_variant_dict_contains (options, "new-window"))
    {
      g_autoptr (GError) error = NULL;

      if (!g_application_register (application, NULL, &error))
        {
          g_printerr ("%s\n", error->message);
          return 1;
        }
      g_action_group_activate_action (G_ACTION_GROUP (application), "new-window", NULL);
      /* A first instance goes on to run; for a further one the work is done. */
      return g_application_get_is_remote (application) ? 0 : -1;
    }
  return -1;
}

static void
activate (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_application_activate (G_APPLICATION (user_data));
}

static void
new_window (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  gtk_window_present (GTK_WINDOW (window_new (user_data)));
}

static void
demo (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafWindow *window = get_window (user_data);

  sheaf_window_open_source (window, "demo:");
  gtk_window_present (GTK_WINDOW (window));
}

static void
open_source (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafWindow *window = get_window (user_data);

  sheaf_window_open_source (window, g_variant_get_string (parameter, NULL));
  gtk_window_present (GTK_WINDOW (window));
}

static void
preferences (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafApplication *self = user_data;
  GtkWidget *window = sheaf_preferences_window_new (self->engine);

  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (get_window (self)));
  gtk_window_present (GTK_WINDOW (window));
}

static void
about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  static const char *const developers[] = { "The Sheaf contributors", NULL };
  GtkWidget *window = adw_about_window_new ();

  g_object_set (window, "application-name", "Sheaf", "application-icon", SHEAF_APP_ID, "version",
                PACKAGE_VERSION, "developer-name", _ ("The Sheaf contributors"), "developers",
                developers, "license-type", GTK_LICENSE_GPL_3_0, "comments",
                _ ("Gathers picture galleries: browse, pick, download, and see thumbnails appear."),
                /* Translators: put your names here, one a line; they are shown under About */
                "translator-credits", _ ("translator-credits"), NULL);
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (get_window (user_data)));
  gtk_window_present (GTK_WINDOW (window));
}

/* Windows first: they ask where work is under way. */
static void
quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (user_data));

  for (GList *node = windows; node != NULL; node = node->next)
    gtk_window_close (node->data);
}

static void
restore_client_id (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sheaf_client_ids_restore (SHEAF_APPLICATION (user_data)->client_ids);
}

/* Every window may have something to open that it could not open before. */
static void
on_client_id_used (SheafApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *node = windows; node != NULL; node = node->next)
    if (SHEAF_IS_WINDOW (node->data))
      gtk_widget_activate_action (node->data, "win.client-id-changed", NULL);
}

static void
tell_window (SheafApplication *self, const char *action, const char *text)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window != NULL)
    gtk_widget_activate_action (GTK_WIDGET (window), action, "s", text);
}

static void
on_client_id_notice (SheafApplication *self, const char *text)
{
  tell_window (self, "win.say", text);
}

static void
on_client_id_forgotten (SheafApplication *self, const char *title)
{
  tell_window (self, "win.client-id-forgotten", title);
}

static void
make_client_ids (SheafApplication *self)
{
  g_autoptr (GSettings) state = sheaf_window_state_new ();

  self->client_ids = sheaf_client_ids_new (self->engine, state);
  g_signal_connect_object (self->client_ids, "used", G_CALLBACK (on_client_id_used), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client_ids, "notice", G_CALLBACK (on_client_id_notice), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client_ids, "forgotten", G_CALLBACK (on_client_id_forgotten), self,
                           G_CONNECT_SWAPPED);
  sheaf_client_ids_load (self->client_ids);
}

static const GActionEntry entries[] = {
  { "activate", activate },
  { "restore-client-id", restore_client_id },
  { "new-window", new_window },
  { "demo", demo },
  { "open-source", open_source, "s" },
  { "preferences", preferences },
  { "about", about },
  { "quit", quit },
};

static void
set_accels (SheafApplication *self)
{
  static const struct
  {
    const char *action;
    const char *accels[3];
  } table[] = {
    { "app.new-window", { "<Control>n" } },
    { "app.preferences", { "<Control>comma" } },
    { "app.quit", { "<Control>q" } },
    { "window.close", { "<Control>w" } },
    { "win.show-help-overlay", { "<Control>question" } },
    { "win.choose-folder", { "<Control>o" } },
    { "win.choose-files", { "<Control><Shift>o" } },
    { "win.find", { "<Control>f" } },
    { "win.bookmark", { "<Control>d" } },
    { "win.show-sources", { "<Alt>Home" } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), table[i].action,
                                           table[i].accels);
}

static void
sheaf_application_startup (GApplication *application)
{
  SheafApplication *self = SHEAF_APPLICATION (application);
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  G_APPLICATION_CLASS (sheaf_application_parent_class)->startup (application);

  self->settings = sheaf_settings_new ();
  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, SHEAF_APP_ID, TRUE);
  if (schema != NULL)
    {
      self->gsettings = g_settings_new_full (schema, NULL, NULL);
      sheaf_settings_bind (self->settings, self->gsettings);
    }
  else
    g_warning ("The settings' schema is not installed; choices are kept for this run only.");
  if (g_getenv ("SHEAF_IMGUR_API") != NULL)
    g_object_set (self->settings, "api-url", g_getenv ("SHEAF_IMGUR_API"), NULL);

  self->engine = sheaf_engine_new (self->settings);
  sheaf_engine_use_demo_client_id (self->engine);
  make_client_ids (self);
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  set_accels (self);
}

static void
sheaf_application_shutdown (GApplication *application)
{
  SheafApplication *self = SHEAF_APPLICATION (application);

  if (self->client_ids != NULL)
    sheaf_client_ids_stop (self->client_ids);
  g_clear_object (&self->client_ids);
  if (self->engine != NULL)
    sheaf_engine_shutdown (self->engine);
  g_clear_object (&self->engine);
  g_clear_object (&self->gsettings);
  g_clear_object (&self->settings);

  G_APPLICATION_CLASS (sheaf_application_parent_class)->shutdown (application);
}

static void
sheaf_application_class_init (SheafApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = sheaf_application_startup;
  application_class->shutdown = sheaf_application_shutdown;
  application_class->activate = sheaf_application_activate;
  application_class->open = sheaf_application_open;
  application_class->handle_local_options = sheaf_application_handle_local_options;
}

static void
sheaf_application_init (SheafApplication *self)
{
  static const GOptionEntry options[] = {
    { "new-window", 'n', 0, G_OPTION_ARG_NONE, NULL, N_ ("Open a new window"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Show the version"), NULL },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self),
                                                     _ ("[FOLDER or FILE or URL…]"));
}

SheafApplication *
sheaf_application_new (void)
{
  return g_object_new (SHEAF_TYPE_APPLICATION, "application-id", SHEAF_APP_ID, "resource-base-path",
                       "/io/github/sheaf_app/Sheaf", "flags", G_APPLICATION_HANDLES_OPEN, NULL);
}
