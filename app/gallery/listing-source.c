/* listing-source.c: any gallery that is one question a page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/listing-source.h"

#include "app/gallery/json-reader.h"
#include "app/gallery/text.h"
#include "app/work/error.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* Where a service says nothing of when to come back. */
#define USUAL_WAIT 60
#define MAX_SEEN   200000

struct _SheafListingSource
{
  GObject parent_instance;

  const SheafListing *listing;
  SheafExecutor *executor;
  SheafListingSpec *spec;
  char *api_url;
  gboolean own_api;
  guint connect_timeout;
  guint read_timeout;
  GHashTable *seen; /* (element-type utf8): IDs handed out: lists move while they are paged */
};

static void source_iface_init (SheafSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SheafListingSource,
                               sheaf_listing_source,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHEAF_TYPE_SOURCE, source_iface_init))

SheafListingSpec *
sheaf_listing_spec_new (const char *kind, const char *name)
{
  SheafListingSpec *spec = g_new0 (SheafListingSpec, 1);

  spec->kind = kind;
  spec->name = g_strdup (name);
  return spec;
}

void
sheaf_listing_spec_free (SheafListingSpec *spec)
{
  g_free (spec->name);
  g_free (spec);
}

/* What the parser works on, in its thread: nothing of the source itself, which may go meanwhile. */
typedef struct
{
  const SheafListing *listing;
  const SheafListingSpec *spec; /* the source's, which the task keeps */
  char *cursor;
} PageRequest;

static void
page_request_free (gpointer data)
{
  PageRequest *request = data;

  g_free (request->cursor);
  g_free (request);
}

static gpointer
parse (const SheafApiAnswer *answer, gpointer data, GError **error)
{
  PageRequest *request = data;

  return request->listing->parse (answer, request->spec, request->cursor, error);
}

static void
on_page (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SheafListingSource *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafPage) page = sheaf_api_request_finish (result, &error);

  if (page == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (g_hash_table_size (self->seen) > MAX_SEEN)
    g_hash_table_remove_all (self->seen);
  for (guint i = page->entries->len; i > 0; i--)
    {
      SheafEntry *entry = page->entries->pdata[i - 1];

      if (!g_hash_table_add (self->seen, g_strdup (entry->id)))
        g_ptr_array_remove_index (page->entries, i - 1);
    }
  g_task_return_pointer (task, g_steal_pointer (&page), (GDestroyNotify) sheaf_page_free);
}

static void
load_page_async (SheafSource *source,
                 const char *cursor,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  SheafListingSource *self = SHEAF_LISTING_SOURCE (source);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  PageRequest *page = g_new0 (PageRequest, 1);
  g_autofree char *url = self->listing->dup_url (self->api_url, self->spec, cursor);
  SheafApiRequest request = {
    .url = url,
    .allow_private = self->own_api,
    .connect_timeout = self->connect_timeout,
    .read_timeout = self->read_timeout,
    .parser = parse,
    .data = page,
    .free_result = (GDestroyNotify) sheaf_page_free,
  };

  g_task_set_source_tag (task, load_page_async);
  page->listing = self->listing;
  page->spec = self->spec;
  page->cursor = g_strdup (cursor);
  g_task_set_task_data (task, page, page_request_free);
  if (cursor == NULL)
    g_hash_table_remove_all (self->seen);
  sheaf_api_request_async (self->executor, &request, cancellable, on_page, task);
}

static SheafPage *
load_page_finish (SheafSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static char *
dup_title (SheafSource *source)
{
  SheafListingSource *self = SHEAF_LISTING_SOURCE (source);

  return self->listing->dup_title (self->spec);
}

static void
sheaf_listing_source_finalize (GObject *object)
{
  SheafListingSource *self = SHEAF_LISTING_SOURCE (object);

  g_clear_object (&self->executor);
  g_clear_pointer (&self->spec, sheaf_listing_spec_free);
  g_clear_pointer (&self->api_url, g_free);
  g_clear_pointer (&self->seen, g_hash_table_unref);
  G_OBJECT_CLASS (sheaf_listing_source_parent_class)->finalize (object);
}

static void
sheaf_listing_source_class_init (SheafListingSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_listing_source_finalize;
}

static void
sheaf_listing_source_init (SheafListingSource *self)
{
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
source_iface_init (SheafSourceInterface *iface)
{
  iface->load_page_async = load_page_async;
  iface->load_page_finish = load_page_finish;
  iface->dup_title = dup_title;
}

SheafSource *
sheaf_listing_source_new (const SheafListing *listing,
                          const char *text,
                          const SheafSourceContext *context,
                          GError **error)
{
  SheafListingSpec *spec = listing->parse_spec (text);
  SheafListingSource *self;

  if (spec == NULL)
    {
      sheaf_fail (error, SHEAF_ERROR_USAGE,
                  /* Translators: the second %s is the name of a service */
                  _ ("“%s” is not an address of %s that Sheaf knows."), text, listing->service);
      return NULL;
    }
  self = g_object_new (SHEAF_TYPE_LISTING_SOURCE, NULL);
  self->listing = listing;
  self->spec = spec;
  self->executor = g_object_ref (context->executor);
  self->own_api = context->api_url != NULL;
  self->connect_timeout = context->connect_timeout;
  self->read_timeout = context->read_timeout;
  self->api_url = g_strdup (self->own_api ? context->api_url : listing->api_url);
  return SHEAF_SOURCE (self);
}

gboolean
sheaf_listing_claims (const SheafListing *listing, const char *text)
{
  g_autoptr (SheafListingSpec) spec = NULL;
  gsize length = strlen (listing->nick);

  if (strncmp (text, listing->nick, length) == 0 && text[length] == ':')
    return TRUE;
  spec = listing->parse_spec (text);
  return spec != NULL;
}

gpointer
sheaf_listing_fail_shape (const char *service, GError **error)
{
  /* Translators: %s is the name of a service */
  sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("%s answered in a form that Sheaf does not know."),
              service);
  return NULL;
}

JsonNode *
sheaf_listing_open_answer (const SheafApiAnswer *answer, const char *service, GError **error)
{
  gint64 wait = sheaf_api_answer_get_retry_after (answer);
  g_autofree char *message = NULL;
  SheafError cause;
  JsonNode *root;

  if (answer->status < 400)
    {
      root = sheaf_json_parse (answer->body, error);
      if (root == NULL)
        /* Translators: %s is the name of a service */
        sheaf_fail (error, SHEAF_ERROR_PROTOCOL,
                    _ ("%s answered in a form that Sheaf does not know"), service);
      return root;
    }
  if (answer->status == 429)
    {
      cause = SHEAF_ERROR_RATE_LIMITED;
      wait = wait >= 0 ? wait : USUAL_WAIT;
      message = g_strdup_printf (
          _ ("%s says that these were too many requests; try again in a minute."), service);
    }
  else if (answer->status == 404 || answer->status == 410)
    {
      cause = SHEAF_ERROR_NOT_FOUND;
      message = g_strdup_printf (_ ("%s does not have what was asked for."), service);
    }
  else if (answer->status == 503)
    {
      cause = SHEAF_ERROR_OVER_CAPACITY;
      message = g_strdup_printf (_ ("%s is over capacity at the moment; try again a little later."),
                                 service);
    }
  else
    {
      cause = SHEAF_ERROR_HTTP;
      /* Translators: a service and an HTTP status, like 500 */
      message = g_strdup_printf (_ ("%s answered with error %u."), service, answer->status);
    }
  g_propagate_error (error, sheaf_error_new (cause, message, answer->status, wait));
  return NULL;
}

char *
sheaf_listing_dup_web_url (const char *url)
{
  g_autofree char *full = NULL;
  g_autoptr (GUri) uri = NULL;

  if (url == NULL || strlen (url) > 4000)
    return NULL;
  full = g_str_has_prefix (url, "//") ? g_strconcat ("https:", url, NULL) : g_strdup (url);
  uri = g_uri_parse (full, G_URI_FLAGS_ENCODED, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0'
      || (!g_str_equal (g_uri_get_scheme (uri), "http")
          && !g_str_equal (g_uri_get_scheme (uri), "https")))
    return NULL;
  return g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO | G_URI_HIDE_FRAGMENT);
}

gboolean
sheaf_listing_form (const char *text, const char *scheme, const char *kind, const char **name)
{
  gsize length = strlen (scheme);

  if (strncmp (text, scheme, length) != 0 || text[length] != ':')
    return FALSE;
  text += length + 1;
  length = strlen (kind);
  if (strncmp (text, kind, length) != 0 || (text[length] != '\0' && text[length] != '/'))
    return FALSE;
  *name = text[length] == '/' ? text + length + 1 : "";
  return TRUE;
}

GUri *
sheaf_listing_parse_site (const char *text, const char *const *hosts)
{
  g_autofree char *full = NULL, *host = NULL;
  g_autoptr (GUri) uri = NULL;

  if (g_ascii_strncasecmp (text, "http://", 7) == 0
      || g_ascii_strncasecmp (text, "https://", 8) == 0)
    full = g_strdup (text);
  else
    full = g_strconcat ("https://", text, NULL);
  uri = g_uri_parse (full, G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return NULL;
  host = g_ascii_strdown (g_uri_get_host (uri), -1);
  return g_strv_contains (hosts, host) ? g_steal_pointer (&uri) : NULL;
}

char *
sheaf_listing_dup_query (GUri *uri, const char *name)
{
  const char *query = g_uri_get_query (uri);
  g_autoptr (GHashTable) values
      = query != NULL ? g_uri_parse_params (query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL) : NULL;

  return values != NULL ? sheaf_text_one_line (g_hash_table_lookup (values, name)) : NULL;
}
