/* http-lanes.c: the sessions that requests go through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/http-lanes.h"

#include "app/verbs/url-rules.h"

#include <errno.h>
#include <sys/socket.h>

#define N_LANES     4
#define MAX_CONNS   64
#define BLOCKED_KEY "sheaf-blocked"
#define USER_AGENT  "Sheaf/" PACKAGE_VERSION " (https://sheaf-app.github.io; picture gallery client)"

struct _SheafHttpLane
{
  SoupSession *session;
  GHashTable *sockets; /* (element-type guint GWeakRef): of connections, by their number */
  guint n_taken;
  gboolean http1;
  gboolean allow_private;
};

/* One a main context: [http1][allow_private][lane]. */
typedef struct
{
  GMainContext *context;
  SheafHttpLane lanes[2][2][N_LANES];
} Lanes;

static void
lanes_free (gpointer data)
{
  Lanes *self = data;

  g_main_context_push_thread_default (self->context);
  for (guint i = 0; i < 4 * N_LANES; i++)
    {
      SheafHttpLane *lane = &self->lanes[0][0][0] + i;

      if (lane->session != NULL)
        soup_session_abort (lane->session);
      g_clear_object (&lane->session);
      g_clear_pointer (&lane->sockets, g_hash_table_unref);
    }
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
  g_free (self);
}

static void
table_free (gpointer data)
{
  g_hash_table_unref (data);
}

static GPrivate thread_lanes = G_PRIVATE_INIT (table_free); /* GMainContext → Lanes */

static Lanes *
lanes_of_context (void)
{
  GHashTable *table = g_private_get (&thread_lanes);
  GMainContext *context = g_main_context_get_thread_default ();
  Lanes *lanes;

  if (context == NULL)
    context = g_main_context_default ();
  if (table == NULL)
    {
      table = g_hash_table_new_full (NULL, NULL, NULL, lanes_free);
      g_private_set (&thread_lanes, table);
    }
  lanes = g_hash_table_lookup (table, context);
  if (lanes == NULL)
    {
      lanes = g_new0 (Lanes, 1);
      lanes->context = g_main_context_ref (context);
      g_hash_table_insert (table, context, lanes);
    }
  return lanes;
}

static void
socket_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static SoupSession *
new_session (void)
{
  SoupSession *session;

  session = soup_session_new_with_options ("max-conns", MAX_CONNS, "max-conns-per-host", MAX_CONNS,
                                           "user-agent", USER_AGENT, "timeout", 0, NULL);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  return session;
}

SheafHttpLane *
sheaf_http_lane_take (gboolean http1, gboolean allow_private)
{
  SheafHttpLane *lanes = lanes_of_context ()->lanes[http1 != FALSE][allow_private != FALSE];
  SheafHttpLane *best = &lanes[0];

  /* Several connections come by themselves with HTTP/1.1. */
  for (guint i = 1; i < (http1 ? 1 : N_LANES); i++)
    if (lanes[i].n_taken < best->n_taken)
      best = &lanes[i];
  if (best->session == NULL)
    {
      best->session = new_session ();
      if (best->sockets == NULL)
        best->sockets = g_hash_table_new_full (NULL, NULL, NULL, socket_ref_free);
      best->http1 = http1;
      best->allow_private = allow_private;
    }
  best->n_taken++;
  return best;
}

void
sheaf_http_lane_give_back (SheafHttpLane *lane)
{
  g_assert (lane->n_taken > 0);

  lane->n_taken--;
}

void
sheaf_http_lane_renew (SheafHttpLane *lane)
{
  g_clear_object (&lane->session);
}

SoupSession *
sheaf_http_lane_get_session (SheafHttpLane *lane)
{
  return lane->session;
}

static void
keep_to_http1 (GIOStream *connection)
{
  static const char *const protocols[] = { "http/1.1", NULL };

  if (G_IS_TLS_CONNECTION (connection))
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection), protocols);
}

/* A closed socket cannot be connected: GSocketClient goes on to the next address. */
static void
refuse_private (SoupMessage *message, GIOStream *connection)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (!G_IS_SOCKET_CONNECTION (connection))
    return;
  address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
  /* The person's own proxy may well be near; it is the proxy that looks the name up. */
  if (G_IS_PROXY_ADDRESS (address))
    return;
  if (G_IS_INET_SOCKET_ADDRESS (address)
      && !sheaf_url_address_is_private (
          g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))))
    return;
  g_object_set_data (G_OBJECT (message), BLOCKED_KEY, message);
  g_socket_close (g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)), NULL);
}

static void
on_public_network_event (SoupMessage *message, GSocketClientEvent event, GIOStream *connection)
{
  if (event == G_SOCKET_CLIENT_CONNECTING)
    refuse_private (message, connection);
}

static void
on_http1_network_event (SoupMessage *message, GSocketClientEvent event, GIOStream *connection)
{
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    keep_to_http1 (connection);
}

static gboolean
is_gone (gpointer key, gpointer value, gpointer user_data)
{
  g_autoptr (GSocket) socket = g_weak_ref_get (value);

  return socket == NULL || g_socket_is_closed (socket);
}

static void
on_any_network_event (SoupMessage *message,
                      GSocketClientEvent event,
                      GIOStream *connection,
                      SheafHttpLane *lane)
{
  GWeakRef *ref;

  if (event != G_SOCKET_CLIENT_CONNECTED || !G_IS_SOCKET_CONNECTION (connection))
    return;
  g_hash_table_foreach_remove (lane->sockets, is_gone, NULL);
  ref = g_new0 (GWeakRef, 1);
  g_weak_ref_init (ref, g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)));
  g_hash_table_replace (lane->sockets,
                        GUINT_TO_POINTER ((guint) soup_message_get_connection_id (message)), ref);
}

gboolean
sheaf_http_lane_is_cut (SheafHttpLane *lane, SoupMessage *message)
{
  GWeakRef *ref = g_hash_table_lookup (
      lane->sockets, GUINT_TO_POINTER ((guint) soup_message_get_connection_id (message)));
  g_autoptr (GSocket) socket = ref != NULL ? g_weak_ref_get (ref) : NULL;
  char byte;
  gssize n;

  if (ref == NULL)
    return FALSE;
  if (socket == NULL || g_socket_is_closed (socket))
    return TRUE;
  n = recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void
sheaf_http_lane_guard (SheafHttpLane *lane, SoupMessage *message)
{
  g_signal_connect (message, "network-event", G_CALLBACK (on_any_network_event), lane);
  if (!lane->allow_private)
    g_signal_connect (message, "network-event", G_CALLBACK (on_public_network_event), NULL);
  if (lane->http1)
    g_signal_connect (message, "network-event", G_CALLBACK (on_http1_network_event), NULL);
}

gboolean
sheaf_http_lane_was_blocked (SoupMessage *message)
{
  return g_object_get_data (G_OBJECT (message), BLOCKED_KEY) != NULL;
}

void
sheaf_http_lanes_close (GMainContext *context)
{
  GHashTable *table = g_private_get (&thread_lanes);

  if (table != NULL)
    g_hash_table_remove (table, context);
}
