/* commons-source.c: Wikimedia Commons
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One question to MediaWiki's Action API gives the files of a search or a category together with
 * their facts: a generator makes the list, "imageinfo" tells what there is to know.  Previews are
 * asked for at 330 pixels, one of the widths that Wikimedia keeps ready; others are made anew each
 * time, and are refused to those who ask for many.  The API tells when it lags (maxlag). */
#include "config.h"

#include "app/gallery/commons-source.h"

#include "app/gallery/commons-json.h"
#include "app/gallery/text.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define PREVIEW_WIDTH "330"
#define FIRST_BATCH   "50" /* something to see at once; then as many as the API gives */
#define FURTHER_BATCH "max"
#define MAX_DEPTH     9

#define FEATURED "Featured pictures on Wikimedia Commons"
#define QUALITY  "Quality images"

const SheafFacet sheaf_commons_facets[] = {
  { "collection", N_ ("Collection"),
    (const SheafChoice[]){ { "featured", N_ ("Featured pictures") },
                           { "quality", N_ ("Quality images") },
                           { "potd", N_ ("Pictures of the day") },
                           { NULL } },
    NULL },
  { NULL },
};

/* A name as it stands in an address: underscores are blanks there. */
static char *
dup_name (const char *segment)
{
  g_autofree char *plain = g_uri_unescape_string (segment, NULL);
  g_autofree char *name
      = plain != NULL && g_utf8_validate (plain, -1, NULL) ? sheaf_text_one_line (plain) : NULL;

  if (name == NULL || strpbrk (name, "|#<>[]{}") != NULL)
    return NULL;
  g_strdelimit (name, "_", ' ');
  g_strstrip (name);
  return *name != '\0' ? g_steal_pointer (&name) : NULL;
}

static SheafListingSpec *
spec_for_name (const char *kind, const char *segment)
{
  g_autofree char *name = dup_name (segment);

  return name != NULL ? sheaf_listing_spec_new (kind, name) : NULL;
}

/* "/wiki/Category:NAME" and the like. */
static SheafListingSpec *
spec_for_page (const char *title)
{
  if (g_str_has_prefix (title, "File:"))
    return spec_for_name ("file", title + strlen ("File:"));
  if (g_str_has_prefix (title, "Category:"))
    return spec_for_name ("category", title + strlen ("Category:"));
  if (g_str_has_prefix (title, "Special:ListFiles/"))
    return spec_for_name ("user", title + strlen ("Special:ListFiles/"));
  if (g_str_has_prefix (title, "User:"))
    return spec_for_name ("user", title + strlen ("User:"));
  if (g_str_has_prefix (title, "Commons:Featured_pictures"))
    return sheaf_listing_spec_new ("featured", NULL);
  if (g_str_has_prefix (title, "Commons:Quality_images"))
    return sheaf_listing_spec_new ("quality", NULL);
  if (g_str_has_prefix (title, "Commons:Picture_of_the_day") || g_str_equal (title, "Main_Page"))
    return sheaf_listing_spec_new ("potd", NULL);
  return NULL;
}

/* "/wikipedia/commons/a/ab/NAME", or ".../commons/thumb/a/ab/NAME/330px-NAME". */
static SheafListingSpec *
spec_for_upload (const char *path)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);
  guint n = g_strv_length (segments), at;

  if (n < 6 || !g_str_equal (segments[1], "wikipedia") || !g_str_equal (segments[2], "commons"))
    return NULL;
  at = g_str_equal (segments[3], "thumb") ? 6 : 5;
  return n > at ? spec_for_name ("file", segments[at]) : NULL;
}

static SheafListingSpec *
spec_for_site (const char *text)
{
  static const char *const hosts[] = { "commons.wikimedia.org", "commons.m.wikimedia.org", NULL };
  static const char *const uploads[] = { "upload.wikimedia.org", NULL };
  g_autoptr (GUri) site = sheaf_listing_parse_site (text, hosts);
  g_autoptr (GUri) upload = sheaf_listing_parse_site (text, uploads);
  g_autofree char *words = NULL, *title = NULL, *plain = NULL;

  if (upload != NULL)
    return spec_for_upload (g_uri_get_path (upload));
  if (site == NULL)
    return NULL;
  words = sheaf_listing_dup_query (site, "search");
  if (words != NULL)
    return sheaf_listing_spec_new ("search", words);
  title = sheaf_listing_dup_query (site, "title");
  if (title != NULL)
    return spec_for_page (g_strdelimit (title, " ", '_'));
  if (!g_str_has_prefix (g_uri_get_path (site), "/wiki/"))
    return spec_for_page ("Main_Page");
  plain = g_uri_unescape_string (g_uri_get_path (site) + strlen ("/wiki/"), NULL);
  return plain != NULL ? spec_for_page (plain) : NULL;
}

static gboolean
is_month (const char *text)
{
  return strlen (text) == 7 && text[4] == '-' && strspn (text, "0123456789-") == 7
         && text[5] <= '1';
}

static SheafListingSpec *
parse_spec (const char *text)
{
  const char *name;
  SheafListingSpec *spec;

  if (g_str_equal (text, "commons:"))
    return sheaf_listing_spec_new ("featured", NULL);
  if (sheaf_listing_form (text, "commons", "search", &name))
    {
      g_autofree char *words = sheaf_text_one_line (name);

      return words != NULL ? sheaf_listing_spec_new ("search", words) : NULL;
    }
  if (sheaf_listing_form (text, "commons", "category", &name))
    return spec_for_name ("category", name);
  /* "category+2/NAME": categories within it, too, two deep. */
  if (g_str_has_prefix (text, "commons:category+"))
    {
      const char *digit = text + strlen ("commons:category+");

      if (*digit < '1' || *digit > '0' + MAX_DEPTH || digit[1] != '/')
        return NULL;
      spec = spec_for_name ("category", digit + 2);
      if (spec != NULL)
        spec->depth = (guint) (*digit - '0');
      return spec;
    }
  if (sheaf_listing_form (text, "commons", "featured", &name))
    return *name == '\0' ? sheaf_listing_spec_new ("featured", NULL) : NULL;
  if (sheaf_listing_form (text, "commons", "quality", &name))
    return *name == '\0' ? sheaf_listing_spec_new ("quality", NULL) : NULL;
  if (sheaf_listing_form (text, "commons", "potd", &name))
    return *name == '\0' || is_month (name)
               ? sheaf_listing_spec_new ("potd", *name != '\0' ? name : NULL)
               : NULL;
  if (sheaf_listing_form (text, "commons", "user", &name))
    return spec_for_name ("user", name);
  if (sheaf_listing_form (text, "commons", "file", &name))
    return spec_for_name ("file", name);
  return spec_for_site (text);
}

/* The language for titles and descriptions: the person's own, as two or three letters. */
static char *
dup_language (void)
{
  const char *const *names = g_get_language_names ();
  const char *name = names[0] != NULL ? names[0] : "en";
  gsize length = strspn (name, "abcdefghijklmnopqrstuvwxyz");

  return length == 2 || length == 3 ? g_strndup (name, length) : g_strdup ("en");
}

static void
append (GString *url, const char *name, const char *value)
{
  g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);

  g_string_append_printf (url, "&%s=%s", name, escaped);
}

static void
append_category (GString *url, const char *category, const char *limit, gboolean newest_first)
{
  g_autofree char *title = g_strconcat ("Category:", category, NULL);

  append (url, "generator", "categorymembers");
  append (url, "gcmtype", "file");
  append (url, "gcmlimit", limit);
  append (url, "gcmtitle", title);
  if (newest_first)
    g_string_append (url, "&gcmsort=timestamp&gcmdir=desc");
}

static void
append_month (GString *url, const char *month)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *this_month = g_date_time_format (now, "%Y-%m");
  g_autofree char *title = g_strconcat ("Template:Potd/", month != NULL ? month : this_month, NULL);

  append (url, "generator", "images");
  append (url, "gimlimit", "max");
  append (url, "titles", title);
}

static char *
dup_url (const char *api_url, const SheafListingSpec *spec, const char *cursor)
{
  g_autoptr (SheafCommonsTrail) trail = sheaf_commons_trail_new (spec, cursor);
  const char *limit = cursor == NULL ? FIRST_BATCH : FURTHER_BATCH;
  g_autofree char *language = dup_language ();
  GString *url = g_string_new (api_url);

  g_string_append (url, "?action=query&format=json&formatversion=2&maxlag=5&prop=imageinfo"
                        "&iiprop=url%7Csize%7Cmime%7Csha1%7Ctimestamp%7Cextmetadata"
                        "&iiextmetadatafilter=ObjectName%7CImageDescription%7CArtist%7CCredit"
                        "%7CAttribution%7CLicenseShortName%7CLicenseUrl"
                        "&iiurlwidth=" PREVIEW_WIDTH);
  append (url, "iiextmetadatalanguage", language);
  if (g_str_equal (spec->kind, "search"))
    {
      g_autofree char *words = g_strconcat (spec->name, " filetype:bitmap", NULL);

      append (url, "generator", "search");
      append (url, "gsrnamespace", "6");
      append (url, "gsrlimit", limit);
      append (url, "gsrsearch", words);
      g_string_append (url, "&gsrinfo=totalhits");
    }
  else if (g_str_equal (spec->kind, "category"))
    {
      const char *category = trail->categories->pdata[trail->current];

      append_category (url, category, limit, FALSE);
      if (g_array_index (trail->depths, guint, trail->current) < spec->depth)
        {
          g_autofree char *title = g_strconcat ("Category:", category, NULL);

          append (url, "list", "categorymembers");
          append (url, "cmtype", "subcat");
          append (url, "cmlimit", "max");
          append (url, "cmtitle", title);
        }
    }
  else if (g_str_equal (spec->kind, "featured"))
    append_category (url, FEATURED, limit, TRUE);
  else if (g_str_equal (spec->kind, "quality"))
    append_category (url, QUALITY, limit, TRUE);
  else if (g_str_equal (spec->kind, "potd"))
    append_month (url, spec->name);
  else if (g_str_equal (spec->kind, "user"))
    {
      append (url, "generator", "allimages");
      g_string_append (url, "&gaisort=timestamp&gaidir=older");
      append (url, "gailimit", limit);
      append (url, "gaiuser", spec->name);
    }
  else
    {
      g_autofree char *title = g_strconcat ("File:", spec->name, NULL);

      append (url, "titles", title);
    }
  if (trail->more != NULL)
    g_string_append (url, trail->more);
  return g_string_free (url, FALSE);
}

static char *
dup_title (const SheafListingSpec *spec)
{
  if (g_str_equal (spec->kind, "featured"))
    return g_strdup (_ ("Featured pictures"));
  if (g_str_equal (spec->kind, "quality"))
    return g_strdup (_ ("Quality images"));
  if (g_str_equal (spec->kind, "potd"))
    return spec->name != NULL ? g_strdup_printf (_ ("Pictures of the day, %s"), spec->name)
                              : g_strdup (_ ("Pictures of the day"));
  if (g_str_equal (spec->kind, "search"))
    return g_strdup_printf (_ ("Search for “%s”"), spec->name);
  if (g_str_equal (spec->kind, "user"))
    return g_strdup_printf (_ ("Pictures by %s"), spec->name);
  return g_strdup (spec->name);
}

const SheafListing sheaf_commons = {
  .nick = "commons",
  .service = "Wikimedia Commons",
  .api_url = "https://commons.wikimedia.org/w/api.php",
  .parse_spec = parse_spec,
  .dup_url = dup_url,
  .parse = sheaf_commons_parse,
  .dup_title = dup_title,
};

gboolean
sheaf_commons_claims (const char *spec)
{
  return sheaf_listing_claims (&sheaf_commons, spec);
}

char *
sheaf_commons_compose (const char *const *values, const char *words)
{
  if (words != NULL && *words != '\0')
    return g_strdup_printf ("commons:search/%s", words);
  return g_strdup_printf ("commons:%s", values[0] != NULL ? values[0] : "featured");
}

SheafSource *
sheaf_commons_create (const char *spec, const SheafSourceContext *context, GError **error)
{
  return sheaf_listing_source_new (&sheaf_commons, spec, context, error);
}
