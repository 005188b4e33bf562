/* queue.h: the job queue: work for any number of machines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One Redis (7 or later), the broker, holds a stream of jobs; workers share it as one consumer
 * group.  Every rule is a Lua script (app/queue/lua), which the broker runs whole or not at all, so
 * there is no moment in which a killed process leaves half a step behind.
 *
 *   enqueue   a job is queued unless its id is known; sending it again does no harm
 *   fetch     a worker asks for as many jobs as it has free slots; never for more
 *   begin     the job becomes the worker's, unless it has ended or was cancelled meanwhile
 *   renew     every 10 s, as long as it is worked on
 *   claim     what was not renewed for 30 s goes to another worker; after 3 starts it is dead
 *   finish    only who holds a job may end it: a late result is refused, so a job has one
 *   retry     after an error that may pass: again in 5 s · 4ⁿ
 *   release   a worker that is told to end gives its jobs back, for others to take at once
 *   cancel    a whole batch: queued jobs are removed, running ones stopped
 *   drop      single jobs whose asker has gone
 *   take      a result has arrived, its event can go
 *
 * Keys, all under {sheaf}: (one slot of a cluster)
 *
 *   q             stream, group w    b batch, i id, t tries, p job (queue-job.h)
 *   delay         sorted set         jobs that wait for their next try, by when
 *   dead          stream             b, i, p, n starts, w worker
 *   batches       sorted set         batches by when they began
 *   b:BATCH       hash               created total done failed dead cancelled cancel
 *   b:BATCH:j     hash               id → q, r:WORKER, done, failed, dead, cancelled, taken
 *   b:BATCH:ev    stream             i id, s state, r result, w worker: what nobody took yet
 *   b:BATCH:p     stream             i id, d done, t total: progress, short and lossy
 *   t:ID          string, an hour    what the job made, where no folder is shared
 *   workers       sorted set         by when they count as dead
 *   w:WORKER      hash, 15 s         host pid version slots running done
 *   ctl           channel            "claim", "cancel BATCH", "drop ID"
 *
 * Files.  A descriptor cannot leave its machine.  So a job with one names the path, both absolute
 * and from the folder that the asking program runs in, and the file's number.  A worker looks for
 * the path below its own root (--root), never outside and never through a symbolic link, and knows
 * by the number whether it is the same file.  If so, it reads the picture there, and what it makes
 * it leaves in ROOT/.sheaf-queue, from where the asking side copies it into the job's descriptor;
 * nothing else is ever written by a worker.  If not, what it makes comes back through the broker,
 * and a picture that it cannot see is looked at by the asking side itself.  So `-o images` means
 * images/ below the worker's root where that is the same folder, an absolute path counts where it
 * lies within the root, and the files end where they were asked for in every case.
 *
 * Two sides: executor-queue.h asks, through queue-client.h; queue-worker.h works, one queue-task.h
 * per job. */
#pragma once

#include "app/queue/executor-queue.h"
#include "app/queue/queue-client.h"
#include "app/queue/queue-worker.h"
