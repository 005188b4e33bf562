/* quota-record.c: what is known of a quota, and what follows from it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is left is what the answers say, less the questions that are on their way.  Answers overtake
 * each other, so that within one quota the lowest number counts; and which quota an answer is of is
 * told by when that quota ends, for a number alone cannot say it. */
#include "config.h"

#include "app/gallery/quota-record.h"

/* In the last tenth of a quota, questions are spread over the time that is left, up to this far
 * apart. */
#define SLOW_SHARE 10
#define MAX_PACE   (3 * G_USEC_PER_SEC)

/* A hundredth, but not more than this, is left to the other programs of the same address. */
#define RESERVE_SHARE 100
#define MAX_RESERVE   10

/* Where nothing is said of a reset, as long as Imgur shuts out an address; and never longer than a
 * day, after which it is tried. */
#define USUAL_SECONDS ((gint64) 3600)
#define MAX_SECONDS   ((gint64) 86400)

/* What a refusal says itself is obeyed for longer. */
#define MAX_SHUT_SECONDS (31 * MAX_SECONDS)

/* Clocks differ a little, and the dates of HTTP are whole seconds. */
#define MARGIN G_USEC_PER_SEC

/* Resets closer together than this are the same one. */
#define SAME_SECONDS 2

/* A service that says nothing of quotas may begin to. */
#define SILENT_SECONDS 600

/* A question without an answer is given up long before. */
#define LOST_SECONDS  300
#define MAX_QUESTIONS 1000

/* Seconds after refusals in a row which do not say how long. */
static const gint64 ladder[] = { 60, 600, 3600, 6 * 3600, 86400 };

static const SheafQuotaCount unknown = { -1, -1, -1, -1 };

static gint64
get_until (gint64 seconds, const SheafQuotaTime *now)
{
  return now->clock + seconds * G_USEC_PER_SEC;
}

static gboolean
count_is_known (const SheafQuotaCount *count, const SheafQuotaTime *now)
{
  return count->remaining >= 0 && now->clock < count->ends;
}

/* It was told once, and that is over. */
static gboolean
count_is_stale (const SheafQuotaCount *count, const SheafQuotaTime *now)
{
  return count->remaining >= 0 && now->clock >= count->ends;
}

static void
count_spend (SheafQuotaCount *count, guint n)
{
  if (count->remaining >= 0)
    count->remaining = MAX (count->remaining - (gint64) n, 0);
}

static void
count_take (SheafQuotaCount *count,
            gint64 limit,
            gint64 remaining,
            gint64 reset,
            gint64 told_at,
            const SheafQuotaTime *now)
{
  gint64 service_now = told_at > 0 ? told_at : now->wall / G_USEC_PER_SEC;
  gint64 wait = USUAL_SECONDS * G_USEC_PER_SEC;
  gboolean known = count_is_known (count, now);
  gboolean same;

  if (remaining < 0)
    {
      if (!known)
        *count = unknown;
      return;
    }
  if (reset > 0)
    {
      reset = MIN (reset, service_now + MAX_SECONDS);
      /* It was counted in a quota that is over, and says nothing of the present one. */
      if (count->window > 0 && reset <= count->window - SAME_SECONDS)
        {
          count_spend (count, 1);
          return;
        }
      wait = CLAMP ((reset - service_now) * G_USEC_PER_SEC + MARGIN, MARGIN,
                    MAX_SECONDS * G_USEC_PER_SEC);
    }
  same = reset <= 0 || count->window <= 0 || reset < count->window + SAME_SECONDS;
  if (known && same)
    {
      count->remaining = MIN (count->remaining, remaining);
      count->limit = limit;
      if (count->window <= 0)
        count->window = reset;
      count->ends = reset > 0 ? MIN (count->ends, now->clock + wait) : now->clock + wait;
      return;
    }
  *count = (SheafQuotaCount){ limit, remaining, reset, now->clock + wait };
}

/* Questions that may still be asked; -1 where that is not known. */
static gint64
count_left (const SheafQuotaCount *count, guint n_asking, const SheafQuotaTime *now)
{
  gint64 reserve = MIN (MAX (count->limit, 0) / RESERVE_SHARE, MAX_RESERVE);

  if (!count_is_known (count, now))
    return -1;
  return MAX (count->remaining - reserve - (gint64) n_asking, 0);
}

/* How long after the question before the next one may come. */
static gint64
count_pace (const SheafQuotaCount *count, gint64 left, const SheafQuotaTime *now)
{
  if (left < 1 || left * SLOW_SHARE >= count->limit)
    return 0;
  return CLAMP ((count->ends - now->clock) / left, 0, MAX_PACE);
}

void
sheaf_quota_record_init (SheafQuotaRecord *self)
{
  *self = (SheafQuotaRecord){ .user = unknown, .client = unknown };
  self->questions = g_array_new (FALSE, FALSE, sizeof (SheafQuotaQuestion));
}

void
sheaf_quota_record_clear (SheafQuotaRecord *self)
{
  g_clear_pointer (&self->questions, g_array_unref);
}

gboolean
sheaf_quota_record_is_empty (const SheafQuotaRecord *self, const SheafQuotaTime *now)
{
  return !count_is_known (&self->user, now) && !count_is_known (&self->client, now)
         && self->shut_until <= now->clock && self->n_refusals == 0
         && self->silent_until <= now->clock && self->questions->len == 0;
}

static void
write_count (GKeyFile *file, const char *group, const SheafQuotaCount *count)
{
  if (count->remaining < 0)
    return;
  g_key_file_set_int64 (file, group, "limit", count->limit);
  g_key_file_set_int64 (file, group, "remaining", count->remaining);
  g_key_file_set_int64 (file, group, "window", count->window);
  g_key_file_set_int64 (file, group, "ends", count->ends);
}

char *
sheaf_quota_record_to_text (const SheafQuotaRecord *self, const SheafQuotaTime *now)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GString) questions = g_string_new (NULL);

  g_key_file_set_string (file, "quota", "boot", now->boot);
  g_key_file_set_int64 (file, "quota", "clock", now->clock);
  g_key_file_set_int64 (file, "quota", "time", now->wall);
  g_key_file_set_int64 (file, "quota", "shut-until", self->shut_until);
  g_key_file_set_int64 (file, "quota", "refusals", self->n_refusals);
  g_key_file_set_int64 (file, "quota", "silent-until", self->silent_until);
  g_key_file_set_int64 (file, "quota", "next-slot", self->next_slot);
  for (guint i = 0; i < self->questions->len; i++)
    {
      const SheafQuotaQuestion *question = &g_array_index (self->questions, SheafQuotaQuestion, i);

      g_string_append_printf (questions, "%u@%" G_GINT64_FORMAT ";", question->owner,
                              question->since);
    }
  g_key_file_set_value (file, "quota", "questions", questions->str);
  write_count (file, "user", &self->user);
  write_count (file, "client", &self->client);
  return g_key_file_to_data (file, NULL, NULL);
}

static gint64
read_number (GKeyFile *file, const char *group, const char *key, gint64 most)
{
  g_autoptr (GError) error = NULL;
  gint64 number = g_key_file_get_int64 (file, group, key, &error);

  return error == NULL && number >= 0 ? MIN (number, most) : -1;
}

/* A moment, @shift later; never further ahead than @seconds. */
static gint64
read_moment (GKeyFile *file,
             const char *group,
             const char *key,
             gint64 shift,
             gint64 seconds,
             const SheafQuotaTime *now)
{
  gint64 moment = read_number (file, group, key, G_MAXINT64 / 4);

  return moment > 0 ? MIN (moment + shift, get_until (seconds, now)) : 0;
}

static void
read_count (GKeyFile *file,
            const char *group,
            SheafQuotaCount *count,
            gint64 shift,
            const SheafQuotaTime *now)
{
  *count = unknown;
  if (!g_key_file_has_group (file, group))
    return;
  count->limit = read_number (file, group, "limit", G_MAXINT64 / 4);
  count->remaining = read_number (file, group, "remaining", G_MAXINT64 / 4);
  count->window = read_number (file, group, "window", G_MAXINT64 / 4);
  count->ends = read_moment (file, group, "ends", shift, MAX_SECONDS + 1, now);
}

static void
read_questions (GKeyFile *file, GArray *questions, gint64 shift, const SheafQuotaTime *now)
{
  g_autofree char *text = g_key_file_get_value (file, "quota", "questions", NULL);
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", ";", MAX_QUESTIONS);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (words[i], "@", 2);
      guint64 owner;
      gint64 since;

      if (g_strv_length (parts) != 2
          || !g_ascii_string_to_unsigned (parts[0], 10, 0, G_MAXUINT32, &owner, NULL)
          || !g_ascii_string_to_signed (parts[1], 10, 0, G_MAXINT64 / 4, &since, NULL))
        continue;
      g_array_append_val (
          questions, ((SheafQuotaQuestion){ (guint32) owner, MIN (since + shift, now->clock) }));
    }
}

void
sheaf_quota_record_take_text (SheafQuotaRecord *self, const char *text, const SheafQuotaTime *now)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *boot = NULL;
  gint64 shift = 0;

  sheaf_quota_record_clear (self);
  sheaf_quota_record_init (self);
  if (!g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
    return;
  boot = g_key_file_get_string (file, "quota", "boot", NULL);
  if (g_strcmp0 (boot, now->boot) != 0)
    {
      /* The time of day is all there is to go by.  Where it was set back, none has passed. */
      gint64 clock = read_number (file, "quota", "clock", G_MAXINT64 / 4);
      gint64 wall = read_number (file, "quota", "time", G_MAXINT64 / 4);

      if (clock < 0 || wall < 0)
        return;
      shift = now->clock - clock - MAX (now->wall - wall, 0);
    }
  self->shut_until = read_moment (file, "quota", "shut-until", shift, MAX_SHUT_SECONDS, now);
  self->n_refusals
      = (guint) MAX (read_number (file, "quota", "refusals", G_N_ELEMENTS (ladder)), 0);
  self->silent_until = read_moment (file, "quota", "silent-until", shift, SILENT_SECONDS, now);
  self->next_slot = read_moment (file, "quota", "next-slot", shift, LOST_SECONDS, now);
  read_count (file, "user", &self->user, shift, now);
  read_count (file, "client", &self->client, shift, now);
  read_questions (file, self->questions, shift, now);
}

void
sheaf_quota_record_drop_lost (SheafQuotaRecord *self,
                              gboolean (*is_there) (guint32 owner, gpointer data),
                              gpointer data,
                              const SheafQuotaTime *now)
{
  for (guint i = self->questions->len; i-- > 0;)
    {
      const SheafQuotaQuestion *question = &g_array_index (self->questions, SheafQuotaQuestion, i);

      if (now->clock - question->since < LOST_SECONDS * G_USEC_PER_SEC
          && is_there (question->owner, data))
        continue;
      g_array_remove_index (self->questions, i);
      count_spend (&self->user, 1);
      count_spend (&self->client, 1);
    }
}

SheafQuotaVerdict
sheaf_quota_record_ask (SheafQuotaRecord *self,
                        guint32 owner,
                        const SheafQuotaTime *now,
                        gint64 *delay)
{
  guint n_asking = self->questions->len;
  gint64 user = count_left (&self->user, n_asking, now);
  gint64 client = count_left (&self->client, n_asking, now);
  gint64 until = self->shut_until;
  gint64 pace, slot;

  if (user == 0)
    until = MAX (until, self->user.ends);
  if (client == 0)
    until = MAX (until, self->client.ends);
  *delay = MAX (until - now->clock, 0);
  if (*delay > 0)
    return SHEAF_QUOTA_USED_UP;

  /* Who comes first finds out for the others. */
  if (n_asking > 0 && self->silent_until <= now->clock
      && ((user < 0 && client < 0) || count_is_stale (&self->user, now)
          || count_is_stale (&self->client, now)))
    return SHEAF_QUOTA_AFTER_ANSWER;

  pace = MAX (count_pace (&self->user, user, now), count_pace (&self->client, client, now));
  slot = pace > 0 ? MAX (now->clock, self->next_slot) : now->clock;
  self->next_slot = slot + pace;
  *delay = slot - now->clock;
  g_array_append_val (self->questions, ((SheafQuotaQuestion){ owner, now->clock }));
  return SHEAF_QUOTA_MAY_ASK;
}

static void
remove_question (SheafQuotaRecord *self, guint32 owner)
{
  for (guint i = 0; i < self->questions->len; i++)
    if (g_array_index (self->questions, SheafQuotaQuestion, i).owner == owner)
      {
        g_array_remove_index (self->questions, i);
        return;
      }
}

static void
take_refusal (SheafQuotaRecord *self, gint64 wait, const SheafQuotaTime *now)
{
  if (wait < 0)
    {
      wait = ladder[MIN (self->n_refusals, G_N_ELEMENTS (ladder) - 1)];
      self->n_refusals++;
    }
  wait = MIN (wait, MAX_SHUT_SECONDS);
  self->shut_until = MAX (self->shut_until, get_until (wait, now));
}

void
sheaf_quota_record_answer (SheafQuotaRecord *self,
                           guint32 owner,
                           SheafQuotaOutcome outcome,
                           const SheafQuota *told,
                           gint64 wait,
                           const SheafQuotaTime *now)
{
  if (told != NULL)
    {
      count_take (&self->user, told->user_limit, told->user_remaining, told->user_reset, told->now,
                  now);
      count_take (&self->client, told->client_limit, told->client_remaining, told->client_reset,
                  told->now, now);
    }
  else if (outcome != SHEAF_QUOTA_NOT_ASKED)
    {
      count_spend (&self->user, 1);
      count_spend (&self->client, 1);
    }
  remove_question (self, owner);

  if (outcome == SHEAF_QUOTA_REFUSED)
    take_refusal (self, wait, now);
  if (outcome == SHEAF_QUOTA_ANSWERED)
    self->n_refusals = 0;
  if (outcome == SHEAF_QUOTA_ANSWERED && told == NULL)
    self->silent_until = get_until (SILENT_SECONDS, now);
  else if (told != NULL)
    self->silent_until = 0;
}

static void
get_count (const SheafQuotaCount *count,
           const SheafQuotaTime *now,
           gint64 *limit,
           gint64 *remaining,
           gint64 *reset)
{
  gboolean known = count_is_known (count, now);

  *limit = known ? count->limit : -1;
  *remaining = known ? count->remaining : -1;
  *reset = known ? (now->wall + count->ends - MARGIN - now->clock) / G_USEC_PER_SEC : -1;
}

void
sheaf_quota_record_get_quota (const SheafQuotaRecord *self,
                              const SheafQuotaTime *now,
                              SheafQuota *quota)
{
  get_count (&self->user, now, &quota->user_limit, &quota->user_remaining, &quota->user_reset);
  get_count (&self->client, now, &quota->client_limit, &quota->client_remaining,
             &quota->client_reset);
  quota->now = now->wall / G_USEC_PER_SEC;
  if (self->shut_until > now->clock)
    {
      gint64 reset = (now->wall + self->shut_until - now->clock) / G_USEC_PER_SEC;

      quota->user_remaining = 0;
      quota->user_reset = MAX (quota->user_reset, reset);
    }
}
