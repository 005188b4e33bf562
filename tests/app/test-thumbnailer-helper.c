/* test-thumbnailer-helper.c: the real helper, in its real sandbox, on pictures of every kind
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a loader needs and the filter forbids shows as a crash.  So pictures, good ones and damaged
 * ones, of every family of loaders go through it, and none may end that way. */
#include "config.h"

#include "app/exec/executor.h"
#include "app/exec/helper.h"
#include "app/work/error.h"
#include "app/work/pixels.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static SheafExecutor *executor;

static SheafReply *
thumbnail (const void *data, gsize length, GError **error)
{
  g_autoptr (SheafJob) job = NULL;
  int fd = memfd_create ("picture", MFD_CLOEXEC);

  g_assert_cmpint (write (fd, data, length), ==, (gssize) length);
  job = sheaf_job_new ("thumbnail", g_variant_new_parsed ("{'size': <uint32 32>}"), fd, 20000);
  return sheaf_executor_run (executor, job, NULL, error);
}

static void
assert_thumbnail (const void *data, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = thumbnail (data, length, &error);
  g_autoptr (SheafPixels) pixels = NULL;

  g_assert_no_error (error);
  pixels = sheaf_pixels_from_memfd (reply->values, reply->fd, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (MAX (pixels->width, pixels->height), ==, 32);
}

static GByteArray *
picture (const char *format)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 64, 48);
  g_autoptr (GError) error = NULL;
  guint8 *pixels = gdk_pixbuf_get_pixels (pixbuf);
  char *data;
  gsize length;

  for (gsize i = 0; i < gdk_pixbuf_get_byte_length (pixbuf); i++)
    pixels[i] = i * i / 97;
  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &data, &length, format, &error, NULL));
  g_assert_no_error (error);
  return g_byte_array_new_take ((guint8 *) data, length);
}

static void
test_format (gconstpointer format)
{
  g_autoptr (GByteArray) whole = picture (format);

  assert_thumbnail (whole->data, whole->len);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree guint8 *damaged = g_memdup2 (whole->data, whole->len);
      gsize length = whole->len;
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = NULL;

      if (i % 4 == 0)
        length = g_test_rand_int_range (1, whole->len);
      for (guint n = 0; n <= i; n++)
        damaged[g_test_rand_int_range (0, whole->len)] = g_test_rand_int_range (0, 256);
      reply = thumbnail (damaged, length, &error);
      if (reply == NULL)
        {
          g_assert_false (g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_CRASHED));
          g_assert_false (g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_TIMEOUT));
        }
    }
}

static gboolean
can_load (const char *name)
{
  g_autoptr (GSList) formats = gdk_pixbuf_get_formats ();
  gboolean found = FALSE;

  for (GSList *l = formats; l != NULL; l = l->next)
    {
      g_autofree char *one = gdk_pixbuf_format_get_name (l->data);

      found |= g_str_equal (one, name);
    }
  return found;
}

/* These open files, and so go through the other class of helper. */
static void
test_other_class (void)
{
  static const char xpm[] = "/* XPM */\nstatic char *x[] = {\n\"32 1 1 1\",\n\"a c red\",\n"
                            "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n};\n";
  static const char svg[] = "<svg xmlns='http://www.w3.org/2000/svg' width='64' height='64'>"
                            "<text x='5' y='40' font-family='Sans'>Sheaf</text></svg>";

  if (can_load ("xpm"))
    assert_thumbnail (xpm, strlen (xpm));
  if (can_load ("svg"))
    assert_thumbnail (svg, strlen (svg));
}

/* The helper that everything is sent to first is the one that starts fast: it leaves gdk-pixbuf's
 * loaders to one that is started only when they are needed. */
static void
test_first_class (void)
{
  g_autoptr (GByteArray) bmp = picture ("bmp");
  g_autoptr (GError) error = NULL;
  SheafHelper *helper = sheaf_helper_start ("sheaf-thumbnailer", NULL, &error);
  int fd = memfd_create ("picture", MFD_CLOEXEC);
  g_autoptr (SheafJob) job = NULL;
  g_autoptr (SheafReply) reply = NULL;
  SheafHelperState state;
  gboolean needed = FALSE;

  g_assert_no_error (error);
  g_assert_cmpint (write (fd, bmp->data, bmp->len), ==, (gssize) bmp->len);
  job = sheaf_job_new ("thumbnail", g_variant_new_parsed ("{'size': <uint32 32>}"), fd, 20000);
  reply = sheaf_helper_run (helper, job, NULL, NULL, NULL, NULL, &state, &error);
  g_assert_no_error (error);
  g_assert_cmpint (reply->fd, ==, -1);
  g_assert_true (g_variant_lookup (reply->values,
                                   gdk_pixbuf_minor_version < 44 ? "needs-loaders" : "needs-pixbuf",
                                   "b", &needed));
  g_assert_true (needed);
  sheaf_helper_free (helper);
}

static void
test_not_a_picture (void)
{
  static const char *const texts[] = { "", "this is no picture", "<html><body>404</body></html>" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (thumbnail (texts[i], strlen (texts[i]), &error));
      g_assert_false (g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_CRASHED));
    }
}

int
main (int argc, char *argv[])
{
  SheafExecutorOptions options = { .n_jobs = 1 };
  g_autoptr (GSList) formats = gdk_pixbuf_get_formats ();
  int status;

  g_test_init (&argc, &argv, NULL);
  executor = sheaf_executor_create ("processes", &options, NULL);
  for (GSList *l = formats; l != NULL; l = l->next)
    {
      g_autofree char *name = gdk_pixbuf_format_get_name (l->data);

      if (gdk_pixbuf_format_is_writable (l->data))
        {
          g_autofree char *path = g_strconcat ("/thumbnailer-helper/", name, NULL);

          g_test_add_data_func_full (path, g_steal_pointer (&name), test_format, g_free);
        }
    }
  g_test_add_func ("/thumbnailer-helper/other-class", test_other_class);
  g_test_add_func ("/thumbnailer-helper/first-class", test_first_class);
  g_test_add_func ("/thumbnailer-helper/not-a-picture", test_not_a_picture);
  status = g_test_run ();
  g_object_unref (executor);
  return status;
}
