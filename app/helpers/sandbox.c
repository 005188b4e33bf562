/* sandbox.c: what a helper may still do once it opens what strangers made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening a file kills, even one that is not there: decoders are warmed instead, so that none of
 * them has a reason to.  newfstatat() is how fstat() is called nowadays, and allowed only in that
 * form (AT_EMPTY_PATH). */
#include "config.h"

#include "app/helpers/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef HAVE_SECCOMP
#include <seccomp.h>
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED TRUE
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED TRUE
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED FALSE
#endif

#define MEMORY_THREAD (16ull << 20) /* the stack of the thread that reads the socket */

static const struct
{
  guint64 memory; /* beyond what is mapped at start */
  guint n_fds;
} limits[] = {
  [SHEAF_SANDBOX_STRICT] = { 128ull << 20, 32 },
  [SHEAF_SANDBOX_FILES] = { 512ull << 20, 64 },
  [SHEAF_SANDBOX_PROCESSES] = { 1024ull << 20, 256 },
};

static SheafSandboxClass prepared;

/* Landlock, whose header may be older than the kernel. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif
#define RULESET_VERSION 1u

typedef struct
{
  guint64 handled_access_fs;
  guint64 handled_access_net;
  guint64 scoped;
} Ruleset;

static void
write_message (const char *message)
{
  g_autofree char *line = g_strdup_printf ("%s: %s\n", g_get_prgname (), message);

  if (write (STDERR_FILENO, line, strlen (line)) < 0)
    return;
}

/* GLib's own writer asks who listens to standard error, and what time it is where. */
static GLogWriterOutput
log_plainly (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO))
    return G_LOG_WRITER_HANDLED;
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0 && fields[i].length < 0)
      write_message (fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

static void
limit (int resource, rlim_t value)
{
  struct rlimit rlimit;

  if (getrlimit (resource, &rlimit) == 0 && rlimit.rlim_max != RLIM_INFINITY)
    value = MIN (value, rlimit.rlim_max);
  rlimit = (struct rlimit){ value, value };
  if (setrlimit (resource, &rlimit) < 0)
    g_warning ("A limit cannot be set: %s", g_strerror (errno));
}

static guint64
mapped_bytes (void)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  return g_ascii_strtoull (text, NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);
}

#define LANDLOCK_READ ((1ull << 2) | (1ull << 3)) /* a file, a folder */
#define LANDLOCK_WRITE                                                                             \
  (LANDLOCK_READ | (1ull << 1) | (1ull << 5) | (1ull << 8)) /* make, remove                        \
                                                             */
#define PATH_BENEATH 1

/* What may be read: where programs, fonts and their settings are installed, a Flatpak's too. */
static const char *const readable[]
    = { "/usr", "/etc", "/lib", "/lib64", "/app", "/var/cache/fontconfig", "/run/host/fonts" };

typedef struct
{
  guint64 allowed;
  gint32 parent;
} __attribute__ ((packed)) PathBeneath;

static void
allow_beneath (int ruleset, const char *path, guint64 allowed)
{
  PathBeneath rule = { allowed, open (path, O_PATH | O_CLOEXEC) };

  if (rule.parent < 0)
    return;
  if (syscall (SYS_landlock_add_rule, ruleset, PATH_BENEATH, &rule, 0) < 0)
    g_debug ("Landlock: %s: %s", path, g_strerror (errno));
  close (rule.parent);
}

/* Nothing of the file system but what @class may, no TCP; no signals to, nor abstract sockets of,
 * the world outside. */
static void
enter_landlock (SheafSandboxClass class)
{
  /* How many kinds of access each version knows, beginning with version 1. */
  static const guint8 n_fs[] = { 13, 14, 15, 15, 16 };
  Ruleset ruleset = { 0 };
  long version, fd;

  version = syscall (SYS_landlock_create_ruleset, NULL, 0, RULESET_VERSION);
  if (version < 1)
    return;
  ruleset.handled_access_fs = (1ull << n_fs[MIN (version, (long) G_N_ELEMENTS (n_fs)) - 1]) - 1;
  if (version >= 4)
    ruleset.handled_access_net = 3;
  if (version >= 6)
    ruleset.scoped = 3;

  fd = syscall (SYS_landlock_create_ruleset, &ruleset,
                version >= 6   ? sizeof ruleset
                : version >= 4 ? G_STRUCT_OFFSET (Ruleset, scoped)
                               : G_STRUCT_OFFSET (Ruleset, handled_access_net),
                0);
  if (fd >= 0 && class == SHEAF_SANDBOX_FILES)
    {
      for (guint i = 0; i < G_N_ELEMENTS (readable); i++)
        allow_beneath (fd, readable[i], LANDLOCK_READ);
      allow_beneath (fd, g_get_tmp_dir (), LANDLOCK_WRITE);
    }
  if (fd < 0 || syscall (SYS_landlock_restrict_self, fd, 0) < 0)
    g_debug ("Landlock: %s", g_strerror (errno));
  if (fd >= 0)
    close (fd);
}

void
sheaf_sandbox_set_locale (void)
{
  static const char *const domains[] = { GETTEXT_PACKAGE, "glib20", "gdk-pixbuf", "libc" };

  setlocale (LC_ALL, "");
  if (!g_get_charset (NULL))
    setlocale (LC_ALL, "C.UTF-8");
  bindtextdomain (GETTEXT_PACKAGE, SHEAF_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");

  /* A domain is read whole when it is first asked for anything. */
  for (guint i = 0; i < G_N_ELEMENTS (domains); i++)
    g_debug ("%s: %s", domains[i], g_dgettext (domains[i], g_strerror (ENOMEM)));
}

void
sheaf_sandbox_prepare (SheafSandboxClass class)
{
  guint64 mapped = mapped_bytes ();

  prepared = class;
  g_log_set_writer_func (log_plainly, NULL, NULL);
  /* One arena for both threads: a second one reserves 64 MB of addresses. */
  mallopt (M_ARENA_MAX, 1);

  limit (RLIMIT_CORE, 0);
  limit (RLIMIT_NOFILE, limits[class].n_fds);
  if (!IS_SANITIZED && mapped > 0)
    limit (RLIMIT_AS, mapped + MEMORY_THREAD + limits[class].memory);

  if (!IS_SANITIZED)
    prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    g_error ("The sandbox cannot be closed: %s", g_strerror (errno));
  /* What starts processes mounts file systems for them, and Landlock forbids that wholly. */
  if (class != SHEAF_SANDBOX_PROCESSES && !IS_SANITIZED)
    enter_landlock (class);
}

#ifdef HAVE_SECCOMP

/* Computing, memory, the descriptors there are, and ending.  qsort() asks sysinfo(). */
static const int allowed[] = {
  SCMP_SYS (read),          SCMP_SYS (readv),
  SCMP_SYS (pread64),       SCMP_SYS (write),
  SCMP_SYS (writev),        SCMP_SYS (pwrite64),
  SCMP_SYS (lseek),         SCMP_SYS (close),
  SCMP_SYS (fstat),         SCMP_SYS (ftruncate),
  SCMP_SYS (fallocate),     SCMP_SYS (memfd_create),
  SCMP_SYS (recvmsg),       SCMP_SYS (sendmsg),
  SCMP_SYS (poll),          SCMP_SYS (ppoll),
  SCMP_SYS (munmap),        SCMP_SYS (mremap),
  SCMP_SYS (madvise),       SCMP_SYS (brk),
  SCMP_SYS (futex),         SCMP_SYS (sched_yield),
  SCMP_SYS (clock_gettime), SCMP_SYS (clock_nanosleep),
  SCMP_SYS (nanosleep),     SCMP_SYS (gettimeofday),
  SCMP_SYS (time),          SCMP_SYS (sysinfo),
  SCMP_SYS (getrandom),     SCMP_SYS (getpid),
  SCMP_SYS (gettid),        SCMP_SYS (rt_sigprocmask),
  SCMP_SYS (rt_sigreturn),  SCMP_SYS (restart_syscall),
  SCMP_SYS (exit),          SCMP_SYS (exit_group),
};

static const int allowed_fcntl[] = {
  F_GETFD, F_SETFD, F_GETFL, F_ADD_SEALS, F_GET_SEALS, F_DUPFD_CLOEXEC,
};

static int
allow_strict (scmp_filter_ctx filter)
{
  int failed = 0;

  for (guint i = 0; i < G_N_ELEMENTS (allowed); i++)
    failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, allowed[i], 0);
  for (guint i = 0; i < G_N_ELEMENTS (allowed_fcntl); i++)
    failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (fcntl), 1,
                                SCMP_A1 (SCMP_CMP_EQ, allowed_fcntl[i]));
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (newfstatat), 1,
                              SCMP_A3 (SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
  /* Memory is never made executable. */
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mmap), 1,
                              SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mprotect), 1,
                              SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  /* abort() reaches this process alone. */
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (tgkill), 1,
                              SCMP_A0 (SCMP_CMP_EQ, getpid ()));
  return failed;
}

static int
kill_on (scmp_filter_ctx filter, const int *calls, gsize n)
{
  int failed = 0;

  for (gsize i = 0; i < n; i++)
    failed |= seccomp_rule_add (filter, SCMP_ACT_KILL_PROCESS, calls[i], 0);
  return failed;
}

/* Much is allowed to code of others, but no network, and none of what a picture has no use for. */
static int
forbid (scmp_filter_ctx filter, SheafSandboxClass class)
{
  static const int never[] = {
    SCMP_SYS (ptrace),
    SCMP_SYS (process_vm_readv),
    SCMP_SYS (process_vm_writev),
    SCMP_SYS (bpf),
    SCMP_SYS (perf_event_open),
    SCMP_SYS (userfaultfd),
    SCMP_SYS (kexec_load),
    SCMP_SYS (kexec_file_load),
    SCMP_SYS (init_module),
    SCMP_SYS (finit_module),
    SCMP_SYS (delete_module),
    SCMP_SYS (open_by_handle_at),
    SCMP_SYS (add_key),
    SCMP_SYS (request_key),
    SCMP_SYS (keyctl),
    SCMP_SYS (io_uring_setup),
    SCMP_SYS (io_uring_register),
    SCMP_SYS (reboot),
    SCMP_SYS (swapon),
    SCMP_SYS (settimeofday),
    SCMP_SYS (clock_settime),
  };
  static const int no_process[] = {
    SCMP_SYS (execve), SCMP_SYS (execveat), SCMP_SYS (fork),    SCMP_SYS (vfork),
    SCMP_SYS (mount),  SCMP_SYS (unshare),  SCMP_SYS (setns),   SCMP_SYS (kill),
    SCMP_SYS (chroot), SCMP_SYS (symlink),  SCMP_SYS (chmod),   SCMP_SYS (fchmodat),
    SCMP_SYS (socket), SCMP_SYS (bind),     SCMP_SYS (connect),
  };
  int failed = kill_on (filter, never, G_N_ELEMENTS (never));

  if (class == SHEAF_SANDBOX_FILES)
    {
      failed |= kill_on (filter, no_process, G_N_ELEMENTS (no_process));
      /* Threads, but not processes; clone3() hides which it is, and has clone() to fall back on. */
      failed |= seccomp_rule_add (filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS (clone), 1,
                                  SCMP_A0 (SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
      failed |= seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (clone3), 0);
      return failed;
    }

  /* Local sockets reach the session bus; netlink sets up the inside of a namespace. */
  for (int family = 0; family <= 64; family++)
    if (family != AF_UNIX && family != AF_NETLINK)
      failed |= seccomp_rule_add (filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS (socket), 1,
                                  SCMP_A0 (SCMP_CMP_EQ, family));
  return failed;
}

static void
close_filter (SheafSandboxClass class)
{
  scmp_filter_ctx filter;
  int failed;

  filter = seccomp_init (class == SHEAF_SANDBOX_STRICT ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ALLOW);
  if (filter == NULL)
    g_error ("The sandbox cannot be closed");

  failed = seccomp_attr_set (filter, SCMP_FLTATR_CTL_TSYNC, 1);
  failed |= seccomp_attr_set (filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  failed |= class == SHEAF_SANDBOX_STRICT ? allow_strict (filter) : forbid (filter, class);
  if (failed == 0)
    failed = seccomp_load (filter);
  seccomp_release (filter);

  /* A kernel without filters leaves the other layers; a filter that is wrong is a bug. */
  if (failed == -EINVAL || failed == -ENOSYS)
    g_warning ("The kernel takes no filter for system calls");
  else if (failed != 0)
    g_error ("The sandbox cannot be closed: %s", g_strerror (-failed));
}
#endif

void
sheaf_sandbox_close (void)
{
  /* The last thread has been made; processes there will be none. */
  if (prepared == SHEAF_SANDBOX_STRICT && !IS_SANITIZED)
    limit (RLIMIT_NPROC, 0);
#ifdef HAVE_SECCOMP
  if (!IS_SANITIZED)
    close_filter (prepared);
#endif
}
