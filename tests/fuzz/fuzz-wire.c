/* fuzz-wire.c: frames from a helper that was taken over
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is what comes over the socket, byte by byte. */
#include "config.h"

#include "app/work/error.h"
#include "app/work/pixels.h"
#include "app/work/wire.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  int pair[2];

  if (size > 64 * 1024 || socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return 0;
  if (write (pair[0], data, size) == (gssize) size)
    {
      close (pair[0]);
      while (TRUE)
        {
          g_auto (SheafFrame) frame = { .fd = -1 };

          if (!sheaf_wire_receive (pair[1], &frame, NULL))
            break;
          if (frame.type == SHEAF_FRAME_ERROR)
            g_error_free (sheaf_error_from_variant (frame.payload));
          if (frame.type == SHEAF_FRAME_REPLY && frame.payload != NULL)
            {
              SheafPixels *pixels = sheaf_pixels_from_memfd (frame.payload, frame.fd, NULL);

              if (pixels != NULL)
                sheaf_pixels_unref (pixels);
            }
        }
    }
  else
    close (pair[0]);
  close (pair[1]);
  return 0;
}
