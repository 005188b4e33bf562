/* link.c: two network namespaces joined by a line of a given delay and rate
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A TUN device in each namespace and this process in between, for kernels without netem.  A packet
 * waits for the line to be free, then for half the round trip; when the queue before the line is
 * full it is dropped.  Packets of segmentation offload pass whole, so that a gigabit needs no core
 * of its own. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define DEVICE      "line0"
#define MAX_PACKET  (64 * 1024 + 128)
#define AT_ONCE     16    /* packets read before looking at the clock again */
#define RETRY_NS    50000 /* when the other device takes no more */
#define NS_A_SECOND 1000000000ull

typedef struct _Packet Packet;

struct _Packet
{
  Packet *next;
  uint64_t due;
  size_t length;
  unsigned char bytes[];
};

/* One way; the thread that runs it is the only one that touches it. */
typedef struct
{
  int from;
  int to;
  uint64_t delay;
  uint64_t bytes_a_second;
  uint64_t queue_ns; /* how long the line takes for what the queue holds */
  Packet *first;
  Packet *last;
  uint64_t line_free;
} Way;

static void __attribute__ ((noreturn)) fail (const char *what)
{
  perror (what);
  exit (EXIT_FAILURE);
}

static uint64_t
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec * NS_A_SECOND + time.tv_nsec;
}

/* The device belongs to the namespace this thread is in when it is made. */
static int
open_device (const char *namespace, const char *address)
{
  struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
  int home = open ("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  int there = open (namespace, O_RDONLY | O_CLOEXEC);
  int header = sizeof (struct virtio_net_hdr);
  char command[256];
  int fd;

  if (home < 0 || there < 0 || setns (there, CLONE_NEWNET) != 0)
    fail (namespace);
  fd = open ("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  strcpy (request.ifr_name, DEVICE);
  if (fd < 0 || ioctl (fd, TUNSETIFF, &request) != 0 || ioctl (fd, TUNSETVNETHDRSZ, &header) != 0
      || ioctl (fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) != 0)
    fail ("/dev/net/tun");
  snprintf (command, sizeof command,
            "ip address add %s/24 dev " DEVICE " && ip link set " DEVICE
            " mtu 1500 txqueuelen 10000 up && ip link set lo up",
            address);
  if (system (command) != 0)
    exit (EXIT_FAILURE);
  if (setns (home, CLONE_NEWNET) != 0)
    fail ("setns");
  close (there);
  close (home);
  return fd;
}

static void
let_out (Way *self)
{
  while (self->first != NULL && self->first->due <= now ())
    {
      Packet *packet = self->first;

      if (write (self->to, packet->bytes, packet->length) < 0 && errno == EAGAIN)
        {
          packet->due = now () + RETRY_NS;
          return;
        }
      self->first = packet->next;
      if (self->first == NULL)
        self->last = NULL;
      free (packet);
    }
}

static void
take_in (Way *self, const unsigned char *bytes, size_t length)
{
  uint64_t time = now ();
  Packet *packet;

  if (self->line_free < time)
    self->line_free = time;
  if (self->line_free - time > self->queue_ns)
    return;
  self->line_free += length * NS_A_SECOND / self->bytes_a_second;

  packet = malloc (sizeof *packet + length);
  if (packet == NULL)
    fail ("malloc");
  packet->next = NULL;
  packet->due = self->line_free + self->delay;
  packet->length = length;
  memcpy (packet->bytes, bytes, length);
  if (self->last != NULL)
    self->last->next = packet;
  else
    self->first = packet;
  self->last = packet;
}

static void *
run (void *data)
{
  Way *self = data;
  unsigned char buffer[MAX_PACKET];

  prctl (PR_SET_TIMERSLACK, 1);
  while (1)
    {
      struct pollfd waiting = { self->from, POLLIN, 0 };
      struct timespec left;
      uint64_t time;

      let_out (self);
      time = now ();
      if (self->first != NULL)
        {
          uint64_t ns = self->first->due > time ? self->first->due - time : 0;

          left = (struct timespec){ ns / NS_A_SECOND, ns % NS_A_SECOND };
        }
      if (ppoll (&waiting, 1, self->first != NULL ? &left : NULL, NULL) <= 0)
        continue;
      for (int i = 0; i < AT_ONCE; i++)
        {
          ssize_t length = read (self->from, buffer, sizeof buffer);

          if (length <= 0)
            break;
          take_in (self, buffer, length);
        }
    }
  return NULL;
}

int
main (int argc, char **argv)
{
  Way there = { 0 }, back;
  double rate, queue;
  pthread_t thread;
  int a, b;

  if (argc != 8)
    {
      fprintf (stderr, "usage: %s NS ADDRESS NS ADDRESS ROUND-TRIP-MS MBIT QUEUE-KB\n", argv[0]);
      return EXIT_FAILURE;
    }
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  rate = strtod (argv[6], NULL) * 125000;
  queue = strtod (argv[7], NULL) * 1000;
  if (rate < 1)
    return EXIT_FAILURE;
  there.delay = (uint64_t) (strtod (argv[5], NULL) * 1e6 / 2);
  there.bytes_a_second = (uint64_t) rate;
  there.queue_ns = (uint64_t) (queue / rate * NS_A_SECOND);
  back = there;
  a = open_device (argv[1], argv[2]);
  b = open_device (argv[3], argv[4]);
  there.from = back.to = a;
  there.to = back.from = b;

  /* Who waits for it knows that the line is up. */
  puts ("up");
  fflush (stdout);
  if (pthread_create (&thread, NULL, run, &back) != 0)
    fail ("pthread_create");
  run (&there);
  return EXIT_SUCCESS;
}
