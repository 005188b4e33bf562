/* fault-server.c: a server that does exactly what a test tells it, byte by byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/fault-server.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

typedef struct
{
  FaultFunc func;
  gpointer user_data;
} Rule;

struct _FaultServer
{
  GSocketListener *listener;
  GThread *thread;
  GCancellable *stopping;
  guint16 port;

  GMutex mutex;
  GCond idle;
  guint n_running;
  guint n_connections;
  GHashTable *rules;  /* path → Rule */
  GHashTable *counts; /* path → number */
};

struct _FaultConnection
{
  FaultServer *server;
  GSocketConnection *stream;
  GDataInputStream *input;
};

static gboolean
read_request (FaultConnection *self, FaultRequest *request)
{
  g_autofree char *line
      = g_data_input_stream_read_line (self->input, NULL, self->server->stopping, NULL);
  g_auto (GStrv) words = NULL;

  if (line == NULL)
    return FALSE;
  words = g_strsplit (line, " ", 3);
  if (g_strv_length (words) != 3)
    return FALSE;
  request->path = g_strdup (words[1]);
  request->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  while (TRUE)
    {
      g_autofree char *header
          = g_data_input_stream_read_line (self->input, NULL, self->server->stopping, NULL);
      char *colon = header != NULL ? strchr (header, ':') : NULL;

      if (header == NULL)
        return FALSE;
      if (colon == NULL)
        return TRUE;
      g_hash_table_insert (request->headers, g_ascii_strdown (header, colon - header),
                           g_strstrip (g_strdup (colon + 1)));
    }
}

static gboolean
serve_request (FaultConnection *self, const FaultRequest *request)
{
  g_autofree char *path = g_strndup (request->path, strcspn (request->path, "?"));
  Rule *rule, copy = { NULL };

  g_mutex_lock (&self->server->mutex);
  rule = g_hash_table_lookup (self->server->rules, path);
  if (rule == NULL)
    rule = g_hash_table_lookup (self->server->rules, "*");
  if (rule != NULL)
    copy = *rule;
  g_hash_table_insert (
      self->server->counts, g_strdup (path),
      GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (self->server->counts, path)) + 1));
  g_mutex_unlock (&self->server->mutex);
  if (copy.func == NULL)
    g_test_message ("no answer for %s", path);
  if (copy.func == NULL)
    return fault_answer (self, "404 Not Found", "", "no", 2);
  return copy.func (self, request, copy.user_data);
}

static gpointer
connection_thread (gpointer data)
{
  FaultConnection *self = data;
  FaultServer *server = self->server;
  gboolean go_on = TRUE;

  while (go_on)
    {
      FaultRequest request = { NULL };

      go_on = read_request (self, &request) && serve_request (self, &request);
      g_free (request.path);
      g_clear_pointer (&request.headers, g_hash_table_unref);
    }
  g_io_stream_close (G_IO_STREAM (self->stream), NULL, NULL);
  g_object_unref (self->input);
  g_object_unref (self->stream);
  g_free (self);

  g_mutex_lock (&server->mutex);
  server->n_running--;
  g_cond_broadcast (&server->idle);
  g_mutex_unlock (&server->mutex);
  return NULL;
}

static gpointer
accept_thread (gpointer data)
{
  FaultServer *self = data;

  while (TRUE)
    {
      GSocketConnection *stream
          = g_socket_listener_accept (self->listener, NULL, self->stopping, NULL);
      FaultConnection *connection;

      if (stream == NULL)
        return NULL;
      connection = g_new0 (FaultConnection, 1);
      connection->server = self;
      connection->stream = stream;
      connection->input
          = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (stream)));
      g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (connection->input),
                                                   FALSE);
      g_data_input_stream_set_newline_type (connection->input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
      g_mutex_lock (&self->mutex);
      self->n_running++;
      self->n_connections++;
      g_mutex_unlock (&self->mutex);
      g_thread_unref (g_thread_new ("fault-connection", connection_thread, connection));
    }
}

FaultServer *
fault_server_new (void)
{
  FaultServer *self = g_new0 (FaultServer, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) got = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->mutex);
  g_cond_init (&self->idle);
  self->rules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->stopping = g_cancellable_new ();
  self->listener = g_socket_listener_new ();
  g_socket_listener_add_address (self->listener, wanted, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &got, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  self->thread = g_thread_new ("fault-accept", accept_thread, self);
  return self;
}

void
fault_server_free (FaultServer *self)
{
  g_cancellable_cancel (self->stopping);
  g_thread_join (self->thread);
  g_mutex_lock (&self->mutex);
  while (self->n_running > 0)
    g_cond_wait (&self->idle, &self->mutex);
  g_mutex_unlock (&self->mutex);
  g_socket_listener_close (self->listener);
  g_object_unref (self->listener);
  g_object_unref (self->stopping);
  g_hash_table_unref (self->rules);
  g_hash_table_unref (self->counts);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->idle);
  g_free (self);
}

void
fault_server_on (FaultServer *self, const char *path, FaultFunc func, gpointer user_data)
{
  Rule *rule = g_new0 (Rule, 1);

  rule->func = func;
  rule->user_data = user_data;
  g_mutex_lock (&self->mutex);
  g_hash_table_replace (self->rules, g_strdup (path), rule);
  g_mutex_unlock (&self->mutex);
}

guint
fault_server_get_port (FaultServer *self)
{
  return self->port;
}

char *
fault_server_url (FaultServer *self, const char *path)
{
  return g_strdup_printf ("http://127.0.0.1:%u%s", self->port, path);
}

guint
fault_server_get_n_requests (FaultServer *self, const char *path)
{
  guint n = 0;

  g_mutex_lock (&self->mutex);
  if (path != NULL)
    n = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, path));
  else
    {
      GHashTableIter iter;
      gpointer value;

      g_hash_table_iter_init (&iter, self->counts);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        n += GPOINTER_TO_UINT (value);
    }
  g_mutex_unlock (&self->mutex);
  return n;
}

guint
fault_server_get_n_connections (FaultServer *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->n_connections;
  g_mutex_unlock (&self->mutex);
  return n;
}

gboolean
fault_send (FaultConnection *self, const void *data, gsize length)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (self->stream)),
                                    data, length, NULL, self->server->stopping, NULL);
}

gboolean
fault_printf (FaultConnection *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  return fault_send (self, text, strlen (text));
}

void
fault_sleep (FaultConnection *self, guint ms)
{
  GPollFD poll_fd;

  if (g_cancellable_make_pollfd (self->server->stopping, &poll_fd))
    {
      g_poll (&poll_fd, 1, ms);
      g_cancellable_release_fd (self->server->stopping);
    }
}

void
fault_reset (FaultConnection *self)
{
  struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
  int fd = g_socket_get_fd (g_socket_connection_get_socket (self->stream));

  setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  g_io_stream_close (G_IO_STREAM (self->stream), NULL, NULL);
}

gboolean
fault_answer (
    FaultConnection *self, const char *status, const char *headers, const void *body, gsize length)
{
  return fault_printf (self, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n", status, headers,
                       length)
         && fault_send (self, body, length);
}

gboolean
fault_answer_file (FaultConnection *self,
                   const FaultRequest *request,
                   GBytes *file,
                   const char *type,
                   const char *etag)
{
  const char *range = g_hash_table_lookup (request->headers, "range");
  const char *if_range = g_hash_table_lookup (request->headers, "if-range");
  gsize length;
  const char *data = g_bytes_get_data (file, &length);
  g_autofree char *headers
      = g_strdup_printf ("Content-Type: %s\r\nAccept-Ranges: bytes\r\nETag: %s\r\n", type, etag);
  guint64 offset = 0;

  if (range != NULL && g_str_has_prefix (range, "bytes=")
      && (if_range == NULL || g_str_equal (if_range, etag)))
    {
      g_autofree char *more = NULL;

      offset = g_ascii_strtoull (range + strlen ("bytes="), NULL, 10);
      if (offset >= length)
        {
          more = g_strdup_printf ("Content-Range: bytes */%zu\r\n", length);
          return fault_answer (self, "416 Range Not Satisfiable", more, "", 0);
        }
      more = g_strdup_printf ("%sContent-Range: bytes %" G_GUINT64_FORMAT "-%zu/%zu\r\n", headers,
                              offset, length - 1, length);
      return fault_answer (self, "206 Partial Content", more, data + offset, length - offset);
    }
  return fault_answer (self, "200 OK", headers, data, length);
}

GBytes *
fault_bytes (gsize length, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint8 *data = g_malloc (length + 4);

  for (gsize i = 0; i < length; i += 4)
    {
      guint32 word = g_rand_int (rand);

      memcpy (data + i, &word, sizeof word);
    }
  return g_bytes_new_take (data, length);
}

/* Comment segments: at most 65,533 bytes each, as JPEG has them. */
static void
append_jpeg_padding (GByteArray *array, gsize length, guint32 seed)
{
  while (array->len < length)
    {
      gsize part = MIN (length - array->len + 4, 65533);
      guint8 head[] = { 0xff, 0xfe, (part + 2) >> 8, (part + 2) & 0xff };
      g_autoptr (GBytes) noise = fault_bytes (part, seed++);

      g_byte_array_append (array, head, sizeof head);
      g_byte_array_append (array, g_bytes_get_data (noise, NULL), part);
    }
}

GBytes *
fault_picture (const char *type, gsize length, guint32 seed)
{
  static const guint8 jpeg_end[] = { 0xff, 0xd9 }, jpeg_start[] = { 0xff, 0xd8 };
  static const guint8 gif[]
      = "GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
  static const guint8 png[]
      = "\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\010\0\0\0\0:~\233U\0\0\0\n"
        "IDATx\234c`\0\0\0\2\0\1H\257\244q\0\0\0\0IEND\256B`\202";
  GByteArray *array = g_byte_array_new ();

  if (g_str_equal (type, "image/gif"))
    g_byte_array_append (array, gif, sizeof gif - 1);
  else if (g_str_equal (type, "image/png"))
    g_byte_array_append (array, png, sizeof png - 1);
  else
    {
      g_byte_array_append (array, jpeg_start, sizeof jpeg_start);
      append_jpeg_padding (array, length, seed);
      g_byte_array_append (array, jpeg_end, sizeof jpeg_end);
    }
  return g_byte_array_free_to_bytes (array);
}
