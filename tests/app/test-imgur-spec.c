/* test-imgur-spec.c: addresses of Imgur as people write and paste them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/imgur-spec.h"
#include "app/gallery/source.h"
#include "app/gallery/text.h"
#include "app/work/error.h"

static void
test_understood (void)
{
  static const struct
  {
    const char *spec;
    const char *path;
  } cases[] = {
    { "imgur:", "/gallery/hot/viral/day/0?showViral=true&mature=false&album_previews=true" },
    { "imgur:hot", "/gallery/hot/viral/day/0?showViral=true&mature=false&album_previews=true" },
    { "imgur:hot/time", "/gallery/hot/time/day/0?showViral=true&mature=false&album_previews=true" },
    { "imgur:hot/top/week",
      "/gallery/hot/top/week/0?showViral=true&mature=false&album_previews=true" },
    { "imgur:top/month",
      "/gallery/top/viral/month/0?showViral=true&mature=false&album_previews=true" },
    { "imgur:user", "/gallery/user/viral/day/0?showViral=true&mature=false&album_previews=true" },
    { "imgur:user/rising",
      "/gallery/user/rising/day/0?showViral=true&mature=false&album_previews=true" },
    { "imgur:user/marlow", "/account/marlow/submissions/0/newest?album_previews=1" },
    { "imgur:r/EarthPorn/top/all", "/gallery/r/EarthPorn/top/all/0" },
    { "imgur:t/lake", "/gallery/t/lake/viral/week/0?mature=false" },
    { "imgur:search/50% blue/green",
      "/gallery/search/time/all/0?q=50%25%20blue%2Fgreen&mature=false" },
    { "imgur:a/sT4uV", "/album/sT4uV" },
    { "imgur:gallery/aB3dE5g", "/gallery/album/aB3dE5g" },
    { "https://imgur.com/",
      "/gallery/hot/viral/day/0?showViral=true&mature=false&album_previews=true" },
    { "http://www.imgur.com/a/sT4uV", "/album/sT4uV" },
    { "https://imgur.com/a/an-album-with-words-sT4uV7w", "/album/sT4uV7w" },
    { "imgur.com/gallery/a-title-slug-aB3dE5g#comment", "/gallery/album/aB3dE5g" },
    { "https://m.imgur.com/gallery/aB3dE5g?x=1", "/gallery/album/aB3dE5g" },
    { "https://imgur.com/aB3dE5g", "/gallery/album/aB3dE5g" },
    { "HTTPS://IMGUR.COM/t/lake", "/gallery/t/lake/viral/week/0?mature=false" },
    { "https://imgur.com/t/lake/aB3dE5g", "/gallery/album/aB3dE5g" },
    { "https://imgur.com/r/pics", "/gallery/r/pics/time/week/0" },
    { "https://imgur.com/r/pics/aB3dE5g", "/image/aB3dE5g" },
    { "https://imgur.com/user/marlow/posts",
      "/account/marlow/submissions/0/newest?album_previews=1" },
    { "https://imgur.com/search?q=two+words",
      "/gallery/search/time/all/0?q=two%20words&mature=false" },
    { "https://imgur.com/search/score?q=a%26b", "/gallery/search/time/all/0?q=a%26b&mature=false" },
    { "https://imgur.com/gallery/top",
      "/gallery/top/viral/day/0?showViral=true&mature=false&album_previews=true" },
    { "https://i.imgur.com/aB3dE5g.jpg", "/image/aB3dE5g" },
    { "https://imgur.com/download/aB3dE5g", "/image/aB3dE5g" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafImgurSpec) spec = sheaf_imgur_spec_parse (cases[i].spec, "imgur", &error);
      g_autofree char *path = NULL, *title = NULL;

      g_test_message ("%s", cases[i].spec);
      g_assert_no_error (error);
      path = sheaf_imgur_spec_dup_path (spec, 0, FALSE, 0);
      title = sheaf_imgur_spec_dup_title (spec);
      g_assert_cmpstr (path, ==, cases[i].path);
      g_assert_cmpstr (title, !=, "");
      g_assert_cmpstr (sheaf_source_type_for (cases[i].spec)->nick, ==, "imgur");
    }
}

static void
test_refused (void)
{
  static const char *const cases[] = { "imgur:nonsense",
                                       "imgur:hot/nonsense",
                                       "imgur:a/../../x",
                                       "imgur:a/",
                                       "imgur:r",
                                       "imgur:r/a/b",
                                       "imgur:r/%2e%2e%2fx",
                                       "imgur:search/",
                                       "https://imgur.com/a/",
                                       "https://imgur.com/a/x/y",
                                       "https://imgur.com/search",
                                       "https://i.imgur.com/a/b.jpg",
                                       "https://imgur.com/x",
                                       "imgur:a/sT4uV/top",
                                       "https://i.imgur.com/aB3dE5g.",
                                       "https://imgur.com/a/-",
                                       "imgur:hot/viral/day/extra" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i]);
      g_assert_null (sheaf_imgur_spec_parse (cases[i], "imgur", &error));
      g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_USAGE);
    }
}

static void
test_direct (void)
{
  static const char *const cases[][2] = {
    { "https://i.imgur.com/aB3dE5g.jpg", "https://i.imgur.com/aB3dE5g.jpg" },
    { "http://i.imgur.com/aB3dE5gh.png?1", "https://i.imgur.com/aB3dE5g.png" },
    { "i.imgur.com/hIjKl.gifv", "https://i.imgur.com/hIjKl.mp4" },
    { "https://i.imgur.com/hIjKlm.jpg", "https://i.imgur.com/hIjKl.jpg" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SheafImgurSpec) spec = sheaf_imgur_spec_parse (cases[i][0], "imgur", NULL);

      g_assert_cmpstr (spec->direct_url, ==, cases[i][1]);
    }
}

static void
test_another_kind (void)
{
  g_autoptr (SheafImgurSpec) spec = sheaf_imgur_spec_parse ("imgur:gallery/aB3dE5g", "imgur", NULL);
  g_autofree char *second = sheaf_imgur_spec_dup_path (spec, 0, FALSE, 1);

  g_assert_cmpstr (second, ==, "/image/aB3dE5g");
  g_assert_null (sheaf_imgur_spec_dup_path (spec, 0, FALSE, 2));
}

/* Whom an address belongs to, and what a table row composes. */
static void
test_table (void)
{
  static const char *const claims[][2] = {
    { "demo:", "demo" },
    { "demo:top/week", "demo" },
    { "https://example.org/a.jpg", "urls" },
    { "-", "urls" },
    { "/", "file" },
    { "/etc/passwd", "urls" },
    { "https://evil-imgur.com/a/sT4uV", "urls" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (claims); i++)
    g_assert_cmpstr (sheaf_source_type_for (claims[i][0])->nick, ==, claims[i][1]);
  g_assert_null (sheaf_source_type_for ("/nonexistent/at/all"));
  g_assert_null (sheaf_source_type_for ("ftp://example.org/a.jpg"));
  g_assert_null (sheaf_source_type_for (""));

  for (const SheafSourceType *type = sheaf_source_types; type->nick != NULL; type++)
    {
      const char *values[8] = { NULL };
      guint n = 0;

      g_assert_true (type->title != NULL && type->description != NULL && type->forms != NULL);
      g_assert_true (type->icon_name != NULL && type->claims != NULL && type->create != NULL);
      for (; type->facets != NULL && type->facets[n].name != NULL; n++)
        if (type->facets[n].applies_to == NULL)
          values[n] = type->facets[n].choices[0].value;
      if (type->compose != NULL)
        {
          g_autofree char *chosen = type->compose (values, NULL);
          g_autofree char *found = type->searchable ? type->compose (values, "a b") : NULL;

          g_assert_true (type->claims (chosen));
          if (found != NULL)
            g_assert_true (type->claims (found));
        }
      if (type->default_spec != NULL)
        g_assert_true (sheaf_source_type_for (type->default_spec) == type);
    }
}

static void
test_html (void)
{
  static const char *const cases[][2] = {
    { "plain", "plain" },
    { "<a href=\"//x\" title=\"a > b\">Jane&nbsp;Doe</a>", "Jane Doe" },
    { "<p>one</p><p>two<br/>three</p>", "one two three" },
    { "AT&amp;T &lt;b&gt; &#233;&#x4e2d; &#0; &bogus;", "AT&T <b> é中 &#0; &bogus;" },
    { "a<style>p{color:red}</style>b<!-- c -->d<script>alert('</p>')</script>e", "a bd e" },
    { "1 < 2 and 3 > 2", "1 < 2 and 3 > 2" },
    { "<span lang=\"de\">Grün</span>stein", "Grünstein" },
    { "<unclosed", NULL },
    { "<script>never ends", NULL },
    { "<!-- never ends", NULL },
    { "<a title='never ends", NULL },
    { "   \n\t ", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = sheaf_text_from_html (cases[i][0]);

      g_assert_cmpstr (text, ==, cases[i][1]);
    }
  g_assert_null (sheaf_text_from_html (NULL));
}

static void
test_dates (void)
{
  g_assert_cmpint (sheaf_text_date ("1970-01-02"), ==, 86400);
  g_assert_cmpint (sheaf_text_date ("1970-01-02T00:00:01Z"), ==, 86401);
  g_assert_cmpint (sheaf_text_date ("1970-01-02 00:00:01"), ==, 86401);
  g_assert_cmpint (sheaf_text_date ("1971"), ==, 365 * 86400);
  g_assert_cmpint (sheaf_text_date ("circa 1890"), ==, 0);
  g_assert_cmpint (sheaf_text_date (""), ==, 0);
  g_assert_cmpint (sheaf_text_date (NULL), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imgur-spec/understood", test_understood);
  g_test_add_func ("/imgur-spec/refused", test_refused);
  g_test_add_func ("/imgur-spec/direct", test_direct);
  g_test_add_func ("/imgur-spec/another-kind", test_another_kind);
  g_test_add_func ("/imgur-spec/table", test_table);
  g_test_add_func ("/text/html", test_html);
  g_test_add_func ("/text/dates", test_dates);
  return g_test_run ();
}
