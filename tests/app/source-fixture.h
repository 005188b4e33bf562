/* source-fixture.h: a demo gallery, an executor, and sources opened with them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/demo/demo-server.h"
#include "app/gallery/source.h"

G_BEGIN_DECLS

typedef struct
{
  SheafDemoServer *server;
  SheafExecutor *executor;
  SheafQuota quota;
  guint n_quota;
} SourceFixture;

/* A server with @count pictures and @fault (nullable). */
SourceFixture *source_fixture_new (guint count, const char *fault);
void source_fixture_free (SourceFixture *fixture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SourceFixture, source_fixture_free)

/* The context of Imgur's API at the server. */
SheafSourceContext source_fixture_context (SourceFixture *fixture);
SheafSource *source_fixture_open (SourceFixture *fixture, const char *spec);

/* One call, waited for. */
SheafPage *source_fixture_load (SheafSource *source, const char *cursor, GError **error);
GPtrArray *source_fixture_expand (SheafSource *source, SheafEntry *album, GError **error);

/* Everything a source has, albums as they are; asserts that nothing fails. */
GPtrArray *source_fixture_load_all (SheafSource *source, guint *n_pages);

/* A GAsyncReadyCallback that keeps the result, and the loop that waits for it. */
void source_fixture_keep_result (GObject *object, GAsyncResult *result, gpointer user_data);
GAsyncResult *source_fixture_wait (GAsyncResult **result);

G_END_DECLS
