/* queue-fixture.c: a real broker and real workers, for the tests of the queue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/queue-fixture.h"

#include "app/queue/executor-queue.h"
#include "tests/app/scratch.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* A test that fails leaves nobody behind. */
static void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
spawn (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  GSubprocess *process;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  /* Workers are mostly killed: they need not look for leaks, which makes them slow. */
  g_subprocess_launcher_setenv (launcher, "ASAN_OPTIONS", "detect_leaks=0:abort_on_error=1", TRUE);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  return process;
}

guint
queue_find_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_any_inet_port (listener, NULL, NULL);
}

void
queue_start_broker (Queue *queue)
{
  g_autofree char *port = g_strdup_printf ("%u", queue->port);
  const char *argv[] = { "redis-server",
                         "--port",
                         port,
                         "--bind",
                         "127.0.0.1",
                         "--dir",
                         queue->folder,
                         "--appendonly",
                         "yes",
                         "--appendfsync",
                         "everysec",
                         "--save",
                         "",
                         "--maxmemory-policy",
                         "noeviction",
                         NULL };

  g_clear_object (&queue->broker);
  queue->broker = spawn (argv);
  for (int i = 0; i < 200; i++)
    {
      g_clear_pointer (&queue->redis, redisFree);
      queue->redis = redisConnect ("127.0.0.1", queue->port);
      if (queue->redis->err == 0)
        {
          redisReply *reply = redisCommand (queue->redis, "PING");
          gboolean ready = reply != NULL && reply->type == REDIS_REPLY_STATUS;

          if (reply != NULL)
            freeReplyObject (reply);
          if (ready)
            return;
        }
      g_usleep (50000);
    }
  g_assert_not_reached ();
}

void
queue_stop_broker (Queue *queue, int signal_number)
{
  g_clear_pointer (&queue->redis, redisFree);
  g_subprocess_send_signal (queue->broker, signal_number);
  g_subprocess_wait (queue->broker, NULL, NULL);
}

/* Hands bytes from one side to the other until an end or a cut; FALSE at an end. */
static gboolean
relay_once (int from, int to)
{
  char buffer[16384];
  gssize n = read (from, buffer, sizeof buffer);

  return n > 0 && write (to, buffer, n) == n;
}

static gboolean
on_relay (GThreadedSocketService *service,
          GSocketConnection *client,
          GObject *source,
          gpointer user_data)
{
  Queue *queue = user_data;
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autoptr (GSocketConnection) broker = NULL;
  int cuts = g_atomic_int_get (&queue->cuts);
  struct pollfd fds[2];

  g_socket_client_set_enable_proxy (connector, FALSE);
  broker = g_socket_client_connect_to_host (connector, "127.0.0.1", queue->port, NULL, NULL);
  if (broker == NULL)
    return TRUE;
  fds[0].fd = g_socket_get_fd (g_socket_connection_get_socket (client));
  fds[1].fd = g_socket_get_fd (g_socket_connection_get_socket (broker));
  g_socket_set_blocking (g_socket_connection_get_socket (client), TRUE);
  g_socket_set_blocking (g_socket_connection_get_socket (broker), TRUE);
  fds[0].events = fds[1].events = POLLIN;
  while (g_socket_service_is_active (queue->relay))
    {
      if (g_atomic_int_get (&queue->cuts) != cuts)
        {
          g_usleep (50000); /* open and silent */
          continue;
        }
      poll (fds, 2, 50);
      if (g_atomic_int_get (&queue->cuts) != cuts)
        continue;
      if ((fds[0].revents != 0 && !relay_once (fds[0].fd, fds[1].fd))
          || (fds[1].revents != 0 && !relay_once (fds[1].fd, fds[0].fd)))
        break;
    }
  return TRUE;
}

void
queue_start_relay (Queue *queue)
{
  guint port;

  queue->relay = g_threaded_socket_service_new (50);
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (queue->relay), NULL, NULL);
  g_signal_connect (queue->relay, "run", G_CALLBACK (on_relay), queue);
  g_socket_service_start (queue->relay);
  g_free (queue->url);
  queue->url = g_strdup_printf ("redis://127.0.0.1:%u", port);
}

void
queue_blackhole (Queue *queue)
{
  g_atomic_int_inc (&queue->cuts);
}

void
queue_set_up (Queue *queue, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  queue->folder = g_dir_make_tmp ("sheaf-queue-XXXXXX", &error);
  g_assert_no_error (error);
  queue->root = g_build_filename (queue->folder, "root", NULL);
  queue->log = g_build_filename (queue->folder, "log", NULL);
  g_mkdir (queue->root, 0700);
  queue->port = queue_find_port ();
  queue->url = g_strdup_printf ("redis://127.0.0.1:%u", queue->port);
  queue->workers = g_ptr_array_new_with_free_func (g_object_unref);
  queue_start_broker (queue);
}

void
queue_tear_down (Queue *queue, gconstpointer data)
{
  for (guint i = 0; i < queue->workers->len; i++)
    queue_kill_worker (queue, i, SIGKILL);
  queue_stop_broker (queue, SIGKILL);
  if (queue->relay != NULL)
    g_socket_service_stop (queue->relay);
  g_usleep (queue->relay != NULL ? 200000 : 0); /* for its threads */
  g_clear_object (&queue->relay);
  g_clear_object (&queue->broker);
  g_ptr_array_unref (queue->workers);
  scratch_remove (queue->folder);
  g_free (queue->folder);
  g_free (queue->root);
  g_free (queue->log);
  g_free (queue->url);
}

guint
queue_start_worker (Queue *queue, guint slots, guint lease_ms)
{
  g_autofree char *program
      = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "tests",
                          queue->peer != NULL ? queue->peer : "queue-peer", NULL);
  g_autofree char *slots_text = g_strdup_printf ("%u", slots);
  g_autofree char *lease_text = g_strdup_printf ("%u", lease_ms);
  const char *argv[] = { program, "work", queue->url, queue->root, slots_text, lease_text, NULL };

  g_ptr_array_add (queue->workers, spawn (argv));
  return queue->workers->len - 1;
}

void
queue_kill_worker (Queue *queue, guint index, int signal_number)
{
  GSubprocess *worker = g_ptr_array_index (queue->workers, index);

  if (g_subprocess_get_identifier (worker) == NULL)
    return;
  g_subprocess_send_signal (worker, signal_number);
  if (signal_number != SIGSTOP && signal_number != SIGCONT)
    g_subprocess_wait (worker, NULL, NULL);
}

redisReply *
queue_command (Queue *queue, const char *format, ...)
{
  redisReply *reply;
  va_list args;

  va_start (args, format);
  reply = redisvCommand (queue->redis, format, args);
  va_end (args);
  g_assert_nonnull (reply);
  if (reply->type == REDIS_REPLY_ERROR)
    g_error ("%s: %s", format, reply->str);
  return reply;
}

gint64
queue_number (Queue *queue, const char *format, ...)
{
  g_autoptr (redisReply) reply = NULL;
  va_list args;

  va_start (args, format);
  reply = redisvCommand (queue->redis, format, args);
  va_end (args);
  g_assert_nonnull (reply);
  if (reply->type == REDIS_REPLY_ARRAY && reply->elements > 0) /* XPENDING */
    return reply->element[0]->integer;
  return reply->type == REDIS_REPLY_STRING ? g_ascii_strtoll (reply->str, NULL, 10)
                                           : reply->integer;
}

SheafExecutor *
queue_executor (Queue *queue)
{
  g_autoptr (GError) error = NULL;
  SheafExecutorOptions options = { .broker = queue->url };
  SheafExecutor *executor = sheaf_executor_create ("queue", &options, &error);

  g_assert_no_error (error);
  return executor;
}

guint
queue_count_starts (Queue *queue, const char *key)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  if (!g_file_get_contents (queue->log, &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (key != NULL ? g_str_equal (lines[i], key) : *lines[i] != '\0')
      n++;
  return n;
}

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
queue_wait (gboolean (*check) (gpointer), gpointer data, guint seconds)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  guint patience = 5; /* each allocation is looked at closely */
#else
  guint patience = 1;
#endif
  gint64 end = g_get_monotonic_time () + (gint64) seconds * patience * G_USEC_PER_SEC;
  guint tick = g_timeout_add (10, on_tick, NULL);

  while (!check (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (tick);
}

void
answers_init (Answers *answers)
{
  memset (answers, 0, sizeof *answers);
  answers->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
answers_clear (Answers *answers)
{
  g_hash_table_unref (answers->answers);
  g_clear_error (&answers->error);
}

gboolean
answers_complete (gpointer data)
{
  Answers *answers = data;

  return answers->done + answers->failed + answers->cancelled == answers->asked;
}

typedef struct
{
  Answers *answers;
  char *key;
} Asked;

static void
on_answer (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Asked *asked = user_data;
  Answers *answers = asked->answers;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply
      = sheaf_executor_run_finish (SHEAF_EXECUTOR (object), result, &error);
  guint times = GPOINTER_TO_UINT (g_hash_table_lookup (answers->answers, asked->key));

  g_hash_table_insert (answers->answers, g_strdup (asked->key), GUINT_TO_POINTER (times + 1));
  if (reply != NULL)
    answers->done++;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    answers->cancelled++;
  else
    answers->failed++;
  if (error != NULL)
    {
      g_clear_error (&answers->error);
      answers->error = g_steal_pointer (&error);
    }
  answers->last_answer = g_get_monotonic_time ();
  g_free (asked->key);
  g_free (asked);
}

static void
on_progress (guint64 done, guint64 total, gpointer user_data)
{
  Asked *asked = user_data;

  g_assert_cmpuint (done, <=, total);
  asked->answers->progress++;
}

void
queue_ask_file (Queue *queue,
                SheafExecutor *executor,
                Answers *answers,
                const char *verb,
                const char *key,
                guint64 bytes,
                guint ms,
                int fd,
                GCancellable *cancellable)
{
  Asked *asked = g_new (Asked, 1);
  g_autoptr (SheafJob) job = sheaf_job_new (
      verb,
      g_variant_new_parsed ("{'key': <%s>, 'ms': <%u>, 'log': <%s>, 'bytes': <%t>}", key, ms,
                            queue->log, bytes),
      fd, 0);

  asked->answers = answers;
  asked->key = g_strdup (key);
  answers->asked++;
  sheaf_executor_run_async (executor, job, on_progress, asked, cancellable, on_answer, asked);
}

void
queue_ask (Queue *queue,
           SheafExecutor *executor,
           Answers *answers,
           const char *verb,
           const char *key,
           guint ms,
           GCancellable *cancellable)
{
  queue_ask_file (queue, executor, answers, verb, key, 0, ms, -1, cancellable);
}

void
queue_assert_settled (Queue *queue, const char *batch, guint total)
{
  static const char *const sums[] = { "done", "failed", "dead", "cancelled" };
  guint ended = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sums); i++)
    ended += queue_number (queue, "HGET {sheaf}:b:%s %s", batch, sums[i]);
  g_assert_cmpuint (ended, ==, total);
  g_assert_cmpint (queue_number (queue, "HGET {sheaf}:b:%s total", batch), ==, total);
  g_assert_cmpint (queue_number (queue, "XLEN {sheaf}:q"), ==, 0);
  g_assert_cmpint (queue_number (queue, "XPENDING {sheaf}:q w"), ==, 0);
}
