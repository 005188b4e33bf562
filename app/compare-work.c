/* compare-work.c: what is done in a comparison, and on what
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/compare-work.h"

#include "app/demo/encode.h"
#include "app/demo/scene.h"
#include "app/work/error.h"
#include "app/work/pixels.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

/* A few scenes, a little larger than the pictures, which are cut from them at different places. */
#define N_SCENES       6
#define SCENE_WIDTH    1120
#define SCENE_HEIGHT   820
#define PICTURE_WIDTH  1024
#define PICTURE_HEIGHT 768
#define GRAIN          21 /* how much noise there is: it makes them as heavy as photographs */

#define HASH_STEP      50000 /* iterations of the first; the second has twice as many, … */
#define THUMBNAIL_SIZE 128

static GBytes *
cut_picture (const guint8 *scene, guint index)
{
  g_autofree guint8 *pixels = g_malloc (PICTURE_WIDTH * PICTURE_HEIGHT * 3);
  guint left = index * 37 % (SCENE_WIDTH - PICTURE_WIDTH);
  guint top = index * 23 % (SCENE_HEIGHT - PICTURE_HEIGHT);
  guint32 noise = index * 2654435761u + 1;

  for (guint y = 0; y < PICTURE_HEIGHT; y++)
    {
      const guint8 *from = scene + ((top + y) * SCENE_WIDTH + left) * 3;
      guint8 *to = pixels + y * PICTURE_WIDTH * 3;

      for (guint x = 0; x < PICTURE_WIDTH; x++)
        {
          int grain;

          noise = noise * 1664525u + 1013904223u;
          grain = (int) (noise >> 24) % GRAIN - GRAIN / 2;
          for (guint c = 0; c < 3; c++)
            to[x * 3 + c] = CLAMP (from[x * 3 + c] + grain, 0, 255);
        }
    }
  return sheaf_encode_jpeg (pixels, PICTURE_WIDTH, PICTURE_HEIGHT, 1, index % 8 == 7);
}

gboolean
sheaf_compare_paint (const char *folder, guint n, GCancellable *cancellable, GError **error)
{
  guint8 *scenes[N_SCENES];
  gboolean success = TRUE;

  for (guint i = 0; i < N_SCENES; i++)
    scenes[i] = sheaf_scene_render (i, i + 1, SCENE_WIDTH, SCENE_HEIGHT, 0);

  for (guint i = 0; success && i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%03u.jpg", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GBytes) bytes = cut_picture (scenes[i % N_SCENES], i);

      success = !g_cancellable_set_error_if_cancelled (cancellable, error)
                && g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL),
                                             g_bytes_get_size (bytes), G_FILE_SET_CONTENTS_NONE,
                                             0600, error);
    }

  for (guint i = 0; i < N_SCENES; i++)
    g_free (scenes[i]);
  return success;
}

static char *
output_path (const char *output, guint index)
{
  g_autofree char *name = g_strdup_printf ("%u", index);

  return g_build_filename (output, name, NULL);
}

static int
open_file (const char *path, int flags, GError **error)
{
  int fd = open (path, flags | O_CLOEXEC, 0600);

  if (fd < 0)
    sheaf_fail (error, SHEAF_ERROR_FILE, "%s: %s", path, g_strerror (errno));
  return fd;
}

static SheafJob *
download_job (const char *input, guint index, const char *output, GError **error)
{
  g_autofree char *address = g_strndup (input, strcspn (input, "\t"));
  g_autofree char *path = output_path (output, index);
  int fd = open_file (path, O_RDWR | O_CREAT | O_TRUNC, error);

  if (fd < 0)
    return NULL;
  return sheaf_job_new (
      "fetch", g_variant_new_parsed ("{'url': <%s>, 'allow-private': <true>}", address), fd, 0);
}

/* Its file is made now, as a download's is: how long that takes is the file system's affair, ext4
 * needing up to a millisecond for each where many were removed a moment ago, as after a run. */
static SheafJob *
thumbnail_job (const char *input, guint index, const char *output, GError **error)
{
  g_autofree char *path = output_path (output, index);
  int fd = open_file (path, O_WRONLY | O_CREAT | O_TRUNC, error);

  if (fd < 0)
    return NULL;
  close (fd);
  fd = open_file (input, O_RDONLY, error);
  if (fd < 0)
    return NULL;
  return sheaf_job_new (
      "thumbnail",
      g_variant_new_parsed ("{'size': <uint32 %u>, 'encode': <'jpeg'>}", THUMBNAIL_SIZE), fd, 0);
}

GPtrArray *
sheaf_compare_jobs_new (const char *workload,
                        const char *const *inputs,
                        const char *output,
                        double scale,
                        GError **error)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_job_unref);

  if (g_str_equal (workload, "hash"))
    for (guint i = SHEAF_COMPARE_HASHES; i > 0; i--)
      g_ptr_array_add (
          jobs, sheaf_job_new ("hash",
                               g_variant_new_parsed ("{'index': <%u>, 'iterations': <%u>}", i - 1,
                                                     (guint) MAX (i * HASH_STEP * scale, 1)),
                               -1, 0));
  else if (g_str_equal (workload, "primes"))
    for (guint64 n = SHEAF_COMPARE_FIRST; n <= SHEAF_COMPARE_LAST; n++)
      g_ptr_array_add (
          jobs, sheaf_job_new ("primes", g_variant_new_parsed ("{'number': <%t>}", n), -1, 0));
  else
    for (guint i = 0; inputs != NULL && inputs[i] != NULL; i++)
      {
        SheafJob *job = g_str_equal (workload, "download")
                            ? download_job (inputs[i], i, output, error)
                            : thumbnail_job (inputs[i], i, output, error);

        if (job == NULL)
          return NULL;
        g_ptr_array_add (jobs, job);
      }
  return g_steal_pointer (&jobs);
}

gboolean
sheaf_compare_keep (
    const char *workload, guint index, SheafReply *reply, const char *output, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree guint8 *data = NULL;
  guint64 length = 0;
  gboolean success;
  int fd;

  if (!g_str_equal (workload, "thumbnail"))
    return TRUE;

  /* Sealed, so that it can neither shrink nor change: the pool saw to that. */
  if (!g_variant_lookup (reply->values, "length", "t", &length) || length == 0
      || length > (guint64) lseek (reply->fd, 0, SEEK_END))
    return sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("A thumbnail came without its bytes"));

  path = output_path (output, index);
  fd = open_file (path, O_WRONLY, error);
  if (fd < 0)
    return FALSE;
  data = g_malloc (length);
  success = pread (reply->fd, data, length, 0) == (gssize) length
            && write (fd, data, length) == (gssize) length;
  success = close (fd) == 0 && success;
  if (!success)
    return sheaf_fail (error, SHEAF_ERROR_FILE, "%s: %s", path, g_strerror (errno));
  return TRUE;
}

static gboolean
check_download (const char *input, const char *data, gsize length, GError **error)
{
  g_autofree char *wanted = NULL;
  gsize wanted_length;

  if (!g_file_get_contents (strchr (input, '\t') + 1, &wanted, &wanted_length, error))
    return FALSE;
  if (length != wanted_length || memcmp (data, wanted, length) != 0)
    return sheaf_fail (error, SHEAF_ERROR_SHORT, _ ("A download is not what was served: %s"),
                       input);
  return TRUE;
}

static gboolean
check_thumbnail (
    const char *input, SheafReply *reply, const char *data, gsize length, GError **error)
{
  guint width = 0, height = 0;

  g_variant_lookup (reply->values, "width", "u", &width);
  g_variant_lookup (reply->values, "height", "u", &height);
  if (length < 100 || memcmp (data, "\xff\xd8\xff", 3) != 0
      || memcmp (data + length - 2, "\xff\xd9", 2) != 0 || MAX (width, height) != THUMBNAIL_SIZE)
    return sheaf_fail (error, SHEAF_ERROR_DECODE, _ ("This is no thumbnail: %s"), input);
  return TRUE;
}

char *
sheaf_compare_check (const char *workload,
                     const char *const *inputs,
                     GPtrArray *results,
                     const char *output,
                     GError **error)
{
  gboolean has_files = g_str_equal (workload, "download") || g_str_equal (workload, "thumbnail");
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < results->len; i++)
    {
      SheafResult *result = results->pdata[i];
      g_autofree char *path = output_path (output, i);
      g_autofree char *data = NULL;
      gsize length;

      if (result->error != NULL)
        {
          g_propagate_error (error, g_error_copy (result->error));
          return NULL;
        }
      if (!has_files)
        {
          g_autofree char *text = g_variant_print (result->reply->values, FALSE);

          g_checksum_update (checksum, (const guchar *) text, -1);
          continue;
        }
      if (!g_file_get_contents (path, &data, &length, error)
          || !(g_str_equal (workload, "download")
                   ? check_download (inputs[i], data, length, error)
                   : check_thumbnail (inputs[i], result->reply, data, length, error)))
        return NULL;
      g_checksum_update (checksum, (const guchar *) data, length);
    }
  return g_strdup (g_checksum_get_string (checksum));
}
