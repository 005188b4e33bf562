/* broker.h: a redis-server of one's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * With a generated password, a certificate of its own, an append-only file, and one user who may
 * touch the queue's keys and nothing else.  Password, certificate and data stay in a folder, so a
 * broker that was ended goes on where it was. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_BROKER (sheaf_broker_get_type ())
G_DECLARE_FINAL_TYPE (SheafBroker, sheaf_broker, SHEAF, BROKER, GObject)

/**
 * SheafBrokerOptions:
 * @folder: (nullable): %NULL for sheaf_broker_dup_state_dir()
 * @bind: (nullable): address to listen on; %NULL for this machine only ("127.0.0.1")
 * @port: 0 for 6380
 */
typedef struct
{
  const char *folder;
  const char *bind;
  guint port;
} SheafBrokerOptions;

/**
 * sheaf_broker_start:
 *
 * Starts it and waits until it answers.
 *
 * Returns: (transfer full) (nullable): the broker, or %NULL with %SHEAF_ERROR_BROKER set
 */
SheafBroker *sheaf_broker_start (const SheafBrokerOptions *options, GError **error);

/* The address for this machine, with the files it needs in it. */
const char *sheaf_broker_get_address (SheafBroker *self);

/* The address for other machines: the files are named without a folder, to be copied along;
 * (nullable) where only this machine is listened to. */
const char *sheaf_broker_get_remote_address (SheafBroker *self);

const char *sheaf_broker_get_folder (SheafBroker *self);

/* To hear of its end. */
GSubprocess *sheaf_broker_get_process (SheafBroker *self);

/* Ends it, having everything written; blocks until then.  So does dropping the last reference. */
void sheaf_broker_stop (SheafBroker *self);

G_END_DECLS
