/* output.h: results on standard output, one line each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A reader that went away, or a full disk, is noticed at the line that could not be written. */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Writes @text and a newline, at once; whether that worked, and all before. */
gboolean sheaf_output_line (const char *text);

/* The same with an object on one line; takes it over. */
gboolean sheaf_output_json (JsonObject *object);

/* Whether everything written so far arrived. */
gboolean sheaf_output_is_well (void);

/**
 * sheaf_output_close:
 * @status: the exit status so far
 *
 * Makes sure that everything arrived, and says so where it did not.
 *
 * Returns: the exit status to end with
 */
int sheaf_output_close (int status);

G_END_DECLS
