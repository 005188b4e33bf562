/* test-batch-sums.c: speeds and times left that a person can read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/batch-sums.h"

#define SECOND G_USEC_PER_SEC

static void
test_steady (void)
{
  SheafSpeed speed = { 0 };
  gint64 now = 1000 * SECOND;
  gint64 last = G_MAXINT64;

  g_assert_cmpint (sheaf_speed_get_seconds_left (&speed, now, 100), ==, -1);
  /* One item and 1000 bytes every quarter of a second, for 400 items. */
  for (guint i = 0; i < 400; i++, now += SECOND / 4)
    {
      gint64 left;

      sheaf_speed_sample (&speed, now, i * 1000, i);
      left = sheaf_speed_get_seconds_left (&speed, now, 400 - i);
      if (i < 4)
        continue;
      g_assert_cmpfloat_with_epsilon (sheaf_speed_get_bytes_per_second (&speed, now), 4000, 600);
      g_assert_cmpint (ABS (left - (400 - (gint64) i) / 4), <=, 3);
      /* It only ever counts down. */
      g_assert_cmpint (left, <=, last);
      last = left;
    }
}

/* Half as fast from one moment on: the time left grows, but not with a jump. */
static void
test_does_not_jump (void)
{
  SheafSpeed speed = { 0 };
  gint64 now = SECOND;
  gint64 last = -1;
  double work = 0;

  for (guint i = 0; i < 240; i++, now += SECOND / 4)
    {
      gint64 left;

      sheaf_speed_sample (&speed, now, 0, work);
      left = sheaf_speed_get_seconds_left (&speed, now, 400 - work);
      if (last >= 0 && i > 20)
        g_assert_cmpint (ABS (left - last), <=, 8);
      last = left;
      work += i < 80 ? 2 : 1;
    }
  g_assert_cmpint (ABS (last - (gint64) ((400 - work) / 4)), <=, 4);
}

static void
test_standstill (void)
{
  SheafSpeed speed = { 0 };
  gint64 now = SECOND;

  for (guint i = 0; i < 40; i++, now += SECOND / 4)
    sheaf_speed_sample (&speed, now, i * 1000, i);
  g_assert_cmpfloat (sheaf_speed_get_bytes_per_second (&speed, now), >, 0);
  now += 10 * SECOND;
  g_assert_cmpfloat_with_epsilon (sheaf_speed_get_bytes_per_second (&speed, now), 0, 1e-9);

  sheaf_speed_reset (&speed);
  g_assert_cmpint (sheaf_speed_get_seconds_left (&speed, now, 10), ==, -1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/batch-sums/steady", test_steady);
  g_test_add_func ("/batch-sums/does-not-jump", test_does_not_jump);
  g_test_add_func ("/batch-sums/standstill", test_standstill);
  return g_test_run ();
}
