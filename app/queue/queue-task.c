/* queue-task.c: one job that a worker holds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nothing is published before the broker has agreed that this worker still holds the job: bytes go
 * under a key or file name of this worker's own, and finish.lua makes them the job's. */
#include "config.h"

#include "app/queue/queue-task.h"

#include "app/queue/queue-machine.h"
#include "app/work/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INLINE_BYTES      (64 * 1024)
#define MAX_KEY_BYTES     (64 * 1024 * 1024)
#define CHUNK_BYTES       (1024 * 1024)
#define KEY_SECONDS       "3600"
#define PROGRESS_INTERVAL (G_TIME_SPAN_SECOND / 2)

typedef enum
{
  BEGINNING,
  RUNNING,
  ENDING,
  OVER
} Step;

struct _SheafQueueTask
{
  SheafQueueTaskHost *host; /* borrowed */
  char *entry;
  char *batch;
  char *id;
  char *payload;
  guint try;

  Step step;
  SheafQueueFate fate;
  GCancellable *cancellable;
  SheafQueueJob *job; /* (nullable): once it runs */
  char *relative;     /* (nullable): its file below the root, where that is shared */
  int file;           /* what it makes, or -1 */
  gint64 last_progress;

  /* How it ended */
  const char *state; /* "done", "failed", "cancelled" or "retry" */
  char *result;      /* (nullable) */
  GBytes *body;      /* (nullable): goes along with the end */
  int upload;        /* goes to the broker before the end, or -1 */
  guint64 delay_ms;  /* for "retry" */
  guint n_told;      /* how often the end was sent */
};

SheafQueueTask *
sheaf_queue_task_new (SheafQueueTaskHost *host,
                      const char *entry,
                      const char *batch,
                      const char *id,
                      guint try,
                      const char *payload)
{
  SheafQueueTask *self = g_rc_box_new0 (SheafQueueTask);

  self->host = host;
  self->entry = g_strdup (entry);
  self->batch = g_strdup (batch);
  self->id = g_strdup (id);
  self->payload = g_strdup (payload);
  self->try = try;
  self->cancellable = g_cancellable_new ();
  self->file = self->upload = -1;
  return self;
}

SheafQueueTask *
sheaf_queue_task_ref (SheafQueueTask *self)
{
  return g_rc_box_acquire (self);
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static void
task_clear (gpointer data)
{
  SheafQueueTask *self = data;

  g_free (self->entry);
  g_free (self->batch);
  g_free (self->id);
  g_free (self->payload);
  g_free (self->relative);
  g_free (self->result);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->job, sheaf_queue_job_free);
  g_object_unref (self->cancellable);
  close_fd (&self->file);
  close_fd (&self->upload);
}

void
sheaf_queue_task_unref (SheafQueueTask *self)
{
  g_rc_box_release_full (self, task_clear);
}

const char *
sheaf_queue_task_get_entry (SheafQueueTask *self)
{
  return self->entry;
}

const char *
sheaf_queue_task_get_batch (SheafQueueTask *self)
{
  return self->batch;
}

const char *
sheaf_queue_task_get_id (SheafQueueTask *self)
{
  return self->id;
}

gboolean
sheaf_queue_task_get_running (SheafQueueTask *self)
{
  return self->step == RUNNING;
}

static void
discard_files (SheafQueueTask *self)
{
  close_fd (&self->file);
  close_fd (&self->upload);
  sheaf_queue_root_discard (self->host->root, self->id, self->host->worker);
}

static void
be_over (SheafQueueTask *self)
{
  g_autoptr (SheafQueueTask) alive G_GNUC_UNUSED = sheaf_queue_task_ref (self);

  if (self->step == OVER)
    return;
  self->step = OVER;
  self->host->ended (self, self->host->user_data);
}

/* What to do with an error of the broker's: a lost connection comes back, anything else is final
 * and leaves the job to whoever takes it over. */
static void
handle_broker_error (SheafQueueTask *self, const GError *error)
{
  if (!sheaf_redis_get_connected (self->host->commands))
    return;
  g_message ("%s", error->message);
  discard_files (self);
  be_over (self);
}

static void
on_ended (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (SheafQueueTask) self = user_data;

  if (self->step != ENDING)
    return;
  if (error != NULL)
    {
      handle_broker_error (self, error);
      return;
    }
  /* Lost: the work was in vain.  But if the end was sent twice the first may have been heard, and
   * the other side may be fetching the file; leftovers are cleared some day. */
  if (self->n_told == 1 && g_strcmp0 (reply->str, "ok") != 0)
    discard_files (self);
  be_over (self);
}

/* Bytes too many for the end itself go ahead, under a key of this worker's. */
static void
send_upload (SheafQueueTask *self)
{
  g_autofree char *key = g_strdup_printf ("{sheaf}:t:%s:%s", self->id, self->host->worker);
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);
  off_t offset = 0;
  gssize n;

  sheaf_redis_command (self->host->commands, NULL, NULL, "DEL", key, NULL);
  while ((n = pread (self->upload, chunk, CHUNK_BYTES, offset)) > 0)
    {
      const char *words[] = { "APPEND", key, chunk };
      gsize lengths[] = { strlen ("APPEND"), strlen (key), n };

      sheaf_redis_send (self->host->commands, 3, words, lengths, 0, NULL, NULL);
      offset += n;
    }
  sheaf_redis_command (self->host->commands, NULL, NULL, "EXPIRE", key, KEY_SECONDS, NULL);
}

static void
send_end (SheafQueueTask *self)
{
  g_autoptr (GPtrArray) args = sheaf_queue_args_new ();
  gboolean retry = g_str_equal (self->state, "retry");

  self->n_told++;
  sheaf_queue_args_add (args, self->host->worker);
  sheaf_queue_args_add (args, self->entry);
  sheaf_queue_args_add (args, self->batch);
  sheaf_queue_args_add (args, self->id);
  if (retry)
    sheaf_queue_args_add_int (args, self->delay_ms);
  else
    {
      if (self->upload >= 0)
        send_upload (self);
      sheaf_queue_args_add (args, self->state);
      sheaf_queue_args_add (args, self->result != NULL ? self->result : "");
      if (self->body != NULL)
        g_ptr_array_add (args, g_bytes_ref (self->body));
      else
        sheaf_queue_args_add (args, self->upload >= 0 ? "r" : "");
    }
  sheaf_queue_script (self->host->commands, retry ? "retry" : "finish", args, on_ended,
                      sheaf_queue_task_ref (self));
}

static void
end (SheafQueueTask *self, const char *state)
{
  self->step = ENDING;
  self->state = state;
  sheaf_queue_task_tell (self);
}

static void
end_with_error (SheafQueueTask *self, const GError *error)
{
  discard_files (self);
  if (self->job != NULL && self->try < self->job->retries && sheaf_error_is_transient (error))
    {
      gint64 asked = sheaf_error_get_retry_after (error) * 1000;

      self->delay_ms = (guint64) self->host->options.retry_ms << (2 * MIN (self->try, 8));
      self->delay_ms = MAX (self->delay_ms, (guint64) MAX (asked, 0));
      end (self, "retry");
      return;
    }
  self->result = sheaf_queue_error_to_json (error);
  end (self, "failed");
}

static GBytes *
read_inline (int fd, gsize length, GError **error)
{
  g_autofree char *data = g_malloc (length + 1);
  gsize done = 1;

  data[0] = 'b'; /* what finish.lua tells bodies by */
  while (done <= length)
    {
      gssize n = pread (fd, data + done, length + 1 - done, done - 1);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          sheaf_fail (error, SHEAF_ERROR_FILE, _ ("What a worker made cannot be read"));
          return NULL;
        }
      done += n;
    }
  return g_bytes_new_take (g_steal_pointer (&data), length + 1);
}

/* Small things go with the end, others by the folder both sides see, or else through the broker. */
static gboolean
prepare_body (SheafQueueTask *self, SheafQueueResult *result, int source, GError **error)
{
  struct stat st;

  if (source < 0)
    return TRUE;
  if (fstat (source, &st) < 0)
    return sheaf_fail (error, SHEAF_ERROR_FILE, _ ("What a worker made cannot be read"));
  result->bytes = st.st_size;
  if (result->bytes <= INLINE_BYTES)
    {
      result->body = SHEAF_QUEUE_BODY_KEY;
      self->body = read_inline (source, result->bytes, error);
      discard_files (self);
      return self->body != NULL;
    }
  if (self->relative != NULL)
    {
      result->body = SHEAF_QUEUE_BODY_FILE;
      result->relative = g_strdup (self->relative);
      if (self->file < 0)
        {
          self->file
              = sheaf_queue_root_create (self->host->root, self->id, self->host->worker, error);
          if (self->file < 0 || !sheaf_queue_copy (source, self->file, result->bytes, error))
            return FALSE;
        }
      result->name
          = sheaf_queue_root_publish (self->host->root, self->id, self->host->worker, error);
      return result->name != NULL;
    }
  if (result->bytes > MAX_KEY_BYTES)
    return sheaf_fail (error, SHEAF_ERROR_TOO_LARGE,
                       _ ("Files of this size need a folder that the worker shares"));
  result->body = SHEAF_QUEUE_BODY_KEY;
  self->upload = fcntl (source, F_DUPFD_CLOEXEC, 3);
  sheaf_queue_root_discard (self->host->root, self->id, self->host->worker);
  return TRUE;
}

static void
on_ran (GObject *object, GAsyncResult *async_result, gpointer user_data)
{
  g_autoptr (SheafQueueTask) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafQueueResult) result = NULL;
  g_autoptr (SheafReply) reply = NULL;

  reply = sheaf_executor_run_finish (SHEAF_EXECUTOR (object), async_result, &error);
  if (self->fate == SHEAF_QUEUE_LOST || self->fate == SHEAF_QUEUE_RELEASED)
    {
      discard_files (self);
      be_over (self);
      return;
    }
  if (self->fate == SHEAF_QUEUE_CANCELLED)
    {
      discard_files (self);
      end (self, "cancelled");
      return;
    }
  if (reply != NULL)
    {
      result = sheaf_queue_result_new (reply->values);
      if (prepare_body (self, result, self->job->writes ? self->file : reply->fd, &error))
        {
          self->result = sheaf_queue_result_to_json (result);
          end (self, "done");
          return;
        }
    }
  end_with_error (self, error);
}

static void
on_progress (guint64 done, guint64 total, gpointer user_data)
{
  SheafQueueTask *self = user_data;
  gint64 now = g_get_monotonic_time ();
  char done_text[32], total_text[32];

  if (now - self->last_progress < PROGRESS_INTERVAL
      || !sheaf_redis_get_connected (self->host->commands))
    return;
  self->last_progress = now;
  g_snprintf (done_text, sizeof done_text, "%" G_GUINT64_FORMAT, done);
  g_snprintf (total_text, sizeof total_text, "%" G_GUINT64_FORMAT, total);
  sheaf_queue_script_strings (self->host->commands, "progress", NULL, NULL, self->batch, self->id,
                              done_text, total_text, NULL);
}

/* The file a job writes: its own, with what had come before where that can be seen. */
static GVariant *
prepare_output (SheafQueueTask *self, int shared, GError **error)
{
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (self->job->params);
  guint64 offset = 0;

  self->file = sheaf_queue_root_create (self->host->root, self->id, self->host->worker, error);
  if (self->file < 0)
    return NULL;
  g_variant_dict_lookup (&params, "offset", "t", &offset);
  if (offset > 0 && (shared < 0 || !sheaf_queue_copy (shared, self->file, offset, NULL)))
    {
      g_variant_dict_remove (&params, "offset");
      g_variant_dict_remove (&params, "validator");
    }
  return g_variant_dict_end (&params);
}

/* Nothing that this worker can do: whoever asked does it. */
static void
end_elsewhere (SheafQueueTask *self)
{
  g_autoptr (SheafQueueResult) result = sheaf_queue_result_new (g_variant_new ("a{sv}", NULL));

  result->elsewhere = TRUE;
  self->result = sheaf_queue_result_to_json (result);
  end (self, "done");
}

static void
run (SheafQueueTask *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafJob) job = NULL;
  GVariant *params = NULL;
  SheafExecutor *executor;
  guint deadline = self->host->options.deadline_ms;
  int fd = -1;

  self->step = RUNNING;
  self->job = sheaf_queue_job_from_json (self->payload, &error);
  if (self->job != NULL && self->job->machine != NULL
      && g_strcmp0 (self->job->machine, sheaf_queue_machine_get_name ()) != 0)
    {
      end_elsewhere (self);
      return;
    }
  executor = self->job != NULL ? self->host->pick (self->job->verb, self->host->pick_data, &error)
                               : NULL;
  if (executor != NULL && self->job->wants_file)
    fd = sheaf_queue_root_find (self->host->root, self->job, &self->relative, &error);
  if (error == NULL && self->job->wants_file && !self->job->writes && fd < 0)
    {
      end_elsewhere (self);
      return;
    }
  if (error == NULL && self->job->writes)
    {
      params = prepare_output (self, fd, &error);
      close_fd (&fd);
      if (params != NULL)
        fd = fcntl (self->file, F_DUPFD_CLOEXEC, 3);
    }
  if (error != NULL)
    {
      close_fd (&fd);
      end_with_error (self, error);
      return;
    }

  if (self->job->timeout_ms > 0)
    deadline = MIN (deadline, self->job->timeout_ms);
  job = sheaf_job_new (self->job->verb, params != NULL ? params : self->job->params, fd, deadline);
  sheaf_executor_run_async (executor, job, on_progress, self, self->cancellable, on_ran,
                            sheaf_queue_task_ref (self));
}

static void
on_begun (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (SheafQueueTask) self = user_data;

  if (self->step != BEGINNING)
    return;
  if (error != NULL)
    handle_broker_error (self, error);
  else if (g_strcmp0 (reply->str, "run") != 0 || self->fate != SHEAF_QUEUE_HELD)
    be_over (self);
  else
    run (self);
}

void
sheaf_queue_task_tell (SheafQueueTask *self)
{
  if (!sheaf_redis_get_connected (self->host->commands))
    return;
  if (self->step == BEGINNING)
    sheaf_queue_script_strings (self->host->commands, "begin", on_begun,
                                sheaf_queue_task_ref (self), self->host->worker, self->entry,
                                self->batch, self->id, NULL);
  else if (self->step == ENDING)
    send_end (self);
}

void
sheaf_queue_task_stop (SheafQueueTask *self, SheafQueueFate fate)
{
  g_autoptr (SheafQueueTask) alive G_GNUC_UNUSED = sheaf_queue_task_ref (self);

  if (self->fate != SHEAF_QUEUE_HELD || self->step == OVER)
    return;
  self->fate = fate;
  if (self->step == RUNNING)
    g_cancellable_cancel (self->cancellable);
  else if (self->step == BEGINNING && fate == SHEAF_QUEUE_CANCELLED)
    self->fate = SHEAF_QUEUE_HELD; /* begin.lua will say so */
}
