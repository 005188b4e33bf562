/* worker.h: threads for what waits for the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef void (*SheafWorkFunc) (gpointer data);

/**
 * sheaf_worker_run:
 * @work: called in some thread
 * @done: (nullable): called afterwards in the thread-default main context of this call
 *
 * A few threads for the whole program; a synced file more or less does not need one each.
 */
void sheaf_worker_run (SheafWorkFunc work, SheafWorkFunc done, gpointer data);

G_END_DECLS
