/* listing-source.h: any gallery that is one question a page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What such galleries have in common: an address of Sheaf's own form or of the gallery's site, a
 * question per page, an answer in JSON.  A further one is a SheafListing: three pure functions and
 * some words.  What differs in nothing but those needs no GObject of its own. */
#pragma once

#include "app/gallery/api-request.h"
#include "app/gallery/source.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * SheafListingSpec:
 * @kind: what is asked for: "search", "category", …; static
 * @name: (nullable): words, a name, an ID
 * @depth: of categories within categories
 */
typedef struct
{
  const char *kind;
  char *name;
  guint depth;
} SheafListingSpec;

/* @name is copied. */
SheafListingSpec *sheaf_listing_spec_new (const char *kind, const char *name);
void sheaf_listing_spec_free (SheafListingSpec *spec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafListingSpec, sheaf_listing_spec_free)

/**
 * SheafListing:
 * @nick: SheafEntry.source of its entries, and the scheme of its addresses
 * @service: the service's name as messages have it; a proper name
 * @api_url: where it is
 * @parse_spec: (transfer full) (nullable): what an address means; %NULL for one it does not know
 * @dup_url: what to ask for a page; @cursor is %NULL for the first one
 * @parse: the answer as a page; in a thread, from its arguments alone
 * @dup_title: what a person reads above it; translated
 */
typedef struct
{
  const char *nick;
  const char *service;
  const char *api_url;
  SheafListingSpec *(*parse_spec) (const char *text);
  char *(*dup_url) (const char *api_url, const SheafListingSpec *spec, const char *cursor);
  SheafPage *(*parse) (const SheafApiAnswer *answer,
                       const SheafListingSpec *spec,
                       const char *cursor,
                       GError **error);
  char *(*dup_title) (const SheafListingSpec *spec);
} SheafListing;

#define SHEAF_TYPE_LISTING_SOURCE (sheaf_listing_source_get_type ())
G_DECLARE_FINAL_TYPE (SheafListingSource, sheaf_listing_source, SHEAF, LISTING_SOURCE, GObject)

/* Opens @spec; the create() of a table's row, with its listing. */
SheafSource *sheaf_listing_source_new (const SheafListing *listing,
                                       const char *spec,
                                       const SheafSourceContext *context,
                                       GError **error);

/* Whether @listing knows @spec, or it begins with its scheme. */
gboolean sheaf_listing_claims (const SheafListing *listing, const char *spec);

/**
 * sheaf_listing_open_answer:
 *
 * What every parser begins with: the answer's JSON, or %NULL with @error set by its status, its
 * Retry-After and what it is instead of JSON.
 */
JsonNode *
sheaf_listing_open_answer (const SheafApiAnswer *answer, const char *service, GError **error);

/* Fails as %SHEAF_ERROR_PROTOCOL, in words that name the service. */
gpointer sheaf_listing_fail_shape (const char *service, GError **error);

/* (transfer full) (nullable): @url with https for a missing scheme; %NULL for what is neither http
 * nor https. */
char *sheaf_listing_dup_web_url (const char *url);

/* "scheme:kind/name" split: whether @text is of @scheme and @kind; @name is what follows. */
gboolean
sheaf_listing_form (const char *text, const char *scheme, const char *kind, const char **name);

/* (transfer full) (nullable): @text as an address of one of @hosts (ends with %NULL). */
GUri *sheaf_listing_parse_site (const char *text, const char *const *hosts);

/* (transfer full) (nullable): a value of @uri's query, decoded, on one line. */
char *sheaf_listing_dup_query (GUri *uri, const char *name);

G_END_DECLS
