/* command-list.c: sheaf-cli list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One line an entry as its source tells it; albums are one entry, not opened. */
#include "config.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "app/feed.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  SheafFeed *feed;
  GMainLoop *loop;
  SheafProgress *progress;
  GError *error;
  gboolean json;
} Listing;

static void
set_string (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
  else
    json_object_set_null_member (object, name);
}

static gboolean
print_json (const SheafEntry *entry)
{
  JsonObject *object = json_object_new ();

  set_string (object, "source", entry->source);
  set_string (object, "id", entry->id);
  set_string (object, "url", entry->url);
  set_string (object, "page", entry->page_url);
  set_string (object, "title", entry->title);
  set_string (object, "type", entry->type);
  json_object_set_int_member (object, "width", entry->width);
  json_object_set_int_member (object, "height", entry->height);
  json_object_set_int_member (object, "bytes", (gint64) entry->bytes);
  json_object_set_int_member (object, "date", entry->date);
  json_object_set_int_member (object, "album", entry->album_count);
  json_object_set_boolean_member (object, "animated", entry->animated);
  json_object_set_boolean_member (object, "mature", entry->mature);
  set_string (object, "author", entry->author);
  set_string (object, "licence", entry->licence);
  return sheaf_output_json (object);
}

static gboolean
print_plain (const SheafEntry *entry)
{
  g_autofree char *title = sheaf_entry_dup_display_title (entry);
  g_autofree char *line = NULL;

  /* One line stays one line, and columns stay columns, whatever people put into their titles. */
  g_strdelimit (title, "\t\n\r", ' ');
  line = g_strjoin ("\t",
                    entry->url != NULL        ? entry->url
                    : entry->page_url != NULL ? entry->page_url
                                              : "-",
                    sheaf_entry_is_album (entry) ? "album"
                    : entry->type != NULL        ? entry->type
                                                 : "-",
                    title, NULL);
  return sheaf_output_line (line);
}

static void
on_fed (GObject *object, GAsyncResult *result, gpointer data)
{
  Listing *listing = data;
  g_autoptr (GPtrArray) handful
      = sheaf_feed_next_finish (SHEAF_FEED (object), result, &listing->error);
  gboolean well = TRUE;

  sheaf_progress_hide (listing->progress);
  for (guint i = 0; handful != NULL && i < handful->len && well; i++)
    {
      const SheafEntry *entry = ((SheafFed *) g_ptr_array_index (handful, i))->entry;

      well = listing->json ? print_json (entry) : print_plain (entry);
    }
  if (handful == NULL || handful->len == 0 || !well)
    g_main_loop_quit (listing->loop);
  else
    sheaf_feed_next_async (listing->feed, NULL, on_fed, listing);
}

static void
on_notice (SheafFeed *feed, const GError *error, Listing *listing)
{
  sheaf_progress_notice (listing->progress, error);
}

int
sheaf_command_list (int argc, char **argv)
{
  g_auto (SheafClientOptions) client = { 0 };
  gboolean json = FALSE;
  gboolean mature = FALSE;
  int limit = 0;
  const GOptionEntry entries[] = {
    { "limit", 0, 0, G_OPTION_ARG_INT, &limit, N_ ("At most N entries"), N_ ("N") },
    { "mature", 0, 0, G_OPTION_ARG_NONE, &mature, N_ ("Take pictures marked as mature too"), NULL },
    SHEAF_CLIENT_ENTRIES (client),
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object a line"), NULL },
    { NULL },
  };
  g_auto (GStrv) specs = sheaf_command_parse (argc, argv, entries, 1, 1);
  g_autoptr (SheafSettings) settings = NULL;
  g_autoptr (SheafEngine) engine = NULL;
  g_autoptr (SheafSource) source = NULL;
  g_autoptr (GError) error = NULL;
  Listing listing = { .json = json };
  SheafFeedOptions options;

  if (specs == NULL)
    return SHEAF_EXIT_USAGE;
  if (limit < 0)
    return sheaf_command_fail_usage (_ ("A limit cannot be negative"));

  settings = sheaf_settings_new ();
  g_object_set (settings, "mature", mature, NULL);
  engine = sheaf_engine_new (settings);
  if (sheaf_client_options_apply (&client, engine, specs[0], &error))
    source = sheaf_engine_open_source (engine, specs[0], &error);
  if (source == NULL)
    return sheaf_command_fail (error);

  options = (SheafFeedOptions){ .as_listed = TRUE,
                                .limit = (guint) limit,
                                .retries = sheaf_settings_get_retries (settings) };
  listing.feed = sheaf_feed_new (source, NULL, &options);
  listing.loop = g_main_loop_new (NULL, FALSE);
  listing.progress = sheaf_progress_new (FALSE);
  sheaf_progress_set_json (listing.progress, json);
  g_signal_connect (listing.feed, "notice", G_CALLBACK (on_notice), &listing);
  sheaf_feed_next_async (listing.feed, NULL, on_fed, &listing);
  g_main_loop_run (listing.loop);
  g_main_loop_unref (listing.loop);
  sheaf_progress_free (listing.progress);
  g_object_unref (listing.feed);
  sheaf_engine_shutdown (engine);

  error = listing.error;
  return error != NULL ? sheaf_command_fail (error) : SHEAF_EXIT_OK;
}
