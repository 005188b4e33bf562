/* command-thumbnail.c: sheaf-cli thumbnail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/command.h"
#include "app/cli/report.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

typedef struct
{
  int size;
  int jobs;
  char *executor;
  char *broker;
  char *folder;
  gboolean cache;
  gboolean beside;
  gboolean json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->executor);
  g_free (options->broker);
  g_free (options->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static int
check (const Options *options)
{
  if (options->size < 1 || options->size > 8192)
    return sheaf_command_fail_usage (_ ("A size must be from 1 to 8192"));
  if (options->jobs < 0 || options->jobs > 256)
    return sheaf_command_fail_usage (_ ("The number of jobs must be from 1 to 256"));
  if (options->cache + options->beside + (options->folder != NULL) > 1)
    return sheaf_command_fail_usage (_ ("Only one of --cache, --beside and -o makes sense"));
  if (!options->beside && options->folder == NULL && options->size > 1024)
    return sheaf_command_fail_usage (_ ("The cache holds sizes up to 1024; see --beside and -o"));
  return SHEAF_EXIT_OK;
}

static gboolean
make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", folder,
               g_strerror (errno));
  return FALSE;
}

static GPtrArray *
make_files (const char *const *paths)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; paths[i] != NULL; i++)
    g_ptr_array_add (files, g_file_new_for_commandline_arg (paths[i]));
  return files;
}

int
sheaf_command_thumbnail (int argc, char **argv)
{
  g_auto (Options) options = { .size = 128 };
  const GOptionEntry entries[] = {
    { "size", 's', 0, G_OPTION_ARG_INT, &options.size, N_ ("Fit into SIZE × SIZE pixels (128)"),
      N_ ("SIZE") },
    { "executor", 'x', 0, G_OPTION_ARG_STRING, &options.executor,
      N_ ("How the work runs: sequential, processes, … (processes)"), N_ ("EXECUTOR") },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs,
      N_ ("How many at once (one per processor core)"), N_ ("N") },
    { "broker", 0, 0, G_OPTION_ARG_STRING, &options.broker,
      N_ ("Address of the job queue, for -x queue"), N_ ("URL") },
    { "cache", 0, 0, G_OPTION_ARG_NONE, &options.cache,
      N_ ("Into the cache that all programs share (the default)"), NULL },
    { "beside", 0, 0, G_OPTION_ARG_NONE, &options.beside,
      N_ ("As NAME_thumbnail.EXT beside each picture"), NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.folder,
      N_ ("As NAME_thumbnail.EXT into DIR"), N_ ("DIR") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object a line"), NULL },
    { NULL },
  };
  g_auto (GStrv) paths = sheaf_command_parse (argc, argv, entries, 1, -1);
  g_autoptr (SheafSettings) settings = NULL;
  g_autoptr (SheafEngine) engine = NULL;
  g_autoptr (SheafBatch) batch = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GFile) folder = NULL;
  g_autoptr (GError) error = NULL;
  SheafBatchOptions batch_options;
  SheafReport *report;
  int status;

  if (paths == NULL)
    return SHEAF_EXIT_USAGE;
  status = check (&options);
  if (status != SHEAF_EXIT_OK)
    return status;
  if (options.folder != NULL && !make_folder (options.folder, &error))
    return sheaf_command_fail (error);

  settings = sheaf_settings_new ();
  g_object_set (settings, "thumbnail-jobs", options.jobs, NULL);
  if (options.executor != NULL)
    g_object_set (settings, "thumbnail-executor", options.executor, NULL);
  if (options.broker != NULL || g_getenv ("SHEAF_BROKER") != NULL)
    g_object_set (settings, "broker",
                  options.broker != NULL ? options.broker : g_getenv ("SHEAF_BROKER"), NULL);
  engine = sheaf_engine_new (settings);

  sheaf_batch_options_init (&batch_options);
  batch_options.keep_items = FALSE;
  batch_options.thumbnail_size = (guint) options.size;
  if (options.folder != NULL)
    {
      folder = g_file_new_for_commandline_arg (options.folder);
      batch_options.output = SHEAF_THUMBNAIL_OUTPUT_FOLDER;
      batch_options.output_folder = folder;
    }
  else if (options.beside)
    {
      batch_options.output = SHEAF_THUMBNAIL_OUTPUT_BESIDE;
    }

  report = sheaf_report_new (engine, options.json, TRUE);
  files = make_files ((const char *const *) paths);
  batch = sheaf_engine_thumbnail (engine, files, &batch_options);
  sheaf_report_run (report, batch);
  status = sheaf_report_end (report);
  sheaf_engine_shutdown (engine);
  return status;
}
