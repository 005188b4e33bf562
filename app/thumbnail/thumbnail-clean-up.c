/* thumbnail-clean-up.c: entries whose originals are gone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of the cache's interface (thumbnail-cache.h), apart because it alone goes through the whole
 * of it.  What cannot be told for certain stays: a stick that is not plugged in has lost no
 * pictures, nor has a folder that a sandbox hides. */
#include "config.h"

#include "app/thumbnail/png-text.h"
#include "app/thumbnail/thumbnail-cache.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A temporary file this old has nobody writing to it any more. */
#define ABANDONED_SECONDS 3600

typedef struct
{
  guint n_removed;
  guint64 bytes;
} Sums;

static void
remove_file (const char *path, Sums *sums)
{
  GStatBuf info;
  guint64 bytes = g_lstat (path, &info) == 0 ? (guint64) info.st_size : 0;

  if (g_unlink (path) == 0)
    {
      sums->n_removed++;
      sums->bytes += bytes;
    }
}

/* Whether @path may merely be on something that is not mounted at present. */
static gboolean
may_return (const char *path)
{
  static const char *const mounts[] = { "/media/", "/run/", "/mnt/", "/net/", "/misc/" };
  g_autofree char *dir = g_path_get_dirname (path);

  if (g_file_test (dir, G_FILE_TEST_IS_DIR))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (mounts); i++)
    if (g_str_has_prefix (path, mounts[i]))
      return TRUE;
  return FALSE;
}

/* Whether what lies in the folder of @path is seen at all.  A Flatpak sees the folders it was
 * given, mounted among empty ones on the file system of its root. */
static gboolean
may_see (const char *path)
{
  g_autofree char *dir = g_path_get_dirname (path);
  GStatBuf info, root;

  return g_getenv ("FLATPAK_ID") == NULL
         || (g_stat (dir, &info) == 0 && g_stat ("/", &root) == 0 && info.st_dev != root.st_dev);
}

static gboolean
original_is_gone (const char *entry)
{
  g_autoptr (GHashTable) text = NULL;
  g_autofree char *path = NULL;
  const char *uri;
  GStatBuf info;
  int fd = open (entry, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

  if (fd < 0)
    return FALSE;
  text = sheaf_png_text_read (fd);
  close (fd);
  uri = text != NULL ? g_hash_table_lookup (text, "Thumb::URI") : NULL;
  path = uri != NULL ? g_filename_from_uri (uri, NULL, NULL) : NULL;

  /* Not of a file on this machine: whether that still exists cannot be known from here. */
  if (path == NULL)
    return FALSE;
  return g_lstat (path, &info) != 0 && (errno == ENOENT || errno == ENOTDIR) && !may_return (path)
         && may_see (path);
}

static gboolean
is_abandoned (const char *path, const char *name)
{
  GStatBuf info;

  return g_str_has_prefix (name, ".sheaf-") && g_str_has_suffix (name, ".tmp")
         && g_lstat (path, &info) == 0
         && g_get_real_time () / G_USEC_PER_SEC - info.st_mtime > ABANDONED_SECONDS;
}

static void
clean_folder (const char *folder, gboolean remove_all, Sums *sums, GCancellable *cancellable)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL
         && !g_cancellable_is_cancelled (cancellable))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (is_abandoned (path, name)
          || (g_str_has_suffix (name, ".png") && (remove_all || original_is_gone (path))))
        remove_file (path, sums);
    }
}

/* Only our own: what other programs failed on is theirs to forget. */
static void
clean_failures (Sums *sums, GCancellable *cancellable)
{
  g_autofree char *fail = g_build_filename (sheaf_thumbnail_cache_get_root (), "fail", NULL);
  g_autoptr (GDir) dir = g_dir_open (fail, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fail, name, NULL);
      gboolean current = strcmp (name, "sheaf-" PACKAGE_VERSION) == 0;

      if (!g_str_has_prefix (name, "sheaf-"))
        continue;
      clean_folder (path, !current, sums, cancellable);
      if (!current)
        g_rmdir (path);
    }
}

static void
clean_up_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Sums *sums = g_new0 (Sums, 1);

  for (SheafCacheFlavor flavor = 0; flavor < SHEAF_N_CACHE_FLAVORS; flavor++)
    {
      g_autofree char *folder = g_build_filename (sheaf_thumbnail_cache_get_root (),
                                                  sheaf_cache_flavor_get_name (flavor), NULL);

      clean_folder (folder, FALSE, sums, cancellable);
    }
  clean_failures (sums, cancellable);
  g_task_return_pointer (task, sums, g_free);
}

void
sheaf_thumbnail_cache_clean_up_async (GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, sheaf_thumbnail_cache_clean_up_async);
  g_task_run_in_thread (task, clean_up_thread);
}

gboolean
sheaf_thumbnail_cache_clean_up_finish (GAsyncResult *result,
                                       guint *n_removed,
                                       guint64 *bytes,
                                       GError **error)
{
  g_autofree Sums *sums = NULL;

  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  sums = g_task_propagate_pointer (G_TASK (result), error);
  if (sums == NULL)
    return FALSE;
  if (n_removed != NULL)
    *n_removed = sums->n_removed;
  if (bytes != NULL)
    *bytes = sums->bytes;
  return TRUE;
}
