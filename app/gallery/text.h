/* text.h: what strangers wrote, as plain text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sheaf_text_one_line:
 * @text: (nullable): UTF-8
 *
 * Returns: (transfer full) (nullable): @text without control characters and runs of blanks, at most
 *   2,000 characters; %NULL where nothing is left
 */
char *sheaf_text_one_line (const char *text);

/**
 * sheaf_text_from_html:
 * @html: (nullable): UTF-8, a fragment as metadata fields hold it
 *
 * Tags go (block ones become a blank), what is in style and script elements with them, entities are
 * resolved.  Nothing is interpreted, so it need not be well formed.
 *
 * Returns: (transfer full) (nullable): as sheaf_text_one_line()
 */
char *sheaf_text_from_html (const char *html);

/**
 * sheaf_text_date:
 * @text: (nullable): a date as galleries write it: ISO 8601 ("2019-05-04", with a time or without),
 *   or a year alone
 *
 * Returns: seconds since 1970, or 0 for what cannot be understood
 */
gint64 sheaf_text_date (const char *text);

G_END_DECLS
