/* redis.c: one connection to the broker that comes back by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A life is a round: connect, sign in, serve, break, wait a little longer than the last time.  The
 * socket, the reader and what waits for answers belong to one round; a late callback of an earlier
 * round finds its number outdated and does nothing. */
#include "config.h"

#include "app/queue/redis.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <stdarg.h>
#include <string.h>

#define CONNECT_SECONDS  10
#define BACKOFF_FIRST_MS 300
#define READ_SIZE        65536

typedef struct
{
  SheafRedisFunc callback; /* (nullable) */
  gpointer user_data;
  gint64 deadline;
} Waiting;

struct _SheafRedis
{
  GObject parent_instance;

  /* Owned */
  SheafBrokerAddress *address;
  GMainContext *context;
  GCancellable *cancellable; /* of this round */
  GIOStream *stream;
  redisReader *reader;
  GQueue waiting;  /* (element-type Waiting): sent, in the order of the answers */
  GByteArray *out; /* collected, not yet handed to the stream */
  GSource *reconnect;
  GSource *watchdog;
  GSource *flush;
  char *channel;

  /* Borrowed */
  SheafRedisStateFunc state;
  gpointer state_data;
  SheafRedisPushFunc push;
  gpointer push_data;

  guint round;
  guint backoff_ms;
  guint patience_ms;
  gint64 last_heard;
  gboolean writing;
  gboolean ready; /* signed in */
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (SheafRedis, sheaf_redis, G_TYPE_OBJECT)

/* What an asynchronous operation needs: whose it is, and the memory it reads or writes, which must
 * outlive a round that breaks meanwhile. */
typedef struct
{
  SheafRedis *self;
  guint round;
  GByteArray *buffer; /* (nullable) */
} Round;

static void begin_round (SheafRedis *self);

static Round *
round_new (SheafRedis *self, GByteArray *buffer)
{
  Round *round = g_new (Round, 1);

  round->self = g_object_ref (self);
  round->round = self->round;
  round->buffer = buffer;
  return round;
}

static void
round_free (Round *round)
{
  g_object_unref (round->self);
  g_clear_pointer (&round->buffer, g_byte_array_unref);
  g_free (round);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Round, round_free)

static gboolean
round_is_over (Round *round)
{
  return round->self->closed || round->round != round->self->round;
}

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    {
      g_source_destroy (*source);
      g_clear_pointer (source, g_source_unref);
    }
}

static GSource *
add_source (SheafRedis *self, GSource *source, GSourceFunc function)
{
  g_source_set_callback (source, function, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

typedef struct
{
  GQueue waiting;
  GError *error;
} Failure;

static gboolean
deliver_failure (gpointer user_data)
{
  Failure *failure = user_data;
  Waiting *waiting;

  while ((waiting = g_queue_pop_head (&failure->waiting)) != NULL)
    {
      if (waiting->callback != NULL)
        waiting->callback (NULL, failure->error, waiting->user_data);
      g_free (waiting);
    }
  return G_SOURCE_REMOVE;
}

static void
failure_free (gpointer data)
{
  Failure *failure = data;

  g_queue_clear_full (&failure->waiting, g_free);
  g_error_free (failure->error);
  g_free (failure);
}

/* Fails everything in @waiting from the main loop, so that no sender is called back by its own
 * call. */
static void
fail_waiting (SheafRedis *self, GQueue *waiting, const GError *error)
{
  Failure *failure;
  g_autoptr (GSource) source = NULL;

  if (waiting->length == 0)
    return;
  failure = g_new (Failure, 1);
  failure->waiting = *waiting;
  failure->error = g_error_copy (error);
  g_queue_init (waiting);
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver_failure, failure, failure_free);
  g_source_attach (source, self->context);
}

/* Ends this round; late callbacks of it do nothing. */
static void
end_round (SheafRedis *self, const GError *error)
{
  self->round++;
  self->ready = FALSE;
  self->writing = FALSE;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  drop_source (&self->watchdog);
  drop_source (&self->flush);
  if (self->stream != NULL)
    g_io_stream_close_async (self->stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->reader, redisReaderFree);
  g_byte_array_set_size (self->out, 0);
  fail_waiting (self, &self->waiting, error);
}

static gboolean
on_reconnect (gpointer user_data)
{
  SheafRedis *self = user_data;

  drop_source (&self->reconnect);
  begin_round (self);
  return G_SOURCE_REMOVE;
}

/* The one way a round breaks. @fatal: there is no next one. */
static void
break_round (SheafRedis *self, const GError *cause, gboolean fatal)
{
  g_autoptr (SheafRedis) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autofree char *label = sheaf_broker_address_dup_label (self->address);
  g_autoptr (GError) error = NULL;

  g_set_error (&error, SHEAF_ERROR, SHEAF_ERROR_BROKER,
               /* Translators: an address of a broker, then why it cannot be reached */
               _ ("The broker at %s cannot be used: %s"), label, cause->message);
  end_round (self, error);
  if (!fatal)
    {
      drop_source (&self->reconnect);
      self->reconnect
          = add_source (self, g_timeout_source_new (self->backoff_ms + g_random_int_range (0, 100)),
                        on_reconnect);
      self->backoff_ms = MIN (self->backoff_ms * 2, self->patience_ms);
    }
  if (!self->closed)
    self->state (self, FALSE, error, fatal, self->state_data);
}

static void
break_with (SheafRedis *self, gboolean fatal, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_BROKER, message);

  break_round (self, error, fatal);
}

static void write_out (SheafRedis *self);

static void
on_written (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Round) round = user_data;
  SheafRedis *self = round->self;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  ok = g_output_stream_write_all_finish (G_OUTPUT_STREAM (object), result, NULL, &error);
  if (round_is_over (round))
    return;
  self->writing = FALSE;
  if (!ok)
    break_round (self, error, FALSE);
  else
    write_out (self);
}

static void
write_out (SheafRedis *self)
{
  Round *round;

  if (self->writing || self->out->len == 0)
    return;
  self->writing = TRUE;
  round = round_new (self, g_steal_pointer (&self->out));
  self->out = g_byte_array_new ();
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->stream),
                                   round->buffer->data, round->buffer->len, G_PRIORITY_DEFAULT,
                                   self->cancellable, on_written, round);
}

/* Commands sent in one turn of the main loop go out in one write. */
static gboolean
on_flush (gpointer user_data)
{
  SheafRedis *self = user_data;

  drop_source (&self->flush);
  write_out (self);
  return G_SOURCE_REMOVE;
}

static void
append_command (SheafRedis *self,
                guint n,
                const char *const *words,
                const gsize *lengths,
                guint block_ms,
                SheafRedisFunc callback,
                gpointer user_data)
{
  Waiting *waiting = g_new (Waiting, 1);
  guint patience_ms;
  char *text = NULL;
  int length;

  waiting->callback = callback;
  waiting->user_data = user_data;
  /* A question that waits leaves time to notice and to connect within the wait and the patience. */
  patience_ms = block_ms > 0 ? block_ms + self->patience_ms / 4 * 3 : self->patience_ms;
  waiting->deadline = g_get_monotonic_time () + (gint64) patience_ms * G_TIME_SPAN_MILLISECOND;
  g_queue_push_tail (&self->waiting, waiting);

  length = redisFormatCommandArgv (&text, n, (const char **) words, lengths);
  if (length < 0)
    g_error ("out of memory");
  g_byte_array_append (self->out, (const guint8 *) text, length);
  redisFreeCommand (text);
  if (self->flush == NULL && !self->writing)
    self->flush = add_source (self, g_timeout_source_new (0), on_flush);
}

/* What is called out comes between answers. */
static gboolean
is_push (SheafRedis *self, redisReply *reply)
{
  return self->push != NULL && reply->type == REDIS_REPLY_ARRAY && reply->elements == 3
         && reply->element[0]->type == REDIS_REPLY_STRING
         && reply->element[2]->type == REDIS_REPLY_STRING
         && g_str_equal (reply->element[0]->str, "message");
}

static void
handle_reply (SheafRedis *self, redisReply *reply)
{
  g_autofree Waiting *waiting = NULL;

  if (is_push (self, reply))
    {
      self->push (reply->element[2]->str, self->push_data);
      return;
    }
  waiting = g_queue_pop_head (&self->waiting);
  if (waiting == NULL)
    return;
  if (waiting->callback != NULL && reply->type == REDIS_REPLY_ERROR)
    {
      g_autoptr (GError) error = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_BROKER, reply->str);

      waiting->callback (NULL, error, waiting->user_data);
    }
  else if (waiting->callback != NULL)
    waiting->callback (reply, NULL, waiting->user_data);
}

/* A broker that has just started answers LOADING until its file is read. */
static gboolean
is_not_ready (redisReply *reply)
{
  return reply->type == REDIS_REPLY_ERROR && g_str_has_prefix (reply->str, "LOADING");
}

static void read_in (SheafRedis *self);

static void
on_read (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Round) round = user_data;
  SheafRedis *self = round->self;
  g_autoptr (GError) error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (object), result, &error);

  if (round_is_over (round))
    return;
  if (n <= 0)
    {
      if (n < 0)
        break_round (self, error, FALSE);
      else
        break_with (self, FALSE, _ ("it closed the connection"));
      return;
    }

  self->last_heard = g_get_monotonic_time ();
  if (redisReaderFeed (self->reader, (char *) round->buffer->data, n) != REDIS_OK)
    {
      break_with (self, FALSE, self->reader->errstr);
      return;
    }
  while (!round_is_over (round))
    {
      void *data = NULL;
      g_autoptr (redisReply) reply = NULL;

      if (redisReaderGetReply (self->reader, &data) != REDIS_OK)
        {
          break_with (self, FALSE, self->reader->errstr);
          return;
        }
      if (data == NULL)
        {
          read_in (self);
          return;
        }
      reply = data;
      if (is_not_ready (reply))
        break_with (self, FALSE, _ ("it is still starting"));
      else
        handle_reply (self, reply);
    }
}

static void
read_in (SheafRedis *self)
{
  Round *round = round_new (self, g_byte_array_sized_new (READ_SIZE));

  g_input_stream_read_async (g_io_stream_get_input_stream (self->stream), round->buffer->data,
                             READ_SIZE, G_PRIORITY_DEFAULT, self->cancellable, on_read, round);
}

/* A network that fails says nothing: who is silent is asked, and who does not answer is gone. */
static gboolean
on_watchdog (gpointer user_data)
{
  static const char *const ping[] = { "PING" };
  SheafRedis *self = user_data;
  Waiting *first = g_queue_peek_head (&self->waiting);
  gint64 now = g_get_monotonic_time ();

  if (now - self->last_heard < (gint64) self->patience_ms * G_TIME_SPAN_MILLISECOND)
    return G_SOURCE_CONTINUE;
  if (first == NULL)
    append_command (self, 1, ping, NULL, 0, NULL, NULL);
  if (first == NULL || now < first->deadline)
    return G_SOURCE_CONTINUE;
  break_with (self, FALSE, _ ("it does not answer"));
  return G_SOURCE_REMOVE;
}

static void
on_ready (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (Round) round = user_data;
  SheafRedis *self = round->self;

  if (round_is_over (round))
    return;
  if (error != NULL)
    {
      /* WRONGPASS, NOAUTH, NOPERM: the person has to act. */
      gboolean fatal = g_str_has_prefix (error->message, "WRONGPASS")
                       || g_str_has_prefix (error->message, "NOAUTH")
                       || g_str_has_prefix (error->message, "NOPERM");

      if (fatal)
        break_with (self, TRUE, _ ("it refuses the name or the password"));
      else
        break_round (self, error, FALSE);
      return;
    }
  if (self->channel != NULL)
    {
      const char *words[] = { "SUBSCRIBE", self->channel };

      append_command (self, 2, words, NULL, 0, NULL, NULL);
    }
  self->ready = TRUE;
  self->backoff_ms = BACKOFF_FIRST_MS;
  self->state (self, TRUE, NULL, FALSE, self->state_data);
}

static void
on_connected (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Round) round = user_data;
  SheafRedis *self = round->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = NULL;

  connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (object), result, &error);
  if (round_is_over (round))
    return;
  if (connection == NULL)
    {
      break_round (self, error, g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE));
      return;
    }

  /* The limit was for connecting; from here on silence is the watchdog's business. */
  g_socket_set_timeout (g_socket_connection_get_socket (connection), 0);
  self->stream = G_IO_STREAM (g_steal_pointer (&connection));
  self->reader = redisReaderCreate ();
  self->last_heard = g_get_monotonic_time ();
  self->watchdog
      = add_source (self, g_timeout_source_new (MIN (self->patience_ms / 4 + 1, 500)), on_watchdog);
  if (self->address->password != NULL)
    {
      const char *words[] = { "AUTH", self->address->user != NULL ? self->address->user : "default",
                              self->address->password };

      append_command (self, 3, words, NULL, 0, on_ready, round_new (self, NULL));
    }
  else
    {
      const char *words[] = { "PING" };

      append_command (self, 1, words, NULL, 0, on_ready, round_new (self, NULL));
    }
  read_in (self);
}

static void
on_socket_event (GSocketClient *client,
                 GSocketClientEvent event,
                 GSocketConnectable *connectable,
                 GIOStream *stream,
                 gpointer user_data)
{
  GTlsDatabase *database = user_data;

  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    g_tls_connection_set_database (G_TLS_CONNECTION (stream), database);
}

static void
begin_round (SheafRedis *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) target = NULL;
  g_autoptr (GError) error = NULL;

  self->round++;
  self->cancellable = g_cancellable_new ();
  g_socket_client_set_timeout (client, CONNECT_SECONDS);
  g_socket_client_set_enable_proxy (client, FALSE);
  if (self->address->tls)
    {
      g_socket_client_set_tls (client, TRUE);
      if (self->address->ca != NULL)
        {
          GTlsDatabase *database = g_tls_file_database_new (self->address->ca, &error);

          if (database == NULL)
            {
              break_round (self, error, TRUE);
              return;
            }
          g_signal_connect_data (client, "event", G_CALLBACK (on_socket_event), database,
                                 (GClosureNotify) (void (*) (void)) g_object_unref, 0);
        }
    }
  target = g_network_address_new (self->address->host, self->address->port);
  g_socket_client_connect_async (client, target, self->cancellable, on_connected,
                                 round_new (self, NULL));
}

static void
sheaf_redis_finalize (GObject *object)
{
  SheafRedis *self = SHEAF_REDIS (object);

  g_assert (self->closed);
  g_clear_pointer (&self->out, g_byte_array_unref);
  g_clear_pointer (&self->address, sheaf_broker_address_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->channel, g_free);
  G_OBJECT_CLASS (sheaf_redis_parent_class)->finalize (object);
}

static void
sheaf_redis_class_init (SheafRedisClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_redis_finalize;
}

static void
sheaf_redis_init (SheafRedis *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->out = g_byte_array_new ();
  self->backoff_ms = BACKOFF_FIRST_MS;
  self->patience_ms = 10000;
  g_queue_init (&self->waiting);
}

SheafRedis *
sheaf_redis_new (SheafBrokerAddress *address, SheafRedisStateFunc state, gpointer user_data)
{
  SheafRedis *self = g_object_new (SHEAF_TYPE_REDIS, NULL);

  self->address = sheaf_broker_address_ref (address);
  self->state = state;
  self->state_data = user_data;
  /* From the main loop: @state must not be called before this returns. */
  self->reconnect = add_source (self, g_idle_source_new (), on_reconnect);
  return self;
}

void
sheaf_redis_set_patience (SheafRedis *self, guint milliseconds)
{
  self->patience_ms = milliseconds;
}

gboolean
sheaf_redis_get_connected (SheafRedis *self)
{
  return self->ready;
}

void
sheaf_redis_send (SheafRedis *self,
                  guint n,
                  const char *const *words,
                  const gsize *lengths,
                  guint block_ms,
                  SheafRedisFunc callback,
                  gpointer user_data)
{
  g_return_if_fail (SHEAF_IS_REDIS (self));
  g_return_if_fail (n > 0);

  if (!self->ready)
    {
      g_autoptr (GError) error = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_BROKER,
                                                      _ ("There is no connection to the broker"));
      GQueue waiting = G_QUEUE_INIT;
      Waiting *lost = g_new0 (Waiting, 1);

      lost->callback = callback;
      lost->user_data = user_data;
      g_queue_push_tail (&waiting, lost);
      fail_waiting (self, &waiting, error);
      return;
    }
  append_command (self, n, words, lengths, block_ms, callback, user_data);
}

void
sheaf_redis_command (SheafRedis *self, SheafRedisFunc callback, gpointer user_data, ...)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  const char *word;
  va_list args;

  va_start (args, user_data);
  while ((word = va_arg (args, const char *)) != NULL)
    g_ptr_array_add (words, (gpointer) word);
  va_end (args);
  sheaf_redis_send (self, words->len, (const char *const *) words->pdata, NULL, 0, callback,
                    user_data);
}

void
sheaf_redis_subscribe (SheafRedis *self,
                       const char *channel,
                       SheafRedisPushFunc push,
                       gpointer user_data)
{
  g_return_if_fail (SHEAF_IS_REDIS (self));
  g_return_if_fail (self->channel == NULL && !self->ready);

  self->channel = g_strdup (channel);
  self->push = push;
  self->push_data = user_data;
}

void
sheaf_redis_close (SheafRedis *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (SHEAF_IS_REDIS (self));

  if (self->closed)
    return;
  self->closed = TRUE;
  error = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_BROKER,
                               _ ("The connection to the broker was closed"));
  drop_source (&self->reconnect);
  end_round (self, error);
}
