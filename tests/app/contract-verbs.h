/* contract-verbs.h: kinds of work that misbehave on request, for testing executors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A test that links contract-verbs.c has these as its sheaf_verbs, in place of Sheaf's own.  The
 * program `test-helper` serves the same verbs: one after another, or with --async many at once.
 *
 *   echo        its parameters; with a descriptor also "fd-length" (t)
 *   fail        %SHEAF_ERROR_NOT_FOUND
 *   sleep       "ms" (u); heeds a cancel
 *   count       "n" (u) times progress, 1 ms apart
 *   nested      runs "echo" on contract_executor and waits for it; where that is in-process
 *   crash       dies at once
 *   crash-once  writes a byte into the file that came and dies, unless there was one already
 *   hang        never ends, and heeds nothing
 * and of the helper alone:
 *   pixels      a sealed memfd of 2 x 2 pixels
 *   unsealed    a reply whose descriptor is not sealed
 *   garbage     noise on the socket, then silence
 *   half        the beginning of a frame, then silence
 *   leave       ends cleanly without an answer
 *   environment "names" (as) of the variables it sees, "n-fds" (u) of open descriptors
 *   class       "class" (s), where it is the one of "wanted" (s); else "needs-" and that (b) */
#pragma once

#include "app/exec/executor.h"

G_BEGIN_DECLS

/* What the helper serves. */
extern const SheafVerb contract_helper_verbs[];
extern const SheafVerb contract_helper_verbs_async[];

/* Set in the helper: which class it was started as: "loaders", "pixbuf", "" for the first. */
extern const char *contract_class;

/* What "nested" runs its inner job on: set by the test. */
extern SheafReply *(*contract_nested_run) (SheafJob *job, GError **error);

G_END_DECLS
