/* batch-page.c: header with the sums, grid with the pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/batch-page.h"

#include "ui/arranged-list.h"
#include "ui/error-text.h"
#include "ui/failures-window.h"
#include "ui/narrow-layout.h"

#include <glib/gi18n.h>

/* In pixels: with less the sums stand above the buttons, which would leave them no room. */
#define NARROW 480

#define MAX_LOOKED_AT 500

struct _SheafBatchPage
{
  GtkWidget parent_instance;

  /* Owned */
  SheafBatchGroup *group;
  SheafArrangedList *arranged;
  GSimpleActionGroup *actions;
  GError *error;

  /* Template */
  GtkStack *stack;
  SheafGrid *grid;
  AdwStatusPage *empty;
  GtkWidget *empty_button;
  AdwStatusPage *nothing;
  GtkWidget *choose_button;
  GtkOrientable *header;
  GtkLabel *title;
  GtkLabel *subtitle;
  GtkProgressBar *progress;
  GtkWidget *quota_wait;
  GtkLabel *quota_text;
  GtkWidget *trouble;
  GtkLabel *trouble_text;
  GtkButton *failures;
  GtkButton *pause;
  GtkButton *cancel;
  GtkDropDown *show;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search;
  AdwStatusPage *no_match;
  GtkStack *content;

  gint64 shown_seconds_left;
  gint64 shown_at;
  gboolean folder_mode;
};

enum
{
  PROP_0,
  PROP_FOLDER_MODE,
  N_PROPS
};

enum
{
  ACTIVATE_ITEM,
  REMOVED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafBatchPage, sheaf_batch_page, GTK_TYPE_WIDGET)

static char *
dup_title_text (SheafBatchPage *self, const SheafBatchSums *sums, gboolean running)
{
  guint ended = sums->done + sums->skipped + sums->failed + sums->cancelled;

  if (!running && sums->total > 0 && ended >= sums->total)
    {
      if (sums->failed == 0 && sums->cancelled == 0)
        /* Translators: all work is done: %u pictures are there */
        return g_strdup_printf (g_dngettext (NULL, "%u picture", "%u pictures", sums->total),
                                sums->total);
      /* Translators: all work is done: how many pictures are there, of how many */
      return g_strdup_printf (_ ("%u of %u pictures"), sums->done + sums->skipped, sums->total);
    }
  if (!sums->complete)
    /* Translators: work goes on and more pictures may still be found: “12 of 340 or more” */
    return g_strdup_printf (_ ("%u of %u or more"), ended, sums->total);
  /* Translators: work goes on: “12 of 340” pictures have ended */
  return g_strdup_printf (_ ("%u of %u"), ended, sums->total);
}

/* An estimate that jumps about is worse than none: it counts down by itself and takes a new value
 * only where that differs by more than a fifth. */
static gint64
calm_seconds_left (SheafBatchPage *self, gint64 seconds_left)
{
  gint64 now = g_get_monotonic_time ();
  gint64 expected;

  if (seconds_left < 0)
    {
      self->shown_seconds_left = -1;
      return -1;
    }
  expected = self->shown_seconds_left - (now - self->shown_at) / G_USEC_PER_SEC;
  if (self->shown_seconds_left < 0 || expected < 0
      || ABS (expected - seconds_left) > MAX (seconds_left / 5, 2))
    {
      self->shown_seconds_left = seconds_left;
      self->shown_at = now;
      return seconds_left;
    }
  return expected;
}

static void
append_part (GString *text, const char *part)
{
  if (text->len > 0)
    /* Translators: between facts in one line: “3.2 MB/s · 2 minutes left” */
    g_string_append (text, C_ ("between facts", " · "));
  g_string_append (text, part);
}

static char *
dup_subtitle_text (SheafBatchPage *self, const SheafBatchSums *sums, gboolean running)
{
  GString *text = g_string_new (NULL);

  /* Which folder it is stands nowhere else. */
  if (self->folder_mode && sheaf_batch_group_get_n_batches (self->group) > 0)
    append_part (text, sheaf_batch_get_title (sheaf_batch_group_get_batch (self->group, 0)));
  if (running && sheaf_batch_group_get_paused (self->group))
    append_part (text, _ ("Paused"));
  else if (running)
    {
      gint64 left = calm_seconds_left (self, sums->seconds_left);

      if (sums->bytes_per_second >= 1)
        {
          g_autofree char *size = g_format_size ((guint64) sums->bytes_per_second);
          /* Translators: a speed: “3.2 MB/s” */
          g_autofree char *speed = g_strdup_printf (_ ("%s/s"), size);

          append_part (text, speed);
        }
      if (left >= 0)
        {
          g_autofree char *span = sheaf_format_duration (left);
          /* Translators: how long the work still takes: “2 minutes left” */
          g_autofree char *words = g_strdup_printf (_ ("%s left"), span);

          append_part (text, words);
        }
    }
  else if (sums->bytes > 0)
    {
      g_autofree char *size = g_format_size (sums->bytes);

      append_part (text, size);
    }
  if (sums->skipped > 0 && !self->folder_mode)
    {
      g_autofree char *words = g_strdup_printf (
          g_dngettext (NULL, "%u was there already", "%u were there already", sums->skipped),
          sums->skipped);

      append_part (text, words);
    }
  if (sums->cancelled > 0)
    {
      g_autofree char *words = g_strdup_printf (
          g_dngettext (NULL, "%u cancelled", "%u cancelled", sums->cancelled), sums->cancelled);

      append_part (text, words);
    }
  return g_string_free (text, FALSE);
}

static void
enable (SheafBatchPage *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

/* Touched only where it changes: a person may be copying the command out of it. */
static void
update_trouble (SheafBatchPage *self)
{
  g_autofree char *trouble = sheaf_batch_group_dup_trouble (self->group);

  gtk_widget_set_visible (self->trouble, trouble != NULL);
  if (trouble != NULL && g_strcmp0 (gtk_label_get_text (self->trouble_text), trouble) != 0)
    gtk_label_set_text (self->trouble_text, trouble);
}

/* The text changes each second, and is not read aloud; what is, when it appears, stays. */
static void
update_quota_wait (SheafBatchPage *self)
{
  gint64 wait = sheaf_batch_group_get_quota_wait (self->group);
  g_autofree char *span = sheaf_format_countdown (wait);
  g_autofree char *text = NULL;

  if (wait > 0 && !gtk_widget_get_visible (self->quota_wait))
    {
      g_autofree char *sentence = sheaf_format_quota_wait (wait);

      gtk_accessible_update_property (GTK_ACCESSIBLE (self->quota_wait),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, sentence, -1);
    }
  gtk_widget_set_visible (self->quota_wait, wait > 0);
  if (wait <= 0)
    return;
  /* Translators: %s is what is left of the time, counted down: “4:31” */
  text = g_strdup_printf (_ ("Waiting for the quota: %s"), span);
  gtk_label_set_text (self->quota_text, text);
}

static void
update_header (SheafBatchPage *self, const SheafBatchSums *sums)
{
  gboolean running = sheaf_batch_group_get_running (self->group);
  gboolean paused = sheaf_batch_group_get_paused (self->group);
  guint ended = sums->done + sums->skipped + sums->failed + sums->cancelled;
  g_autofree char *title = dup_title_text (self, sums, running);
  g_autofree char *subtitle = dup_subtitle_text (self, sums, running);

  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->subtitle, subtitle);
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle), *subtitle != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->progress), running);
  if (sums->total > 0)
    gtk_progress_bar_set_fraction (self->progress, (double) ended / sums->total);

  gtk_widget_set_visible (GTK_WIDGET (self->failures), sums->failed > 0);
  if (sums->failed > 0)
    {
      g_autofree char *label = g_strdup_printf (
          g_dngettext (NULL, "%u Failed", "%u Failed", sums->failed), sums->failed);

      gtk_button_set_label (self->failures, label);
    }

  gtk_widget_set_visible (GTK_WIDGET (self->pause), running);
  gtk_button_set_icon_name (self->pause, paused ? "media-playback-start-symbolic"
                                                : "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->pause), paused ? _ ("Resume") : _ ("Pause"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->pause), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  paused ? _ ("Resume") : _ ("Pause"), -1);
  gtk_widget_set_visible (GTK_WIDGET (self->cancel), running);

  enable (self, "cancel", running);
  enable (self, "toggle-pause", running);
  enable (self, "retry-failed", sums->failed > 0);
  enable (self, "failures", sums->failed > 0);
  enable (self, "clear",
          sheaf_batch_group_get_n_batches (self->group) > 0
              && (self->folder_mode || !running || ended > 0));
}

static void
show_nothing (SheafBatchPage *self, const GError *error)
{
  g_autofree char *body = error != NULL ? sheaf_error_text_dup_body (error) : NULL;
  gboolean choose = error != NULL
                    && (sheaf_error_code (error) == SHEAF_ERROR_PERMISSION
                        || sheaf_error_code (error) == SHEAF_ERROR_NOT_FOUND
                        || sheaf_error_code (error) == SHEAF_ERROR_FILE);

  adw_status_page_set_icon_name (self->nothing, error != NULL ? sheaf_error_text_icon (error)
                                                              : "image-missing-symbolic");
  adw_status_page_set_title (self->nothing,
                             error != NULL ? sheaf_error_text_title (error) : _ ("No Pictures"));
  adw_status_page_set_description (self->nothing, body != NULL ? body
                                                  : self->folder_mode
                                                      ? _ ("There are no pictures in there.")
                                                      : _ ("There was nothing to download."));
  gtk_widget_set_visible (self->choose_button, choose || self->folder_mode);
  gtk_stack_set_visible_child_name (self->stack, "nothing");
}

/* What the menu of the pictures picked offers; of thousands nobody looks at each. */
static void
update_selected (SheafBatchPage *self)
{
  guint n = sheaf_grid_get_n_selected (self->grid);
  gboolean many = n > MAX_LOOKED_AT;
  gboolean ended = many, waits = many, held = many, pending = many;
  g_autoptr (GPtrArray) items = n > 0 && !many ? sheaf_grid_dup_selected (self->grid) : NULL;

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      SheafItemState state = sheaf_item_get_state (g_ptr_array_index (items, i));

      ended |= state == SHEAF_ITEM_FAILED || state == SHEAF_ITEM_CANCELLED;
      held |= state == SHEAF_ITEM_PAUSED;
      waits |= state == SHEAF_ITEM_LISTED || state == SHEAF_ITEM_QUEUED;
      pending |= state == SHEAF_ITEM_DOWNLOADING || state == SHEAF_ITEM_THUMBNAILING;
    }
  enable (self, "retry-selected", ended);
  enable (self, "pause-selected", !self->folder_mode && (waits || pending));
  enable (self, "resume-selected", !self->folder_mode && held);
  enable (self, "selected-to-top", !self->folder_mode && (waits || held));
  enable (self, "cancel-selected", waits || held || pending);
  enable (self, "remove-selected", n > 0);
}

static void
update (SheafBatchPage *self)
{
  SheafBatchSums sums;
  guint shown;

  if (self->error != NULL)
    {
      show_nothing (self, self->error);
      return;
    }
  if (sheaf_batch_group_get_n_batches (self->group) == 0)
    {
      gtk_stack_set_visible_child_name (self->stack, "empty");
      return;
    }

  sheaf_batch_group_get_sums (self->group, &sums);
  if (sums.total == 0 && !sheaf_batch_group_get_running (self->group)
      && sheaf_batch_group_get_restorable (self->group))
    {
      gtk_stack_set_visible_child_name (self->stack, "empty");
      return;
    }
  if (sums.total == 0 && !sheaf_batch_group_get_running (self->group))
    {
      show_nothing (self, sheaf_batch_get_error (sheaf_batch_group_get_batch (self->group, 0)));
      return;
    }

  update_header (self, &sums);
  update_trouble (self);
  update_quota_wait (self);
  update_selected (self);
  shown = g_list_model_get_n_items (G_LIST_MODEL (self->arranged));
  gtk_stack_set_visible_child_name (
      self->content,
      shown == 0 && sums.total > 0 && sheaf_arranged_list_get_filtered (self->arranged) ? "no-match"
      : sums.total == 0                                                                 ? "looking"
                                                                                        : "grid");
  gtk_stack_set_visible_child_name (self->stack, "work");
}

static void
on_item_ended (SheafBatchPage *self)
{
  sheaf_arranged_list_refresh (self->arranged);
}

static void
on_activate_item (SheafBatchPage *self, guint position)
{
  g_signal_emit (self, signals[ACTIVATE_ITEM], 0, self->arranged, position);
}

static void
on_show_changed (SheafBatchPage *self)
{
  sheaf_arranged_list_set_show (self->arranged,
                                (SheafShow) gtk_drop_down_get_selected (self->show));
  update (self);
}

static void
on_search_changed (SheafBatchPage *self)
{
  sheaf_arranged_list_set_words (self->arranged,
                                 gtk_editable_get_text (GTK_EDITABLE (self->search)));
  update (self);
}

static void
on_arranged_changed (SheafBatchPage *self)
{
  if (sheaf_arranged_list_get_filtered (self->arranged))
    update (self);
}

static void
toggle_pause (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafBatchPage *self = user_data;

  if (sheaf_batch_group_get_paused (self->group))
    sheaf_batch_group_resume (self->group);
  else
    sheaf_batch_group_pause (self->group);
  update (self);
}

static void
cancel (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafBatchPage *self = user_data;

  sheaf_batch_group_cancel (self->group);
  update (self);
}

static void
retry_failed (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafBatchPage *self = user_data;

  sheaf_batch_group_retry_failed (self->group);
  update (self);
}

static void
clear (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafBatchPage *self = user_data;
  g_autofree char *text = NULL;
  guint n;

  if (self->folder_mode)
    {
      sheaf_batch_group_clear (self->group);
      return;
    }
  n = sheaf_batch_group_clear_ended (self->group);
  if (n == 0)
    return;
  text = g_strdup_printf (g_dngettext (NULL, "%u picture cleared; its file stays",
                                       "%u pictures cleared; their files stay", n),
                          n);
  g_signal_emit (self, signals[REMOVED], 0, text);
}

static void
failures (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafBatchPage *self = user_data;
  GtkWidget *window = sheaf_failures_window_new (self->group);

  gtk_window_set_transient_for (GTK_WINDOW (window),
                                GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));
  gtk_window_present (GTK_WINDOW (window));
}

static void
open_folder (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafBatchPage *self = user_data;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autofree char *uri = NULL;
  GFile *folder;

  if (sheaf_batch_group_get_n_batches (self->group) == 0)
    return;
  folder = sheaf_batch_get_folder (sheaf_batch_group_get_batch (self->group, 0));
  if (folder == NULL)
    return;
  uri = g_file_get_uri (folder);
  gtk_show_uri (GTK_WINDOW (root), uri, GDK_CURRENT_TIME);
}

static void
retry_item (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafBatchPage *self = user_data;
  g_autoptr (SheafItem) item
      = g_list_model_get_item (G_LIST_MODEL (self->arranged), g_variant_get_uint32 (parameter));
  SheafBatch *batch = item != NULL ? sheaf_batch_group_find (self->group, item) : NULL;

  if (batch != NULL)
    sheaf_batch_retry_item (batch, item);
}

static void
for_each_selected (SheafBatchPage *self, void (*call) (SheafBatch *batch, SheafItem *item))
{
  g_autoptr (GPtrArray) items = sheaf_grid_dup_selected (self->grid);

  for (guint i = 0; i < items->len; i++)
    {
      SheafBatch *batch = sheaf_batch_group_find (self->group, g_ptr_array_index (items, i));

      if (batch != NULL)
        call (batch, g_ptr_array_index (items, i));
    }
  update (self);
}

static void
retry_selected (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  for_each_selected (user_data, sheaf_batch_retry_item);
}

static void
pause_selected (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  for_each_selected (user_data, sheaf_batch_pause_item);
}

static void
resume_selected (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  for_each_selected (user_data, sheaf_batch_resume_item);
}

static void
cancel_selected (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  for_each_selected (user_data, sheaf_batch_cancel_item);
}

static void
remove_selected (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafBatchPage *self = user_data;
  g_autoptr (GPtrArray) items = sheaf_grid_dup_selected (self->grid);
  guint n = sheaf_batch_group_remove (self->group, items);
  g_autofree char *text = g_strdup_printf (g_dngettext (NULL, "%u picture removed from the list",
                                                        "%u pictures removed from the list", n),
                                           n);

  if (n > 0)
    g_signal_emit (self, signals[REMOVED], 0, text);
}

static void
selected_to_top (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafBatchPage *self = user_data;
  g_autoptr (GPtrArray) items = sheaf_grid_dup_selected (self->grid);

  /* Backwards, so that the first of them ends up first. */
  for (guint i = items->len; i-- > 0;)
    {
      SheafBatch *batch = sheaf_batch_group_find (self->group, g_ptr_array_index (items, i));

      if (batch != NULL)
        sheaf_batch_move_to_top (batch, g_ptr_array_index (items, i));
    }
}

static void
set_order (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SheafBatchPage *self = user_data;

  g_simple_action_set_state (action, parameter);
  sheaf_arranged_list_set_order (self->arranged,
                                 sheaf_order_from_nick (g_variant_get_string (parameter, NULL)));
}

static const GActionEntry entries[] = {
  { "toggle-pause", toggle_pause },
  { "cancel", cancel },
  { "retry-failed", retry_failed },
  { "failures", failures },
  { "clear", clear },
  { "open-folder", open_folder },
  { "retry-item", retry_item, "u" },
  { "retry-selected", retry_selected },
  { "pause-selected", pause_selected },
  { "resume-selected", resume_selected },
  { "cancel-selected", cancel_selected },
  { "remove-selected", remove_selected },
  { "selected-to-top", selected_to_top },
  { "order", set_order, "s", "'given'" },
};

static void
sheaf_batch_page_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_FOLDER_MODE:
      g_value_set_boolean (value, SHEAF_BATCH_PAGE (object)->folder_mode);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sheaf_batch_page_set_property (GObject *object,
                               guint prop_id,
                               const GValue *value,
                               GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_FOLDER_MODE:
      SHEAF_BATCH_PAGE (object)->folder_mode = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sheaf_batch_page_constructed (GObject *object)
{
  SheafBatchPage *self = SHEAF_BATCH_PAGE (object);

  G_OBJECT_CLASS (sheaf_batch_page_parent_class)->constructed (object);

  if (self->folder_mode)
    {
      adw_status_page_set_icon_name (self->empty, "folder-pictures-symbolic");
      adw_status_page_set_title (self->empty, _ ("Drop a Folder Here"));
      adw_status_page_set_description (
          self->empty, _ ("Thumbnails of all its pictures fill this page as they finish."));
      gtk_widget_set_visible (self->empty_button, TRUE);
    }
  update (self);
}

static void
on_narrow_changed (SheafNarrowLayout *layout, GParamSpec *pspec, SheafBatchPage *self)
{
  gtk_orientable_set_orientation (self->header, sheaf_narrow_layout_get_narrow (layout)
                                                    ? GTK_ORIENTATION_VERTICAL
                                                    : GTK_ORIENTATION_HORIZONTAL);
}

static void
sheaf_batch_page_dispose (GObject *object)
{
  SheafBatchPage *self = SHEAF_BATCH_PAGE (object);
  GtkWidget *child;

  if (self->group != NULL)
    g_signal_handlers_disconnect_by_data (self->group, self);
  if (self->arranged != NULL)
    g_signal_handlers_disconnect_by_data (self->arranged, self);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->arranged);
  g_clear_object (&self->group);
  g_clear_object (&self->actions);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (sheaf_batch_page_parent_class)->dispose (object);
}

static void
sheaf_batch_page_class_init (SheafBatchPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = sheaf_batch_page_get_property;
  object_class->set_property = sheaf_batch_page_set_property;
  object_class->constructed = sheaf_batch_page_constructed;
  object_class->dispose = sheaf_batch_page_dispose;

  properties[PROP_FOLDER_MODE]
      = g_param_spec_boolean ("folder-mode", NULL, NULL, FALSE,
                              G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ACTIVATE_ITEM]
      = g_signal_new ("activate-item", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 2, G_TYPE_LIST_MODEL, G_TYPE_UINT);
  signals[REMOVED] = g_signal_new ("removed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (SHEAF_TYPE_GRID);
  gtk_widget_class_set_layout_manager_type (widget_class, SHEAF_TYPE_NARROW_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               SHEAF_RESOURCES "templates/batch-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, grid);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, empty);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, empty_button);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, nothing);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, choose_button);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, header);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, title);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, subtitle);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, progress);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, quota_wait);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, quota_text);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, trouble);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, trouble_text);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, failures);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, pause);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, cancel);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, show);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, search);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, no_match);
  gtk_widget_class_bind_template_child (widget_class, SheafBatchPage, content);
  gtk_widget_class_bind_template_callback (widget_class, on_activate_item);
  gtk_widget_class_bind_template_callback (widget_class, on_show_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, update_selected);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "batch.remove-selected",
                                       NULL);
}

static void
sheaf_batch_page_init (SheafBatchPage *self)
{
  GtkLayoutManager *layout;

  self->shown_seconds_left = -1;
  self->group = sheaf_batch_group_new ();
  self->arranged = sheaf_arranged_list_new (sheaf_batch_group_get_items (self->group));
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "batch", G_ACTION_GROUP (self->actions));

  gtk_widget_init_template (GTK_WIDGET (self));
  layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));
  g_object_set (layout, "limit", NARROW, NULL);
  g_signal_connect_object (layout, "notify::narrow", G_CALLBACK (on_narrow_changed), self, 0);
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search));
  sheaf_grid_set_model (self->grid, G_LIST_MODEL (self->arranged));
  g_signal_connect_object (self->group, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->group, "item-ended", G_CALLBACK (on_item_ended), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->arranged, "items-changed", G_CALLBACK (on_arranged_changed), self,
                           G_CONNECT_SWAPPED);
}

void
sheaf_batch_page_set_engine (SheafBatchPage *self, SheafEngine *engine)
{
  g_return_if_fail (SHEAF_IS_BATCH_PAGE (self));

  sheaf_grid_set_engine (self->grid, engine);
}

SheafBatchGroup *
sheaf_batch_page_get_group (SheafBatchPage *self)
{
  g_return_val_if_fail (SHEAF_IS_BATCH_PAGE (self), NULL);

  return self->group;
}

SheafGrid *
sheaf_batch_page_get_grid (SheafBatchPage *self)
{
  g_return_val_if_fail (SHEAF_IS_BATCH_PAGE (self), NULL);

  return self->grid;
}

void
sheaf_batch_page_restore (SheafBatchPage *self)
{
  g_return_if_fail (SHEAF_IS_BATCH_PAGE (self));

  sheaf_batch_group_restore (self->group);
}

void
sheaf_batch_page_start_search (SheafBatchPage *self)
{
  g_return_if_fail (SHEAF_IS_BATCH_PAGE (self));

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

void
sheaf_batch_page_show_error (SheafBatchPage *self, const GError *error)
{
  g_return_if_fail (SHEAF_IS_BATCH_PAGE (self));

  g_clear_error (&self->error);
  if (error != NULL)
    self->error = g_error_copy (error);
  update (self);
}
