/* imgur-spec.c: what part of Imgur an address means
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/imgur-spec.h"

#include "app/gallery/listing-source.h"
#include "app/gallery/text.h"
#include "app/work/error.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define LETTERS_AND_DIGITS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SUFFIXES           "sbtmlh"

static const char *const sorts[] = { "viral", "top", "time", "rising", NULL };
static const char *const windows[] = { "day", "week", "month", "year", "all", NULL };

static SheafImgurSpec *
spec_new (SheafImgurKind kind, const char *name)
{
  SheafImgurSpec *spec = g_new0 (SheafImgurSpec, 1);

  spec->kind = kind;
  spec->name = g_strdup (name);
  return spec;
}

void
sheaf_imgur_spec_free (SheafImgurSpec *spec)
{
  g_free (spec->name);
  g_free (spec->sort);
  g_free (spec->window);
  g_free (spec->direct_url);
  g_free (spec);
}

/* "sort", "window" or "sort/window"; FALSE for anything else. */
static gboolean
read_order (SheafImgurSpec *spec, char **rest)
{
  if (rest[0] != NULL && g_strv_contains (sorts, rest[0]))
    spec->sort = g_strdup (*rest++);
  if (rest[0] != NULL && g_strv_contains (windows, rest[0]))
    spec->window = g_strdup (*rest++);
  return rest[0] == NULL;
}

/* The ID at the end of "title-of-the-post-AbCdEfG"; %NULL where there is none. */
static char *
dup_id (const char *slug)
{
  const char *dash = strrchr (slug, '-');
  const char *id = dash != NULL ? dash + 1 : slug;
  gsize length = strlen (id);

  return length >= 5 && length <= 10 && strspn (id, LETTERS_AND_DIGITS) == length ? g_strdup (id)
                                                                                  : NULL;
}

static SheafImgurSpec *
spec_for_id (SheafImgurKind kind, const char *slug)
{
  g_autofree char *id = dup_id (slug);

  return id != NULL ? spec_new (kind, id) : NULL;
}

static SheafImgurSpec *
spec_for_section (char **segments)
{
  g_autoptr (SheafImgurSpec) spec = spec_new (SHEAF_IMGUR_SECTION, segments[0]);

  return read_order (spec, segments + 1) ? g_steal_pointer (&spec) : NULL;
}

static SheafImgurSpec *
spec_for_name (SheafImgurKind kind, char **segments)
{
  g_autoptr (SheafImgurSpec) spec = spec_new (kind, segments[0]);

  if (strpbrk (segments[0], "/\\\n\r") != NULL || strlen (segments[0]) > 200)
    return NULL;
  return read_order (spec, segments + 1) ? g_steal_pointer (&spec) : NULL;
}

/* What the forms of Sheaf and the paths of the site have in common. */
static SheafImgurSpec *
spec_for_segments (char **segments)
{
  const char *first = segments[0], *second = first != NULL ? segments[1] : NULL;

  if (first == NULL)
    return spec_new (SHEAF_IMGUR_SECTION, "hot");
  if (g_str_equal (first, "hot") || g_str_equal (first, "top")
      || (g_str_equal (first, "user") && (second == NULL || g_strv_contains (sorts, second))))
    return spec_for_section (segments);
  if (second == NULL)
    return NULL;
  if (g_str_equal (first, "r"))
    return spec_for_name (SHEAF_IMGUR_SUBREDDIT, segments + 1);
  if (g_str_equal (first, "t"))
    return spec_for_name (SHEAF_IMGUR_TAG, segments + 1);
  if (g_str_equal (first, "user"))
    return spec_for_name (SHEAF_IMGUR_USER, segments + 1);
  if (g_str_equal (first, "a") && segments[2] == NULL)
    return spec_for_id (SHEAF_IMGUR_ALBUM, second);
  if (g_str_equal (first, "gallery") && segments[2] == NULL)
    return spec_for_id (SHEAF_IMGUR_POST, second);
  return NULL;
}

static char **
split_path (const char *path)
{
  g_auto (GStrv) raw = g_strsplit (path, "/", -1);
  g_autoptr (GStrvBuilder) segments = g_strv_builder_new ();

  for (guint i = 0; raw[i] != NULL; i++)
    {
      g_autofree char *plain = *raw[i] != '\0' ? g_uri_unescape_string (raw[i], NULL) : NULL;

      if (plain != NULL && g_utf8_validate (plain, -1, NULL))
        g_strv_builder_add (segments, plain);
    }
  return g_strv_builder_end (segments);
}

/* i.imgur.com/ID.ext, or a rendition of that. */
static SheafImgurSpec *
spec_for_file (const char *name)
{
  const char *dot = strchr (name, '.');
  gsize length = dot != NULL ? (gsize) (dot - name) : 0;
  g_autofree char *id = NULL, *extension = NULL;
  SheafImgurSpec *spec;

  if (length < 5 || length > 10 || strspn (name, LETTERS_AND_DIGITS) != length
      || strspn (dot + 1, LETTERS_AND_DIGITS) != strlen (dot + 1) || dot[1] == '\0'
      || strlen (dot + 1) > 5)
    return NULL;
  /* IDs have 5 or 7 characters; one more is a rendition's suffix. */
  if ((length == 6 || length == 8) && strchr (SUFFIXES, name[length - 1]) != NULL)
    length--;
  id = g_strndup (name, length);
  extension = g_ascii_strdown (dot + 1, -1);
  spec = spec_new (SHEAF_IMGUR_PICTURE, id);
  spec->direct_url = g_strdup_printf ("https://i.imgur.com/%s.%s", id,
                                      g_str_equal (extension, "gifv") ? "mp4" : extension);
  return spec;
}

/* (transfer full) (nullable): @text as an address with a scheme, where its host is one of Imgur's.
 */
static GUri *
parse_web_address (const char *text)
{
  static const char *const hosts[]
      = { "imgur.com", "www.imgur.com", "m.imgur.com", "i.imgur.com", NULL };

  return sheaf_listing_parse_site (text, hosts);
}

gboolean
sheaf_imgur_is_web_address (const char *text)
{
  g_autoptr (GUri) uri = parse_web_address (text);

  return uri != NULL;
}

static SheafImgurSpec *
spec_for_search (GUri *uri)
{
  const char *query = g_uri_get_query (uri);
  g_autoptr (GHashTable) values = NULL;
  g_autofree char *words = NULL;

  if (query == NULL)
    return NULL;
  values = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
  words = values != NULL ? sheaf_text_one_line (g_hash_table_lookup (values, "q")) : NULL;
  return words != NULL ? spec_new (SHEAF_IMGUR_SEARCH, words) : NULL;
}

static SheafImgurSpec *
spec_for_uri (GUri *uri)
{
  g_auto (GStrv) segments = split_path (g_uri_get_path (uri));
  guint n = g_strv_length (segments);

  if (n > 0 && g_str_equal (segments[0], "search"))
    return spec_for_search (uri);
  if (n == 1 && strchr (segments[0], '.') != NULL)
    return spec_for_file (segments[0]);
  if (n == 2 && g_str_equal (segments[0], "download"))
    return spec_for_id (SHEAF_IMGUR_PICTURE, segments[1]);
  /* "/user/NAME/posts", "/user/NAME/favorites": of which the API has the first. */
  if (n == 3 && g_str_equal (segments[0], "user"))
    g_clear_pointer (&segments[2], g_free);
  if (n == 3 && g_str_equal (segments[0], "t") && !g_strv_contains (sorts, segments[2]))
    return spec_for_id (SHEAF_IMGUR_POST, segments[2]);
  if (n == 3 && g_str_equal (segments[0], "r") && !g_strv_contains (sorts, segments[2]))
    return spec_for_id (SHEAF_IMGUR_PICTURE, segments[2]);
  if (n >= 2 && g_str_equal (segments[0], "gallery")
      && g_strv_contains (((const char *const[]){ "hot", "top", "user", NULL }), segments[1]))
    return spec_for_segments (segments + 1);
  if (n == 1
      && !g_strv_contains (((const char *const[]){ "hot", "top", "user", NULL }), segments[0]))
    return spec_for_id (SHEAF_IMGUR_POST, segments[0]);
  return spec_for_segments (segments);
}

SheafImgurSpec *
sheaf_imgur_spec_parse (const char *text, const char *scheme, GError **error)
{
  g_autofree char *prefix = g_strconcat (scheme, ":", NULL);
  SheafImgurSpec *spec = NULL;

  if (g_str_has_prefix (text, prefix))
    {
      const char *rest = text + strlen (prefix);

      /* Words may hold slashes and percent signs; they are taken as they are. */
      if (g_str_has_prefix (rest, "search/"))
        {
          g_autofree char *words = sheaf_text_one_line (rest + strlen ("search/"));

          if (words != NULL)
            spec = spec_new (SHEAF_IMGUR_SEARCH, words);
        }
      else
        {
          g_auto (GStrv) segments = split_path (rest);

          spec = spec_for_segments (segments);
        }
    }
  else
    {
      g_autoptr (GUri) uri = parse_web_address (text);

      if (uri != NULL)
        spec = spec_for_uri (uri);
    }
  if (spec == NULL)
    sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("“%s” is not an address of Imgur that Sheaf knows."),
                text);
  return spec;
}

static char *
dup_escaped (const char *name)
{
  return g_uri_escape_string (name, NULL, FALSE);
}

char *
sheaf_imgur_spec_dup_path (const SheafImgurSpec *spec, guint page, gboolean mature, guint attempt)
{
  g_autofree char *name = dup_escaped (spec->name);
  const char *window = spec->window;

  if (attempt > 0 && (attempt > 1 || spec->kind != SHEAF_IMGUR_POST))
    return NULL;
  switch (spec->kind)
    {
    case SHEAF_IMGUR_SECTION:
      return g_strdup_printf ("/gallery/%s/%s/%s/%u?showViral=true&mature=%s&album_previews=true",
                              name, spec->sort != NULL ? spec->sort : "viral",
                              window != NULL ? window : "day", page, mature ? "true" : "false");
    case SHEAF_IMGUR_SUBREDDIT:
      return g_strdup_printf ("/gallery/r/%s/%s/%s/%u", name,
                              spec->sort != NULL ? spec->sort : "time",
                              window != NULL ? window : "week", page);
    case SHEAF_IMGUR_TAG:
      return g_strdup_printf ("/gallery/t/%s/%s/%s/%u?mature=%s", name,
                              spec->sort != NULL ? spec->sort : "viral",
                              window != NULL ? window : "week", page, mature ? "true" : "false");
    case SHEAF_IMGUR_SEARCH:
      return g_strdup_printf (
          "/gallery/search/%s/%s/%u?q=%s&mature=%s", spec->sort != NULL ? spec->sort : "time",
          window != NULL ? window : "all", page, name, mature ? "true" : "false");
    case SHEAF_IMGUR_USER:
      return g_strdup_printf ("/account/%s/submissions/%u/newest?album_previews=1", name, page);
    case SHEAF_IMGUR_ALBUM:
      return g_strdup_printf ("/album/%s", name);
    case SHEAF_IMGUR_POST:
      return g_strdup_printf (attempt == 0 ? "/gallery/album/%s" : "/image/%s", name);
    case SHEAF_IMGUR_PICTURE:
      return g_strdup_printf ("/image/%s", name);
    default:
      g_assert_not_reached ();
    }
}

gboolean
sheaf_imgur_spec_has_pages (const SheafImgurSpec *spec)
{
  return spec->kind < SHEAF_IMGUR_ALBUM;
}

char *
sheaf_imgur_spec_dup_title (const SheafImgurSpec *spec)
{
  switch (spec->kind)
    {
    case SHEAF_IMGUR_SECTION:
      if (g_str_equal (spec->name, "top"))
        return g_strdup (_ ("Highest scoring"));
      if (g_str_equal (spec->name, "user"))
        return g_strdup (_ ("User submitted"));
      return g_strdup (_ ("Most viral"));
    case SHEAF_IMGUR_SUBREDDIT:
      return g_strdup_printf ("r/%s", spec->name);
    case SHEAF_IMGUR_TAG:
      return g_strdup_printf ("#%s", spec->name);
    case SHEAF_IMGUR_SEARCH:
      return g_strdup_printf (_ ("Search for “%s”"), spec->name);
    case SHEAF_IMGUR_USER:
      /* Translators: a user's name */
      return g_strdup_printf (_ ("Pictures by %s"), spec->name);
    case SHEAF_IMGUR_ALBUM:
    case SHEAF_IMGUR_POST:
      /* Translators: an ID such as AbCdEfG */
      return g_strdup_printf (_ ("Post %s"), spec->name);
    case SHEAF_IMGUR_PICTURE:
      return g_strdup_printf (_ ("Picture %s"), spec->name);
    default:
      g_assert_not_reached ();
    }
}
