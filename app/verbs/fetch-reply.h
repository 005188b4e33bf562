/* fetch-reply.h: what a `fetch` job says of the answer it got
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/work/job.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * sheaf_fetch_reply_new:
 * @message: answered
 * @uri: the address after redirects
 * @bytes: length of the file now
 * @length_known: whether that was announced or expected
 *
 * Returns: (transfer full): the reply as verb-fetch.h describes it
 */
SheafReply *sheaf_fetch_reply_new (SoupMessage *message,
                                   GUri *uri,
                                   guint64 bytes,
                                   gboolean resumed,
                                   gboolean length_known,
                                   guint ms);

/* (nullable): what identifies this version of the file; asked only where its length is announced: a
 * body that ends anywhere may hold anything. */
const char *sheaf_fetch_reply_validator (SoupMessageHeaders *headers);

G_END_DECLS
