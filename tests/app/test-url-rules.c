/* test-url-rules.c: addresses Sheaf goes to and those it does not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/http-errors.h"
#include "app/verbs/url-rules.h"
#include "app/work/error.h"

static void
test_private (void)
{
  static const struct
  {
    const char *address;
    gboolean is_private;
  } cases[] = {
    { "127.0.0.1", TRUE },
    { "127.255.0.1", TRUE },
    { "10.1.2.3", TRUE },
    { "172.16.0.1", TRUE },
    { "172.32.0.1", FALSE },
    { "192.168.1.1", TRUE },
    { "169.254.169.254", TRUE },
    { "100.64.0.1", TRUE },
    { "100.128.0.1", FALSE },
    { "0.0.0.0", TRUE },
    { "255.255.255.255", TRUE },
    { "224.0.0.1", TRUE },
    { "8.8.8.8", FALSE },
    { "151.101.1.1", FALSE },
    { "::1", TRUE },
    { "::", TRUE },
    { "fe80::1", TRUE },
    { "fd00::1", TRUE },
    { "ff02::1", TRUE },
    { "::ffff:127.0.0.1", TRUE },
    { "::ffff:8.8.8.8", FALSE },
    { "64:ff9b::7f00:1", TRUE },
    { "64:ff9b::808:808", FALSE },
    { "2002:7f00:1::", TRUE },
    { "2002:808:808::", FALSE },
    { "2606:4700::1111", FALSE },
    { "2001:db8::1", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (cases[i].address);

      g_assert_nonnull (address);
      if (sheaf_url_address_is_private (address) != cases[i].is_private)
        g_error ("%s is taken for %s", cases[i].address,
                 cases[i].is_private ? "public" : "private");
    }
}

static void
test_follow (void)
{
  static const struct
  {
    const char *from;
    const char *to;
    const char *result;
    int code;
  } cases[] = {
    { "http://h/a/b", "c", "http://h/a/c", 0 },
    { "http://h/a", "//other/x", "http://other/x", 0 },
    { "http://h/a", "https://h/a", "https://h/a", 0 },
    { "https://h/a", "http://h/a", NULL, SHEAF_ERROR_REDIRECT },
    { "https://h/a", "//h/b", "https://h/b", 0 },
    { "http://h/a", "javascript:alert(1)", NULL, SHEAF_ERROR_REDIRECT },
    { "http://h/a", "file:///etc/passwd", NULL, SHEAF_ERROR_REDIRECT },
    { "http://h/a", "http://", NULL, SHEAF_ERROR_REDIRECT },
    { "http://h/a", "http://user:secret@h/b", "http://h/b", 0 },
    { "http://i.imgur.com/x.jpg", "https://i.imgur.com/removed.png", NULL, SHEAF_ERROR_REMOVED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GUri) from = sheaf_url_parse (cases[i].from, &error);
      g_autoptr (GUri) to = sheaf_url_follow (from, cases[i].to, &error);
      g_autofree char *result = to != NULL ? g_uri_to_string (to) : NULL;

      g_assert_cmpstr (result, ==, cases[i].result);
      if (cases[i].result == NULL)
        g_assert_error (error, SHEAF_ERROR, cases[i].code);
    }
}

static void
test_same_origin (void)
{
  g_autoptr (GUri) a = sheaf_url_parse ("https://h/a", NULL);
  g_autoptr (GUri) b = sheaf_url_parse ("https://H:443/b", NULL);
  g_autoptr (GUri) c = sheaf_url_parse ("https://h:444/b", NULL);
  g_autoptr (GUri) d = sheaf_url_parse ("http://h/b", NULL);

  g_assert_true (sheaf_url_same_origin (a, b));
  g_assert_false (sheaf_url_same_origin (a, c));
  g_assert_false (sheaf_url_same_origin (a, d));
}

static void
test_retry_after (void)
{
  g_assert_cmpint (sheaf_http_parse_retry_after (NULL, 0), ==, -1);
  g_assert_cmpint (sheaf_http_parse_retry_after ("120", 0), ==, 120);
  g_assert_cmpint (sheaf_http_parse_retry_after ("-3", 0), ==, -1);
  g_assert_cmpint (sheaf_http_parse_retry_after ("Wed, 21 Oct 2015 07:28:00 GMT", 1445412470), ==,
                   10);
  g_assert_cmpint (sheaf_http_parse_retry_after ("Wed, 21 Oct 2015 07:28:00 GMT", 1545412470), ==,
                   0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/url-rules/private", test_private);
  g_test_add_func ("/url-rules/follow", test_follow);
  g_test_add_func ("/url-rules/same-origin", test_same_origin);
  g_test_add_func ("/url-rules/retry-after", test_retry_after);
  return g_test_run ();
}
