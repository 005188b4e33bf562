/* test-embedder.c: author and licence into pictures, by the real helper in its real sandbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a picture says afterwards is read back; what it shows must be what it showed, to the pixel;
 * and its compressed data must be the very bytes they were. */
#include "config.h"

#include "app/demo/encode.h"
#include "app/download/embedding.h"
#include "app/exec/executor.h"
#include "app/work/error.h"
#include "app/work/pixels.h"

#include <fcntl.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gexiv2/gexiv2.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef HAVE_WEBP
#include <webp/decode.h>
#endif

#define WIDTH  96
#define HEIGHT 64

static SheafExecutor *executor;

static const guint8 *
pixels (void)
{
  static guint8 rgb[WIDTH * HEIGHT * 3];

  for (guint i = 0; i < sizeof rgb; i++)
    rgb[i] = (guint8) (i * i / 97);
  return rgb;
}

static GBytes *
picture (const char *format)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (pixels (), WIDTH * HEIGHT * 3);
  g_autoptr (GdkPixbuf) pixbuf
      = gdk_pixbuf_new_from_bytes (bytes, GDK_COLORSPACE_RGB, FALSE, 8, WIDTH, HEIGHT, WIDTH * 3);
  g_autoptr (GError) error = NULL;
  char *data;
  gsize length;

  if (g_str_equal (format, "jpeg"))
    return sheaf_encode_jpeg (pixels (), WIDTH, HEIGHT, 6, TRUE);
  if (g_str_equal (format, "webp"))
    return sheaf_encode_webp (pixels (), WIDTH, HEIGHT);
  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &data, &length, format, &error, NULL));
  g_assert_no_error (error);
  return g_bytes_new_take (data, length);
}

static SheafEntry *
new_entry (void)
{
  SheafEntry *entry = sheaf_entry_new ("commons", "1");

  entry->title = g_strdup ("Brücke “im Nebel”, lang=\"de\" <b>高山</b>");
  entry->author = g_strdup ("Ada \\ Lovelace & Söhne");
  entry->licence = g_strdup ("CC BY-SA 4.0");
  entry->licence_url = g_strdup ("https://creativecommons.org/licenses/by-sa/4.0/");
  entry->page_url = g_strdup ("https://commons.wikimedia.org/wiki/File:A_%26_B.jpg?x=1&y=2");
  return entry;
}

static int
memfd_of (const void *data, gsize length)
{
  int fd = memfd_create ("picture", MFD_CLOEXEC);

  g_assert_cmpint (write (fd, data, length), ==, (gssize) length);
  return fd;
}

static SheafReply *
embed (const void *data, gsize length, const SheafEntry *entry, GError **error)
{
  g_autoptr (SheafJob) job = sheaf_embedding_new_job (entry, memfd_of (data, length));

  g_assert_nonnull (job);
  return sheaf_executor_run (executor, job, NULL, error);
}

/* What a part holds after @reply was taken into it. */
static GBytes *
take (const SheafReply *reply, GBytes *original)
{
  gsize length;
  const void *data = g_bytes_get_data (original, &length);
  g_autoptr (GError) error = NULL;
  int fd = memfd_of (data, length);
  gboolean changed = FALSE;
  struct stat status;
  guint8 *taken;

  g_assert_true (sheaf_embedding_take (reply, fd, &changed, &error));
  g_assert_no_error (error);
  g_assert_true (changed);
  g_assert_cmpint (fstat (fd, &status), ==, 0);
  taken = g_malloc ((gsize) status.st_size);
  g_assert_cmpint (pread (fd, taken, (gsize) status.st_size, 0), ==, status.st_size);
  close (fd);
  return g_bytes_new_take (taken, (gsize) status.st_size);
}

static GBytes *
decode (const char *format, GBytes *bytes)
{
  g_autoptr (GdkPixbufLoader) loader = NULL;
  g_autoptr (GError) error = NULL;

#ifdef HAVE_WEBP
  if (g_str_equal (format, "webp"))
    {
      int width, height;
      gsize length;
      const guint8 *data = g_bytes_get_data (bytes, &length);
      guint8 *rgb = WebPDecodeRGB (data, length, &width, &height);

      g_assert_nonnull (rgb);
      return g_bytes_new_with_free_func (rgb, (gsize) width * (gsize) height * 3,
                                         (GDestroyNotify) WebPFree, rgb);
    }
#endif
  loader = gdk_pixbuf_loader_new_with_type (format, &error);
  g_assert_no_error (error);
  g_assert_true (gdk_pixbuf_loader_write_bytes (loader, bytes, &error));
  g_assert_true (gdk_pixbuf_loader_close (loader, &error));
  return gdk_pixbuf_read_pixel_bytes (gdk_pixbuf_loader_get_pixbuf (loader));
}

static void
assert_tag (GExiv2Metadata *metadata, const char *tag, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = gexiv2_metadata_try_get_tag_string (metadata, tag, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, wanted);
}

static void
assert_says (GBytes *bytes, const SheafEntry *entry)
{
  g_autoptr (GExiv2Metadata) metadata = gexiv2_metadata_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *title = g_strconcat ("lang=\"x-default\" ", entry->title, NULL);
  g_autofree char *rights = g_strconcat ("lang=\"x-default\" ", entry->licence, NULL);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  g_assert_true (gexiv2_metadata_open_buf (metadata, data, (glong) length, &error));
  g_assert_no_error (error);
  assert_tag (metadata, "Xmp.dc.title", title);
  assert_tag (metadata, "Xmp.dc.creator", entry->author);
  assert_tag (metadata, "Xmp.dc.rights", rights);
  assert_tag (metadata, "Xmp.dc.source", entry->page_url);
  assert_tag (metadata, "Xmp.xmpRights.UsageTerms", rights);
  assert_tag (metadata, "Xmp.xmpRights.WebStatement", entry->licence_url);
  assert_tag (metadata, "Xmp.cc.license", entry->licence_url);
}

/* The compressed picture itself: what must be in the new file byte by byte. */
static void
assert_same_data (const char *format, GBytes *before, GBytes *after)
{
  gsize length, new_length, from = 0;
  const guint8 *data = g_bytes_get_data (before, &length);
  const guint8 *new_data = g_bytes_get_data (after, &new_length);

  if (g_str_equal (format, "jpeg")) /* from the first table on */
    from = (gsize) ((const guint8 *) memmem (data, length, "\xff\xdb", 2) - data);
  else if (g_str_equal (format, "png"))
    from = (gsize) ((const guint8 *) memmem (data, length, "IDAT", 4) - data) - 4;
  else if (g_str_equal (format, "webp"))
    from = (gsize) ((const guint8 *) memmem (data, length, "VP8 ", 4) - data);
  else
    return; /* the strips of a TIFF may move apart */
  g_assert_nonnull (memmem (new_data, new_length, data + from, length - from));
}

static void
test_format (gconstpointer format)
{
  g_autoptr (GBytes) original = picture (format);
  g_autoptr (GBytes) before = NULL, after = NULL, changed = NULL, again = NULL, other = NULL;
  g_autoptr (SheafEntry) entry = new_entry ();
  g_autoptr (SheafReply) reply = NULL, second = NULL, third = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  const void *data;

  reply = embed (g_bytes_get_data (original, NULL), g_bytes_get_size (original), entry, &error);
  g_assert_no_error (error);
  g_assert_cmpint (reply->fd, >=, 0);
  g_assert_true (sheaf_memfd_is_sealed (reply->fd));
  changed = take (reply, original);
  assert_says (changed, entry);
  before = decode (format, original);
  after = decode (format, changed);
  g_assert_true (g_bytes_equal (before, after));
  assert_same_data (format, original, changed);

  /* The same again gives the same bytes: that is how “already there” is known without a record. */
  second = embed (g_bytes_get_data (original, NULL), g_bytes_get_size (original), entry, &error);
  g_assert_no_error (error);
  again = take (second, original);
  g_assert_true (g_bytes_equal (changed, again));

  /* And other facts take the place of these, shorter ones too. */
  g_free (g_steal_pointer (&entry->author));
  g_free (g_steal_pointer (&entry->title));
  entry->author = g_strdup ("Bo");
  entry->title = g_strdup ("T");
  data = g_bytes_get_data (changed, &length);
  third = embed (data, length, entry, &error);
  g_assert_no_error (error);
  other = take (third, changed);
  assert_says (other, entry);
  g_bytes_unref (after);
  after = decode (format, other);
  g_assert_true (g_bytes_equal (before, after));
}

static void
test_damaged (gconstpointer format)
{
  g_autoptr (GBytes) whole = picture (format);
  g_autoptr (SheafEntry) entry = new_entry ();
  g_autoptr (GRand) random = g_rand_new_with_seed (20260101);
  gsize length;
  const guint8 *data = g_bytes_get_data (whole, &length);

  for (guint i = 0; i < 60; i++)
    {
      g_autofree guint8 *damaged = g_memdup2 (data, length);
      gsize cut = i % 3 == 0 ? (gsize) g_rand_int_range (random, 1, (gint32) length) : length;
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = NULL;

      for (guint n = 0; n <= i; n++)
        damaged[g_rand_int_range (random, 0, n % 2 ? 200 : (gint32) length)]
            = (guint8) g_rand_int_range (random, 0, 256);
      reply = embed (damaged, cut, entry, &error);
      if (reply == NULL)
        g_assert_false (g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_CRASHED));
    }
}

static void
test_no_place (void)
{
  static const char *const others[] = { "", "no picture at all", "GIF89a\1\0\1\0\0\0\0;and so on" };
  g_autoptr (SheafEntry) entry = new_entry ();

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = embed (others[i], strlen (others[i]), entry, &error);

      g_assert_no_error (error);
      g_assert_cmpint (reply->fd, ==, -1);
    }
}

static void
test_nothing_to_say (void)
{
  g_autoptr (SheafEntry) entry = sheaf_entry_new ("urls", "1");

  g_assert_null (sheaf_embedding_new_job (entry, memfd_of ("x", 1)));
}

static void
test_too_large (void)
{
  g_autoptr (SheafEntry) entry = new_entry ();
  g_autoptr (SheafJob) job = NULL;
  g_autoptr (GError) error = NULL;
  static const char head[] = "\xff\xd8\xff\xe0 and so on for long";
  int fd = memfd_of (head, sizeof head);

  g_assert_cmpint (ftruncate (fd, 65 << 20), ==, 0);
  job = sheaf_embedding_new_job (entry, fd);
  g_assert_null (sheaf_executor_run (executor, job, NULL, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_TOO_LARGE);
}

static void
test_hostile_facts (void)
{
  static const char *const words[]
      = { "type=\"Struct\" x", "type=\"Bag\"", "lang=\"", "lang=x",
          "\x01\x02\x7f",      "]]>",          "&#0;",    "\xef\xbf\xbe" };
  g_autoptr (GBytes) original = picture ("png");
  gsize length;
  const void *data = g_bytes_get_data (original, &length);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (SheafEntry) entry = sheaf_entry_new ("commons", "1");
      g_autoptr (SheafReply) reply = NULL;
      g_autoptr (GError) error = NULL;

      entry->title = g_strdup (words[i]);
      entry->author = g_strdup (words[i]);
      entry->licence = g_strdup (words[i]);
      entry->licence_url = g_strdup (words[i]);
      entry->page_url = g_strnfill (100000, 'x');
      reply = embed (data, length, entry, &error);
      if (reply == NULL)
        g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_DECODE);
      else
        {
          g_autoptr (GBytes) changed = take (reply, original);

          g_assert_cmpuint (g_bytes_get_size (changed), <, length + 40000);
        }
    }
}

static void
assert_refused (int from)
{
  g_autoptr (SheafReply) reply = sheaf_reply_new (g_variant_new_parsed ("@a{sv} {}"), from);
  g_autoptr (GBytes) original = picture ("jpeg");
  g_autoptr (GError) error = NULL;
  int fd = memfd_of (g_bytes_get_data (original, NULL), g_bytes_get_size (original));
  gboolean changed = TRUE;
  struct stat status;

  g_assert_false (sheaf_embedding_take (reply, fd, &changed, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_CRASHED);
  g_assert_false (changed);
  g_assert_cmpint (fstat (fd, &status), ==, 0);
  g_assert_cmpuint (status.st_size, ==, g_bytes_get_size (original));
  close (fd);
}

static int
sealed (const void *data, gsize length, gsize whole)
{
  int fd = memfd_create ("lie", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert_cmpint (write (fd, data, length), ==, (gssize) length);
  g_assert_cmpint (ftruncate (fd, (off_t) whole), ==, 0);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), ==, 0);
  return fd;
}

/* What a helper that was taken over might answer. */
static void
test_lies (void)
{
  g_autoptr (GBytes) png = picture ("png"), jpeg = picture ("jpeg");
  gsize length = g_bytes_get_size (jpeg);
  const void *data = g_bytes_get_data (jpeg, NULL);

  assert_refused (memfd_of (data, length)); /* not sealed */
  assert_refused (sealed ("", 0, 0));
  assert_refused (sealed (data, length, (gsize) 1 << 40));
  assert_refused (sealed ("<html>", 6, 6));
  assert_refused (
      sealed (g_bytes_get_data (png, NULL), g_bytes_get_size (png), g_bytes_get_size (png)));
}

int
main (int argc, char *argv[])
{
  static const char *const formats[] = { "jpeg", "png", "tiff",
#ifdef HAVE_WEBP
                                         "webp"
#endif
  };
  SheafExecutorOptions options = { .n_jobs = 1 };
  int status;

  g_test_init (&argc, &argv, NULL);
  gexiv2_initialize ();
  gexiv2_metadata_try_register_xmp_namespace ("http://creativecommons.org/ns#", "cc", NULL);
  executor = sheaf_executor_create ("processes", &options, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *path = g_strconcat ("/embedder/", formats[i], NULL);
      g_autofree char *damaged = g_strconcat (path, "/damaged", NULL);

      g_test_add_data_func (path, formats[i], test_format);
      g_test_add_data_func (damaged, formats[i], test_damaged);
    }
  g_test_add_func ("/embedder/no-place", test_no_place);
  g_test_add_func ("/embedder/nothing-to-say", test_nothing_to_say);
  g_test_add_func ("/embedder/too-large", test_too_large);
  g_test_add_func ("/embedder/hostile-facts", test_hostile_facts);
  g_test_add_func ("/embedder/lies", test_lies);
  status = g_test_run ();
  g_object_unref (executor);
  return status;
}
