/* fetch-request.h: what a `fetch` job asks for, checked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/work/job.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The parameters of verb-fetch.h with their defaults filled in. */
typedef struct
{
  GUri *uri;
  GVariant *headers; /* a{ss} */
  char *validator;
  char *keep_validator;
  guint64 offset;
  guint64 expect_bytes;
  GVariant *stand_ins; /* at */
  guint64 max_bytes;
  guint64 rate_limit;
  guint connect_timeout;
  guint read_timeout;
  guint min_rate;
  guint rate_window;
  guint max_redirects;
  gboolean accept_errors;
  gboolean allow_private;
  gboolean http1;
  int fd; /* of the job */
} SheafFetchRequest;

/**
 * sheaf_fetch_request_new:
 *
 * Returns: (transfer full) (nullable): %NULL with @error set (%SHEAF_ERROR_USAGE)
 */
SheafFetchRequest *sheaf_fetch_request_new (SheafJob *job, GError **error);
void sheaf_fetch_request_free (SheafFetchRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafFetchRequest, sheaf_fetch_request_free)

/**
 * sheaf_fetch_request_message:
 * @uri: where to ask; differs from the request's own after redirects
 * @resume: whether to ask for what is missing only
 *
 * Returns: (transfer full): the message to send; credentials and the like are left out where @uri
 *   is another host than was asked for
 */
SoupMessage *sheaf_fetch_request_message (SheafFetchRequest *self, GUri *uri, gboolean resume);

/* Whether a file of @length is one that may come in place of another. */
gboolean sheaf_fetch_request_is_stand_in (SheafFetchRequest *self, guint64 length);

/* Whether credentials would go to @uri. */
gboolean sheaf_fetch_request_authorized (SheafFetchRequest *self, GUri *uri);

G_END_DECLS
