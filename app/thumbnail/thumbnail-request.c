/* thumbnail-request.c: the steps from an open file to a written thumbnail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All of it runs in a worker thread.  The original is opened first, so that who may not read it
 * gets nothing from the cache either; everything that has to look at pixels, a cache entry's
 * included, is a job for a helper. */
#include "config.h"

#include "app/thumbnail/thumbnail-request.h"

#include "app/thumbnail/document-portal.h"
#include "app/thumbnail/thumbnail-cache.h"
#include "app/work/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file changed less long ago than this may not be whole yet. */
#define SETTLE_MS 3000
#define WRITER_MS 100 /* a writer is often gone at once; looking costs next to nothing */

/* Who certainly has it open for writing may pause for longer. */
#define PAUSE_MS 20000

/* For one picture, in a helper; what takes longer hangs. */
#define JOB_TIMEOUT_MS 20000

#define JPEG_QUALITY 85

/* The original as it was when the work began. */
typedef struct
{
  SheafThumbnailRequest *request;
  SheafExecutor *executor;
  SheafClaimFunc claim;
  gpointer claim_data;

  char *uri;
  int fd;
  struct stat info;
  gint64 age_ms;
  SheafOriginal original;
  gboolean cached; /* the shared cache may be used for it */
} Work;

static void
work_clear (Work *work)
{
  g_free (work->uri);
  if (work->fd >= 0)
    close (work->fd);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
fail_open (Work *work, int code)
{
  g_autofree char *name = g_filename_display_basename (work->request->path);

  g_set_error (&work->request->error, G_IO_ERROR, g_io_error_from_errno (code),
               _ ("“%s” could not be opened: %s"), name, g_strerror (code));
  sheaf_error_normalize (&work->request->error);
  return FALSE;
}

typedef enum
{
  WRITER_NONE,
  WRITER_PERHAPS,
  WRITER_CERTAIN,
} Writer;

/* Whether somebody has the file open for writing: a read lease is given only where nobody has.
 * Where the file system or the owner of the file stand in the way, that is "perhaps".  A writer who
 * comes while the lease is held makes the kernel send a signal; SIGURG is ignored unless asked for,
 * while the usual SIGIO would end the program. */
static Writer
find_writer (int fd)
{
  if (fcntl (fd, F_SETSIG, SIGURG) != 0)
    return WRITER_PERHAPS;
  if (fcntl (fd, F_SETLEASE, F_RDLCK) != 0)
    return errno == EAGAIN ? WRITER_CERTAIN : WRITER_PERHAPS;
  fcntl (fd, F_SETLEASE, F_UNLCK);
  return WRITER_NONE;
}

/* Returns: in how many milliseconds to look again; 0 where the file may be read now */
static guint
time_to_settle (const Work *work)
{
  if (work->request->last_chance || work->age_ms < 0 || work->age_ms >= PAUSE_MS)
    return 0;
  if (work->age_ms >= SETTLE_MS)
    return find_writer (work->fd) == WRITER_CERTAIN ? WRITER_MS : 0;
  if (work->info.st_size > 0 && find_writer (work->fd) == WRITER_NONE)
    return 0;
  return (guint) MIN (SETTLE_MS - work->age_ms, WRITER_MS);
}

/* Whether it was written to since the work began: then what was made of it says nothing. */
static gboolean
has_changed (const Work *work)
{
  struct stat info;

  return !work->request->last_chance && fstat (work->fd, &info) == 0
         && (info.st_size != work->info.st_size || info.st_mtim.tv_sec != work->info.st_mtim.tv_sec
             || info.st_mtim.tv_nsec != work->info.st_mtim.tv_nsec);
}

static gboolean
open_original (Work *work)
{
  SheafThumbnailRequest *request = work->request;
  gint64 now = g_get_real_time ();

  work->fd = open (request->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (work->fd < 0 || fstat (work->fd, &work->info) != 0)
    return fail_open (work, errno);
  if (!S_ISREG (work->info.st_mode))
    return fail_open (work, S_ISDIR (work->info.st_mode) ? EISDIR : EINVAL);

  work->age_ms
      = now / 1000
        - ((gint64) work->info.st_mtim.tv_sec * 1000 + work->info.st_mtim.tv_nsec / (1000 * 1000));
  request->again_ms = time_to_settle (work);
  return request->again_ms == 0;
}

/* As the cache names the file. */
static char *
dup_uri (const char *path)
{
  g_autofree char *host_path = sheaf_document_portal_dup_host_path (path);

  return g_filename_to_uri (host_path != NULL ? host_path : path, NULL, NULL);
}

static void
describe_original (Work *work)
{
  SheafThumbnailRequest *request = work->request;

  work->cached = (request->output == SHEAF_THUMBNAIL_OUTPUT_CACHE
                  || request->output == SHEAF_THUMBNAIL_OUTPUT_NONE)
                 && !sheaf_thumbnail_cache_contains (request->path);
  if (!work->cached)
    return;

  work->uri = dup_uri (request->path);
  work->cached = work->uri != NULL;
  work->original.uri = work->uri;
  work->original.mtime = work->info.st_mtim.tv_sec;
  work->original.size = (guint64) work->info.st_size;
}

/* Takes over @fd. */
static SheafReply *
run_job (Work *work, int fd, guint size, const char *encode, gboolean preview, GError **error)
{
  GVariantDict params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (SheafJob) job = NULL;

  g_variant_dict_insert (&params, "size", "u", size);
  if (preview)
    g_variant_dict_insert (&params, "preview", "b", TRUE);
  if (*encode != '\0')
    g_variant_dict_insert (&params, "encode", "s", encode);
  if (strcmp (encode, "jpeg") == 0)
    g_variant_dict_insert (&params, "quality", "u", JPEG_QUALITY);
  if (work->cached && strcmp (encode, "png") == 0)
    g_variant_dict_insert_value (&params, "text", sheaf_thumbnail_cache_text (&work->original));
  job = sheaf_job_new ("thumbnail", g_variant_dict_end (&params), fd, JOB_TIMEOUT_MS);
  return sheaf_executor_run (work->executor, job, work->request->cancellable, error);
}

/* The same for the original itself, which stays open for a further try.  NULL without an error
 * where it changed meanwhile. */
static SheafReply *
run_original (Work *work, guint size, const char *encode, GError **error)
{
  g_autoptr (SheafReply) reply = NULL;
  int fd = fcntl (work->fd, F_DUPFD_CLOEXEC, 3);

  if (fd < 0)
    {
      sheaf_fail (error, SHEAF_ERROR_FILE, _ ("The picture could not be opened twice: %s"),
                  g_strerror (errno));
      return NULL;
    }
  lseek (fd, 0, SEEK_SET);
  reply = run_job (work, fd, size, encode, work->request->want_preview, error);
  if (reply != NULL && work->request->path != NULL && has_changed (work))
    {
      work->request->again_ms = WRITER_MS;
      return NULL;
    }
  return g_steal_pointer (&reply);
}

/* Whether @reply is the embedded picture, which then is all there is this time. */
static gboolean
take_preview (Work *work, SheafReply *reply, GError **error)
{
  gboolean preview = FALSE;

  if (!work->request->want_preview || !g_variant_lookup (reply->values, "preview", "b", &preview)
      || !preview)
    return FALSE;
  work->request->preview = sheaf_pixels_from_memfd (reply->values, reply->fd, error);
  if (work->request->preview != NULL)
    work->request->preview->is_preview = TRUE;
  return TRUE;
}

/* Takes over @fd. */
static SheafPixels *
decode_pixels (Work *work, int fd, guint size, GError **error)
{
  g_autoptr (SheafReply) reply = run_job (work, fd, size, "", FALSE, error);

  return reply != NULL ? sheaf_pixels_from_memfd (reply->values, reply->fd, error) : NULL;
}

/* How long the encoded file in @reply is: what the helper says must be what it sent. */
static gboolean
check_encoded (SheafReply *reply, guint64 *length, GError **error)
{
  struct stat info;

  if (g_variant_lookup (reply->values, "length", "t", length) && *length > 0 && reply->fd >= 0
      && fstat (reply->fd, &info) == 0 && S_ISREG (info.st_mode)
      && (guint64) info.st_size == *length)
    return TRUE;
  return sheaf_fail (error, SHEAF_ERROR_PROTOCOL, _ ("The helper sent a damaged thumbnail"));
}

static void
take_result (Work *work, SheafPixels *pixels, const char *path, gboolean found)
{
  SheafThumbnail *result = g_new0 (SheafThumbnail, 1);

  result->pixels = pixels;
  result->file = path != NULL ? g_file_new_for_path (path) : NULL;
  result->found = found;
  result->original_bytes = work->request->path != NULL ? (guint64) work->info.st_size : 0;
  work->request->result = result;
}

/* Looks for an entry at least as large as what is wanted; TRUE where that ended the work. */
static gboolean
try_cache (Work *work)
{
  SheafThumbnailRequest *request = work->request;
  guint size = request->size;
  SheafCacheFlavor first = sheaf_cache_flavor_for_size (size);
  SheafCacheFlavor last
      = request->output == SHEAF_THUMBNAIL_OUTPUT_CACHE ? first : SHEAF_N_CACHE_FLAVORS - 1;

  if (size == 0 || size > sheaf_cache_flavor_get_size (first))
    return FALSE;

  for (SheafCacheFlavor flavor = first; flavor <= last; flavor++)
    {
      g_autofree char *path = NULL;
      g_autoptr (SheafPixels) pixels = NULL;
      g_autoptr (GError) error = NULL;
      int fd = sheaf_thumbnail_cache_open (&work->original, flavor, &path);

      if (fd < 0)
        continue;
      if (!request->want_pixels)
        {
          close (fd);
          take_result (work, NULL, path, TRUE);
          return TRUE;
        }
      pixels = decode_pixels (work, fd, size, &error);
      if (pixels != NULL)
        {
          take_result (work, g_steal_pointer (&pixels), path, TRUE);
          return TRUE;
        }
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          request->error = g_steal_pointer (&error);
          return TRUE;
        }
      /* A damaged entry is made anew. */
    }
  return !sheaf_thumbnail_cache_check_failure (&work->original, &request->error);
}

static gboolean
make_pixels (Work *work, GError **error)
{
  g_autoptr (SheafReply) reply = run_original (work, work->request->size, "", error);
  SheafPixels *pixels;

  if (reply == NULL)
    return FALSE;
  if (take_preview (work, reply, error))
    return work->request->preview != NULL;
  pixels = sheaf_pixels_from_memfd (reply->values, reply->fd, error);
  if (pixels == NULL)
    return FALSE;
  take_result (work, pixels, NULL, FALSE);
  return TRUE;
}

static gboolean
make_cached (Work *work, GError **error)
{
  SheafThumbnailRequest *request = work->request;
  SheafCacheFlavor flavor = sheaf_cache_flavor_for_size (request->size);
  g_autoptr (SheafReply) reply
      = run_original (work, sheaf_cache_flavor_get_size (flavor), "png", error);
  g_autoptr (SheafPixels) pixels = NULL;
  g_autoptr (GError) store_error = NULL;
  g_autofree char *path = NULL;
  guint64 length;

  if (reply != NULL && take_preview (work, reply, error))
    return request->preview != NULL;
  if (reply == NULL || !check_encoded (reply, &length, error))
    return FALSE;

  if (request->want_pixels)
    {
      int fd = fcntl (reply->fd, F_DUPFD_CLOEXEC, 3);

      pixels = fd >= 0 ? decode_pixels (work, fd, request->size, error) : NULL;
      if (pixels == NULL)
        return fd >= 0 ? FALSE : sheaf_fail (error, SHEAF_ERROR_FILE, "%s", g_strerror (errno));
    }
  if (!sheaf_thumbnail_cache_store (&work->original, flavor, reply->fd, length, &path,
                                    &store_error))
    {
      /* With the pixels at hand, a full disk costs the next start some time and nothing else. */
      if (pixels == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&store_error));
          return FALSE;
        }
      g_debug ("Thumbnail not kept: %s", store_error->message);
    }
  take_result (work, g_steal_pointer (&pixels), path, FALSE);
  return TRUE;
}

typedef enum
{
  FORMAT_OTHER,
  FORMAT_JPEG,
  FORMAT_PNG,
} Format;

static Format
sniff (int fd)
{
  guint8 head[8];

  if (pread (fd, head, sizeof head, 0) != sizeof head)
    return FORMAT_OTHER;
  if (memcmp (head, "\xff\xd8\xff", 3) == 0)
    return FORMAT_JPEG;
  return memcmp (head, "\x89PNG\r\n\x1a\n", 8) == 0 ? FORMAT_PNG : FORMAT_OTHER;
}

static gboolean
extension_fits (const char *extension, const char *encode)
{
  static const char *const jpeg[] = { "jpg", "jpeg", "jpe", "jfif" };

  if (strcmp (encode, "png") == 0)
    return g_ascii_strcasecmp (extension, "png") == 0;
  for (guint i = 0; i < G_N_ELEMENTS (jpeg); i++)
    if (g_ascii_strcasecmp (extension, jpeg[i]) == 0)
      return TRUE;
  return FALSE;
}

/* NAME_thumbnail.EXT, with another EXT where the thumbnail is of another format than its original,
 * and with more of a NAME where two originals would get the same. */
static char *
choose_output (Work *work, const char *encode)
{
  SheafThumbnailRequest *request = work->request;
  g_autofree char *base = g_path_get_basename (request->path);
  g_autofree char *dir = request->output == SHEAF_THUMBNAIL_OUTPUT_FOLDER
                             ? g_strdup (request->folder)
                             : g_path_get_dirname (request->path);
  const char *dot = strrchr (base, '.');
  gsize stem = dot != NULL && dot != base ? (gsize) (dot - base) : strlen (base);
  const char *own = base[stem] == '.' ? base + stem + 1 : "";
  gboolean fits = extension_fits (own, encode);
  const char *extension = fits ? own : strcmp (encode, "png") == 0 ? "png" : "jpg";
  char *path;

  if (fits && request->output == SHEAF_THUMBNAIL_OUTPUT_BESIDE)
    return g_strdup_printf ("%s/%.*s_thumbnail.%s", dir, (int) stem, base, extension);

  if (!fits)
    {
      /* With a.webp and a.jpg in one folder, a_thumbnail.jpg is the latter's. */
      g_autofree char *here = g_path_get_dirname (request->path);
      g_autofree char *sibling = g_strdup_printf ("%s/%.*s.%s", here, (int) stem, base, extension);

      if (access (sibling, F_OK) == 0)
        stem = strlen (base);
    }
  path = g_strdup_printf ("%s/%.*s_thumbnail.%s", dir, (int) stem, base, extension);
  for (guint n = 2; !work->claim (work->claim_data, path, request->path); n++)
    {
      g_free (path);
      path = g_strdup_printf ("%s/%.*s-%u_thumbnail.%s", dir, (int) stem, base, n, extension);
    }
  return path;
}

static gboolean
make_file (Work *work, GError **error)
{
  SheafThumbnailRequest *request = work->request;
  Format format = sniff (work->fd);
  const char *encode = format == FORMAT_PNG ? "png" : "jpeg";
  g_autoptr (SheafReply) reply = run_original (work, request->size, encode, error);
  g_autoptr (SheafPixels) pixels = NULL;
  g_autofree char *path = NULL;
  gboolean alpha = FALSE;
  guint64 length;

  /* Whether a picture of another format has alpha is known only once it is decoded. */
  if (reply != NULL && format == FORMAT_OTHER
      && g_variant_lookup (reply->values, "alpha", "b", &alpha) && alpha)
    {
      encode = "png";
      g_clear_pointer (&reply, sheaf_reply_unref);
      reply = run_original (work, request->size, encode, error);
    }
  if (reply == NULL || !check_encoded (reply, &length, error))
    return FALSE;

  path = choose_output (work, encode);
  if (!sheaf_file_write_atomic (path, reply->fd, length, 0666, error))
    return FALSE;
  if (request->want_pixels)
    {
      int fd = fcntl (reply->fd, F_DUPFD_CLOEXEC, 3);

      pixels = fd >= 0 ? decode_pixels (work, fd, request->size, error) : NULL;
      if (pixels == NULL)
        return FALSE;
    }
  take_result (work, g_steal_pointer (&pixels), path, FALSE);
  return TRUE;
}

/* A failure to decode: of a file that may have been half written it says nothing yet; of any other
 * it is remembered. */
static void
judge_failure (Work *work, GError *error)
{
  SheafThumbnailRequest *request = work->request;
  gboolean content = g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_DECODE)
                     || g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_NOT_A_PICTURE);

  if (content && request->path != NULL && !request->last_chance
      && ((work->age_ms >= 0 && work->age_ms < SETTLE_MS) || has_changed (work)))
    {
      request->again_ms = (guint) CLAMP (SETTLE_MS - work->age_ms, WRITER_MS, SETTLE_MS);
      g_error_free (error);
      return;
    }
  if (work->cached && (content || g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_TOO_LARGE)))
    {
      g_autoptr (GError) store_error = NULL;

      if (!sheaf_thumbnail_cache_store_failure (&work->original, error, &store_error))
        g_debug ("Failure not remembered: %s", store_error->message);
    }
  request->error = error;
}

void
sheaf_thumbnail_request_forget (const char *path)
{
  g_autofree char *uri = dup_uri (path);

  if (uri != NULL)
    sheaf_thumbnail_cache_forget (uri);
}

void
sheaf_thumbnail_request_run (SheafThumbnailRequest *self,
                             SheafExecutor *executor,
                             SheafClaimFunc claim,
                             gpointer claim_data)
{
  g_auto (Work) work = { .request = self,
                         .executor = executor,
                         .claim = claim,
                         .claim_data = claim_data,
                         .fd = -1,
                         .age_ms = SETTLE_MS };
  GError *error = NULL;
  gboolean made;

  g_return_if_fail (self != NULL && SHEAF_IS_EXECUTOR (executor));

  if (g_cancellable_set_error_if_cancelled (self->cancellable, &self->error))
    return;

  if (self->path == NULL)
    {
      work.fd = fcntl (self->fd, F_DUPFD_CLOEXEC, 3);
      made = make_pixels (&work, &error);
    }
  else
    {
      if (!open_original (&work))
        return;
      describe_original (&work);
      if (work.cached && try_cache (&work))
        return;
      if (self->output == SHEAF_THUMBNAIL_OUTPUT_NONE
          || (self->output == SHEAF_THUMBNAIL_OUTPUT_CACHE && !work.cached))
        made = make_pixels (&work, &error);
      else if (self->output == SHEAF_THUMBNAIL_OUTPUT_CACHE)
        made = make_cached (&work, &error);
      else
        made = make_file (&work, &error);
    }

  if (!made && self->again_ms == 0)
    judge_failure (&work, error);
}

void
sheaf_thumbnail_request_clear_outcome (SheafThumbnailRequest *self)
{
  g_clear_pointer (&self->preview, sheaf_pixels_unref);
  g_clear_pointer (&self->result, sheaf_thumbnail_free);
  g_clear_error (&self->error);
  self->again_ms = 0;
}
