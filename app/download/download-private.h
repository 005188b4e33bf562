/* download-private.h: a transfer as the pool sees it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/download/archive.h"
#include "app/download/download.h"
#include "app/download/host.h"
#include "app/download/transfer.h"

G_BEGIN_DECLS

/* What shall become of a transfer that is being stopped. */
typedef enum
{
  SHEAF_STOP_NONE,
  SHEAF_STOP_REQUEUE, /* the whole pool pauses */
  SHEAF_STOP_HOLD,    /* this one is paused */
  SHEAF_STOP_CANCEL,
} SheafDownloadStop;

struct _SheafDownload
{
  GObject parent_instance;

  SheafEntry *entry;
  SheafDownloadState state;
  guint64 received;
  guint64 total;
  GError *error;
  GError *warning;
  GFile *file;
  guint n_tries;
  gint64 next_try;

  /* The pool's own */
  SheafHost *host;
  gint64 place; /* lower goes first */
  GList link;   /* in the host's queue */
  gboolean queued;
  GSequenceIter *waiting; /* in the pool's list of those that wait */
  SheafArchiveRow row;
  gboolean wanted; /* the archive has it */
  gboolean active; /* a worker or the executor has it */
  SheafTransfer *transfer;
  GCancellable *cancellable; /* of the fetch under way */
  SheafDownloadStop stop;
  gboolean http1; /* a try over HTTP/2 stalled */
  guint n_brakes; /* tries that a host's “slow down” ended */
  guint look;     /* the pool's n_looks when the try began */
};

SheafDownload *sheaf_download_new (SheafEntry *entry);
void sheaf_download_set_state (SheafDownload *self, SheafDownloadState state);
void sheaf_download_set_progress (SheafDownload *self, guint64 received, guint64 total);

/* Before the state, so that whoever is told of that finds these. */
void sheaf_download_set_error (SheafDownload *self, const GError *error);
void sheaf_download_set_warning (SheafDownload *self, const GError *warning);
void sheaf_download_set_file (SheafDownload *self, GFile *file);

G_END_DECLS
