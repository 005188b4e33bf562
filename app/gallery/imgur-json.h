/* imgur-json.h: what Imgur answers, as entries
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pure: from an answer to facts, without network, files or clock. */
#pragma once

#include "app/base/entry.h"
#include "app/gallery/api-request.h"
#include "app/gallery/source.h"

G_BEGIN_DECLS

/**
 * SheafImgurList:
 * @entries: (element-type SheafEntry): in order; an album once, with album_count set
 * @albums: (element-type utf8 GPtrArray): by ID: the pictures of those albums that came whole
 * @n_items: how many items the answer had, those that were no use included; 0 past the last page
 * @n_unusable: items, and pictures in albums that came with them, without a usable ID or address
 * @total: how many there are in all, or 0
 */
typedef struct
{
  GPtrArray *entries;
  GHashTable *albums;
  guint n_items;
  guint n_unusable;
  guint64 total;
} SheafImgurList;

void sheaf_imgur_list_free (SheafImgurList *list);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafImgurList, sheaf_imgur_list_free)

/**
 * sheaf_imgur_parse_list:
 * @source: SheafEntry.source of the entries
 *
 * Reads what a gallery, a tag, a search or an account answers.
 *
 * Returns: (transfer full) (nullable): the list, or %NULL with @error set to what the answer means
 */
SheafImgurList *
sheaf_imgur_parse_list (const SheafApiAnswer *answer, const char *source, GError **error);

/**
 * sheaf_imgur_parse_post:
 *
 * Reads one album (its pictures, with post_id, post_title and index), a list of an album's
 * pictures, or one picture.
 *
 * Returns: (transfer full) (nullable): the pictures, or %NULL with @error set
 */
SheafImgurList *
sheaf_imgur_parse_post (const SheafApiAnswer *answer, const char *source, GError **error);

/**
 * sheaf_imgur_parse_credits:
 *
 * Returns: whether @quota was filled; else @error is set
 */
gboolean
sheaf_imgur_parse_credits (const SheafApiAnswer *answer, SheafQuota *quota, GError **error);

/* Fills @quota from the answer's headers; %FALSE where they say nothing. */
gboolean sheaf_imgur_read_quota (const SheafApiAnswer *answer, SheafQuota *quota);

G_END_DECLS
