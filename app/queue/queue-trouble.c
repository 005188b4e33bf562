/* queue-trouble.c: why the work does not go on, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/queue/queue-trouble.h"

#include "app/queue/queue-scripts.h"

#include <glib/gi18n-lib.h>

#define OUTAGE_SECONDS 300 /* then whoever waits is told */
#define WATCH_SECONDS  1   /* where nothing moves so long, it is asked why */

struct _SheafQueueTrouble
{
  /* Owned */
  GMainContext *context;
  SheafBrokerAddress *address;
  GSource *outage; /* while the broker is away */
  GSource *watch;  /* while anybody waits */

  SheafRedis *commands; /* borrowed */
  gboolean moved;       /* since the last look */
  gboolean asking;      /* whether there is a worker */
  gboolean no_worker;
  gboolean closed;

  const SheafQueueTroubleFuncs *funcs;
  gpointer user_data;
};

static void
trouble_clear (gpointer data)
{
  SheafQueueTrouble *self = data;

  g_main_context_unref (self->context);
  sheaf_broker_address_unref (self->address);
}

static void
trouble_unref (SheafQueueTrouble *self)
{
  g_rc_box_release_full (self, trouble_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafQueueTrouble, trouble_unref)

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
add_timer (SheafQueueTrouble *self, guint seconds, GSourceFunc function)
{
  GSource *source = g_timeout_source_new_seconds (seconds);

  g_source_set_callback (source, function, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

static void
tell (SheafQueueTrouble *self)
{
  g_autofree char *text = NULL;

  if (self->outage != NULL)
    {
      g_autofree char *label = sheaf_broker_address_dup_label (self->address);

      /* Translators: %s is an address */
      text = g_strdup_printf (
          _ ("The broker %s is out of reach; the work goes on as soon as it is back."), label);
    }
  else if (self->no_worker)
    {
      g_autofree char *command = sheaf_broker_address_dup_worker_command (self->address);

      /* Translators: %s is a command line */
      text = g_strdup_printf (
          _ ("Waiting for a worker: none is connected to the broker. Start one with: %s"), command);
    }
  self->funcs->tell (text, self->user_data);
}

static gboolean
on_outage (gpointer user_data)
{
  SheafQueueTrouble *self = user_data;

  drop_source (&self->outage);
  tell (self);
  self->funcs->too_long (self->user_data);
  return G_SOURCE_REMOVE;
}

/* Only where nothing moves: work that goes on has a worker. */
static void
on_present (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (SheafQueueTrouble) self = user_data;

  self->asking = FALSE;
  if (self->closed || reply == NULL || reply->type != REDIS_REPLY_INTEGER)
    return;
  self->no_worker = reply->integer == 0;
  tell (self);
}

static gboolean
on_watch (gpointer user_data)
{
  SheafQueueTrouble *self = user_data;

  if (!self->funcs->waits (self->user_data))
    {
      drop_source (&self->watch);
      self->no_worker = FALSE;
      tell (self);
      return G_SOURCE_REMOVE;
    }
  if (self->moved && self->no_worker)
    {
      self->no_worker = FALSE;
      tell (self);
    }
  if (!self->moved && !self->asking && sheaf_redis_get_connected (self->commands))
    {
      self->asking = TRUE;
      sheaf_queue_script_strings (self->commands, "present", on_present, g_rc_box_acquire (self),
                                  NULL);
    }
  self->moved = FALSE;
  return G_SOURCE_CONTINUE;
}

SheafQueueTrouble *
sheaf_queue_trouble_new (SheafBrokerAddress *address,
                         SheafRedis *commands,
                         const SheafQueueTroubleFuncs *funcs,
                         gpointer user_data)
{
  SheafQueueTrouble *self = g_rc_box_new0 (SheafQueueTrouble);

  self->context = g_main_context_ref_thread_default ();
  self->address = sheaf_broker_address_ref (address);
  self->commands = commands;
  self->funcs = funcs;
  self->user_data = user_data;
  return self;
}

void
sheaf_queue_trouble_free (SheafQueueTrouble *self)
{
  self->closed = TRUE;
  drop_source (&self->outage);
  drop_source (&self->watch);
  trouble_unref (self);
}

void
sheaf_queue_trouble_watch (SheafQueueTrouble *self)
{
  if (self->watch == NULL)
    self->watch = add_timer (self, WATCH_SECONDS, on_watch);
}

void
sheaf_queue_trouble_note_move (SheafQueueTrouble *self)
{
  self->moved = TRUE;
}

void
sheaf_queue_trouble_note_lost (SheafQueueTrouble *self)
{
  if (self->outage != NULL)
    return;
  self->outage = add_timer (self, OUTAGE_SECONDS, on_outage);
  tell (self);
}

void
sheaf_queue_trouble_note_found (SheafQueueTrouble *self)
{
  drop_source (&self->outage);
  self->moved = TRUE;
  tell (self);
}
