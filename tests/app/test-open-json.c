/* test-open-json.c: what open galleries answer, and the addresses they have
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/artic-source.h"
#include "app/gallery/commons-json.h"
#include "app/gallery/commons-source.h"
#include "app/gallery/loc-source.h"
#include "app/gallery/nasa-source.h"
#include "app/work/error.h"

#include <string.h>

static const SheafListing *const listings[]
    = { &sheaf_commons, &sheaf_artic, &sheaf_nasa, &sheaf_loc };

static SheafPage *
parse_text (const SheafListing *listing,
            const char *spec_text,
            const char *cursor,
            guint status,
            const char *text,
            GError **error)
{
  g_autoptr (SheafListingSpec) spec = listing->parse_spec (spec_text);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  SheafApiAnswer answer = { .status = status, .type = "application/json", .body = body, .now = 1 };

  g_assert_nonnull (spec);
  return listing->parse (&answer, spec, cursor, error);
}

static SheafPage *
parse_fixture (const SheafListing *listing, const char *spec, const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("SHEAF_FIXTURES"), "open", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  SheafPage *page;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  page = parse_text (listing, spec, NULL, 200, text, &error);
  g_assert_no_error (error);
  return page;
}

static void
test_commons (void)
{
  g_autoptr (SheafPage) page
      = parse_fixture (&sheaf_commons, "commons:search/bridge", "commons.json");
  g_autoptr (SheafListingSpec) spec = sheaf_commons.parse_spec ("commons:search/bridge");
  g_autofree char *next = sheaf_commons.dup_url ("https://x/w/api.php", spec, page->cursor);
  SheafEntry *entry;

  g_assert_cmpuint (page->entries->len, ==, 2);
  g_assert_cmpuint (page->total, ==, 812);
  g_assert_nonnull (strstr (next, "&gsroffset=50&continue=gsroffset%7C%7C"));

  entry = page->entries->pdata[0];
  g_assert_cmpstr (entry->id, ==, "1101");
  g_assert_cmpstr (entry->url, ==,
                   "https://upload.wikimedia.org/wikipedia/commons/1/12/First_bridge.jpg");
  g_assert_cmpstr (entry->title, ==, "The first bridge");
  g_assert_cmpstr (entry->credit, ==, "Photo: City Archive");
  g_assert_null (entry->licence_url);
  g_assert_null (entry->author);
  g_assert_null (entry->sha1);

  entry = page->entries->pdata[1];
  g_assert_cmpstr (entry->source, ==, "commons");
  g_assert_cmpstr (entry->title, ==, "Zweite_Brücke");
  g_assert_cmpstr (entry->description, ==, "A bridge & its river");
  g_assert_cmpstr (entry->author, ==, "Jane Doe");
  g_assert_cmpstr (entry->credit, ==, "Own work");
  g_assert_cmpstr (entry->licence, ==, "CC BY-SA 4.0");
  g_assert_cmpstr (entry->licence_url, ==, "https://creativecommons.org/licenses/by-sa/4.0");
  g_assert_cmpstr (entry->sha1, ==, "0123456789abcdef0123456789abcdef01234567");
  g_assert_cmpuint (entry->bytes, ==, 1234567);
  g_assert_cmpint (entry->date, ==, 1556964672);
  g_assert_nonnull (strstr (entry->preview_url, "/330px-"));
}

/* Categories within categories are walked breadth first, each once, however they lead around. */
static void
test_commons_depth (void)
{
  static const char root[] = "{\"query\":{\"pages\":[],\"categorymembers\":[{\"title\":\"Category:"
                             "B\"},{\"title\":\"Category:A\"},"
                             "{\"title\":\"Talk:C\"},{\"title\":\"Category:x\\ny\"}]}}";
  static const char deeper[] = "{\"query\":{\"categorymembers\":[{\"title\":\"Category:D\"}]}}";
  g_autoptr (SheafListingSpec) spec = sheaf_commons.parse_spec ("commons:category+1/A");
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPage) first
      = parse_text (&sheaf_commons, "commons:category+1/A", NULL, 200, root, &error);
  g_autofree char *first_url = sheaf_commons.dup_url ("", spec, NULL);
  g_autofree char *second_url = sheaf_commons.dup_url ("", spec, first->cursor);
  g_autoptr (SheafPage) second
      = parse_text (&sheaf_commons, "commons:category+1/A", first->cursor, 200, deeper, &error);

  g_assert_no_error (error);
  g_assert_nonnull (strstr (first_url, "gcmtitle=Category%3AA&"));
  g_assert_nonnull (strstr (first_url, "cmtype=subcat"));
  g_assert_nonnull (strstr (second_url, "gcmtitle=Category%3AB"));
  g_assert_null (strstr (second_url, "cmtype=subcat"));
  g_assert_null (second->cursor);
}

static void
test_commons_errors (void)
{
  static const struct
  {
    guint status;
    const char *text;
    SheafError code;
    gint64 wait;
  } cases[] = {
    { 200, "{\"error\":{\"code\":\"maxlag\",\"info\":\"Waiting\",\"lag\":7}}",
      SHEAF_ERROR_OVER_CAPACITY, 5 },
    { 200, "{\"error\":{\"code\":\"ratelimited\",\"info\":\"Slow\"}}", SHEAF_ERROR_RATE_LIMITED,
      60 },
    { 200, "{\"error\":{\"code\":\"invalidcategory\",\"info\":\"No\"}}", SHEAF_ERROR_NOT_FOUND,
      -1 },
    { 200, "{\"error\":{}}", SHEAF_ERROR_NOT_FOUND, -1 },
    { 429, "<html>", SHEAF_ERROR_RATE_LIMITED, 60 },
    { 503, "<html>", SHEAF_ERROR_OVER_CAPACITY, -1 },
    { 404, "", SHEAF_ERROR_NOT_FOUND, -1 },
    { 403, "Please set a user-agent", SHEAF_ERROR_HTTP, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (
          parse_text (&sheaf_commons, "commons:", NULL, cases[i].status, cases[i].text, &error));
      g_assert_error (error, SHEAF_ERROR, (int) cases[i].code);
      g_assert_cmpint (sheaf_error_get_retry_after (error), ==, cases[i].wait);
    }
}

static void
test_artic (void)
{
  g_autoptr (SheafPage) page = parse_fixture (&sheaf_artic, "artic:search/park", "artic.json");
  SheafEntry *entry = page->entries->pdata[0];

  g_assert_cmpuint (page->entries->len, ==, 3);
  g_assert_cmpuint (page->total, ==, 1234);
  g_assert_cmpstr (page->cursor, ==, "2");
  g_assert_cmpstr (entry->id, ==, "27992");
  g_assert_cmpstr (
      entry->url, ==,
      "https://www.artic.edu/iiif/2/2d484387-2509-5e8e-2c43-22f9981972eb/full/1686,/0/default.jpg");
  g_assert_cmpuint (entry->width, ==, 1686);
  g_assert_cmpuint (entry->height, ==, 1145);
  g_assert_cmpstr (entry->author, ==, "Georges Seurat");
  g_assert_cmpstr (entry->licence, ==, "CC0");
  entry = page->entries->pdata[1];
  g_assert_cmpstr (entry->url, ==,
                   "https://www.artic.edu/iiif/2/0a1b2c3d-0000/full/843,/0/default.jpg");
  g_assert_cmpstr (entry->author, ==, "Unknown Egyptian");
  entry = page->entries->pdata[2];
  g_assert_null (entry->licence);
}

static void
test_nasa (void)
{
  g_autoptr (SheafPage) page = parse_fixture (&sheaf_nasa, "nasa:search/moon", "nasa.json");
  SheafEntry *entry = page->entries->pdata[0];

  g_assert_cmpuint (page->entries->len, ==, 2);
  g_assert_cmpuint (page->total, ==, 4321);
  g_assert_cmpstr (page->cursor, ==, "2");
  g_assert_cmpstr (entry->url, ==,
                   "https://images-assets.nasa.gov/image/as11-40-5874/as11-40-5874~orig.jpg");
  g_assert_cmpstr (entry->title, ==, "Apollo 11 Mission image");
  g_assert_cmpstr (entry->description, ==, "Astronaut & flag on the Moon");
  g_assert_cmpstr (entry->author, ==, "Neil Armstrong");
  g_assert_cmpint (entry->date, <, 0);
  entry = page->entries->pdata[1];
  g_assert_cmpstr (entry->url, ==,
                   "https://images-assets.nasa.gov/image/PIA%2001/PIA%2001~orig.png");
  g_assert_cmpstr (entry->type, ==, "image/png");
  g_assert_cmpstr (entry->page_url, ==, "https://images.nasa.gov/details/PIA%2001");
  g_assert_cmpuint (entry->bytes, ==, 4567890);
}

static void
test_loc (void)
{
  g_autoptr (SheafPage) page = parse_fixture (&sheaf_loc, "loc:search/bridge", "loc.json");
  SheafEntry *entry = page->entries->pdata[0];

  g_assert_cmpuint (page->entries->len, ==, 2);
  g_assert_cmpstr (page->cursor, ==, "4");
  g_assert_cmpstr (entry->id, ==, "2017771234");
  g_assert_cmpstr (entry->url, ==,
                   "https://tile.loc.gov/storage-services/service/pnp/fsa/8b29000/8b29516v.jpg");
  g_assert_cmpstr (entry->preview_url, ==,
                   "https://tile.loc.gov/storage-services/service/pnp/fsa/8b29000/8b29516r.jpg");
  g_assert_cmpuint (entry->width, ==, 806);
  g_assert_cmpstr (entry->licence, ==, "No known restrictions");
  g_assert_cmpstr (entry->description, ==, "1 negative : nitrate");
  entry = page->entries->pdata[1];
  g_assert_cmpstr (entry->title, ==, "In a list");
  g_assert_cmpstr (entry->licence, ==, "Rights status not evaluated.");
  g_assert_null (entry->page_url);
}

/* What is no answer of theirs is an error everywhere, and nothing worse. */
static void
test_shapes (void)
{
  static const char *const texts[] = { "",
                                       "null",
                                       "7",
                                       "\"x\"",
                                       "[",
                                       "<html>",
                                       "{\"data\":7,\"collection\":[],\"results\":{},\"error\":{}}",
                                       "[[]]" };

  for (guint i = 0; i < G_N_ELEMENTS (listings); i++)
    for (guint k = 0; k < G_N_ELEMENTS (texts); k++)
      {
        g_autofree char *spec = g_strdup_printf ("%s:", listings[i]->nick);
        g_autoptr (GError) error = NULL;

        g_test_message ("%s %s", spec, texts[k]);
        g_assert_null (parse_text (listings[i], spec, NULL, 200, texts[k], &error));
        g_assert_nonnull (error);
      }
}

static void
test_addresses (void)
{
  static const struct
  {
    const SheafListing *listing;
    const char *text;
    const char *kind;
    const char *name;
  } cases[] = {
    { &sheaf_commons, "commons:", "featured", NULL },
    { &sheaf_commons, "commons:search/old bridge", "search", "old bridge" },
    { &sheaf_commons, "commons:category/Stone_bridges", "category", "Stone bridges" },
    { &sheaf_commons, "commons:category+3/AC/DC", "category", "AC/DC" },
    { &sheaf_commons, "commons:potd/2024-05", "potd", "2024-05" },
    { &sheaf_commons, "commons:user/Jane", "user", "Jane" },
    { &sheaf_commons, "https://commons.wikimedia.org/wiki/File:Zweite_Br%C3%BCcke.png", "file",
      "Zweite Brücke.png" },
    { &sheaf_commons, "commons.wikimedia.org/wiki/Category:Bridges", "category", "Bridges" },
    { &sheaf_commons, "https://commons.m.wikimedia.org/wiki/Special:ListFiles/Jane", "user",
      "Jane" },
    { &sheaf_commons, "https://commons.wikimedia.org/w/index.php?search=old+bridge&ns6=1", "search",
      "old bridge" },
    { &sheaf_commons, "https://commons.wikimedia.org/w/index.php?title=File:A_b.jpg", "file",
      "A b.jpg" },
    { &sheaf_commons, "https://upload.wikimedia.org/wikipedia/commons/a/ab/A_b.jpg", "file",
      "A b.jpg" },
    { &sheaf_commons,
      "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/A_b.jpg/330px-A_b.jpg", "file",
      "A b.jpg" },
    { &sheaf_commons, "https://commons.wikimedia.org/", "potd", NULL },
    { &sheaf_commons, "commons:category/", NULL, NULL },
    { &sheaf_commons, "commons:category/a|b", NULL, NULL },
    { &sheaf_commons, "commons:category+0/A", NULL, NULL },
    { &sheaf_commons, "commons:potd/today", NULL, NULL },
    { &sheaf_commons, "commons:nonsense", NULL, NULL },
    { &sheaf_commons, "https://upload.wikimedia.org/wikipedia/en/a/ab/A.jpg", NULL, NULL },
    { &sheaf_commons, "https://en.wikipedia.org/wiki/Bridge", NULL, NULL },
    { &sheaf_artic, "artic:search/water lilies", "search", "water lilies" },
    { &sheaf_artic, "https://www.artic.edu/artworks/27992/a-sunday", "work", "27992" },
    { &sheaf_artic, "https://www.artic.edu/collection?q=monet", "search", "monet" },
    { &sheaf_artic, "https://www.artic.edu/artworks/x", NULL, NULL },
    { &sheaf_nasa, "nasa:album/apollo", "album", "apollo" },
    { &sheaf_nasa, "https://images.nasa.gov/details/PIA%2001", "picture", "PIA 01" },
    { &sheaf_nasa, "https://images.nasa.gov/details-PIA01", "picture", "PIA01" },
    { &sheaf_nasa, "https://images.nasa.gov/search?q=moon", "search", "moon" },
    { &sheaf_nasa, "nasa:search/", NULL, NULL },
    { &sheaf_loc, "loc:collection/fsa-owi", "collection", "fsa-owi" },
    { &sheaf_loc, "https://www.loc.gov/item/2017771234/", "item", "2017771234" },
    { &sheaf_loc, "https://www.loc.gov/photos/?q=bridge", "search", "bridge" },
    { &sheaf_loc, "loc:collection/../x", NULL, NULL },
    { &sheaf_loc, "https://www.loc.gov/", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SheafListingSpec) spec = cases[i].listing->parse_spec (cases[i].text);
      g_autofree char *url = NULL, *title = NULL;
      g_autoptr (GUri) uri = NULL;

      g_test_message ("%s", cases[i].text);
      g_assert_cmpstr (spec != NULL ? spec->kind : NULL, ==, cases[i].kind);
      if (spec == NULL)
        continue;
      g_assert_cmpstr (spec->name, ==, cases[i].name);
      url = cases[i].listing->dup_url (cases[i].listing->api_url, spec, NULL);
      uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
      g_assert_nonnull (uri);
      g_assert_cmpstr (g_uri_get_scheme (uri), ==, "https");
      title = cases[i].listing->dup_title (spec);
      g_assert_cmpstr (title, !=, "");
      g_assert_cmpstr (sheaf_source_type_for (cases[i].text)->nick, ==, cases[i].listing->nick);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/open-json/commons", test_commons);
  g_test_add_func ("/open-json/commons-depth", test_commons_depth);
  g_test_add_func ("/open-json/commons-errors", test_commons_errors);
  g_test_add_func ("/open-json/artic", test_artic);
  g_test_add_func ("/open-json/nasa", test_nasa);
  g_test_add_func ("/open-json/loc", test_loc);
  g_test_add_func ("/open-json/shapes", test_shapes);
  g_test_add_func ("/open-json/addresses", test_addresses);
  return g_test_run ();
}
