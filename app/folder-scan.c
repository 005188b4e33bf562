/* folder-scan.c: the pictures in folders, found by a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Folders are read through readdir() with the types it gives, names sorted within each folder, so
 * that most files cost one system call, for what pictures are sorted by.  Links to files are
 * followed, links to folders are not: those are what makes loops. */
#include "config.h"

#include "app/folder-scan.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Handed out at once; and how many may wait to be fetched. */
#define HANDFUL     256
#define MAX_WAITING 4096

/* Folders within folders deeper than this are a mistake. */
#define MAX_DEPTH 64

/* What a scan found; shared by the thread and the object, so that either may go first. */
typedef struct
{
  GMutex lock;
  GCond room;
  GPtrArray *found; /* (element-type SheafFound) */
  gboolean ended;
  gboolean stopped; /* nobody wants more */
  GTask *waiting;   /* (nullable): who asked for the next handful */
  GPtrArray *files; /* (element-type GFile): the thread's */
} Scan;

struct _SheafFolderScan
{
  GObject parent_instance;

  Scan *scan;
  gboolean begun;
};

G_DEFINE_FINAL_TYPE (SheafFolderScan, sheaf_folder_scan, G_TYPE_OBJECT)

void
sheaf_found_free (SheafFound *found)
{
  g_clear_error (&found->error);
  g_free (found->path);
  g_free (found);
}

static void
scan_clear (gpointer data)
{
  Scan *scan = data;

  g_assert (scan->waiting == NULL);

  g_ptr_array_unref (scan->found);
  g_ptr_array_unref (scan->files);
  g_cond_clear (&scan->room);
  g_mutex_clear (&scan->lock);
}

static void
scan_unref (Scan *scan)
{
  g_atomic_rc_box_release_full (scan, scan_clear);
}

static GPtrArray *
new_found (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_found_free);
}

/* Completes in the context of who asked, never in the scan's thread. */
static gboolean
deliver (gpointer data)
{
  GTask *task = data;

  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, g_steal_pointer (&(*(GPtrArray **) g_task_get_task_data (task))),
                           (GDestroyNotify) g_ptr_array_unref);
  return G_SOURCE_REMOVE;
}

static void
slot_free (gpointer data)
{
  GPtrArray **slot = data;

  g_clear_pointer (slot, g_ptr_array_unref);
  g_free (slot);
}

/* With the lock held: gives what there is to who waits. */
static void
hand_out_locked (Scan *scan)
{
  g_autoptr (GTask) task = g_steal_pointer (&scan->waiting);
  g_autoptr (GSource) source = NULL;
  GPtrArray **slot = g_new0 (GPtrArray *, 1);

  *slot = g_steal_pointer (&scan->found);
  scan->found = new_found ();
  g_cond_signal (&scan->room);
  g_task_set_task_data (task, slot, slot_free);
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver, g_object_ref (task), g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

/* Takes over @path and @error; FALSE when nobody wants more. */
static gboolean
add_found (Scan *scan, char *path, GError *error)
{
  SheafFound *found = g_new0 (SheafFound, 1);
  struct stat info;
  gboolean go_on;

  found->path = path;
  found->error = error;
  if (error == NULL && stat (path, &info) == 0)
    {
      found->bytes = (guint64) info.st_size;
      found->changed = info.st_mtime;
    }
  g_mutex_lock (&scan->lock);
  while (scan->found->len >= MAX_WAITING && !scan->stopped)
    g_cond_wait (&scan->room, &scan->lock);
  g_ptr_array_add (scan->found, found);
  if (scan->waiting != NULL && scan->found->len >= HANDFUL)
    hand_out_locked (scan);
  go_on = !scan->stopped;
  g_mutex_unlock (&scan->lock);
  return go_on;
}

/* What is there so far, at the end of a folder: the first few files need not wait for more. */
static void
flush (Scan *scan, gboolean ended)
{
  g_mutex_lock (&scan->lock);
  scan->ended |= ended;
  if (scan->waiting != NULL && (scan->found->len > 0 || scan->ended))
    hand_out_locked (scan);
  g_mutex_unlock (&scan->lock);
}

gboolean
sheaf_is_thumbnail_name (const char *name)
{
  const char *dot;
  gsize mark = strlen ("_thumbnail");

  g_return_val_if_fail (name != NULL, FALSE);

  dot = strrchr (name, '.');
  return dot != NULL && (gsize) (dot - name) >= mark
         && strncmp (dot - mark, "_thumbnail", mark) == 0;
}

static gboolean
has_picture_extension (const char *name)
{
  static const char *const extensions[]
      = { "jpg",  "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "jpe", "jfif", "avif",
          "heic", "heif", "jxl", "svg", "ico",  "pbm", "pgm", "ppm",  "pnm", "tga",  "xpm" };
  const char *dot = strrchr (name, '.');

  if (dot == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (extensions); i++)
    if (g_ascii_strcasecmp (dot + 1, extensions[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Whether a file whose name says nothing begins as the pictures do that need no name. */
static gboolean
begins_as_picture (const char *path)
{
  guint8 head[12] = { 0 };
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  gssize n;

  if (fd < 0)
    return FALSE;
  n = read (fd, head, sizeof head);
  close (fd);
  return n >= 8
         && (memcmp (head, "\xff\xd8\xff", 3) == 0 || memcmp (head, "\x89PNG\r\n\x1a\n", 8) == 0
             || memcmp (head, "GIF8", 4) == 0 || memcmp (head, "II*\0", 4) == 0
             || memcmp (head, "MM\0*", 4) == 0
             || (memcmp (head, "RIFF", 4) == 0 && memcmp (head + 8, "WEBP", 4) == 0));
}

static gboolean
is_wanted (const char *path, const char *name)
{
  return !sheaf_is_thumbnail_name (name)
         && (has_picture_extension (name) || begins_as_picture (path));
}

static GError *
new_error (const char *path, int code)
{
  g_autofree char *name = g_filename_display_name (path);
  GError *error = g_error_new (G_IO_ERROR, g_io_error_from_errno (code),
                               _ ("“%s” could not be read: %s"), name, g_strerror (code));

  sheaf_error_normalize (&error);
  return error;
}

typedef struct
{
  char *name;
  gboolean is_folder;
} Child;

static void
child_clear (gpointer data)
{
  g_free (((Child *) data)->name);
}

static int
compare_children (gconstpointer a, gconstpointer b)
{
  return strcmp (((const Child *) a)->name, ((const Child *) b)->name);
}

/* What is in @path, hidden files left out; (nullable). */
static GArray *
list_folder (const char *path)
{
  DIR *dir = opendir (path);
  GArray *children;
  struct dirent *entry;

  if (dir == NULL)
    return NULL;

  children = g_array_new (FALSE, FALSE, sizeof (Child));
  g_array_set_clear_func (children, child_clear);
  while ((entry = readdir (dir)) != NULL)
    {
      unsigned char type = entry->d_type;
      struct stat info;
      Child child;

      if (entry->d_name[0] == '.')
        continue;
      if (type == DT_UNKNOWN
          && fstatat (dirfd (dir), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0)
        type = IFTODT (info.st_mode);
      if (type == DT_LNK && fstatat (dirfd (dir), entry->d_name, &info, 0) == 0
          && S_ISREG (info.st_mode))
        type = DT_REG;
      if (type != DT_REG && type != DT_DIR)
        continue;
      child.name = g_strdup (entry->d_name);
      child.is_folder = type == DT_DIR;
      g_array_append_val (children, child);
    }
  closedir (dir);
  g_array_sort (children, compare_children);
  return children;
}

static gboolean
scan_folder (Scan *scan, const char *path, guint depth)
{
  g_autoptr (GArray) children = list_folder (path);

  if (children == NULL)
    return add_found (scan, g_strdup (path), new_error (path, errno));

  /* Files before folders, as file managers show neither first but a person waits for the top. */
  for (guint i = 0; i < children->len; i++)
    {
      const Child *child = &g_array_index (children, Child, i);
      g_autofree char *file = NULL;

      if (child->is_folder)
        continue;
      file = g_build_filename (path, child->name, NULL);
      if (is_wanted (file, child->name) && !add_found (scan, g_steal_pointer (&file), NULL))
        return FALSE;
    }
  flush (scan, FALSE);
  for (guint i = 0; i < children->len; i++)
    {
      const Child *child = &g_array_index (children, Child, i);
      g_autofree char *folder = NULL;

      if (!child->is_folder || depth >= MAX_DEPTH)
        continue;
      folder = g_build_filename (path, child->name, NULL);
      if (!scan_folder (scan, folder, depth + 1))
        return FALSE;
    }
  return TRUE;
}

static gpointer
scan_thread (gpointer data)
{
  Scan *scan = data;

  for (guint i = 0; i < scan->files->len; i++)
    {
      const char *path = g_file_peek_path (g_ptr_array_index (scan->files, i));
      g_autofree char *name = path != NULL ? g_path_get_basename (path) : NULL;
      struct stat info;
      gboolean go_on = TRUE;

      if (path == NULL)
        {
          g_autofree char *uri = g_file_get_uri (g_ptr_array_index (scan->files, i));
          GError *error = g_error_new (SHEAF_ERROR, SHEAF_ERROR_FILE,
                                       _ ("“%s” is not a file on this machine."), uri);

          go_on = add_found (scan, g_steal_pointer (&uri), error);
        }
      else if (stat (path, &info) != 0)
        go_on = add_found (scan, g_strdup (path), new_error (path, errno));
      else if (S_ISDIR (info.st_mode))
        go_on = scan_folder (scan, path, 0);
      else if (!sheaf_is_thumbnail_name (name))
        go_on = add_found (scan, g_strdup (path), NULL);
      if (!go_on)
        break;
    }
  flush (scan, TRUE);
  scan_unref (scan);
  return NULL;
}

static void
sheaf_folder_scan_dispose (GObject *object)
{
  SheafFolderScan *self = SHEAF_FOLDER_SCAN (object);

  if (self->scan != NULL)
    {
      g_mutex_lock (&self->scan->lock);
      self->scan->stopped = TRUE;
      g_cond_signal (&self->scan->room);
      g_mutex_unlock (&self->scan->lock);
      g_clear_pointer (&self->scan, scan_unref);
    }
  G_OBJECT_CLASS (sheaf_folder_scan_parent_class)->dispose (object);
}

static void
sheaf_folder_scan_class_init (SheafFolderScanClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sheaf_folder_scan_dispose;
}

static void
sheaf_folder_scan_init (SheafFolderScan *self)
{
  self->scan = g_atomic_rc_box_new0 (Scan);
  g_mutex_init (&self->scan->lock);
  g_cond_init (&self->scan->room);
  self->scan->found = new_found ();
}

SheafFolderScan *
sheaf_folder_scan_new (GPtrArray *files)
{
  SheafFolderScan *self;

  g_return_val_if_fail (files != NULL, NULL);

  self = g_object_new (SHEAF_TYPE_FOLDER_SCAN, NULL);
  self->scan->files = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < files->len; i++)
    g_ptr_array_add (self->scan->files, g_object_ref (g_ptr_array_index (files, i)));
  return self;
}

void
sheaf_folder_scan_next_async (SheafFolderScan *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  Scan *scan;
  GTask *task;

  g_return_if_fail (SHEAF_IS_FOLDER_SCAN (self));

  scan = self->scan;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_folder_scan_next_async);

  g_mutex_lock (&scan->lock);
  g_assert (scan->waiting == NULL);
  scan->waiting = task;
  if (scan->found->len > 0 || scan->ended)
    hand_out_locked (scan);
  g_mutex_unlock (&scan->lock);

  if (!self->begun)
    {
      self->begun = TRUE;
      g_thread_unref (g_thread_new ("sheaf-scan", scan_thread, g_atomic_rc_box_acquire (scan)));
    }
}

GPtrArray *
sheaf_folder_scan_next_finish (SheafFolderScan *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
