/* broker-address.c: where the broker is and how to prove oneself to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whoever can reach a broker can make its workers fetch any address; so nothing but this machine
 * is spoken to without encryption and a password. */
#include "config.h"

#include "app/queue/broker-address.h"

#include "app/queue/queue-machine.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define DEFAULT_PORT 6379

static void
address_clear (gpointer data)
{
  SheafBrokerAddress *address = data;

  g_free (address->host);
  g_free (address->user);
  g_free (address->password);
  g_free (address->ca);
  g_free (address->text);
}

SheafBrokerAddress *
sheaf_broker_address_ref (SheafBrokerAddress *address)
{
  return g_atomic_rc_box_acquire (address);
}

void
sheaf_broker_address_unref (SheafBrokerAddress *address)
{
  g_atomic_rc_box_release_full (address, address_clear);
}

char *
sheaf_broker_dup_state_dir (void)
{
  return g_build_filename (g_get_user_state_dir (), "sheaf", "broker", NULL);
}

/* The address that was given, if any. */
static const char *
given_address (const char *address)
{
  if (address != NULL && *address != '\0')
    return address;
  address = g_getenv ("SHEAF_BROKER");
  return address != NULL && *address != '\0' ? address : NULL;
}

/* That of this machine's own broker, if there is one. */
static char *
find_address (void)
{
  g_autofree char *dir = NULL, *file = NULL, *local = NULL;

  dir = sheaf_broker_dup_state_dir ();
  file = g_build_filename (dir, SHEAF_BROKER_ADDRESS_FILE, NULL);
  if (!g_file_get_contents (file, &local, NULL, NULL))
    return NULL;
  return g_strdup (g_strstrip (local));
}

static char *
read_password (const char *path, GError **error)
{
  g_autofree char *password = NULL;
  g_autoptr (GError) cause = NULL;

  if (!g_file_get_contents (path, &password, NULL, &cause))
    {
      sheaf_fail (error, SHEAF_ERROR_BROKER, _ ("The broker’s password file cannot be read: %s"),
                  cause->message);
      return NULL;
    }
  return g_strdup (g_strstrip (password));
}

static gboolean
take_query (SheafBrokerAddress *self, const char *query, GError **error)
{
  g_autoptr (GHashTable) table = NULL;
  const char *path, *ca;

  if (query == NULL)
    return TRUE;
  table = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_NONE, NULL);
  if (table == NULL)
    return sheaf_fail (error, SHEAF_ERROR_BROKER, _ ("The broker’s address is malformed"));
  ca = g_hash_table_lookup (table, "ca");
  if (ca != NULL)
    self->ca = g_canonicalize_filename (ca, NULL); /* GIO takes no other path */
  path = g_hash_table_lookup (table, "password-file");
  if (path != NULL)
    {
      g_free (self->password);
      self->password = read_password (path, error);
      if (self->password == NULL)
        return FALSE;
    }
  return TRUE;
}

SheafBrokerAddress *
sheaf_broker_address_new (const char *address, GError **error)
{
  g_autoptr (SheafBrokerAddress) self = g_atomic_rc_box_new0 (SheafBrokerAddress);
  const char *given = given_address (address);
  g_autofree char *text = given != NULL ? g_strdup (given) : find_address ();
  g_autoptr (GUri) uri = NULL;
  const char *scheme;
  gboolean local;

  if (text == NULL)
    {
      sheaf_fail (error, SHEAF_ERROR_BROKER,
                  _ ("No broker is known: start one with “sheaf-cli broker”, "
                     "or give the address of one"));
      return NULL;
    }

  uri = g_uri_parse (text, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_QUERY, NULL);
  scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  self->tls = g_strcmp0 (scheme, "rediss") == 0;
  if ((!self->tls && g_strcmp0 (scheme, "redis") != 0) || g_uri_get_host (uri) == NULL
      || *g_uri_get_host (uri) == '\0')
    {
      sheaf_fail (error, SHEAF_ERROR_BROKER,
                  _ ("A broker’s address begins with redis:// or rediss:// and names a host"));
      return NULL;
    }

  self->text = g_strdup (given);
  self->host = g_strdup (g_uri_get_host (uri));
  self->port = g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : DEFAULT_PORT;
  self->user = g_strdup (g_uri_get_user (uri));
  self->password = g_strdup (g_uri_get_password (uri));
  if (self->user != NULL && *self->user == '\0')
    g_clear_pointer (&self->user, g_free);
  if (!take_query (self, g_uri_get_query (uri), error))
    return NULL;

  local = sheaf_queue_machine_is_self (self->host);
  if (!local && !self->tls)
    {
      sheaf_fail (error, SHEAF_ERROR_BROKER,
                  _ ("A broker on another machine is reached by rediss:// only, "
                     "so that nobody can listen"));
      return NULL;
    }
  if (!local && self->password == NULL)
    {
      sheaf_fail (error, SHEAF_ERROR_BROKER, _ ("A broker on another machine needs a password"));
      return NULL;
    }
  return g_steal_pointer (&self);
}

char *
sheaf_broker_address_dup_label (const SheafBrokerAddress *self)
{
  gboolean ipv6 = strchr (self->host, ':') != NULL;

  return g_strdup_printf ("%s://%s%s%s:%u", self->tls ? "rediss" : "redis", ipv6 ? "[" : "",
                          self->host, ipv6 ? "]" : "", self->port);
}

char *
sheaf_broker_address_dup_worker_command (const SheafBrokerAddress *self)
{
  g_autoptr (GUri) uri = NULL;
  g_autoptr (GUri) bare = NULL;
  g_autofree char *text = NULL, *quoted = NULL;

  if (self->text == NULL)
    return g_strdup ("sheaf-cli worker");
  uri = g_uri_parse (self->text, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_QUERY, NULL);
  bare = g_uri_build_with_user (G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_QUERY,
                                g_uri_get_scheme (uri), g_uri_get_user (uri), NULL, NULL,
                                g_uri_get_host (uri), g_uri_get_port (uri), g_uri_get_path (uri),
                                g_uri_get_query (uri), NULL);
  text = g_uri_to_string (bare);
  quoted = g_shell_quote (text);
  return g_strconcat ("sheaf-cli worker --broker ", quoted, NULL);
}
