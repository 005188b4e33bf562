/* test-work-wire.c: whatever comes over the wire, a frame is whole or refused, and nothing leaks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/leftovers.h"

#include "app/work/error.h"
#include "app/work/wire.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  int here;
  int there;
  guint n_fds;
} Fixture;

typedef struct
{
  guint32 magic;
  guint16 type;
  guint16 n_fds;
  guint32 length;
  guint32 zero;
  guint64 id;
} RawHeader;

static const RawHeader good_cancel = { 0x31464853u, SHEAF_FRAME_CANCEL, 0, 1, 0, 7 };

static void
setup (Fixture *f, gconstpointer data)
{
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  f->here = pair[0];
  f->there = pair[1];
  f->n_fds = count_fds ();
}

static void
close_there (Fixture *f)
{
  close (f->there);
  f->there = -1;
  f->n_fds--;
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (count_fds (), ==, f->n_fds);
  close (f->here);
  if (f->there >= 0)
    close (f->there);
}

static void
send_raw (Fixture *f, const void *data, size_t length, const int *fds, guint n_fds)
{
  char control[CMSG_SPACE (4 * sizeof (int))] = { 0 };
  struct iovec iov = { (void *) data, length };
  struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

  if (n_fds > 0)
    {
      struct cmsghdr *cmsg;

      message.msg_control = control;
      message.msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
      cmsg = CMSG_FIRSTHDR (&message);
      cmsg->cmsg_level = SOL_SOCKET;
      cmsg->cmsg_type = SCM_RIGHTS;
      cmsg->cmsg_len = CMSG_LEN (n_fds * sizeof (int));
      memcpy (CMSG_DATA (cmsg), fds, n_fds * sizeof (int));
    }
  g_assert_cmpint (sendmsg (f->there, &message, MSG_NOSIGNAL), ==, (gssize) length);
}

static void
assert_refused (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  SheafFrame frame;

  g_assert_false (sheaf_wire_receive (f->here, &frame, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_PROTOCOL);
}

static void
test_round_trip (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (SheafFrame) job = { 0, 0, NULL, -1 };
  g_auto (SheafFrame) progress = { 0, 0, NULL, -1 };
  g_auto (SheafFrame) cancel = { 0, 0, NULL, -1 };
  g_autoptr (GVariant) params = NULL;
  int file = memfd_create ("test", MFD_CLOEXEC);
  const char *verb;
  struct stat sent, received;
  guint timeout;
  guint64 done, total;

  g_assert_true (sheaf_wire_send (
      f->there, SHEAF_FRAME_JOB, 1,
      g_variant_new_parsed ("('fetch', uint32 500, {'url': <'http://example.org'>})"), file,
      &error));
  g_assert_true (sheaf_wire_send (f->there, SHEAF_FRAME_PROGRESS, 2,
                                  g_variant_new ("(tt)", (guint64) 3, (guint64) 4), -1, &error));
  g_assert_true (sheaf_wire_send (f->there, SHEAF_FRAME_CANCEL, 3, NULL, -1, &error));
  g_assert_no_error (error);

  g_assert_true (sheaf_wire_receive (f->here, &job, &error));
  g_assert_cmpint (job.type, ==, SHEAF_FRAME_JOB);
  g_assert_cmpuint (job.id, ==, 1);
  g_variant_get (job.payload, "(&su@a{sv})", &verb, &timeout, &params);
  g_assert_cmpstr (verb, ==, "fetch");
  g_assert_cmpuint (timeout, ==, 500);
  g_assert_cmpint (fstat (file, &sent), ==, 0);
  g_assert_cmpint (fstat (job.fd, &received), ==, 0);
  g_assert_cmpuint (sent.st_ino, ==, received.st_ino);
  g_assert_true (fcntl (job.fd, F_GETFD) & FD_CLOEXEC);

  g_assert_true (sheaf_wire_receive (f->here, &progress, &error));
  g_assert_cmpint (progress.fd, ==, -1);
  g_variant_get (progress.payload, "(tt)", &done, &total);
  g_assert_cmpuint (done, ==, 3);
  g_assert_cmpuint (total, ==, 4);
  g_assert_true (sheaf_wire_receive (f->here, &cancel, &error));
  g_assert_cmpint (cancel.type, ==, SHEAF_FRAME_CANCEL);
  g_assert_cmpuint (cancel.id, ==, 3);
  close (file);
}

static void
test_end_of_stream (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) broken = NULL;
  SheafFrame frame;

  close_there (f);
  g_assert_false (sheaf_wire_receive (f->here, &frame, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_false (sheaf_wire_send (f->here, SHEAF_FRAME_CANCEL, 1, NULL, -1, &broken));
  g_assert_error (broken, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

static void
test_cut_header (Fixture *f, gconstpointer data)
{
  int fd = f->here;

  send_raw (f, &good_cancel, sizeof good_cancel - 1, &fd, 1);
  close_there (f);
  assert_refused (f);
}

static void
test_cut_payload (Fixture *f, gconstpointer data)
{
  RawHeader header = good_cancel;

  header.type = SHEAF_FRAME_REPLY;
  header.length = 100;
  send_raw (f, &header, sizeof header, NULL, 0);
  send_raw (f, "short", 5, NULL, 0);
  close_there (f);
  assert_refused (f);
}

static void
test_bad_headers (Fixture *f, gconstpointer data)
{
  RawHeader bad[6];

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    bad[i] = good_cancel;
  bad[0].magic++;
  bad[1].type = 0;
  bad[2].type = SHEAF_FRAME_CANCEL + 1;
  bad[3].length = SHEAF_WIRE_MAX_PAYLOAD + 1;
  bad[4].zero = 1;
  bad[5].n_fds = 2;
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      send_raw (f, &bad[i], sizeof bad[i], NULL, 0);
      assert_refused (f);
    }
}

static void
test_payload_not_normal (Fixture *f, gconstpointer data)
{
  RawHeader header = good_cancel;

  header.type = SHEAF_FRAME_REPLY;
  header.length = 24;
  send_raw (f, &header, sizeof header, NULL, 0);
  send_raw (f, "\xff\xff\xff\xff\x17\xee url a{sv}a{sv} \x91\x02", 24, NULL, 0);
  assert_refused (f);
}

static void
test_announced_descriptor_missing (Fixture *f, gconstpointer data)
{
  RawHeader header = good_cancel;

  header.type = SHEAF_FRAME_REPLY;
  header.n_fds = 1;
  header.length = 0;
  send_raw (f, &header, sizeof header, NULL, 0);
  assert_refused (f);
}

static void
test_unannounced_descriptor (Fixture *f, gconstpointer data)
{
  int fd = f->here;

  send_raw (f, &good_cancel, sizeof good_cancel, &fd, 1);
  assert_refused (f);
}

static void
test_several_descriptors (Fixture *f, gconstpointer data)
{
  RawHeader header = good_cancel;
  int fds[] = { f->here, f->there, f->here };

  header.type = SHEAF_FRAME_REPLY;
  header.n_fds = 1;
  header.length = 0;
  for (guint n = 2; n <= 3; n++)
    {
      send_raw (f, &header, sizeof header, fds, n);
      assert_refused (f);
    }
}

static void
test_descriptor_in_payload (Fixture *f, gconstpointer data)
{
  RawHeader header = good_cancel;
  int fd = f->here;

  header.type = SHEAF_FRAME_REPLY;
  header.length = 8;
  send_raw (f, &header, sizeof header, NULL, 0);
  send_raw (f, "12345678", 8, &fd, 1);
  assert_refused (f);
}

/* The byte that carries the descriptor comes alone; the rest of the header follows. */
static void
test_carrier_byte_alone (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (SheafFrame) frame = { 0, 0, NULL, -1 };
  RawHeader header = good_cancel;
  int fd = f->here;

  header.type = SHEAF_FRAME_REPLY;
  header.n_fds = 1;
  header.length = 0;
  send_raw (f, &header, 1, &fd, 1);
  send_raw (f, (char *) &header + 1, sizeof header - 1, NULL, 0);
  g_assert_true (sheaf_wire_receive (f->here, &frame, &error));
  g_assert_no_error (error);
  g_assert_cmpint (frame.fd, >=, 0);
}

/* A sender that lets it ride on a later byte of the header, whether read at once or in pieces. */
static void
test_carrier_byte_late (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (SheafFrame) frame = { 0, 0, NULL, -1 };
  RawHeader header = good_cancel;
  int fd = f->here;

  header.type = SHEAF_FRAME_REPLY;
  header.n_fds = 1;
  header.length = 0;
  send_raw (f, &header, 1, NULL, 0);
  send_raw (f, (char *) &header + 1, sizeof header - 1, &fd, 1);
  g_assert_true (sheaf_wire_receive (f->here, &frame, &error));
  g_assert_no_error (error);
  g_assert_cmpint (frame.fd, >=, 0);
}

static void
test_deadline (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) full = NULL;
  SheafFrame frame;
  gint64 begin = g_get_monotonic_time ();
  g_autofree char *big = g_strnfill (900000, 'x');

  send_raw (f, &good_cancel, 10, NULL, 0);
  g_assert_false (sheaf_wire_receive_until (f->here, &frame, begin + 50000, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 50000);

  begin = g_get_monotonic_time ();
  g_assert_false (sheaf_wire_send_until (f->here, SHEAF_FRAME_JOB, 1,
                                         g_variant_new ("(sua{sv})", big, 0, NULL), -1,
                                         begin + 50000, &full));
  g_assert_error (full, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static void
test_too_large (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) empty = NULL;
  g_autofree char *big = g_strnfill (SHEAF_WIRE_MAX_PAYLOAD + 1, 'x');
  SheafFrame frame;

  g_assert_false (sheaf_wire_send (f->there, SHEAF_FRAME_JOB, 1,
                                   g_variant_new ("(sua{sv})", big, 0, NULL), -1, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_TOO_LARGE);
  g_assert_false (sheaf_wire_receive_until (f->here, &frame, g_get_monotonic_time (), &empty));
  g_assert_error (empty, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/* Random bytes, often behind a good header, some with descriptors. */
static void
test_garbage (Fixture *f, gconstpointer data)
{
  for (guint round = 0; round < 2000; round++)
    {
      guint8 bytes[200];
      guint length = g_test_rand_int_range (1, sizeof bytes);
      RawHeader header = good_cancel;
      int pair[2];
      int fds[2] = { f->here, f->there };
      Fixture one;

      for (guint i = 0; i < length; i++)
        bytes[i] = g_test_rand_int_range (0, 256);
      if (length > sizeof header && round % 2 == 0)
        {
          header.type = g_test_rand_int_range (1, 6);
          header.n_fds = g_test_rand_int_range (0, 3);
          header.length = length - sizeof header;
          memcpy (bytes, &header, sizeof header);
        }

      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
      one = (Fixture){ pair[0], pair[1], 0 };
      send_raw (&one, bytes, length, fds, g_test_rand_int_range (0, 3));
      close (pair[1]);
      for (;;)
        {
          g_auto (SheafFrame) frame = { 0, 0, NULL, -1 };

          if (!sheaf_wire_receive (pair[0], &frame, NULL))
            break;
          g_assert_nonnull (frame.payload);
          g_assert_true (g_variant_is_normal_form (frame.payload));
        }
      close (pair[0]);
    }
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *f, gconstpointer data);
  } cases[] = {
    { "/wire/round-trip", test_round_trip },
    { "/wire/end-of-stream", test_end_of_stream },
    { "/wire/cut-header", test_cut_header },
    { "/wire/cut-payload", test_cut_payload },
    { "/wire/bad-headers", test_bad_headers },
    { "/wire/payload-not-normal", test_payload_not_normal },
    { "/wire/announced-descriptor-missing", test_announced_descriptor_missing },
    { "/wire/unannounced-descriptor", test_unannounced_descriptor },
    { "/wire/several-descriptors", test_several_descriptors },
    { "/wire/descriptor-in-payload", test_descriptor_in_payload },
    { "/wire/carrier-byte-alone", test_carrier_byte_alone },
    { "/wire/carrier-byte-late", test_carrier_byte_late },
    { "/wire/deadline", test_deadline },
    { "/wire/too-large", test_too_large },
    { "/wire/garbage", test_garbage },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, setup, cases[i].func, teardown);
  return g_test_run ();
}
