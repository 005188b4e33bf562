/* queue-worker.c: takes jobs out of the queue and does them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three connections: one waits for work, one hears what is called out to all workers (a waiting
 * connection can do neither of the other things), one does everything else.  Work is only asked for
 * where a slot is free.  The rules are the scripts' (app/queue/lua); here is when they are asked.
 */
#include "config.h"

#include "app/queue/queue-worker.h"

#include "app/queue/queue-task.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define QUEUE   "{sheaf}:q"
#define GROUP   "w"
#define CONTROL "{sheaf}:ctl"
#define LATE_MS 150 /* for work that was handed out while the connection was closing */

struct _SheafQueueWorker
{
  GObject parent_instance;

  /* Owned */
  SheafBrokerAddress *address;
  char *id;
  SheafQueueRoot *root;
  SheafQueueTaskHost host;
  SheafRedis *commands;
  SheafRedis *reads;
  SheafRedis *control;
  GHashTable *tasks; /* (element-type utf8 SheafQueueTask): by entry */
  GMainContext *context;
  GMainLoop *loop;
  GPtrArray *timers; /* (element-type GSource) */
  GError *error;     /* why the work ended */

  gint64 hold_until; /* no leases are judged before this */
  guint64 n_done;
  gboolean was_connected;
  gboolean group_ready;
  gboolean fetching; /* a question for work is under way */
  gboolean claiming;
  gboolean draining; /* a suspect waits for this worker to do nothing else */
  gboolean stopping;
  gboolean released;
};

G_DEFINE_FINAL_TYPE (SheafQueueWorker, sheaf_queue_worker, G_TYPE_OBJECT)

static void fetch (SheafQueueWorker *self);
static void claim (SheafQueueWorker *self);

void
sheaf_queue_worker_options_init (SheafQueueWorkerOptions *options)
{
  *options = (SheafQueueWorkerOptions){
    .root = ".",
    .slots = 8,
    .lease_ms = 30000,
    .renew_ms = 10000,
    .claim_ms = 15000,
    .promote_ms = 1000,
    .heartbeat_ms = 5000,
    .block_ms = 5000,
    .patience_ms = 10000,
    .retry_ms = 5000,
    .starts = 3,
    .deadline_ms = 15 * 60 * 1000,
  };
}

static guint
count_free (SheafQueueWorker *self)
{
  guint used = g_hash_table_size (self->tasks);

  return used < self->host.options.slots ? self->host.options.slots - used : 0;
}

static void
quit_if_over (SheafQueueWorker *self)
{
  if (self->stopping && self->released && g_hash_table_size (self->tasks) == 0)
    g_main_loop_quit (self->loop);
}

static void
on_task_ended (SheafQueueTask *task, gpointer user_data)
{
  SheafQueueWorker *self = user_data;

  self->n_done++;
  g_hash_table_remove (self->tasks, sheaf_queue_task_get_entry (task));
  quit_if_over (self);
  if (self->draining && g_hash_table_size (self->tasks) == 0)
    claim (self);
  fetch (self);
}

static void
add_task (SheafQueueWorker *self,
          const char *entry,
          const char *batch,
          const char *id,
          const char *try,
          const char *payload)
{
  SheafQueueTask *task;

  if (self->stopping || entry == NULL || batch == NULL || id == NULL || payload == NULL
      || g_hash_table_contains (self->tasks, entry))
    return;
  task = sheaf_queue_task_new (&self->host, entry, batch, id,
                               try != NULL ? g_ascii_strtoull (try, NULL, 10) : 0, payload);
  g_hash_table_insert (self->tasks, (gpointer) sheaf_queue_task_get_entry (task), task);
  sheaf_queue_task_tell (task);
}

/* Entries as the scripts reply them: { entry, batch, id, try, payload }. */
static guint
add_tasks (SheafQueueWorker *self, redisReply *list)
{
  guint n = 0;

  for (gsize i = 0; list->type == REDIS_REPLY_ARRAY && i < list->elements; i++)
    {
      redisReply *e = list->element[i];

      if (e->type != REDIS_REPLY_ARRAY || e->elements != 5)
        continue;
      add_task (self, e->element[0]->str, e->element[1]->str, e->element[2]->str,
                e->element[3]->str, e->element[4]->str);
      n++;
    }
  return n;
}

static void
fail_for_good (SheafQueueWorker *self, const GError *error)
{
  if (self->error == NULL)
    self->error = g_error_copy (error);
  g_main_loop_quit (self->loop);
}

static void
on_group (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (SheafQueueWorker) self = user_data;

  if (error == NULL || g_str_has_prefix (error->message, "BUSYGROUP"))
    {
      self->group_ready = TRUE;
      fetch (self);
    }
  else if (sheaf_redis_get_connected (self->commands))
    fail_for_good (self, error);
}

static void
make_group (SheafQueueWorker *self)
{
  self->group_ready = FALSE;
  sheaf_redis_command (self->commands, on_group, g_object_ref (self), "XGROUP", "CREATE", QUEUE,
                       GROUP, "0", "MKSTREAM", NULL);
}

static void
add_fetched (SheafQueueWorker *self, redisReply *entries)
{
  for (gsize i = 0; i < entries->elements; i++)
    {
      redisReply *e = entries->element[i], *fields;
      const char *found[4] = { NULL, NULL, NULL, NULL };

      if (e->type != REDIS_REPLY_ARRAY || e->elements != 2
          || e->element[1]->type != REDIS_REPLY_ARRAY)
        continue;
      fields = e->element[1];
      for (gsize j = 0; j + 1 < fields->elements; j += 2)
        {
          const char *at = strchr ("bitp", fields->element[j]->str[0]);

          if (at != NULL && *at != '\0')
            found[at - "bitp"] = fields->element[j + 1]->str;
        }
      add_task (self, e->element[0]->str, found[0], found[1], found[2], found[3]);
    }
}

static void
on_fetched (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (SheafQueueWorker) self = user_data;

  self->fetching = FALSE;
  if (reply != NULL && reply->type == REDIS_REPLY_ARRAY && reply->elements == 1
      && reply->element[0]->elements == 2)
    add_fetched (self, reply->element[0]->element[1]);
  else if (error != NULL && g_str_has_prefix (error->message, "NOGROUP"))
    make_group (self); /* the broker has lost its memory */
  else if (error != NULL && sheaf_redis_get_connected (self->reads))
    fail_for_good (self, error);
  if (self->draining && g_hash_table_size (self->tasks) == 0)
    claim (self);
  fetch (self);
}

static void
fetch (SheafQueueWorker *self)
{
  guint n = count_free (self);
  g_autofree char *count = g_strdup_printf ("%u", n);
  g_autofree char *block = g_strdup_printf ("%u", self->host.options.block_ms);
  const char *words[]
      = { "XREADGROUP", "GROUP", GROUP, NULL, "COUNT", NULL, "BLOCK", NULL, "STREAMS", QUEUE, ">" };

  if (n == 0 || self->fetching || self->stopping || self->draining || !self->group_ready
      || !sheaf_redis_get_connected (self->reads) || !sheaf_redis_get_connected (self->commands))
    return;
  self->fetching = TRUE;
  words[3] = self->id;
  words[5] = count;
  words[7] = block;
  sheaf_redis_send (self->reads, G_N_ELEMENTS (words), words, NULL, self->host.options.block_ms,
                    on_fetched, g_object_ref (self));
}

static void
on_claimed (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (SheafQueueWorker) self = user_data;
  guint n = 0;

  self->claiming = FALSE;
  if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
    return;
  n = add_tasks (self, reply->element[1]);
  if (reply->element[0]->integer > 0)
    self->draining = TRUE;
  else if (n == 0)
    self->draining = FALSE;
  if (self->draining && n == 0 && !self->fetching && g_hash_table_size (self->tasks) == 0)
    claim (self);
  fetch (self);
}

/* Takes over what other workers let go of.  A suspect (claim.lua) is waited for with empty hands.
 */
static void
claim (SheafQueueWorker *self)
{
  g_autoptr (GPtrArray) args = NULL;
  gboolean alone = self->draining && !self->fetching && g_hash_table_size (self->tasks) == 0;

  if (self->claiming || self->stopping || !self->group_ready || count_free (self) == 0
      || (self->draining && !alone) || !sheaf_redis_get_connected (self->commands))
    return;
  self->claiming = TRUE;
  args = sheaf_queue_args_new ();
  sheaf_queue_args_add (args, self->id);
  sheaf_queue_args_add_int (args, self->host.options.lease_ms);
  sheaf_queue_args_add_int (args, alone ? 1 : count_free (self));
  sheaf_queue_args_add_int (args, self->host.options.starts);
  sheaf_queue_args_add (args, g_get_monotonic_time () < self->hold_until ? "1" : "0");
  sheaf_queue_args_add (args, alone ? "1" : "0");
  sheaf_queue_script (self->commands, "claim", args, on_claimed, g_object_ref (self));
}

/* The tasks that a renewal was asked for, in order. */
typedef struct
{
  SheafQueueWorker *self;
  GPtrArray *tasks;
} Renewal;

static void
on_renewed (redisReply *reply, const GError *error, gpointer user_data)
{
  Renewal *renewal = user_data;

  for (gsize i = 0; reply != NULL && reply->type == REDIS_REPLY_ARRAY
                    && i < MIN (reply->elements, renewal->tasks->len);
       i++)
    {
      SheafQueueTask *task = g_ptr_array_index (renewal->tasks, i);

      if (g_strcmp0 (reply->element[i]->str, "lost") == 0)
        sheaf_queue_task_stop (task, SHEAF_QUEUE_LOST);
      else if (g_strcmp0 (reply->element[i]->str, "cancel") == 0)
        sheaf_queue_task_stop (task, SHEAF_QUEUE_CANCELLED);
    }
  g_ptr_array_unref (renewal->tasks);
  g_object_unref (renewal->self);
  g_free (renewal);
}

static GPtrArray *
dup_tasks (SheafQueueWorker *self)
{
  GPtrArray *tasks = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_queue_task_unref);
  GHashTableIter iter;
  gpointer task;

  g_hash_table_iter_init (&iter, self->tasks);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    g_ptr_array_add (tasks, sheaf_queue_task_ref (task));
  return tasks;
}

static void
renew (SheafQueueWorker *self)
{
  g_autoptr (GPtrArray) args = NULL;
  Renewal *renewal;

  if (g_hash_table_size (self->tasks) == 0 || !sheaf_redis_get_connected (self->commands))
    return;
  args = sheaf_queue_args_new ();
  renewal = g_new (Renewal, 1);
  renewal->self = g_object_ref (self);
  renewal->tasks = dup_tasks (self);
  sheaf_queue_args_add (args, self->id);
  for (guint i = 0; i < renewal->tasks->len; i++)
    {
      SheafQueueTask *task = g_ptr_array_index (renewal->tasks, i);

      sheaf_queue_args_add (args, sheaf_queue_task_get_entry (task));
      sheaf_queue_args_add (args, sheaf_queue_task_get_batch (task));
      sheaf_queue_args_add (args, sheaf_queue_task_get_id (task));
    }
  sheaf_queue_script (self->commands, "renew", args, on_renewed, renewal);
}

static void
heartbeat (SheafQueueWorker *self)
{
  g_autofree char *pid = g_strdup_printf ("%d", (int) getpid ());
  g_autofree char *slots = g_strdup_printf ("%u", self->host.options.slots);
  g_autofree char *running = g_strdup_printf ("%u", g_hash_table_size (self->tasks));
  g_autofree char *done = g_strdup_printf ("%" G_GUINT64_FORMAT, self->n_done);
  g_autofree char *seconds
      = g_strdup_printf ("%u", MAX (3 * self->host.options.heartbeat_ms / 1000, 1));

  if (sheaf_redis_get_connected (self->commands) && !self->stopping)
    sheaf_queue_script_strings (self->commands, "heartbeat", NULL, NULL, self->id, seconds, "host",
                                g_get_host_name (), "pid", pid, "version", PACKAGE_VERSION, "slots",
                                slots, "running", running, "done", done, NULL);
}

static void
on_own (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (SheafQueueWorker) self = user_data;

  if (reply != NULL)
    add_tasks (self, reply);
}

/* Finds what was handed to this worker in an answer that never arrived. */
static void
find_own (SheafQueueWorker *self)
{
  if (sheaf_redis_get_connected (self->commands))
    sheaf_queue_script_strings (self->commands, "own", on_own, g_object_ref (self), self->id, NULL);
}

static void
on_info (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (SheafQueueWorker) self = user_data;
  const char *uptime
      = reply != NULL && reply->str != NULL ? strstr (reply->str, "uptime_in_seconds:") : NULL;
  gint64 lease = (gint64) self->host.options.lease_ms * G_TIME_SPAN_MILLISECOND;

  if (uptime == NULL
      || g_ascii_strtoll (strchr (uptime, ':') + 1, NULL, 10) * G_USEC_PER_SEC < lease)
    self->hold_until = g_get_monotonic_time () + lease;
}

static void
on_commands_state (
    SheafRedis *redis, gboolean connected, const GError *error, gboolean fatal, gpointer user_data)
{
  SheafQueueWorker *self = user_data;
  g_autoptr (GPtrArray) tasks = NULL;

  if (!connected)
    {
      if (fatal || !self->was_connected)
        fail_for_good (self, error);
      else
        g_message ("%s", error->message);
      if (self->stopping)
        {
          self->released = TRUE;
          quit_if_over (self);
        }
      return;
    }

  /* While the broker was away nobody could renew: until everybody has had the time to, no lease
   * means anything.  The same holds for a worker that comes new to a broker that just came back. */
  if (self->was_connected)
    self->hold_until
        = g_get_monotonic_time () + (gint64) self->host.options.lease_ms * G_TIME_SPAN_MILLISECOND;
  else
    sheaf_redis_command (redis, on_info, g_object_ref (self), "INFO", "server", NULL);
  self->was_connected = TRUE;
  make_group (self);
  renew (self);
  tasks = dup_tasks (self);
  for (guint i = 0; i < tasks->len; i++)
    sheaf_queue_task_tell (g_ptr_array_index (tasks, i));
  find_own (self);
  heartbeat (self);
}

static void
on_reads_state (
    SheafRedis *redis, gboolean connected, const GError *error, gboolean fatal, gpointer user_data)
{
  SheafQueueWorker *self = user_data;

  if (connected)
    {
      find_own (self);
      fetch (self);
    }
  else if (fatal)
    fail_for_good (self, error);
}

static void
on_control_state (
    SheafRedis *redis, gboolean connected, const GError *error, gboolean fatal, gpointer user_data)
{
  /* Without it the worker is only slower to hear of things. */
}

static void
on_control (const char *message, gpointer user_data)
{
  SheafQueueWorker *self = user_data;
  g_autoptr (GPtrArray) tasks = NULL;
  g_auto (GStrv) words = g_strsplit (message, " ", 2);

  if (g_str_equal (words[0], "claim"))
    {
      claim (self);
      return;
    }
  tasks = dup_tasks (self);
  for (guint i = 0; words[1] != NULL && i < tasks->len; i++)
    {
      SheafQueueTask *task = g_ptr_array_index (tasks, i);

      if ((g_str_equal (words[0], "cancel")
           && g_str_equal (words[1], sheaf_queue_task_get_batch (task)))
          || (g_str_equal (words[0], "drop")
              && g_str_equal (words[1], sheaf_queue_task_get_id (task))))
        sheaf_queue_task_stop (task, SHEAF_QUEUE_CANCELLED);
    }
}

static gboolean
on_renew (gpointer user_data)
{
  renew (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_heartbeat (gpointer user_data)
{
  heartbeat (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_promote (gpointer user_data)
{
  SheafQueueWorker *self = user_data;

  if (sheaf_redis_get_connected (self->commands) && !self->stopping)
    sheaf_queue_script_strings (self->commands, "promote", NULL, NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static void add_timer (SheafQueueWorker *self, guint interval_ms, GSourceFunc function);

static gboolean
on_claim (gpointer user_data)
{
  SheafQueueWorker *self = user_data;

  claim (self);
  /* Not all workers at once. */
  g_ptr_array_remove (self->timers, g_main_current_source ());
  add_timer (self, self->host.options.claim_ms * g_random_double_range (0.8, 1.2), on_claim);
  return G_SOURCE_REMOVE;
}

static void
timer_free (gpointer data)
{
  g_source_destroy (data);
  g_source_unref (data);
}

static void
add_timer (SheafQueueWorker *self, guint interval_ms, GSourceFunc function)
{
  GSource *source = g_timeout_source_new (interval_ms);

  g_source_set_callback (source, function, self, NULL);
  g_source_attach (source, self->context);
  g_ptr_array_add (self->timers, source);
}

static void
sheaf_queue_worker_finalize (GObject *object)
{
  SheafQueueWorker *self = SHEAF_QUEUE_WORKER (object);

  g_clear_pointer (&self->address, sheaf_broker_address_unref);
  g_clear_pointer (&self->root, sheaf_queue_root_free);
  g_clear_pointer (&self->tasks, g_hash_table_unref);
  g_clear_pointer (&self->timers, g_ptr_array_unref);
  g_clear_pointer (&self->id, g_free);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (sheaf_queue_worker_parent_class)->finalize (object);
}

static void
sheaf_queue_worker_class_init (SheafQueueWorkerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_queue_worker_finalize;
}

static void
sheaf_queue_worker_init (SheafQueueWorker *self)
{
  g_autofree char *host
      = g_strcanon (g_strdup (g_get_host_name ()), G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS, '-');

  /* In keys and file names; never used twice. */
  self->id = g_strdup_printf ("%s-%d-%08x", host, (int) getpid (), g_random_int ());
  self->tasks = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                       (GDestroyNotify) sheaf_queue_task_unref);
  self->timers = g_ptr_array_new_with_free_func (timer_free);
}

SheafQueueWorker *
sheaf_queue_worker_new (SheafBrokerAddress *address,
                        const SheafQueueWorkerOptions *options,
                        SheafQueuePickFunc pick,
                        gpointer user_data,
                        GError **error)
{
  g_autoptr (SheafQueueWorker) self = g_object_new (SHEAF_TYPE_QUEUE_WORKER, NULL);

  self->root = sheaf_queue_root_open (options->root, error);
  if (self->root == NULL)
    return NULL;
  self->address = sheaf_broker_address_ref (address);
  self->host.root = self->root;
  self->host.worker = self->id;
  self->host.options = *options;
  self->host.pick = pick;
  self->host.pick_data = user_data;
  self->host.ended = on_task_ended;
  self->host.user_data = self;
  return g_steal_pointer (&self);
}

gboolean
sheaf_queue_worker_run (SheafQueueWorker *self, GError **error)
{
  const SheafQueueWorkerOptions *options = &self->host.options;
  g_autoptr (GPtrArray) tasks = NULL;

  g_return_val_if_fail (SHEAF_IS_QUEUE_WORKER (self), FALSE);
  g_return_val_if_fail (self->loop == NULL, FALSE);

  self->context = g_main_context_ref_thread_default ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->commands = sheaf_redis_new (self->address, on_commands_state, self);
  self->reads = sheaf_redis_new (self->address, on_reads_state, self);
  self->control = sheaf_redis_new (self->address, on_control_state, self);
  self->host.commands = self->commands;
  sheaf_redis_set_patience (self->commands, options->patience_ms);
  sheaf_redis_set_patience (self->reads, options->patience_ms);
  sheaf_redis_set_patience (self->control, options->patience_ms);
  sheaf_redis_subscribe (self->control, CONTROL, on_control, self);
  add_timer (self, options->renew_ms, on_renew);
  add_timer (self, options->claim_ms, on_claim);
  add_timer (self, options->promote_ms, on_promote);
  add_timer (self, options->heartbeat_ms, on_heartbeat);

  g_main_loop_run (self->loop);

  self->stopping = TRUE;
  g_ptr_array_set_size (self->timers, 0);
  sheaf_redis_close (self->commands);
  sheaf_redis_close (self->reads);
  sheaf_redis_close (self->control);
  tasks = dup_tasks (self);
  for (guint i = 0; i < tasks->len; i++)
    {
      SheafQueueTask *task = g_ptr_array_index (tasks, i);

      sheaf_queue_task_stop (task, SHEAF_QUEUE_LOST);
      while (sheaf_queue_task_get_running (task))
        g_main_context_iteration (self->context, TRUE);
    }
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_hash_table_remove_all (self->tasks);
  g_clear_object (&self->commands);
  g_clear_object (&self->reads);
  g_clear_object (&self->control);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));
  else
    return TRUE;
  return FALSE;
}

static void
on_released (redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr (SheafQueueWorker) self = user_data;

  self->released = TRUE;
  quit_if_over (self);
}

static gboolean
on_late (gpointer user_data)
{
  SheafQueueWorker *self = user_data;

  sheaf_queue_script_strings (self->commands, "release", on_released, g_object_ref (self), self->id,
                              NULL);
  return G_SOURCE_CONTINUE;
}

void
sheaf_queue_worker_stop (SheafQueueWorker *self)
{
  g_autoptr (GPtrArray) tasks = NULL;

  g_return_if_fail (SHEAF_IS_QUEUE_WORKER (self));

  if (self->stopping || self->loop == NULL)
    return;
  self->stopping = TRUE;
  tasks = dup_tasks (self);
  for (guint i = 0; i < tasks->len; i++)
    sheaf_queue_task_stop (g_ptr_array_index (tasks, i), SHEAF_QUEUE_RELEASED);
  sheaf_redis_close (self->reads);
  g_ptr_array_set_size (self->timers, 0);
  if (sheaf_redis_get_connected (self->commands))
    {
      sheaf_queue_script_strings (self->commands, "release", NULL, NULL, self->id, NULL);
      add_timer (self, LATE_MS, on_late);
    }
  else
    {
      self->released = TRUE;
      quit_if_over (self);
    }
}

const char *
sheaf_queue_worker_get_id (SheafQueueWorker *self)
{
  return self->id;
}

guint64
sheaf_queue_worker_get_n_done (SheafQueueWorker *self)
{
  return self->n_done;
}
