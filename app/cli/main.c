/* main.c: sheaf-cli, everything Sheaf does without a screen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/command.h"
#include "app/cli/output.h"

#include <glib/gi18n-lib.h>

#include <locale.h>
#include <signal.h>
#include <string.h>

static void
print_help (void)
{
  gsize width = 0;

  g_print ("%s\n\n", _ ("Usage: sheaf-cli COMMAND [OPTION…] [ARGUMENT…]"));
  g_print ("%s\n\n%s\n", _ ("Gathers picture galleries: downloads them, and makes thumbnails."),
           _ ("Commands:"));
  for (const SheafCommand *command = sheaf_commands; command->name != NULL; command++)
    width = MAX (width, strlen (command->name));
  for (const SheafCommand *command = sheaf_commands; command->name != NULL; command++)
    g_print ("  %-*s  %s\n", (int) width, command->name, _ (command->summary));
  g_print ("\n%s\n", _ ("“sheaf-cli COMMAND --help” tells more of each."));
}

static const SheafCommand *
find_command (const char *name)
{
  for (const SheafCommand *command = sheaf_commands; command->name != NULL; command++)
    if (strcmp (command->name, name) == 0)
      return command;
  return NULL;
}

static int
run (int argc, char **argv)
{
  const SheafCommand *command;

  if (argc < 2)
    {
      sheaf_command_fail_usage ("%s", _ ("Which command? “sheaf-cli --help” lists them."));
      return SHEAF_EXIT_USAGE;
    }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0
      || strcmp (argv[1], "help") == 0)
    {
      print_help ();
      return SHEAF_EXIT_OK;
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      g_print ("sheaf-cli %s\n", PACKAGE_VERSION);
      return SHEAF_EXIT_OK;
    }

  command = find_command (argv[1]);
  if (command == NULL)
    return sheaf_command_fail_usage (_ ("No such command: “%s”. “sheaf-cli --help” lists them."),
                                     argv[1]);
  return command->run (argc - 1, argv + 1);
}

int
main (int argc, char *argv[])
{
  int status;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SHEAF_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("sheaf-cli");

  /* Who reads the output may leave; that is found out by writing, and ended in an orderly way. */
  signal (SIGPIPE, SIG_IGN);

  status = run (argc, argv);
  return sheaf_output_close (status);
}
