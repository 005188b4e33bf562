/* test-imgur-json.c: what Imgur answers, in every shape its clients have met
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/imgur-json.h"
#include "app/gallery/json-reader.h"
#include "app/work/error.h"

#include <string.h>

#define NOW 1780315000

static void
answer_clear (SheafApiAnswer *answer)
{
  g_clear_pointer (&answer->headers, g_variant_unref);
  g_clear_pointer (&answer->body, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SheafApiAnswer, answer_clear)

/* Headers are pairs of name and value, ending with NULL. */
static SheafApiAnswer
answer_new (guint status, const char *type, const char *body, ...)
{
  GVariantBuilder headers;
  const char *name;
  va_list args;

  g_variant_builder_init (&headers, G_VARIANT_TYPE ("a{ss}"));
  va_start (args, body);
  while ((name = va_arg (args, const char *)) != NULL)
    g_variant_builder_add (&headers, "{ss}", name, va_arg (args, const char *));
  va_end (args);
  return (SheafApiAnswer){
    .status = status,
    .type = type,
    .headers = g_variant_ref_sink (g_variant_builder_end (&headers)),
    .body = g_bytes_new (body, strlen (body)),
    .now = NOW,
  };
}

static SheafApiAnswer
fixture (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("SHEAF_FIXTURES"), "imgur", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return answer_new (200, "application/json", text, NULL);
}

static void
test_gallery (void)
{
  g_auto (SheafApiAnswer) answer = fixture ("gallery.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafImgurList) list = sheaf_imgur_parse_list (&answer, "imgur", &error);
  SheafEntry *entry;
  GPtrArray *pictures;

  g_assert_no_error (error);
  g_assert_cmpuint (list->n_items, ==, 7);
  g_assert_cmpuint (list->entries->len, ==, 7);

  entry = list->entries->pdata[0];
  g_assert_cmpstr (entry->source, ==, "imgur");
  g_assert_cmpstr (entry->id, ==, "aB3dE5g");
  g_assert_cmpstr (entry->url, ==, "https://i.imgur.com/aB3dE5g.jpg");
  g_assert_cmpstr (entry->preview_url, ==, "https://i.imgur.com/aB3dE5gm.jpg");
  g_assert_cmpstr (entry->page_url, ==, "https://imgur.com/aB3dE5g");
  g_assert_cmpstr (entry->title, ==, "A lake");
  g_assert_cmpstr (entry->type, ==, "image/jpeg");
  g_assert_cmpstr (entry->author, ==, "northlight");
  g_assert_cmpuint (entry->width, ==, 4000);
  g_assert_cmpuint (entry->bytes, ==, 2512345);
  g_assert_cmpint (entry->date, ==, 1780315200);
  g_assert_false (sheaf_entry_is_album (entry));

  entry = list->entries->pdata[1];
  g_assert_null (entry->title);
  g_assert_null (entry->author);
  g_assert_false (entry->mature);

  /* Of a GIF over 20 MB the link is a thumbnail; the film is the whole. */
  entry = list->entries->pdata[2];
  g_assert_cmpstr (entry->url, ==, "https://i.imgur.com/q6TxQKy.mp4");
  g_assert_cmpstr (entry->type, ==, "video/mp4");
  g_assert_cmpuint (entry->bytes, ==, 0);
  entry = list->entries->pdata[3];
  g_assert_cmpstr (entry->url, ==, "https://i.imgur.com/mn0Pq2R.gif");
  g_assert_true (entry->mature && entry->animated);

  entry = list->entries->pdata[4];
  g_assert_cmpuint (entry->album_count, ==, 5);
  g_assert_null (entry->url);
  g_assert_cmpstr (entry->preview_url, ==, "https://i.imgur.com/wX6yZ8am.jpg");
  g_assert_cmpstr (entry->cover_url, ==, "https://i.imgur.com/wX6yZ8a.jpg");
  g_assert_cmpstr (entry->page_url, ==, "https://imgur.com/a/sT4uV");
  g_assert_cmpstr (entry->title, ==, "An album, cut short");
  g_assert_cmpuint (entry->height, ==, 800);
  g_assert_null (g_hash_table_lookup (list->albums, "sT4uV"));

  pictures = g_hash_table_lookup (list->albums, "gH2iJ3k");
  g_assert_nonnull (pictures);
  entry = pictures->pdata[0];
  g_assert_cmpstr (entry->post_id, ==, "gH2iJ3k");
  g_assert_cmpstr (entry->post_title, ==, "An album, whole");
  g_assert_cmpstr (entry->author, ==, "marlow");
  entry = list->entries->pdata[5];
  g_assert_cmpstr (entry->preview_url, ==, "https://i.imgur.com/lM4nO5pm.jpg");
  g_assert_cmpstr (entry->cover_url, ==, "https://i.imgur.com/lM4nO5p.webp");

  entry = list->entries->pdata[6];
  g_assert_cmpuint (entry->album_count, ==, 7);
  g_assert_cmpstr (entry->preview_url, ==, "https://i.imgur.com/vW8xY9zm.jpg");
  /* Its pictures did not come along: by the ID. */
  g_assert_cmpstr (entry->cover_url, ==, "https://i.imgur.com/vW8xY9z.jpg");
}

static void
test_tag (void)
{
  g_auto (SheafApiAnswer) answer = fixture ("tag.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafImgurList) list = sheaf_imgur_parse_list (&answer, "imgur", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (list->entries->len, ==, 1);
  g_assert_cmpuint (list->total, ==, 4711);
}

static void
test_album (void)
{
  g_auto (SheafApiAnswer) answer = fixture ("album.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafImgurList) list = sheaf_imgur_parse_post (&answer, "imgur", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (list->entries->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      SheafEntry *entry = list->entries->pdata[i];

      g_assert_cmpuint (entry->index, ==, i);
      g_assert_cmpstr (entry->post_id, ==, "sT4uV");
      g_assert_true (entry->mature);
    }
  g_assert_cmpstr (((SheafEntry *) list->entries->pdata[2])->type, ==, "video/mp4");
}

static void
test_image (void)
{
  g_auto (SheafApiAnswer) answer = fixture ("image.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafImgurList) list = sheaf_imgur_parse_post (&answer, "imgur", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (list->entries->len, ==, 1);
  g_assert_null (((SheafEntry *) list->entries->pdata[0])->post_id);
}

static void
test_hostile (void)
{
  g_auto (SheafApiAnswer) answer = fixture ("hostile.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafImgurList) list = sheaf_imgur_parse_list (&answer, "imgur", &error);
  SheafEntry *entry;

  g_assert_no_error (error);
  g_assert_cmpuint (list->n_items, ==, 15);
  g_assert_cmpuint (list->entries->len, ==, 4);

  entry = list->entries->pdata[0];
  g_assert_cmpstr (entry->id, ==, "fffffff");
  g_assert_cmpuint (entry->width, ==, 0);
  g_assert_cmpuint (entry->height, ==, 0);
  g_assert_cmpuint (entry->bytes, ==, 0);
  g_assert_cmpint (entry->date, ==, 0);
  g_assert_null (entry->type);
  g_assert_null (entry->title);
  g_assert_true (entry->animated);

  entry = list->entries->pdata[1];
  g_assert_cmpstr (entry->url, ==, "https://i.imgur.com:8443/ggggggg.jpg");
  g_assert_cmpuint (entry->width, ==, 0);
  g_assert_cmpuint (entry->bytes, ==, 1234);
  g_assert_cmpstr (entry->title, ==, "gnp.exe two words");

  entry = list->entries->pdata[2];
  g_assert_cmpuint (entry->album_count, ==, 1);
  g_assert_null (entry->preview_url);
  g_assert_cmpstr (entry->page_url, ==, "https://imgur.com/a/hhhhhhh");

  entry = list->entries->pdata[3];
  g_assert_cmpuint (entry->album_count, >=, 1);
  /* Not a host of Imgur's, whatever its name ends with. */
  g_assert_cmpstr (entry->preview_url, ==, "https://evil-imgur.com/jjjjjjjm.jpg");
}

static void
test_errors (void)
{
  static const struct
  {
    guint status;
    const char *type, *body;
    SheafError code;
  } cases[] = {
    /* An object with words. */
    { 403, "application/json",
      "{\"data\":{\"error\":\"Invalid client_id\",\"request\":\"/3/x\",\"method\":\"GET\"},"
      "\"success\":false,\"status\":403}",
      SHEAF_ERROR_CLIENT_ID },
    { 401, "application/json",
      "{\"data\":{\"error\":\"Authentication required\"},\"success\":false,\"status\":401}",
      SHEAF_ERROR_CLIENT_ID },
    { 404, "application/json",
      "{\"data\":{\"error\":\"Unable to find an image with the "
      "id\"},\"success\":false,\"status\":404}",
      SHEAF_ERROR_NOT_FOUND },
    /* An object in the object, its exception an object or a list. */
    { 400, "application/json",
      "{\"data\":{\"error\":{\"code\":1001,\"message\":\"You are uploading too fast\",\"type\":"
      "\"ImgurException\",\"exception\":{}}},\"success\":false,\"status\":400}",
      SHEAF_ERROR_HTTP },
    { 429, "application/json",
      "{\"data\":{\"error\":{\"code\":429,\"message\":\"Too fast\",\"type\":\"ImgurException\","
      "\"exception\":[]}},\"success\":false,\"status\":429}",
      SHEAF_ERROR_RATE_LIMITED },
    /* A string, or nothing at all. */
    { 500, "application/json", "{\"data\":\"An error occurred\",\"success\":false,\"status\":500}",
      SHEAF_ERROR_HTTP },
    { 400, "application/json", "{\"data\":false,\"success\":false,\"status\":400}",
      SHEAF_ERROR_HTTP },
    /* A list, without data and success, its code a string. */
    { 429, "application/vnd.imgur.v1+json",
      "{\"errors\":[{\"id\":\"x\",\"code\":\"429\",\"status\":\"Too Many "
      "Requests\",\"detail\":\"Too "
      "many requests\"}]}",
      SHEAF_ERROR_RATE_LIMITED },
    { 200, "application/json",
      "{\"errors\":[{\"code\":\"429\",\"status\":\"Too Many Requests\",\"detail\":\"\"}]}",
      SHEAF_ERROR_RATE_LIMITED },
    /* Web pages. */
    { 503, "text/html", "<html><h1>Imgur is over capacity!</h1>", SHEAF_ERROR_OVER_CAPACITY },
    { 200, "text/html", "<html><h1>Imgur is OVER CAPACITY!</h1>", SHEAF_ERROR_OVER_CAPACITY },
    { 405, "text/html", "<html><center>nginx</center>", SHEAF_ERROR_HTTP },
    { 429, "text/html", "<html>", SHEAF_ERROR_RATE_LIMITED },
    { 404, "text/html", "<html>", SHEAF_ERROR_NOT_FOUND },
    { 403, "text/html", "<p>Content not available in your region</p>", SHEAF_ERROR_REGION },
    { 200, "text/html", "<html>The magic of the Internet", SHEAF_ERROR_PROTOCOL },
    { 502, "", "", SHEAF_ERROR_HTTP },
    /* Another status inside than outside. */
    { 200, "application/json", "{\"data\":{\"error\":\"No\"},\"success\":false,\"status\":403}",
      SHEAF_ERROR_CLIENT_ID },
    { 400, "application/json", "{\"data\":{\"error\":\"No\"},\"success\":false,\"status\":1203}",
      SHEAF_ERROR_HTTP },
    { 403, "application/json",
      "{\"data\":{\"error\":\"Imgur is temporarily over capacity. Please try again "
      "later.\"},\"success\":false,\"status\":403}",
      SHEAF_ERROR_OVER_CAPACITY },
    { 500, "application/json",
      "{\"data\":{\"error\":\"Imgur is over capacity\"},\"success\":false,\"status\":500}",
      SHEAF_ERROR_OVER_CAPACITY },
    { 403, "application/json",
      "{\"data\":{\"error\":\"Banned Country Attempt (IN)\"},\"success\":false,\"status\":403}",
      SHEAF_ERROR_REGION },
    /* JSON of another kind. */
    { 200, "application/json", "[]", SHEAF_ERROR_PROTOCOL },
    { 200, "application/json", "null", SHEAF_ERROR_PROTOCOL },
    { 200, "application/json", "", SHEAF_ERROR_PROTOCOL },
    { 200, "application/json", "{\"data\":null,\"success\":true}", SHEAF_ERROR_PROTOCOL },
    { 200, "application/json", "{\"data\":7,\"success\":true}", SHEAF_ERROR_PROTOCOL },
    { 200, "application/json", "{\"data\":{\"items\":{}},\"success\":true}", SHEAF_ERROR_PROTOCOL },
    { 200, "application/json", "{\"data\":[{\"id\":\"aB3", SHEAF_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (SheafApiAnswer) answer
          = answer_new (cases[i].status, cases[i].type, cases[i].body, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafImgurList) list = sheaf_imgur_parse_list (&answer, "imgur", &error);

      g_test_message ("%u %s", cases[i].status, cases[i].body);
      g_assert_null (list);
      g_assert_error (error, SHEAF_ERROR, (int) cases[i].code);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      if (cases[i].code == SHEAF_ERROR_HTTP)
        g_assert_cmpuint (sheaf_error_get_http_status (error), ==, cases[i].status);
    }
}

static void
test_waits (void)
{
  static const char body[] = "{\"data\":{\"error\":\"x\"},\"success\":false,\"status\":429}";
  static const struct
  {
    guint status;
    const char *name, *value;
    gint64 wait;
  } cases[] = {
    { 429, "retry-after", "17", 17 },
    { 429, "retry-after", "Mon, 01 Jun 2026 11:57:10 GMT", 30 },
    { 429, "retry-after", "nonsense", 60 },
    { 429, "x-other", "", 60 },
    { 500, "x-other", "", -1 },
    { 503, "retry-after", "120", 120 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (SheafApiAnswer) answer = answer_new (cases[i].status, "application/json", body,
                                                   cases[i].name, cases[i].value, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (sheaf_imgur_parse_list (&answer, "imgur", &error));
      g_assert_cmpint (sheaf_error_get_retry_after (error), ==, cases[i].wait);
    }
}

static void
test_quota_decides (void)
{
  static const char body[] = "{\"data\":{\"error\":\"x\"},\"success\":false,\"status\":403}";
  g_auto (SheafApiAnswer) answer
      = answer_new (403, "application/json", body, "x-ratelimit-userremaining", "499",
                    "x-ratelimit-clientremaining", "0", "x-ratelimit-clientreset", "86400", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (sheaf_imgur_parse_list (&answer, "imgur", &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_RATE_LIMITED);
  g_assert_cmpint (sheaf_error_get_retry_after (error), ==, 86400);
}

static void
test_credits (void)
{
  g_auto (SheafApiAnswer) answer = fixture ("credits.json");
  g_auto (SheafApiAnswer) delay = answer_new (
      200, "application/json",
      "{\"data\":{\"UserLimit\":\"500\",\"UserRemaining\":1,\"UserReset\":3600},\"success\":true}",
      NULL);
  g_auto (SheafApiAnswer) headers
      = answer_new (200, "", "", "x-ratelimit-userlimit", "500", "x-ratelimit-userremaining", "7",
                    "x-ratelimit-userreset", "3600", "x-ratelimit-clientreset", "-9", NULL);
  g_auto (SheafApiAnswer) silent = answer_new (200, "", "", NULL);
  g_autoptr (GError) error = NULL;
  SheafQuota quota;

  g_assert_true (sheaf_imgur_parse_credits (&answer, &quota, &error));
  g_assert_no_error (error);
  g_assert_cmpint (quota.user_remaining, ==, 493);
  g_assert_cmpint (quota.user_reset, ==, 1780318800);
  g_assert_cmpint (quota.client_limit, ==, 12500);
  g_assert_cmpint (quota.client_reset, ==, -1);

  g_assert_true (sheaf_imgur_parse_credits (&delay, &quota, &error));
  g_assert_cmpint (quota.user_limit, ==, 500);
  g_assert_cmpint (quota.user_reset, ==, NOW + 3600);

  g_assert_true (sheaf_imgur_read_quota (&headers, &quota));
  g_assert_cmpint (quota.user_remaining, ==, 7);
  g_assert_cmpint (quota.user_reset, ==, NOW + 3600);
  g_assert_cmpint (quota.client_reset, ==, -1);
  g_assert_false (sheaf_imgur_read_quota (&silent, &quota));
}

static GError *
parse_text (const char *text, gsize length)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);
  GError *error = NULL;
  g_autoptr (JsonNode) root = sheaf_json_parse (bytes, &error);

  g_assert_true ((root == NULL) == (error != NULL));
  return error;
}

/* Half a character in one title must not cost a page. */
static void
test_surrogates (void)
{
  static const struct
  {
    const char *json;
    const char *title;
  } cases[] = {
    { "a\\ud800b", "a\uFFFDb" },
    { "\\uDC00", "\uFFFD" },
    { "\\udc00\\ud800", "\uFFFD\uFFFD" },
    { "\\ud83d\\ude00", "\U0001F600" },
    { "\\ud83d\\ud83d\\ude00", "\uFFFD\U0001F600" },
    { "\\ud800\\u0041", "\uFFFDA" },
    { "\\\\ud800", "\\ud800" },
    { "\\\\\\ud800", "\\\uFFFD" },
    { "\\ud800\\", NULL },
    { "\\ud8", NULL },
    { "\\ud800\\udc0", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"title\":\"%s\"}", cases[i].json);
      g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) root = sheaf_json_parse (bytes, &error);

      g_test_message ("%s", text);
      g_assert_true ((root == NULL) == (cases[i].title == NULL));
      g_assert_cmpstr (sheaf_json_get_string (sheaf_json_as_object (root), "title"), ==,
                       cases[i].title);
    }
  g_assert_null (sheaf_json_repair_surrogates ("{\"a\":\"\\ud83d\\ude00\"}", 20));
}

static void
test_bounds (void)
{
  static const char latin1[] = "{\"title\":\"caf\xe9 \xff\"}";
  g_autoptr (GString) deep = g_string_new ("{\"data\":"), flat = g_string_new ("[0");
  g_autoptr (GError) too_deep = NULL, too_many = NULL, invalid = NULL, zero = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  for (guint i = 0; i < SHEAF_JSON_MAX_VALUES + 1; i++)
    g_string_append (flat, ",0");
  g_string_append_c (flat, ']');
  too_deep = parse_text (deep->str, deep->len);
  g_assert_error (too_deep, SHEAF_ERROR, SHEAF_ERROR_PROTOCOL);
  too_many = parse_text (flat->str, flat->len);
  g_assert_error (too_many, SHEAF_ERROR, SHEAF_ERROR_TOO_LARGE);
  /* Brackets in strings are only characters. */
  g_assert_null (parse_text ("{\"a\":\"[[[[\\\"[[{{\"}", 18));
  /* Bytes that are no UTF-8 are repaired, not refused. */
  invalid = parse_text (latin1, strlen (latin1));
  g_assert_no_error (invalid);
  zero = parse_text ("{\"a\":1}\0{", 9);
  g_assert_true (zero == NULL || g_error_matches (zero, SHEAF_ERROR, SHEAF_ERROR_PROTOCOL));
}

/* A quotation mark where JSON has no place for one hides nothing from the count. */
static void
test_hidden (void)
{
  static const char *const before[] = { "[/*\"*/", "['\"',", "[//\"\n", "[#\"\n", "{'\"':" };

  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    {
      g_autoptr (GString) text = g_string_new (before[i]);
      g_autoptr (GError) error = NULL;

      for (guint n = 0; n < 200000; n++)
        g_string_append_c (text, '[');
      for (guint n = 0; n < 200000; n++)
        g_string_append_c (text, ']');
      g_string_append_c (text, *before[i] == '{' ? '}' : ']');
      error = parse_text (text->str, text->len);
      g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_PROTOCOL);
    }
  g_assert_null (parse_text ("{\"a'b/*\":\"/#'\"}", 15));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imgur-json/gallery", test_gallery);
  g_test_add_func ("/imgur-json/tag", test_tag);
  g_test_add_func ("/imgur-json/album", test_album);
  g_test_add_func ("/imgur-json/image", test_image);
  g_test_add_func ("/imgur-json/hostile", test_hostile);
  g_test_add_func ("/imgur-json/errors", test_errors);
  g_test_add_func ("/imgur-json/waits", test_waits);
  g_test_add_func ("/imgur-json/quota-decides", test_quota_decides);
  g_test_add_func ("/imgur-json/credits", test_credits);
  g_test_add_func ("/imgur-json/surrogates", test_surrogates);
  g_test_add_func ("/imgur-json/bounds", test_bounds);
  g_test_add_func ("/imgur-json/hidden", test_hidden);
  return g_test_run ();
}
