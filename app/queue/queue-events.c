/* queue-events.c: hears what becomes of a batch's jobs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/queue/queue-events.h"

#include <string.h>

#define READ_AT_ONCE "500"
#define BLOCK_MS     5000

struct _SheafQueueEvents
{
  /* Owned */
  SheafRedis *reads;
  char *events;   /* key of the stream */
  char *progress; /* key of the other */
  char *last_event;
  char *last_progress;
  gboolean rewind;
  gboolean closed;

  const SheafQueueEventsFuncs *funcs;
  gpointer user_data;
};

static void
events_clear (gpointer data)
{
  SheafQueueEvents *self = data;

  g_clear_object (&self->reads);
  g_free (self->events);
  g_free (self->progress);
  g_free (self->last_event);
  g_free (self->last_progress);
}

void
sheaf_queue_events_unref (SheafQueueEvents *self)
{
  g_rc_box_release_full (self, events_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafQueueEvents, sheaf_queue_events_unref)

static void read_more (SheafQueueEvents *self);

static const char *
get_field (redisReply *fields, const char *name)
{
  for (gsize i = 0; i + 1 < fields->elements; i += 2)
    if (fields->element[i]->str != NULL && g_str_equal (fields->element[i]->str, name))
      return fields->element[i + 1]->str;
  return NULL;
}

static void
on_event (SheafQueueEvents *self, const char *entry, redisReply *fields)
{
  const char *id = get_field (fields, "i"), *state = get_field (fields, "s");

  if (id != NULL && state != NULL)
    self->funcs->ended (id, entry, state, get_field (fields, "r"), self->user_data);
}

static void
on_progress (SheafQueueEvents *self, redisReply *fields)
{
  const char *id = get_field (fields, "i"), *done = get_field (fields, "d");
  const char *total = get_field (fields, "t");

  if (id != NULL && done != NULL && total != NULL)
    self->funcs->progress (id, g_ascii_strtoull (done, NULL, 10),
                           g_ascii_strtoull (total, NULL, 10), self->user_data);
}

static gboolean
is_stream (redisReply *stream, const char *key)
{
  return stream->type == REDIS_REPLY_ARRAY && stream->elements == 2
         && g_strcmp0 (stream->element[0]->str, key) == 0
         && stream->element[1]->type == REDIS_REPLY_ARRAY;
}

static void
tell_entries (SheafQueueEvents *self, redisReply *entries, gboolean are_progress)
{
  char **last = are_progress ? &self->last_progress : &self->last_event;

  for (gsize i = 0; i < entries->elements && !self->closed; i++)
    {
      redisReply *entry = entries->element[i];

      if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2
          || entry->element[1]->type != REDIS_REPLY_ARRAY)
        continue;
      g_free (*last);
      *last = g_strdup (entry->element[0]->str);
      if (are_progress)
        on_progress (self, entry->element[1]);
      else
        on_event (self, *last, entry->element[1]);
    }
}

static void
on_read (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (SheafQueueEvents) self = user_data;

  /* Progress first: it must not come after the end of its job. */
  for (int pass = 0; reply != NULL && reply->type == REDIS_REPLY_ARRAY && pass < 2; pass++)
    for (gsize i = 0; i < reply->elements; i++)
      if (is_stream (reply->element[i], pass == 0 ? self->progress : self->events))
        tell_entries (self, reply->element[i]->element[1], pass == 0);
  if (!self->closed)
    self->funcs->told (self->user_data);
  if (self->closed || !sheaf_redis_get_connected (self->reads))
    return;
  if (error != NULL)
    self->funcs->lost (error, TRUE, self->user_data); /* the broker forbids it */
  else
    read_more (self);
}

static void
read_more (SheafQueueEvents *self)
{
  g_autofree char *block = g_strdup_printf ("%d", BLOCK_MS);
  const char *words[]
      = { "XREAD",   "COUNT",      READ_AT_ONCE,   "BLOCK",          block,
          "STREAMS", self->events, self->progress, self->last_event, self->last_progress };

  if (self->rewind)
    {
      g_free (self->last_event);
      words[8] = self->last_event = g_strdup ("0-0");
      self->rewind = FALSE;
    }
  sheaf_redis_send (self->reads, G_N_ELEMENTS (words), words, NULL, BLOCK_MS, on_read,
                    g_rc_box_acquire (self));
}

static void
on_state (
    SheafRedis *redis, gboolean connected, const GError *error, gboolean fatal, gpointer user_data)
{
  SheafQueueEvents *self = user_data;

  if (!connected)
    {
      self->funcs->lost (error, fatal, self->user_data);
      return;
    }
  self->rewind = TRUE;
  read_more (self);
  self->funcs->found (self->user_data);
}

SheafQueueEvents *
sheaf_queue_events_new (SheafBrokerAddress *address,
                        const char *batch_key,
                        const SheafQueueEventsFuncs *funcs,
                        gpointer user_data)
{
  SheafQueueEvents *self = g_rc_box_new0 (SheafQueueEvents);

  self->events = g_strconcat (batch_key, ":ev", NULL);
  self->progress = g_strconcat (batch_key, ":p", NULL);
  self->last_event = g_strdup ("0-0");
  self->last_progress = g_strdup ("0-0");
  self->funcs = funcs;
  self->user_data = user_data;
  self->reads = sheaf_redis_new (address, on_state, self);
  return self;
}

void
sheaf_queue_events_rewind (SheafQueueEvents *self)
{
  self->rewind = TRUE;
}

gboolean
sheaf_queue_events_get_connected (SheafQueueEvents *self)
{
  return sheaf_redis_get_connected (self->reads);
}

void
sheaf_queue_events_close (SheafQueueEvents *self)
{
  self->closed = TRUE;
  sheaf_redis_close (self->reads);
}
