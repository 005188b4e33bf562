/* sandbox.h: what a helper may still do once it opens what strangers made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A helper that decodes pictures needs to compute, to read descriptors it was given, to make a
 * memfd and to talk on its socket.  Everything else is taken away before the first job: a decoder
 * that was taken over is left with nothing worth having.  The layers do not rely on each other:
 *
 *   limits        no core dumps, few descriptors, 128 MB beyond what is mapped at start
 *   privileges    none new, no tracing
 *   Landlock      no file can be opened, no TCP, where the kernel has it
 *   system calls  an allow-list; anything else kills the process (libseccomp)
 *
 * In a build with AddressSanitizer most of it is left out: its shadow memory is larger than any
 * limit, it looks things up in /proc when it finds something, and its search for leaks traces the
 * process from a thread of its own. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SheafSandboxClass:
 * @SHEAF_SANDBOX_STRICT: our own decoders, and those loaders of gdk-pixbuf that only compute
 * @SHEAF_SANDBOX_FILES: loaders that look for fonts, keep temporary files or make threads (SVG,
 * XPM, AVIF): no network and no process, nothing read but what is installed, nothing written but
 *   temporary files
 * @SHEAF_SANDBOX_PROCESSES: gdk-pixbuf from 2.44 on, which starts processes and confines them
 *   itself, through glycin: no network
 *
 * Glycin runs a decoder under bubblewrap with namespaces and a filter of its own, or in a Flatpak
 * asks flatpak-spawn for a sandbox.  That takes mounting (hence no Landlock), netlink, local
 * sockets, a memfd and execve().  It also raises RLIMIT_AS, and goes on when it may not.  Where
 * bubblewrap dies of a filter, or the system has no namespaces for it, glycin decodes without a
 * sandbox: what the last class allows is then all that confines the decoder.
 */
typedef enum
{
  SHEAF_SANDBOX_STRICT,
  SHEAF_SANDBOX_FILES,
  SHEAF_SANDBOX_PROCESSES,
} SheafSandboxClass;

/**
 * sheaf_sandbox_set_locale:
 *
 * What main() begins with: the person's language, and every translation there is for it in memory,
 * since messages are looked up in files.  Only in UTF-8: for another character set, modules would
 * be loaded whenever a message needs them.
 */
void sheaf_sandbox_set_locale (void);

/**
 * sheaf_sandbox_prepare:
 *
 * Everything that binds only the calling thread and those it makes later, and the limits.  Called
 * after warming up and before sheaf_helper_serve_confined().
 */
void sheaf_sandbox_prepare (SheafSandboxClass class);

/* The filter of the class prepared for, on every thread there is: what
 * sheaf_helper_serve_confined() calls. */
void sheaf_sandbox_close (void);

G_END_DECLS
