/* broker-address.h: where the broker is and how to prove oneself to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One string says everything: rediss://USER@HOST:PORT?ca=FILE&password-file=FILE.  The password
 * itself is in a file, so that it is in no command line, no log and no setting. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SheafBrokerAddress:
 * @tls: the connection is encrypted and the certificate verified
 * @user: (nullable): name to sign in with
 * @password: (nullable): its password
 * @ca: (nullable): PEM file with what to trust instead of the system's authorities
 * @text: (nullable): the whole address as it was given; %NULL for that of this machine's broker
 *
 * Immutable; reference-counted, from any thread.
 */
typedef struct
{
  char *host;
  guint16 port;
  gboolean tls;
  char *user;
  char *password;
  char *ca;
  char *text;
} SheafBrokerAddress;

/**
 * sheaf_broker_address_new:
 * @address: (nullable): a redis:// or rediss:// address; %NULL or "" for $SHEAF_BROKER, or else the
 *   broker that `sheaf-cli broker` runs on this machine
 *
 * Reads the password file too.  Without encryption only this machine may be named; another machine
 * takes rediss:// and a password.
 *
 * Returns: (transfer full) (nullable): the address, or %NULL with %SHEAF_ERROR_BROKER set
 */
SheafBrokerAddress *sheaf_broker_address_new (const char *address, GError **error);
SheafBrokerAddress *sheaf_broker_address_ref (SheafBrokerAddress *address);
void sheaf_broker_address_unref (SheafBrokerAddress *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafBrokerAddress, sheaf_broker_address_unref)

/* "rediss://host:port", for messages and for telling brokers apart; (transfer full). */
char *sheaf_broker_address_dup_label (const SheafBrokerAddress *address);

/* The command that starts a worker for it on this machine, without a password that the address may
 * hold; (transfer full). */
char *sheaf_broker_address_dup_worker_command (const SheafBrokerAddress *address);

/* Where `sheaf-cli broker` keeps its files: $XDG_STATE_HOME/sheaf/broker; (transfer full). */
char *sheaf_broker_dup_state_dir (void);

/* In which `sheaf-cli broker` leaves its address for this machine: "address" in the above. */
#define SHEAF_BROKER_ADDRESS_FILE "address"

G_END_DECLS
