/* fetch-fixture.h: what the tests of `fetch` share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A server that breaks as it is told, a body, and a job run in both forms, blocking and
 * asynchronous. */
#pragma once

#include "app/verbs/verb-fetch.h"
#include "tests/app/fault-server.h"

G_BEGIN_DECLS

#define FETCH_BODY_LENGTH 200000

typedef struct
{
  FaultServer *server;
  GBytes *body;
  gboolean blocking;
} FetchFixture;

typedef struct
{
  const char *name;
  void (*test) (FetchFixture *self, gconstpointer data);
} FetchCase;

/* Adds each of @cases in both forms. */
void fetch_add_cases (const FetchCase *cases, guint n_cases);

void fetch_set_up (FetchFixture *self, gconstpointer data);
void fetch_tear_down (FetchFixture *self, gconstpointer data);

/* Parameters every test has: short limits, and leave to reach the loopback interface. */
void fetch_init_params (GVariantDict *params, const char *url);
SheafReply *fetch_run_params (FetchFixture *self, GVariantDict *params, int fd, GError **error);
SheafReply *
fetch_run_job (FetchFixture *self, SheafJob *job, GCancellable *cancellable, GError **error);
void fetch_on_ready (GObject *source, GAsyncResult *result, gpointer user_data);

int fetch_new_file (void);
void fetch_assert_file (int fd, GBytes *wanted);

/* What came must be the beginning of what should have come. */
void fetch_assert_prefix (int fd, GBytes *wanted);

/* Fetching @path ends with @code and a sentence. */
void fetch_assert_fails (FetchFixture *self, const char *path, int code);

/* @data: a GBytes, which is answered as a picture with its validator. */
gboolean
fetch_answer_file (FaultConnection *connection, const FaultRequest *request, gpointer data);

/* @data: a status, header lines and a body. */
gboolean
fetch_answer_text (FaultConnection *connection, const FaultRequest *request, gpointer data);

G_END_DECLS
