/* catalogue.h: what the demo gallery has: its pictures, and the posts they belong to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Made whole at the start, without painting anything; never changes afterwards, so any thread may
 * read it (but for SheafDemoPicture.bytes, see there). */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SHEAF_DEMO_ID_LENGTH 7

/**
 * SheafDemoPicture:
 * @id: unique among pictures and posts
 * @file: (nullable): where it is; %NULL for one that is painted
 * @scene: row of sheaf_scenes, for one that is painted
 * @width: as it is seen, so after @orientation
 * @post: index of its post
 * @index: place in its post
 * @bytes: length of its file; 0 until it was painted once, so read it with
 *   sheaf_demo_picture_get_bytes()
 * @sha1: (nullable): of its file, once it was made; only in the server's context
 */
typedef struct
{
  char id[SHEAF_DEMO_ID_LENGTH + 1];
  const char *type;
  const char *extension;
  char *file;
  char *title;
  const char *description;
  guint scene;
  guint32 seed;
  guint width;
  guint height;
  guint orientation;
  gboolean progressive;
  gboolean animated;
  guint post;
  guint index;
  gint bytes;
  char *sha1;
} SheafDemoPicture;

/**
 * SheafDemoPost:
 * @first: index of its first picture; the others follow
 * @n_pictures: more than one only in an album
 * @album: an album (of one picture, too) or a single picture
 * @tag: what it shows
 * @date: seconds since 1970
 * @age: hours before the newest post
 */
typedef struct
{
  char id[SHEAF_DEMO_ID_LENGTH + 1];
  char *title;
  const char *tag;
  const char *account;
  guint first;
  guint n_pictures;
  gboolean album;
  gboolean mature;
  guint score;
  guint age;
  gint64 date;
} SheafDemoPost;

typedef struct
{
  GArray *pictures; /* (element-type SheafDemoPicture) */
  GArray *posts;    /* (element-type SheafDemoPost), as "hot" has them */
  GHashTable *picture_by_id;
  GHashTable *post_by_id;
  guint n_open; /* pictures of posts that are not mature */
} SheafDemoCatalogue;

/**
 * sheaf_demo_catalogue_new:
 * @folder: (nullable): whose pictures to have, recursively; %NULL for painted ones
 * @count: how many pictures; those of posts marked as mature (one in forty) come on top
 *
 * Returns: (transfer full) (nullable): %NULL with @error set where @folder has none
 */
SheafDemoCatalogue *
sheaf_demo_catalogue_new (const char *folder, guint count, guint32 seed, GError **error);
void sheaf_demo_catalogue_free (SheafDemoCatalogue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafDemoCatalogue, sheaf_demo_catalogue_free)

/* (transfer none) (nullable) */
SheafDemoPicture *sheaf_demo_catalogue_picture (SheafDemoCatalogue *self, const char *id);
SheafDemoPost *sheaf_demo_catalogue_post (SheafDemoCatalogue *self, const char *id);

SheafDemoPicture *sheaf_demo_catalogue_nth_picture (SheafDemoCatalogue *self, guint n);
SheafDemoPost *sheaf_demo_catalogue_nth_post (SheafDemoCatalogue *self, guint n);

guint sheaf_demo_picture_get_bytes (SheafDemoPicture *picture);
void sheaf_demo_picture_set_bytes (SheafDemoPicture *picture, gsize bytes);

G_END_DECLS
