/* verb-fetch.h: the verb `fetch`: one http(s) address into one open file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All of Sheaf's HTTP is here: pictures, previews and API answers alike.  The job brings the open
 * file to write to (a part file, or a memfd for what is only looked at), so a helper that fetches
 * needs no file system.
 *
 * Parameters (a{sv}; all but "url" may be missing):
 *
 *   url              s      http or https
 *   headers          a{ss}  sent along ("Authorization", "Accept", "Referer"); never logged; only
 *                           "Accept" and "Accept-Language" go on to another host by a redirect
 *   offset           t      the file has this many bytes already; ask for the rest (Range)
 *   validator        s      strong ETag or Last-Modified of those bytes, for If-Range
 *   keep-validator   s      name of an extended attribute ("user.…") of the file: length and
 *                           validator of what is being written, with a space between them, are
 *                           kept there, from before the first byte
 *   expect-bytes     t      what the body should be long in all; a difference is "short"
 *   stand-ins        at     lengths of files a host is known to give in place of another; of those,
 *                           "expect-bytes" is not asked, so that the caller can tell what it is
 *   max-bytes        t      more than this is "too-large"; default 1 GiB
 *   connect-timeout  u      milliseconds; default 10000
 *   read-timeout     u      milliseconds between reads; default 30000
 *   min-rate         u      bytes per second, over windows, below which it is "stalled"; 0 none
 *   rate-window      u      milliseconds of such a window; default: "read-timeout"
 *   max-redirects    u      default 5
 *   rate-limit       t      bytes per second for this transfer; 0 none
 *   accept-errors    b      API use: a 4xx or 5xx answer is a reply (with its body), not an error;
 *                           compression is allowed, and undone
 *   allow-private    b      "url" may be of a private or loopback address; default FALSE; of a
 *                           redirect, only where it stays on that host
 *   http1            b      do not use HTTP/2
 *
 * Reply (a{sv}):
 *
 *   status           u      HTTP status
 *   bytes            t      length of the file now, what "offset" named included
 *   resumed          b      whether the server went on at "offset" (else the file was begun anew)
 *   length-known     b      whether that is the length the server announced (or "expect-bytes"), or
 *                           the server marked the end (a last chunk, a last frame); where not, a
 *                           body cut off may look whole: look at the file's end
 *   type             s      Content-Type without parameters, lower case; "" where there is none
 *   url              s      the address after redirects
 *   etag, last-modified  s  where the server gave them
 *   headers          a{ss}  rate limits and the like; names in lower case starting with
 *                           "x-ratelimit-", "x-post-rate-limit-", "retry-after",
 *                           "content-disposition", "x-total-", "link"
 *   http-version     s      "1.1" or "2"
 *   ms               u      wall-clock time
 *
 * The file is written from its start (or "offset") and truncated to what came.  After an error it
 * holds a true prefix of the body, for resuming. */
#pragma once

#include "app/work/verb.h"

G_BEGIN_DECLS

/* In-process, blocking: HTTP/1.1, one session a thread (see SheafVerbFunc). */
SheafReply *sheaf_verb_fetch_run (SheafJob *job,
                                  SheafProgressFunc progress,
                                  gpointer progress_data,
                                  GCancellable *cancellable,
                                  GError **error);

/* Many at once on the thread-default main context, HTTP/2 where the server has it. */
void sheaf_verb_fetch_run_async (SheafJob *job,
                                 SheafProgressFunc progress,
                                 gpointer progress_data,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
SheafReply *sheaf_verb_fetch_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
