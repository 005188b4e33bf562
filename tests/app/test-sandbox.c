/* test-sandbox.c: what a helper that was taken over tries is the last thing it does
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The helper here is made hostile, its sandbox is the real one's.  For each attempt the process
 * must die, by the signal of the filter and no other; and without the filter, the layers below it
 * must still refuse. */
#include "config.h"

#include "app/work/wire.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT (20 * G_USEC_PER_SEC)

typedef struct
{
  const char *option; /* of the helper */
  const char *verb;
  gboolean killed;
  int code; /* else the errno that comes back */
} Attempt;

/* Runs one attempt in a fresh helper: TRUE where the filter killed it, else its errno. */
static gboolean
attempt (const char *option, const char *verb, guint *code)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "tests", "hostile-helper", NULL);
  char *argv[] = { path, (char *) option, NULL };
  g_auto (SheafFrame) frame = { 0, 0, NULL, -1 };
  posix_spawn_file_actions_t actions;
  gboolean answered;
  int pair[2], high, status;
  pid_t pid;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  high = dup2 (pair[1], 100);
  close (pair[1]);
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, high, 3);
  posix_spawn_file_actions_addclose (&actions, high);
  g_assert_cmpint (posix_spawn (&pid, path, &actions, NULL, argv, environ), ==, 0);
  posix_spawn_file_actions_destroy (&actions);
  close (high);

  g_assert_true (sheaf_wire_send (pair[0], SHEAF_FRAME_JOB, 1,
                                  g_variant_new ("(sua{sv})", verb, 0, NULL), -1, NULL));
  answered = sheaf_wire_receive_until (pair[0], &frame, g_get_monotonic_time () + WAIT, NULL);
  close (pair[0]);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);

  if (!answered)
    {
      g_assert_true (WIFSIGNALED (status));
      g_assert_cmpint (WTERMSIG (status), ==, SIGSYS);
      return TRUE;
    }
  g_assert_cmpint (frame.type, ==, SHEAF_FRAME_REPLY);
  g_assert_true (g_variant_lookup (frame.payload, "errno", "u", code));
  /* It left in peace, too. */
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  return FALSE;
}

static void
test_attempt (gconstpointer data)
{
  const Attempt *one = data;
  guint code = G_MAXUINT;

  g_assert_cmpint (attempt (one->option, one->verb, &code), ==, one->killed);
  if (!one->killed)
    g_assert_cmpint (code, ==, one->code);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#ifdef HAVE_SECCOMP
/* Not in every container. */
static gboolean
has_bubblewrap (void)
{
  const char *argv[]
      = { "bwrap", "--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev", "/bin/true", NULL };
  int status;

  return g_spawn_sync (NULL, (char **) argv, NULL,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL
                           | G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL, NULL, NULL, NULL, &status, NULL)
         && status == 0;
}
#endif

static gboolean
has_landlock (void)
{
  return syscall (444 /* landlock_create_ruleset */, NULL, 0, 1 /* which version */) >= 1;
}
#endif

int
main (int argc, char *argv[])
{
  static const Attempt always[] = {
    { NULL, "nothing", FALSE, 0 },
  };
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#ifdef HAVE_SECCOMP
  static const Attempt filtered[] = {
    { NULL, "open", TRUE },
    { NULL, "open-missing", TRUE },
    { NULL, "create", TRUE },
    { NULL, "unlink", TRUE },
    { NULL, "stat", TRUE },
    { NULL, "readlink", TRUE },
    { NULL, "socket", TRUE },
    { NULL, "socket-unix", TRUE },
    { NULL, "socketpair", TRUE },
    { NULL, "fork", TRUE },
    { NULL, "clone3", TRUE },
    { NULL, "exec", TRUE },
    { NULL, "kill", TRUE },
    { NULL, "signal-parent", TRUE },
    { NULL, "ptrace", TRUE },
    { NULL, "prctl", TRUE },
    { NULL, "executable", TRUE },
    { NULL, "ioctl", TRUE },
    { NULL, "thread", TRUE },
    { "--files", "nothing", FALSE, 0 },
    { "--files", "thread", FALSE, 0 },
    { "--files", "open", FALSE, 0 },
    { "--files", "temporary", FALSE, 0 },
    { "--files", "socket", TRUE },
    { "--files", "socket-unix", TRUE },
    { "--files", "fork", TRUE },
    { "--files", "clone3", FALSE, ENOSYS },
    { "--files", "exec", TRUE },
    { "--files", "kill", TRUE },
    { "--files", "ptrace", TRUE },
    { "--processes", "nothing", FALSE, 0 },
    { "--processes", "socket", TRUE },
    { "--processes", "ptrace", TRUE },
    { "--processes", "fork", FALSE, 0 },
    { "--processes", "open", FALSE, 0 },
    { "--processes", "socket-unix", FALSE, 0 },
  };
  /* Within a sandbox that refuses it, glycin decodes without one of its own. */
  static const Attempt nested[] = {
    { "--processes", "bubblewrap", FALSE, 0 },
    { "--files", "bubblewrap", TRUE },
  };
#endif
  static const Attempt limited[] = {
    { NULL, "descriptors", FALSE, EMFILE },
    { "--no-filter", "undumpable", FALSE, 0 },
    { NULL, "memory", FALSE, ENOMEM },
    { NULL, "some-memory", FALSE, 0 },
  };
  static const Attempt landlocked[] = {
    { "--no-filter", "open", FALSE, EACCES },
    { "--no-filter", "create", FALSE, EACCES },
    { "--no-filter", "exec", FALSE, EACCES },
    { "--files", "open-home", FALSE, EACCES },
  };
#endif

  g_test_init (&argc, &argv, NULL);

#define ADD(attempts)                                                                              \
  for (guint i = 0; i < G_N_ELEMENTS (attempts); i++)                                              \
    {                                                                                              \
      const Attempt *one = &attempts[i];                                                           \
      g_autofree char *path = g_strdup_printf (                                                    \
          "/sandbox/%s/%s", one->option != NULL ? one->option + 2 : "strict", one->verb);          \
                                                                                                   \
      g_test_add_data_func (path, one, test_attempt);                                              \
    }

  ADD (always);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  ADD (limited);
  if (has_landlock ())
    ADD (landlocked);
#ifdef HAVE_SECCOMP
  ADD (filtered);
  if (has_bubblewrap ())
    ADD (nested);
#endif
#endif
  return g_test_run ();
}
