/* download-steps.c: one transfer from its part file to its name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * prepare (worker) → fetch (executor) → finish (worker) → “placing” (archive) → place (worker) →
 * “done” (archive); where author and licence go into the file, finishing goes by way of another
 * executor and begins again.  Each arrow comes back to the pool's context; a stop takes effect
 * there.  From “finish” on the picture is whole and nothing stops it any more. */
#include "config.h"

#include "app/download/download-pool-private.h"

#include "app/download/atomic-file.h"
#include "app/download/content.h"
#include "app/download/worker.h"
#include "app/work/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#define DEFAULT_MAX_BYTES (G_GUINT64_CONSTANT (1) << 30)
#define MIN_RATE          500 /* bytes per second: less is a server that only pretends to send */

/* What a step on its way keeps alive. */
typedef struct
{
  SheafDownloadPool *pool;
  SheafDownload *download;
  SheafDownloadState end; /* where the step is to record it */
} Step;

static Step *
step_new (SheafDownloadPool *pool, SheafDownload *download)
{
  Step *step = g_new0 (Step, 1);

  step->pool = g_object_ref (pool);
  step->download = g_object_ref (download);
  return step;
}

static void
step_free (Step *step)
{
  g_object_unref (step->pool);
  g_object_unref (step->download);
  g_free (step);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Step, step_free)

static void finish (SheafDownloadPool *self, SheafDownload *download);

static void
leave_network (SheafDownloadPool *self, SheafDownload *download)
{
  self->n_fetching--;
  download->host->n_running--;
  sheaf_download_pool_wake (self);
}

static void
leave (SheafDownload *download)
{
  download->active = FALSE;
  g_clear_object (&download->cancellable);
  g_clear_pointer (&download->transfer, sheaf_transfer_free);
}

/* --- how it ended --- */

static gboolean
is_trouble (const GError *error)
{
  SheafError code = sheaf_error_code (error);

  return code == SHEAF_ERROR_DISK_FULL || code == SHEAF_ERROR_PERMISSION
         || code == SHEAF_ERROR_FILE;
}

static gboolean
may_try_again (SheafDownloadPool *self, SheafDownload *download, const GError *error)
{
  SheafError code = sheaf_error_code (error);

  if (code == SHEAF_ERROR_RATE_LIMITED || code == SHEAF_ERROR_OVER_CAPACITY)
    return download->n_brakes < 4 * self->options.retries;
  return (sheaf_error_is_transient (error) || code == SHEAF_ERROR_CRASHED)
         && download->n_tries - download->n_brakes <= self->options.retries;
}

static void
succeed (SheafDownloadPool *self, SheafDownload *download, SheafDownloadState state)
{
  SheafTransfer *transfer = download->transfer;
  g_autoptr (GFile) file = sheaf_folder_get_child (transfer->folder, transfer->path);
  guint64 received = transfer->judged ? transfer->received : transfer->bytes;

  sheaf_download_set_file (download, file);
  sheaf_download_set_error (download, NULL);
  sheaf_download_set_warning (download, transfer->warning);
  sheaf_download_set_progress (download, received, received);
  leave (download);
  sheaf_download_pool_end (self, download, state);
}

static void
on_recorded (const SheafArchiveRow *row, const GError *error, gpointer user_data)
{
  g_autoptr (Step) step = user_data;
  SheafDownload *download = step->download;

  /* A stop that came too late. */
  download->stop = SHEAF_STOP_NONE;
  if (error != NULL && step->end != SHEAF_DOWNLOAD_CANCELLED)
    {
      /* Once the record can be written again, it is found to be there, or tried again. */
      leave (download);
      download->wanted = FALSE;
      sheaf_download_set_state (download, SHEAF_DOWNLOAD_QUEUED);
      sheaf_download_pool_enqueue (step->pool, download);
      sheaf_download_pool_trouble (step->pool, download->look, error);
    }
  else if (step->end == SHEAF_DOWNLOAD_DONE || step->end == SHEAF_DOWNLOAD_SKIPPED)
    succeed (step->pool, download, step->end);
  else
    {
      leave (download);
      sheaf_download_pool_end (step->pool, download, step->end);
    }
}

/* The end of @download, told when the archive knows of it: a program that ends with its last
 * transfer leaves nothing unsaid. */
static Step *
recording (SheafDownloadPool *self, SheafDownload *download, SheafDownloadState end)
{
  Step *step = step_new (self, download);

  step->end = end;
  download->active = TRUE;
  return step;
}

static void
record (SheafDownloadPool *self, SheafDownload *download, SheafDownloadState end)
{
  SheafTransfer *transfer = download->transfer;

  if (self->writer == NULL)
    succeed (self, download, end);
  else
    sheaf_archive_writer_set (self->writer, download->entry, SHEAF_ARCHIVE_DONE, transfer->path,
                              transfer->bytes, NULL, on_recorded, recording (self, download, end));
}

void
sheaf_download_pool_give_up (SheafDownloadPool *self, SheafDownload *download)
{
  sheaf_download_pool_drop (self, download);
  if (self->writer == NULL)
    sheaf_download_pool_end (self, download, SHEAF_DOWNLOAD_CANCELLED);
  else
    sheaf_archive_writer_forget (self->writer, download->entry, on_recorded,
                                 recording (self, download, SHEAF_DOWNLOAD_CANCELLED));
}

static void
fail_for_good (SheafDownloadPool *self, SheafDownload *download, const GError *error)
{
  gboolean hopeless = !sheaf_error_is_transient (error);

  sheaf_download_set_error (download, error);
  /* What may work another day goes on from its part. */
  if (hopeless || self->writer == NULL)
    sheaf_download_pool_drop (self, download);
  if (hopeless && self->writer != NULL)
    sheaf_archive_writer_set (self->writer, download->entry, SHEAF_ARCHIVE_FAILED, NULL, 0, error,
                              on_recorded, recording (self, download, SHEAF_DOWNLOAD_FAILED));
  else
    sheaf_download_pool_end (self, download, SHEAF_DOWNLOAD_FAILED);
}

/* Takes @cause. */
static void
fail (SheafDownloadPool *self, SheafDownload *download, GError *cause)
{
  g_autoptr (GError) error = cause;
  gint64 now = g_get_monotonic_time ();
  SheafError code;

  leave (download);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY))
    {
      /* An earlier try has not let go yet, or somebody else has it: look again what became of it.
       */
      download->wanted = FALSE;
      sheaf_download_set_error (download, error);
      sheaf_download_pool_wait (self, download, now + sheaf_backoff (1, self->options.backoff_ms));
      return;
    }
  sheaf_error_normalize (&error);
  code = sheaf_error_code (error);
  /* libsoup 3.2 does not say when one stream of an HTTP/2 connection was reset; HTTP/1.1 does. */
  download->http1 |= code == SHEAF_ERROR_STALLED;
  if (is_trouble (error))
    {
      sheaf_download_set_state (download, SHEAF_DOWNLOAD_QUEUED);
      sheaf_download_pool_enqueue (self, download);
      sheaf_download_pool_trouble (self, download->look, error);
      return;
    }
  if (code == SHEAF_ERROR_RATE_LIMITED || code == SHEAF_ERROR_OVER_CAPACITY)
    {
      sheaf_host_brake (download->host, now, sheaf_error_get_retry_after (error),
                        self->options.backoff_ms);
      download->n_brakes++;
    }
  if (code == SHEAF_ERROR_CANCELLED)
    {
      /* The executor was shut down: what is wanted stays wanted. */
      sheaf_download_set_error (download, error);
      sheaf_download_pool_end (self, download, SHEAF_DOWNLOAD_CANCELLED);
    }
  else if (!may_try_again (self, download, error))
    fail_for_good (self, download, error);
  else
    {
      gint64 delay = sheaf_backoff (MAX (download->n_tries - download->n_brakes, 1),
                                    self->options.backoff_ms);

      sheaf_download_set_error (download, error);
      sheaf_download_pool_wait (self, download, MAX (now + delay, download->host->brake_until));
    }
}

static gboolean
was_stopped (SheafDownloadPool *self, SheafDownload *download)
{
  SheafDownloadStop stop = download->stop;

  if (stop == SHEAF_STOP_NONE)
    return FALSE;
  download->stop = SHEAF_STOP_NONE;
  leave (download);
  switch (stop)
    {
    case SHEAF_STOP_CANCEL:
      sheaf_download_pool_give_up (self, download);
      break;
    case SHEAF_STOP_HOLD:
      sheaf_download_set_state (download, SHEAF_DOWNLOAD_PAUSED);
      break;
    case SHEAF_STOP_REQUEUE:
    case SHEAF_STOP_NONE:
    default:
      sheaf_download_set_state (download, SHEAF_DOWNLOAD_QUEUED);
      sheaf_download_pool_enqueue (self, download);
    }
  return TRUE;
}

/* --- finishing --- */

static void
do_place (gpointer data)
{
  Step *step = data;

  sheaf_transfer_place (step->download->transfer);
}

static void
leave_finishing (SheafDownloadPool *self)
{
  self->n_finishing--;
  sheaf_download_pool_wake (self);
}

static void
placed (gpointer data)
{
  g_autoptr (Step) step = data;
  SheafTransfer *transfer = step->download->transfer;

  leave_finishing (step->pool);
  if (transfer->step == SHEAF_TRANSFER_HAVE)
    record (step->pool, step->download, SHEAF_DOWNLOAD_DONE);
  else if (transfer->step == SHEAF_TRANSFER_WHOLE)
    finish (step->pool, step->download);
  else
    {
      step->download->wanted = FALSE;
      fail (step->pool, step->download, g_steal_pointer (&transfer->error));
    }
}

static void
on_placing (const SheafArchiveRow *row, const GError *error, gpointer user_data)
{
  Step *step = user_data;

  if (error == NULL)
    {
      sheaf_worker_run (do_place, placed, step);
      return;
    }
  leave_finishing (step->pool);
  fail (step->pool, step->download, g_error_copy (error));
  step_free (step);
}

static void
do_finish (gpointer data)
{
  Step *step = data;

  sheaf_transfer_finish (step->download->transfer);
}

static void finished (gpointer data);

static void
on_embedded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Step *step = user_data;
  SheafTransfer *transfer = step->download->transfer;

  transfer->embedded
      = sheaf_executor_run_finish (SHEAF_EXECUTOR (source), result, &transfer->warning);
  sheaf_worker_run (do_finish, finished, step);
}

static void
embed (Step *step)
{
  g_autoptr (SheafJob) job = g_steal_pointer (&step->download->transfer->job);

  sheaf_executor_run_async (step->pool->options.embedder, job, NULL, NULL, NULL, on_embedded, step);
}

static void
finished (gpointer data)
{
  Step *step = data;
  SheafDownloadPool *self = step->pool;
  SheafDownload *download = step->download;
  SheafTransfer *transfer = download->transfer;

  if (transfer->step == SHEAF_TRANSFER_EMBED)
    embed (step);
  else if (transfer->step == SHEAF_TRANSFER_PLACE && self->writer != NULL)
    sheaf_archive_writer_set (self->writer, download->entry, SHEAF_ARCHIVE_PLACING, transfer->path,
                              transfer->bytes, NULL, on_placing, step);
  else if (transfer->step == SHEAF_TRANSFER_PLACE)
    sheaf_worker_run (do_place, placed, step);
  else
    {
      leave_finishing (self);
      if (transfer->step == SHEAF_TRANSFER_HAVE)
        record (self, download, SHEAF_DOWNLOAD_DONE);
      else
        fail (self, download, g_steal_pointer (&transfer->error));
      step_free (step);
    }
}

static void
finish (SheafDownloadPool *self, SheafDownload *download)
{
  self->n_finishing++;
  g_clear_object (&download->cancellable);
  sheaf_worker_run (do_finish, finished, step_new (self, download));
}

/* --- fetching --- */

static void
on_progress (guint64 done, guint64 total, gpointer user_data)
{
  Step *step = user_data;

  sheaf_download_set_progress (step->download, done,
                               total > 0 ? total : step->download->entry->bytes);
}

static void
on_fetched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Step) step = user_data;
  SheafDownloadPool *self = step->pool;
  SheafDownload *download = step->download;
  SheafTransfer *transfer = download->transfer;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply
      = sheaf_executor_run_finish (SHEAF_EXECUTOR (source), result, &error);

  leave_network (self, download);
  if (reply == NULL)
    {
      if (!was_stopped (self, download))
        fail (self, download, g_steal_pointer (&error));
      return;
    }
  /* A stop that came too late: it is whole. */
  download->stop = SHEAF_STOP_NONE;
  sheaf_host_praise (download->host);
  g_variant_lookup (reply->values, "type", "s", &transfer->type);
  g_variant_lookup (reply->values, "length-known", "b", &transfer->length_known);
  finish (self, download);
}

static guint64
rate_of_one (SheafDownloadPool *self)
{
  if (self->options.rate_limit == 0)
    return 0;
  return MAX (self->options.rate_limit / sheaf_download_pool_get_at_once (self), 1);
}

static GVariant *
fetch_params (SheafDownloadPool *self, SheafDownload *download)
{
  SheafDownloadOptions *options = &self->options;
  SheafTransfer *transfer = download->transfer;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  guint64 rate = rate_of_one (self);

  g_variant_dict_insert (&dict, "url", "s", download->entry->url);
  g_variant_dict_insert (&dict, "keep-validator", "s", SHEAF_PART_VALIDATOR);
  g_variant_dict_insert (&dict, "allow-private", "b", options->allow_private);
  g_variant_dict_insert (&dict, "max-bytes", "t",
                         options->max_bytes > 0 ? options->max_bytes : DEFAULT_MAX_BYTES);
  if (options->connect_timeout > 0)
    g_variant_dict_insert (&dict, "connect-timeout", "u", options->connect_timeout * 1000);
  if (options->read_timeout > 0)
    g_variant_dict_insert (&dict, "read-timeout", "u", options->read_timeout * 1000);
  g_variant_dict_insert (&dict, "min-rate", "u",
                         rate > 0 ? (guint32) MIN (rate / 4, MIN_RATE) : MIN_RATE);
  if (rate > 0)
    g_variant_dict_insert (&dict, "rate-limit", "t", rate);
  if (download->http1)
    g_variant_dict_insert (&dict, "http1", "b", TRUE);
  if (transfer->offset > 0)
    {
      g_variant_dict_insert (&dict, "offset", "t", transfer->offset);
      g_variant_dict_insert (&dict, "validator", "s", transfer->validator);
    }
  /* Imgur says the length of the animation where a link gives a preview: that has its own check. */
  if (download->entry->bytes > 0 && g_strcmp0 (download->entry->type, "image/gif") != 0)
    {
      g_variant_dict_insert (&dict, "expect-bytes", "t", download->entry->bytes);
      g_variant_dict_insert_value (&dict, "stand-ins", sheaf_content_get_stand_ins ());
    }
  return g_variant_dict_end (&dict);
}

static void
fetch (SheafDownloadPool *self, SheafDownload *download)
{
  g_autoptr (SheafJob) job = NULL;
  int fd = fcntl (download->transfer->fd, F_DUPFD_CLOEXEC, 3);

  if (fd < 0 || download->entry->url == NULL)
    {
      GError *error = NULL;

      if (fd < 0)
        sheaf_file_fail (&error, errno, download->transfer->part);
      else
        {
          close (fd);
          sheaf_fail (&error, SHEAF_ERROR_USAGE, _ ("This picture has no address."));
        }
      leave_network (self, download);
      fail (self, download, error);
      return;
    }
  /* Got before, but not there any more: wanted again, also after a crash. */
  if (self->writer != NULL && download->row.state == SHEAF_ARCHIVE_DONE)
    {
      sheaf_archive_writer_set (self->writer, download->entry, SHEAF_ARCHIVE_WANTED, NULL, 0, NULL,
                                NULL, NULL);
      download->row.state = SHEAF_ARCHIVE_WANTED;
    }
  job = sheaf_job_new ("fetch", fetch_params (self, download), fd, 0);
  download->n_tries++;
  download->cancellable = g_cancellable_new ();
  {
    Step *step = step_new (self, download);

    sheaf_executor_run_async (self->executor, job, on_progress, step, download->cancellable,
                              on_fetched, step);
  }
}

/* --- preparing --- */

static void
do_prepare (gpointer data)
{
  Step *step = data;

  sheaf_transfer_prepare (step->download->transfer);
}

static void
prepared (gpointer data)
{
  g_autoptr (Step) step = data;
  SheafDownloadPool *self = step->pool;
  SheafDownload *download = step->download;
  SheafTransfer *transfer = download->transfer;

  if (self->paused && download->stop == SHEAF_STOP_NONE)
    download->stop = SHEAF_STOP_REQUEUE;
  if (transfer->step == SHEAF_TRANSFER_FETCH && download->stop == SHEAF_STOP_NONE)
    {
      fetch (self, download);
      return;
    }
  leave_network (self, download);
  if (transfer->step == SHEAF_TRANSFER_HAVE)
    {
      download->stop = SHEAF_STOP_NONE;
      if (transfer->row.state == SHEAF_ARCHIVE_DONE)
        succeed (self, download, SHEAF_DOWNLOAD_SKIPPED);
      else
        record (self, download, SHEAF_DOWNLOAD_SKIPPED);
    }
  else if (was_stopped (self, download))
    return;
  else if (transfer->step == SHEAF_TRANSFER_WHOLE)
    finish (self, download);
  else
    fail (self, download, g_steal_pointer (&transfer->error));
}

void
sheaf_download_pool_step (SheafDownloadPool *self, SheafDownload *download)
{
  SheafTransfer *transfer = sheaf_transfer_new (self->folder, download->entry);

  transfer->name_template = g_strdup (self->options.name_template);
  transfer->any_type = self->options.any_type;
  transfer->embed = self->options.embedder != NULL;
  transfer->use_archive = self->options.use_archive;
  g_set_object (&transfer->archive, self->archive);
  transfer->row = download->row;
  transfer->row.name = g_strdup (download->row.name);
  download->transfer = transfer;
  download->active = TRUE;
  download->next_try = 0;
  download->look = self->n_looks;
  sheaf_download_set_state (download, SHEAF_DOWNLOAD_RUNNING);
  sheaf_worker_run (do_prepare, prepared, step_new (self, download));
}

/* --- giving up --- */

static void
do_discard (gpointer data)
{
  sheaf_transfer_discard (data);
}

static void
discarded (gpointer data)
{
  sheaf_transfer_free (data);
}

void
sheaf_download_pool_discard (SheafDownloadPool *self, SheafEntry *entry)
{
  sheaf_worker_run (do_discard, discarded, sheaf_transfer_new (self->folder, entry));
}

void
sheaf_download_pool_drop (SheafDownloadPool *self, SheafDownload *download)
{
  if (self->folder != NULL)
    {
      sheaf_download_pool_discard (self, download->entry);
      return;
    }
  /* What an earlier run left of it must go, too. */
  g_ptr_array_add (self->leftovers, sheaf_entry_ref (download->entry));
  if (!self->opening)
    sheaf_download_pool_open_folder (self, FALSE);
}
