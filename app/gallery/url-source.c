/* url-source.c: web addresses of a person's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A list has one address a line; what follows a blank, empty lines and lines beginning with '#' are
 * passed over.  A line that is no web address becomes an entry all the same, so that it fails where
 * a person sees it, and not without a word. */
#include "config.h"

#include "app/gallery/url-source.h"

#include "app/gallery/text.h"
#include "app/work/error.h"

#include <string.h>
#include <unistd.h>

#include <gio/gunixinputstream.h>
#include <glib/gi18n-lib.h>

#define PAGE_LENGTH 500
#define MAX_LINE    65536

struct _SheafUrlSource
{
  GObject parent_instance;

  char *spec;
  gboolean is_list;

  /* Only in the thread that reads a page; pages never overlap. */
  GInputStream *stream;
  guint n_read;
};

static void source_iface_init (SheafSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SheafUrlSource,
                               sheaf_url_source,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHEAF_TYPE_SOURCE, source_iface_init))

static SheafEntry *
entry_for (const char *url)
{
  g_autofree char *id = g_compute_checksum_for_string (G_CHECKSUM_SHA1, url, -1);
  SheafEntry *entry;

  id[16] = '\0';
  entry = sheaf_entry_new ("urls", id);
  entry->url = g_strdup (url);
  entry->page_url = g_strdup (url);
  return entry;
}

/* (transfer full) (nullable): the next line, cut off at MAX_LINE; %NULL at the end or with @error.
 */
static char *
read_line (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  GBufferedInputStream *buffered = G_BUFFERED_INPUT_STREAM (stream);
  g_autoptr (GString) line = g_string_new (NULL);

  for (;;)
    {
      int c = g_buffered_input_stream_read_byte (buffered, cancellable, error);

      if (c < 0)
        return line->len > 0 && (error == NULL || *error == NULL)
                   ? g_string_free (g_steal_pointer (&line), FALSE)
                   : NULL;
      if (c == '\n')
        return g_string_free (g_steal_pointer (&line), FALSE);
      if (line->len < MAX_LINE && c != '\0')
        g_string_append_c (line, (char) c);
    }
}

static gboolean
open_list (SheafUrlSource *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GInputStream) raw = NULL;

  if (g_str_equal (self->spec, "-"))
    raw = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  else
    {
      g_autoptr (GFile) file = g_file_new_for_commandline_arg (self->spec);

      raw = G_INPUT_STREAM (g_file_read (file, cancellable, error));
      if (raw == NULL)
        {
          sheaf_error_normalize (error);
          return FALSE;
        }
    }
  self->stream = g_buffered_input_stream_new_sized (raw, 65536);
  return TRUE;
}

static void
read_page (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  SheafUrlSource *self = source;
  g_autoptr (SheafPage) page = sheaf_page_new ();
  g_autoptr (GError) error = NULL;
  gboolean more = TRUE;

  if (self->stream == NULL && !open_list (self, cancellable, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  while (page->entries->len < PAGE_LENGTH && more)
    {
      g_autofree char *raw = read_line (self->stream, cancellable, &error);
      g_autofree char *line = raw != NULL ? g_utf8_make_valid (raw, -1) : NULL;

      more = line != NULL;
      if (!more)
        break;
      g_strstrip (line);
      line[strcspn (line, " \t\r")] = '\0';
      if (*line != '\0' && *line != '#')
        g_ptr_array_add (page->entries, entry_for (line));
    }
  if (error != NULL)
    {
      sheaf_error_normalize (&error);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  self->n_read += page->entries->len;
  if (more)
    page->cursor = g_strdup_printf ("%u", self->n_read);
  else
    {
      page->total = self->n_read;
      g_clear_object (&self->stream);
    }
  g_task_return_pointer (task, g_steal_pointer (&page), (GDestroyNotify) sheaf_page_free);
}

static void
load_page_async (SheafSource *source,
                 const char *cursor,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  SheafUrlSource *self = SHEAF_URL_SOURCE (source);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, load_page_async);
  if (!self->is_list)
    {
      SheafPage *page = sheaf_page_new ();

      g_ptr_array_add (page->entries, entry_for (self->spec));
      page->total = 1;
      g_task_return_pointer (task, page, (GDestroyNotify) sheaf_page_free);
      return;
    }
  /* From the start again, where that is possible. */
  if (cursor == NULL)
    {
      g_clear_object (&self->stream);
      self->n_read = 0;
    }
  g_task_run_in_thread (task, read_page);
}

static SheafPage *
load_page_finish (SheafSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static char *
dup_title (SheafSource *source)
{
  SheafUrlSource *self = SHEAF_URL_SOURCE (source);

  if (!self->is_list)
    return g_strdup (self->spec);
  if (g_str_equal (self->spec, "-"))
    return g_strdup (_ ("Standard input"));
  return g_filename_display_basename (self->spec);
}

static void
sheaf_url_source_finalize (GObject *object)
{
  SheafUrlSource *self = SHEAF_URL_SOURCE (object);

  g_clear_pointer (&self->spec, g_free);
  g_clear_object (&self->stream);
  G_OBJECT_CLASS (sheaf_url_source_parent_class)->finalize (object);
}

static void
sheaf_url_source_class_init (SheafUrlSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sheaf_url_source_finalize;
}

static void
sheaf_url_source_init (SheafUrlSource *self)
{
}

static void
source_iface_init (SheafSourceInterface *iface)
{
  iface->load_page_async = load_page_async;
  iface->load_page_finish = load_page_finish;
  iface->dup_title = dup_title;
}

static gboolean
is_web_address (const char *spec)
{
  return g_ascii_strncasecmp (spec, "http://", 7) == 0
         || g_ascii_strncasecmp (spec, "https://", 8) == 0;
}

gboolean
sheaf_url_claims (const char *spec)
{
  g_autoptr (GFile) file = NULL;

  if (g_str_equal (spec, "-") || is_web_address (spec))
    return TRUE;
  if (*spec == '\0')
    return FALSE;
  file = g_file_new_for_commandline_arg (spec);
  return g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_REGULAR;
}

SheafSource *
sheaf_url_create (const char *spec, const SheafSourceContext *context, GError **error)
{
  SheafUrlSource *self = g_object_new (SHEAF_TYPE_URL_SOURCE, NULL);

  self->spec = g_strdup (spec);
  self->is_list = !is_web_address (spec);
  return SHEAF_SOURCE (self);
}
