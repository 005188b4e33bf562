/* error-text.h: what a person reads of an error, and what they can do about it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engine's message says what happened; this adds a heading, an icon and advice per cause, for
 * status pages and for the overview of failures. */
#pragma once

#include "app/engine.h"
#include "app/work/error.h"

G_BEGIN_DECLS

/* "No Connection"; never %NULL, translated. */
const char *sheaf_error_text_title (const GError *error);

/* What a person can do, one sentence, translated; %NULL where there is nothing more to say. */
const char *sheaf_error_text_advice (const GError *error);
const char *sheaf_error_text_icon (const GError *error);

/* The message, when trying again makes sense, and the advice: the body of a status page. */
char *sheaf_error_text_dup_body (const GError *error);

/* "2 minutes", "1 hour 5 minutes"; rounded as a person would. */
char *sheaf_format_duration (gint64 seconds);

/* "4:31", "1:04:31": what is counted down. */
char *sheaf_format_countdown (gint64 seconds);

/* "14:05" in so many seconds, in the sentence that says that the quota is used up until then. */
char *sheaf_format_quota_wait (gint64 seconds);

/* "today at 14:05", "on 3 June at 14:05" */
char *sheaf_format_time (gint64 seconds_since_1970);

/* "Nothing left…" of the quota: one line for a label; (nullable) where nothing is known. */
char *sheaf_format_quota (const SheafQuota *quota);

G_END_DECLS
