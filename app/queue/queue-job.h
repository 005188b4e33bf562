/* queue-job.h: jobs and results as the text that crosses to other machines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JSON of plain data, so that a worker in another language could read it.  A value carries its type
 * because a verb is exact about types: {"url": ["s", "http://…"], "max-bytes": ["t", 4096]}. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SheafQueueJob:
 * @params: a{sv}, never floating
 * @timeout_ms: 0 for none
 * @retries: further tries, on any worker, after an error that may pass
 * @created: seconds since 1970
 * @machine: (nullable): see sheaf_queue_machine_get_name(): only there the job means what it says
 * @wants_file: the job has a file: the worker reads it, or (@writes) makes what belongs into it
 * @writes: see above
 * @path: (nullable): absolute path of that file where the job came from; %NULL where it has none
 * @relative: (nullable): the same from the folder the job came from; %NULL where it lies elsewhere
 * @inode: the file's number, by which a worker knows that it sees the same file
 * @bytes: its length
 */
typedef struct
{
  char *verb;
  GVariant *params;
  guint timeout_ms;
  guint retries;
  gint64 created;
  char *machine;
  gboolean wants_file;
  gboolean writes;
  char *path;
  char *relative;
  guint64 inode;
  guint64 bytes;
} SheafQueueJob;

SheafQueueJob *sheaf_queue_job_new (const char *verb, GVariant *params, guint timeout_ms);
void sheaf_queue_job_free (SheafQueueJob *job);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafQueueJob, sheaf_queue_job_free)

/* (transfer full). */
char *sheaf_queue_job_to_json (const SheafQueueJob *job);

/* (transfer full) (nullable): %NULL with %SHEAF_ERROR_PROTOCOL set for anything malformed. */
SheafQueueJob *sheaf_queue_job_from_json (const char *json, GError **error);

/**
 * sheaf_queue_job_dup_content:
 *
 * Returns: (transfer full): a name for what the job asks for: the same for the same work, also in
 *   another run of the program; what changes between tries (how far a file has come) is left out
 */
char *sheaf_queue_job_dup_content (const SheafQueueJob *job);

/* The job's id: 128 bits of a hash of batch, content and how often that was asked for before;
 * (transfer full). */
char *sheaf_queue_dup_id (const char *batch, const char *content, guint generation);

typedef enum
{
  SHEAF_QUEUE_BODY_NONE, /* values only */
  SHEAF_QUEUE_BODY_KEY,  /* bytes under a key of the broker */
  SHEAF_QUEUE_BODY_FILE, /* a file in the folder both sides share */
} SheafQueueBody;

/**
 * SheafQueueResult:
 * @values: a{sv}, never floating
 * @elsewhere: the worker does not see the file the job is about, or has no part in the machine it
 *   is about: do it another way
 * @bytes: length of the body
 * @name: (nullable): for %SHEAF_QUEUE_BODY_FILE: its name in %SHEAF_QUEUE_FOLDER
 * @relative: (nullable): for %SHEAF_QUEUE_BODY_FILE: the job's file as the worker found it, below
 *   its root; the rest of the path is where the root is
 */
typedef struct
{
  GVariant *values;
  gboolean elsewhere;
  SheafQueueBody body;
  guint64 bytes;
  char *name;
  char *relative;
} SheafQueueResult;

SheafQueueResult *sheaf_queue_result_new (GVariant *values);
void sheaf_queue_result_free (SheafQueueResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafQueueResult, sheaf_queue_result_free)

char *sheaf_queue_result_to_json (const SheafQueueResult *result);
SheafQueueResult *sheaf_queue_result_from_json (const char *json, GError **error);

/* Errors: the kind, the message, and what sheaf_error_new() takes. */
char *sheaf_queue_error_to_json (const GError *error);
GError *sheaf_queue_error_from_json (const char *json);

G_END_DECLS
