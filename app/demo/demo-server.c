/* demo-server.c: a gallery of our own that speaks Imgur's API
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A request waits out its latency, is answered by the service its path belongs to, and goes through
 * whatever fault was drawn for it.  All of that happens in one context; only painting has threads
 * of its own (store.h). */
#include "config.h"

#include "app/demo/demo-server.h"

#include "app/demo/catalogue.h"
#include "app/demo/deliver.h"
#include "app/demo/faults.h"
#include "app/demo/service.h"
#include "app/demo/sockets.h"
#include "app/demo/store.h"

#include <string.h>

#include <libsoup/soup.h>

#define USUAL_COUNT 400

struct _SheafDemoServer
{
  GObject parent_instance;

  /* What it was made with */
  guint port;
  char *folder;
  guint count;
  guint latency_ms;
  char **fault_specs;
  guint32 seed;
  char *log_path;

  /* Owned */
  SheafDemoCatalogue *catalogue;
  SheafDemoStore *store;
  SheafFaults *faults;
  GOutputStream *log; /* (nullable) */
  SoupServer *soup;
  SheafSockets *sockets;
  SheafDemoHost host;
  GHashTable *pending; /* (element-type Pending): requests not answered yet */
  GPtrArray *held;     /* (element-type GIOStream): connections left without a word */
  GCancellable *ending;
  char *base_url;
  char *api_url;
  guint64 n_requests; /* guarded by lock */
  GMutex lock;

  GMainContext *context;

  /* Only with a thread of its own */
  GThread *thread;
  GMainLoop *loop;
  GError *start_error;
  gboolean started; /* guarded by lock, said by cond */
  GCond cond;
};

G_DEFINE_FINAL_TYPE (SheafDemoServer, sheaf_demo_server, G_TYPE_OBJECT)

/* One request on its way through latency, service, painting and faults. */
typedef struct
{
  SheafDemoServer *self; /* borrowed: the server forgets its requests before it ends */
  SoupServerMessage *message;
  char *path;
  GHashTable *query;
  SheafFault fault;
  SheafDemoAnswer answer;
  GSource *latency;
} Pending;

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  if (pending->latency != NULL)
    g_source_destroy (pending->latency);
  g_clear_pointer (&pending->latency, g_source_unref);
  g_clear_object (&pending->message);
  g_clear_pointer (&pending->path, g_free);
  g_clear_pointer (&pending->query, g_hash_table_unref);
  g_clear_pointer (&pending->answer.body, g_bytes_unref);
  g_clear_pointer (&pending->answer.headers, soup_message_headers_unref);
  g_free (pending);
}

static const SheafDemoService *
service_for (const char *path)
{
  for (const SheafDemoService *service = sheaf_demo_services;; service++)
    if (g_str_has_prefix (path, service->prefix))
      return service;
}

static gboolean
is_api (const char *path)
{
  return service_for (path)->fail != NULL;
}

static void
set_validators (Pending *pending)
{
  SheafDemoAnswer *answer = &pending->answer;
  SoupMessageHeaders *asked = soup_server_message_get_request_headers (pending->message);
  const char *if_range = soup_message_headers_get_one (asked, "If-Range");
  const char *if_none_match = soup_message_headers_get_one (asked, "If-None-Match");
  g_autofree char *etag = g_strdup_printf ("\"%s-%u-%" G_GSIZE_FORMAT "\"", answer->picture->id,
                                           answer->rendition.box, g_bytes_get_size (answer->body));

  soup_message_headers_replace (answer->headers, "ETag", etag);
  soup_message_headers_replace (answer->headers, "Accept-Ranges", "bytes");
  soup_message_headers_replace (answer->headers, "Cache-Control", "public, max-age=31536000");
  /* libsoup cuts ranges out by itself, but does not look at If-Range. */
  if (if_range != NULL && !g_str_equal (if_range, etag))
    soup_message_headers_remove (asked, "Range");
  if (if_none_match != NULL && g_str_equal (if_none_match, etag))
    {
      answer->status = SOUP_STATUS_NOT_MODIFIED;
      g_clear_pointer (&answer->body, g_bytes_unref);
    }
}

static void
deliver (Pending *pending)
{
  sheaf_demo_deliver (pending->message, &pending->answer, pending->fault, pending->self->held,
                      pending->self->ending);
  g_hash_table_remove (pending->self->pending, pending);
}

static void
fail (Pending *pending)
{
  const SheafDemoService *service = service_for (pending->path);
  SheafDemoRequest request = { pending->path, pending->query,
                               soup_server_message_get_request_headers (pending->message) };
  guint status = sheaf_demo_fault_status (pending->fault);

  if (service->fail != NULL)
    service->fail (&request, pending->fault, &pending->answer);
  else
    {
      gboolean capacity
          = pending->fault == SHEAF_FAULT_503 || pending->fault == SHEAF_FAULT_CAPACITY;
      g_autofree char *html = g_strdup_printf (
          "<!DOCTYPE html><html><head><title>%s</title></head><body>%s</body></html>",
          capacity ? "Over capacity!" : soup_status_get_phrase (status),
          pending->fault == SHEAF_FAULT_REGION ? "Content not available in your region" : "");

      sheaf_demo_answer_text (&pending->answer, status, "text/html", html);
    }
  if (pending->fault == SHEAF_FAULT_429)
    soup_message_headers_replace (pending->answer.headers, "Retry-After", "1");
  if (pending->fault == SHEAF_FAULT_429_DATE)
    {
      g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
      g_autoptr (GDateTime) later = g_date_time_add_seconds (now, 2);
      g_autofree char *date = soup_date_time_to_string (later, SOUP_DATE_HTTP);

      soup_message_headers_replace (pending->answer.headers, "Retry-After", date);
    }
  deliver (pending);
}

static GBytes *
huge_json (void)
{
  const gsize length = 100u << 20;
  char *text = g_malloc (length);

  memset (text, ' ', length);
  memcpy (text, "{\"data\":[],\"success\":true,\"status\":200", 38);
  text[length - 1] = '}';
  return g_bytes_new_take (text, length);
}

static GBytes *
nested_json (void)
{
  const gsize depth = 200000;
  char *text = g_malloc (8 + 2 * depth + 1);

  memcpy (text, "{\"data\":", 8);
  memset (text + 8, '[', depth);
  memset (text + 8 + depth, ']', depth);
  text[8 + 2 * depth] = '}';
  return g_bytes_new_take (text, 8 + 2 * depth + 1);
}

static void
redirect (Pending *pending, const char *to)
{
  soup_message_headers_replace (pending->answer.headers, "Location", to);
  sheaf_demo_answer_text (&pending->answer, SOUP_STATUS_FOUND, "text/html", "");
  pending->answer.picture = NULL;
}

/* Faults that put something else in place of a sound answer. */
static void
replace (Pending *pending)
{
  SheafDemoAnswer *answer = &pending->answer;

  switch ((int) pending->fault)
    {
    case SHEAF_FAULT_REMOVED:
      redirect (pending, "/removed.png");
      break;
    case SHEAF_FAULT_REDIRECT_LOOP:
      redirect (pending, pending->path);
      break;
    case SHEAF_FAULT_REDIRECT_AWAY:
      redirect (pending, "http://10.255.255.1/secret.jpg");
      break;
    case SHEAF_FAULT_HTML:
      answer->picture = NULL;
      sheaf_demo_answer_text (answer, SOUP_STATUS_OK, "text/html",
                              "<!DOCTYPE html><title>Imgur</title><p>The magic of the Internet");
      break;
    case SHEAF_FAULT_WRONG_TYPE:
      answer->picture = NULL;
      sheaf_demo_answer_text (
          answer, SOUP_STATUS_OK, "image/svg+xml",
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>");
      break;
    case SHEAF_FAULT_BAD_JSON:
      {
        g_autoptr (GBytes) whole = g_steal_pointer (&answer->body);

        answer->body = g_bytes_new_from_bytes (whole, 0, g_bytes_get_size (whole) / 2);
      }
      break;
    case SHEAF_FAULT_NESTED_JSON:
      g_bytes_unref (answer->body);
      answer->body = nested_json ();
      break;
    case SHEAF_FAULT_HUGE_JSON:
      g_bytes_unref (answer->body);
      answer->body = huge_json ();
      break;
    default:
      break;
    }
}

static void
on_picture (GBytes *bytes, gpointer user_data)
{
  Pending *pending = user_data;

  if (bytes == NULL)
    sheaf_demo_answer_text (&pending->answer, SOUP_STATUS_NOT_FOUND, "text/html", "gone");
  else
    {
      pending->answer.body = g_bytes_ref (bytes);
      set_validators (pending);
    }
  deliver (pending);
}

static void
answer (Pending *pending)
{
  SheafDemoServer *self = pending->self;
  SheafDemoRequest request = { pending->path, pending->query,
                               soup_server_message_get_request_headers (pending->message) };

  if (pending->fault == SHEAF_FAULT_REGION && !is_api (pending->path))
    {
      sheaf_demo_answer_region_sign (&pending->answer);
      deliver (pending);
      return;
    }
  if (pending->fault >= SHEAF_FAULT_401 && pending->fault <= SHEAF_FAULT_REGION)
    {
      fail (pending);
      return;
    }
  if (!service_for (pending->path)->answer (&self->host, &request, &pending->answer))
    sheaf_demo_answer_text (&pending->answer, SOUP_STATUS_NOT_FOUND, "text/html",
                            "<!DOCTYPE html><title>404</title><p>Not found");
  replace (pending);
  if (pending->answer.picture != NULL)
    sheaf_demo_store_get (self->store, pending->answer.picture, pending->answer.rendition,
                          on_picture, pending);
  else
    deliver (pending);
}

static gboolean
on_latency (gpointer user_data)
{
  Pending *pending = user_data;

  g_clear_pointer (&pending->latency, g_source_unref);
  answer (pending);
  return G_SOURCE_REMOVE;
}

static void
log_request (Pending *pending)
{
  const char *range = soup_message_headers_get_one (
      soup_server_message_get_request_headers (pending->message), "Range");
  guint64 first = 0;

  if (range != NULL && g_str_has_prefix (range, "bytes="))
    first = g_ascii_strtoull (range + strlen ("bytes="), NULL, 10);
  g_output_stream_printf (pending->self->log, NULL, NULL, NULL,
                          "%.3f %s %" G_GUINT64_FORMAT " %s\n",
                          (double) g_get_real_time () / G_USEC_PER_SEC,
                          sheaf_fault_get_name (pending->fault), first, pending->path);
}

static void
on_request (SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  SheafDemoServer *self = user_data;
  const char *method = soup_server_message_get_method (message);
  Pending *pending;

  g_mutex_lock (&self->lock);
  self->n_requests++;
  g_mutex_unlock (&self->lock);

  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD)
    {
      soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
      return;
    }
  sheaf_sockets_watch (self->sockets, soup_server_message_get_socket (message));
  pending = g_new0 (Pending, 1);
  pending->self = self;
  pending->message = g_object_ref (message);
  pending->path = g_strdup (path);
  pending->query = query != NULL ? g_hash_table_ref (query) : NULL;
  pending->answer.headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  pending->fault = sheaf_faults_draw (self->faults, path, is_api (path));
  g_hash_table_add (self->pending, pending);
  if (self->log != NULL)
    log_request (pending);
  soup_server_message_pause (message);
  if (self->latency_ms == 0)
    {
      answer (pending);
      return;
    }
  pending->latency = g_timeout_source_new (self->latency_ms);
  g_source_set_callback (pending->latency, on_latency, pending, NULL);
  g_source_attach (pending->latency, self->context);
}

/* A socket on the loopback interface, and nowhere else. */
static GSocket *
listen_on (guint port, GError **error)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL || !g_socket_bind (socket, address, TRUE, error))
    return NULL;
  g_socket_set_listen_backlog (socket, 256);
  return g_socket_listen (socket, error) ? g_steal_pointer (&socket) : NULL;
}

static gboolean
open_log (SheafDemoServer *self, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->log_path);
  GFileOutputStream *log = g_file_append_to (file, G_FILE_CREATE_NONE, NULL, error);

  self->log = log != NULL ? G_OUTPUT_STREAM (log) : NULL;
  return log != NULL;
}

/* In the context the server answers on. */
static gboolean
start (SheafDemoServer *self, GError **error)
{
  g_autoptr (GSocket) listener = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  self->faults = sheaf_faults_new ((const char *const *) self->fault_specs, self->seed, error);
  if (self->faults == NULL)
    return FALSE;
  if (self->log_path != NULL && !open_log (self, error))
    return FALSE;
  self->catalogue = sheaf_demo_catalogue_new (self->folder, self->count, self->seed, error);
  if (self->catalogue == NULL)
    return FALSE;
  self->store = sheaf_demo_store_new (self->catalogue);
  self->soup = soup_server_new ("server-header", "sheaf-demo", NULL);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  listener = listen_on (self->port, error);
  if (listener == NULL || !soup_server_listen_socket (self->soup, listener, 0, error))
    return FALSE;
  address = g_socket_get_local_address (listener, error);
  if (address == NULL)
    return FALSE;
  self->sockets = sheaf_sockets_new ();
  self->base_url = g_strdup_printf (
      "http://127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  self->api_url = g_strconcat (self->base_url, "/3", NULL);
  self->host.catalogue = self->catalogue;
  self->host.base_url = self->base_url;
  self->host.credits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->host.quota = sheaf_faults_get_quota (self->faults);
  self->host.quota_seconds = sheaf_faults_get_quota_seconds (self->faults);
  return TRUE;
}

/* In the context the server answers on, or after that has ended. */
static void
stop (SheafDemoServer *self)
{
  g_cancellable_cancel (self->ending);
  if (self->soup != NULL)
    soup_server_disconnect (self->soup);
  g_clear_pointer (&self->store, sheaf_demo_store_free);
  g_hash_table_remove_all (self->pending);
  g_ptr_array_set_size (self->held, 0);
  g_clear_object (&self->soup);
  g_clear_pointer (&self->sockets, sheaf_sockets_free);
}

static gpointer
thread_main (gpointer data)
{
  SheafDemoServer *self = data;
  gboolean ok;

  g_main_context_push_thread_default (self->context);
  ok = start (self, &self->start_error);
  g_mutex_lock (&self->lock);
  self->started = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  if (ok)
    g_main_loop_run (self->loop);
  stop (self);
  /* What the connections still had to say to this context. */
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
sheaf_demo_server_dispose (GObject *object)
{
  SheafDemoServer *self = SHEAF_DEMO_SERVER (object);

  if (self->thread != NULL)
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      /* By a source: the loop may not run yet. */
      g_source_set_callback (source, quit, self->loop, NULL);
      g_source_attach (source, self->context);
      g_thread_join (g_steal_pointer (&self->thread));
    }
  else
    stop (self);
  G_OBJECT_CLASS (sheaf_demo_server_parent_class)->dispose (object);
}

static void
sheaf_demo_server_finalize (GObject *object)
{
  SheafDemoServer *self = SHEAF_DEMO_SERVER (object);

  g_clear_pointer (&self->host.credits, g_hash_table_unref);
  g_clear_pointer (&self->catalogue, sheaf_demo_catalogue_free);
  g_clear_pointer (&self->faults, sheaf_faults_free);
  g_clear_pointer (&self->pending, g_hash_table_unref);
  g_clear_pointer (&self->held, g_ptr_array_unref);
  g_clear_object (&self->ending);
  g_clear_object (&self->log);
  g_clear_pointer (&self->log_path, g_free);
  g_clear_pointer (&self->base_url, g_free);
  g_clear_pointer (&self->api_url, g_free);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->fault_specs, g_strfreev);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_error (&self->start_error);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (sheaf_demo_server_parent_class)->finalize (object);
}

static void
sheaf_demo_server_class_init (SheafDemoServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sheaf_demo_server_dispose;
  object_class->finalize = sheaf_demo_server_finalize;
}

static void
sheaf_demo_server_init (SheafDemoServer *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->pending = g_hash_table_new_full (NULL, NULL, pending_free, NULL);
  self->held = g_ptr_array_new_with_free_func (g_object_unref);
  self->ending = g_cancellable_new ();
}

static SheafDemoServer *
prepare (const SheafDemoOptions *options)
{
  SheafDemoServer *self = g_object_new (SHEAF_TYPE_DEMO_SERVER, NULL);

  self->port = options->port;
  self->folder = g_strdup (options->folder);
  self->count = options->count > 0 ? options->count : options->folder != NULL ? 0 : USUAL_COUNT;
  self->latency_ms = options->latency_ms;
  self->fault_specs = g_strdupv ((char **) options->faults);
  self->seed = options->seed;
  self->log_path = g_strdup (options->log);
  return self;
}

SheafDemoServer *
sheaf_demo_server_new (const SheafDemoOptions *options, GError **error)
{
  g_autoptr (SheafDemoServer) self = NULL;

  g_return_val_if_fail (options != NULL, NULL);

  self = prepare (options);
  self->context = g_main_context_ref_thread_default ();
  return start (self, error) ? g_steal_pointer (&self) : NULL;
}

SheafDemoServer *
sheaf_demo_server_new_in_thread (const SheafDemoOptions *options, GError **error)
{
  g_autoptr (SheafDemoServer) self = NULL;

  g_return_val_if_fail (options != NULL, NULL);

  self = prepare (options);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("demo-server", thread_main, self);
  g_mutex_lock (&self->lock);
  while (!self->started)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  if (self->start_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->start_error));
      return NULL;
    }
  return g_steal_pointer (&self);
}

const char *
sheaf_demo_server_get_api_url (SheafDemoServer *self)
{
  g_return_val_if_fail (SHEAF_IS_DEMO_SERVER (self), NULL);

  return self->api_url;
}

const char *
sheaf_demo_server_get_base_url (SheafDemoServer *self)
{
  g_return_val_if_fail (SHEAF_IS_DEMO_SERVER (self), NULL);

  return self->base_url;
}

guint
sheaf_demo_server_get_n_pictures (SheafDemoServer *self)
{
  g_return_val_if_fail (SHEAF_IS_DEMO_SERVER (self), 0);

  return self->catalogue->n_open;
}

guint
sheaf_demo_server_get_n_refused (SheafDemoServer *self)
{
  g_return_val_if_fail (SHEAF_IS_DEMO_SERVER (self), 0);

  return (guint) g_atomic_int_get (&self->host.n_refused);
}

guint64
sheaf_demo_server_get_n_requests (SheafDemoServer *self)
{
  guint64 n;

  g_return_val_if_fail (SHEAF_IS_DEMO_SERVER (self), 0);

  g_mutex_lock (&self->lock);
  n = self->n_requests;
  g_mutex_unlock (&self->lock);
  return n;
}
