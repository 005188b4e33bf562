/* sockets.c: closes what libsoup's server forgets to close
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A socket whose client has gone for two looks in a row, so for a second at least, is closed; by
 * then a libsoup without the fault has done so by itself.  The object stays libsoup's: whether it
 * ever lets go of it cannot be known, so no reference of its own is touched; what it keeps for ever
 * is remembered, so that a leak checker has other things to tell. */
#include "config.h"

#include "app/demo/sockets.h"

#include <sys/socket.h>

struct _SheafSockets
{
  GHashTable *sockets; /* (element-type GSocket int): not owned; whether the client was gone */
  GSource *timer;
};

static void
on_gone (gpointer user_data, GObject *socket)
{
  SheafSockets *self = user_data;

  g_hash_table_remove (self->sockets, socket);
}

static GMutex forgotten_lock;
static GHashTable *forgotten; /* (element-type GSocket): not owned */

static void
on_remembered (gpointer user_data, GObject *socket)
{
  g_mutex_lock (&forgotten_lock);
  g_hash_table_remove (forgotten, socket);
  g_mutex_unlock (&forgotten_lock);
}

/* Closes @socket, which nobody looks after any longer. */
static void
finish (SheafSockets *self, GSocket *socket)
{
  g_object_weak_unref (G_OBJECT (socket), on_gone, self);
  g_mutex_lock (&forgotten_lock);
  if (forgotten == NULL)
    forgotten = g_hash_table_new (NULL, NULL);
  g_hash_table_add (forgotten, socket);
  g_mutex_unlock (&forgotten_lock);
  g_object_weak_ref (G_OBJECT (socket), on_remembered, NULL);
  g_socket_close (socket, NULL);
}

static gboolean
client_is_gone (GSocket *socket)
{
  char byte;
  gssize n = recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static gboolean
on_timer (gpointer user_data)
{
  SheafSockets *self = user_data;
  GHashTableIter iter;
  gpointer socket, was_gone;

  g_hash_table_iter_init (&iter, self->sockets);
  while (g_hash_table_iter_next (&iter, &socket, &was_gone))
    {
      gboolean gone = g_socket_is_closed (socket) || client_is_gone (socket);

      if (gone && was_gone != NULL)
        {
          finish (self, socket);
          g_hash_table_iter_remove (&iter);
        }
      else
        g_hash_table_iter_replace (&iter, GINT_TO_POINTER (gone));
    }
  return G_SOURCE_CONTINUE;
}

SheafSockets *
sheaf_sockets_new (void)
{
  SheafSockets *self = g_new0 (SheafSockets, 1);

  self->sockets = g_hash_table_new (NULL, NULL);
  self->timer = g_timeout_source_new_seconds (1);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  return self;
}

void
sheaf_sockets_free (SheafSockets *self)
{
  GHashTableIter iter;
  gpointer socket;

  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  g_hash_table_iter_init (&iter, self->sockets);
  while (g_hash_table_iter_next (&iter, &socket, NULL))
    finish (self, socket);
  g_hash_table_unref (self->sockets);
  g_free (self);
}

void
sheaf_sockets_watch (SheafSockets *self, GSocket *socket)
{
  if (socket == NULL || g_hash_table_contains (self->sockets, socket))
    return;
  g_hash_table_insert (self->sockets, socket, GINT_TO_POINTER (FALSE));
  g_object_weak_ref (G_OBJECT (socket), on_gone, self);
}
