/* queue-files.c: what a worker may touch, and how files get from it to who asked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Paths from the queue are walked component by component from the root's descriptor, without
 * following links; a component ".." is refused before anything is opened. */
#include "config.h"

#include "app/queue/queue-files.h"

#include "app/work/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEFTOVER_SECONDS (24 * 3600)

struct _SheafQueueRoot
{
  char *path; /* absolute, without links */
  int fd;
};

static gboolean
fail_errno (GError **error, const char *message)
{
  int code = errno;
  GError *cause = g_error_new_literal (G_IO_ERROR, g_io_error_from_errno (code), g_strerror (code));

  sheaf_fail (&cause, SHEAF_ERROR_FILE, "%s", message);
  g_propagate_error (error, cause);
  return FALSE;
}

static int
open_folder (SheafQueueRoot *root, gboolean make)
{
  int fd = -1;

  /* Another worker that ends may remove it, being empty, in between. */
  for (guint i = 0; fd < 0 && i < 3; i++)
    {
      if (make && mkdirat (root->fd, SHEAF_QUEUE_FOLDER, 0777) < 0 && errno != EEXIST)
        return -1;
      fd = openat (root->fd, SHEAF_QUEUE_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (fd < 0 && (!make || errno != ENOENT))
        return -1;
    }
  return fd;
}

static void
clear_leftovers (SheafQueueRoot *root)
{
  int fd = open_folder (root, FALSE);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  time_t limit = time (NULL) - LEFTOVER_SECONDS;
  struct dirent *entry;

  if (dir == NULL)
    {
      if (fd >= 0)
        close (fd);
      return;
    }
  while ((entry = readdir (dir)) != NULL)
    {
      struct stat st;

      if (fstatat (dirfd (dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0
          && S_ISREG (st.st_mode) && st.st_mtime < limit)
        unlinkat (dirfd (dir), entry->d_name, 0);
    }
  closedir (dir);
}

SheafQueueRoot *
sheaf_queue_root_open (const char *path, GError **error)
{
  g_autofree char *real = realpath (path, NULL);
  SheafQueueRoot *root;
  int fd = real != NULL ? open (real, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

  if (fd < 0)
    {
      fail_errno (error, _ ("The worker’s root folder cannot be opened"));
      return NULL;
    }
  root = g_new (SheafQueueRoot, 1);
  root->path = g_strdup (real);
  root->fd = fd;
  clear_leftovers (root);
  return root;
}

void
sheaf_queue_root_free (SheafQueueRoot *root)
{
  unlinkat (root->fd, SHEAF_QUEUE_FOLDER, AT_REMOVEDIR); /* if nothing is in it */
  close (root->fd);
  g_free (root->path);
  g_free (root);
}

/* Splits a path below the root; %NULL with @error set where it is none. */
static char **
split (const char *path, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || g_str_equal (parts[i], ".") || g_str_equal (parts[i], ".."))
      {
        sheaf_fail (error, SHEAF_ERROR_PERMISSION,
                    _ ("A worker does not leave its root folder: “%s”"), path);
        return NULL;
      }
  return g_steal_pointer (&parts);
}

/* Opens @relative if it is the file @job is about; -1 without an error if it is not. */
static int
open_below (SheafQueueRoot *root, const char *relative, const SheafQueueJob *job, GError **error)
{
  g_auto (GStrv) parts = split (relative, error);
  struct stat st;
  int fd;

  if (parts == NULL || parts[0] == NULL)
    return -1;
  fd = fcntl (root->fd, F_DUPFD_CLOEXEC, 3);
  for (guint i = 0; fd >= 0 && parts[i] != NULL; i++)
    {
      int flags = parts[i + 1] != NULL ? O_PATH | O_DIRECTORY : O_RDONLY | O_NONBLOCK;
      int next = openat (fd, parts[i], flags | O_NOFOLLOW | O_CLOEXEC);

      close (fd);
      fd = next;
    }
  if (fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_ino == job->inode
      && (job->writes || (guint64) st.st_size == job->bytes))
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

int
sheaf_queue_root_find (SheafQueueRoot *root,
                       const SheafQueueJob *job,
                       char **relative,
                       GError **error)
{
  gsize length = g_str_equal (root->path, "/") ? 0 : strlen (root->path);
  GError *failure = NULL;
  int fd = -1;

  if (job->path != NULL && strncmp (job->path, root->path, length) == 0 && job->path[length] == '/')
    {
      *relative = g_strdup (job->path + length + 1);
      fd = open_below (root, *relative, job, &failure);
    }
  if (fd < 0 && failure == NULL && job->relative != NULL)
    {
      g_clear_pointer (relative, g_free);
      *relative = g_strdup (job->relative);
      fd = open_below (root, *relative, job, &failure);
    }
  if (fd < 0)
    g_clear_pointer (relative, g_free);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return fd;
}

static char *
dup_part_name (const char *id, const char *worker)
{
  return g_strdup_printf (".part-%s-%s", id, worker);
}

static char *
dup_whole_name (const char *id, const char *worker)
{
  return g_strdup_printf ("%s-%s", id, worker);
}

int
sheaf_queue_root_create (SheafQueueRoot *root, const char *id, const char *worker, GError **error)
{
  g_autofree char *name = dup_part_name (id, worker);
  int folder = open_folder (root, TRUE), fd = -1;

  if (folder >= 0)
    {
      fd = openat (folder, name, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
      close (folder);
    }
  if (fd < 0)
    fail_errno (error, _ ("The worker cannot write into its root folder"));
  return fd;
}

char *
sheaf_queue_root_publish (SheafQueueRoot *root, const char *id, const char *worker, GError **error)
{
  g_autofree char *part = dup_part_name (id, worker), *whole = dup_whole_name (id, worker);
  int folder = open_folder (root, FALSE), result = -1;

  if (folder >= 0)
    {
      result = renameat (folder, part, folder, whole);
      close (folder);
    }
  if (result < 0)
    {
      fail_errno (error, _ ("The worker cannot write into its root folder"));
      return NULL;
    }
  return g_steal_pointer (&whole);
}

void
sheaf_queue_root_discard (SheafQueueRoot *root, const char *id, const char *worker)
{
  g_autofree char *part = dup_part_name (id, worker), *whole = dup_whole_name (id, worker);
  int folder = open_folder (root, FALSE);

  if (folder < 0)
    return;
  unlinkat (folder, part, 0);
  unlinkat (folder, whole, 0);
  close (folder);
}

gboolean
sheaf_queue_describe_file (SheafQueueJob *job, int fd, const char *folder)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = g_file_read_link (link, NULL);
  struct stat st, by_path;
  gsize length;

  if (path == NULL || path[0] != '/' || fstat (fd, &st) < 0 || stat (path, &by_path) < 0
      || st.st_dev != by_path.st_dev || st.st_ino != by_path.st_ino || !S_ISREG (st.st_mode))
    return FALSE;

  length = strlen (folder);
  if (strncmp (path, folder, length) == 0 && path[length] == '/')
    job->relative = g_strdup (path + length + 1);
  job->path = g_steal_pointer (&path);
  job->inode = st.st_ino;
  job->bytes = st.st_size;
  return TRUE;
}

gboolean
sheaf_queue_write (int target, const void *data, gsize length, GError **error)
{
  const char *from = data;
  gsize done = 0;

  if (ftruncate (target, 0) < 0)
    return fail_errno (error, _ ("What a worker made cannot be written"));
  while (done < length)
    {
      gssize n = pwrite (target, from + done, length - done, done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail_errno (error, _ ("What a worker made cannot be written"));
      done += n;
    }
  return TRUE;
}

/* For file systems between which the kernel does not copy. */
static gboolean
copy_by_hand (int source, int target, guint64 from, guint64 bytes, GError **error)
{
  g_autofree char *buffer = g_malloc (1 << 16);

  while (from < bytes)
    {
      gssize n = pread (source, buffer, MIN (bytes - from, 1 << 16), from), done = 0;

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return n < 0 ? fail_errno (error, _ ("What a worker made cannot be read"))
                     : sheaf_fail (error, SHEAF_ERROR_SHORT,
                                   _ ("What a worker made is shorter than it said"));
      while (done < n)
        {
          gssize m = pwrite (target, buffer + done, n - done, from + done);

          if (m < 0 && errno == EINTR)
            continue;
          if (m < 0)
            return fail_errno (error, _ ("What a worker made cannot be written"));
          done += m;
        }
      from += n;
    }
  return TRUE;
}

gboolean
sheaf_queue_copy (int source, int target, guint64 bytes, GError **error)
{
  off_t in = 0, out = 0;

  if (ftruncate (target, 0) < 0)
    return fail_errno (error, _ ("What a worker made cannot be written"));
  while ((guint64) in < bytes)
    {
      gssize n = copy_file_range (source, &in, target, &out, bytes - in, 0);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return copy_by_hand (source, target, in, bytes, error);
    }
  return TRUE;
}

gboolean
sheaf_queue_take_file (const SheafQueueJob *job,
                       const SheafQueueResult *result,
                       int target,
                       GError **error)
{
  g_autofree char *path = NULL;
  gsize prefix;
  struct stat st;
  gboolean ok;
  int fd;

  /* The worker's root is where our path begins to be what the worker calls it. */
  if (job->path == NULL || result->relative == NULL || result->name == NULL
      || strchr (result->name, '/') != NULL || !g_str_has_suffix (job->path, result->relative))
    return sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("The queue holds something malformed"));
  prefix = strlen (job->path) - strlen (result->relative);
  if (prefix == 0 || job->path[prefix - 1] != '/')
    return sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("The queue holds something malformed"));

  path = g_strdup_printf ("%.*s%s/%s", (int) prefix, job->path, SHEAF_QUEUE_FOLDER, result->name);
  fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    return fail_errno (error, _ ("What a worker made cannot be read"));
  if (fstat (fd, &st) < 0 || !S_ISREG (st.st_mode) || (guint64) st.st_size != result->bytes)
    ok = sheaf_fail (error, SHEAF_ERROR_SHORT, _ ("What a worker made is shorter than it said"));
  else
    ok = sheaf_queue_copy (fd, target, result->bytes, error);
  close (fd);
  unlink (path);
  return ok;
}
