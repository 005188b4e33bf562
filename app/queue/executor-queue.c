/* executor-queue.c: jobs done by workers, here or on other machines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A flight is a job between request and answer.  It is answered in the client's thread, or in a
 * thread of the pool where it is done here. */
#include "config.h"

#include "app/queue/executor-queue.h"

#include "app/exec/request.h"
#include "app/queue/queue-client.h"
#include "app/queue/queue-files.h"
#include "app/queue/queue-machine.h"
#include "app/work/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEFAULT_JOBS  32 /* workers come and go: what a few of them do at once */
#define LOCAL_THREADS 16 /* they only wait for executors, which have limits of their own */

struct _SheafExecutorQueue
{
  GObject parent_instance;

  /* Owned */
  SheafQueueClient *client;
  GThreadPool *pool; /* (element-type Flight) */
  char *folder;
  char *helper_dir;

  GMutex lock;
  GHashTable *tickets; /* (element-type SheafRequest SheafQueueTicket), under the lock */
  GHashTable *locals;  /* (element-type utf8 SheafExecutor), under the lock */
  guint n_jobs;
  gboolean closed;     /* under the lock: nothing new begins */
  gboolean cancelling; /* under the lock: nor does what waits */
};

static void executor_iface_init (SheafExecutorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SheafExecutorQueue,
                               sheaf_executor_queue,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHEAF_TYPE_EXECUTOR, executor_iface_init))

typedef struct
{
  SheafExecutorQueue *self; /* borrowed: whoever waits for the request holds it */
  SheafRequest *request;
  SheafQueueJob *job;
} Flight;

static void
flight_free (Flight *flight)
{
  sheaf_request_unref (flight->request);
  sheaf_queue_job_free (flight->job);
  g_free (flight);
}

/* The flight has landed.  The last thing that touches the executor: its owner may be waiting for
 * this request only. */
static void
complete (Flight *flight, SheafReply *reply, GError *error)
{
  SheafExecutorQueue *self = flight->self;

  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->tickets, flight->request);
  g_mutex_unlock (&self->lock);
  sheaf_request_complete (flight->request, reply, error);
  flight_free (flight);
}

static int
seal (int fd)
{
  fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  return fd;
}

/* Puts what came back where the job wants it: its own file, or a sealed one in the reply. */
static SheafReply *
make_reply (Flight *flight, const SheafQueueResult *result, GBytes *body, GError **error)
{
  SheafJob *job = sheaf_request_get_job (flight->request);
  gboolean writes = flight->job->writes, ok;
  int target = job->fd;

  if (result->body == SHEAF_QUEUE_BODY_NONE)
    return sheaf_reply_new (result->values, -1);
  if (!writes)
    target = memfd_create ("sheaf-reply", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (target < 0)
    {
      sheaf_fail (error, SHEAF_ERROR_FILE, _ ("No memory for an answer: %s"), g_strerror (errno));
      return NULL;
    }

  if (result->body == SHEAF_QUEUE_BODY_KEY)
    ok = sheaf_queue_write (target, g_bytes_get_data (body, NULL), g_bytes_get_size (body), error);
  else
    ok = sheaf_queue_take_file (flight->job, result, target, error);
  if (!ok && !writes)
    close (target);
  if (!ok)
    return NULL;
  return sheaf_reply_new (result->values, writes ? -1 : seal (target));
}

static void
on_done (const SheafQueueResult *result, GBytes *body, const GError *error, gpointer user_data)
{
  Flight *flight = user_data;
  GError *failure = NULL;
  SheafReply *reply;

  if (error != NULL)
    {
      complete (flight, NULL, g_error_copy (error));
      return;
    }
  if (result->elsewhere)
    {
      g_thread_pool_push (flight->self->pool, flight, NULL);
      return;
    }
  reply = make_reply (flight, result, body, &failure);
  complete (flight, reply, failure);
}

static void
on_progress (guint64 done, guint64 total, gpointer user_data)
{
  Flight *flight = user_data;

  sheaf_request_progress (done, total, flight->request);
}

/* The executor on this machine for what does not leave it. */
static SheafExecutor *
get_local (SheafExecutorQueue *self, const char *verb_name, GError **error)
{
  const SheafVerb *verb = sheaf_verb_lookup (sheaf_verbs, verb_name, error);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  SheafExecutorOptions options = { .helper_dir = self->helper_dir };
  const char *nick;
  SheafExecutor *local;

  if (verb == NULL)
    return NULL;
  if (self->cancelling)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The queue was left"));
      return NULL;
    }
  nick = verb->flags & SHEAF_VERB_NETWORK         ? "async"
         : verb->flags & SHEAF_VERB_HOSTILE_INPUT ? "processes"
                                                  : "threads";
  local = g_hash_table_lookup (self->locals, nick);
  if (local == NULL)
    {
      options.kind = verb->flags;
      local = sheaf_executor_create (nick, &options, error);
      if (local == NULL)
        return NULL;
      g_hash_table_insert (self->locals, g_strdup (nick), local);
    }
  return local;
}

static void
run_local (gpointer data, gpointer user_data)
{
  Flight *flight = data;
  SheafJob *job = sheaf_request_get_job (flight->request);
  GError *error = NULL;
  SheafExecutor *local = get_local (flight->self, job->verb, &error);
  SheafReply *reply = NULL;

  if (local != NULL)
    reply
        = sheaf_executor_run (local, job, sheaf_request_get_cancellable (flight->request), &error);
  complete (flight, reply, error);
}

/* A credential never leaves the machine. */
static gboolean
has_secret (GVariant *params)
{
  static const char *const secrets[] = { "authorization", "cookie", "proxy-authorization", NULL };
  g_autoptr (GVariant) headers
      = g_variant_lookup_value (params, "headers", G_VARIANT_TYPE ("a{ss}"));
  GVariantIter iter;
  const char *name;

  if (headers == NULL)
    return FALSE;
  g_variant_iter_init (&iter, headers);
  while (g_variant_iter_loop (&iter, "{&s&s}", &name, NULL))
    {
      g_autofree char *lower = g_ascii_strdown (name, -1);

      if (g_strv_contains (secrets, lower))
        return TRUE;
    }
  return FALSE;
}

/* Describes the job for other machines; FALSE for one that has to stay. */
static gboolean
describe (Flight *flight)
{
  SheafExecutorQueue *self = flight->self;
  SheafJob *job = sheaf_request_get_job (flight->request);
  gboolean has_path;

  flight->job = sheaf_queue_job_new (job->verb, job->params, job->timeout_ms);
  if (has_secret (job->params))
    return FALSE;
  if (sheaf_queue_machine_is_asked (job->params))
    {
      flight->job->machine = g_strdup (sheaf_queue_machine_get_name ());
      if (flight->job->machine == NULL)
        return FALSE;
    }
  if (job->fd < 0)
    return TRUE;
  flight->job->wants_file = TRUE;
  flight->job->writes = g_str_equal (job->verb, "fetch");
  /* Another worker may have the network that this one has not. */
  if (flight->job->writes)
    flight->job->retries = 1;
  has_path = sheaf_queue_describe_file (flight->job, job->fd, self->folder);
  return has_path || flight->job->writes;
}

static void
on_cancel (SheafRequest *request, gpointer user_data)
{
  SheafExecutorQueue *self = user_data;
  SheafQueueTicket *ticket;

  g_mutex_lock (&self->lock);
  ticket = g_hash_table_lookup (self->tickets, request);
  if (ticket != NULL && *ticket != 0)
    sheaf_queue_client_drop (self->client, *ticket);
  g_mutex_unlock (&self->lock);
}

static void
start (SheafExecutorQueue *self, SheafRequest *request)
{
  Flight *flight = g_new0 (Flight, 1);
  SheafQueueTicket *slot = g_new0 (SheafQueueTicket, 1), ticket = 0;
  gboolean closed, remote;

  flight->self = self;
  flight->request = sheaf_request_ref (request);
  remote = describe (flight);

  g_mutex_lock (&self->lock);
  closed = self->closed;
  if (!closed)
    g_hash_table_insert (self->tickets, sheaf_request_ref (request), slot);
  if (!closed && !remote)
    g_thread_pool_push (self->pool, flight, NULL);
  g_mutex_unlock (&self->lock);
  if (closed)
    {
      g_free (slot);
      sheaf_request_complete_cancelled (request);
      flight_free (flight);
      return;
    }
  if (!remote)
    return;

  ticket = sheaf_queue_client_submit (self->client, flight->job, on_progress, on_done, flight);

  /* It may have been cancelled, or answered, meanwhile. */
  g_mutex_lock (&self->lock);
  slot = g_hash_table_lookup (self->tickets, request);
  if (slot != NULL)
    *slot = ticket;
  g_mutex_unlock (&self->lock);
  if (ticket != 0 && g_cancellable_is_cancelled (sheaf_request_get_cancellable (request)))
    sheaf_queue_client_drop (self->client, ticket);
}

static void
executor_queue_run_async (SheafExecutor *executor,
                          SheafJob *job,
                          SheafProgressFunc progress,
                          gpointer progress_data,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  SheafExecutorQueue *self = SHEAF_EXECUTOR_QUEUE (executor);
  g_autoptr (SheafExecutorQueue) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (SheafRequest) request = sheaf_request_new (
      self, job, progress, progress_data, cancellable, on_cancel, self, callback, user_data);

  start (self, request);
}

static SheafReply *
executor_queue_run (SheafExecutor *executor,
                    SheafJob *job,
                    GCancellable *cancellable,
                    GError **error)
{
  SheafExecutorQueue *self = SHEAF_EXECUTOR_QUEUE (executor);
  g_autoptr (SheafRequest) request = sheaf_request_new_blocking (job, cancellable, on_cancel, self);

  start (self, request);
  return sheaf_request_wait (request, error);
}

static guint
executor_queue_get_n_jobs (SheafExecutor *executor)
{
  return SHEAF_EXECUTOR_QUEUE (executor)->n_jobs;
}

static char *
executor_queue_dup_trouble (SheafExecutor *executor)
{
  return sheaf_queue_client_dup_trouble (SHEAF_EXECUTOR_QUEUE (executor)->client);
}

static void
executor_queue_shutdown (SheafExecutor *executor, gboolean cancel)
{
  SheafExecutorQueue *self = SHEAF_EXECUTOR_QUEUE (executor);
  GHashTableIter iter;
  gpointer item;
  gboolean closed;

  g_mutex_lock (&self->lock);
  closed = self->closed;
  self->closed = TRUE;
  self->cancelling = cancel;
  g_hash_table_iter_init (&iter, self->tickets);
  while (cancel && g_hash_table_iter_next (&iter, &item, NULL))
    sheaf_request_cancel (item);
  g_mutex_unlock (&self->lock);
  if (closed)
    return;

  sheaf_queue_client_shutdown (self->client, cancel);
  g_thread_pool_free (g_steal_pointer (&self->pool), FALSE, TRUE);
  g_hash_table_iter_init (&iter, self->locals);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    sheaf_executor_shutdown (item, cancel);
}

static void
executor_iface_init (SheafExecutorInterface *iface)
{
  iface->run_async = executor_queue_run_async;
  iface->run = executor_queue_run;
  iface->get_n_jobs = executor_queue_get_n_jobs;
  iface->dup_trouble = executor_queue_dup_trouble;
  iface->shutdown = executor_queue_shutdown;
}

static void
sheaf_executor_queue_finalize (GObject *object)
{
  SheafExecutorQueue *self = SHEAF_EXECUTOR_QUEUE (object);

  if (self->client != NULL)
    executor_queue_shutdown (SHEAF_EXECUTOR (self), TRUE);
  g_clear_object (&self->client);
  g_clear_pointer (&self->tickets, g_hash_table_unref);
  g_clear_pointer (&self->locals, g_hash_table_unref);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->helper_dir, g_free);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (sheaf_executor_queue_parent_class)->finalize (object);
}

static void
sheaf_executor_queue_class_init (SheafExecutorQueueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_executor_queue_finalize;
}

static void
sheaf_executor_queue_init (SheafExecutorQueue *self)
{
  g_mutex_init (&self->lock);
  self->tickets = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) sheaf_request_unref, g_free);
  self->locals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

SheafExecutor *
sheaf_executor_queue_new (const SheafExecutorOptions *options, GError **error)
{
  g_autoptr (SheafBrokerAddress) address = sheaf_broker_address_new (options->broker, error);
  SheafExecutorQueue *self;

  if (address == NULL)
    return NULL;
  self = g_object_new (SHEAF_TYPE_EXECUTOR_QUEUE, NULL);
  self->client = sheaf_queue_client_new (address);
  self->pool = g_thread_pool_new (run_local, self, LOCAL_THREADS, FALSE, NULL);
  self->folder = g_get_current_dir ();
  self->helper_dir = g_strdup (options->helper_dir);
  self->n_jobs = options->n_jobs > 0 ? options->n_jobs : DEFAULT_JOBS;
  return SHEAF_EXECUTOR (self);
}

const char *
sheaf_executor_queue_get_batch (SheafExecutorQueue *self)
{
  g_return_val_if_fail (SHEAF_IS_EXECUTOR_QUEUE (self), NULL);

  return sheaf_queue_client_get_batch (self->client);
}
