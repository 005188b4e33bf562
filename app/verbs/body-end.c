/* body-end.c: whether a body that ended was ended by the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libsoup 3.2 gives a chunked body whose connection closes between two chunks the same end as a
 * whole one.  They differ in one thing: a whole one is at its end whatever is asked of it, a cut
 * one asks the connection again.  So it is read once more with a cancellable that is cancelled
 * already: the connection then answers "cancelled", and only then. */
#include "config.h"

#include "app/verbs/body-end.h"

/* The stream that knows the chunks, below what unpacks and counts them. */
static GInputStream *
stream_of_chunks (GInputStream *body)
{
  while (g_strcmp0 (G_OBJECT_TYPE_NAME (body), "SoupBodyInputStream") != 0)
    {
      if (!G_IS_FILTER_INPUT_STREAM (body))
        return NULL;
      body = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (body));
    }
  return body;
}

static SheafBodyEnd
end_of_chunks (GInputStream *body)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  GInputStream *chunks = stream_of_chunks (body);
  char line[128]; /* also room for a line, which it may look for */

  if (chunks == NULL)
    return SHEAF_BODY_UNKNOWN;
  g_cancellable_cancel (cancelled);
  return g_input_stream_read (chunks, line, sizeof line, cancelled, NULL) == 0 ? SHEAF_BODY_WHOLE
                                                                               : SHEAF_BODY_CUT;
}

SheafBodyEnd
sheaf_body_get_end (SoupMessage *message, GInputStream *body)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  SoupEncoding encoding;

  /* Only a last frame ends a stream there. */
  if (soup_message_get_http_version (message) == SOUP_HTTP_2_0)
    return SHEAF_BODY_WHOLE;
  encoding = soup_message_headers_get_encoding (headers);
  if (encoding == SOUP_ENCODING_CHUNKED)
    return end_of_chunks (body);
  return encoding == SOUP_ENCODING_CONTENT_LENGTH ? SHEAF_BODY_WHOLE : SHEAF_BODY_UNKNOWN;
}

gboolean
sheaf_body_is_waiting (GInputStream *body)
{
  return G_IS_POLLABLE_INPUT_STREAM (body)
         && g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (body))
         && g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (body));
}
