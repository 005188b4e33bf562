/* verb.h: the kinds of work there are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A verb turns a job into a reply.  Tables of verbs are the extension point: libapp has one of
 * everything it can name (app/verbs/verb-table.c), each helper has its own of what it serves. */
#pragma once

#include "app/work/job.h"

G_BEGIN_DECLS

typedef enum
{
  SHEAF_VERB_CPU = 0,                /* wants one worker a core */
  SHEAF_VERB_NETWORK = 1 << 0,       /* waits more than it computes: wants many workers */
  SHEAF_VERB_HOSTILE_INPUT = 1 << 1, /* parses what strangers made: only ever run in a helper */
} SheafVerbFlags;

/**
 * SheafVerbFunc:
 * @job: (transfer none): what to do
 * @progress: (nullable): called from this thread
 * @cancellable: (nullable): when triggered, return %G_IO_ERROR_CANCELLED soon
 *
 * Does the work and blocks until it is done.  Runs in any thread, several at once.
 *
 * Returns: (transfer full) (nullable): the reply, or %NULL with @error set (%SHEAF_ERROR, or
 *   %G_IO_ERROR_CANCELLED)
 */
typedef SheafReply *(*SheafVerbFunc) (SheafJob *job,
                                      SheafProgressFunc progress,
                                      gpointer progress_data,
                                      GCancellable *cancellable,
                                      GError **error);

/* The same without blocking: on the thread-default main context, completing through @callback. */
typedef void (*SheafVerbAsyncFunc) (SheafJob *job,
                                    SheafProgressFunc progress,
                                    gpointer progress_data,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
typedef SheafReply *(*SheafVerbFinishFunc) (GAsyncResult *result, GError **error);

/**
 * SheafVerb:
 * @name: what jobs call it
 * @helper: program that serves it under an executor of processes ("sheaf-thumbnailer",
 *   "sheaf-fetcher")
 * @run: (nullable): %NULL in a table whose process must not do this itself
 * @run_async: (nullable): for verbs that one thread can do many of at once
 */
typedef struct
{
  const char *name;
  SheafVerbFlags flags;
  const char *helper;
  SheafVerbFunc run;
  SheafVerbAsyncFunc run_async;
  SheafVerbFinishFunc run_finish;
} SheafVerb;

/**
 * sheaf_verbs:
 *
 * Every verb Sheaf itself can name, for executors; ends with a row without a name.  Verbs with
 * %SHEAF_VERB_HOSTILE_INPUT have no run() here: they exist in their helper alone.  It is made in
 * app/verbs/verb-table.c, so that nothing here needs to know one verb by name; a test may bring its
 * own.
 */
extern const SheafVerb sheaf_verbs[];

/**
 * sheaf_verb_lookup:
 * @table: ends with a row without a name
 *
 * Returns: (transfer none) (nullable): the row called @name, or %NULL with @error set
 */
const SheafVerb *sheaf_verb_lookup (const SheafVerb *table, const char *name, GError **error);

G_END_DECLS
