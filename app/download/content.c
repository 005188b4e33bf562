/* content.c: what a file really is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signatures are a table of bytes at a place; containers (RIFF, ISO media) are told apart by their
 * brand, text formats by their first tag. */
#include "config.h"

#include "app/download/content.h"

#include "app/work/error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_LENGTH (64 * 1024)

/* Imgur's picture that says a picture is gone. */
#define REMOVED_LENGTH 503
#define REMOVED_MD5    "d835884373f4d6c8f24742ceabe74946"

/* Its picture, a PNG with status 200, that says "Content not viewable in your region": the same for
 * every address.  Known by its length and size in pixels, which are as good as a checksum. */
#define REGION_LENGTH 34641
#define REGION_WIDTH  336
#define REGION_HEIGHT 478

static const struct
{
  const char *type;
  guint offset;
  guint length;
  const char *bytes;
} signatures[] = {
  { "image/jpeg", 0, 3, "\xff\xd8\xff" },
  { "image/png", 0, 8, "\x89PNG\r\n\x1a\n" },
  { "image/gif", 0, 6, "GIF87a" },
  { "image/gif", 0, 6, "GIF89a" },
  { "image/webp", 8, 4, "WEBP" },
  { "image/bmp", 0, 2, "BM" },
  { "image/tiff", 0, 4, "II*\0" },
  { "image/tiff", 0, 4, "MM\0*" },
  { "image/jxl", 0, 2, "\xff\x0a" },
  { "image/jxl", 0, 12, "\0\0\0\x0cJXL \r\n\x87\n" },
  { "image/vnd.microsoft.icon", 0, 4, "\0\0\1\0" },
  { "image/jp2", 0, 12, "\0\0\0\x0cjP  \r\n\x87\n" },
  { "video/webm", 0, 4, "\x1a\x45\xdf\xa3" },
  { "application/pdf", 0, 5, "%PDF-" },
  { "application/zip", 0, 4, "PK\3\4" },
};

static const struct
{
  const char *brand;
  const char *type;
} brands[] = {
  { "avif", "image/avif" }, { "avis", "image/avif" }, { "heic", "image/heic" },
  { "heix", "image/heic" }, { "hevc", "image/heic" }, { "heim", "image/heic" },
  { "heis", "image/heic" }, { "mif1", "image/heic" }, { "msf1", "image/heic" },
};

static const struct
{
  const char *type;
  const char *extension;
} extensions[] = {
  { "image/jpeg", "jpg" },
  { "image/png", "png" },
  { "image/gif", "gif" },
  { "image/webp", "webp" },
  { "image/bmp", "bmp" },
  { "image/tiff", "tiff" },
  { "image/jxl", "jxl" },
  { "image/avif", "avif" },
  { "image/heic", "heic" },
  { "image/heif", "heic" },
  { "image/jp2", "jp2" },
  { "image/svg+xml", "svg" },
  { "image/vnd.microsoft.icon", "ico" },
  { "image/x-icon", "ico" },
  { "video/mp4", "mp4" },
  { "video/webm", "webm" },
  { "application/pdf", "pdf" },
  { "application/zip", "zip" },
  { "application/json", "json" },
  { "application/xml", "xml" },
  { "text/xml", "xml" },
  { "text/html", "html" },
  { "application/xhtml+xml", "html" },
  { "text/plain", "txt" },
  { "text/css", "css" },
  { "text/csv", "csv" },
  { "text/markdown", "md" },
};

/* Everything between the start of a text and its first real tag. */
static const char *
first_tag (const char *text, const char *end)
{
  while (TRUE)
    {
      const char *close = NULL;

      if (end - text >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
      while (text < end && g_ascii_isspace (*text))
        text++;
      if (end - text >= 4 && memcmp (text, "<!--", 4) == 0)
        close = g_strstr_len (text, end - text, "-->");
      else if (end - text >= 2 && memcmp (text, "<?", 2) == 0)
        close = g_strstr_len (text, end - text, "?>");
      else
        return text;
      if (close == NULL)
        return end;
      text = close + 2 + (*close == '-');
    }
}

static const char *
sniff_text (const guint8 *head, gsize length)
{
  static const char *const html[]
      = { "<!doctype html", "<html", "<head", "<body", "<title", "<h1", "<script", "<p>" };
  const char *text = (const char *) head, *end = text + length;
  const char *tag = first_tag (text, end);

  for (guint i = 0; i < G_N_ELEMENTS (html); i++)
    if ((gsize) (end - tag) >= strlen (html[i])
        && g_ascii_strncasecmp (tag, html[i], strlen (html[i])) == 0)
      return "text/html";
  if (end - tag >= 4 && memcmp (tag, "<svg", 4) == 0)
    return "image/svg+xml";
  if (end - tag >= 13 && g_ascii_strncasecmp (tag, "<!doctype svg", 13) == 0)
    return "image/svg+xml";
  return NULL;
}

static const char *
sniff_media (const guint8 *head, gsize length)
{
  if (length < 12 || memcmp (head + 4, "ftyp", 4) != 0)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (brands); i++)
    if (memcmp (head + 8, brands[i].brand, 4) == 0)
      return brands[i].type;
  return "video/mp4";
}

const char *
sheaf_content_sniff (const guint8 *head, gsize length)
{
  const char *type;

  g_return_val_if_fail (head != NULL || length == 0, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (signatures); i++)
    if (length >= signatures[i].offset + signatures[i].length
        && memcmp (head + signatures[i].offset, signatures[i].bytes, signatures[i].length) == 0)
      return signatures[i].type;
  type = sniff_media (head, length);
  return type != NULL ? type : sniff_text (head, length);
}

const char *
sheaf_content_extension (const char *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (extensions); i++)
    if (g_strcmp0 (extensions[i].type, type) == 0)
      return extensions[i].extension;
  return NULL;
}

static gssize
read_at (int fd, guint8 *buffer, gsize length, guint64 offset)
{
  gsize n_read = 0;

  while (n_read < length)
    {
      gssize n = pread (fd, buffer + n_read, length - n_read, offset + n_read);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      n_read += n;
    }
  return n_read;
}

static gboolean
says (const guint8 *head, gsize length, const char *words)
{
  g_autofree char *lower = g_ascii_strdown ((const char *) head, length);

  return memmem (lower, length, words, strlen (words)) != NULL;
}

/* An error page that came with a success status. */
static gboolean
refuse_page (const guint8 *head, gsize length, GError **error)
{
  if (says (head, length, "over capacity"))
    return sheaf_fail (error, SHEAF_ERROR_OVER_CAPACITY,
                       _ ("The service says it is over capacity."));
  if (says (head, length, "viewable in your region")
      || says (head, length, "available in your region"))
    return sheaf_fail (error, SHEAF_ERROR_REGION,
                       _ ("The service does not offer this where you are."));
  return sheaf_fail (error, SHEAF_ERROR_NOT_A_PICTURE,
                     _ ("A web page came instead of the picture."));
}

static gboolean
is_removed_sign (const guint8 *head, gsize length)
{
  g_autofree char *md5 = NULL;

  if (length != REMOVED_LENGTH)
    return FALSE;
  md5 = g_compute_checksum_for_data (G_CHECKSUM_MD5, head, length);
  return g_str_equal (md5, REMOVED_MD5);
}

static guint32
big_endian_at (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static gboolean
is_region_sign (const guint8 *head, guint64 length, const char *type, const SheafEntry *entry)
{
  return length == REGION_LENGTH && entry->bytes != REGION_LENGTH
         && g_strcmp0 (type, "image/png") == 0 && big_endian_at (head + 16) == REGION_WIDTH
         && big_endian_at (head + 20) == REGION_HEIGHT;
}

GVariant *
sheaf_content_get_stand_ins (void)
{
  static const guint64 lengths[] = { REMOVED_LENGTH, REGION_LENGTH };

  return g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, lengths, G_N_ELEMENTS (lengths),
                                    sizeof *lengths);
}

/* Whether every box at the top of an ISO media file (AVIF, HEIC, MP4) lies within it. */
static gboolean
has_all_boxes (int fd, guint64 size)
{
  guint64 offset = 0;

  while (offset < size)
    {
      guint32 words[4] = { 0 };
      guint64 length;

      if (read_at (fd, (guint8 *) words, sizeof words, offset) < 8)
        return FALSE;
      length = GUINT32_FROM_BE (words[0]);
      if (length == 0) /* as long as the file */
        return TRUE;
      if (length == 1)
        length = (guint64) GUINT32_FROM_BE (words[2]) << 32 | GUINT32_FROM_BE (words[3]);
      if (length < 8 || length > size - offset)
        return FALSE;
      offset += length;
    }
  return TRUE;
}

/* Segment by segment to the picture itself, which is the last: an end before it is that of a small
 * picture inside. */
static gboolean
has_jpeg_end (int fd, const guint8 *tail, gsize tail_length, guint64 size)
{
  guint64 offset = 2, tail_offset = size - tail_length;
  guint8 segment[4] = { 0 };

  while (read_at (fd, segment, sizeof segment, offset) >= 2 && segment[0] == 0xff)
    {
      gsize skip;

      if (segment[1] == 0xd9)
        return TRUE;
      if (segment[1] == 0xda)
        {
          skip = offset > tail_offset ? MIN (offset - tail_offset, tail_length) : 0;
          return memmem (tail + skip, tail_length - skip, "\xff\xd9", 2) != NULL;
        }
      offset += segment[1] == 0xff ? 1 : 2 + (segment[2] << 8 | segment[3]);
    }
  return FALSE;
}

static gboolean
has_png_end (int fd, guint64 size)
{
  guint64 offset = 8;
  guint8 chunk[8];

  while (read_at (fd, chunk, sizeof chunk, offset) == sizeof chunk)
    {
      offset += 12 + (guint64) big_endian_at (chunk);
      if (memcmp (chunk + 4, "IEND", 4) == 0)
        return offset <= size;
    }
  return FALSE;
}

static guint32
little_endian_at (const guint8 *bytes)
{
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (guint32) bytes[3] << 24;
}

/* Does the file end as its format says?  Only asked where nothing but the end of the connection
 * said how long it is.  TIFF, JPEG XL, WebM and texts do not say it themselves: of them, such a
 * connection's word is taken. */
static gboolean
has_its_end (int fd,
             const char *type,
             const guint8 *head,
             gsize head_length,
             const guint8 *tail,
             gsize tail_length,
             guint64 size)
{
  if (g_str_equal (type, "image/jpeg"))
    return has_jpeg_end (fd, tail, tail_length, size);
  if (g_str_equal (type, "image/png"))
    return has_png_end (fd, size);
  if (g_str_equal (type, "application/pdf"))
    return memmem (tail, tail_length, "%%EOF", 5) != NULL;
  if (g_str_equal (type, "application/zip"))
    return memmem (tail, tail_length, "PK\5\6", 4) != NULL;
  if (g_str_equal (type, "image/gif"))
    {
      while (tail_length > 0 && tail[tail_length - 1] == 0)
        tail_length--;
      return tail_length > 0 && tail[tail_length - 1] == ';';
    }
  if (g_str_equal (type, "image/webp") && head_length >= 8)
    return (guint64) little_endian_at (head + 4) + 8 <= size;
  if (g_str_equal (type, "image/bmp") && head_length >= 6)
    return little_endian_at (head + 2) <= size;
  if (g_str_equal (type, "image/avif") || g_str_equal (type, "image/heic")
      || g_str_equal (type, "video/mp4"))
    return has_all_boxes (fd, size);
  return TRUE;
}

static gboolean
check_sha1 (int fd, const char *wanted, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree guint8 *buffer = g_malloc (HEAD_LENGTH);
  guint64 offset = 0;
  gssize n;

  while ((n = read_at (fd, buffer, HEAD_LENGTH, offset)) > 0)
    {
      g_checksum_update (checksum, buffer, n);
      offset += n;
    }
  if (n < 0)
    return sheaf_fail (error, SHEAF_ERROR_FILE, _ ("The file could not be read back."));
  if (g_ascii_strcasecmp (g_checksum_get_string (checksum), wanted) != 0)
    return sheaf_fail (error, SHEAF_ERROR_SHORT,
                       _ ("The file is damaged: its checksum is not the one the source gives."));
  return TRUE;
}

static gboolean
is_picture (const char *type, const SheafEntry *entry)
{
  if (type == NULL)
    return FALSE;
  if (g_str_has_prefix (type, "image/"))
    return TRUE;
  return g_str_has_prefix (type, "video/") && entry->type != NULL
         && g_str_has_prefix (entry->type, "video/");
}

/* A drawing may come as a drawing only: it is a document, and looks like what its author wants. */
static gboolean
is_unasked_drawing (const char *type, const SheafEntry *entry)
{
  return g_strcmp0 (type, "image/svg+xml") == 0 && entry->type != NULL
         && !g_str_equal (entry->type, "image/svg+xml");
}

/* Imgur gives a still picture under the link of a GIF that is too large. */
static gboolean
is_only_preview (const char *type, guint64 size, const SheafEntry *entry)
{
  if (g_strcmp0 (entry->type, "image/gif") != 0)
    return FALSE;
  if (entry->animated
      && (g_str_equal (type, "image/jpeg") || g_str_equal (type, "image/bmp")
          || g_str_equal (type, "image/tiff")))
    return TRUE;
  return entry->bytes > 0 && size < entry->bytes;
}

/* Asked again for a file whose length was let pass because a stand-in has it. */
static gboolean
is_expected_length (const SheafEntry *entry, guint64 size)
{
  return entry->bytes == 0 || size == entry->bytes
         || (size != REMOVED_LENGTH && size != REGION_LENGTH);
}

gboolean
sheaf_content_check (int fd, const SheafContentCheck *check, const char **type, GError **error)
{
  g_autofree guint8 *head = g_malloc (HEAD_LENGTH), *tail = g_malloc (HEAD_LENGTH);
  const SheafEntry *entry = check->entry;
  gssize head_length, tail_length;
  struct stat status;

  if (fstat (fd, &status) != 0 || (head_length = read_at (fd, head, HEAD_LENGTH, 0)) < 0
      || (tail_length = read_at (fd, tail, HEAD_LENGTH, MAX (status.st_size - HEAD_LENGTH, 0))) < 0)
    return sheaf_fail (error, SHEAF_ERROR_FILE, _ ("The file could not be read back."));
  *type = sheaf_content_sniff (head, head_length);
  if (!check->any_type)
    {
      if (head_length == 0)
        return sheaf_fail (error, SHEAF_ERROR_SHORT, _ ("The file that came is empty."));
      if (g_strcmp0 (*type, "text/html") == 0)
        return refuse_page (head, head_length, error);
      if (is_unasked_drawing (*type, entry))
        return sheaf_fail (error, SHEAF_ERROR_NOT_A_PICTURE,
                           _ ("A drawing (SVG) came instead of the picture."));
      if (!is_picture (*type, entry))
        return sheaf_fail (error, SHEAF_ERROR_NOT_A_PICTURE, _ ("What came is not a picture."));
      if (is_removed_sign (head, head_length))
        return sheaf_fail (error, SHEAF_ERROR_REMOVED, _ ("The picture was removed."));
      if (is_region_sign (head, status.st_size, *type, entry))
        return sheaf_fail (error, SHEAF_ERROR_REGION,
                           _ ("The service does not offer this where you are."));
      if (!is_expected_length (entry, status.st_size))
        return sheaf_fail (error, SHEAF_ERROR_SHORT,
                           _ ("A file of another length came than it should be."));
      if (is_only_preview (*type, status.st_size, entry))
        return sheaf_fail (error, SHEAF_ERROR_NOT_A_PICTURE,
                           _ ("Only a preview of the animation came, not the animation."));
    }
  if (!check->length_known && *type != NULL
      && !has_its_end (fd, *type, head, head_length, tail, tail_length, status.st_size))
    return sheaf_fail (error, SHEAF_ERROR_SHORT, _ ("The file ends before the picture does."));
  return entry->sha1 == NULL || check_sha1 (fd, entry->sha1, error);
}
