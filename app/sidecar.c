/* sidecar.c: what is known of downloaded pictures, written beside them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread takes the files in order, so that CREDITS.md, which is asked for last, is also written
 * last.  Lines that it has already are kept as they are. */
#include "config.h"

#include "app/sidecar.h"

#include "app/base/credits.h"
#include "app/work/error.h"

#include <string.h>

#define CREDITS "CREDITS.md"

struct _SheafSidecar
{
  GObject parent_instance;

  GFile *folder;
  GThreadPool *writer; /* (element-type Note) */

  /* The thread's. */
  GPtrArray *lines; /* (element-type utf8): of CREDITS.md */
  GError *error;    /* (nullable): the first */
};

G_DEFINE_FINAL_TYPE (SheafSidecar, sheaf_sidecar, G_TYPE_OBJECT)

/* One picture; or, without an entry, the end. */
typedef struct
{
  SheafEntry *entry;
  GFile *file;
  GTask *task;
} Note;

static void
write_file (SheafSidecar *self, GFile *file, const char *text)
{
  g_autoptr (GError) error = NULL;

  if (g_file_replace_contents (file, text, strlen (text), NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                               NULL, &error))
    return;
  sheaf_error_normalize (&error);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
}

static void
write_note (SheafSidecar *self, const Note *note)
{
  g_autofree char *name = g_file_get_basename (note->file);
  g_autofree char *display = g_filename_display_name (name);
  g_autofree char *json_name = g_strconcat (name, ".json", NULL);
  g_autofree char *json = sheaf_credits_dup_json (note->entry, display);
  g_autoptr (GFile) parent = g_file_get_parent (note->file);
  g_autoptr (GFile) json_file = g_file_get_child (parent, json_name);

  write_file (self, json_file, json);
  g_ptr_array_add (self->lines, sheaf_credits_dup_line (note->entry, display));
}

static void
write_credits (SheafSidecar *self)
{
  g_autoptr (GFile) file = g_file_get_child (self->folder, CREDITS);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GString) text = NULL;
  g_auto (GStrv) before = NULL;
  g_autofree char *contents = NULL;

  if (self->lines->len == 0)
    return;
  if (!g_file_load_contents (file, NULL, &contents, NULL, NULL, NULL))
    contents = sheaf_credits_dup_markdown (none, none);
  before = g_strsplit (contents, "\n", -1);
  for (guint i = 0; before[i] != NULL; i++)
    g_hash_table_add (known, g_strdup (before[i]));

  text = g_string_new (contents);
  for (guint i = 0; i < self->lines->len; i++)
    {
      g_autofree char *line = g_strchomp (g_strdup (g_ptr_array_index (self->lines, i)));

      if (g_hash_table_contains (known, line))
        continue;
      if (text->len > 0 && text->str[text->len - 1] != '\n')
        g_string_append_c (text, '\n');
      g_string_append_printf (text, "%s\n", line);
      g_hash_table_add (known, g_steal_pointer (&line));
    }
  write_file (self, file, text->str);
  g_ptr_array_set_size (self->lines, 0);
}

static gboolean
deliver (gpointer data)
{
  GTask *task = data;
  SheafSidecar *self = g_task_get_source_object (task);

  if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else
    g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

/* In the thread. */
static void
work (gpointer data, gpointer user_data)
{
  SheafSidecar *self = user_data;
  g_autofree Note *note = data;

  if (note->task != NULL)
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      write_credits (self);
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, deliver, note->task, g_object_unref);
      g_source_attach (source, g_task_get_context (note->task));
      return;
    }
  write_note (self, note);
  sheaf_entry_unref (note->entry);
  g_object_unref (note->file);
}

static void
sheaf_sidecar_finalize (GObject *object)
{
  SheafSidecar *self = SHEAF_SIDECAR (object);

  g_thread_pool_free (self->writer, FALSE, TRUE);
  g_ptr_array_unref (self->lines);
  g_clear_error (&self->error);
  g_object_unref (self->folder);
  G_OBJECT_CLASS (sheaf_sidecar_parent_class)->finalize (object);
}

static void
sheaf_sidecar_class_init (SheafSidecarClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_sidecar_finalize;
}

static void
sheaf_sidecar_init (SheafSidecar *self)
{
  self->writer = g_thread_pool_new (work, self, 1, FALSE, NULL);
  self->lines = g_ptr_array_new_with_free_func (g_free);
}

SheafSidecar *
sheaf_sidecar_new (GFile *folder)
{
  SheafSidecar *self;

  g_return_val_if_fail (G_IS_FILE (folder), NULL);

  self = g_object_new (SHEAF_TYPE_SIDECAR, NULL);
  self->folder = g_object_ref (folder);
  return self;
}

void
sheaf_sidecar_add (SheafSidecar *self, SheafEntry *entry, GFile *file)
{
  Note *note;

  g_return_if_fail (SHEAF_IS_SIDECAR (self));
  g_return_if_fail (entry != NULL);
  g_return_if_fail (G_IS_FILE (file));

  note = g_new0 (Note, 1);
  note->entry = sheaf_entry_ref (entry);
  note->file = g_object_ref (file);
  g_thread_pool_push (self->writer, note, NULL);
}

void
sheaf_sidecar_finish_async (SheafSidecar *self, GAsyncReadyCallback callback, gpointer user_data)
{
  Note *note;

  g_return_if_fail (SHEAF_IS_SIDECAR (self));

  note = g_new0 (Note, 1);
  note->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (note->task, sheaf_sidecar_finish_async);
  g_thread_pool_push (self->writer, note, NULL);
}

gboolean
sheaf_sidecar_finish_finish (SheafSidecar *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
