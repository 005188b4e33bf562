/* feed.c: single pictures, one handful after another
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a page holds stands in a queue of slots.  Albums near its head are opened a few at a time,
 * ahead of need; slots leave at the head once they are ready, so the order stays that of the
 * gallery while nobody waits longer than for the next album. */
#include "config.h"

#include "app/feed.h"

#include "app/folder-scan.h"
#include "app/timers.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_OPENING 4

/* Slots short of this, the next page is asked for. */
#define LOW_WATER 8

/* A quota is asked after this often, which costs nothing: the machine may have slept, or another
 * program found out more. */
#define QUOTA_SECONDS 20

/* A source that wants to be left alone for longer than this is given up. */
#define MAX_WAIT_SECONDS 120

/* A gallery is over when so many pages in a row held nothing new: one that takes no notice of which
 * page it is asked for would cost the whole quota.  A few may well be, where what is new at its
 * front moves the rest. */
#define MAX_STALE_PAGES 10

typedef struct
{
  SheafFeed *self; /* borrowed; %NULL once the feed is gone */
  SheafEntry *entry;
  GPtrArray *entries; /* (nullable): what an album held */
  GError *error;
  guint tries;
  GSource *wait; /* (nullable): until the next try */
  gboolean opening;
  gboolean ready;
} Slot;

struct _SheafFeed
{
  GObject parent_instance;

  SheafSource *source;
  SheafFolderScan *scan;
  char **types;
  SheafFeedOptions options;
  GCancellable *cancellable;

  GQueue slots; /* (element-type Slot) */
  guint n_opening;
  char *cursor;
  gboolean first_page;
  gboolean has_more;
  gboolean loading;
  guint page_tries;
  GHashTable *seen; /* set of hashes of IDs */
  guint n_stale;    /* pages in a row of what was seen before */
  GSource *page_wait;
  GError *error;      /* why there will be no more */
  gint64 quota_until; /* by sheaf_timer_now(): the quota's wait was told of; 0 for none */
  guint n_given;
  GTask *waiting;
};

enum
{
  NOTICE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafFeed, sheaf_feed, G_TYPE_OBJECT)

static void pump (SheafFeed *self);
static void load_page (SheafFeed *self);
static void open_album (SheafFeed *self, Slot *slot);

void
sheaf_fed_free (SheafFed *fed)
{
  sheaf_entry_unref (fed->entry);
  g_clear_error (&fed->error);
  g_free (fed);
}

static void
slot_free (Slot *slot)
{
  sheaf_timer_clear (&slot->wait);
  sheaf_entry_unref (slot->entry);
  g_clear_pointer (&slot->entries, g_ptr_array_unref);
  g_clear_error (&slot->error);
  g_free (slot);
}

/* What a type is when the source does not say it: a guess by the extension, for filtering only. */
static const char *
type_of (const SheafEntry *entry)
{
  static const char *const known[][2]
      = { { ".jpg", "image/jpeg" },  { ".jpeg", "image/jpeg" }, { ".png", "image/png" },
          { ".gif", "image/gif" },   { ".webp", "image/webp" }, { ".mp4", "video/mp4" },
          { ".webm", "video/webm" }, { ".gifv", "video/mp4" },  { ".bmp", "image/bmp" },
          { ".tif", "image/tiff" },  { ".tiff", "image/tiff" } };
  const char *dot;

  if (entry->type != NULL && *entry->type != '\0')
    return entry->type;
  dot = entry->url != NULL ? strrchr (entry->url, '.') : NULL;
  for (guint i = 0; dot != NULL && i < G_N_ELEMENTS (known); i++)
    if (g_ascii_strncasecmp (dot, known[i][0], strlen (known[i][0])) == 0
        && !g_ascii_isalnum (dot[strlen (known[i][0])]))
      return known[i][1];
  return NULL;
}

static gboolean
passes (SheafFeed *self, const SheafEntry *entry)
{
  const char *type;

  if (entry->url == NULL)
    return FALSE;
  type = type_of (entry);
  if (self->types != NULL && self->types[0] != NULL)
    return type == NULL || g_strv_contains ((const char *const *) self->types, type);
  return self->options.any_type || type == NULL || !g_str_has_prefix (type, "video/");
}

static void
add_slot (SheafFeed *self, SheafEntry *entry)
{
  gboolean album = sheaf_entry_is_album (entry) && !self->options.as_listed;
  Slot *slot;

  if (!self->options.as_listed && (album ? !self->options.albums : !passes (self, entry)))
    return;
  slot = g_new0 (Slot, 1);
  slot->self = self;
  slot->entry = sheaf_entry_ref (entry);
  slot->ready = !album;
  g_queue_push_tail (&self->slots, slot);
}

static gboolean
is_full (SheafFeed *self)
{
  return self->options.limit > 0 && self->n_given >= self->options.limit;
}

static void
give (SheafFeed *self, GPtrArray *out, SheafEntry *entry, const GError *error)
{
  SheafFed *fed;

  if (is_full (self))
    return;
  fed = g_new0 (SheafFed, 1);
  fed->entry = sheaf_entry_ref (entry);
  fed->error = error != NULL ? g_error_copy (error) : NULL;
  g_ptr_array_add (out, fed);
  self->n_given++;
}

static void
give_slot (SheafFeed *self, GPtrArray *out, Slot *slot)
{
  if (slot->entries == NULL)
    {
      give (self, out, slot->entry, slot->error);
      return;
    }
  for (guint i = 0; i < slot->entries->len; i++)
    {
      SheafEntry *entry = g_ptr_array_index (slot->entries, i);

      if (passes (self, entry))
        give (self, out, entry, NULL);
    }
}

/* Whether @error is worth another try, and after how many seconds.  To wait for a quota is no try:
 * nothing was asked. */
static gboolean
may_retry (SheafFeed *self, const GError *error, guint *tries, guint *seconds)
{
  gint64 after = sheaf_error_get_retry_after (error);

  if (sheaf_error_is_quota_wait (error))
    {
      *seconds = (guint) MIN (after, QUOTA_SECONDS);
      return TRUE;
    }
  if (*tries >= self->options.retries || !sheaf_error_is_transient (error)
      || after > MAX_WAIT_SECONDS)
    return FALSE;
  *seconds = after >= 0 ? (guint) after : 1u << MIN (*tries, 5);
  ++*tries;
  return TRUE;
}

/* Albums and pages that wait for the same quota are one piece of news. */
static void
give_notice (SheafFeed *self, const GError *error)
{
  if (sheaf_error_is_quota_wait (error))
    {
      gint64 until
          = sheaf_timer_now () + sheaf_error_get_retry_after (error) * (gint64) G_USEC_PER_SEC;
      gboolean known = until <= self->quota_until + 2 * G_USEC_PER_SEC;

      self->quota_until = until;
      if (known)
        return;
    }
  g_signal_emit (self, signals[NOTICE], 0, error);
}

static GSource *
call_later (guint seconds, GSourceFunc callback, gpointer data)
{
  /* A little apart, so that what failed together does not come back together. */
  guint ms = seconds * 1000 + (guint) g_random_int_range (0, 250);

  return sheaf_timer_start (g_timeout_source_new (ms), callback, data);
}

static gboolean
on_album_wait_over (gpointer data)
{
  Slot *slot = data;

  g_clear_pointer (&slot->wait, g_source_unref);
  open_album (slot->self, slot);
  return G_SOURCE_REMOVE;
}

static void
on_album_opened (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries
      = sheaf_source_expand_finish (SHEAF_SOURCE (object), result, &error);
  Slot *slot = data;
  SheafFeed *self = slot->self;
  guint seconds;

  slot->opening = FALSE;
  if (self == NULL)
    {
      slot_free (slot);
      return;
    }

  if (entries == NULL && may_retry (self, error, &slot->tries, &seconds))
    {
      slot->wait = call_later (seconds, on_album_wait_over, slot);
      give_notice (self, error);
      return;
    }
  self->n_opening--;
  if (entries != NULL)
    self->quota_until = 0;
  slot->entries = g_steal_pointer (&entries);
  slot->error = g_steal_pointer (&error);
  slot->ready = TRUE;
  pump (self);
}

static void
open_album (SheafFeed *self, Slot *slot)
{
  slot->opening = TRUE;
  sheaf_source_expand_async (self->source, slot->entry, self->cancellable, on_album_opened, slot);
}

static void
open_albums (SheafFeed *self)
{
  for (GList *l = self->slots.head; l != NULL && self->n_opening < MAX_OPENING; l = l->next)
    {
      Slot *slot = l->data;

      if (slot->ready || slot->opening || slot->wait != NULL)
        continue;
      if (self->source == NULL)
        {
          slot->error = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_FAILED,
                                             _ ("The gallery of this album is not at hand."));
          slot->ready = TRUE;
          continue;
        }
      self->n_opening++;
      open_album (self, slot);
    }
}

static gboolean
on_page_wait_over (gpointer data)
{
  SheafFeed *self = data;

  g_clear_pointer (&self->page_wait, g_source_unref);
  load_page (self);
  return G_SOURCE_REMOVE;
}

/* For a person who just typed an address, "nobody listens there" is the answer, not a hiccup. */
static gboolean
is_final_at_first (const GError *error)
{
  return g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_REFUSED)
         || g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_DNS);
}

/* Whether there is a reason to ask for another page after @page. */
static gboolean
is_going_on (SheafFeed *self, SheafPage *page)
{
  gboolean fresh = FALSE;
  g_autoptr (GError) notice = NULL;

  if (page->cursor == NULL)
    return FALSE;
  for (guint i = 0; i < page->entries->len; i++)
    {
      SheafEntry *entry = g_ptr_array_index (page->entries, i);

      fresh |= g_hash_table_add (self->seen, GUINT_TO_POINTER (g_str_hash (entry->id)));
    }
  self->n_stale = fresh ? 0 : self->n_stale + 1;
  if (self->n_stale < MAX_STALE_PAGES)
    return TRUE;
  notice = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_PROTOCOL,
                                _ ("The gallery only repeats itself; no more of it is asked for."));
  g_signal_emit (self, signals[NOTICE], 0, notice);
  return FALSE;
}

static void
on_page_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SheafFeed) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPage) page
      = sheaf_source_load_page_finish (SHEAF_SOURCE (object), result, &error);
  guint seconds;

  self->loading = FALSE;
  if (page == NULL)
    {
      if (!(self->first_page && is_final_at_first (error))
          && may_retry (self, error, &self->page_tries, &seconds))
        {
          sheaf_timer_clear (&self->page_wait);
          self->page_wait = call_later (seconds, on_page_wait_over, self);
          give_notice (self, error);
          return;
        }
      self->has_more = FALSE;
      g_clear_error (&self->error);
      self->error = g_steal_pointer (&error);
      pump (self);
      return;
    }

  self->first_page = FALSE;
  self->page_tries = 0;
  self->quota_until = 0;
  error = sheaf_page_make_notice (page);
  if (error != NULL)
    g_signal_emit (self, signals[NOTICE], 0, error);
  for (guint i = 0; i < page->entries->len; i++)
    add_slot (self, g_ptr_array_index (page->entries, i));
  self->has_more = is_going_on (self, page);
  g_free (self->cursor);
  self->cursor = g_steal_pointer (&page->cursor);
  pump (self);
}

static void
load_page (SheafFeed *self)
{
  self->loading = TRUE;
  sheaf_source_load_page_async (self->source, self->cursor, self->cancellable, on_page_loaded,
                                g_object_ref (self));
}

static void
on_scanned (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SheafFeed) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found
      = sheaf_folder_scan_next_finish (SHEAF_FOLDER_SCAN (object), result, &error);

  self->loading = FALSE;
  self->has_more = found != NULL && found->len > 0;
  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      SheafFound *file = g_ptr_array_index (found, i);
      Slot *slot = g_new0 (Slot, 1);
      g_autofree char *uri = g_filename_to_uri (file->path, NULL, NULL);

      if (uri == NULL)
        uri = g_strdup (file->path);
      slot->self = self;
      slot->entry = sheaf_entry_new ("file", uri);
      slot->entry->url = g_steal_pointer (&uri);
      slot->entry->bytes = file->bytes;
      slot->entry->date = file->changed;
      slot->error = g_steal_pointer (&file->error);
      slot->ready = TRUE;
      g_queue_push_tail (&self->slots, slot);
    }
  g_clear_error (&self->error);
  self->error = g_steal_pointer (&error);
  pump (self);
}

static gboolean
has_ended (SheafFeed *self)
{
  return is_full (self)
         || (self->slots.length == 0 && !self->has_more && !self->loading
             && self->page_wait == NULL);
}

/* Moves everything on as far as it goes at present. */
static void
pump (SheafFeed *self)
{
  g_autoptr (GPtrArray) out = NULL;
  g_autoptr (GTask) task = NULL;
  Slot *slot;

  if (self->waiting == NULL)
    return;

  out = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_fed_free);
  open_albums (self);
  while ((slot = g_queue_peek_head (&self->slots)) != NULL && slot->ready && !is_full (self))
    {
      g_queue_pop_head (&self->slots);
      give_slot (self, out, slot);
      slot_free (slot);
    }
  if (self->has_more && !self->loading && self->page_wait == NULL && !is_full (self)
      && self->slots.length < LOW_WATER)
    {
      if (self->scan == NULL)
        {
          load_page (self);
        }
      else if (out->len == 0)
        {
          self->loading = TRUE;
          sheaf_folder_scan_next_async (self->scan, self->cancellable, on_scanned,
                                        g_object_ref (self));
        }
    }
  if (out->len == 0 && !has_ended (self))
    return;

  task = g_steal_pointer (&self->waiting);
  if (out->len == 0 && self->error != NULL && !is_full (self))
    g_task_return_error (task, g_steal_pointer (&self->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&out), (GDestroyNotify) g_ptr_array_unref);
}

static void
drop_everything (SheafFeed *self)
{
  Slot *slot;

  g_cancellable_cancel (self->cancellable);
  sheaf_timer_clear (&self->page_wait);
  self->has_more = FALSE;
  while ((slot = g_queue_pop_head (&self->slots)) != NULL)
    {
      slot->self = NULL;
      /* An album that is being opened is freed when its answer comes. */
      if (!slot->opening)
        slot_free (slot);
    }
}

static void
sheaf_feed_dispose (GObject *object)
{
  SheafFeed *self = SHEAF_FEED (object);

  drop_everything (self);
  g_clear_object (&self->source);
  g_clear_object (&self->scan);
  G_OBJECT_CLASS (sheaf_feed_parent_class)->dispose (object);
}

static void
sheaf_feed_finalize (GObject *object)
{
  SheafFeed *self = SHEAF_FEED (object);

  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_strfreev (self->types);
  g_free (self->cursor);
  g_hash_table_unref (self->seen);
  G_OBJECT_CLASS (sheaf_feed_parent_class)->finalize (object);
}

static void
sheaf_feed_class_init (SheafFeedClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sheaf_feed_dispose;
  object_class->finalize = sheaf_feed_finalize;

  signals[NOTICE] = g_signal_new ("notice", SHEAF_TYPE_FEED, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
sheaf_feed_init (SheafFeed *self)
{
  g_queue_init (&self->slots);
  self->seen = g_hash_table_new (NULL, NULL);
  self->cancellable = g_cancellable_new ();
  self->first_page = TRUE;
}

SheafFeed *
sheaf_feed_new (SheafSource *source, GPtrArray *entries, const SheafFeedOptions *options)
{
  SheafFeed *self;

  g_return_val_if_fail (source != NULL || entries != NULL, NULL);
  g_return_val_if_fail (options != NULL, NULL);

  self = g_object_new (SHEAF_TYPE_FEED, NULL);
  g_set_object (&self->source, source);
  self->options = *options;
  self->types = g_strdupv ((char **) options->types);
  self->has_more = entries == NULL;
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    add_slot (self, g_ptr_array_index (entries, i));
  return self;
}

SheafFeed *
sheaf_feed_new_for_files (GPtrArray *files, guint limit)
{
  SheafFeed *self;

  g_return_val_if_fail (files != NULL, NULL);

  self = g_object_new (SHEAF_TYPE_FEED, NULL);
  self->scan = sheaf_folder_scan_new (files);
  self->options.limit = limit;
  self->has_more = TRUE;
  return self;
}

void
sheaf_feed_next_async (SheafFeed *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_if_fail (SHEAF_IS_FEED (self));
  g_return_if_fail (self->waiting == NULL);

  self->waiting = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->waiting, sheaf_feed_next_async);
  pump (self);
}

GPtrArray *
sheaf_feed_next_finish (SheafFeed *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gint64
sheaf_feed_get_quota_wait (SheafFeed *self)
{
  gint64 left;

  g_return_val_if_fail (SHEAF_IS_FEED (self), 0);

  left = self->quota_until - sheaf_timer_now ();
  return left > 0 ? (left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC : 0;
}

void
sheaf_feed_stop (SheafFeed *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (SHEAF_IS_FEED (self));

  drop_everything (self);
  task = g_steal_pointer (&self->waiting);
  if (task != NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s", _ ("Cancelled"));
}
