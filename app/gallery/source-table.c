/* source-table.c: every source there is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order matters: an address belongs to the first row that claims it, and "urls" takes every web
 * address that is left. */
#include "config.h"

#include "app/gallery/file-source.h"
#include "app/gallery/imgur-source.h"
#include "app/gallery/url-source.h"

#include <glib/gi18n-lib.h>

const SheafSourceType sheaf_source_types[] = {
  {
      .nick = "imgur",
      .title = N_ ("Imgur"),
      .description = N_ ("What people share on Imgur, newest and most popular first."),
      .needs = N_ ("A client ID; Imgur gives out no new ones at present"),
      .icon_name = "starred-symbolic",
      .forms = N_ ("imgur:hot[/viral|top|time]\tthe front page\n"
                   "imgur:top[/day|week|month|year|all]\tthe highest scores\n"
                   "imgur:user[/viral|rising|top|time]\twhat users submitted\n"
                   "imgur:r/NAME\tpictures of a subreddit\n"
                   "imgur:t/TAG\tposts with a tag\n"
                   "imgur:search/WORDS\tposts with these words\n"
                   "imgur:user/NAME\tposts of one user\n"
                   "imgur:a/ID\tone album\n"
                   "https://imgur.com/…\tany of these as copied from a browser"),
      .facets = sheaf_imgur_facets,
      .searchable = TRUE,
      .default_spec = "imgur:hot",
      .claims = sheaf_imgur_claims,
      .compose = sheaf_imgur_compose,
      .create = sheaf_imgur_create,
  },
  {
      .nick = "demo",
      .title = N_ ("Demo gallery"),
      .description = N_ ("Painted pictures from this computer, to try Sheaf without a network."),
      .icon_name = "applications-graphics-symbolic",
      .forms = N_ ("demo:\tthe demo gallery, which starts by itself; further as with imgur:"),
      .facets = sheaf_imgur_facets,
      .searchable = TRUE,
      .default_spec = "demo:",
      .claims = sheaf_demo_claims,
      .compose = sheaf_demo_compose,
      .create = sheaf_demo_create,
  },
  {
      .nick = "file",
      .title = N_ ("Folder"),
      .description = N_ ("Pictures on this computer, folders within folders included."),
      .icon_name = "folder-pictures-symbolic",
      .forms = N_ ("FOLDER\tevery picture in it\nPICTURE\tthat one"),
      .claims = sheaf_file_claims,
      .create = sheaf_file_create,
  },
  {
      .nick = "urls",
      .title = N_ ("Web addresses"),
      .description = N_ ("Pictures at addresses of your own."),
      .icon_name = "web-browser-symbolic",
      .forms = N_ ("https://…\tthe picture at that address\n"
                   "FILE\ta text file with an address on every line\n"
                   "-\tthe same from standard input"),
      .claims = sheaf_url_claims,
      .create = sheaf_url_create,
  },
  { NULL },
};
