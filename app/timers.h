/* timers.h: main-loop sources that somebody owns
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Source numbers belong to the default context; batches and feeds may live on another. */
#pragma once

#include <glib.h>

#include <time.h>

G_BEGIN_DECLS

/* Microseconds on a clock that goes on while the machine sleeps, which timers do not. */
static inline gint64
sheaf_timer_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* Attaches @source to the thread's context; takes it over and hands it back. */
static inline GSource *
sheaf_timer_start (GSource *source, GSourceFunc callback, gpointer data)
{
  g_source_set_callback (source, callback, data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static inline void
sheaf_timer_clear (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

G_END_DECLS
