/* scratch.c: a folder for what is needed for a while
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only who holds the lock on a folder may remove it, its maker too.  Between making and locking it
 * has none: whoever clears away may come first, and then another is made. */
#include "config.h"

#include "app/scratch.h"

#include "app/work/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_TRIES 10

struct _SheafScratch
{
  char *path;
  int fd; /* of the folder, locked; no program that is started inherits it */
};

/* Returns: the folder's descriptor, with the lock, or -1 where another has it, where it is not this
 * user's, or no more under that name */
static int
open_locked (const char *path)
{
  struct stat opened, named;
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd < 0)
    return -1;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0 && fstat (fd, &opened) == 0 && opened.st_uid == geteuid ()
      && lstat (path, &named) == 0 && named.st_dev == opened.st_dev
      && named.st_ino == opened.st_ino)
    return fd;
  close (fd);
  return -1;
}

static void
empty (int fd)
{
  int again = openat (fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = again >= 0 ? fdopendir (again) : NULL;
  struct dirent *entry;

  if (dir == NULL)
    {
      if (again >= 0)
        close (again);
      return;
    }
  while ((entry = readdir (dir)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      unlinkat (fd, entry->d_name, 0);
  closedir (dir);
}

/* What the dead have left. */
static void
clear_away (const char *prefix)
{
  g_autoptr (GDir) dir = g_dir_open (g_get_tmp_dir (), 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = NULL;
      int fd;

      if (!g_str_has_prefix (name, prefix))
        continue;
      path = g_build_filename (g_get_tmp_dir (), name, NULL);
      fd = open_locked (path);
      if (fd < 0)
        continue;
      empty (fd);
      g_rmdir (path);
      close (fd);
    }
}

SheafScratch *
sheaf_scratch_new (const char *prefix, GError **error)
{
  g_autofree char *template = g_strconcat (prefix, "XXXXXX", NULL);

  g_return_val_if_fail (*prefix != '\0', NULL);

  clear_away (prefix);
  for (guint i = 0; i < MAX_TRIES; i++)
    {
      g_autofree char *path = g_dir_make_tmp (template, error);
      SheafScratch *self;
      int fd;

      if (path == NULL)
        return NULL;
      fd = open_locked (path);
      if (fd < 0)
        continue;
      self = g_new (SheafScratch, 1);
      *self = (SheafScratch){ g_steal_pointer (&path), fd };
      return self;
    }
  sheaf_fail (error, SHEAF_ERROR_FILE, _ ("A folder for temporary files could not be made in “%s”"),
              g_get_tmp_dir ());
  return NULL;
}

const char *
sheaf_scratch_get_path (SheafScratch *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->path;
}

void
sheaf_scratch_empty (SheafScratch *self)
{
  g_return_if_fail (self != NULL);

  empty (self->fd);
}

void
sheaf_scratch_free (SheafScratch *self)
{
  g_return_if_fail (self != NULL);

  empty (self->fd);
  g_rmdir (self->path);
  close (self->fd);
  g_free (self->path);
  g_free (self);
}
