/* command.h: what sheaf-cli can do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A command is one file and one row in command-table.c. */
#pragma once

#include "app/engine.h"
#include "app/work/error.h"

G_BEGIN_DECLS

/**
 * SheafCommand:
 * @name: what a person types
 * @arguments: (translatable): what may follow, for --help
 * @summary: (translatable): one line
 * @run: given the command's own arguments, its name first; returns the exit status
 */
typedef struct
{
  const char *name;
  const char *arguments;
  const char *summary;
  int (*run) (int argc, char **argv);
} SheafCommand;

/* Ends with a row without a name. */
extern const SheafCommand sheaf_commands[];

int sheaf_command_list (int argc, char **argv);
int sheaf_command_download (int argc, char **argv);
int sheaf_command_thumbnail (int argc, char **argv);
int sheaf_command_compare (int argc, char **argv);
int sheaf_command_credits (int argc, char **argv);
int sheaf_command_demo (int argc, char **argv);
int sheaf_command_sources (int argc, char **argv);
int sheaf_command_broker (int argc, char **argv);
int sheaf_command_worker (int argc, char **argv);
int sheaf_command_queue (int argc, char **argv);

/**
 * sheaf_command_parse:
 * @entries: the command's options; %NULL for none
 * @min_arguments: at least so many must be left over
 * @max_arguments: and at most so many; -1 for any number
 *
 * Parses @argv into @entries and what is left of it.  --help is answered by itself.
 *
 * Returns: (transfer full) (nullable): what is left, or %NULL after a word about what is wrong
 */
GStrv sheaf_command_parse (
    int argc, char **argv, const GOptionEntry *entries, int min_arguments, int max_arguments);

/* Says what went wrong on standard error, "sheaf-cli: …", and returns the exit status for it. */
int sheaf_command_fail (const GError *error);

/* The same for a usage error. */
int sheaf_command_fail_usage (const char *format, ...) G_GNUC_PRINTF (1, 2);

/**
 * SheafClientOptions:
 *
 * Options of every command that talks to a service.
 */
typedef struct
{
  char *client_id_file;
  char *api_url;
} SheafClientOptions;

#define SHEAF_CLIENT_ENTRIES(options)                                                              \
  { "client-id-file",                                                                              \
    0,                                                                                             \
    0,                                                                                             \
    G_OPTION_ARG_FILENAME,                                                                         \
    &(options).client_id_file,                                                                     \
    N_ ("Read the client ID from FILE"),                                                           \
    N_ ("FILE") },                                                                                 \
  {                                                                                                \
    "api-url", 0, 0, G_OPTION_ARG_STRING, &(options).api_url,                                      \
        N_ ("Use the service at URL instead of api.imgur.com"), N_ ("URL")                         \
  }

void sheaf_client_options_clear (SheafClientOptions *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SheafClientOptions, sheaf_client_options_clear)

/**
 * sheaf_client_options_apply:
 * @spec: (nullable): what will be opened; an ID is only looked for where that may need one; %NULL
 *   for where it does
 *
 * Gives @engine the client ID, from the environment, the file, or the Secret Service, and its
 * settings the API address.
 *
 * Returns: %FALSE with @error set where what was given cannot be used
 */
gboolean sheaf_client_options_apply (const SheafClientOptions *options,
                                     SheafEngine *engine,
                                     const char *spec,
                                     GError **error);

G_END_DECLS
