/* entry-record.c: an entry as bytes that outlive the program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A GVariant dictionary in little-endian order, one key a field, so that older and newer versions
 * read each other: what is missing is unknown, what is not known here is passed over. */
#include "config.h"

#include "app/download/entry-record.h"

#define MAX_RECORD (1024 * 1024)

static const struct
{
  const char *key;
  gsize offset;
} strings[] = {
  { "url", G_STRUCT_OFFSET (SheafEntry, url) },
  { "preview-url", G_STRUCT_OFFSET (SheafEntry, preview_url) },
  { "cover-url", G_STRUCT_OFFSET (SheafEntry, cover_url) },
  { "page-url", G_STRUCT_OFFSET (SheafEntry, page_url) },
  { "title", G_STRUCT_OFFSET (SheafEntry, title) },
  { "description", G_STRUCT_OFFSET (SheafEntry, description) },
  { "type", G_STRUCT_OFFSET (SheafEntry, type) },
  { "sha1", G_STRUCT_OFFSET (SheafEntry, sha1) },
  { "post-id", G_STRUCT_OFFSET (SheafEntry, post_id) },
  { "post-title", G_STRUCT_OFFSET (SheafEntry, post_title) },
  { "author", G_STRUCT_OFFSET (SheafEntry, author) },
  { "licence", G_STRUCT_OFFSET (SheafEntry, licence) },
  { "licence-url", G_STRUCT_OFFSET (SheafEntry, licence_url) },
  { "credit", G_STRUCT_OFFSET (SheafEntry, credit) },
};

static const struct
{
  const char *key;
  gsize offset;
} numbers[] = {
  { "width", G_STRUCT_OFFSET (SheafEntry, width) },
  { "height", G_STRUCT_OFFSET (SheafEntry, height) },
  { "index", G_STRUCT_OFFSET (SheafEntry, index) },
  { "album-count", G_STRUCT_OFFSET (SheafEntry, album_count) },
};

static GVariant *
in_file_order (GVariant *variant)
{
  return G_BYTE_ORDER == G_BIG_ENDIAN ? g_variant_byteswap (variant) : g_variant_ref (variant);
}

GBytes *
sheaf_entry_to_record (const SheafEntry *entry)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) variant = NULL, ordered = NULL;

  g_return_val_if_fail (entry != NULL, NULL);

  g_variant_dict_insert (&dict, "source", "s", entry->source);
  g_variant_dict_insert (&dict, "id", "s", entry->id);
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      const char *value = G_STRUCT_MEMBER (char *, entry, strings[i].offset);
      g_autofree char *valid = value != NULL ? g_utf8_make_valid (value, -1) : NULL;

      if (valid != NULL)
        g_variant_dict_insert (&dict, strings[i].key, "s", valid);
    }
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (G_STRUCT_MEMBER (guint, entry, numbers[i].offset) != 0)
      g_variant_dict_insert (&dict, numbers[i].key, "u",
                             G_STRUCT_MEMBER (guint, entry, numbers[i].offset));
  g_variant_dict_insert (&dict, "bytes", "t", entry->bytes);
  g_variant_dict_insert (&dict, "date", "x", entry->date);
  g_variant_dict_insert (&dict, "animated", "b", entry->animated);
  g_variant_dict_insert (&dict, "mature", "b", entry->mature);
  variant = g_variant_ref_sink (g_variant_dict_end (&dict));
  ordered = in_file_order (variant);
  return g_variant_get_data_as_bytes (ordered);
}

SheafEntry *
sheaf_entry_from_record (GBytes *record)
{
  g_autoptr (GVariant) raw = NULL, variant = NULL;
  const char *source = NULL, *id = NULL;
  gboolean flag;
  SheafEntry *entry;

  g_return_val_if_fail (record != NULL, NULL);

  if (g_bytes_get_size (record) > MAX_RECORD)
    return NULL;
  raw = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, record, FALSE));
  variant = in_file_order (raw);
  if (!g_variant_is_normal_form (variant) || !g_variant_lookup (variant, "source", "&s", &source)
      || !g_variant_lookup (variant, "id", "&s", &id))
    return NULL;
  entry = sheaf_entry_new (source, id);
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    g_variant_lookup (variant, strings[i].key, "s",
                      &G_STRUCT_MEMBER (char *, entry, strings[i].offset));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_variant_lookup (variant, numbers[i].key, "u",
                      &G_STRUCT_MEMBER (guint, entry, numbers[i].offset));
  g_variant_lookup (variant, "bytes", "t", &entry->bytes);
  g_variant_lookup (variant, "date", "x", &entry->date);
  entry->animated = g_variant_lookup (variant, "animated", "b", &flag) && flag;
  entry->mature = g_variant_lookup (variant, "mature", "b", &flag) && flag;
  return entry;
}
