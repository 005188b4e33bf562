/* places.c: lists of (address, title) in GSettings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/places.h"

static void
place_free (gpointer data)
{
  SheafPlace *place = data;

  g_free (place->spec);
  g_free (place->title);
  g_free (place);
}

static SheafPlace *
place_new (const char *spec, const char *title)
{
  SheafPlace *place = g_new0 (SheafPlace, 1);

  place->spec = g_strdup (spec);
  place->title = g_strdup (title);
  return place;
}

static void
save (GSettings *state, const char *key, GPtrArray *places)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; i < places->len; i++)
    {
      const SheafPlace *place = g_ptr_array_index (places, i);

      g_variant_builder_add (&builder, "(ss)", place->spec, place->title);
    }
  g_settings_set_value (state, key, g_variant_builder_end (&builder));
}

GSettings *
sheaf_window_state_new (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema
      = source != NULL ? g_settings_schema_source_lookup (source, SHEAF_APP_ID ".Window", TRUE)
                       : NULL;

  return schema != NULL ? g_settings_new_full (schema, NULL, NULL) : NULL;
}

GPtrArray *
sheaf_places_dup (GSettings *state, const char *key)
{
  GPtrArray *places = g_ptr_array_new_with_free_func (place_free);
  g_autoptr (GVariant) value = NULL;
  GVariantIter iter;
  const char *spec, *title;

  if (state == NULL)
    return places;
  value = g_settings_get_value (state, key);
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "(&s&s)", &spec, &title))
    g_ptr_array_add (places, place_new (spec, title));
  return places;
}

static gboolean
drop (GPtrArray *places, const char *spec)
{
  for (guint i = 0; i < places->len; i++)
    if (g_str_equal (((SheafPlace *) g_ptr_array_index (places, i))->spec, spec))
      {
        g_ptr_array_remove_index (places, i);
        return TRUE;
      }
  return FALSE;
}

void
sheaf_places_add (GSettings *state, const char *key, const char *spec, const char *title, guint max)
{
  g_autoptr (GPtrArray) places = NULL;

  g_return_if_fail (spec != NULL && title != NULL);

  if (state == NULL)
    return;
  places = sheaf_places_dup (state, key);
  drop (places, spec);
  g_ptr_array_insert (places, 0, place_new (spec, title));
  if (places->len > max)
    g_ptr_array_set_size (places, (int) max);
  save (state, key, places);
}

gboolean
sheaf_places_remove (GSettings *state, const char *key, const char *spec)
{
  g_autoptr (GPtrArray) places = NULL;

  g_return_val_if_fail (spec != NULL, FALSE);

  if (state == NULL)
    return FALSE;
  places = sheaf_places_dup (state, key);
  if (!drop (places, spec))
    return FALSE;
  save (state, key, places);
  return TRUE;
}
