/* report.h: one or several batches, told line by line and summed up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `download` and `thumbnail` have in common: results on standard output, progress and failures
 * on standard error, Ctrl+C, the summary, and the exit status. */
#pragma once

#include "app/engine.h"

G_BEGIN_DECLS

typedef struct _SheafReport SheafReport;

/**
 * sheaf_report_new:
 * @json: lines of JSON instead of paths
 * @thumbnails: it is thumbnails that are asked for, not downloads with theirs
 */
SheafReport *sheaf_report_new (SheafEngine *engine, gboolean json, gboolean thumbnails);

/* Runs the main loop until @batch has ended. */
void sheaf_report_run (SheafReport *self, SheafBatch *batch);

/* A sentence beside the results, on standard error. */
void sheaf_report_say (SheafReport *self, const char *text);

/* A source that could not even be opened; the first such error decides the exit status. */
void sheaf_report_fail (SheafReport *self, const GError *error);

/* Whether a person, or a reader who left, wants it to stop. */
gboolean sheaf_report_is_stopped (SheafReport *self);

/* How many pictures were done, skipped or failed so far. */
guint sheaf_report_get_n_ended (SheafReport *self);

/* Since it began. */
double sheaf_report_get_seconds (SheafReport *self);

/* Prints the summary; frees it; the exit status. */
int sheaf_report_end (SheafReport *self);

G_END_DECLS
