/* source.h: where entries come from, page by page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A source is one opened gallery: "imgur:hot", a list of URLs, a folder.  It hands out pages of
 * entries; what stands behind it (HTTP, a file, a scan) is its own business.  A new kind of source
 * is one file, one pure parser and one row in source-table.c, and nothing else in Sheaf knows it.
 */
#pragma once

#include "app/base/entry.h"
#include "app/exec/executor.h"

G_BEGIN_DECLS

/**
 * SheafPage:
 * @entries: (element-type SheafEntry): may be empty even though more follows
 * @cursor: (nullable): what to ask the next page with; %NULL after the last one
 * @total: how many entries there are in all; 0 if not known
 * @n_unusable: how many were left out because they have no ID or address to use
 */
typedef struct
{
  GPtrArray *entries;
  char *cursor;
  guint64 total;
  guint n_unusable;
} SheafPage;

SheafPage *sheaf_page_new (void);
void sheaf_page_free (SheafPage *page);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafPage, sheaf_page_free)

/* (transfer full) (nullable): says that something was left out of @page; %NULL where nothing was.
 */
GError *sheaf_page_make_notice (const SheafPage *page);

#define SHEAF_TYPE_SOURCE (sheaf_source_get_type ())
G_DECLARE_INTERFACE (SheafSource, sheaf_source, SHEAF, SOURCE, GObject)

struct _SheafSourceInterface
{
  GTypeInterface parent_iface;

  void (*load_page_async) (SheafSource *self,
                           const char *cursor,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
  SheafPage *(*load_page_finish) (SheafSource *self, GAsyncResult *result, GError **error);

  /* Both nullable: only sources that have albums. */
  void (*expand_async) (SheafSource *self,
                        SheafEntry *album,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  GPtrArray *(*expand_finish) (SheafSource *self, GAsyncResult *result, GError **error);

  char *(*dup_title) (SheafSource *self);
};

/**
 * sheaf_source_load_page_async:
 * @cursor: (nullable): %NULL for the first page, else what the page before said
 *
 * One page at a time per source.  Failures that pass (429, over capacity, …) come back as errors:
 * the caller decides whether to wait.
 */
void sheaf_source_load_page_async (SheafSource *self,
                                   const char *cursor,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
SheafPage *sheaf_source_load_page_finish (SheafSource *self, GAsyncResult *result, GError **error);

/**
 * sheaf_source_expand_async:
 * @album: an entry for which sheaf_entry_is_album() holds
 *
 * Asks for every picture of an album, whole (finish: (element-type SheafEntry), post_id, post_title
 * and index filled).  Several at once are allowed.
 */
void sheaf_source_expand_async (SheafSource *self,
                                SheafEntry *album,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
GPtrArray *sheaf_source_expand_finish (SheafSource *self, GAsyncResult *result, GError **error);

/**
 * sheaf_source_dup_title:
 *
 * Returns: (transfer full): what a person should read above its pictures; translated
 */
char *sheaf_source_dup_title (SheafSource *self);

/**
 * SheafQuota:
 *
 * What the service said of its limits; -1 where it said nothing.  @user_reset and @client_reset are
 * seconds since 1970, and so is @now, when it said so by its own clock.
 */
typedef struct
{
  gint64 user_limit;
  gint64 user_remaining;
  gint64 user_reset;
  gint64 client_limit;
  gint64 client_remaining;
  gint64 client_reset;
  gint64 now;
} SheafQuota;

/* See app/gallery/quota-gate.h. */
typedef struct _SheafQuotaGate SheafQuotaGate;

/**
 * SheafSourceContext:
 * @executor: does the `fetch` jobs
 * @api_url: (nullable): replaces the service's own address (tests, the demo)
 * @client_id: (nullable): the person's ID for the service
 * @mature: whether entries marked as mature are asked for and handed out
 * @connect_timeout: seconds; 0 for the default of `fetch`
 * @read_timeout: seconds between two reads; 0 for the default of `fetch`
 * @gate: (nullable): what every question under @client_id passes
 * @quota: (nullable): called in the loading thread's context whenever an answer tells the quota
 *
 * What a source may use; it copies what it keeps and holds references on @executor and @gate.
 */
typedef struct
{
  SheafExecutor *executor;
  const char *api_url;
  const char *client_id;
  gboolean mature;
  guint connect_timeout;
  guint read_timeout;
  SheafQuotaGate *gate;
  void (*quota) (const SheafQuota *quota, gpointer user_data);
  gpointer quota_data;
} SheafSourceContext;

/**
 * SheafChoice / SheafFacet:
 *
 * What a person may choose within a source, for menus made without knowing it: "section" of
 * {"hot", "Popular"}, {"top", "Highest scoring"}, ….  @labels are translatable.  A facet applies
 * only where @applies_to is %NULL or names the value chosen in the first facet.
 */
typedef struct
{
  const char *value;
  const char *label;
} SheafChoice;

typedef struct
{
  const char *name;
  const char *label;
  const SheafChoice *choices; /* ends with a row without a value; the first is the default */
  const char *applies_to;
} SheafFacet;

/**
 * SheafSourceType:
 * @nick: the scheme of its addresses ("imgur"), and SheafEntry.source of its entries
 * @title: (translatable)
 * @description: (translatable): what it holds, one sentence
 * @needs: (translatable) (nullable): what a person must have ("a client ID"); %NULL for nothing
 * @icon_name: for the source chooser
 * @forms: one form a line, with what it gives: "imgur:r/NAME\tpictures of a subreddit"
 * @facets: (nullable): ends with a row without a name
 * @searchable: whether @compose takes words to search for
 * @default_spec: (nullable): what opening it without a choice opens; %NULL for sources that need
 *   more than that
 * @claims: whether an address is this source's: its own scheme, or a web address it knows
 * @compose: (nullable): the address of what was chosen; @values has one value a facet (%NULL where
 * it does not apply), @words is %NULL or the search
 * @create: opens an address @claims said yes to
 */
typedef struct
{
  const char *nick;
  const char *title;
  const char *description;
  const char *needs;
  const char *icon_name;
  const char *forms;
  const SheafFacet *facets;
  gboolean searchable;
  const char *default_spec;
  gboolean (*claims) (const char *spec);
  char *(*compose) (const char *const *values, const char *words);
  SheafSource *(*create) (const char *spec, const SheafSourceContext *context, GError **error);
} SheafSourceType;

/* Ends with a row without a nick.  The demo gallery is a row too: same source, own server. */
extern const SheafSourceType sheaf_source_types[];

/**
 * sheaf_source_type_for:
 *
 * Returns: (transfer none) (nullable): the row that claims @spec
 */
const SheafSourceType *sheaf_source_type_for (const char *spec);

/**
 * sheaf_source_open:
 * @spec: as the design's SOURCE
 *
 * Returns: (transfer full) (nullable): the source, or %NULL with @error set (%SHEAF_ERROR_USAGE
 * where no row claims @spec; %SHEAF_ERROR_CLIENT_ID where it needs an ID and @context has none)
 */
SheafSource *
sheaf_source_open (const char *spec, const SheafSourceContext *context, GError **error);

G_END_DECLS
