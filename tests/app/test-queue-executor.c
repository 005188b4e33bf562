/* test-queue-executor.c: files and secrets through the queue, and a broker that is guarded
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/queue/broker.h"
#include "app/queue/executor-queue.h"
#include "app/queue/queue-admin.h"
#include "app/work/error.h"
#include "tests/app/queue-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGE 300000

static SheafReply *
run (SheafExecutor *executor, const char *verb, GVariant *params, int fd, GError **error)
{
  g_autoptr (SheafJob) job = sheaf_job_new (verb, params, fd, 20000);

  return sheaf_executor_run (executor, job, NULL, error);
}

/* What a verb of these tests writes: "sheafsheaf…" */
static void
assert_content (int fd, guint64 bytes)
{
  g_autofree char *text = g_malloc (bytes + 1);

  g_assert_cmpint (pread (fd, text, bytes + 1, 0), ==, (gssize) bytes);
  for (guint64 i = 0; i < bytes; i++)
    g_assert_true (text[i] == "sheaf"[i % 5]);
}

static guint
count_leftovers (Queue *queue)
{
  g_autofree char *folder = g_build_filename (queue->root, ".sheaf-queue", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static gboolean
was_here (SheafReply *reply)
{
  guint32 pid = 0;

  g_assert_true (g_variant_lookup (reply->values, "pid", "u", &pid));
  return pid == (guint32) getpid ();
}

static void
fetch_into (Queue *queue, SheafExecutor *executor, int fd, guint64 bytes, guint64 offset)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = run (
      executor, "fetch", g_variant_new_parsed ("{'bytes': <%t>, 'offset': <%t>}", bytes, offset),
      fcntl (fd, F_DUPFD_CLOEXEC, 3), &error);
  guint64 from = 0;

  g_assert_no_error (error);
  g_assert_false (was_here (reply));
  g_assert_cmpint (reply->fd, ==, -1);
  g_assert_true (g_variant_lookup (reply->values, "offset", "t", &from));
  g_assert_cmpuint (from, ==, offset);
  assert_content (fd, bytes);
  g_assert_cmpuint (count_leftovers (queue), ==, 0);
}

/* A file in a folder that the worker sees, in one that it does not see, and one without a place. */
static void
test_fetch (Queue *queue, gconstpointer data)
{
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autofree char *shared = g_build_filename (queue->root, "part", NULL);
  g_autofree char *elsewhere = g_build_filename (queue->folder, "part", NULL);
  int fds[] = { open (shared, O_RDWR | O_CREAT | O_CLOEXEC, 0600),
                open (elsewhere, O_RDWR | O_CREAT | O_CLOEXEC, 0600),
                memfd_create ("part", MFD_CLOEXEC) };

  queue_start_worker (queue, 2, 30000);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_assert_cmpint (write (fds[i], "what was there", 14), ==, 14);
      fetch_into (queue, executor, fds[i], LARGE, 0);
      fetch_into (queue, executor, fds[i], 1000, 0);
      fetch_into (queue, executor, fds[i], 0, 0);
    }
  /* Going on: the worker begins with what is there already. */
  g_assert_cmpint (pwrite (fds[0], "sheaf", 5, 0), ==, 5);
  fetch_into (queue, executor, fds[0], LARGE, 5);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}

static void
thumbnail_from (SheafExecutor *executor, int fd, guint times, gboolean here)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply
      = run (executor, "thumbnail", g_variant_new_parsed ("{'times': <%u>}", times),
             fcntl (fd, F_DUPFD_CLOEXEC, 3), &error);

  g_assert_no_error (error);
  g_assert_true (was_here (reply) == here);
  g_assert_cmpint (reply->fd, >=, 0);
  g_assert_true (fcntl (reply->fd, F_GET_SEALS) & F_SEAL_WRITE);
  assert_content (reply->fd, 10 * times);
}

/* A picture that a worker sees is done there, whatever the answer's size; any other here. */
static void
test_thumbnail (Queue *queue, gconstpointer data)
{
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autofree char *shared = g_build_filename (queue->root, "picture", NULL);
  g_autofree char *elsewhere = g_build_filename (queue->folder, "picture", NULL);
  int memory = memfd_create ("picture", MFD_CLOEXEC), fd;

  queue_start_worker (queue, 2, 30000);
  g_assert_true (g_file_set_contents (shared, "sheafsheaf", -1, NULL));
  fd = open (shared, O_RDONLY | O_CLOEXEC);
  thumbnail_from (executor, fd, 1, FALSE);
  thumbnail_from (executor, fd, LARGE / 10, FALSE);
  g_assert_cmpuint (count_leftovers (queue), ==, 0);
  close (fd);
  g_assert_true (g_file_set_contents (elsewhere, "sheafsheaf", -1, NULL));
  fd = open (elsewhere, O_RDONLY | O_CLOEXEC);
  thumbnail_from (executor, fd, 1, TRUE);
  close (fd);
  g_assert_cmpint (write (memory, "sheafsheaf", 10), ==, 10);
  thumbnail_from (executor, memory, 1, TRUE);
  close (memory);
}

/* A credential stays here: the broker never sees it. */
static void
test_secret (Queue *queue, gconstpointer data)
{
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  int fd = memfd_create ("answer", MFD_CLOEXEC);

  queue_start_worker (queue, 1, 30000);
  reply = run (executor, "fetch",
               g_variant_new_parsed (
                   "{'bytes': <uint64 5>, 'headers': <{'AUTHORIZATION': 'Client-ID 1234'}>}"),
               fd, &error);
  g_assert_no_error (error);
  g_assert_true (was_here (reply));
  g_assert_cmpint (queue_number (queue, "EXISTS {sheaf}:batches"), ==, 0);
}

/* What is stopped or was in vain leaves no file behind. */
static void
test_no_leftovers (Queue *queue, gconstpointer data)
{
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answers answers;

  answers_init (&answers);
  queue_start_worker (queue, 2, 30000);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/part-%u", queue->root, i);
      int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

      queue_ask_file (queue, executor, &answers, "fetch", path, LARGE, 60000, fd, cancellable);
    }
  while (queue_count_starts (queue, NULL) < 2 || count_leftovers (queue) < 2)
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (cancellable);
  queue_wait (answers_complete, &answers, 5);
  g_assert_cmpuint (answers.cancelled, ==, 2);
  for (guint i = 0; i < 100 && count_leftovers (queue) > 0; i++)
    g_usleep (100000);
  g_assert_cmpuint (count_leftovers (queue), ==, 0);
  answers_clear (&answers);
}

/* Nobody there: said at once, not waited for. */
static void
test_unreachable (Queue *queue, gconstpointer data)
{
  g_autoptr (SheafExecutor) executor = NULL;
  g_autoptr (GError) error = NULL;

  queue_stop_broker (queue, SIGKILL);
  executor = queue_executor (queue);
  g_assert_null (run (executor, "noop", NULL, -1, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_BROKER);
  queue_start_broker (queue);
}

/* What the executor says that it waits for is something with @data in it; "" for nothing. */
typedef struct
{
  SheafExecutor *executor;
  const char *words;
} Trouble;

static gboolean
is_said (gpointer data)
{
  Trouble *trouble = data;
  g_autofree char *text = sheaf_executor_dup_trouble (trouble->executor);

  return *trouble->words == '\0' ? text == NULL
                                 : text != NULL && strstr (text, trouble->words) != NULL;
}

/* No worker, then no broker: each is said while it lasts, and can be cancelled or waited out. */
static void
test_trouble (Queue *queue, gconstpointer data)
{
  g_autoptr (SheafExecutor) executor = queue_executor (queue);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *command = g_strdup_printf ("sheaf-cli worker --broker '%s'", queue->url);
  g_autofree char *broker = g_strdup_printf ("The broker %s", queue->url);
  Trouble no_worker = { executor, command }, no_broker = { executor, broker };
  Trouble none = { executor, "" };
  Answers answers, cancelled;
  guint worker;

  answers_init (&answers);
  answers_init (&cancelled);
  g_assert_true (is_said (&none));
  queue_ask (queue, executor, &answers, "noop", "waits", 0, NULL);
  queue_ask (queue, executor, &cancelled, "noop", "does not", 0, cancellable);
  queue_wait (is_said, &no_worker, 20);
  g_cancellable_cancel (cancellable);
  queue_wait (answers_complete, &cancelled, 5);
  g_assert_cmpuint (cancelled.cancelled, ==, 1);
  g_assert_cmpuint (answers.done, ==, 0);

  queue_stop_broker (queue, SIGKILL);
  queue_wait (is_said, &no_broker, 20);
  queue_start_broker (queue);
  queue_wait (is_said, &no_worker, 40);

  worker = queue_start_worker (queue, 2, 30000);
  queue_wait (answers_complete, &answers, 30);
  g_assert_cmpuint (answers.done, ==, 1);
  queue_wait (is_said, &none, 10);

  /* A long job is no trouble. */
  queue_ask (queue, executor, &answers, "noop", "long", 2500, NULL);
  while (!answers_complete (&answers))
    {
      g_assert_true (is_said (&none));
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10000);
    }
  queue_kill_worker (queue, worker, SIGTERM);
  answers_clear (&answers);
  answers_clear (&cancelled);
}

static char *
replace (const char *text, const char *old, const char *new)
{
  g_auto (GStrv) parts = g_strsplit (text, old, 2);

  g_assert_nonnull (parts[1]);
  return g_strjoinv (new, parts);
}

static void
assert_refused (const char *text, const char *said)
{
  SheafExecutorOptions options = { .broker = text };
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafBrokerAddress) address = sheaf_broker_address_new (text, &error);
  g_autoptr (SheafExecutor) executor = NULL;

  g_assert_no_error (error);
  g_assert_false (sheaf_queue_admin_check (address, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_BROKER);
  g_assert_nonnull (strstr (error->message, said));
  g_clear_error (&error);
  executor = sheaf_executor_create ("queue", &options, &error);
  g_assert_no_error (error);
  g_assert_null (run (executor, "noop", NULL, -1, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_BROKER);
}

/* 10: the broker that `sheaf-cli broker` starts: encrypted, and for the queue only. */
static void
test_guarded_broker (Queue *queue, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (queue->folder, "broker", NULL);
  g_autofree char *other = g_build_filename (queue->folder, "other", NULL);
  g_autofree char *wrong_password = NULL, *wrong_ca = NULL, *no_ca = NULL, *without = NULL;
  g_autofree char *guess = NULL;
  g_autofree char *ca = g_strconcat ("ca=", folder, "/certificate.pem", NULL);
  g_autofree char *password = g_strconcat ("password-file=", folder, "/password", NULL);
  SheafBrokerOptions options = { .folder = folder, .port = queue_find_port () };
  SheafBrokerOptions other_options = { .folder = other, .port = queue_find_port () };
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafBroker) broker = sheaf_broker_start (&options, &error), second = NULL;
  g_autoptr (SheafExecutor) executor = NULL;
  g_autoptr (JsonNode) status = NULL;
  g_autoptr (SheafBrokerAddress) address = NULL;
  Answers answers;

  g_assert_no_error (error);
  answers_init (&answers);
  second = sheaf_broker_start (&other_options, &error);
  g_assert_no_error (error);
  wrong_ca = replace (sheaf_broker_get_address (broker), folder, other);
  no_ca = replace (sheaf_broker_get_address (broker), ca, "x=y");
  without = replace (sheaf_broker_get_address (broker), password, "x=y");
  guess = replace (sheaf_broker_get_address (broker), "sheaf@", "sheaf:guess@");
  wrong_password = replace (guess, password, "x=y");
  assert_refused (wrong_ca, "certificate");
  assert_refused (no_ca, "certificate");
  assert_refused (wrong_password, "password");
  assert_refused (without, "password");

  /* And it works, for who may. */
  g_free (queue->url);
  queue->url = g_strdup (sheaf_broker_get_address (broker));
  queue_start_worker (queue, 4, 30000);
  executor = queue_executor (queue);
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      queue_ask (queue, executor, &answers, i % 10 == 0 ? "sleep" : "noop", key, 600, NULL);
    }
  queue_wait (answers_complete, &answers, 30);
  g_assert_cmpuint (answers.done, ==, 200);
  g_assert_cmpuint (answers.progress, >, 0);
  address = sheaf_broker_address_new (queue->url, &error);
  status = sheaf_queue_admin_status (address, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (json_node_get_object (status), "workers")),
                    ==, 1);
  answers_clear (&answers);
}

typedef struct
{
  guint left;
  guint allowed;
  GMainLoop *loop;
  SheafRedis *redis;
} Probe;

static void
on_probe (redisReply *reply, const GError *error, gpointer user_data)
{
  Probe *probe = user_data;

  if (error == NULL)
    probe->allowed++;
  else
    g_test_message ("%s", error->message);
  if (--probe->left == 0)
    g_main_loop_quit (probe->loop);
}

static void
on_probe_state (
    SheafRedis *redis, gboolean connected, const GError *error, gboolean fatal, gpointer user_data)
{
  static const char *const forbidden[][5] = {
    { "FLUSHALL" },
    { "CONFIG", "GET", "*" },
    { "SHUTDOWN", "NOSAVE" },
    { "KEYS", "*" },
    { "ACL", "LIST" },
    { "SAVE" },
    { "GET", "other" },
    { "PUBLISH", "other", "x" },
    { "EVAL", "return redis.call ('SET', 'other', '1')", "0" },
    { "EVAL", "return redis.call ('FLUSHALL')", "0" },
  };
  Probe *probe = user_data;

  g_assert_no_error (error);
  probe->left = G_N_ELEMENTS (forbidden);
  for (guint i = 0; i < G_N_ELEMENTS (forbidden); i++)
    sheaf_redis_send (redis, g_strv_length ((char **) forbidden[i]), forbidden[i], NULL, 0,
                      on_probe, probe);
}

/* 10: who may use the queue may not use the broker. */
static void
test_forbidden (Queue *queue, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (queue->folder, "broker", NULL);
  SheafBrokerOptions options = { .folder = folder, .port = queue_find_port () };
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafBroker) broker = sheaf_broker_start (&options, &error);
  g_autoptr (SheafBrokerAddress) address = NULL;
  Probe probe = { 0 };

  g_assert_no_error (error);
  address = sheaf_broker_address_new (sheaf_broker_get_address (broker), &error);
  probe.loop = g_main_loop_new (NULL, FALSE);
  probe.redis = sheaf_redis_new (address, on_probe_state, &probe);
  g_main_loop_run (probe.loop);
  g_assert_cmpuint (probe.allowed, ==, 0);
  sheaf_redis_close (probe.redis);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (probe.redis);
  g_main_loop_unref (probe.loop);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(path, function)                                                                        \
  g_test_add ("/queue-executor/" path, Queue, NULL, queue_set_up, function, queue_tear_down)
  ADD ("fetch", test_fetch);
  ADD ("thumbnail", test_thumbnail);
  ADD ("secret", test_secret);
  ADD ("no-leftovers", test_no_leftovers);
  ADD ("unreachable", test_unreachable);
  ADD ("trouble", test_trouble);
  ADD ("guarded-broker", test_guarded_broker);
  ADD ("forbidden", test_forbidden);
  return g_test_run ();
}
