/* http-lanes.h: the sessions that requests go through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A lane is one SoupSession: its own connections, and with HTTP/2 its own flow-control window, so a
 * few lanes carry more than one.  Lanes belong to one thread and main context and are never shared
 * between threads: in GLib 2.74, connections opened in parallel through one session race.  What may
 * reach private addresses has lanes of its own, so that no open connection to one is ever reused by
 * a request that may not. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _SheafHttpLane SheafHttpLane;

/**
 * sheaf_http_lane_take:
 * @http1: a lane that never speaks HTTP/2
 * @allow_private: a lane whose connections may lead to private addresses
 *
 * Takes the least used lane of the thread-default main context; give it back after the request.
 */
SheafHttpLane *sheaf_http_lane_take (gboolean http1, gboolean allow_private);
void sheaf_http_lane_give_back (SheafHttpLane *lane);

/* A fresh session for whoever takes the lane next; what is in flight stays with the old one. */
void sheaf_http_lane_renew (SheafHttpLane *lane);

SoupSession *sheaf_http_lane_get_session (SheafHttpLane *lane);

/**
 * sheaf_http_lane_guard:
 *
 * Makes @message keep the lane's rules: each address is checked at the moment it would be
 * connected to, whatever the name server says before or after.
 */
void sheaf_http_lane_guard (SheafHttpLane *lane, SoupMessage *message);

/* Whether a connection for @message was not made because its address is private. */
gboolean sheaf_http_lane_was_blocked (SoupMessage *message);

/**
 * sheaf_http_lane_is_cut:
 * @message: sent through @lane
 *
 * Whether the other side has closed @message's connection, or it broke, and nothing that came over
 * it is unread.
 */
gboolean sheaf_http_lane_is_cut (SheafHttpLane *lane, SoupMessage *message);

/* Closes every lane of the calling thread's @context; nothing may be in flight on it. */
void sheaf_http_lanes_close (GMainContext *context);

G_END_DECLS
