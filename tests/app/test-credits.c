/* test-credits.c: credits say all that is known, and nothing that strangers slip in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/base/credits.h"

#include <string.h>

#include <json-glib/json-glib.h>

static SheafEntry *
make_entry (void)
{
  SheafEntry *entry = sheaf_entry_new ("commons", "2202");

  entry->title = g_strdup ("A bridge");
  entry->author = g_strdup ("Jane Doe");
  entry->licence = g_strdup ("CC BY-SA 4.0");
  entry->licence_url = g_strdup ("https://creativecommons.org/licenses/by-sa/4.0");
  entry->credit = g_strdup ("Own work");
  entry->url = g_strdup ("https://upload.wikimedia.org/a.jpg");
  entry->page_url = g_strdup ("https://commons.wikimedia.org/wiki/File:A.jpg");
  entry->width = 5000;
  entry->date = 86400;
  return entry;
}

static void
test_json (void)
{
  g_autoptr (SheafEntry) entry = make_entry ();
  g_autofree char *text = sheaf_credits_dup_json (entry, "a \"quoted\".jpg");
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonObject *object = json_node_get_object (root);

  g_assert_true (g_str_has_suffix (text, "}\n"));
  g_assert_cmpstr (json_object_get_string_member (object, "file"), ==, "a \"quoted\".jpg");
  g_assert_cmpstr (json_object_get_string_member (object, "author"), ==, "Jane Doe");
  g_assert_cmpstr (json_object_get_string_member (object, "licence"), ==, "CC BY-SA 4.0");
  g_assert_cmpstr (json_object_get_string_member (object, "date"), ==, "1970-01-02T00:00:00Z");
  g_assert_cmpint (json_object_get_int_member (object, "width"), ==, 5000);
  g_assert_false (json_object_has_member (object, "height"));
  g_assert_false (json_object_has_member (object, "post_id"));
}

static void
test_line (void)
{
  g_autoptr (SheafEntry) entry = make_entry ();
  g_autofree char *line = sheaf_credits_dup_line (entry, "a.jpg");

  g_assert_cmpstr (
      line, ==,
      "- a\\.jpg: “[A bridge](https://commons.wikimedia.org/wiki/File:A.jpg)” by Jane Doe "
      "(Own work), [CC BY\\-SA 4\\.0](https://creativecommons.org/licenses/by-sa/4.0)\n");
}

static void
test_bare (void)
{
  g_autoptr (SheafEntry) entry = sheaf_entry_new ("urls", "x");
  g_autofree char *line = sheaf_credits_dup_line (entry, "b.png");

  g_assert_cmpstr (line, ==, "- b\\.png: “x” by unknown author\n");
}

static void
test_hostile (void)
{
  g_autoptr (SheafEntry) entry = sheaf_entry_new ("urls", "x");
  g_autofree char *line = NULL;

  entry->title = g_strdup ("](javascript:alert(1)) <script>\n# heading");
  entry->author = g_strdup ("![x](http://evil/)");
  entry->page_url = g_strdup ("javascript:alert(1)");
  entry->licence = g_strdup ("free");
  entry->licence_url = g_strdup ("https://x/)](javascript:y)");
  line = sheaf_credits_dup_line (entry, "a\n- b.jpg");
  g_assert_null (strstr (line, "]("));
  g_assert_null (strstr (line, " <script"));
  g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
}

static void
test_batch (void)
{
  g_autoptr (GPtrArray) entries
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *text = NULL;

  g_ptr_array_add (entries, make_entry ());
  g_ptr_array_add (entries, make_entry ());
  g_ptr_array_add (names, (gpointer) "one.jpg");
  g_ptr_array_add (names, (gpointer) "two.jpg");
  text = sheaf_credits_dup_markdown (entries, names);
  g_assert_true (g_str_has_prefix (text, "# Credits\n\n- one\\.jpg"));
  g_assert_nonnull (strstr (text, "\n- two\\.jpg"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/credits/json", test_json);
  g_test_add_func ("/credits/line", test_line);
  g_test_add_func ("/credits/bare", test_bare);
  g_test_add_func ("/credits/hostile", test_hostile);
  g_test_add_func ("/credits/batch", test_batch);
  return g_test_run ();
}
