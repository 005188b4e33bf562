/* contract-verbs.c: kinds of work that misbehave on request, for testing executors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/contract-verbs.h"

#include "app/work/error.h"
#include "app/work/helper-loop.h"
#include "app/work/pixels.h"
#include "tests/app/leftovers.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char *contract_class = "";
SheafReply *(*contract_nested_run) (SheafJob *job, GError **error);

static guint
number (SheafJob *job, const char *key)
{
  guint value = 0;

  g_variant_lookup (job->params, key, "u", &value);
  return value;
}

static SheafReply *
echo_run (SheafJob *job,
          SheafProgressFunc progress,
          gpointer progress_data,
          GCancellable *cancellable,
          GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (job->params);
  struct stat st;

  if (job->fd >= 0 && fstat (job->fd, &st) == 0)
    g_variant_dict_insert (&dict, "fd-length", "t", (guint64) st.st_size);
  return sheaf_reply_new (g_variant_dict_end (&dict), -1);
}

static SheafReply *
fail_run (SheafJob *job,
          SheafProgressFunc progress,
          gpointer progress_data,
          GCancellable *cancellable,
          GError **error)
{
  g_propagate_error (error, sheaf_error_new (SHEAF_ERROR_NOT_FOUND, "not there", 404, 7));
  return NULL;
}

static SheafReply *
sleep_run (SheafJob *job,
           SheafProgressFunc progress,
           gpointer progress_data,
           GCancellable *cancellable,
           GError **error)
{
  GPollFD gpoll = { -1, 0, 0 };
  gboolean watched = g_cancellable_make_pollfd (cancellable, &gpoll);
  struct pollfd pollfd = { gpoll.fd, POLLIN, 0 };

  poll (&pollfd, watched ? 1 : 0, number (job, "ms"));
  if (watched)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return sheaf_reply_new (NULL, -1);
}

static SheafReply *
count_run (SheafJob *job,
           SheafProgressFunc progress,
           gpointer progress_data,
           GCancellable *cancellable,
           GError **error)
{
  guint n = number (job, "n");

  for (guint i = 1; i <= n; i++)
    {
      if (progress != NULL)
        progress (i, n, progress_data);
      g_usleep (1000);
    }
  return sheaf_reply_new (NULL, -1);
}

static SheafReply *
nested_run (SheafJob *job,
            SheafProgressFunc progress,
            gpointer progress_data,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (SheafJob) inner
      = sheaf_job_new ("echo", g_variant_new_parsed ("{'depth': <%u>}", number (job, "n")), -1, 0);

  return contract_nested_run (inner, error);
}

static SheafReply *
crash_run (SheafJob *job,
           SheafProgressFunc progress,
           gpointer progress_data,
           GCancellable *cancellable,
           GError **error)
{
  raise (SIGKILL);
  return NULL;
}

static SheafReply *
crash_once_run (SheafJob *job,
                SheafProgressFunc progress,
                gpointer progress_data,
                GCancellable *cancellable,
                GError **error)
{
  struct stat st;

  if (fstat (job->fd, &st) == 0 && st.st_size == 0 && write (job->fd, "x", 1) == 1)
    raise (SIGKILL);
  return sheaf_reply_new (NULL, -1);
}

static SheafReply *
hang_run (SheafJob *job,
          SheafProgressFunc progress,
          gpointer progress_data,
          GCancellable *cancellable,
          GError **error)
{
  for (;;)
    pause ();
  return NULL;
}

static SheafReply *
pixels_run (SheafJob *job,
            SheafProgressFunc progress,
            gpointer progress_data,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("0123456789abcdef", 16);
  g_autoptr (SheafPixels) pixels = sheaf_pixels_new (2, 2, 8, TRUE, bytes, error);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  int fd = sheaf_pixels_to_memfd (pixels, &dict, error);

  return sheaf_reply_new (g_variant_dict_end (&dict), fd);
}

static SheafReply *
unsealed_run (SheafJob *job,
              SheafProgressFunc progress,
              gpointer progress_data,
              GCancellable *cancellable,
              GError **error)
{
  return sheaf_reply_new (NULL, memfd_create ("unsealed", MFD_CLOEXEC | MFD_ALLOW_SEALING));
}

static void
say_and_fall_silent (const char *bytes, gsize length)
{
  if (write (SHEAF_HELPER_SOCKET, bytes, length) < 0)
    _exit (1);
  for (;;)
    pause ();
}

static SheafReply *
garbage_run (SheafJob *job,
             SheafProgressFunc progress,
             gpointer progress_data,
             GCancellable *cancellable,
             GError **error)
{
  say_and_fall_silent ("this is not a frame, however long one looks at it", 40);
  return NULL;
}

static SheafReply *
half_run (SheafJob *job,
          SheafProgressFunc progress,
          gpointer progress_data,
          GCancellable *cancellable,
          GError **error)
{
  say_and_fall_silent ("SHF1\x02\0\0\0\xff\0\0", 11);
  return NULL;
}

static SheafReply *
leave_run (SheafJob *job,
           SheafProgressFunc progress,
           gpointer progress_data,
           GCancellable *cancellable,
           GError **error)
{
  _exit (0);
  return NULL;
}

static SheafReply *
environment_run (SheafJob *job,
                 SheafProgressFunc progress,
                 gpointer progress_data,
                 GCancellable *cancellable,
                 GError **error)
{
  g_auto (GStrv) names = g_listenv ();

  return sheaf_reply_new (g_variant_new_parsed ("{'names': <%^as>, 'n-fds': <%u>, 'pid': <%u>}",
                                                names, count_fds () - 1, (guint) getpid ()),
                          -1);
}

static SheafReply *
class_run (SheafJob *job,
           SheafProgressFunc progress,
           gpointer progress_data,
           GCancellable *cancellable,
           GError **error)
{
  g_autofree char *bit = NULL;
  const char *wanted = "";

  g_variant_lookup (job->params, "wanted", "&s", &wanted);
  if (g_str_equal (wanted, contract_class))
    return sheaf_reply_new (g_variant_new_parsed ("{'class': <%s>}", contract_class), -1);
  bit = g_strconcat ("needs-", wanted, NULL);
  return sheaf_reply_new (g_variant_new_parsed ("{%s: <true>}", bit), -1);
}

/* The same without blocking.  What takes no time is done at once. */

static gboolean
on_slept (gpointer user_data)
{
  GTask *task = user_data;

  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, sheaf_reply_new (NULL, -1), (GDestroyNotify) sheaf_reply_unref);
  return G_SOURCE_REMOVE;
}

static void
sleep_run_async (SheafJob *job,
                 SheafProgressFunc progress,
                 gpointer progress_data,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSource) source = g_timeout_source_new (number (job, "ms"));
  g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

  /* Either source wakes the first one. */
  g_source_set_dummy_callback (cancelled);
  g_source_add_child_source (source, cancelled);
  g_source_set_callback (source, on_slept, g_object_ref (task), g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

static void
hang_run_async (SheafJob *job,
                SheafProgressFunc progress,
                gpointer progress_data,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  /* Nobody will ever hear of it. */
}

static SheafReply *
finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

#define AT_ONCE(name)                                                                              \
  static void name##_run_async (SheafJob *job, SheafProgressFunc progress, gpointer progress_data, \
                                GCancellable *cancellable, GAsyncReadyCallback callback,           \
                                gpointer user_data)                                                \
  {                                                                                                \
    g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);                  \
    GError *error = NULL;                                                                          \
    SheafReply *reply = name##_run (job, progress, progress_data, cancellable, &error);            \
                                                                                                   \
    if (reply != NULL)                                                                             \
      g_task_return_pointer (task, reply, (GDestroyNotify) sheaf_reply_unref);                     \
    else                                                                                           \
      g_task_return_error (task, error);                                                           \
  }

AT_ONCE (echo)
AT_ONCE (fail)
AT_ONCE (count)
AT_ONCE (crash)
AT_ONCE (crash_once)

#define ASYNC_HELPER "test-helper --async"

const SheafVerb sheaf_verbs[] = {
  { "echo", SHEAF_VERB_CPU, ASYNC_HELPER, echo_run, echo_run_async, finish },
  { "fail", SHEAF_VERB_CPU, ASYNC_HELPER, fail_run, fail_run_async, finish },
  { "sleep", SHEAF_VERB_NETWORK, ASYNC_HELPER, sleep_run, sleep_run_async, finish },
  { "count", SHEAF_VERB_CPU, ASYNC_HELPER, count_run, count_run_async, finish },
  { "nested", SHEAF_VERB_CPU, NULL, nested_run, NULL, NULL },
  { "crash", SHEAF_VERB_HOSTILE_INPUT, ASYNC_HELPER, NULL, crash_run_async, finish },
  { "crash-once", SHEAF_VERB_HOSTILE_INPUT, ASYNC_HELPER, NULL, crash_once_run_async, finish },
  { "hang", SHEAF_VERB_HOSTILE_INPUT, ASYNC_HELPER, NULL, hang_run_async, finish },
  { "hostile-echo", SHEAF_VERB_HOSTILE_INPUT, "test-helper", NULL, NULL, NULL },
  { "environment", SHEAF_VERB_HOSTILE_INPUT, "test-helper", NULL, NULL, NULL },
  { "class", SHEAF_VERB_HOSTILE_INPUT, "test-helper", NULL, NULL, NULL },
  { NULL },
};

const SheafVerb contract_helper_verbs_async[] = {
  { "echo", 0, NULL, echo_run, echo_run_async, finish },
  { "fail", 0, NULL, fail_run, fail_run_async, finish },
  { "sleep", 0, NULL, sleep_run, sleep_run_async, finish },
  { "count", 0, NULL, count_run, count_run_async, finish },
  { "crash", 0, NULL, crash_run, crash_run_async, finish },
  { "crash-once", 0, NULL, crash_once_run, crash_once_run_async, finish },
  { "hang", 0, NULL, hang_run, hang_run_async, finish },
  { NULL },
};

const SheafVerb contract_helper_verbs[] = {
  { "echo", 0, NULL, echo_run, NULL, NULL },
  { "hostile-echo", 0, NULL, echo_run, NULL, NULL },
  { "fail", 0, NULL, fail_run, NULL, NULL },
  { "sleep", 0, NULL, sleep_run, NULL, NULL },
  { "count", 0, NULL, count_run, NULL, NULL },
  { "crash", 0, NULL, crash_run, NULL, NULL },
  { "crash-once", 0, NULL, crash_once_run, NULL, NULL },
  { "hang", 0, NULL, hang_run, NULL, NULL },
  { "pixels", 0, NULL, pixels_run, NULL, NULL },
  { "unsealed", 0, NULL, unsealed_run, NULL, NULL },
  { "garbage", 0, NULL, garbage_run, NULL, NULL },
  { "half", 0, NULL, half_run, NULL, NULL },
  { "leave", 0, NULL, leave_run, NULL, NULL },
  { "environment", 0, NULL, environment_run, NULL, NULL },
  { "class", 0, NULL, class_run, NULL, NULL },
  { NULL },
};
