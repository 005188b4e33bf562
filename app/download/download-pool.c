/* download-pool.c: which transfer runs when
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every host has a queue in the order wanted.  Whenever something changed the pool looks, from its
 * one timer, which host's first transfer stands foremost among the hosts that may be asked, and
 * begins it; what a failure or a brake holds back comes again by the same timer. */
#include "config.h"

#include "app/download/download-pool-private.h"

#include "app/download/atomic-file.h"
#include "app/download/worker.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#define DEFAULT_BACKOFF_MS   1000
#define AHEAD                2  /* parts opened while all places are taken */
#define MAX_FINISHING        48 /* files waiting for the disk; then the network waits too */
#define AT_ONCE_RATE_LIMITED 4

enum
{
  PROP_0,
  PROP_PAUSED,
  PROP_PAUSE_REASON,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (SheafDownloadPool, sheaf_download_pool, G_TYPE_OBJECT)

static void
sheaf_download_pool_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SheafDownloadPool *self = SHEAF_DOWNLOAD_POOL (object);

  switch (id)
    {
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    case PROP_PAUSE_REASON:
      g_value_set_boxed (value, self->pause_reason);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sheaf_download_pool_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PAUSED)
    sheaf_download_pool_set_paused (SHEAF_DOWNLOAD_POOL (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sheaf_download_pool_finalize (GObject *object)
{
  SheafDownloadPool *self = SHEAF_DOWNLOAD_POOL (object);

  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  g_sequence_free (self->waiting);
  g_ptr_array_unref (self->leftovers);
  g_sequence_free (self->turns);
  g_hash_table_unref (self->hosts);
  g_hash_table_unref (self->pending);
  g_clear_object (&self->executor);
  g_clear_object (&self->archive);
  g_clear_pointer (&self->writer, sheaf_archive_writer_unref);
  g_clear_pointer (&self->folder, sheaf_folder_unref);
  g_clear_object (&self->options.folder);
  g_clear_object (&self->options.embedder);
  g_free ((char *) self->options.name_template);
  g_clear_error (&self->pause_reason);

  G_OBJECT_CLASS (sheaf_download_pool_parent_class)->finalize (object);
}

static void
sheaf_download_pool_class_init (SheafDownloadPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sheaf_download_pool_get_property;
  object_class->set_property = sheaf_download_pool_set_property;
  object_class->finalize = sheaf_download_pool_finalize;

  properties[PROP_PAUSED]
      = g_param_spec_boolean ("paused", NULL, NULL, FALSE,
                              G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_PAUSE_REASON]
      = g_param_spec_boxed ("pause-reason", NULL, NULL, G_TYPE_ERROR,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

/* --- what may begin --- */

guint
sheaf_download_pool_get_at_once (SheafDownloadPool *self)
{
  guint n = MAX (sheaf_executor_get_n_jobs (self->executor), 1);

  return self->options.rate_limit > 0 ? MIN (n, AT_ONCE_RATE_LIMITED) : n;
}

void
sheaf_download_pool_wake (SheafDownloadPool *self)
{
  g_source_set_ready_time (self->timer, 0);
}

static void
insert_by_place (SheafHost *host, SheafDownload *download)
{
  SheafDownload *last = g_queue_peek_tail (&host->queue);
  GList *l = host->queue.head;

  if (last == NULL || last->place < download->place)
    {
      g_queue_push_tail_link (&host->queue, &download->link);
      return;
    }
  while (((SheafDownload *) l->data)->place < download->place)
    l = l->next;
  g_queue_insert_before_link (&host->queue, l, &download->link);
}

static int
compare_turns (gconstpointer a, gconstpointer b, gpointer unused)
{
  const SheafDownload *first = g_queue_peek_head ((GQueue *) &((const SheafHost *) a)->queue);
  const SheafDownload *second = g_queue_peek_head ((GQueue *) &((const SheafHost *) b)->queue);

  return (first->place > second->place) - (first->place < second->place);
}

/* Another transfer of @host may be its first now. */
static void
update_turn (SheafDownloadPool *self, SheafHost *host)
{
  g_clear_pointer (&host->turn, g_sequence_remove);
  if (!g_queue_is_empty (&host->queue))
    host->turn = g_sequence_insert_sorted (self->turns, host, compare_turns, NULL);
}

static void
queue_up (SheafDownloadPool *self, SheafDownload *download)
{
  insert_by_place (download->host, download);
  download->queued = TRUE;
  if (download->host->queue.head == &download->link)
    update_turn (self, download->host);
  sheaf_download_pool_wake (self);
}

static void
unqueue (SheafDownloadPool *self, SheafDownload *download)
{
  gboolean first = download->host->queue.head == &download->link;

  if (!download->queued)
    return;
  g_queue_unlink (&download->host->queue, &download->link);
  download->queued = FALSE;
  if (first)
    update_turn (self, download->host);
}

typedef struct
{
  SheafDownloadPool *pool;
  SheafDownload *download;
  guint look;
} Want;

static void
on_wanted (const SheafArchiveRow *row, const GError *error, gpointer user_data)
{
  Want *want = user_data;
  g_autoptr (SheafDownloadPool) self = want->pool;
  g_autoptr (SheafDownload) download = want->download;
  SheafDownloadStop stop = download->stop;
  guint look = want->look;

  g_free (want);
  download->active = FALSE;
  download->stop = SHEAF_STOP_NONE;
  if (error == NULL)
    {
      sheaf_archive_row_clear (&download->row);
      download->row = *row;
      download->row.name = g_strdup (row->name);
      download->wanted = TRUE;
    }
  if (stop == SHEAF_STOP_CANCEL)
    sheaf_download_pool_give_up (self, download);
  else if (stop == SHEAF_STOP_HOLD)
    sheaf_download_set_state (download, SHEAF_DOWNLOAD_PAUSED);
  else
    {
      /* In its queue in any case: resuming after the trouble asks the archive again. */
      queue_up (self, download);
      if (error != NULL)
        sheaf_download_pool_trouble (self, look, error);
    }
}

void
sheaf_download_pool_enqueue (SheafDownloadPool *self, SheafDownload *download)
{
  Want *want;

  if (self->writer == NULL || download->wanted)
    {
      queue_up (self, download);
      return;
    }
  want = g_new0 (Want, 1);
  want->pool = g_object_ref (self);
  want->download = g_object_ref (download);
  want->look = self->n_looks;
  download->active = TRUE;
  sheaf_archive_writer_want (self->writer, download->entry, on_wanted, want);
}

static int
compare_next_try (gconstpointer a, gconstpointer b, gpointer unused)
{
  const SheafDownload *first = a, *second = b;

  return (first->next_try > second->next_try) - (first->next_try < second->next_try);
}

void
sheaf_download_pool_wait (SheafDownloadPool *self, SheafDownload *download, gint64 next_try)
{
  download->next_try = next_try;
  download->waiting = g_sequence_insert_sorted (self->waiting, download, compare_next_try, NULL);
  download->host->n_waiting++;
  sheaf_download_set_state (download, SHEAF_DOWNLOAD_WAITING);
  sheaf_download_pool_wake (self);
}

static void
stop_waiting (SheafDownload *download)
{
  if (download->waiting != NULL)
    download->host->n_waiting--;
  g_clear_pointer (&download->waiting, g_sequence_remove);
  download->next_try = 0;
}

/* Those whose wait is over; returns when the next one's is. */
static gint64
release_waiting (SheafDownloadPool *self, gint64 now)
{
  while (!g_sequence_is_empty (self->waiting))
    {
      SheafDownload *download = g_sequence_get (g_sequence_get_begin_iter (self->waiting));

      if (download->next_try > now)
        return download->next_try;
      stop_waiting (download);
      sheaf_download_set_state (download, SHEAF_DOWNLOAD_QUEUED);
      sheaf_download_pool_enqueue (self, download);
    }
  return G_MAXINT64;
}

/* The foremost transfer of the hosts that may be asked; else when to look again. */
static SheafDownload *
foremost (SheafDownloadPool *self, gint64 now, gint64 *look_again)
{
  for (GSequenceIter *iter = g_sequence_get_begin_iter (self->turns);
       !g_sequence_iter_is_end (iter); iter = g_sequence_iter_next (iter))
    {
      SheafHost *host = g_sequence_get (iter);
      gint64 next = sheaf_host_get_next_time (host, now);

      if (next == 0)
        return g_queue_peek_head (&host->queue);
      *look_again = MIN (*look_again, next);
    }
  return NULL;
}

typedef struct
{
  SheafDownloadPool *pool;
  GFile *file;
  gboolean make;
  SheafArchive *archive;
  SheafFolder *folder;
  GError *error;
} Opening;

static void
do_open (gpointer data)
{
  Opening *opening = data;
  g_autoptr (GPtrArray) unfinished = NULL;
  g_autoptr (GHashTable) keep = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!opening->make && !g_file_query_exists (opening->file, NULL))
    return;
  opening->folder = sheaf_folder_open (opening->file, &opening->error);
  if (opening->folder == NULL || opening->archive == NULL)
    return;
  /* Only who knows what is wanted can tell what is not. */
  unfinished = sheaf_archive_dup_unfinished (opening->archive, opening->file, NULL);
  for (guint i = 0; unfinished != NULL && i < unfinished->len; i++)
    g_hash_table_add (keep, sheaf_part_name (unfinished->pdata[i]));
  if (unfinished != NULL)
    sheaf_folder_sweep (opening->folder, keep);
}

static void
opened (gpointer data)
{
  Opening *opening = data;
  SheafDownloadPool *self = opening->pool;

  self->opening = FALSE;
  if (opening->folder != NULL)
    self->folder = opening->folder;
  else if (opening->make)
    sheaf_download_pool_trouble (self, self->n_looks, opening->error);
  for (guint i = 0; self->folder != NULL && i < self->leftovers->len; i++)
    sheaf_download_pool_discard (self, self->leftovers->pdata[i]);
  g_ptr_array_set_size (self->leftovers, 0);
  sheaf_download_pool_wake (self);
  g_clear_error (&opening->error);
  g_object_unref (opening->file);
  g_clear_object (&opening->archive);
  g_free (opening);
  g_object_unref (self);
}

void
sheaf_download_pool_open_folder (SheafDownloadPool *self, gboolean make)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->pool = g_object_ref (self);
  opening->file = g_object_ref (self->options.folder);
  opening->make = make;
  opening->archive = self->archive != NULL ? g_object_ref (self->archive) : NULL;
  self->opening = TRUE;
  sheaf_worker_run (do_open, opened, opening);
}

/* The least time between two requests to one host. */
static gint64
get_interval (SheafDownloadPool *self)
{
  return self->options.request_rate > 0 ? (gint64) (G_USEC_PER_SEC / self->options.request_rate)
                                        : 0;
}

static void
begin (SheafDownloadPool *self, SheafDownload *download, gint64 now)
{
  unqueue (self, download);
  if (self->writer != NULL && !download->wanted)
    {
      sheaf_download_pool_enqueue (self, download);
      return;
    }
  self->n_fetching++;
  sheaf_host_begin (download->host, now, get_interval (self));
  sheaf_download_pool_step (self, download);
}

static gboolean
on_timer (gpointer user_data)
{
  SheafDownloadPool *self = user_data;
  gint64 now = g_get_monotonic_time (), look_again;
  guint at_once;

  g_source_set_ready_time (self->timer, -1);
  if (self->paused)
    return G_SOURCE_CONTINUE;
  look_again = release_waiting (self, now);
  /* Where bytes are counted, what is opened ahead must not be fetched ahead. */
  at_once = sheaf_download_pool_get_at_once (self) + (self->options.rate_limit > 0 ? 0 : AHEAD);
  while (self->n_fetching < at_once && self->n_finishing < MAX_FINISHING && !self->opening)
    {
      SheafDownload *download = foremost (self, now, &look_again);

      if (download == NULL)
        break;
      if (self->folder == NULL)
        sheaf_download_pool_open_folder (self, TRUE);
      else
        begin (self, download, now);
    }
  if (look_again != G_MAXINT64)
    g_source_set_ready_time (self->timer, look_again);
  return G_SOURCE_CONTINUE;
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };

static void
sheaf_download_pool_init (SheafDownloadPool *self)
{
  self->pending = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->hosts
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) sheaf_host_free);
  self->waiting = g_sequence_new (NULL);
  self->leftovers = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
  self->turns = g_sequence_new (NULL);
  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

/* --- the whole --- */

void
sheaf_download_pool_trouble (SheafDownloadPool *self, guint look, const GError *reason)
{
  if (look != self->n_looks)
    return;
  if (self->pause_reason == NULL)
    {
      self->pause_reason = g_error_copy (reason);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSE_REASON]);
    }
  sheaf_download_pool_set_paused (self, TRUE);
}

void
sheaf_download_pool_end (SheafDownloadPool *self, SheafDownload *download, SheafDownloadState state)
{
  g_autoptr (SheafDownload) held G_GNUC_UNUSED = g_object_ref (download);

  g_hash_table_remove (self->pending, download);
  sheaf_download_set_state (download, state);
  sheaf_download_pool_wake (self);
}

static void
stop (SheafDownload *download, SheafDownloadStop why)
{
  download->stop = MAX (download->stop, why);
  if (download->cancellable != NULL)
    g_cancellable_cancel (download->cancellable);
}

SheafDownloadPool *
sheaf_download_pool_new (SheafExecutor *executor,
                         SheafArchive *archive,
                         const SheafDownloadOptions *options)
{
  SheafDownloadPool *self;

  g_return_val_if_fail (SHEAF_IS_EXECUTOR (executor), NULL);
  g_return_val_if_fail (options != NULL && G_IS_FILE (options->folder), NULL);

  self = g_object_new (SHEAF_TYPE_DOWNLOAD_POOL, NULL);
  self->executor = g_object_ref (executor);
  self->options = *options;
  self->options.folder = g_object_ref (options->folder);
  if (options->embedder != NULL)
    g_object_ref (options->embedder);
  self->options.name_template = g_strdup (options->name_template);
  if (self->options.backoff_ms == 0)
    self->options.backoff_ms = DEFAULT_BACKOFF_MS;
  if (archive != NULL)
    {
      self->archive = g_object_ref (archive);
      self->writer = sheaf_archive_writer_new (archive, options->folder);
    }
  return self;
}

static SheafHost *
host_of (SheafDownloadPool *self, SheafEntry *entry)
{
  g_autofree char *name = sheaf_host_name_of (entry->url);
  SheafHost *host = g_hash_table_lookup (self->hosts, name);

  if (host == NULL)
    {
      host = sheaf_host_new (name);
      g_hash_table_insert (self->hosts, host->name, host);
    }
  return host;
}

SheafDownload *
sheaf_download_pool_add (SheafDownloadPool *self, SheafEntry *entry)
{
  SheafDownload *download;

  g_return_val_if_fail (SHEAF_IS_DOWNLOAD_POOL (self), NULL);
  g_return_val_if_fail (entry != NULL && !sheaf_entry_is_album (entry), NULL);

  download = sheaf_download_new (entry);
  download->host = host_of (self, entry);
  download->place = ++self->last_place;
  g_hash_table_add (self->pending, g_object_ref (download));
  sheaf_download_pool_enqueue (self, download);
  return download;
}

void
sheaf_download_pool_set_executor (SheafDownloadPool *self, SheafExecutor *executor)
{
  g_return_if_fail (SHEAF_IS_DOWNLOAD_POOL (self));
  g_return_if_fail (SHEAF_IS_EXECUTOR (executor));

  g_set_object (&self->executor, executor);
  sheaf_download_pool_wake (self);
}

void
sheaf_download_pool_set_limits (SheafDownloadPool *self, guint64 rate_limit, double request_rate)
{
  GHashTableIter iter;
  gpointer host;

  g_return_if_fail (SHEAF_IS_DOWNLOAD_POOL (self));

  if (rate_limit == self->options.rate_limit && request_rate == self->options.request_rate)
    return;
  self->options.rate_limit = rate_limit;
  self->options.request_rate = request_rate;
  g_hash_table_iter_init (&iter, self->hosts);
  while (g_hash_table_iter_next (&iter, NULL, &host))
    sheaf_host_hasten (host, g_get_monotonic_time (), get_interval (self));
  sheaf_download_pool_wake (self);
}

char *
sheaf_download_pool_dup_trouble (SheafDownloadPool *self)
{
  char *trouble;
  SheafHost *slowest = NULL;
  GHashTableIter iter;
  gpointer host;

  g_return_val_if_fail (SHEAF_IS_DOWNLOAD_POOL (self), NULL);

  trouble = sheaf_executor_dup_trouble (self->executor);
  if (trouble != NULL)
    return trouble;
  g_hash_table_iter_init (&iter, self->hosts);
  while (g_hash_table_iter_next (&iter, NULL, &host))
    if (slowest == NULL || ((SheafHost *) host)->brake_until > slowest->brake_until)
      slowest = host;
  return slowest != NULL ? sheaf_host_dup_trouble (slowest, g_get_monotonic_time ()) : NULL;
}

void
sheaf_download_pool_set_paused (SheafDownloadPool *self, gboolean paused)
{
  GHashTableIter iter;
  gpointer download;

  g_return_if_fail (SHEAF_IS_DOWNLOAD_POOL (self));

  if (self->paused == !!paused)
    return;
  self->paused = !!paused;
  if (paused)
    {
      g_hash_table_iter_init (&iter, self->pending);
      while (g_hash_table_iter_next (&iter, &download, NULL))
        if (((SheafDownload *) download)->cancellable != NULL)
          stop (download, SHEAF_STOP_REQUEUE);
    }
  else if (self->pause_reason != NULL)
    {
      /* Whatever was wrong with the folder: look at it afresh. */
      g_clear_error (&self->pause_reason);
      g_clear_pointer (&self->folder, sheaf_folder_unref);
      self->n_looks++;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSE_REASON]);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
  sheaf_download_pool_wake (self);
}

gboolean
sheaf_download_pool_get_paused (SheafDownloadPool *self)
{
  g_return_val_if_fail (SHEAF_IS_DOWNLOAD_POOL (self), FALSE);

  return self->paused;
}

const GError *
sheaf_download_pool_get_pause_reason (SheafDownloadPool *self)
{
  g_return_val_if_fail (SHEAF_IS_DOWNLOAD_POOL (self), NULL);

  return self->pause_reason;
}

/* --- one of them --- */

static gboolean
is_ours (SheafDownloadPool *self, SheafDownload *download)
{
  return g_hash_table_contains (self->pending, download);
}

void
sheaf_download_pool_pause_one (SheafDownloadPool *self, SheafDownload *download)
{
  g_return_if_fail (SHEAF_IS_DOWNLOAD_POOL (self));
  g_return_if_fail (SHEAF_IS_DOWNLOAD (download));

  if (!is_ours (self, download) || download->state == SHEAF_DOWNLOAD_PAUSED)
    return;
  if (download->active)
    {
      stop (download, SHEAF_STOP_HOLD);
      return;
    }
  unqueue (self, download);
  stop_waiting (download);
  sheaf_download_set_state (download, SHEAF_DOWNLOAD_PAUSED);
}

void
sheaf_download_pool_resume_one (SheafDownloadPool *self, SheafDownload *download)
{
  g_return_if_fail (SHEAF_IS_DOWNLOAD_POOL (self));
  g_return_if_fail (SHEAF_IS_DOWNLOAD (download));

  if (!is_ours (self, download))
    return;
  if (download->active && download->stop == SHEAF_STOP_HOLD)
    download->stop = SHEAF_STOP_REQUEUE;
  if (download->active || download->state != SHEAF_DOWNLOAD_PAUSED)
    return;
  sheaf_download_set_state (download, SHEAF_DOWNLOAD_QUEUED);
  sheaf_download_pool_enqueue (self, download);
}

void
sheaf_download_pool_move_to_top (SheafDownloadPool *self, SheafDownload *download)
{
  g_return_if_fail (SHEAF_IS_DOWNLOAD_POOL (self));
  g_return_if_fail (SHEAF_IS_DOWNLOAD (download));

  if (!is_ours (self, download))
    return;
  download->place = --self->top_place;
  if (download->queued)
    {
      unqueue (self, download);
      queue_up (self, download);
    }
  else if (download->waiting != NULL)
    {
      stop_waiting (download);
      sheaf_download_set_state (download, SHEAF_DOWNLOAD_QUEUED);
      sheaf_download_pool_enqueue (self, download);
    }
}

void
sheaf_download_pool_retry (SheafDownloadPool *self, SheafDownload *download)
{
  g_return_if_fail (SHEAF_IS_DOWNLOAD_POOL (self));
  g_return_if_fail (SHEAF_IS_DOWNLOAD (download));

  if (download->state != SHEAF_DOWNLOAD_FAILED && download->state != SHEAF_DOWNLOAD_CANCELLED)
    return;
  download->n_tries = 0;
  download->n_brakes = 0;
  download->wanted = FALSE;
  download->host = host_of (self, download->entry);
  download->place = ++self->last_place;
  sheaf_download_set_error (download, NULL);
  sheaf_download_set_progress (download, 0, download->entry->bytes);
  g_hash_table_add (self->pending, g_object_ref (download));
  sheaf_download_set_state (download, SHEAF_DOWNLOAD_QUEUED);
  sheaf_download_pool_enqueue (self, download);
}

void
sheaf_download_pool_cancel (SheafDownloadPool *self, SheafDownload *download)
{
  g_return_if_fail (SHEAF_IS_DOWNLOAD_POOL (self));
  g_return_if_fail (SHEAF_IS_DOWNLOAD (download));

  if (!is_ours (self, download))
    return;
  if (download->active)
    {
      stop (download, SHEAF_STOP_CANCEL);
      return;
    }
  unqueue (self, download);
  stop_waiting (download);
  sheaf_download_pool_give_up (self, download);
}

void
sheaf_download_pool_forget (SheafDownloadPool *self, SheafDownload *download)
{
  g_return_if_fail (SHEAF_IS_DOWNLOAD_POOL (self));
  g_return_if_fail (SHEAF_IS_DOWNLOAD (download));

  if (download->state != SHEAF_DOWNLOAD_FAILED)
    return;
  sheaf_download_pool_drop (self, download);
  if (self->writer != NULL)
    sheaf_archive_writer_forget (self->writer, download->entry, NULL, NULL);
}

void
sheaf_download_pool_cancel_all (SheafDownloadPool *self)
{
  g_autofree gpointer *downloads = NULL;
  guint n;

  g_return_if_fail (SHEAF_IS_DOWNLOAD_POOL (self));

  downloads = g_hash_table_get_keys_as_array (self->pending, &n);
  for (guint i = 0; i < n; i++)
    g_object_ref (downloads[i]);
  for (guint i = 0; i < n; i++)
    {
      sheaf_download_pool_cancel (self, downloads[i]);
      g_object_unref (downloads[i]);
    }
}

guint
sheaf_download_pool_get_n_pending (SheafDownloadPool *self)
{
  g_return_val_if_fail (SHEAF_IS_DOWNLOAD_POOL (self), 0);

  return g_hash_table_size (self->pending);
}
