/* thumbnailer.c: main() of sheaf-thumbnailer, the process that opens what strangers made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two classes of it: the strict one, and with --pixbuf one for those loaders of gdk-pixbuf that
 * need more than to compute.  The strict one says when a picture is for the other
 * (verb-thumbnail.h), and the pools send it there (app/exec/helper-pools.c). */
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
  gboolean is_pixbuf_class = argc > 1 && strcmp (argv[1], "--pixbuf") == 0;
  SheafSandboxClass class = SHEAF_SANDBOX_STRICT;

  if (is_pixbuf_class)
    class = sheaf_pixbuf_starts_processes () ? SHEAF_SANDBOX_PROCESSES : SHEAF_SANDBOX_FILES;

  g_set_prgname ("sheaf-thumbnailer");
  sheaf_sandbox_set_locale ();
  sheaf_verb_thumbnail_set_pixbuf_class (is_pixbuf_class);
  sheaf_verb_thumbnail_warm_up ();
  sheaf_verb_photo_warm_up ();
  sheaf_sandbox_prepare (class);
  return sheaf_helper_serve_confined (verbs, sheaf_sandbox_close);
}
