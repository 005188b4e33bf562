/* test-file-name.c: hostile names, templates, and types by content
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/download/content.h"
#include "app/download/file-name.h"
#include "app/work/error.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void
test_from_url (void)
{
  static const struct
  {
    const char *url;
    const char *name;
  } cases[] = {
    { "http://i.imgur.com/abc.jpg", "abc.jpg" },
    { "http://i.imgur.com/abc.jpg?1#x", "abc.jpg" },
    { "https://h/a/b/c%20d.png", "c d.png" },
    { "https://h/..", NULL },
    { "https://h/../..", NULL },
    { "https://h/", NULL },
    { "https://h", NULL },
    { "https://h?x=/etc/passwd", NULL },
    { "https://h/.htaccess", "htaccess" },
    { "https://h/%2e%2e", NULL },
    { "https://h/..%2f..%2fetc%2fpasswd", "%2f..%2fetc%2fpasswd" },
    { "https://h/a%00.jpg", "a%00.jpg" },
    { "https://h/a%0Ab.jpg", "a b.jpg" },
    { "https://h/a\nb.jpg", "a b.jpg" },
    { "https://h/CON", "_CON" },
    { "https://h/nul.jpg", "_nul.jpg" },
    { "https://h/com1.png", "_com1.png" },
    { "https://h/console.png", "console.png" },
    { "https://h/-rf.jpg", "_-rf.jpg" },
    { "https://h/a:b*c?.jpg", "a_b_c" },
    { "https://h/x.jpg. . .", "x.jpg" },
    { "https://h/\xe2\x88\x95"
      "etc\xef\xbc\x8fpasswd",
      "_etc_passwd" },
    { "https://h/\xe2\x80\xae"
      "gpj.exe",
      "gpj.exe" },
    { "https://h/\xff\xfe.jpg", "\xef\xbf\xbd\xef\xbf\xbd.jpg" },
    { "https://h/\xef\xbc\x8e\xef\xbc\x8e", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = sheaf_name_from_url (cases[i].url);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

static void
test_long (void)
{
  g_autofree char *letters = g_strnfill (5000, 'a');
  g_autofree char *url = g_strconcat ("http://h/", letters, ".jpeg", NULL);
  g_autofree char *name = sheaf_name_from_url (url);
  GString *wide = g_string_new (NULL);
  g_autofree char *cut = NULL;

  g_assert_cmpuint (strlen (name), ==, SHEAF_NAME_MAX);
  g_assert_true (g_str_has_suffix (name, "a.jpeg"));
  for (guint i = 0; i < 2000; i++)
    g_string_append (wide, "\xe2\x82\xac");
  cut = sheaf_name_sanitize (wide->str);
  g_assert_cmpuint (strlen (cut), <=, SHEAF_NAME_MAX);
  g_assert_true (g_utf8_validate (cut, -1, NULL));
  g_string_free (wide, TRUE);
}

static void
test_extensions (void)
{
  static const struct
  {
    const char *name;
    const char *extension;
    const char *result;
  } cases[] = {
    { "a.jpg", "png", "a.png" },
    { "a.jpeg", "jpg", "a.jpeg" },
    { "a.JPG", "jpg", "a.JPG" },
    { "a", "jpg", "a.jpg" },
    { "a.b c", "jpg", "a.b c.jpg" },
    { "a.tar.gz", "jpg", "a.tar.jpg" },
    { "v1.2 of it", "png", "v1.2 of it.png" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *result = sheaf_name_set_extension (cases[i].name, cases[i].extension);

      g_assert_cmpstr (result, ==, cases[i].result);
    }
}

static void
test_fold (void)
{
  g_autofree char *a = sheaf_name_fold ("Stra\xc3\x9f"
                                        "E.JPG");
  g_autofree char *b = sheaf_name_fold ("strasse.jpg");
  g_autofree char *composed = sheaf_name_fold ("\xc3\xa9.jpg");
  g_autofree char *decomposed = sheaf_name_fold ("e\xcc\x81.jpg");

  g_assert_cmpstr (a, ==, b);
  g_assert_cmpstr (composed, ==, decomposed);
}

static SheafEntry *
new_entry (void)
{
  SheafEntry *entry = sheaf_entry_new ("imgur", "abc");

  entry->url = g_strdup ("http://i.imgur.com/abc.jpg");
  entry->title = g_strdup ("../etc/passwd");
  entry->date = 1700000000;
  entry->index = 6;
  return entry;
}

static void
test_templates (void)
{
  static const struct
  {
    const char *template;
    const char *path;
  } cases[] = {
    { NULL, "abc.png" },
    { "", "abc.png" },
    { "{id}", "abc.png" },
    { "{id}.{ext}", "abc.png" },
    { "{source}/{date}/{index} {id}", "imgur/2023-11-14/007 abc.png" },
    { "{title}", "_etc_passwd.png" },
    { "../{id}", "abc.png" },
    { "/tmp/{id}", "tmp/abc.png" },
    { "{title}/../../{id}", "_etc_passwd/abc.png" },
    { "{nothing}", NULL },
    { "{id", NULL },
    { "same", NULL },
    { "a/b/c/d/e/f/g/h/i/j/k/{id}", NULL },
  };
  g_autoptr (SheafEntry) entry = new_entry ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = sheaf_name_for_entry (entry, cases[i].template, "png", &error);

      g_assert_cmpstr (path, ==, cases[i].path);
      if (cases[i].path == NULL)
        g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_NAME);
      else
        g_assert_no_error (error);
    }
}

static void
test_sniff (void)
{
  static const struct
  {
    const char *head;
    gsize length;
    const char *type;
  } cases[] = {
    { "\xff\xd8\xff\xe0", 4, "image/jpeg" },
    { "\x89PNG\r\n\x1a\n", 8, "image/png" },
    { "GIF89a", 6, "image/gif" },
    { "RIFF\0\0\0\0WEBP", 12, "image/webp" },
    { "RIFF\0\0\0\0WAVE", 12, NULL },
    { "\0\0\0\x1c"
      "ftypavif",
      12, "image/avif" },
    { "\0\0\0\x1c"
      "ftypheic",
      12, "image/heic" },
    { "\0\0\0\x1c"
      "ftypisom",
      12, "video/mp4" },
    { "\xff\x0a", 2, "image/jxl" },
    { "II*\0", 4, "image/tiff" },
    { "<svg xmlns=", 11, "image/svg+xml" },
    { "<?xml version='1.0'?><!-- x --><svg>", 36, "image/svg+xml" },
    { "\xef\xbb\xbf <!DOCTYPE HTML>", 19, "text/html" },
    { "<!-- a --> <HTML>", 17, "text/html" },
    { "<!-- never closed", 17, NULL },
    { "text", 4, NULL },
    { "", 0, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (sheaf_content_sniff ((const guint8 *) cases[i].head, cases[i].length), ==,
                     cases[i].type);
}

/* Files of which nobody said how long they are. */
static void
test_ends (void)
{
#define JPEG_WITH_SMALL_ONE "\xff\xd8\xff\xe1\0\x08\xff\xd8\xff\xd9\0\0\xff\xda\0\x02picture"
#define PNG_WITH_WORDS                                                                             \
  "\x89PNG\r\n\x1a\n\0\0\0\4tEXtIEND"                                                              \
  "abcd"
  static const struct
  {
    const char *bytes;
    gsize length;
    gboolean whole;
  } cases[] = {
#define CASE(bytes, whole) { bytes, sizeof bytes - 1, whole }
    CASE (JPEG_WITH_SMALL_ONE, FALSE),
    CASE (JPEG_WITH_SMALL_ONE "\xff\xd9", TRUE),
    CASE (JPEG_WITH_SMALL_ONE "\xff\xd9 and a trailer", TRUE),
    CASE ("\xff\xd8\xff\xe1\xff\xff\xff\xd9", FALSE),
    CASE ("\xff\xd8\xff", FALSE),
    CASE (PNG_WITH_WORDS, FALSE),
    CASE (PNG_WITH_WORDS "\0\0\0\0IEND", FALSE),
    CASE (PNG_WITH_WORDS "\0\0\0\0IENDcrc4", TRUE),
    CASE ("GIF89a pixels;", TRUE),
    CASE ("GIF89a pixels;\0\0", TRUE),
    CASE ("GIF89a pixels", FALSE),
    CASE ("RIFF\x0a\0\0\0WEBPpixels", TRUE),
    CASE ("RIFF\x0a\0\0\0WEBPpixel", FALSE),
    CASE ("\0\0\0\x0c"
          "ftypavif\0\0\0\x0amdatab",
          TRUE),
    CASE ("\0\0\0\x0c"
          "ftypavif\0\0\0\x0bmdatab",
          FALSE),
    CASE ("%PDF-1.4 pages %%EOF\n", TRUE),
    CASE ("%PDF-1.4 pages", FALSE),
    CASE ("PK\3\4 files PK\5\6 directory", TRUE),
    CASE ("PK\3\4 files", FALSE),
#undef CASE
  };
  g_autoptr (SheafEntry) entry = sheaf_entry_new ("test", "x");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int known = 0; known < 2; known++)
      {
        SheafContentCheck check = { entry, .any_type = TRUE, .length_known = known };
        g_autoptr (GError) error = NULL;
        const char *type;
        int fd = memfd_create ("test", MFD_CLOEXEC);

        g_test_message ("%u", i);
        g_assert_cmpint (write (fd, cases[i].bytes, cases[i].length), ==, cases[i].length);
        if (sheaf_content_check (fd, &check, &type, &error))
          g_assert_true (known || cases[i].whole);
        else
          {
            g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_SHORT);
            g_assert_false (known || cases[i].whole);
          }
        close (fd);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-name/from-url", test_from_url);
  g_test_add_func ("/file-name/long", test_long);
  g_test_add_func ("/file-name/extensions", test_extensions);
  g_test_add_func ("/file-name/fold", test_fold);
  g_test_add_func ("/file-name/templates", test_templates);
  g_test_add_func ("/content/sniff", test_sniff);
  g_test_add_func ("/content/ends", test_ends);
  return g_test_run ();
}
