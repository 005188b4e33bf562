/* helper.h: one helper process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Starts a program with a socket as its descriptor 3, talks to it, and sees to its end.  What it
 * says is never trusted: an answer is checked before anybody sees it. */
#pragma once

#include "app/work/job.h"
#include "app/work/wire.h"

G_BEGIN_DECLS

typedef struct _SheafHelper SheafHelper;

typedef enum
{
  SHEAF_HELPER_FINE,    /* ready for its next job */
  SHEAF_HELPER_BROKEN,  /* died, hung, or talked nonsense: it cost the job */
  SHEAF_HELPER_STOPPED, /* killed because nobody wanted the job any more */
} SheafHelperState;

/**
 * sheaf_helper_find:
 * @helper_dir: (nullable): %NULL for $SHEAF_HELPER_DIR, else beside this program, else the
 *   installed place
 *
 * Returns: (transfer full): the path of the program called @name
 */
char *sheaf_helper_find (const char *name, const char *helper_dir);

/**
 * sheaf_helper_start:
 * @program: its name, and arguments after spaces: "sheaf-thumbnailer --pixbuf"
 * @helper_dir: (nullable): as for sheaf_helper_find()
 *
 * Returns: (transfer full) (nullable): the process, running, or %NULL with @error set
 */
SheafHelper *sheaf_helper_start (const char *program, const char *helper_dir, GError **error);

/**
 * sheaf_helper_run:
 * @cancellable: (nullable): the caller's
 * @closing: (nullable): the pool's: triggered when everything ends
 *
 * Does one job, blocking.  The helper is killed when the job's time is over, and when it does not
 * heed a cancel soon.  In every state but %SHEAF_HELPER_FINE the helper must be freed.
 */
SheafReply *sheaf_helper_run (SheafHelper *self,
                              SheafJob *job,
                              SheafProgressFunc progress,
                              gpointer progress_data,
                              GCancellable *cancellable,
                              GCancellable *closing,
                              SheafHelperState *state,
                              GError **error);

/* Sends a job under an id of the caller's choice, for who reads the answers himself. */
gboolean sheaf_helper_send_job (SheafHelper *self, guint64 id, SheafJob *job, GError **error);
gboolean sheaf_helper_send_cancel (SheafHelper *self, guint64 id, GError **error);

/**
 * sheaf_helper_take_answer:
 * @frame: of type reply or error; its descriptor is taken
 * @broken: (out): set where the answer itself is against the rules
 *
 * Returns: (transfer full) (nullable): the reply, or %NULL with @error set
 */
SheafReply *sheaf_helper_take_answer (SheafFrame *frame, gboolean *broken, GError **error);

/* Whether an idle helper still lives and is silent, as it should be. */
gboolean sheaf_helper_is_well (SheafHelper *self);

int sheaf_helper_get_socket (SheafHelper *self);
GPid sheaf_helper_get_pid (SheafHelper *self);

/* Closes the socket, which a helper takes as the word to leave. */
void sheaf_helper_hang_up (SheafHelper *self);

/* Kills the process at once; a reader of the socket sees its end. */
void sheaf_helper_kill (SheafHelper *self);

/* Hangs up, waits for the process, kills it where it takes too long, and frees. */
void sheaf_helper_free (SheafHelper *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SheafHelper, sheaf_helper_free)

/* The errors a job ends with when its helper failed it. */
GError *sheaf_helper_error_crashed (void);
GError *sheaf_helper_error_timeout (void);

G_END_DECLS
