/* source-table.c: every source there is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order matters: an address belongs to the first row that claims it, and "urls" takes every web
 * address that is left. */
#include "config.h"

#include "app/gallery/artic-source.h"
#include "app/gallery/commons-source.h"
#include "app/gallery/file-source.h"
#include "app/gallery/imgur-source.h"
#include "app/gallery/loc-source.h"
#include "app/gallery/nasa-source.h"
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
      .nick = "commons",
      .title = N_ ("Wikimedia Commons"),
      .description = N_ ("A hundred million freely licensed pictures, each with its author."),
      .icon_name = "web-browser-symbolic",
      .forms = N_ ("commons:featured\tthe best of all, newest first\n"
                   "commons:quality\tgood pictures by the people of Commons\n"
                   "commons:potd[/YYYY-MM]\tthe pictures of the day of a month\n"
                   "commons:search/WORDS\tpictures with these words\n"
                   "commons:category/NAME\ta category\n"
                   "commons:category+N/NAME\tthe same with categories within it, N deep\n"
                   "commons:user/NAME\twhat a user uploaded\n"
                   "commons:file/NAME\tone picture\n"
                   "https://commons.wikimedia.org/…\tany of these as copied from a browser"),
      .facets = sheaf_commons_facets,
      .searchable = TRUE,
      .default_spec = "commons:featured",
      .claims = sheaf_commons_claims,
      .compose = sheaf_commons_compose,
      .create = sheaf_commons_create,
  },
  {
      .nick = "artic",
      .title = N_ ("Art Institute of Chicago"),
      .description = N_ ("Paintings, prints and objects of a great museum, in the public domain."),
      .icon_name = "applications-graphics-symbolic",
      .forms = N_ ("artic:\tall works in the public domain\n"
                   "artic:search/WORDS\tworks with these words\n"
                   "https://www.artic.edu/artworks/…\tone work"),
      .searchable = TRUE,
      .default_spec = "artic:",
      .claims = sheaf_artic_claims,
      .compose = sheaf_artic_compose,
      .create = sheaf_artic_create,
  },
  {
      .nick = "nasa",
      .title = N_ ("NASA"),
      .description = N_ ("The pictures of space flight, of planets and of the Earth from above."),
      .icon_name = "weather-clear-night-symbolic",
      .forms = N_ ("nasa:\tthe whole library\n"
                   "nasa:search/WORDS\tpictures with these words\n"
                   "nasa:album/NAME\tan album\n"
                   "https://images.nasa.gov/details/…\tone picture"),
      .searchable = TRUE,
      .default_spec = "nasa:search/earth",
      .claims = sheaf_nasa_claims,
      .compose = sheaf_nasa_compose,
      .create = sheaf_nasa_create,
  },
  {
      .nick = "loc",
      .title = N_ ("Library of Congress"),
      .description = N_ ("Photographs, prints and drawings of two centuries."),
      .icon_name = "accessories-dictionary-symbolic",
      .forms = N_ ("loc:\tall photos, prints and drawings\n"
                   "loc:search/WORDS\tthose with these words\n"
                   "loc:collection/NAME\ta collection\n"
                   "https://www.loc.gov/item/…\tone picture"),
      .searchable = TRUE,
      .default_spec = "loc:",
      .claims = sheaf_loc_claims,
      .compose = sheaf_loc_compose,
      .create = sheaf_loc_create,
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
