/* text.c: what strangers wrote, as plain text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/text.h"

#include <string.h>

#define MAX_CHARACTERS 2000

/* Characters that turn the direction of what follows: they could disguise a title. */
static gboolean
is_direction (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f;
}

char *
sheaf_text_one_line (const char *text)
{
  g_autoptr (GString) line = NULL;
  gboolean blank = FALSE;
  guint n = 0;

  if (text == NULL)
    return NULL;
  line = g_string_new (NULL);
  for (const char *p = text; *p != '\0' && n < MAX_CHARACTERS; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (is_direction (c))
        continue;
      if (g_unichar_isspace (c) || g_unichar_iscntrl (c))
        {
          blank = line->len > 0;
          continue;
        }
      if (blank)
        g_string_append_c (line, ' ');
      blank = FALSE;
      g_string_append_unichar (line, c);
      n++;
    }
  return line->len > 0 ? g_string_free (g_steal_pointer (&line), FALSE) : NULL;
}

static const char *
skip_element (const char *from, const char *name)
{
  g_autofree char *end = g_strdup_printf ("</%s", name);
  gsize length = strlen (end);

  for (; *from != '\0'; from++)
    if (g_ascii_strncasecmp (from, end, length) == 0)
      return from;
  return from;
}

/* @at is at a '<'; gives what follows the tag, or %NULL for a '<' that begins none. */
static const char *
skip_tag (const char *at, GString *out)
{
  static const char *const inline_tags[]
      = { "a", "abbr",  "b",    "bdi",    "cite", "code", "em", "font",
          "i", "small", "span", "strong", "sub",  "sup",  "u",  NULL };
  g_autofree char *name = NULL;
  const char *start = at + 1, *end;

  if (g_str_has_prefix (at, "<!--"))
    {
      end = strstr (at, "-->");
      return end != NULL ? end + 3 : at + strlen (at);
    }
  if (*start == '/' || *start == '!')
    start++;
  if (!g_ascii_isalpha (*start))
    return NULL;
  end = start + strcspn (start, " \t\r\n/>");
  name = g_ascii_strdown (start, end - start);
  /* An attribute may hold a '>' in quotes. */
  for (char quote = '\0'; *end != '\0' && (quote != '\0' || *end != '>'); end++)
    if (quote != '\0')
      quote = *end == quote ? '\0' : quote;
    else if (*end == '"' || *end == '\'')
      quote = *end;
  if (*end == '>')
    end++;
  if (!g_strv_contains (inline_tags, name))
    g_string_append_c (out, ' ');
  if (at[1] != '/' && (g_str_equal (name, "style") || g_str_equal (name, "script")))
    end = skip_element (end, name);
  return end;
}

static const char *
append_entity (const char *at, GString *out)
{
  static const struct
  {
    const char *name;
    gunichar c;
  } entities[] = {
    { "amp;", '&' },       { "lt;", '<' },       { "gt;", '>' },       { "quot;", '"' },
    { "apos;", '\'' },     { "nbsp;", ' ' },     { "ndash;", 0x2013 }, { "mdash;", 0x2014 },
    { "hellip;", 0x2026 }, { "copy;", 0xa9 },    { "lsquo;", 0x2018 }, { "rsquo;", 0x2019 },
    { "ldquo;", 0x201c },  { "rdquo;", 0x201d }, { "times;", 0xd7 },   { "deg;", 0xb0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (entities); i++)
    if (g_str_has_prefix (at + 1, entities[i].name))
      {
        g_string_append_unichar (out, entities[i].c);
        return at + 1 + strlen (entities[i].name);
      }
  if (at[1] == '#')
    {
      gboolean hex = at[2] == 'x' || at[2] == 'X';
      char *end;
      guint64 c = g_ascii_strtoull (at + (hex ? 3 : 2), &end, hex ? 16 : 10);

      if (*end == ';' && c > 0 && c <= 0x10ffff && g_unichar_validate ((gunichar) c))
        {
          g_string_append_unichar (out, (gunichar) c);
          return end + 1;
        }
    }
  g_string_append_c (out, '&');
  return at + 1;
}

char *
sheaf_text_from_html (const char *html)
{
  g_autoptr (GString) out = NULL;

  if (html == NULL)
    return NULL;
  out = g_string_new (NULL);
  while (*html != '\0')
    {
      const char *after = *html == '<' ? skip_tag (html, out) : NULL;

      if (after != NULL)
        html = after;
      else if (*html == '&')
        html = append_entity (html, out);
      else
        g_string_append_c (out, *html++);
    }
  return sheaf_text_one_line (out->str);
}

gint64
sheaf_text_date (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) date = NULL;
  g_autofree char *iso = NULL;

  if (text == NULL || strlen (text) < 4 || strlen (text) > 40)
    return 0;
  iso = g_strdup (text);
  /* "2019-05-04 12:30:00" is nearly ISO 8601. */
  if (strlen (iso) > 10 && iso[10] == ' ')
    iso[10] = 'T';
  if (strlen (iso) == 4 && strspn (iso, "0123456789") == 4)
    date = g_date_time_new_utc (atoi (iso), 1, 1, 0, 0, 0);
  else if (strlen (iso) == 10)
    {
      g_autofree char *midnight = g_strconcat (iso, "T00:00:00", NULL);

      date = g_date_time_new_from_iso8601 (midnight, utc);
    }
  else
    date = g_date_time_new_from_iso8601 (iso, utc);
  return date != NULL ? g_date_time_to_unix (date) : 0;
}
