/* hostile-helper.c: a helper that was taken over, in the sandbox of the real one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each verb tries one thing that no picture has a reason for, by the system call itself.  When it
 * is still alive afterwards, it replies what came of it: "errno" (u), 0 for success.
 *
 *   hostile-helper [--files|--processes]   another class than the strict one
 *   hostile-helper --no-filter             only the layers below the filter */
#include "config.h"

#include "app/helpers/sandbox.h"
#include "app/work/helper-loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static SheafReply *
outcome (gboolean success)
{
  guint saved = success ? 0 : errno;

  return sheaf_reply_new (g_variant_new_parsed ("{'errno': <%u>}", saved), -1);
}

#define TRY(name, expression)                                                                      \
  static SheafReply *try_##name (SheafJob *job, SheafProgressFunc progress,                        \
                                 gpointer progress_data, GCancellable *cancellable,                \
                                 GError **error)                                                   \
  {                                                                                                \
    return outcome (expression);                                                                   \
  }

static const char shell[] = "/bin/sh";
static char *const no_strings[] = { NULL };

static gboolean
fork_and_wait (long child)
{
  if (child == 0)
    syscall (SYS_exit_group, 0);
  return child > 0 && waitpid (child, NULL, 0) == child;
}

static gboolean
clone3_and_wait (void)
{
  struct clone_args arguments = { .exit_signal = SIGCHLD };

  return fork_and_wait (syscall (SYS_clone3, &arguments, sizeof arguments));
}

static gboolean
connect_loopback (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (9) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  return fd >= 0 && connect (fd, (struct sockaddr *) &address, sizeof address) == 0;
}

static gboolean
take_memory (gsize bytes)
{
  gpointer memory = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return memory != MAP_FAILED && munmap (memory, bytes) == 0;
}

static gboolean
take_descriptors (void)
{
  for (guint i = 0; i < 64; i++)
    if (memfd_create ("many", MFD_CLOEXEC) < 0)
      return FALSE;
  return TRUE;
}

static gboolean
make_temporary (void)
{
  g_autofree char *name = NULL;
  int fd = g_file_open_tmp ("hostile-XXXXXX", &name, NULL);

  return fd >= 0 && close (fd) == 0 && unlink (name) == 0;
}

static gpointer
do_nothing (gpointer data)
{
  return data;
}

static gboolean
make_thread (void)
{
  return g_thread_join (g_thread_new ("thread", do_nothing, GINT_TO_POINTER (1))) != NULL;
}

static gboolean
is_undumpable (void)
{
  struct rlimit core;

  errno = EINVAL;
  return prctl (PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && getrlimit (RLIMIT_CORE, &core) == 0
         && core.rlim_max == 0 && prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

TRY (nothing, TRUE)
TRY (open, syscall (SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0) >= 0)
TRY (open_home, syscall (SYS_openat, AT_FDCWD, g_get_home_dir (), O_RDONLY, 0) >= 0)
TRY (temporary, make_temporary ())
TRY (thread, make_thread ())
TRY (open_missing, syscall (SYS_openat, AT_FDCWD, "/nowhere", O_RDONLY, 0) >= 0)
TRY (create, syscall (SYS_openat, AT_FDCWD, "/tmp/sheaf-hostile", O_WRONLY | O_CREAT, 0600) >= 0)
TRY (unlink, syscall (SYS_unlinkat, AT_FDCWD, "/tmp/sheaf-hostile", 0) == 0)
TRY (stat, syscall (SYS_newfstatat, AT_FDCWD, "/etc/passwd", &(struct stat){ 0 }, 0) == 0)
TRY (readlink, syscall (SYS_readlinkat, AT_FDCWD, "/proc/self/exe", (char[64]){ 0 }, 64) >= 0)
/* What glycin starts for each picture, with a program in place of its decoder: namespaces, mounts,
 * a loopback device set up by netlink, and a filter of its own. */
static gboolean
run_bubblewrap (void)
{
  static const struct sock_filter allow = BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  int fd = memfd_create ("filter", 0), status = -1;
  g_autofree char *number = g_strdup_printf ("%d", fd);
  char *argv[] = { "bwrap",
                   "--unshare-all",
                   "--die-with-parent",
                   "--chdir",
                   "/",
                   "--ro-bind",
                   "/usr",
                   "/usr",
                   "--dev",
                   "/dev",
                   "--tmpfs",
                   "/tmp-home",
                   "--clearenv",
                   "--symlink",
                   "/usr/lib",
                   "/lib",
                   "--symlink",
                   "/usr/lib64",
                   "/lib64",
                   "--seccomp",
                   number,
                   "/usr/bin/true",
                   NULL };
  pid_t pid;

  if (write (fd, &allow, sizeof allow) != sizeof allow || lseek (fd, 0, SEEK_SET) != 0
      || posix_spawnp (&pid, "bwrap", NULL, NULL, argv, environ) != 0)
    return FALSE;
  errno = EINTR;
  if (waitpid (pid, &status, 0) != pid)
    return FALSE;
  errno = EPERM;
  return status == 0;
}

TRY (bubblewrap, run_bubblewrap ())
TRY (socket, connect_loopback ())
TRY (socket_unix, socket (AF_UNIX, SOCK_STREAM, 0) >= 0)
TRY (socketpair, socketpair (AF_UNIX, SOCK_STREAM, 0, (int[2]){ 0 }) == 0)
TRY (fork, fork_and_wait (syscall (SYS_clone, SIGCHLD, 0, 0, 0, 0)))
TRY (clone3, clone3_and_wait ())
TRY (exec, syscall (SYS_execve, shell, no_strings, no_strings) == 0)
TRY (kill, syscall (SYS_kill, getppid (), 0) == 0)
TRY (signal_parent, syscall (SYS_tgkill, getppid (), getppid (), 0) == 0)
TRY (ptrace, syscall (SYS_ptrace, PTRACE_TRACEME, 0, 0, 0) == 0)
TRY (prctl, prctl (PR_SET_DUMPABLE, 1, 0, 0, 0) == 0)
TRY (executable,
     mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
TRY (ioctl, syscall (SYS_ioctl, 2, 0x5412 /* TIOCSTI */, "x") == 0)
TRY (memory, take_memory (400u << 20))
TRY (some_memory, take_memory (100u << 20))
TRY (descriptors, take_descriptors ())
TRY (undumpable, is_undumpable ())

static const SheafVerb verbs[] = {
  { "nothing", 0, NULL, try_nothing },
  { "open", 0, NULL, try_open },
  { "open-home", 0, NULL, try_open_home },
  { "temporary", 0, NULL, try_temporary },
  { "thread", 0, NULL, try_thread },
  { "open-missing", 0, NULL, try_open_missing },
  { "create", 0, NULL, try_create },
  { "unlink", 0, NULL, try_unlink },
  { "stat", 0, NULL, try_stat },
  { "readlink", 0, NULL, try_readlink },
  { "bubblewrap", 0, NULL, try_bubblewrap },
  { "socket", 0, NULL, try_socket },
  { "socket-unix", 0, NULL, try_socket_unix },
  { "socketpair", 0, NULL, try_socketpair },
  { "fork", 0, NULL, try_fork },
  { "clone3", 0, NULL, try_clone3 },
  { "exec", 0, NULL, try_exec },
  { "kill", 0, NULL, try_kill },
  { "signal-parent", 0, NULL, try_signal_parent },
  { "ptrace", 0, NULL, try_ptrace },
  { "prctl", 0, NULL, try_prctl },
  { "executable", 0, NULL, try_executable },
  { "ioctl", 0, NULL, try_ioctl },
  { "memory", 0, NULL, try_memory },
  { "some-memory", 0, NULL, try_some_memory },
  { "descriptors", 0, NULL, try_descriptors },
  { "undumpable", 0, NULL, try_undumpable },
  { NULL },
};

int
main (int argc, char *argv[])
{
  const char *option = argc > 1 ? argv[1] : "";

  sheaf_sandbox_set_locale ();
  sheaf_sandbox_prepare (strcmp (option, "--files") == 0       ? SHEAF_SANDBOX_FILES
                         : strcmp (option, "--processes") == 0 ? SHEAF_SANDBOX_PROCESSES
                                                               : SHEAF_SANDBOX_STRICT);
  if (strcmp (option, "--no-filter") == 0)
    return sheaf_helper_serve (verbs);
  return sheaf_helper_serve_confined (verbs, sheaf_sandbox_close);
}
