/* sidecar.h: what is known of downloaded pictures, written beside them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * NAME.json for each picture, and one CREDITS.md for the folder, to which every batch adds. Written
 * by a thread; lives on one main context. */
#pragma once

#include "app/base/entry.h"

G_BEGIN_DECLS

#define SHEAF_TYPE_SIDECAR (sheaf_sidecar_get_type ())
G_DECLARE_FINAL_TYPE (SheafSidecar, sheaf_sidecar, SHEAF, SIDECAR, GObject)

SheafSidecar *sheaf_sidecar_new (GFile *folder);

/* @file is there now: its facts will be. */
void sheaf_sidecar_add (SheafSidecar *self, SheafEntry *entry, GFile *file);

/* Writes CREDITS.md once everything added so far is written; finish says what went wrong first. */
void
sheaf_sidecar_finish_async (SheafSidecar *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean sheaf_sidecar_finish_finish (SheafSidecar *self, GAsyncResult *result, GError **error);

G_END_DECLS
