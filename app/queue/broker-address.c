/* broker-address.c: where the broker is and how to prove oneself to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whoever can reach a broker can make its workers fetch any address; so nothing but this machine
 * is spoken to without encryption and a password. */
#include "config.h"

#include "app/queue/broker-address.h"

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

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (host);

  return inet != NULL ? g_inet_address_get_is_loopback (inet)
                      : g_ascii_strcasecmp (host, "localhost") == 0;
}

static char *
find_address (const char *address)
{
  g_autofree char *dir = NULL, *file = NULL, *local = NULL;

  if (address != NULL && *address != '\0')
    return g_strdup (address);
  address = g_getenv ("SHEAF_BROKER");
  if (address != NULL && *address != '\0')
    return g_strdup (address);

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
  const char *path;

  if (query == NULL)
    return TRUE;
  table = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_NONE, NULL);
  if (table == NULL)
    return sheaf_fail (error, SHEAF_ERROR_BROKER, _ ("The broker’s address is malformed"));
  self->ca = g_strdup (g_hash_table_lookup (table, "ca"));
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
  g_autofree char *text = find_address (address);
  g_autoptr (GUri) uri = NULL;
  const char *scheme;

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

  self->host = g_strdup (g_uri_get_host (uri));
  self->port = g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : DEFAULT_PORT;
  self->user = g_strdup (g_uri_get_user (uri));
  self->password = g_strdup (g_uri_get_password (uri));
  if (self->user != NULL && *self->user == '\0')
    g_clear_pointer (&self->user, g_free);
  if (!take_query (self, g_uri_get_query (uri), error))
    return NULL;

  if (!is_loopback (self->host) && !self->tls)
    {
      sheaf_fail (error, SHEAF_ERROR_BROKER,
                  _ ("A broker on another machine is reached by rediss:// only, "
                     "so that nobody can listen"));
      return NULL;
    }
  if (!is_loopback (self->host) && self->password == NULL)
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
