/* preview-loader.c: pictures that are only looked at
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Worker threads take the newest request, as a person who scrolls has left the older ones behind;
 * what was cancelled in the meantime costs nothing.  Results are delivered in the context that
 * asked. */
#include "config.h"

#include "app/preview-loader.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_WORKERS         12
#define DEFAULT_MAX_BYTES (G_GUINT64_CONSTANT (256) << 20)

/* No preview is larger; whole pictures for the viewer may be. */
#define MAX_PREVIEW_BYTES (G_GUINT64_CONSTANT (20) << 20)
#define MAX_PICTURE_BYTES (G_GUINT64_CONSTANT (256) << 20)

/* The cache is measured again after so many additions. */
#define MEASURE_EVERY 200

#define JOB_TIMEOUT_MS (120 * 1000)

struct _SheafPreviewLoader
{
  GObject parent_instance;

  SheafExecutor *executor;
  char *folder;
  guint64 max_bytes;
  GThreadPool *workers; /* one push a request */
  GCancellable *closing;

  GMutex lock;
  GQueue waiting; /* (element-type GTask): newest first */
  guint n_added;
};

G_DEFINE_FINAL_TYPE (SheafPreviewLoader, sheaf_preview_loader, G_TYPE_OBJECT)

typedef struct
{
  char *url;
  gboolean allow_private;
  gboolean keep;
  int fd;        /* the outcome, */
  GError *error; /* or why there is none */
} Load;

static void
load_free (Load *load)
{
  if (load->fd >= 0)
    close (load->fd);
  g_clear_error (&load->error);
  g_free (load->url);
  g_free (load);
}

static char *
dup_path (SheafPreviewLoader *self, const char *url)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, url, -1);

  return g_build_filename (self->folder, sum, NULL);
}

static int
open_cached (SheafPreviewLoader *self, const char *url)
{
  g_autofree char *path = dup_path (self, url);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  /* Its age is when it was last looked at. */
  if (fd >= 0)
    futimens (fd, NULL);
  return fd;
}

typedef struct
{
  char *path;
  guint64 bytes;
  gint64 mtime;
} Kept;

static void
kept_clear (gpointer data)
{
  g_free (((Kept *) data)->path);
}

static int
compare_age (gconstpointer a, gconstpointer b)
{
  const Kept *x = a;
  const Kept *y = b;

  return x->mtime < y->mtime ? -1 : x->mtime > y->mtime;
}

/* Takes out what was not looked at for longest, until a tenth of the room is free. */
static void
make_room (SheafPreviewLoader *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Kept));
  guint64 bytes = 0;
  const char *name;

  g_array_set_clear_func (all, kept_clear);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      Kept kept = { g_build_filename (self->folder, name, NULL), 0, 0 };
      GStatBuf info;

      if (g_lstat (kept.path, &info) == 0)
        {
          kept.bytes = (guint64) info.st_size;
          kept.mtime = info.st_mtime;
        }
      bytes += kept.bytes;
      g_array_append_val (all, kept);
    }
  if (bytes <= self->max_bytes)
    return;

  g_array_sort (all, compare_age);
  for (guint i = 0; i < all->len && bytes > self->max_bytes / 10 * 9; i++)
    {
      const Kept *kept = &g_array_index (all, Kept, i);

      if (g_unlink (kept->path) == 0)
        bytes -= kept->bytes;
    }
}

/* Keeping a preview may fail; then it is fetched again some day. */
static void
keep (SheafPreviewLoader *self, const char *url, int fd)
{
  g_autofree char *path = dup_path (self, url);
  g_autofree char *temporary
      = g_strdup_printf ("%s/.%08x%08x.tmp", self->folder, g_random_int (), g_random_int ());
  struct stat info;
  off_t offset = 0;
  gboolean measure;
  int out;

  if (fstat (fd, &info) != 0 || g_mkdir_with_parents (self->folder, 0700) != 0)
    return;
  out = open (temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (out < 0)
    return;
  while (offset < info.st_size && sendfile (out, fd, &offset, (size_t) (info.st_size - offset)) > 0)
    continue;
  if (close (out) != 0 || offset < info.st_size || rename (temporary, path) != 0)
    g_unlink (temporary);

  g_mutex_lock (&self->lock);
  measure = self->n_added++ % MEASURE_EVERY == 0;
  g_mutex_unlock (&self->lock);
  if (measure)
    make_room (self);
}

static int
fetch (SheafPreviewLoader *self, const Load *load, GCancellable *cancellable, GError **error)
{
  GVariantDict params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (SheafJob) job = NULL;
  g_autoptr (SheafReply) reply = NULL;
  int fd = memfd_create ("sheaf-preview", MFD_CLOEXEC);

  if (fd < 0)
    {
      sheaf_fail (error, SHEAF_ERROR_FAILED, _ ("No memory for a picture: %s"), g_strerror (errno));
      return -1;
    }
  g_variant_dict_insert (&params, "url", "s", load->url);
  g_variant_dict_insert (&params, "max-bytes", "t",
                         load->keep ? MAX_PREVIEW_BYTES : MAX_PICTURE_BYTES);
  g_variant_dict_insert (&params, "allow-private", "b", load->allow_private);
  job = sheaf_job_new ("fetch", g_variant_dict_end (&params), fd, JOB_TIMEOUT_MS);
  reply = sheaf_executor_run (self->executor, job, cancellable, error);
  return reply != NULL ? fcntl (job->fd, F_DUPFD_CLOEXEC, 3) : -1;
}

static gboolean
deliver (gpointer data)
{
  GTask *task = data;
  Load *load = g_task_get_task_data (task);

  if (load->error != NULL)
    g_task_return_error (task, g_steal_pointer (&load->error));
  else
    g_task_return_int (task, load->fd);
  return G_SOURCE_REMOVE;
}

/* In a worker thread. */
static void
work (gpointer data, gpointer user_data)
{
  SheafPreviewLoader *self = user_data;
  g_autoptr (GSource) source = NULL;
  GCancellable *cancellable;
  GTask *task;
  Load *load;

  g_mutex_lock (&self->lock);
  task = g_queue_pop_head (&self->waiting);
  g_mutex_unlock (&self->lock);
  g_assert (task != NULL);

  load = g_task_get_task_data (task);
  cancellable = g_task_get_cancellable (task);
  if (g_cancellable_is_cancelled (self->closing))
    g_set_error_literal (&load->error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
  else if (!g_cancellable_set_error_if_cancelled (cancellable, &load->error))
    {
      if (load->keep)
        load->fd = open_cached (self, load->url);
      if (load->fd < 0)
        {
          load->fd = fetch (self, load, cancellable, &load->error);
          if (load->fd >= 0 && load->keep)
            keep (self, load->url, load->fd);
        }
      if (load->fd < 0 && load->error == NULL)
        g_set_error_literal (&load->error, SHEAF_ERROR, SHEAF_ERROR_FILE,
                             _ ("Too many files are open."));
    }

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver, task, g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

static void
sheaf_preview_loader_finalize (GObject *object)
{
  SheafPreviewLoader *self = SHEAF_PREVIEW_LOADER (object);

  sheaf_preview_loader_shutdown (self);
  g_object_unref (self->executor);
  g_object_unref (self->closing);
  g_mutex_clear (&self->lock);
  g_free (self->folder);
  G_OBJECT_CLASS (sheaf_preview_loader_parent_class)->finalize (object);
}

static void
sheaf_preview_loader_class_init (SheafPreviewLoaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_preview_loader_finalize;
}

static void
sheaf_preview_loader_init (SheafPreviewLoader *self)
{
  g_mutex_init (&self->lock);
  g_queue_init (&self->waiting);
  self->closing = g_cancellable_new ();
  self->workers = g_thread_pool_new (work, self, N_WORKERS, FALSE, NULL);
}

SheafPreviewLoader *
sheaf_preview_loader_new (SheafExecutor *executor, const char *folder, guint64 max_bytes)
{
  SheafPreviewLoader *self;

  g_return_val_if_fail (SHEAF_IS_EXECUTOR (executor), NULL);

  self = g_object_new (SHEAF_TYPE_PREVIEW_LOADER, NULL);
  self->executor = g_object_ref (executor);
  self->folder = folder != NULL
                     ? g_strdup (folder)
                     : g_build_filename (g_get_user_cache_dir (), "sheaf", "previews", NULL);
  self->max_bytes = max_bytes > 0 ? max_bytes : DEFAULT_MAX_BYTES;
  return self;
}

void
sheaf_preview_loader_load_async (SheafPreviewLoader *self,
                                 const char *url,
                                 gboolean allow_private,
                                 gboolean keep_it,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Load *load;

  g_return_if_fail (SHEAF_IS_PREVIEW_LOADER (self));
  g_return_if_fail (url != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_preview_loader_load_async);
  if (self->workers == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s", _ ("Cancelled"));
      return;
    }

  load = g_new0 (Load, 1);
  load->url = g_strdup (url);
  load->allow_private = allow_private;
  load->keep = keep_it;
  load->fd = -1;
  g_task_set_task_data (task, load, (GDestroyNotify) load_free);
  g_mutex_lock (&self->lock);
  g_queue_push_head (&self->waiting, g_steal_pointer (&task));
  g_mutex_unlock (&self->lock);
  g_thread_pool_push (self->workers, self, NULL);
}

int
sheaf_preview_loader_load_finish (SheafPreviewLoader *self, GAsyncResult *result, GError **error)
{
  Load *load;

  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  if (g_task_propagate_int (G_TASK (result), error) < 0)
    return -1;
  load = g_task_get_task_data (G_TASK (result));
  return g_steal_fd (&load->fd);
}

void
sheaf_preview_loader_shutdown (SheafPreviewLoader *self)
{
  g_return_if_fail (SHEAF_IS_PREVIEW_LOADER (self));

  if (self->workers == NULL)
    return;
  g_cancellable_cancel (self->closing);
  g_thread_pool_free (g_steal_pointer (&self->workers), FALSE, TRUE);
}
