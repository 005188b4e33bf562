/* engine-unfinished.c: what a killed Sheaf left to do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of the engine's interface (engine.h).  The archive knows the entries, but not where their
 * source was opened: what a person typed may be at private addresses, what a gallery handed out may
 * not, so that each folder can give two batches. */
#include "config.h"

#include "app/engine-private.h"

#include <string.h>

typedef enum
{
  PUBLIC,
  TYPED, /* at addresses a person gave, or of this machine */
  N_GROUPS
} Group;

/* The demo gallery listens at another port in every run. */
static gboolean
move_to_demo (SheafEngine *self, SheafEntry *entry)
{
  g_autoptr (GError) error = NULL;
  SheafDemoServer *demo = sheaf_engine_get_demo (self, &error);
  const char *path = strstr (entry->url, "://");
  char *url;

  path = path != NULL ? strchr (path + 3, '/') : NULL;
  if (demo == NULL || path == NULL)
    return FALSE;
  url = g_strconcat (sheaf_demo_server_get_base_url (demo), path, NULL);
  g_free (entry->url);
  entry->url = url;
  return TRUE;
}

static void
add_batch (SheafEngine *self, GPtrArray *batches, GFile *folder, GPtrArray *entries, Group group)
{
  /* What a list of addresses leads to need not be a picture. */
  SheafSourceFacts facts = { .allow_private = group == TYPED, .any_type = group == TYPED };
  SheafBatchOptions options;

  if (entries->len == 0)
    return;
  sheaf_batch_options_init (&options);
  options.folder = folder;
  options.thumbnail_size = sheaf_settings_get_thumbnail_size (sheaf_engine_get_settings (self));
  g_ptr_array_add (batches,
                   sheaf_engine_begin_download (self, NULL, entries, &options, &facts, TRUE));
}

/* What was left to do in one folder. */
typedef struct
{
  GFile *folder;
  GPtrArray *entries; /* (element-type SheafEntry) */
} Left;

static void
left_free (Left *left)
{
  g_object_unref (left->folder);
  g_ptr_array_unref (left->entries);
  g_free (left);
}

static void
add_folder (SheafEngine *self, GPtrArray *batches, const Left *left)
{
  GPtrArray *groups[N_GROUPS];

  for (Group group = 0; group < N_GROUPS; group++)
    groups[group] = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
  for (guint i = 0; i < left->entries->len; i++)
    {
      SheafEntry *entry = g_ptr_array_index (left->entries, i);

      if (entry->url == NULL
          || (strcmp (entry->source, "demo") == 0 && !move_to_demo (self, entry)))
        continue;
      g_ptr_array_add (groups[sheaf_engine_may_be_private (self, entry->source) ? TYPED : PUBLIC],
                       sheaf_entry_ref (entry));
    }
  for (Group group = 0; group < N_GROUPS; group++)
    {
      add_batch (self, batches, left->folder, groups[group], group);
      g_ptr_array_unref (groups[group]);
    }
}

/* In a thread: the disk with the record may be slow, or asleep. */
static void
read_left (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SheafArchive *archive = data;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) left_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = sheaf_archive_dup_left_folders (archive, &error);

  for (guint i = 0; folders != NULL && error == NULL && i < folders->len; i++)
    {
      GFile *folder = g_ptr_array_index (folders, i);
      GPtrArray *entries = sheaf_archive_dup_left (archive, folder, &error);
      Left *left;

      if (entries == NULL)
        break;
      left = g_new0 (Left, 1);
      left->folder = g_object_ref (folder);
      left->entries = entries;
      g_ptr_array_add (all, left);
    }
  if (error != NULL)
    g_message ("What was left to do is not known: %s", error->message);
  g_task_return_pointer (task, g_steal_pointer (&all), (GDestroyNotify) g_ptr_array_unref);
}

void
sheaf_engine_load_unfinished_async (SheafEngine *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (SHEAF_IS_ENGINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sheaf_engine_load_unfinished_async);
  g_task_set_task_data (task, g_object_ref (sheaf_engine_get_archive (self)), g_object_unref);
  g_task_run_in_thread (task, read_left);
}

GPtrArray *
sheaf_engine_load_unfinished_finish (SheafEngine *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GPtrArray) batches = NULL;
  g_autoptr (GPtrArray) all = NULL;

  g_return_val_if_fail (SHEAF_IS_ENGINE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  all = g_task_propagate_pointer (G_TASK (result), error);
  if (all == NULL)
    return NULL;
  batches = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < all->len && !sheaf_engine_is_closed (self); i++)
    add_folder (self, batches, g_ptr_array_index (all, i));
  return g_steal_pointer (&batches);
}
