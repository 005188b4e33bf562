/* fetch-request.c: what a `fetch` job asks for, checked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/fetch-request.h"

#include "app/verbs/url-rules.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#define DEFAULT_MAX_BYTES       (G_GUINT64_CONSTANT (1) << 30)
#define DEFAULT_CONNECT_TIMEOUT 10000
#define DEFAULT_READ_TIMEOUT    30000
#define DEFAULT_MAX_REDIRECTS   5

static guint64
lookup_u64 (GVariant *params, const char *key, guint64 fallback)
{
  guint64 value;

  return g_variant_lookup (params, key, "t", &value) ? value : fallback;
}

static guint
lookup_u32 (GVariant *params, const char *key, guint fallback)
{
  guint32 value;

  return g_variant_lookup (params, key, "u", &value) ? value : fallback;
}

static gboolean
lookup_flag (GVariant *params, const char *key)
{
  gboolean value;

  return g_variant_lookup (params, key, "b", &value) && value;
}

SheafFetchRequest *
sheaf_fetch_request_new (SheafJob *job, GError **error)
{
  g_autoptr (SheafFetchRequest) self = g_new0 (SheafFetchRequest, 1);
  const char *url = NULL;

  if (!g_variant_lookup (job->params, "url", "&s", &url) || job->fd < 0)
    {
      sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("Fetching needs an address and an open file."));
      return NULL;
    }
  self->uri = sheaf_url_parse (url, error);
  if (self->uri == NULL)
    return NULL;
  self->fd = job->fd;
  self->headers = g_variant_lookup_value (job->params, "headers", G_VARIANT_TYPE ("a{ss}"));
  g_variant_lookup (job->params, "validator", "s", &self->validator);
  g_variant_lookup (job->params, "keep-validator", "s", &self->keep_validator);
  self->offset = lookup_u64 (job->params, "offset", 0);
  self->expect_bytes = lookup_u64 (job->params, "expect-bytes", 0);
  self->stand_ins = g_variant_lookup_value (job->params, "stand-ins", G_VARIANT_TYPE ("at"));
  self->max_bytes = lookup_u64 (job->params, "max-bytes", DEFAULT_MAX_BYTES);
  self->rate_limit = lookup_u64 (job->params, "rate-limit", 0);
  self->connect_timeout = lookup_u32 (job->params, "connect-timeout", DEFAULT_CONNECT_TIMEOUT);
  self->read_timeout = lookup_u32 (job->params, "read-timeout", DEFAULT_READ_TIMEOUT);
  self->min_rate = lookup_u32 (job->params, "min-rate", 0);
  self->rate_window = lookup_u32 (job->params, "rate-window", self->read_timeout);
  self->max_redirects = lookup_u32 (job->params, "max-redirects", DEFAULT_MAX_REDIRECTS);
  self->accept_errors = lookup_flag (job->params, "accept-errors");
  self->allow_private = lookup_flag (job->params, "allow-private");
  self->http1 = lookup_flag (job->params, "http1");
  return g_steal_pointer (&self);
}

void
sheaf_fetch_request_free (SheafFetchRequest *self)
{
  g_clear_pointer (&self->uri, g_uri_unref);
  g_clear_pointer (&self->headers, g_variant_unref);
  g_clear_pointer (&self->stand_ins, g_variant_unref);
  g_free (self->validator);
  g_free (self->keep_validator);
  g_free (self);
}

static gboolean
is_safe_header (const char *name, const char *value)
{
  return *name != '\0' && strpbrk (name, " :\r\n") == NULL && strpbrk (value, "\r\n") == NULL;
}

/* Of the job's own headers only what says nothing about the person goes to another host. */
static gboolean
may_leave (const char *name)
{
  return g_ascii_strcasecmp (name, "Accept") == 0
         || g_ascii_strcasecmp (name, "Accept-Language") == 0;
}

SoupMessage *
sheaf_fetch_request_message (SheafFetchRequest *self, GUri *uri, gboolean resume)
{
  SoupMessage *message = soup_message_new_from_uri (SOUP_METHOD_GET, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  gboolean at_home = sheaf_url_same_origin (self->uri, uri);

  soup_message_set_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (headers, "Accept", "*/*");
  /* Lengths and ranges of pictures shall mean the bytes of the file. */
  if (!self->accept_errors)
    {
      soup_message_disable_feature (message, SOUP_TYPE_CONTENT_DECODER);
      soup_message_headers_replace (headers, "Accept-Encoding", "identity");
    }
  if (self->headers != NULL)
    {
      GVariantIter iter;
      const char *name, *value;

      g_variant_iter_init (&iter, self->headers);
      while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
        if (is_safe_header (name, value) && (at_home || may_leave (name)))
          soup_message_headers_replace (headers, name, value);
    }
  if (resume)
    {
      soup_message_headers_set_range (headers, self->offset, -1);
      if (self->validator != NULL && is_safe_header ("If-Range", self->validator))
        soup_message_headers_replace (headers, "If-Range", self->validator);
    }
  return message;
}

gboolean
sheaf_fetch_request_is_stand_in (SheafFetchRequest *self, guint64 length)
{
  const guint64 *lengths;
  gsize n_lengths;

  if (self->stand_ins == NULL)
    return FALSE;
  lengths = g_variant_get_fixed_array (self->stand_ins, &n_lengths, sizeof *lengths);
  for (gsize i = 0; i < n_lengths; i++)
    if (lengths[i] == length)
      return TRUE;
  return FALSE;
}

gboolean
sheaf_fetch_request_authorized (SheafFetchRequest *self, GUri *uri)
{
  const char *value;

  return self->headers != NULL && g_variant_lookup (self->headers, "Authorization", "&s", &value)
         && sheaf_url_same_origin (self->uri, uri);
}
