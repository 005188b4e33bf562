/* wire.c: frames between Sheaf and its helpers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading takes exactly one frame and never a byte of the next, so a descriptor that comes with a
 * header's bytes is that frame's.  Whatever comes at another place, or in another number than
 * announced, is closed and ends the conversation. */
#include "config.h"

#include "app/work/error.h"
#include "app/work/wire.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAGIC   0x31464853u /* "SHF1" */
#define MAX_FDS 8           /* what a frame may never bring is still received, to be closed */

typedef struct
{
  guint32 magic;
  guint16 type;
  guint16 n_fds;
  guint32 length;
  guint32 zero;
  guint64 id;
} Header;

G_STATIC_ASSERT (sizeof (Header) == 24);

static const char *const formats[] = {
  [SHEAF_FRAME_JOB] = "(sua{sv})", [SHEAF_FRAME_REPLY] = "a{sv}", [SHEAF_FRAME_ERROR] = "a{sv}",
  [SHEAF_FRAME_PROGRESS] = "(tt)", [SHEAF_FRAME_CANCEL] = "()",
};

void
sheaf_frame_clear (SheafFrame *frame)
{
  g_clear_pointer (&frame->payload, g_variant_unref);
  if (frame->fd >= 0)
    close (frame->fd);
  frame->fd = -1;
}

static gboolean
fail_errno (GError **error, int saved)
{
  if (saved == EPIPE || saved == ECONNRESET)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, g_strerror (saved));
  else
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (saved), g_strerror (saved));
  return FALSE;
}

/* Waits until @socket is ready for @events or @deadline (monotonic, -1 for none) has passed. */
static gboolean
wait_for (int socket, short events, gint64 deadline, GError **error)
{
  struct pollfd pollfd = { socket, events, 0 };

  for (;;)
    {
      gint64 left = -1;
      int n;

      if (deadline >= 0)
        left = MAX (deadline - g_get_monotonic_time (), 0);
      n = poll (&pollfd, 1, left < 0 ? -1 : (int) MIN ((left + 999) / 1000, G_MAXINT));
      if (n > 0)
        return TRUE;
      if (n == 0 && left >= 0 && g_get_monotonic_time () >= deadline)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, g_strerror (ETIMEDOUT));
          return FALSE;
        }
      if (n < 0 && errno != EINTR)
        return fail_errno (error, errno);
    }
}

static gboolean
send_all (int socket, struct iovec *iov, int fd, gint64 deadline, GError **error)
{
  union
  {
    struct cmsghdr align;
    char space[CMSG_SPACE (sizeof (int))];
  } control;
  struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };

  if (fd >= 0)
    {
      struct cmsghdr *cmsg;

      memset (&control, 0, sizeof control);
      message.msg_control = &control;
      message.msg_controllen = sizeof control.space;
      cmsg = CMSG_FIRSTHDR (&message);
      cmsg->cmsg_level = SOL_SOCKET;
      cmsg->cmsg_type = SCM_RIGHTS;
      cmsg->cmsg_len = CMSG_LEN (sizeof (int));
      memcpy (CMSG_DATA (cmsg), &fd, sizeof fd);
    }

  while (message.msg_iovlen > 0)
    {
      ssize_t n = sendmsg (socket, &message, MSG_NOSIGNAL | (deadline >= 0 ? MSG_DONTWAIT : 0));

      if (n < 0)
        {
          if (errno == EINTR)
            continue;
          if (errno != EAGAIN && errno != EWOULDBLOCK)
            return fail_errno (error, errno);
          if (!wait_for (socket, POLLOUT, deadline, error))
            return FALSE;
          continue;
        }

      /* The descriptor is on its way with the first byte. */
      message.msg_control = NULL;
      message.msg_controllen = 0;
      while (message.msg_iovlen > 0 && (size_t) n >= message.msg_iov->iov_len)
        {
          n -= message.msg_iov->iov_len;
          message.msg_iov++;
          message.msg_iovlen--;
        }
      if (message.msg_iovlen > 0)
        {
          message.msg_iov->iov_base = (char *) message.msg_iov->iov_base + n;
          message.msg_iov->iov_len -= n;
        }
    }
  return TRUE;
}

gboolean
sheaf_wire_send_until (int socket,
                       SheafFrameType type,
                       guint64 id,
                       GVariant *payload,
                       int fd,
                       gint64 deadline,
                       GError **error)
{
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GVariant) normal = NULL;
  Header header = { MAGIC, type, fd >= 0 ? 1 : 0, 0, 0, id };
  struct iovec iov[2];

  g_return_val_if_fail (socket >= 0, FALSE);
  g_return_val_if_fail (type >= SHEAF_FRAME_JOB && type <= SHEAF_FRAME_CANCEL, FALSE);

  owned = g_variant_ref_sink (payload != NULL ? payload : g_variant_new ("()"));
  g_return_val_if_fail (g_variant_is_of_type (owned, G_VARIANT_TYPE (formats[type])), FALSE);

  normal = g_variant_get_normal_form (owned);
  if (g_variant_get_size (normal) > SHEAF_WIRE_MAX_PAYLOAD)
    return sheaf_fail (error, SHEAF_ERROR_TOO_LARGE, _ ("The message is too large to be sent"));

  header.length = g_variant_get_size (normal);
  iov[0] = (struct iovec){ &header, sizeof header };
  iov[1] = (struct iovec){ (gpointer) g_variant_get_data (normal), header.length };
  return send_all (socket, iov, fd, deadline, error);
}

gboolean
sheaf_wire_send (
    int socket, SheafFrameType type, guint64 id, GVariant *payload, int fd, GError **error)
{
  return sheaf_wire_send_until (socket, type, id, payload, fd, -1, error);
}

static gboolean
malformed (GError **error)
{
  return sheaf_fail (error, SHEAF_ERROR_PROTOCOL,
                     _ ("The other process sent something unreadable"));
}

/* Takes what descriptors came with @message: the first into @fd, any other is closed.  Returns how
 * many there were. */
static guint
take_fds (struct msghdr *message, int *fd)
{
  guint n = 0;

  for (struct cmsghdr *cmsg = CMSG_FIRSTHDR (message); cmsg != NULL;
       cmsg = CMSG_NXTHDR (message, cmsg))
    {
      guint n_here;

      if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
        continue;
      n_here = (cmsg->cmsg_len - CMSG_LEN (0)) / sizeof (int);
      for (guint i = 0; i < n_here; i++, n++)
        {
          int received;

          memcpy (&received, CMSG_DATA (cmsg) + i * sizeof (int), sizeof received);
          if (n == 0 && fd != NULL)
            *fd = received;
          else
            close (received);
        }
    }
  return n;
}

/* Reads exactly @length bytes.  With @fd, a descriptor may come with them; how many came is put
 * into
 * @n_fds, which begins at 0. */
static gboolean
receive_all (
    int socket, void *buffer, size_t length, int *fd, guint *n_fds, gint64 deadline, GError **error)
{
  size_t done = 0;

  while (done < length)
    {
      union
      {
        struct cmsghdr align;
        char space[CMSG_SPACE (MAX_FDS * sizeof (int))];
      } control;
      struct iovec iov = { (char *) buffer + done, length - done };
      struct msghdr message = { .msg_iov = &iov,
                                .msg_iovlen = 1,
                                .msg_control = &control,
                                .msg_controllen = sizeof control.space };
      int came = -1;
      guint n_came;
      ssize_t n = recvmsg (socket, &message, MSG_CMSG_CLOEXEC | (deadline >= 0 ? MSG_DONTWAIT : 0));

      if (n < 0)
        {
          if (errno == EINTR)
            continue;
          if (errno != EAGAIN && errno != EWOULDBLOCK)
            return fail_errno (error, errno);
          if (!wait_for (socket, POLLIN, deadline, error))
            return FALSE;
          continue;
        }

      n_came = take_fds (&message, &came);
      if (n_came > 0 && fd != NULL && *n_fds == 0)
        {
          *fd = came;
          *n_fds = n_came;
        }
      else if (n_came > 0)
        {
          close (came);
          return malformed (error);
        }
      if (message.msg_flags & MSG_CTRUNC)
        return malformed (error);
      if (n == 0 && done == 0 && fd != NULL)
        return fail_errno (error, EPIPE);
      if (n == 0)
        return malformed (error);
      done += n;
    }
  return TRUE;
}

gboolean
sheaf_wire_receive_until (int socket, SheafFrame *frame, gint64 deadline, GError **error)
{
  g_auto (SheafFrame) result = { 0, 0, NULL, -1 };
  g_autoptr (GBytes) bytes = NULL;
  g_autofree guint8 *data = NULL;
  Header header;
  guint n_fds = 0;

  g_return_val_if_fail (socket >= 0 && frame != NULL, FALSE);

  if (!receive_all (socket, &header, sizeof header, &result.fd, &n_fds, deadline, error))
    return FALSE;
  if (header.magic != MAGIC || header.zero != 0 || header.type < SHEAF_FRAME_JOB
      || header.type > SHEAF_FRAME_CANCEL || header.length > SHEAF_WIRE_MAX_PAYLOAD
      || header.n_fds > 1 || header.n_fds != n_fds
      || (n_fds > 0 && header.type != SHEAF_FRAME_JOB && header.type != SHEAF_FRAME_REPLY))
    return malformed (error);

  if (header.length > 0)
    {
      data = g_malloc (header.length);
      if (!receive_all (socket, data, header.length, NULL, NULL, deadline, error))
        return FALSE;
    }
  bytes = g_bytes_new_take (g_steal_pointer (&data), header.length);
  result.payload = g_variant_ref_sink (
      g_variant_new_from_bytes (G_VARIANT_TYPE (formats[header.type]), bytes, FALSE));
  if (!g_variant_is_normal_form (result.payload))
    return malformed (error);

  result.type = header.type;
  result.id = header.id;
  *frame = result;
  result = (SheafFrame){ 0, 0, NULL, -1 };
  return TRUE;
}

gboolean
sheaf_wire_receive (int socket, SheafFrame *frame, GError **error)
{
  return sheaf_wire_receive_until (socket, frame, -1, error);
}
