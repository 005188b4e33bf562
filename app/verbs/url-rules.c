/* url-rules.c: which addresses Sheaf will go to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Private ranges are a table of prefixes; IPv6 forms that carry an IPv4 address inside are unpacked
 * first, since a packet to them ends at that IPv4 host. */
#include "config.h"

#include "app/verbs/url-rules.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

#define MAX_URL_LENGTH 8192

typedef struct
{
  guint8 prefix[16];
  guint bits;
} Range;

/* IANA's special-purpose registry, without what is globally reachable. */
static const Range ranges_4[] = {
  { { 0 }, 8 },             /* this network */
  { { 10 }, 8 },            /* private */
  { { 100, 64 }, 10 },      /* carrier's own */
  { { 127 }, 8 },           /* loopback */
  { { 169, 254 }, 16 },     /* link-local */
  { { 172, 16 }, 12 },      /* private */
  { { 192, 0, 0 }, 24 },    /* protocol assignments */
  { { 192, 0, 2 }, 24 },    /* documentation */
  { { 192, 168 }, 16 },     /* private */
  { { 198, 18 }, 15 },      /* benchmarks */
  { { 198, 51, 100 }, 24 }, /* documentation */
  { { 203, 0, 113 }, 24 },  /* documentation */
  { { 224 }, 4 },           /* multicast */
  { { 240 }, 4 },           /* reserved, broadcast */
};

static const Range ranges_6[] = {
  { { 0 }, 96 },                                  /* unspecified, loopback, old IPv4 */
  { { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48 }, /* local translation */
  { { 0x01, 0x00 }, 64 },                         /* discard */
  { { 0x20, 0x01, 0x00, 0x00 }, 32 },             /* Teredo */
  { { 0x20, 0x01, 0x0d, 0xb8 }, 32 },             /* documentation */
  { { 0xfc }, 7 },                                /* unique local */
  { { 0xfe, 0x80 }, 10 },                         /* link-local */
  { { 0xfe, 0xc0 }, 10 },                         /* site-local */
  { { 0xff }, 8 },                                /* multicast */
};

static gboolean
in_range (const guint8 *bytes, const Range *range)
{
  guint whole = range->bits / 8, rest = range->bits % 8;
  guint8 mask = (guint8) (0xff << (8 - rest));

  if (memcmp (bytes, range->prefix, whole) != 0)
    return FALSE;
  return rest == 0 || (bytes[whole] & mask) == (range->prefix[whole] & mask);
}

static gboolean
in_any_range (const guint8 *bytes, const Range *ranges, guint n_ranges)
{
  for (guint i = 0; i < n_ranges; i++)
    if (in_range (bytes, &ranges[i]))
      return TRUE;
  return FALSE;
}

static const guint8 *
embedded_4 (const guint8 *bytes)
{
  static const Range mapped = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96 };
  static const Range nat64 = { { 0x00, 0x64, 0xff, 0x9b }, 96 };
  static const Range sixtofour = { { 0x20, 0x02 }, 16 };

  if (in_range (bytes, &mapped) || in_range (bytes, &nat64))
    return bytes + 12;
  if (in_range (bytes, &sixtofour))
    return bytes + 2;
  return NULL;
}

gboolean
sheaf_url_address_is_private (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address), *inner;

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return in_any_range (bytes, ranges_4, G_N_ELEMENTS (ranges_4));
  inner = embedded_4 (bytes);
  if (inner != NULL)
    return in_any_range (inner, ranges_4, G_N_ELEMENTS (ranges_4));
  return in_any_range (bytes, ranges_6, G_N_ELEMENTS (ranges_6));
}

gboolean
sheaf_url_is_private_literal (GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL && sheaf_url_address_is_private (address);
}

static gboolean
is_http (GUri *uri)
{
  const char *scheme = g_uri_get_scheme (uri), *host = g_uri_get_host (uri);

  return (g_str_equal (scheme, "http") || g_str_equal (scheme, "https")) && host != NULL
         && *host != '\0';
}

/* Without user name, password and fragment: none of them is ever sent. */
static GUri *
bare (GUri *uri)
{
  return g_uri_build (SOUP_HTTP_URI_FLAGS, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri),
                      g_uri_get_port (uri), g_uri_get_path (uri), g_uri_get_query (uri), NULL);
}

GUri *
sheaf_url_parse (const char *url, GError **error)
{
  g_autoptr (GUri) uri = NULL;
  g_autoptr (GError) parse_error = NULL;

  g_return_val_if_fail (url != NULL, NULL);

  if (strlen (url) > MAX_URL_LENGTH)
    {
      sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("The address is too long."));
      return NULL;
    }
  uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, &parse_error);
  if (uri == NULL)
    {
      sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("“%.200s” is not a web address."), url);
      return NULL;
    }
  if (!is_http (uri))
    {
      sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("“%.200s” is not an http or https address."), url);
      return NULL;
    }
  return bare (uri);
}

static gboolean
is_removed_sign (GUri *uri)
{
  g_autofree char *name = g_path_get_basename (g_uri_get_path (uri));

  return g_str_equal (name, "removed.png");
}

GUri *
sheaf_url_follow (GUri *from, const char *location, GError **error)
{
  g_autoptr (GUri) to = NULL;

  g_return_val_if_fail (from != NULL, NULL);

  if (location != NULL && strlen (location) <= MAX_URL_LENGTH)
    to = g_uri_parse_relative (from, location, SOUP_HTTP_URI_FLAGS, NULL);
  if (to == NULL || !is_http (to))
    {
      sheaf_fail (error, SHEAF_ERROR_REDIRECT, _ ("“%s” redirects to what is not a web address."),
                  g_uri_get_host (from));
      return NULL;
    }
  if (is_removed_sign (to))
    {
      sheaf_fail (error, SHEAF_ERROR_REMOVED, _ ("The picture was removed."));
      return NULL;
    }
  if (g_str_equal (g_uri_get_scheme (from), "https") && g_str_equal (g_uri_get_scheme (to), "http"))
    {
      sheaf_fail (error, SHEAF_ERROR_REDIRECT,
                  _ ("“%s” redirects to a connection that is not encrypted."),
                  g_uri_get_host (from));
      return NULL;
    }
  return bare (to);
}

static int
real_port (GUri *uri)
{
  int port = g_uri_get_port (uri);

  if (port > 0)
    return port;
  return g_str_equal (g_uri_get_scheme (uri), "https") ? 443 : 80;
}

gboolean
sheaf_url_same_origin (GUri *a, GUri *b)
{
  return g_str_equal (g_uri_get_scheme (a), g_uri_get_scheme (b))
         && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0
         && real_port (a) == real_port (b);
}
