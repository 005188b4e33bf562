/* queue-scripts.c: the queue's rules, as scripts that the broker runs whole or not at all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A script is called by its hash; a broker that has been restarted answers NOSCRIPT and gets the
 * text.  So no connection has to prepare anything. */
#include "config.h"

#include "app/queue/queue-scripts.h"

#include <stdarg.h>
#include <string.h>

/* Made by glib-compile-resources from queue.gresource.xml. */
GResource *sheaf_queue_get_resource (void);

typedef struct
{
  char *text;
  char *sha1;
} Script;

typedef struct
{
  SheafRedis *redis;
  const Script *script;
  GPtrArray *args;
  SheafRedisFunc callback;
  gpointer user_data;
} Call;

static void
call_free (Call *call)
{
  g_object_unref (call->redis);
  g_ptr_array_unref (call->args);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static char *
load_text (const char *name)
{
  g_autofree char *path = g_strdup_printf ("/io/github/sheaf_app/Sheaf/queue/%s.lua", name);
  g_autoptr (GBytes) bytes = g_resource_lookup_data (sheaf_queue_get_resource (), path,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_assert (bytes != NULL);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static const Script *
get_script (const char *name)
{
  static GMutex lock;
  static GHashTable *scripts; /* never freed: a handful of constants */
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&lock);
  Script *script;

  if (scripts == NULL)
    scripts = g_hash_table_new (g_str_hash, g_str_equal);
  script = g_hash_table_lookup (scripts, name);
  if (script == NULL)
    {
      g_autofree char *common = load_text ("common"), *own = load_text (name);

      script = g_new (Script, 1);
      script->text = g_strconcat (common, own, NULL);
      script->sha1 = g_compute_checksum_for_string (G_CHECKSUM_SHA1, script->text, -1);
      g_hash_table_insert (scripts, g_strdup (name), script);
    }
  return script;
}

static void
send_call (SheafRedis *redis,
           const char *command,
           const char *script,
           GPtrArray *args,
           SheafRedisFunc callback,
           gpointer user_data)
{
  g_autofree const char **words = g_new (const char *, args->len + 3);
  g_autofree gsize *lengths = g_new (gsize, args->len + 3);

  words[0] = command;
  words[1] = script;
  words[2] = "0";
  for (guint i = 0; i < 3; i++)
    lengths[i] = strlen (words[i]);
  for (guint i = 0; i < args->len; i++)
    {
      words[i + 3] = g_bytes_get_data (g_ptr_array_index (args, i), &lengths[i + 3]);
      if (words[i + 3] == NULL)
        words[i + 3] = "";
    }
  sheaf_redis_send (redis, args->len + 3, words, lengths, 0, callback, user_data);
}

static void
on_called (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (Call) call = user_data;

  if (error != NULL && g_str_has_prefix (error->message, "NOSCRIPT")
      && sheaf_redis_get_connected (call->redis))
    send_call (call->redis, "EVAL", call->script->text, call->args, call->callback,
               call->user_data);
  else if (call->callback != NULL)
    call->callback (reply, error, call->user_data);
  else if (error != NULL && g_ascii_isupper (error->message[0])
           && g_ascii_isupper (error->message[1]))
    g_warning ("%s", error->message); /* "NOPERM …": the broker's word, which nobody else says */
}

void
sheaf_queue_script (SheafRedis *redis,
                    const char *name,
                    GPtrArray *args,
                    SheafRedisFunc callback,
                    gpointer user_data)
{
  Call *call = g_new (Call, 1);

  call->redis = g_object_ref (redis);
  call->script = get_script (name);
  call->args = g_ptr_array_ref (args);
  call->callback = callback;
  call->user_data = user_data;
  send_call (redis, "EVALSHA", call->script->sha1, args, on_called, call);
}

void
sheaf_queue_script_load (SheafRedis *redis, const char *name)
{
  sheaf_redis_command (redis, NULL, NULL, "SCRIPT", "LOAD", get_script (name)->text, NULL);
}

void
sheaf_queue_script_strings (
    SheafRedis *redis, const char *name, SheafRedisFunc callback, gpointer user_data, ...)
{
  g_autoptr (GPtrArray) args = sheaf_queue_args_new ();
  const char *word;
  va_list list;

  va_start (list, user_data);
  while ((word = va_arg (list, const char *)) != NULL)
    sheaf_queue_args_add (args, word);
  va_end (list);
  sheaf_queue_script (redis, name, args, callback, user_data);
}

GPtrArray *
sheaf_queue_args_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

void
sheaf_queue_args_add (GPtrArray *args, const char *string)
{
  g_ptr_array_add (args, g_bytes_new (string, strlen (string)));
}

void
sheaf_queue_args_add_int (GPtrArray *args, gint64 number)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, number);
  sheaf_queue_args_add (args, text);
}
