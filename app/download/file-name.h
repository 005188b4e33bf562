/* file-name.h: safe file names out of what strangers wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pure functions.  A name made here is one component: never a path, never hidden, never too long,
 * without control characters, and fit for every file system a person may copy it to. */
#pragma once

#include "app/base/entry.h"

G_BEGIN_DECLS

/* Longest name in bytes; leaves room for a number and for what a part file's name adds. */
#define SHEAF_NAME_MAX 180

/**
 * sheaf_name_sanitize:
 * @raw: any bytes
 *
 * Returns: (transfer full) (nullable): @raw as one safe component; %NULL where nothing is left
 */
char *sheaf_name_sanitize (const char *raw);

/**
 * sheaf_name_from_url:
 *
 * Returns: (transfer full) (nullable): the last component of @url's path, made safe; %NULL where it
 *   has none
 */
char *sheaf_name_from_url (const char *url);

/**
 * sheaf_name_get_extension:
 *
 * Returns: (transfer full) (nullable): what follows the last dot of @name, lower case, where it
 *   looks like an extension (1 to 8 letters and digits)
 */
char *sheaf_name_get_extension (const char *name);

/**
 * sheaf_name_set_extension:
 * @extension: (nullable): without dot; %NULL takes it away
 *
 * Returns: (transfer full): @name with @extension instead of its own; a jpeg that is called “.jpeg”
 *   (or a tiff “.tif”) keeps that
 */
char *sheaf_name_set_extension (const char *name, const char *extension);

/* @name for the case that it is taken @n - 1 times: “name (2).jpg”; @name itself for 1. */
char *sheaf_name_numbered (const char *name, guint n);

/* The same for two names that a file system somewhere takes for one (case, composition). */
char *sheaf_name_fold (const char *name);

/**
 * sheaf_name_for_entry:
 * @template: (nullable): with {id} {title} {source} {index} {date} {ext} and “/” for folders; %NULL
 *   names a file after its link
 * @extension: (nullable): without dot, for {ext}
 *
 * Returns: (transfer full) (nullable): a relative path of safe components, or %NULL with @error set
 *   (%SHEAF_ERROR_NAME)
 */
char *sheaf_name_for_entry (const SheafEntry *entry,
                            const char *template,
                            const char *extension,
                            GError **error);

/**
 * sheaf_name_check_template:
 *
 * Returns: whether @template can be used; else @error says why not, for a person who is typing it
 */
gboolean sheaf_name_check_template (const char *template, GError **error);

G_END_DECLS
