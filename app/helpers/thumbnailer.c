/* thumbnailer.c: main() of sheaf-thumbnailer, the process that opens what strangers made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three classes of it (verb-thumbnail.h): the one that nearly every picture is for, which starts
 * fastest; with --loaders one that has gdk-pixbuf's loaders as well, as strictly confined; and with
 * --pixbuf one for those of its loaders that need more than to compute.  The first says when a
 * picture is for another, and the pools send it there (app/exec/helper-pools.c). */
#include "config.h"

#include "app/helpers/sandbox.h"
#include "app/verbs/decoder.h"
#include "app/verbs/verb-cpu.h"
#include "app/verbs/verb-photo.h"
#include "app/verbs/verb-thumbnail.h"
#include "app/work/helper-loop.h"

#include <string.h>

static const SheafVerb verbs[] = {
  { "thumbnail", SHEAF_VERB_HOSTILE_INPUT, NULL, sheaf_verb_thumbnail_run, NULL, NULL },
  { "photo", SHEAF_VERB_HOSTILE_INPUT, NULL, sheaf_verb_photo_run, NULL, NULL },
  { "hash", SHEAF_VERB_CPU, NULL, sheaf_verb_hash_run, NULL, NULL },
  { "primes", SHEAF_VERB_CPU, NULL, sheaf_verb_primes_run, NULL, NULL },
  { NULL },
};

int
main (int argc, char **argv)
{
  const char *wanted = argc > 1 ? argv[1] : "";
  SheafPixbufClass pixbuf = SHEAF_PIXBUF_NONE;
  SheafSandboxClass class = SHEAF_SANDBOX_STRICT;

  if (strcmp (wanted, "--loaders") == 0)
    pixbuf = SHEAF_PIXBUF_PLAIN;
  else if (strcmp (wanted, "--pixbuf") == 0)
    {
      pixbuf = SHEAF_PIXBUF_ALL;
      class = sheaf_pixbuf_starts_processes () ? SHEAF_SANDBOX_PROCESSES : SHEAF_SANDBOX_FILES;
    }

  g_set_prgname ("sheaf-thumbnailer");
  sheaf_sandbox_set_locale ();
  sheaf_verb_thumbnail_set_pixbuf_class (pixbuf);
  sheaf_verb_thumbnail_warm_up ();
  sheaf_verb_photo_warm_up ();
  sheaf_sandbox_prepare (class);
  return sheaf_helper_serve_confined (verbs, sheaf_sandbox_close);
}
