/* mailbox.h: handing things to another thread's main context, many at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A GSource for each answer costs more than a small job does, most of all the waking.  A context
 * has one source for all that waits for it, whoever sends it, and is woken once. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sheaf_mailbox_post:
 * @context: (nullable): %NULL for the default one
 * @func: called once in @context
 * @notify: frees @data, also where @context ends first
 *
 * From any thread.  What is posted to one context is called in that order, also in main loops that
 * such a call runs.
 */
void sheaf_mailbox_post (GMainContext *context,
                         void (*func) (gpointer data),
                         gpointer data,
                         GDestroyNotify notify);

G_END_DECLS
