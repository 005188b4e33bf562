/* host.h: how much one host is asked at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every host has its own queue, its own number in flight and its own brake: when one says slow
 * down, all its transfers wait and the others go on.  After a brake fewer go at once, and slowly
 * more again while all is well. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;
  GQueue queue;        /* of SheafDownload, by place */
  GSequenceIter *turn; /* (nullable): among the pool's hosts with a queue */
  guint n_running;
  guint n_waiting; /* transfers that come back into the queue later */
  double limit;    /* how many may run at once */
  guint n_brakes;  /* without a success in between */
  gint64 brake_until;
  gint64 brake_length; /* from when it was said */
  gint64 brake_end;    /* the same as brake_until, in real time */
  gint64 next_request;
} SheafHost;

SheafHost *sheaf_host_new (const char *name);
void sheaf_host_free (SheafHost *self);

/* (transfer full): the host part of @url in lower case, with its port; "" for no address. */
char *sheaf_host_name_of (const char *url);

/* When it may be asked next: 0 for at once, G_MAXINT64 for when one of its transfers ends. */
gint64 sheaf_host_get_next_time (SheafHost *self, gint64 now);

/* A transfer of it begins; @interval is the least time between two. */
void sheaf_host_begin (SheafHost *self, gint64 now, gint64 interval);

/* The next need not wait longer than @interval from now. */
void sheaf_host_hasten (SheafHost *self, gint64 now, gint64 interval);

/* A transfer of it ended, and all was well. */
void sheaf_host_praise (SheafHost *self);

/**
 * sheaf_host_brake:
 * @seconds: how long it asked for, or -1
 * @base_ms: the first wait where it did not say
 *
 * It said slow down.
 *
 * Returns: until when all its transfers wait
 */
gint64 sheaf_host_brake (SheafHost *self, gint64 now, gint64 seconds, guint base_ms);

/**
 * sheaf_host_dup_trouble:
 *
 * Returns: (transfer full) (nullable): a sentence about a brake that is long enough to tell a
 *   person of, while there is something that waits for its end
 */
char *sheaf_host_dup_trouble (SheafHost *self, gint64 now);

/* A wait before try number @n (from 1), in microseconds: doubling, capped, with jitter. */
gint64 sheaf_backoff (guint n, guint base_ms);

G_END_DECLS
