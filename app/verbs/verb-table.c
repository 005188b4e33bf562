/* verb-table.c: every verb Sheaf itself can name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arithmetic is served by the helper of pictures: it is made for one job a core. */
#include "config.h"

#include "app/verbs/verb-cpu.h"
#include "app/verbs/verb-fetch.h"
#include "app/work/verb.h"

const SheafVerb sheaf_verbs[] = {
  { "fetch", SHEAF_VERB_NETWORK, "sheaf-fetcher", sheaf_verb_fetch_run, sheaf_verb_fetch_run_async,
    sheaf_verb_fetch_run_finish },
  { "thumbnail", SHEAF_VERB_HOSTILE_INPUT, "sheaf-thumbnailer", NULL, NULL, NULL },
  { "photo", SHEAF_VERB_HOSTILE_INPUT, "sheaf-thumbnailer", NULL, NULL, NULL },
  { "embed", SHEAF_VERB_HOSTILE_INPUT, "sheaf-embedder", NULL, NULL, NULL },
  { "hash", SHEAF_VERB_CPU, "sheaf-thumbnailer", sheaf_verb_hash_run, NULL, NULL },
  { "primes", SHEAF_VERB_CPU, "sheaf-thumbnailer", sheaf_verb_primes_run, NULL, NULL },
  { NULL },
};
