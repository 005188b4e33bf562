/* body-file.h: the open file that a body is written into
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes go straight to the descriptor at a known place, so that what is in the file is always a
 * true prefix of the body, whenever the process dies. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Writes all of it at @offset. */
gboolean
sheaf_body_file_write (int fd, guint64 offset, const void *data, gsize length, GError **error);

/* Cuts the file to @length. */
gboolean sheaf_body_file_truncate (int fd, guint64 length, GError **error);

/**
 * sheaf_body_file_keep_validator:
 * @name: of the extended attribute
 * @total: how long the whole body is
 * @validator: (nullable): %NULL takes it away
 *
 * Notes on the file itself which version of the body it holds, and of how much it is a part: set
 * before the first byte of it, so that a part file can be gone on with after any crash.  Where the
 * file system has no attributes, nothing is kept and the file is fetched anew.
 */
void
sheaf_body_file_keep_validator (int fd, const char *name, guint64 total, const char *validator);

G_END_DECLS
