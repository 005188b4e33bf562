/* sockets.h: closes what libsoup's server forgets to close
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Before 3.3, a SoupServer never lets go of an idle connection that its client has closed: its
 * descriptor stays open, and a server that is asked often runs out of them. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _SheafSockets SheafSockets;

/* Looks after sockets once a second in the thread-default main context. */
SheafSockets *sheaf_sockets_new (void);

/* Closes every socket. */
void sheaf_sockets_free (SheafSockets *self);

/* Looks after @socket from now on; as often as one likes. */
void sheaf_sockets_watch (SheafSockets *self, GSocket *socket);

G_END_DECLS
