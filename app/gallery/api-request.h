/* api-request.h: one question to a service, by way of an executor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A `fetch` job writes the answer into memory, and a parser turns it into something, in a thread:
 * what a source does is choose the address and the parser. */
#pragma once

#include "app/exec/executor.h"

G_BEGIN_DECLS

/* Longer answers are refused. */
#define SHEAF_API_MAX_BYTES (16u << 20)

/**
 * SheafApiAnswer:
 * @status: HTTP status
 * @type: Content-Type without parameters, "" where there is none
 * @headers: a{ss}: what the verb `fetch` hands out
 * @now: seconds since 1970 when it was given, by the service's clock where it tells
 */
typedef struct
{
  guint status;
  const char *type;
  GVariant *headers;
  GBytes *body;
  gint64 now;
} SheafApiAnswer;

/* Seconds to wait by the Retry-After header, a number or a date; -1 where there is none. */
gint64 sheaf_api_answer_get_retry_after (const SheafApiAnswer *answer);

/* (transfer none) (nullable): one header by its name in lower case. */
const char *sheaf_api_answer_get_header (const SheafApiAnswer *answer, const char *name);

/* Whether @words, in lower case, occur in the first 64 KiB of the body, in any case. */
gboolean sheaf_api_answer_mentions (const SheafApiAnswer *answer, const char *words);

/**
 * SheafApiParser:
 *
 * Turns @answer, whatever its status, into something.  Runs in a thread; must touch nothing else.
 *
 * Returns: (transfer full) (nullable): what was asked for, or %NULL with @error set
 */
typedef gpointer (*SheafApiParser) (const SheafApiAnswer *answer, gpointer data, GError **error);

/**
 * SheafApiRequest:
 * @url: where
 * @authorization: (nullable): that header
 * @allow_private: whether @url may be of this machine (tests, the demo)
 * @connect_timeout: seconds; 0 for the default
 * @read_timeout: seconds; 0 for the default
 * @parser: see there
 * @data: (transfer none): for @parser; must stay until the callback
 * @free_result: frees what @parser made, where nobody took it
 */
typedef struct
{
  const char *url;
  const char *authorization;
  gboolean allow_private;
  guint connect_timeout;
  guint read_timeout;
  SheafApiParser parser;
  gpointer data;
  GDestroyNotify free_result;
} SheafApiRequest;

void sheaf_api_request_async (SheafExecutor *executor,
                              const SheafApiRequest *request,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

/* (transfer full): what the parser made. */
gpointer sheaf_api_request_finish (GAsyncResult *result, GError **error);

/* (transfer none) (nullable): the answer, also where the parser failed; valid as long as @result.
 * %NULL too for what g_task_report_error() made, where nothing was asked. */
const SheafApiAnswer *sheaf_api_request_get_answer (GAsyncResult *result);

G_END_DECLS
