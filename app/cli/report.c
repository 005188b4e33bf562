/* report.c: one or several batches, told line by line and summed up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/report.h"

#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "app/work/error.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include <signal.h>
#include <unistd.h>

struct _SheafReport
{
  SheafEngine *engine;
  SheafProgress *progress;
  GMainLoop *loop;
  SheafBatch *batch; /* (nullable): the one that runs */
  gboolean json;
  gboolean thumbnails;
  guint signals[2];

  guint done;
  guint skipped;
  guint failed;
  guint64 bytes;
  gint64 began;

  char *trouble; /* (nullable): said, and not over */
  gboolean interrupted;
  GError *error;        /* (nullable): the first that was about more than one picture */
  int exit_of_failures; /* the status all failures agree on, 0 for none yet, 1 for several */
};

/* The second time, a person means it. */
static gboolean
on_signal (gpointer data)
{
  SheafReport *self = data;

  if (self->interrupted)
    _exit (SHEAF_EXIT_INTERRUPTED);
  self->interrupted = TRUE;
  if (self->batch != NULL)
    sheaf_batch_cancel (self->batch);
  return G_SOURCE_CONTINUE;
}

SheafReport *
sheaf_report_new (SheafEngine *engine, gboolean json, gboolean thumbnails)
{
  SheafReport *self = g_new0 (SheafReport, 1);

  self->engine = g_object_ref (engine);
  self->progress = sheaf_progress_new (FALSE);
  sheaf_progress_set_json (self->progress, json);
  self->loop = g_main_loop_new (NULL, FALSE);
  self->json = json;
  self->thumbnails = thumbnails;
  self->began = g_get_monotonic_time ();
  self->signals[0] = g_unix_signal_add (SIGINT, on_signal, self);
  self->signals[1] = g_unix_signal_add (SIGTERM, on_signal, self);
  return self;
}

static guint64
get_bytes (SheafItem *item)
{
  GFile *file = sheaf_item_get_file (item);
  guint64 bytes = MAX (sheaf_item_get_received (item), sheaf_item_get_total (item));
  GStatBuf info;

  if (bytes == 0 && file != NULL && g_file_peek_path (file) != NULL
      && g_stat (g_file_peek_path (file), &info) == 0)
    bytes = (guint64) info.st_size;
  return bytes;
}

static void
set_path (JsonObject *object, const char *name, GFile *file)
{
  g_autofree char *path = NULL;

  /* A name that is not UTF-8 cannot stand in JSON as it is. */
  if (file != NULL && g_file_peek_path (file) != NULL)
    path = g_filename_to_utf8 (g_file_peek_path (file), -1, NULL, NULL, NULL);
  if (file != NULL && path == NULL)
    path = g_file_get_uri (file);
  if (path != NULL)
    json_object_set_string_member (object, name, path);
  else
    json_object_set_null_member (object, name);
}

static void
set_error (JsonObject *object, const GError *error)
{
  JsonObject *told;

  if (error == NULL)
    {
      json_object_set_null_member (object, "error");
      return;
    }
  told = json_object_new ();
  json_object_set_string_member (told, "kind", sheaf_error_kind (error));
  json_object_set_string_member (told, "message", error->message);
  json_object_set_object_member (object, "error", told);
}

static void
print_json (SheafItem *item, const char *state, const GError *error)
{
  const SheafEntry *entry = sheaf_item_get_entry (item);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", entry->id);
  json_object_set_string_member (object, "url", entry->url);
  set_path (object, "path", sheaf_item_get_file (item));
  json_object_set_int_member (object, "bytes", (gint64) get_bytes (item));
  json_object_set_string_member (object, "state", state);
  set_error (object, error);
  set_path (object, "thumbnail", sheaf_item_get_thumbnail_file (item));
  json_object_set_int_member (object, "ms", sheaf_item_get_elapsed_ms (item));
  sheaf_output_json (object);
}

static void
print_plain (SheafReport *self, SheafItem *item, const GError *error)
{
  GFile *file
      = self->thumbnails ? sheaf_item_get_thumbnail_file (item) : sheaf_item_get_file (item);

  if (error == NULL && file != NULL)
    sheaf_output_line (g_file_peek_path (file));
}

static void
count_failure (SheafReport *self, const GError *error)
{
  int status = sheaf_error_exit_code (error);

  self->failed++;
  if (self->exit_of_failures == 0)
    self->exit_of_failures = status;
  else if (self->exit_of_failures != status)
    self->exit_of_failures = SHEAF_EXIT_SOME_FAILED;
}

/* Where a helper cannot even be started, and never could, the other pictures will do no better. */
static gboolean
is_hopeless (SheafReport *self, const GError *error)
{
  return error != NULL && self->done == 0 && sheaf_error_code (error) == SHEAF_ERROR_NO_HELPER;
}

static void
on_item_ended (SheafBatch *batch, SheafItem *item, SheafReport *self)
{
  g_autoptr (GError) cancelled = NULL;
  const GError *error = sheaf_item_get_error (item);
  const char *state = "failed";

  if (sheaf_item_get_state (item) == SHEAF_ITEM_READY)
    {
      state = sheaf_item_get_skipped (item) ? "skipped" : "done";
      if (sheaf_item_get_skipped (item))
        self->skipped++;
      else
        self->done++;
    }
  else
    {
      if (error == NULL)
        error = cancelled
            = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_CANCELLED, _ ("Cancelled"));
      count_failure (self, error);
    }

  if (self->thumbnails)
    self->bytes += sheaf_item_get_received (item);
  sheaf_progress_hide (self->progress);
  if (self->json)
    print_json (item, state, error);
  else
    print_plain (self, item, error);
  if (is_hopeless (self, error))
    {
      sheaf_report_fail (self, error);
      sheaf_batch_cancel (batch);
    }
  else if (error != NULL && cancelled == NULL)
    {
      g_autofree char *message
          = g_strdup_printf ("%s: %s", sheaf_item_get_title (item), error->message);

      sheaf_progress_message (self->progress, message);
    }
  if (!sheaf_output_is_well ())
    sheaf_batch_cancel (batch);
}

/* Once when it begins, and once when it is over. */
static void
say_trouble (SheafReport *self, SheafBatch *batch)
{
  /* Why it paused by itself has been said as a notice. */
  g_autofree char *trouble
      = sheaf_batch_get_paused (batch) ? NULL : sheaf_batch_dup_trouble (batch);
  g_autofree char *message = NULL;

  if (g_strcmp0 (trouble, self->trouble) == 0)
    return;
  if (trouble != NULL)
    message = g_strdup_printf ("sheaf-cli: %s", trouble);
  else if (sheaf_batch_get_running (batch))
    message = g_strdup_printf ("sheaf-cli: %s", _ ("The work goes on."));
  if (message != NULL)
    sheaf_progress_message (self->progress, message);
  g_free (self->trouble);
  self->trouble = g_steal_pointer (&trouble);
}

static void
on_sums_changed (SheafBatch *batch, SheafReport *self)
{
  SheafBatchSums sums;

  say_trouble (self, batch);
  sheaf_batch_get_sums (batch, &sums);
  sheaf_progress_update (self->progress, &sums);
}

static void
on_notice (SheafBatch *batch, const GError *error, SheafReport *self)
{
  const GError *reason = sheaf_batch_get_error (batch);

  /* What ends it is said once, at the end. */
  if (reason != NULL && g_strcmp0 (reason->message, error->message) == 0)
    return;
  sheaf_progress_notice (self->progress, error);

  /* With nobody there to make room, a full disk is the end. */
  if (sheaf_batch_get_paused (batch))
    {
      sheaf_report_fail (self, error);
      sheaf_batch_cancel (batch);
    }
}

static void
on_ended (SheafBatch *batch, SheafReport *self)
{
  g_main_loop_quit (self->loop);
}

void
sheaf_report_run (SheafReport *self, SheafBatch *batch)
{
  SheafBatchSums sums;

  self->batch = batch;
  g_signal_connect (batch, "item-ended", G_CALLBACK (on_item_ended), self);
  g_signal_connect (batch, "sums-changed", G_CALLBACK (on_sums_changed), self);
  g_signal_connect (batch, "notice", G_CALLBACK (on_notice), self);
  g_signal_connect (batch, "ended", G_CALLBACK (on_ended), self);
  if (sheaf_batch_get_running (batch))
    g_main_loop_run (self->loop);
  g_signal_handlers_disconnect_by_data (batch, self);
  self->batch = NULL;

  sheaf_batch_get_sums (batch, &sums);
  self->bytes += sums.bytes;
  if (sheaf_batch_get_error (batch) != NULL)
    sheaf_report_fail (self, sheaf_batch_get_error (batch));
}

void
sheaf_report_fail (SheafReport *self, const GError *error)
{
  g_autofree char *message = g_strdup_printf ("sheaf-cli: %s", error->message);

  if (self->error != NULL && g_strcmp0 (self->error->message, error->message) == 0)
    return;
  sheaf_progress_message (self->progress, message);
  if (self->error == NULL)
    self->error = g_error_copy (error);
}

void
sheaf_report_say (SheafReport *self, const char *text)
{
  g_autofree char *message = g_strdup_printf ("sheaf-cli: %s", text);

  sheaf_progress_message (self->progress, message);
}

gboolean
sheaf_report_is_stopped (SheafReport *self)
{
  return self->interrupted || !sheaf_output_is_well ();
}

guint
sheaf_report_get_n_ended (SheafReport *self)
{
  return self->done + self->skipped + self->failed;
}

static const char *
get_executor (SheafReport *self)
{
  SheafSettings *settings = sheaf_engine_get_settings (self->engine);

  return self->thumbnails ? sheaf_settings_get_thumbnail_executor (settings)
                          : sheaf_settings_get_executor (settings);
}

static void
print_json_summary (SheafReport *self, double seconds)
{
  JsonObject *object = json_object_new ();
  JsonObject *summary = json_object_new ();

  json_object_set_int_member (summary, "done", self->done);
  json_object_set_int_member (summary, "skipped", self->skipped);
  json_object_set_int_member (summary, "failed", self->failed);
  json_object_set_int_member (summary, "bytes", (gint64) self->bytes);
  json_object_set_double_member (summary, "seconds", seconds);
  json_object_set_string_member (summary, "executor", get_executor (self));
  json_object_set_int_member (summary, "jobs",
                              sheaf_engine_get_n_jobs (self->engine, self->thumbnails));
  json_object_set_object_member (object, "summary", summary);
  sheaf_output_json (object);
}

static void
print_plain_summary (SheafReport *self, double seconds)
{
  g_autofree char *bytes = g_format_size (self->bytes);
  g_autofree char *message = NULL;

  /* Translators: the summary of a run: numbers of pictures, bytes ("1.2 MB"), seconds */
  message = g_strdup_printf (_ ("%u done, %u skipped, %u failed; %s in %.1f s"), self->done,
                             self->skipped, self->failed, bytes, seconds);
  sheaf_progress_message (self->progress, message);
}

static int
get_status (SheafReport *self)
{
  if (self->interrupted)
    return SHEAF_EXIT_INTERRUPTED;
  if (self->error != NULL)
    return sheaf_error_exit_code (self->error);
  if (self->failed == 0)
    return SHEAF_EXIT_OK;
  /* Where nothing worked, and all for one reason, that is the reason of the whole. */
  return self->done + self->skipped == 0 ? self->exit_of_failures : SHEAF_EXIT_SOME_FAILED;
}

double
sheaf_report_get_seconds (SheafReport *self)
{
  return (double) (g_get_monotonic_time () - self->began) / G_USEC_PER_SEC;
}

int
sheaf_report_end (SheafReport *self)
{
  double seconds = sheaf_report_get_seconds (self);
  int status = get_status (self);

  if (self->json)
    print_json_summary (self, seconds);
  g_clear_pointer (&self->progress, sheaf_progress_free);
  self->progress = sheaf_progress_new (TRUE);
  if (!self->json && (self->error == NULL || sheaf_report_get_n_ended (self) > 0))
    print_plain_summary (self, seconds);

  for (guint i = 0; i < G_N_ELEMENTS (self->signals); i++)
    g_source_remove (self->signals[i]);
  sheaf_progress_free (self->progress);
  g_main_loop_unref (self->loop);
  g_clear_error (&self->error);
  g_free (self->trouble);
  g_object_unref (self->engine);
  g_free (self);
  return status;
}
