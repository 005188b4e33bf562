/* test-fetch-ends.c: the verb `fetch` where a body is cut, endless, late or slow
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/work/error.h"
#include "tests/app/fetch-fixture.h"

#include <string.h>
#include <unistd.h>

/* --- lengths --- */

static gboolean
answer_short (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_printf (connection, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", FETCH_BODY_LENGTH);
  fault_send (connection, g_bytes_get_data (data, NULL), 1000);
  return FALSE;
}

static gboolean
answer_short_chunked (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_printf (connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n");
  fault_send (connection, g_bytes_get_data (data, NULL), 1000);
  return FALSE;
}

/* Broken off between two chunks, or after the first line of the last one. */
static gboolean
answer_cut_between_chunks (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_printf (connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n");
  fault_send (connection, g_bytes_get_data (data, NULL), 1000);
  fault_printf (connection, "\r\n%s", g_str_has_suffix (request->path, "last") ? "0\r\n" : "");
  return FALSE;
}

static gboolean
answer_chunked (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  gboolean closes = g_str_has_suffix (request->path, "close");

  fault_printf (connection, "HTTP/1.1 200 OK\r\n%sTransfer-Encoding: chunked\r\n\r\n",
                closes ? "Connection: close\r\n" : "");
  for (gsize sent = 0; sent < FETCH_BODY_LENGTH; sent += 1000)
    {
      fault_printf (connection, "3e8\r\n");
      fault_send (connection, (const char *) g_bytes_get_data (data, NULL) + sent, 1000);
      fault_printf (connection, "\r\n");
    }
  return fault_printf (connection, "0\r\n\r\n") && !closes;
}

static gboolean
answer_reset (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_printf (connection, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", FETCH_BODY_LENGTH);
  fault_send (connection, g_bytes_get_data (data, NULL), 1000);
  fault_sleep (connection, 100);
  fault_reset (connection);
  return FALSE;
}

static gboolean
answer_nothing (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  return FALSE;
}

static gboolean
answer_unframed (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_printf (connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  fault_send (connection, g_bytes_get_data (data, NULL), 1000);
  return FALSE;
}

static void
test_short (FetchFixture *self, gconstpointer data)
{
  fault_server_on (self->server, "/short", answer_short, self->body);
  fault_server_on (self->server, "/chunked", answer_short_chunked, self->body);
  fault_server_on (self->server, "/between", answer_cut_between_chunks, self->body);
  fault_server_on (self->server, "/last", answer_cut_between_chunks, self->body);
  fault_server_on (self->server, "/reset", answer_reset, self->body);
  fault_server_on (self->server, "/nothing", answer_nothing, NULL);
  fetch_assert_fails (self, "/short", SHEAF_ERROR_SHORT);
  fetch_assert_fails (self, "/chunked", SHEAF_ERROR_SHORT);
  fetch_assert_fails (self, "/between", SHEAF_ERROR_SHORT);
  fetch_assert_fails (self, "/last", SHEAF_ERROR_SHORT);
  fetch_assert_fails (self, "/reset", SHEAF_ERROR_RESET);
  fetch_assert_fails (self, "/nothing", SHEAF_ERROR_RESET);
}

static void
test_length_known (FetchFixture *self, gconstpointer data)
{
  static const struct
  {
    const char *path;
    gboolean known;
  } cases[]
      = { { "/file.jpg", TRUE }, { "/unframed", FALSE }, { "/chunked", TRUE }, { "/close", TRUE } };

  fault_server_on (self->server, "/file.jpg", fetch_answer_file, self->body);
  fault_server_on (self->server, "/unframed", answer_unframed, self->body);
  fault_server_on (self->server, "/chunked", answer_chunked, self->body);
  fault_server_on (self->server, "/close", answer_chunked, self->body);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *url = fault_server_url (self->server, cases[i].path);
      g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = NULL;
      gboolean known;
      int fd = fetch_new_file ();

      fetch_init_params (&params, url);
      reply = fetch_run_params (self, &params, fd, &error);
      g_assert_no_error (error);
      g_assert_true (g_variant_lookup (reply->values, "length-known", "b", &known));
      g_assert_cmpint (known, ==, cases[i].known);
      close (fd);
    }
}

static void
test_expected (FetchFixture *self, gconstpointer data)
{
  static const struct
  {
    guint64 expect;
    gboolean right;
  } cases[] = { { 1000, TRUE }, { 999, FALSE }, { 1001, FALSE } };

  fault_server_on (self->server, "/unframed", answer_unframed, self->body);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *url = fault_server_url (self->server, "/unframed");
      g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = NULL;
      int fd = fetch_new_file ();

      fetch_init_params (&params, url);
      g_variant_dict_insert (&params, "expect-bytes", "t", cases[i].expect);
      reply = fetch_run_params (self, &params, fd, &error);
      if (cases[i].right)
        g_assert_no_error (error);
      else
        g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_SHORT);
      close (fd);
    }
}

static gboolean
answer_endless (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_printf (connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  while (fault_send (connection, g_bytes_get_data (data, NULL), FETCH_BODY_LENGTH))
    ;
  return FALSE;
}

static void
test_too_large (FetchFixture *self, gconstpointer data)
{
  static const char *const paths[] = { "/endless", "/file.jpg" };

  fault_server_on (self->server, "/endless", answer_endless, self->body);
  fault_server_on (self->server, "/file.jpg", fetch_answer_file, self->body);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *url = fault_server_url (self->server, paths[i]);
      g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = NULL;
      int fd = fetch_new_file ();

      fetch_init_params (&params, url);
      g_variant_dict_insert (&params, "max-bytes", "t", (guint64) 100000);
      reply = fetch_run_params (self, &params, fd, &error);
      g_assert_null (reply);
      g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_TOO_LARGE);
      g_assert_cmpint (lseek (fd, 0, SEEK_END), <=, 100000);
      close (fd);
    }
}

/* --- time --- */

static gboolean
answer_never (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_sleep (connection, 60000);
  return FALSE;
}

static gboolean
answer_stall (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  fault_printf (connection, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", FETCH_BODY_LENGTH);
  fault_send (connection, g_bytes_get_data (data, NULL), 1000);
  fault_sleep (connection, 60000);
  return FALSE;
}

static gboolean
answer_drip (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  const char *body = g_bytes_get_data (data, NULL);

  fault_printf (connection, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", FETCH_BODY_LENGTH);
  for (guint i = 0; i < FETCH_BODY_LENGTH && fault_send (connection, body + i, 1); i++)
    fault_sleep (connection, 20);
  return FALSE;
}

static void
assert_late (FetchFixture *self, const char *path, FaultFunc func, int code)
{
  g_autofree char *url = fault_server_url (self->server, path);
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  gint64 begun = g_get_monotonic_time ();
  int fd = fetch_new_file ();

  fault_server_on (self->server, path, func, self->body);
  fetch_init_params (&params, url);
  g_variant_dict_insert (&params, "read-timeout", "u", 1500);
  g_variant_dict_insert (&params, "min-rate", "u", 1000);
  g_variant_dict_insert (&params, "rate-window", "u", 600);
  reply = fetch_run_params (self, &params, fd, &error);
  g_assert_null (reply);
  g_assert_error (error, SHEAF_ERROR, code);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 15 * G_TIME_SPAN_SECOND);
  fetch_assert_prefix (fd, self->body);
  close (fd);
}

static void
test_late (FetchFixture *self, gconstpointer data)
{
  assert_late (self, "/never", answer_never, SHEAF_ERROR_TIMEOUT);
  assert_late (self, "/stall", answer_stall, SHEAF_ERROR_STALLED);
  assert_late (self, "/drip", answer_drip, SHEAF_ERROR_STALLED);
}

static void
test_rate_limit (FetchFixture *self, gconstpointer data)
{
  g_autofree char *url = fault_server_url (self->server, "/file.jpg");
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  gint64 begun = g_get_monotonic_time ();
  int fd = fetch_new_file ();

  fault_server_on (self->server, "/file.jpg", fetch_answer_file, self->body);
  fetch_init_params (&params, url);
  g_variant_dict_insert (&params, "rate-limit", "t", (guint64) 400000);
  g_variant_dict_insert (&params, "min-rate", "u", 200000);
  g_variant_dict_insert (&params, "rate-window", "u", 100);
  reply = fetch_run_params (self, &params, fd, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_get_monotonic_time () - begun, >, 400 * G_TIME_SPAN_MILLISECOND);
  fetch_assert_file (fd, self->body);
  close (fd);
}

static gboolean
cancel_it (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
cancel_later (gpointer user_data)
{
  g_usleep (150 * G_TIME_SPAN_MILLISECOND);
  cancel_it (user_data);
  g_object_unref (user_data);
  return NULL;
}

static void
test_cancel (FetchFixture *self, gconstpointer data)
{
  static const char *const paths[] = { "/never", "/stall", "/drip" };

  fault_server_on (self->server, "/never", answer_never, self->body);
  fault_server_on (self->server, "/stall", answer_stall, self->body);
  fault_server_on (self->server, "/drip", answer_drip, self->body);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *url = fault_server_url (self->server, paths[i]);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = NULL;
      g_autoptr (SheafJob) job = NULL;
      g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
      GThread *thread = g_thread_new ("cancel", cancel_later, g_object_ref (cancellable));
      gint64 begun = g_get_monotonic_time ();

      fetch_init_params (&params, url);
      /* So long it would take by itself. */
      g_variant_dict_insert (&params, "read-timeout", "u", 30000);
      job = sheaf_job_new ("fetch", g_variant_dict_end (&params), fetch_new_file (), 0);
      reply = fetch_run_job (self, job, cancellable, &error);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (g_get_monotonic_time () - begun, <, 15 * G_TIME_SPAN_SECOND);
      g_thread_join (thread);
    }
}

static void
test_cancelled_before (FetchFixture *self, gconstpointer data)
{
  g_autofree char *url = fault_server_url (self->server, "/file.jpg");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  g_autoptr (SheafJob) job = NULL;
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);

  fetch_init_params (&params, url);
  job = sheaf_job_new ("fetch", g_variant_dict_end (&params), fetch_new_file (), 0);
  g_cancellable_cancel (cancellable);
  reply = fetch_run_job (self, job, cancellable, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char *argv[])
{
  static const FetchCase cases[] = {
    { "short", test_short },       { "length-known", test_length_known },
    { "expected", test_expected }, { "too-large", test_too_large },
    { "late", test_late },         { "rate-limit", test_rate_limit },
    { "cancel", test_cancel },     { "cancelled-before", test_cancelled_before },
  };

  g_test_init (&argc, &argv, NULL);
  fetch_add_cases (cases, G_N_ELEMENTS (cases));
  return g_test_run ();
}
