/* content.h: what a file really is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Servers claim types; the first bytes tell.  Whatever is not the picture that was asked for (an
 * error page, Imgur's sign for removed pictures, a still preview of an animation) is refused here,
 * before it gets a name. */
#pragma once

#include "app/base/entry.h"

G_BEGIN_DECLS

/**
 * sheaf_content_sniff:
 * @head: the beginning of a file; 4 KiB are enough
 *
 * Returns: (nullable): its MIME type by signature ("image/jpeg", "text/html", "video/mp4", …)
 */
const char *sheaf_content_sniff (const guint8 *head, gsize length);

/**
 * sheaf_content_extension:
 *
 * Returns: (nullable): the usual extension of @type, without dot
 */
const char *sheaf_content_extension (const char *type);

/**
 * sheaf_content_get_stand_ins:
 *
 * Returns: (transfer floating): at, the lengths of the files that are known to come in place of a
 *   picture
 */
GVariant *sheaf_content_get_stand_ins (void);

/**
 * SheafContentCheck:
 * @entry: what was asked for
 * @any_type: whether something that is no picture is welcome too
 * @length_known: whether the length was announced, and is right; else the file's own end is looked
 *   at
 */
typedef struct
{
  const SheafEntry *entry;
  gboolean any_type;
  gboolean length_known;
} SheafContentCheck;

/**
 * sheaf_content_check:
 * @fd: a whole file; may block
 * @type: (out): its MIME type by signature; %NULL where that is unknown (with any_type only)
 *
 * Returns: whether the file is what was asked for; else @error says what it is instead
 */
gboolean
sheaf_content_check (int fd, const SheafContentCheck *check, const char **type, GError **error);

G_END_DECLS
