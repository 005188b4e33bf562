/* imgur-json.c: what Imgur answers, as entries
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/imgur-json.h"

#include "app/gallery/imgur-error.h"
#include "app/gallery/json-reader.h"
#include "app/gallery/text.h"
#include "app/work/error.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define MAX_LINK     8192 /* no server takes a longer one */
#define MAX_TYPE     100
#define PICTURE_HOST "https://i.imgur.com"
#define PAGE_HOST    "https://imgur.com"

/* The renditions that the CDN makes; 'm' is 320 pixels along its longer side. */
#define SUFFIXES       "sbtmlh"
#define PREVIEW_SUFFIX 'm'

#define MAX_ALBUM 10000

void
sheaf_imgur_list_free (SheafImgurList *list)
{
  g_ptr_array_unref (list->entries);
  g_hash_table_unref (list->albums);
  g_free (list);
}

static SheafImgurList *
list_new (void)
{
  SheafImgurList *list = g_new0 (SheafImgurList, 1);

  list->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
  list->albums
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  return list;
}

/* IDs end up in addresses and file names: letters and digits only. */
static gboolean
is_id (const char *id)
{
  gsize length = id != NULL ? strlen (id) : 0;

  return length > 0 && length <= 32
         && strspn (id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == length;
}

static gboolean
is_imgur_host (const char *host)
{
  return host != NULL
         && (g_ascii_strcasecmp (host, "imgur.com") == 0
             || (strlen (host) > 10
                 && g_ascii_strcasecmp (host + strlen (host) - 10, ".imgur.com") == 0));
}

/* A link as a picture's address: http or https, and https where the host is Imgur's. */
static GUri *
parse_link (const char *link)
{
  g_autoptr (GUri) uri = link != NULL && strlen (link) <= MAX_LINK
                             ? g_uri_parse (link, G_URI_FLAGS_ENCODED, NULL)
                             : NULL;
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0'
      || (!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https")))
    return NULL;
  return g_uri_build (G_URI_FLAGS_ENCODED, is_imgur_host (g_uri_get_host (uri)) ? "https" : scheme,
                      NULL, g_uri_get_host (uri), g_uri_get_port (uri), g_uri_get_path (uri),
                      g_uri_get_query (uri), NULL);
}

/* "https://host:port" of @uri: where a server of another name keeps everything. */
static char *
dup_origin (GUri *uri)
{
  g_autoptr (GUri) origin
      = g_uri_build (G_URI_FLAGS_ENCODED, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri),
                     g_uri_get_port (uri), "", NULL, NULL);

  return g_uri_to_string (origin);
}

static char *
dup_picture_base (GUri *link)
{
  return link == NULL || is_imgur_host (g_uri_get_host (link)) ? g_strdup (PICTURE_HOST)
                                                               : dup_origin (link);
}

static char *
dup_page_base (GUri *link)
{
  return link == NULL || is_imgur_host (g_uri_get_host (link)) ? g_strdup (PAGE_HOST)
                                                               : dup_origin (link);
}

/* Of a GIF over 20 MB, "link" is only a rendition: the ID, a suffix, and the extension. */
static gboolean
is_rendition (GUri *link, const char *id)
{
  const char *name = strrchr (g_uri_get_path (link), '/');
  gsize length = strlen (id);

  return name != NULL && g_str_has_prefix (name + 1, id) && name[1 + length] != '\0'
         && strchr (SUFFIXES, name[1 + length]) != NULL && name[2 + length] == '.';
}

static void
set_url (SheafEntry *entry, JsonObject *item, GUri *link)
{
  g_autoptr (GUri) mp4 = NULL;
  g_autofree char *base = NULL;

  if (!is_rendition (link, entry->id))
    {
      entry->url = g_uri_to_string (link);
      return;
    }
  mp4 = parse_link (sheaf_json_get_string (item, "mp4"));
  if (mp4 != NULL)
    {
      entry->url = g_uri_to_string (mp4);
      g_free (entry->type);
      entry->type = g_strdup ("video/mp4");
      entry->bytes = sheaf_json_get_count (item, "mp4_size", G_MAXINT64);
      return;
    }
  base = dup_picture_base (link);
  entry->url = g_strdup_printf ("%s/%s.gif", base, entry->id);
}

static SheafEntry *
read_picture (JsonObject *item, const char *source)
{
  const char *id = sheaf_json_get_string (item, "id");
  g_autoptr (GUri) link = parse_link (sheaf_json_get_string (item, "link"));
  g_autofree char *picture_base = NULL, *page_base = NULL;
  const char *type = sheaf_json_get_string (item, "type");
  SheafEntry *entry;

  if (!is_id (id) || link == NULL)
    return NULL;
  entry = sheaf_entry_new (source, id);
  picture_base = dup_picture_base (link);
  page_base = dup_page_base (link);
  entry->type = type != NULL && strlen (type) <= MAX_TYPE ? g_ascii_strdown (type, -1) : NULL;
  entry->bytes = sheaf_json_get_count (item, "size", G_MAXINT64);
  set_url (entry, item, link);
  entry->preview_url = g_strdup_printf ("%s/%s%c.jpg", picture_base, id, PREVIEW_SUFFIX);
  entry->page_url = g_strdup_printf ("%s/%s", page_base, id);
  entry->title = sheaf_json_dup_text (item, "title");
  entry->description = sheaf_json_dup_text (item, "description");
  entry->width = (guint) sheaf_json_get_count (item, "width", G_MAXINT);
  entry->height = (guint) sheaf_json_get_count (item, "height", G_MAXINT);
  entry->date = sheaf_json_get_int (item, "datetime");
  entry->author = sheaf_json_dup_text (item, "account_url");
  entry->animated = sheaf_json_get_bool (item, "animated");
  entry->mature = sheaf_json_get_bool (item, "nsfw");
  return entry;
}

/* The pictures of an album, as far as they came; adds to @n_unusable. */
static GPtrArray *
read_pictures (JsonArray *images, JsonObject *album, const char *source, guint *n_unusable)
{
  GPtrArray *pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
  const char *id = sheaf_json_get_string (album, "id");
  const char *author = sheaf_json_get_string (album, "account_url");

  for (guint i = 0; i < MIN (sheaf_json_length (images), MAX_ALBUM); i++)
    {
      JsonObject *image = sheaf_json_object_at (images, i);
      SheafEntry *entry = image != NULL ? read_picture (image, source) : NULL;

      if (entry == NULL)
        {
          ++*n_unusable;
          continue;
        }
      entry->post_id = is_id (id) ? g_strdup (id) : NULL;
      entry->post_title = sheaf_json_dup_text (album, "title");
      entry->index = i;
      if (entry->author == NULL)
        entry->author = sheaf_text_one_line (author);
      entry->mature |= sheaf_json_get_bool (album, "nsfw");
      g_ptr_array_add (pictures, entry);
    }
  return pictures;
}

/* Where the cover, or the first where none is named, is in full; %NULL where that is not said. */
static char *
dup_cover_url (GPtrArray *pictures, const char *cover)
{
  for (guint i = 0; i < pictures->len; i++)
    {
      const SheafEntry *picture = g_ptr_array_index (pictures, i);

      if (is_id (cover) && !g_str_equal (picture->id, cover))
        continue;
      return picture->type == NULL || g_str_has_prefix (picture->type, "image/")
                 ? g_strdup (picture->url)
                 : NULL;
    }
  return NULL;
}

static SheafEntry *
read_album (JsonObject *item, const char *source, SheafImgurList *list)
{
  const char *id = sheaf_json_get_string (item, "id");
  g_autoptr (GUri) link = parse_link (sheaf_json_get_string (item, "link"));
  const char *cover = sheaf_json_get_string (item, "cover");
  JsonArray *images = sheaf_json_get_array (item, "images");
  SheafEntry *entry;

  if (!is_id (id))
    return NULL;
  entry = sheaf_entry_new (source, id);
  entry->album_count = (guint) MAX (sheaf_json_get_count (item, "images_count", MAX_ALBUM), 1);
  entry->page_url = link != NULL ? g_uri_to_string (link) : g_strdup_printf (PAGE_HOST "/a/%s", id);
  entry->title = sheaf_json_dup_text (item, "title");
  entry->description = sheaf_json_dup_text (item, "description");
  entry->width = (guint) sheaf_json_get_count (item, "cover_width", G_MAXINT);
  entry->height = (guint) sheaf_json_get_count (item, "cover_height", G_MAXINT);
  entry->date = sheaf_json_get_int (item, "datetime");
  entry->author = sheaf_json_dup_text (item, "account_url");
  entry->mature = sheaf_json_get_bool (item, "nsfw");
  if (images != NULL)
    {
      g_autoptr (GPtrArray) pictures = read_pictures (images, item, source, &list->n_unusable);

      if (pictures->len > 0 && pictures->len >= entry->album_count)
        g_hash_table_insert (list->albums, g_strdup (id), g_ptr_array_ref (pictures));
      if (pictures->len > 0)
        entry->preview_url = g_strdup (((SheafEntry *) pictures->pdata[0])->preview_url);
      entry->cover_url = dup_cover_url (pictures, cover);
    }
  /* An album's link is a web page: what it looks like is its cover. */
  if (is_id (cover))
    {
      g_autofree char *base = dup_picture_base (link);

      g_free (entry->preview_url);
      entry->preview_url = g_strdup_printf ("%s/%s%c.jpg", base, cover, PREVIEW_SUFFIX);
      /* Imgur goes by the ID: whatever the picture is, this is it. */
      if (entry->cover_url == NULL)
        entry->cover_url = g_strdup_printf ("%s/%s.jpg", base, cover);
    }
  return entry;
}

static gboolean
is_album (JsonObject *item)
{
  return sheaf_json_get_bool (item, "is_album") || sheaf_json_get_array (item, "images") != NULL;
}

/* The answer's data, checked; @root keeps it alive. */
static JsonNode *
open_answer (const SheafApiAnswer *answer, JsonNode **root, GError **error)
{
  g_autoptr (GError) not_json = NULL;
  SheafQuota quota;

  *root = sheaf_json_parse (answer->body, &not_json);
  /* A hostile answer keeps its own reason; a web page in place of one is read for its words. */
  if (*root == NULL && answer->status < 400
      && (sheaf_error_code (not_json) == SHEAF_ERROR_TOO_LARGE
          || g_str_has_suffix (answer->type, "json")))
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&not_json),
                                  "%s: ", _ ("Imgur answered in a form that Sheaf does not know"));
      return NULL;
    }
  sheaf_imgur_read_quota (answer, &quota);
  if (!sheaf_imgur_check (answer, *root, &quota, error))
    return NULL;
  return sheaf_json_get (sheaf_json_as_object (*root), "data");
}

static gpointer
fail_shape (GError **error)
{
  sheaf_fail (error, SHEAF_ERROR_PROTOCOL,
              _ ("Imgur answered in a form that Sheaf does not know."));
  return NULL;
}

SheafImgurList *
sheaf_imgur_parse_list (const SheafApiAnswer *answer, const char *source, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  JsonNode *data = open_answer (answer, &root, error);
  JsonObject *tag = sheaf_json_as_object (data);
  JsonArray *items = tag != NULL ? sheaf_json_get_array (tag, "items") : sheaf_json_as_array (data);
  SheafImgurList *list;

  if (data == NULL)
    return NULL;
  if (items == NULL)
    return fail_shape (error);
  list = list_new ();
  list->n_items = json_array_get_length (items);
  list->total = sheaf_json_get_count (tag, "total_items", G_MAXINT64);
  for (guint i = 0; i < list->n_items; i++)
    {
      JsonObject *item = sheaf_json_object_at (items, i);
      SheafEntry *entry = item == NULL      ? NULL
                          : is_album (item) ? read_album (item, source, list)
                                            : read_picture (item, source);

      if (entry != NULL)
        g_ptr_array_add (list->entries, entry);
      else
        list->n_unusable++;
    }
  return list;
}

SheafImgurList *
sheaf_imgur_parse_post (const SheafApiAnswer *answer, const char *source, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  JsonNode *data = open_answer (answer, &root, error);
  JsonObject *post = sheaf_json_as_object (data);
  JsonArray *images
      = post != NULL ? sheaf_json_get_array (post, "images") : sheaf_json_as_array (data);
  SheafImgurList *list;

  if (data == NULL)
    return NULL;
  if (post == NULL && images == NULL)
    return fail_shape (error);
  list = list_new ();
  if (images != NULL)
    {
      g_ptr_array_unref (list->entries);
      list->entries = read_pictures (images, post, source, &list->n_unusable);
      list->n_items = json_array_get_length (images);
    }
  else
    {
      SheafEntry *entry = read_picture (post, source);

      list->n_items = 1;
      if (entry != NULL)
        g_ptr_array_add (list->entries, entry);
      else
        list->n_unusable++;
    }
  list->total = list->entries->len;
  return list;
}

/* Documented as a date, met as a delay: what is too small for a date is a delay. */
static gint64
as_date (gint64 reset, gint64 now)
{
  return reset < 0 ? -1 : reset < 1000000000 ? now + reset : reset;
}

gboolean
sheaf_imgur_parse_credits (const SheafApiAnswer *answer, SheafQuota *quota, GError **error)
{
  static const struct
  {
    const char *name;
    gsize offset;
  } fields[] = {
    { "UserLimit", G_STRUCT_OFFSET (SheafQuota, user_limit) },
    { "UserRemaining", G_STRUCT_OFFSET (SheafQuota, user_remaining) },
    { "UserReset", G_STRUCT_OFFSET (SheafQuota, user_reset) },
    { "ClientLimit", G_STRUCT_OFFSET (SheafQuota, client_limit) },
    { "ClientRemaining", G_STRUCT_OFFSET (SheafQuota, client_remaining) },
    { "ClientReset", G_STRUCT_OFFSET (SheafQuota, client_reset) },
  };
  g_autoptr (JsonNode) root = NULL;
  JsonNode *data = open_answer (answer, &root, error);
  JsonObject *credits = sheaf_json_as_object (data);

  if (data == NULL)
    return FALSE;
  if (credits == NULL)
    return fail_shape (error) != NULL;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    G_STRUCT_MEMBER (gint64, quota, fields[i].offset)
        = sheaf_json_get (credits, fields[i].name) != NULL
              ? MAX (sheaf_json_get_int (credits, fields[i].name), -1)
              : -1;
  quota->user_reset = as_date (quota->user_reset, answer->now);
  quota->client_reset = as_date (quota->client_reset, answer->now);
  quota->now = answer->now;
  return TRUE;
}

static gint64
header_number (const SheafApiAnswer *answer, const char *name)
{
  const char *value = sheaf_api_answer_get_header (answer, name);
  gint64 number;

  return value != NULL && g_ascii_string_to_signed (value, 10, 0, G_MAXINT64 / 2, &number, NULL)
             ? number
             : -1;
}

gboolean
sheaf_imgur_read_quota (const SheafApiAnswer *answer, SheafQuota *quota)
{
  quota->user_limit = header_number (answer, "x-ratelimit-userlimit");
  quota->user_remaining = header_number (answer, "x-ratelimit-userremaining");
  quota->user_reset = as_date (header_number (answer, "x-ratelimit-userreset"), answer->now);
  quota->client_limit = header_number (answer, "x-ratelimit-clientlimit");
  quota->client_remaining = header_number (answer, "x-ratelimit-clientremaining");
  quota->client_reset = as_date (header_number (answer, "x-ratelimit-clientreset"), answer->now);
  quota->now = answer->now;
  return quota->user_remaining >= 0 || quota->client_remaining >= 0;
}
