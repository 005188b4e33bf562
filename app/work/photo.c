/* photo.c: what a camera wrote into a picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/work/photo.h"

#include <math.h>
#include <string.h>

#define MAX_BYTES      512 /* of a text, before it is cleaned */
#define MAX_CHARACTERS 100 /* and after that */

/* What cannot be seen, or would change how its surroundings are shown. */
static gboolean
is_unfit (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_PRIVATE_USE
         || type == G_UNICODE_SURROGATE || type == G_UNICODE_UNASSIGNED
         || type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR
         || c == 0xfffd;
}

/* Returns: (transfer full) (nullable): one line of words, or %NULL where nothing is left */
static char *
dup_clean (GVariant *values, const char *key)
{
  const char *text = NULL;
  g_autofree char *valid = NULL;
  g_autoptr (GString) clean = g_string_new (NULL);
  glong n = 0;

  if (!g_variant_lookup (values, key, "&s", &text))
    return NULL;
  valid = g_utf8_make_valid (text, (gssize) strnlen (text, MAX_BYTES));
  for (const char *p = valid; *p != '\0' && n < MAX_CHARACTERS; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (is_unfit (c) || g_unichar_isspace (c))
        c = ' ';
      if (c == ' ' && (clean->len == 0 || clean->str[clean->len - 1] == ' '))
        continue;
      g_string_append_unichar (clean, c);
      n++;
    }
  g_strchomp (clean->str);
  return *clean->str != '\0' ? g_strdup (clean->str) : NULL;
}

/* "Canon" and "Canon EOS 5D", "NIKON CORPORATION" and "NIKON D90": the model says it all. */
static char *
dup_camera (GVariant *values)
{
  g_autofree char *make = dup_clean (values, "make");
  g_autofree char *model = dup_clean (values, "model");
  gsize word;

  if (make == NULL || model == NULL)
    return make != NULL ? g_steal_pointer (&make) : g_steal_pointer (&model);
  word = strcspn (make, " ");
  if (g_ascii_strncasecmp (model, make, word) == 0 && (model[word] == ' ' || model[word] == '\0'))
    return g_steal_pointer (&model);
  return g_strdup_printf ("%s %s", make, model);
}

/* EXIF's "2024:05:03 12:34:56". */
static GDateTime *
get_taken (GVariant *values)
{
  g_autofree char *text = dup_clean (values, "taken");
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();

  if (text == NULL || strlen (text) != strlen ("2024:05:03 12:34:56") || text[4] != ':'
      || text[7] != ':' || text[10] != ' ')
    return NULL;
  text[4] = text[7] = '-';
  text[10] = 'T';
  return g_date_time_new_from_iso8601 (text, utc);
}

static double
get_number (GVariant *values, const char *key, double max)
{
  double number = 0;

  return g_variant_lookup (values, key, "d", &number) && isfinite (number) && number > 0
                 && number <= max
             ? number
             : 0;
}

static guint
get_count (GVariant *values, const char *key, guint max)
{
  guint count = 0;

  return g_variant_lookup (values, key, "u", &count) && count <= max ? count : 0;
}

SheafPhoto *
sheaf_photo_from_variant (GVariant *values)
{
  SheafPhoto *self;

  g_return_val_if_fail (values != NULL, NULL);

  self = g_new0 (SheafPhoto, 1);
  if (!g_variant_is_of_type (values, G_VARIANT_TYPE_VARDICT))
    return self;
  self->camera = dup_camera (values);
  self->lens = dup_clean (values, "lens");
  self->taken = get_taken (values);
  self->exposure = get_number (values, "exposure", 7 * 24 * 3600);
  self->aperture = get_number (values, "aperture", 1000);
  self->sensitivity = get_count (values, "sensitivity", 100 * 1000 * 1000);
  self->focal_length = get_number (values, "focal-length", 100 * 1000);
  self->focal_length_35mm = get_count (values, "focal-length-35mm", G_MAXUINT16);
  return self;
}

void
sheaf_photo_free (SheafPhoto *self)
{
  g_free (self->camera);
  g_free (self->lens);
  g_clear_pointer (&self->taken, g_date_time_unref);
  g_free (self);
}
