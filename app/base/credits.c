/* credits.c: who made what, and what may be done with it, in writing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What strangers wrote goes into Markdown and JSON here, so everything that means something there
 * is escaped, and only web addresses become links. */
#include "config.h"

#include "app/base/credits.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  if (value == NULL || *value == '\0')
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_number (JsonBuilder *builder, const char *name, guint64 value)
{
  if (value == 0)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) value);
}

static void
add_date (JsonBuilder *builder, gint64 seconds)
{
  g_autoptr (GDateTime) date = seconds != 0 ? g_date_time_new_from_unix_utc (seconds) : NULL;
  g_autofree char *text = date != NULL ? g_date_time_format_iso8601 (date) : NULL;

  add_string (builder, "date", text);
}

char *
sheaf_credits_dup_json (const SheafEntry *entry, const char *file_name)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (entry != NULL, NULL);

  json_builder_begin_object (builder);
  add_string (builder, "file", file_name);
  add_string (builder, "source", entry->source);
  add_string (builder, "id", entry->id);
  add_string (builder, "title", entry->title);
  add_string (builder, "description", entry->description);
  add_string (builder, "author", entry->author);
  add_string (builder, "licence", entry->licence);
  add_string (builder, "licence_url", entry->licence_url);
  add_string (builder, "credit", entry->credit);
  add_string (builder, "url", entry->url);
  add_string (builder, "page_url", entry->page_url);
  add_string (builder, "type", entry->type);
  add_string (builder, "sha1", entry->sha1);
  add_number (builder, "width", entry->width);
  add_number (builder, "height", entry->height);
  add_number (builder, "bytes", entry->bytes);
  add_date (builder, entry->date);
  add_string (builder, "post_id", entry->post_id);
  add_string (builder, "post_title", entry->post_title);
  if (entry->post_id != NULL)
    {
      json_builder_set_member_name (builder, "index");
      json_builder_add_int_value (builder, entry->index);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);
  return g_strconcat (text, "\n", NULL);
}

/* @text as Markdown that shows it as it is; line ends become blanks. */
static char *
escape (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c++)
    {
      if (strchr ("\\`*_{}[]<>()#+-.!|~&", *c) != NULL)
        g_string_append_c (out, '\\');
      g_string_append_c (out, (guchar) *c < ' ' ? ' ' : *c);
    }
  return g_string_free (out, FALSE);
}

/* A link, or the words alone where @url is no web address that Markdown can hold. */
static char *
link_to (const char *words, const char *url)
{
  g_autofree char *plain = escape (words);

  if (url == NULL || strpbrk (url, "()<> \t\r\n\\") != NULL
      || (!g_str_has_prefix (url, "http://") && !g_str_has_prefix (url, "https://")))
    return g_steal_pointer (&plain);
  return g_strdup_printf ("[%s](%s)", plain, url);
}

char *
sheaf_credits_dup_line (const SheafEntry *entry, const char *file_name)
{
  g_autofree char *title = NULL, *page = NULL, *name = NULL, *author = NULL;
  g_autoptr (GString) line = g_string_new ("- ");

  g_return_val_if_fail (entry != NULL, NULL);
  g_return_val_if_fail (file_name != NULL, NULL);

  title = sheaf_entry_dup_display_title (entry);
  page = link_to (title, entry->page_url);
  name = escape (file_name);
  author = escape (entry->author != NULL ? entry->author : _ ("unknown author"));
  /* Translators: a line of credits: file, title, author */
  g_string_append_printf (line, C_ ("credits", "%s: “%s” by %s"), name, page, author);
  if (entry->credit != NULL && g_strcmp0 (entry->credit, entry->author) != 0)
    {
      g_autofree char *credit = escape (entry->credit);

      g_string_append_printf (line, " (%s)", credit);
    }
  if (entry->licence != NULL)
    {
      g_autofree char *licence = link_to (entry->licence, entry->licence_url);

      g_string_append_printf (line, ", %s", licence);
    }
  g_string_append_c (line, '\n');
  return g_string_free (g_steal_pointer (&line), FALSE);
}

char *
sheaf_credits_dup_markdown (GPtrArray *entries, GPtrArray *file_names)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (entries->len == file_names->len, g_string_free (text, FALSE));

  g_string_append_printf (text, "# %s\n\n", C_ ("heading of a file", "Credits"));
  for (guint i = 0; i < entries->len; i++)
    {
      g_autofree char *line = sheaf_credits_dup_line (entries->pdata[i], file_names->pdata[i]);

      g_string_append (text, line);
    }
  return g_string_free (text, FALSE);
}
