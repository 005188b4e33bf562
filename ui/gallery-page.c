/* gallery-page.c: pages of a source into a list, choices of a person into a source
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/gallery-page.h"

#include "ui/arranged-list.h"
#include "ui/error-text.h"
#include "ui/facet-bar.h"
#include "ui/narrow-layout.h"
#include "ui/quota-button.h"

#include "app/timers.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* Below this width the choices get a line of their own. */
#define NARROW 640

/* Up to this many, “all” needs no question. */
#define MANY_PICTURES 1000

/* What passes by itself is tried again this often, a second apart, before a person hears of it. */
#define QUIET_RETRIES 2

/* And what says when to come back is obeyed this often before the person decides. */
#define COUNTDOWNS 3

/* Waits shorter than this are counted down and then tried again without being asked. */
#define MAX_COUNTDOWN (15 * 60)

struct _SheafGalleryPage
{
  GtkWidget parent_instance;

  /* Owned */
  SheafEngine *engine;
  SheafSource *source; /* (nullable) */
  char *spec;
  char *source_title;
  SheafItemList *items;
  SheafArrangedList *arranged;
  GHashTable *ids; /* (element-type utf8): of the entries that are shown */
  char *cursor;
  char *executor;            /* (nullable): for the download that a person is asked about */
  GCancellable *cancellable; /* of the page that is loading */
  GSimpleActionGroup *actions;

  /* Template */
  GtkBox *header;
  GtkBox *title_line;
  GtkBox *choice_line;
  GtkWidget *menu;
  GtkStack *stack;
  SheafGrid *grid;
  AdwStatusPage *status;
  GtkWidget *status_retry;
  GtkWidget *status_client_id;
  GtkLabel *title;
  SheafFacetBar *facets;
  GtkDropDown *licence;
  GtkRevealer *more_revealer;
  GtkWidget *more;
  GtkSpinner *more_spinner;
  GtkLabel *more_label;
  GtkWidget *more_retry;
  GtkLabel *count;
  GtkButton *select_all;
  GtkButton *download;
  GMenu *download_with;
  GtkActionBar *bar;
  SheafQuotaButton *quota;

  guint64 total;
  gint64 retry_at;  /* seconds by sheaf_timer_now(): of the countdown */
  char *quota_wait; /* (nullable): why, where a quota is what ends with it */
  guint countdown_id;
  guint n_retries;
  guint n_countdowns;
  gboolean ended; /* the last page is here */
};

enum
{
  ACTIVATE_ITEM,
  DOWNLOAD,
  OPENED,
  NOTICE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafGalleryPage, sheaf_gallery_page, GTK_TYPE_WIDGET)

static void load_more (SheafGalleryPage *self);

static void
update_bar (SheafGalleryPage *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  guint n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->arranged));
  guint n_selected = sheaf_grid_get_n_selected (self->grid);
  gboolean filtered = sheaf_arranged_list_get_filtered (self->arranged);
  guint n_wanted = n_selected > 0 || !filtered ? n_selected : n_shown;
  g_autofree char *text = NULL;
  g_autofree char *label = NULL;

  if (n_selected > 0)
    /* Translators: how many pictures are selected, of how many that are shown */
    text = g_strdup_printf (g_dngettext (NULL, "%u of %u selected", "%u of %u selected", n_shown),
                            n_selected, n_shown);
  else if (filtered)
    text = g_strdup_printf (_ ("%u of %u pictures"), n_shown, n_items);
  else
    text = g_strdup_printf (g_dngettext (NULL, "%u picture", "%u pictures", n_items), n_items);
  if (n_wanted > 0)
    label
        = g_strdup_printf (g_dngettext (NULL, "_Download %u", "_Download %u", n_wanted), n_wanted);
  else
    label = g_strdup (_ ("_Download All"));
  gtk_label_set_text (self->count, text);
  gtk_button_set_label (self->download, label);
  gtk_button_set_label (self->select_all, n_selected > 0 && n_selected == n_shown
                                              ? _ ("Select _None")
                                              : _ ("Select _All"));
  gtk_action_bar_set_revealed (self->bar, n_items > 0);
}

static void
stop_countdown (SheafGalleryPage *self)
{
  g_clear_handle_id (&self->countdown_id, g_source_remove);
  self->retry_at = 0;
  g_clear_pointer (&self->quota_wait, g_free);
}

static gboolean
on_countdown (gpointer user_data)
{
  SheafGalleryPage *self = user_data;
  gint64 left = self->retry_at - sheaf_timer_now () / G_USEC_PER_SEC;
  g_autofree char *span = NULL;
  g_autofree char *text = NULL;
  g_autofree char *body = NULL;

  if (left <= 0)
    {
      self->countdown_id = 0;
      load_more (self);
      return G_SOURCE_REMOVE;
    }
  span = self->quota_wait != NULL ? sheaf_format_countdown (left) : sheaf_format_duration (left);
  if (self->quota_wait != NULL)
    /* Translators: %s is what is left of the time, counted down: “4:31” */
    text = g_strdup_printf (_ ("Waiting for the quota: %s"), span);
  else
    /* Translators: %s is a span like “40 seconds” */
    text = g_strdup_printf (_ ("Sheaf tries again in %s."), span);
  if (self->quota_wait != NULL)
    body = g_strconcat (self->quota_wait, "\n", text, NULL);
  adw_status_page_set_description (self->status, body != NULL ? body : text);
  gtk_label_set_text (self->more_label, text);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_quiet_retry (gpointer user_data)
{
  SheafGalleryPage *self = user_data;

  self->countdown_id = 0;
  load_more (self);
  return G_SOURCE_REMOVE;
}

static void
start_countdown (SheafGalleryPage *self, gint64 seconds, const char *quota_wait)
{
  stop_countdown (self);
  self->quota_wait = g_strdup (quota_wait);
  self->retry_at = sheaf_timer_now () / G_USEC_PER_SEC + seconds;
  self->countdown_id = g_timeout_add_seconds (1, on_countdown, self);
  on_countdown (self);
}

/* With pictures on the page, trouble is one line below them; without, it is the page. */
static void
show_error (SheafGalleryPage *self, const GError *error)
{
  gint64 wait = sheaf_error_get_retry_after (error);
  gboolean first = g_list_model_get_n_items (G_LIST_MODEL (self->items)) == 0;
  gboolean client_id = sheaf_error_code (error) == SHEAF_ERROR_CLIENT_ID;
  gboolean quota_wait = sheaf_error_is_quota_wait (error);

  gtk_spinner_stop (self->more_spinner);
  if (first)
    {
      g_autofree char *body = sheaf_error_text_dup_body (error);

      adw_status_page_set_icon_name (self->status, sheaf_error_text_icon (error));
      /* Nothing went wrong, and nothing that a person could press would help. */
      adw_status_page_set_title (self->status, quota_wait ? _ ("The Quota Is Used Up")
                                                          : sheaf_error_text_title (error));
      adw_status_page_set_description (self->status, body);
      gtk_widget_set_visible (self->status_retry,
                              !client_id && !quota_wait && self->source != NULL);
      gtk_widget_set_visible (self->status_client_id, client_id);
      gtk_revealer_set_reveal_child (self->more_revealer, FALSE);
      gtk_stack_set_visible_child_name (self->stack, "status");
    }
  else
    {
      gtk_label_set_text (self->more_label, error->message);
      gtk_widget_set_visible (self->more_retry, !quota_wait);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->more), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      error->message, -1);
      gtk_revealer_set_reveal_child (self->more_revealer, TRUE);
    }
  /* A quota comes back for certain, and waiting for it costs nothing. */
  if (quota_wait
      || (wait > 0 && wait <= MAX_COUNTDOWN && sheaf_error_is_transient (error)
          && self->n_countdowns++ < COUNTDOWNS))
    start_countdown (self, wait, quota_wait ? error->message : NULL);
}

static void
show_empty (SheafGalleryPage *self)
{
  adw_status_page_set_icon_name (self->status, "image-missing-symbolic");
  adw_status_page_set_title (self->status, _ ("No Pictures Here"));
  adw_status_page_set_description (self->status, _ ("Try other words or another gallery."));
  gtk_widget_set_visible (self->status_retry, FALSE);
  gtk_widget_set_visible (self->status_client_id, FALSE);
  gtk_stack_set_visible_child_name (self->stack, "status");
}

/* Galleries shift while a person reads them: the head of one page was the tail of the last. */
static void
append_new (SheafGalleryPage *self, GPtrArray *entries)
{
  g_autoptr (GPtrArray) fresh = g_ptr_array_new ();
  gboolean licences = FALSE;

  for (guint i = 0; i < entries->len; i++)
    {
      SheafEntry *entry = g_ptr_array_index (entries, i);

      if (!g_hash_table_add (self->ids, g_strdup (entry->id)))
        continue;
      g_ptr_array_add (fresh, entry);
      licences = licences || entry->licence != NULL;
    }
  if (fresh->len > 0)
    sheaf_item_list_append (self->items, fresh);
  if (licences)
    gtk_widget_set_visible (GTK_WIDGET (self->licence), TRUE);
}

static void
on_page_ready (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SheafGalleryPage) self = user_data;
  g_autoptr (SheafPage) page = NULL;
  g_autoptr (GError) error = NULL;

  page = sheaf_source_load_page_finish (SHEAF_SOURCE (object), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || self->source != SHEAF_SOURCE (object))
    return;

  g_clear_object (&self->cancellable);
  if (page == NULL && sheaf_error_is_transient (error) && sheaf_error_get_retry_after (error) < 0
      && self->n_retries < QUIET_RETRIES)
    {
      self->n_retries++;
      stop_countdown (self);
      self->countdown_id = g_timeout_add_seconds (1, on_quiet_retry, self);
      return;
    }
  self->n_retries = 0;
  if (page == NULL)
    {
      show_error (self, error);
      return;
    }

  self->n_countdowns = 0;
  g_free (self->cursor);
  self->cursor = g_steal_pointer (&page->cursor);
  self->ended = self->cursor == NULL;
  if (page->total > 0)
    self->total = page->total;
  append_new (self, page->entries);
  error = sheaf_page_make_notice (page);
  if (error != NULL)
    g_signal_emit (self, signals[NOTICE], 0, error->message);
  gtk_spinner_stop (self->more_spinner);
  gtk_revealer_set_reveal_child (self->more_revealer, FALSE);
  update_bar (self);

  if (g_list_model_get_n_items (G_LIST_MODEL (self->items)) > 0)
    gtk_stack_set_visible_child_name (self->stack, "grid");
  else if (self->ended)
    show_empty (self);
  else
    load_more (self); /* an empty page in the middle */
}

static void
load_more (SheafGalleryPage *self)
{
  if (self->source == NULL || self->ended || self->cancellable != NULL)
    return;

  stop_countdown (self);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->items)) == 0)
    gtk_stack_set_visible_child_name (self->stack, "loading");
  else
    {
      gtk_label_set_text (self->more_label, _ ("Loading more…"));
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->more), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ ("Loading more…"), -1);
      gtk_widget_set_visible (self->more_retry, FALSE);
      gtk_spinner_start (self->more_spinner);
      gtk_revealer_set_reveal_child (self->more_revealer, TRUE);
    }
  self->cancellable = g_cancellable_new ();
  sheaf_source_load_page_async (self->source, self->cursor, self->cancellable, on_page_ready,
                                g_object_ref (self));
}

static void
on_near_end (SheafGalleryPage *self)
{
  /* After an error the person decides, or time does. */
  if (!gtk_widget_get_visible (self->more_retry) && self->countdown_id == 0)
    load_more (self);
}

static void
retry (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafGalleryPage *self = user_data;

  gtk_widget_set_visible (self->more_retry, FALSE);
  self->n_countdowns = 0;
  load_more (self);
}

static void
reload (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafGalleryPage *self = user_data;
  g_autofree char *spec = g_strdup (self->spec);

  if (spec != NULL)
    sheaf_gallery_page_open (self, spec);
}

static void
select_all (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafGalleryPage *self = user_data;

  if (sheaf_grid_get_n_selected (self->grid)
      == g_list_model_get_n_items (G_LIST_MODEL (self->arranged)))
    sheaf_grid_unselect_all (self->grid);
  else
    sheaf_grid_select_all (self->grid);
}

static GPtrArray *
dup_shown_entries (SheafGalleryPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->arranged));
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SheafItem) item = g_list_model_get_item (G_LIST_MODEL (self->arranged), i);

      g_ptr_array_add (entries, sheaf_entry_ref (sheaf_item_get_entry (item)));
    }
  return entries;
}

static void
on_how_many_answered (SheafGalleryPage *self, const char *response)
{
  if (g_str_equal (response, "shown"))
    {
      g_autoptr (GPtrArray) entries = dup_shown_entries (self);

      g_signal_emit (self, signals[DOWNLOAD], 0, entries, self->executor);
    }
  else if (g_str_equal (response, "everything"))
    g_signal_emit (self, signals[DOWNLOAD], 0, NULL, self->executor);
}

static void
ask_how_many (SheafGalleryPage *self)
{
  guint shown = g_list_model_get_n_items (G_LIST_MODEL (self->arranged));
  g_autofree char *label
      = g_strdup_printf (g_dngettext (NULL, "The _%u Shown", "The _%u Shown", shown), shown);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                              _ ("Download Everything?"), NULL);

  adw_message_dialog_format_body (
      ADW_MESSAGE_DIALOG (dialog),
      _ ("“%s” goes on after the pictures that are shown, possibly for many thousands."),
      self->source_title);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"),
                                    "everything", _ ("_Everything"), "shown", label, NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "shown",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "shown");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_how_many_answered), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* With a parameter, under that executor; else under the settings'. */
static void
download (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafGalleryPage *self = user_data;
  const char *executor = parameter != NULL ? g_variant_get_string (parameter, NULL) : NULL;
  g_autoptr (GPtrArray) selected = sheaf_grid_dup_selected (self->grid);
  g_autoptr (GPtrArray) entries = NULL;

  if (selected->len > 0)
    {
      entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
      for (guint i = 0; i < selected->len; i++)
        g_ptr_array_add (entries,
                         sheaf_entry_ref (sheaf_item_get_entry (g_ptr_array_index (selected, i))));
      g_signal_emit (self, signals[DOWNLOAD], 0, entries, executor);
      sheaf_grid_unselect_all (self->grid);
    }
  else if (self->ended || sheaf_arranged_list_get_filtered (self->arranged))
    {
      entries = dup_shown_entries (self);
      g_signal_emit (self, signals[DOWNLOAD], 0, entries, executor);
    }
  else if (self->total > 0 && self->total <= MANY_PICTURES)
    g_signal_emit (self, signals[DOWNLOAD], 0, NULL, executor);
  else
    {
      g_free (self->executor);
      self->executor = g_strdup (executor);
      ask_how_many (self);
    }
}

static void
fill_download_with (SheafGalleryPage *self)
{
  for (const SheafExecutorType *type = sheaf_executor_types; type->nick != NULL; type++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (_ (type->title), NULL);

      g_menu_item_set_action_and_target (item, "gallery.download-with", "s", type->nick);
      g_menu_append_item (self->download_with, item);
    }
}

static const GActionEntry entries[] = {
  { "retry", retry },
  { "reload", reload },
  { "select-all", select_all },
  { "download", download },
  { "download-with", download, "s" },
};

static void
on_activate_item (SheafGalleryPage *self, guint position)
{
  g_signal_emit (self, signals[ACTIVATE_ITEM], 0, self->arranged, position);
}

static void
on_selection_changed (SheafGalleryPage *self)
{
  update_bar (self);
}

static void
on_licence_changed (SheafGalleryPage *self)
{
  static const char *const parts[] = { NULL, "public domain", "cc0", "cc by ", "cc by-sa" };
  guint selected = gtk_drop_down_get_selected (self->licence);

  if (selected < G_N_ELEMENTS (parts))
    sheaf_arranged_list_set_licence (self->arranged, parts[selected]);
  update_bar (self);
}

static void
on_facets_chosen (SheafGalleryPage *self, const char *spec)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-source", "s", spec);
}

static void
reset (SheafGalleryPage *self)
{
  stop_countdown (self);
  if (self->cancellable != NULL)
    {
      g_cancellable_cancel (self->cancellable);
      g_clear_object (&self->cancellable);
    }
  g_clear_object (&self->source);
  g_clear_pointer (&self->cursor, g_free);
  g_clear_pointer (&self->source_title, g_free);
  g_hash_table_remove_all (self->ids);
  self->ended = FALSE;
  self->total = 0;
  sheaf_item_list_clear (self->items);
}

static void
on_narrow_changed (SheafNarrowLayout *layout, GParamSpec *pspec, SheafGalleryPage *self)
{
  gboolean narrow = sheaf_narrow_layout_get_narrow (layout);
  g_autoptr (GtkWidget) menu = g_object_ref (self->menu);

  /* The menu ends the first line, whichever that is. */
  gtk_box_remove (GTK_BOX (gtk_widget_get_parent (menu)), menu);
  gtk_box_append (narrow ? self->title_line : self->choice_line, menu);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->header),
                                  narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  sheaf_quota_button_set_narrow (self->quota, narrow);
}

static void
sheaf_gallery_page_dispose (GObject *object)
{
  SheafGalleryPage *self = SHEAF_GALLERY_PAGE (object);
  GtkWidget *child;

  if (self->items != NULL)
    reset (self);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->arranged);
  g_clear_object (&self->items);
  g_clear_object (&self->actions);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sheaf_gallery_page_parent_class)->dispose (object);
}

static void
sheaf_gallery_page_finalize (GObject *object)
{
  SheafGalleryPage *self = SHEAF_GALLERY_PAGE (object);

  g_free (self->spec);
  g_free (self->executor);
  g_hash_table_unref (self->ids);

  G_OBJECT_CLASS (sheaf_gallery_page_parent_class)->finalize (object);
}

static void
sheaf_gallery_page_class_init (SheafGalleryPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sheaf_gallery_page_dispose;
  object_class->finalize = sheaf_gallery_page_finalize;

  signals[ACTIVATE_ITEM]
      = g_signal_new ("activate-item", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 2, G_TYPE_LIST_MODEL, G_TYPE_UINT);
  signals[DOWNLOAD]
      = g_signal_new ("download", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 2, G_TYPE_PTR_ARRAY, G_TYPE_STRING);
  signals[OPENED] = g_signal_new ("opened", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
  signals[NOTICE] = g_signal_new ("notice", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (SHEAF_TYPE_GRID);
  g_type_ensure (SHEAF_TYPE_FACET_BAR);
  g_type_ensure (SHEAF_TYPE_QUOTA_BUTTON);
  gtk_widget_class_set_layout_manager_type (widget_class, SHEAF_TYPE_NARROW_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               SHEAF_RESOURCES "templates/gallery-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, header);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, title_line);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, choice_line);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, menu);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, grid);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, status);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, status_retry);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, status_client_id);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, title);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, facets);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, licence);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, more_revealer);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, more);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, more_spinner);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, more_label);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, more_retry);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, count);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, select_all);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, download);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, download_with);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, bar);
  gtk_widget_class_bind_template_child (widget_class, SheafGalleryPage, quota);
  gtk_widget_class_bind_template_callback (widget_class, on_activate_item);
  gtk_widget_class_bind_template_callback (widget_class, on_near_end);
  gtk_widget_class_bind_template_callback (widget_class, on_selection_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_licence_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_facets_chosen);
}

static void
sheaf_gallery_page_init (SheafGalleryPage *self)
{
  GtkLayoutManager *layout;

  self->items = sheaf_item_list_new ();
  self->arranged = sheaf_arranged_list_new (G_LIST_MODEL (self->items));
  self->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "gallery", G_ACTION_GROUP (self->actions));

  gtk_widget_init_template (GTK_WIDGET (self));
  layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));
  g_object_set (layout, "limit", NARROW, NULL);
  g_signal_connect_object (layout, "notify::narrow", G_CALLBACK (on_narrow_changed), self, 0);
  fill_download_with (self);
  sheaf_grid_set_model (self->grid, G_LIST_MODEL (self->arranged));
}

void
sheaf_gallery_page_set_engine (SheafGalleryPage *self, SheafEngine *engine)
{
  g_return_if_fail (SHEAF_IS_GALLERY_PAGE (self));

  g_set_object (&self->engine, engine);
  sheaf_grid_set_engine (self->grid, engine);
  sheaf_quota_button_set_engine (self->quota, engine);
}

SheafGrid *
sheaf_gallery_page_get_grid (SheafGalleryPage *self)
{
  g_return_val_if_fail (SHEAF_IS_GALLERY_PAGE (self), NULL);

  return self->grid;
}

void
sheaf_gallery_page_open (SheafGalleryPage *self, const char *spec)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *own_spec = NULL;

  g_return_if_fail (SHEAF_IS_GALLERY_PAGE (self));
  g_return_if_fail (spec != NULL);

  own_spec = g_strdup (spec); /* may be our own */
  reset (self);
  g_free (self->spec);
  self->spec = g_steal_pointer (&own_spec);
  gtk_drop_down_set_selected (self->licence, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->licence), FALSE);
  gtk_widget_set_visible (self->more_retry, FALSE);
  gtk_revealer_set_reveal_child (self->more_revealer, FALSE);

  self->source = sheaf_engine_open_source (self->engine, self->spec, &error);
  self->source_title
      = self->source != NULL ? sheaf_source_dup_title (self->source) : g_strdup (self->spec);
  gtk_label_set_text (self->title, self->source_title);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), self->source_title);
  sheaf_facet_bar_set_spec (self->facets, self->spec);
  sheaf_quota_button_set_spec (self->quota, self->spec);
  update_bar (self);
  g_signal_emit (self, signals[OPENED], 0);

  if (self->source == NULL)
    show_error (self, error);
  else
    load_more (self);
}

SheafSource *
sheaf_gallery_page_get_source (SheafGalleryPage *self)
{
  g_return_val_if_fail (SHEAF_IS_GALLERY_PAGE (self), NULL);

  return self->source;
}

const char *
sheaf_gallery_page_get_spec (SheafGalleryPage *self)
{
  g_return_val_if_fail (SHEAF_IS_GALLERY_PAGE (self), NULL);

  return self->spec;
}

const char *
sheaf_gallery_page_get_title (SheafGalleryPage *self)
{
  g_return_val_if_fail (SHEAF_IS_GALLERY_PAGE (self), NULL);

  return self->source_title;
}

void
sheaf_gallery_page_start_search (SheafGalleryPage *self)
{
  g_return_if_fail (SHEAF_IS_GALLERY_PAGE (self));

  sheaf_facet_bar_start_search (self->facets);
}
