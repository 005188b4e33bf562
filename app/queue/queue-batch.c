/* queue-batch.c: the name of a batch, kept so that the next run finds its results
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lock is the kernel's (flock), so a killed program cannot leave it behind. */
#include "config.h"

#include "app/queue/queue-batch.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define WEEK_SECONDS (7 * 24 * 3600)

struct _SheafQueueBatch
{
  char *id;
  char *path; /* (nullable) */
  int fd;     /* locked, or -1 */
  gboolean adopted;
};

static char *
dup_folder (void)
{
  return g_build_filename (g_get_user_state_dir (), "sheaf", "queue", NULL);
}

/* Opens and locks; -1 if somebody else uses it. */
static int
lock_file (const char *path, int flags)
{
  int fd = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);

  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) < 0)
    {
      close (fd);
      fd = -1;
    }
  return fd;
}

/* A file of @broker that nobody uses and that still has its name now that it is locked. */
static gboolean
is_left_behind (const char *path, int fd, const char *broker)
{
  g_autofree char *text = NULL;
  struct stat st, by_path;

  if (fstat (fd, &st) < 0 || stat (path, &by_path) < 0 || st.st_ino != by_path.st_ino)
    return FALSE;
  if (st.st_mtime < time (NULL) - WEEK_SECONDS)
    {
      /* The broker has forgotten it too. */
      g_unlink (path);
      return FALSE;
    }
  return g_file_get_contents (path, &text, NULL, NULL)
         && g_strcmp0 (g_strstrip (text), broker) == 0;
}

SheafQueueBatch *
sheaf_queue_batch_open (const char *broker)
{
  g_autofree char *folder = dup_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      int fd = lock_file (path, 0);

      if (fd < 0)
        continue;
      if (is_left_behind (path, fd, broker))
        {
          SheafQueueBatch *batch = g_new (SheafQueueBatch, 1);

          batch->id = g_strdup (name);
          batch->path = g_steal_pointer (&path);
          batch->fd = fd;
          batch->adopted = TRUE;
          return batch;
        }
      close (fd);
    }
  return sheaf_queue_batch_new (broker);
}

SheafQueueBatch *
sheaf_queue_batch_new (const char *broker)
{
  g_autofree char *folder = dup_folder (), *uuid = g_uuid_string_random ();
  SheafQueueBatch *batch = g_new0 (SheafQueueBatch, 1);

  batch->id = g_strdup (uuid);
  batch->fd = -1;
  if (g_mkdir_with_parents (folder, 0700) == 0)
    {
      batch->path = g_build_filename (folder, uuid, NULL);
      batch->fd = lock_file (batch->path, O_CREAT | O_EXCL);
    }
  if (batch->fd < 0 || write (batch->fd, broker, strlen (broker)) < 0)
    g_clear_pointer (&batch->path, g_free);
  return batch;
}

const char *
sheaf_queue_batch_get_id (SheafQueueBatch *batch)
{
  return batch->id;
}

gboolean
sheaf_queue_batch_get_adopted (SheafQueueBatch *batch)
{
  return batch->adopted;
}

void
sheaf_queue_batch_close (SheafQueueBatch *batch, gboolean finished)
{
  if (finished && batch->path != NULL)
    g_unlink (batch->path);
  if (batch->fd >= 0)
    close (batch->fd);
  g_free (batch->path);
  g_free (batch->id);
  g_free (batch);
}
