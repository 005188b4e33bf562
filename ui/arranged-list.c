/* arranged-list.c: a filter model, a sort model, one face
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/arranged-list.h"

/* States change many times a second; filtering anew that often would be all work and no use. */
#define REFRESH_MS 400

struct _SheafArrangedList
{
  GObject parent_instance;

  GtkFilterListModel *filtered;
  GtkSortListModel *sorted;
  GtkFilter *filter; /* (nullable): set only while something is hidden */
  GtkSorter *sorter;

  SheafShow show;
  SheafOrder order;
  char *words;   /* folded */
  char *licence; /* folded */
  guint refresh_id;
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SheafArrangedList,
                               sheaf_arranged_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
get_item_type (GListModel *model)
{
  return SHEAF_TYPE_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  SheafArrangedList *self = SHEAF_ARRANGED_LIST (model);

  return g_list_model_get_n_items (G_LIST_MODEL (self->sorted));
}

static gpointer
get_item (GListModel *model, guint position)
{
  SheafArrangedList *self = SHEAF_ARRANGED_LIST (model);

  return g_list_model_get_item (G_LIST_MODEL (self->sorted), position);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static gboolean
state_matches (SheafItemState state, SheafShow show)
{
  switch (show)
    {
    case SHEAF_SHOW_UNDER_WAY:
      return state != SHEAF_ITEM_READY && state != SHEAF_ITEM_FAILED
             && state != SHEAF_ITEM_CANCELLED;
    case SHEAF_SHOW_READY:
      return state == SHEAF_ITEM_READY;
    case SHEAF_SHOW_FAILED:
      return state == SHEAF_ITEM_FAILED || state == SHEAF_ITEM_CANCELLED;
    case SHEAF_SHOW_ALL:
    default:
      return TRUE;
    }
}

/* What items are compared by, made once for each: a sort compares an item many times. */
typedef struct
{
  char *name; /* to be compared as bytes; “2” comes before “10” */
  char *kind; /* MIME type */
} Keys;

static void
keys_free (gpointer data)
{
  Keys *keys = data;

  g_free (keys->name);
  g_free (keys->kind);
  g_free (keys);
}

static const Keys *
keys_of (SheafItem *item)
{
  static GQuark quark;
  const char *title = sheaf_item_get_title (item);
  const char *claim = sheaf_item_get_entry (item)->type;
  Keys *keys;

  if (quark == 0)
    quark = g_quark_from_static_string ("sheaf-arranged-keys");
  keys = g_object_get_qdata (G_OBJECT (item), quark);
  if (keys != NULL)
    return keys;

  keys = g_new0 (Keys, 1);
  keys->name = g_utf8_collate_key_for_filename (title, -1);
  if (claim != NULL)
    keys->kind = g_strdup (claim);
  else
    {
      g_autofree char *guess = g_content_type_guess (title, NULL, 0, NULL);

      keys->kind = g_content_type_get_mime_type (guess);
    }
  g_object_set_qdata_full (G_OBJECT (item), quark, keys, keys_free);
  return keys;
}

/* Of a type only what is special to it: “image” would find everything. */
static const char *
kind_word (SheafItem *item)
{
  const char *kind = keys_of (item)->kind;
  const char *slash = kind != NULL ? strchr (kind, '/') : NULL;

  return slash != NULL ? slash + 1 : "";
}

static gboolean
words_match (SheafItem *item, const char *words)
{
  SheafEntry *entry = sheaf_item_get_entry (item);
  g_autofree char *text
      = g_strjoin ("\n", sheaf_item_get_title (item), entry->author != NULL ? entry->author : "",
                   entry->post_title != NULL ? entry->post_title : "", kind_word (item), NULL);
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_auto (GStrv) parts = g_strsplit (words, " ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (strstr (folded, parts[i]) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
matches (gpointer object, gpointer user_data)
{
  SheafArrangedList *self = user_data;
  SheafItem *item = object;

  if (!state_matches (sheaf_item_get_state (item), self->show))
    return FALSE;
  if (self->licence != NULL)
    {
      const char *licence = sheaf_item_get_entry (item)->licence;
      g_autofree char *folded = licence != NULL ? g_utf8_casefold (licence, -1) : NULL;

      if (folded == NULL || strstr (folded, self->licence) == NULL)
        return FALSE;
    }
  return self->words == NULL || words_match (item, self->words);
}

static guint64
size_of (SheafItem *item)
{
  SheafEntry *entry = sheaf_item_get_entry (item);

  return entry->bytes > 0 ? entry->bytes : sheaf_item_get_total (item);
}

static int
compare_numbers (guint64 a, guint64 b)
{
  return (a > b) - (a < b);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  SheafArrangedList *self = user_data;
  SheafItem *left = (SheafItem *) a;
  SheafItem *right = (SheafItem *) b;
  int result = 0;

  switch (self->order)
    {
    case SHEAF_ORDER_DATE: /* newest first */
      result = compare_numbers ((guint64) sheaf_item_get_entry (right)->date,
                                (guint64) sheaf_item_get_entry (left)->date);
      break;
    case SHEAF_ORDER_SIZE: /* largest first */
      result = compare_numbers (size_of (right), size_of (left));
      break;
    case SHEAF_ORDER_TYPE:
      result = g_strcmp0 (keys_of (left)->kind, keys_of (right)->kind);
      break;
    case SHEAF_ORDER_STATE:
      result = (int) sheaf_item_get_state (left) - (int) sheaf_item_get_state (right);
      break;
    case SHEAF_ORDER_NAME:
    case SHEAF_ORDER_GIVEN:
    default:
      break;
    }
  return result != 0 ? result : strcmp (keys_of (left)->name, keys_of (right)->name);
}

static gboolean
on_refresh (gpointer user_data)
{
  SheafArrangedList *self = user_data;

  self->refresh_id = 0;
  if (self->filter != NULL)
    gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  if (self->order == SHEAF_ORDER_STATE)
    gtk_sorter_changed (self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
  return G_SOURCE_REMOVE;
}

static void
update_filter (SheafArrangedList *self)
{
  if (!sheaf_arranged_list_get_filtered (self))
    {
      gtk_filter_list_model_set_filter (self->filtered, NULL);
      g_clear_object (&self->filter);
    }
  else if (self->filter == NULL)
    {
      self->filter = GTK_FILTER (gtk_custom_filter_new (matches, self, NULL));
      gtk_filter_list_model_set_filter (self->filtered, self->filter);
    }
  else
    gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

static void
on_items_changed (SheafArrangedList *self, guint position, guint removed, guint added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
sheaf_arranged_list_dispose (GObject *object)
{
  SheafArrangedList *self = SHEAF_ARRANGED_LIST (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (self->sorted != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->sorted, self);
      /* Both call back into this object. */
      gtk_sort_list_model_set_sorter (self->sorted, NULL);
      gtk_filter_list_model_set_filter (self->filtered, NULL);
    }
  g_clear_object (&self->sorted);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->sorter);

  G_OBJECT_CLASS (sheaf_arranged_list_parent_class)->dispose (object);
}

static void
sheaf_arranged_list_finalize (GObject *object)
{
  SheafArrangedList *self = SHEAF_ARRANGED_LIST (object);

  g_free (self->words);
  g_free (self->licence);

  G_OBJECT_CLASS (sheaf_arranged_list_parent_class)->finalize (object);
}

static void
sheaf_arranged_list_class_init (SheafArrangedListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sheaf_arranged_list_dispose;
  object_class->finalize = sheaf_arranged_list_finalize;
}

static void
sheaf_arranged_list_init (SheafArrangedList *self)
{
  self->filtered = gtk_filter_list_model_new (NULL, NULL);
  gtk_filter_list_model_set_incremental (self->filtered, TRUE);
  self->sorted = gtk_sort_list_model_new (G_LIST_MODEL (g_object_ref (self->filtered)), NULL);
  gtk_sort_list_model_set_incremental (self->sorted, TRUE);
  self->sorter = GTK_SORTER (gtk_custom_sorter_new (compare, self, NULL));
  g_signal_connect_object (self->sorted, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED);
}

SheafArrangedList *
sheaf_arranged_list_new (GListModel *model)
{
  SheafArrangedList *self = g_object_new (SHEAF_TYPE_ARRANGED_LIST, NULL);

  sheaf_arranged_list_set_model (self, model);
  return self;
}

void
sheaf_arranged_list_set_model (SheafArrangedList *self, GListModel *model)
{
  g_return_if_fail (SHEAF_IS_ARRANGED_LIST (self));

  gtk_filter_list_model_set_model (self->filtered, model);
}

void
sheaf_arranged_list_set_show (SheafArrangedList *self, SheafShow show)
{
  g_return_if_fail (SHEAF_IS_ARRANGED_LIST (self));

  if (self->show == show)
    return;
  self->show = show;
  update_filter (self);
}

void
sheaf_arranged_list_set_order (SheafArrangedList *self, SheafOrder order)
{
  g_return_if_fail (SHEAF_IS_ARRANGED_LIST (self));

  if (self->order == order)
    return;
  self->order = order;
  gtk_sort_list_model_set_sorter (self->sorted, order == SHEAF_ORDER_GIVEN ? NULL : self->sorter);
  if (order != SHEAF_ORDER_GIVEN)
    gtk_sorter_changed (self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
}

static char *
fold (const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text != NULL ? text : ""));

  return *stripped != '\0' ? g_utf8_casefold (stripped, -1) : NULL;
}

void
sheaf_arranged_list_set_words (SheafArrangedList *self, const char *words)
{
  g_autofree char *folded = NULL;

  g_return_if_fail (SHEAF_IS_ARRANGED_LIST (self));

  folded = fold (words);
  if (g_strcmp0 (folded, self->words) == 0)
    return;
  g_free (self->words);
  self->words = g_steal_pointer (&folded);
  update_filter (self);
}

void
sheaf_arranged_list_set_licence (SheafArrangedList *self, const char *licence)
{
  g_autofree char *folded = NULL;

  g_return_if_fail (SHEAF_IS_ARRANGED_LIST (self));

  folded = fold (licence);
  if (g_strcmp0 (folded, self->licence) == 0)
    return;
  g_free (self->licence);
  self->licence = g_steal_pointer (&folded);
  update_filter (self);
}

gboolean
sheaf_arranged_list_get_filtered (SheafArrangedList *self)
{
  g_return_val_if_fail (SHEAF_IS_ARRANGED_LIST (self), FALSE);

  return self->show != SHEAF_SHOW_ALL || self->words != NULL || self->licence != NULL;
}

void
sheaf_arranged_list_refresh (SheafArrangedList *self)
{
  g_return_if_fail (SHEAF_IS_ARRANGED_LIST (self));

  if (self->refresh_id == 0 && (self->show != SHEAF_SHOW_ALL || self->order == SHEAF_ORDER_STATE))
    self->refresh_id = g_timeout_add (REFRESH_MS, on_refresh, self);
}

SheafOrder
sheaf_order_from_nick (const char *nick)
{
  static const char *const nicks[] = { "given", "name", "date", "size", "type", "state" };

  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    if (g_strcmp0 (nick, nicks[i]) == 0)
      return (SheafOrder) i;
  return SHEAF_ORDER_GIVEN;
}
