/* queue-admin.c: looking at the queue, and putting it right
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Answers outlive their callback as GVariants: av, s or x, as deep as the broker's. */
#include "config.h"

#include "app/queue/queue-admin.h"

#include "app/queue/queue-job.h"
#include "app/queue/queue-scripts.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#define CANCEL_AT_ONCE "1000"
#define LIST_AT_MOST   "1000"

typedef struct
{
  GMainContext *context;
  SheafRedis *redis;
  gboolean settled; /* connected, or cannot be */
  gboolean answered;
  GVariant *answer;
  GError *error;
} Admin;

static GVariant *
to_variant (redisReply *reply)
{
  GVariantBuilder builder;

  switch (reply->type)
    {
    case REDIS_REPLY_INTEGER:
      return g_variant_new_int64 (reply->integer);
    case REDIS_REPLY_ARRAY:
      g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
      for (gsize i = 0; i < reply->elements; i++)
        g_variant_builder_add (&builder, "v", to_variant (reply->element[i]));
      return g_variant_builder_end (&builder);
    case REDIS_REPLY_NIL:
      return g_variant_new_array (G_VARIANT_TYPE_VARIANT, NULL, 0);
    default:
      return g_variant_new_take_string (g_utf8_make_valid (reply->str, reply->len));
    }
}

static void
on_answer (redisReply *reply, const GError *error, gpointer user_data)
{
  Admin *admin = user_data;

  admin->answered = TRUE;
  if (error != NULL && admin->error == NULL)
    admin->error = g_error_copy (error);
  else if (reply != NULL)
    admin->answer = g_variant_ref_sink (to_variant (reply));
}

static void
on_state (
    SheafRedis *redis, gboolean connected, const GError *error, gboolean fatal, gpointer user_data)
{
  Admin *admin = user_data;

  admin->settled = TRUE;
  if (error != NULL && admin->error == NULL)
    admin->error = g_error_copy (error);
}

static gboolean
admin_open (Admin *admin, SheafBrokerAddress *address, GError **error)
{
  *admin = (Admin){ .context = g_main_context_new () };
  g_main_context_push_thread_default (admin->context);
  admin->redis = sheaf_redis_new (address, on_state, admin);
  while (!admin->settled)
    g_main_context_iteration (admin->context, TRUE);
  if (admin->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (admin->error));
  return FALSE;
}

static void
admin_close (Admin *admin)
{
  sheaf_redis_close (admin->redis);
  while (g_main_context_iteration (admin->context, FALSE))
    ;
  g_object_unref (admin->redis);
  g_main_context_pop_thread_default (admin->context);
  g_main_context_unref (admin->context);
  g_clear_pointer (&admin->answer, g_variant_unref);
  g_clear_error (&admin->error);
}

/* Waits for on_answer(); the answer belongs to the caller. */
static GVariant *
wait_for_answer (Admin *admin, GError **error)
{
  while (!admin->answered)
    g_main_context_iteration (admin->context, TRUE);
  admin->answered = FALSE;
  if (admin->error != NULL)
    {
      g_propagate_error (error, g_error_copy (admin->error));
      return NULL;
    }
  return g_steal_pointer (&admin->answer);
}

#define ask(admin, error, ...)                                                                     \
  (sheaf_redis_command ((admin)->redis, on_answer, (admin), __VA_ARGS__, NULL),                    \
   wait_for_answer ((admin), (error)))

static gint64
to_int (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_variant_get_int64 (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_ascii_strtoll (g_variant_get_string (value, NULL), NULL, 10);
  return 0;
}

/* The value after @name in a flat list of names and values; (nullable). */
static char *
dup_field (GVariant *list, const char *name)
{
  gsize n = g_variant_is_of_type (list, G_VARIANT_TYPE ("av")) ? g_variant_n_children (list) : 0;

  for (gsize i = 0; i + 1 < n; i += 2)
    {
      g_autoptr (GVariant) key = NULL, value = NULL;

      g_variant_get_child (list, i, "v", &key);
      g_variant_get_child (list, i + 1, "v", &value);
      if (g_variant_is_of_type (key, G_VARIANT_TYPE_STRING)
          && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
          && g_str_equal (g_variant_get_string (key, NULL), name))
        return g_variant_dup_string (value, NULL);
    }
  return NULL;
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value != NULL ? value : "");
}

static void
add_number_field (JsonBuilder *builder, GVariant *list, const char *name)
{
  g_autofree char *text = dup_field (list, name);

  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0);
}

/* What stands under every name that the sorted set @names holds. */
static gboolean
add_members (Admin *admin,
             JsonBuilder *builder,
             const char *names,
             const char *prefix,
             const char *const *numbers,
             const char *const *strings,
             GError **error)
{
  g_autoptr (GVariant) list = ask (admin, error, "ZRANGE", names, "0", "-1");

  if (list == NULL)
    return FALSE;
  json_builder_begin_array (builder);
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) id = NULL, fields = NULL;
      g_autofree char *key = NULL;

      g_variant_get_child (list, i, "v", &id);
      key = g_strconcat (prefix, g_variant_get_string (id, NULL), NULL);
      fields = ask (admin, error, "HGETALL", key);
      if (fields == NULL)
        return FALSE;
      if (g_variant_n_children (fields) == 0)
        continue; /* forgotten meanwhile */
      json_builder_begin_object (builder);
      add_string (builder, "id", g_variant_get_string (id, NULL));
      for (gsize j = 0; strings[j] != NULL; j++)
        {
          g_autofree char *value = dup_field (fields, strings[j]);

          add_string (builder, strings[j], value);
        }
      for (gsize j = 0; numbers[j] != NULL; j++)
        add_number_field (builder, fields, numbers[j]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  return TRUE;
}

static gboolean
add_depths (Admin *admin, JsonBuilder *builder, GError **error)
{
  g_autoptr (GVariant) all = ask (admin, error, "XLEN", "{sheaf}:q");
  g_autoptr (GVariant) waiting = NULL, dead = NULL, pending = NULL, first = NULL;
  gint64 running = 0;

  if (all == NULL || (waiting = ask (admin, error, "ZCARD", "{sheaf}:delay")) == NULL
      || (dead = ask (admin, error, "XLEN", "{sheaf}:dead")) == NULL)
    return FALSE;
  /* Fails where no worker has ever been. */
  if (to_int (all) > 0)
    {
      pending = ask (admin, NULL, "XPENDING", "{sheaf}:q", "w");
      g_clear_error (&admin->error);
    }
  if (pending != NULL && g_variant_n_children (pending) > 0)
    {
      g_variant_get_child (pending, 0, "v", &first);
      running = to_int (first);
    }
  json_builder_set_member_name (builder, "queued");
  json_builder_add_int_value (builder, MAX (to_int (all) - running, 0));
  json_builder_set_member_name (builder, "running");
  json_builder_add_int_value (builder, running);
  json_builder_set_member_name (builder, "waiting");
  json_builder_add_int_value (builder, to_int (waiting));
  json_builder_set_member_name (builder, "dead");
  json_builder_add_int_value (builder, to_int (dead));
  return TRUE;
}

JsonNode *
sheaf_queue_admin_status (SheafBrokerAddress *address, GError **error)
{
  static const char *const worker_strings[] = { "host", "version", NULL };
  static const char *const worker_numbers[] = { "pid", "slots", "running", "done", NULL };
  static const char *const batch_strings[] = { NULL };
  static const char *const batch_numbers[]
      = { "created", "total", "done", "failed", "dead", "cancelled", "cancel", NULL };
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  JsonNode *node = NULL;
  Admin admin;

  json_builder_begin_object (builder);
  if (admin_open (&admin, address, error) && add_depths (&admin, builder, error))
    {
      json_builder_set_member_name (builder, "workers");
      if (add_members (&admin, builder, "{sheaf}:workers", "{sheaf}:w:", worker_numbers,
                       worker_strings, error))
        {
          json_builder_set_member_name (builder, "batches");
          if (add_members (&admin, builder, "{sheaf}:batches", "{sheaf}:b:", batch_numbers,
                           batch_strings, error))
            {
              json_builder_end_object (builder);
              node = json_builder_get_root (builder);
            }
        }
    }
  admin_close (&admin);
  return node;
}

gboolean
sheaf_queue_admin_cancel (SheafBrokerAddress *address, const char *batch, GError **error)
{
  g_autofree char *after = g_strdup ("-");
  gboolean ok = FALSE;
  Admin admin;

  g_return_val_if_fail (batch != NULL, FALSE);

  if (admin_open (&admin, address, error))
    while (*after != '\0')
      {
        g_autoptr (GVariant) answer = NULL;

        sheaf_queue_script_strings (admin.redis, "cancel", on_answer, &admin, batch, after,
                                    CANCEL_AT_ONCE, NULL);
        answer = wait_for_answer (&admin, error);
        if (answer == NULL)
          break;
        if (!g_variant_is_of_type (answer, G_VARIANT_TYPE_STRING))
          {
            sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("The broker knows no batch “%s”"), batch);
            break;
          }
        g_free (after);
        after = g_variant_dup_string (answer, NULL);
        ok = *after == '\0';
      }
  admin_close (&admin);
  return ok;
}

static void
add_dead (JsonBuilder *builder, GVariant *fields)
{
  g_autofree char *batch = dup_field (fields, "b"), *id = dup_field (fields, "i");
  g_autofree char *payload = dup_field (fields, "p"), *worker = dup_field (fields, "w");
  g_autofree char *starts = dup_field (fields, "n");
  g_autoptr (SheafQueueJob) job = sheaf_queue_job_from_json (payload, NULL);
  const char *url;

  json_builder_begin_object (builder);
  add_string (builder, "batch", batch);
  add_string (builder, "id", id);
  add_string (builder, "verb", job != NULL ? job->verb : NULL);
  if (job != NULL && g_variant_lookup (job->params, "url", "&s", &url))
    add_string (builder, "url", url);
  json_builder_set_member_name (builder, "starts");
  json_builder_add_int_value (builder, starts != NULL ? g_ascii_strtoll (starts, NULL, 10) : 0);
  add_string (builder, "worker", worker);
  json_builder_end_object (builder);
}

JsonNode *
sheaf_queue_admin_dead (SheafBrokerAddress *address, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GVariant) entries = NULL;
  JsonNode *node = NULL;
  Admin admin;

  if (admin_open (&admin, address, error))
    entries = ask (&admin, error, "XRANGE", "{sheaf}:dead", "-", "+", "COUNT", LIST_AT_MOST);
  if (entries != NULL)
    {
      json_builder_begin_array (builder);
      for (gsize i = 0; i < g_variant_n_children (entries); i++)
        {
          g_autoptr (GVariant) entry = NULL, fields = NULL;

          g_variant_get_child (entries, i, "v", &entry);
          if (g_variant_n_children (entry) != 2)
            continue;
          g_variant_get_child (entry, 1, "v", &fields);
          add_dead (builder, fields);
        }
      json_builder_end_array (builder);
      node = json_builder_get_root (builder);
    }
  admin_close (&admin);
  return node;
}

gint64
sheaf_queue_admin_retry (SheafBrokerAddress *address, GError **error)
{
  gint64 revived = -1;
  Admin admin;

  if (admin_open (&admin, address, error))
    {
      g_autoptr (GVariant) answer = NULL;

      sheaf_queue_script_strings (admin.redis, "revive", on_answer, &admin, LIST_AT_MOST, NULL);
      answer = wait_for_answer (&admin, error);
      revived = answer != NULL ? to_int (answer) : -1;
    }
  admin_close (&admin);
  return revived;
}

gboolean
sheaf_queue_admin_check (SheafBrokerAddress *address, GError **error)
{
  Admin admin;
  gboolean ok = admin_open (&admin, address, error);

  admin_close (&admin);
  return ok;
}
