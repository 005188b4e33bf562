/* atomic-file.c: a file is whole, or it has no name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/download/atomic-file.h"

#include "app/download/file-name.h"
#include "app/work/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PART_MARK     ".part-"
#define PART_DIGITS   16
#define PART_STEM_MAX 100
#define OPEN_TRIES    3 /* each may meet another who is just letting go */

gboolean
sheaf_file_fail (GError **error, int saved_errno, const char *name)
{
  switch (saved_errno)
    {
    case ENOSPC:
    case EDQUOT:
      return sheaf_fail (error, SHEAF_ERROR_DISK_FULL, _ ("The disk is full."));
    case EACCES:
    case EPERM:
      return sheaf_fail (error, SHEAF_ERROR_PERMISSION, _ ("“%s” may not be written."), name);
    case EROFS:
      return sheaf_fail (error, SHEAF_ERROR_PERMISSION,
                         _ ("“%s” is on a disk that can only be read."), name);
    case ENAMETOOLONG:
    case ELOOP:
    case EILSEQ:
    case EISDIR:
    case ENOTDIR:
      return sheaf_fail (error, SHEAF_ERROR_NAME, _ ("No file can be called “%s” there."), name);
    case ENOENT:
    case ESTALE:
      return sheaf_fail (error, SHEAF_ERROR_FILE, _ ("“%s” is gone."), name);
    default:
      return sheaf_fail (error, SHEAF_ERROR_FILE, _ ("“%s” cannot be used: %s."), name,
                         g_strerror (saved_errno));
    }
}

static void
update_field (GChecksum *checksum, const char *field)
{
  if (field != NULL)
    g_checksum_update (checksum, (const guchar *) field, strlen (field));
  g_checksum_update (checksum, (const guchar *) "", 1);
}

char *
sheaf_part_name (const SheafEntry *entry)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *name = entry->url != NULL ? sheaf_name_from_url (entry->url) : NULL;
  g_autofree char *stem = NULL;

  update_field (checksum, entry->source);
  update_field (checksum, entry->id);
  update_field (checksum, entry->url);
  if (name != NULL)
    {
      const char *end = name + strlen (name);

      if (end - name > PART_STEM_MAX)
        end = g_utf8_find_prev_char (name, name + PART_STEM_MAX);
      stem = g_strndup (name, end - name);
    }
  return g_strdup_printf (".%s" PART_MARK "%.*s", stem != NULL ? stem : "sheaf", PART_DIGITS,
                          g_checksum_get_string (checksum));
}

gboolean
sheaf_part_is_name (const char *name)
{
  gsize length = strlen (name), tail = strlen (PART_MARK) + PART_DIGITS;

  return length > tail + 1 && *name == '.' && g_str_has_prefix (name + length - tail, PART_MARK)
         && strspn (name + length - PART_DIGITS, "0123456789abcdef") == PART_DIGITS;
}

static char *
dup_validator (int fd, guint64 *total)
{
  char value[1024];
  gssize length = fgetxattr (fd, SHEAF_PART_VALIDATOR, value, sizeof value - 1);
  char *end;

  *total = 0;
  if (length <= 0 || !g_utf8_validate (value, length, NULL))
    return NULL;
  value[length] = '\0';
  *total = g_ascii_strtoull (value, &end, 10);
  return end > value && *end == ' ' ? g_strdup (end + 1) : NULL;
}

/* What stands under a part's name and is no plain file of one link is somebody else's trap. */
static int
open_plain (int folder_fd, const char *name)
{
  struct stat status;
  int fd = openat (folder_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0666);

  if (fd < 0 && (errno == ELOOP || errno == ENXIO))
    {
      if (unlinkat (folder_fd, name, 0) != 0)
        return -1;
      return openat (folder_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    }
  if (fd >= 0 && (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode) || status.st_nlink != 1))
    {
      close (fd);
      if (unlinkat (folder_fd, name, 0) != 0)
        return -1;
      return openat (folder_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    }
  return fd;
}

static gboolean
fail_busy (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                       _ ("Another Sheaf is fetching this file just now."));
  return FALSE;
}

static gboolean
lock (int fd)
{
  return flock (fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/* Whoever had the lock before may have given the file its final name, or taken it away. */
static gboolean
is_still_named (int fd, int folder_fd, const char *name)
{
  struct stat ours, named;

  return fstat (fd, &ours) == 0 && fstatat (folder_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0
         && ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

/* The part that bears @name, locked; -1 with @error set. */
static int
open_locked (int folder_fd, const char *name, GError **error)
{
  for (guint n = 0; n < OPEN_TRIES; n++)
    {
      int fd = open_plain (folder_fd, name);

      if (fd < 0)
        {
          sheaf_file_fail (error, errno, name);
          return -1;
        }
      if (lock (fd) && is_still_named (fd, folder_fd, name))
        return fd;
      close (fd);
    }
  fail_busy (error);
  return -1;
}

int
sheaf_part_open (int folder_fd,
                 const char *name,
                 char **validator,
                 guint64 *size,
                 guint64 *total,
                 GError **error)
{
  struct stat status;
  int fd = open_locked (folder_fd, name, error);

  if (fd < 0)
    return -1;
  if (fstat (fd, &status) != 0)
    {
      sheaf_file_fail (error, errno, name);
      close (fd);
      return -1;
    }
  *total = 0;
  *validator = status.st_size > 0 ? dup_validator (fd, total) : NULL;
  *size = *validator != NULL ? status.st_size : 0;
  return fd;
}

void
sheaf_part_remove (int folder_fd, const char *name)
{
  if (unlinkat (folder_fd, name, 0) != 0 && errno != ENOENT)
    g_debug ("part file %s stays: %s", name, g_strerror (errno));
}

void
sheaf_part_sweep (int folder_fd, const char *name)
{
  int fd = openat (folder_fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

  if (fd < 0)
    return;
  if (lock (fd) && is_still_named (fd, folder_fd, name))
    sheaf_part_remove (folder_fd, name);
  close (fd);
}

gboolean
sheaf_part_sync (int fd, GError **error)
{
  while (fsync (fd) != 0)
    if (errno != EINTR)
      return sheaf_file_fail (error, errno, _ ("The file"));
  return TRUE;
}

/* For file systems that cannot rename without replacing: the name is made first, exclusively. */
static int
place_over_own (int folder_fd, const char *part, int target_fd, const char *name)
{
  int fd = openat (target_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);

  if (fd < 0)
    return -1;
  close (fd);
  return renameat (folder_fd, part, target_fd, name);
}

gboolean
sheaf_part_place (
    int fd, int folder_fd, const char *part, int target_fd, const char *name, GError **error)
{
  int result;

  /* What somebody put in its place meanwhile, a link perhaps, must not get the picture's name. */
  if (!is_still_named (fd, folder_fd, part))
    return fail_busy (error);
  fremovexattr (fd, SHEAF_PART_VALIDATOR);
  result = renameat2 (folder_fd, part, target_fd, name, RENAME_NOREPLACE);

  if (result != 0 && (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP))
    result = place_over_own (folder_fd, part, target_fd, name);
  if (result != 0 && errno == EEXIST)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "%s exists", name);
      return FALSE;
    }
  /* Somebody else wanted it, too, and gave it up: that costs this one try, not the batch. */
  if (result != 0 && errno == ENOENT && !is_still_named (fd, folder_fd, part))
    return fail_busy (error);
  if (result != 0)
    return sheaf_file_fail (error, errno, name);
  while (fsync (target_fd) != 0)
    {
      if (errno == EINVAL) /* no such thing on this file system */
        break;
      if (errno != EINTR)
        return sheaf_file_fail (error, errno, name);
    }
  return TRUE;
}
