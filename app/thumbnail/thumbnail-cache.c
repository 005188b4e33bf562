/* thumbnail-cache.c: the thumbnails that all programs of a desktop share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry is believed only for what it says about itself: its URI must be the original's and its
 * modification time the same second (some programs write a fraction, which is not compared). */
#include "config.h"

#include "app/thumbnail/thumbnail-cache.h"

#include "app/thumbnail/png-text.h"
#include "app/work/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define FAIL_DIR    "fail"
#define FAIL_PREFIX "sheaf-"
#define KEY_KIND    "X-Sheaf::Kind"

static const struct
{
  const char *name;
  guint size;
} flavors[SHEAF_N_CACHE_FLAVORS] = {
  [SHEAF_CACHE_NORMAL] = { "normal", 128 },
  [SHEAF_CACHE_LARGE] = { "large", 256 },
  [SHEAF_CACHE_X_LARGE] = { "x-large", 512 },
  [SHEAF_CACHE_XX_LARGE] = { "xx-large", 1024 },
};

SheafCacheFlavor
sheaf_cache_flavor_for_size (guint size)
{
  SheafCacheFlavor flavor = SHEAF_CACHE_NORMAL;

  while (flavor < SHEAF_CACHE_XX_LARGE && flavors[flavor].size < size)
    flavor++;
  return flavor;
}

guint
sheaf_cache_flavor_get_size (SheafCacheFlavor flavor)
{
  g_return_val_if_fail (flavor < SHEAF_N_CACHE_FLAVORS, 0);
  return flavors[flavor].size;
}

const char *
sheaf_cache_flavor_get_name (SheafCacheFlavor flavor)
{
  g_return_val_if_fail (flavor < SHEAF_N_CACHE_FLAVORS, NULL);
  return flavors[flavor].name;
}

/* Inside a Flatpak the cache folder is the program's own; the shared one is used where the sandbox
 * lets it be written. */
static char *
find_root (void)
{
  const char *host = g_getenv ("HOST_XDG_CACHE_HOME");
  g_autofree char *shared
      = host != NULL ? g_build_filename (host, "thumbnails", NULL)
                     : g_build_filename (g_get_home_dir (), ".cache", "thumbnails", NULL);

  if (g_getenv ("FLATPAK_ID") != NULL && access (shared, W_OK) == 0)
    return g_steal_pointer (&shared);
  return g_build_filename (g_get_user_cache_dir (), "thumbnails", NULL);
}

const char *
sheaf_thumbnail_cache_get_root (void)
{
  static gsize root = 0;

  if (g_once_init_enter (&root))
    g_once_init_leave (&root, (gsize) find_root ());
  return (const char *) root;
}

static char *
dup_entry_path (const char *dir, const char *uri)
{
  g_autofree char *md5 = g_compute_checksum_for_string (G_CHECKSUM_MD5, uri, -1);

  return g_strconcat (sheaf_thumbnail_cache_get_root (), "/", dir, "/", md5, ".png", NULL);
}

char *
sheaf_thumbnail_cache_dup_path (const char *uri, SheafCacheFlavor flavor)
{
  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (flavor < SHEAF_N_CACHE_FLAVORS, NULL);

  return dup_entry_path (flavors[flavor].name, uri);
}

static char *
dup_failure_path (const char *uri)
{
  return dup_entry_path (FAIL_DIR "/" FAIL_PREFIX PACKAGE_VERSION, uri);
}

gboolean
sheaf_thumbnail_cache_contains (const char *path)
{
  const char *root = sheaf_thumbnail_cache_get_root ();
  gsize length = strlen (root);

  g_return_val_if_fail (path != NULL, FALSE);

  return strncmp (path, root, length) == 0 && path[length] == '/';
}

/* Whether what @text says is true of @original. */
static gboolean
text_matches (GHashTable *text, const SheafOriginal *original)
{
  const char *uri = g_hash_table_lookup (text, "Thumb::URI");
  const char *mtime = g_hash_table_lookup (text, "Thumb::MTime");
  const char *size = g_hash_table_lookup (text, "Thumb::Size");

  return uri != NULL && strcmp (uri, original->uri) == 0 && mtime != NULL
         && g_ascii_isdigit (*mtime) && g_ascii_strtoll (mtime, NULL, 10) == original->mtime
         && (size == NULL || g_ascii_strtoull (size, NULL, 10) == original->size);
}

int
sheaf_thumbnail_cache_open (const SheafOriginal *original, SheafCacheFlavor flavor, char **path)
{
  g_autofree char *name = NULL;
  g_autoptr (GHashTable) text = NULL;
  int fd;

  g_return_val_if_fail (original != NULL && original->uri != NULL, -1);

  name = sheaf_thumbnail_cache_dup_path (original->uri, flavor);
  fd = open (name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return -1;

  text = sheaf_png_text_read (fd);
  if (text == NULL || !text_matches (text, original))
    {
      close (fd);
      return -1;
    }
  if (path != NULL)
    *path = g_steal_pointer (&name);
  return fd;
}

GVariant *
sheaf_thumbnail_cache_text (const SheafOriginal *original)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  char number[32];

  g_return_val_if_fail (original != NULL && original->uri != NULL, NULL);

  g_variant_builder_add (&builder, "{ss}", "Thumb::URI", original->uri);
  g_snprintf (number, sizeof number, "%" G_GINT64_FORMAT, original->mtime);
  g_variant_builder_add (&builder, "{ss}", "Thumb::MTime", number);
  g_snprintf (number, sizeof number, "%" G_GUINT64_FORMAT, original->size);
  g_variant_builder_add (&builder, "{ss}", "Thumb::Size", number);
  g_variant_builder_add (&builder, "{ss}", "Software", "Sheaf");
  return g_variant_builder_end (&builder);
}

static gboolean
fail_errno (GError **error, int code, const char *path)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), _ ("Could not write “%s”: %s"),
               name, g_strerror (code));
  sheaf_error_normalize (error);
  return FALSE;
}

/* The parent folder of @path, as private as the standard asks. */
static gboolean
make_parent (const char *path)
{
  g_autofree char *dir = g_path_get_dirname (path);

  return g_mkdir_with_parents (dir, 0700) == 0;
}

static gboolean
copy_all (int from, int to, guint64 length)
{
  off_t offset = 0;

  while ((guint64) offset < length)
    {
      ssize_t n = sendfile (to, from, &offset, (size_t) MIN (length - (guint64) offset, 1u << 30));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          if (n == 0)
            errno = EIO;
          return FALSE;
        }
    }
  return TRUE;
}

/* Writes a file without a name into @dir: nothing of it stays if this process is killed.  -1 with
 * @code for a failure, 0 where the file system has no such thing. */
static int
write_nameless (const char *dir, int fd, guint64 length, int mode, int *code)
{
  int out = open (dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);

  *code = out < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL) ? 0 : errno;
  if (out < 0 || copy_all (fd, out, length))
    return out;
  *code = errno;
  close (out);
  return -1;
}

/* Gives an open file a name, unless something has that. */
static gboolean
link_open (int fd, const char *path)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);

  return linkat (AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

static gboolean
write_named (const char *temporary, int fd, guint64 length, int mode, int *code)
{
  int out = open (temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  gboolean written = out >= 0 && copy_all (fd, out, length);

  *code = errno;
  if (out < 0)
    return FALSE;
  if (close (out) == 0 && written)
    return TRUE;
  if (written)
    *code = errno;
  unlink (temporary);
  return FALSE;
}

gboolean
sheaf_file_write_atomic (const char *path, int fd, guint64 length, int mode, GError **error)
{
  g_autofree char *dir = NULL;
  g_autofree char *temporary = NULL;
  gboolean linked;
  int out, code;

  g_return_val_if_fail (path != NULL && fd >= 0, FALSE);

  /* A name of its own rather than one made of the final name, which may be as long as names get. */
  dir = g_path_get_dirname (path);
  temporary = g_strdup_printf ("%s/.sheaf-%08x%08x.tmp", dir, g_random_int (), g_random_int ());
  out = write_nameless (dir, fd, length, mode, &code);
  if (out < 0 && code != 0)
    return fail_errno (error, code, path);
  if (out >= 0)
    {
      linked = link_open (out, path);
      if (linked || (errno == EEXIST && link_open (out, temporary)))
        code = 0;
      else
        code = errno;
      close (out);
      if (linked)
        return TRUE;
      if (code != 0 && code != ENOENT) /* no /proc here */
        return fail_errno (error, code, path);
    }
  if ((out < 0 || code != 0) && !write_named (temporary, fd, length, mode, &code))
    return fail_errno (error, code, path);
  if (rename (temporary, path) == 0)
    return TRUE;
  code = errno;
  unlink (temporary);
  return fail_errno (error, code, path);
}

/* The same into the cache, whose folders are made when they turn out to be missing. */
static gboolean
write_entry (const char *path, int fd, guint64 length, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (sheaf_file_write_atomic (path, fd, length, 0600, &local_error))
    return TRUE;
  if (sheaf_error_code (local_error) == SHEAF_ERROR_FILE && make_parent (path))
    return sheaf_file_write_atomic (path, fd, length, 0600, error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

gboolean
sheaf_thumbnail_cache_store (const SheafOriginal *original,
                             SheafCacheFlavor flavor,
                             int fd,
                             guint64 length,
                             char **path,
                             GError **error)
{
  g_autofree char *name = NULL;

  g_return_val_if_fail (original != NULL && original->uri != NULL, FALSE);

  name = sheaf_thumbnail_cache_dup_path (original->uri, flavor);
  if (!write_entry (name, fd, length, error))
    return FALSE;
  if (path != NULL)
    *path = g_steal_pointer (&name);
  return TRUE;
}

gboolean
sheaf_thumbnail_cache_store_failure (const SheafOriginal *original,
                                     const GError *reason,
                                     GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GVariant) common = NULL;
  g_autoptr (GVariant) text = NULL;
  g_autoptr (GBytes) png = NULL;
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  GVariantIter iter;
  GVariant *child;
  gboolean written;
  int fd;

  g_return_val_if_fail (original != NULL && original->uri != NULL, FALSE);
  g_return_val_if_fail (reason != NULL, FALSE);

  common = g_variant_ref_sink (sheaf_thumbnail_cache_text (original));
  g_variant_iter_init (&iter, common);
  while ((child = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_variant_builder_add_value (&builder, child);
      g_variant_unref (child);
    }
  g_variant_builder_add (&builder, "{ss}", KEY_KIND, sheaf_error_kind (reason));
  text = g_variant_ref_sink (g_variant_builder_end (&builder));
  png = sheaf_png_text_write_empty (text);

  path = dup_failure_path (original->uri);
  fd = memfd_create ("sheaf-failure", MFD_CLOEXEC);
  if (fd < 0 || write (fd, g_bytes_get_data (png, NULL), g_bytes_get_size (png)) < 0)
    {
      int code = errno;

      if (fd >= 0)
        close (fd);
      return fail_errno (error, code, path);
    }
  written = write_entry (path, fd, g_bytes_get_size (png), error);
  close (fd);
  return written;
}

gboolean
sheaf_thumbnail_cache_check_failure (const SheafOriginal *original, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GHashTable) text = NULL;
  const char *kind;
  SheafError code;
  int fd;

  g_return_val_if_fail (original != NULL && original->uri != NULL, TRUE);

  path = dup_failure_path (original->uri);
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return TRUE;
  text = sheaf_png_text_read (fd);
  close (fd);
  if (text == NULL || !text_matches (text, original))
    return TRUE;

  kind = g_hash_table_lookup (text, KEY_KIND);
  code = kind != NULL ? sheaf_error_code_from_kind (kind) : SHEAF_ERROR_DECODE;
  if (code == SHEAF_ERROR_NOT_A_PICTURE)
    g_set_error_literal (error, SHEAF_ERROR, code,
                         _ ("This is not a picture, as was found when it was last looked at."));
  else if (code == SHEAF_ERROR_TOO_LARGE)
    g_set_error_literal (error, SHEAF_ERROR, code,
                         _ ("The picture is too large, as was found when it was last looked at."));
  else
    g_set_error_literal (error, SHEAF_ERROR, SHEAF_ERROR_DECODE,
                         _ ("The picture could not be decoded when it was last tried."));
  return FALSE;
}

void
sheaf_thumbnail_cache_forget (const char *uri)
{
  g_autofree char *failure = NULL;

  g_return_if_fail (uri != NULL);

  for (SheafCacheFlavor flavor = 0; flavor < SHEAF_N_CACHE_FLAVORS; flavor++)
    {
      g_autofree char *path = sheaf_thumbnail_cache_dup_path (uri, flavor);

      unlink (path);
    }
  failure = dup_failure_path (uri);
  unlink (failure);
}
