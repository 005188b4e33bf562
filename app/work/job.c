/* job.c: jobs and replies, reference-counted plain data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/work/job.h"

#include <unistd.h>

static GVariant *
sink_dict (GVariant *dict)
{
  if (dict == NULL)
    dict = g_variant_new ("a{sv}", NULL);
  return g_variant_ref_sink (dict);
}

SheafJob *
sheaf_job_new (const char *verb, GVariant *params, int fd, guint timeout_ms)
{
  SheafJob *job;

  g_return_val_if_fail (verb != NULL, NULL);

  job = g_atomic_rc_box_new0 (SheafJob);
  job->verb = g_strdup (verb);
  job->params = sink_dict (params);
  job->fd = fd;
  job->timeout_ms = timeout_ms;
  return job;
}

SheafJob *
sheaf_job_ref (SheafJob *job)
{
  return g_atomic_rc_box_acquire (job);
}

static void
job_clear (gpointer data)
{
  SheafJob *job = data;

  g_free (job->verb);
  g_variant_unref (job->params);
  if (job->fd >= 0)
    close (job->fd);
}

void
sheaf_job_unref (SheafJob *job)
{
  g_atomic_rc_box_release_full (job, job_clear);
}

SheafReply *
sheaf_reply_new (GVariant *values, int fd)
{
  SheafReply *reply = g_atomic_rc_box_new0 (SheafReply);

  reply->values = sink_dict (values);
  reply->fd = fd;
  return reply;
}

SheafReply *
sheaf_reply_ref (SheafReply *reply)
{
  return g_atomic_rc_box_acquire (reply);
}

static void
reply_clear (gpointer data)
{
  SheafReply *reply = data;

  g_variant_unref (reply->values);
  if (reply->fd >= 0)
    close (reply->fd);
}

void
sheaf_reply_unref (SheafReply *reply)
{
  g_atomic_rc_box_release_full (reply, reply_clear);
}
