/* queue-machine.c: which machine an address like 127.0.0.1 is meant on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every machine calls itself that, and so does every network namespace (a container) on it.  Both
 * have a number that the kernel gave them. */
#include "config.h"

#include "app/queue/queue-machine.h"

static char *
make_name (void)
{
  g_autofree char *boot = NULL, *network = NULL;

  if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &boot, NULL, NULL))
    return NULL;
  network = g_file_read_link ("/proc/self/ns/net", NULL);
  return network != NULL ? g_strdup_printf ("%s/%s", g_strstrip (boot), network) : NULL;
}

const char *
sheaf_queue_machine_get_name (void)
{
  static gsize once;
  static char *name;

  if (g_once_init_enter (&once))
    {
      name = make_name ();
      g_once_init_leave (&once, 1);
    }
  return name;
}

gboolean
sheaf_queue_machine_is_self (const char *host)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (host);
  g_autofree char *lower = NULL;

  if (inet != NULL)
    return g_inet_address_get_is_loopback (inet);
  lower = g_ascii_strdown (host, -1);
  return g_str_equal (lower, "localhost") || g_str_has_suffix (lower, ".localhost");
}

gboolean
sheaf_queue_machine_is_asked (GVariant *params)
{
  g_autoptr (GUri) uri = NULL;
  const char *url;

  if (!g_variant_lookup (params, "url", "&s", &url))
    return FALSE;
  uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  return uri != NULL && g_uri_get_host (uri) != NULL
         && sheaf_queue_machine_is_self (g_uri_get_host (uri));
}
