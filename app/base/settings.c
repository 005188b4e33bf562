/* settings.c: what a person chose
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One table says where each property lives; reading, writing, comparing and binding all go by it,
 * so that a new setting is one row, one field and one reader. */
#include "config.h"

#include "app/base/settings.h"

struct _SheafSettings
{
  GObject parent_instance;

  char *destination;
  char *executor;
  char *thumbnail_executor;
  char *name_template;
  char *broker;
  char *api_url;
  char **types;
  guint64 rate_limit;
  double request_rate;
  guint jobs;
  guint thumbnail_jobs;
  guint thumbnail_size;
  guint retries;
  guint connect_timeout;
  guint read_timeout;
  gboolean albums;
  gboolean mature;
  gboolean background;
  gboolean write_metadata;
};

G_DEFINE_FINAL_TYPE (SheafSettings, sheaf_settings, G_TYPE_OBJECT)

typedef enum
{
  STRING,
  STRV,
  UINT,
  UINT64,
  DOUBLE,
  BOOLEAN,
} Kind;

typedef struct
{
  const char *name;
  Kind kind;
  gsize offset;
  const char *text; /* default of strings */
  double minimum;   /* of numbers, and so on */
  double maximum;
  double initial; /* also of booleans */
} Row;

#define AT(field) G_STRUCT_OFFSET (SheafSettings, field)

/* The largest number of jobs any executor accepts; a guard against a slip of the finger. */
#define MAX_JOBS 256

static const Row rows[] = {
  { "destination", STRING, AT (destination), "", 0, 0, 0 },
  { "executor", STRING, AT (executor), "async", 0, 0, 0 },
  { "jobs", UINT, AT (jobs), NULL, 0, MAX_JOBS, 0 },
  { "thumbnail-executor", STRING, AT (thumbnail_executor), "processes", 0, 0, 0 },
  { "thumbnail-jobs", UINT, AT (thumbnail_jobs), NULL, 0, MAX_JOBS, 0 },
  { "thumbnail-size", UINT, AT (thumbnail_size), NULL, 16, 1024, 256 },
  { "types", STRV, AT (types), NULL, 0, 0, 0 },
  { "albums", BOOLEAN, AT (albums), NULL, 0, 1, TRUE },
  { "mature", BOOLEAN, AT (mature), NULL, 0, 1, FALSE },
  { "retries", UINT, AT (retries), NULL, 0, 100, 4 },
  { "connect-timeout", UINT, AT (connect_timeout), NULL, 1, 3600, 10 },
  { "read-timeout", UINT, AT (read_timeout), NULL, 1, 3600, 30 },
  { "rate-limit", UINT64, AT (rate_limit), NULL, 0, 0, 0 },
  { "request-rate", DOUBLE, AT (request_rate), NULL, 0, 1000, 0 },
  { "background", BOOLEAN, AT (background), NULL, 0, 1, FALSE },
  { "name-template", STRING, AT (name_template), "", 0, 0, 0 },
  { "write-metadata", BOOLEAN, AT (write_metadata), NULL, 0, 1, FALSE },
  { "broker", STRING, AT (broker), "", 0, 0, 0 },
  { "api-url", STRING, AT (api_url), "", 0, 0, 0 },
};

static GParamSpec *properties[G_N_ELEMENTS (rows) + 1];

static void
sheaf_settings_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  gpointer field = G_STRUCT_MEMBER_P (object, rows[id - 1].offset);

  switch (rows[id - 1].kind)
    {
    case STRING:
      g_value_set_string (value, *(char **) field);
      break;
    case STRV:
      g_value_set_boxed (value, *(char ***) field);
      break;
    case UINT:
      g_value_set_uint (value, *(guint *) field);
      break;
    case UINT64:
      g_value_set_uint64 (value, *(guint64 *) field);
      break;
    case DOUBLE:
      g_value_set_double (value, *(double *) field);
      break;
    case BOOLEAN:
      g_value_set_boolean (value, *(gboolean *) field);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Puts @value where @field is; says whether that changed anything. */
static gboolean
store (Kind kind, gpointer field, const GValue *value)
{
  switch (kind)
    {
    case STRING:
      {
        /* No string here is ever NULL: "" is what a person who chose nothing has. */
        const char *string = g_value_get_string (value) != NULL ? g_value_get_string (value) : "";

        if (g_strcmp0 (*(char **) field, string) == 0)
          return FALSE;
        g_free (*(char **) field);
        *(char **) field = g_strdup (string);
        return TRUE;
      }
    case STRV:
      {
        static const char *const none[] = { NULL };
        const char *const *strv = g_value_get_boxed (value);

        if (strv == NULL)
          strv = none;
        if (g_strv_equal (*(const char *const **) field, strv))
          return FALSE;
        g_strfreev (*(char ***) field);
        *(char ***) field = g_strdupv ((char **) strv);
        return TRUE;
      }
    case UINT:
      {
        gboolean changed = *(guint *) field != g_value_get_uint (value);

        *(guint *) field = g_value_get_uint (value);
        return changed;
      }
    case UINT64:
      {
        gboolean changed = *(guint64 *) field != g_value_get_uint64 (value);

        *(guint64 *) field = g_value_get_uint64 (value);
        return changed;
      }
    case DOUBLE:
      {
        double old = *(double *) field;

        *(double *) field = g_value_get_double (value);
        return old < *(double *) field || old > *(double *) field;
      }
    case BOOLEAN:
      {
        gboolean changed = *(gboolean *) field != g_value_get_boolean (value);

        *(gboolean *) field = g_value_get_boolean (value);
        return changed;
      }
    default:
      g_assert_not_reached ();
    }
}

static void
sheaf_settings_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  const Row *row = &rows[id - 1];

  if (store (row->kind, G_STRUCT_MEMBER_P (object, row->offset), value))
    g_object_notify_by_pspec (object, pspec);
}

static void
sheaf_settings_finalize (GObject *object)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gpointer field = G_STRUCT_MEMBER_P (object, rows[i].offset);

      if (rows[i].kind == STRING)
        g_free (*(char **) field);
      else if (rows[i].kind == STRV)
        g_strfreev (*(char ***) field);
    }
  G_OBJECT_CLASS (sheaf_settings_parent_class)->finalize (object);
}

static GParamSpec *
make_pspec (const Row *row)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  switch (row->kind)
    {
    case STRING:
      return g_param_spec_string (row->name, NULL, NULL, row->text, flags);
    case STRV:
      return g_param_spec_boxed (row->name, NULL, NULL, G_TYPE_STRV, flags);
    case UINT:
      return g_param_spec_uint (row->name, NULL, NULL, (guint) row->minimum, (guint) row->maximum,
                                (guint) row->initial, flags);
    case UINT64:
      return g_param_spec_uint64 (row->name, NULL, NULL, 0, G_MAXUINT64, (guint64) row->initial,
                                  flags);
    case DOUBLE:
      return g_param_spec_double (row->name, NULL, NULL, row->minimum, row->maximum, row->initial,
                                  flags);
    case BOOLEAN:
      return g_param_spec_boolean (row->name, NULL, NULL, row->initial > 0, flags);
    default:
      g_assert_not_reached ();
    }
}

static void
sheaf_settings_class_init (SheafSettingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sheaf_settings_get_property;
  object_class->set_property = sheaf_settings_set_property;
  object_class->finalize = sheaf_settings_finalize;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    properties[i + 1] = make_pspec (&rows[i]);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
sheaf_settings_init (SheafSettings *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gpointer field = G_STRUCT_MEMBER_P (self, rows[i].offset);

      switch (rows[i].kind)
        {
        case STRING:
          *(char **) field = g_strdup (rows[i].text);
          break;
        case STRV:
          *(char ***) field = g_new0 (char *, 1);
          break;
        case UINT:
          *(guint *) field = (guint) rows[i].initial;
          break;
        case UINT64:
          *(guint64 *) field = (guint64) rows[i].initial;
          break;
        case DOUBLE:
          *(double *) field = rows[i].initial;
          break;
        case BOOLEAN:
          *(gboolean *) field = rows[i].initial > 0;
          break;
        default:
          g_assert_not_reached ();
        }
    }
}

SheafSettings *
sheaf_settings_new (void)
{
  return g_object_new (SHEAF_TYPE_SETTINGS, NULL);
}

void
sheaf_settings_bind (SheafSettings *self, GSettings *gsettings)
{
  g_return_if_fail (SHEAF_IS_SETTINGS (self));
  g_return_if_fail (G_IS_SETTINGS (gsettings));

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].offset != AT (api_url))
      g_settings_bind (gsettings, rows[i].name, self, rows[i].name, G_SETTINGS_BIND_DEFAULT);
}

GFile *
sheaf_settings_dup_destination (SheafSettings *self)
{
  const char *pictures;

  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), NULL);

  if (*self->destination != '\0')
    return g_file_new_for_path (self->destination);

  pictures = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);
  if (pictures == NULL)
    pictures = g_get_home_dir ();
  return g_file_new_build_filename (pictures, "Sheaf", NULL);
}

const char *
sheaf_settings_get_executor (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), NULL);
  return self->executor;
}

guint
sheaf_settings_get_jobs (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), 0);
  return self->jobs;
}

const char *
sheaf_settings_get_thumbnail_executor (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), NULL);
  return self->thumbnail_executor;
}

guint
sheaf_settings_get_thumbnail_jobs (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), 0);
  return self->thumbnail_jobs;
}

guint
sheaf_settings_get_thumbnail_size (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), 0);
  return self->thumbnail_size;
}

const char *const *
sheaf_settings_get_types (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), NULL);
  return (const char *const *) self->types;
}

gboolean
sheaf_settings_get_albums (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), FALSE);
  return self->albums;
}

gboolean
sheaf_settings_get_mature (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), FALSE);
  return self->mature;
}

guint
sheaf_settings_get_retries (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), 0);
  return self->retries;
}

guint
sheaf_settings_get_connect_timeout (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), 0);
  return self->connect_timeout;
}

guint
sheaf_settings_get_read_timeout (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), 0);
  return self->read_timeout;
}

guint64
sheaf_settings_get_rate_limit (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), 0);
  return self->rate_limit;
}

double
sheaf_settings_get_request_rate (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), 0);
  return self->request_rate;
}

gboolean
sheaf_settings_get_background (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), FALSE);
  return self->background;
}

const char *
sheaf_settings_get_name_template (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), NULL);
  return self->name_template;
}

gboolean
sheaf_settings_get_write_metadata (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), FALSE);
  return self->write_metadata;
}

const char *
sheaf_settings_get_broker (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), NULL);
  return self->broker;
}

const char *
sheaf_settings_get_api_url (SheafSettings *self)
{
  g_return_val_if_fail (SHEAF_IS_SETTINGS (self), NULL);
  return self->api_url;
}
