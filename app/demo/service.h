/* service.h: one API the demo server speaks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A service turns a request into an answer, at once and without blocking; what is a picture is
 * named and made afterwards.  The server adds latency and faults, which services know nothing of
 * but for the shape of their own errors. */
#pragma once

#include "app/demo/catalogue.h"
#include "app/demo/faults.h"
#include "app/demo/store.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * SheafDemoRequest:
 * @path: decoded, begins with a slash
 * @query: (nullable): names and values, decoded
 * @headers: what the client sent
 */
typedef struct
{
  const char *path;
  GHashTable *query;
  SoupMessageHeaders *headers;
} SheafDemoRequest;

/**
 * SheafDemoAnswer:
 * @type: Content-Type
 * @body: (nullable): %NULL for none, or for a picture
 * @picture: (nullable): what to make the body of
 * @headers: further ones
 */
typedef struct
{
  guint status;
  const char *type;
  GBytes *body;
  SheafDemoPicture *picture;
  SheafDemoRendition rendition;
  SoupMessageHeaders *headers;
} SheafDemoAnswer;

/**
 * SheafDemoHost:
 *
 * What services know of the server: its gallery, its own address, its credits.
 */
typedef struct
{
  SheafDemoCatalogue *catalogue;
  const char *base_url;
  GHashTable *credits; /* (element-type utf8 uint): used so far, by client */
  guint quota;
  guint quota_seconds; /* after which credits begin anew */
  gint64 quota_period; /* that @credits are of */
  gint n_refused;      /* atomic: for want of credits */
} SheafDemoHost;

/**
 * SheafDemoService:
 * @prefix: paths that are this service's begin with it
 * @answer: fills @answer; %FALSE for not found
 * @fail: (nullable): the service's own shape of an error with this status
 */
typedef struct
{
  const char *prefix;
  gboolean (*answer) (SheafDemoHost *host,
                      const SheafDemoRequest *request,
                      SheafDemoAnswer *answer);
  void (*fail) (const SheafDemoRequest *request, SheafFault fault, SheafDemoAnswer *answer);
} SheafDemoService;

/* Ends with a row without a prefix. */
extern const SheafDemoService sheaf_demo_services[];

/* Members of the object that @builder is in; a string may be %NULL, which is null there, too. */
void sheaf_demo_set_null (JsonBuilder *builder, const char *name);
void sheaf_demo_set_int (JsonBuilder *builder, const char *name, gint64 value);
void sheaf_demo_set_bool (JsonBuilder *builder, const char *name, gboolean value);
void sheaf_demo_set_string (JsonBuilder *builder, const char *name, const char *value);

/* Sets what @builder has made as the body. */
/* Imgur's way to say that a picture is not offered in this country: another picture. */
void sheaf_demo_answer_region_sign (SheafDemoAnswer *answer);

void sheaf_demo_answer_json (SheafDemoAnswer *answer, guint status, JsonBuilder *builder);
void
sheaf_demo_answer_text (SheafDemoAnswer *answer, guint status, const char *type, const char *text);

/* A value of the query, or @otherwise. */
const char *
sheaf_demo_query (const SheafDemoRequest *request, const char *name, const char *otherwise);
guint sheaf_demo_query_number (const SheafDemoRequest *request, const char *name, guint otherwise);

/* (transfer container) (element-type SheafDemoPicture): those of posts that are not mature and
 * match
 * @words (nullable). */
GPtrArray *sheaf_demo_find_pictures (SheafDemoHost *host, const char *words);

/* (transfer full): the address of @picture, or of its rendition with @suffix. */
char *sheaf_demo_dup_link (SheafDemoHost *host, const SheafDemoPicture *picture, char suffix);

/* The status that goes with @fault, where it has one. */
guint sheaf_demo_fault_status (SheafFault fault);

/* Whether all of @words occur in the post's title, tag or account; case does not matter. */
gboolean
sheaf_demo_post_matches (SheafDemoHost *host, const SheafDemoPost *post, const char *words);

gboolean sheaf_demo_imgur_answer (SheafDemoHost *host,
                                  const SheafDemoRequest *request,
                                  SheafDemoAnswer *answer);
void
sheaf_demo_imgur_fail (const SheafDemoRequest *request, SheafFault fault, SheafDemoAnswer *answer);

gboolean sheaf_demo_commons_answer (SheafDemoHost *host,
                                    const SheafDemoRequest *request,
                                    SheafDemoAnswer *answer);
void sheaf_demo_commons_fail (const SheafDemoRequest *request,
                              SheafFault fault,
                              SheafDemoAnswer *answer);

gboolean sheaf_demo_artic_answer (SheafDemoHost *host,
                                  const SheafDemoRequest *request,
                                  SheafDemoAnswer *answer);
gboolean sheaf_demo_iiif_answer (SheafDemoHost *host,
                                 const SheafDemoRequest *request,
                                 SheafDemoAnswer *answer);
gboolean sheaf_demo_nasa_answer (SheafDemoHost *host,
                                 const SheafDemoRequest *request,
                                 SheafDemoAnswer *answer);
gboolean sheaf_demo_loc_answer (SheafDemoHost *host,
                                const SheafDemoRequest *request,
                                SheafDemoAnswer *answer);
void
sheaf_demo_museum_fail (const SheafDemoRequest *request, SheafFault fault, SheafDemoAnswer *answer);

/* Pictures by "ID.EXT" and "IDsuffix.EXT", removed.png, and the pages people would open. */
gboolean sheaf_demo_files_answer (SheafDemoHost *host,
                                  const SheafDemoRequest *request,
                                  SheafDemoAnswer *answer);

G_END_DECLS
