/* main.c: the window's program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/application.h"

#include <glib/gi18n.h>

#include <locale.h>

int
main (int argc, char *argv[])
{
  g_autoptr (SheafApplication) application = NULL;
  const char *locale_dir;

  setlocale (LC_ALL, "");
  /* Words out of a build tree, or of a language that is being tried. */
  locale_dir = g_getenv ("SHEAF_LOCALE_DIR");
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : SHEAF_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname (SHEAF_APP_ID);
  g_set_application_name ("Sheaf");

  application = sheaf_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
