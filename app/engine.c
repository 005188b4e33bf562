/* engine.c: joins the rooms
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything is made when first needed, so that thumbnailing a folder on the command line opens no
 * archive and starts no network helper.  Executors are made anew when the settings that describe
 * them change; batches under way keep the old ones. */
#include "config.h"

#include "app/engine-private.h"

#include "app/batch-private.h"
#include "app/demo/demo-server.h"
#include "app/download/archive.h"
#include "app/download/download-pool.h"
#include "app/download/file-name.h"
#include "app/gallery/imgur-source.h"
#include "app/gallery/quota-gate.h"
#include "app/gallery/quota-ledger.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

/* What talks to services: never the queue, so that no client ID leaves this machine. */
#define API_EXECUTOR       "async"
#define EMBEDDING_EXECUTOR "processes"

typedef enum
{
  USE_API,
  USE_DOWNLOADS,
  USE_THUMBNAILS,
  USE_EMBEDDING,
  N_USES
} Use;

struct _SheafEngine
{
  GObject parent_instance;

  SheafSettings *settings;
  SheafExecutor *executors[N_USES]; /* (nullable) */
  GHashTable *chosen;               /* nick → SheafExecutor: for single batches of downloads */
  GQueue pools;                     /* of GWeakRef: of all downloads that may go on */
  SheafThumbnailer *thumbnailer;    /* (nullable) */
  SheafPreviewLoader *previews;     /* (nullable) */
  SheafArchive *archive;            /* (nullable) */
  gboolean notice_taken;            /* what is to be said about the archive was */
  SheafDemoServer *demo;            /* (nullable) */
  GHashTable *gates;                /* service and client ID → SheafQuotaGate */
  char *client_id;
  gboolean demo_client_id;
  gboolean closed;
};

enum
{
  QUOTA_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafEngine, sheaf_engine, G_TYPE_OBJECT)

static GQuark
source_facts_quark (void)
{
  return g_quark_from_static_string ("sheaf-engine-source-facts");
}

static const SheafSourceFacts *
get_facts (SheafSource *source)
{
  static const SheafSourceFacts none = { FALSE, FALSE };
  const SheafSourceFacts *facts
      = source != NULL ? g_object_get_qdata (G_OBJECT (source), source_facts_quark ()) : NULL;

  return facts != NULL ? facts : &none;
}

static SheafExecutor *
get_executor (SheafEngine *self, Use use, GError **error)
{
  SheafExecutorOptions options = { 0 };
  const char *nick = API_EXECUTOR;
  const char *broker = sheaf_settings_get_broker (self->settings);

  if (self->executors[use] != NULL)
    return self->executors[use];

  options.kind
      = use == USE_THUMBNAILS || use == USE_EMBEDDING ? SHEAF_VERB_CPU : SHEAF_VERB_NETWORK;
  options.broker = *broker != '\0' ? broker : NULL;
  if (use == USE_DOWNLOADS)
    {
      nick = sheaf_settings_get_executor (self->settings);
      options.n_jobs = sheaf_settings_get_jobs (self->settings);
    }
  else if (use == USE_THUMBNAILS)
    {
      nick = sheaf_settings_get_thumbnail_executor (self->settings);
      options.n_jobs = sheaf_settings_get_thumbnail_jobs (self->settings);
    }
  else if (use == USE_EMBEDDING)
    {
      nick = EMBEDDING_EXECUTOR;
    }
  self->executors[use] = sheaf_executor_create (nick, &options, error);
  return self->executors[use];
}

/* The executor of a batch of downloads that wants another than the settings say. */
static SheafExecutor *
get_chosen (SheafEngine *self, const char *nick, GError **error)
{
  const char *broker = sheaf_settings_get_broker (self->settings);
  SheafExecutorOptions options = { .kind = SHEAF_VERB_NETWORK,
                                   .n_jobs = sheaf_settings_get_jobs (self->settings),
                                   .broker = *broker != '\0' ? broker : NULL };
  SheafExecutor *executor;

  if (nick == NULL || g_str_equal (nick, sheaf_settings_get_executor (self->settings)))
    return get_executor (self, USE_DOWNLOADS, error);
  executor = g_hash_table_lookup (self->chosen, nick);
  if (executor == NULL)
    {
      executor = sheaf_executor_create (nick, &options, error);
      if (executor != NULL)
        g_hash_table_insert (self->chosen, g_strdup (nick), executor);
    }
  return executor;
}

SheafThumbnailer *
sheaf_engine_get_thumbnailer (SheafEngine *self, GError **error)
{
  SheafExecutor *executor;

  if (self->thumbnailer != NULL && self->executors[USE_THUMBNAILS] != NULL)
    return self->thumbnailer;

  executor = get_executor (self, USE_THUMBNAILS, error);
  if (executor == NULL)
    return NULL;
  if (self->thumbnailer == NULL)
    self->thumbnailer = sheaf_thumbnailer_new (executor);
  else
    sheaf_thumbnailer_set_executor (self->thumbnailer, executor);
  return self->thumbnailer;
}

SheafExecutor *
sheaf_engine_get_thumbnail_executor (SheafEngine *self, GError **error)
{
  return get_executor (self, USE_THUMBNAILS, error);
}

SheafPreviewLoader *
sheaf_engine_get_previews (SheafEngine *self, GError **error)
{
  SheafExecutor *executor = get_executor (self, USE_API, error);

  if (self->previews == NULL && executor != NULL)
    self->previews = sheaf_preview_loader_new (executor, NULL, 0);
  return self->previews;
}

SheafArchive *
sheaf_engine_get_archive (SheafEngine *self)
{
  if (self->archive == NULL)
    self->archive = sheaf_archive_new (NULL);
  return self->archive;
}

char *
sheaf_engine_take_notice (SheafEngine *self)
{
  g_return_val_if_fail (SHEAF_IS_ENGINE (self), NULL);

  if (self->archive == NULL || self->notice_taken)
    return NULL;
  self->notice_taken = TRUE;
  return g_strdup (sheaf_archive_get_notice (self->archive));
}

static gboolean
is_busy (SheafDownloadPool *pool)
{
  return pool != NULL && !sheaf_download_pool_get_paused (pool)
         && sheaf_download_pool_get_n_pending (pool) > 0;
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* The limits are for all downloads together: those that are at work share them. */
static void
share_limits (SheafEngine *self)
{
  guint n_busy = 0;

  for (GList *l = self->pools.head, *next; l != NULL; l = next)
    {
      g_autoptr (SheafDownloadPool) pool = g_weak_ref_get (l->data);

      next = l->next;
      n_busy += is_busy (pool);
      if (pool == NULL)
        {
          weak_ref_free (l->data);
          g_queue_delete_link (&self->pools, l);
        }
    }
  for (GList *l = self->pools.head; l != NULL; l = l->next)
    {
      g_autoptr (SheafDownloadPool) pool = g_weak_ref_get (l->data);
      guint64 rate_limit = sheaf_settings_get_rate_limit (self->settings);

      if (rate_limit > 0)
        rate_limit = MAX (rate_limit / MAX (n_busy, 1), 1);
      sheaf_download_pool_set_limits (
          pool, rate_limit, sheaf_settings_get_request_rate (self->settings) / MAX (n_busy, 1));
    }
}

static void
watch_pool (SheafEngine *self, SheafDownloadPool *pool, SheafBatch *batch)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  g_weak_ref_init (ref, pool);
  g_queue_push_tail (&self->pools, ref);
  g_signal_connect_object (pool, "notify::paused", G_CALLBACK (share_limits), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (batch, "notify::running", G_CALLBACK (share_limits), self,
                           G_CONNECT_SWAPPED);
  /* It has something to do, and counts, from its first picture on. */
  g_signal_connect_object (sheaf_batch_get_items (batch), "items-changed",
                           G_CALLBACK (share_limits), self, G_CONNECT_SWAPPED);
}

static void
on_executor_setting (SheafSettings *settings, GParamSpec *pspec, SheafEngine *self)
{
  if (g_str_has_prefix (pspec->name, "thumbnail-"))
    g_clear_object (&self->executors[USE_THUMBNAILS]);
  else
    {
      g_clear_object (&self->executors[USE_DOWNLOADS]);
      g_hash_table_remove_all (self->chosen);
    }
}

static void
on_gate_changed (SheafEngine *self)
{
  if (!self->closed)
    g_signal_emit (self, signals[QUOTA_CHANGED], 0);
}

gboolean
sheaf_engine_is_closed (SheafEngine *self)
{
  return self->closed;
}

gboolean
sheaf_engine_may_be_private (SheafEngine *self, const char *source)
{
  return g_str_equal (source, "demo") || g_str_equal (source, "urls")
         || sheaf_engine_get_api_url (self, source) != NULL;
}

static void
sheaf_engine_dispose (GObject *object)
{
  SheafEngine *self = SHEAF_ENGINE (object);

  sheaf_engine_shutdown (self);
  if (self->settings != NULL)
    g_signal_handlers_disconnect_by_data (self->settings, self);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (sheaf_engine_parent_class)->dispose (object);
}

static void
sheaf_engine_finalize (GObject *object)
{
  SheafEngine *self = SHEAF_ENGINE (object);

  g_queue_clear_full (&self->pools, weak_ref_free);
  g_hash_table_unref (self->chosen);
  g_hash_table_unref (self->gates);
  g_free (self->client_id);
  G_OBJECT_CLASS (sheaf_engine_parent_class)->finalize (object);
}

static void
sheaf_engine_class_init (SheafEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sheaf_engine_dispose;
  object_class->finalize = sheaf_engine_finalize;

  signals[QUOTA_CHANGED] = g_signal_new ("quota-changed", SHEAF_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sheaf_engine_init (SheafEngine *self)
{
  self->chosen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->gates = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

SheafEngine *
sheaf_engine_new (SheafSettings *settings)
{
  static const char *const names[]
      = { "executor", "jobs", "broker", "thumbnail-executor", "thumbnail-jobs" };
  SheafEngine *self;

  g_return_val_if_fail (SHEAF_IS_SETTINGS (settings), NULL);

  self = g_object_new (SHEAF_TYPE_ENGINE, NULL);
  self->settings = g_object_ref (settings);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *signal = g_strconcat ("notify::", names[i], NULL);

      g_signal_connect (settings, signal, G_CALLBACK (on_executor_setting), self);
    }
  g_signal_connect_swapped (settings, "notify::rate-limit", G_CALLBACK (share_limits), self);
  g_signal_connect_swapped (settings, "notify::request-rate", G_CALLBACK (share_limits), self);
  return self;
}

SheafSettings *
sheaf_engine_get_settings (SheafEngine *self)
{
  g_return_val_if_fail (SHEAF_IS_ENGINE (self), NULL);
  return self->settings;
}

void
sheaf_engine_set_client_id (SheafEngine *self, const char *client_id)
{
  g_return_if_fail (SHEAF_IS_ENGINE (self));

  g_free (self->client_id);
  self->client_id = g_strdup (client_id);
  /* It has a quota of its own. */
  g_signal_emit (self, signals[QUOTA_CHANGED], 0);
}

gboolean
sheaf_engine_has_client_id (SheafEngine *self)
{
  g_return_val_if_fail (SHEAF_IS_ENGINE (self), FALSE);
  return self->client_id != NULL;
}

void
sheaf_engine_use_demo_client_id (SheafEngine *self)
{
  g_return_if_fail (SHEAF_IS_ENGINE (self));

  self->demo_client_id = TRUE;
}

const char *
sheaf_engine_get_api_url (SheafEngine *self, const char *source)
{
  g_autofree char *upper = g_ascii_strup (source, -1);
  g_autofree char *variable = g_strdup_printf ("SHEAF_%s_API", upper);
  const char *url
      = g_str_equal (source, "imgur") ? sheaf_settings_get_api_url (self->settings) : "";

  if (*url == '\0')
    url = g_getenv (variable);
  return url != NULL && *url != '\0' ? url : NULL;
}

SheafDemoServer *
sheaf_engine_get_demo (SheafEngine *self, GError **error)
{
  SheafDemoOptions options = { 0 };

  if (self->demo == NULL)
    self->demo = sheaf_demo_server_new_in_thread (&options, error);
  return self->demo;
}

SheafQuotaGate *
sheaf_engine_get_gate (SheafEngine *self, const SheafSourceContext *context, const char *source)
{
  const char *api_url = context->api_url != NULL ? context->api_url : SHEAF_IMGUR_API;
  gboolean imgur = g_str_equal (source, "imgur");
  g_autofree char *key = NULL;
  SheafQuotaGate *gate;

  if (context->client_id == NULL || !(imgur || g_str_equal (source, "demo")))
    return NULL;
  key = g_strjoin (" ", source, api_url, context->client_id, NULL);
  gate = g_hash_table_lookup (self->gates, key);
  if (gate == NULL)
    {
      /* Our own demo gallery begins anew whenever we do. */
      g_autofree char *path
          = imgur ? sheaf_quota_ledger_dup_path (api_url, context->client_id) : NULL;

      gate = sheaf_quota_gate_new (path);
      g_signal_connect_object (gate, "changed", G_CALLBACK (on_gate_changed), self,
                               G_CONNECT_SWAPPED);
      g_hash_table_insert (self->gates, g_steal_pointer (&key), gate);
    }
  return gate;
}

/* Where the service of @source is and who asks it; without starting one. */
static void
find_api (SheafEngine *self, const char *source, SheafSourceContext *context)
{
  gboolean demo = g_str_equal (source, "demo");

  context->client_id = self->client_id;
  if (demo && self->demo_client_id)
    context->client_id = SHEAF_DEMO_CLIENT_ID;
  context->api_url = demo && self->demo != NULL ? sheaf_demo_server_get_api_url (self->demo)
                                                : sheaf_engine_get_api_url (self, source);
}

gboolean
sheaf_engine_fill_context (SheafEngine *self,
                           SheafSourceContext *context,
                           const char *source,
                           GError **error)
{
  *context = (SheafSourceContext){
    .executor = get_executor (self, USE_API, error),
    .mature = sheaf_settings_get_mature (self->settings),
    .connect_timeout = sheaf_settings_get_connect_timeout (self->settings),
    .read_timeout = sheaf_settings_get_read_timeout (self->settings),
  };
  if (context->executor == NULL)
    return FALSE;
  if (g_str_equal (source, "demo") && sheaf_engine_get_demo (self, error) == NULL)
    return FALSE;
  find_api (self, source, context);
  context->gate = sheaf_engine_get_gate (self, context, source);
  return TRUE;
}

SheafSource *
sheaf_engine_open_source (SheafEngine *self, const char *spec, GError **error)
{
  const SheafSourceType *type;
  SheafSourceContext context;
  SheafSourceFacts *facts;
  SheafSource *source;
  const char *nick;

  g_return_val_if_fail (SHEAF_IS_ENGINE (self), NULL);
  g_return_val_if_fail (spec != NULL, NULL);

  type = sheaf_source_type_for (spec);
  nick = type != NULL ? type->nick : "";
  if (!sheaf_engine_fill_context (self, &context, nick, error))
    return NULL;
  source = sheaf_source_open (spec, &context, error);
  if (source == NULL)
    return NULL;

  /* Addresses that a person typed may be anywhere, and lead to anything. */
  facts = g_new0 (SheafSourceFacts, 1);
  facts->allow_private = sheaf_engine_may_be_private (self, nick);
  facts->any_type = g_str_equal (nick, "urls");
  g_object_set_qdata_full (G_OBJECT (source), source_facts_quark (), facts, g_free);
  return source;
}

void
sheaf_engine_get_quota (SheafEngine *self, const char *source, SheafQuota *quota)
{
  SheafSourceContext context = { 0 };
  SheafQuotaGate *gate;

  g_return_if_fail (SHEAF_IS_ENGINE (self));
  g_return_if_fail (source != NULL && quota != NULL);

  *quota = (SheafQuota){ -1, -1, -1, -1, -1, -1, -1 };
  find_api (self, source, &context);
  gate = sheaf_engine_get_gate (self, &context, source);
  if (gate != NULL)
    sheaf_quota_gate_get_quota (gate, quota);
}

static void
fill_options (SheafEngine *self, SheafBatchOptions *options, const SheafBatchOptions *given)
{
  if (given != NULL)
    *options = *given;
  else
    sheaf_batch_options_init (options);
  if (options->thumbnail_size == 0)
    options->thumbnail_size = sheaf_settings_get_thumbnail_size (self->settings);
}

static SheafDownloadPool *
new_pool (SheafEngine *self,
          GFile *folder,
          const SheafSourceFacts *facts,
          const SheafBatchOptions *wanted,
          GError **error)
{
  SheafSettings *settings = self->settings;
  const char *name_template = sheaf_settings_get_name_template (settings);
  SheafExecutor *executor = get_chosen (self, wanted->executor, error);
  SheafDownloadOptions options = {
    .folder = folder,
    .retries = sheaf_settings_get_retries (settings),
    .connect_timeout = sheaf_settings_get_connect_timeout (settings),
    .read_timeout = sheaf_settings_get_read_timeout (settings),
    .rate_limit = sheaf_settings_get_rate_limit (settings),
    .request_rate = sheaf_settings_get_request_rate (settings),
    .any_type = facts->any_type,
    .allow_private = facts->allow_private,
    .name_template = *name_template != '\0' ? name_template : NULL,
    .use_archive = wanted->use_archive,
  };

#ifdef HAVE_XMP
  if (sheaf_settings_get_write_metadata (settings))
    options.embedder = get_executor (self, USE_EMBEDDING, NULL);
#endif
  if (executor == NULL)
    return NULL;
  return sheaf_download_pool_new (
      executor, wanted->use_archive ? sheaf_engine_get_archive (self) : NULL, &options);
}

SheafBatch *
sheaf_engine_begin_download (SheafEngine *self,
                             SheafSource *source,
                             GPtrArray *entries,
                             const SheafBatchOptions *options,
                             const SheafSourceFacts *facts,
                             gboolean paused)
{
  g_autoptr (GFile) folder = options->folder != NULL
                                 ? g_object_ref (options->folder)
                                 : sheaf_settings_dup_destination (self->settings);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafDownloadPool) pool = new_pool (self, folder, facts, options, &error);
  g_autoptr (SheafFeed) feed = NULL;
  g_autoptr (SheafSidecar) sidecar = NULL;
  SheafBatch *batch;
  g_autofree char *title
      = source != NULL ? sheaf_source_dup_title (source) : g_file_get_basename (folder);
  SheafBatchParts parts = {
    .title = title,
    .folder = folder,
    .pool = pool,
    .source = source,
    .any_type = facts->any_type,
    .paused = paused,
    .feed_options = { .types = sheaf_settings_get_types (self->settings),
                      .any_type = facts->any_type,
                      .albums = sheaf_settings_get_albums (self->settings),
                      .limit = options->limit,
                      .retries = sheaf_settings_get_retries (self->settings) },
  };

  if (sheaf_settings_get_write_metadata (self->settings))
    parts.sidecar = sidecar = sheaf_sidecar_new (folder);
  if (pool != NULL && options->thumbnails)
    parts.thumbnailer = sheaf_engine_get_thumbnailer (self, &error);
  if (error == NULL)
    parts.feed = feed = sheaf_feed_new (source, entries, &parts.feed_options);
  parts.error = error;
  batch = sheaf_batch_new (&parts, options);
  if (pool != NULL)
    watch_pool (self, pool, batch);
  return batch;
}

SheafBatch *
sheaf_engine_download (SheafEngine *self,
                       SheafSource *source,
                       GPtrArray *entries,
                       const SheafBatchOptions *options)
{
  SheafBatchOptions filled;

  g_return_val_if_fail (SHEAF_IS_ENGINE (self), NULL);
  g_return_val_if_fail (source != NULL || entries != NULL, NULL);

  fill_options (self, &filled, options);
  return sheaf_engine_begin_download (self, source, entries, &filled, get_facts (source), FALSE);
}

SheafBatch *
sheaf_engine_thumbnail (SheafEngine *self, GPtrArray *files, const SheafBatchOptions *options)
{
  SheafBatchOptions filled;
  SheafBatchParts parts = { 0 };
  g_autoptr (SheafFeed) feed = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (SHEAF_IS_ENGINE (self), NULL);
  g_return_val_if_fail (files != NULL, NULL);

  fill_options (self, &filled, options);
  if (files->len == 1)
    {
      parts.folder = g_ptr_array_index (files, 0);
      name = g_file_get_basename (parts.folder);
    }
  parts.title = name != NULL ? name : _ ("Pictures");
  parts.thumbnailer = sheaf_engine_get_thumbnailer (self, &error);
  if (error == NULL)
    parts.feed = feed = sheaf_feed_new_for_files (files, filled.limit);
  parts.error = error;
  return sheaf_batch_new (&parts, &filled);
}

guint
sheaf_engine_get_n_jobs (SheafEngine *self, gboolean thumbnails)
{
  SheafExecutor *executor;

  g_return_val_if_fail (SHEAF_IS_ENGINE (self), 0);

  executor = self->executors[thumbnails ? USE_THUMBNAILS : USE_DOWNLOADS];
  return executor != NULL ? sheaf_executor_get_n_jobs (executor) : 0;
}

char *
sheaf_engine_dup_example_name (const char *template, GError **error)
{
  g_autoptr (SheafEntry) entry = sheaf_entry_new ("imgur", "Ab3dE9x");

  g_return_val_if_fail (template != NULL, NULL);

  entry->url = g_strdup ("https://i.imgur.com/Ab3dE9x.jpg");
  /* Translators: title of an example picture, to show what a template for file names does */
  entry->title = g_strdup (_ ("Green over the sound"));
  entry->date = 1748736000; /* 1 June 2025 */
  entry->index = 2;
  if (*template == '\0')
    return sheaf_name_for_entry (entry, NULL, "jpg", error);
  if (!sheaf_name_check_template (template, error))
    return NULL;
  return sheaf_name_for_entry (entry, template, "jpg", error);
}

void
sheaf_engine_shutdown (SheafEngine *self)
{
  GHashTableIter iter;
  gpointer executor, gate;

  g_return_if_fail (SHEAF_IS_ENGINE (self));

  if (self->closed)
    return;

  self->closed = TRUE;
  if (self->previews != NULL)
    sheaf_preview_loader_shutdown (self->previews);
  if (self->thumbnailer != NULL)
    sheaf_thumbnailer_shutdown (self->thumbnailer);
  g_clear_object (&self->previews);
  g_clear_object (&self->thumbnailer);
  for (Use use = 0; use < N_USES; use++)
    {
      if (self->executors[use] != NULL)
        sheaf_executor_shutdown (self->executors[use], TRUE);
      g_clear_object (&self->executors[use]);
    }
  g_hash_table_iter_init (&iter, self->chosen);
  while (g_hash_table_iter_next (&iter, NULL, &executor))
    sheaf_executor_shutdown (executor, TRUE);
  g_hash_table_remove_all (self->chosen);
  g_hash_table_iter_init (&iter, self->gates);
  while (g_hash_table_iter_next (&iter, NULL, &gate))
    sheaf_quota_gate_flush (gate);
  g_clear_object (&self->archive);
  g_clear_object (&self->demo);
}
