/* verb-embed.c: XMP by Exiv2
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exiv2 reads the picture where it lies, at offsets, and writes the changed one from its beginning
 * to its end: so the stream it is given reads one descriptor and writes another.  What it wrote is
 * opened again before it is handed over; a picture that does not say what it should is a failure.
 */
#include "config.h"

#include "app/verbs/verb-embed.h"

#include "app/work/error.h"

#include <gexiv2/gexiv2.h>
#include <glib/gi18n-lib.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_BYTES      (64 << 20) /* Exiv2 holds the new picture in memory before it writes it */
#define MAX_CHARACTERS 2000
#define CC_NAMESPACE   "http://creativecommons.org/ns#"

typedef enum
{
  PLAIN,
  MEMBER,    /* of a list */
  TRANSLATED /* one of several, by language */
} Form;

static const struct
{
  const char *key;
  const char *tag;
  Form form;
} tags[] = {
  { "title", "Xmp.dc.title", TRANSLATED },
  { "author", "Xmp.dc.creator", MEMBER },
  { "author", "Xmp.cc.attributionName", PLAIN },
  { "credit", "Xmp.photoshop.Credit", PLAIN },
  { "licence", "Xmp.dc.rights", TRANSLATED },
  { "licence", "Xmp.xmpRights.UsageTerms", TRANSLATED },
  { "licence-url", "Xmp.cc.license", PLAIN },
  { "licence-url", "Xmp.xmpRights.WebStatement", PLAIN },
  { "page-url", "Xmp.dc.source", PLAIN },
  { "page-url", "Xmp.cc.attributionURL", PLAIN },
};

typedef struct
{
  int from;
  int to;
  gint64 length; /* of @from */
  gint64 position;
  gint64 end; /* of what was written last: all of it, since it is written in order */
  int failed; /* errno */
  ManagedStreamCallbacks callbacks; /* referred to by whatever was opened with them */
} Stream;

static gboolean
stream_can (void *handle)
{
  return TRUE;
}

static gint64
stream_length (void *handle)
{
  return ((Stream *) handle)->length;
}

static gint64
stream_position (void *handle)
{
  return ((Stream *) handle)->position;
}

static gint32
stream_read (void *handle, void *buffer, gint32 offset, gint32 count)
{
  Stream *stream = handle;
  gint32 done = 0;

  while (done < count)
    {
      gssize n = pread (stream->from, (char *) buffer + offset + done, (gsize) (count - done),
                        stream->position);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      done += (gint32) n;
      stream->position += n;
    }
  return done;
}

static void
stream_write (void *handle, void *buffer, gint32 offset, gint32 count)
{
  Stream *stream = handle;
  gint32 done = 0;

  while (done < count)
    {
      gssize n = pwrite (stream->to, (char *) buffer + offset + done, (gsize) (count - done),
                         stream->position);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          stream->failed = n < 0 ? errno : EIO;
          return;
        }
      done += (gint32) n;
      stream->position += n;
    }
  stream->end = stream->position;
}

static void
stream_seek (void *handle, gint64 offset, WrapperSeekOrigin origin)
{
  Stream *stream = handle;
  gint64 base = origin == Begin ? 0 : origin == Current ? stream->position : stream->length;

  stream->position = MAX (base + offset, 0);
}

static void
stream_flush (void *handle)
{
}

static void
stream_init (Stream *stream, int from, gint64 length, int to)
{
  *stream = (Stream){ .from = from, .to = to, .length = length };
  stream->callbacks = (ManagedStreamCallbacks){
    .handle = stream,
    .CanSeek = stream_can,
    .CanRead = stream_can,
    .CanWrite = stream_can,
    .Length = stream_length,
    .Position = stream_position,
    .Read = stream_read,
    .Write = stream_write,
    .Seek = stream_seek,
    .Flush = stream_flush,
  };
}

/* gexiv2 0.14.3 deprecates its streams and has nothing in their place that needs no path; this
 * process can open none. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS

static gboolean
stream_open_metadata (Stream *stream, GExiv2Metadata *metadata, GError **error)
{
  return gexiv2_metadata_open_stream (metadata, &stream->callbacks, error);
}

static gboolean
stream_save_metadata (Stream *stream, GExiv2Metadata *metadata, GError **error)
{
  return gexiv2_metadata_save_stream (metadata, &stream->callbacks, error);
}

G_GNUC_END_IGNORE_DEPRECATIONS

/* By signature, so that Exiv2 is not asked about the other twenty formats it knows. */
static gboolean
has_place (int fd)
{
  guint8 head[12];

  if (pread (fd, head, sizeof head, 0) != sizeof head)
    return FALSE;
  return memcmp (head, "\xff\xd8\xff", 3) == 0 || memcmp (head, "\x89PNG\r\n\x1a\n", 8) == 0
         || (memcmp (head, "RIFF", 4) == 0 && memcmp (head + 8, "WEBP", 4) == 0)
         || memcmp (head, "II*\0", 4) == 0 || memcmp (head, "MM\0*", 4) == 0;
}

/* XML has no place for control characters, and nobody for novels. */
static char *
clean (const char *text)
{
  GString *out = g_string_new (NULL);
  guint n = 0;

  for (const char *c = text; *c != '\0' && n < MAX_CHARACTERS; c = g_utf8_next_char (c), n++)
    {
      gunichar character = g_utf8_get_char (c);

      if (g_unichar_iscntrl (character) || (character & 0xfffe) == 0xfffe)
        g_string_append_c (out, ' ');
      else
        g_string_append_unichar (out, character);
    }
  return g_strstrip (g_string_free (out, FALSE));
}

static gboolean
set_tags (GExiv2Metadata *metadata, GVariant *params, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      g_autofree char *text = NULL, *value = NULL;
      const char *given;

      if (!g_variant_lookup (params, tags[i].key, "&s", &given))
        continue;
      text = clean (given);
      if (*text == '\0')
        continue;
      value = tags[i].form == TRANSLATED ? g_strconcat ("lang=\"x-default\" ", text, NULL)
                                         : g_strdup (text);
      /* Else a list, or other languages, would go on beside the new. */
      gexiv2_metadata_try_clear_tag (metadata, tags[i].tag, NULL);
      if (!gexiv2_metadata_try_set_tag_string (metadata, tags[i].tag, value, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
says_so (GExiv2Metadata *metadata, GVariant *params)
{
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      g_autofree char *text = NULL, *is = NULL;
      const char *given;

      if (tags[i].form != PLAIN || !g_variant_lookup (params, tags[i].key, "&s", &given))
        continue;
      text = clean (given);
      is = gexiv2_metadata_try_get_tag_string (metadata, tags[i].tag, NULL);
      if (*text != '\0' && g_strcmp0 (is, text) != 0)
        return FALSE;
    }
  return TRUE;
}

/* Whether what was written says what it should. */
static gboolean
verify (int fd, gint64 length, GVariant *params, GError **error)
{
  Stream stream;
  g_autoptr (GExiv2Metadata) metadata = gexiv2_metadata_new ();

  stream_init (&stream, fd, length, -1);
  if (!stream_open_metadata (&stream, metadata, error))
    return FALSE;
  if (says_so (metadata, params))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "XMP");
  return FALSE;
}

static int
new_memfd (GError **error)
{
  int fd = memfd_create ("sheaf-embedded", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd < 0)
    sheaf_fail (error, SHEAF_ERROR_FAILED, "%s", g_strerror (errno));
  return fd;
}

static gboolean
save (GExiv2Metadata *metadata, Stream *stream, GError **error)
{
  stream->position = 0;
  stream->end = 0;
  if (!stream_save_metadata (stream, metadata, error))
    return FALSE;
  if (stream->failed == 0 && ftruncate (stream->to, stream->end) == 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                       g_strerror (stream->failed != 0 ? stream->failed : errno));
  return FALSE;
}

/* A TIFF whose old XMP has room for the new is changed where it lies, and that goes past the
 * stream.  Without any it has to be written anew. */
static gboolean
save_by_way_of_none (GExiv2Metadata *metadata, Stream *stream, GError **error)
{
  g_autoptr (GExiv2Metadata) none = gexiv2_metadata_new ();
  Stream stripping, filling;
  int fd = new_memfd (error);
  gboolean saved = FALSE;

  if (fd < 0)
    return FALSE;
  stream_init (&stripping, stream->from, stream->length, fd);
  if (stream_open_metadata (&stripping, none, error))
    {
      gexiv2_metadata_clear_xmp (none);
      saved = save (none, &stripping, error);
    }
  if (saved)
    {
      stream_init (&filling, fd, stripping.end, stream->to);
      saved = save (metadata, &filling, error);
      stream->end = filling.end;
    }
  close (fd);
  return saved;
}

/* The picture of @stream with @params in it, into its other descriptor. */
static gboolean
embed (Stream *stream, GVariant *params, GError **error)
{
  g_autoptr (GExiv2Metadata) metadata = gexiv2_metadata_new ();

  if (!stream_open_metadata (stream, metadata, error) || !set_tags (metadata, params, error)
      || !save (metadata, stream, error))
    return FALSE;
  if (stream->end == 0 && !save_by_way_of_none (metadata, stream, error))
    return FALSE;
  return verify (stream->to, stream->end, params, error);
}

SheafReply *
sheaf_verb_embed_run (SheafJob *job,
                      SheafProgressFunc progress,
                      gpointer progress_data,
                      GCancellable *cancellable,
                      GError **error)
{
  g_auto (GVariantDict) values = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) cause = NULL;
  Stream stream;
  struct stat status;
  int to;

  if (job->fd < 0 || fstat (job->fd, &status) != 0 || !S_ISREG (status.st_mode))
    {
      sheaf_fail (error, SHEAF_ERROR_FILE, _ ("This is not a regular file"));
      return NULL;
    }
  if (!has_place (job->fd))
    return sheaf_reply_new (g_variant_dict_end (&values), -1);
  if (status.st_size > MAX_BYTES)
    {
      sheaf_fail (error, SHEAF_ERROR_TOO_LARGE, _ ("The picture is too large to be changed"));
      return NULL;
    }
  to = new_memfd (error);
  if (to < 0)
    return NULL;
  stream_init (&stream, job->fd, status.st_size, to);
  if (embed (&stream, job->params, &cause)
      && fcntl (to, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0)
    {
      g_variant_dict_insert (&values, "length", "t", (guint64) stream.end);
      return sheaf_reply_new (g_variant_dict_end (&values), to);
    }
  close (to);
  sheaf_fail (error, SHEAF_ERROR_DECODE, _ ("The picture cannot be changed: %s"),
              cause != NULL ? cause->message : g_strerror (errno));
  return NULL;
}

void
sheaf_verb_embed_warm_up (void)
{
  /* One grey pixel. */
  static const guint8 png[]
      = { 0x89, 'P',  'N',  'G',  '\r', '\n', 0x1a, '\n', 0,    0,    0,    13,   'I',  'H',
          'D',  'R',  0,    0,    0,    1,    0,    0,    0,    1,    8,    0,    0,    0,
          0,    0x3a, 0x7e, 0x9b, 0x55, 0,    0,    0,    10,   'I',  'D',  'A',  'T',  0x78,
          0x9c, 0x63, 0x68, 0,    0,    0,    0x82, 0,    0x81, 0x77, 0xcd, 0x72, 0xb6, 0,
          0,    0,    0,    'I',  'E',  'N',  'D',  0xae, 0x42, 0x60, 0x82 };
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (SheafJob) job = NULL;
  g_autoptr (SheafReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  int fd = new_memfd (NULL);

  gexiv2_log_set_level (GEXIV2_LOG_LEVEL_MUTE);
  if (!gexiv2_initialize ()
      || !gexiv2_metadata_try_register_xmp_namespace (CC_NAMESPACE, "cc", &error))
    g_warning ("Exiv2 does not begin: %s", error != NULL ? error->message : "?");
  if (fd < 0 || write (fd, png, sizeof png) != sizeof png)
    g_warning ("Warming up failed: %s", g_strerror (errno));
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    g_variant_dict_insert (&dict, tags[i].key, "s", "Ä 高");
  job = sheaf_job_new ("embed", g_variant_dict_end (&dict), fd, 0);
  g_clear_error (&error);
  reply = sheaf_verb_embed_run (job, NULL, NULL, NULL, &error);
  if (reply == NULL)
    g_warning ("Warming up failed: %s", error->message);
  /* Asked once, translations are in memory. */
  g_debug ("Warmed up: %s, %s", _ ("This is not a regular file"), g_strerror (EINVAL));
}
