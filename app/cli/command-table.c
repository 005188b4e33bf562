/* command-table.c: every command of sheaf-cli
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/command.h"

#include <glib/gi18n-lib.h>

const SheafCommand sheaf_commands[] = {
  { "list", N_ ("SOURCE"), N_ ("List what a source has"), sheaf_command_list },
  { "download", N_ ("SOURCE…"), N_ ("Download every picture of a source"), sheaf_command_download },
  { "thumbnail", N_ ("PATH…"), N_ ("Make thumbnails of pictures and folders of pictures"),
    sheaf_command_thumbnail },
  { "compare", N_ ("download | thumbnail | hash | primes"),
    N_ ("Time the same work under each way of working"), sheaf_command_compare },
  { "credits", "", N_ ("Tell what is left of the client ID's quota"), sheaf_command_credits },
  { "demo", "", N_ ("Serve the demo gallery, which speaks Imgur's API"), sheaf_command_demo },
  { "sources", "", N_ ("List every kind of source and how it is written"), sheaf_command_sources },
  { "broker", "", N_ ("Start a private broker for workers, and tell how to start those"),
    sheaf_command_broker },
  { "worker", "", N_ ("Do jobs of the queue; on as many machines as you like"),
    sheaf_command_worker },
  { "queue", N_ ("status | cancel BATCH | dead | retry"), N_ ("Look at the queue, or put it right"),
    sheaf_command_queue },
  { NULL, NULL, NULL, NULL },
};
