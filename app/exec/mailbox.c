/* mailbox.c: handing things to another thread's main context, many at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Letters are taken out one by one, and the source may recurse: a call that runs a main loop must
 * not keep back what came with it. */
#include "config.h"

#include "app/exec/mailbox.h"

/* Then others of the context have their turn. */
#define MAX_AT_ONCE 100

typedef struct
{
  void (*func) (gpointer data);
  gpointer data;
  GDestroyNotify notify;
} Letter;

typedef struct
{
  gatomicrefcount refs;
  GMainContext *context; /* only its address: the source lives in it */
  GQueue letters;        /* (element-type Letter) (owned) */
} Mailbox;

static GMutex mutex;          /* of all that follows, and of every mailbox's letters */
static GHashTable *mailboxes; /* (element-type GMainContext Mailbox): those with letters */

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  letter->notify (letter->data);
  g_free (letter);
}

static void
mailbox_unref (Mailbox *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_queue_clear_full (&self->letters, letter_free);
  g_free (self);
}

/* Under the lock: the next post makes a new one. */
static void
forget (Mailbox *self)
{
  if (g_hash_table_lookup (mailboxes, self->context) == self)
    g_hash_table_remove (mailboxes, self->context);
}

/* The source is gone: it is empty, or its context has ended. */
static void
on_source_destroyed (gpointer data)
{
  Mailbox *self = data;

  g_mutex_lock (&mutex);
  forget (self);
  g_mutex_unlock (&mutex);
  mailbox_unref (self);
}

static gboolean
empty (gpointer data)
{
  Mailbox *self = data;
  gboolean more = TRUE;

  g_atomic_ref_count_inc (&self->refs);
  for (guint n = 0; more && n < MAX_AT_ONCE; n++)
    {
      Letter *letter;

      g_mutex_lock (&mutex);
      letter = g_queue_pop_head (&self->letters);
      more = letter != NULL;
      if (!more)
        forget (self);
      g_mutex_unlock (&mutex);
      if (more)
        {
          letter->func (letter->data);
          letter_free (letter);
        }
    }
  mailbox_unref (self);
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
sheaf_mailbox_post (GMainContext *context,
                    void (*func) (gpointer data),
                    gpointer data,
                    GDestroyNotify notify)
{
  Letter *letter = g_new (Letter, 1);
  g_autoptr (GSource) source = NULL;
  Mailbox *mailbox;

  if (context == NULL)
    context = g_main_context_default ();
  *letter = (Letter){ func, data, notify };

  g_mutex_lock (&mutex);
  if (mailboxes == NULL)
    mailboxes = g_hash_table_new (NULL, NULL);
  mailbox = g_hash_table_lookup (mailboxes, context);
  if (mailbox == NULL)
    {
      mailbox = g_new0 (Mailbox, 1);
      g_atomic_ref_count_init (&mailbox->refs);
      mailbox->context = context;
      g_queue_init (&mailbox->letters);
      g_hash_table_insert (mailboxes, context, mailbox);
      source = g_idle_source_new ();
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_can_recurse (source, TRUE);
      g_source_set_static_name (source, "[sheaf] mailbox");
      g_source_set_callback (source, empty, mailbox, on_source_destroyed);
    }
  g_queue_push_tail (&mailbox->letters, letter);
  g_mutex_unlock (&mutex);
  if (source != NULL)
    g_source_attach (source, context);
}
