/* test-settings.c: one set of defaults, for the object and for GSettings alike
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/base/settings.h"

static GSettings *
open_schema (void)
{
  g_autofree char *dir = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "data", NULL);
  g_autoptr (GSettingsSchemaSource) source = NULL;
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GError) error = NULL;

  source = g_settings_schema_source_new_from_directory (dir, NULL, FALSE, &error);
  g_assert_no_error (error);
  schema = g_settings_schema_source_lookup (source, SHEAF_APP_ID, FALSE);
  g_assert_nonnull (schema);
  return g_settings_new_full (schema, NULL, NULL);
}

static void
test_defaults_agree (void)
{
  g_autoptr (SheafSettings) plain = sheaf_settings_new ();
  g_autoptr (SheafSettings) bound = sheaf_settings_new ();
  g_autoptr (GSettings) gsettings = open_schema ();
  g_autofree GParamSpec **pspecs = NULL;
  guint n;

  /* Binding sets every property to the key's default; that must change nothing. */
  sheaf_settings_bind (bound, gsettings);
  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (plain), &n);
  g_assert_cmpuint (n, >, 10);
  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) a = G_VALUE_INIT;
      g_auto (GValue) b = G_VALUE_INIT;
      g_autofree char *a_text = NULL;
      g_autofree char *b_text = NULL;

      g_object_get_property (G_OBJECT (plain), pspecs[i]->name, &a);
      g_object_get_property (G_OBJECT (bound), pspecs[i]->name, &b);
      a_text = g_strdup_value_contents (&a);
      b_text = g_strdup_value_contents (&b);
      g_assert_cmpstr (a_text, ==, b_text);
    }
}

static void
test_bound_both_ways (void)
{
  g_autoptr (SheafSettings) settings = sheaf_settings_new ();
  g_autoptr (GSettings) gsettings = open_schema ();
  const char *types[] = { "image/png", NULL };
  g_auto (GStrv) stored = NULL;

  sheaf_settings_bind (settings, gsettings);
  g_object_set (settings, "jobs", 7, "types", types, "destination", "/tmp/x", NULL);
  g_assert_cmpuint (g_settings_get_uint (gsettings, "jobs"), ==, 7);
  stored = g_settings_get_strv (gsettings, "types");
  g_assert_cmpstrv (stored, types);

  g_settings_set_boolean (gsettings, "albums", FALSE);
  g_settings_set_uint64 (gsettings, "rate-limit", G_MAXUINT64);
  g_assert_false (sheaf_settings_get_albums (settings));
  g_assert_true (sheaf_settings_get_rate_limit (settings) == G_MAXUINT64);
}

static void
count_notify (GObject *object, GParamSpec *pspec, guint *count)
{
  (*count)++;
}

static void
test_notifies_changes_only (void)
{
  g_autoptr (SheafSettings) settings = sheaf_settings_new ();
  guint count = 0;

  g_signal_connect (settings, "notify", G_CALLBACK (count_notify), &count);
  g_object_set (settings, "executor", "async", "retries", 4, "request-rate", 0.0, NULL);
  g_assert_cmpuint (count, ==, 0);
  g_object_set (settings, "executor", "threads", "api-url", NULL, "request-rate", 2.5, NULL);
  g_assert_cmpuint (count, ==, 2);
  g_assert_cmpstr (sheaf_settings_get_api_url (settings), ==, "");
}

static void
test_destination (void)
{
  g_autoptr (SheafSettings) settings = sheaf_settings_new ();
  g_autoptr (GFile) usual = sheaf_settings_dup_destination (settings);
  g_autoptr (GFile) chosen = NULL;
  g_autofree char *name = g_file_get_basename (usual);

  g_assert_cmpstr (name, ==, "Sheaf");
  g_object_set (settings, "destination", "/tmp/pictures", NULL);
  chosen = sheaf_settings_dup_destination (settings);
  g_assert_cmpstr (g_file_peek_path (chosen), ==, "/tmp/pictures");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/defaults-agree", test_defaults_agree);
  g_test_add_func ("/settings/bound-both-ways", test_bound_both_ways);
  g_test_add_func ("/settings/notifies-changes-only", test_notifies_changes_only);
  g_test_add_func ("/settings/destination", test_destination);
  return g_test_run ();
}
