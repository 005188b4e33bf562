/* thumbnail-service-main.c: sheaf-thumbnail-service, started by D-Bus when somebody asks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Joins the service to an executor of confined helpers, and ends when nobody has asked for
 * anything for a while, or when another thumbnailer takes the name. */
#include "config.h"

#include "app/thumbnail/thumbnail-service.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include <locale.h>
#include <signal.h>

typedef struct
{
  GMainLoop *loop;
  SheafThumbnailService *service;
  int status;
} Program;

static void
on_bus (GDBusConnection *bus, const char *name, gpointer data)
{
  Program *program = data;
  g_autoptr (GError) error = NULL;

  if (sheaf_thumbnail_service_export (program->service, bus, &error))
    return;
  g_printerr ("sheaf-thumbnail-service: %s\n", error->message);
  program->status = 1;
  g_main_loop_quit (program->loop);
}

static void
on_name_lost (GDBusConnection *bus, const char *name, gpointer data)
{
  Program *program = data;

  if (bus == NULL)
    {
      g_printerr ("sheaf-thumbnail-service: %s\n", _ ("There is no session bus."));
      program->status = 1;
    }
  g_main_loop_quit (program->loop);
}

static void
on_idle (SheafThumbnailService *service, Program *program)
{
  g_main_loop_quit (program->loop);
}

static gboolean
on_signal (gpointer data)
{
  g_main_loop_quit (((Program *) data)->loop);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char *argv[])
{
  g_autoptr (SheafExecutor) executor = NULL;
  g_autoptr (SheafThumbnailer) thumbnailer = NULL;
  g_autoptr (SheafThumbnailService) service = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  Program program = { .loop = loop };
  guint name;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SHEAF_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  executor = sheaf_executor_create ("processes", NULL, &error);
  if (executor == NULL)
    {
      g_printerr ("sheaf-thumbnail-service: %s\n", error->message);
      return 1;
    }
  thumbnailer = sheaf_thumbnailer_new (executor);
  service = program.service = sheaf_thumbnail_service_new (thumbnailer);
  g_signal_connect (service, "idle", G_CALLBACK (on_idle), &program);
  g_unix_signal_add (SIGINT, on_signal, &program);
  g_unix_signal_add (SIGTERM, on_signal, &program);
  name = g_bus_own_name (G_BUS_TYPE_SESSION, SHEAF_THUMBNAIL_SERVICE_NAME,
                         G_BUS_NAME_OWNER_FLAGS_ALLOW_REPLACEMENT, on_bus, NULL, on_name_lost,
                         &program, NULL);
  g_main_loop_run (loop);

  g_bus_unown_name (name);
  sheaf_thumbnailer_shutdown (thumbnailer);
  sheaf_executor_shutdown (executor, TRUE);
  return program.status;
}
