/* embedding.c: what is known of a picture, put into its file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/download/embedding.h"

#include "app/download/atomic-file.h"
#include "app/download/content.h"
#include "app/work/error.h"
#include "app/work/pixels.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define TIMEOUT_MS  30000
#define MAX_GROWTH  (1 << 20)
#define HEAD_LENGTH 4096

SheafJob *
sheaf_embedding_new_job (const SheafEntry *entry, int fd)
{
  const struct
  {
    const char *key;
    const char *value;
  } facts[] = {
    { "title", entry->title },
    { "author", entry->author },
    { "credit", entry->credit },
    { "licence", entry->licence },
    { "licence-url", entry->licence_url },
    { "page-url", entry->page_url },
  };
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gboolean any = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    if (facts[i].value != NULL && g_utf8_validate (facts[i].value, -1, NULL))
      {
        g_variant_dict_insert (&dict, facts[i].key, "s", facts[i].value);
        any = TRUE;
      }
  if (any)
    return sheaf_job_new ("embed", g_variant_dict_end (&dict), fd, TIMEOUT_MS);
  close (fd);
  return NULL;
}

static const char *
type_of (int fd)
{
  g_autofree guint8 *head = g_malloc (HEAD_LENGTH);
  gssize n = pread (fd, head, HEAD_LENGTH, 0);

  return n > 0 ? sheaf_content_sniff (head, (gsize) n) : NULL;
}

/* A helper that was taken over may send anything. */
static gboolean
is_the_same_kind (int from, int to)
{
  struct stat changed, original;

  return sheaf_memfd_is_sealed (from) && fstat (from, &changed) == 0 && fstat (to, &original) == 0
         && changed.st_size > 0 && changed.st_size <= original.st_size + MAX_GROWTH
         && type_of (from) != NULL && g_strcmp0 (type_of (from), type_of (to)) == 0;
}

static gboolean
copy_all (int from, int to)
{
  g_autofree guint8 *buffer = g_malloc (1 << 16);
  goffset offset = 0;
  gssize n;

  while ((n = pread (from, buffer, 1 << 16, offset)) > 0)
    for (gssize done = 0; done < n;)
      {
        gssize written = pwrite (to, buffer + done, (gsize) (n - done), offset);

        if (written < 0 && errno != EINTR)
          return FALSE;
        if (written > 0)
          {
            done += written;
            offset += written;
          }
      }
  return n == 0;
}

gboolean
sheaf_embedding_take (const SheafReply *reply, int fd, gboolean *changed, GError **error)
{
  *changed = FALSE;
  if (!is_the_same_kind (reply->fd, fd))
    return sheaf_fail (error, SHEAF_ERROR_CRASHED, _ ("The helper answered with something else."));

  /* Not synced before it is emptied, the mark might outlive the content in a power cut. */
  if (fremovexattr (fd, SHEAF_PART_VALIDATOR) == 0 && !sheaf_part_sync (fd, error))
    return FALSE;
  *changed = TRUE;
  if (ftruncate (fd, 0) != 0 || !copy_all (reply->fd, fd))
    return sheaf_file_fail (error, errno, _ ("The file"));
  return TRUE;
}
