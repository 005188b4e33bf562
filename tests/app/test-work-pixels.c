/* test-work-pixels.c: pixels survive the memfd, and lies about them do not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/work/error.h"
#include "app/work/pixels.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static SheafPixels *
make (guint width, guint height, guint stride, gboolean has_alpha)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = (gsize) stride * height;
  guint8 *data = g_malloc (length);
  SheafPixels *pixels;

  for (gsize i = 0; i < length; i++)
    data[i] = i * 31 + 7;
  bytes = g_bytes_new_take (data, length);
  pixels = sheaf_pixels_new (width, height, stride, has_alpha, bytes, &error);
  g_assert_no_error (error);
  return pixels;
}

static void
test_round_trip (void)
{
  g_autoptr (SheafPixels) pixels = make (5, 3, 20, FALSE);
  g_autoptr (SheafPixels) back = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) values = NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const guint8 *before, *after;
  int fd;

  pixels->source_width = 4000;
  pixels->source_height = 3000;
  fd = sheaf_pixels_to_memfd (pixels, &dict, &error);
  g_assert_no_error (error);
  values = g_variant_ref_sink (g_variant_dict_end (&dict));
  back = sheaf_pixels_from_memfd (values, fd, &error);
  g_assert_no_error (error);
  g_assert_true (sheaf_memfd_is_sealed (fd));
  g_assert_cmpint (pwrite (fd, "x", 1, 0), ==, -1);
  close (fd);

  g_assert_cmpuint (back->width, ==, 5);
  g_assert_cmpuint (back->height, ==, 3);
  g_assert_cmpuint (back->stride, ==, 20);
  g_assert_false (back->has_alpha);
  g_assert_cmpuint (back->source_width, ==, 4000);
  g_assert_cmpuint (back->source_height, ==, 3000);
  before = g_bytes_get_data (pixels->bytes, NULL);
  after = g_bytes_get_data (back->bytes, NULL);
  for (guint y = 0; y < 3; y++)
    g_assert_cmpmem (before + y * 20, 15, after + y * 20, 15);
}

static void
test_numbers_refused (void)
{
  static const struct
  {
    guint width, height, stride;
    gboolean has_alpha;
  } bad[] = {
    { 0, 4, 16, TRUE },
    { 4, 0, 16, TRUE },
    { 4, 4, 15, TRUE },
    { 4, 5, 16, TRUE },
    { 32768, 1, 4 * 32768, TRUE },
    { 4, 4, G_MAXUINT, FALSE },
    { 1, 32767, G_MAXUINT / 2, FALSE },
    { G_MAXUINT / 3 + 2, 1, 3, FALSE },
  };
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (64), 64);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sheaf_pixels_new (bad[i].width, bad[i].height, bad[i].stride, bad[i].has_alpha,
                                       bytes, &error));
      g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_PROTOCOL);
    }
}

static void
assert_refused (GVariant *values, int fd)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sheaf_pixels_from_memfd (values, fd, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_PROTOCOL);
}

/* A descriptor that its sender can still shorten would kill whoever reads the mapping. */
static void
test_seals_required (void)
{
  static const int seals[] = { 0, F_SEAL_SHRINK, F_SEAL_WRITE, F_SEAL_GROW };
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed (
      "{'width': <uint32 2>, 'height': <uint32 2>, 'stride': <uint32 8>, 'alpha': <true>}"));
  g_autofree char *name = NULL;
  int pipes[2], file;

  for (guint i = 0; i < G_N_ELEMENTS (seals); i++)
    {
      int fd = memfd_create ("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

      g_assert_cmpint (write (fd, "0123456789abcdef", 16), ==, 16);
      if (seals[i] != 0)
        g_assert_cmpint (fcntl (fd, F_ADD_SEALS, seals[i]), ==, 0);
      assert_refused (values, fd);
      close (fd);
    }

  file = g_file_open_tmp ("pixels-XXXXXX", &name, NULL);
  g_assert_cmpint (write (file, "0123456789abcdef", 16), ==, 16);
  assert_refused (values, file);
  close (file);
  unlink (name);
  g_assert_cmpint (pipe (pipes), ==, 0);
  assert_refused (values, pipes[0]);
  close (pipes[0]);
  close (pipes[1]);
  assert_refused (values, -1);
}

static void
test_lies_refused (void)
{
  static const char *const lies[] = {
    "{'width': <uint32 2>, 'height': <uint32 3>, 'stride': <uint32 8>, 'alpha': <true>}",
    "{'width': <uint32 3>, 'height': <uint32 2>, 'stride': <uint32 8>, 'alpha': <true>}",
    "{'width': <'2'>, 'height': <uint32 2>, 'stride': <uint32 8>}",
    "{'width': <uint32 2>, 'height': <uint32 2>, 'stride': <uint32 0xfffffff0>}",
    "@a{sv} {}",
    "uint32 7",
  };
  g_autoptr (SheafPixels) pixels = make (2, 2, 8, TRUE);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  int fd = sheaf_pixels_to_memfd (pixels, &dict, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed (lies[i]));

      assert_refused (values, fd);
    }
  close (fd);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pixels/round-trip", test_round_trip);
  g_test_add_func ("/pixels/numbers-refused", test_numbers_refused);
  g_test_add_func ("/pixels/seals-required", test_seals_required);
  g_test_add_func ("/pixels/lies-refused", test_lies_refused);
  return g_test_run ();
}
