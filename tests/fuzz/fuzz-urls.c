/* fuzz-urls.c: addresses, redirects and Retry-After out of anything
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is two lines: an address and what it redirects to. */
#include "config.h"

#include "app/verbs/http-errors.h"
#include "app/verbs/url-rules.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
check (GUri *uri)
{
  const char *scheme = g_uri_get_scheme (uri), *host = g_uri_get_host (uri);

  if ((strcmp (scheme, "http") != 0 && strcmp (scheme, "https") != 0) || host == NULL
      || *host == '\0' || g_uri_get_userinfo (uri) != NULL)
    g_error ("an address that must not be");
  sheaf_url_is_private_literal (uri);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 2);
  g_autoptr (GUri) from = lines[0] != NULL ? sheaf_url_parse (lines[0], NULL) : NULL;
  GError *error = NULL;

  if (lines[0] != NULL && sheaf_http_parse_retry_after (lines[0], 1000) < -1)
    g_error ("a wait in the past");
  error = sheaf_http_error_from_status (400 + size % 200, "host", lines[0], (const char *) data,
                                        size, size & 1);
  g_error_free (error);
  if (from == NULL)
    return 0;
  check (from);
  if (lines[1] != NULL)
    {
      g_autoptr (GUri) to = sheaf_url_follow (from, lines[1], NULL);

      if (to != NULL)
        {
          check (to);
          if (strcmp (g_uri_get_scheme (from), "https") == 0
              && strcmp (g_uri_get_scheme (to), "http") == 0)
            g_error ("a redirect out of TLS");
          sheaf_url_same_origin (from, to);
        }
    }
  return 0;
}
