/* demo-server.h: a gallery of our own that speaks Imgur's API
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A plain HTTP server on libsoup's SoupServer, listening on the loopback interface only.  Sheaf's
 * sources do not know it: it is a server like any other, with generated (or given) pictures and,
 * on request, every fault a real one has. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_DEMO_SERVER (sheaf_demo_server_get_type ())
G_DECLARE_FINAL_TYPE (SheafDemoServer, sheaf_demo_server, SHEAF, DEMO_SERVER, GObject)

/* An ID the demo gallery accepts; it accepts any 15 hexadecimal digits, and refuses others. */
#define SHEAF_DEMO_CLIENT_ID "0123456789abcde"

/**
 * SheafDemoOptions:
 * @port: 0 for any free one
 * @folder: (nullable): a folder whose pictures to serve instead of generated ones
 * @count: how many pictures in all, albums' included; 0 for the default (400, or all of @folder).
 *   Posts marked as mature come on top.  More than 1,000 are painted at a quarter of the size
 * @latency_ms: wait before every answer
 * @faults: (nullable) (array zero-terminated=1): "KIND=RATE", RATE from 0 to 1; the kinds are
 *   listed in app/demo/faults.h
 * @seed: of what is generated and of which answers fail; the same seed gives the same gallery
 * @log: (nullable): a file that a line a request is appended to, as it arrives: seconds since 1970,
 * the fault it will meet or "-", the first byte asked for, the path
 */
typedef struct
{
  guint port;
  const char *folder;
  guint count;
  guint latency_ms;
  const char *const *faults;
  guint32 seed;
  const char *log;
} SheafDemoOptions;

/**
 * sheaf_demo_server_new:
 *
 * Makes a server and starts to listen; it answers while the thread-default main context that this
 * was called in runs.
 *
 * Returns: (transfer full) (nullable): %NULL with @error set (port taken, unknown fault, no folder)
 */
SheafDemoServer *sheaf_demo_server_new (const SheafDemoOptions *options, GError **error);

/**
 * sheaf_demo_server_new_in_thread:
 *
 * The same in a thread of its own, so that the caller's context need not run; ends with the last
 * reference.
 */
SheafDemoServer *sheaf_demo_server_new_in_thread (const SheafDemoOptions *options, GError **error);

/* "http://127.0.0.1:PORT/3": what to use as an API address. */
const char *sheaf_demo_server_get_api_url (SheafDemoServer *self);

/* "http://127.0.0.1:PORT": the host alone. */
const char *sheaf_demo_server_get_base_url (SheafDemoServer *self);

/* How many pictures it serves, those in albums included, those marked as mature not. */
guint sheaf_demo_server_get_n_pictures (SheafDemoServer *self);

/* How many requests it has answered or broken, for tests. */
guint64 sheaf_demo_server_get_n_requests (SheafDemoServer *self);

/* How many requests found their client ID's credits used up, for tests. */
guint sheaf_demo_server_get_n_refused (SheafDemoServer *self);

G_END_DECLS
