/* loc-source.c: the Library of Congress
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Twenty questions in ten seconds are allowed, and more block the asker for minutes; pages of a
 * hundred pictures, asked for as a person scrolls, stay far below that. */
#include "config.h"

#include "app/gallery/loc-source.h"

#include "app/gallery/text.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define BATCH "100"

static SheafListingSpec *
spec_for_path (const char *kind, const char *rest)
{
  gsize length = strspn (rest, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.");
  g_autofree char *name = g_strndup (rest, length);

  return length > 0 && name[0] != '.' && (rest[length] == '\0' || rest[length] == '/')
             ? sheaf_listing_spec_new (kind, name)
             : NULL;
}

static SheafListingSpec *
parse_spec (const char *text)
{
  static const char *const hosts[] = { "loc.gov", "www.loc.gov", NULL };
  g_autoptr (GUri) site = NULL;
  g_autofree char *words = NULL;
  const char *name, *path;

  if (g_str_equal (text, "loc:"))
    return sheaf_listing_spec_new ("all", NULL);
  if (sheaf_listing_form (text, "loc", "search", &name))
    words = sheaf_text_one_line (name);
  if (words != NULL)
    return sheaf_listing_spec_new ("search", words);
  if (sheaf_listing_form (text, "loc", "collection", &name))
    return spec_for_path ("collection", name);
  site = sheaf_listing_parse_site (text, hosts);
  if (site == NULL)
    return NULL;
  path = g_uri_get_path (site);
  if (g_str_has_prefix (path, "/item/"))
    return spec_for_path ("item", path + strlen ("/item/"));
  if (g_str_has_prefix (path, "/collections/"))
    return spec_for_path ("collection", path + strlen ("/collections/"));
  words = sheaf_listing_dup_query (site, "q");
  return words != NULL ? sheaf_listing_spec_new ("search", words) : NULL;
}

static char *
dup_url (const char *api_url, const SheafListingSpec *spec, const char *cursor)
{
  g_autofree char *words
      = spec->name != NULL ? g_uri_escape_string (spec->name, NULL, FALSE) : NULL;
  const char *page = cursor != NULL ? cursor : "1";

  if (g_str_equal (spec->kind, "item"))
    return g_strdup_printf ("%s/item/%s/?fo=json&at=item", api_url, words);
  if (g_str_equal (spec->kind, "collection"))
    return g_strdup_printf (
        "%s/collections/%s/?fo=json&at=results,pagination&fa=online-format:image"
        "&c=" BATCH "&sp=%s",
        api_url, words, page);
  return g_strdup_printf ("%s/photos/?fo=json&at=results,pagination&fa=online-format:image&c=" BATCH
                          "&sp=%s%s%s",
                          api_url, page, words != NULL ? "&q=" : "", words != NULL ? words : "");
}

static char *
dup_title (const SheafListingSpec *spec)
{
  if (g_str_equal (spec->kind, "search"))
    return g_strdup_printf (_ ("Search for “%s”"), spec->name);
  return g_strdup (spec->name != NULL ? spec->name : _ ("Photos, prints and drawings"));
}

const SheafListing sheaf_loc = {
  .nick = "loc",
  .service = "The Library of Congress",
  .api_url = "https://www.loc.gov",
  .parse_spec = parse_spec,
  .dup_url = dup_url,
  .parse = sheaf_loc_parse,
  .dup_title = dup_title,
};

gboolean
sheaf_loc_claims (const char *spec)
{
  return sheaf_listing_claims (&sheaf_loc, spec);
}

char *
sheaf_loc_compose (const char *const *values, const char *words)
{
  return words != NULL && *words != '\0' ? g_strdup_printf ("loc:search/%s", words)
                                         : g_strdup ("loc:");
}

SheafSource *
sheaf_loc_create (const char *spec, const SheafSourceContext *context, GError **error)
{
  return sheaf_listing_source_new (&sheaf_loc, spec, context, error);
}
