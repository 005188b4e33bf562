/* helper-loop.h: the life of a helper process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A helper inherits one socket as descriptor 3, serves jobs from it until end-of-file, and exits.
 * It never opens a file by name: what it needs comes as descriptors. */
#pragma once

#include "app/work/verb.h"

G_BEGIN_DECLS

#define SHEAF_HELPER_SOCKET 3

/**
 * sheaf_helper_serve:
 * @verbs: what this helper can do; rows with run_async() are served many at once on one main
 *   context, the others one after another in this thread
 *
 * Serves jobs until the other side closes the socket or breaks the protocol.
 *
 * Returns: the exit status for main()
 */
int sheaf_helper_serve (const SheafVerb *verbs);

/* Closes the sandbox around the calling process; ends the process where that fails. */
typedef void (*SheafHelperConfineFunc) (void);

/**
 * sheaf_helper_serve_confined:
 * @confine: (nullable): called once, after the last thread was made and before the first job is
 *   looked at, so that a sandbox need allow no new thread
 *
 * The same, in a sandbox.
 */
int sheaf_helper_serve_confined (const SheafVerb *verbs, SheafHelperConfineFunc confine);

G_END_DECLS
