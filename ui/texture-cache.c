/* texture-cache.c: a hash table for finding, a queue for age
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nodes are keyed by the entry's source and id, so that the tile of a download has the gallery's
 * preview to show until its own file is there.  The queue's head was used last; eviction takes from
 * its tail. */
#include "config.h"

#include "ui/texture-cache.h"

#define DEFAULT_BYTES (96 * 1024 * 1024)

typedef struct
{
  SheafEntry *entry;
  gboolean of_file;
} Key;

typedef struct
{
  Key key;
  GdkTexture *texture;
  GdkTexture *cut;  /* (nullable) */
  SheafShape shape; /* of the cut */
  gsize bytes;      /* of both */
  GList link;
} Node;

struct _SheafTextureCache
{
  GObject parent_instance;

  GHashTable *nodes;      /* (element-type Key Node): keys belong to the nodes */
  GHashTable *by_texture; /* (element-type GdkTexture Node): the same nodes */
  GQueue ages;
  gsize bytes;
  gsize max_bytes;
};

G_DEFINE_FINAL_TYPE (SheafTextureCache, sheaf_texture_cache, G_TYPE_OBJECT)

static guint
key_hash (gconstpointer data)
{
  const Key *key = data;

  return g_str_hash (key->entry->id) ^ g_str_hash (key->entry->source) ^ (guint) key->of_file;
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const Key *left = a;
  const Key *right = b;

  return left->of_file == right->of_file
         && (left->entry == right->entry
             || (g_str_equal (left->entry->id, right->entry->id)
                 && g_str_equal (left->entry->source, right->entry->source)));
}

static void
node_free (gpointer data)
{
  Node *node = data;

  g_object_unref (node->texture);
  g_clear_object (&node->cut);
  sheaf_entry_unref (node->key.entry);
  g_free (node);
}

/* At most: of an opaque picture it is less. */
static gsize
cut_bytes (GdkTexture *cut)
{
  return (gsize) gdk_texture_get_width (cut) * (gsize) gdk_texture_get_height (cut) * 4;
}

static void
drop (SheafTextureCache *self, Node *node)
{
  g_assert (self->bytes >= node->bytes);

  self->bytes -= node->bytes;
  g_queue_unlink (&self->ages, &node->link);
  g_hash_table_remove (self->by_texture, node->texture);
  g_hash_table_remove (self->nodes, &node->key);
}

/* The newest stays even where it alone is too much: somebody looks at it. */
static void
make_room (SheafTextureCache *self)
{
  while (self->bytes > self->max_bytes && g_queue_get_length (&self->ages) > 1)
    drop (self, g_queue_peek_tail (&self->ages));
}

static void
drop_key (SheafTextureCache *self, SheafEntry *entry, gboolean of_file)
{
  const Key key = { entry, of_file };
  Node *node = g_hash_table_lookup (self->nodes, &key);

  if (node != NULL)
    drop (self, node);
}

static void
sheaf_texture_cache_finalize (GObject *object)
{
  SheafTextureCache *self = SHEAF_TEXTURE_CACHE (object);

  g_hash_table_unref (self->by_texture);
  g_hash_table_unref (self->nodes);

  G_OBJECT_CLASS (sheaf_texture_cache_parent_class)->finalize (object);
}

static void
sheaf_texture_cache_class_init (SheafTextureCacheClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_texture_cache_finalize;
}

static void
sheaf_texture_cache_init (SheafTextureCache *self)
{
  self->nodes = g_hash_table_new_full (key_hash, key_equal, NULL, node_free);
  self->by_texture = g_hash_table_new (NULL, NULL);
  g_queue_init (&self->ages);
}

SheafTextureCache *
sheaf_texture_cache_new (gsize max_bytes)
{
  SheafTextureCache *self = g_object_new (SHEAF_TYPE_TEXTURE_CACHE, NULL);

  self->max_bytes = max_bytes;
  return self;
}

SheafTextureCache *
sheaf_texture_cache_get_default (void)
{
  static SheafTextureCache *cache;

  if (cache == NULL)
    cache = sheaf_texture_cache_new (DEFAULT_BYTES);
  return cache;
}

GdkTexture *
sheaf_texture_new_from_pixels (SheafPixels *pixels)
{
  g_return_val_if_fail (pixels != NULL, NULL);

  return gdk_memory_texture_new ((int) pixels->width, (int) pixels->height,
                                 pixels->has_alpha ? GDK_MEMORY_R8G8B8A8 : GDK_MEMORY_R8G8B8,
                                 pixels->bytes, pixels->stride);
}

GdkTexture *
sheaf_texture_cache_lookup (SheafTextureCache *self, SheafEntry *entry, gboolean of_file)
{
  const Key key = { entry, of_file };
  Node *node;

  g_return_val_if_fail (SHEAF_IS_TEXTURE_CACHE (self), NULL);
  g_return_val_if_fail (entry != NULL, NULL);

  node = g_hash_table_lookup (self->nodes, &key);
  if (node == NULL)
    return NULL;
  g_queue_unlink (&self->ages, &node->link);
  g_queue_push_head_link (&self->ages, &node->link);
  return node->texture;
}

GdkTexture *
sheaf_texture_cache_add (SheafTextureCache *self,
                         SheafEntry *entry,
                         gboolean of_file,
                         SheafPixels *pixels)
{
  Node *node;

  g_return_val_if_fail (SHEAF_IS_TEXTURE_CACHE (self), NULL);
  g_return_val_if_fail (entry != NULL && pixels != NULL, NULL);

  drop_key (self, entry, of_file);

  node = g_new0 (Node, 1);
  node->key.entry = sheaf_entry_ref (entry);
  node->key.of_file = of_file;
  node->texture = sheaf_texture_new_from_pixels (pixels);
  node->bytes = g_bytes_get_size (pixels->bytes);
  node->link.data = node;
  g_hash_table_insert (self->nodes, &node->key, node);
  g_hash_table_insert (self->by_texture, node->texture, node);
  g_queue_push_head_link (&self->ages, &node->link);
  self->bytes += node->bytes;
  make_room (self);
  return node->texture;
}

GdkTexture *
sheaf_texture_cache_lookup_cut (SheafTextureCache *self,
                                GdkTexture *texture,
                                const SheafShape *shape)
{
  Node *node;

  g_return_val_if_fail (SHEAF_IS_TEXTURE_CACHE (self), NULL);
  g_return_val_if_fail (GDK_IS_TEXTURE (texture) && shape != NULL, NULL);

  node = g_hash_table_lookup (self->by_texture, texture);
  if (node == NULL || node->cut == NULL || !sheaf_shape_equal (&node->shape, shape))
    return NULL;
  return node->cut;
}

void
sheaf_texture_cache_add_cut (SheafTextureCache *self,
                             GdkTexture *texture,
                             const SheafShape *shape,
                             GdkTexture *cut)
{
  Node *node;

  g_return_if_fail (SHEAF_IS_TEXTURE_CACHE (self));
  g_return_if_fail (GDK_IS_TEXTURE (texture) && shape != NULL && GDK_IS_TEXTURE (cut));

  node = g_hash_table_lookup (self->by_texture, texture);
  if (node == NULL)
    return;
  if (node->cut != NULL)
    {
      self->bytes -= cut_bytes (node->cut);
      node->bytes -= cut_bytes (node->cut);
    }
  g_set_object (&node->cut, cut);
  node->shape = *shape;
  node->bytes += cut_bytes (cut);
  self->bytes += cut_bytes (cut);
  make_room (self);
}

void
sheaf_texture_cache_remove (SheafTextureCache *self, SheafEntry *entry)
{
  g_return_if_fail (SHEAF_IS_TEXTURE_CACHE (self));
  g_return_if_fail (entry != NULL);

  drop_key (self, entry, FALSE);
  drop_key (self, entry, TRUE);
}

void
sheaf_texture_cache_clear (SheafTextureCache *self)
{
  g_return_if_fail (SHEAF_IS_TEXTURE_CACHE (self));

  while (!g_queue_is_empty (&self->ages))
    drop (self, g_queue_peek_tail (&self->ages));
}

gsize
sheaf_texture_cache_get_bytes (SheafTextureCache *self)
{
  g_return_val_if_fail (SHEAF_IS_TEXTURE_CACHE (self), 0);

  return self->bytes;
}

guint
sheaf_texture_cache_get_n_textures (SheafTextureCache *self)
{
  g_return_val_if_fail (SHEAF_IS_TEXTURE_CACHE (self), 0);

  return g_queue_get_length (&self->ages);
}
