/* input.c: the bytes of an open picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/input.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

gboolean
sheaf_input_init_fd (SheafInput *self, int fd, GError **error)
{
  struct stat st;

  *self = (SheafInput){ .fd = fd };
  if (fd < 0 || fstat (fd, &st) != 0 || !S_ISREG (st.st_mode))
    return sheaf_fail (error, SHEAF_ERROR_FILE, _ ("This is not a regular file"));
  if (st.st_size == 0)
    return sheaf_fail (error, SHEAF_ERROR_NOT_A_PICTURE, _ ("The file is empty"));
  self->length = (guint64) st.st_size;
  return TRUE;
}

void
sheaf_input_init_data (SheafInput *self, const guint8 *data, gsize length)
{
  *self = (SheafInput){ .fd = -1, .data = data, .length = length };
}

void
sheaf_input_clear (SheafInput *self)
{
  g_clear_pointer (&self->owned, g_free);
  self->data = NULL;
}

gsize
sheaf_input_read (SheafInput *self, guint64 offset, void *buffer, gsize count)
{
  gsize done = 0;

  if (offset >= self->length || count == 0)
    return 0;
  count = MIN (count, self->length - offset);
  if (self->data != NULL)
    {
      memcpy (buffer, self->data + offset, count);
      return count;
    }
  while (done < count)
    {
      gssize n = pread (self->fd, (guint8 *) buffer + done, count - done, (off_t) (offset + done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      done += (gsize) n;
    }
  return done;
}

const guint8 *
sheaf_input_load (SheafInput *self, gsize *length, GError **error)
{
  if (self->data == NULL)
    {
      g_autofree guint8 *owned = NULL;

      if (self->length <= SHEAF_INPUT_MAX_LOAD)
        owned = g_try_malloc (self->length);
      if (owned == NULL)
        {
          sheaf_fail (error, SHEAF_ERROR_TOO_LARGE, _ ("The file is too large to be read at once"));
          return NULL;
        }
      self->length = sheaf_input_read (self, 0, owned, self->length);
      self->data = self->owned = g_steal_pointer (&owned);
    }
  *length = self->length;
  return self->data;
}
