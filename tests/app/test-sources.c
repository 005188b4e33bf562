/* test-sources.c: sources over a real connection and from real files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/imgur-source.h"
#include "app/gallery/source.h"
#include "app/work/error.h"
#include "tests/app/scratch.h"
#include "tests/app/source-fixture.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

static void
test_imgur_everything (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (300, NULL);
  g_autoptr (SheafSource) source = source_fixture_open (fixture, "imgur:hot");
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *title = sheaf_source_dup_title (source);
  guint n_pages, n_albums = 0, asked;

  entries = source_fixture_load_all (source, &n_pages);
  g_assert_cmpuint (n_pages, >, 2);
  g_assert_cmpstr (title, ==, "Most viral");
  asked = (guint) sheaf_demo_server_get_n_requests (fixture->server);
  for (guint i = 0; i < entries->len; i++)
    {
      SheafEntry *entry = entries->pdata[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) pictures = NULL;

      g_assert_nonnull (entry->preview_url);
      if (!sheaf_entry_is_album (entry))
        {
          g_assert_true (
              g_str_has_prefix (entry->url, sheaf_demo_server_get_base_url (fixture->server)));
          g_hash_table_add (ids, g_strdup (entry->id));
          continue;
        }
      n_albums++;
      pictures = source_fixture_expand (source, entry, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (pictures->len, ==, entry->album_count);
      for (guint k = 0; k < pictures->len; k++)
        {
          SheafEntry *picture = pictures->pdata[k];

          g_assert_cmpuint (picture->index, ==, k);
          g_assert_cmpstr (picture->post_id, ==, entry->id);
          g_hash_table_add (ids, g_strdup (picture->id));
        }
    }
  g_assert_cmpuint (g_hash_table_size (ids), ==, 300);
  /* What came whole with the list is not asked for again. */
  g_assert_cmpuint (sheaf_demo_server_get_n_requests (fixture->server) - asked, <, n_albums);
  g_assert_cmpuint (fixture->n_quota, >, n_pages);
  g_assert_cmpint (fixture->quota.user_limit, ==, 12500);
  g_assert_cmpint (fixture->quota.user_remaining, <, 12500);
}

static void
test_imgur_forms (void)
{
  static const char *const specs[]
      = { "demo:",       "demo:top/all",    "demo:user/time",   "demo:r/mountains",
          "demo:t/lake", "demo:search/the", "demo:user/marlow", NULL };
  g_autoptr (SourceFixture) fixture = source_fixture_new (300, NULL);

  for (guint i = 0; specs[i] != NULL; i++)
    {
      g_autoptr (SheafSource) source = source_fixture_open (fixture, specs[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafPage) page = source_fixture_load (source, NULL, &error);

      g_assert_no_error (error);
      g_test_message ("%s: %u", specs[i], page->entries->len);
      g_assert_cmpuint (page->entries->len, >, 0);
      g_assert_cmpstr (((SheafEntry *) page->entries->pdata[0])->source, ==, "demo");
    }
}

static void
test_imgur_posts (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (100, NULL);
  g_autoptr (SheafSource) source = source_fixture_open (fixture, "demo:");
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPage) page = source_fixture_load (source, NULL, &error);
  gboolean album = FALSE, single = FALSE;

  for (guint i = 0; i < page->entries->len && !(album && single); i++)
    {
      SheafEntry *entry = page->entries->pdata[i];
      /* An ID alone does not tell which of both it is. */
      g_autofree char *spec = g_strdup_printf ("demo:gallery/%s", entry->id);
      g_autoptr (SheafSource) post = source_fixture_open (fixture, spec);
      g_autoptr (SheafPage) pictures = source_fixture_load (post, NULL, &error);

      g_assert_no_error (error);
      g_assert_null (pictures->cursor);
      g_assert_cmpuint (pictures->entries->len, ==, MAX (entry->album_count, 1));
      if (sheaf_entry_is_album (entry))
        album = TRUE;
      else
        single = TRUE;
    }
  g_assert_true (album && single);

  g_autoptr (SheafSource) missing = source_fixture_open (fixture, "demo:gallery/zzzzzzz");

  g_assert_null (source_fixture_load (missing, NULL, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_NOT_FOUND);
}

static void
test_imgur_mature (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (300, NULL);
  SheafSourceContext context = source_fixture_context (fixture);
  g_autoptr (SheafSource) with = NULL, without = source_fixture_open (fixture, "demo:");
  g_autoptr (GPtrArray) all = NULL, some = source_fixture_load_all (without, &(guint){ 0 });
  guint n_mature = 0;

  context.mature = TRUE;
  with = sheaf_source_open ("demo:", &context, NULL);
  all = source_fixture_load_all (with, &(guint){ 0 });
  for (guint i = 0; i < all->len; i++)
    n_mature += ((SheafEntry *) all->pdata[i])->mature;
  g_assert_cmpuint (n_mature, >, 0);
  g_assert_cmpuint (all->len, ==, some->len + n_mature);
}

static void
test_imgur_client_id (void)
{
  static const struct
  {
    const char *id;
    gboolean opens;
  } cases[] = {
    { NULL, FALSE },
    { "", FALSE },
    { "evil\r\nX-Header: 1", FALSE },
    { "notahexid", TRUE },
  };
  g_autoptr (SourceFixture) fixture = source_fixture_new (10, NULL);
  SheafSourceContext context = source_fixture_context (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafSource) source = NULL;

      context.client_id = cases[i].id;
      source = sheaf_source_open ("imgur:hot", &context, &error);
      g_assert_true ((source != NULL) == cases[i].opens);
      if (source != NULL)
        g_assert_null (source_fixture_load (source, NULL, &error));
      g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_CLIENT_ID);
      g_assert_cmpint (sheaf_error_exit_code (error), ==, SHEAF_EXIT_CLIENT_ID);
    }
}

static void
test_imgur_credits (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (10, NULL);
  SheafSourceContext context = source_fixture_context (fixture);
  g_autoptr (GAsyncResult) result = NULL, refused = NULL;
  g_autoptr (GError) error = NULL;
  SheafQuota quota;

  sheaf_imgur_load_credits_async (&context, NULL, source_fixture_keep_result, &result);
  g_assert_true (sheaf_imgur_load_credits_finish (source_fixture_wait (&result), &quota, &error));
  g_assert_no_error (error);
  g_assert_cmpint (quota.user_limit, ==, 12500);

  context.client_id = "wrong";
  sheaf_imgur_load_credits_async (&context, NULL, source_fixture_keep_result, &refused);
  g_assert_false (sheaf_imgur_load_credits_finish (source_fixture_wait (&refused), &quota, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_CLIENT_ID);
}

/* Every fault comes back as the one cause that a person can act on. */
static void
test_imgur_faults (void)
{
  static const struct
  {
    const char *fault;
    SheafError code;
    gint64 wait;
  } cases[] = {
    { "401=1", SHEAF_ERROR_CLIENT_ID, -1 },
    { "403=1", SHEAF_ERROR_CLIENT_ID, -1 },
    { "404=1", SHEAF_ERROR_NOT_FOUND, -1 },
    { "429=1", SHEAF_ERROR_RATE_LIMITED, 1 },
    { "429-date=1", SHEAF_ERROR_RATE_LIMITED, 2 },
    { "429-bare=1", SHEAF_ERROR_RATE_LIMITED, 60 },
    { "500=1", SHEAF_ERROR_HTTP, -1 },
    { "503=1", SHEAF_ERROR_OVER_CAPACITY, -1 },
    { "capacity=1", SHEAF_ERROR_OVER_CAPACITY, -1 },
    { "region=1", SHEAF_ERROR_REGION, -1 },
    { "html=1", SHEAF_ERROR_PROTOCOL, -1 },
    { "bad-json=1", SHEAF_ERROR_PROTOCOL, -1 },
    { "nested-json=1", SHEAF_ERROR_PROTOCOL, -1 },
    { "huge-json=1", SHEAF_ERROR_TOO_LARGE, -1 },
    { "redirect-loop=1", SHEAF_ERROR_REDIRECT, -1 },
    { "truncated=1", SHEAF_ERROR_SHORT, -1 },
    { "reset=1", SHEAF_ERROR_RESET, -1 },
    { "quota=1", SHEAF_ERROR_RATE_LIMITED, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new (10, cases[i].fault);
      g_autoptr (SheafSource) source = source_fixture_open (fixture, "imgur:hot");
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafPage) first = source_fixture_load (source, NULL, &error);
      g_autoptr (SheafPage) page
          = first != NULL ? source_fixture_load (source, first->cursor, &error) : NULL;

      g_test_message ("%s: %s", cases[i].fault, error != NULL ? error->message : "no error");
      g_assert_null (page);
      g_assert_error (error, SHEAF_ERROR, (int) cases[i].code);
      if (cases[i].wait >= 0)
        g_assert_cmpint (sheaf_error_get_retry_after (error), <=, cases[i].wait);
      /* The quota comes back within the hour; that is what to wait for. */
      if (g_str_has_prefix (cases[i].fault, "quota"))
        g_assert_cmpint (sheaf_error_get_retry_after (error), >, 0);
    }
}

static void
test_imgur_offline (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (10, NULL);
  SheafSourceContext context = source_fixture_context (fixture);
  g_autoptr (SheafSource) source = NULL;
  g_autoptr (GError) error = NULL;

  context.api_url = "http://127.0.0.1:9/3";
  source = sheaf_source_open ("imgur:hot", &context, &error);
  g_assert_null (source_fixture_load (source, NULL, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_REFUSED);
  g_assert_cmpint (sheaf_error_exit_code (error), ==, SHEAF_EXIT_NETWORK);
}

static void
on_cancelled (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sheaf_source_load_page_finish (SHEAF_SOURCE (object), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  *(gboolean *) user_data = TRUE;
}

static void
test_imgur_cancelled (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (10, "silent=1");
  g_autoptr (SheafSource) source = source_fixture_open (fixture, "imgur:hot");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gboolean done = FALSE;

  sheaf_source_load_page_async (source, NULL, cancellable, on_cancelled, &done);
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (cancellable);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (parent, 0700);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
test_urls (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (4, NULL);
  g_autofree char *folder = g_dir_make_tmp ("sheaf-urls-XXXXXX", NULL);
  g_autofree char *list = g_build_filename (folder, "list.txt", NULL);
  g_autoptr (GString) text = g_string_new ("# a comment\n\n  https://example.org/a.jpg  with "
                                           "words\r\nnot an address\nhttps://example.org/b.jpg");
  g_autoptr (SheafSource) one = source_fixture_open (fixture, "https://example.org/one.jpg");
  g_autoptr (GPtrArray) single = source_fixture_load_all (one, &(guint){ 0 });
  g_autoptr (GPtrArray) entries = NULL, again = NULL;
  guint n_pages;

  g_assert_cmpuint (single->len, ==, 1);
  g_assert_cmpstr (((SheafEntry *) single->pdata[0])->url, ==, "https://example.org/one.jpg");

  for (guint i = 0; i < 1200; i++)
    g_string_append_printf (text, "\nhttps://example.org/%u.jpg", i);
  write_file (folder, "list.txt", text->str);

  g_autoptr (SheafSource) source = source_fixture_open (fixture, list);

  entries = source_fixture_load_all (source, &n_pages);
  g_assert_cmpuint (entries->len, ==, 1203);
  g_assert_cmpuint (n_pages, >, 2);
  g_assert_cmpstr (((SheafEntry *) entries->pdata[0])->url, ==, "https://example.org/a.jpg");
  g_assert_cmpstr (((SheafEntry *) entries->pdata[1])->url, ==, "not");
  g_assert_cmpstr (((SheafEntry *) entries->pdata[2])->url, ==, "https://example.org/b.jpg");
  again = source_fixture_load_all (source, &n_pages);
  g_assert_cmpuint (again->len, ==, 1203);
  scratch_remove (folder);
}

static void
test_folder (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (4, NULL);
  g_autofree char *folder = g_dir_make_tmp ("sheaf-folder-XXXXXX", NULL);
  g_autofree char *loop = g_build_filename (folder, "sub", "loop", NULL);
  g_autofree char *closed = g_build_filename (folder, "closed", NULL);
  g_autoptr (GPtrArray) entries = NULL;
  static const char *const wanted[] = { "a.jpg", "b.PNG", "z.webp", "c.gif", "d.jpeg" };
  guint n_pages;

  write_file (folder, "a.jpg", "x");
  write_file (folder, "z.webp", "x");
  write_file (folder, "b.PNG", "xyz");
  write_file (folder, "notes.txt", "x");
  write_file (folder, ".hidden.jpg", "x");
  write_file (folder, "a_thumbnail.jpg", "x");
  write_file (folder, ".cache/e.jpg", "x");
  write_file (folder, "sub/c.gif", "x");
  write_file (folder, "sub/deeper/d.jpeg", "x");
  write_file (folder, "closed/f.jpg", "x");
  g_assert_cmpint (symlink (folder, loop), ==, 0);
  if (geteuid () != 0)
    g_chmod (closed, 0);
  else
    scratch_remove (closed);

  g_autoptr (SheafSource) source = source_fixture_open (fixture, folder);

  entries = source_fixture_load_all (source, &n_pages);
  g_assert_cmpuint (entries->len, ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < entries->len; i++)
    {
      SheafEntry *entry = entries->pdata[i];
      g_autofree char *name = g_path_get_basename (entry->url);

      g_assert_cmpstr (name, ==, wanted[i]);
      g_assert_cmpstr (entry->source, ==, "file");
      g_assert_true (g_str_has_prefix (entry->type, "image/"));
      g_assert_true (g_str_has_prefix (entry->url, "file:///"));
    }
  g_assert_cmpuint (((SheafEntry *) entries->pdata[1])->bytes, ==, 3);
  g_chmod (closed, 0700);
  scratch_remove (folder);
}

static void
test_folder_pages (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (4, NULL);
  g_autofree char *folder = g_dir_make_tmp ("sheaf-folder-XXXXXX", NULL);
  g_autoptr (GPtrArray) entries = NULL;
  guint n_pages;

  for (guint i = 0; i < 1500; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u/%04u.jpg", i / 700, i);

      write_file (folder, name, "x");
    }

  g_autoptr (SheafSource) source = source_fixture_open (fixture, folder);

  entries = source_fixture_load_all (source, &n_pages);
  g_assert_cmpuint (entries->len, ==, 1500);
  g_assert_cmpuint (n_pages, ==, 4);
  scratch_remove (folder);
}

static void
test_nothing (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new (4, NULL);
  SheafSourceContext context = source_fixture_context (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_null (sheaf_source_open ("/nonexistent", &context, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_USAGE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sources/imgur/everything", test_imgur_everything);
  g_test_add_func ("/sources/imgur/forms", test_imgur_forms);
  g_test_add_func ("/sources/imgur/posts", test_imgur_posts);
  g_test_add_func ("/sources/imgur/mature", test_imgur_mature);
  g_test_add_func ("/sources/imgur/client-id", test_imgur_client_id);
  g_test_add_func ("/sources/imgur/credits", test_imgur_credits);
  g_test_add_func ("/sources/imgur/faults", test_imgur_faults);
  g_test_add_func ("/sources/imgur/offline", test_imgur_offline);
  g_test_add_func ("/sources/imgur/cancelled", test_imgur_cancelled);
  g_test_add_func ("/sources/urls", test_urls);
  g_test_add_func ("/sources/folder", test_folder);
  g_test_add_func ("/sources/folder-pages", test_folder_pages);
  g_test_add_func ("/sources/nothing", test_nothing);
  return g_test_run ();
}
