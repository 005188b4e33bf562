/* imgur-error.h: what went wrong, by whatever shape Imgur says it in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/gallery/api-request.h"
#include "app/gallery/source.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * sheaf_imgur_check:
 * @root: (nullable): the answer's JSON; %NULL for an answer that is none
 * @quota: (nullable): what the answer's headers said
 *
 * Returns: %TRUE for an answer to work with; else @error is set
 */
gboolean sheaf_imgur_check (const SheafApiAnswer *answer,
                            JsonNode *root,
                            const SheafQuota *quota,
                            GError **error);

G_END_DECLS
