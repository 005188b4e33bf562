/* loc-json.c: what the Library of Congress answers, as entries
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A result lists its renditions from small to large, with their sizes in the fragment
 * ("…_150px.jpg#h=150&w=120").  What may be done with a picture is told in a sentence. */
#include "config.h"

#include "app/gallery/json-reader.h"
#include "app/gallery/loc-source.h"
#include "app/gallery/text.h"

#include <string.h>

#define SERVICE "The Library of Congress"
#define PREVIEW 250 /* the smallest rendition that fills a tile */

static guint
fragment_number (const char *url, const char *name)
{
  const char *fragment = strchr (url, '#');
  const char *at = fragment != NULL ? strstr (fragment, name) : NULL;
  guint64 number = at != NULL ? g_ascii_strtoull (at + strlen (name), NULL, 10) : 0;

  return number <= G_MAXINT ? (guint) number : 0;
}

static void
read_renditions (SheafEntry *entry, JsonArray *urls)
{
  for (guint i = 0; i < sheaf_json_length (urls); i++)
    {
      const char *raw = sheaf_json_string_at (urls, i);
      g_autofree char *url = sheaf_listing_dup_web_url (raw);

      if (url == NULL)
        continue;
      if (entry->preview_url == NULL
          || (entry->width < PREVIEW && fragment_number (raw, "w=") <= 1024))
        {
          g_free (entry->preview_url);
          entry->preview_url = g_strdup (url);
        }
      g_free (entry->url);
      entry->url = g_steal_pointer (&url);
      entry->width = fragment_number (raw, "w=");
      entry->height = fragment_number (raw, "h=");
    }
}

/* The last part of "http://www.loc.gov/item/2017771234/". */
static char *
dup_id (const char *url)
{
  g_autofree char *trimmed = url != NULL ? g_strdup (url) : NULL;
  const char *slash;

  if (trimmed == NULL)
    return NULL;
  while (g_str_has_suffix (trimmed, "/"))
    trimmed[strlen (trimmed) - 1] = '\0';
  slash = strrchr (trimmed, '/');
  return slash != NULL ? sheaf_text_one_line (slash + 1) : NULL;
}

/* A string, or the first of a list of them. */
static char *
dup_first (JsonObject *object, const char *name)
{
  const char *text = sheaf_json_get_string (object, name);

  if (text == NULL)
    text = sheaf_json_string_at (sheaf_json_get_array (object, name), 0);
  return sheaf_text_from_html (text);
}

static SheafEntry *
read_result (JsonObject *result)
{
  JsonObject *item = sheaf_json_get_object (result, "item");
  g_autofree char *id = dup_id (sheaf_json_get_string (result, "id"));
  g_autofree char *rights = dup_first (item != NULL ? item : result, "rights_information");
  g_autofree char *advisory = dup_first (item != NULL ? item : result, "rights_advisory");
  g_autoptr (SheafEntry) entry = NULL;

  if (id == NULL || sheaf_json_get_bool (result, "access_restricted"))
    return NULL;
  entry = sheaf_entry_new ("loc", id);
  read_renditions (entry, sheaf_json_get_array (result, "image_url"));
  if (entry->url == NULL)
    return NULL;
  entry->type = g_strdup (g_str_has_suffix (entry->url, ".gif") ? "image/gif" : "image/jpeg");
  entry->page_url = sheaf_listing_dup_web_url (sheaf_json_get_string (result, "url"));
  entry->title = dup_first (result, "title");
  entry->description = dup_first (result, "description");
  entry->author = dup_first (result, "contributor");
  entry->date = sheaf_text_date (sheaf_json_get_string (result, "date"));
  entry->credit = g_strdup ("Library of Congress, Prints & Photographs Division");
  if (rights == NULL)
    rights = g_steal_pointer (&advisory);
  if (rights != NULL && strcasestr (rights, "no known restrictions") != NULL)
    entry->licence = g_strdup ("No known restrictions");
  else
    entry->licence = g_steal_pointer (&rights);
  return g_steal_pointer (&entry);
}

SheafPage *
sheaf_loc_parse (const SheafApiAnswer *answer,
                 const SheafListingSpec *spec,
                 const char *cursor,
                 GError **error)
{
  g_autoptr (JsonNode) root = sheaf_listing_open_answer (answer, SERVICE, error);
  JsonObject *object = sheaf_json_as_object (root);
  JsonArray *results = sheaf_json_get_array (object, "results");
  JsonObject *single = results == NULL ? sheaf_json_get_object (object, "item") : NULL;
  JsonObject *pages = sheaf_json_get_object (object, "pagination");
  guint64 current = sheaf_json_get_count (pages, "current", G_MAXINT);
  SheafPage *page;

  if (root == NULL)
    return NULL;
  if (results == NULL && single == NULL)
    return sheaf_listing_fail_shape (SERVICE, error);
  page = sheaf_page_new ();
  for (guint i = 0; i < MAX (sheaf_json_length (results), single != NULL); i++)
    {
      JsonObject *result = single != NULL ? single : sheaf_json_object_at (results, i);
      SheafEntry *entry = result != NULL ? read_result (result) : NULL;

      if (entry != NULL)
        g_ptr_array_add (page->entries, entry);
    }
  page->total = sheaf_json_get_count (pages, "of", G_MAXINT64);
  /* "next" is an address, and null on the last page. */
  if (current > 0 && sheaf_json_get_string (pages, "next") != NULL)
    page->cursor = g_strdup_printf ("%" G_GUINT64_FORMAT, current + 1);
  return page;
}
