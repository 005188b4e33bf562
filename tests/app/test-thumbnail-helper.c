/* test-thumbnail-helper.c: pictures of every kind, whole and damaged, through the real helper
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Under its sandbox, so what a decoder asks of the system is tried here too.  With "-m slow", ten
 * thousand damaged files. */
#include "config.h"

#include "app/exec/executor.h"
#include "app/work/error.h"
#include "app/work/pixels.h"

#include "tests/app/leftovers.h"
#include "tests/app/pictures.h"

#include <errno.h>
#include <fcntl.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TIMEOUT_MS 20000

static SheafExecutor *executor;

static int
memfd_with (const guint8 *data, gsize length)
{
  int fd = memfd_create ("picture", MFD_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  while (length > 0)
    {
      gssize n = write (fd, data, length);

      g_assert_cmpint (n, >, 0);
      data += n;
      length -= (gsize) n;
    }
  return fd;
}

/* @params: floating a{sv} */
static SheafReply *
run (GBytes *file, GVariant *params, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (file, &length);
  g_autoptr (SheafJob) job
      = sheaf_job_new ("thumbnail", params, memfd_with (data, length), TIMEOUT_MS);

  return sheaf_executor_run (executor, job, NULL, error);
}

static GVariant *
params_for (guint size, const char *encode)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "size", "u", size);
  g_variant_dict_insert (&dict, "encode", "s", encode);
  return g_variant_dict_end (&dict);
}

static GBytes *
read_reply (SheafReply *reply)
{
  guint64 length = 0;
  guint8 *data;

  g_assert_true (g_variant_lookup (reply->values, "length", "t", &length));
  g_assert_cmpint (lseek (reply->fd, 0, SEEK_END), ==, (gint64) length);
  data = g_malloc (length);
  g_assert_cmpint (pread (reply->fd, data, length, 0), ==, (gint64) length);
  return g_bytes_new_take (data, length);
}

static GPtrArray *
every_kind (void)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  const JpegKind jpegs[] = {
    { .width = 900, .height = 700 },
    { .width = 900, .height = 700, .progressive = TRUE },
    { .width = 900, .height = 700, .cmyk = TRUE },
    { .width = 1900, .height = 1700, .grey = TRUE, .orientation = 6 },
    { .width = 100, .height = 80, .h_sampling = 2, .v_sampling = 2 },
  };
  const PngKind pngs[] = {
    { .width = 300, .height = 200, .type = PNG_COLOR_TYPE_RGB },
    { .width = 300, .height = 200, .type = PNG_COLOR_TYPE_RGB_ALPHA, .transparent = TRUE },
    { .width = 300, .height = 200, .type = PNG_COLOR_TYPE_PALETTE, .interlaced = TRUE },
    { .width = 300, .height = 200, .type = PNG_COLOR_TYPE_GRAY, .depth = 16 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (jpegs); i++)
    g_ptr_array_add (files, make_jpeg (&jpegs[i]));
  for (guint i = 0; i < G_N_ELEMENTS (pngs); i++)
    g_ptr_array_add (files, make_png (&pngs[i]));
#ifdef HAVE_LCMS
  {
    g_autoptr (GBytes) profile = make_swapped_profile ();
    const JpegKind with_profile = { .width = 400, .height = 300, .profile = profile };

    g_ptr_array_add (files, make_jpeg (&with_profile));
  }
#endif
#ifdef HAVE_GIF
  g_ptr_array_add (files, make_gif (200, 100, FALSE, 2));
#endif
#ifdef HAVE_WEBP
  g_ptr_array_add (files, make_webp (300, 200, FALSE, FALSE));
  g_ptr_array_add (files, make_webp (300, 200, TRUE, TRUE));
  g_ptr_array_add (files, make_animated_webp (300, 200));
#endif
  g_ptr_array_add (files, make_by_pixbuf (300, 200, "bmp"));
  g_ptr_array_add (files, make_by_pixbuf (300, 200, "tiff"));
  g_ptr_array_add (files, make_by_pixbuf (200, 200, "ico"));
  return files;
}

static void
test_pixels (void)
{
  g_autoptr (GPtrArray) files = every_kind ();

  for (guint i = 0; i < files->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = run (files->pdata[i], params_for (64, ""), &error);
      g_autoptr (SheafPixels) pixels = NULL;
      const char *format;
      gboolean alpha;

      g_assert_no_error (error);
      pixels = sheaf_pixels_from_memfd (reply->values, reply->fd, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (MAX (pixels->width, pixels->height), ==, 64);
      g_assert_cmpuint (pixels->source_width, >=, 100);
      g_assert_true (g_variant_lookup (reply->values, "format", "&s", &format));
      g_assert_true (g_variant_lookup (reply->values, "alpha", "b", &alpha));
      g_assert_cmpint (alpha, ==, pixels->has_alpha);
    }
}

static void
test_encoded (void)
{
  static const char *const encodes[] = { "jpeg", "png" };
  g_autoptr (GPtrArray) files = every_kind ();

  for (guint i = 0; i < files->len; i++)
    for (guint e = 0; e < G_N_ELEMENTS (encodes); e++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (SheafReply) reply = run (files->pdata[i], params_for (64, encodes[e]), &error);
        g_autoptr (GBytes) file = NULL;
        g_autoptr (SheafReply) again = NULL;
        guint32 width = 0, again_width = 0;
        const char *format;
        gboolean alpha = FALSE, again_alpha = FALSE;

        g_assert_no_error (error);
        file = read_reply (reply);
        g_assert_true (g_variant_lookup (reply->values, "width", "u", &width));
        g_assert_true (g_variant_lookup (reply->values, "alpha", "b", &alpha));

        again = run (file, params_for (64, ""), &error);
        g_assert_no_error (error);
        g_assert_true (g_variant_lookup (again->values, "width", "u", &again_width));
        g_assert_true (g_variant_lookup (again->values, "format", "&s", &format));
        g_assert_true (g_variant_lookup (again->values, "alpha", "b", &again_alpha));
        g_assert_cmpuint (width, ==, again_width);
        g_assert_cmpstr (format, ==, encodes[e]);
        g_assert_cmpint (again_alpha, ==, alpha && e == 1);
      }
}

static void
test_text (void)
{
  const PngKind kind = { .width = 300, .height = 200, .type = PNG_COLOR_TYPE_RGB };
  g_autoptr (GBytes) file = make_png (&kind);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  GVariantBuilder builder;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  g_autoptr (GBytes) out = NULL;
  gsize length;
  const char *data;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_add (&builder, "{ss}", "Thumb::URI", "file:///a/b.png");
  g_variant_builder_add (&builder, "{ss}", "Title", "Ärger");
  g_variant_dict_insert (&dict, "encode", "s", "png");
  g_variant_dict_insert_value (&dict, "text", g_variant_builder_end (&builder));
  reply = run (file, g_variant_dict_end (&dict), &error);
  g_assert_no_error (error);
  out = read_reply (reply);
  data = g_bytes_get_data (out, &length);
  g_assert_nonnull (memmem (data, length, "tEXtThumb::URI\0file:///a/b.png", 30));
  g_assert_nonnull (memmem (data, length, "iTXtTitle\0\0\0\0\0Ärger", 20));
}

static void
assert_refused (GBytes *file, GVariant *params, SheafError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = run (file, params, &error);

  g_assert_error (error, SHEAF_ERROR, (int) code);
  g_assert_null (reply);
}

static void
test_refused (void)
{
  g_autoptr (GBytes) text = g_bytes_new_static ("Dear diary, today I was named .jpg", 34);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) bomb = make_png_header (30000, 30000);
  g_autoptr (GBytes) cut = g_bytes_new_static ("\xff\xd8\xff\xe0", 4);

  assert_refused (text, params_for (128, ""), SHEAF_ERROR_NOT_A_PICTURE);
  assert_refused (empty, params_for (128, ""), SHEAF_ERROR_NOT_A_PICTURE);
  assert_refused (bomb, params_for (128, ""), SHEAF_ERROR_TOO_LARGE);
  assert_refused (cut, params_for (128, ""), SHEAF_ERROR_DECODE);
  assert_refused (text, params_for (100000, ""), SHEAF_ERROR_USAGE);
  assert_refused (text, params_for (128, "tiff"), SHEAF_ERROR_USAGE);
}

/* The whole of a photograph of 12 megapixels fits into the helper's memory. */
static void
test_full_size (void)
{
  const JpegKind kind = { .width = 4000, .height = 3000, .orientation = 6 };
  g_autoptr (GBytes) file = make_jpeg (&kind);
  g_autoptr (GBytes) huge = make_flat_jpeg (20000, 20000, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = run (file, params_for (0, ""), &error);
  g_autoptr (SheafReply) small = NULL;
  guint32 width = 0;

  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (reply->values, "width", "u", &width));
  g_assert_cmpuint (width, ==, 3000);

  small = run (huge, params_for (256, ""), &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (small->values, "width", "u", &width));
  g_assert_cmpuint (width, ==, 256);
}

static GBytes *
damage (GBytes *file, GRand *rand)
{
  gsize length;
  g_autofree guint8 *data = g_bytes_unref_to_data (g_bytes_ref (file), &length);
  guint n_flips = (guint) g_rand_int_range (rand, 0, 12);

  if (g_rand_boolean (rand))
    length = (gsize) g_rand_double_range (rand, 1, length);
  for (guint i = 0; i < n_flips; i++)
    {
      /* Half of them where the headers are. */
      gsize where
          = (gsize) g_rand_double_range (rand, 0, i % 2 ? (double) length : MIN (length, 700));

      data[where] ^= (guint8) (1 << g_rand_int_range (rand, 0, 8));
    }
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

/* Of the largest process that this one started. */
static gulong
helper_memory_kb (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  g_autofree char *parent = g_strdup_printf ("PPid:\t%d\n", (int) getpid ());
  const char *name;
  gulong most = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_strdup_printf ("/proc/%s/status", name);
      g_autofree char *status = NULL;
      const char *rss;

      if (g_ascii_isdigit (*name) && g_file_get_contents (path, &status, NULL, NULL)
          && strstr (status, parent) != NULL && (rss = strstr (status, "VmRSS:")) != NULL)
        most = MAX (most, strtoul (rss + strlen ("VmRSS:"), NULL, 10));
    }
  g_assert_cmpuint (most, >, 0);
  return most;
}

/* Each ends as a picture or as an error that says so; no helper dies, none grows, nothing leaks. */
static void
test_damaged (void)
{
  guint n = g_test_slow () ? 10000 : 300;
  g_autoptr (GPtrArray) files = every_kind ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (GBytes) text = g_bytes_new_static ("Dear diary, today I was named .jpg", 34);
  gulong memory = 0, later_memory;
  guint descriptors = 0, n_good = 0;

  /* Every class of helper is there from the beginning. */
  assert_refused (text, params_for (128, ""), SHEAF_ERROR_NOT_A_PICTURE);
  for (guint i = 0; i < files->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = run (files->pdata[i], params_for (64, "png"), &error);

      g_assert_no_error (error);
      g_assert_nonnull (reply);
    }
  descriptors = count_fds ();
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) file = damage (files->pdata[i % files->len], rand);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = run (file, params_for (i % 3 ? 64 : 256, "png"), &error);

      if (i == n / 5)
        memory = helper_memory_kb ();
      if (reply != NULL)
        n_good++;
      else if (!g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_DECODE)
               && !g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_TOO_LARGE)
               && !g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_NOT_A_PICTURE))
        {
          g_autofree char *name = g_strdup_printf ("damaged-%u", i);

          g_file_set_contents (name, g_bytes_get_data (file, NULL),
                               (gssize) g_bytes_get_size (file), NULL);
          g_error ("%s (kept as %s)", error->message, name);
        }
    }
  later_memory = helper_memory_kb ();
  g_test_message ("%u of %u were shown; helper %lu KB, later %lu KB", n_good, n, memory,
                  later_memory);
  g_assert_cmpuint (n_good, >, n / 10);
  /* The last job's may still be closed by another thread. */
  for (guint i = 0; i < 100 && count_fds () > descriptors; i++)
    g_usleep (20 * 1000);
  g_assert_cmpuint (count_fds (), <=, descriptors);
  g_assert_cmpuint (later_memory, <, memory + 24 * 1024);
}

int
main (int argc, char **argv)
{
  const SheafExecutorOptions options = { .n_jobs = 1 };
  int status;

  g_test_init (&argc, &argv, NULL);
  executor = sheaf_executor_create ("processes", &options, NULL);
  g_assert_nonnull (executor);
  g_test_add_func ("/thumbnail-helper/pixels", test_pixels);
  g_test_add_func ("/thumbnail-helper/encoded", test_encoded);
  g_test_add_func ("/thumbnail-helper/text", test_text);
  g_test_add_func ("/thumbnail-helper/refused", test_refused);
  g_test_add_func ("/thumbnail-helper/full-size", test_full_size);
  g_test_add_func ("/thumbnail-helper/damaged", test_damaged);
  status = g_test_run ();
  sheaf_executor_shutdown (executor, TRUE);
  g_object_unref (executor);
  return status;
}
