/* imgur-source.c: Imgur's galleries
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A page is one request.  Pictures of albums that came whole with a list are remembered (up to a
 * bound), so that expanding them asks nothing; the others cost one request each. */
#include "config.h"

#include "app/gallery/imgur-source.h"

#include "app/gallery/imgur-json.h"
#include "app/gallery/imgur-spec.h"
#include "app/gallery/quota-gate.h"
#include "app/work/error.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define MAX_REMEMBERED 2000 /* albums */

struct _SheafImgurSource
{
  GObject parent_instance;

  /* Owned */
  SheafExecutor *executor;
  SheafQuotaGate *gate; /* (nullable) */
  SheafImgurSpec *spec;
  char *nick;
  char *api_url;
  char *authorization;
  GHashTable *albums; /* (element-type utf8 GPtrArray): what came whole */

  guint connect_timeout;
  guint read_timeout;
  gboolean own_api; /* a server that may be on this machine */
  gboolean mature;
  void (*quota) (const SheafQuota *quota, gpointer user_data);
  gpointer quota_data;
};

static void source_iface_init (SheafSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SheafImgurSource,
                               sheaf_imgur_source,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHEAF_TYPE_SOURCE, source_iface_init))

const SheafFacet sheaf_imgur_facets[] = {
  { "section", N_ ("Section"),
    (const SheafChoice[]){ { "hot", N_ ("Most viral") },
                           { "top", N_ ("Highest scoring") },
                           { "user", N_ ("User submitted") },
                           { NULL } },
    NULL },
  { "sort", N_ ("Sort by"),
    (const SheafChoice[]){ { "viral", N_ ("Popularity") },
                           { "top", N_ ("Score") },
                           { "time", N_ ("Newest first") },
                           { NULL } },
    "hot" },
  { "window", N_ ("Period"),
    (const SheafChoice[]){ { "day", N_ ("Today") },
                           { "week", N_ ("This week") },
                           { "month", N_ ("This month") },
                           { "year", N_ ("This year") },
                           { "all", N_ ("All time") },
                           { NULL } },
    "top" },
  { "user-sort", N_ ("Sort by"),
    (const SheafChoice[]){ { "viral", N_ ("Popularity") },
                           { "rising", N_ ("Rising") },
                           { "top", N_ ("Score") },
                           { "time", N_ ("Newest first") },
                           { NULL } },
    "user" },
  { NULL },
};

/* The parsers' data: what they need, so that they touch no object. */
static gpointer
parse_list (const SheafApiAnswer *answer, gpointer nick, GError **error)
{
  return sheaf_imgur_parse_list (answer, nick, error);
}

static gpointer
parse_post (const SheafApiAnswer *answer, gpointer nick, GError **error)
{
  return sheaf_imgur_parse_post (answer, nick, error);
}

/* A question on its way: first to the gate, then to the service. */
typedef struct
{
  SheafExecutor *executor;
  SheafQuotaGate *gate; /* (nullable) */
  char *url;
  char *authorization;
  char *nick; /* (nullable) */
  guint connect_timeout;
  guint read_timeout;
  gboolean allow_private;
  SheafApiParser parser;
  GDestroyNotify free_result;
  void (*quota) (const SheafQuota *quota, gpointer user_data);
  gpointer quota_data;
} Asking;

static void
asking_free (gpointer data)
{
  Asking *asking = data;

  g_object_unref (asking->executor);
  g_clear_object (&asking->gate);
  g_free (asking->url);
  g_free (asking->authorization);
  g_free (asking->nick);
  g_free (asking);
}

static gpointer
parse_credits (const SheafApiAnswer *answer, gpointer data, GError **error)
{
  g_autofree SheafQuota *quota = g_new0 (SheafQuota, 1);

  return sheaf_imgur_parse_credits (answer, quota, error) ? g_steal_pointer (&quota) : NULL;
}

/* Whether a question that ended in @error was counted is not always certain. */
static SheafQuotaOutcome
find_outcome (const GError *error, const SheafApiAnswer *answer)
{
  if (error == NULL)
    return SHEAF_QUOTA_ANSWERED;
  if (answer != NULL && g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_RATE_LIMITED))
    return SHEAF_QUOTA_REFUSED;
  if (g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_REFUSED)
      || g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_DNS)
      || g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_TLS))
    return SHEAF_QUOTA_NOT_ASKED;
  return SHEAF_QUOTA_FAILED;
}

static void
on_answer (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Asking *asking = g_task_get_task_data (task);
  const SheafApiAnswer *answer = sheaf_api_request_get_answer (result);
  GError *error = NULL;
  gpointer got = sheaf_api_request_finish (result, &error);
  SheafQuota quota;
  gboolean told = answer != NULL && sheaf_imgur_read_quota (answer, &quota);

  if (!told && got != NULL && asking->parser == parse_credits)
    {
      quota = *(SheafQuota *) got;
      told = TRUE;
    }
  if (asking->gate != NULL)
    {
      /* A minute is only what Sheaf assumes; the gate knows better how often it assumed it. */
      gboolean says_when
          = answer != NULL
            && (sheaf_api_answer_get_retry_after (answer) >= 0
                || (told && (quota.user_remaining == 0 || quota.client_remaining == 0)));

      sheaf_quota_gate_leave (asking->gate, find_outcome (error, answer), told ? &quota : NULL,
                              says_when ? sheaf_error_get_retry_after (error) : -1);
    }
  if (told && asking->quota != NULL)
    asking->quota (&quota, asking->quota_data);
  if (got != NULL)
    g_task_return_pointer (task, got, asking->free_result);
  else
    g_task_return_error (task, error);
}

static void
ask_service (GTask *task)
{
  Asking *asking = g_task_get_task_data (task);
  SheafApiRequest request = {
    .url = asking->url,
    .authorization = asking->authorization,
    .allow_private = asking->allow_private,
    .connect_timeout = asking->connect_timeout,
    .read_timeout = asking->read_timeout,
    .parser = asking->parser,
    .data = asking->nick,
    .free_result = asking->free_result,
  };

  sheaf_api_request_async (asking->executor, &request, g_task_get_cancellable (task), on_answer,
                           task);
}

static void
on_let_in (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Asking *asking = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  gboolean in = sheaf_quota_gate_enter_finish (SHEAF_QUOTA_GATE (object), result, &error);
  SheafQuota quota;
  gboolean known;

  sheaf_quota_gate_get_quota (asking->gate, &quota);
  known = quota.user_remaining >= 0 || quota.client_remaining >= 0;
  if (in)
    ask_service (g_steal_pointer (&task));
  else if (known && sheaf_error_is_quota_wait (error) && asking->parser == parse_credits)
    g_task_return_pointer (task, g_memdup2 (&quota, sizeof quota), g_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* Takes over @asking; finish with sheaf_api_request_finish(). */
static void
ask (Asking *asking, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, ask);
  g_task_set_task_data (task, asking, asking_free);
  /* What the service answered counts, whether it is still wanted or not. */
  g_task_set_check_cancellable (task, FALSE);
  if (asking->gate != NULL)
    sheaf_quota_gate_enter_async (asking->gate, cancellable, on_let_in, task);
  else
    ask_service (task);
}

static void
ask_path (SheafImgurSource *self,
          const char *path,
          SheafApiParser parser,
          GCancellable *cancellable,
          GAsyncReadyCallback callback,
          gpointer user_data)
{
  Asking *asking = g_new0 (Asking, 1);

  asking->executor = g_object_ref (self->executor);
  asking->gate = self->gate != NULL ? g_object_ref (self->gate) : NULL;
  asking->url = g_strconcat (self->api_url, path, NULL);
  asking->authorization = g_strdup (self->authorization);
  asking->nick = g_strdup (self->nick);
  asking->connect_timeout = self->connect_timeout;
  asking->read_timeout = self->read_timeout;
  asking->allow_private = self->own_api;
  asking->parser = parser;
  asking->free_result = (GDestroyNotify) sheaf_imgur_list_free;
  asking->quota = self->quota;
  asking->quota_data = self->quota_data;
  ask (asking, cancellable, callback, user_data);
}

static void
remember (SheafImgurSource *self, SheafImgurList *list)
{
  GHashTableIter iter;
  gpointer id, pictures;

  if (g_hash_table_size (self->albums) > MAX_REMEMBERED)
    g_hash_table_remove_all (self->albums);
  g_hash_table_iter_init (&iter, list->albums);
  while (g_hash_table_iter_next (&iter, &id, &pictures))
    g_hash_table_insert (self->albums, g_strdup (id), g_ptr_array_ref (pictures));
}

static void
take_entries (SheafImgurSource *self, GPtrArray *from, GPtrArray *to)
{
  for (guint i = 0; i < from->len; i++)
    {
      SheafEntry *entry = from->pdata[i];

      if (self->mature || !entry->mature)
        g_ptr_array_add (to, sheaf_entry_ref (entry));
    }
}

typedef struct
{
  guint page;
  guint attempt;
} PageRequest;

static void ask_page (GTask *task);

static void
on_page (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SheafImgurSource *self = g_task_get_source_object (task);
  PageRequest *request = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafImgurList) list = sheaf_api_request_finish (result, &error);
  g_autoptr (SheafPage) page = NULL;

  if (list == NULL)
    {
      g_autofree char *next
          = sheaf_imgur_spec_dup_path (self->spec, 0, FALSE, request->attempt + 1);

      /* An ID on its own does not say whether it is an album's or a picture's. */
      if (next != NULL && g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_NOT_FOUND))
        {
          request->attempt++;
          ask_page (g_steal_pointer (&task));
          return;
        }
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  page = sheaf_page_new ();
  take_entries (self, list->entries, page->entries);
  page->total = list->total;
  page->n_unusable = list->n_unusable;
  if (sheaf_imgur_spec_has_pages (self->spec) && list->n_items > 0)
    page->cursor = g_strdup_printf ("%u", request->page + 1);
  remember (self, list);
  g_task_return_pointer (task, g_steal_pointer (&page), (GDestroyNotify) sheaf_page_free);
}

static void
ask_page (GTask *task)
{
  SheafImgurSource *self = g_task_get_source_object (task);
  PageRequest *request = g_task_get_task_data (task);
  g_autofree char *path
      = sheaf_imgur_spec_dup_path (self->spec, request->page, self->mature, request->attempt);

  ask_path (self, path, sheaf_imgur_spec_has_pages (self->spec) ? parse_list : parse_post,
            g_task_get_cancellable (task), on_page, task);
}

/* A picture whose own address was given needs no question. */
static SheafPage *
page_of_direct_url (SheafImgurSource *self)
{
  SheafPage *page = sheaf_page_new ();
  SheafEntry *entry = sheaf_entry_new (self->nick, self->spec->name);

  entry->url = g_strdup (self->spec->direct_url);
  entry->preview_url = g_strdup_printf ("https://i.imgur.com/%sm.jpg", entry->id);
  entry->page_url = g_strdup_printf ("https://imgur.com/%s", entry->id);
  g_ptr_array_add (page->entries, entry);
  page->total = 1;
  return page;
}

static void
load_page_async (SheafSource *source,
                 const char *cursor,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  SheafImgurSource *self = SHEAF_IMGUR_SOURCE (source);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  PageRequest *request = g_new0 (PageRequest, 1);

  g_task_set_source_tag (task, load_page_async);
  g_task_set_task_data (task, request, g_free);
  request->page = cursor != NULL ? (guint) g_ascii_strtoull (cursor, NULL, 10) : 0;
  if (self->spec->direct_url != NULL)
    g_task_return_pointer (task, page_of_direct_url (self), (GDestroyNotify) sheaf_page_free);
  else
    ask_page (g_steal_pointer (&task));
}

static SheafPage *
load_page_finish (SheafSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_album (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafImgurList) list = sheaf_api_request_finish (result, &error);

  if (list == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_task_return_pointer (task, g_ptr_array_ref (list->entries), (GDestroyNotify) g_ptr_array_unref);
}

static void
expand_async (SheafSource *source,
              SheafEntry *album,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  SheafImgurSource *self = SHEAF_IMGUR_SOURCE (source);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GPtrArray *known = g_hash_table_lookup (self->albums, album->id);
  g_autofree char *escaped = g_uri_escape_string (album->id, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/album/%s", escaped);

  g_task_set_source_tag (task, expand_async);
  if (known != NULL)
    g_task_return_pointer (task, g_ptr_array_ref (known), (GDestroyNotify) g_ptr_array_unref);
  else
    ask_path (self, path, parse_post, cancellable, on_album, g_steal_pointer (&task));
}

static GPtrArray *
expand_finish (SheafSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static char *
dup_title (SheafSource *source)
{
  return sheaf_imgur_spec_dup_title (SHEAF_IMGUR_SOURCE (source)->spec);
}

static void
sheaf_imgur_source_finalize (GObject *object)
{
  SheafImgurSource *self = SHEAF_IMGUR_SOURCE (object);

  g_clear_object (&self->executor);
  g_clear_object (&self->gate);
  g_clear_pointer (&self->spec, sheaf_imgur_spec_free);
  g_clear_pointer (&self->nick, g_free);
  g_clear_pointer (&self->api_url, g_free);
  g_clear_pointer (&self->authorization, g_free);
  g_clear_pointer (&self->albums, g_hash_table_unref);
  G_OBJECT_CLASS (sheaf_imgur_source_parent_class)->finalize (object);
}

static void
sheaf_imgur_source_class_init (SheafImgurSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_imgur_source_finalize;
}

static void
sheaf_imgur_source_init (SheafImgurSource *self)
{
  self->albums
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
}

static void
source_iface_init (SheafSourceInterface *iface)
{
  iface->load_page_async = load_page_async;
  iface->load_page_finish = load_page_finish;
  iface->expand_async = expand_async;
  iface->expand_finish = expand_finish;
  iface->dup_title = dup_title;
}

/* (transfer full) (nullable): the header for @client_id, or %NULL with @error set. */
static char *
dup_authorization (const char *client_id, GError **error)
{
  if (client_id == NULL || *client_id == '\0')
    {
      sheaf_fail (error, SHEAF_ERROR_CLIENT_ID,
                  _ ("Imgur answers only with a client ID, and none is set."));
      return NULL;
    }
  for (const char *c = client_id; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) || c - client_id > 100)
      {
        sheaf_fail (error, SHEAF_ERROR_CLIENT_ID,
                    _ ("The client ID holds characters that no client ID has."));
        return NULL;
      }
  return g_strconcat ("Client-ID ", client_id, NULL);
}

static SheafSource *
create (const char *text,
        const char *nick,
        const char *api_url,
        const SheafSourceContext *context,
        GError **error)
{
  g_autoptr (SheafImgurSpec) spec = sheaf_imgur_spec_parse (text, nick, error);
  g_autofree char *authorization = NULL;
  SheafImgurSource *self;

  if (spec == NULL)
    return NULL;
  if (spec->direct_url == NULL)
    {
      authorization = dup_authorization (context->client_id, error);
      if (authorization == NULL)
        return NULL;
    }
  self = g_object_new (SHEAF_TYPE_IMGUR_SOURCE, NULL);
  self->spec = g_steal_pointer (&spec);
  self->executor = g_object_ref (context->executor);
  self->nick = g_strdup (nick);
  self->api_url = g_strdup (api_url);
  self->authorization = g_steal_pointer (&authorization);
  self->own_api = context->api_url != NULL;
  self->mature = context->mature;
  self->connect_timeout = context->connect_timeout;
  self->read_timeout = context->read_timeout;
  g_set_object (&self->gate, context->gate);
  self->quota = context->quota;
  self->quota_data = context->quota_data;
  return SHEAF_SOURCE (self);
}

gboolean
sheaf_imgur_claims (const char *spec)
{
  return g_str_has_prefix (spec, "imgur:") || sheaf_imgur_is_web_address (spec);
}

static char *
compose (const char *scheme, const char *const *values, const char *words)
{
  const char *section = values[0];

  if (words != NULL && *words != '\0')
    return g_strdup_printf ("%s:search/%s", scheme, words);
  if (section == NULL || g_str_equal (section, "hot"))
    return g_strdup_printf ("%s:hot/%s", scheme, values[1] != NULL ? values[1] : "viral");
  if (g_str_equal (section, "top"))
    return g_strdup_printf ("%s:top/%s", scheme, values[2] != NULL ? values[2] : "day");
  return g_strdup_printf ("%s:user/%s", scheme, values[3] != NULL ? values[3] : "viral");
}

char *
sheaf_imgur_compose (const char *const *values, const char *words)
{
  return compose ("imgur", values, words);
}

SheafSource *
sheaf_imgur_create (const char *spec, const SheafSourceContext *context, GError **error)
{
  return create (spec, "imgur", context->api_url != NULL ? context->api_url : SHEAF_IMGUR_API,
                 context, error);
}

gboolean
sheaf_demo_claims (const char *spec)
{
  return g_str_has_prefix (spec, "demo:");
}

char *
sheaf_demo_compose (const char *const *values, const char *words)
{
  return compose ("demo", values, words);
}

SheafSource *
sheaf_demo_create (const char *spec, const SheafSourceContext *context, GError **error)
{
  if (context->api_url == NULL)
    {
      sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("The demo gallery is not running."));
      return NULL;
    }
  return create (spec, "demo", context->api_url, context, error);
}

void
sheaf_imgur_load_credits_async (const SheafSourceContext *context,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GError *error = NULL;
  g_autofree char *authorization = dup_authorization (context->client_id, &error);
  Asking *asking;

  if (authorization == NULL)
    {
      g_task_report_error (NULL, callback, user_data, sheaf_imgur_load_credits_async, error);
      return;
    }
  asking = g_new0 (Asking, 1);
  asking->executor = g_object_ref (context->executor);
  asking->gate = context->gate != NULL ? g_object_ref (context->gate) : NULL;
  asking->url = g_strconcat (context->api_url != NULL ? context->api_url : SHEAF_IMGUR_API,
                             "/credits", NULL);
  asking->authorization = g_steal_pointer (&authorization);
  asking->allow_private = context->api_url != NULL;
  asking->connect_timeout = context->connect_timeout;
  asking->read_timeout = context->read_timeout;
  asking->parser = parse_credits;
  asking->free_result = g_free;
  ask (asking, cancellable, callback, user_data);
}

gboolean
sheaf_imgur_load_credits_finish (GAsyncResult *result, SheafQuota *quota, GError **error)
{
  g_autofree SheafQuota *told = sheaf_api_request_finish (result, error);

  if (told == NULL)
    return FALSE;
  *quota = *told;
  return TRUE;
}
