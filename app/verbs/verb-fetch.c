/* verb-fetch.c: the verb `fetch`: one http(s) address into one open file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One request is a small state machine on one main context: connect, wait for the answer, read 64
 * KiB, write them where they belong, read again.  One timer watches over all of it.  Whoever wants
 * to end it early (a time limit, the caller, a full disk) notes why and cancels; the operation that
 * is under way then comes back, and only there the request ends.  But libsoup 3.2 loses a request
 * now and then when a server dies under it: what has not come back soon is answered without it, and
 * its session used no more.  The blocking form runs the same machine on a context of its own. */
#include "config.h"

#include "app/verbs/verb-fetch.h"

#include "app/verbs/body-end.h"
#include "app/verbs/body-file.h"
#include "app/verbs/fetch-clock.h"
#include "app/verbs/fetch-reply.h"
#include "app/verbs/fetch-request.h"
#include "app/verbs/http-errors.h"
#include "app/verbs/http-lanes.h"
#include "app/verbs/url-rules.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define CHUNK             (64 * 1024)
#define MAX_ERROR_BODY    (64 * 1024)
#define PROGRESS_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)
#define CANCEL_GRACE      (2 * G_TIME_SPAN_SECOND) /* then what was cancelled is lost */
#define WATCH_INTERVAL    (1 * G_TIME_SPAN_SECOND)
#define MAX_RESTARTS      8 /* of one request by libsoup itself */

typedef struct
{
  GTask *task;   /* (nullable): answered already, and only waited for */
  SheafJob *job; /* keeps the descriptor open */
  SheafFetchRequest *request;
  SheafProgressFunc progress;
  gpointer progress_data;

  /* Of the current message; replaced when a redirect is followed */
  GUri *uri;
  SheafHttpLane *lane;
  SoupMessage *message;
  GCancellable *cancellable;
  GInputStream *body;
  GInputStream *unpacked; /* (nullable): reads @body, which was compressed */
  GByteArray *aside;      /* (nullable): where the body goes instead of the file */
  gboolean resume;
  gboolean allow_private;

  GSource *timer;
  GSource *cancel_source;
  GError *failure; /* why it was ended early */
  char *buffer;
  SheafFetchClock clock;
  guint n_redirects;
  guint n_restarts;

  guint64 position;
  guint64 total;    /* length of the whole file; 0 if not known */
  guint64 expected; /* what it should be; 0 if not known */
  guint64 body_begin;
  gboolean resumed;

  gboolean framed; /* the connection itself said where the body ended */

  /* Monotonic times */
  gint64 begun;
  gint64 progress_time;
} Fetch;

static void fetch_send (Fetch *self);
static void fetch_read (Fetch *self);

static const char *
host_of (Fetch *self)
{
  return g_uri_get_host (self->uri);
}

static void
fetch_drop_message (Fetch *self)
{
  if (self->message != NULL)
    g_signal_handlers_disconnect_by_data (self->message, self);
  if (self->body != NULL && !g_input_stream_is_closed (self->body))
    g_input_stream_close_async (self->body, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_clear_object (&self->unpacked);
  g_clear_object (&self->body);
  g_clear_object (&self->message);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->lane, sheaf_http_lane_give_back);
  g_clear_pointer (&self->aside, g_byte_array_unref);
}

static void
fetch_free (Fetch *self)
{
  fetch_drop_message (self);
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  if (self->cancel_source != NULL)
    g_source_destroy (self->cancel_source);
  g_clear_pointer (&self->cancel_source, g_source_unref);
  g_clear_pointer (&self->uri, g_uri_unref);
  g_clear_pointer (&self->request, sheaf_fetch_request_free);
  g_clear_error (&self->failure);
  g_clear_object (&self->task);
  g_clear_pointer (&self->job, sheaf_job_unref);
  g_free (self->buffer);
  g_free (self);
}

/* Ends the request with @error, or with the cause noted before. */
static void
fetch_fail (Fetch *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  if (self->failure != NULL)
    {
      g_clear_error (&error);
      error = g_steal_pointer (&self->failure);
    }
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  fetch_free (self);
  if (task != NULL)
    g_task_return_error (task, error);
  else
    g_error_free (error);
}

/* What is under way does not come back: answers without it.  Should it ever, that frees the rest.
 */
static void
fetch_abandon (Fetch *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  sheaf_http_lane_renew (self->lane);
  g_source_set_ready_time (self->timer, -1);
  g_clear_pointer (&self->job, sheaf_job_unref);
  g_task_return_error (task, g_error_copy (self->failure));
}

/* Notes @error and makes what is under way come back. */
static void
fetch_give_up (Fetch *self, GError *error)
{
  if (self->failure != NULL)
    {
      g_error_free (error);
      return;
    }
  self->failure = error;
  if (self->clock.phase == SHEAF_FETCH_THROTTLED)
    {
      fetch_fail (self, NULL);
      return;
    }
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_source_set_ready_time (self->timer, g_get_monotonic_time () + CANCEL_GRACE);
  g_cancellable_cancel (self->cancellable);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  fetch_give_up (user_data, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                 _ ("The transfer was cancelled.")));
  return G_SOURCE_REMOVE;
}

static GError *
error_about_host (Fetch *self, SheafError code, const char *format)
{
  return sheaf_http_error_about (code, format, host_of (self));
}

static GError *
private_error (Fetch *self)
{
  return error_about_host (self, SHEAF_ERROR_REDIRECT,
                           _ ("“%s” is on this computer or in a private network; a gallery may not "
                              "lead there."));
}

/* --- time --- */

/* A body over HTTP/2 is looked after: libsoup says nothing when its connection dies. */
static gboolean
must_watch (Fetch *self)
{
  return self->clock.phase == SHEAF_FETCH_READING
         && soup_message_get_http_version (self->message) == SOUP_HTTP_2_0;
}

static void
fetch_arm (Fetch *self)
{
  gint64 next = sheaf_fetch_clock_get_next (&self->clock);

  if (must_watch (self))
    next = MIN (next, g_get_monotonic_time () + WATCH_INTERVAL);
  g_source_set_ready_time (self->timer, next);
}

static void
fetch_set_phase (Fetch *self, SheafFetchPhase phase)
{
  sheaf_fetch_clock_enter (&self->clock, phase);
  fetch_arm (self);
}

static GError *
too_slow_error (Fetch *self)
{
  return error_about_host (self, SHEAF_ERROR_STALLED, _ ("“%s” sends too slowly to go on."));
}

static gboolean
on_timer (gpointer user_data)
{
  Fetch *self = user_data;
  gint64 now = g_get_monotonic_time ();

  if (self->failure != NULL)
    fetch_abandon (self);
  else if (self->clock.phase == SHEAF_FETCH_THROTTLED)
    {
      sheaf_fetch_clock_resume (&self->clock, now);
      fetch_arm (self);
      fetch_read (self);
    }
  else if (must_watch (self) && !sheaf_body_is_waiting (self->body)
           && sheaf_http_lane_is_cut (self->lane, self->message))
    fetch_give_up (
        self, error_about_host (self, SHEAF_ERROR_RESET, _ ("“%s” broke off the connection.")));
  else if (now >= self->clock.deadline)
    fetch_give_up (self, sheaf_fetch_clock_late_error (&self->clock, host_of (self)));
  else if (self->clock.phase == SHEAF_FETCH_READING
           && sheaf_fetch_clock_is_too_slow (&self->clock, self->position, now))
    fetch_give_up (self, too_slow_error (self));
  else
    fetch_arm (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };

/* --- the end --- */

static void
fetch_succeed (Fetch *self)
{
  g_autoptr (GTask) task = g_object_ref (self->task);
  SheafReply *reply;

  if (self->progress != NULL)
    self->progress (self->position, self->position, self->progress_data);
  reply = sheaf_fetch_reply_new (self->message, self->uri, self->position, self->resumed,
                                 self->total > 0 || self->expected > 0 || self->framed,
                                 (g_get_monotonic_time () - self->begun) / 1000);
  fetch_free (self);
  g_task_return_pointer (task, reply, (GDestroyNotify) sheaf_reply_unref);
}

static void
fetch_check_length (Fetch *self)
{
  guint64 wanted = self->total > 0 ? self->total : self->expected;
  GError *error = NULL;

  if (self->expected > 0 && wanted == self->position)
    wanted = self->expected;
  if (wanted > 0 && wanted != self->position && !self->request->accept_errors)
    {
      g_autofree char *got = g_format_size_full (self->position, G_FORMAT_SIZE_LONG_FORMAT);
      g_autofree char *all = g_format_size_full (wanted, G_FORMAT_SIZE_LONG_FORMAT);

      /* Translators: a host, how much it sent, and how much there is, as in “5.2 MB” */
      fetch_fail (self, g_error_new (SHEAF_ERROR, SHEAF_ERROR_SHORT, _ ("“%s” sent %s of %s."),
                                     host_of (self), got, all));
    }
  else if (!sheaf_body_file_truncate (self->request->fd, self->position, &error))
    fetch_fail (self, error);
  else
    fetch_succeed (self);
}

static void
fetch_follow (Fetch *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  GError *error = NULL;
  g_autoptr (GUri) to = NULL;

  if (self->n_redirects++ >= self->request->max_redirects)
    {
      fetch_fail (self, error_about_host (self, SHEAF_ERROR_REDIRECT,
                                          _ ("“%s” redirects too many times.")));
      return;
    }
  to = sheaf_url_follow (self->uri, soup_message_headers_get_one (headers, "Location"), &error);
  if (to == NULL)
    {
      fetch_fail (self, error);
      return;
    }
  /* Leave to reach one private host is no leave to be sent to another. */
  if (g_ascii_strcasecmp (g_uri_get_host (self->uri), g_uri_get_host (to)) != 0)
    self->allow_private = FALSE;
  g_uri_unref (self->uri);
  self->uri = g_steal_pointer (&to);
  g_cancellable_cancel (self->cancellable);
  fetch_drop_message (self);
  fetch_send (self);
}

static gboolean
is_redirect (Fetch *self)
{
  return SOUP_STATUS_IS_REDIRECTION (soup_message_get_status (self->message))
         && soup_message_headers_get_one (soup_message_get_response_headers (self->message),
                                          "Location")
                != NULL;
}

/* An answer that is no file has been read (or enough of it). */
static void
fetch_judge_aside (Fetch *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);

  if (is_redirect (self))
    fetch_follow (self);
  else
    fetch_fail (self, sheaf_http_error_from_status (
                          soup_message_get_status (self->message), host_of (self),
                          soup_message_headers_get_one (headers, "Retry-After"),
                          (const char *) self->aside->data, self->aside->len,
                          sheaf_fetch_request_authorized (self->request, self->uri)));
}

/* --- the body --- */

static void
fetch_report (Fetch *self, gint64 now)
{
  if (self->progress == NULL || now - self->progress_time < PROGRESS_INTERVAL)
    return;
  self->progress_time = now;
  self->progress (self->position, self->total > 0 ? self->total : self->expected,
                  self->progress_data);
}

static gboolean
fetch_fail_too_large (Fetch *self, GError **error)
{
  g_autofree char *most = g_format_size (self->request->max_bytes);
  g_autofree char *message = NULL;

  /* Translators: a size, as in “5.2 MB” */
  message = g_strdup_printf (_ ("The file is larger than %s."), most);
  g_propagate_error (error, sheaf_error_new (SHEAF_ERROR_TOO_LARGE, message,
                                             soup_message_get_status (self->message), -1));
  return FALSE;
}

static gboolean
fetch_take (Fetch *self, gsize length, GError **error)
{
  guint64 most = self->total > 0 ? self->total : self->expected;

  if (self->aside != NULL)
    {
      g_byte_array_append (self->aside, (guint8 *) self->buffer,
                           MIN (length, MAX_ERROR_BODY - self->aside->len));
      return TRUE;
    }
  if (self->position + length > self->request->max_bytes)
    return fetch_fail_too_large (self, error);
  if (most > 0 && self->position + length > most && !self->request->accept_errors)
    {
      /* Nothing of such an answer can be trusted. */
      sheaf_body_file_truncate (self->request->fd, self->body_begin, NULL);
      return sheaf_fail (error, SHEAF_ERROR_SHORT, _ ("“%s” sends more than the whole file."),
                         host_of (self));
    }
  if (!sheaf_body_file_write (self->request->fd, self->position, self->buffer, length, error))
    return FALSE;
  self->position += length;
  return TRUE;
}

/* The body says it is at its end; was it the server that ended it? */
static void
fetch_end_body (Fetch *self)
{
  SheafBodyEnd end = sheaf_body_get_end (self->message, self->body);

  if (end == SHEAF_BODY_CUT)
    {
      fetch_fail (self, error_about_host (self, SHEAF_ERROR_SHORT,
                                          _ ("“%s” ended the file before it was whole.")));
      return;
    }
  self->framed = end == SHEAF_BODY_WHOLE;
  fetch_check_length (self);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fetch *self = user_data;
  GError *error = NULL;
  gssize n_read = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);
  gint64 now = g_get_monotonic_time ();

  if (self->failure != NULL)
    {
      g_clear_error (&error);
      fetch_fail (self, NULL);
    }
  else if (self->aside != NULL && (n_read <= 0 || self->aside->len == MAX_ERROR_BODY))
    {
      g_clear_error (&error);
      fetch_judge_aside (self);
    }
  else if (n_read < 0)
    {
      g_autoptr (GError) cause = error;

      fetch_fail (self, sheaf_http_error_from_gio (cause, host_of (self), TRUE, 0));
    }
  else if (n_read == 0)
    fetch_end_body (self);
  else if (!fetch_take (self, n_read, &error))
    fetch_fail (self, error);
  else if (sheaf_fetch_clock_is_too_slow (&self->clock, self->position, now))
    fetch_fail (self, too_slow_error (self));
  else
    {
      fetch_report (self, now);
      if (sheaf_fetch_clock_throttle (&self->clock, self->position - self->body_begin, now))
        fetch_arm (self);
      else
        {
          fetch_set_phase (self, SHEAF_FETCH_READING);
          fetch_read (self);
        }
    }
}

static void
fetch_read (Fetch *self)
{
  g_input_stream_read_async (self->unpacked != NULL ? self->unpacked : self->body, self->buffer,
                             CHUNK, G_PRIORITY_DEFAULT, self->cancellable, on_read, self);
}

static void
fetch_begin_body (Fetch *self)
{
  if (self->buffer == NULL)
    self->buffer = g_malloc (CHUNK);
  self->body_begin = self->position;
  sheaf_fetch_clock_begin_body (&self->clock, self->position);
  fetch_arm (self);
  fetch_read (self);
}

static void
fetch_set_aside (Fetch *self)
{
  self->aside = g_byte_array_new ();
  fetch_begin_body (self);
}

/* Asks again, for the whole file. */
static void
fetch_start_over (Fetch *self)
{
  self->resume = FALSE;
  g_cancellable_cancel (self->cancellable);
  fetch_drop_message (self);
  fetch_send (self);
}

/* --- the answer --- */

/* Undoes a compression nobody asked for. */
static gboolean
fetch_unpack (Fetch *self, const char *encoding, GError **error)
{
  g_autoptr (GZlibDecompressor) decompressor = NULL;

  if (g_ascii_strcasecmp (encoding, "gzip") == 0 || g_ascii_strcasecmp (encoding, "x-gzip") == 0)
    decompressor = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  else if (g_ascii_strcasecmp (encoding, "deflate") == 0)
    decompressor = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
  else
    return sheaf_fail (error, SHEAF_ERROR_PROTOCOL,
                       _ ("“%s” sent the file packed in a way Sheaf did not ask for."),
                       host_of (self));
  /* The body is closed by itself: a converter would do it in another thread. */
  self->unpacked = g_converter_input_stream_new (self->body, G_CONVERTER (decompressor));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (self->unpacked), FALSE);
  return TRUE;
}

/* The server goes on where the file ends; FALSE where its range is not the one asked for. */
static gboolean
fetch_accept_range (Fetch *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  goffset first, last, total;

  if (!soup_message_headers_get_content_range (headers, &first, &last, &total)
      || first != (goffset) self->request->offset)
    return FALSE;
  self->resumed = TRUE;
  self->position = self->request->offset;
  self->total = MAX (total, 0);
  return TRUE;
}

/* 416 to a range with its validator: is the file whole already? */
static gboolean
fetch_is_whole_already (Fetch *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  const char *range = soup_message_headers_get_one (headers, "Content-Range");
  guint64 total;

  return self->request->validator != NULL && range != NULL && g_str_has_prefix (range, "bytes */")
         && g_ascii_string_to_unsigned (range + strlen ("bytes */"), 10, 0, G_MAXUINT64, &total,
                                        NULL)
         && total == self->request->offset;
}

static void
fetch_take_file (Fetch *self, gboolean resumed)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  const char *encoding = soup_message_headers_get_one (headers, "Content-Encoding");
  gboolean encoded = encoding != NULL && g_ascii_strcasecmp (encoding, "identity") != 0;
  GError *error = NULL;

  if (!resumed)
    {
      self->position = 0;
      self->resumed = FALSE;
      self->total
          = !encoded && soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
                ? soup_message_headers_get_content_length (headers)
                : 0;
    }
  self->expected = sheaf_fetch_request_is_stand_in (self->request, self->total)
                       ? 0
                       : self->request->expect_bytes;
  if (MAX (self->total, self->expected) > self->request->max_bytes)
    fetch_fail_too_large (self, &error);
  else if (self->total > 0 && self->expected > 0 && self->total != self->expected
           && !self->request->accept_errors)
    sheaf_fail (&error, SHEAF_ERROR_SHORT,
                _ ("“%s” has a file of another length than it should be."), host_of (self));
  else if (encoded && !self->request->accept_errors)
    fetch_unpack (self, encoding, &error);
  if (error == NULL && sheaf_body_file_truncate (self->request->fd, self->position, &error)
      && !resumed && self->request->keep_validator != NULL)
    sheaf_body_file_keep_validator (self->request->fd, self->request->keep_validator, self->total,
                                    self->total > 0 ? sheaf_fetch_reply_validator (headers) : NULL);
  if (error != NULL)
    fetch_fail (self, error);
  else
    fetch_begin_body (self);
}

static void
fetch_judge_answer (Fetch *self)
{
  guint status = soup_message_get_status (self->message);
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);

  if (is_redirect (self))
    fetch_set_aside (self);
  else if (status == SOUP_STATUS_PARTIAL_CONTENT && self->resume)
    {
      if (fetch_accept_range (self)
          && soup_message_headers_get_one (headers, "Content-Encoding") == NULL)
        fetch_take_file (self, TRUE);
      else
        fetch_start_over (self);
    }
  else if (status == SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE && self->resume)
    {
      if (fetch_is_whole_already (self))
        {
          self->position = self->request->offset;
          self->resumed = TRUE;
          fetch_check_length (self);
        }
      else
        fetch_start_over (self);
    }
  else if (status == SOUP_STATUS_OK || status == SOUP_STATUS_NON_AUTHORITATIVE
           || (self->request->accept_errors && status >= 400))
    fetch_take_file (self, FALSE);
  else if (SOUP_STATUS_IS_SUCCESSFUL (status))
    fetch_fail (self,
                error_about_host (self, SHEAF_ERROR_PROTOCOL, _ ("“%s” answered without a file.")));
  else
    fetch_set_aside (self);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fetch *self = user_data;
  g_autoptr (GError) error = NULL;

  self->body = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (self->failure != NULL)
    fetch_fail (self, NULL);
  else if (self->body != NULL)
    fetch_judge_answer (self);
  else if (sheaf_http_lane_was_blocked (self->message))
    fetch_fail (self, private_error (self));
  else
    fetch_fail (self, sheaf_http_error_from_gio (
                          error, host_of (self), FALSE,
                          soup_message_get_tls_peer_certificate_errors (self->message)));
}

/* --- the question --- */

static void
on_starting (SoupMessage *message, gpointer user_data)
{
  fetch_set_phase (user_data, SHEAF_FETCH_WAITING);
}

/* libsoup asks again, at once and for ever, where a server refuses an HTTP/2 stream. */
static void
on_restarted (SoupMessage *message, gpointer user_data)
{
  Fetch *self = user_data;

  if (++self->n_restarts > MAX_RESTARTS)
    fetch_give_up (self, error_about_host (self, SHEAF_ERROR_RESET,
                                           _ ("“%s” refuses every attempt to ask it.")));
}

static void
fetch_send (Fetch *self)
{
  SheafFetchRequest *request = self->request;

  self->cancellable = g_cancellable_new ();
  if (!self->allow_private && sheaf_url_is_private_literal (self->uri))
    {
      fetch_fail (self, private_error (self));
      return;
    }
  self->lane = sheaf_http_lane_take (request->http1, self->allow_private);
  self->message = sheaf_fetch_request_message (request, self->uri, self->resume);
  sheaf_http_lane_guard (self->lane, self->message);
  g_signal_connect (self->message, "starting", G_CALLBACK (on_starting), self);
  g_signal_connect (self->message, "restarted", G_CALLBACK (on_restarted), self);
  fetch_set_phase (self, SHEAF_FETCH_CONNECTING);
  soup_session_send_async (sheaf_http_lane_get_session (self->lane), self->message,
                           G_PRIORITY_DEFAULT, self->cancellable, on_sent, self);
}

static void
fetch_start (SheafJob *job,
             gboolean http1,
             SheafProgressFunc progress,
             gpointer progress_data,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  g_autoptr (SheafFetchRequest) request = NULL;
  GError *error = NULL;
  Fetch *self;

  request = sheaf_fetch_request_new (job, &error);
  if (request == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  request->http1 |= http1;

  self = g_new0 (Fetch, 1);
  self->task = g_steal_pointer (&task);
  self->job = sheaf_job_ref (job);
  self->request = g_steal_pointer (&request);
  self->clock.request = self->request;
  self->progress = progress;
  self->progress_data = progress_data;
  self->uri = g_uri_ref (self->request->uri);
  self->resume = self->request->offset > 0;
  self->allow_private = self->request->allow_private;
  self->expected = self->request->expect_bytes;
  self->begun = g_get_monotonic_time ();
  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  if (cancellable != NULL)
    {
      self->cancel_source = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancel_source, G_SOURCE_FUNC (on_cancelled), self, NULL);
      g_source_attach (self->cancel_source, g_main_context_get_thread_default ());
    }
  fetch_send (self);
}

void
sheaf_verb_fetch_run_async (SheafJob *job,
                            SheafProgressFunc progress,
                            gpointer progress_data,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (job != NULL);

  fetch_start (job, FALSE, progress, progress_data, cancellable, callback, user_data);
}

SheafReply *
sheaf_verb_fetch_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- blocking --- */

static GPrivate thread_context = G_PRIVATE_INIT ((GDestroyNotify) g_main_context_unref);

static void
on_run_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

SheafReply *
sheaf_verb_fetch_run (SheafJob *job,
                      SheafProgressFunc progress,
                      gpointer progress_data,
                      GCancellable *cancellable,
                      GError **error)
{
  GMainContext *context = g_private_get (&thread_context);
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (job != NULL, NULL);

  if (context == NULL)
    {
      context = g_main_context_new ();
      g_private_set (&thread_context, context);
    }
  g_main_context_push_thread_default (context);
  fetch_start (job, TRUE, progress, progress_data, cancellable, on_run_ready, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  /* What the session still has to tidy up. */
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  return sheaf_verb_fetch_run_finish (result, error);
}
