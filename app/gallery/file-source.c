/* file-source.c: pictures on this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A thread reads folder after folder, depth first and each in order of names, and hands out what it
 * found in pages; the first ones are small, so that something is seen at once.  Hidden files and
 * thumbnails that lie beside their originals are passed over; so are links to folders within, which
 * could lead in circles. */
#include "config.h"

#include "app/gallery/file-source.h"

#include "app/work/error.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define FIRST_PAGE  64
#define PAGE_LENGTH 512
#define MAX_DEPTH   64

#define ATTRIBUTES                                                                                 \
  G_FILE_ATTRIBUTE_STANDARD_NAME                                                                   \
  "," G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE                            \
  "," G_FILE_ATTRIBUTE_STANDARD_IS_HIDDEN "," G_FILE_ATTRIBUTE_STANDARD_IS_SYMLINK                 \
  "," G_FILE_ATTRIBUTE_STANDARD_FAST_CONTENT_TYPE "," G_FILE_ATTRIBUTE_TIME_MODIFIED

/* What is still to do: a folder to read, or a picture found. */
typedef struct
{
  GFile *file;
  GFileInfo *info;
  guint depth;
} Step;

struct _SheafFileSource
{
  GObject parent_instance;

  GPtrArray *files; /* (element-type GFile) */

  /* Only in the thread that reads a page; pages never overlap. */
  GQueue steps; /* (element-type Step), next one first */
  guint n_pages;
};

static void source_iface_init (SheafSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SheafFileSource,
                               sheaf_file_source,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHEAF_TYPE_SOURCE, source_iface_init))

static Step *
step_new (GFile *file, GFileInfo *info, guint depth)
{
  Step *step = g_new0 (Step, 1);

  step->file = g_object_ref (file);
  step->info = g_object_ref (info);
  step->depth = depth;
  return step;
}

static void
step_free (Step *step)
{
  g_object_unref (step->file);
  g_object_unref (step->info);
  g_free (step);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Step, step_free)

static gboolean
is_picture (GFileInfo *info)
{
  const char *type
      = g_file_info_get_attribute_string (info, G_FILE_ATTRIBUTE_STANDARD_FAST_CONTENT_TYPE);

  return g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR && type != NULL
         && g_content_type_is_a (type, "image/*");
}

/* "NAME_thumbnail.EXT" is what Sheaf itself writes beside NAME.EXT. */
static gboolean
is_thumbnail (const char *name)
{
  const char *dot = strrchr (name, '.');
  static const char mark[] = "_thumbnail";

  return dot != NULL && (gsize) (dot - name) > strlen (mark)
         && strncmp (dot - strlen (mark), mark, strlen (mark)) == 0;
}

static SheafEntry *
entry_for (const Step *step)
{
  SheafEntry *entry = sheaf_entry_new_for_file (step->file);
  const char *type
      = g_file_info_get_attribute_string (step->info, G_FILE_ATTRIBUTE_STANDARD_FAST_CONTENT_TYPE);
  g_autofree char *mime = type != NULL ? g_content_type_get_mime_type (type) : NULL;

  entry->type = mime != NULL ? g_ascii_strdown (mime, -1) : NULL;
  entry->bytes = (guint64) MAX (g_file_info_get_size (step->info), 0);
  entry->date
      = (gint64) g_file_info_get_attribute_uint64 (step->info, G_FILE_ATTRIBUTE_TIME_MODIFIED);
  return entry;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  const Step *x = *(Step *const *) a, *y = *(Step *const *) b;
  gboolean x_folder = g_file_info_get_file_type (x->info) == G_FILE_TYPE_DIRECTORY;
  gboolean y_folder = g_file_info_get_file_type (y->info) == G_FILE_TYPE_DIRECTORY;

  /* A folder's own pictures come before those of the folders in it. */
  if (x_folder != y_folder)
    return x_folder ? 1 : -1;
  return strcmp (g_file_info_get_name (x->info), g_file_info_get_name (y->info));
}

/* Puts what is in a folder before everything else that is to do. */
static gboolean
read_folder (SheafFileSource *self, const Step *folder, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileEnumerator) children = g_file_enumerate_children (
      folder->file, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, cancellable, error);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  gboolean ok = children != NULL;

  while (ok)
    {
      GFileInfo *info;
      GFile *file;
      GFileType type;

      ok = g_file_enumerator_iterate (children, &info, &file, cancellable, error);
      if (!ok || info == NULL)
        break;
      type = g_file_info_get_file_type (info);
      if (g_file_info_get_is_hidden (info) || is_thumbnail (g_file_info_get_name (info)))
        continue;
      if (is_picture (info)
          || (type == G_FILE_TYPE_DIRECTORY && !g_file_info_get_is_symlink (info)
              && folder->depth < MAX_DEPTH))
        g_ptr_array_add (found, step_new (file, info, folder->depth + 1));
    }
  g_ptr_array_sort (found, by_name);
  for (guint i = found->len; i > 0; i--)
    g_queue_push_head (&self->steps, found->pdata[i - 1]);
  return ok;
}

static gboolean
begin (SheafFileSource *self, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      GFile *file = self->files->pdata[i];
      g_autoptr (GFileInfo) info
          = g_file_query_info (file, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, cancellable, error);

      if (info == NULL)
        return FALSE;
      g_queue_push_tail (&self->steps, step_new (file, info, 0));
    }
  return TRUE;
}

static void
read_page (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  SheafFileSource *self = source;
  g_autoptr (SheafPage) page = sheaf_page_new ();
  g_autoptr (GError) error = NULL;
  guint length = self->n_pages == 0 ? FIRST_PAGE : PAGE_LENGTH;
  Step *next;

  if (self->n_pages == 0 && !begin (self, cancellable, &error))
    {
      sheaf_error_normalize (&error);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  while (page->entries->len < length && (next = g_queue_pop_head (&self->steps)) != NULL)
    {
      g_autoptr (Step) step = next;

      if (g_file_info_get_file_type (step->info) != G_FILE_TYPE_DIRECTORY)
        g_ptr_array_add (page->entries, entry_for (step));
      else if (!read_folder (self, step, cancellable, &error))
        {
          /* A folder within that cannot be read costs its own pictures only. */
          if (step->depth == 0 || g_cancellable_is_cancelled (cancellable))
            {
              sheaf_error_normalize (&error);
              g_task_return_error (task, g_steal_pointer (&error));
              return;
            }
          g_message ("%s", error->message);
          g_clear_error (&error);
        }
    }
  self->n_pages++;
  if (!g_queue_is_empty (&self->steps))
    page->cursor = g_strdup_printf ("%u", self->n_pages);
  g_task_return_pointer (task, g_steal_pointer (&page), (GDestroyNotify) sheaf_page_free);
}

static void
load_page_async (SheafSource *source,
                 const char *cursor,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  SheafFileSource *self = SHEAF_FILE_SOURCE (source);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, load_page_async);
  if (cursor == NULL)
    {
      g_queue_clear_full (&self->steps, (GDestroyNotify) step_free);
      self->n_pages = 0;
    }
  g_task_run_in_thread (task, read_page);
}

static SheafPage *
load_page_finish (SheafSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static char *
dup_title (SheafSource *source)
{
  SheafFileSource *self = SHEAF_FILE_SOURCE (source);

  if (self->files->len == 1)
    {
      g_autofree char *name = g_file_get_basename (self->files->pdata[0]);

      return g_filename_display_name (name);
    }
  return g_strdup_printf (ngettext ("%u file", "%u files", self->files->len), self->files->len);
}

static void
sheaf_file_source_finalize (GObject *object)
{
  SheafFileSource *self = SHEAF_FILE_SOURCE (object);

  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_queue_clear_full (&self->steps, (GDestroyNotify) step_free);
  G_OBJECT_CLASS (sheaf_file_source_parent_class)->finalize (object);
}

static void
sheaf_file_source_class_init (SheafFileSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_file_source_finalize;
}

static void
sheaf_file_source_init (SheafFileSource *self)
{
  self->files = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
source_iface_init (SheafSourceInterface *iface)
{
  iface->load_page_async = load_page_async;
  iface->load_page_finish = load_page_finish;
  iface->dup_title = dup_title;
}

SheafSource *
sheaf_file_source_new (GPtrArray *files)
{
  SheafFileSource *self = g_object_new (SHEAF_TYPE_FILE_SOURCE, NULL);

  for (guint i = 0; i < files->len; i++)
    g_ptr_array_add (self->files, g_object_ref (files->pdata[i]));
  return SHEAF_SOURCE (self);
}

gboolean
sheaf_file_claims (const char *spec)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFileInfo) info = NULL;

  if (*spec == '\0' || g_str_equal (spec, "-") || g_ascii_strncasecmp (spec, "http", 4) == 0)
    return FALSE;
  file = g_file_new_for_commandline_arg (spec);
  info = g_file_query_info (file, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, NULL, NULL);
  return info != NULL
         && (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY || is_picture (info));
}

SheafSource *
sheaf_file_create (const char *spec, const SheafSourceContext *context, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (files, g_file_new_for_commandline_arg (spec));
  return sheaf_file_source_new (files);
}
