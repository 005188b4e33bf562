/* service-museums.c: the Art Institute of Chicago, NASA and the Library of Congress
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The same pictures in the shapes of three more APIs, each with its own way to tell pages. */
#include "config.h"

#include "app/demo/service.h"

#include <string.h>

void
sheaf_demo_museum_fail (const SheafDemoRequest *request, SheafFault fault, SheafDemoAnswer *answer)
{
  guint status = sheaf_demo_fault_status (fault);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  sheaf_demo_set_int (builder, "status", status);
  sheaf_demo_set_string (builder, "error", soup_status_get_phrase (status));
  json_builder_end_object (builder);
  sheaf_demo_answer_json (answer, status, builder);
}

typedef struct
{
  guint page, n_pages, first, end;
} Part;

static Part
part_of (const SheafDemoRequest *request,
         guint n,
         const char *page_name,
         const char *length_name,
         guint most)
{
  guint length = CLAMP (sheaf_demo_query_number (request, length_name, most), 1, most);
  Part part = { .page = MAX (sheaf_demo_query_number (request, page_name, 1), 1) };

  part.n_pages = (n + length - 1) / length;
  part.first = MIN ((part.page - 1) * length, n);
  part.end = MIN (part.first + length, n);
  return part;
}

static char *
dup_image_id (SheafDemoHost *host, const SheafDemoPicture *picture)
{
  SheafDemoPost *post = sheaf_demo_catalogue_nth_post (host->catalogue, picture->post);

  return g_strdup_printf ("%08x-0000-4000-8000-0000000000af", post->first + picture->index);
}

static void
add_work (SheafDemoHost *host, JsonBuilder *builder, const SheafDemoPicture *picture)
{
  SheafDemoPost *post = sheaf_demo_catalogue_nth_post (host->catalogue, picture->post);
  g_autofree char *image = dup_image_id (host, picture);
  guint number = post->first + picture->index;

  json_builder_begin_object (builder);
  sheaf_demo_set_int (builder, "id", 5000 + number);
  sheaf_demo_set_string (builder, "title", picture->title != NULL ? picture->title : "Untitled");
  /* Some works have no picture. */
  sheaf_demo_set_string (builder, "image_id", number % 29 == 28 ? NULL : image);
  sheaf_demo_set_string (builder, "artist_title", number % 7 == 0 ? NULL : post->account);
  sheaf_demo_set_string (builder, "artist_display", "Unknown maker\nAmerican, 20th century");
  sheaf_demo_set_bool (builder, "is_public_domain", TRUE);
  sheaf_demo_set_string (builder, "credit_line", "Gift of the demo gallery");
  json_builder_set_member_name (builder, "thumbnail");
  json_builder_begin_object (builder);
  sheaf_demo_set_int (builder, "width", picture->width);
  sheaf_demo_set_int (builder, "height", picture->height);
  sheaf_demo_set_string (builder, "alt_text", "A painted picture.");
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_config (SheafDemoHost *host, JsonBuilder *builder)
{
  g_autofree char *iiif = g_strconcat (host->base_url, "/artic/iiif/2", NULL);

  json_builder_set_member_name (builder, "config");
  json_builder_begin_object (builder);
  sheaf_demo_set_string (builder, "iiif_url", iiif);
  json_builder_end_object (builder);
}

gboolean
sheaf_demo_artic_answer (SheafDemoHost *host,
                         const SheafDemoRequest *request,
                         SheafDemoAnswer *answer)
{
  static const char works[] = "/artic/api/v1/artworks/";
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GPtrArray) found = NULL;
  Part part;

  if (!g_str_has_prefix (request->path, works))
    return FALSE;
  json_builder_begin_object (builder);
  if (!g_str_equal (request->path + strlen (works), "search"))
    {
      guint64 number = g_ascii_strtoull (request->path + strlen (works), NULL, 10) - 5000;

      if (number >= host->catalogue->pictures->len)
        return FALSE;
      json_builder_set_member_name (builder, "data");
      add_work (host, builder, sheaf_demo_catalogue_nth_picture (host->catalogue, (guint) number));
    }
  else
    {
      found = sheaf_demo_find_pictures (host, sheaf_demo_query (request, "q", NULL));
      part = part_of (request, found->len, "page", "limit", 100);
      json_builder_set_member_name (builder, "pagination");
      json_builder_begin_object (builder);
      sheaf_demo_set_int (builder, "total", found->len);
      sheaf_demo_set_int (builder, "total_pages", part.n_pages);
      sheaf_demo_set_int (builder, "current_page", part.page);
      json_builder_end_object (builder);
      json_builder_set_member_name (builder, "data");
      json_builder_begin_array (builder);
      for (guint i = part.first; i < part.end; i++)
        add_work (host, builder, found->pdata[i]);
      json_builder_end_array (builder);
    }
  add_config (host, builder);
  json_builder_end_object (builder);
  sheaf_demo_answer_json (answer, 200, builder);
  return TRUE;
}

/* "/artic/iiif/2/IMAGE/full/WIDTH,/0/default.jpg" */
gboolean
sheaf_demo_iiif_answer (SheafDemoHost *host,
                        const SheafDemoRequest *request,
                        SheafDemoAnswer *answer)
{
  g_auto (GStrv) segments = g_strsplit (request->path, "/", -1);
  guint64 number;

  if (g_strv_length (segments) != 9 || !g_str_equal (segments[8], "default.jpg"))
    return FALSE;
  segments[4][strcspn (segments[4], "-")] = '\0';
  if (!g_ascii_string_to_unsigned (segments[4], 16, 0, host->catalogue->pictures->len - 1, &number,
                                   NULL))
    return FALSE;
  answer->picture = sheaf_demo_catalogue_nth_picture (host->catalogue, (guint) number);
  answer->rendition.box = (guint) CLAMP (g_ascii_strtoull (segments[6], NULL, 10), 16, 1686);
  answer->status = SOUP_STATUS_OK;
  answer->type = "image/jpeg";
  return TRUE;
}

static void
add_link (JsonBuilder *builder, const char *href, const char *rel)
{
  json_builder_begin_object (builder);
  sheaf_demo_set_string (builder, "href", href);
  sheaf_demo_set_string (builder, "rel", rel);
  sheaf_demo_set_string (builder, "render", "image");
  json_builder_end_object (builder);
}

static void
add_item (SheafDemoHost *host, JsonBuilder *builder, const SheafDemoPicture *picture)
{
  SheafDemoPost *post = sheaf_demo_catalogue_nth_post (host->catalogue, picture->post);
  g_autofree char *preview = sheaf_demo_dup_link (host, picture, 'm');
  g_autofree char *original = sheaf_demo_dup_link (host, picture, '\0');
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (post->date);
  g_autofree char *created = g_date_time_format_iso8601 (date);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "data");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  sheaf_demo_set_string (builder, "nasa_id", picture->id);
  sheaf_demo_set_string (builder, "title", picture->title != NULL ? picture->title : picture->id);
  sheaf_demo_set_string (builder, "description",
                         "Seen from <a href='https://www.nasa.gov'>orbit</a>.");
  sheaf_demo_set_string (builder, "date_created", created);
  sheaf_demo_set_string (builder, "media_type", "image");
  sheaf_demo_set_string (builder, "center", "JPL");
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "links");
  json_builder_begin_array (builder);
  add_link (builder, preview, "preview");
  add_link (builder, original, "canonical");
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

gboolean
sheaf_demo_nasa_answer (SheafDemoHost *host,
                        const SheafDemoRequest *request,
                        SheafDemoAnswer *answer)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GPtrArray) found = NULL;
  const char *id = sheaf_demo_query (request, "nasa_id", NULL);
  Part part;

  if (g_str_has_prefix (request->path, "/nasa/album/"))
    found = sheaf_demo_find_pictures (host, request->path + strlen ("/nasa/album/"));
  else if (!g_str_equal (request->path, "/nasa/search"))
    return FALSE;
  else if (id == NULL)
    found = sheaf_demo_find_pictures (host, sheaf_demo_query (request, "q", NULL));
  else
    {
      found = g_ptr_array_new ();
      if (sheaf_demo_catalogue_picture (host->catalogue, id) != NULL)
        g_ptr_array_add (found, sheaf_demo_catalogue_picture (host->catalogue, id));
    }
  part = part_of (request, found->len, "page", "page_size", 100);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "collection");
  json_builder_begin_object (builder);
  sheaf_demo_set_string (builder, "version", "1.1");
  json_builder_set_member_name (builder, "items");
  json_builder_begin_array (builder);
  for (guint i = part.first; i < part.end; i++)
    add_item (host, builder, found->pdata[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "metadata");
  json_builder_begin_object (builder);
  sheaf_demo_set_int (builder, "total_hits", found->len);
  json_builder_end_object (builder);
  if (part.page < part.n_pages)
    {
      g_autofree char *next
          = g_strdup_printf ("%s%s?page=%u", host->base_url, request->path, part.page + 1);

      json_builder_set_member_name (builder, "links");
      json_builder_begin_array (builder);
      add_link (builder, next, "next");
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  sheaf_demo_answer_json (answer, 200, builder);
  return TRUE;
}

static void
add_result (SheafDemoHost *host, JsonBuilder *builder, const SheafDemoPicture *picture)
{
  static const char suffixes[] = { 't', 'm', 'h', '\0' };
  static const guint boxes[] = { 160, 320, 1024, 0 };
  SheafDemoPost *post = sheaf_demo_catalogue_nth_post (host->catalogue, picture->post);
  g_autofree char *id = g_strdup_printf ("http://www.loc.gov/item/%s/", picture->id);
  g_autofree char *url = g_strdup_printf ("%s/%s", host->base_url, post->id);

  json_builder_begin_object (builder);
  sheaf_demo_set_string (builder, "id", id);
  sheaf_demo_set_string (builder, "url", url);
  sheaf_demo_set_string (builder, "title", picture->title != NULL ? picture->title : "[Untitled]");
  sheaf_demo_set_string (builder, "date", "1936-01-01");
  sheaf_demo_set_bool (builder, "access_restricted", FALSE);
  json_builder_set_member_name (builder, "contributor");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, post->account);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "image_url");
  json_builder_begin_array (builder);
  for (guint i = 0; i < G_N_ELEMENTS (boxes); i++)
    {
      g_autofree char *link = sheaf_demo_dup_link (host, picture, suffixes[i]);
      guint width = boxes[i] == 0 ? picture->width : MIN (picture->width, boxes[i]);
      g_autofree char *sized = g_strdup_printf (
          "%s#h=%u&w=%u", link, width * picture->height / MAX (picture->width, 1), width);

      json_builder_add_string_value (builder, sized);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "item");
  json_builder_begin_object (builder);
  sheaf_demo_set_string (builder, "rights_information", "No known restrictions on publication.");
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

gboolean
sheaf_demo_loc_answer (SheafDemoHost *host,
                       const SheafDemoRequest *request,
                       SheafDemoAnswer *answer)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GPtrArray) found = NULL;
  g_auto (GStrv) segments = g_strsplit (request->path, "/", -1);
  Part part;

  json_builder_begin_object (builder);
  if (g_str_has_prefix (request->path, "/loc/item/"))
    {
      SheafDemoPicture *picture = sheaf_demo_catalogue_picture (host->catalogue, segments[3]);

      if (picture == NULL)
        return FALSE;
      json_builder_set_member_name (builder, "item");
      add_result (host, builder, picture);
    }
  else
    {
      if (g_str_has_prefix (request->path, "/loc/collections/"))
        found = sheaf_demo_find_pictures (host, segments[3]);
      else if (g_str_has_prefix (request->path, "/loc/photos/"))
        found = sheaf_demo_find_pictures (host, sheaf_demo_query (request, "q", NULL));
      else
        return FALSE;
      part = part_of (request, found->len, "sp", "c", 100);
      json_builder_set_member_name (builder, "results");
      json_builder_begin_array (builder);
      for (guint i = part.first; i < part.end; i++)
        add_result (host, builder, found->pdata[i]);
      json_builder_end_array (builder);
      json_builder_set_member_name (builder, "pagination");
      json_builder_begin_object (builder);
      sheaf_demo_set_int (builder, "current", part.page);
      sheaf_demo_set_int (builder, "of", found->len);
      sheaf_demo_set_string (builder, "next", part.page < part.n_pages ? host->base_url : NULL);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  sheaf_demo_answer_json (answer, 200, builder);
  return TRUE;
}
