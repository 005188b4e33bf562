/* entry.c: the facts of one picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/base/entry.h"

#include <glib/gi18n-lib.h>

G_DEFINE_BOXED_TYPE (SheafEntry, sheaf_entry, sheaf_entry_ref, sheaf_entry_unref)

SheafEntry *
sheaf_entry_new (const char *source, const char *id)
{
  SheafEntry *entry;

  g_return_val_if_fail (source != NULL && id != NULL, NULL);

  entry = g_atomic_rc_box_new0 (SheafEntry);
  entry->source = g_strdup (source);
  entry->id = g_strdup (id);
  return entry;
}

SheafEntry *
sheaf_entry_ref (SheafEntry *entry)
{
  return g_atomic_rc_box_acquire (entry);
}

static void
entry_clear (gpointer data)
{
  SheafEntry *entry = data;

  g_free (entry->source);
  g_free (entry->id);
  g_free (entry->url);
  g_free (entry->preview_url);
  g_free (entry->cover_url);
  g_free (entry->page_url);
  g_free (entry->title);
  g_free (entry->description);
  g_free (entry->type);
  g_free (entry->sha1);
  g_free (entry->post_id);
  g_free (entry->post_title);
  g_free (entry->author);
  g_free (entry->licence);
  g_free (entry->licence_url);
  g_free (entry->credit);
}

void
sheaf_entry_unref (SheafEntry *entry)
{
  g_atomic_rc_box_release_full (entry, entry_clear);
}

SheafEntry *
sheaf_entry_new_for_file (GFile *file)
{
  g_autofree char *uri = NULL;
  SheafEntry *entry;

  g_return_val_if_fail (G_IS_FILE (file), NULL);

  uri = g_file_get_uri (file);
  entry = sheaf_entry_new ("file", uri);
  entry->url = g_steal_pointer (&uri);
  return entry;
}

gboolean
sheaf_entry_is_album (const SheafEntry *entry)
{
  g_return_val_if_fail (entry != NULL, FALSE);

  return entry->album_count > 0;
}

char *
sheaf_entry_dup_display_title (const SheafEntry *entry)
{
  g_return_val_if_fail (entry != NULL, NULL);

  if (entry->title != NULL && *entry->title != '\0')
    return g_strdup (entry->title);
  if (entry->post_title != NULL && *entry->post_title != '\0')
    /* Translators: a picture without a title of its own: title of its post, its place in the post
     */
    return g_strdup_printf (C_ ("picture title", "%s (%u)"), entry->post_title, entry->index + 1);
  if (entry->url != NULL)
    {
      g_autoptr (GFile) file = g_file_new_for_uri (entry->url);
      g_autofree char *name = g_file_get_basename (file);

      if (name != NULL && *name != '\0' && g_strcmp0 (name, "/") != 0)
        return g_filename_display_name (name);
    }
  return g_strdup (entry->id);
}
