/* jpeg-stream.c: a JPEG file as markers, and between them as bits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/jpeg-stream.h"

#include "app/verbs/kernels.h"

gboolean
sheaf_jpeg_stream_init (SheafJpegStream *self, SheafInput *input)
{
  *self = (SheafJpegStream){ .input = input };
  self->window = g_try_malloc (SHEAF_JPEG_WINDOW);
  self->entropy = g_try_malloc (SHEAF_JPEG_ENTROPY + SHEAF_JPEG_MCU_BYTES);
  return self->window != NULL && self->entropy != NULL;
}

void
sheaf_jpeg_stream_clear (SheafJpegStream *self)
{
  g_clear_pointer (&self->window, g_free);
  g_clear_pointer (&self->entropy, g_free);
}

const guint8 *
sheaf_jpeg_stream_need (SheafJpegStream *self, gsize count)
{
  g_assert (count <= SHEAF_JPEG_WINDOW / 2);

  if (self->end - self->position < count)
    {
      gsize n;

      memmove (self->window, self->window + self->position, self->end - self->position);
      self->end -= self->position;
      self->position = 0;
      n = sheaf_input_read (self->input, self->offset, self->window + self->end,
                            SHEAF_JPEG_WINDOW - self->end);
      self->offset += n;
      self->end += n;
    }
  return self->end - self->position >= count ? self->window + self->position : NULL;
}

void
sheaf_jpeg_stream_skip (SheafJpegStream *self, gsize count)
{
  gsize here = MIN (count, self->end - self->position);

  self->position += here;
  self->offset += count - here;
}

guint8
sheaf_jpeg_stream_next_marker (SheafJpegStream *self, gboolean in_scan)
{
  const guint8 *bytes;

  while ((bytes = sheaf_jpeg_stream_need (self, 2)) != NULL)
    {
      if (bytes[0] != 0xff)
        {
          const guint8 *found;

          if (!in_scan)
            return 0;
          found = memchr (bytes, 0xff, self->end - self->position);
          self->position = found != NULL ? (gsize) (found - self->window) : self->end;
        }
      else if (bytes[1] == 0xff)
        self->position++;
      else if (in_scan && (bytes[1] == 0 || (bytes[1] >= 0xd0 && bytes[1] <= 0xd7)))
        self->position += 2;
      else
        {
          self->position += 2;
          return bytes[1];
        }
    }
  return 0;
}

void
sheaf_jpeg_stream_begin_bits (SheafJpegStream *self)
{
  self->entropy_end = self->entropy;
  self->at_marker = FALSE;
  self->bits = (SheafBits){ .next = self->entropy };
  sheaf_jpeg_stream_fill (self);
}

void
sheaf_jpeg_stream_fill (SheafJpegStream *self)
{
  const SheafKernels *kernels = sheaf_kernels_get ();
  gsize kept = self->entropy_end > self->bits.next ? self->entropy_end - self->bits.next : 0;
  guint8 *out = self->entropy + kept;
  guint8 *limit = self->entropy + SHEAF_JPEG_ENTROPY;

  if (self->at_marker)
    return;
  memmove (self->entropy, self->bits.next, kept);
  self->bits.next = self->entropy;

  while (out < limit)
    {
      const guint8 *in = sheaf_jpeg_stream_need (self, 2);
      gsize n;

      if (in == NULL)
        {
          self->at_marker = TRUE;
          break;
        }
      n = kernels->copy_until_ff (out, in, MIN (self->end - self->position, (gsize) (limit - out)));
      out += n;
      self->position += n;
      if (self->position == self->end || out == limit)
        continue;
      in = sheaf_jpeg_stream_need (self, 2);
      if (in != NULL && in[1] == 0)
        {
          *out++ = 0xff;
          self->position += 2;
        }
      else
        {
          self->at_marker = TRUE;
          break;
        }
    }
  self->entropy_end = out;
  memset (out, 0, SHEAF_JPEG_MCU_BYTES);
}

gboolean
sheaf_jpeg_stream_end_bits (SheafJpegStream *self)
{
  const guint8 *used = self->bits.next - self->bits.count / 8;

  if (!self->at_marker && self->entropy_end - used < 16)
    {
      self->bits.next = used;
      sheaf_jpeg_stream_fill (self);
      used = self->bits.next;
    }
  return self->at_marker && used <= self->entropy_end && self->entropy_end - used < 16;
}
