/* test-error.c: causes keep their names, and what they carry survives the wire
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/work/error.h"

static void
test_kinds_are_unique (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (int code = 0; code < SHEAF_N_ERRORS; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (SHEAF_ERROR, code, "x");

      g_assert_true (g_hash_table_add (seen, (gpointer) sheaf_error_kind (error)));
      g_assert_cmpint (sheaf_error_code_from_kind (sheaf_error_kind (error)), ==, code);
    }
}

static void
test_round_trip (void)
{
  g_autoptr (GError) error = sheaf_error_new (SHEAF_ERROR_RATE_LIMITED, "wait", 429, 60);
  g_autoptr (GVariant) variant = sheaf_error_to_variant (error);
  g_autoptr (GError) back = sheaf_error_from_variant (variant);

  g_assert_error (back, SHEAF_ERROR, SHEAF_ERROR_RATE_LIMITED);
  g_assert_cmpstr (back->message, ==, "wait");
  g_assert_cmpuint (sheaf_error_get_http_status (back), ==, 429);
  g_assert_cmpint (sheaf_error_get_retry_after (back), ==, 60);
}

static void
test_damaged_variant (void)
{
  g_autoptr (GVariant) number = g_variant_ref_sink (g_variant_new_uint32 (7));
  g_autoptr (GError) none = sheaf_error_from_variant (NULL);
  g_autoptr (GError) wrong = sheaf_error_from_variant (number);

  g_assert_error (none, SHEAF_ERROR, SHEAF_ERROR_FAILED);
  g_assert_error (wrong, SHEAF_ERROR, SHEAF_ERROR_FAILED);
}

static void
test_normalize (void)
{
  GError *error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");
  GError *cancelled = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "stop");

  sheaf_error_normalize (&error);
  sheaf_error_normalize (&cancelled);
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_DISK_FULL);
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (sheaf_error_exit_code (error), ==, SHEAF_EXIT_FILES);
  g_clear_error (&error);
  g_clear_error (&cancelled);
}

static void
test_fail_prefixes (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (sheaf_fail (&error, SHEAF_ERROR_NAME, "no name for “%s”", "x"));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_NAME);
  g_assert_false (sheaf_fail (&error, SHEAF_ERROR_FILE, "saving"));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_NAME);
  g_assert_cmpstr (error->message, ==, "saving: no name for “x”");
  g_assert_false (sheaf_fail (NULL, SHEAF_ERROR_FILE, "nobody listens"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/kinds-are-unique", test_kinds_are_unique);
  g_test_add_func ("/error/round-trip", test_round_trip);
  g_test_add_func ("/error/damaged-variant", test_damaged_variant);
  g_test_add_func ("/error/normalize", test_normalize);
  g_test_add_func ("/error/fail-prefixes", test_fail_prefixes);
  return g_test_run ();
}
