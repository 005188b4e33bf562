/* imgur-spec.h: what part of Imgur an address means
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pure.  Understands Sheaf's own forms ("imgur:r/NAME") and addresses as people copy them from a
 * browser, with title slugs, from any of Imgur's host names. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SHEAF_IMGUR_SECTION,   /* name: hot, top or user */
  SHEAF_IMGUR_SUBREDDIT, /* name */
  SHEAF_IMGUR_TAG,       /* name */
  SHEAF_IMGUR_SEARCH,    /* name: the words */
  SHEAF_IMGUR_USER,      /* name */
  SHEAF_IMGUR_ALBUM,     /* name: its ID */
  SHEAF_IMGUR_POST,      /* name: the ID of an album or of a picture */
  SHEAF_IMGUR_PICTURE,   /* name: its ID */
} SheafImgurKind;

/**
 * SheafImgurSpec:
 * @sort: (nullable)
 * @window: (nullable)
 * @direct_url: (nullable): of the picture itself, where the address was that already
 */
typedef struct
{
  SheafImgurKind kind;
  char *name;
  char *sort;
  char *window;
  char *direct_url;
} SheafImgurSpec;

/**
 * sheaf_imgur_spec_parse:
 * @scheme: of Sheaf's own forms: "imgur", "demo"
 *
 * Returns: (transfer full) (nullable): what @spec means, or %NULL with @error set
 *   (%SHEAF_ERROR_USAGE)
 */
SheafImgurSpec *sheaf_imgur_spec_parse (const char *spec, const char *scheme, GError **error);
void sheaf_imgur_spec_free (SheafImgurSpec *spec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafImgurSpec, sheaf_imgur_spec_free)

/* Whether @text is a web address (or the like without "https://") of one of Imgur's hosts. */
gboolean sheaf_imgur_is_web_address (const char *text);

/**
 * sheaf_imgur_spec_dup_path:
 * @page: from 0
 * @attempt: 0, then 1 where the first found nothing and the ID may be of another kind
 *
 * Returns: (transfer full) (nullable): what to ask the API for, beginning with a slash; %NULL where
 *   there is no such attempt
 */
char *
sheaf_imgur_spec_dup_path (const SheafImgurSpec *spec, guint page, gboolean mature, guint attempt);

/* Whether it has pages, rather than being one post. */
gboolean sheaf_imgur_spec_has_pages (const SheafImgurSpec *spec);

/* (transfer full): what a person should read above it; translated. */
char *sheaf_imgur_spec_dup_title (const SheafImgurSpec *spec);

G_END_DECLS
