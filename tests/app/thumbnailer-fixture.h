/* thumbnailer-fixture.h: a thumbnailer whose jobs can be watched and held up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Jobs go through an executor of helper processes; in between stands one that counts them, notes
 * whose they are, and can hold them up. */
#pragma once

#include "app/thumbnail/thumbnailer.h"

G_BEGIN_DECLS

#define TEST_TYPE_EXECUTOR (test_executor_get_type ())
G_DECLARE_FINAL_TYPE (TestExecutor, test_executor, TEST, EXECUTOR, GObject)

struct _TestExecutor
{
  GObject parent_instance;

  SheafExecutor *inner;
  GMutex lock;
  GCond opened;
  gboolean closed;  /* jobs wait */
  GPtrArray *names; /* (element-type utf8): of the files, in the order they came */
  guint n_cancelled;
  const char *deadly; /* the file that a helper dies over */
};

typedef struct
{
  TestExecutor *executor;
  SheafThumbnailer *thumbnailer;
  char *dir;
} Fixture;

typedef struct
{
  gboolean ended;
  SheafThumbnail *thumbnail;
  GError *error;
} Outcome;

/* Whether jobs wait at the door. */
void set_closed (TestExecutor *self, gboolean closed);

/* Until so many jobs came, those before included. */
void wait_for_jobs (TestExecutor *self, guint n);

/* For main(): runs the tests that @add_tests adds, with a cache of thumbnails of their own. */
int run_with_own_cache (int argc, char *argv[], void (*add_tests) (void));

void set_up (Fixture *fixture, gconstpointer data);
void tear_down (Fixture *fixture, gconstpointer data);

/* A file long ago finished. */
GFile *make_file (Fixture *fixture, const char *name, GBytes *content);

/* A picture of one colour, old enough not to be taken for one that is being written. */
GFile *
make_picture (Fixture *fixture, const char *name, const char *type, guint32 rgba, gboolean alpha);

void on_loaded (GObject *object, GAsyncResult *result, gpointer outcome);
void wait_for (Outcome *outcome);
void outcome_clear (Outcome *outcome);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

void load (Fixture *fixture,
           GFile *file,
           SheafThumbnailOutput output,
           gboolean pixels,
           SheafThumbnailPriority priority,
           GCancellable *cancellable,
           Outcome *outcome);
void load_and_wait (
    Fixture *fixture, GFile *file, SheafThumbnailOutput output, gboolean pixels, Outcome *outcome);

G_END_DECLS
