/* queue-job.c: jobs and results as the text that crosses to other machines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What comes in was written by somebody else: every member is looked up and checked. */
#include "config.h"

#include "app/queue/queue-job.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define VERSION   1
#define ID_LENGTH 32

SheafQueueJob *
sheaf_queue_job_new (const char *verb, GVariant *params, guint timeout_ms)
{
  SheafQueueJob *job = g_new0 (SheafQueueJob, 1);

  job->verb = g_strdup (verb);
  job->params = g_variant_ref_sink (params);
  job->timeout_ms = timeout_ms;
  job->created = g_get_real_time () / G_USEC_PER_SEC;
  return job;
}

void
sheaf_queue_job_free (SheafQueueJob *job)
{
  g_free (job->verb);
  g_clear_pointer (&job->params, g_variant_unref);
  g_free (job->machine);
  g_free (job->path);
  g_free (job->relative);
  g_free (job);
}

SheafQueueResult *
sheaf_queue_result_new (GVariant *values)
{
  SheafQueueResult *result = g_new0 (SheafQueueResult, 1);

  result->values = g_variant_ref_sink (values);
  return result;
}

void
sheaf_queue_result_free (SheafQueueResult *result)
{
  g_clear_pointer (&result->values, g_variant_unref);
  g_free (result->name);
  g_free (result->relative);
  g_free (result);
}

static void
add_values (JsonBuilder *builder, GVariant *values)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  json_builder_begin_object (builder);
  g_variant_iter_init (&iter, values);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      json_builder_set_member_name (builder, key);
      json_builder_begin_array (builder);
      json_builder_add_string_value (builder, g_variant_get_type_string (value));
      json_builder_add_value (builder, json_gvariant_serialize (value));
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
}

static char *
to_text (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static JsonBuilder *
begin (void)
{
  JsonBuilder *builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  add_int (builder, "v", VERSION);
  return builder;
}

/* Paths are bytes; as text they travel the way URIs write them. */
static void
add_path (JsonBuilder *builder, const char *name, const char *path)
{
  g_autofree char *escaped = NULL;

  if (path == NULL)
    return;
  escaped = g_uri_escape_bytes ((const guint8 *) path, strlen (path), "/ ");
  add_string (builder, name, escaped);
}

char *
sheaf_queue_job_to_json (const SheafQueueJob *job)
{
  g_autoptr (JsonBuilder) builder = begin ();

  add_string (builder, "verb", job->verb);
  json_builder_set_member_name (builder, "params");
  add_values (builder, job->params);
  add_int (builder, "timeout", job->timeout_ms);
  add_int (builder, "retries", job->retries);
  add_int (builder, "created", job->created);
  add_string (builder, "machine", job->machine);
  if (job->wants_file)
    {
      g_autofree char *inode = g_strdup_printf ("%" G_GUINT64_FORMAT, job->inode);

      json_builder_set_member_name (builder, "file");
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "write");
      json_builder_add_boolean_value (builder, job->writes);
      add_path (builder, "path", job->path);
      add_path (builder, "relative", job->relative);
      add_string (builder, "inode", inode);
      add_int (builder, "bytes", job->bytes);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  return to_text (builder);
}

char *
sheaf_queue_result_to_json (const SheafQueueResult *result)
{
  static const char *const bodies[] = { "none", "key", "file" };
  g_autoptr (JsonBuilder) builder = begin ();

  json_builder_set_member_name (builder, "values");
  add_values (builder, result->values);
  json_builder_set_member_name (builder, "elsewhere");
  json_builder_add_boolean_value (builder, result->elsewhere);
  add_string (builder, "body", bodies[result->body]);
  add_int (builder, "bytes", result->bytes);
  add_path (builder, "name", result->name);
  add_path (builder, "relative", result->relative);
  json_builder_end_object (builder);
  return to_text (builder);
}

char *
sheaf_queue_error_to_json (const GError *error)
{
  g_autoptr (JsonBuilder) builder = begin ();
  g_autofree char *message = g_utf8_make_valid (error->message, -1);

  add_string (builder, "kind", sheaf_error_kind (error));
  add_string (builder, "message", message);
  add_int (builder, "http", sheaf_error_get_http_status (error));
  add_int (builder, "retry-after", sheaf_error_get_retry_after (error));
  json_builder_end_object (builder);
  return to_text (builder);
}

static JsonNode *
get_member (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type
             ? node
             : NULL;
}

static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name, G_TYPE_STRING);

  return node != NULL ? json_node_get_string (node) : NULL;
}

static gint64
get_int (JsonObject *object, const char *name, gint64 otherwise)
{
  JsonNode *node = get_member (object, name, G_TYPE_INT64);

  return node != NULL ? json_node_get_int (node) : otherwise;
}

static gboolean
get_boolean (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name, G_TYPE_BOOLEAN);

  return node != NULL && json_node_get_boolean (node);
}

static char *
dup_path (JsonObject *object, const char *name)
{
  const char *escaped = get_string (object, name);

  /* %NULL also for a path with a zero byte in it. */
  return escaped != NULL ? g_uri_unescape_string (escaped, NULL) : NULL;
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static GVariant *
get_values (JsonObject *object, const char *name, GError **error)
{
  JsonObject *values = get_object (object, name);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  if (values == NULL)
    {
      sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("The queue holds something malformed"));
      return NULL;
    }
  json_object_iter_init (&iter, values);
  while (json_object_iter_next (&iter, &key, &node))
    {
      JsonArray *pair = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      JsonNode *type_node, *value_node;
      const char *type;
      GVariant *value = NULL;

      if (pair != NULL && json_array_get_length (pair) == 2)
        {
          type_node = json_array_get_element (pair, 0);
          value_node = json_array_get_element (pair, 1);
          type = JSON_NODE_HOLDS_VALUE (type_node) ? json_node_get_string (type_node) : NULL;
          if (type != NULL && g_variant_type_string_is_valid (type)
              && g_variant_type_is_definite (G_VARIANT_TYPE (type)))
            value = json_gvariant_deserialize (value_node, type, NULL);
        }
      if (value == NULL)
        {
          sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("The queue holds something malformed"));
          return NULL;
        }
      g_variant_builder_add (&builder, "{sv}", key, value);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static JsonObject *
parse (JsonParser *parser, const char *json, GError **error)
{
  JsonNode *root;

  if (json != NULL && json_parser_load_from_data (parser, json, -1, NULL)
      && (root = json_parser_get_root (parser)) != NULL && JSON_NODE_HOLDS_OBJECT (root)
      && get_int (json_node_get_object (root), "v", 0) == VERSION)
    return json_node_get_object (root);
  sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("The queue holds something malformed"));
  return NULL;
}

SheafQueueJob *
sheaf_queue_job_from_json (const char *json, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *object = parse (parser, json, error), *file;
  g_autoptr (GVariant) params = NULL;
  g_autoptr (SheafQueueJob) job = NULL;
  const char *inode;

  if (object == NULL)
    return NULL;
  params = get_values (object, "params", error);
  if (params == NULL)
    return NULL;
  if (get_string (object, "verb") == NULL)
    {
      sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("The queue holds something malformed"));
      return NULL;
    }

  job = sheaf_queue_job_new (get_string (object, "verb"), params,
                             CLAMP (get_int (object, "timeout", 0), 0, G_MAXUINT32));
  job->retries = CLAMP (get_int (object, "retries", 0), 0, 100);
  job->created = get_int (object, "created", 0);
  job->machine = g_strdup (get_string (object, "machine"));
  file = get_object (object, "file");
  if (file != NULL)
    {
      job->wants_file = TRUE;
      job->writes = get_boolean (file, "write");
      job->path = dup_path (file, "path");
      job->relative = dup_path (file, "relative");
      inode = get_string (file, "inode");
      job->inode = inode != NULL ? g_ascii_strtoull (inode, NULL, 10) : 0;
      job->bytes = MAX (get_int (file, "bytes", 0), 0);
    }
  return g_steal_pointer (&job);
}

SheafQueueResult *
sheaf_queue_result_from_json (const char *json, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *object = parse (parser, json, error);
  g_autoptr (GVariant) values = NULL;
  SheafQueueResult *result;
  const char *body;

  if (object == NULL)
    return NULL;
  values = get_values (object, "values", error);
  if (values == NULL)
    return NULL;
  result = sheaf_queue_result_new (values);
  body = get_string (object, "body");
  result->elsewhere = get_boolean (object, "elsewhere");
  result->body = g_strcmp0 (body, "key") == 0    ? SHEAF_QUEUE_BODY_KEY
                 : g_strcmp0 (body, "file") == 0 ? SHEAF_QUEUE_BODY_FILE
                                                 : SHEAF_QUEUE_BODY_NONE;
  result->bytes = MAX (get_int (object, "bytes", 0), 0);
  result->name = dup_path (object, "name");
  result->relative = dup_path (object, "relative");
  return result;
}

GError *
sheaf_queue_error_from_json (const char *json)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) error = NULL;
  JsonObject *object = parse (parser, json, &error);
  const char *message;

  if (object == NULL)
    return g_steal_pointer (&error);
  message = get_string (object, "message");
  return sheaf_error_new (sheaf_error_code_from_kind (get_string (object, "kind")),
                          message != NULL ? message : _ ("The queue holds something malformed"),
                          CLAMP (get_int (object, "http", 0), 0, 999),
                          get_int (object, "retry-after", -1));
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
sheaf_queue_job_dup_content (const SheafQueueJob *job)
{
  static const char *const passing[] = { "offset", "validator", NULL };
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, job->params);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autofree char *text = NULL;

      if (g_strv_contains (passing, key))
        continue;
      text = g_variant_print (value, TRUE);
      g_ptr_array_add (lines, g_strdup_printf ("%s=%s", key, text));
    }
  g_ptr_array_sort (lines, compare_strings);
  g_ptr_array_add (lines, g_strdup (job->verb));
  g_ptr_array_add (lines, g_strdup (job->path != NULL ? job->path : ""));
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

char *
sheaf_queue_dup_id (const char *batch, const char *content, guint generation)
{
  g_autofree char *text = g_strdup_printf ("%s\n%u\n%s", batch, generation, content);
  char *id = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  id[ID_LENGTH] = '\0';
  return id;
}
