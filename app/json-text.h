/* json-text.h: JSON for people, too
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * sheaf_json_to_text:
 *
 * One line of JSON.  json-glib writes fractions with 17 digits, of which nothing measured has more
 * than a few: here they have three decimals, and six below 1.
 *
 * Returns: (transfer full): the text
 */
char *sheaf_json_to_text (JsonNode *root);

G_END_DECLS
