/* nasa-source.c: NASA's Image and Video Library
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/nasa-source.h"

#include "app/gallery/text.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define BATCH "100"

static SheafListingSpec *
parse_spec (const char *text)
{
  static const char *const hosts[] = { "images.nasa.gov", NULL };
  g_autoptr (GUri) site = NULL;
  g_autofree char *words = NULL, *album = NULL;
  const char *name, *path;

  if (g_str_equal (text, "nasa:"))
    return sheaf_listing_spec_new ("all", NULL);
  if (sheaf_listing_form (text, "nasa", "search", &name))
    words = sheaf_text_one_line (name);
  if (words != NULL)
    return sheaf_listing_spec_new ("search", words);
  if (sheaf_listing_form (text, "nasa", "album", &name))
    album = sheaf_text_one_line (name);
  if (album != NULL && strchr (album, '/') == NULL)
    return sheaf_listing_spec_new ("album", album);
  site = sheaf_listing_parse_site (text, hosts);
  if (site == NULL)
    return NULL;
  path = g_uri_get_path (site);
  /* "/details/ID", and "/details-ID" in older links. */
  if (g_str_has_prefix (path, "/details") && strlen (path) > strlen ("/details/"))
    {
      g_autofree char *plain = g_uri_unescape_string (path + strlen ("/details/"), NULL);
      g_autofree char *id
          = plain != NULL && g_utf8_validate (plain, -1, NULL) ? sheaf_text_one_line (plain) : NULL;

      return id != NULL ? sheaf_listing_spec_new ("picture", id) : NULL;
    }
  words = sheaf_listing_dup_query (site, "q");
  return sheaf_listing_spec_new (words != NULL ? "search" : "all", words);
}

static char *
dup_url (const char *api_url, const SheafListingSpec *spec, const char *cursor)
{
  g_autofree char *name = spec->name != NULL ? g_uri_escape_string (spec->name, NULL, FALSE) : NULL;
  const char *page = cursor != NULL ? cursor : "1";

  if (g_str_equal (spec->kind, "album"))
    return g_strdup_printf ("%s/album/%s?page=%s", api_url, name, page);
  return g_strdup_printf ("%s/search?media_type=image&page=%s&page_size=" BATCH "%s%s", api_url,
                          page,
                          name == NULL                          ? ""
                          : g_str_equal (spec->kind, "picture") ? "&nasa_id="
                                                                : "&q=",
                          name != NULL ? name : "");
}

static char *
dup_title (const SheafListingSpec *spec)
{
  if (g_str_equal (spec->kind, "search"))
    return g_strdup_printf (_ ("Search for “%s”"), spec->name);
  return g_strdup (spec->name != NULL ? spec->name : _ ("Pictures of NASA"));
}

const SheafListing sheaf_nasa = {
  .nick = "nasa",
  .service = "NASA",
  .api_url = "https://images-api.nasa.gov",
  .parse_spec = parse_spec,
  .dup_url = dup_url,
  .parse = sheaf_nasa_parse,
  .dup_title = dup_title,
};

gboolean
sheaf_nasa_claims (const char *spec)
{
  return sheaf_listing_claims (&sheaf_nasa, spec);
}

char *
sheaf_nasa_compose (const char *const *values, const char *words)
{
  return words != NULL && *words != '\0' ? g_strdup_printf ("nasa:search/%s", words)
                                         : g_strdup ("nasa:");
}

SheafSource *
sheaf_nasa_create (const char *spec, const SheafSourceContext *context, GError **error)
{
  return sheaf_listing_source_new (&sheaf_nasa, spec, context, error);
}
