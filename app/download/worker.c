/* worker.c: threads for what waits for the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Completion is an idle source in the caller's context, so that nothing is ever freed, and no
 * callback called, in a worker thread. */
#include "config.h"

#include "app/download/worker.h"

#define N_THREADS 4

typedef struct
{
  SheafWorkFunc work;
  SheafWorkFunc done;
  gpointer data;
  GMainContext *context;
} Work;

static gboolean
complete (gpointer data)
{
  Work *work = data;

  work->done (work->data);
  return G_SOURCE_REMOVE;
}

static void
work_free (gpointer data)
{
  Work *work = data;

  g_main_context_unref (work->context);
  g_free (work);
}

static void
run_work (gpointer data, gpointer unused)
{
  Work *work = data;
  GMainContext *context = g_main_context_ref (work->context);
  GSource *source;

  work->work (work->data);
  if (work->done == NULL)
    {
      work_free (work);
      g_main_context_unref (context);
      return;
    }
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, complete, work, work_free);
  g_source_attach (source, context);
  g_source_unref (source);
  g_main_context_unref (context);
}

void
sheaf_worker_run (SheafWorkFunc work, SheafWorkFunc done, gpointer data)
{
  static GThreadPool *pool;
  Work *item = g_new0 (Work, 1);

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, g_thread_pool_new (run_work, NULL, N_THREADS, FALSE, NULL));
  item->work = work;
  item->done = done;
  item->data = data;
  item->context = g_main_context_ref_thread_default ();
  g_thread_pool_push (pool, item, NULL);
}
