/* fetcher.c: main() of sheaf-fetcher, the process that talks to the network
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HTTP/2 lives here and not in the window: what a connection can crash is this process, and the
 * work it had under way is done again by the next. */
#include "config.h"

#include "app/verbs/verb-fetch.h"
#include "app/work/helper-loop.h"

#include <glib/gi18n-lib.h>
#include <locale.h>

static const SheafVerb verbs[] = {
  { "fetch", SHEAF_VERB_NETWORK, NULL, sheaf_verb_fetch_run, sheaf_verb_fetch_run_async,
    sheaf_verb_fetch_run_finish },
  { NULL },
};

int
main (void)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SHEAF_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  return sheaf_helper_serve (verbs);
}
