/* service-commons.c: as much of MediaWiki's Action API as asking for pictures takes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Generators "search", "categorymembers", "allimages" and "images" with "imageinfo", parts with
 * "continue", categories within categories (one of them within itself), metadata as HTML, and an
 * answer that the servers lag. */
#include "config.h"

#include "app/demo/service.h"

#include <string.h>

#define MOST 100 /* what "max" gives; less than at Wikimedia, so that there are parts */

/* Categories that hold categories: the third leads back. */
static const char *const nature[] = { "mountains", "lake", "Nature", "desert", NULL };

static void
add_field (JsonBuilder *builder, const char *name, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  sheaf_demo_set_string (builder, "value", value);
  sheaf_demo_set_string (builder, "source", "commons-desc-page");
  json_builder_end_object (builder);
}

static void
add_metadata (SheafDemoHost *host, JsonBuilder *builder, const SheafDemoPicture *picture)
{
  static const char *const licences[][2] = {
    { "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0" },
    { "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0" },
    { "CC0", "http://creativecommons.org/publicdomain/zero/1.0/deed.en" },
    { "Public domain", NULL },
  };
  const SheafDemoPost *post = sheaf_demo_catalogue_nth_post (host->catalogue, picture->post);
  const char *const *licence = licences[picture->seed % G_N_ELEMENTS (licences)];
  g_autofree char *artist = g_strdup_printf (
      "<a href=\"//commons.wikimedia.org/wiki/User:%s\" title=\"User:%s\">%s</a>", post->account,
      post->account, post->account);
  g_autofree char *title
      = picture->title != NULL ? g_markup_escape_text (picture->title, -1) : NULL;
  g_autofree char *description = g_strdup_printf ("<p lang=\"en\"><b>%s</b> &amp; <i>light</i></p>",
                                                  title != NULL ? title : post->tag);

  json_builder_set_member_name (builder, "extmetadata");
  json_builder_begin_object (builder);
  add_field (builder, "ObjectName", title);
  add_field (builder, "ImageDescription", description);
  add_field (builder, "Artist", artist);
  add_field (builder, "Credit", "<span class=\"int-own-work\" lang=\"en\">Own work</span>");
  add_field (builder, "LicenseShortName", licence[0]);
  add_field (builder, "LicenseUrl", licence[1]);
  json_builder_end_object (builder);
}

static void
add_page (SheafDemoHost *host, JsonBuilder *builder, const SheafDemoPicture *picture, guint index)
{
  const SheafDemoPost *post = sheaf_demo_catalogue_nth_post (host->catalogue, picture->post);
  g_autofree char *title = g_strdup_printf ("File:%s.%s", picture->id, picture->extension);
  g_autofree char *url = sheaf_demo_dup_link (host, picture, '\0');
  g_autofree char *preview = sheaf_demo_dup_link (host, picture, 'm');
  g_autofree char *page = g_strdup_printf ("%s/%s", host->base_url, post->id);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (post->date);
  g_autofree char *timestamp = g_date_time_format_iso8601 (date);
  guint number = post->first + picture->index;

  json_builder_begin_object (builder);
  sheaf_demo_set_int (builder, "pageid", 1000 + number);
  sheaf_demo_set_int (builder, "ns", 6);
  sheaf_demo_set_string (builder, "title", title);
  sheaf_demo_set_int (builder, "index", index);
  sheaf_demo_set_string (builder, "imagerepository", "local");
  json_builder_set_member_name (builder, "imageinfo");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  sheaf_demo_set_string (builder, "timestamp", timestamp);
  sheaf_demo_set_int (builder, "size", sheaf_demo_picture_get_bytes ((SheafDemoPicture *) picture));
  sheaf_demo_set_int (builder, "width", picture->width);
  sheaf_demo_set_int (builder, "height", picture->height);
  sheaf_demo_set_string (builder, "thumburl", preview);
  sheaf_demo_set_int (builder, "thumbwidth", 330);
  sheaf_demo_set_string (builder, "url", url);
  sheaf_demo_set_string (builder, "descriptionurl", page);
  if (picture->sha1 != NULL)
    sheaf_demo_set_string (builder, "sha1", picture->sha1);
  sheaf_demo_set_string (builder, "mime", picture->type);
  add_metadata (host, builder, picture);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* A part of @found, by the generator's own names for its limit and where to go on. */
static void
add_part (SheafDemoHost *host,
          const SheafDemoRequest *request,
          JsonBuilder *builder,
          GPtrArray *found,
          const char *limit_name,
          const char *more_name)
{
  guint limit = MIN (sheaf_demo_query_number (request, limit_name, MOST), MOST);
  guint first = MIN (sheaf_demo_query_number (request, more_name, 0), found->len);
  guint end = MIN (first + MAX (limit, 1), found->len);

  if (end < found->len)
    {
      json_builder_set_member_name (builder, "continue");
      json_builder_begin_object (builder);
      sheaf_demo_set_int (builder, more_name, end);
      sheaf_demo_set_string (builder, "continue", "gen||");
      json_builder_end_object (builder);
    }
  json_builder_set_member_name (builder, "query");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "pages");
  json_builder_begin_array (builder);
  /* Pages come by number, not by rank: that is in "index". */
  for (guint i = end; i > first; i--)
    add_page (host, builder, found->pdata[i - 1], i);
  json_builder_end_array (builder);
}

static GPtrArray *
find_category (SheafDemoHost *host, const char *title)
{
  GPtrArray *found = sheaf_demo_find_pictures (host, NULL);
  const char *name = g_str_has_prefix (title, "Category:") ? title + strlen ("Category:") : title;
  gboolean all = g_str_equal (name, "Featured pictures on Wikimedia Commons")
                 || g_str_equal (name, "Quality images");

  for (guint i = found->len; i > 0; i--)
    {
      SheafDemoPicture *picture = found->pdata[i - 1];
      SheafDemoPost *post = sheaf_demo_catalogue_nth_post (host->catalogue, picture->post);

      if (!all && g_ascii_strcasecmp (post->tag, name) != 0)
        g_ptr_array_remove_index (found, i - 1);
    }
  return found;
}

static GPtrArray *
find_user (SheafDemoHost *host, const char *user)
{
  GPtrArray *found = sheaf_demo_find_pictures (host, NULL);

  for (guint i = found->len; i > 0; i--)
    {
      SheafDemoPicture *picture = found->pdata[i - 1];
      SheafDemoPost *post = sheaf_demo_catalogue_nth_post (host->catalogue, picture->post);

      if (g_ascii_strcasecmp (post->account, user) != 0)
        g_ptr_array_remove_index (found, i - 1);
    }
  return found;
}

static void
add_subcategories (JsonBuilder *builder, const char *title)
{
  json_builder_set_member_name (builder, "categorymembers");
  json_builder_begin_array (builder);
  for (guint i = 0; g_str_equal (title, "Category:Nature") && nature[i] != NULL; i++)
    {
      g_autofree char *name = g_strconcat ("Category:", nature[i], NULL);

      json_builder_begin_object (builder);
      sheaf_demo_set_int (builder, "ns", 14);
      sheaf_demo_set_string (builder, "title", name);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_titles (SheafDemoHost *host, JsonBuilder *builder, const char *title)
{
  g_autofree char *id
      = g_strdup (g_str_has_prefix (title, "File:") ? title + strlen ("File:") : title);
  SheafDemoPicture *picture;

  id[strcspn (id, ".")] = '\0';
  picture = sheaf_demo_catalogue_picture (host->catalogue, id);
  json_builder_set_member_name (builder, "query");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "pages");
  json_builder_begin_array (builder);
  if (picture != NULL)
    add_page (host, builder, picture, 0);
  else
    {
      json_builder_begin_object (builder);
      sheaf_demo_set_int (builder, "ns", 6);
      sheaf_demo_set_string (builder, "title", title);
      sheaf_demo_set_bool (builder, "missing", TRUE);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static gboolean
answer_error (SheafDemoAnswer *answer, const char *code, const char *info)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  sheaf_demo_set_string (builder, "code", code);
  sheaf_demo_set_string (builder, "info", info);
  json_builder_end_object (builder);
  sheaf_demo_set_string (builder, "servedby", "demo");
  json_builder_end_object (builder);
  sheaf_demo_answer_json (answer, 200, builder);
  return TRUE;
}

/* Being over capacity is said in JSON with status 200, being asked too often as a web page. */
void
sheaf_demo_commons_fail (const SheafDemoRequest *request, SheafFault fault, SheafDemoAnswer *answer)
{
  if (fault == SHEAF_FAULT_503 || fault == SHEAF_FAULT_CAPACITY)
    {
      answer_error (answer, "maxlag", "Waiting for 10.64.0.0: 7.1 seconds lagged");
      soup_message_headers_replace (answer->headers, "Retry-After", "5");
      return;
    }
  sheaf_demo_answer_text (answer, sheaf_demo_fault_status (fault), "text/html; charset=utf-8",
                          "<!DOCTYPE html><title>Wikimedia Error</title><p>Our servers …");
}

gboolean
sheaf_demo_commons_answer (SheafDemoHost *host,
                           const SheafDemoRequest *request,
                           SheafDemoAnswer *answer)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GPtrArray) found = NULL;
  const char *generator = sheaf_demo_query (request, "generator", "");
  const char *titles = sheaf_demo_query (request, "titles", "");

  if (!g_str_equal (request->path, "/commons/w/api.php"))
    return FALSE;
  if (soup_message_headers_get_one (request->headers, "User-Agent") == NULL)
    {
      sheaf_demo_answer_text (answer, 403, "text/plain", "Please set a user-agent");
      return TRUE;
    }
  json_builder_begin_object (builder);
  if (g_str_equal (generator, "search"))
    {
      g_autofree char *words = g_strdup (sheaf_demo_query (request, "gsrsearch", ""));
      char *filter = strstr (words, " filetype:");

      if (filter != NULL)
        *filter = '\0';
      found = sheaf_demo_find_pictures (host, words);
      add_part (host, request, builder, found, "gsrlimit", "gsroffset");
      json_builder_set_member_name (builder, "searchinfo");
      json_builder_begin_object (builder);
      sheaf_demo_set_int (builder, "totalhits", found->len);
      json_builder_end_object (builder);
    }
  else if (g_str_equal (generator, "categorymembers"))
    {
      const char *title = sheaf_demo_query (request, "gcmtitle", "");

      if (!g_str_has_prefix (title, "Category:"))
        return answer_error (answer, "invalidcategory",
                             "The category name you entered is not valid.");
      found = find_category (host, title);
      add_part (host, request, builder, found, "gcmlimit", "gcmcontinue");
      if (g_str_equal (sheaf_demo_query (request, "list", ""), "categorymembers"))
        add_subcategories (builder, sheaf_demo_query (request, "cmtitle", ""));
    }
  else if (g_str_equal (generator, "allimages"))
    {
      found = find_user (host, sheaf_demo_query (request, "gaiuser", ""));
      add_part (host, request, builder, found, "gailimit", "gaicontinue");
    }
  else if (g_str_equal (generator, "images"))
    {
      found = sheaf_demo_find_pictures (host, NULL);
      g_ptr_array_set_size (found, (int) MIN (found->len, 30));
      add_part (host, request, builder, found, "gimlimit", "gimcontinue");
    }
  else
    add_titles (host, builder, titles);
  json_builder_end_object (builder); /* query */
  json_builder_end_object (builder);
  sheaf_demo_answer_json (answer, 200, builder);
  return TRUE;
}
