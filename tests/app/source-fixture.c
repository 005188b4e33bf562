/* source-fixture.c: a demo gallery, an executor, and sources opened with them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/source-fixture.h"

#include "app/exec/executor-threads.h"

static void
on_quota (const SheafQuota *quota, gpointer user_data)
{
  SourceFixture *fixture = user_data;

  fixture->quota = *quota;
  fixture->n_quota++;
}

SourceFixture *
source_fixture_new (guint count, const char *fault)
{
  const char *faults[] = { fault, NULL };
  SheafDemoOptions options = { .count = count, .seed = 3, .faults = faults };
  SheafExecutorOptions jobs = { .n_jobs = 4, .kind = SHEAF_VERB_NETWORK };
  SourceFixture *fixture = g_new0 (SourceFixture, 1);
  g_autoptr (GError) error = NULL;

  fixture->server = sheaf_demo_server_new_in_thread (&options, &error);
  g_assert_no_error (error);
  fixture->executor = sheaf_executor_threads_new (&jobs, &error);
  g_assert_no_error (error);
  return fixture;
}

void
source_fixture_free (SourceFixture *fixture)
{
  g_object_unref (fixture->executor);
  g_object_unref (fixture->server);
  g_free (fixture);
}

SheafSourceContext
source_fixture_context (SourceFixture *fixture)
{
  return (SheafSourceContext){
    .executor = fixture->executor,
    .api_url = sheaf_demo_server_get_api_url (fixture->server),
    .client_id = SHEAF_DEMO_CLIENT_ID,
    .quota = on_quota,
    .quota_data = fixture,
  };
}

SheafSource *
source_fixture_open (SourceFixture *fixture, const char *spec)
{
  SheafSourceContext context = source_fixture_context (fixture);
  g_autoptr (GError) error = NULL;
  SheafSource *source = sheaf_source_open (spec, &context, &error);

  g_assert_no_error (error);
  return source;
}

void
source_fixture_keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

GAsyncResult *
source_fixture_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

SheafPage *
source_fixture_load (SheafSource *source, const char *cursor, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sheaf_source_load_page_async (source, cursor, NULL, source_fixture_keep_result, &result);
  return sheaf_source_load_page_finish (source, source_fixture_wait (&result), error);
}

GPtrArray *
source_fixture_expand (SheafSource *source, SheafEntry *album, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sheaf_source_expand_async (source, album, NULL, source_fixture_keep_result, &result);
  return sheaf_source_expand_finish (source, source_fixture_wait (&result), error);
}

/* Everything a source has, albums as they are. */
GPtrArray *
source_fixture_load_all (SheafSource *source, guint *n_pages)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
  g_autofree char *cursor = NULL;

  for (*n_pages = 1;; (*n_pages)++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafPage) page = source_fixture_load (source, cursor, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < page->entries->len; i++)
        g_ptr_array_add (entries, sheaf_entry_ref (page->entries->pdata[i]));
      g_free (cursor);
      cursor = g_steal_pointer (&page->cursor);
      if (cursor == NULL)
        return entries;
    }
}
