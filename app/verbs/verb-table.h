/* verb-table.h: every verb Sheaf itself can name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/work/verb.h"

G_BEGIN_DECLS

/* Ends with a row without a name.  Verbs with %SHEAF_VERB_HOSTILE_INPUT have no run() here: they
 * exist in their helper alone. */
extern const SheafVerb sheaf_verbs[];

G_END_DECLS
