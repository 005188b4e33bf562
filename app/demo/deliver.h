/* deliver.h: an answer onto the wire, whole or broken
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/demo/service.h"

G_BEGIN_DECLS

/**
 * sheaf_demo_deliver:
 * @message: paused
 * @answer: with its body
 * @fault: one that breaks the body or the connection, or %SHEAF_FAULT_NONE
 * @held: connections that stay open without a word; closed with the array
 * @ending: ends what is still being written
 *
 * Answers @message.  A sound answer goes by libsoup's own ways; to break one, the connection is
 * taken from libsoup and written to by hand.
 */
void sheaf_demo_deliver (SoupServerMessage *message,
                         const SheafDemoAnswer *answer,
                         SheafFault fault,
                         GPtrArray *held,
                         GCancellable *ending);

G_END_DECLS
