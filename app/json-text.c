/* json-text.c: JSON for people, too
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/json-text.h"

#include <math.h>
#include <string.h>

/* The end of the string that begins at @text. */
static const char *
skip_string (const char *text)
{
  for (text++; *text != '"'; text++)
    if (*text == '\\')
      text++;
  return text + 1;
}

static void
append_number (GString *out, const char *text, gsize length)
{
  g_autofree char *token = g_strndup (text, length);
  char shorter[G_ASCII_DTOSTR_BUF_SIZE];
  double value;

  if (strpbrk (token, ".eE") == NULL)
    {
      g_string_append (out, token);
      return;
    }
  value = g_ascii_strtod (token, NULL);
  g_ascii_formatd (shorter, sizeof shorter, fabs (value) < 1 ? "%.6f" : "%.3f", value);
  /* It stays a fraction: “2.0”, not “2”. */
  for (gsize end = strlen (shorter) - 1; shorter[end] == '0' && shorter[end - 1] != '.'; end--)
    shorter[end] = '\0';
  g_string_append (out, shorter);
}

char *
sheaf_json_to_text (JsonNode *root)
{
  g_autofree char *text = json_to_string (root, FALSE);
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *at = text, *end; *at != '\0'; at = end)
    {
      if (*at == '"')
        {
          end = skip_string (at);
          g_string_append_len (out, at, end - at);
        }
      else if (*at == '-' || g_ascii_isdigit (*at))
        {
          end = at + strspn (at, "-+.eE0123456789");
          append_number (out, at, end - at);
        }
      else
        {
          end = at + 1;
          g_string_append_c (out, *at);
        }
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
