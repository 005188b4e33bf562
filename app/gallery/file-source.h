/* file-source.h: pictures on this machine: a folder, or one file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/gallery/source.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_FILE_SOURCE (sheaf_file_source_get_type ())
G_DECLARE_FINAL_TYPE (SheafFileSource, sheaf_file_source, SHEAF, FILE_SOURCE, GObject)

/**
 * sheaf_file_source_new:
 * @files: (element-type GFile): pictures and folders; folders recursively
 */
SheafSource *sheaf_file_source_new (GPtrArray *files);

/* For the table. */
gboolean sheaf_file_claims (const char *spec);
SheafSource *
sheaf_file_create (const char *spec, const SheafSourceContext *context, GError **error);

G_END_DECLS
