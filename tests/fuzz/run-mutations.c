/* run-mutations.c: a fuzz target without libFuzzer: what any build can try in a second
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every file of the folders named is given to the target as it is, behind each pair of option
 * bytes, and in a few hundred damaged forms that are the same in every run. */
#include "config.h"

#include <glib.h>
#include <string.h>

#define N_FIRST   9
#define N_SECOND  6
#define N_DAMAGED 30

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
damage (GRand *rand, guint8 *data, gsize *size)
{
  static const char alphabet[] = "{}[]\",:\\0129-.eE+nulltruefalse\xff\xc3\x80<>&;#/%\n\t ";
  guint n = (guint) g_rand_int_range (rand, 1, 12);

  for (guint i = 0; i<n && * size> 4; i++)
    {
      gsize at = 2 + (gsize) g_rand_int_range (rand, 0, (gint32) *size - 4);
      gsize wanted = (gsize) g_rand_int_range (rand, 1, 64);
      gsize run = MIN (wanted, *size - at - 1);

      switch (g_rand_int_range (rand, 0, 4))
        {
        case 0: /* cut out */
          memmove (data + at, data + at + run, *size - at - run);
          *size -= run;
          break;
        case 1: /* over something else */
          memmove (data + 2 + (gsize) g_rand_int_range (rand, 0, (gint32) (*size - run - 1)),
                   data + at, run);
          break;
        default:
          data[at] = (guint8) alphabet[g_rand_int_range (rand, 0, sizeof alphabet - 1)];
          break;
        }
    }
}

static void
try_file (const char *path)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260601);
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  for (guint first = 0; first < N_FIRST; first++)
    for (guint i = 0; i < N_SECOND + N_DAMAGED; i++)
      {
        gsize size = length + 2;
        g_autofree guint8 *data = g_malloc (size);

        data[0] = (guint8) first;
        data[1] = (guint8) (i < N_SECOND ? i : 0);
        memcpy (data + 2, contents, length);
        if (i >= N_SECOND)
          damage (rand, data, &size);
        LLVMFuzzerTestOneInput (data, size);
      }
}

static void
test_folder (gconstpointer folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      try_file (path);
      n++;
    }
  g_assert_cmpuint (n, >, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *base = g_path_get_basename (argv[i]);
      g_autofree char *path = g_strconcat ("/fuzz/", base, NULL);

      g_test_add_data_func (path, argv[i], test_folder);
    }
  return g_test_run ();
}
