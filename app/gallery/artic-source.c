/* artic-source.c: the Art Institute of Chicago
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only works in the public domain are asked for: those are what the museum gives away.  It allows
 * sixty questions a minute without a key, which paging by hundreds does not reach. */
#include "config.h"

#include "app/gallery/artic-source.h"

#include "app/gallery/text.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define FIELDS                                                                                     \
  "id,title,image_id,artist_title,artist_display,is_public_domain,thumbnail,credit_line"
#define BATCH "100"

static SheafListingSpec *
parse_spec (const char *text)
{
  static const char *const hosts[] = { "artic.edu", "www.artic.edu", NULL };
  g_autoptr (GUri) site = NULL;
  g_autofree char *words = NULL;
  const char *name;

  if (g_str_equal (text, "artic:"))
    return sheaf_listing_spec_new ("all", NULL);
  if (sheaf_listing_form (text, "artic", "search", &name))
    words = sheaf_text_one_line (name);
  if (words != NULL)
    return sheaf_listing_spec_new ("search", words);
  site = sheaf_listing_parse_site (text, hosts);
  if (site == NULL)
    return NULL;
  if (g_str_has_prefix (g_uri_get_path (site), "/artworks/"))
    {
      const char *number = g_uri_get_path (site) + strlen ("/artworks/");
      gsize length = strspn (number, "0123456789");
      g_autofree char *id = g_strndup (number, length);

      return length > 0 && length < 10 ? sheaf_listing_spec_new ("work", id) : NULL;
    }
  words = sheaf_listing_dup_query (site, "q");
  return sheaf_listing_spec_new (words != NULL ? "search" : "all", words);
}

static char *
dup_url (const char *api_url, const SheafListingSpec *spec, const char *cursor)
{
  g_autofree char *words
      = spec->name != NULL ? g_uri_escape_string (spec->name, NULL, FALSE) : NULL;

  if (g_str_equal (spec->kind, "work"))
    return g_strdup_printf ("%s/artworks/%s?fields=" FIELDS, api_url, spec->name);
  return g_strdup_printf (
      "%s/artworks/search?query%%5Bterm%%5D%%5Bis_public_domain%%5D=true&fields=" FIELDS
      "&limit=" BATCH "&page=%s%s%s",
      api_url, cursor != NULL ? cursor : "1", words != NULL ? "&q=" : "",
      words != NULL ? words : "");
}

static char *
dup_title (const SheafListingSpec *spec)
{
  if (g_str_equal (spec->kind, "search"))
    return g_strdup_printf (_ ("Search for “%s”"), spec->name);
  if (g_str_equal (spec->kind, "work"))
    return g_strdup_printf (_ ("Work %s"), spec->name);
  return g_strdup (_ ("Works in the public domain"));
}

const SheafListing sheaf_artic = {
  .nick = "artic",
  .service = "The Art Institute of Chicago",
  .api_url = "https://api.artic.edu/api/v1",
  .parse_spec = parse_spec,
  .dup_url = dup_url,
  .parse = sheaf_artic_parse,
  .dup_title = dup_title,
};

gboolean
sheaf_artic_claims (const char *spec)
{
  return sheaf_listing_claims (&sheaf_artic, spec);
}

char *
sheaf_artic_compose (const char *const *values, const char *words)
{
  return words != NULL && *words != '\0' ? g_strdup_printf ("artic:search/%s", words)
                                         : g_strdup ("artic:");
}

SheafSource *
sheaf_artic_create (const char *spec, const SheafSourceContext *context, GError **error)
{
  return sheaf_listing_source_new (&sheaf_artic, spec, context, error);
}
