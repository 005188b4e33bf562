/* body-end.h: whether a body that ended was ended by the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HTTP says in three ways how long a body is: by a length, by a last chunk (or a last frame), or by
 * closing the connection.  Only the last of them cannot be told from a connection that broke. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef enum
{
  SHEAF_BODY_UNKNOWN, /* nothing but the end of the connection ended it */
  SHEAF_BODY_WHOLE,
  SHEAF_BODY_CUT,
} SheafBodyEnd;

/**
 * sheaf_body_get_end:
 * @message: answered
 * @body: its body, after a read that returned 0, and not closed yet
 */
SheafBodyEnd sheaf_body_get_end (SoupMessage *message, GInputStream *body);

/* Whether a read would return at once. */
gboolean sheaf_body_is_waiting (GInputStream *body);

G_END_DECLS
