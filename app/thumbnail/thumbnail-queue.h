/* thumbnail-queue.h: in which order requests are taken
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A few lines, one before the other.  The newest is first in each of them, however often it comes
 * back, but in the last: batches are done in the order they were asked for.  Private to
 * app/thumbnail/; takes no lock. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SHEAF_THUMBNAIL_LINE_PREVIEW, /* on the screen, with nothing to show yet: takes next to no time */
  SHEAF_THUMBNAIL_LINE_VISIBLE,
  SHEAF_THUMBNAIL_LINE_NEAR,
  SHEAF_THUMBNAIL_LINE_BACKGROUND,
  SHEAF_N_THUMBNAIL_LINES,
} SheafThumbnailLine;

/**
 * SheafThumbnailTicket:
 *
 * A place in a queue; part of what waits there.
 */
typedef struct
{
  GList link; /* its data is what waits; first, so that the one is the other */
  guint64 serial;
  SheafThumbnailLine line;
  gboolean is_queued;
} SheafThumbnailTicket;

typedef struct
{
  GQueue lines[SHEAF_N_THUMBNAIL_LINES];
  guint64 last_serial;
} SheafThumbnailQueue;

void sheaf_thumbnail_ticket_init (SheafThumbnailTicket *ticket, gpointer owner);

void sheaf_thumbnail_queue_init (SheafThumbnailQueue *self);

/* From now on @ticket is the newest, once it is pushed (again). */
void sheaf_thumbnail_queue_renew (SheafThumbnailQueue *self, SheafThumbnailTicket *ticket);

/* @ticket is not queued. */
void sheaf_thumbnail_queue_push (SheafThumbnailQueue *self,
                                 SheafThumbnailTicket *ticket,
                                 SheafThumbnailLine line);

/* Returns: (nullable): whose turn it is */
gpointer sheaf_thumbnail_queue_pop (SheafThumbnailQueue *self);

/* Returns: whether it was queued */
gboolean sheaf_thumbnail_queue_remove (SheafThumbnailQueue *self, SheafThumbnailTicket *ticket);

G_END_DECLS
