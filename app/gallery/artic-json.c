/* artic-json.c: what the Art Institute of Chicago answers, as entries
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures are served by IIIF: an address is made of the image's ID and the width wanted.  The
 * museum asks for widths that it keeps ready: 200, 400, 600, 843, and 1686 for what is in the
 * public domain. */
#include "config.h"

#include "app/gallery/artic-source.h"
#include "app/gallery/json-reader.h"
#include "app/gallery/text.h"

#include <string.h>

#define SERVICE "The Art Institute of Chicago"
#define IIIF    "https://www.artic.edu/iiif/2"
#define WIDEST  1686

static SheafEntry *
read_work (JsonObject *work, const char *iiif)
{
  guint64 number = sheaf_json_get_count (work, "id", G_MAXINT64);
  g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  const char *image = sheaf_json_get_string (work, "image_id");
  JsonObject *facts = sheaf_json_get_object (work, "thumbnail");
  gboolean free_to_use = sheaf_json_get_bool (work, "is_public_domain");
  guint width = (guint) sheaf_json_get_count (facts, "width", G_MAXINT);
  guint height = (guint) sheaf_json_get_count (facts, "height", G_MAXINT);
  SheafEntry *entry;

  /* Works without a picture are in the collection, too. */
  if (number == 0 || image == NULL || strspn (image, "0123456789abcdefABCDEF-") != strlen (image)
      || *image == '\0')
    return NULL;
  entry = sheaf_entry_new ("artic", id);
  if (free_to_use && width > WIDEST)
    {
      entry->url = g_strdup_printf ("%s/%s/full/%u,/0/default.jpg", iiif, image, WIDEST);
      entry->width = WIDEST;
      entry->height = (guint) ((guint64) height * WIDEST / width);
    }
  else
    entry->url = g_strdup_printf ("%s/%s/full/843,/0/default.jpg", iiif, image);
  entry->preview_url = g_strdup_printf ("%s/%s/full/400,/0/default.jpg", iiif, image);
  entry->page_url = g_strdup_printf ("https://www.artic.edu/artworks/%s", id);
  entry->type = g_strdup ("image/jpeg");
  entry->title = sheaf_json_dup_text (work, "title");
  entry->description = sheaf_text_from_html (sheaf_json_get_string (facts, "alt_text"));
  entry->author = sheaf_json_dup_text (work, "artist_title");
  if (entry->author == NULL)
    entry->author = sheaf_json_dup_text (work, "artist_display");
  entry->credit = sheaf_json_dup_text (work, "credit_line");
  entry->licence = free_to_use ? g_strdup ("CC0") : NULL;
  entry->licence_url
      = free_to_use ? g_strdup ("https://creativecommons.org/publicdomain/zero/1.0/") : NULL;
  return entry;
}

SheafPage *
sheaf_artic_parse (const SheafApiAnswer *answer,
                   const SheafListingSpec *spec,
                   const char *cursor,
                   GError **error)
{
  g_autoptr (JsonNode) root = sheaf_listing_open_answer (answer, SERVICE, error);
  JsonObject *object = sheaf_json_as_object (root);
  JsonArray *works = sheaf_json_get_array (object, "data");
  JsonObject *single = sheaf_json_get_object (object, "data");
  JsonObject *pages = sheaf_json_get_object (object, "pagination");
  g_autofree char *iiif = sheaf_listing_dup_web_url (
      sheaf_json_get_string (sheaf_json_get_object (object, "config"), "iiif_url"));
  guint64 current = sheaf_json_get_count (pages, "current_page", G_MAXINT);
  SheafPage *page;

  if (root == NULL)
    return NULL;
  if (works == NULL && single == NULL)
    return sheaf_listing_fail_shape (SERVICE, error);
  page = sheaf_page_new ();
  for (guint i = 0; i < MAX (sheaf_json_length (works), single != NULL); i++)
    {
      JsonObject *work = single != NULL ? single : sheaf_json_object_at (works, i);
      SheafEntry *entry = work != NULL ? read_work (work, iiif != NULL ? iiif : IIIF) : NULL;

      if (entry != NULL)
        g_ptr_array_add (page->entries, entry);
    }
  page->total = sheaf_json_get_count (pages, "total", G_MAXINT64);
  if (current > 0 && current < sheaf_json_get_count (pages, "total_pages", G_MAXINT)
      && sheaf_json_length (works) > 0)
    page->cursor = g_strdup_printf ("%" G_GUINT64_FORMAT, current + 1);
  return page;
}
