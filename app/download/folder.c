/* folder.c: a destination, held open
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Taken names are read from the disk once a subfolder and kept up to date from then on; a name that
 * somebody else takes meanwhile shows when the file is placed. */
#include "config.h"

#include "app/download/folder.h"

#include "app/download/atomic-file.h"
#include "app/download/file-name.h"
#include "app/work/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_NUMBER 10000

struct _SheafFolder
{
  GFile *file;
  char *path;
  int fd;
  struct stat status;

  GMutex mutex;
  GHashTable *taken; /* subfolder ("" for itself) → set of folded names */
};

static void
folder_clear (gpointer data)
{
  SheafFolder *self = data;

  g_object_unref (self->file);
  g_free (self->path);
  if (self->fd >= 0)
    close (self->fd);
  g_mutex_clear (&self->mutex);
  g_hash_table_unref (self->taken);
}

SheafFolder *
sheaf_folder_ref (SheafFolder *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
sheaf_folder_unref (SheafFolder *self)
{
  g_atomic_rc_box_release_full (self, folder_clear);
}

static gboolean
open_self (SheafFolder *self, GError **error)
{
  self->path = g_file_get_path (self->file);
  if (self->path == NULL)
    return sheaf_fail (error, SHEAF_ERROR_FILE,
                       _ ("The destination must be a folder on this computer."));
  if (g_mkdir_with_parents (self->path, 0777) != 0)
    return sheaf_file_fail (error, errno, self->path);
  self->fd = open (self->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (self->fd < 0 || fstat (self->fd, &self->status) != 0)
    return sheaf_file_fail (error, errno, self->path);
  if (faccessat (self->fd, ".", W_OK | X_OK, 0) != 0)
    return sheaf_file_fail (error, errno, self->path);
  return TRUE;
}

SheafFolder *
sheaf_folder_open (GFile *file, GError **error)
{
  g_autoptr (SheafFolder) self = g_atomic_rc_box_new0 (SheafFolder);

  g_mutex_init (&self->mutex);
  self->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) g_hash_table_unref);
  self->file = g_object_ref (file);
  self->fd = -1;
  return open_self (self, error) ? g_steal_pointer (&self) : NULL;
}

int
sheaf_folder_get_fd (SheafFolder *self)
{
  return self->fd;
}

GFile *
sheaf_folder_get_file (SheafFolder *self)
{
  return self->file;
}

GFile *
sheaf_folder_get_child (SheafFolder *self, const char *path)
{
  return g_file_resolve_relative_path (self->file, path);
}

gboolean
sheaf_folder_check (SheafFolder *self, GError **error)
{
  struct stat now;

  if (stat (self->path, &now) == 0 && now.st_dev == self->status.st_dev
      && now.st_ino == self->status.st_ino)
    return TRUE;
  return sheaf_fail (error, SHEAF_ERROR_FILE, _ ("The folder “%s” was deleted or moved."),
                     self->path);
}

/* Opens the subfolder that @path lies in; its last component stays in @name. */
static int
open_parent (SheafFolder *self, const char *path, gboolean make, const char **name)
{
  int fd = dup (self->fd);

  while (fd >= 0 && strchr (path, '/') != NULL)
    {
      g_autofree char *component = g_strndup (path, strcspn (path, "/"));
      int next, saved_errno;

      if (make && mkdirat (fd, component, 0777) != 0 && errno != EEXIST)
        next = -1;
      else
        next = openat (fd, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      saved_errno = errno;
      close (fd);
      errno = saved_errno;
      fd = next;
      path += strlen (component) + 1;
    }
  *name = path;
  return fd;
}

static int
open_file (SheafFolder *self, const char *path, struct stat *status)
{
  const char *name;
  int parent = open_parent (self, path, FALSE, &name), fd;

  if (parent < 0)
    return -1;
  fd = openat (parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  close (parent);
  if (fd >= 0 && (fstat (fd, status) != 0 || !S_ISREG (status->st_mode)))
    {
      close (fd);
      return -1;
    }
  return fd;
}

gboolean
sheaf_folder_has_file (SheafFolder *self, const char *path, guint64 bytes)
{
  struct stat status;
  int fd = open_file (self, path, &status);

  if (fd < 0)
    return FALSE;
  close (fd);
  return (guint64) status.st_size == bytes;
}

static gboolean
same_content (int a, int b)
{
  char buffer_a[16 * 1024], buffer_b[sizeof buffer_a];
  off_t offset = 0;

  while (TRUE)
    {
      gssize n = pread (a, buffer_a, sizeof buffer_a, offset);

      if (n < 0 || pread (b, buffer_b, sizeof buffer_b, offset) != n
          || memcmp (buffer_a, buffer_b, n) != 0)
        return FALSE;
      if (n == 0)
        return TRUE;
      offset += n;
    }
}

static gboolean
is_same_file (SheafFolder *self, const char *path, int fd)
{
  struct stat there, here;
  int other = open_file (self, path, &there);
  gboolean same;

  if (other < 0)
    return FALSE;
  same = fstat (fd, &here) == 0 && here.st_size == there.st_size && same_content (other, fd);
  close (other);
  return same;
}

static GHashTable *
read_names (SheafFolder *self, const char *subfolder)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *inside = *subfolder != '\0' ? g_strconcat (subfolder, "/.", NULL) : NULL;
  const char *name;
  int fd = inside != NULL ? open_parent (self, inside, FALSE, &name)
                          : openat (self->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  struct dirent *entry;

  if (dir == NULL && fd >= 0)
    close (fd);
  while (dir != NULL && (entry = readdir (dir)) != NULL)
    g_hash_table_add (names, sheaf_name_fold (entry->d_name));
  if (dir != NULL)
    closedir (dir);
  return names;
}

/* With the mutex held. */
static GHashTable *
names_of (SheafFolder *self, const char *subfolder)
{
  GHashTable *names = g_hash_table_lookup (self->taken, subfolder);

  if (names == NULL)
    {
      names = read_names (self, subfolder);
      g_hash_table_insert (self->taken, g_strdup (subfolder), names);
    }
  return names;
}

static gboolean
take_name (SheafFolder *self, const char *subfolder, const char *name)
{
  gboolean taken;

  g_mutex_lock (&self->mutex);
  taken = g_hash_table_add (names_of (self, subfolder), sheaf_name_fold (name));
  g_mutex_unlock (&self->mutex);
  return taken;
}

char *
sheaf_folder_claim (SheafFolder *self, const char *wanted, int fd, gboolean *same, GError **error)
{
  const char *slash = strrchr (wanted, '/');
  const char *name = slash != NULL ? slash + 1 : wanted;
  g_autofree char *subfolder = g_strndup (wanted, slash != NULL ? slash - wanted : 0);

  *same = FALSE;
  for (guint n = 1; n <= MAX_NUMBER; n++)
    {
      g_autofree char *numbered = sheaf_name_numbered (name, n);
      g_autofree char *path
          = slash != NULL ? g_strconcat (subfolder, "/", numbered, NULL) : g_strdup (numbered);

      if (take_name (self, subfolder, numbered))
        return g_steal_pointer (&path);
      if (is_same_file (self, path, fd))
        {
          *same = TRUE;
          return g_steal_pointer (&path);
        }
    }
  sheaf_fail (error, SHEAF_ERROR_NAME, _ ("Too many files are called “%s”."), name);
  return NULL;
}

gboolean
sheaf_folder_place (SheafFolder *self, int fd, const char *part, const char *path, GError **error)
{
  const char *name;
  int parent = open_parent (self, path, TRUE, &name);
  gboolean placed;

  if (parent < 0)
    {
      if (errno == ELOOP || errno == ENOTDIR)
        return sheaf_fail (error, SHEAF_ERROR_NAME,
                           _ ("“%s” would lead through a link out of the destination."), path);
      return sheaf_file_fail (error, errno, path);
    }
  placed = sheaf_part_place (fd, self->fd, part, parent, name, error);
  close (parent);
  return placed;
}

void
sheaf_folder_sweep (SheafFolder *self, GHashTable *keep)
{
  int fd = openat (self->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  struct dirent *entry;

  if (dir == NULL)
    {
      if (fd >= 0)
        close (fd);
      return;
    }
  while ((entry = readdir (dir)) != NULL)
    if (sheaf_part_is_name (entry->d_name) && !g_hash_table_contains (keep, entry->d_name))
      sheaf_part_sweep (self->fd, entry->d_name);
  closedir (dir);
}
