/* quota-record.h: what is known of a quota, and what follows from it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pure: the time is told, nothing is asked.  Moments are those of the clock that runs from the
 * start of the machine, also while it sleeps, and that nobody sets; only on paper they are tied to
 * the time of day. */
#pragma once

#include "app/gallery/source.h"

G_BEGIN_DECLS

/* @clock and @wall in microseconds; @boot: which start of the machine @clock counts from. */
typedef struct
{
  gint64 clock;
  gint64 wall;
  const char *boot;
} SheafQuotaTime;

/**
 * SheafQuotaCount:
 * @limit: -1 where unknown, like the others
 * @remaining: by the answers
 * @window: which quota it is of: when the service says that it ends, by the service's clock
 * @ends: when that is certain to be over, by ours
 */
typedef struct
{
  gint64 limit;
  gint64 remaining;
  gint64 window;
  gint64 ends;
} SheafQuotaCount;

/* A question on its way, by whom and since when. */
typedef struct
{
  guint32 owner;
  gint64 since;
} SheafQuotaQuestion;

/**
 * SheafQuotaRecord:
 * @shut_until: the service refused to answer before
 * @n_refusals: in a row, without a word of when to come back
 * @silent_until: an answer said nothing of any quota, and is believed until then
 * @next_slot: who is slowed comes no sooner than this
 * @questions: (element-type SheafQuotaQuestion)
 */
typedef struct
{
  SheafQuotaCount user;
  SheafQuotaCount client;
  gint64 shut_until;
  guint n_refusals;
  gint64 silent_until;
  gint64 next_slot;
  GArray *questions;
} SheafQuotaRecord;

void sheaf_quota_record_init (SheafQuotaRecord *self);
void sheaf_quota_record_clear (SheafQuotaRecord *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SheafQuotaRecord, sheaf_quota_record_clear)

/* Whether there is nothing in it worth keeping. */
gboolean sheaf_quota_record_is_empty (const SheafQuotaRecord *self, const SheafQuotaTime *now);

/* (transfer full): for a file. */
char *sheaf_quota_record_to_text (const SheafQuotaRecord *self, const SheafQuotaTime *now);

/* Takes over what was written, maybe before the machine was started anew or its clock set; what
 * makes no sense is left out. */
void
sheaf_quota_record_take_text (SheafQuotaRecord *self, const char *text, const SheafQuotaTime *now);

/* Questions whose asker is gone, or which are too old, count as asked and never answered. */
void sheaf_quota_record_drop_lost (SheafQuotaRecord *self,
                                   gboolean (*is_there) (guint32 owner, gpointer data),
                                   gpointer data,
                                   const SheafQuotaTime *now);

/**
 * SheafQuotaVerdict:
 * @SHEAF_QUOTA_MAY_ASK: after the delay
 * @SHEAF_QUOTA_USED_UP: not before the delay is over
 * @SHEAF_QUOTA_AFTER_ANSWER: nothing is known, and somebody is asking
 */
typedef enum
{
  SHEAF_QUOTA_MAY_ASK,
  SHEAF_QUOTA_USED_UP,
  SHEAF_QUOTA_AFTER_ANSWER
} SheafQuotaVerdict;

/* @delay: (out): microseconds. */
SheafQuotaVerdict sheaf_quota_record_ask (SheafQuotaRecord *self,
                                          guint32 owner,
                                          const SheafQuotaTime *now,
                                          gint64 *delay);

/**
 * SheafQuotaOutcome:
 * @SHEAF_QUOTA_ANSWERED: as hoped for
 * @SHEAF_QUOTA_REFUSED: for having asked too much
 * @SHEAF_QUOTA_FAILED: in another way; it may have been counted
 * @SHEAF_QUOTA_NOT_ASKED: it never got there
 */
typedef enum
{
  SHEAF_QUOTA_ANSWERED,
  SHEAF_QUOTA_REFUSED,
  SHEAF_QUOTA_FAILED,
  SHEAF_QUOTA_NOT_ASKED
} SheafQuotaOutcome;

/* @told: (nullable); @wait: seconds that a refusal told to wait, or -1. */
void sheaf_quota_record_answer (SheafQuotaRecord *self,
                                guint32 owner,
                                SheafQuotaOutcome outcome,
                                const SheafQuota *told,
                                gint64 wait,
                                const SheafQuotaTime *now);

/* What a person may be told of it. */
void sheaf_quota_record_get_quota (const SheafQuotaRecord *self,
                                   const SheafQuotaTime *now,
                                   SheafQuota *quota);

G_END_DECLS
