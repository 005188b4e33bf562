/* thumbnailer.c: main() of sheaf-thumbnailer, the process that opens what strangers made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/verb-cpu.h"
#include "app/verbs/verb-thumbnail.h"
#include "app/work/helper-loop.h"

#include <glib/gi18n-lib.h>
#include <locale.h>
#include <string.h>

static const SheafVerb verbs[] = {
  { "thumbnail", SHEAF_VERB_HOSTILE_INPUT, NULL, sheaf_verb_thumbnail_run, NULL, NULL },
  { "hash", SHEAF_VERB_CPU, NULL, sheaf_verb_hash_run, NULL, NULL },
  { "primes", SHEAF_VERB_CPU, NULL, sheaf_verb_primes_run, NULL, NULL },
  { NULL },
};

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SHEAF_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  sheaf_verb_thumbnail_set_pixbuf_class (argc > 1 && strcmp (argv[1], "--pixbuf") == 0);
  sheaf_verb_thumbnail_warm_up ();
  return sheaf_helper_serve (verbs);
}
