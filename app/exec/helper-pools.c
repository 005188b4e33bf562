/* helper-pools.c: one pool of helpers for each program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/exec/helper-pools.h"

#include "app/exec/helper-pool.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

/* The classes of a helper besides the first.  One is chosen here, from one bit: a helper must not
 * name the program that runs next. */
static const struct
{
  const char *bit;      /* of a reply */
  const char *argument; /* that starts it */
} classes[] = {
  { "needs-loaders", " --loaders" },
  { "needs-pixbuf", " --pixbuf" },
};

struct _SheafHelperPools
{
  char *helper_dir;
  guint n_helpers;
  guint retire_seconds;

  GMutex mutex;
  GHashTable *pools; /* (element-type utf8 SheafHelperPool): by program */
};

SheafHelperPools *
sheaf_helper_pools_new (const SheafExecutorOptions *options, guint n_helpers)
{
  SheafHelperPools *self = g_new0 (SheafHelperPools, 1);

  self->helper_dir = g_strdup (options->helper_dir);
  self->n_helpers = n_helpers;
  self->retire_seconds = options->retire_seconds;
  g_mutex_init (&self->mutex);
  self->pools = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  return self;
}

void
sheaf_helper_pools_shutdown (SheafHelperPools *self)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer pool;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->pools);
  while (g_hash_table_iter_next (&iter, NULL, &pool))
    g_ptr_array_add (all, g_object_ref (pool));
  g_mutex_unlock (&self->mutex);

  for (guint i = 0; i < all->len; i++)
    sheaf_helper_pool_shutdown (all->pdata[i]);
}

void
sheaf_helper_pools_free (SheafHelperPools *self)
{
  sheaf_helper_pools_shutdown (self);
  g_hash_table_unref (self->pools);
  g_mutex_clear (&self->mutex);
  g_free (self->helper_dir);
  g_free (self);
}

static SheafHelperPool *
pool_of (SheafHelperPools *self, const char *program)
{
  SheafHelperPool *pool;

  g_mutex_lock (&self->mutex);
  pool = g_hash_table_lookup (self->pools, program);
  if (pool == NULL)
    {
      pool = sheaf_helper_pool_new (program, self->helper_dir, self->n_helpers,
                                    self->retire_seconds);
      g_hash_table_insert (self->pools, g_strdup (program), pool);
    }
  g_mutex_unlock (&self->mutex);
  return pool;
}

/* The class of helper that can do what this one could not, or NULL. */
static const char *
other_class (SheafReply *reply)
{
  gboolean needed = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_variant_lookup (reply->values, classes[i].bit, "b", &needed) && needed)
      return classes[i].argument;
  return NULL;
}

SheafReply *
sheaf_helper_pools_run (SheafHelperPools *self,
                        const SheafVerb *verb,
                        SheafJob *job,
                        SheafProgressFunc progress,
                        gpointer progress_data,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (SheafReply) reply = NULL;
  g_autofree char *other = NULL;
  const char *argument;

  if (verb->helper == NULL)
    {
      sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("“%s” cannot run in a process of its own"),
                  verb->name);
      return NULL;
    }

  reply = sheaf_helper_pool_run (pool_of (self, verb->helper), job, progress, progress_data,
                                 cancellable, error);
  argument = reply != NULL ? other_class (reply) : NULL;
  if (argument == NULL)
    return g_steal_pointer (&reply);

  other = g_strconcat (verb->helper, argument, NULL);
  return sheaf_helper_pool_run (pool_of (self, other), job, progress, progress_data, cancellable,
                                error);
}

SheafReply *
sheaf_helper_pools_work (SheafJob *job,
                         SheafProgressFunc progress,
                         gpointer progress_data,
                         GCancellable *cancellable,
                         gpointer pools,
                         GError **error)
{
  const SheafVerb *verb = sheaf_verb_lookup (sheaf_verbs, job->verb, error);

  if (verb == NULL)
    return NULL;
  return sheaf_helper_pools_run (pools, verb, job, progress, progress_data, cancellable, error);
}
