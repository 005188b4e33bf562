/* compare-work.h: what is done in a comparison, and on what
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shared by the side that compares and the process that runs once (sheaf-measure). */
#pragma once

#include "app/exec/executor.h"

G_BEGIN_DECLS

/* Pictures of about 225 KB, as in the articles; one waits 0.2 s for each answer. */
#define SHEAF_COMPARE_DOWNLOADS  91
#define SHEAF_COMPARE_PICTURES   160
#define SHEAF_COMPARE_LATENCY_MS 200
#define SHEAF_COMPARE_HASHES     20
#define SHEAF_COMPARE_FIRST      19000 /* number to be tried … */
#define SHEAF_COMPARE_LAST       20000 /* … and the last one */

/**
 * sheaf_compare_paint:
 * @folder: an empty folder
 *
 * Paints @n different JPEG files there; the same ones each time.  Blocks.
 */
gboolean
sheaf_compare_paint (const char *folder, guint n, GCancellable *cancellable, GError **error);

/**
 * sheaf_compare_jobs_new:
 * @inputs: (nullable) (array zero-terminated=1): "ADDRESS\tFILE" for download, FILE for thumbnail
 * @output: a folder for what is made
 * @scale: how much heavier each hash is than the articles'
 *
 * Returns: (transfer full) (nullable) (element-type SheafJob): the work, the longest pieces first
 *   where that is known, or %NULL with @error set
 */
GPtrArray *sheaf_compare_jobs_new (const char *workload,
                                   const char *const *inputs,
                                   const char *output,
                                   double scale,
                                   GError **error);

/**
 * sheaf_compare_keep:
 *
 * Puts the result of job @index where its kind of work has it: a thumbnail into its file.
 */
gboolean sheaf_compare_keep (
    const char *workload, guint index, SheafReply *reply, const char *output, GError **error);

/**
 * sheaf_compare_check:
 * @results: (element-type SheafResult): one a job
 *
 * Looks at everything that was made: downloads byte for byte, thumbnails by their form.
 *
 * Returns: (transfer full) (nullable): a digest of all results, the same whoever made them, or
 * %NULL with @error set
 */
char *sheaf_compare_check (const char *workload,
                           const char *const *inputs,
                           GPtrArray *results,
                           const char *output,
                           GError **error);

G_END_DECLS
