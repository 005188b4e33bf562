/* fetch-reply.c: what a `fetch` job says of the answer it got
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/fetch-reply.h"

static gboolean
is_wanted_header (const char *name)
{
  static const char *const prefixes[] = {
    "x-ratelimit-", "x-post-rate-limit-", "retry-after", "content-disposition", "x-total-", "link",
    "date",
  };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return TRUE;
  return FALSE;
}

static GVariant *
wanted_headers (SoupMessageHeaders *headers)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  SoupMessageHeadersIter iter;
  const char *name, *value;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      g_autofree char *lower = g_ascii_strdown (name, -1);
      g_autofree char *valid = g_utf8_make_valid (value, -1);

      if (is_wanted_header (lower) && g_utf8_validate (lower, -1, NULL))
        g_variant_builder_add (&builder, "{ss}", lower, valid);
    }
  return g_variant_builder_end (&builder);
}

static void
insert_header (GVariantDict *dict, const char *key, const char *value)
{
  if (value != NULL && g_utf8_validate (value, -1, NULL))
    g_variant_dict_insert (dict, key, "s", value);
}

static const char *
version_name (SoupMessage *message)
{
  switch (soup_message_get_http_version (message))
    {
    case SOUP_HTTP_2_0:
      return "2";
    case SOUP_HTTP_1_0:
      return "1.0";
    case SOUP_HTTP_1_1:
    default:
      return "1.1";
    }
}

SheafReply *
sheaf_fetch_reply_new (SoupMessage *message,
                       GUri *uri,
                       guint64 bytes,
                       gboolean resumed,
                       gboolean length_known,
                       guint ms)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  g_autofree char *lower_type = g_ascii_strdown (type != NULL ? type : "", -1);
  g_autofree char *url = g_uri_to_string (uri);

  g_variant_dict_insert (&dict, "status", "u", soup_message_get_status (message));
  g_variant_dict_insert (&dict, "bytes", "t", bytes);
  g_variant_dict_insert (&dict, "resumed", "b", resumed);
  g_variant_dict_insert (&dict, "length-known", "b", length_known);
  g_variant_dict_insert (&dict, "type", "s",
                         g_utf8_validate (lower_type, -1, NULL) ? lower_type : "");
  g_variant_dict_insert (&dict, "url", "s", url);
  insert_header (&dict, "etag", soup_message_headers_get_one (headers, "ETag"));
  insert_header (&dict, "last-modified", soup_message_headers_get_one (headers, "Last-Modified"));
  g_variant_dict_insert_value (&dict, "headers", wanted_headers (headers));
  g_variant_dict_insert (&dict, "http-version", "s", version_name (message));
  g_variant_dict_insert (&dict, "ms", "u", (guint32) ms);
  return sheaf_reply_new (g_variant_dict_end (&dict), -1);
}

const char *
sheaf_fetch_reply_validator (SoupMessageHeaders *headers)
{
  const char *etag = soup_message_headers_get_one (headers, "ETag");
  const char *ranges = soup_message_headers_get_one (headers, "Accept-Ranges");

  if (ranges != NULL && g_ascii_strcasecmp (ranges, "none") == 0)
    return NULL;
  if (etag != NULL && *etag == '"')
    return etag;
  return soup_message_headers_get_one (headers, "Last-Modified");
}
