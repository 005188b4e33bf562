/* fault-server.h: a server that does exactly what a test tells it, byte by byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HTTP/1.1 on a plain socket of the loopback interface, one thread a connection, so that an answer
 * can break at any byte in any way. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FaultServer FaultServer;
typedef struct _FaultConnection FaultConnection;

typedef struct
{
  char *path;          /* with its query */
  GHashTable *headers; /* lower-case name → value */
} FaultRequest;

/* Answers one request; FALSE closes the connection.  Called in the connection's thread. */
typedef gboolean (*FaultFunc) (FaultConnection *connection,
                               const FaultRequest *request,
                               gpointer user_data);

FaultServer *fault_server_new (void);
void fault_server_free (FaultServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultServer, fault_server_free)

/* What answers @path (without query), or "*" whatever has no answer of its own; the rest is 404. */
void fault_server_on (FaultServer *self, const char *path, FaultFunc func, gpointer user_data);

guint fault_server_get_port (FaultServer *self);
char *fault_server_url (FaultServer *self, const char *path);

/* How many requests came for @path; %NULL for all. */
guint fault_server_get_n_requests (FaultServer *self, const char *path);

/* How many connections were ever made. */
guint fault_server_get_n_connections (FaultServer *self);

/* Sends bytes as they are; FALSE once the client is gone. */
gboolean fault_send (FaultConnection *connection, const void *data, gsize length);
gboolean fault_printf (FaultConnection *connection, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Waits, but not longer than the server lives. */
void fault_sleep (FaultConnection *connection, guint ms);

/* Breaks the connection off with a reset instead of an orderly end. */
void fault_reset (FaultConnection *connection);

/* A whole answer, with Content-Length; @headers are lines that end in \r\n, or "". */
gboolean fault_answer (FaultConnection *connection,
                       const char *status,
                       const char *headers,
                       const void *body,
                       gsize length);

/* A file with ETag and ranges, as a good server gives it. */
gboolean fault_answer_file (FaultConnection *connection,
                            const FaultRequest *request,
                            GBytes *file,
                            const char *type,
                            const char *etag);

/* A deterministic body of @length bytes. */
GBytes *fault_bytes (gsize length, guint32 seed);

/* A whole 1×1 GIF or PNG, or a JPEG (comments only, for its frame) of about @length bytes. */
GBytes *fault_picture (const char *type, gsize length, guint32 seed);

G_END_DECLS
