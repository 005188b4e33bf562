/* verb-cpu.h: the verbs `hash` and `primes`: pure arithmetic, for comparing ways of working
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `hash`: PBKDF2-HMAC-SHA256.  Parameters: "index" (u), 0 to 19; "iterations" (u).  Reply: "digest"
 * (s, hexadecimal).  `primes`: is "number" (t) prime?  Reply: "prime" (b). */
#pragma once

#include "app/work/verb.h"

G_BEGIN_DECLS

SheafReply *sheaf_verb_hash_run (SheafJob *job,
                                 SheafProgressFunc progress,
                                 gpointer progress_data,
                                 GCancellable *cancellable,
                                 GError **error);
SheafReply *sheaf_verb_primes_run (SheafJob *job,
                                   SheafProgressFunc progress,
                                   gpointer progress_data,
                                   GCancellable *cancellable,
                                   GError **error);

G_END_DECLS
