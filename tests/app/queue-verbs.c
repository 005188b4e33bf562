/* queue-verbs.c: kinds of work for the tests of the queue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Linked in place of Sheaf's own table of verbs.  Every one takes "log" (s): a file that gets a
 * line with "key" (s) when the work begins, so that starts can be counted over processes. */
#include "config.h"

#include "app/work/error.h"
#include "app/work/verb.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void
log_start (SheafJob *job)
{
  const char *log, *key = "";

  if (!g_variant_lookup (job->params, "log", "&s", &log))
    return;
  g_variant_lookup (job->params, "key", "&s", &key);

  g_autofree char *line = g_strdup_printf ("%s\n", key);
  int fd = open (log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  g_assert_cmpint (write (fd, line, strlen (line)), ==, (gssize) strlen (line));
  close (fd);
}

static SheafReply *
run_noop (SheafJob *job, SheafProgressFunc progress, gpointer data, GCancellable *c, GError **error)
{
  log_start (job);
  return sheaf_reply_new (job->params, -1);
}

/* "ms" (u), cancellable; reports progress. */
static SheafReply *
run_sleep (
    SheafJob *job, SheafProgressFunc progress, gpointer data, GCancellable *c, GError **error)
{
  guint32 ms = 0;
  gint64 end;

  log_start (job);
  g_variant_lookup (job->params, "ms", "u", &ms);
  end = g_get_monotonic_time () + ms * G_TIME_SPAN_MILLISECOND;
  while (g_get_monotonic_time () < end)
    {
      if (g_cancellable_set_error_if_cancelled (c, error))
        return NULL;
      if (progress != NULL)
        progress (ms - (end - g_get_monotonic_time ()) / 1000, ms, data);
      g_usleep (MIN (5000, MAX (end - g_get_monotonic_time (), 1)));
    }
  return sheaf_reply_new (NULL, -1);
}

/* Takes the worker along. */
static SheafReply *
run_die (SheafJob *job, SheafProgressFunc progress, gpointer data, GCancellable *c, GError **error)
{
  log_start (job);
  g_usleep (20000);
  kill (getpid (), SIGKILL);
  return NULL;
}

static SheafReply *
run_flaky (
    SheafJob *job, SheafProgressFunc progress, gpointer data, GCancellable *c, GError **error)
{
  log_start (job);
  sheaf_fail (error, SHEAF_ERROR_RESET, "broken off");
  return NULL;
}

static SheafReply *
run_missing (
    SheafJob *job, SheafProgressFunc progress, gpointer data, GCancellable *c, GError **error)
{
  log_start (job);
  g_propagate_error (error, sheaf_error_new (SHEAF_ERROR_NOT_FOUND, "not there", 404, -1));
  return NULL;
}

/* Stands for the real one: writes "bytes" (t) bytes, slowly with "ms" (u). */
static SheafReply *
run_fetch (
    SheafJob *job, SheafProgressFunc progress, gpointer data, GCancellable *c, GError **error)
{
  guint64 bytes = 0, offset = 0;
  guint32 ms = 0;

  log_start (job);
  g_variant_lookup (job->params, "bytes", "t", &bytes);
  g_variant_lookup (job->params, "offset", "t", &offset);
  g_variant_lookup (job->params, "ms", "u", &ms);
  for (guint64 i = offset; i < bytes; i++)
    {
      char byte = "sheaf"[i % 5];

      for (guint slept = 0; i == bytes / 2 && slept < ms; slept += 10)
        {
          if (g_cancellable_is_cancelled (c))
            break;
          g_usleep (10000);
        }
      if (g_cancellable_set_error_if_cancelled (c, error))
        return NULL;
      g_assert_cmpint (pwrite (job->fd, &byte, 1, i), ==, 1);
    }
  return sheaf_reply_new (g_variant_new_parsed ("{'bytes': <%t>, 'offset': <%t>, 'pid': <%u>}",
                                                bytes, offset, (guint) getpid ()),
                          -1);
}

/* Stands for the real one: replies the file that came, "times" (u) over, and the worker's pid. */
static SheafReply *
run_thumbnail (
    SheafJob *job, SheafProgressFunc progress, gpointer data, GCancellable *c, GError **error)
{
  int fd = memfd_create ("reply", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  guint32 times = 1;
  struct stat st;

  log_start (job);
  g_variant_lookup (job->params, "times", "u", &times);
  g_assert_cmpint (fstat (job->fd, &st), ==, 0);

  g_autofree char *buffer = g_malloc (st.st_size + 1);

  g_assert_cmpint (pread (job->fd, buffer, st.st_size, 0), ==, st.st_size);
  for (guint i = 0; i < times; i++)
    g_assert_cmpint (write (fd, buffer, st.st_size), ==, st.st_size);
  fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  return sheaf_reply_new (g_variant_new_parsed ("{'pid': <%u>}", (guint) getpid ()), fd);
}

const SheafVerb sheaf_verbs[] = {
  { .name = "noop", .run = run_noop },
  { .name = "sleep", .run = run_sleep },
  { .name = "die", .run = run_die },
  { .name = "flaky", .run = run_flaky },
  { .name = "missing", .run = run_missing },
  { .name = "fetch", .run = run_fetch },
  { .name = "thumbnail", .run = run_thumbnail },
  { NULL },
};
