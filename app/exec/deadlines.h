/* deadlines.h: one thread that watches the clock for others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Work in our own process cannot be killed, only asked to stop: when its time is over, its
 * cancellable is triggered. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _SheafDeadlines SheafDeadlines;

SheafDeadlines *sheaf_deadlines_new (void);
void sheaf_deadlines_free (SheafDeadlines *self);

/* Will trigger @cancellable in @timeout_ms; returns a name for sheaf_deadlines_remove(). */
guint64 sheaf_deadlines_add (SheafDeadlines *self, guint timeout_ms, GCancellable *cancellable);

/* Returns whether the time was over before this. */
gboolean sheaf_deadlines_remove (SheafDeadlines *self, guint64 id);

G_END_DECLS
