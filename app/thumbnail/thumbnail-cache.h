/* thumbnail-cache.h: the thumbnails that all programs of a desktop share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The freedesktop Thumbnail Managing Standard 0.9: where an entry is, whether it is still true, and
 * how one is added so that nobody ever sees half of it.  Everything here blocks on the disk and may
 * be called from any thread; pixels are not touched, entries are handed out as open files. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SheafCacheFlavor:
 *
 * The sizes the standard knows: boxes of 128, 256, 512 and 1024 pixels.
 */
typedef enum
{
  SHEAF_CACHE_NORMAL,
  SHEAF_CACHE_LARGE,
  SHEAF_CACHE_X_LARGE,
  SHEAF_CACHE_XX_LARGE,
  SHEAF_N_CACHE_FLAVORS
} SheafCacheFlavor;

/* The smallest flavor that holds @size pixels; the largest there is for what no flavor holds. */
SheafCacheFlavor sheaf_cache_flavor_for_size (guint size);

/* The side of its box, in pixels. */
guint sheaf_cache_flavor_get_size (SheafCacheFlavor flavor);

/* What the standard and D-Bus call it: "normal". */
const char *sheaf_cache_flavor_get_name (SheafCacheFlavor flavor);

/**
 * SheafOriginal:
 * @uri: canonical and absolute
 * @mtime: seconds since 1970
 * @size: bytes
 *
 * What an entry must match to be valid.
 */
typedef struct
{
  const char *uri;
  gint64 mtime;
  guint64 size;
} SheafOriginal;

/* $XDG_CACHE_HOME/thumbnails; owned by the process. */
const char *sheaf_thumbnail_cache_get_root (void);

/* Where the entry of @uri belongs, whether it is there or not; (transfer full). */
char *sheaf_thumbnail_cache_dup_path (const char *uri, SheafCacheFlavor flavor);

/* Whether @path lies inside the cache; pictures there never get thumbnails of their own. */
gboolean sheaf_thumbnail_cache_contains (const char *path);

/**
 * sheaf_thumbnail_cache_open:
 * @path: (out) (optional) (transfer full): its path
 *
 * Returns: an open valid entry of @flavor, or -1 where there is none
 */
int
sheaf_thumbnail_cache_open (const SheafOriginal *original, SheafCacheFlavor flavor, char **path);

/**
 * sheaf_thumbnail_cache_text:
 *
 * Returns: (transfer none): a floating a{ss}: the tEXt chunks a PNG for @original needs
 */
GVariant *sheaf_thumbnail_cache_text (const SheafOriginal *original);

/**
 * sheaf_thumbnail_cache_store:
 * @fd: (transfer none): holds the whole PNG, with the text of sheaf_thumbnail_cache_text()
 * @length: how long that is
 * @path: (out) (optional) (transfer full): where it went
 *
 * Adds an entry, replacing what was there.
 */
gboolean sheaf_thumbnail_cache_store (const SheafOriginal *original,
                                      SheafCacheFlavor flavor,
                                      int fd,
                                      guint64 length,
                                      char **path,
                                      GError **error);

/* Remembers that @original cannot be decoded by this version of Sheaf, and why. */
gboolean sheaf_thumbnail_cache_store_failure (const SheafOriginal *original,
                                              const GError *reason,
                                              GError **error);

/**
 * sheaf_thumbnail_cache_check_failure:
 *
 * Returns: %FALSE with @error set where this version of Sheaf failed on @original as it is now
 */
gboolean sheaf_thumbnail_cache_check_failure (const SheafOriginal *original, GError **error);

/* Removes every entry and failure of @uri. */
void sheaf_thumbnail_cache_forget (const char *uri);

/**
 * sheaf_thumbnail_cache_clean_up_async:
 *
 * Removes the entries whose originals are gone, and failures that other versions of Sheaf left.
 * Originals on media that are not mounted at present do not count as gone.
 */
void sheaf_thumbnail_cache_clean_up_async (GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);

/**
 * sheaf_thumbnail_cache_clean_up_finish:
 * @n_removed: (out) (optional)
 * @bytes: (out) (optional): how much room that made
 */
gboolean sheaf_thumbnail_cache_clean_up_finish (GAsyncResult *result,
                                                guint *n_removed,
                                                guint64 *bytes,
                                                GError **error);

/**
 * sheaf_file_write_atomic:
 * @fd: (transfer none): what to copy from, from its start
 * @mode: permissions of the new file
 *
 * Copies @length bytes of @fd into a new file beside @path and renames it to @path.  Thumbnails can
 * be made again, so unlike a download this does not wait for the disk.
 */
gboolean
sheaf_file_write_atomic (const char *path, int fd, guint64 length, int mode, GError **error);

G_END_DECLS
