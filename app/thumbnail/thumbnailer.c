/* thumbnailer.c: pictures being looked at come first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Requests for one file are coalesced.  Each waiter may leave; the work is cancelled only when
 * nobody is left.
 *
 * Requests and waiters belong to the main context.  A few worker threads, twice as many as the
 * executor does jobs at once, take the best request from a queue whenever one of them is free: so
 * what a person looks at overtakes 100,000 others, the next file is open before a helper asks for
 * it, and files are written while helpers decode.  The lock guards the queue and what of a request
 * a worker reads (`work`, while it is not running); it is never held while anything blocks.
 *
 * A request that was answered by a preview goes back to its place in the queue. */
#include "config.h"

#include "app/thumbnail/thumbnailer.h"

#include "app/thumbnail/thumbnail-cache.h"
#include "app/thumbnail/thumbnail-memory.h"
#include "app/thumbnail/thumbnail-queue.h"
#include "app/thumbnail/thumbnail-request.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

/* A file that somebody goes on writing to is taken as it is after this. */
#define MAX_SETTLE_USEC (60 * G_USEC_PER_SEC)

#define MAX_WORKERS 64

G_STATIC_ASSERT (SHEAF_THUMBNAIL_LINE_VISIBLE + SHEAF_THUMBNAIL_BACKGROUND
                 == SHEAF_THUMBNAIL_LINE_BACKGROUND);

typedef struct
{
  char *key;          /* (nullable): what it is coalesced by */
  GPtrArray *waiters; /* (element-type Waiter) */
  GSource *settle;    /* (nullable): while its file is being written */
  gint64 waits_since; /* monotonic time since when, or 0 */
  gboolean forget;    /* only to drop cache entries; nobody waits */
  gboolean previewed; /* who waits has been given a preview */

  /* Guarded by the lock. */
  SheafThumbnailTicket ticket;
  gboolean is_running;

  /* The worker's while running. */
  SheafThumbnailRequest work;
} Request;

typedef struct
{
  SheafThumbnailer *self; /* borrowed: the task holds a reference */
  Request *request;
  GTask *task;
  GSource *cancelled; /* (nullable) */
  SheafThumbnailPriority priority;
  gboolean pixels;
  SheafPreviewFunc preview; /* (nullable) */
} Waiter;

struct _SheafThumbnailer
{
  GObject parent_instance;

  GMainContext *context;
  GHashTable *requests; /* (element-type utf8 Request): those with a key */
  GHashTable *all;      /* (element-type Request) */
  GThreadPool *workers; /* one push a queued request */
  GSource *arrivals;    /* wakes the context when something is in `ended` */
  SheafThumbnailMemory *memory;

  GMutex lock;
  SheafExecutor *executor;
  SheafThumbnailQueue queue; /* (element-type Request) */
  GQueue ended;              /* (element-type Request) */
};

G_DEFINE_FINAL_TYPE (SheafThumbnailer, sheaf_thumbnailer, G_TYPE_OBJECT)

static void enqueue (SheafThumbnailer *self, Request *request);

void
sheaf_thumbnail_free (SheafThumbnail *thumbnail)
{
  g_clear_pointer (&thumbnail->pixels, sheaf_pixels_unref);
  g_clear_object (&thumbnail->file);
  g_free (thumbnail);
}

static SheafThumbnail *
thumbnail_copy (const SheafThumbnail *thumbnail, gboolean pixels)
{
  SheafThumbnail *copy = g_new0 (SheafThumbnail, 1);

  if (pixels && thumbnail->pixels != NULL)
    copy->pixels = sheaf_pixels_ref (thumbnail->pixels);
  g_set_object (&copy->file, thumbnail->file);
  copy->found = thumbnail->found;
  copy->original_bytes = thumbnail->original_bytes;
  return copy;
}

static void
waiter_free (Waiter *waiter)
{
  if (waiter->cancelled != NULL)
    {
      g_source_destroy (waiter->cancelled);
      g_source_unref (waiter->cancelled);
    }
  g_clear_object (&waiter->task);
  g_free (waiter);
}

static void
request_free (Request *request)
{
  g_assert (!request->ticket.is_queued && request->settle == NULL);

  sheaf_thumbnail_request_clear_outcome (&request->work);
  g_clear_object (&request->work.cancellable);
  if (request->work.fd >= 0)
    close (request->work.fd);
  g_free (request->work.path);
  g_free (request->work.folder);
  g_ptr_array_unref (request->waiters);
  g_free (request->key);
  g_free (request);
}

/* In a worker thread. */
static void
work (gpointer data, gpointer user_data)
{
  SheafThumbnailer *self = user_data;
  g_autoptr (SheafExecutor) executor = NULL;
  Request *request;
  SheafThumbnailRequest *todo;

  g_mutex_lock (&self->lock);
  request = sheaf_thumbnail_queue_pop (&self->queue);
  if (request == NULL)
    {
      g_mutex_unlock (&self->lock);
      return;
    }
  request->is_running = TRUE;
  executor = g_object_ref (self->executor);
  g_mutex_unlock (&self->lock);

  todo = &request->work;
  if (todo->path != NULL)
    sheaf_thumbnail_memory_drop_entries (self->memory, todo->path);
  if (!request->forget
      && (todo->path == NULL
          || sheaf_thumbnail_memory_check (self->memory, todo->path, &todo->error)))
    {
      sheaf_thumbnail_request_run (todo, executor, sheaf_thumbnail_memory_claim, self->memory);
      if (todo->path != NULL)
        sheaf_thumbnail_memory_note (self->memory, todo->path, todo->error);
    }

  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->ended, request);
  if (self->ended.length == 1)
    g_source_set_ready_time (self->arrivals, 0);
  g_mutex_unlock (&self->lock);
}

/* Who asks for the same from now on asks anew. */
static void
detach (SheafThumbnailer *self, Request *request)
{
  if (request->key != NULL && g_hash_table_lookup (self->requests, request->key) == request)
    g_hash_table_remove (self->requests, request->key);
}

static gboolean
on_settled (gpointer data)
{
  Waiter *any = g_ptr_array_index (((Request *) data)->waiters, 0);
  Request *request = data;

  g_clear_pointer (&request->settle, g_source_unref);
  enqueue (any->self, request);
  return G_SOURCE_REMOVE;
}

/* Its file is still being written: it goes back into its queue a little later. */
static void
wait_for_writer (SheafThumbnailer *self, Request *request)
{
  guint ms = CLAMP (request->work.again_ms, 100, 3000);

  if (request->waits_since == 0)
    request->waits_since = g_get_monotonic_time ();
  sheaf_thumbnail_request_clear_outcome (&request->work);
  request->work.last_chance = g_get_monotonic_time () - request->waits_since > MAX_SETTLE_USEC;
  request->settle = g_timeout_source_new (ms);
  g_source_set_callback (request->settle, on_settled, request, NULL);
  g_source_attach (request->settle, self->context);
}

static void
complete_waiter (Waiter *waiter, const Request *request)
{
  g_autoptr (GTask) task = g_steal_pointer (&waiter->task);
  gboolean pixels = waiter->pixels;
  SheafThumbnail *result = request->work.result;

  waiter_free (waiter);
  if (result != NULL)
    g_task_return_pointer (task, thumbnail_copy (result, pixels),
                           (GDestroyNotify) sheaf_thumbnail_free);
  else
    g_task_return_error (task, g_error_copy (request->work.error));
}

/* Somebody who wants the pixels came while a worker was making the file alone. */
static gboolean
must_run_again (Request *request)
{
  SheafThumbnail *result = request->work.result;

  if (result == NULL || result->pixels != NULL)
    return FALSE;
  for (guint i = 0; i < request->waiters->len; i++)
    if (((Waiter *) g_ptr_array_index (request->waiters, i))->pixels)
      return TRUE;
  return FALSE;
}

/* The request goes on while they look at it: a callback may do anything to it. */
static void
deliver_preview (SheafThumbnailer *self, Request *request)
{
  g_autoptr (SheafPixels) pixels = g_steal_pointer (&request->work.preview);
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GArray) funcs = g_array_new (FALSE, FALSE, sizeof (SheafPreviewFunc));

  for (guint i = 0; i < request->waiters->len; i++)
    {
      Waiter *waiter = g_ptr_array_index (request->waiters, i);

      if (waiter->preview == NULL)
        continue;
      g_ptr_array_add (tasks, g_object_ref (waiter->task));
      g_array_append_val (funcs, waiter->preview);
    }
  request->previewed = TRUE;
  enqueue (self, request);

  for (guint i = 0; i < tasks->len; i++)
    {
      GTask *task = g_ptr_array_index (tasks, i);

      if (!g_task_get_completed (task)
          && !g_cancellable_is_cancelled (g_task_get_cancellable (task)))
        g_array_index (funcs, SheafPreviewFunc,
                       i) (pixels, g_async_result_get_user_data (G_ASYNC_RESULT (task)));
    }
}

static void
end_request (SheafThumbnailer *self, Request *request)
{
  g_autoptr (GPtrArray) waiters = NULL;

  if (request->waiters->len > 0 && request->work.preview != NULL)
    {
      deliver_preview (self, request);
      return;
    }
  if (request->waiters->len > 0 && request->work.again_ms > 0)
    {
      wait_for_writer (self, request);
      return;
    }
  if (must_run_again (request))
    {
      sheaf_thumbnail_request_clear_outcome (&request->work);
      enqueue (self, request);
      return;
    }

  /* Out of the tables first: who asks again from a callback asks anew. */
  waiters = g_steal_pointer (&request->waiters);
  request->waiters = g_ptr_array_new ();
  g_hash_table_steal (self->all, request);
  detach (self, request);
  for (guint i = 0; i < waiters->len; i++)
    complete_waiter (g_ptr_array_index (waiters, i), request);
  request_free (request);
}

static gboolean
on_arrivals (gpointer data)
{
  g_autoptr (SheafThumbnailer) self = g_object_ref (data);
  GQueue ended;
  Request *request;

  g_mutex_lock (&self->lock);
  g_source_set_ready_time (self->arrivals, -1);
  ended = self->ended;
  g_queue_init (&self->ended);
  g_mutex_unlock (&self->lock);

  while ((request = g_queue_pop_head (&ended)) != NULL)
    {
      request->is_running = FALSE;
      end_request (self, request);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_arrivals (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs arrivals_funcs = { .dispatch = dispatch_arrivals };

/* Under the lock, and not while it runs: what those who wait want, and how urgently. */
static SheafThumbnailLine
sum_up (Request *request)
{
  SheafThumbnailPriority priority
      = request->waiters->len > 0 ? SHEAF_THUMBNAIL_BACKGROUND : SHEAF_THUMBNAIL_VISIBLE;

  request->work.want_pixels = FALSE;
  request->work.want_preview = FALSE;
  for (guint i = 0; i < request->waiters->len; i++)
    {
      Waiter *waiter = g_ptr_array_index (request->waiters, i);

      priority = MIN (priority, waiter->priority);
      request->work.want_pixels |= waiter->pixels;
      request->work.want_preview |= waiter->preview != NULL && !request->previewed;
    }
  if (request->work.want_preview && priority == SHEAF_THUMBNAIL_VISIBLE)
    return SHEAF_THUMBNAIL_LINE_PREVIEW;
  return (SheafThumbnailLine) (SHEAF_THUMBNAIL_LINE_VISIBLE + priority);
}

static void
enqueue (SheafThumbnailer *self, Request *request)
{
  g_mutex_lock (&self->lock);
  sheaf_thumbnail_queue_push (&self->queue, &request->ticket, sum_up (request));
  g_mutex_unlock (&self->lock);
  g_thread_pool_push (self->workers, GUINT_TO_POINTER (1), NULL);
}

/* Takes @request out of the queue, if it is there. */
static gboolean
unqueue (SheafThumbnailer *self, Request *request)
{
  gboolean queued;

  g_mutex_lock (&self->lock);
  queued = sheaf_thumbnail_queue_remove (&self->queue, &request->ticket);
  g_mutex_unlock (&self->lock);
  return queued;
}

/* Somebody joined those who wait, or left them: it may be more urgent than before, or less. */
static void
requeue (SheafThumbnailer *self, Request *request, gboolean joined)
{
  g_mutex_lock (&self->lock);
  if (joined)
    sheaf_thumbnail_queue_renew (&self->queue, &request->ticket);
  if (request->ticket.is_queued)
    {
      SheafThumbnailLine line = sum_up (request);

      if (line != request->ticket.line || (joined && line != SHEAF_THUMBNAIL_LINE_BACKGROUND))
        {
          sheaf_thumbnail_queue_remove (&self->queue, &request->ticket);
          sheaf_thumbnail_queue_push (&self->queue, &request->ticket, line);
        }
    }
  g_mutex_unlock (&self->lock);
}

/* Nobody waits for it any more. */
static void
abandon (SheafThumbnailer *self, Request *request)
{
  gboolean waited = request->settle != NULL;

  if (waited)
    {
      g_source_destroy (request->settle);
      g_clear_pointer (&request->settle, g_source_unref);
    }
  detach (self, request);
  if (unqueue (self, request) || waited)
    g_hash_table_remove (self->all, request);
  else
    g_cancellable_cancel (request->work.cancellable); /* a worker has it */
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Waiter *waiter = data;
  SheafThumbnailer *self = waiter->self;
  Request *request = waiter->request;
  g_autoptr (GTask) task = g_steal_pointer (&waiter->task);

  g_ptr_array_remove (request->waiters, waiter);
  waiter_free (waiter);
  if (request->waiters->len == 0)
    abandon (self, request);
  else
    requeue (self, request, FALSE);
  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static Waiter *
add_waiter (SheafThumbnailer *self,
            Request *request,
            GTask *task,
            SheafThumbnailPriority priority,
            gboolean pixels)
{
  Waiter *waiter = g_new0 (Waiter, 1);
  GCancellable *cancellable = g_task_get_cancellable (task);

  waiter->self = self;
  waiter->request = request;
  waiter->task = task;
  waiter->priority = priority;
  waiter->pixels = pixels;
  if (cancellable != NULL)
    {
      waiter->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (waiter->cancelled, G_SOURCE_FUNC (on_cancelled), waiter, NULL);
      g_source_attach (waiter->cancelled, self->context);
    }
  g_ptr_array_add (request->waiters, waiter);
  return waiter;
}

static Request *
request_new (SheafThumbnailer *self, guint size)
{
  Request *request = g_new0 (Request, 1);

  request->waiters = g_ptr_array_new ();
  sheaf_thumbnail_ticket_init (&request->ticket, request);
  sheaf_thumbnail_queue_renew (&self->queue, &request->ticket);
  request->work.size = size;
  request->work.fd = -1;
  request->work.cancellable = g_cancellable_new ();
  g_hash_table_add (self->all, request);
  return request;
}

static void
sheaf_thumbnailer_finalize (GObject *object)
{
  SheafThumbnailer *self = SHEAF_THUMBNAILER (object);

  sheaf_thumbnailer_shutdown (self);
  g_source_destroy (self->arrivals);
  g_source_unref (self->arrivals);
  g_main_context_unref (self->context);
  g_hash_table_unref (self->requests);
  g_hash_table_unref (self->all);
  sheaf_thumbnail_memory_free (self->memory);
  g_object_unref (self->executor);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (sheaf_thumbnailer_parent_class)->finalize (object);
}

static void
sheaf_thumbnailer_class_init (SheafThumbnailerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_thumbnailer_finalize;
}

static void
sheaf_thumbnailer_init (SheafThumbnailer *self)
{
  g_mutex_init (&self->lock);
  sheaf_thumbnail_queue_init (&self->queue);
  g_queue_init (&self->ended);
  self->requests = g_hash_table_new (g_str_hash, g_str_equal);
  self->all = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) request_free, NULL);
  self->memory = sheaf_thumbnail_memory_new ();
  self->context = g_main_context_ref_thread_default ();
  self->arrivals = g_source_new (&arrivals_funcs, sizeof (GSource));
  g_source_set_callback (self->arrivals, on_arrivals, self, NULL);
  g_source_set_static_name (self->arrivals, "[sheaf] thumbnails");
  g_source_attach (self->arrivals, self->context);
}

static int
count_workers (SheafExecutor *executor)
{
  return (int) MIN (2 * MAX (sheaf_executor_get_n_jobs (executor), 1), MAX_WORKERS);
}

SheafThumbnailer *
sheaf_thumbnailer_new (SheafExecutor *executor)
{
  SheafThumbnailer *self;

  g_return_val_if_fail (SHEAF_IS_EXECUTOR (executor), NULL);

  self = g_object_new (SHEAF_TYPE_THUMBNAILER, NULL);
  self->executor = g_object_ref (executor);
  self->workers = g_thread_pool_new (work, self, count_workers (executor), FALSE, NULL);
  return self;
}

void
sheaf_thumbnailer_set_executor (SheafThumbnailer *self, SheafExecutor *executor)
{
  g_return_if_fail (SHEAF_IS_THUMBNAILER (self));
  g_return_if_fail (SHEAF_IS_EXECUTOR (executor));

  g_mutex_lock (&self->lock);
  g_set_object (&self->executor, executor);
  g_mutex_unlock (&self->lock);
  if (self->workers != NULL)
    g_thread_pool_set_max_threads (self->workers, count_workers (executor), NULL);
}

char *
sheaf_thumbnailer_dup_trouble (SheafThumbnailer *self)
{
  g_autoptr (SheafExecutor) executor = NULL;

  g_return_val_if_fail (SHEAF_IS_THUMBNAILER (self), NULL);

  g_mutex_lock (&self->lock);
  executor = g_object_ref (self->executor);
  g_mutex_unlock (&self->lock);
  return sheaf_executor_dup_trouble (executor);
}

guint
sheaf_thumbnailer_get_n_workers (SheafThumbnailer *self)
{
  g_return_val_if_fail (SHEAF_IS_THUMBNAILER (self), 0);

  return (guint) count_workers (self->executor);
}

static void
load (SheafThumbnailer *self,
      const char *path,
      guint size,
      SheafThumbnailOutput output,
      const char *folder,
      gboolean pixels,
      SheafThumbnailPriority priority,
      SheafPreviewFunc preview,
      GTask *given)
{
  g_autoptr (GTask) task = given;
  g_autofree char *key = NULL;
  Request *request;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (path == NULL || self->workers == NULL
      || (output == SHEAF_THUMBNAIL_OUTPUT_FOLDER && folder == NULL))
    {
      g_task_return_new_error (task, SHEAF_ERROR, SHEAF_ERROR_FILE,
                               _ ("The picture is not a file on this machine."));
      return;
    }

  if (output == SHEAF_THUMBNAIL_OUTPUT_CACHE)
    size = sheaf_cache_flavor_get_size (sheaf_cache_flavor_for_size (size));
  pixels |= output == SHEAF_THUMBNAIL_OUTPUT_NONE;
  key = g_strdup_printf ("%u:%u:%s:%s", size, output, folder != NULL ? folder : "", path);
  request = g_hash_table_lookup (self->requests, key);
  if (request != NULL)
    {
      add_waiter (self, request, g_steal_pointer (&task), priority, pixels)->preview = preview;
      requeue (self, request, TRUE);
      return;
    }

  request = request_new (self, size);
  request->work.path = g_strdup (path);
  request->work.output = output;
  request->work.folder = g_strdup (folder);
  request->key = g_steal_pointer (&key);
  g_hash_table_insert (self->requests, request->key, request);
  add_waiter (self, request, g_steal_pointer (&task), priority, pixels)->preview = preview;
  enqueue (self, request);
}

void
sheaf_thumbnailer_load_async (SheafThumbnailer *self,
                              GFile *file,
                              guint size,
                              SheafThumbnailOutput output,
                              GFile *folder,
                              gboolean pixels,
                              SheafThumbnailPriority priority,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task;

  g_return_if_fail (SHEAF_IS_THUMBNAILER (self));
  g_return_if_fail (G_IS_FILE (file));
  g_return_if_fail (output != SHEAF_THUMBNAIL_OUTPUT_FOLDER || G_IS_FILE (folder));
  g_return_if_fail (priority <= SHEAF_THUMBNAIL_BACKGROUND);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_thumbnailer_load_async);
  load (self, g_file_peek_path (file), size, output,
        output == SHEAF_THUMBNAIL_OUTPUT_FOLDER ? g_file_peek_path (folder) : NULL, pixels,
        priority, NULL, task);
}

void
sheaf_thumbnailer_look_async (SheafThumbnailer *self,
                              GFile *file,
                              guint size,
                              SheafThumbnailPriority priority,
                              SheafPreviewFunc preview,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task;

  g_return_if_fail (SHEAF_IS_THUMBNAILER (self));
  g_return_if_fail (G_IS_FILE (file));
  g_return_if_fail (priority <= SHEAF_THUMBNAIL_BACKGROUND);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_thumbnailer_look_async);
  load (self, g_file_peek_path (file), size, SHEAF_THUMBNAIL_OUTPUT_CACHE, NULL, TRUE, priority,
        preview, task);
}

void
sheaf_thumbnailer_decode_async (SheafThumbnailer *self,
                                int fd,
                                guint size,
                                SheafThumbnailPriority priority,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Request *request;

  g_return_if_fail (SHEAF_IS_THUMBNAILER (self));
  g_return_if_fail (fd >= 0);
  g_return_if_fail (priority <= SHEAF_THUMBNAIL_BACKGROUND);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_thumbnailer_decode_async);
  if (self->workers == NULL || g_cancellable_is_cancelled (cancellable))
    {
      close (fd);
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s", _ ("Cancelled"));
      return;
    }

  request = request_new (self, size);
  request->work.fd = fd;
  request->work.output = SHEAF_THUMBNAIL_OUTPUT_NONE;
  add_waiter (self, request, g_steal_pointer (&task), priority, TRUE);
  enqueue (self, request);
}

SheafThumbnail *
sheaf_thumbnailer_load_finish (SheafThumbnailer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What runs may have found an entry already that is to be dropped. */
static void
detach_running (SheafThumbnailer *self, const char *path)
{
  GHashTableIter iter;
  gpointer request;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->requests);
  while (g_hash_table_iter_next (&iter, NULL, &request))
    if (((Request *) request)->is_running && g_str_equal (((Request *) request)->work.path, path))
      g_hash_table_iter_remove (&iter);
  g_mutex_unlock (&self->lock);
}

void
sheaf_thumbnailer_forget (SheafThumbnailer *self, GFile *file)
{
  Request *request;
  const char *path;

  g_return_if_fail (SHEAF_IS_THUMBNAILER (self));
  g_return_if_fail (G_IS_FILE (file));

  path = g_file_peek_path (file);
  if (path == NULL || self->workers == NULL)
    return;

  sheaf_thumbnail_memory_forget (self->memory, path);
  detach_running (self, path);
  /* Whoever comes first drops the entries: this request, or the next one for the file. */
  request = request_new (self, 0);
  request->work.path = g_strdup (path);
  request->forget = TRUE;
  enqueue (self, request);
}

void
sheaf_thumbnailer_shutdown (SheafThumbnailer *self)
{
  g_autoptr (GPtrArray) requests = NULL;
  GHashTableIter iter;
  gpointer request;

  g_return_if_fail (SHEAF_IS_THUMBNAILER (self));

  if (self->workers == NULL)
    return;

  requests = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, self->all);
  while (g_hash_table_iter_next (&iter, &request, NULL))
    {
      g_ptr_array_add (requests, request);
      g_cancellable_cancel (((Request *) request)->work.cancellable);
    }
  g_thread_pool_free (g_steal_pointer (&self->workers), TRUE, TRUE);

  g_mutex_lock (&self->lock);
  while (sheaf_thumbnail_queue_pop (&self->queue) != NULL)
    continue;
  g_queue_clear (&self->ended);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < requests->len; i++)
    {
      Request *ended = g_ptr_array_index (requests, i);

      if (ended->settle != NULL)
        {
          g_source_destroy (ended->settle);
          g_clear_pointer (&ended->settle, g_source_unref);
        }
      sheaf_thumbnail_request_clear_outcome (&ended->work);
      g_set_error_literal (&ended->work.error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
      end_request (self, ended);
    }
}
