/* wire.h: frames between Sheaf and its helpers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A frame is a fixed header (magic, type, id, length, whether a descriptor comes along) and a
 * serialised GVariant.  A descriptor travels with the first byte of its own frame, so neither can
 * be lost without the other.  Every field is checked: the other side may be taken over. */
#pragma once

#include "app/work/job.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define SHEAF_WIRE_MAX_PAYLOAD (1u << 20)

typedef enum
{
  SHEAF_FRAME_JOB = 1,  /* (sua{sv}): verb, timeout, parameters; may bring a descriptor */
  SHEAF_FRAME_REPLY,    /* a{sv}; may bring a descriptor */
  SHEAF_FRAME_ERROR,    /* a{sv} of sheaf_error_to_variant() */
  SHEAF_FRAME_PROGRESS, /* (tt): done, total */
  SHEAF_FRAME_CANCEL,   /* (): the job with this id is no longer wanted */
} SheafFrameType;

/**
 * SheafFrame:
 * @id: which job it belongs to; chosen by the sender of the job
 * @payload: (nullable): in normal form, of the type's format, never floating
 * @fd: a descriptor that came along, or -1; owned by the frame
 */
typedef struct
{
  SheafFrameType type;
  guint64 id;
  GVariant *payload;
  int fd;
} SheafFrame;

void sheaf_frame_clear (SheafFrame *frame);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SheafFrame, sheaf_frame_clear)

/**
 * sheaf_wire_send:
 * @socket: a connected stream socket of the UNIX family
 * @payload: (transfer floating) (nullable): of the format @type asks for
 * @fd: (transfer none): a descriptor to send along, or -1
 *
 * Sends one whole frame; blocks until the kernel has it all.  Not for two threads at once on the
 * same socket.  A payload over %SHEAF_WIRE_MAX_PAYLOAD fails with %SHEAF_ERROR_TOO_LARGE and
 * nothing is sent; with the other side gone it fails with %G_IO_ERROR_CLOSED.
 */
gboolean sheaf_wire_send (
    int socket, SheafFrameType type, guint64 id, GVariant *payload, int fd, GError **error);

/**
 * sheaf_wire_send_until:
 * @deadline: in the time of g_get_monotonic_time(); -1 for none
 *
 * The same, but fails with %G_IO_ERROR_TIMED_OUT where the other side does not take the frame in
 * time.  A frame may then be half sent: the conversation is over.
 */
gboolean sheaf_wire_send_until (int socket,
                                SheafFrameType type,
                                guint64 id,
                                GVariant *payload,
                                int fd,
                                gint64 deadline,
                                GError **error);

/**
 * sheaf_wire_receive:
 * @frame: (out caller-allocates): filled on success
 *
 * Waits for one whole frame.  At the end of the stream (the other side is gone) it fails with
 * %G_IO_ERROR_CLOSED; on anything malformed with %SHEAF_ERROR_PROTOCOL.
 */
gboolean sheaf_wire_receive (int socket, SheafFrame *frame, GError **error);

/**
 * sheaf_wire_receive_until:
 * @deadline: in the time of g_get_monotonic_time(); -1 for none
 *
 * The same, but fails with %G_IO_ERROR_TIMED_OUT where the whole frame has not come in time.
 */
gboolean sheaf_wire_receive_until (int socket, SheafFrame *frame, gint64 deadline, GError **error);

G_END_DECLS
