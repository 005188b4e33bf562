/* entry.h: the facts of one picture, as its source tells them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Entries are what flows from sources to the list, the download pool and the archive.  They are
 * filled once, by a parser, and never change afterwards; any string may be %NULL and any number 0
 * where the source says nothing. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SheafEntry:
 * @source: nick of the source's table row, "imgur"
 * @id: unique within @source
 * @url: where the picture itself is; http or https, or file for a picture on this machine
 * @preview_url: a small rendition for the grid; %NULL where there is none (use @url)
 * @cover_url: of an album: its cover in full; %NULL where only @preview_url is known
 * @page_url: the web page a person would open
 * @title: as its author wrote it; plain text
 * @type: MIME type the source claims, lower case; a claim, not a fact
 * @width: pixels
 * @height: pixels
 * @bytes: length of the file at @url; 0 if not known
 * @sha1: hexadecimal, lower case, where the source gives it
 * @date: seconds since 1970 of its publication, or of the last change of a file on this machine; 0
 *   if not known
 * @post_id: the post (album) it belongs to; %NULL for a picture on its own
 * @post_title: title of that post
 * @index: place in its post, from 0
 * @album_count: for an entry that stands for a whole album: how many pictures that holds (at least
 *   1); 0 for a single picture.  Such an entry is expanded before it can be downloaded
 * @animated: moves
 * @mature: marked as not safe for work
 * @author: who made it
 * @licence: short name, "CC BY-SA 4.0"
 * @licence_url: its text
 * @credit: how the source wants to be credited, when more than the author
 */
typedef struct
{
  char *source;
  char *id;
  char *url;
  char *preview_url;
  char *cover_url;
  char *page_url;
  char *title;
  char *description;
  char *type;
  char *sha1;
  char *post_id;
  char *post_title;
  char *author;
  char *licence;
  char *licence_url;
  char *credit;
  guint64 bytes;
  gint64 date;
  guint width;
  guint height;
  guint index;
  guint album_count;
  guint animated : 1;
  guint mature : 1;
} SheafEntry;

#define SHEAF_TYPE_ENTRY (sheaf_entry_get_type ())
GType sheaf_entry_get_type (void);

/* A new entry of @source with @id and nothing else; its maker fills it before handing it on. */
SheafEntry *sheaf_entry_new (const char *source, const char *id);
SheafEntry *sheaf_entry_ref (SheafEntry *entry);
void sheaf_entry_unref (SheafEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafEntry, sheaf_entry_unref)

/**
 * sheaf_entry_new_for_file:
 *
 * Returns: (transfer full): an entry of source "file" whose id and url are @file's URI
 */
SheafEntry *sheaf_entry_new_for_file (GFile *file);

/**
 * sheaf_entry_is_album:
 *
 * Returns: whether @entry stands for a post whose pictures must be asked for
 */
gboolean sheaf_entry_is_album (const SheafEntry *entry);

/**
 * sheaf_entry_dup_display_title:
 *
 * Returns: (transfer full): what a person should read: the title, else the post's with the place in
 *   it, else the file name; never empty
 */
char *sheaf_entry_dup_display_title (const SheafEntry *entry);

G_END_DECLS
