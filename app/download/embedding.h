/* embedding.h: what is known of a picture, put into its file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The part is whole and judged (its checksum, too) before the verb `embed` may look at it, and what
 * comes back replaces the part's content before that gets its name. */
#pragma once

#include "app/base/entry.h"
#include "app/work/job.h"

G_BEGIN_DECLS

/**
 * sheaf_embedding_new_job:
 * @fd: (transfer full): the whole picture, open for reading only
 *
 * Returns: (transfer full) (nullable): the job of writing down what is known of @entry; %NULL where
 *   there is nothing to say
 */
SheafJob *sheaf_embedding_new_job (const SheafEntry *entry, int fd);

/**
 * sheaf_embedding_take:
 * @reply: what `embed` gave, possibly hostile
 * @fd: the open part; may block
 * @changed: (out): whether the part is not what it was any more, also where this fails
 *
 * Puts the changed picture in place of the part's content, in the only order that a crash survives:
 * the part forgets first what it is a part of.
 *
 * Returns: %FALSE with @error set
 */
gboolean sheaf_embedding_take (const SheafReply *reply, int fd, gboolean *changed, GError **error);

G_END_DECLS
