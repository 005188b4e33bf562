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

static void
add_folder (SheafEngine *self, GPtrArray *batches, GFile *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries
      = sheaf_archive_dup_unfinished (sheaf_engine_get_archive (self), folder, &error);
  GPtrArray *groups[N_GROUPS];

  if (entries == NULL)
    {
      g_message ("What was left to do is not known: %s", error->message);
      return;
    }
  for (Group group = 0; group < N_GROUPS; group++)
    groups[group] = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
  for (guint i = 0; i < entries->len; i++)
    {
      SheafEntry *entry = g_ptr_array_index (entries, i);

      if (entry->url == NULL
          || (strcmp (entry->source, "demo") == 0 && !move_to_demo (self, entry)))
        continue;
      g_ptr_array_add (groups[sheaf_engine_may_be_private (self, entry->source) ? TYPED : PUBLIC],
                       sheaf_entry_ref (entry));
    }
  for (Group group = 0; group < N_GROUPS; group++)
    {
      add_batch (self, batches, folder, groups[group], group);
      g_ptr_array_unref (groups[group]);
    }
}

GPtrArray *
sheaf_engine_dup_unfinished (SheafEngine *self)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GError) error = NULL;
  SheafArchive *archive;

  g_return_val_if_fail (SHEAF_IS_ENGINE (self), NULL);

  archive = sheaf_engine_get_archive (self);
  folders = archive != NULL ? sheaf_archive_dup_unfinished_folders (archive, &error) : NULL;
  if (error != NULL)
    g_message ("What was left to do is not known: %s", error->message);
  for (guint i = 0; folders != NULL && i < folders->len; i++)
    add_folder (self, batches, g_ptr_array_index (folders, i));
  return batches->len > 0 ? g_steal_pointer (&batches) : NULL;
}
