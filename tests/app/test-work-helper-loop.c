/* test-work-helper-loop.c: a helper serves, heeds a cancel, and leaves when nobody is left
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Speaks to real helper processes, with the frames of the wire and nothing in between. */
#include "config.h"

#include "app/work/error.h"
#include "app/work/wire.h"

#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT (10 * G_USEC_PER_SEC)

typedef struct
{
  int socket;
  pid_t pid;
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "tests", "test-helper", NULL);
  char *argv[] = { path, (char *) data, NULL };
  posix_spawn_file_actions_t actions;
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  posix_spawn_file_actions_init (&actions);
  if (pair[1] == 3)
    {
      pair[1] = dup (pair[1]);
      close (3);
    }
  posix_spawn_file_actions_adddup2 (&actions, pair[1], 3);
  g_assert_cmpint (posix_spawn (&f->pid, path, &actions, NULL, argv, environ), ==, 0);
  posix_spawn_file_actions_destroy (&actions);
  close (pair[1]);
  f->socket = pair[0];
}

static int
status_at_end (Fixture *f)
{
  gint64 limit = g_get_monotonic_time () + WAIT;
  int status;

  while (waitpid (f->pid, &status, WNOHANG) == 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, limit);
      g_usleep (1000);
    }
  f->pid = 0;
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  if (f->socket >= 0)
    close (f->socket);
  if (f->pid != 0)
    g_assert_cmpint (status_at_end (f), ==, 0);
}

static void
send_job (Fixture *f, guint64 id, const char *verb, const char *params)
{
  g_autoptr (GError) error = NULL;

  sheaf_wire_send (f->socket, SHEAF_FRAME_JOB, id,
                   g_variant_new ("(su@a{sv})", verb, 0, g_variant_new_parsed (params)), -1,
                   &error);
  g_assert_no_error (error);
}

static void
receive (Fixture *f, SheafFrame *frame)
{
  g_autoptr (GError) error = NULL;

  sheaf_wire_receive_until (f->socket, frame, g_get_monotonic_time () + WAIT, &error);
  g_assert_no_error (error);
}

static void
assert_answer (Fixture *f, guint64 id, SheafFrameType type)
{
  g_auto (SheafFrame) frame = { 0, 0, NULL, -1 };

  receive (f, &frame);
  g_assert_cmpuint (frame.id, ==, id);
  g_assert_cmpint (frame.type, ==, type);
}

static void
assert_error (Fixture *f, guint64 id, const char *kind)
{
  g_auto (SheafFrame) frame = { 0, 0, NULL, -1 };
  const char *got = NULL;

  receive (f, &frame);
  g_assert_cmpuint (frame.id, ==, id);
  g_assert_cmpint (frame.type, ==, SHEAF_FRAME_ERROR);
  g_assert_true (g_variant_lookup (frame.payload, "kind", "&s", &got));
  g_assert_cmpstr (got, ==, kind);
}

static void
test_serves (Fixture *f, gconstpointer data)
{
  for (guint64 id = 1; id <= 100; id++)
    {
      send_job (f, id, "echo", "{'a': <1>}");
      assert_answer (f, id, SHEAF_FRAME_REPLY);
    }
  send_job (f, 101, "fail", "@a{sv} {}");
  assert_error (f, 101, "not-found");
  send_job (f, 102, "no-such-verb", "@a{sv} {}");
  assert_error (f, 102, "usage");
}

static void
test_cancel_running (Fixture *f, gconstpointer data)
{
  send_job (f, 1, "sleep", "{'ms': <uint32 60000>}");
  g_usleep (50000);
  g_assert_true (sheaf_wire_send (f->socket, SHEAF_FRAME_CANCEL, 1, NULL, -1, NULL));
  assert_error (f, 1, "cancelled");
  /* One that is over is nothing to cancel. */
  g_assert_true (sheaf_wire_send (f->socket, SHEAF_FRAME_CANCEL, 1, NULL, -1, NULL));
  send_job (f, 2, "echo", "@a{sv} {}");
  assert_answer (f, 2, SHEAF_FRAME_REPLY);
}

/* Sent at once; a helper that does one after another answers the second after the first. */
static void
test_several (Fixture *f, gconstpointer data)
{
  gboolean at_once = data != NULL;

  send_job (f, 1, "sleep", "{'ms': <uint32 300>}");
  send_job (f, 2, "echo", "@a{sv} {}");
  assert_answer (f, at_once ? 2 : 1, SHEAF_FRAME_REPLY);
  assert_answer (f, at_once ? 1 : 2, SHEAF_FRAME_REPLY);
}

static void
test_progress_is_bounded (Fixture *f, gconstpointer data)
{
  guint n = 0;

  send_job (f, 1, "count", "{'n': <uint32 300>}");
  for (;;)
    {
      g_auto (SheafFrame) frame = { 0, 0, NULL, -1 };

      receive (f, &frame);
      g_assert_cmpuint (frame.id, ==, 1);
      if (frame.type == SHEAF_FRAME_REPLY)
        break;
      g_assert_cmpint (frame.type, ==, SHEAF_FRAME_PROGRESS);
      n++;
    }
  /* 300 ms at least, and on a busy machine much longer. */
  g_assert_cmpuint (n, >=, 1);
  g_assert_cmpuint (n, <, 100);
}

static void
test_end_of_stream_while_working (Fixture *f, gconstpointer data)
{
  send_job (f, 1, "sleep", "{'ms': <uint32 60000>}");
  g_usleep (20000);
  close (f->socket);
  f->socket = -1;
  g_assert_cmpint (status_at_end (f), ==, 0);
}

/* Not even a job that heeds nothing keeps an orphan alive. */
static void
test_end_of_stream_while_hanging (Fixture *f, gconstpointer data)
{
  send_job (f, 1, "hang", "@a{sv} {}");
  g_usleep (20000);
  close (f->socket);
  f->socket = -1;
  g_assert_cmpint (status_at_end (f), ==, 0);
}

static void
test_garbage (Fixture *f, gconstpointer data)
{
  char noise[64];

  for (guint i = 0; i < sizeof noise; i++)
    noise[i] = i * 37;
  g_assert_cmpint (write (f->socket, noise, sizeof noise), ==, sizeof noise);
  g_assert_cmpint (status_at_end (f), ==, 1);
}

static void
test_same_id_twice (Fixture *f, gconstpointer data)
{
  send_job (f, 1, "sleep", "{'ms': <uint32 60000>}");
  send_job (f, 1, "echo", "@a{sv} {}");
  g_assert_cmpint (status_at_end (f), ==, 1);
}

static void
test_interrupt_is_not_for_helpers (Fixture *f, gconstpointer data)
{
  send_job (f, 1, "echo", "@a{sv} {}");
  assert_answer (f, 1, SHEAF_FRAME_REPLY);
  kill (f->pid, SIGINT);
  send_job (f, 2, "echo", "@a{sv} {}");
  assert_answer (f, 2, SHEAF_FRAME_REPLY);
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *f, gconstpointer data);
  } cases[] = {
    { "serves", test_serves },
    { "cancel-running", test_cancel_running },
    { "several", test_several },
    { "progress-is-bounded", test_progress_is_bounded },
    { "end-of-stream-while-working", test_end_of_stream_while_working },
    { "end-of-stream-while-hanging", test_end_of_stream_while_hanging },
    { "garbage", test_garbage },
    { "same-id-twice", test_same_id_twice },
    { "interrupt-is-not-for-helpers", test_interrupt_is_not_for_helpers },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *blocking = g_strdup_printf ("/helper-loop/blocking/%s", cases[i].name);
      g_autofree char *on_context = g_strdup_printf ("/helper-loop/on-context/%s", cases[i].name);

      g_test_add (blocking, Fixture, NULL, setup, cases[i].func, teardown);
      g_test_add (on_context, Fixture, "--async", setup, cases[i].func, teardown);
    }
  return g_test_run ();
}
