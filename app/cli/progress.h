/* progress.h: how far it is, for a person who watches
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * On a terminal, one line that is drawn over; elsewhere nothing but messages.  All of it goes to
 * standard error. */
#pragma once

#include "app/batch.h"

G_BEGIN_DECLS

typedef struct _SheafProgress SheafProgress;

/* @quiet: nothing is drawn; messages still come. */
SheafProgress *sheaf_progress_new (gboolean quiet);

/* Takes the line away. */
void sheaf_progress_free (SheafProgress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafProgress, sheaf_progress_free)

/* Draws the line anew. */
void sheaf_progress_update (SheafProgress *self, const SheafBatchSums *sums);

/* Takes the line away until the next update, for a line on standard output. */
void sheaf_progress_hide (SheafProgress *self);

/* A line of its own, the progress staying below. */
void sheaf_progress_message (SheafProgress *self, const char *message);

/* From now on a notice is an object on a line, but for a terminal. */
void sheaf_progress_set_json (SheafProgress *self, gboolean json);

/* @error, and, where it says when that will be, that it is tried again: counted down on a terminal,
 * below whatever else is drawn; elsewhere said once. */
void sheaf_progress_notice (SheafProgress *self, const GError *error);

/**
 * sheaf_progress_format:
 * @columns: how wide the terminal is
 *
 * Returns: (transfer full): what sheaf_progress_update() draws
 */
char *sheaf_progress_format (const SheafBatchSums *sums, guint columns);

G_END_DECLS
