/* thumbnail-memory.c: what a thumbnailer remembers of files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/thumbnail/thumbnail-memory.h"

#include "app/thumbnail/thumbnail-request.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

/* A file that killed this many helpers is not tried again. */
#define MAX_CRASHES 2

struct _SheafThumbnailMemory
{
  GMutex dropping; /* taken before the lock */

  GMutex lock;
  GHashTable *crashes; /* path to how often a helper died over it */
  GHashTable *rebuild; /* paths whose cache entries are to be dropped */
  GHashTable *claims;  /* hash of a name written to, to hash of its original */
};

SheafThumbnailMemory *
sheaf_thumbnail_memory_new (void)
{
  SheafThumbnailMemory *self = g_new0 (SheafThumbnailMemory, 1);

  g_mutex_init (&self->dropping);
  g_mutex_init (&self->lock);
  self->crashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->rebuild = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->claims = g_hash_table_new (NULL, NULL);
  return self;
}

void
sheaf_thumbnail_memory_free (SheafThumbnailMemory *self)
{
  g_hash_table_unref (self->crashes);
  g_hash_table_unref (self->rebuild);
  g_hash_table_unref (self->claims);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->dropping);
  g_free (self);
}

/* FNV-1a.  Names are remembered as hashes, so that 100,000 of them stay small; two that hash alike
 * would only make one of them end in a number. */
static gpointer
hash_name (const char *name)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (; *name != '\0'; name++)
    hash = (hash ^ (guint8) *name) * G_GUINT64_CONSTANT (0x100000001b3);
  return GSIZE_TO_POINTER ((gsize) hash | 1);
}

gboolean
sheaf_thumbnail_memory_claim (gpointer data, const char *path, const char *original)
{
  SheafThumbnailMemory *self = data;
  gpointer name = hash_name (path);
  gpointer owner = hash_name (original);
  gpointer before;
  gboolean free_or_own;

  g_mutex_lock (&self->lock);
  before = g_hash_table_lookup (self->claims, name);
  free_or_own = before == NULL || before == owner;
  if (before == NULL)
    g_hash_table_insert (self->claims, name, owner);
  g_mutex_unlock (&self->lock);
  return free_or_own;
}

void
sheaf_thumbnail_memory_note (SheafThumbnailMemory *self, const char *path, GError *error)
{
  guint n;

  if (!g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_CRASHED)
      && !g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_TIMEOUT))
    return;
  g_mutex_lock (&self->lock);
  n = GPOINTER_TO_UINT (g_hash_table_lookup (self->crashes, path));
  g_hash_table_replace (self->crashes, g_strdup (path), GUINT_TO_POINTER (n + 1));
  g_mutex_unlock (&self->lock);
}

gboolean
sheaf_thumbnail_memory_check (SheafThumbnailMemory *self, const char *path, GError **error)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = GPOINTER_TO_UINT (g_hash_table_lookup (self->crashes, path));
  g_mutex_unlock (&self->lock);
  if (n < MAX_CRASHES)
    return TRUE;
  return sheaf_fail (error, SHEAF_ERROR_CRASHED,
                     _ ("This picture made the decoder fail twice; it is not tried again."));
}

void
sheaf_thumbnail_memory_forget (SheafThumbnailMemory *self, const char *path)
{
  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->crashes, path);
  g_hash_table_add (self->rebuild, g_strdup (path));
  g_mutex_unlock (&self->lock);
}

/* The outer lock is held until the entries are gone, so that a request that runs beside the one
 * that drops them does not find them any more. */
void
sheaf_thumbnail_memory_drop_entries (SheafThumbnailMemory *self, const char *path)
{
  gboolean asked;

  g_mutex_lock (&self->dropping);
  g_mutex_lock (&self->lock);
  asked = g_hash_table_remove (self->rebuild, path);
  g_mutex_unlock (&self->lock);
  if (asked)
    sheaf_thumbnail_request_forget (path);
  g_mutex_unlock (&self->dropping);
}
