/* transfer.h: the steps of one download that wait for the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the pool hands to a worker thread: open the part, judge and sync it, give it its name.  A
 * transfer belongs to one thread at a time. */
#pragma once

#include "app/download/archive.h"
#include "app/download/content.h"
#include "app/download/folder.h"
#include "app/work/job.h"

G_BEGIN_DECLS

typedef enum
{
  SHEAF_TRANSFER_FETCH, /* the part is open; fetch what is missing */
  SHEAF_TRANSFER_HAVE,  /* the file is there already, whole, at @path */
  SHEAF_TRANSFER_WHOLE, /* the part is whole: finish it */
  SHEAF_TRANSFER_EMBED, /* the part is as it should be; have @job done, then finish it */
  SHEAF_TRANSFER_PLACE, /* finished; its name @path is claimed */
  SHEAF_TRANSFER_ERROR,
} SheafTransferStep;

/**
 * SheafTransfer:
 * @name_template: (nullable)
 * @archive: (nullable): asked again once the part is locked
 * @row: what the archive knew
 * @type: (nullable): what the server called it
 * @fd: of the part, or -1
 * @offset: how much the part holds
 * @total: of how much; 0 where that is not known
 * @validator: (nullable): what it is a part of
 * @path: (nullable): final name under the folder
 * @bytes: length of the whole file
 * @received: what of that came over the network
 * @embed: whether what is known of the picture goes into it
 * @job: (nullable): the job for that
 * @embedded: (nullable): the reply to it
 * @warning: (nullable): why it was not done
 * @step: what is to be done next
 */
typedef struct
{
  SheafFolder *folder;
  SheafEntry *entry;
  char *name_template;
  gboolean any_type;
  gboolean use_archive;
  SheafArchive *archive;
  SheafArchiveRow row;
  char *type;
  gboolean length_known;

  int fd;
  guint64 offset;
  guint64 total;
  char *validator;
  char *part;
  char *path;
  guint64 bytes;
  guint64 received;
  gboolean embed;
  gboolean judged;
  const char *content; /* what the part really is, once judged */
  SheafJob *job;
  SheafReply *embedded;
  GError *warning;
  SheafTransferStep step;
  GError *error;
} SheafTransfer;

SheafTransfer *sheaf_transfer_new (SheafFolder *folder, SheafEntry *entry);
void sheaf_transfer_free (SheafTransfer *self);

/* Is it there?  Else opens the part: FETCH, HAVE, WHOLE or ERROR. */
void sheaf_transfer_prepare (SheafTransfer *self);

/* Judges the part's content, waits until it is on the disk, claims a name: PLACE, HAVE (the same
 * file has that name already) or ERROR.  What is not as it should be is thrown away.  With @embed
 * it ends in between as EMBED, and is called again. */
void sheaf_transfer_finish (SheafTransfer *self);

/* Gives the part its name: HAVE, WHOLE (the name was taken meanwhile: finish again) or ERROR. */
void sheaf_transfer_place (SheafTransfer *self);

/* Closes the part and takes it away. */
void sheaf_transfer_discard (SheafTransfer *self);

G_END_DECLS
