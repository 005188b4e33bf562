/* commons-json.c: what Wikimedia Commons answers, as entries
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/commons-json.h"

#include "app/gallery/json-reader.h"
#include "app/gallery/text.h"
#include "app/work/error.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define MAX_MIME       100
#define SERVICE        "Wikimedia Commons"
#define MAX_CATEGORIES 2000

/* As long as servers lag, Wikimedia wants to be left alone for this long. */
#define LAG_WAIT 5

static void
trail_add (SheafCommonsTrail *trail, const char *category, guint depth)
{
  if (trail->categories->len >= MAX_CATEGORIES || strpbrk (category, "\n\t") != NULL)
    return;
  for (guint i = 0; i < trail->categories->len; i++)
    if (g_str_equal (trail->categories->pdata[i], category))
      return;
  g_ptr_array_add (trail->categories, g_strdup (category));
  g_array_append_val (trail->depths, depth);
}

SheafCommonsTrail *
sheaf_commons_trail_new (const SheafListingSpec *spec, const char *cursor)
{
  SheafCommonsTrail *trail = g_new0 (SheafCommonsTrail, 1);
  g_auto (GStrv) lines = g_strsplit (cursor != NULL ? cursor : "", "\n", -1);

  trail->categories = g_ptr_array_new_with_free_func (g_free);
  trail->depths = g_array_new (FALSE, FALSE, sizeof (guint));
  if (cursor != NULL && lines[0] != NULL)
    {
      char *rest;

      trail->current = (guint) g_ascii_strtoull (lines[0], &rest, 10);
      trail->more = *rest == '&' ? g_strdup (rest) : NULL;
      for (guint i = 1; lines[i] != NULL; i++)
        {
          char *tab = strchr (lines[i], '\t');

          if (tab != NULL)
            trail_add (trail, tab + 1, (guint) g_ascii_strtoull (lines[i], NULL, 10));
        }
    }
  if (trail->categories->len == 0 && g_str_equal (spec->kind, "category"))
    trail_add (trail, spec->name, 0);
  if (trail->categories->len > 0)
    trail->current = MIN (trail->current, trail->categories->len - 1);
  return trail;
}

void
sheaf_commons_trail_free (SheafCommonsTrail *trail)
{
  g_ptr_array_unref (trail->categories);
  g_array_unref (trail->depths);
  g_free (trail->more);
  g_free (trail);
}

static char *
trail_to_string (const SheafCommonsTrail *trail)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%u%s", trail->current, trail->more != NULL ? trail->more : "");
  for (guint i = 0; i < trail->categories->len; i++)
    g_string_append_printf (text, "\n%u\t%s", g_array_index (trail->depths, guint, i),
                            (char *) trail->categories->pdata[i]);
  return g_string_free (text, FALSE);
}

/* "&gsroffset=50&continue=gsroffset%7C%7C": what to add to the same question. */
static char *
dup_more (JsonObject *object)
{
  g_autoptr (GString) more = g_string_new (NULL);
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (object == NULL)
    return NULL;
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      g_autofree char *escaped_name = g_uri_escape_string (name, NULL, FALSE), *value = NULL;
      g_autofree char *number
          = g_strdup_printf ("%" G_GINT64_FORMAT, sheaf_json_get_int (object, name));
      const char *text = sheaf_json_get_string (object, name);

      if (!JSON_NODE_HOLDS_VALUE (node) || more->len > 4000)
        continue;
      value = g_uri_escape_string (text != NULL ? text : number, NULL, FALSE);
      g_string_append_printf (more, "&%s=%s", escaped_name, value);
    }
  return more->len > 0 ? g_string_free (g_steal_pointer (&more), FALSE) : NULL;
}

/* A field of extmetadata, as plain text. */
static char *
dup_field (JsonObject *metadata, const char *name)
{
  return sheaf_text_from_html (
      sheaf_json_get_string (sheaf_json_get_object (metadata, name), "value"));
}

static char *
dup_file_title (const char *title)
{
  g_autofree char *plain = NULL;
  char *dot;

  if (title == NULL)
    return NULL;
  plain = g_strdup (g_str_has_prefix (title, "File:") ? title + strlen ("File:") : title);
  dot = strrchr (plain, '.');
  if (dot != NULL && strlen (dot) <= 5)
    *dot = '\0';
  return sheaf_text_one_line (plain);
}

static char *
dup_sha1 (const char *sha1)
{
  return sha1 != NULL && strlen (sha1) == 40 && strspn (sha1, "0123456789abcdefABCDEF") == 40
             ? g_ascii_strdown (sha1, -1)
             : NULL;
}

static SheafEntry *
read_file (JsonObject *page)
{
  JsonObject *info = sheaf_json_object_at (sheaf_json_get_array (page, "imageinfo"), 0);
  JsonObject *metadata = sheaf_json_get_object (info, "extmetadata");
  g_autofree char *url = sheaf_listing_dup_web_url (sheaf_json_get_string (info, "url"));
  const char *mime = sheaf_json_get_string (info, "mime");
  guint64 page_id = sheaf_json_get_count (page, "pageid", G_MAXINT64);
  g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, page_id);
  SheafEntry *entry;

  /* A file without facts (yet) comes again with the next part; sounds, films and documents are no
   * pictures. */
  if (url == NULL || page_id == 0 || mime == NULL || !g_str_has_prefix (mime, "image/")
      || strlen (mime) > MAX_MIME || strstr (mime, "djvu") != NULL)
    return NULL;
  entry = sheaf_entry_new ("commons", id);
  entry->url = g_steal_pointer (&url);
  entry->preview_url = sheaf_listing_dup_web_url (sheaf_json_get_string (info, "thumburl"));
  entry->page_url = sheaf_listing_dup_web_url (sheaf_json_get_string (info, "descriptionurl"));
  entry->type = g_ascii_strdown (mime, -1);
  entry->bytes = sheaf_json_get_count (info, "size", G_MAXINT64);
  entry->width = (guint) sheaf_json_get_count (info, "width", G_MAXINT);
  entry->height = (guint) sheaf_json_get_count (info, "height", G_MAXINT);
  entry->sha1 = dup_sha1 (sheaf_json_get_string (info, "sha1"));
  entry->date = sheaf_text_date (sheaf_json_get_string (info, "timestamp"));
  entry->title = dup_field (metadata, "ObjectName");
  if (entry->title == NULL)
    entry->title = dup_file_title (sheaf_json_get_string (page, "title"));
  entry->description = dup_field (metadata, "ImageDescription");
  entry->author = dup_field (metadata, "Artist");
  entry->licence = dup_field (metadata, "LicenseShortName");
  entry->licence_url = sheaf_listing_dup_web_url (
      sheaf_json_get_string (sheaf_json_get_object (metadata, "LicenseUrl"), "value"));
  entry->credit = dup_field (metadata, "Attribution");
  if (entry->credit == NULL)
    entry->credit = dup_field (metadata, "Credit");
  return entry;
}

static gboolean
check (const SheafApiAnswer *answer, JsonObject *root, GError **error)
{
  JsonObject *said = sheaf_json_get_object (root, "error");
  const char *code = sheaf_json_get_string (said, "code");
  gint64 wait = sheaf_api_answer_get_retry_after (answer);

  if (said == NULL)
    return TRUE;
  if (g_strcmp0 (code, "maxlag") == 0 || g_strcmp0 (code, "readonly") == 0)
    g_propagate_error (
        error,
        sheaf_error_new (SHEAF_ERROR_OVER_CAPACITY,
                         _ ("Wikimedia Commons is busy at the moment; try again a little later."),
                         answer->status, wait >= 0 ? wait : LAG_WAIT));
  else if (g_strcmp0 (code, "ratelimited") == 0)
    g_propagate_error (
        error,
        sheaf_error_new (
            SHEAF_ERROR_RATE_LIMITED,
            _ ("Wikimedia Commons says that these were too many requests; try again in a minute."),
            answer->status, wait >= 0 ? wait : 60));
  else
    {
      g_autofree char *info = sheaf_json_dup_text (said, "info");

      /* Translators: %s is what the service says, as a rule in English */
      sheaf_fail (error, SHEAF_ERROR_NOT_FOUND, _ ("Wikimedia Commons refuses: %s"),
                  info != NULL   ? info
                  : code != NULL ? code
                                 : "?");
    }
  return FALSE;
}

static int
by_index (gconstpointer a, gconstpointer b)
{
  JsonObject *x = *(JsonObject *const *) a, *y = *(JsonObject *const *) b;
  gint64 i = sheaf_json_get_int (x, "index"), j = sheaf_json_get_int (y, "index");

  return i < j ? -1 : i > j;
}

/* Categories within the current one are walked later, each once. */
static void
add_categories (SheafCommonsTrail *trail, JsonArray *members, guint max_depth)
{
  guint depth = g_array_index (trail->depths, guint, trail->current) + 1;

  if (depth > max_depth)
    return;
  for (guint i = 0; i < sheaf_json_length (members); i++)
    {
      const char *title = sheaf_json_get_string (sheaf_json_object_at (members, i), "title");

      if (title != NULL && g_str_has_prefix (title, "Category:"))
        trail_add (trail, title + strlen ("Category:"), depth);
    }
}

SheafPage *
sheaf_commons_parse (const SheafApiAnswer *answer,
                     const SheafListingSpec *spec,
                     const char *cursor,
                     GError **error)
{
  g_autoptr (JsonNode) root = sheaf_listing_open_answer (answer, SERVICE, error);
  JsonObject *object = sheaf_json_as_object (root);
  JsonObject *query = sheaf_json_get_object (object, "query");
  JsonArray *pages = sheaf_json_get_array (query, "pages");
  g_autoptr (SheafCommonsTrail) trail = NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  SheafPage *page;

  if (root == NULL)
    return NULL;
  if (object == NULL)
    return sheaf_listing_fail_shape (SERVICE, error);
  if (!check (answer, object, error))
    return NULL;

  page = sheaf_page_new ();
  for (guint i = 0; i < sheaf_json_length (pages); i++)
    if (sheaf_json_object_at (pages, i) != NULL)
      g_ptr_array_add (files, sheaf_json_object_at (pages, i));
  g_ptr_array_sort (files, by_index);
  for (guint i = 0; i < files->len; i++)
    {
      SheafEntry *entry = read_file (files->pdata[i]);

      if (entry != NULL)
        g_ptr_array_add (page->entries, entry);
    }
  page->total
      = sheaf_json_get_count (sheaf_json_get_object (query, "searchinfo"), "totalhits", G_MAXINT64);

  trail = sheaf_commons_trail_new (spec, cursor);
  if (trail->categories->len > 0)
    add_categories (trail, sheaf_json_get_array (query, "categorymembers"), spec->depth);
  g_clear_pointer (&trail->more, g_free);
  trail->more = dup_more (sheaf_json_get_object (object, "continue"));
  if (trail->more == NULL && trail->current + 1 < trail->categories->len)
    trail->current++;
  else if (trail->more == NULL)
    return page;
  page->cursor = trail_to_string (trail);
  return page;
}
