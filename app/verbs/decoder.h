/* decoder.h: which decoder reads which file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A decoder is chosen by the first bytes of the content, never by a name.  To add a format: one
 * file, one row in the table of decoder.c, and fixtures good, cut and huge. */
#pragma once

#include "app/verbs/input.h"
#include "app/verbs/picture.h"

G_BEGIN_DECLS

/* Pictures with more pixels than this are not even begun. */
#define SHEAF_MAX_PIXELS (300u * 1000 * 1000)

/**
 * SheafDecodeOptions:
 * @size: the box the picture will have to fit in; 0 for full size
 * @preview: a smaller picture embedded in the file will do, where decoding that itself takes long
 */
typedef struct
{
  guint size;
  gboolean preview;
} SheafDecodeOptions;

/**
 * SheafDecodeFunc:
 *
 * Returns: (transfer full) (nullable): the picture at the size sheaf_fit() gives, as stored (not
 *   turned, its profile not applied), or %NULL with @error set
 */
typedef SheafPicture *(*SheafDecodeFunc) (SheafInput *input,
                                          const SheafDecodeOptions *options,
                                          GError **error);

typedef struct
{
  const char *format;
  gboolean (*matches) (const guint8 *head, gsize length);
  SheafDecodeFunc decode;
} SheafDecoder;

/**
 * sheaf_decoder_for:
 *
 * Returns: (transfer none): who reads a file that begins so; the last of the table takes anything
 */
const SheafDecoder *sheaf_decoder_for (const guint8 *head, gsize length);

/**
 * sheaf_decode:
 *
 * The picture upright, in sRGB, as RGB or RGBA.
 */
SheafPicture *sheaf_decode (SheafInput *input, const SheafDecodeOptions *options, GError **error);

/**
 * sheaf_needs_pixbuf:
 *
 * Returns: whether gdk-pixbuf would decode it
 */
gboolean sheaf_needs_pixbuf (SheafInput *input);

/**
 * sheaf_check_size:
 *
 * Returns: %FALSE with @error set where a picture of that size is not to be decoded
 */
gboolean sheaf_check_size (guint64 width, guint64 height, GError **error);

SheafPicture *
sheaf_decode_jpeg (SheafInput *input, const SheafDecodeOptions *options, GError **error);
SheafPicture *
sheaf_decode_png (SheafInput *input, const SheafDecodeOptions *options, GError **error);
SheafPicture *
sheaf_decode_webp (SheafInput *input, const SheafDecodeOptions *options, GError **error);
SheafPicture *
sheaf_decode_gif (SheafInput *input, const SheafDecodeOptions *options, GError **error);
SheafPicture *
sheaf_decode_pixbuf (SheafInput *input, const SheafDecodeOptions *options, GError **error);

/**
 * sheaf_pixbuf_starts_processes:
 *
 * Returns: whether this gdk-pixbuf decodes in processes of its own, as it does from 2.44 on
 */
gboolean sheaf_pixbuf_starts_processes (void);

/**
 * sheaf_pixbuf_only_computes:
 *
 * Returns: whether the loader for @input opens no file, makes no thread and starts no process
 */
gboolean sheaf_pixbuf_only_computes (SheafInput *input);

/* Loads the modules of loaders that only compute, or of @all, and every translation. */
void sheaf_pixbuf_warm_up (gboolean all);

G_END_DECLS
