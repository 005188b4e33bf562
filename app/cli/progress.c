/* progress.c: how far it is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/cli/progress.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_CELLS       24
#define DEFAULT_COLUMNS 80

struct _SheafProgress
{
  gboolean drawing;
  gboolean json;
  char *line;         /* (nullable): what is drawn at present */
  char *sums;         /* (nullable): how far it is */
  gint64 wait_until;  /* on the monotonic clock: what a countdown runs to */
  guint countdown_id; /* 0 where none runs */
};

SheafProgress *
sheaf_progress_new (gboolean quiet)
{
  SheafProgress *self = g_new0 (SheafProgress, 1);

  self->drawing
      = !quiet && isatty (STDERR_FILENO) == 1 && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  return self;
}

static void
erase (SheafProgress *self)
{
  if (self->line == NULL)
    return;
  fputs ("\r\033[K", stderr);
  g_clear_pointer (&self->line, g_free);
}

void
sheaf_progress_free (SheafProgress *self)
{
  g_clear_handle_id (&self->countdown_id, g_source_remove);
  erase (self);
  fflush (stderr);
  g_free (self->sums);
  g_free (self);
}

static guint
get_columns (void)
{
  struct winsize size;

  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return DEFAULT_COLUMNS;
}

static char *
format_time (gint64 seconds)
{
  if (seconds >= 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d", seconds / 3600,
                            (int) (seconds / 60 % 60), (int) (seconds % 60));
  return g_strdup_printf ("%d:%02d", (int) (seconds / 60), (int) (seconds % 60));
}

char *
sheaf_progress_format (const SheafBatchSums *sums, guint columns)
{
  g_autoptr (GString) line = g_string_new (NULL);
  guint ended = sums->done + sums->skipped + sums->failed + sums->cancelled;

  if (sums->complete && sums->total > 0 && columns >= 60)
    {
      guint filled = (guint) ((guint64) ended * BAR_CELLS / sums->total);

      g_string_append_c (line, '[');
      for (guint i = 0; i < BAR_CELLS; i++)
        g_string_append_c (line, i < filled ? '#' : '-');
      g_string_append (line, "] ");
    }
  /* While more may come, the number is a lower bound. */
  g_string_append_printf (line, sums->complete ? "%u/%u" : "%u/%u+", ended, sums->total);
  if (sums->bytes_per_second >= 1)
    {
      g_autofree char *speed = g_format_size ((guint64) sums->bytes_per_second);

      g_string_append (line, "  ");
      /* Translators: so many bytes, "1.2 MB", in every second */
      g_string_append_printf (line, _ ("%s/s"), speed);
    }
  if (sums->seconds_left >= 0)
    {
      g_autofree char *time = format_time (sums->seconds_left);

      g_string_append (line, "  ");
      /* Translators: time that is left, "1:30" */
      g_string_append_printf (line, _ ("%s left"), time);
    }
  if (sums->failed > 0)
    {
      g_string_append (line, "  ");
      g_string_append_printf (line, ngettext ("%u failed", "%u failed", sums->failed),
                              sums->failed);
    }
  if (columns > 1 && g_utf8_strlen (line->str, -1) > (glong) columns - 1)
    g_string_truncate (line,
                       (gsize) (g_utf8_offset_to_pointer (line->str, columns - 1) - line->str));
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static char *
format_wait (gint64 seconds)
{
  g_autofree char *time = format_time (seconds);

  /* Translators: %s is a span like “40 seconds” */
  return g_strdup_printf (_ ("Sheaf tries again in %s."), time);
}

/* (transfer full) (nullable): how far it is, and how long it waits. */
static char *
dup_line (SheafProgress *self)
{
  gint64 left = self->wait_until - g_get_monotonic_time ();
  g_autofree char *wait = NULL;

  if (self->countdown_id == 0 || left <= 0)
    return g_strdup (self->sums);
  wait = format_wait ((left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
  return self->sums != NULL ? g_strconcat (self->sums, "  ", wait, NULL) : g_strdup (wait);
}

static void
draw (SheafProgress *self)
{
  g_autofree char *line = dup_line (self);

  if (g_strcmp0 (line, self->line) == 0)
    return;
  erase (self);
  fputs (line != NULL ? line : "", stderr);
  fflush (stderr);
  self->line = g_steal_pointer (&line);
}

static gboolean
on_countdown (gpointer data)
{
  SheafProgress *self = data;

  if (g_get_monotonic_time () >= self->wait_until)
    self->countdown_id = 0;
  draw (self);
  return self->countdown_id != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
sheaf_progress_set_json (SheafProgress *self, gboolean json)
{
  self->json = json;
}

/* Beside the results, whose form is fixed. */
static void
say_json (SheafProgress *self, const GError *error, gint64 seconds)
{
  JsonObject *waiting = json_object_new ();
  JsonObject *object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *line = NULL;

  json_object_set_string_member (waiting, "kind", sheaf_error_kind (error));
  json_object_set_string_member (waiting, "message", error->message);
  json_object_set_int_member (waiting, "seconds", seconds);
  json_object_set_int_member (waiting, "until", g_get_real_time () / G_USEC_PER_SEC + seconds);
  json_object_set_object_member (object, "waiting", waiting);
  json_node_take_object (node, object);
  line = json_to_string (node, FALSE);
  sheaf_progress_message (self, line);
}

void
sheaf_progress_notice (SheafProgress *self, const GError *error)
{
  gint64 seconds = sheaf_error_get_retry_after (error);
  g_autoptr (GString) message = g_string_new ("sheaf-cli: ");

  if (self->json && seconds > 0 && !self->drawing)
    {
      say_json (self, error, seconds);
      return;
    }
  g_string_append (message, error->message);
  if (seconds > 0 && !self->drawing)
    {
      g_autofree char *wait = format_wait (seconds);

      g_string_append_printf (message, " %s", wait);
    }
  sheaf_progress_message (self, message->str);
  if (seconds <= 0 || !self->drawing)
    return;
  self->wait_until = g_get_monotonic_time () + seconds * (gint64) G_USEC_PER_SEC;
  if (self->countdown_id == 0)
    self->countdown_id = g_timeout_add (500, on_countdown, self);
  draw (self);
}

void
sheaf_progress_update (SheafProgress *self, const SheafBatchSums *sums)
{
  if (!self->drawing)
    return;
  g_free (self->sums);
  self->sums = sheaf_progress_format (sums, get_columns ());
  draw (self);
}

void
sheaf_progress_hide (SheafProgress *self)
{
  erase (self);
  fflush (stderr);
}

void
sheaf_progress_message (SheafProgress *self, const char *message)
{
  g_autofree char *line = g_strdup (self->line);

  erase (self);
  g_printerr ("%s\n", message);
  if (line != NULL)
    {
      fputs (line, stderr);
      fflush (stderr);
      self->line = g_steal_pointer (&line);
    }
}
