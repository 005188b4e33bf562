/* test-quota-record.c: what follows from what a service said of its quota, and when
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nothing is waited for: the clock is the test's. */
#include "config.h"

#include "app/gallery/quota-record.h"

#include <string.h>

#define OWNER 7
#define NOW   1795222677 /* of the service, in seconds */

static SheafQuotaTime now;

static void
set_clock (gint64 seconds)
{
  now = (SheafQuotaTime){ (1000 + seconds) * G_USEC_PER_SEC, (NOW + seconds) * G_USEC_PER_SEC,
                          "this boot" };
}

static void
pass (gint64 seconds)
{
  now.clock += seconds * G_USEC_PER_SEC;
  now.wall += seconds * G_USEC_PER_SEC;
}

static SheafQuotaVerdict
ask (SheafQuotaRecord *record)
{
  gint64 delay;

  return sheaf_quota_record_ask (record, OWNER, &now, &delay);
}

/* Seconds until somebody may ask. */
static gint64
get_wait (SheafQuotaRecord *record)
{
  gint64 delay;

  g_assert_cmpint (sheaf_quota_record_ask (record, OWNER, &now, &delay), ==, SHEAF_QUOTA_USED_UP);
  return delay / G_USEC_PER_SEC;
}

static void
answer (SheafQuotaRecord *record, gint64 remaining, gint64 reset)
{
  const SheafQuota told = { 8, remaining, reset, -1, -1, -1, now.wall / G_USEC_PER_SEC };

  sheaf_quota_record_answer (record, OWNER, SHEAF_QUOTA_ANSWERED, &told, -1, &now);
}

/* A record whose quota is used up for @seconds. */
static void
use_up (SheafQuotaRecord *record, gint64 seconds)
{
  sheaf_quota_record_init (record);
  g_assert_cmpint (ask (record), ==, SHEAF_QUOTA_MAY_ASK);
  answer (record, 0, NOW + seconds);
}

/* Writes @record, and reads it at another time on another clock. */
static void
carry_over (SheafQuotaRecord *record, gint64 wall, gint64 clock, const char *boot)
{
  g_autofree char *text = sheaf_quota_record_to_text (record, &now);

  g_assert_null (strstr (text, "inf"));
  now = (SheafQuotaTime){ clock * G_USEC_PER_SEC, wall * G_USEC_PER_SEC, boot };
  sheaf_quota_record_take_text (record, text, &now);
}

/* What a service says of times is by its own clock. */
static void
test_wrong_clock (void)
{
  static const gint64 errors[] = { -86400, -30, 30, 600, 86400 * 400 };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_auto (SheafQuotaRecord) record = { 0 };
      const SheafQuota told = { 8, 0, NOW + 100, -1, -1, -1, NOW };

      set_clock (0);
      now.wall += errors[i] * G_USEC_PER_SEC;
      sheaf_quota_record_init (&record);
      g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_MAY_ASK);
      sheaf_quota_record_answer (&record, OWNER, SHEAF_QUOTA_ANSWERED, &told, -1, &now);
      g_assert_cmpint (get_wait (&record), ==, 101);
      pass (101);
      g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_MAY_ASK);
    }
}

/* A clock that is set meanwhile changes nothing, also for another program. */
static void
test_clock_is_set (void)
{
  static const gint64 jumps[] = { -86400 * 400, -3600, 0, 3600, 86400 * 400 };

  for (guint i = 0; i < G_N_ELEMENTS (jumps); i++)
    {
      g_auto (SheafQuotaRecord) record = { 0 };

      set_clock (0);
      use_up (&record, 100);
      carry_over (&record, NOW + 40 + jumps[i], 1040, "this boot");
      g_assert_cmpint (get_wait (&record), ==, 61);
    }
}

/* After a start of the machine only the time of day is left to go by; where that went back, nobody
 * knows how long it was off. */
static void
test_machine_started_anew (void)
{
  g_auto (SheafQuotaRecord) record = { 0 };
  g_auto (SheafQuotaRecord) over = { 0 };
  g_auto (SheafQuotaRecord) back = { 0 };

  set_clock (0);
  use_up (&record, 100);
  carry_over (&record, NOW + 40, 5, "the next");
  g_assert_cmpint (get_wait (&record), ==, 61);
  set_clock (0);
  use_up (&over, 100);
  carry_over (&over, NOW + 102, 5, "the next");
  g_assert_cmpint (ask (&over), ==, SHEAF_QUOTA_MAY_ASK);
  set_clock (0);
  use_up (&back, 100);
  carry_over (&back, 86400, 5, "the next");
  g_assert_cmpint (get_wait (&back), ==, 101);
}

static void
test_absurd_record (void)
{
  static const char *const texts[] = {
    "",
    "[quota",
    "[quota]\nboot=this boot\nclock=-1\nshut-until=9223372036854775807\n",
    ("[quota]\nboot=another\nclock=9223372036854775807\ntime=9223372036854775807\n"
     "shut-until=9223372036854775807\nrefusals=99999999999\nquestions=1@1;2;@;9@99999999999;\n"
     "[user]\nlimit=9223372036854775807\nremaining=0\nwindow=9223372036854775807\n"
     "ends=9223372036854775807\n"),
    ("[quota]\nboot=this boot\nclock=1\ntime=1\nquestions=4294967295@9223372036854775807\n"
     "[user]\nremaining=0\nends=9223372036854775807\n[client]\nremaining=-5\nends=-5\n"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (SheafQuotaRecord) record = { 0 };
      gint64 delay;

      set_clock (0);
      sheaf_quota_record_init (&record);
      sheaf_quota_record_take_text (&record, texts[i], &now);
      sheaf_quota_record_ask (&record, OWNER, &now, &delay);
      g_assert_cmpint (delay, >=, 0);
      g_assert_cmpint (delay, <=, (gint64) 31 * 86400 * G_USEC_PER_SEC);
      pass (31 * 86400 + 1);
      g_array_set_size (record.questions, 0);
      g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_MAY_ASK);
    }
}

/* A reset that is over has been forgotten, but for whoever asks first. */
static void
test_reset_is_over (void)
{
  g_auto (SheafQuotaRecord) record = { 0 };

  set_clock (0);
  use_up (&record, 3);
  pass (3);
  g_assert_cmpint (get_wait (&record), ==, 1);
  pass (1);
  g_assert_true (sheaf_quota_record_is_empty (&record, &now));
  g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_MAY_ASK);
  g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_AFTER_ANSWER);
  answer (&record, 1, NOW + 6);
  g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_MAY_ASK);
  g_assert_cmpint (get_wait (&record), ==, 3);
}

/* "3600" in every answer: the reset moves, what is left does not come back with it. */
static void
test_moving_reset (void)
{
  g_auto (SheafQuotaRecord) record = { 0 };
  gint64 sent = NOW;

  set_clock (0);
  sheaf_quota_record_init (&record);
  g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_MAY_ASK);
  answer (&record, 3, NOW + 3600);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_MAY_ASK);
  pass (10);
  answer (&record, 1, NOW + 10 + 3600);
  answer (&record, 0, NOW + 10 + 3600);
  /* It was answered first, and came last. */
  answer (&record, 2, sent + 3600);
  g_assert_cmpint (get_wait (&record), >=, 3600);
}

static void
test_refusals (void)
{
  static const gint64 waits[] = { 60, 600, 3600, 21600, 86400, 86400 };
  g_auto (SheafQuotaRecord) record = { 0 };

  set_clock (0);
  sheaf_quota_record_init (&record);
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_MAY_ASK);
      sheaf_quota_record_answer (&record, OWNER, SHEAF_QUOTA_REFUSED, NULL, -1, &now);
      carry_over (&record, now.wall / G_USEC_PER_SEC, 5,
                  i % 2 == 0 ? "the next" : "the next but one");
      g_assert_cmpint (get_wait (&record), ==, waits[i]);
      pass (waits[i]);
    }
  /* The rest of the month, if the service says so. */
  g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_MAY_ASK);
  sheaf_quota_record_answer (&record, OWNER, SHEAF_QUOTA_REFUSED, NULL, 20 * 86400, &now);
  g_assert_cmpint (get_wait (&record), ==, 20 * 86400);
  pass (20 * 86400);
  g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_MAY_ASK);
  answer (&record, 5, now.wall / G_USEC_PER_SEC + 100);
  g_assert_cmpint (record.n_refusals, ==, 0);
}

static gboolean
is_there (guint32 owner, gpointer data)
{
  return owner == OWNER;
}

/* A question that nobody waits for any more, or far too long, was asked and counted. */
static void
test_lost_questions (void)
{
  g_auto (SheafQuotaRecord) record = { 0 };
  gint64 delay;

  set_clock (0);
  sheaf_quota_record_init (&record);
  g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_MAY_ASK);
  answer (&record, 5, NOW + 3600);
  sheaf_quota_record_ask (&record, OWNER + 1, &now, &delay);
  g_assert_cmpint (ask (&record), ==, SHEAF_QUOTA_MAY_ASK);
  sheaf_quota_record_drop_lost (&record, is_there, NULL, &now);
  g_assert_cmpuint (record.questions->len, ==, 1);
  g_assert_cmpint (record.user.remaining, ==, 4);
  pass (301);
  sheaf_quota_record_drop_lost (&record, is_there, NULL, &now);
  g_assert_cmpuint (record.questions->len, ==, 0);
  g_assert_cmpint (record.user.remaining, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quota-record/wrong-clock", test_wrong_clock);
  g_test_add_func ("/quota-record/clock-is-set", test_clock_is_set);
  g_test_add_func ("/quota-record/machine-started-anew", test_machine_started_anew);
  g_test_add_func ("/quota-record/absurd-record", test_absurd_record);
  g_test_add_func ("/quota-record/reset-is-over", test_reset_is_over);
  g_test_add_func ("/quota-record/moving-reset", test_moving_reset);
  g_test_add_func ("/quota-record/refusals", test_refusals);
  g_test_add_func ("/quota-record/lost-questions", test_lost_questions);
  return g_test_run ();
}
