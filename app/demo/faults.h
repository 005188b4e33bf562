/* faults.h: everything a real server does wrong, on request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A fault is asked for as "KIND=RATE", RATE from 0 to 1: that share of the answers fails in that
 * way.  "api:KIND=RATE" spares pictures, "file:KIND=RATE" spares the API.  Which answers fail
 * follows from the seed, the path and how often that path was asked for, so that a run can be
 * repeated, and another try has another chance.
 *
 *   401, 403       the error shapes of a missing and of a refused client ID
 *   404            not found
 *   429            with Retry-After in seconds; 429-date: as a date; 429-bare: without
 *   500            error as an object with a code
 *   503            over capacity, as an HTML page; capacity: the same as a 403 in JSON
 *   region         not offered in this country: as an error, and in place of a picture as another
 *   truncated      announces its length, breaks off after half of it
 *   broken-chunks  chunked, breaks off after half without the last chunk
 *   reset          the same, but by RST
 *   stalled        half of the body, then silence
 *   silent         accepts the request and never answers
 *   slow-drip      64 bytes ten times a second
 *   endless        a body that never ends
 *   wrong-length   complete to HTTP, but shorter than the gallery says (where it says a size: what
 *                  agrees with its own Content-Length is as whole as anybody can tell)
 *   gzip           Content-Encoding: gzip though nobody asked for it
 *   removed        redirected to /removed.png                             (pictures only)
 *   redirect-loop  redirected to itself
 *   redirect-away  redirected to an address of a private network
 *   html           a web page, status 200
 *   wrong-type     another kind of picture than the gallery says          (pictures only)
 *   bad-json       JSON that breaks off in the middle                     (API only)
 *   nested-json    JSON nested 200,000 deep                               (API only)
 *   huge-json      100 MB of JSON                                         (API only)
 *
 * "quota=N" is not a rate: every client ID has N credits in every hour, and is answered 429
 * afterwards; "quota=N/SECONDS": in every so many seconds. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  SHEAF_FAULT_NONE,
  SHEAF_FAULT_401,
  SHEAF_FAULT_403,
  SHEAF_FAULT_404,
  SHEAF_FAULT_429,
  SHEAF_FAULT_429_DATE,
  SHEAF_FAULT_429_BARE,
  SHEAF_FAULT_500,
  SHEAF_FAULT_503,
  SHEAF_FAULT_CAPACITY,
  SHEAF_FAULT_REGION,
  SHEAF_FAULT_TRUNCATED,
  SHEAF_FAULT_BROKEN_CHUNKS,
  SHEAF_FAULT_RESET,
  SHEAF_FAULT_STALLED,
  SHEAF_FAULT_SILENT,
  SHEAF_FAULT_SLOW_DRIP,
  SHEAF_FAULT_ENDLESS,
  SHEAF_FAULT_WRONG_LENGTH,
  SHEAF_FAULT_GZIP,
  SHEAF_FAULT_REMOVED,
  SHEAF_FAULT_REDIRECT_LOOP,
  SHEAF_FAULT_REDIRECT_AWAY,
  SHEAF_FAULT_HTML,
  SHEAF_FAULT_WRONG_TYPE,
  SHEAF_FAULT_BAD_JSON,
  SHEAF_FAULT_NESTED_JSON,
  SHEAF_FAULT_HUGE_JSON,
  SHEAF_N_FAULTS
} SheafFault;

typedef struct _SheafFaults SheafFaults;

/* @specs is nullable; %NULL with @error set for one that cannot be understood. */
SheafFaults *sheaf_faults_new (const char *const *specs, guint32 seed, GError **error);
void sheaf_faults_free (SheafFaults *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafFaults, sheaf_faults_free)

/* The KIND of @fault, "-" for none. */
const char *sheaf_fault_get_name (SheafFault fault);

/* What goes wrong with the answer to this request. */
SheafFault sheaf_faults_draw (SheafFaults *self, const char *path, gboolean is_api);

/* Credits a client ID has, or 0 for the usual number. */
guint sheaf_faults_get_quota (SheafFaults *self);

/* After how many seconds, counted from 1970, credits begin anew. */
guint sheaf_faults_get_quota_seconds (SheafFaults *self);

G_END_DECLS
