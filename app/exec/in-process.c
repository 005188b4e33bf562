/* in-process.c: doing a job in the calling thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/exec/in-process.h"

#include "app/exec/deadlines.h"
#include "app/exec/helper-pools.h"
#include "app/exec/helper.h"

struct _SheafInProcess
{
  SheafDeadlines *deadlines;
  SheafHelperPools *pools;
};

SheafInProcess *
sheaf_in_process_new (const SheafExecutorOptions *options, guint n_workers)
{
  SheafInProcess *self = g_new0 (SheafInProcess, 1);

  self->deadlines = sheaf_deadlines_new ();
  self->pools = sheaf_helper_pools_new (options, n_workers);
  return self;
}

void
sheaf_in_process_free (SheafInProcess *self)
{
  sheaf_deadlines_free (self->deadlines);
  sheaf_helper_pools_free (self->pools);
  g_free (self);
}

void
sheaf_in_process_shutdown (SheafInProcess *self)
{
  sheaf_helper_pools_shutdown (self->pools);
}

SheafReply *
sheaf_in_process_work (SheafJob *job,
                       SheafProgressFunc progress,
                       gpointer progress_data,
                       GCancellable *cancellable,
                       gpointer user_data,
                       GError **error)
{
  SheafInProcess *self = user_data;
  const SheafVerb *verb = sheaf_verb_lookup (sheaf_verbs, job->verb, error);
  g_autoptr (GError) local_error = NULL;
  SheafReply *reply;
  guint64 deadline = 0;

  if (verb == NULL)
    return NULL;
  if (verb->run == NULL || (verb->flags & SHEAF_VERB_HOSTILE_INPUT) != 0)
    return sheaf_helper_pools_run (self->pools, verb, job, progress, progress_data, cancellable,
                                   error);

  if (job->timeout_ms > 0)
    deadline = sheaf_deadlines_add (self->deadlines, job->timeout_ms, cancellable);
  reply = verb->run (job, progress, progress_data, cancellable, &local_error);
  if (job->timeout_ms > 0 && sheaf_deadlines_remove (self->deadlines, deadline)
      && g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&local_error);
      local_error = sheaf_helper_error_timeout ();
    }
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return reply;
}
