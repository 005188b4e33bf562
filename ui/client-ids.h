/* client-ids.h: a person's client IDs by name, and which of them is in use
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "app/engine.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define SHEAF_TYPE_CLIENT_IDS (sheaf_client_ids_get_type ())
G_DECLARE_FINAL_TYPE (SheafClientIds, sheaf_client_ids, SHEAF, CLIENT_IDS, GObject)

typedef enum
{
  SHEAF_CLIENT_ID_KEPT,        /* in the keyring */
  SHEAF_CLIENT_ID_THIS_RUN,    /* the keyring would not have it */
  SHEAF_CLIENT_ID_ENVIRONMENT, /* cannot be renamed or forgotten */
} SheafClientIdPlace;

/* Signals:
 *   changed ()                names, places, or which is in use
 *   used ()                   the engine was given another ID, or lost it
 *   not-kept (string text)    what was just added is for this run only, and why
 *   notice (string text)      what was asked for did not work, and why
 *   forgotten (string title)  restore() takes it back */

/* @state: (nullable): remembers by name which one is in use */
SheafClientIds *sheaf_client_ids_new (SheafEngine *engine, GSettings *state);

/* Reads the environment and the keyring, and gives the engine the ID used last. */
void sheaf_client_ids_load (SheafClientIds *self);

/* Cancels what is asked of the keyring. */
void sheaf_client_ids_stop (SheafClientIds *self);

guint sheaf_client_ids_get_n (SheafClientIds *self);
const char *sheaf_client_ids_get_name (SheafClientIds *self, guint index);
SheafClientIdPlace sheaf_client_ids_get_place (SheafClientIds *self, guint index);
gboolean sheaf_client_ids_get_in_use (SheafClientIds *self, guint index);

/* (nullable): why the keyring's IDs cannot be used, in a sentence. */
const char *sheaf_client_ids_get_trouble (SheafClientIds *self);

/* What a person reads for @name; (transfer full). */
char *sheaf_client_ids_dup_title (const char *name);

/* A name for one that was given none; (transfer full). */
char *sheaf_client_ids_dup_free_name (SheafClientIds *self);

gboolean sheaf_client_ids_has_name (SheafClientIds *self, const char *name);

/* @id was checked; uses it and keeps it as @name, which is free. */
void sheaf_client_ids_add (SheafClientIds *self, const char *name, const char *id);

void sheaf_client_ids_use (SheafClientIds *self, const char *name);

/* @to must be free. */
void sheaf_client_ids_rename (SheafClientIds *self, const char *name, const char *to);

void sheaf_client_ids_forget (SheafClientIds *self, const char *name);

/* Takes back what was forgotten last; nothing where that was taken back already. */
void sheaf_client_ids_restore (SheafClientIds *self);

G_END_DECLS
