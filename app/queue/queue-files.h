/* queue-files.h: what a worker may touch, and how files get from it to who asked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A worker reads below its root only, and writes only into one folder there.  A descriptor cannot
 * leave a machine, so a job names its file by path, and the worker looks whether it sees the same
 * file: the same number (inode) at that path below its root.  If so both share the folder, and the
 * worker leaves what it made there; else the bytes go through the broker. */
#pragma once

#include "app/queue/queue-job.h"

G_BEGIN_DECLS

/* Below the root: where workers write. */
#define SHEAF_QUEUE_FOLDER ".sheaf-queue"

typedef struct _SheafQueueRoot SheafQueueRoot;

/**
 * sheaf_queue_root_open:
 *
 * Also clears leftovers of killed workers, a day old and older.
 *
 * Returns: (transfer full) (nullable): the root, or %NULL with @error set
 */
SheafQueueRoot *sheaf_queue_root_open (const char *path, GError **error);
void sheaf_queue_root_free (SheafQueueRoot *root);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafQueueRoot, sheaf_queue_root_free)

/**
 * sheaf_queue_root_find:
 * @relative: (out) (transfer full): the path below the root it was found at
 *
 * Opens the file that @job is about, for reading.  Symbolic links below the root are not followed.
 *
 * Returns: the descriptor, or -1: without @error set where this machine does not see that file,
 *   with %SHEAF_ERROR_PERMISSION for a path that tries to leave the root
 */
int sheaf_queue_root_find (SheafQueueRoot *root,
                           const SheafQueueJob *job,
                           char **relative,
                           GError **error);

/**
 * sheaf_queue_root_create:
 * @id: of the job
 * @worker: of this worker
 *
 * Returns: a new, empty file for what @job makes, to read and write; -1 with @error set
 */
int
sheaf_queue_root_create (SheafQueueRoot *root, const char *id, const char *worker, GError **error);

/* The file is whole: gives it the name to tell the other side; (transfer full) (nullable). */
char *
sheaf_queue_root_publish (SheafQueueRoot *root, const char *id, const char *worker, GError **error);

/* Removes what the two functions above made. */
void sheaf_queue_root_discard (SheafQueueRoot *root, const char *id, const char *worker);

/**
 * sheaf_queue_describe_file:
 * @fd: an open file
 * @folder: relative paths are from here
 *
 * Fills in where @fd's file is, for a worker to find it.
 *
 * Returns: whether it has a place at all (a memfd or a deleted file has none)
 */
gboolean sheaf_queue_describe_file (SheafQueueJob *job, int fd, const char *folder);

/**
 * sheaf_queue_take_file:
 * @job: as it was sent
 * @result: as it came back, with %SHEAF_QUEUE_BODY_FILE
 * @target: a descriptor to write to; its content is replaced
 *
 * Copies what a worker left in the shared folder, and removes it there.
 */
gboolean sheaf_queue_take_file (const SheafQueueJob *job,
                                const SheafQueueResult *result,
                                int target,
                                GError **error);

/* Copies @bytes from the start of @source to the start of @target; what else was there goes. */
gboolean sheaf_queue_copy (int source, int target, guint64 bytes, GError **error);

/* Replaces what is in @target. */
gboolean sheaf_queue_write (int target, const void *data, gsize length, GError **error);

G_END_DECLS
