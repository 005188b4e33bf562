/* batch.c: one piece of work a person asked for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Entries come from feeds, a handful at a time; each gets an item and, while something is done for
 * it, a Work (item-work.h) that ties the item to its transfer and its thumbnail.  The batch has
 * ended when the feeds have and no Work is under way.
 *
 * With keep_items the list holds every entry from the moment it is known; without, only what is
 * under way exists at all, so that memory does not grow with the number of pictures. */
#include "config.h"

#include "app/batch-private.h"

#include "app/timers.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

/* How many transfers are asked for at once where items are not kept. */
#define DOWNLOAD_WINDOW 256

#define SUMS_INTERVAL_MS 250

enum
{
  ITEM_ENDED,
  SUMS_CHANGED,
  ENDED,
  NOTICE,
  N_SIGNALS
};

enum
{
  PROP_0,
  PROP_RUNNING,
  PROP_PAUSED,
  N_PROPS
};

static guint signals[N_SIGNALS];
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (SheafBatch, sheaf_batch, G_TYPE_OBJECT)

static gboolean
on_tick (gpointer data)
{
  SheafBatch *self = data;

  sheaf_tally_sample (&self->tally);
  g_signal_emit (self, signals[SUMS_CHANGED], 0);
  return G_SOURCE_CONTINUE;
}

void
sheaf_batch_set_running (SheafBatch *self, gboolean running)
{
  if (self->running == running)
    return;

  self->running = running;
  sheaf_tally_run (&self->tally, running && !self->paused);
  if (running)
    self->tick = sheaf_timer_start (g_timeout_source_new (SUMS_INTERVAL_MS), on_tick, self);
  else
    sheaf_timer_clear (&self->tick);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

static void
set_paused (SheafBatch *self, gboolean paused)
{
  if (self->paused == paused)
    return;

  self->paused = paused;
  sheaf_tally_run (&self->tally, self->running && !paused);
  sheaf_speed_reset (&self->tally.speed);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
}

static gboolean
has_pending (SheafBatch *self)
{
  return self->pending.length > 0
         || self->cursor < g_list_model_get_n_items (G_LIST_MODEL (self->items));
}

static void
on_notes_written (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SheafBatch) self = data;
  g_autoptr (GError) error = NULL;

  self->n_under_way--;
  if (!sheaf_sidecar_finish_finish (SHEAF_SIDECAR (object), result, &error))
    g_signal_emit (self, signals[NOTICE], 0, error);
  sheaf_batch_check_ended (self);
}

void
sheaf_batch_check_ended (SheafBatch *self)
{
  self->tally.sums.complete = self->feeds.length == 0;
  if (!self->running || self->n_under_way > 0 || self->feeds.length > 0 || has_pending (self))
    return;
  if (self->has_notes)
    {
      self->has_notes = FALSE;
      self->n_under_way++;
      sheaf_sidecar_finish_async (self->sidecar, on_notes_written, g_object_ref (self));
      return;
    }

  sheaf_timer_clear (&self->timeout);
  sheaf_batch_set_running (self, FALSE);
  g_signal_emit (self, signals[SUMS_CHANGED], 0);
  g_signal_emit (self, signals[ENDED], 0);
}

static void
on_work_bytes (gpointer data, gint64 bytes)
{
  SHEAF_BATCH (data)->tally.sums.bytes += (guint64) bytes;
}

/* Once: a hundred pictures in a format that cannot be changed are one piece of news. */
static void
on_work_warned (gpointer data, SheafItemWork *work, const GError *error)
{
  g_autoptr (SheafBatch) self = g_object_ref (data);
  g_autoptr (GError) notice = NULL;
  g_autofree char *title
      = sheaf_entry_dup_display_title (sheaf_item_get_entry (sheaf_item_work_get_item (work)));

  if (self->warned)
    return;
  self->warned = TRUE;
  notice = g_error_new (SHEAF_ERROR, sheaf_error_code (error),
                        /* Translators: a picture's title, and the reason */
                        _ ("Author and licence stand beside “%s”, not in it: %s"), title,
                        error->message);
  g_signal_emit (self, signals[NOTICE], 0, notice);
}

static void
on_work_ended (gpointer data, SheafItemWork *work, SheafItemState state, GError *error)
{
  g_autoptr (SheafBatch) self = g_object_ref (data);
  g_autoptr (SheafItem) item = g_object_ref (sheaf_item_work_get_item (work));

  if (self->timed_out
      && (error == NULL ? state == SHEAF_ITEM_CANCELLED
                        : sheaf_error_code (error) == SHEAF_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      error = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_TIMEOUT,
                                   _ ("The time for the whole batch was over."));
    }
  if (error != NULL)
    sheaf_item_take_error (item, error);
  else
    sheaf_item_set_state (item, state);
  self->n_under_way--;
  if (sheaf_batch_is_removed (self, item))
    {
      sheaf_batch_pump (self);
      return;
    }
  sheaf_tally_count (&self->tally, item, 1);
  if (self->sidecar != NULL && sheaf_item_get_state (item) == SHEAF_ITEM_READY)
    {
      sheaf_sidecar_add (self->sidecar, sheaf_item_get_entry (item), sheaf_item_get_file (item));
      self->has_notes = TRUE;
    }

  /* What may be tried again keeps its transfer; of the rest only the item stays, if that. */
  if (!self->options.keep_items || sheaf_item_get_state (item) == SHEAF_ITEM_READY)
    g_hash_table_remove (self->works, item);
  g_signal_emit (self, signals[ITEM_ENDED], 0, item);
  sheaf_batch_revive (self, item);
  sheaf_batch_pump (self);
}

void
sheaf_batch_begin_item (SheafBatch *self, SheafItem *item, GError *error)
{
  SheafItemWork *work = sheaf_item_work_new (&self->work_context, item);

  g_hash_table_insert (self->works, item, work);
  self->n_under_way++;
  if (error != NULL)
    sheaf_item_work_fail (work, error);
  else
    sheaf_item_work_begin (work);
}

static gboolean
has_room (SheafBatch *self)
{
  if (self->pool != NULL)
    return self->options.keep_items || self->n_under_way < DOWNLOAD_WINDOW;
  return self->thumbnailer == NULL
         || self->n_under_way < 4 * sheaf_thumbnailer_get_n_workers (self->thumbnailer);
}

/* Begins the next entry, if there is one and it is still wanted. */
static gboolean
begin_next (SheafBatch *self)
{
  SheafFed *fed;

  if (self->cursor < g_list_model_get_n_items (G_LIST_MODEL (self->items)))
    {
      g_autoptr (SheafItem) item
          = g_list_model_get_item (G_LIST_MODEL (self->items), self->cursor++);

      if (g_hash_table_contains (self->works, item)
          || sheaf_item_get_state (item) != SHEAF_ITEM_LISTED)
        return TRUE;
      sheaf_batch_begin_item (self, item, NULL);
      return TRUE;
    }

  fed = g_queue_pop_head (&self->pending);
  if (fed == NULL)
    return FALSE;
  {
    g_autoptr (SheafItem) item = sheaf_item_new (fed->entry);

    sheaf_batch_begin_item (self, item, g_steal_pointer (&fed->error));
    sheaf_fed_free (fed);
  }
  return TRUE;
}

/* Shows what came; what came as a failure has ended already. */
static void
list_fed (SheafBatch *self, GPtrArray *handful)
{
  g_autoptr (GPtrArray) entries
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
  guint first = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  for (guint i = 0; i < handful->len; i++)
    g_ptr_array_add (entries,
                     sheaf_entry_ref (((SheafFed *) g_ptr_array_index (handful, i))->entry));
  sheaf_item_list_append (self->items, entries);
  for (guint i = 0; i < handful->len; i++)
    {
      SheafFed *fed = g_ptr_array_index (handful, i);
      g_autoptr (SheafItem) item = NULL;

      if (fed->error == NULL)
        continue;
      item = g_list_model_get_item (G_LIST_MODEL (self->items), first + i);
      sheaf_batch_begin_item (self, item, g_steal_pointer (&fed->error));
    }
}

static void
on_fed (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SheafBatch) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) handful = sheaf_feed_next_finish (SHEAF_FEED (object), result, &error);

  self->feeding = FALSE;
  if ((gpointer) object != g_queue_peek_head (&self->feeds))
    {
      /* It was stopped; whatever it still says is not wanted. */
      sheaf_batch_pump (self);
      return;
    }

  if (handful == NULL || handful->len == 0)
    {
      g_object_unref (g_queue_pop_head (&self->feeds));
      if (error != NULL)
        {
          if (self->error == NULL)
            self->error = g_error_copy (error);
          g_signal_emit (self, signals[NOTICE], 0, error);
        }
    }
  else
    {
      self->tally.sums.total += handful->len;
      if (self->options.keep_items)
        list_fed (self, handful);
      else
        while (handful->len > 0)
          g_queue_push_tail (&self->pending, g_ptr_array_steal_index (handful, 0));
    }
  sheaf_batch_pump (self);
}

static gboolean
wants_more (SheafBatch *self)
{
  return !self->feeding && !self->cancelled && self->feeds.length > 0
         && (self->options.keep_items || self->pending.length < DOWNLOAD_WINDOW / 2);
}

void
sheaf_batch_pump (SheafBatch *self)
{
  /* Items may end while they begin, which leads back here. */
  if (self->pumping)
    return;

  self->pumping = TRUE;
  while (!self->paused && !self->cancelled && has_room (self) && begin_next (self))
    continue;
  self->pumping = FALSE;

  if (wants_more (self) && self->running)
    {
      self->feeding = TRUE;
      sheaf_feed_next_async (g_queue_peek_head (&self->feeds), NULL, on_fed, g_object_ref (self));
    }
  sheaf_batch_check_ended (self);
}

static void
on_feed_notice (SheafFeed *feed, const GError *error, SheafBatch *self)
{
  g_signal_emit (self, signals[NOTICE], 0, error);
}

void
sheaf_batch_add_feed (SheafBatch *self, SheafFeed *feed)
{
  g_signal_connect_object (feed, "notice", G_CALLBACK (on_feed_notice), self, 0);
  g_queue_push_tail (&self->feeds, feed);
  self->tally.sums.complete = FALSE;
}

static void
on_pool_paused (SheafDownloadPool *pool, GParamSpec *pspec, SheafBatch *self)
{
  const GError *reason = sheaf_download_pool_get_pause_reason (pool);
  gboolean paused = sheaf_download_pool_get_paused (pool);

  if (paused == self->paused)
    return;
  set_paused (self, paused);
  if (paused && reason != NULL)
    g_signal_emit (self, signals[NOTICE], 0, reason);
  sheaf_batch_pump (self);
}

static void
sheaf_batch_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SheafBatch *self = SHEAF_BATCH (object);

  switch (id)
    {
    case PROP_RUNNING:
      g_value_set_boolean (value, self->running);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
stop_feeds (SheafBatch *self)
{
  SheafFeed *feed;

  while ((feed = g_queue_pop_head (&self->feeds)) != NULL)
    {
      g_signal_handlers_disconnect_by_data (feed, self);
      sheaf_feed_stop (feed);
      g_object_unref (feed);
    }
}

static void
sheaf_batch_dispose (GObject *object)
{
  SheafBatch *self = SHEAF_BATCH (object);

  self->cancelled = TRUE;
  self->work_context.cancelled = TRUE;
  sheaf_timer_clear (&self->start);
  sheaf_timer_clear (&self->tick);
  sheaf_timer_clear (&self->timeout);
  stop_feeds (self);
  g_hash_table_remove_all (self->works);
  g_queue_clear_full (&self->pending, (GDestroyNotify) sheaf_fed_free);
  if (self->pool != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->pool, self);
      /* Who leaves has not said that it is not wanted any more. */
      if (self->running)
        sheaf_download_pool_set_paused (self->pool, TRUE);
    }
  g_clear_object (&self->pool);
  g_clear_object (&self->thumbnailer);
  g_clear_object (&self->source);
  g_clear_object (&self->sidecar);
  G_OBJECT_CLASS (sheaf_batch_parent_class)->dispose (object);
}

static void
sheaf_batch_finalize (GObject *object)
{
  SheafBatch *self = SHEAF_BATCH (object);

  g_hash_table_unref (self->works);
  g_hash_table_unref (self->removed);
  g_object_unref (self->items);
  g_clear_object (&self->folder);
  g_clear_object (&self->options.output_folder);
  g_clear_error (&self->error);
  g_strfreev (self->types);
  g_free (self->title);
  G_OBJECT_CLASS (sheaf_batch_parent_class)->finalize (object);
}

static void
sheaf_batch_class_init (SheafBatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sheaf_batch_get_property;
  object_class->dispose = sheaf_batch_dispose;
  object_class->finalize = sheaf_batch_finalize;

  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, flags);
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ITEM_ENDED] = g_signal_new ("item-ended", SHEAF_TYPE_BATCH, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 1, SHEAF_TYPE_ITEM);
  signals[SUMS_CHANGED] = g_signal_new ("sums-changed", SHEAF_TYPE_BATCH, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ENDED] = g_signal_new ("ended", SHEAF_TYPE_BATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
  signals[NOTICE] = g_signal_new ("notice", SHEAF_TYPE_BATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
sheaf_batch_init (SheafBatch *self)
{
  self->items = sheaf_item_list_new ();
  self->works = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) sheaf_item_work_drop);
  self->removed = g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
  g_queue_init (&self->pending);
  g_queue_init (&self->feeds);
}

static gboolean
on_start (gpointer data)
{
  SheafBatch *self = data;

  sheaf_timer_clear (&self->start);
  if (self->error != NULL)
    g_signal_emit (self, signals[NOTICE], 0, self->error);
  sheaf_batch_pump (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_timeout (gpointer data)
{
  SheafBatch *self = data;

  sheaf_timer_clear (&self->timeout);
  self->timed_out = TRUE;
  if (self->feeds.length > 0 && self->error == NULL)
    self->error = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_TIMEOUT,
                                       _ ("The time was over before everything was known."));
  sheaf_batch_cancel (self);
  return G_SOURCE_REMOVE;
}

SheafBatch *
sheaf_batch_new (const SheafBatchParts *parts, const SheafBatchOptions *options)
{
  SheafBatch *self;

  g_return_val_if_fail (parts != NULL && options != NULL, NULL);
  g_return_val_if_fail (parts->feed != NULL || parts->error != NULL, NULL);

  self = g_object_new (SHEAF_TYPE_BATCH, NULL);
  self->options = *options;
  self->options.folder = NULL;
  self->options.executor = NULL;
  self->options.output_folder
      = options->output_folder != NULL ? g_object_ref (options->output_folder) : NULL;
  self->title = g_strdup (parts->title);
  g_set_object (&self->folder, parts->folder);
  g_set_object (&self->pool, parts->pool);
  g_set_object (&self->thumbnailer, parts->thumbnailer);
  g_set_object (&self->source, parts->source);
  g_set_object (&self->sidecar, parts->sidecar);
  self->feed_options = parts->feed_options;
  self->types = g_strdupv ((char **) parts->feed_options.types);
  self->feed_options.types = (const char *const *) self->types;
  self->feed_options.limit = 0;
  self->work_context = (SheafItemWorkContext){
    .pool = self->pool,
    .thumbnailer = self->thumbnailer,
    .options = &self->options,
    .any_type = parts->any_type,
    .got_bytes = on_work_bytes,
    .warned = on_work_warned,
    .ended = on_work_ended,
    .data = self,
  };
  self->error = parts->error != NULL ? g_error_copy (parts->error) : NULL;
  if (parts->feed != NULL)
    sheaf_batch_add_feed (self, g_object_ref (parts->feed));
  if (self->pool != NULL)
    {
      sheaf_download_pool_set_paused (self->pool, parts->paused);
      g_signal_connect (self->pool, "notify::paused", G_CALLBACK (on_pool_paused), self);
    }

  self->paused = parts->paused;
  sheaf_batch_set_running (self, TRUE);
  self->start = sheaf_timer_start (g_idle_source_new (), on_start, self);
  g_source_set_priority (self->start, G_PRIORITY_DEFAULT);
  if (options->timeout > 0)
    self->timeout
        = sheaf_timer_start (g_timeout_source_new_seconds (options->timeout), on_timeout, self);
  return self;
}

SheafItemList *
sheaf_batch_get_items (SheafBatch *self)
{
  g_return_val_if_fail (SHEAF_IS_BATCH (self), NULL);
  return self->items;
}

void
sheaf_batch_get_sums (SheafBatch *self, SheafBatchSums *sums)
{
  g_return_if_fail (SHEAF_IS_BATCH (self));
  g_return_if_fail (sums != NULL);

  sheaf_tally_get (&self->tally, sums);
}

gboolean
sheaf_batch_get_running (SheafBatch *self)
{
  g_return_val_if_fail (SHEAF_IS_BATCH (self), FALSE);
  return self->running;
}

gboolean
sheaf_batch_get_paused (SheafBatch *self)
{
  g_return_val_if_fail (SHEAF_IS_BATCH (self), FALSE);
  return self->paused;
}

const char *
sheaf_batch_get_title (SheafBatch *self)
{
  g_return_val_if_fail (SHEAF_IS_BATCH (self), NULL);
  return self->title;
}

GFile *
sheaf_batch_get_folder (SheafBatch *self)
{
  g_return_val_if_fail (SHEAF_IS_BATCH (self), NULL);
  return self->folder;
}

const GError *
sheaf_batch_get_error (SheafBatch *self)
{
  g_return_val_if_fail (SHEAF_IS_BATCH (self), NULL);
  return self->error;
}

gint64
sheaf_batch_get_quota_wait (SheafBatch *self)
{
  SheafFeed *feed;

  g_return_val_if_fail (SHEAF_IS_BATCH (self), 0);

  feed = g_queue_peek_head (&self->feeds);
  return feed != NULL && self->running && !self->paused ? sheaf_feed_get_quota_wait (feed) : 0;
}

void
sheaf_batch_pause (SheafBatch *self)
{
  g_return_if_fail (SHEAF_IS_BATCH (self));

  if (!self->running)
    return;
  set_paused (self, TRUE);
  if (self->pool != NULL)
    sheaf_download_pool_set_paused (self->pool, TRUE);
}

void
sheaf_batch_resume (SheafBatch *self)
{
  g_return_if_fail (SHEAF_IS_BATCH (self));

  set_paused (self, FALSE);
  if (self->pool != NULL)
    sheaf_download_pool_set_paused (self->pool, FALSE);
  sheaf_batch_pump (self);
}

void
sheaf_batch_cancel (SheafBatch *self)
{
  g_autoptr (SheafBatch) held = NULL;
  g_autoptr (GPtrArray) items = NULL;

  g_return_if_fail (SHEAF_IS_BATCH (self));

  if (!self->running || self->cancelled)
    return;

  held = g_object_ref (self);
  self->cancelled = TRUE;
  self->work_context.cancelled = TRUE;
  stop_feeds (self);
  /* What is kept in the list may be in the archive from an earlier run, and be tried again. */
  while (self->options.keep_items && begin_next (self))
    continue;
  self->tally.sums.cancelled += self->pending.length;
  g_queue_clear_full (&self->pending, (GDestroyNotify) sheaf_fed_free);
  if (self->pool != NULL)
    sheaf_download_pool_cancel_all (self->pool);
  items = sheaf_batch_dup_items_at_hand (self);
  for (guint i = 0; i < items->len; i++)
    sheaf_batch_cancel_item (self, g_ptr_array_index (items, i));
  if (self->pool != NULL)
    sheaf_download_pool_set_paused (self->pool, FALSE);
  set_paused (self, FALSE);
  sheaf_batch_check_ended (self);
}

GPtrArray *
sheaf_batch_dup_items_at_hand (SheafBatch *self)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->works);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    g_ptr_array_add (items, g_object_ref (item));
  return items;
}
