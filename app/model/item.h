/* item.h: what a tile shows: the observable state of one entry
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Items live on the main thread.  Their properties notify; tiles bind to them. */
#pragma once

#include "app/base/entry.h"
#include "app/work/pixels.h"

G_BEGIN_DECLS

/**
 * SheafItemState:
 *
 * The order a picture goes through, and where it may end.
 */
typedef enum
{
  SHEAF_ITEM_LISTED,       /* known, nothing asked for: a tile of a gallery or folder */
  SHEAF_ITEM_QUEUED,       /* wanted, waiting for its turn */
  SHEAF_ITEM_PAUSED,       /* wanted, held by the person */
  SHEAF_ITEM_DOWNLOADING,  /* see progress */
  SHEAF_ITEM_THUMBNAILING, /* the file is whole */
  SHEAF_ITEM_READY,        /* file and thumbnail are there */
  SHEAF_ITEM_FAILED,       /* see error */
  SHEAF_ITEM_CANCELLED,
} SheafItemState;

#define SHEAF_TYPE_ITEM_STATE (sheaf_item_state_get_type ())
GType sheaf_item_state_get_type (void);

#define SHEAF_TYPE_ITEM (sheaf_item_get_type ())
G_DECLARE_FINAL_TYPE (SheafItem, sheaf_item, SHEAF, ITEM, GObject)

SheafItem *sheaf_item_new (SheafEntry *entry);

/* Never %NULL, never changes. */
SheafEntry *sheaf_item_get_entry (SheafItem *self);

/* What a person reads; (transfer none), never empty. */
const char *sheaf_item_get_title (SheafItem *self);

/* :state */
SheafItemState sheaf_item_get_state (SheafItem *self);
void sheaf_item_set_state (SheafItem *self, SheafItemState state);

/* :progress, 0 to 1, or -1 while the length is not known.  :received and :total are bytes. */
double sheaf_item_get_progress (SheafItem *self);
guint64 sheaf_item_get_received (SheafItem *self);
guint64 sheaf_item_get_total (SheafItem *self);
void sheaf_item_set_progress (SheafItem *self, guint64 received, guint64 total);

/* :retry-at: by g_get_monotonic_time(), when its next try begins while it is queued, else 0; and
 * what the last try ended with, (nullable).  Any state but queued drops both. */
gint64 sheaf_item_get_retry_at (SheafItem *self);
const char *sheaf_item_get_retry_reason (SheafItem *self);
void sheaf_item_set_retry (SheafItem *self, gint64 retry_at, const char *reason);

/* :error: why it failed, (nullable).  Setting one also sets the state to failed; any other state
 * drops it. */
const GError *sheaf_item_get_error (SheafItem *self);
void sheaf_item_take_error (SheafItem *self, GError *error);

/* :file: where the picture is on this machine, (nullable) until it is whole. */
GFile *sheaf_item_get_file (SheafItem *self);
void sheaf_item_set_file (SheafItem *self, GFile *file);

/* :skipped: its file was there already. */
gboolean sheaf_item_get_skipped (SheafItem *self);
void sheaf_item_set_skipped (SheafItem *self, gboolean skipped);

/* :pixels: its thumbnail, or a preview of it, (nullable): held only while somebody looks at it. */
SheafPixels *sheaf_item_get_pixels (SheafItem *self);
void sheaf_item_set_pixels (SheafItem *self, SheafPixels *pixels);

/* :thumbnail-file: where its thumbnail was written or found, (nullable). */
GFile *sheaf_item_get_thumbnail_file (SheafItem *self);
void sheaf_item_set_thumbnail_file (SheafItem *self, GFile *file);

/* How long was worked for it until it ended, in milliseconds, waiting for its turn left out; for
 * the command line's report. */
gint64 sheaf_item_get_elapsed_ms (SheafItem *self);

G_END_DECLS
