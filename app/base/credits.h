/* credits.h: who made what, and what may be done with it, in writing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pure: text for the files that are written beside downloads. */
#pragma once

#include "app/base/entry.h"

G_BEGIN_DECLS

/**
 * sheaf_credits_dup_json:
 * @file_name: (nullable): of the picture on this machine
 *
 * Returns: (transfer full): all facts of @entry that are known, as one JSON object, indented, with
 * a line feed at its end: the sidecar of a picture
 */
char *sheaf_credits_dup_json (const SheafEntry *entry, const char *file_name);

/**
 * sheaf_credits_dup_line:
 * @file_name: of the picture on this machine
 *
 * Returns: (transfer full): one line of CREDITS.md: the file, its title, its author, its licence
 * and where it comes from, as licences want them named
 */
char *sheaf_credits_dup_line (const SheafEntry *entry, const char *file_name);

/**
 * sheaf_credits_dup_markdown:
 * @entries: (element-type SheafEntry)
 * @file_names: (element-type utf8): as many
 *
 * Returns: (transfer full): all of CREDITS.md
 */
char *sheaf_credits_dup_markdown (GPtrArray *entries, GPtrArray *file_names);

G_END_DECLS
