/* helper-loop.c: the life of a helper process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two ways of serving.  A helper whose verbs block (decoders) does them one after another in the
 * main thread, while a second thread reads the socket, so that a cancel gets through to a job that
 * runs.  A helper with a verb that does not block (fetch) has one thread and a main context.
 *
 * The reading thread is made before the sandbox closes: see sheaf_helper_serve_confined(). */
#include "config.h"

#include "app/work/error.h"
#include "app/work/helper-loop.h"
#include "app/work/wire.h"

#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#define PROGRESS_INTERVAL (G_USEC_PER_SEC / 10)
#define LAST_WORD_SECONDS 2

typedef struct
{
  const SheafVerb *verbs;
  GMutex send_mutex; /* frames of two threads must not mix */
  GMutex mutex;
  GCond reading; /* the reading thread has begun */
  gboolean is_reading;
  GHashTable *cancellables; /* (element-type guint64 GCancellable): jobs not answered yet */
  GAsyncQueue *queue;       /* (element-type Request): for verbs that block */
  GMainLoop *loop;          /* for verbs that do not */
  gboolean broken;          /* the other side broke the protocol */
} Server;

typedef struct
{
  Server *server;
  guint64 id;
  SheafJob *job; /* NULL: there will be no more */
  const SheafVerb *verb;
  GCancellable *cancellable;
  gint64 progress_at;
} Request;

static void
request_free (Request *request)
{
  g_clear_pointer (&request->job, sheaf_job_unref);
  g_clear_object (&request->cancellable);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

/* Sends; when nobody listens any more, reading finds the end of the stream, so that is no matter.
 */
static void
send_frame (Server *server, SheafFrameType type, guint64 id, GVariant *payload, int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) values = NULL;

  g_mutex_lock (&server->send_mutex);
  if (!sheaf_wire_send (SHEAF_HELPER_SOCKET, type, id, payload, fd, &error)
      && type == SHEAF_FRAME_REPLY && error->domain == SHEAF_ERROR)
    {
      values = sheaf_error_to_variant (error);
      sheaf_wire_send (SHEAF_HELPER_SOCKET, SHEAF_FRAME_ERROR, id, values, -1, NULL);
    }
  g_mutex_unlock (&server->send_mutex);
}

/* Answers @request and takes it off the list of jobs under way.  The job's descriptor is closed
 * before that: who hears that a file is written may ask the kernel whether somebody still writes
 * it. */
static void
answer (Request *request, SheafReply *reply, const GError *error)
{
  Server *server = request->server;

  g_clear_pointer (&request->job, sheaf_job_unref);
  g_mutex_lock (&server->mutex);
  g_hash_table_remove (server->cancellables, &request->id);
  g_mutex_unlock (&server->mutex);

  if (reply != NULL)
    send_frame (server, SHEAF_FRAME_REPLY, request->id, reply->values, reply->fd);
  else
    {
      g_autoptr (GVariant) values = sheaf_error_to_variant (error);

      send_frame (server, SHEAF_FRAME_ERROR, request->id, values, -1);
    }
}

static void
on_progress (guint64 done, guint64 total, gpointer user_data)
{
  Request *request = user_data;
  gint64 now = g_get_monotonic_time ();

  if (now - request->progress_at < PROGRESS_INTERVAL)
    return;
  request->progress_at = now;
  send_frame (request->server, SHEAF_FRAME_PROGRESS, request->id,
              g_variant_new ("(tt)", done, total), -1);
}

/* Turns a frame into a request, or does what it says.  Returns FALSE when the conversation is over.
 */
static gboolean
receive_request (Server *server, Request **request)
{
  g_auto (SheafFrame) frame = { 0, 0, NULL, -1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) params = NULL;
  g_autoptr (Request) made = NULL;
  const char *verb;
  guint timeout_ms;
  guint64 *key;
  gboolean is_new;

  *request = NULL;
  if (!sheaf_wire_receive (SHEAF_HELPER_SOCKET, &frame, &error))
    {
      server->broken = !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
      return FALSE;
    }

  if (frame.type == SHEAF_FRAME_CANCEL)
    {
      g_autoptr (GCancellable) cancellable = NULL;

      g_mutex_lock (&server->mutex);
      cancellable = g_hash_table_lookup (server->cancellables, &frame.id);
      if (cancellable != NULL)
        g_object_ref (cancellable);
      g_mutex_unlock (&server->mutex);
      if (cancellable != NULL)
        g_cancellable_cancel (cancellable);
      return TRUE;
    }
  if (frame.type != SHEAF_FRAME_JOB)
    {
      server->broken = TRUE;
      return FALSE;
    }

  g_variant_get (frame.payload, "(&su@a{sv})", &verb, &timeout_ms, &params);
  made = g_new0 (Request, 1);
  made->server = server;
  made->id = frame.id;
  made->job = sheaf_job_new (verb, params, frame.fd, timeout_ms);
  frame.fd = -1;
  made->cancellable = g_cancellable_new ();
  made->progress_at = G_MININT64 / 2;

  key = g_new (guint64, 1);
  *key = frame.id;
  g_mutex_lock (&server->mutex);
  is_new = g_hash_table_insert (server->cancellables, key, g_object_ref (made->cancellable));
  g_mutex_unlock (&server->mutex);
  if (!is_new)
    {
      server->broken = TRUE;
      return FALSE;
    }

  made->verb = sheaf_verb_lookup (server->verbs, verb, &error);
  if (made->verb == NULL)
    {
      answer (made, NULL, error);
      return TRUE;
    }
  *request = g_steal_pointer (&made);
  return TRUE;
}

static void
run_blocking (Request *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;

  if (!g_cancellable_set_error_if_cancelled (request->cancellable, &error))
    reply = request->verb->run (request->job, on_progress, request, request->cancellable, &error);
  answer (request, reply, error);
}

static void
cancel_all (Server *server)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer cancellable;

  g_mutex_lock (&server->mutex);
  g_hash_table_iter_init (&iter, server->cancellables);
  while (g_hash_table_iter_next (&iter, NULL, &cancellable))
    g_ptr_array_add (all, g_object_ref (cancellable));
  g_mutex_unlock (&server->mutex);

  for (guint i = 0; i < all->len; i++)
    g_cancellable_cancel (all->pdata[i]);
}

static gpointer
read_thread (gpointer data)
{
  Server *server = data;
  Request *request;
  int status;

  g_mutex_lock (&server->mutex);
  server->is_reading = TRUE;
  g_cond_signal (&server->reading);
  g_mutex_unlock (&server->mutex);

  while (receive_request (server, &request))
    if (request != NULL)
      g_async_queue_push (server->queue, request);

  /* The main thread ends as soon as its job lets it; a job that does not must not keep an orphan
   * alive. */
  status = server->broken ? 1 : 0;
  cancel_all (server);
  request = g_new0 (Request, 1);
  request->server = server;
  g_async_queue_push_front (server->queue, request);
  sleep (LAST_WORD_SECONDS);
  _exit (status);
}

static void
serve_blocking (Server *server, SheafHelperConfineFunc confine)
{
  g_autoptr (GThread) reader = NULL;

  server->queue = g_async_queue_new_full ((GDestroyNotify) request_free);
  reader = g_thread_new ("reader", read_thread, server);

  /* A thread's beginnings need what a sandbox forbids. */
  g_mutex_lock (&server->mutex);
  while (!server->is_reading)
    g_cond_wait (&server->reading, &server->mutex);
  g_mutex_unlock (&server->mutex);
  if (confine != NULL)
    confine ();

  for (;;)
    {
      g_autoptr (Request) request = g_async_queue_pop (server->queue);

      if (request->job == NULL)
        break;
      run_blocking (request);
    }
}

static void
on_run_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = request->verb->run_finish (result, &error);

  answer (request, reply, error);
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  Server *server = user_data;
  Request *request;

  if (!receive_request (server, &request))
    {
      cancel_all (server);
      g_main_loop_quit (server->loop);
      return G_SOURCE_REMOVE;
    }
  if (request == NULL)
    return G_SOURCE_CONTINUE;

  if (request->verb->run_async != NULL)
    request->verb->run_async (request->job, on_progress, request, request->cancellable,
                              on_run_ready, request);
  else
    {
      run_blocking (request);
      request_free (request);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_last_word_over (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
serve_on_context (Server *server, SheafHelperConfineFunc confine)
{
  gboolean over = FALSE;

  server->loop = g_main_loop_new (NULL, FALSE);
  if (confine != NULL)
    confine ();
  g_unix_fd_add (SHEAF_HELPER_SOCKET, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, server);
  g_main_loop_run (server->loop);

  /* Cancelled jobs get a moment to let go of what they hold. */
  g_timeout_add_seconds (LAST_WORD_SECONDS, on_last_word_over, &over);
  while (!over && g_hash_table_size (server->cancellables) > 0)
    g_main_context_iteration (NULL, TRUE);
  if (g_hash_table_size (server->cancellables) > 0)
    _exit (server->broken ? 1 : 0); /* a job that heeds nothing is left to the kernel */
  g_clear_pointer (&server->loop, g_main_loop_unref);
}

int
sheaf_helper_serve_confined (const SheafVerb *verbs, SheafHelperConfineFunc confine)
{
  static Server server; /* outlives this function: the reading thread may */
  gboolean on_context = FALSE;

  g_return_val_if_fail (verbs != NULL, 1);

  /* Ctrl+C goes to every process of the terminal; Sheaf itself decides what it means. */
  signal (SIGINT, SIG_IGN);
  signal (SIGPIPE, SIG_IGN);

  server.verbs = verbs;
  server.cancellables = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  for (const SheafVerb *verb = verbs; verb->name != NULL; verb++)
    on_context |= verb->run_async != NULL;

  if (on_context)
    serve_on_context (&server, confine);
  else
    serve_blocking (&server, confine);

  return server.broken ? 1 : 0;
}

int
sheaf_helper_serve (const SheafVerb *verbs)
{
  return sheaf_helper_serve_confined (verbs, NULL);
}
