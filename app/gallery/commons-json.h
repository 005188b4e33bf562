/* commons-json.h: what Wikimedia Commons answers, as entries
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pure.  MediaWiki says itself how to go on: what is in "continue" is added to the same question.
 */
#pragma once

#include "app/gallery/listing-source.h"

G_BEGIN_DECLS

/**
 * SheafCommonsTrail:
 * @categories: (element-type utf8): every category met, in the order met
 * @depths: how deep each of them lies; as many
 * @current: index of the one being read
 * @more: (nullable): what goes on with it, as "&name=value…"
 *
 * How far a walk through categories within categories has come.  It is the cursor, as text, so that
 * a page can be asked for again.
 */
typedef struct
{
  GPtrArray *categories;
  GArray *depths;
  guint current;
  char *more;
} SheafCommonsTrail;

/* @cursor is nullable: at the beginning there is only @spec's own category, or none. */
SheafCommonsTrail *sheaf_commons_trail_new (const SheafListingSpec *spec, const char *cursor);
void sheaf_commons_trail_free (SheafCommonsTrail *trail);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafCommonsTrail, sheaf_commons_trail_free)

SheafPage *sheaf_commons_parse (const SheafApiAnswer *answer,
                                const SheafListingSpec *spec,
                                const char *cursor,
                                GError **error);

G_END_DECLS
