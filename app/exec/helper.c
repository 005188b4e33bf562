/* helper.c: one helper process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Started by posix_spawn(): GSubprocess forks, which costs ten times as much from a process of the
 * window's size.  A helper gets a scrubbed environment and no descriptor but its socket and
 * standard error. */
#include "config.h"

#include "app/exec/helper.h"

#include "app/work/error.h"
#include "app/work/helper-loop.h"
#include "app/work/pixels.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A frame that began to come must be whole, and one that is sent taken, within this. */
#define FRAME_LIMIT (5 * G_USEC_PER_SEC)
/* How long a job may take to heed a cancel before its helper is killed. */
#define CANCEL_GRACE (G_USEC_PER_SEC / 4)
/* How long a helper may take to leave once its socket is closed. */
#define LEAVE_GRACE (3 * G_USEC_PER_SEC)

struct _SheafHelper
{
  GPid pid; /* 0 once it was waited for */
  int socket;
  guint64 last_id;
};

/* What a helper may know of its surroundings: the language, how to find what it loads, proxies and
 * certificates, and how developers want their memory checked.  Nothing else: no secrets in
 * variables, no preloaded libraries. */
static const char *const kept_variables[] = {
  "PATH",
  "HOME",
  "TMPDIR",
  "TZ",
  "LANG",
  "LANGUAGE",
  "LD_LIBRARY_PATH",
  "XDG_DATA_DIRS",
  "XDG_DATA_HOME",
  "XDG_RUNTIME_DIR",
  "DBUS_SESSION_BUS_ADDRESS",
  "GDK_PIXBUF_MODULE_FILE",
  "GDK_PIXBUF_MODULEDIR",
  "GIO_EXTRA_MODULES",
  "GIO_MODULE_DIR",
  "GIO_USE_TLS",
  "GIO_USE_VFS",
  "GIO_USE_PROXY_RESOLVER",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "all_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "ALL_PROXY",
  "G_DEBUG",
  "G_SLICE",
  "G_MESSAGES_DEBUG",
  "MALLOC_CHECK_",
  "MALLOC_PERTURB_",
  "ASAN_OPTIONS",
  "LSAN_OPTIONS",
  "UBSAN_OPTIONS",
  "FLATPAK_ID",
  "container",
};

static char **
scrubbed_environment (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) environment = g_get_environ ();

  for (guint i = 0; i < G_N_ELEMENTS (kept_variables); i++)
    {
      const char *value = g_environ_getenv (environment, kept_variables[i]);

      if (value != NULL)
        {
          g_autofree char *pair = g_strconcat (kept_variables[i], "=", value, NULL);

          g_strv_builder_add (builder, pair);
        }
    }
  for (char **pair = environment; *pair != NULL; pair++)
    if (g_str_has_prefix (*pair, "LC_"))
      g_strv_builder_add (builder, *pair);
  return g_strv_builder_end (builder);
}

/* A program that runs where it was built, or from a prefix that was moved, finds the helpers that
 * were built with it: they are as trusted as it is itself, and speak the same version. */
static char *
find_beside (const char *name)
{
  static const char *const places[] = { ".", "../app", "../libexec/sheaf" };
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;

  for (guint i = 0; folder != NULL && i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_build_filename (folder, places[i], name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&path);
    }
  return NULL;
}

char *
sheaf_helper_find (const char *name, const char *helper_dir)
{
  char *path;

  if (helper_dir == NULL)
    helper_dir = g_getenv ("SHEAF_HELPER_DIR");
  if (helper_dir != NULL)
    return g_build_filename (helper_dir, name, NULL);
  path = find_beside (name);
  return path != NULL ? path : g_build_filename (SHEAF_HELPERDIR, name, NULL);
}

static int
spawn (const char *path, char **argv, char **environment, int socket, pid_t *pid)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  int failed;

  sigemptyset (&none);
  sigfillset (&all);
  posix_spawn_file_actions_init (&actions);
  posix_spawnattr_init (&attributes);

  /* Standard output is for results only, and they are not the helper's to print. */
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen (&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2 (&actions, socket, SHEAF_HELPER_SOCKET);
#ifdef HAVE_SPAWN_CLOSEFROM
  /* Ours are all close-on-exec; a library's may not be. */
  posix_spawn_file_actions_addclosefrom_np (&actions, SHEAF_HELPER_SOCKET + 1);
#endif
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigmask (&attributes, &none);
  posix_spawnattr_setsigdefault (&attributes, &all);

  failed = posix_spawn (pid, path, &actions, &attributes, argv, environment);

  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);
  return failed;
}

/* Whether the program is the trouble, which the next try would meet again, or the moment is. */
static gboolean
is_lasting (int failed)
{
  return failed == ENOENT || failed == EACCES || failed == ENOTDIR || failed == ENOEXEC
         || failed == EPERM;
}

/* Once a program, not once a helper. */
static void
warn_where_unfiltered (void)
{
#ifndef HAVE_SECCOMP
  static gsize said;

  if (g_once_init_enter (&said))
    {
      g_message (_ ("This Sheaf was built without libseccomp: helpers are confined less tightly"));
      g_once_init_leave (&said, 1);
    }
#endif
}

SheafHelper *
sheaf_helper_start (const char *program, const char *helper_dir, GError **error)
{
  g_auto (GStrv) argv = NULL;
  g_auto (GStrv) environment = NULL;
  g_autofree char *path = NULL;
  SheafHelper *self;
  int pair[2], theirs, failed;
  pid_t pid;

  g_return_val_if_fail (program != NULL, NULL);

  warn_where_unfiltered ();
  argv = g_strsplit (program, " ", -1);
  path = sheaf_helper_find (argv[0], helper_dir);
  environment = scrubbed_environment ();

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
    {
      sheaf_fail (error, SHEAF_ERROR_FAILED, _ ("Could not start “%s”: %s"), argv[0],
                  g_strerror (errno));
      return NULL;
    }
  /* Above what is about to be replaced, so that dup2() really makes a copy, without close-on-exec.
   */
  theirs = fcntl (pair[1], F_DUPFD_CLOEXEC, SHEAF_HELPER_SOCKET + 1);
  failed = theirs < 0 ? errno : spawn (path, argv, environment, theirs, &pid);
  close (pair[1]);
  if (theirs >= 0)
    close (theirs);
  if (failed != 0)
    {
      close (pair[0]);
      sheaf_fail (error, is_lasting (failed) ? SHEAF_ERROR_NO_HELPER : SHEAF_ERROR_FAILED,
                  _ ("Could not start “%s”: %s"), path, g_strerror (failed));
      return NULL;
    }

  self = g_new0 (SheafHelper, 1);
  self->pid = pid;
  self->socket = pair[0];
  return self;
}

GError *
sheaf_helper_error_crashed (void)
{
  return g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_CRASHED,
                              _ ("The helper program failed while working on this"));
}

GError *
sheaf_helper_error_timeout (void)
{
  return g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_TIMEOUT,
                              _ ("It took too long and was given up"));
}

static GError *
error_cancelled (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("It was cancelled"));
}

gboolean
sheaf_helper_send_job (SheafHelper *self, guint64 id, SheafJob *job, GError **error)
{
  return sheaf_wire_send_until (
      self->socket, SHEAF_FRAME_JOB, id,
      g_variant_new ("(su@a{sv})", job->verb, job->timeout_ms, job->params), job->fd,
      g_get_monotonic_time () + FRAME_LIMIT, error);
}

gboolean
sheaf_helper_send_cancel (SheafHelper *self, guint64 id, GError **error)
{
  return sheaf_wire_send_until (self->socket, SHEAF_FRAME_CANCEL, id, NULL, -1,
                                g_get_monotonic_time () + FRAME_LIMIT, error);
}

SheafReply *
sheaf_helper_take_answer (SheafFrame *frame, gboolean *broken, GError **error)
{
  SheafReply *reply;

  *broken = FALSE;
  if (frame->type == SHEAF_FRAME_ERROR)
    {
      g_propagate_error (error, sheaf_error_from_variant (frame->payload));
      return NULL;
    }

  /* Nobody may be made to read from a pipe, or map what can still shrink. */
  if (frame->type != SHEAF_FRAME_REPLY || (frame->fd >= 0 && !sheaf_memfd_is_sealed (frame->fd)))
    {
      *broken = TRUE;
      g_propagate_error (error, sheaf_helper_error_crashed ());
      return NULL;
    }
  reply = sheaf_reply_new (frame->payload, frame->fd);
  frame->fd = -1;
  return reply;
}

/* One job's way through a helper. */
typedef struct
{
  SheafHelper *helper;
  SheafProgressFunc progress;
  gpointer progress_data;
  guint64 id;
  gint64 deadline; /* of the job; G_MAXINT64 for none */
  gint64 grace;    /* once cancelled: until when it may heed that; else G_MAXINT64 */
  GCancellable *watched[2];
  struct pollfd polls[3];
} Conversation;

static gboolean
is_cancelled (Conversation *c)
{
  return g_cancellable_is_cancelled (c->watched[0]) || g_cancellable_is_cancelled (c->watched[1]);
}

static GError *
why_it_ended (Conversation *c)
{
  if (is_cancelled (c))
    return error_cancelled ();
  if (g_get_monotonic_time () >= c->deadline)
    return sheaf_helper_error_timeout ();
  return sheaf_helper_error_crashed ();
}

/* Waits for something to read.  Returns FALSE when there is nothing more to wait for. */
static gboolean
wait_for_answer (Conversation *c)
{
  for (;;)
    {
      gint64 now = g_get_monotonic_time ();
      gint64 until = MIN (c->deadline, c->grace);
      guint n_polls = c->grace == G_MAXINT64 ? 3 : 1;
      int timeout = -1;

      if (now >= until)
        return FALSE;
      if (until < G_MAXINT64)
        timeout = MIN ((until - now + 999) / 1000, G_MAXINT);
      if (poll (c->polls, n_polls, timeout) < 0 && errno != EINTR)
        return FALSE;

      if (c->grace == G_MAXINT64 && is_cancelled (c))
        {
          c->grace = g_get_monotonic_time () + CANCEL_GRACE;
          if (!sheaf_helper_send_cancel (c->helper, c->id, NULL))
            return FALSE;
        }
      else if (c->polls[0].revents != 0)
        return TRUE;
    }
}

static SheafReply *
converse (Conversation *c, gboolean *broken, GError **error)
{
  while (wait_for_answer (c))
    {
      g_auto (SheafFrame) frame = { 0, 0, NULL, -1 };
      gint64 until = MIN (MIN (c->deadline, c->grace), g_get_monotonic_time () + FRAME_LIMIT);
      guint64 done, total;

      if (!sheaf_wire_receive_until (c->helper->socket, &frame, until, NULL) || frame.id != c->id)
        break;
      if (frame.type != SHEAF_FRAME_PROGRESS)
        return sheaf_helper_take_answer (&frame, broken, error);
      if (c->progress != NULL && !is_cancelled (c))
        {
          g_variant_get (frame.payload, "(tt)", &done, &total);
          c->progress (done, total, c->progress_data);
        }
    }
  *broken = TRUE;
  g_propagate_error (error, why_it_ended (c));
  return NULL;
}

SheafReply *
sheaf_helper_run (SheafHelper *self,
                  SheafJob *job,
                  SheafProgressFunc progress,
                  gpointer progress_data,
                  GCancellable *cancellable,
                  GCancellable *closing,
                  SheafHelperState *state,
                  GError **error)
{
  Conversation c = { self,
                     progress,
                     progress_data,
                     ++self->last_id,
                     G_MAXINT64,
                     G_MAXINT64,
                     { cancellable, closing },
                     { { self->socket, POLLIN, 0 }, { -1, 0, 0 }, { -1, 0, 0 } } };
  g_autoptr (GError) local_error = NULL;
  SheafReply *reply = NULL;
  gboolean broken = FALSE;

  if (job->timeout_ms > 0)
    c.deadline = g_get_monotonic_time () + job->timeout_ms * G_TIME_SPAN_MILLISECOND;

  if (!sheaf_helper_send_job (self, c.id, job, &local_error))
    {
      broken = local_error->domain != SHEAF_ERROR;
      if (broken)
        {
          g_clear_error (&local_error);
          local_error = why_it_ended (&c);
        }
    }
  else
    {
      gboolean watched[2];

      for (guint i = 0; i < 2; i++)
        {
          GPollFD poll_fd = { -1, 0, 0 };

          watched[i] = g_cancellable_make_pollfd (c.watched[i], &poll_fd);
          if (watched[i])
            c.polls[i + 1] = (struct pollfd){ poll_fd.fd, POLLIN, 0 };
        }
      reply = converse (&c, &broken, &local_error);
      for (guint i = 0; i < 2; i++)
        if (watched[i])
          g_cancellable_release_fd (c.watched[i]);
    }

  *state = !broken             ? SHEAF_HELPER_FINE
           : is_cancelled (&c) ? SHEAF_HELPER_STOPPED
                               : SHEAF_HELPER_BROKEN;
  if (broken)
    sheaf_helper_kill (self);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return reply;
}

gboolean
sheaf_helper_is_well (SheafHelper *self)
{
  struct pollfd pollfd = { self->socket, POLLIN, 0 };

  return poll (&pollfd, 1, 0) == 0;
}

int
sheaf_helper_get_socket (SheafHelper *self)
{
  return self->socket;
}

GPid
sheaf_helper_get_pid (SheafHelper *self)
{
  return self->pid;
}

void
sheaf_helper_hang_up (SheafHelper *self)
{
  shutdown (self->socket, SHUT_RDWR);
}

void
sheaf_helper_kill (SheafHelper *self)
{
  if (self->pid != 0)
    kill (self->pid, SIGKILL);
}

void
sheaf_helper_free (SheafHelper *self)
{
  gint64 limit = g_get_monotonic_time () + LEAVE_GRACE;
  gulong pause = 100;
  int status = 0;
  pid_t n;

  sheaf_helper_hang_up (self);
  while ((n = waitpid (self->pid, &status, WNOHANG)) == 0 || (n < 0 && errno == EINTR))
    {
      if (g_get_monotonic_time () >= limit)
        {
          sheaf_helper_kill (self);
          limit = G_MAXINT64;
        }
      g_usleep (pause);
      pause = MIN (pause * 2, 10000);
    }
  if (n == self->pid && WIFSIGNALED (status) && WTERMSIG (status) != SIGKILL)
    g_debug ("helper %d ended by %s", (int) self->pid, g_strsignal (WTERMSIG (status)));
  close (self->socket);
  g_free (self);
}
