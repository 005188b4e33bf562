/* json-reader.h: JSON of strangers, read without trusting any of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What galleries answer may be hostile or merely wrong: too deep, too long, null where a number was
 * promised, a string where an object was.  The text is measured before it is parsed, and every
 * reader here takes any node and gives a default for what is not of its kind. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define SHEAF_JSON_MAX_DEPTH  64
#define SHEAF_JSON_MAX_VALUES 400000

/**
 * sheaf_json_parse:
 *
 * Returns: (transfer full) (nullable): the root, or %NULL with @error set (%SHEAF_ERROR_PROTOCOL
 *   for what is not JSON or nested too deep, %SHEAF_ERROR_TOO_LARGE for too many values).  Invalid
 *   UTF-8 and halves of surrogate pairs are repaired
 */
JsonNode *sheaf_json_parse (GBytes *bytes, GError **error);

/**
 * sheaf_json_repair_surrogates:
 * @text: JSON
 *
 * Returns: (transfer full) (nullable): @text, as long and with a zero byte after it, in which
 *   "\ufffd" stands for every escape of half a character ("\ud800" alone); %NULL where there is
 *   none
 */
char *sheaf_json_repair_surrogates (const char *text, gsize length);

/* The object or array in @node itself; %NULL for anything else, %NULL included. */
JsonObject *sheaf_json_as_object (JsonNode *node);
JsonArray *sheaf_json_as_array (JsonNode *node);

/* Members of @object (nullable): %NULL, 0 or %FALSE for what is missing or of another kind. */
JsonNode *sheaf_json_get (JsonObject *object, const char *name);
JsonObject *sheaf_json_get_object (JsonObject *object, const char *name);
JsonArray *sheaf_json_get_array (JsonObject *object, const char *name);
const char *sheaf_json_get_string (JsonObject *object, const char *name);
gboolean sheaf_json_get_bool (JsonObject *object, const char *name);

/* An integer; also one written as a string or with a fraction of nothing. */
gint64 sheaf_json_get_int (JsonObject *object, const char *name);

/* The same between 0 and @most; 0 for what lies outside. */
guint64 sheaf_json_get_count (JsonObject *object, const char *name, guint64 most);

/**
 * sheaf_json_dup_text:
 *
 * Returns: (transfer full) (nullable): a string for a person on one line: no control characters, no
 *   runs of blanks, at most 2,000 characters; %NULL where nothing is left
 */
char *sheaf_json_dup_text (JsonObject *object, const char *name);

/* Elements of @array (nullable). */
guint sheaf_json_length (JsonArray *array);
JsonObject *sheaf_json_object_at (JsonArray *array, guint index);
const char *sheaf_json_string_at (JsonArray *array, guint index);

G_END_DECLS
