/* scratch.c: folders that tests fill, count, and leave nothing of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/scratch.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

void
scratch_remove (const char *path)
{
  g_autoptr (GDir) dir
      = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      scratch_remove (child);
    }
  g_remove (path);
}

guint
scratch_count (const char *folder, gboolean hidden)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    n += (*name == '.') == hidden;
  return n;
}

gboolean
scratch_own_mounts (void)
{
  g_autofree char *map = g_strdup_printf ("0 %u 1", getuid ());

  if (unshare (CLONE_NEWNS) != 0
      && (unshare (CLONE_NEWUSER | CLONE_NEWNS) != 0
          || !g_file_set_contents_full ("/proc/self/uid_map", map, -1, G_FILE_SET_CONTENTS_NONE,
                                        0644, NULL)))
    return FALSE;
  return mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}
