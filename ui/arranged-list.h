/* arranged-list.h: a list of pictures, filtered and sorted as the person chose
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * With nothing chosen it passes its source through, so that lists of 100,000 stay lazy; otherwise
 * it filters and sorts a slice at a time, between frames. */
#pragma once

#include "app/model/item-list.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  SHEAF_SHOW_ALL,
  SHEAF_SHOW_UNDER_WAY,
  SHEAF_SHOW_READY,
  SHEAF_SHOW_FAILED,
} SheafShow;

typedef enum
{
  SHEAF_ORDER_GIVEN,
  SHEAF_ORDER_NAME,
  SHEAF_ORDER_DATE,
  SHEAF_ORDER_SIZE,
  SHEAF_ORDER_TYPE,
  SHEAF_ORDER_STATE,
} SheafOrder;

#define SHEAF_TYPE_ARRANGED_LIST (sheaf_arranged_list_get_type ())
G_DECLARE_FINAL_TYPE (SheafArrangedList, sheaf_arranged_list, SHEAF, ARRANGED_LIST, GObject)

/* Itself a GListModel of SheafItem.  @model: (nullable) (transfer none) */
SheafArrangedList *sheaf_arranged_list_new (GListModel *model);
void sheaf_arranged_list_set_model (SheafArrangedList *self, GListModel *model);

void sheaf_arranged_list_set_show (SheafArrangedList *self, SheafShow show);
void sheaf_arranged_list_set_order (SheafArrangedList *self, SheafOrder order);

/* Only titles (and authors, albums, types) with all of @words, in any case; "" for all. */
void sheaf_arranged_list_set_words (SheafArrangedList *self, const char *words);

/* Only pictures whose licence @licence is part of ("CC0"); (nullable) for any. */
void sheaf_arranged_list_set_licence (SheafArrangedList *self, const char *licence);

/* Whether anything hides pictures. */
gboolean sheaf_arranged_list_get_filtered (SheafArrangedList *self);

/* States have changed: looks again, a moment later, at which pictures show. */
void sheaf_arranged_list_refresh (SheafArrangedList *self);

/* "name" → SHEAF_ORDER_NAME, as menus have it. */
SheafOrder sheaf_order_from_nick (const char *nick);

G_END_DECLS
