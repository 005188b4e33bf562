/* test-kernels.c: the same bytes by whatever instructions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whichever kernels this build has, next to the portable ones, on random input of every length. */
#include "config.h"

#include "app/verbs/kernels.h"

#include <string.h>

#define ROUNDS 3000
#define MAX_N  200
#define LENGTH (MAX_N + SHEAF_PNG_PADDING)

typedef struct
{
  GRand *rand;
  const SheafKernels *fast;
  const SheafKernels *slow;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->rand = g_rand_new_with_seed (42);
  fixture->fast = sheaf_kernels_get ();
  fixture->slow = &sheaf_kernels_portable;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_rand_free (fixture->rand);
}

static void
fill (Fixture *fixture, guint8 *bytes, gsize n)
{
  /* Rows of few values have the ties of Paeth, and many ends of copy_until_ff(). */
  guint mask = g_rand_boolean (fixture->rand) ? 0xff : 0x81;

  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) (g_rand_int (fixture->rand) & mask);
}

static void
fill_samples (Fixture *fixture, gint16 *samples, gsize n, int least, int most)
{
  for (gsize i = 0; i < n; i++)
    samples[i] = (gint16) g_rand_int_range (fixture->rand, least, most);
}

static void
test_accumulate (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      gsize n = (gsize) g_rand_int_range (fixture->rand, 1, MAX_N);
      guint n_rows = (guint) g_rand_int_range (fixture->rand, 1, 5);
      guint8 rows[4 * LENGTH];
      guint16 sums[2][LENGTH];

      fill (fixture, rows, sizeof rows);
      for (guint i = 0; i < LENGTH; i++)
        sums[0][i] = sums[1][i] = (guint16) g_rand_int_range (fixture->rand, 0, 64000);
      fixture->slow->accumulate (sums[0], rows, LENGTH, n_rows, n);
      fixture->fast->accumulate (sums[1], rows, LENGTH, n_rows, n);
      g_assert_cmpmem (sums[0], sizeof sums[0], sums[1], sizeof sums[1]);
    }
}

static void
test_vertical (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      gsize n = (gsize) g_rand_int_range (fixture->rand, 1, MAX_N);
      guint n_taps = 2 * (guint) g_rand_int_range (fixture->rand, 1, 8);
      guint8 bytes[16][LENGTH];
      const guint8 *rows[16];
      gint16 weights[16], out[2][LENGTH] = { { 0 } };

      for (guint k = 0; k < 16; k++)
        {
          fill (fixture, bytes[k], LENGTH);
          rows[k] = bytes[k];
        }
      fill_samples (fixture, weights, 16, -4000, 6000);
      fixture->slow->vertical (rows, weights, n_taps, out[0], n);
      fixture->fast->vertical (rows, weights, n_taps, out[1], n);
      g_assert_cmpmem (out[0], n * sizeof (gint16), out[1], n * sizeof (gint16));
    }
}

static void
test_horizontal (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      guint n_taps = 8 * (guint) g_rand_int_range (fixture->rand, 1, 9);
      gint16 row[64], weights[64];

      fill_samples (fixture, row, 64, -4000, 20000);
      fill_samples (fixture, weights, 64, -1000, 1500);
      g_assert_cmpint (fixture->slow->horizontal (row, weights, n_taps), ==,
                       fixture->fast->horizontal (row, weights, n_taps));
    }
}

static void
test_copy (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      gsize n = (gsize) g_rand_int_range (fixture->rand, 1, MAX_N);
      gsize at = (gsize) g_rand_int_range (fixture->rand, 0, MAX_N);
      guint8 in[LENGTH], out[2][LENGTH] = { { 0 } };
      gsize copied;

      for (guint i = 0; i < LENGTH; i++)
        in[i] = (guint8) g_rand_int_range (fixture->rand, 0, 0xff);
      in[at] = 0xff;
      copied = fixture->slow->copy_until_ff (out[0], in, n);
      g_assert_cmpuint (copied, ==, MIN (n, at));
      g_assert_cmpuint (fixture->fast->copy_until_ff (out[1], in, n), ==, copied);
      g_assert_cmpmem (out[0], copied, out[1], copied);
    }
}

static void
test_unfilter (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < ROUNDS; round++)
    for (guint filter = 1; filter <= 4; filter++)
      for (guint bpp = 1; bpp <= 4; bpp++)
        {
          gsize n = (gsize) g_rand_int_range (fixture->rand, 1, MAX_N) / bpp * bpp;
          guint8 row[2][LENGTH], above[LENGTH];

          fill (fixture, row[0], LENGTH);
          memcpy (row[1], row[0], LENGTH);
          fill (fixture, above, LENGTH);
          fixture->slow->unfilter (filter, row[0], above, n, bpp);
          fixture->fast->unfilter (filter, row[1], above, n, bpp);
          /* What lies behind the row stays as it was, too. */
          g_assert_cmpmem (row[0], LENGTH, row[1], LENGTH);
        }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "accumulate", test_accumulate }, { "vertical", test_vertical },
    { "horizontal", test_horizontal }, { "copy-until-ff", test_copy },
    { "unfilter", test_unfilter },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path
          = g_strconcat ("/kernels/", sheaf_kernels_get ()->name, "/", tests[i].name, NULL);

      g_test_add (path, Fixture, NULL, set_up, tests[i].test, tear_down);
    }
  return g_test_run ();
}
