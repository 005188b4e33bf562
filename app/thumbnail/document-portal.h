/* document-portal.h: where a file of the document portal lies for everybody else
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sheaf_document_portal_dup_host_path:
 * @path: of a file, or of a folder
 *
 * What a sandbox was given access to it sees under another path than the programs outside, which is
 * found out here.  Asks the portal once for each document, and remembers its answer.  Blocks; from
 * any thread.
 *
 * Returns: (transfer full) (nullable): the path outside; %NULL for what does not come through the
 *   portal, and where the portal does not tell
 */
char *sheaf_document_portal_dup_host_path (const char *path);

G_END_DECLS
