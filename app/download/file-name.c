/* file-name.c: safe file names out of what strangers wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One pass over the characters keeps what is harmless; then the ends are trimmed, reserved names
 * are defused and the length is cut between characters, the extension kept. */
#include "config.h"

#include "app/download/file-name.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_EXTENSION 8
#define MAX_RAW       (64 * 1024)
#define MAX_FOLDERS   8

static gboolean
is_separator_lookalike (gunichar c)
{
  switch (c)
    {
    case '/':
    case '\\':
    case 0x2044: /* fraction slash */
    case 0x2215: /* division slash */
    case 0x29f8: /* big solidus */
    case 0x29f5: /* reverse solidus operator */
    case 0xff0f: /* fullwidth solidus */
    case 0xff3c: /* fullwidth reverse solidus */
    case 0xfe68: /* small reverse solidus */
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_dropped (gunichar c)
{
  switch ((int) g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT: /* among them the marks that turn text around */
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return TRUE;
    default:
      return FALSE;
    }
}

static gunichar
harmless (gunichar c)
{
  if (c == 0x2024 || c == 0xff0e || c == 0xfe52) /* leaders and wide dots */
    return '.';
  if (is_separator_lookalike (c) || (c < 0x80 && strchr (":*?\"<>|", c) != NULL))
    return '_';
  if (g_unichar_isspace (c))
    return ' ';
  return c;
}

static char *
keep_harmless (const char *text)
{
  GString *kept = g_string_new (NULL);
  gboolean after_space = FALSE;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_isspace (c) && is_dropped (c))
        continue;
      c = harmless (c);
      if (c != ' ' || !after_space)
        g_string_append_unichar (kept, c);
      after_space = c == ' ';
    }
  return g_string_free (kept, FALSE);
}

/* Devices of old systems, whatever follows the first dot. */
static gboolean
is_reserved (const char *name)
{
  static const char *const devices[] = { "con", "prn", "aux", "nul", "com", "lpt" };
  gsize stem = strcspn (name, ". ");

  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    if (g_ascii_strncasecmp (name, devices[i], 3) == 0
        && (i < 4 ? stem == 3 : stem == 4 && g_ascii_isdigit (name[3])))
      return TRUE;
  return FALSE;
}

/* Cuts @name to @max bytes, between characters. */
static void
cut (char *name, gsize max)
{
  const char *end;

  if (strlen (name) <= max)
    return;
  g_utf8_validate (name, max, &end);
  name[end - name] = '\0';
}

static void
trim_end (char *name)
{
  gsize length = strlen (name);

  while (length > 0 && strchr (" .", name[length - 1]) != NULL)
    name[--length] = '\0';
}

static char *
bounded (const char *name, gsize max)
{
  g_autofree char *extension = sheaf_name_get_extension (name);
  g_autofree char *stem = NULL;

  if (strlen (name) <= max)
    return g_strdup (name);
  if (extension == NULL)
    {
      stem = g_strdup (name);
      cut (stem, max);
      trim_end (stem);
      return g_steal_pointer (&stem);
    }
  stem = g_strndup (name, strlen (name) - strlen (extension) - 1);
  cut (stem, max - strlen (extension) - 1);
  trim_end (stem);
  return g_strconcat (stem, ".", extension, NULL);
}

char *
sheaf_name_sanitize (const char *raw)
{
  g_autofree char *valid = NULL, *composed = NULL, *kept = NULL, *whole = NULL;
  const char *begin;

  g_return_val_if_fail (raw != NULL, NULL);

  valid = g_utf8_make_valid (raw, strnlen (raw, MAX_RAW));
  composed = g_utf8_normalize (valid, -1, G_NORMALIZE_NFC);
  kept = keep_harmless (composed != NULL ? composed : valid);
  trim_end (kept);
  begin = kept + strspn (kept, ". ");
  if (*begin == '\0')
    return NULL;
  /* A leading dash would be an option to many a program. */
  if (*begin == '-' || is_reserved (begin))
    whole = g_strconcat ("_", begin, NULL);
  else
    whole = g_strdup (begin);
  return bounded (whole, SHEAF_NAME_MAX);
}

char *
sheaf_name_from_url (const char *url)
{
  g_autofree char *path = NULL, *decoded = NULL;
  const char *begin, *last;

  g_return_val_if_fail (url != NULL, NULL);

  begin = strstr (url, "://");
  begin = begin != NULL ? begin + 3 : url;
  begin += strcspn (begin, "/?#");
  path = g_strndup (begin, strcspn (begin, "?#"));
  last = strrchr (path, '/');
  if (last == NULL || last[1] == '\0')
    return NULL;
  /* Once only; what stays encoded twice, or would be a separator or a NUL, stays as it is. */
  decoded = g_uri_unescape_string (last + 1, "/\\");
  return sheaf_name_sanitize (decoded != NULL ? decoded : last + 1);
}

char *
sheaf_name_get_extension (const char *name)
{
  const char *dot = strrchr (name, '.');
  gsize length = dot != NULL ? strlen (dot + 1) : 0;

  if (dot == NULL || dot == name || length == 0 || length > MAX_EXTENSION)
    return NULL;
  for (const char *p = dot + 1; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p))
      return NULL;
  return g_ascii_strdown (dot + 1, -1);
}

static gboolean
is_same_extension (const char *a, const char *b)
{
  static const char *const twins[][2]
      = { { "jpeg", "jpg" }, { "jpe", "jpg" },   { "tif", "tiff" },
          { "htm", "html" }, { "heif", "heic" }, { "gifv", "gif" } };

  if (g_strcmp0 (a, b) == 0)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (twins) - 1; i++)
    if (g_strcmp0 (a, twins[i][0]) == 0 && g_strcmp0 (b, twins[i][1]) == 0)
      return TRUE;
  return FALSE;
}

char *
sheaf_name_set_extension (const char *name, const char *extension)
{
  g_autofree char *old = sheaf_name_get_extension (name);
  g_autofree char *stem = NULL;

  if (is_same_extension (old, extension))
    return g_strdup (name);
  stem = old != NULL ? g_strndup (name, strlen (name) - strlen (old) - 1) : g_strdup (name);
  return extension != NULL ? g_strconcat (stem, ".", extension, NULL) : g_steal_pointer (&stem);
}

char *
sheaf_name_numbered (const char *name, guint n)
{
  g_autofree char *extension = sheaf_name_get_extension (name);
  g_autofree char *stem = NULL;

  if (n <= 1)
    return g_strdup (name);
  if (extension == NULL)
    return g_strdup_printf ("%s (%u)", name, n);
  stem = g_strndup (name, strlen (name) - strlen (extension) - 1);
  return g_strdup_printf ("%s (%u)%s", stem, n, name + strlen (stem));
}

char *
sheaf_name_fold (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autofree char *folded = g_utf8_casefold (valid, -1);
  char *same = g_utf8_normalize (folded, -1, G_NORMALIZE_NFKC);

  return same != NULL ? same : g_steal_pointer (&folded);
}

/* --- templates --- */

static char *
value_id (const SheafEntry *entry, const char *extension)
{
  return g_strdup (entry->id);
}

static char *
value_title (const SheafEntry *entry, const char *extension)
{
  return sheaf_entry_dup_display_title (entry);
}

static char *
value_source (const SheafEntry *entry, const char *extension)
{
  return g_strdup (entry->source);
}

static char *
value_index (const SheafEntry *entry, const char *extension)
{
  return g_strdup_printf ("%03u", entry->index + 1);
}

static char *
value_date (const SheafEntry *entry, const char *extension)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (entry->date);

  if (entry->date == 0 || date == NULL)
    /* Translators: stands for the date in a file name where it is not known */
    return g_strdup (_ ("undated"));
  return g_date_time_format (date, "%Y-%m-%d");
}

static char *
value_ext (const SheafEntry *entry, const char *extension)
{
  return g_strdup (extension != NULL ? extension : "");
}

static const struct
{
  const char *key;
  char *(*value) (const SheafEntry *entry, const char *extension);
} fields[] = {
  { "{id}", value_id },       { "{title}", value_title }, { "{source}", value_source },
  { "{index}", value_index }, { "{date}", value_date },   { "{ext}", value_ext },
};

gboolean
sheaf_name_check_template (const char *template, GError **error)
{
  guint n_folders = 0;

  g_return_val_if_fail (template != NULL, FALSE);

  for (const char *p = template; *p != '\0'; p++)
    {
      gboolean known = *p != '{';

      for (guint i = 0; !known && i < G_N_ELEMENTS (fields); i++)
        known = g_str_has_prefix (p, fields[i].key);
      if (!known)
        {
          g_autofree char *word = g_strndup (p, strcspn (p, "}") + (strchr (p, '}') != NULL));

          /* Translators: “{id}” and so on stay as they are */
          return sheaf_fail (error, SHEAF_ERROR_NAME,
                             _ ("“%s” is unknown; there are {id}, {title}, {source}, {index}, "
                                "{date} and {ext}."),
                             word);
        }
      n_folders += *p == '/';
    }
  if (strstr (template, "{id}") == NULL && strstr (template, "{title}") == NULL
      && strstr (template, "{index}") == NULL)
    return sheaf_fail (error, SHEAF_ERROR_NAME, _ ("A file name needs {id}, {title} or {index}."));
  if (n_folders > MAX_FOLDERS || strlen (template) > SHEAF_NAME_MAX)
    return sheaf_fail (error, SHEAF_ERROR_NAME, _ ("The pattern for file names is too long."));
  return TRUE;
}

/* Values never bring folders along: only the template's own “/” does. */
static char *
expand_component (const char *part, const SheafEntry *entry, const char *extension)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (const char *p = part; *p != '\0'; p++)
    {
      guint i = 0;

      while (i < G_N_ELEMENTS (fields) && !g_str_has_prefix (p, fields[i].key))
        i++;
      if (i < G_N_ELEMENTS (fields))
        {
          g_autofree char *value = fields[i].value (entry, extension);

          g_string_append (text, value);
          p += strlen (fields[i].key) - 1;
        }
      else
        g_string_append_c (text, *p);
    }
  return sheaf_name_sanitize (text->str);
}

static char *
expand_template (const SheafEntry *entry, const char *template, const char *extension)
{
  g_auto (GStrv) parts = g_strsplit (template, "/", MAX_FOLDERS + 1);
  g_autoptr (GPtrArray) safe = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *component = expand_component (parts[i], entry, extension);

      if (component != NULL)
        g_ptr_array_add (safe, component);
      else if (parts[i + 1] == NULL)
        return NULL;
    }
  if (safe->len > 0 && extension != NULL)
    {
      char *last = safe->pdata[safe->len - 1];

      safe->pdata[safe->len - 1] = sheaf_name_set_extension (last, extension);
      g_free (last);
    }
  g_ptr_array_add (safe, NULL);
  return g_strjoinv ("/", (char **) safe->pdata);
}

char *
sheaf_name_for_entry (const SheafEntry *entry,
                      const char *template,
                      const char *extension,
                      GError **error)
{
  g_autofree char *name = NULL;

  g_return_val_if_fail (entry != NULL, NULL);

  if (template != NULL && *template != '\0')
    {
      if (!sheaf_name_check_template (template, error))
        return NULL;
      name = expand_template (entry, template, extension);
    }
  else
    {
      g_autofree char *link = entry->url != NULL ? sheaf_name_from_url (entry->url) : NULL;

      if (link == NULL)
        link = sheaf_name_sanitize (entry->id);
      if (link != NULL)
        name = extension != NULL ? sheaf_name_set_extension (link, extension) : g_strdup (link);
    }
  if (name == NULL || *name == '\0')
    {
      sheaf_fail (error, SHEAF_ERROR_NAME, _ ("No safe file name can be made for “%.100s”."),
                  entry->id);
      return NULL;
    }
  return g_steal_pointer (&name);
}
