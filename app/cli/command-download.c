/* command-download.c: sheaf-cli download
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/command.h"
#include "app/cli/report.h"

#include <glib/gi18n-lib.h>

#include <string.h>

/* Where downloads go unless told otherwise; the name that many a script has used before. */
#define DEFAULT_FOLDER "images"

typedef struct
{
  SheafClientOptions client;
  char *folder;
  char *executor;
  char *broker;
  char *types;
  int jobs;
  int limit;
  int timeout;
  int connect_timeout;
  int read_timeout;
  int retries;
  int thumbnail_size;
  gboolean no_albums;
  gboolean no_thumbnails;
  gboolean no_archive;
  gboolean mature;
  gboolean write_metadata;
  gboolean json;
} Options;

static void
options_clear (Options *options)
{
  sheaf_client_options_clear (&options->client);
  g_free (options->folder);
  g_free (options->executor);
  g_free (options->broker);
  g_free (options->types);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* "jpeg,png" as MIME types; a word that is none means pictures of that kind. */
static GStrv
parse_types (const char *text)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *word = g_ascii_strdown (g_strstrip (words[i]), -1);
      g_autofree char *type = NULL;

      if (*word == '\0')
        continue;
      if (strcmp (word, "jpg") == 0)
        type = g_strdup ("image/jpeg");
      else if (strcmp (word, "tif") == 0)
        type = g_strdup ("image/tiff");
      else if (strcmp (word, "mp4") == 0 || strcmp (word, "webm") == 0)
        type = g_strconcat ("video/", word, NULL);
      else
        type = strchr (word, '/') != NULL ? g_strdup (word) : g_strconcat ("image/", word, NULL);
      g_strv_builder_add (builder, type);
    }
  return g_strv_builder_end (builder);
}

static int
check (const Options *options)
{
  if (options->jobs < 0 || options->jobs > 256)
    return sheaf_command_fail_usage (_ ("The number of jobs must be from 1 to 256"));
  if (options->limit < 0 || options->timeout < 0)
    return sheaf_command_fail_usage (_ ("A limit cannot be negative"));
  if (options->connect_timeout < 1 || options->connect_timeout > 3600 || options->read_timeout < 1
      || options->read_timeout > 3600)
    return sheaf_command_fail_usage (_ ("Timeouts must be from 1 to 3600 seconds"));
  if (options->retries < 0 || options->retries > 100)
    return sheaf_command_fail_usage (_ ("The number of retries must be from 0 to 100"));
  if (options->thumbnail_size < 16 || options->thumbnail_size > 1024)
    return sheaf_command_fail_usage (_ ("The size of thumbnails must be from 16 to 1024"));
  return SHEAF_EXIT_OK;
}

static SheafSettings *
make_settings (const Options *options)
{
  SheafSettings *settings = sheaf_settings_new ();
  const char *broker = options->broker != NULL ? options->broker : g_getenv ("SHEAF_BROKER");

  g_object_set (settings, "jobs", options->jobs, "retries", options->retries, "connect-timeout",
                options->connect_timeout, "read-timeout", options->read_timeout, "albums",
                !options->no_albums, "mature", options->mature, "write-metadata",
                options->write_metadata, "thumbnail-size", options->thumbnail_size, NULL);
  if (options->executor != NULL)
    g_object_set (settings, "executor", options->executor, NULL);
  if (broker != NULL)
    g_object_set (settings, "broker", broker, NULL);
  if (options->types != NULL)
    {
      g_auto (GStrv) types = parse_types (options->types);

      g_object_set (settings, "types", types, NULL);
    }
  return settings;
}

static void
download (SheafEngine *engine, const Options *options, const char *spec, SheafReport *report)
{
  g_autoptr (GFile) folder
      = g_file_new_for_commandline_arg (options->folder != NULL ? options->folder : DEFAULT_FOLDER);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafSource) source = NULL;
  g_autoptr (SheafBatch) batch = NULL;
  SheafBatchOptions batch_options;
  g_autofree char *notice = NULL;

  if (sheaf_client_options_apply (&options->client, engine, spec, &error))
    source = sheaf_engine_open_source (engine, spec, &error);
  if (source == NULL)
    {
      sheaf_report_fail (report, error);
      return;
    }

  sheaf_batch_options_init (&batch_options);
  batch_options.folder = folder;
  batch_options.keep_items = FALSE;
  batch_options.thumbnails = !options->no_thumbnails;
  batch_options.use_archive = !options->no_archive;
  if (options->limit > 0)
    batch_options.limit = (guint) options->limit - sheaf_report_get_n_ended (report);
  if (options->timeout > 0)
    {
      double left = options->timeout - sheaf_report_get_seconds (report);

      batch_options.timeout = (guint) MAX (left, 1);
    }
  batch = sheaf_engine_download (engine, source, NULL, &batch_options);
  notice = sheaf_engine_take_notice (engine);
  if (notice != NULL)
    sheaf_report_say (report, notice);
  sheaf_report_run (report, batch);
}

int
sheaf_command_download (int argc, char **argv)
{
  g_auto (Options) options
      = { .connect_timeout = 10, .read_timeout = 30, .retries = 4, .thumbnail_size = 128 };
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.folder, N_ ("Write into DIR (images)"),
      N_ ("DIR") },
    { "executor", 'x', 0, G_OPTION_ARG_STRING, &options.executor,
      N_ ("How the work runs: sequential, threads, processes, async, queue (async)"),
      N_ ("EXECUTOR") },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs, N_ ("How many at once"), N_ ("N") },
    { "broker", 0, 0, G_OPTION_ARG_STRING, &options.broker,
      N_ ("Address of the job queue, for -x queue"), N_ ("URL") },
    { "limit", 0, 0, G_OPTION_ARG_INT, &options.limit, N_ ("At most N pictures"), N_ ("N") },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options.timeout,
      N_ ("Give up what is not done after SECONDS in all"), N_ ("SECONDS") },
    { "connect-timeout", 0, 0, G_OPTION_ARG_INT, &options.connect_timeout,
      N_ ("Wait so long for a connection (10)"), N_ ("SECONDS") },
    { "read-timeout", 0, 0, G_OPTION_ARG_INT, &options.read_timeout,
      N_ ("Wait so long for data (30)"), N_ ("SECONDS") },
    { "retries", 0, 0, G_OPTION_ARG_INT, &options.retries,
      N_ ("Try again so often what may pass (4)"), N_ ("N") },
    { "types", 0, 0, G_OPTION_ARG_STRING, &options.types,
      N_ ("Only these types of pictures: jpeg,png,… (every type, no videos)"), N_ ("TYPES") },
    { "no-albums", 0, 0, G_OPTION_ARG_NONE, &options.no_albums, N_ ("Leave albums out"), NULL },
    { "mature", 0, 0, G_OPTION_ARG_NONE, &options.mature, N_ ("Take pictures marked as mature too"),
      NULL },
    { "no-thumbnails", 0, 0, G_OPTION_ARG_NONE, &options.no_thumbnails, N_ ("Make no thumbnails"),
      NULL },
    { "thumbnail-size", 0, 0, G_OPTION_ARG_INT, &options.thumbnail_size,
      N_ ("Size of thumbnails in pixels (128)"), N_ ("SIZE") },
    { "no-archive", 0, 0, G_OPTION_ARG_NONE, &options.no_archive,
      N_ ("Neither remember nor skip what was downloaded before"), NULL },
    { "write-metadata", 0, 0, G_OPTION_ARG_NONE, &options.write_metadata,
      N_ ("Write what is known of each picture beside and into it, and CREDITS.md"), NULL },
    SHEAF_CLIENT_ENTRIES (options.client),
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object a line"), NULL },
    { NULL },
  };
  g_auto (GStrv) specs = sheaf_command_parse (argc, argv, entries, 1, -1);
  g_autoptr (SheafSettings) settings = NULL;
  g_autoptr (SheafEngine) engine = NULL;
  SheafReport *report;
  int status;

  if (specs == NULL)
    return SHEAF_EXIT_USAGE;
  status = check (&options);
  if (status != SHEAF_EXIT_OK)
    return status;

  settings = make_settings (&options);
  engine = sheaf_engine_new (settings);
  report = sheaf_report_new (engine, options.json, FALSE);
  for (guint i = 0; specs[i] != NULL && !sheaf_report_is_stopped (report); i++)
    if (options.limit == 0 || sheaf_report_get_n_ended (report) < (guint) options.limit)
      download (engine, &options, specs[i], report);
  status = sheaf_report_end (report);
  sheaf_engine_shutdown (engine);
  return status;
}
