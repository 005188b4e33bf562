/* nasa-json.c: what NASA's Image and Video Library answers, as entries
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An item's links are renditions of one picture; the file names tell which ("ID~thumb.jpg",
 * "ID~orig.jpg").  Older answers have the thumbnail alone: then the original is named after it. */
#include "config.h"

#include "app/gallery/json-reader.h"
#include "app/gallery/nasa-source.h"
#include "app/gallery/text.h"

#include <string.h>

#define SERVICE "NASA"
#define USAGE   "https://www.nasa.gov/nasa-brand-center/images-and-media/"

/* (transfer full) (nullable): an address with what a web page leaves to the browser escaped, and
 * https as everywhere at NASA. */
static char *
dup_link (const char *href)
{
  g_autofree char *https = NULL, *escaped = NULL;

  if (href == NULL)
    return NULL;
  https = g_str_has_prefix (href, "http://images-assets.nasa.gov/")
              ? g_strconcat ("https://", href + strlen ("http://"), NULL)
              : g_strdup (href);
  escaped = g_uri_escape_string (https, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH "?%:", TRUE);
  return sheaf_listing_dup_web_url (escaped);
}

static const char *
type_for (const char *url)
{
  const char *dot = strrchr (url, '.');

  if (dot != NULL && g_ascii_strcasecmp (dot, ".png") == 0)
    return "image/png";
  if (dot != NULL
      && (g_ascii_strcasecmp (dot, ".tif") == 0 || g_ascii_strcasecmp (dot, ".tiff") == 0))
    return "image/tiff";
  if (dot != NULL && g_ascii_strcasecmp (dot, ".gif") == 0)
    return "image/gif";
  return "image/jpeg";
}

static void
read_links (SheafEntry *entry, JsonArray *links)
{
  for (guint i = 0; i < sheaf_json_length (links); i++)
    {
      JsonObject *link = sheaf_json_object_at (links, i);
      g_autofree char *href = dup_link (sheaf_json_get_string (link, "href"));
      const char *rel = sheaf_json_get_string (link, "rel");

      if (href == NULL)
        continue;
      if (g_strcmp0 (rel, "canonical") == 0 || strstr (href, "~orig.") != NULL)
        {
          g_free (entry->url);
          entry->url = g_steal_pointer (&href);
          entry->width = (guint) sheaf_json_get_count (link, "width", G_MAXINT);
          entry->height = (guint) sheaf_json_get_count (link, "height", G_MAXINT);
          entry->bytes = sheaf_json_get_count (link, "size", G_MAXINT64);
        }
      else if (g_strcmp0 (rel, "preview") == 0 && entry->preview_url == NULL)
        entry->preview_url = g_steal_pointer (&href);
    }
  if (entry->url == NULL && entry->preview_url != NULL)
    {
      const char *mark = strstr (entry->preview_url, "~thumb.");

      entry->url = mark != NULL ? g_strdup_printf ("%.*s~orig%s", (int) (mark - entry->preview_url),
                                                   entry->preview_url, mark + strlen ("~thumb"))
                                : g_strdup (entry->preview_url);
    }
}

static SheafEntry *
read_item (JsonObject *item)
{
  JsonObject *data = sheaf_json_object_at (sheaf_json_get_array (item, "data"), 0);
  g_autofree char *id = sheaf_json_dup_text (data, "nasa_id");
  g_autofree char *escaped = id != NULL ? g_uri_escape_string (id, NULL, FALSE) : NULL;
  g_autoptr (SheafEntry) entry = NULL;

  if (id == NULL || g_strcmp0 (sheaf_json_get_string (data, "media_type"), "image") != 0)
    return NULL;
  entry = sheaf_entry_new ("nasa", id);
  read_links (entry, sheaf_json_get_array (item, "links"));
  if (entry->url == NULL)
    return NULL;
  entry->type = g_strdup (type_for (entry->url));
  entry->page_url = g_strdup_printf ("https://images.nasa.gov/details/%s", escaped);
  entry->title = sheaf_json_dup_text (data, "title");
  entry->description = sheaf_text_from_html (sheaf_json_get_string (data, "description"));
  entry->author = sheaf_json_dup_text (data, "photographer");
  if (entry->author == NULL)
    entry->author = sheaf_json_dup_text (data, "secondary_creator");
  entry->credit = g_strdup (SERVICE);
  entry->date = sheaf_text_date (sheaf_json_get_string (data, "date_created"));
  entry->licence = g_strdup ("Public domain");
  entry->licence_url = g_strdup (USAGE);
  return g_steal_pointer (&entry);
}

/* The page that a link to the next one names; 0 for none. */
static guint64
next_page (JsonArray *links)
{
  for (guint i = 0; i < sheaf_json_length (links); i++)
    {
      JsonObject *link = sheaf_json_object_at (links, i);
      const char *href = sheaf_json_get_string (link, "href");
      g_autoptr (GUri) uri = NULL;
      g_autofree char *number = NULL;
      guint64 page;

      if (g_strcmp0 (sheaf_json_get_string (link, "rel"), "next") != 0 || href == NULL)
        continue;
      uri = g_uri_parse (href, G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED, NULL);
      number = uri != NULL ? sheaf_listing_dup_query (uri, "page") : NULL;
      if (number != NULL && g_ascii_string_to_unsigned (number, 10, 2, 100000, &page, NULL))
        return page;
    }
  return 0;
}

SheafPage *
sheaf_nasa_parse (const SheafApiAnswer *answer,
                  const SheafListingSpec *spec,
                  const char *cursor,
                  GError **error)
{
  g_autoptr (JsonNode) root = sheaf_listing_open_answer (answer, SERVICE, error);
  JsonObject *collection = sheaf_json_get_object (sheaf_json_as_object (root), "collection");
  JsonArray *items = sheaf_json_get_array (collection, "items");
  guint64 next = next_page (sheaf_json_get_array (collection, "links"));
  SheafPage *page;

  if (root == NULL)
    return NULL;
  if (items == NULL)
    return sheaf_listing_fail_shape (SERVICE, error);
  page = sheaf_page_new ();
  for (guint i = 0; i < sheaf_json_length (items); i++)
    {
      JsonObject *item = sheaf_json_object_at (items, i);
      SheafEntry *entry = item != NULL ? read_item (item) : NULL;

      if (entry != NULL)
        g_ptr_array_add (page->entries, entry);
    }
  page->total = sheaf_json_get_count (sheaf_json_get_object (collection, "metadata"), "total_hits",
                                      G_MAXINT64);
  if (next > 0)
    page->cursor = g_strdup_printf ("%" G_GUINT64_FORMAT, next);
  return page;
}
