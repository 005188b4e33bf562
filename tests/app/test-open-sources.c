/* test-open-sources.c: open galleries over a connection, with their pages, faults and limits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/work/error.h"
#include "tests/app/source-fixture.h"

#include <string.h>

#include <libsoup/soup.h>

/* One row a source: where the demo gallery has its API, and forms that must give something. */
static const struct
{
  const char *nick;
  const char *path;
  const char *all;
  const char *forms[8];
} sources[] = {
  { "commons",
    "/commons/w/api.php",
    "commons:featured",
    { "commons:quality", "commons:potd", "commons:potd/2024-05", "commons:search/the",
      "commons:category/lake", "commons:category+1/Nature", "commons:user/marlow" } },
  { "artic", "/artic/api/v1", "artic:", { "artic:search/the" } },
  { "nasa", "/nasa", "nasa:", { "nasa:search/the", "nasa:album/lake" } },
  { "loc", "/loc", "loc:", { "loc:search/the", "loc:collection/lake" } },
};

static SheafSource *
open_at (SourceFixture *fixture, guint i, const char *spec)
{
  SheafSourceContext context = source_fixture_context (fixture);
  g_autofree char *api
      = g_strconcat (sheaf_demo_server_get_base_url (fixture->server), sources[i].path, NULL);
  g_autoptr (GError) error = NULL;
  SheafSource *source;

  context.api_url = api;
  context.client_id = NULL;
  source = sheaf_source_open (spec, &context, &error);
  g_assert_no_error (error);
  return source;
}

static guint
fetch_length (const char *url)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = soup_session_send_and_read (session, message, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, 200);
  return (guint) g_bytes_get_size (bytes);
}

static void
test_everything (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (220, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      g_autoptr (SheafSource) source = open_at (fixture, i, sources[i].all);
      g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
      g_autoptr (GPtrArray) entries = NULL;
      guint n_pages;
      SheafEntry *entry;

      entries = source_fixture_load_all (source, &n_pages);
      g_test_message ("%s: %u on %u pages", sources[i].nick, entries->len, n_pages);
      g_assert_cmpuint (n_pages, >, 2);
      /* The museum has works without a picture. */
      if (g_str_equal (sources[i].nick, "artic"))
        g_assert_cmpuint (entries->len, <, 220);
      else
        g_assert_cmpuint (entries->len, ==, 220);
      g_assert_cmpuint (entries->len, >, 200);
      for (guint k = 0; k < entries->len; k++)
        {
          entry = entries->pdata[k];
          g_assert_true (g_hash_table_add (ids, entry->id));
          g_assert_cmpstr (entry->source, ==, sources[i].nick);
          g_assert_nonnull (entry->licence);
          g_assert_nonnull (entry->preview_url);
          g_assert_true (entry->author != NULL || entry->credit != NULL);
          g_assert_true (entry->title == NULL || strchr (entry->title, '<') == NULL);
        }
      entry = entries->pdata[0];
      g_assert_cmpuint (fetch_length (entry->preview_url), >, 500);
      g_assert_cmpuint (fetch_length (entry->url), >, fetch_length (entry->preview_url));
    }
}

static void
test_forms (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (220, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    for (guint k = 0; sources[i].forms[k] != NULL; k++)
      {
        g_autoptr (SheafSource) source = open_at (fixture, i, sources[i].forms[k]);
        g_autoptr (GPtrArray) entries = source_fixture_load_all (source, &(guint){ 0 });

        g_test_message ("%s: %u", sources[i].forms[k], entries->len);
        g_assert_cmpuint (entries->len, >, 0);
        g_assert_cmpuint (entries->len, <=, 220);
      }
}

/* Categories within a category, one of which is that category. */
static void
test_commons_depth (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (220, NULL);
  g_autoptr (SheafSource) flat = open_at (fixture, 0, "commons:category/Nature");
  g_autoptr (SheafSource) deep = open_at (fixture, 0, "commons:category+2/Nature");
  g_autoptr (SheafSource) lake = open_at (fixture, 0, "commons:category/lake");
  g_autoptr (GPtrArray) none = source_fixture_load_all (flat, &(guint){ 0 });
  g_autoptr (GPtrArray) all = source_fixture_load_all (deep, &(guint){ 0 });
  g_autoptr (GPtrArray) some = source_fixture_load_all (lake, &(guint){ 0 });

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (all->len, >, some->len);
}

/* The sum that Commons tells is that of the file. */
static void
test_commons_sha1 (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (20, NULL);
  g_autoptr (SheafSource) source = open_at (fixture, 0, "commons:featured");
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPage) page = source_fixture_load (source, NULL, &error);
  SheafEntry *entry = page->entries->pdata[0];
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = soup_message_new ("GET", entry->url);
  g_autoptr (GBytes) bytes = soup_session_send_and_read (session, message, NULL, NULL);
  g_autofree char *sha1 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA1, bytes);
  g_autoptr (SheafPage) again = source_fixture_load (source, NULL, &error);

  g_assert_cmpstr (((SheafEntry *) again->entries->pdata[0])->sha1, ==, sha1);
}

static void
test_faults (void)
{
  static const struct
  {
    const char *fault;
    SheafError code;
  } cases[] = {
    { "404=1", SHEAF_ERROR_NOT_FOUND },
    { "429=1", SHEAF_ERROR_RATE_LIMITED },
    { "500=1", SHEAF_ERROR_HTTP },
    { "503=1", SHEAF_ERROR_OVER_CAPACITY },
    { "html=1", SHEAF_ERROR_PROTOCOL },
    { "bad-json=1", SHEAF_ERROR_PROTOCOL },
    { "nested-json=1", SHEAF_ERROR_PROTOCOL },
    { "truncated=1", SHEAF_ERROR_SHORT },
  };

  for (guint k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new (10, cases[k].fault);

      for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
        {
          g_autoptr (SheafSource) source = open_at (fixture, i, sources[i].all);
          g_autoptr (GError) error = NULL;

          g_assert_null (source_fixture_load (source, NULL, &error));
          g_test_message ("%s %s: %s", sources[i].nick, cases[k].fault, error->message);
          g_assert_error (error, SHEAF_ERROR, (int) cases[k].code);
          if (cases[k].code == SHEAF_ERROR_RATE_LIMITED)
            g_assert_cmpint (sheaf_error_get_retry_after (error), ==, 1);
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/open-sources/everything", test_everything);
  g_test_add_func ("/open-sources/forms", test_forms);
  g_test_add_func ("/open-sources/commons-depth", test_commons_depth);
  g_test_add_func ("/open-sources/commons-sha1", test_commons_sha1);
  g_test_add_func ("/open-sources/faults", test_faults);
  return g_test_run ();
}
