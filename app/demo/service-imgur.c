/* service-imgur.c: version 3 of Imgur's API, as its documentation and its clients tell it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Its oddities are part of it: a post's numbers may be null, an album's link is a web page, lists
 * hold only the first pictures of an album and sometimes none, errors come in several shapes, and
 * the reset of one quota is a date while that of the other is a delay. */
#include "config.h"

#include "app/demo/service.h"

#include <string.h>

#include <json-glib/json-glib.h>

#define PAGE_LENGTH 60
#define PREVIEWS    3 /* pictures of an album that a list shows */
#define USUAL_QUOTA 12500

static JsonBuilder *
begin (void)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "data");
  return builder;
}

static void
finish (JsonBuilder *builder, SheafDemoAnswer *answer, guint status)
{
  sheaf_demo_set_bool (builder, "success", status < 400);
  sheaf_demo_set_int (builder, "status", status);
  json_builder_end_object (builder);
  sheaf_demo_answer_json (answer, status, builder);
}

static gboolean
answer_error (const SheafDemoRequest *request,
              SheafDemoAnswer *answer,
              guint status,
              const char *message)
{
  g_autoptr (JsonBuilder) builder = begin ();

  json_builder_begin_object (builder);
  sheaf_demo_set_string (builder, "error", message);
  sheaf_demo_set_string (builder, "request", request->path);
  sheaf_demo_set_string (builder, "method", "GET");
  json_builder_end_object (builder);
  finish (builder, answer, status);
  return TRUE;
}

/* No data, no success, and a code that is a string. */
static void
answer_too_many (SheafDemoAnswer *answer)
{
  sheaf_demo_answer_text (
      answer, 429, "application/vnd.imgur.v1+json",
      "{\"errors\":[{\"id\":\"legacy-api-6f5d9\",\"code\":\"429\",\"status\":\"Too Many Requests\","
      "\"detail\":\"Too many requests\"}]}");
}

void
sheaf_demo_imgur_fail (const SheafDemoRequest *request, SheafFault fault, SheafDemoAnswer *answer)
{
  switch ((int) fault)
    {
    case SHEAF_FAULT_401:
      answer_error (request, answer, 401, "Authentication required");
      break;
    case SHEAF_FAULT_403:
      answer_error (request, answer, 403, "Invalid client_id");
      break;
    case SHEAF_FAULT_404:
      answer_error (request, answer, 404, "Unable to find what was requested");
      break;
    case SHEAF_FAULT_429:
    case SHEAF_FAULT_429_DATE:
    case SHEAF_FAULT_429_BARE:
      answer_too_many (answer);
      break;
    case SHEAF_FAULT_500:
      sheaf_demo_answer_text (
          answer, 500, "application/json",
          "{\"data\":{\"error\":{\"code\":1003,\"message\":\"An error occurred\","
          "\"type\":\"ImgurException\",\"exception\":{}}},\"success\":false,"
          "\"status\":500}");
      break;
    case SHEAF_FAULT_CAPACITY:
      answer_error (request, answer, 403,
                    "Imgur is temporarily over capacity. Please try again later.");
      break;
    case SHEAF_FAULT_REGION:
      answer_error (request, answer, 403, "Banned Country Attempt (GB)");
      break;
    default:
      sheaf_demo_answer_text (answer, 503, "text/html",
                              "<!DOCTYPE html><html><head><title>Imgur is over capacity!</title>"
                              "</head><body><h1>Imgur is over capacity!</h1></body></html>");
      break;
    }
}

static void
add_tags (JsonBuilder *builder, const SheafDemoPost *post)
{
  json_builder_set_member_name (builder, "tags");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  sheaf_demo_set_string (builder, "name", post->tag);
  sheaf_demo_set_string (builder, "display_name", post->tag);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
}

/* What posts of both kinds say of themselves. */
static void
add_post_facts (JsonBuilder *builder, const SheafDemoPost *post)
{
  sheaf_demo_set_int (builder, "datetime", post->date);
  sheaf_demo_set_string (builder, "account_url", post->account);
  sheaf_demo_set_int (builder, "account_id", 1000 + strlen (post->account));
  sheaf_demo_set_null (builder, "vote");
  sheaf_demo_set_bool (builder, "favorite", FALSE);
  /* Untouched posts say null rather than false or 0. */
  if (post->score % 5 == 0 && !post->mature)
    sheaf_demo_set_null (builder, "nsfw");
  else
    sheaf_demo_set_bool (builder, "nsfw", post->mature);
  sheaf_demo_set_string (builder, "section", "");
  if (post->score % 7 == 0)
    {
      sheaf_demo_set_null (builder, "ups");
      sheaf_demo_set_null (builder, "points");
      sheaf_demo_set_null (builder, "comment_count");
    }
  else
    {
      sheaf_demo_set_int (builder, "ups", post->score + 11);
      sheaf_demo_set_int (builder, "points", post->score);
      sheaf_demo_set_int (builder, "comment_count", post->score / 17);
    }
  sheaf_demo_set_int (builder, "score", post->score);
  sheaf_demo_set_bool (builder, "is_ad", FALSE);
  sheaf_demo_set_bool (builder, "in_gallery", TRUE);
  add_tags (builder, post);
}

static void
add_picture_facts (SheafDemoHost *host, JsonBuilder *builder, SheafDemoPicture *picture)
{
  g_autofree char *link
      = g_strdup_printf ("%s/%s.%s", host->base_url, picture->id, picture->extension);
  gint64 views = 900 + (gint64) picture->seed % 5000000;
  guint bytes = sheaf_demo_picture_get_bytes (picture);

  sheaf_demo_set_string (builder, "id", picture->id);
  sheaf_demo_set_string (builder, "title", picture->title);
  sheaf_demo_set_string (builder, "description", picture->description);
  sheaf_demo_set_string (builder, "type", picture->type);
  sheaf_demo_set_bool (builder, "animated", picture->animated);
  sheaf_demo_set_int (builder, "width", picture->width);
  sheaf_demo_set_int (builder, "height", picture->height);
  sheaf_demo_set_int (builder, "size", bytes);
  sheaf_demo_set_int (builder, "views", views);
  sheaf_demo_set_int (builder, "bandwidth", views * MAX (bytes, 200000));
  sheaf_demo_set_bool (builder, "has_sound", FALSE);
  sheaf_demo_set_string (builder, "link", link);
  if (picture->animated)
    {
      g_autofree char *gifv = g_strdup_printf ("%s/%s.gifv", host->base_url, picture->id);
      g_autofree char *mp4 = g_strdup_printf ("%s/%s.mp4", host->base_url, picture->id);

      sheaf_demo_set_string (builder, "mp4", mp4);
      sheaf_demo_set_string (builder, "gifv", gifv);
      sheaf_demo_set_int (builder, "mp4_size", 0);
      sheaf_demo_set_bool (builder, "looping", TRUE);
    }
}

static void
add_image (SheafDemoHost *host, JsonBuilder *builder, SheafDemoPicture *picture)
{
  SheafDemoPost *post = sheaf_demo_catalogue_nth_post (host->catalogue, picture->post);

  json_builder_begin_object (builder);
  add_picture_facts (host, builder, picture);
  sheaf_demo_set_int (builder, "datetime", post->date);
  sheaf_demo_set_bool (builder, "nsfw", post->mature);
  sheaf_demo_set_bool (builder, "in_gallery", FALSE);
  json_builder_end_object (builder);
}

static void
add_images (SheafDemoHost *host, JsonBuilder *builder, const SheafDemoPost *post, guint most)
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < MIN (post->n_pictures, most); i++)
    add_image (host, builder, sheaf_demo_catalogue_nth_picture (host->catalogue, post->first + i));
  json_builder_end_array (builder);
}

static void
add_album (SheafDemoHost *host, JsonBuilder *builder, const SheafDemoPost *post, guint most)
{
  SheafDemoPicture *cover = sheaf_demo_catalogue_nth_picture (host->catalogue, post->first);
  g_autofree char *link = g_strdup_printf ("%s/a/%s", host->base_url, post->id);

  json_builder_begin_object (builder);
  sheaf_demo_set_string (builder, "id", post->id);
  sheaf_demo_set_string (builder, "title", post->title);
  sheaf_demo_set_null (builder, "description");
  sheaf_demo_set_string (builder, "cover", cover->id);
  sheaf_demo_set_int (builder, "cover_width", cover->width);
  sheaf_demo_set_int (builder, "cover_height", cover->height);
  sheaf_demo_set_string (builder, "privacy", "hidden");
  sheaf_demo_set_string (builder, "layout", "blog");
  sheaf_demo_set_int (builder, "views", (gint64) post->score * 61);
  sheaf_demo_set_string (builder, "link", link);
  add_post_facts (builder, post);
  sheaf_demo_set_bool (builder, "is_album", TRUE);
  sheaf_demo_set_int (builder, "images_count", post->n_pictures);
  if (most > PREVIEWS || post->score % 6 != 0)
    {
      json_builder_set_member_name (builder, "images");
      add_images (host, builder, post, most);
    }
  json_builder_end_object (builder);
}

static void
add_post (SheafDemoHost *host, JsonBuilder *builder, const SheafDemoPost *post, guint most)
{
  if (post->album)
    {
      add_album (host, builder, post, most);
      return;
    }
  json_builder_begin_object (builder);
  add_picture_facts (host, builder,
                     sheaf_demo_catalogue_nth_picture (host->catalogue, post->first));
  add_post_facts (builder, post);
  sheaf_demo_set_bool (builder, "is_album", FALSE);
  json_builder_end_object (builder);
}

static int
by_score (gconstpointer a, gconstpointer b)
{
  const SheafDemoPost *x = *(SheafDemoPost *const *) a, *y = *(SheafDemoPost *const *) b;

  return x->score != y->score ? (x->score < y->score ? 1 : -1) : (int) x->first - (int) y->first;
}

static int
by_chance (gconstpointer a, gconstpointer b)
{
  const SheafDemoPost *x = *(SheafDemoPost *const *) a, *y = *(SheafDemoPost *const *) b;

  return strcmp (x->id + 2, y->id + 2);
}

typedef struct
{
  const char *tag, *account, *words, *kind;
  const char *sort, *window;
} Choice;

static gboolean
chosen (SheafDemoHost *host, const SheafDemoPost *post, const Choice *choice, gboolean mature)
{
  static const struct
  {
    const char *window;
    guint hours;
  } windows[] = { { "day", 24 }, { "week", 168 }, { "month", 744 }, { "year", 8784 } };

  if (post->mature && !mature)
    return FALSE;
  if (choice->tag != NULL && g_ascii_strcasecmp (choice->tag, post->tag) != 0)
    return FALSE;
  if (choice->account != NULL && g_ascii_strcasecmp (choice->account, post->account) != 0)
    return FALSE;
  if (choice->words != NULL && !sheaf_demo_post_matches (host, post, choice->words))
    return FALSE;
  if (choice->kind != NULL && g_str_equal (choice->kind, "album") != post->album)
    return FALSE;
  for (guint i = 0; choice->window != NULL && i < G_N_ELEMENTS (windows); i++)
    if (g_str_equal (choice->window, windows[i].window) && post->age > windows[i].hours)
      return FALSE;
  return TRUE;
}

/* (transfer container) (element-type SheafDemoPost) */
static GPtrArray *
choose (SheafDemoHost *host, const SheafDemoRequest *request, const Choice *choice)
{
  gboolean mature = g_str_equal (sheaf_demo_query (request, "mature", "false"), "true");
  GPtrArray *posts = g_ptr_array_new ();

  for (guint i = 0; i < host->catalogue->posts->len; i++)
    {
      SheafDemoPost *post = sheaf_demo_catalogue_nth_post (host->catalogue, i);

      if (chosen (host, post, choice, mature))
        g_ptr_array_add (posts, post);
    }
  if (g_strcmp0 (choice->sort, "top") == 0)
    g_ptr_array_sort (posts, by_score);
  else if (g_strcmp0 (choice->sort, "random") == 0)
    g_ptr_array_sort (posts, by_chance);
  return posts;
}

static gboolean
answer_list (SheafDemoHost *host,
             const SheafDemoRequest *request,
             SheafDemoAnswer *answer,
             const Choice *choice,
             guint page)
{
  g_autoptr (GPtrArray) posts = choose (host, request, choice);
  g_autoptr (JsonBuilder) builder = begin ();
  guint first = MIN (page, 100000u) * PAGE_LENGTH;

  if (choice->tag != NULL)
    {
      json_builder_begin_object (builder);
      sheaf_demo_set_string (builder, "name", choice->tag);
      sheaf_demo_set_string (builder, "display_name", choice->tag);
      sheaf_demo_set_int (builder, "followers", 1234);
      sheaf_demo_set_int (builder, "total_items", posts->len);
      json_builder_set_member_name (builder, "items");
    }
  json_builder_begin_array (builder);
  for (guint i = first; i < MIN (first + PAGE_LENGTH, posts->len); i++)
    add_post (host, builder, posts->pdata[i], PREVIEWS);
  json_builder_end_array (builder);
  if (choice->tag != NULL)
    json_builder_end_object (builder);
  finish (builder, answer, 200);
  return TRUE;
}

static guint
number (const char *segment)
{
  guint64 value;

  return segment != NULL && g_ascii_string_to_unsigned (segment, 10, 0, 100000, &value, NULL)
             ? (guint) value
             : 0;
}

/* What follows sort: "window/page", or "page" alone. */
static guint
window_and_page (char **rest, Choice *choice)
{
  if (rest[0] == NULL)
    return 0;
  if (!g_ascii_isdigit (rest[0][0]))
    {
      choice->window = rest[0];
      return number (rest[1]);
    }
  return number (rest[0]);
}

static gboolean
answer_post (SheafDemoHost *host,
             const SheafDemoRequest *request,
             SheafDemoAnswer *answer,
             SheafDemoPost *post,
             gboolean images_only)
{
  g_autoptr (JsonBuilder) builder = begin ();

  if (images_only)
    add_images (host, builder, post, G_MAXUINT);
  else
    add_post (host, builder, post, G_MAXUINT);
  finish (builder, answer, 200);
  return TRUE;
}

static gboolean
answer_album (SheafDemoHost *host,
              const SheafDemoRequest *request,
              SheafDemoAnswer *answer,
              char **segments)
{
  SheafDemoPost *post
      = segments[0] != NULL ? sheaf_demo_catalogue_post (host->catalogue, segments[0]) : NULL;

  if (post == NULL || !post->album)
    return answer_error (request, answer, 404,
                         segments[0] != NULL ? "Unable to find an album with the id"
                                             : "An album ID is required");
  return answer_post (host, request, answer, post, g_strcmp0 (segments[1], "images") == 0);
}

static gboolean
answer_image (SheafDemoHost *host,
              const SheafDemoRequest *request,
              SheafDemoAnswer *answer,
              char **segments)
{
  SheafDemoPicture *picture
      = segments[0] != NULL ? sheaf_demo_catalogue_picture (host->catalogue, segments[0]) : NULL;
  g_autoptr (JsonBuilder) builder = NULL;

  if (picture == NULL)
    return answer_error (request, answer, 404, "Unable to find an image with the id");
  builder = begin ();
  add_image (host, builder, picture);
  finish (builder, answer, 200);
  return TRUE;
}

static gboolean
known_tag (SheafDemoHost *host, const char *tag)
{
  for (guint i = 0; i < host->catalogue->posts->len; i++)
    if (g_ascii_strcasecmp (sheaf_demo_catalogue_nth_post (host->catalogue, i)->tag, tag) == 0)
      return TRUE;
  return FALSE;
}

/* Everything under /3/gallery; @segments begins after that. */
static gboolean
answer_gallery (SheafDemoHost *host,
                const SheafDemoRequest *request,
                SheafDemoAnswer *answer,
                char **segments)
{
  const char *kind = segments[0];
  guint n = g_strv_length (segments);
  Choice choice = { 0 };

  if (kind == NULL)
    return answer_list (host, request, answer, &choice, 0);
  if (g_str_equal (kind, "album"))
    return answer_album (host, request, answer, segments + 1);
  if (g_str_equal (kind, "image"))
    return answer_image (host, request, answer, segments + 1);
  if (g_str_equal (kind, "random") && n >= 2)
    {
      choice.sort = "random";
      return answer_list (host, request, answer, &choice, number (segments[2]));
    }
  if (g_str_equal (kind, "search"))
    {
      choice.words = sheaf_demo_query (request, "q", sheaf_demo_query (request, "q_all", ""));
      choice.sort = n > 1 ? segments[1] : "time";
      return answer_list (host, request, answer, &choice,
                          n > 2 ? window_and_page (segments + 2, &choice) : 0);
    }
  if ((g_str_equal (kind, "r") || g_str_equal (kind, "t")) && n >= 2)
    {
      if (!known_tag (host, segments[1]) && g_str_equal (kind, "t"))
        return answer_error (request, answer, 404, "Unable to find a tag with that name");
      choice.tag = segments[1];
      choice.sort = n > 2 ? segments[2] : NULL;
      /* A subreddit's list has no frame of its own: words instead of the tag. */
      if (g_str_equal (kind, "r"))
        {
          choice.words = choice.tag;
          choice.tag = NULL;
        }
      return answer_list (host, request, answer, &choice,
                          n > 3 ? window_and_page (segments + 3, &choice) : 0);
    }
  if (g_str_equal (kind, "hot") || g_str_equal (kind, "top") || g_str_equal (kind, "user"))
    {
      guint page = n > 2    ? window_and_page (segments + 2, &choice)
                   : n == 2 ? number (segments[1])
                            : 0;

      choice.sort = n > 1 && !g_ascii_isdigit (segments[1][0]) ? segments[1] : NULL;
      if (g_str_equal (kind, "top"))
        {
          choice.sort = "top";
          choice.window = choice.window != NULL ? choice.window : "day";
        }
      else
        choice.window = NULL;
      return answer_list (host, request, answer, &choice, page);
    }
  return answer_error (request, answer, 404, "Unable to find what was requested");
}

static gboolean
answer_account (SheafDemoHost *host,
                const SheafDemoRequest *request,
                SheafDemoAnswer *answer,
                char **segments)
{
  Choice choice = { .account = segments[0] };

  if (g_strcmp0 (segments[0], "") == 0 || g_strcmp0 (segments[1], "submissions") != 0)
    return answer_error (request, answer, 404, "Unable to find what was requested");
  for (guint i = 0; i < host->catalogue->posts->len; i++)
    if (g_ascii_strcasecmp (sheaf_demo_catalogue_nth_post (host->catalogue, i)->account,
                            segments[0])
        == 0)
      return answer_list (host, request, answer, &choice, number (segments[2]));
  return answer_error (request, answer, 404, "A user with that name was not found");
}

static gboolean
answer_tags (SheafDemoHost *host, SheafDemoAnswer *answer)
{
  g_autoptr (JsonBuilder) builder = begin ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "tags");
  json_builder_begin_array (builder);
  for (guint i = 0; i < host->catalogue->posts->len; i++)
    {
      const char *tag = sheaf_demo_catalogue_nth_post (host->catalogue, i)->tag;

      if (!g_hash_table_add (seen, (gpointer) tag))
        continue;
      json_builder_begin_object (builder);
      sheaf_demo_set_string (builder, "name", tag);
      sheaf_demo_set_string (builder, "display_name", tag);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  finish (builder, answer, 200);
  return TRUE;
}

static gint64
next_reset (SheafDemoHost *host)
{
  return (host->quota_period + 1) * host->quota_seconds;
}

/* Everybody has all credits again. */
static void
begin_period (SheafDemoHost *host)
{
  gint64 period = g_get_real_time () / G_USEC_PER_SEC / host->quota_seconds;

  if (period != host->quota_period)
    g_hash_table_remove_all (host->credits);
  host->quota_period = period;
}

static gboolean
answer_credits (SheafDemoHost *host, guint limit, guint left, SheafDemoAnswer *answer)
{
  g_autoptr (JsonBuilder) builder = begin ();

  json_builder_begin_object (builder);
  sheaf_demo_set_int (builder, "UserLimit", limit);
  sheaf_demo_set_int (builder, "UserRemaining", left);
  sheaf_demo_set_int (builder, "UserReset", next_reset (host));
  sheaf_demo_set_int (builder, "ClientLimit", USUAL_QUOTA);
  sheaf_demo_set_int (builder, "ClientRemaining", USUAL_QUOTA - MIN (USUAL_QUOTA, limit - left));
  json_builder_end_object (builder);
  finish (builder, answer, 200);
  return TRUE;
}

/* The client's ID, or %NULL where there is none or it is none. */
static const char *
client_id (const SheafDemoRequest *request, gboolean *given)
{
  const char *header = soup_message_headers_get_one (request->headers, "Authorization");
  const char *id;

  *given = header != NULL && g_str_has_prefix (header, "Client-ID ");
  if (!*given)
    return NULL;
  id = header + strlen ("Client-ID ");
  return strlen (id) == 15 && strspn (id, "0123456789abcdef") == 15 ? id : NULL;
}

static void
add_number (SheafDemoAnswer *answer, const char *name, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  soup_message_headers_append (answer->headers, name, text);
}

gboolean
sheaf_demo_imgur_answer (SheafDemoHost *host,
                         const SheafDemoRequest *request,
                         SheafDemoAnswer *answer)
{
  g_auto (GStrv) segments = g_strsplit (request->path + strlen ("/3/"), "/", -1);
  guint limit = host->quota > 0 ? host->quota : USUAL_QUOTA;
  guint n = g_strv_length (segments), used, left;
  gboolean given;
  const char *id = client_id (request, &given);

  if (id == NULL)
    return answer_error (request, answer, given ? 403 : 401,
                         given ? "Invalid client_id" : "Authentication required");
  /* "gallery/" is the same as "gallery". */
  while (n > 0 && *segments[n - 1] == '\0')
    g_clear_pointer (&segments[--n], g_free);

  begin_period (host);
  used = GPOINTER_TO_UINT (g_hash_table_lookup (host->credits, id));
  if (n == 0 || !g_str_equal (segments[0], "credits"))
    g_hash_table_insert (host->credits, g_strdup (id), GUINT_TO_POINTER (++used));
  left = limit - MIN (used, limit);
  add_number (answer, "X-RateLimit-UserLimit", limit);
  add_number (answer, "X-RateLimit-UserRemaining", left);
  add_number (answer, "X-RateLimit-UserReset", next_reset (host));
  add_number (answer, "X-RateLimit-ClientLimit", USUAL_QUOTA);
  add_number (answer, "X-RateLimit-ClientRemaining", USUAL_QUOTA - MIN (USUAL_QUOTA, used));
  add_number (answer, "X-RateLimit-ClientReset", 86400);
  if (used > limit)
    {
      g_atomic_int_inc (&host->n_refused);
      answer_too_many (answer);
      return TRUE;
    }

  if (n > 0 && g_str_equal (segments[0], "credits"))
    return answer_credits (host, limit, left, answer);
  if (n > 0 && g_str_equal (segments[0], "gallery"))
    return answer_gallery (host, request, answer, segments + 1);
  if (n > 0 && g_str_equal (segments[0], "album"))
    return answer_album (host, request, answer, segments + 1);
  if (n > 0 && g_str_equal (segments[0], "image"))
    return answer_image (host, request, answer, segments + 1);
  if (n > 1 && g_str_equal (segments[0], "account"))
    return answer_account (host, request, answer, segments + 1);
  if (n > 0 && g_str_equal (segments[0], "tags"))
    return answer_tags (host, answer);
  return answer_error (request, answer, 404, "Unable to find what was requested");
}
