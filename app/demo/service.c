/* service.c: the table of services, and what they share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/demo/service.h"

#include "app/demo/encode.h"

#include <string.h>

#include <json-glib/json-glib.h>

const SheafDemoService sheaf_demo_services[] = {
  { "/3/", sheaf_demo_imgur_answer, sheaf_demo_imgur_fail },
  { "/commons/", sheaf_demo_commons_answer, sheaf_demo_commons_fail },
  { "/artic/iiif/", sheaf_demo_iiif_answer, NULL },
  { "/artic/", sheaf_demo_artic_answer, sheaf_demo_museum_fail },
  { "/nasa/", sheaf_demo_nasa_answer, sheaf_demo_museum_fail },
  { "/loc/", sheaf_demo_loc_answer, sheaf_demo_museum_fail },
  { "/", sheaf_demo_files_answer, NULL },
  { NULL },
};

void
sheaf_demo_set_null (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_null_value (builder);
}

void
sheaf_demo_set_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
sheaf_demo_set_bool (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

void
sheaf_demo_set_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
sheaf_demo_answer_json (SheafDemoAnswer *answer, guint status, JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  char *text = json_to_string (root, FALSE);

  answer->status = status;
  answer->type = "application/json";
  g_clear_pointer (&answer->body, g_bytes_unref);
  answer->body = g_bytes_new_take (text, strlen (text));
}

void
sheaf_demo_answer_text (SheafDemoAnswer *answer, guint status, const char *type, const char *text)
{
  answer->status = status;
  answer->type = type;
  g_clear_pointer (&answer->body, g_bytes_unref);
  answer->body = g_bytes_new (text, strlen (text));
}

const char *
sheaf_demo_query (const SheafDemoRequest *request, const char *name, const char *otherwise)
{
  const char *value = request->query != NULL ? g_hash_table_lookup (request->query, name) : NULL;

  return value != NULL ? value : otherwise;
}

guint
sheaf_demo_query_number (const SheafDemoRequest *request, const char *name, guint otherwise)
{
  guint64 number;
  const char *value = sheaf_demo_query (request, name, NULL);

  if (value == NULL || !g_ascii_string_to_unsigned (value, 10, 0, 1000000, &number, NULL))
    return otherwise;
  return (guint) number;
}

gboolean
sheaf_demo_post_matches (SheafDemoHost *host, const SheafDemoPost *post, const char *words)
{
  g_autoptr (GString) text = g_string_new (post->title);
  g_autofree char *folded = NULL, *wanted = g_utf8_casefold (words, -1);
  g_auto (GStrv) each = g_strsplit_set (wanted, " +,", -1);

  g_string_append_printf (text, " %s %s", post->tag, post->account);
  for (guint i = 0; i < post->n_pictures; i++)
    {
      SheafDemoPicture *picture
          = sheaf_demo_catalogue_nth_picture (host->catalogue, post->first + i);

      if (picture->title != NULL)
        g_string_append_printf (text, " %s", picture->title);
    }
  folded = g_utf8_casefold (text->str, -1);
  for (guint i = 0; each[i] != NULL; i++)
    if (strstr (folded, each[i]) == NULL)
      return FALSE;
  return TRUE;
}

GPtrArray *
sheaf_demo_find_pictures (SheafDemoHost *host, const char *words)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < host->catalogue->pictures->len; i++)
    {
      SheafDemoPicture *picture = sheaf_demo_catalogue_nth_picture (host->catalogue, i);
      SheafDemoPost *post = sheaf_demo_catalogue_nth_post (host->catalogue, picture->post);

      if (!post->mature && (words == NULL || sheaf_demo_post_matches (host, post, words)))
        g_ptr_array_add (found, picture);
    }
  return found;
}

char *
sheaf_demo_dup_link (SheafDemoHost *host, const SheafDemoPicture *picture, char suffix)
{
  return suffix == '\0'
             ? g_strdup_printf ("%s/%s.%s", host->base_url, picture->id, picture->extension)
             : g_strdup_printf ("%s/%s%c.jpg", host->base_url, picture->id, suffix);
}

guint
sheaf_demo_fault_status (SheafFault fault)
{
  static const guint statuses[SHEAF_N_FAULTS] = {
    [SHEAF_FAULT_401] = 401,    [SHEAF_FAULT_403] = 403,      [SHEAF_FAULT_404] = 404,
    [SHEAF_FAULT_429] = 429,    [SHEAF_FAULT_429_DATE] = 429, [SHEAF_FAULT_429_BARE] = 429,
    [SHEAF_FAULT_500] = 500,    [SHEAF_FAULT_503] = 503,      [SHEAF_FAULT_CAPACITY] = 403,
    [SHEAF_FAULT_REGION] = 403,
  };

  return statuses[fault];
}

void
sheaf_demo_answer_region_sign (SheafDemoAnswer *answer)
{
  enum
  {
    WIDTH = 336,
    HEIGHT = 478,
    LENGTH = 34641
  };
  g_autofree guint8 *rgb = g_malloc (WIDTH * HEIGHT * 3);
  g_autofree guint8 *file = g_malloc0 (LENGTH);
  g_autoptr (GBytes) png = NULL;

  memset (rgb, 0x66, WIDTH * HEIGHT * 3);
  png = sheaf_encode_png (rgb, WIDTH, HEIGHT);
  g_assert (g_bytes_get_size (png) < LENGTH);
  /* What follows the last chunk is nobody's concern. */
  memcpy (file, g_bytes_get_data (png, NULL), g_bytes_get_size (png));
  answer->status = SOUP_STATUS_OK;
  answer->type = "image/png";
  answer->body = g_bytes_new_take (g_steal_pointer (&file), LENGTH);
}

static gboolean
answer_removed (SheafDemoAnswer *answer)
{
  enum
  {
    WIDTH = 161,
    HEIGHT = 81
  };
  g_autofree guint8 *rgb = g_malloc (WIDTH * HEIGHT * 3);

  memset (rgb, 0x22, WIDTH * HEIGHT * 3);
  answer->status = SOUP_STATUS_OK;
  answer->type = "image/png";
  answer->body = sheaf_encode_png (rgb, WIDTH, HEIGHT);
  return TRUE;
}

static gboolean
answer_page (SheafDemoHost *host, const char *id, SheafDemoAnswer *answer)
{
  SheafDemoPost *post = sheaf_demo_catalogue_post (host->catalogue, id);
  g_autoptr (GString) html = g_string_new ("<!DOCTYPE html><meta charset=utf-8>");
  g_autofree char *title = NULL;

  if (post == NULL)
    return FALSE;
  title = g_markup_escape_text (post->title != NULL ? post->title : post->id, -1);
  g_string_append_printf (html, "<title>%s</title><h1>%s</h1>", title, title);
  for (guint i = 0; i < post->n_pictures; i++)
    {
      SheafDemoPicture *picture
          = sheaf_demo_catalogue_nth_picture (host->catalogue, post->first + i);

      g_string_append_printf (html, "<p><img src=\"/%s.%s\" width=%u>", picture->id,
                              picture->extension, MIN (picture->width, 800));
    }
  sheaf_demo_answer_text (answer, SOUP_STATUS_OK, "text/html; charset=utf-8", html->str);
  return TRUE;
}

static gboolean
find_rendition (char suffix, SheafDemoRendition *rendition)
{
  static const struct
  {
    char suffix;
    SheafDemoRendition rendition;
  } suffixes[] = {
    { 's', { 90, TRUE } },   { 'b', { 160, TRUE } },  { 't', { 160, FALSE } },
    { 'm', { 320, FALSE } }, { 'l', { 640, FALSE } }, { 'h', { 1024, FALSE } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (suffixes[i].suffix == suffix)
      {
        *rendition = suffixes[i].rendition;
        return TRUE;
      }
  return FALSE;
}

gboolean
sheaf_demo_files_answer (SheafDemoHost *host,
                         const SheafDemoRequest *request,
                         SheafDemoAnswer *answer)
{
  g_autofree char *name = g_path_get_basename (request->path);
  char *dot = strrchr (name, '.');

  if (g_str_equal (request->path, "/removed.png"))
    return answer_removed (answer);
  if (g_str_has_prefix (request->path, "/a/") || g_str_has_prefix (request->path, "/gallery/"))
    return answer_page (host, name, answer);
  if (dot == NULL)
    return answer_page (host, name, answer);

  *dot = '\0';
  answer->picture = sheaf_demo_catalogue_picture (host->catalogue, name);
  if (answer->picture == NULL && dot - name == SHEAF_DEMO_ID_LENGTH + 1
      && find_rendition (dot[-1], &answer->rendition))
    {
      dot[-1] = '\0';
      answer->picture = sheaf_demo_catalogue_picture (host->catalogue, name);
    }
  if (answer->picture == NULL)
    return FALSE;
  answer->status = SOUP_STATUS_OK;
  answer->type = answer->rendition.box > 0 ? "image/jpeg" : answer->picture->type;
  return TRUE;
}
