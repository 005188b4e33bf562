/* deliver.c: an answer onto the wire, whole or broken
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/deliver.h"

#include <string.h>
#include <sys/socket.h>

/* A body written by hand, and what comes after it. */
typedef struct
{
  GIOStream *stream;
  GSocket *socket; /* below @stream */
  GBytes *bytes;   /* head and as much of the body as will ever come */
  SheafFault fault;
  GPtrArray *held;
  GCancellable *ending;
  gsize written;
} Broken;

static void
broken_free (gpointer data)
{
  Broken *broken = data;

  g_clear_object (&broken->stream);
  g_clear_object (&broken->socket);
  g_clear_pointer (&broken->bytes, g_bytes_unref);
  g_ptr_array_unref (broken->held);
  g_object_unref (broken->ending);
  g_free (broken);
}

static void
close_by_reset (Broken *broken)
{
  /* Closing with no time to linger sends RST instead of FIN. */
  struct linger now = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (g_socket_get_fd (broken->socket), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  g_io_stream_close (broken->stream, NULL, NULL);
}

static void
on_endless_written (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Broken *broken = user_data;
  GOutputStream *output = G_OUTPUT_STREAM (object);

  if (!g_output_stream_write_all_finish (output, result, NULL, NULL))
    {
      broken_free (broken);
      return;
    }
  g_output_stream_write_all_async (output, g_bytes_get_data (broken->bytes, NULL),
                                   g_bytes_get_size (broken->bytes), G_PRIORITY_LOW, broken->ending,
                                   on_endless_written, broken);
}

static void
on_written (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Broken *broken = user_data;
  gboolean whole = g_output_stream_write_all_finish (G_OUTPUT_STREAM (object), result, NULL, NULL);

  if (broken->fault == SHEAF_FAULT_ENDLESS && whole)
    {
      static const char chunk[] = "2000\r\n";
      g_autoptr (GByteArray) noise = g_byte_array_new ();

      g_byte_array_append (noise, (const guint8 *) chunk, sizeof chunk - 1);
      g_byte_array_set_size (noise, sizeof chunk - 1 + 0x2000);
      memset (noise->data + sizeof chunk - 1, 'x', 0x2000);
      g_byte_array_append (noise, (const guint8 *) "\r\n", 2);
      g_bytes_unref (broken->bytes);
      broken->bytes = g_bytes_new (noise->data, noise->len);
      g_output_stream_write_all_async (G_OUTPUT_STREAM (object),
                                       g_bytes_get_data (broken->bytes, NULL),
                                       g_bytes_get_size (broken->bytes), G_PRIORITY_LOW,
                                       broken->ending, on_endless_written, broken);
      return;
    }
  if (broken->fault == SHEAF_FAULT_STALLED && whole)
    g_ptr_array_add (broken->held, g_steal_pointer (&broken->stream));
  else if (broken->fault == SHEAF_FAULT_RESET)
    close_by_reset (broken);
  else
    g_io_stream_close (broken->stream, NULL, NULL);
  broken_free (broken);
}

static gboolean
on_drip (gpointer user_data)
{
  Broken *broken = user_data;
  gsize length;
  const char *data = g_bytes_get_data (broken->bytes, &length);
  /* The head goes at once, so that what drips is the body. */
  const char *body = memmem (data, length, "\r\n\r\n", 4);
  gsize n = broken->written == 0 ? (gsize) (body + 4 - data) : MIN (64, length - broken->written);
  gssize sent;

  sent = g_pollable_output_stream_write_nonblocking (
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (broken->stream)),
      data + broken->written, n, NULL, NULL);
  if (sent > 0)
    broken->written += (gsize) sent;
  return sent > 0 && broken->written < length ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
append_header (const char *name, const char *value, gpointer head)
{
  g_string_append_printf (head, "%s: %s\r\n", name, value);
}

/* Where the client wants the body to begin; what is broken must get on with each try, too. */
static gsize
wanted_offset (SoupServerMessage *message, gsize length)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  SoupRange *ranges;
  int n = 0;
  gsize offset = 0;

  if (soup_message_headers_get_ranges (headers, (goffset) length, &ranges, &n))
    {
      if (n == 1 && ranges[0].start > 0 && (gsize) ranges[0].start < length)
        offset = (gsize) ranges[0].start;
      soup_message_headers_free_ranges (headers, ranges);
    }
  return offset;
}

static GBytes *
compose (SoupServerMessage *message, const SheafDemoAnswer *answer, SheafFault fault)
{
  gsize length = 0, offset, n;
  const char *body = answer->body != NULL ? g_bytes_get_data (answer->body, &length) : "";
  gboolean chunked = fault == SHEAF_FAULT_BROKEN_CHUNKS || fault == SHEAF_FAULT_ENDLESS;
  g_autoptr (GString) head = g_string_new (NULL);

  offset = chunked ? 0 : wanted_offset (message, length);
  n = fault == SHEAF_FAULT_SLOW_DRIP ? length - offset : (length - offset) / 2;
  g_string_append_printf (head, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\n",
                          offset > 0 ? 206 : answer->status,
                          soup_status_get_phrase (offset > 0 ? 206 : answer->status), answer->type);
  soup_message_headers_foreach (answer->headers, append_header, head);
  if (offset > 0)
    g_string_append_printf (head,
                            "Content-Range: bytes %" G_GSIZE_FORMAT "-%" G_GSIZE_FORMAT
                            "/%" G_GSIZE_FORMAT "\r\n",
                            offset, length - 1, length);
  if (chunked)
    g_string_append_printf (head, "Transfer-Encoding: chunked\r\n\r\n%" G_GSIZE_MODIFIER "x\r\n",
                            n);
  else
    g_string_append_printf (head, "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n", length - offset);
  g_string_append_len (head, body + offset, (gssize) n);
  if (chunked)
    g_string_append (head, "\r\n");
  return g_string_free_to_bytes (g_steal_pointer (&head));
}

static void
deliver_broken (SoupServerMessage *message,
                const SheafDemoAnswer *answer,
                SheafFault fault,
                GPtrArray *held,
                GCancellable *ending)
{
  Broken *broken = g_new0 (Broken, 1);

  broken->bytes = compose (message, answer, fault);
  broken->fault = fault;
  broken->held = g_ptr_array_ref (held);
  broken->ending = g_object_ref (ending);
  broken->socket = g_object_ref (soup_server_message_get_socket (message));
  broken->stream = soup_server_message_steal_connection (message);
  if (broken->stream == NULL)
    {
      broken_free (broken);
      return;
    }
  if (fault == SHEAF_FAULT_SILENT)
    {
      g_ptr_array_add (held, g_steal_pointer (&broken->stream));
      broken_free (broken);
    }
  else if (fault == SHEAF_FAULT_SLOW_DRIP)
    {
      g_autoptr (GSource) source = g_timeout_source_new (100);

      g_source_set_callback (source, on_drip, broken, broken_free);
      g_source_attach (source, g_main_context_get_thread_default ());
    }
  else
    g_output_stream_write_all_async (
        g_io_stream_get_output_stream (broken->stream), g_bytes_get_data (broken->bytes, NULL),
        g_bytes_get_size (broken->bytes), G_PRIORITY_DEFAULT, broken->ending, on_written, broken);
}

static GBytes *
compress (GBytes *bytes)
{
  g_autoptr (GZlibCompressor) gzip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1);
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_bytes (bytes);
  g_autoptr (GInputStream) packed = g_converter_input_stream_new (plain, G_CONVERTER (gzip));
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();

  g_output_stream_splice (out, packed, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
}

static void
copy_header (const char *name, const char *value, gpointer headers)
{
  soup_message_headers_replace (headers, name, value);
}

static void
deliver_sound (SoupServerMessage *message, const SheafDemoAnswer *answer, SheafFault fault)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autoptr (GBytes) body = answer->body != NULL ? g_bytes_ref (answer->body) : NULL;

  soup_message_headers_foreach (answer->headers, copy_header, headers);
  soup_server_message_set_status (message, answer->status, NULL);
  if (body != NULL && fault == SHEAF_FAULT_GZIP)
    {
      g_autoptr (GBytes) plain = g_steal_pointer (&body);

      body = compress (plain);
      soup_message_headers_replace (headers, "Content-Encoding", "gzip");
    }
  if (body != NULL && fault == SHEAF_FAULT_WRONG_LENGTH)
    {
      g_autoptr (GBytes) whole = g_steal_pointer (&body);

      body = g_bytes_new_from_bytes (whole, 0, g_bytes_get_size (whole) * 3 / 4);
    }
  if (body != NULL)
    {
      gsize length;
      const char *data = g_bytes_get_data (body, &length);

      soup_server_message_set_response (message, answer->type, SOUP_MEMORY_COPY, data, length);
    }
  soup_server_message_unpause (message);
}

void
sheaf_demo_deliver (SoupServerMessage *message,
                    const SheafDemoAnswer *answer,
                    SheafFault fault,
                    GPtrArray *held,
                    GCancellable *ending)
{
  switch ((int) fault)
    {
    case SHEAF_FAULT_TRUNCATED:
    case SHEAF_FAULT_BROKEN_CHUNKS:
    case SHEAF_FAULT_RESET:
    case SHEAF_FAULT_STALLED:
    case SHEAF_FAULT_SILENT:
    case SHEAF_FAULT_SLOW_DRIP:
    case SHEAF_FAULT_ENDLESS:
      deliver_broken (message, answer, fault, held, ending);
      break;
    default:
      deliver_sound (message, answer, fault);
      break;
    }
}
