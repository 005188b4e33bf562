/* store.h: the bytes of the demo gallery's pictures, painted when first asked for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Painting happens in two threads of the store's own; answers come back on the context the store
 * was made in.  What was made lately is kept, up to a bound; the same picture always has the same
 * bytes, so that what was dropped can be made again. */
#pragma once

#include "app/demo/catalogue.h"

G_BEGIN_DECLS

/**
 * SheafDemoRendition:
 *
 * The whole picture, or a smaller one (always JPEG, upright, of the first frame).
 */
typedef struct
{
  guint box;     /* longest side; 0 for the picture itself */
  gboolean crop; /* a square of @box */
} SheafDemoRendition;

typedef struct _SheafDemoStore SheafDemoStore;

/* @bytes is %NULL where a given file cannot be read (any more). */
typedef void (*SheafDemoStoreFunc) (GBytes *bytes, gpointer user_data);

/* @catalogue must outlive the store. */
SheafDemoStore *sheaf_demo_store_new (SheafDemoCatalogue *catalogue);

/* Waits for what is being painted, but not for what was only ordered; callbacks that were not
 * called yet never are. */
void sheaf_demo_store_free (SheafDemoStore *self);

void sheaf_demo_store_get (SheafDemoStore *self,
                           SheafDemoPicture *picture,
                           SheafDemoRendition rendition,
                           SheafDemoStoreFunc func,
                           gpointer user_data);

G_END_DECLS
