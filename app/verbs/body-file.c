/* body-file.c: the open file that a body is written into
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/body-file.h"

#include "app/work/error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

static gboolean
fail_writing (int saved_errno, GError **error)
{
  switch (saved_errno)
    {
    case ENOSPC:
    case EDQUOT:
      return sheaf_fail (error, SHEAF_ERROR_DISK_FULL, _ ("The disk is full."));
    case EACCES:
    case EPERM:
    case EROFS:
      return sheaf_fail (error, SHEAF_ERROR_PERMISSION, _ ("The file may not be written."));
    case EFBIG:
      return sheaf_fail (error, SHEAF_ERROR_TOO_LARGE,
                         _ ("The file is too large for the disk it would be on."));
    default:
      return sheaf_fail (error, SHEAF_ERROR_FILE, _ ("The file could not be written: %s."),
                         g_strerror (saved_errno));
    }
}

gboolean
sheaf_body_file_write (int fd, guint64 offset, const void *data, gsize length, GError **error)
{
  const char *rest = data;

  while (length > 0)
    {
      gssize written = pwrite (fd, rest, length, offset);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return fail_writing (written < 0 ? errno : ENOSPC, error);
      rest += written;
      offset += written;
      length -= written;
    }
  return TRUE;
}

gboolean
sheaf_body_file_truncate (int fd, guint64 length, GError **error)
{
  while (ftruncate (fd, length) != 0)
    if (errno != EINTR)
      return fail_writing (errno, error);
  return TRUE;
}

void
sheaf_body_file_keep_validator (int fd, const char *name, guint64 total, const char *validator)
{
  g_autofree char *value = NULL;

  if (validator == NULL)
    {
      fremovexattr (fd, name);
      return;
    }
  value = g_strdup_printf ("%" G_GUINT64_FORMAT " %s", total, validator);
  if (fsetxattr (fd, name, value, strlen (value), 0) != 0)
    g_debug ("no validator kept: %s", g_strerror (errno));
}
