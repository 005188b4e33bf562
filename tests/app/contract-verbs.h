/* contract-verbs.h: kinds of work that misbehave on request, for testing executors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A test that links contract-verbs.c gets this table as sheaf_verbs, in place of Sheaf's own; the
 * program `test-helper` serves the same verbs, blocking, or with --async on a main context. */
#pragma once

#include "app/verbs/verb-table.h"

G_BEGIN_DECLS

/* What the helper serves: the rows of sheaf_verbs, each with run(), and what only a helper may do.
 * Verbs of both:
 *   echo    its parameters, and "fd-length" (t) of the descriptor if there is one
 *   fail    %SHEAF_ERROR_NOT_FOUND
 *   sleep   "ms" (u); ends early when cancelled; "started" descriptor gets one byte written
 *   count   calls progress "n" (u) times, 1 ms apart
 *   nested  runs "echo" on contract_executor through sheaf_executor_run(); in-process only
 * Of the helper alone:
 *   crash         dies at once
 *   crash-once    dies if the file that came is empty, after having written a byte to it
 *   hang          never ends, whatever is asked
 *   pixels        a sealed memfd of 2 x 2 pixels
 *   unsealed      a reply with a descriptor that is not sealed
 *   garbage       writes noise on the socket, and hangs
 *   hostile-echo  as echo, marked as %SHEAF_VERB_HOSTILE_INPUT
 *   wants-pixbuf  asks for the other class of helper; there, says so */
extern const SheafVerb contract_helper_verbs[];
extern const SheafVerb contract_helper_verbs_async[];

/* Set by the helper when it was started as the class that may run gdk-pixbuf's own processes. */
extern gboolean contract_in_pixbuf_helper;

/* The executor that "nested" uses. */
extern gpointer contract_executor;

/* How "nested" reaches it; a helper has none. */
extern SheafVerbFunc contract_nested_run;

G_END_DECLS
