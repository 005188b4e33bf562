/* embedder.c: main() of sheaf-embedder, the process that writes into what strangers made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A program of its own, so that helpers which only make thumbnails load no parser of metadata. It
 * works in the strict sandbox: the picture comes as a descriptor, the changed one leaves as one. */
#include "config.h"

#include "app/helpers/sandbox.h"
#include "app/verbs/verb-embed.h"
#include "app/work/helper-loop.h"

static const SheafVerb verbs[] = {
  { "embed", SHEAF_VERB_HOSTILE_INPUT, NULL, sheaf_verb_embed_run, NULL, NULL },
  { NULL },
};

int
main (void)
{
  g_set_prgname ("sheaf-embedder");
  sheaf_sandbox_set_locale ();
  sheaf_verb_embed_warm_up ();
  sheaf_sandbox_prepare (SHEAF_SANDBOX_STRICT);
  return sheaf_helper_serve_confined (verbs, sheaf_sandbox_close);
}
