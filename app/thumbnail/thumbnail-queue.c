/* thumbnail-queue.c: in which order requests are taken
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/thumbnail/thumbnail-queue.h"

void
sheaf_thumbnail_ticket_init (SheafThumbnailTicket *ticket, gpointer owner)
{
  *ticket = (SheafThumbnailTicket){ .link.data = owner };
}

void
sheaf_thumbnail_queue_init (SheafThumbnailQueue *self)
{
  for (guint i = 0; i < SHEAF_N_THUMBNAIL_LINES; i++)
    g_queue_init (&self->lines[i]);
  self->last_serial = 0;
}

void
sheaf_thumbnail_queue_renew (SheafThumbnailQueue *self, SheafThumbnailTicket *ticket)
{
  ticket->serial = ++self->last_serial;
}

void
sheaf_thumbnail_queue_push (SheafThumbnailQueue *self,
                            SheafThumbnailTicket *ticket,
                            SheafThumbnailLine line)
{
  GQueue *queue = &self->lines[line];
  GList *older;

  g_assert (!ticket->is_queued);

  ticket->line = line;
  ticket->is_queued = TRUE;
  if (line == SHEAF_THUMBNAIL_LINE_BACKGROUND)
    {
      g_queue_push_tail_link (queue, &ticket->link);
      return;
    }
  for (older = queue->head; older != NULL; older = older->next)
    if (((SheafThumbnailTicket *) older)->serial < ticket->serial)
      break;
  g_queue_insert_before_link (queue, older, &ticket->link);
}

gpointer
sheaf_thumbnail_queue_pop (SheafThumbnailQueue *self)
{
  for (guint i = 0; i < SHEAF_N_THUMBNAIL_LINES; i++)
    {
      GList *link = g_queue_peek_head_link (&self->lines[i]);

      if (link != NULL)
        {
          SheafThumbnailTicket *ticket = (SheafThumbnailTicket *) link;

          sheaf_thumbnail_queue_remove (self, ticket);
          return ticket->link.data;
        }
    }
  return NULL;
}

gboolean
sheaf_thumbnail_queue_remove (SheafThumbnailQueue *self, SheafThumbnailTicket *ticket)
{
  if (!ticket->is_queued)
    return FALSE;
  ticket->is_queued = FALSE;
  g_queue_unlink (&self->lines[ticket->line], &ticket->link);
  return TRUE;
}
