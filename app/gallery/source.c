/* source.c: where entries come from, page by page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/source.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>

G_DEFINE_INTERFACE (SheafSource, sheaf_source, G_TYPE_OBJECT)

static void
sheaf_source_default_init (SheafSourceInterface *iface)
{
}

SheafPage *
sheaf_page_new (void)
{
  SheafPage *page = g_new0 (SheafPage, 1);

  page->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);
  return page;
}

GError *
sheaf_page_make_notice (const SheafPage *page)
{
  if (page->n_unusable == 0)
    return NULL;
  return g_error_new (SHEAF_ERROR, SHEAF_ERROR_PROTOCOL,
                      ngettext ("%u entry of the gallery had no usable address and was left out.",
                                "%u entries of the gallery had no usable address and were left "
                                "out.",
                                page->n_unusable),
                      page->n_unusable);
}

void
sheaf_page_free (SheafPage *page)
{
  g_ptr_array_unref (page->entries);
  g_free (page->cursor);
  g_free (page);
}

void
sheaf_source_load_page_async (SheafSource *self,
                              const char *cursor,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (SHEAF_IS_SOURCE (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  SHEAF_SOURCE_GET_IFACE (self)->load_page_async (self, cursor, cancellable, callback, user_data);
}

SheafPage *
sheaf_source_load_page_finish (SheafSource *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SHEAF_IS_SOURCE (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  return SHEAF_SOURCE_GET_IFACE (self)->load_page_finish (self, result, error);
}

void
sheaf_source_expand_async (SheafSource *self,
                           SheafEntry *album,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (SHEAF_IS_SOURCE (self));
  g_return_if_fail (album != NULL && sheaf_entry_is_album (album));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (SHEAF_SOURCE_GET_IFACE (self)->expand_async != NULL)
    SHEAF_SOURCE_GET_IFACE (self)->expand_async (self, album, cancellable, callback, user_data);
  else
    g_task_report_new_error (self, callback, user_data, sheaf_source_expand_async, SHEAF_ERROR,
                             SHEAF_ERROR_USAGE, "%s", _ ("This source has no albums."));
}

GPtrArray *
sheaf_source_expand_finish (SheafSource *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SHEAF_IS_SOURCE (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  if (SHEAF_SOURCE_GET_IFACE (self)->expand_finish != NULL)
    return SHEAF_SOURCE_GET_IFACE (self)->expand_finish (self, result, error);
  return g_task_propagate_pointer (G_TASK (result), error);
}

char *
sheaf_source_dup_title (SheafSource *self)
{
  g_return_val_if_fail (SHEAF_IS_SOURCE (self), NULL);

  return SHEAF_SOURCE_GET_IFACE (self)->dup_title (self);
}

const SheafSourceType *
sheaf_source_type_for (const char *spec)
{
  g_return_val_if_fail (spec != NULL, NULL);

  for (const SheafSourceType *type = sheaf_source_types; type->nick != NULL; type++)
    if (type->claims (spec))
      return type;
  return NULL;
}

SheafSource *
sheaf_source_open (const char *spec, const SheafSourceContext *context, GError **error)
{
  const SheafSourceType *type;

  g_return_val_if_fail (spec != NULL, NULL);
  g_return_val_if_fail (context != NULL, NULL);

  type = sheaf_source_type_for (spec);
  if (type == NULL)
    {
      sheaf_fail (error, SHEAF_ERROR_USAGE,
                  _ ("“%s” is neither a file or folder nor an address that Sheaf knows."), spec);
      return NULL;
    }
  return type->create (spec, context, error);
}
