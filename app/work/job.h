/* job.h: what is to be done, and what came of it, as plain data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A job names a verb and gives it parameters and at most one open file.  It is never a closure, so
 * it can cross into another process or onto another machine.  A reply has the same shape. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SheafJob:
 * @verb: name of the work, see verb.h
 * @params: a{sv}, never floating; each verb documents its keys
 * @fd: an open file, or -1; owned by the job, closed with it
 * @timeout_ms: wall-clock limit for this one job, kept by the executor; 0 for none
 *
 * Immutable once made; reference-counted, from any thread.
 */
typedef struct
{
  char *verb;
  GVariant *params;
  int fd;
  guint timeout_ms;
} SheafJob;

/**
 * sheaf_job_new:
 * @params: (transfer floating) (nullable): a{sv}; %NULL for none
 * @fd: (transfer full): an open file, or -1
 */
SheafJob *sheaf_job_new (const char *verb, GVariant *params, int fd, guint timeout_ms);
SheafJob *sheaf_job_ref (SheafJob *job);
void sheaf_job_unref (SheafJob *job);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafJob, sheaf_job_unref)

/**
 * SheafReply:
 * @values: a{sv}, never floating; each verb documents its keys
 * @fd: an open file (a sealed memfd, as a rule), or -1; owned by the reply
 *
 * Immutable once made; reference-counted, from any thread.
 */
typedef struct
{
  GVariant *values;
  int fd;
} SheafReply;

SheafReply *sheaf_reply_new (GVariant *values, int fd);
SheafReply *sheaf_reply_ref (SheafReply *reply);
void sheaf_reply_unref (SheafReply *reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafReply, sheaf_reply_unref)

/**
 * SheafProgressFunc:
 * @done: units done so far (bytes for fetch)
 * @total: units in all, or 0 where that is not known
 *
 * In verbs it may be called from the thread the verb runs in; executors deliver it in the context
 * that sheaf_executor_run_async() was called in, at most ten times a second and job.
 */
typedef void (*SheafProgressFunc) (guint64 done, guint64 total, gpointer user_data);

G_END_DECLS
