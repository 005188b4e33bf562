/* decoder-pixbuf.c: whatever the loaders of gdk-pixbuf on this system can read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The last of the table: what reaches it has no decoder of its own.  Its loaders want to be found
 * and loaded before a sandbox forbids opening files: see sheaf_verb_thumbnail_warm_up(). */
#include "config.h"

#include "app/verbs/decoder.h"

#include "app/verbs/resize.h"
#include "app/work/error.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n-lib.h>

#include <stdlib.h>
#include <string.h>

#define CHUNK 65536

/* A loader needs the whole picture, and at times twice. */
#define MAX_LOADER_PIXELS (80u * 1000 * 1000)

typedef struct
{
  guint size;
  int width, height;
  gboolean too_large;
} Progress;

/* The loader, where it is one of gdk-pixbuf's own, which only compute.  SVG looks for fonts, XPM
 * keeps a temporary file, AVIF makes threads, and nobody knows what else is installed.  Naming the
 * loader also keeps GIO from guessing it, for which it looks at the system's files now and then. */
static const char *
plain_loader_for (SheafInput *input)
{
  static const struct
  {
    guint offset;
    guint length;
    const char *magic;
    const char *loader;
  } plain[] = {
    { 0, 2, "BM", "bmp" },       { 0, 4, "II*\0", "tiff" },        { 0, 4, "MM\0*", "tiff" },
    { 0, 4, "\0\0\1\0", "ico" }, { 0, 4, "\0\0\2\0", "ico" },      { 0, 4, "icns", "icns" },
    { 8, 4, "ACON", "ani" },     { 8, 4, "WEBP", "webp" },         { 0, 4, "GIF8", "gif" },
    { 0, 4, "\x89PNG", "png" },  { 0, 3, "\xff\xd8\xff", "jpeg" },
  };
  guint8 head[12];
  gsize length = sheaf_input_read (input, 0, head, sizeof head);

  if (length >= 2 && head[0] == 'P' && head[1] >= '1' && head[1] <= '6')
    return "pnm";
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (length >= plain[i].offset + plain[i].length
        && memcmp (head + plain[i].offset, plain[i].magic, plain[i].length) == 0)
      return plain[i].loader;
  return NULL;
}

static GdkPixbufLoader *
loader_for (SheafInput *input)
{
  const char *name = plain_loader_for (input);
  GdkPixbufLoader *loader = name != NULL ? gdk_pixbuf_loader_new_with_type (name, NULL) : NULL;

  return loader != NULL ? loader : gdk_pixbuf_loader_new ();
}

static gboolean
is_vector (GdkPixbufLoader *loader)
{
  GdkPixbufFormat *format = gdk_pixbuf_loader_get_format (loader);

  return format != NULL && gdk_pixbuf_format_is_scalable (format);
}

static void
on_size_prepared (GdkPixbufLoader *loader, int width, int height, gpointer user_data)
{
  Progress *progress = user_data;
  guint fitted_width, fitted_height;

  progress->width = width;
  progress->height = height;
  if (width <= 0 || height <= 0)
    return;
  sheaf_fit ((guint) width, (guint) height, progress->size, &fitted_width, &fitted_height);
  if (is_vector (loader))
    gdk_pixbuf_loader_set_size (loader, (int) fitted_width, (int) fitted_height);
  else if ((guint64) width * (guint64) height > MAX_LOADER_PIXELS)
    {
      progress->too_large = TRUE;
      gdk_pixbuf_loader_set_size (loader, 0, 0);
    }
}

static guint
orientation_of (GdkPixbuf *pixbuf)
{
  const char *option = gdk_pixbuf_get_option (pixbuf, "orientation");

  return option != NULL ? (guint) CLAMP (atoi (option), 1, 8) : 1;
}

static GBytes *
profile_of (GdkPixbuf *pixbuf)
{
  const char *option = gdk_pixbuf_get_option (pixbuf, "icc-profile");
  gsize length;
  guchar *data;

  if (option == NULL)
    return NULL;
  data = g_base64_decode (option, &length);
  return g_bytes_new_take (data, length);
}

static SheafPicture *
picture_from (GdkPixbuf *pixbuf, guint size, GError **error)
{
  guint width = (guint) gdk_pixbuf_get_width (pixbuf);
  guint height = (guint) gdk_pixbuf_get_height (pixbuf);
  const guint8 *pixels = gdk_pixbuf_read_pixels (pixbuf);
  SheafColour colour = gdk_pixbuf_get_has_alpha (pixbuf) ? SHEAF_COLOUR_RGBA : SHEAF_COLOUR_RGB;
  g_autoptr (SheafReducer) reducer
      = sheaf_reducer_new (colour, width, height, width, height, size, error);
  SheafPicture *picture;

  if (reducer == NULL)
    return NULL;
  for (guint y = 0; y < height; y++)
    sheaf_reducer_add_row (reducer, pixels + (gsize) y * (gsize) gdk_pixbuf_get_rowstride (pixbuf));
  picture = sheaf_reducer_finish (reducer, "other", error);
  if (picture != NULL)
    {
      picture->orientation = orientation_of (pixbuf);
      picture->profile = profile_of (pixbuf);
    }
  return picture;
}

/* Every byte into the loader; stops early where it does not want more. */
static gboolean
feed (GdkPixbufLoader *loader, SheafInput *input, Progress *progress, GError **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  guint64 offset = 0;
  gsize n;

  while (!progress->too_large && (n = sheaf_input_read (input, offset, chunk, CHUNK)) > 0)
    {
      if (!gdk_pixbuf_loader_write (loader, chunk, n, error))
        {
          gdk_pixbuf_loader_close (loader, NULL);
          return FALSE;
        }
      offset += n;
    }
  return gdk_pixbuf_loader_close (loader, error);
}

static const char *
format_name (GdkPixbufLoader *loader)
{
  GdkPixbufFormat *format = gdk_pixbuf_loader_get_format (loader);
  g_autofree char *name = format != NULL ? gdk_pixbuf_format_get_name (format) : NULL;

  return name != NULL ? g_intern_string (name) : "other";
}

SheafPicture *
sheaf_decode_pixbuf (SheafInput *input, const SheafDecodeOptions *options, GError **error)
{
  g_autoptr (GdkPixbufLoader) loader = NULL;
  g_autoptr (GError) trouble = NULL;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  Progress progress = { .size = options->size };
  SheafPicture *picture;
  GdkPixbufAnimation *animation;
  gboolean whole;

  if (input->length == 0)
    {
      sheaf_fail (error, SHEAF_ERROR_NOT_A_PICTURE, _ ("The file is empty"));
      return NULL;
    }
  loader = loader_for (input);
  g_signal_connect (loader, "size-prepared", G_CALLBACK (on_size_prepared), &progress);
  whole = feed (loader, input, &progress, &trouble);

  if (progress.too_large)
    {
      sheaf_fail (error, SHEAF_ERROR_TOO_LARGE, _ ("The picture is too large: %d × %d pixels"),
                  progress.width, progress.height);
      return NULL;
    }
  /* A cut file still shows what it has. */
  animation = gdk_pixbuf_loader_get_animation (loader);
  if (animation != NULL && !gdk_pixbuf_animation_is_static_image (animation))
    g_set_object (&pixbuf, gdk_pixbuf_animation_get_static_image (animation));
  else
    g_set_object (&pixbuf, gdk_pixbuf_loader_get_pixbuf (loader));
  if (pixbuf == NULL)
    {
      if (g_error_matches (trouble, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_UNKNOWN_TYPE))
        sheaf_fail (error, SHEAF_ERROR_NOT_A_PICTURE, _ ("This is not a picture"));
      else if (g_error_matches (trouble, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_INSUFFICIENT_MEMORY))
        sheaf_fail (error, SHEAF_ERROR_TOO_LARGE,
                    _ ("There is not enough memory for this picture"));
      else
        sheaf_fail (error, SHEAF_ERROR_DECODE, _ ("The picture is damaged: %s"),
                    whole ? _ ("it holds no pixels") : trouble->message);
      return NULL;
    }

  picture = picture_from (pixbuf, options->size, error);
  if (picture != NULL)
    picture->format = format_name (loader);
  return picture;
}

gboolean
sheaf_pixbuf_starts_processes (void)
{
  return gdk_pixbuf_major_version > 2 || gdk_pixbuf_minor_version >= 44;
}

gboolean
sheaf_pixbuf_only_computes (SheafInput *input)
{
  return input->length == 0
         || (plain_loader_for (input) != NULL && !sheaf_pixbuf_starts_processes ());
}

void
sheaf_pixbuf_warm_up (gboolean all)
{
  /* Those of the files that sheaf_pixbuf_only_computes() knows. */
  static const char *const plain[]
      = { "ani", "bmp", "gif", "ico", "jpeg", "png", "pnm", "tga", "tiff", "webp", NULL };
  static const guint8 garbage[] = "this is no picture of any kind";
  GSList *formats = gdk_pixbuf_get_formats ();

  for (GSList *l = formats; l != NULL; l = l->next)
    {
      g_autofree char *name = gdk_pixbuf_format_get_name (l->data);
      g_autoptr (GdkPixbufLoader) loader = NULL;

      /* Each of the others costs milliseconds, and libraries in memory, at every start. */
      if (all || g_strv_contains (plain, name))
        loader = gdk_pixbuf_loader_new_with_type (name, NULL);
      if (loader == NULL)
        continue;
      /* Its complaint loads the translations. */
      gdk_pixbuf_loader_write (loader, garbage, sizeof garbage, NULL);
      gdk_pixbuf_loader_close (loader, NULL);
    }
  g_slist_free (formats);
}
