/* feed.h: single pictures, one handful after another, from whatever a batch was asked for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A gallery has pages and albums, a pick of entries may hold albums too, folders are scanned: a
 * batch only sees handfuls of single pictures, filtered, in order, up to its limit, and asks for
 * the next when it has room. */
#pragma once

#include "app/gallery/source.h"

G_BEGIN_DECLS

/**
 * SheafFed:
 * @entry: a single picture; or, with @error, an album or folder that could not be opened
 * @error: (nullable)
 */
typedef struct
{
  SheafEntry *entry;
  GError *error;
} SheafFed;

void sheaf_fed_free (SheafFed *fed);

/**
 * SheafFeedOptions:
 * @types: (nullable): MIME types to let through; %NULL or empty for every type of picture
 * @any_type: what is not a picture passes too
 * @albums: whether albums are opened; else they are left out
 * @as_listed: everything passes as it stands, albums unopened
 * @limit: hand out this many at most; 0 for all
 * @retries: how often a page or an album that fails in passing is asked for again
 */
typedef struct
{
  const char *const *types;
  gboolean any_type;
  gboolean albums;
  gboolean as_listed;
  guint limit;
  guint retries;
} SheafFeedOptions;

#define SHEAF_TYPE_FEED (sheaf_feed_get_type ())
G_DECLARE_FINAL_TYPE (SheafFeed, sheaf_feed, SHEAF, FEED, GObject)

/* Signal: notice (GError *): something passing went wrong and is tried again, or
 * something was left out. */

/**
 * sheaf_feed_new:
 * @source: (nullable): opens albums and, without @entries, has the pages
 * @entries: (nullable) (element-type SheafEntry)
 * @options: copied
 */
SheafFeed *
sheaf_feed_new (SheafSource *source, GPtrArray *entries, const SheafFeedOptions *options);

/* Pictures in files and folders. */
SheafFeed *sheaf_feed_new_for_files (GPtrArray *files, guint limit);

/**
 * sheaf_feed_next_async:
 *
 * Asks for the next handful; one call at a time.
 */
void sheaf_feed_next_async (SheafFeed *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

/**
 * sheaf_feed_next_finish:
 *
 * Returns: (transfer full) (element-type SheafFed): at least one; empty at the end; %NULL with
 *   @error set where the source failed for good
 */
GPtrArray *sheaf_feed_next_finish (SheafFeed *self, GAsyncResult *result, GError **error);

/* Seconds until a quota that it waits for begins anew; 0 while it waits for none. */
gint64 sheaf_feed_get_quota_wait (SheafFeed *self);

/* Nothing more is wanted: who waits gets %G_IO_ERROR_CANCELLED. */
void sheaf_feed_stop (SheafFeed *self);

G_END_DECLS
