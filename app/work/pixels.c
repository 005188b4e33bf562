/* pixels.c: a small picture as bytes that may cross a process border
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/work/error.h"
#include "app/work/pixels.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SIDE 32767

typedef struct
{
  gpointer address;
  gsize length;
} Mapping;

/* How many bytes the rows span, the last without its padding; 0 where the numbers make no sense. */
static guint64
span (guint width, guint height, guint stride, gboolean has_alpha)
{
  guint row;

  if (width < 1 || width > MAX_SIDE || height < 1 || height > MAX_SIDE)
    return 0;
  row = width * (has_alpha ? 4 : 3);
  if (stride < row)
    return 0;
  return (guint64) stride * (height - 1) + row;
}

SheafPixels *
sheaf_pixels_new (
    guint width, guint height, guint stride, gboolean has_alpha, GBytes *bytes, GError **error)
{
  SheafPixels *pixels;
  guint64 needed;

  g_return_val_if_fail (bytes != NULL, NULL);

  needed = span (width, height, stride, has_alpha);
  if (needed == 0 || needed > g_bytes_get_size (bytes))
    {
      sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("The picture's size does not fit its data"));
      return NULL;
    }

  pixels = g_atomic_rc_box_new0 (SheafPixels);
  pixels->width = width;
  pixels->height = height;
  pixels->stride = stride;
  pixels->has_alpha = has_alpha;
  pixels->bytes = g_bytes_ref (bytes);
  return pixels;
}

SheafPixels *
sheaf_pixels_ref (SheafPixels *pixels)
{
  return g_atomic_rc_box_acquire (pixels);
}

static void
pixels_clear (gpointer data)
{
  SheafPixels *pixels = data;

  g_bytes_unref (pixels->bytes);
}

void
sheaf_pixels_unref (SheafPixels *pixels)
{
  g_atomic_rc_box_release_full (pixels, pixels_clear);
}

static int
fail_errno (GError **error, int saved)
{
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (saved), g_strerror (saved));
  sheaf_error_normalize (error);
  return -1;
}

int
sheaf_pixels_to_memfd (SheafPixels *pixels, GVariantDict *values, GError **error)
{
  const guint8 *data;
  guint64 length, done = 0;
  int fd, saved;

  g_return_val_if_fail (pixels != NULL && values != NULL, -1);

  data = g_bytes_get_data (pixels->bytes, NULL);
  length = span (pixels->width, pixels->height, pixels->stride, pixels->has_alpha);
  fd = memfd_create ("sheaf-pixels", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0)
    return fail_errno (error, errno);

  while (done < length)
    {
      ssize_t n = write (fd, data + done, length - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        goto failed;
      done += n;
    }
  if (fcntl (fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
    goto failed;

  g_variant_dict_insert (values, "width", "u", pixels->width);
  g_variant_dict_insert (values, "height", "u", pixels->height);
  g_variant_dict_insert (values, "stride", "u", pixels->stride);
  g_variant_dict_insert (values, "alpha", "b", pixels->has_alpha);
  g_variant_dict_insert (values, "source-width", "u", pixels->source_width);
  g_variant_dict_insert (values, "source-height", "u", pixels->source_height);
  return fd;

failed:
  saved = errno;
  close (fd);
  return fail_errno (error, saved);
}

gboolean
sheaf_memfd_is_sealed (int fd)
{
  int seals = fcntl (fd, F_GET_SEALS);

  return seals >= 0 && (seals & F_SEAL_WRITE) != 0 && (seals & F_SEAL_SHRINK) != 0;
}

static void
mapping_free (gpointer data)
{
  Mapping *mapping = data;

  munmap (mapping->address, mapping->length);
  g_free (mapping);
}

SheafPixels *
sheaf_pixels_from_memfd (GVariant *values, int fd, GError **error)
{
  guint width = 0, height = 0, stride = 0, source_width = 0, source_height = 0;
  gboolean has_alpha = FALSE;
  g_autoptr (GBytes) bytes = NULL;
  SheafPixels *pixels;
  Mapping *mapping;
  gpointer address;
  guint64 needed;
  struct stat st;

  g_return_val_if_fail (values != NULL, NULL);

  if (g_variant_is_of_type (values, G_VARIANT_TYPE_VARDICT))
    {
      g_variant_lookup (values, "width", "u", &width);
      g_variant_lookup (values, "height", "u", &height);
      g_variant_lookup (values, "stride", "u", &stride);
      g_variant_lookup (values, "alpha", "b", &has_alpha);
      g_variant_lookup (values, "source-width", "u", &source_width);
      g_variant_lookup (values, "source-height", "u", &source_height);
    }

  needed = span (width, height, stride, has_alpha);
  if (needed == 0 || needed > G_MAXSSIZE || fd < 0 || !sheaf_memfd_is_sealed (fd)
      || fstat (fd, &st) < 0 || st.st_size < 0 || (guint64) st.st_size < needed)
    {
      sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("The picture's size does not fit its data"));
      return NULL;
    }

  /* Private, because a shared mapping of what is sealed against writing is refused by kernels
   * before 6.7 even for reading. */
  address = mmap (NULL, needed, PROT_READ, MAP_PRIVATE, fd, 0);
  if (address == MAP_FAILED)
    {
      fail_errno (error, errno);
      return NULL;
    }
  mapping = g_new (Mapping, 1);
  *mapping = (Mapping){ address, needed };
  bytes = g_bytes_new_with_free_func (address, needed, mapping_free, mapping);

  pixels = sheaf_pixels_new (width, height, stride, has_alpha, bytes, error);
  if (pixels != NULL)
    {
      pixels->source_width = source_width;
      pixels->source_height = source_height;
    }
  return pixels;
}
