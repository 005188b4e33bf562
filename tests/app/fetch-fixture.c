/* fetch-fixture.c: what the tests of `fetch` share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/fetch-fixture.h"

#include "app/work/error.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void
fetch_set_up (FetchFixture *self, gconstpointer data)
{
  self->server = fault_server_new ();
  self->body = fault_bytes (FETCH_BODY_LENGTH, 7);
  self->blocking = GPOINTER_TO_INT (data);
}

void
fetch_tear_down (FetchFixture *self, gconstpointer data)
{
  fault_server_free (self->server);
  g_bytes_unref (self->body);
}

void
fetch_on_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

SheafReply *
fetch_run_job (FetchFixture *self, SheafJob *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (self->blocking)
    return sheaf_verb_fetch_run (job, NULL, NULL, cancellable, error);
  sheaf_verb_fetch_run_async (job, NULL, NULL, cancellable, fetch_on_ready, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return sheaf_verb_fetch_run_finish (result, error);
}

void
fetch_init_params (GVariantDict *params, const char *url)
{
  g_variant_dict_init (params, NULL);
  g_variant_dict_insert (params, "url", "s", url);
  g_variant_dict_insert (params, "allow-private", "b", TRUE);
  g_variant_dict_insert (params, "connect-timeout", "u", 5000);
  g_variant_dict_insert (params, "read-timeout", "u", 3000);
}

SheafReply *
fetch_run_params (FetchFixture *self, GVariantDict *params, int fd, GError **error)
{
  g_autoptr (SheafJob) job = sheaf_job_new ("fetch", g_variant_dict_end (params), dup (fd), 0);

  return fetch_run_job (self, job, NULL, error);
}

int
fetch_new_file (void)
{
  int fd = memfd_create ("test", MFD_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static GBytes *
read_file (int fd)
{
  gsize length = lseek (fd, 0, SEEK_END);
  char *data = g_malloc (length + 1);

  g_assert_cmpint (pread (fd, data, length, 0), ==, length);
  return g_bytes_new_take (data, length);
}

void
fetch_assert_file (int fd, GBytes *wanted)
{
  g_autoptr (GBytes) got = read_file (fd);

  g_assert_cmpuint (g_bytes_get_size (got), ==, g_bytes_get_size (wanted));
  g_assert_true (g_bytes_equal (got, wanted));
}

void
fetch_assert_prefix (int fd, GBytes *wanted)
{
  g_autoptr (GBytes) got = read_file (fd);

  g_assert_cmpuint (g_bytes_get_size (got), <=, g_bytes_get_size (wanted));
  g_assert_true (
      memcmp (g_bytes_get_data (got, NULL), g_bytes_get_data (wanted, NULL), g_bytes_get_size (got))
      == 0);
}

void
fetch_assert_fails (FetchFixture *self, const char *path, int code)
{
  g_autofree char *url = fault_server_url (self->server, path);
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  int fd = fetch_new_file ();

  fetch_init_params (&params, url);
  reply = fetch_run_params (self, &params, fd, &error);
  g_assert_null (reply);
  g_assert_error (error, SHEAF_ERROR, code);
  g_assert_true (g_str_has_suffix (error->message, "."));
  fetch_assert_prefix (fd, self->body);
  close (fd);
}

gboolean
fetch_answer_file (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  return fault_answer_file (connection, request, data, "Image/JPEG; charset=x", "\"v1\"");
}

gboolean
fetch_answer_text (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  const char *const *texts = data;

  return fault_answer (connection, texts[0], texts[1], texts[2], strlen (texts[2]));
}

void
fetch_add_cases (const FetchCase *cases, guint n_cases)
{
  for (guint i = 0; i < n_cases; i++)
    for (int blocking = 0; blocking < 2; blocking++)
      {
        g_autofree char *path
            = g_strdup_printf ("/fetch/%s/%s", blocking ? "blocking" : "async", cases[i].name);

        g_test_add (path, FetchFixture, GINT_TO_POINTER (blocking), fetch_set_up, cases[i].test,
                    fetch_tear_down);
      }
}
