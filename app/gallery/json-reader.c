/* json-reader.c: JSON of strangers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/json-reader.h"

#include "app/gallery/text.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

/* json-glib parses by recursion and makes a node of every value: both are bounded beforehand.  It
 * also knows comments and strings between single quotes, which JSON does not: a quotation mark in
 * one of them would hide all that follows from this count. */
static gboolean
measure (const char *text, gsize length, GError **error)
{
  guint depth = 0, values = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];

      if (in_string)
        {
          if (c == '\\')
            i++;
          else if (c == '"')
            in_string = FALSE;
          continue;
        }
      if (c == '"')
        in_string = TRUE;
      else if (c == '[' || c == '{')
        {
          values++;
          if (++depth > SHEAF_JSON_MAX_DEPTH)
            return sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("the answer is nested too deep"));
        }
      else if ((c == ']' || c == '}') && depth > 0)
        depth--;
      else if (c == '/' || c == '\'' || c == '#')
        return sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("the answer is not JSON"));
      else if (c == ',')
        values++;
      if (values > SHEAF_JSON_MAX_VALUES)
        {
          g_propagate_error (error, sheaf_error_new (SHEAF_ERROR_TOO_LARGE,
                                                     _ ("the answer holds too many values"),
                                                     SOUP_STATUS_OK, -1));
          return FALSE;
        }
    }
  return TRUE;
}

/* The UTF-16 unit that "\uXXXX" at @text spells; -1 where none does. */
static gint
read_escape (const char *text, gsize length)
{
  gint unit = 0;

  if (length < 6 || text[0] != '\\' || text[1] != 'u')
    return -1;
  for (guint i = 2; i < 6; i++)
    {
      gint digit = g_ascii_xdigit_value (text[i]);

      if (digit < 0)
        return -1;
      unit = unit * 16 + digit;
    }
  return unit;
}

char *
sheaf_json_repair_surrogates (const char *text, gsize length)
{
  char *repaired = NULL;

  for (gsize i = 0; i < length; i++)
    {
      gint unit;

      if (text[i] != '\\')
        continue;
      unit = read_escape (text + i, length - i);
      if (unit >= 0xd800 && unit <= 0xdfff)
        {
          gint next = read_escape (text + i + 6, length - i - 6);

          if (unit <= 0xdbff && next >= 0xdc00 && next <= 0xdfff)
            {
              i += 11;
              continue;
            }
          if (repaired == NULL)
            {
              repaired = g_malloc (length + 1);
              memcpy (repaired, text, length);
              repaired[length] = '\0';
            }
          memcpy (repaired + i, "\\ufffd", 6);
        }
      /* What is escaped is not looked at: it may be another backslash. */
      i += unit >= 0 ? 5 : 1;
    }
  return repaired;
}

JsonNode *
sheaf_json_parse (GBytes *bytes, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autofree char *repaired = NULL, *paired = NULL;
  g_autoptr (GError) local = NULL;
  JsonNode *root;
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  if (text == NULL)
    text = "";
  if (!g_utf8_validate_len (text, length, NULL))
    {
      text = repaired = g_utf8_make_valid (text, (gssize) length);
      length = strlen (text);
    }
  if (!measure (text, length, error))
    return NULL;
  /* json-glib refuses all of a page for half a character in one title. */
  paired = sheaf_json_repair_surrogates (text, length);
  if (paired != NULL)
    text = paired;
  if (!json_parser_load_from_data (parser, text, (gssize) length, &local))
    {
      sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("the answer is not JSON"));
      return NULL;
    }
  root = json_parser_steal_root (parser);
  if (root == NULL)
    sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("the answer is empty"));
  return root;
}

JsonObject *
sheaf_json_as_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
sheaf_json_as_array (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

JsonNode *
sheaf_json_get (JsonObject *object, const char *name)
{
  return object != NULL ? json_object_get_member (object, name) : NULL;
}

JsonObject *
sheaf_json_get_object (JsonObject *object, const char *name)
{
  return sheaf_json_as_object (sheaf_json_get (object, name));
}

JsonArray *
sheaf_json_get_array (JsonObject *object, const char *name)
{
  return sheaf_json_as_array (sheaf_json_get (object, name));
}

static const char *
as_string (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
                 && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

const char *
sheaf_json_get_string (JsonObject *object, const char *name)
{
  return as_string (sheaf_json_get (object, name));
}

gboolean
sheaf_json_get_bool (JsonObject *object, const char *name)
{
  JsonNode *node = sheaf_json_get (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strcmp0 (json_node_get_string (node), "true") == 0;
  return json_node_get_value_type (node) == G_TYPE_BOOLEAN ? json_node_get_boolean (node)
                                                           : json_node_get_int (node) != 0;
}

gint64
sheaf_json_get_int (JsonObject *object, const char *name)
{
  JsonNode *node = sheaf_json_get (object, name);
  GType type;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return 0;
  type = json_node_get_value_type (node);
  if (type == G_TYPE_INT64)
    return json_node_get_int (node);
  if (type == G_TYPE_DOUBLE)
    {
      double value = json_node_get_double (node);

      return value > -9e15 && value < 9e15 ? (gint64) value : 0;
    }
  if (type == G_TYPE_STRING)
    {
      gint64 value;

      return g_ascii_string_to_signed (json_node_get_string (node), 10, G_MININT64, G_MAXINT64,
                                       &value, NULL)
                 ? value
                 : 0;
    }
  return 0;
}

guint64
sheaf_json_get_count (JsonObject *object, const char *name, guint64 most)
{
  gint64 value = sheaf_json_get_int (object, name);

  return value > 0 && (guint64) value <= most ? (guint64) value : 0;
}

char *
sheaf_json_dup_text (JsonObject *object, const char *name)
{
  return sheaf_text_one_line (sheaf_json_get_string (object, name));
}

guint
sheaf_json_length (JsonArray *array)
{
  return array != NULL ? json_array_get_length (array) : 0;
}

JsonObject *
sheaf_json_object_at (JsonArray *array, guint index)
{
  return index < sheaf_json_length (array)
             ? sheaf_json_as_object (json_array_get_element (array, index))
             : NULL;
}

const char *
sheaf_json_string_at (JsonArray *array, guint index)
{
  return index < sheaf_json_length (array) ? as_string (json_array_get_element (array, index))
                                           : NULL;
}
