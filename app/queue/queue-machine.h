/* queue-machine.h: which machine an address like 127.0.0.1 is meant on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * sheaf_queue_machine_get_name:
 *
 * Returns: (transfer none) (nullable): a name that two processes have in common if they reach the
 *   same things at 127.0.0.1; %NULL where that cannot be told
 */
const char *sheaf_queue_machine_get_name (void);

/* Whether @host is an address, or a name, that every machine calls itself by. */
gboolean sheaf_queue_machine_is_self (const char *host);

/* The same of the host in the "url" of a job's @params, if it has one. */
gboolean sheaf_queue_machine_is_asked (GVariant *params);

G_END_DECLS
