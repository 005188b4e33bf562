/* catalogue.c: what the demo gallery has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything follows from the seed: post by post, a scene is drawn by weight, a number of pictures,
 * titles, dates and scores.  Of a folder, every sub-folder with more than one picture becomes an
 * album, so that both kinds of posts exist. */
#include "config.h"

#include "app/demo/catalogue.h"

#include "app/demo/scene.h"

#include <string.h>

#include <gdk-pixbuf/gdk-pixbuf.h>

/* Newest post: 2026-06-01 12:00 UTC; what is generated does not depend on the day it is shown. */
#define NEWEST              1780315200
#define MAX_FOLDER_PICTURES 20000
#define SMALL_FROM          1000 /* more pictures than this are painted at a quarter of the size */

static const struct
{
  const char *type;
  const char *extension;
} kinds[] = {
  { "image/jpeg", "jpg" },
  { "image/png", "png" },
  { "image/gif", "gif" },
  { "image/webp", "webp" },
};

static const char *const accounts[] = { "heronandhill", "marlow", "ada_k", "northlight", "tilde" };

static const char *const series[] = { "a series",    "one afternoon",    "the whole set",
                                      "in no order", "best of the week", "six rolls later" };

static const char *const descriptions[] = {
  "Taken an hour before the rain.",
  "Nobody will believe it was this quiet.",
  "Second attempt; the first one fell into the water.",
  "Größer ansehen lohnt sich – see it large.",
};

static void
draw_id (char *id, guint32 seed, guint n)
{
  static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
  guint32 state = sheaf_scene_hash (seed * 2654435761u + n);

  for (guint i = 0; i < SHEAF_DEMO_ID_LENGTH; i++)
    {
      state = sheaf_scene_hash (state + n + i);
      id[i] = letters[state % (sizeof letters - 1)];
    }
  id[SHEAF_DEMO_ID_LENGTH] = '\0';
}

static void
take_id (SheafDemoCatalogue *self, char *id, guint32 seed, guint n)
{
  do
    draw_id (id, seed++, n);
  while (g_hash_table_contains (self->picture_by_id, id)
         || g_hash_table_contains (self->post_by_id, id));
}

static guint
draw_scene (guint32 seed)
{
  guint total = 0, at;

  for (guint i = 0; sheaf_scenes[i].name != NULL; i++)
    total += sheaf_scenes[i].weight;
  at = sheaf_scene_hash (seed) % total;
  for (guint i = 0;; i++)
    {
      if (at < sheaf_scenes[i].weight)
        return i;
      at -= sheaf_scenes[i].weight;
    }
}

static char *
draw_title (guint scene, guint32 seed)
{
  const char *const *titles = sheaf_scenes[scene].titles;
  const char *title = titles[sheaf_scene_hash (seed) % g_strv_length ((char **) titles)];
  guint luck = sheaf_scene_hash (seed + 1) % 40;

  if (luck == 0)
    return NULL;
  if (luck == 1)
    return g_strdup_printf (
        "%s — or what I thought it was when I carried the tripod up there in the dark, twice, with "
        "the wrong lens, the right thermos, and a friend who kept asking whether this was worth it",
        title);
  return g_strdup (title);
}

static void
draw_size (SheafDemoPicture *picture, guint32 seed, gboolean small)
{
  static const guint16 sizes[][2]
      = { { 1200, 900 }, { 1440, 960 }, { 1600, 1067 }, { 1280, 853 }, { 1500, 1000 },
          { 900, 1200 }, { 960, 1440 }, { 1200, 1200 }, { 1600, 900 }, { 2000, 1333 } };
  guint i = sheaf_scene_hash (seed) % G_N_ELEMENTS (sizes);

  picture->width = sizes[i][0] / (small ? 4 : 1);
  picture->height = sizes[i][1] / (small ? 4 : 1);
  if (picture->animated)
    {
      picture->width = small ? 120 : 400;
      picture->height = small ? 90 : 300;
    }
}

static void
draw_picture (SheafDemoPicture *picture, guint scene, guint32 seed, gboolean small)
{
  guint luck = sheaf_scene_hash (seed + 2) % 100;
  guint kind = 0;

  if (sheaf_scenes[scene].sharp && luck < 45)
    kind = 1;
  else if (sheaf_scenes[scene].moves && luck >= 60)
    kind = 2;
#ifdef HAVE_WEBP
  else if (luck < 6)
    kind = 3;
#endif
  picture->type = kinds[kind].type;
  picture->extension = kinds[kind].extension;
  picture->scene = scene;
  picture->seed = seed;
  picture->animated = kind == 2;
  picture->orientation = 1;
  if (kind == 0 && luck >= 90)
    picture->orientation = (guint[]){ 6, 8, 3 }[luck % 3];
  picture->progressive = kind == 0 && luck % 5 == 0;
  draw_size (picture, seed + 3, small);
}

static void
add_post (SheafDemoCatalogue *self, SheafDemoPost *post, guint32 seed)
{
  guint n = self->posts->len;

  take_id (self, post->id, seed, 2 * n);
  post->score = 20 + sheaf_scene_hash (seed + 5) % 9000;
  post->age = n * n / 12 + n * 2;
  post->date = NEWEST - (gint64) post->age * 3600;
  post->account = accounts[sheaf_scene_hash (seed + 6) % G_N_ELEMENTS (accounts)];
  g_array_append_val (self->posts, *post);
  g_hash_table_insert (self->post_by_id, g_strdup (post->id), GUINT_TO_POINTER (n));
}

static void
add_picture (SheafDemoCatalogue *self, SheafDemoPicture *picture, const SheafDemoPost *post)
{
  guint n = self->pictures->len;

  picture->post = self->posts->len - 1;
  picture->index = n - post->first;
  if (post->album)
    take_id (self, picture->id, 0x5eaf + post->first, 2 * n + 1);
  else
    memcpy (picture->id, post->id, sizeof picture->id);
  g_array_append_val (self->pictures, *picture);
  g_hash_table_insert (self->picture_by_id, g_strdup (picture->id), GUINT_TO_POINTER (n));
}

static void
generate (SheafDemoCatalogue *self, guint count, guint32 seed)
{
  guint left = count;

  for (guint n = 0; left > 0; n++)
    {
      guint32 post_seed = sheaf_scene_hash (seed * 7919u + n);
      guint luck = sheaf_scene_hash (post_seed + 1) % 100;
      guint scene = draw_scene (post_seed + 4);
      SheafDemoPost post = { .first = self->pictures->len, .tag = sheaf_scenes[scene].name };

      post.album = luck < 40;
      post.n_pictures = luck < 4 ? 12 + luck : luck < 40 ? 1 + luck % 7 : 1;
      post.mature = n % 40 == 27;
      if (!post.mature)
        {
          post.n_pictures = MIN (post.n_pictures, left);
          left -= post.n_pictures;
          self->n_open += post.n_pictures;
        }
      post.title = draw_title (scene, post_seed + 7);
      if (post.title != NULL && post.n_pictures > 1)
        {
          char *title
              = g_strdup_printf ("%s (%s)", post.title, series[luck % G_N_ELEMENTS (series)]);

          g_free (post.title);
          post.title = title;
        }
      add_post (self, &post, post_seed);
      for (guint i = 0; i < post.n_pictures; i++)
        {
          guint32 picture_seed = sheaf_scene_hash (post_seed + 1000 + i);
          SheafDemoPicture picture = { 0 };

          draw_picture (&picture, i % 3 == 2 ? draw_scene (picture_seed) : scene, picture_seed,
                        count > SMALL_FROM);
          if (!post.album)
            picture.title = g_strdup (post.title);
          else if (picture_seed % 3 == 0)
            picture.title = draw_title (picture.scene, picture_seed + 9);
          if (picture_seed % 5 == 0)
            picture.description = descriptions[picture_seed / 5 % G_N_ELEMENTS (descriptions)];
          add_picture (self, &picture, &post);
        }
    }
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(char *const *) a, *(char *const *) b);
}

/* Picture files of @folder and, after them, of the folders in it, each list in order. */
static void
scan (const char *folder, guint depth, GPtrArray *found)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL || depth > 16)
    return;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, by_name);
  for (guint i = 0; i < names->len && found->len < MAX_FOLDER_PICTURES; i++)
    {
      const char *path = names->pdata[i];
      const char *dot = strrchr (path, '.');

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR) && dot != NULL)
        for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
          if (g_ascii_strcasecmp (dot + 1, kinds[kind].extension) == 0
              || (kind == 0 && g_ascii_strcasecmp (dot + 1, "jpeg") == 0))
            g_ptr_array_add (found, g_strdup (path));
    }
  for (guint i = 0; i < names->len && found->len < MAX_FOLDER_PICTURES; i++)
    if (g_file_test (names->pdata[i], G_FILE_TEST_IS_DIR)
        && !g_file_test (names->pdata[i], G_FILE_TEST_IS_SYMLINK))
      scan (names->pdata[i], depth + 1, found);
}

static guint
kind_of (const char *path)
{
  const char *dot = strrchr (path, '.');

  for (guint kind = 1; kind < G_N_ELEMENTS (kinds); kind++)
    if (dot != NULL && g_ascii_strcasecmp (dot + 1, kinds[kind].extension) == 0)
      return kind;
  return 0;
}

static void
add_file (SheafDemoCatalogue *self, const char *path, const SheafDemoPost *post)
{
  SheafDemoPicture picture = { .orientation = 1 };
  g_autofree char *base = g_path_get_basename (path);
  guint kind = kind_of (path);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info
      = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, 0, NULL, NULL);
  int width = 0, height = 0;

  gdk_pixbuf_get_file_info (path, &width, &height);
  *strrchr (base, '.') = '\0';
  g_strdelimit (base, "_", ' ');
  picture.file = g_strdup (path);
  picture.title = g_utf8_make_valid (base, -1);
  picture.type = kinds[kind].type;
  picture.extension = kinds[kind].extension;
  picture.width = (guint) MAX (width, 0);
  picture.height = (guint) MAX (height, 0);
  picture.bytes = info != NULL ? (gint) MIN (g_file_info_get_size (info), G_MAXINT) : 0;
  add_picture (self, &picture, post);
}

static gboolean
read_folder (SheafDemoCatalogue *self, const char *folder, guint count, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  guint end;

  scan (folder, 0, found);
  if (found->len == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "there is no picture in “%s”", folder);
      return FALSE;
    }
  if (count > 0 && found->len > count)
    g_ptr_array_set_size (found, (int) count);
  for (guint i = 0; i < found->len; i = end)
    {
      g_autofree char *parent = g_path_get_dirname (found->pdata[i]);
      SheafDemoPost post = { .first = self->pictures->len, .tag = "folder" };

      for (end = i + 1; end < found->len; end++)
        {
          g_autofree char *other = g_path_get_dirname (found->pdata[end]);

          if (!g_str_equal (parent, other))
            break;
        }
      /* What lies in the folder itself are single posts. */
      if (g_str_equal (parent, folder))
        end = i + 1;
      post.n_pictures = end - i;
      post.album = post.n_pictures > 1;
      post.title
          = post.album ? g_path_get_basename (parent) : g_path_get_basename (found->pdata[i]);
      if (!post.album && strrchr (post.title, '.') != NULL)
        *strrchr (post.title, '.') = '\0';
      add_post (self, &post, i);
      for (guint k = i; k < end; k++)
        add_file (self, found->pdata[k], &post);
    }
  self->n_open = self->pictures->len;
  return TRUE;
}

static void
clear_picture (gpointer data)
{
  SheafDemoPicture *picture = data;

  g_free (picture->file);
  g_free (picture->title);
  g_free (picture->sha1);
}

static void
clear_post (gpointer data)
{
  g_free (((SheafDemoPost *) data)->title);
}

SheafDemoCatalogue *
sheaf_demo_catalogue_new (const char *folder, guint count, guint32 seed, GError **error)
{
  SheafDemoCatalogue *self = g_new0 (SheafDemoCatalogue, 1);

  self->pictures = g_array_new (FALSE, TRUE, sizeof (SheafDemoPicture));
  self->posts = g_array_new (FALSE, TRUE, sizeof (SheafDemoPost));
  g_array_set_clear_func (self->pictures, clear_picture);
  g_array_set_clear_func (self->posts, clear_post);
  self->picture_by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->post_by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (folder == NULL)
    generate (self, count, seed);
  else if (!read_folder (self, folder, count, error))
    g_clear_pointer (&self, sheaf_demo_catalogue_free);
  return self;
}

void
sheaf_demo_catalogue_free (SheafDemoCatalogue *self)
{
  g_hash_table_unref (self->picture_by_id);
  g_hash_table_unref (self->post_by_id);
  g_array_unref (self->pictures);
  g_array_unref (self->posts);
  g_free (self);
}

SheafDemoPicture *
sheaf_demo_catalogue_picture (SheafDemoCatalogue *self, const char *id)
{
  gpointer n;

  if (!g_hash_table_lookup_extended (self->picture_by_id, id, NULL, &n))
    return NULL;
  return sheaf_demo_catalogue_nth_picture (self, GPOINTER_TO_UINT (n));
}

SheafDemoPost *
sheaf_demo_catalogue_post (SheafDemoCatalogue *self, const char *id)
{
  gpointer n;

  if (!g_hash_table_lookup_extended (self->post_by_id, id, NULL, &n))
    return NULL;
  return sheaf_demo_catalogue_nth_post (self, GPOINTER_TO_UINT (n));
}

SheafDemoPicture *
sheaf_demo_catalogue_nth_picture (SheafDemoCatalogue *self, guint n)
{
  g_assert (n < self->pictures->len);
  return &g_array_index (self->pictures, SheafDemoPicture, n);
}

SheafDemoPost *
sheaf_demo_catalogue_nth_post (SheafDemoCatalogue *self, guint n)
{
  g_assert (n < self->posts->len);
  return &g_array_index (self->posts, SheafDemoPost, n);
}

guint
sheaf_demo_picture_get_bytes (SheafDemoPicture *picture)
{
  return (guint) g_atomic_int_get (&picture->bytes);
}

void
sheaf_demo_picture_set_bytes (SheafDemoPicture *picture, gsize bytes)
{
  g_atomic_int_set (&picture->bytes, (gint) MIN (bytes, G_MAXINT));
}
