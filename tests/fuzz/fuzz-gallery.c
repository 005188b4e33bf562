/* fuzz-gallery.c: what galleries answer, and the addresses people paste
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first byte chooses the parser, the second the status; the rest is the answer.  Whatever it
 * is, an entry that comes out has an ID, an address of the web and text that can be shown, and a
 * cursor leads to an address that can be asked for. */
#include "config.h"

#include "app/gallery/artic-source.h"
#include "app/gallery/commons-source.h"
#include "app/gallery/imgur-json.h"
#include "app/gallery/imgur-spec.h"
#include "app/gallery/loc-source.h"
#include "app/gallery/nasa-source.h"
#include "app/gallery/text.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static const SheafListing *const listings[]
    = { &sheaf_commons, &sheaf_artic, &sheaf_nasa, &sheaf_loc };

#define DEMAND(condition)                                                                          \
  if (!(condition))                                                                                \
  g_error ("%s", #condition)

static void
demand_text (const char *text)
{
  if (text == NULL)
    return;
  DEMAND (g_utf8_validate (text, -1, NULL));
  DEMAND (strpbrk (text, "\r\n\t\033") == NULL);
}

static void
demand_web (const char *url)
{
  g_autoptr (GUri) uri = NULL;

  if (url == NULL)
    return;
  uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  if (uri == NULL)
    g_error ("no address: %s", url);
  DEMAND (g_str_equal (g_uri_get_scheme (uri), "http")
          || g_str_equal (g_uri_get_scheme (uri), "https"));
  DEMAND (g_uri_get_userinfo (uri) == NULL);
}

static void
demand_entries (GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      SheafEntry *entry = entries->pdata[i];
      g_autofree char *title = sheaf_entry_dup_display_title (entry);

      DEMAND (*entry->id != '\0' && *title != '\0');
      DEMAND ((entry->url != NULL) != sheaf_entry_is_album (entry));
      demand_web (entry->url);
      demand_web (entry->preview_url);
      demand_web (entry->page_url);
      demand_web (entry->licence_url);
      demand_text (entry->title);
      demand_text (entry->description);
      demand_text (entry->author);
      demand_text (entry->licence);
      demand_text (entry->credit);
    }
}

static void
try_imgur (const SheafApiAnswer *answer, guint8 which)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafImgurList) list = NULL;
  SheafQuota quota;

  if (which == 2)
    {
      DEMAND (sheaf_imgur_parse_credits (answer, &quota, &error) == (error == NULL));
      return;
    }
  list = which == 0 ? sheaf_imgur_parse_list (answer, "imgur", &error)
                    : sheaf_imgur_parse_post (answer, "imgur", &error);
  DEMAND ((list == NULL) == (error != NULL));
  if (list == NULL)
    return;
  DEMAND (list->entries->len <= list->n_items || which == 1);
  demand_entries (list->entries);
}

static void
try_listing (const SheafApiAnswer *answer, const SheafListing *listing, const char *cursor)
{
  g_autofree char *text = g_strdup_printf ("%s:search/x", listing->nick);
  g_autoptr (SheafListingSpec) spec
      = listing->parse_spec (cursor != NULL ? "commons:category+2/x" : text);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPage) page = listing->parse (answer, spec, cursor, &error);

  DEMAND ((page == NULL) == (error != NULL));
  if (page == NULL)
    return;
  demand_entries (page->entries);
  if (page->cursor != NULL)
    {
      g_autofree char *url = listing->dup_url (listing->api_url, spec, page->cursor);

      DEMAND (g_str_has_prefix (url, listing->api_url));
      demand_web (url);
    }
}

static void
try_text (const char *text)
{
  g_autoptr (SheafImgurSpec) imgur = sheaf_imgur_spec_parse (text, "imgur", NULL);
  g_autofree char *html = sheaf_text_from_html (text);

  demand_text (html);
  sheaf_text_date (text);
  if (imgur != NULL)
    {
      g_autofree char *path = sheaf_imgur_spec_dup_path (imgur, 3, TRUE, 0);
      g_autofree char *url = g_strconcat ("https://api.imgur.com/3", path, NULL);

      demand_web (url);
      DEMAND (strstr (path, "/../") == NULL);
      demand_web (imgur->direct_url);
    }
  for (guint i = 0; i < G_N_ELEMENTS (listings); i++)
    {
      g_autoptr (SheafListingSpec) spec = listings[i]->parse_spec (text);

      if (spec != NULL)
        {
          g_autofree char *url = listings[i]->dup_url (listings[i]->api_url, spec, NULL);
          g_autofree char *title = listings[i]->dup_title (spec);

          demand_web (url);
          demand_text (title);
        }
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  static const guint statuses[] = { 200, 200, 200, 403, 429, 503 };
  g_autoptr (GBytes) body = NULL;
  g_autofree char *text = NULL, *cursor = NULL;
  SheafApiAnswer answer = { .type = "application/json", .now = 1780315000 };
  guint8 which;

  if (size < 2)
    return 0;
  which = data[0] % 9;
  answer.status = statuses[data[1] % G_N_ELEMENTS (statuses)];
  data += 2;
  size -= 2;
  text = g_utf8_make_valid ((const char *) data, (gssize) size);
  if (which == 8)
    {
      try_text (text);
      return 0;
    }
  /* A cursor that came from an answer before: what stands before the first NUL. */
  if (which == 7)
    {
      const guint8 *end = memchr (data, '\0', size);
      gsize length = end != NULL ? (gsize) (end - data) : 0;

      cursor = g_utf8_make_valid ((const char *) data, (gssize) length);
      data += MIN (length + 1, size);
      size -= MIN (length + 1, size);
    }
  body = g_bytes_new (data, size);
  answer.body = body;
  if (which <= 2)
    try_imgur (&answer, which);
  else if (which <= 6)
    try_listing (&answer, listings[which - 3], NULL);
  else
    try_listing (&answer, &sheaf_commons, cursor);
  return 0;
}
