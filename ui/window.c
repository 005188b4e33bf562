/* window.c: joins the pages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages know nothing of each other: they ask with actions ("win.…") or signals, and this answers.
 */
#include "config.h"

#include "ui/window-private.h"

#include "ui/background.h"
#include "ui/places.h"

#include "app/work/error.h"

#include <glib/gi18n.h>

#define MAX_HISTORY 12

G_DEFINE_FINAL_TYPE (SheafWindow, sheaf_window, ADW_TYPE_APPLICATION_WINDOW)

AdwToast *
sheaf_toast_new (const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_debug ("Toast: %s", text);
  return adw_toast_new (escaped);
}

void
sheaf_window_show_view (SheafWindow *self, const char *name)
{
  adw_leaflet_set_visible_child_name (self->leaflet, "main");
  adw_view_stack_set_visible_child_name (self->views, name);
}

SheafGrid *
sheaf_window_get_current_grid (SheafWindow *self)
{
  const char *name = adw_view_stack_get_visible_child_name (self->views);

  if (g_strcmp0 (name, "gallery") == 0)
    return g_strcmp0 (gtk_stack_get_visible_child_name (self->explore), "gallery") == 0
               ? sheaf_gallery_page_get_grid (self->gallery)
               : NULL;
  if (g_strcmp0 (name, "downloads") == 0)
    return sheaf_batch_page_get_grid (self->downloads);
  if (g_strcmp0 (name, "folder") == 0)
    return sheaf_batch_page_get_grid (self->folder);
  return NULL;
}

/* Suspending the machine would break work off; idle screens may still go dark. */
static void
update_inhibit (SheafWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  gboolean busy = sheaf_window_get_busy (self);

  if (application == NULL)
    return;
  if (busy && self->inhibit_cookie == 0)
    self->inhibit_cookie
        = gtk_application_inhibit (application, GTK_WINDOW (self), GTK_APPLICATION_INHIBIT_SUSPEND,
                                   /* Translators: why the computer stays awake */
                                   _ ("Pictures are being downloaded"));
  else if (!busy && self->inhibit_cookie != 0)
    {
      gtk_application_uninhibit (application, self->inhibit_cookie);
      self->inhibit_cookie = 0;
    }
}

static void
update_badges (SheafWindow *self)
{
  SheafBatchSums sums;
  guint left;

  sheaf_batch_group_get_sums (sheaf_batch_page_get_group (self->downloads), &sums);
  left = sums.total - MIN (sums.total, sums.done + sums.skipped + sums.failed + sums.cancelled);
  adw_view_stack_page_set_badge_number (self->downloads_view, left);
  adw_view_stack_page_set_needs_attention (self->downloads_view, left > 0);
  sheaf_batch_group_get_sums (sheaf_batch_page_get_group (self->folder), &sums);
  left = sums.total - MIN (sums.total, sums.done + sums.skipped + sums.failed + sums.cancelled);
  adw_view_stack_page_set_badge_number (self->folder_view, left);
}

static void
on_group_changed (SheafWindow *self)
{
  update_inhibit (self);
  update_badges (self);
}

static char *
dup_outcome (SheafBatch *batch)
{
  SheafBatchSums sums;
  g_autofree char *ready = NULL;
  g_autofree char *failed = NULL;

  sheaf_batch_get_sums (batch, &sums);
  ready = g_strdup_printf (
      g_dngettext (NULL, "%u picture is ready", "%u pictures are ready", sums.done + sums.skipped),
      sums.done + sums.skipped);
  if (sums.failed == 0)
    return g_steal_pointer (&ready);
  failed = g_strdup_printf (g_dngettext (NULL, "%u failed", "%u failed", sums.failed), sums.failed);
  /* Translators: how a batch ended: “120 pictures are ready, 3 failed” */
  return g_strdup_printf (C_ ("outcome", "%s, %s"), ready, failed);
}

/* A window that only stayed for the work has nothing left to stay for. */
static gboolean
on_background_work_done (gpointer user_data)
{
  SheafWindow *self = user_data;

  if (!gtk_widget_get_visible (GTK_WIDGET (self)) && !sheaf_window_get_busy (self))
    gtk_window_destroy (GTK_WINDOW (self));
  return G_SOURCE_REMOVE;
}

static void
on_batch_ended (SheafWindow *self, SheafBatch *batch)
{
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *body = NULL;
  GApplication *application = G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)));

  if (application == NULL)
    return;
  /* A hidden window may still count as the active one, where no other took its place. */
  if (!gtk_widget_get_visible (GTK_WIDGET (self)))
    g_idle_add_full (G_PRIORITY_LOW, on_background_work_done, g_object_ref (self), g_object_unref);
  else if (gtk_window_is_active (GTK_WINDOW (self)))
    return;
  body = dup_outcome (batch);
  notification = g_notification_new (sheaf_batch_get_title (batch));
  g_notification_set_body (notification, body);
  g_notification_set_default_action (notification, "app.activate");
  g_application_send_notification (application, "batch-ended", notification);
}

static void
on_notice (SheafWindow *self, SheafBatch *batch, GError *error)
{
  AdwToast *toast;

  /* That stands on the page, for as long as it is so. */
  if (sheaf_error_is_quota_wait (error))
    return;
  toast = sheaf_toast_new (error->message);
  adw_toast_set_timeout (toast, 0);
  if (sheaf_batch_get_paused (batch))
    {
      adw_toast_set_button_label (toast, _ ("_Resume"));
      adw_toast_set_action_name (toast, "win.resume");
    }
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
on_gallery_notice (SheafWindow *self, const char *text)
{
  adw_toast_overlay_add_toast (self->toasts, sheaf_toast_new (text));
}

static void
on_removed (SheafWindow *self, const char *text, SheafBatchPage *page)
{
  AdwToast *toast = sheaf_toast_new (text);

  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_action_name (toast, "win.undo-remove");
  adw_toast_set_action_target (toast, "s", page == self->folder ? "folder" : "downloads");
  adw_toast_set_timeout (toast, SHEAF_UNDO_SECONDS);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
on_activate_item (SheafWindow *self, GListModel *model, guint position)
{
  g_autoptr (SheafItem) item = g_list_model_get_item (model, position);
  SheafEntry *entry = item != NULL ? sheaf_item_get_entry (item) : NULL;

  if (entry == NULL)
    return;
  adw_leaflet_set_visible_child_name (self->leaflet, "viewer");
  sheaf_viewer_page_show (self->viewer, model, position);
}

/* The keys that are of use here come first. */
static void
choose_shortcuts (SheafWindow *self, const char *section)
{
  GtkShortcutsWindow *shortcuts
      = gtk_application_window_get_help_overlay (GTK_APPLICATION_WINDOW (self));

  if (shortcuts != NULL)
    g_object_set (shortcuts, "section-name", section, NULL);
}

static void
on_visible_child_changed (SheafWindow *self)
{
  gboolean viewer = g_strcmp0 (adw_leaflet_get_visible_child_name (self->leaflet), "viewer") == 0;
  SheafGrid *grid;

  choose_shortcuts (self, viewer ? "pictures" : "browsing");
  if (viewer)
    return;
  sheaf_viewer_page_clear (self->viewer);
  grid = sheaf_window_get_current_grid (self);
  if (grid != NULL)
    gtk_widget_child_focus (GTK_WIDGET (grid), GTK_DIR_TAB_FORWARD);
}

/* The keyboard goes to the picture, not to the button that leads back. */
static void
on_transition_running (SheafWindow *self)
{
  if (!adw_leaflet_get_child_transition_running (self->leaflet)
      && g_strcmp0 (adw_leaflet_get_visible_child_name (self->leaflet), "viewer") == 0)
    sheaf_viewer_page_focus (self->viewer);
}

static void
on_gallery_download (SheafWindow *self, GPtrArray *entries, const char *executor)
{
  sheaf_window_start_download (self, sheaf_gallery_page_get_source (self->gallery), entries,
                               executor);
}

static void
on_gallery_opened (SheafWindow *self)
{
  const char *spec = sheaf_gallery_page_get_spec (self->gallery);

  if (sheaf_gallery_page_get_source (self->gallery) == NULL)
    return;
  sheaf_places_add (self->state, "history", spec, sheaf_gallery_page_get_title (self->gallery),
                    MAX_HISTORY);
  sheaf_window_update_places (self);
}

static void
save_size (SheafWindow *self)
{
  int width, height;

  if (self->state == NULL)
    return;
  g_settings_set_boolean (self->state, "maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
  if (gtk_window_is_maximized (GTK_WINDOW (self)))
    return;
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set (self->state, "size", "(ii)", width, height);
}

static void
save_session (SheafWindow *self)
{
  const char *spec = NULL;

  if (self->state == NULL)
    return;
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->explore), "gallery") == 0
      && sheaf_gallery_page_get_source (self->gallery) != NULL)
    spec = sheaf_gallery_page_get_spec (self->gallery);
  g_settings_set_string (self->state, "view", adw_view_stack_get_visible_child_name (self->views));
  g_settings_set_string (self->state, "source", spec != NULL ? spec : "");
}

static void
restore_size (SheafWindow *self)
{
  int width, height;

  if (self->state == NULL)
    return;
  g_settings_get (self->state, "size", "(ii)", &width, &height);
  if (width > 0 && height > 0)
    gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  if (g_settings_get_boolean (self->state, "maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
}

static gboolean
on_close_decided (gpointer user_data)
{
  gtk_window_close (GTK_WINDOW (user_data));
  return G_SOURCE_REMOVE;
}

static void go_to_background (SheafWindow *self);

static void
on_close_answered (SheafWindow *self, const char *response)
{
  if (g_str_equal (response, "background"))
    go_to_background (self);
  else if (g_str_equal (response, "stop"))
    {
      self->closing = TRUE;
      /* Later: the dialog is this window's and must be gone before it. */
      g_idle_add_full (G_PRIORITY_LOW, on_close_decided, g_object_ref (self), g_object_unref);
    }
}

/* @refused: the desktop does not let it go on unseen */
static void
ask_about_work (SheafWindow *self, gboolean refused)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (self), _ ("Stop the Work?"),
      refused ? _ ("The desktop does not let Sheaf go on in the background. What is not finished "
                   "goes on when Sheaf is started again.")
              : _ ("Pictures are still under way. What is not finished goes on when "
                   "Sheaf is started again."));

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"));
  if (!refused)
    adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "background",
                                     _ ("Go On in the _Background"));
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "stop", _ ("_Stop"));
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "stop",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog),
                                           refused ? "cancel" : "background");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_close_answered), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_background_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SheafWindow) self = user_data;
  gboolean may = sheaf_ask_background_finish (result, NULL);

  self->asking_background = FALSE;
  if (self->engine == NULL)
    return; /* the window is gone */
  if (!sheaf_window_get_busy (self))
    gtk_window_close (GTK_WINDOW (self));
  else if (may)
    /* A hidden window keeps the program; opening Sheaf again shows it. */
    gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  else
    ask_about_work (self, TRUE);
}

static void
go_to_background (SheafWindow *self)
{
  if (self->asking_background)
    return;
  self->asking_background = TRUE;
  /* Translators: shown by the desktop when it is asked whether Sheaf may run without a window */
  sheaf_ask_background_async (_ ("Downloads and thumbnails go on after the window is closed."),
                              NULL, on_background_asked, g_object_ref (self));
}

static gboolean
sheaf_window_close_request (GtkWindow *window)
{
  SheafWindow *self = SHEAF_WINDOW (window);

  save_size (self);
  save_session (self);
  if (!self->closing && sheaf_window_get_busy (self))
    {
      if (sheaf_settings_get_background (sheaf_engine_get_settings (self->engine)))
        go_to_background (self);
      else
        ask_about_work (self, FALSE);
      return GDK_EVENT_STOP;
    }
  return GTK_WINDOW_CLASS (sheaf_window_parent_class)->close_request (window);
}

/* A menu whose item makes its own button go away, as clearing a page does, keeps the focus of a
 * window of GTK's when it closes, and no key reaches the window again. */
static gboolean
rescue_focus (gpointer user_data)
{
  SheafWindow *self = user_data;
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  GtkWidget *popover = focus != NULL ? gtk_widget_get_ancestor (focus, GTK_TYPE_POPOVER) : NULL;

  self->rescue_id = 0;
  /* What is about to appear may have the focus already: a search, or a menu that opens. */
  if (popover == NULL || gtk_widget_get_visible (popover) || gtk_widget_get_mapped (focus)
      || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return G_SOURCE_REMOVE;
  gtk_window_set_focus (GTK_WINDOW (self), NULL);
  gtk_widget_child_focus (GTK_WIDGET (self->views), GTK_DIR_TAB_FORWARD);
  return G_SOURCE_REMOVE;
}

static void
on_focus_unmapped (SheafWindow *self)
{
  if (self->rescue_id == 0)
    self->rescue_id = g_idle_add (rescue_focus, self);
}

static void
watch_focus (SheafWindow *self, GtkWidget *focus)
{
  if (self->focus != NULL)
    g_signal_handlers_disconnect_by_func (self->focus, on_focus_unmapped, self);
  g_set_weak_pointer (&self->focus, focus);
  if (focus != NULL)
    g_signal_connect_swapped (focus, "unmap", G_CALLBACK (on_focus_unmapped), self);
}

static void
on_focus_changed (SheafWindow *self)
{
  watch_focus (self, gtk_window_get_focus (GTK_WINDOW (self)));
  if (self->focus != NULL && !gtk_widget_get_mapped (self->focus))
    on_focus_unmapped (self);
}

static void
sheaf_window_dispose (GObject *object)
{
  SheafWindow *self = SHEAF_WINDOW (object);

  if (self->downloads != NULL)
    {
      g_signal_handlers_disconnect_by_data (sheaf_batch_page_get_group (self->downloads), self);
      g_signal_handlers_disconnect_by_data (sheaf_batch_page_get_group (self->folder), self);
      self->downloads = NULL;
    }
  watch_focus (self, NULL);
  g_clear_handle_id (&self->rescue_id, g_source_remove);
  g_clear_object (&self->chooser);
  g_clear_object (&self->gallery_actions);
  g_clear_object (&self->downloads_actions);
  g_clear_object (&self->folder_actions);
  g_clear_object (&self->state);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sheaf_window_parent_class)->dispose (object);
}

static void
sheaf_window_class_init (SheafWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sheaf_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = sheaf_window_close_request;

  g_type_ensure (SHEAF_TYPE_WELCOME_PAGE);
  g_type_ensure (SHEAF_TYPE_GALLERY_PAGE);
  g_type_ensure (SHEAF_TYPE_BATCH_PAGE);
  g_type_ensure (SHEAF_TYPE_VIEWER_PAGE);
  g_type_ensure (SHEAF_TYPE_COMPARE_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, SHEAF_RESOURCES "templates/window.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, views);
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, downloads_view);
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, folder_view);
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, explore);
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, welcome);
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, gallery);
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, downloads);
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, folder);
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, viewer);
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, compare);
  gtk_widget_class_bind_template_child (widget_class, SheafWindow, drop_hint);
  gtk_widget_class_bind_template_callback (widget_class, on_activate_item);
  gtk_widget_class_bind_template_callback (widget_class, on_visible_child_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_transition_running);
  gtk_widget_class_bind_template_callback (widget_class, on_gallery_download);
  gtk_widget_class_bind_template_callback (widget_class, on_gallery_opened);
  gtk_widget_class_bind_template_callback (widget_class, on_gallery_notice);
  gtk_widget_class_bind_template_callback (widget_class, on_removed);
  sheaf_window_install_actions (klass);
}

static void
watch_group (SheafWindow *self, SheafBatchPage *page)
{
  SheafBatchGroup *group = sheaf_batch_page_get_group (page);

  g_signal_connect_object (group, "changed", G_CALLBACK (on_group_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (group, "batch-ended", G_CALLBACK (on_batch_ended), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (group, "notice", G_CALLBACK (on_notice), self, G_CONNECT_SWAPPED);
}

static SheafItemActions *
actions_for (SheafWindow *self, SheafGrid *grid)
{
  SheafItemActions *actions = sheaf_item_actions_new (GTK_WIDGET (grid));

  sheaf_item_actions_set_engine (actions, self->engine);
  sheaf_item_actions_set_grid (actions, grid);
  return actions;
}

static void
on_thumbnail_size_changed (SheafWindow *self)
{
  guint size = sheaf_settings_get_thumbnail_size (sheaf_engine_get_settings (self->engine));

  sheaf_grid_set_thumbnail_size (sheaf_gallery_page_get_grid (self->gallery), size);
  sheaf_grid_set_thumbnail_size (sheaf_batch_page_get_grid (self->downloads), size);
  sheaf_grid_set_thumbnail_size (sheaf_batch_page_get_grid (self->folder), size);
}

static void
set_engine (SheafWindow *self, SheafEngine *engine)
{
  self->engine = g_object_ref (engine);
  sheaf_gallery_page_set_engine (self->gallery, engine);
  sheaf_batch_page_set_engine (self->downloads, engine);
  sheaf_batch_page_set_engine (self->folder, engine);
  sheaf_viewer_page_set_engine (self->viewer, engine);
  sheaf_compare_page_set_engine (self->compare, engine);
  self->gallery_actions = actions_for (self, sheaf_gallery_page_get_grid (self->gallery));
  self->downloads_actions = actions_for (self, sheaf_batch_page_get_grid (self->downloads));
  self->folder_actions = actions_for (self, sheaf_batch_page_get_grid (self->folder));
  g_signal_connect_object (sheaf_engine_get_settings (engine), "notify::thumbnail-size",
                           G_CALLBACK (on_thumbnail_size_changed), self, G_CONNECT_SWAPPED);
  on_thumbnail_size_changed (self);
}

static void
sheaf_window_init (SheafWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->state = sheaf_window_state_new ();
  watch_group (self, self->downloads);
  watch_group (self, self->folder);
  sheaf_window_init_drop (self);
  g_signal_connect (self, "notify::focus-widget", G_CALLBACK (on_focus_changed), NULL);
  restore_size (self);
  sheaf_window_update_places (self);
}

SheafWindow *
sheaf_window_new (AdwApplication *application, SheafEngine *engine, SheafClientIds *ids)
{
  SheafWindow *self = g_object_new (SHEAF_TYPE_WINDOW, "application", application, NULL);

  set_engine (self, engine);
  sheaf_welcome_page_set_up (self->welcome, engine, ids);
  return self;
}

void
sheaf_window_restore (SheafWindow *self)
{
  g_autofree char *view = NULL;
  g_autofree char *spec = NULL;

  g_return_if_fail (SHEAF_IS_WINDOW (self));

  if (self->state == NULL)
    return;
  view = g_settings_get_string (self->state, "view");
  spec = g_settings_get_string (self->state, "source");
  if (*spec != '\0')
    sheaf_window_open_source (self, spec);
  if (adw_view_stack_get_child_by_name (self->views, view) != NULL)
    sheaf_window_show_view (self, view);
}

void
sheaf_window_open_source (SheafWindow *self, const char *spec)
{
  g_return_if_fail (SHEAF_IS_WINDOW (self));
  g_return_if_fail (spec != NULL);

  sheaf_window_show_view (self, "gallery");
  gtk_stack_set_visible_child_name (self->explore, "gallery");
  sheaf_gallery_page_open (self->gallery, spec);
}

void
sheaf_window_show_files (SheafWindow *self, GPtrArray *files)
{
  g_autoptr (SheafBatch) batch = NULL;
  SheafBatchOptions options;

  g_return_if_fail (SHEAF_IS_WINDOW (self));
  g_return_if_fail (files != NULL && files->len > 0);

  sheaf_batch_options_init (&options);
  options.keep_items = TRUE;
  options.thumbnail_size
      = sheaf_settings_get_thumbnail_size (sheaf_engine_get_settings (self->engine));
  batch = sheaf_engine_thumbnail (self->engine, files, &options);
  sheaf_batch_page_show_error (self->folder, NULL);
  sheaf_batch_group_clear (sheaf_batch_page_get_group (self->folder));
  sheaf_batch_group_add (sheaf_batch_page_get_group (self->folder), batch);
  sheaf_window_show_view (self, "folder");
}

void
sheaf_window_start_download (SheafWindow *self,
                             SheafSource *source,
                             GPtrArray *entries,
                             const char *executor)
{
  g_autoptr (SheafBatch) batch = NULL;
  SheafBatchOptions options;
  g_autofree char *text = NULL;
  gboolean first;
  AdwToast *toast;

  if (source == NULL && entries == NULL)
    return;
  first = !sheaf_batch_group_get_running (sheaf_batch_page_get_group (self->downloads));
  sheaf_batch_options_init (&options);
  options.keep_items = TRUE;
  options.executor = executor;
  options.thumbnail_size
      = sheaf_settings_get_thumbnail_size (sheaf_engine_get_settings (self->engine));
  batch = sheaf_engine_download (self->engine, source, entries, &options);
  sheaf_batch_group_add (sheaf_batch_page_get_group (self->downloads), batch);

  /* The first is watched; who adds to what runs already is picking and stays where they are. */
  if (first)
    {
      sheaf_window_show_view (self, "downloads");
      return;
    }
  if (entries != NULL)
    text = g_strdup_printf (
        g_dngettext (NULL, "Downloading %u picture", "Downloading %u pictures", entries->len),
        entries->len);
  else
    text = g_strdup (_ ("Downloading everything"));
  toast = adw_toast_new (text);
  adw_toast_set_button_label (toast, _ ("_Watch"));
  adw_toast_set_action_name (toast, "win.show-view");
  adw_toast_set_action_target (toast, "s", "downloads");
  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
sheaf_window_download_uris (SheafWindow *self, const char *const *uris)
{
  g_return_if_fail (SHEAF_IS_WINDOW (self));
  g_return_if_fail (uris != NULL);

  for (gsize i = 0; uris[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafSource) source = sheaf_engine_open_source (self->engine, uris[i], &error);

      if (source != NULL)
        sheaf_window_start_download (self, source, NULL, NULL);
      else
        sheaf_window_say (self, error->message);
    }
  sheaf_window_show_view (self, "downloads");
}

void
sheaf_window_add_unfinished (SheafWindow *self, GPtrArray *batches)
{
  AdwToast *toast;

  g_return_if_fail (SHEAF_IS_WINDOW (self));
  g_return_if_fail (batches != NULL);

  for (guint i = 0; i < batches->len; i++)
    sheaf_batch_group_add (sheaf_batch_page_get_group (self->downloads),
                           g_ptr_array_index (batches, i));
  toast = adw_toast_new (_ ("Downloads were left unfinished"));
  adw_toast_set_timeout (toast, 0);
  adw_toast_set_button_label (toast, _ ("_Go On"));
  adw_toast_set_action_name (toast, "win.resume");
  adw_toast_overlay_add_toast (self->toasts, toast);
}

gboolean
sheaf_window_get_busy (SheafWindow *self)
{
  g_return_val_if_fail (SHEAF_IS_WINDOW (self), FALSE);

  return (sheaf_batch_group_get_running (sheaf_batch_page_get_group (self->downloads))
          && !sheaf_batch_group_get_paused (sheaf_batch_page_get_group (self->downloads)))
         || sheaf_batch_group_get_running (sheaf_batch_page_get_group (self->folder));
}

void
sheaf_window_say (SheafWindow *self, const char *text)
{
  g_return_if_fail (SHEAF_IS_WINDOW (self));

  adw_toast_overlay_add_toast (self->toasts, sheaf_toast_new (text));
}
