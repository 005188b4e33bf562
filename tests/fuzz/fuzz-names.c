/* fuzz-names.c: file names out of anything
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is three lines: an address, a title, a template. */
#include "config.h"

#include "app/download/atomic-file.h"
#include "app/download/file-name.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

/* The promise of every name: one component, not hidden, bounded, in clear text. */
static void
check_component (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > SHEAF_NAME_MAX + 16 || *name == '.' || strchr (name, '/') != NULL
      || !g_utf8_validate (name, -1, NULL))
    g_error ("bad name “%s”", name);
  for (const char *p = name; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      g_error ("control character in a name");
}

static void
check_path (char *path)
{
  g_auto (GStrv) parts = path != NULL ? g_strsplit (path, "/", -1) : NULL;

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    {
      g_autofree char *folded = sheaf_name_fold (parts[i]);
      g_autofree char *numbered = sheaf_name_numbered (parts[i], 12);

      check_component (parts[i]);
      check_component (numbered);
      if (*folded == '\0')
        g_error ("a name that folds to nothing");
    }
  g_free (path);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 3);
  SheafEntry *entry = sheaf_entry_new ("fuzz", "id");
  g_autofree char *part = NULL;

  if (lines[0] != NULL)
    {
      char *name = sheaf_name_sanitize (lines[0]);

      entry->url = g_strdup (lines[0]);
      if (name != NULL)
        check_component (name);
      g_free (name);
      check_path (sheaf_name_from_url (lines[0]));
    }
  if (lines[0] != NULL && lines[1] != NULL)
    {
      entry->title = g_utf8_make_valid (lines[1], -1);
      check_path (sheaf_name_for_entry (entry, lines[2], "jpg", NULL));
      check_path (sheaf_name_for_entry (entry, "{title}/{index}{title}.{ext}", NULL, NULL));
    }
  check_path (sheaf_name_for_entry (entry, NULL, "jpg", NULL));
  part = sheaf_part_name (entry);
  if (!sheaf_part_is_name (part) || strlen (part) > 255 || strchr (part, '/') != NULL)
    g_error ("bad part name “%s”", part);
  sheaf_entry_unref (entry);
  return 0;
}
