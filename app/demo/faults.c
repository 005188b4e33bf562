/* faults.c: which answer fails, and how
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/faults.h"

#include <string.h>

#include <glib/gi18n-lib.h>

enum
{
  API = 1,
  FILES = 2,
  BOTH = API | FILES
};

static const struct
{
  const char *name;
  guint scope;
} kinds[] = {
  [SHEAF_FAULT_NONE] = { NULL, 0 },
  [SHEAF_FAULT_401] = { "401", BOTH },
  [SHEAF_FAULT_403] = { "403", BOTH },
  [SHEAF_FAULT_404] = { "404", BOTH },
  [SHEAF_FAULT_429] = { "429", BOTH },
  [SHEAF_FAULT_429_DATE] = { "429-date", BOTH },
  [SHEAF_FAULT_429_BARE] = { "429-bare", BOTH },
  [SHEAF_FAULT_500] = { "500", BOTH },
  [SHEAF_FAULT_503] = { "503", BOTH },
  [SHEAF_FAULT_CAPACITY] = { "capacity", BOTH },
  [SHEAF_FAULT_REGION] = { "region", BOTH },
  [SHEAF_FAULT_TRUNCATED] = { "truncated", BOTH },
  [SHEAF_FAULT_BROKEN_CHUNKS] = { "broken-chunks", BOTH },
  [SHEAF_FAULT_RESET] = { "reset", BOTH },
  [SHEAF_FAULT_STALLED] = { "stalled", BOTH },
  [SHEAF_FAULT_SILENT] = { "silent", BOTH },
  [SHEAF_FAULT_SLOW_DRIP] = { "slow-drip", BOTH },
  [SHEAF_FAULT_ENDLESS] = { "endless", BOTH },
  [SHEAF_FAULT_WRONG_LENGTH] = { "wrong-length", BOTH },
  [SHEAF_FAULT_GZIP] = { "gzip", BOTH },
  [SHEAF_FAULT_REMOVED] = { "removed", FILES },
  [SHEAF_FAULT_REDIRECT_LOOP] = { "redirect-loop", BOTH },
  [SHEAF_FAULT_REDIRECT_AWAY] = { "redirect-away", BOTH },
  [SHEAF_FAULT_HTML] = { "html", BOTH },
  [SHEAF_FAULT_WRONG_TYPE] = { "wrong-type", FILES },
  [SHEAF_FAULT_BAD_JSON] = { "bad-json", API },
  [SHEAF_FAULT_NESTED_JSON] = { "nested-json", API },
  [SHEAF_FAULT_HUGE_JSON] = { "huge-json", API },
};

G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == SHEAF_N_FAULTS);

struct _SheafFaults
{
  double rates[2][SHEAF_N_FAULTS]; /* of pictures; of the API */
  GHashTable *asked;               /* (element-type utf8 uint): how often a path was */
  guint32 seed;
  guint quota;
  guint quota_seconds;
};

static gboolean
parse_quota (SheafFaults *self, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value, "/", 2);
  guint64 quota, seconds = 3600;

  if (!g_ascii_string_to_unsigned (parts[0], 10, 1, G_MAXINT, &quota, NULL)
      || (parts[1] != NULL && !g_ascii_string_to_unsigned (parts[1], 10, 1, 86400, &seconds, NULL)))
    return FALSE;
  self->quota = (guint) quota;
  self->quota_seconds = (guint) seconds;
  return TRUE;
}

static gboolean
parse (SheafFaults *self, const char *spec)
{
  guint scope = BOTH;
  const char *equals, *rest = spec;
  char *end;
  double rate;

  if (g_str_has_prefix (spec, "api:"))
    scope = API;
  else if (g_str_has_prefix (spec, "file:"))
    scope = FILES;
  if (scope != BOTH)
    rest = strchr (spec, ':') + 1;
  equals = strchr (rest, '=');
  if (equals == NULL)
    return FALSE;
  if (g_str_has_prefix (rest, "quota="))
    return parse_quota (self, equals + 1);
  rate = g_ascii_strtod (equals + 1, &end);
  if (end == equals + 1 || *end != '\0' || !(rate >= 0 && rate <= 1))
    return FALSE;
  for (guint kind = 1; kind < SHEAF_N_FAULTS; kind++)
    if (strlen (kinds[kind].name) == (gsize) (equals - rest)
        && strncmp (kinds[kind].name, rest, (gsize) (equals - rest)) == 0)
      {
        scope &= kinds[kind].scope;
        if (scope & FILES)
          self->rates[0][kind] = rate;
        if (scope & API)
          self->rates[1][kind] = rate;
        return scope != 0;
      }
  return FALSE;
}

SheafFaults *
sheaf_faults_new (const char *const *specs, guint32 seed, GError **error)
{
  g_autoptr (SheafFaults) self = g_new0 (SheafFaults, 1);

  self->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->seed = seed;
  for (guint i = 0; specs != NULL && specs[i] != NULL; i++)
    if (!parse (self, specs[i]))
      {
        g_autoptr (GString) known = g_string_new (NULL);

        for (guint kind = 1; kind < SHEAF_N_FAULTS; kind++)
          g_string_append_printf (known, "%s%s", kind > 1 ? " " : "", kinds[kind].name);
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                     /* Translators: the second %s is a list of words */
                     _ ("“%s” is not a fault of the form KIND=RATE with a rate from 0 to 1; the "
                        "kinds are: %s"),
                     specs[i], known->str);
        return NULL;
      }
  return g_steal_pointer (&self);
}

void
sheaf_faults_free (SheafFaults *self)
{
  g_hash_table_unref (self->asked);
  g_free (self);
}

static double
unit (guint32 seed, const char *path, guint times)
{
  guint64 state = (guint64) seed * 0x9e3779b97f4a7c15u + times;

  for (const char *c = path; *c != '\0'; c++)
    state = (state ^ (guint8) *c) * 0x100000001b3u;
  state ^= state >> 31;
  state *= 0xbf58476d1ce4e5b9u;
  state ^= state >> 27;
  state *= 0x94d049bb133111ebu;
  state ^= state >> 31;
  return (double) (state >> 11) / (double) (G_GUINT64_CONSTANT (1) << 53);
}

SheafFault
sheaf_faults_draw (SheafFaults *self, const char *path, gboolean is_api)
{
  guint times = GPOINTER_TO_UINT (g_hash_table_lookup (self->asked, path));
  double at = unit (self->seed, path, times);

  g_hash_table_insert (self->asked, g_strdup (path), GUINT_TO_POINTER (times + 1));
  for (guint kind = 1; kind < SHEAF_N_FAULTS; kind++)
    {
      double rate = self->rates[is_api ? 1 : 0][kind];

      if (at < rate)
        return kind;
      at -= rate;
    }
  return SHEAF_FAULT_NONE;
}

const char *
sheaf_fault_get_name (SheafFault fault)
{
  return fault != SHEAF_FAULT_NONE ? kinds[fault].name : "-";
}

guint
sheaf_faults_get_quota_seconds (SheafFaults *self)
{
  return self->quota > 0 ? self->quota_seconds : 3600;
}

guint
sheaf_faults_get_quota (SheafFaults *self)
{
  return self->quota;
}
