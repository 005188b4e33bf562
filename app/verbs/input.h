/* input.h: the bytes of an open picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decoders read at offsets, never past the end and never by mapping: a file that shrinks meanwhile
 * is short, not a SIGBUS. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What sheaf_input_load() will hold in memory at once. */
#define SHEAF_INPUT_MAX_LOAD (48u << 20)

typedef struct
{
  int fd; /* borrowed; -1 where @data is all there is */
  guint64 length;
  const guint8 *data; /* the whole, once loaded */
  guint8 *owned;
} SheafInput;

/**
 * sheaf_input_init_fd:
 * @fd: (transfer none): a regular file or a memfd, its offset is neither used nor changed
 */
gboolean sheaf_input_init_fd (SheafInput *self, int fd, GError **error);

/**
 * sheaf_input_init_data:
 * @data: (transfer none): outlives @self
 */
void sheaf_input_init_data (SheafInput *self, const guint8 *data, gsize length);

void sheaf_input_clear (SheafInput *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SheafInput, sheaf_input_clear)

/**
 * sheaf_input_read:
 *
 * Returns: how many bytes there were at @offset, at most @count; 0 at the end and on trouble
 */
gsize sheaf_input_read (SheafInput *self, guint64 offset, void *buffer, gsize count);

/**
 * sheaf_input_load:
 *
 * Returns: (transfer none) (nullable): every byte, or %NULL with @error set where that is too much
 */
const guint8 *sheaf_input_load (SheafInput *self, gsize *length, GError **error);

G_END_DECLS
