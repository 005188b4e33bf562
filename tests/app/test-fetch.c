/* test-fetch.c: the verb `fetch`: whole and resumed files, statuses, surprises
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/work/error.h"
#include "tests/app/fetch-fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* --- a good server --- */

static void
test_whole (FetchFixture *self, gconstpointer data)
{
  g_autofree char *url = fault_server_url (self->server, "/file.jpg");
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  g_auto (GVariantDict) values = G_VARIANT_DICT_INIT (NULL);
  const char *type, *etag, *final;
  guint64 bytes;
  guint32 status;
  int fd = fetch_new_file ();

  fault_server_on (self->server, "/file.jpg", fetch_answer_file, self->body);
  g_assert_cmpint (ftruncate (fd, FETCH_BODY_LENGTH * 2), ==, 0);
  fetch_init_params (&params, url);
  reply = fetch_run_params (self, &params, fd, &error);
  g_assert_no_error (error);
  fetch_assert_file (fd, self->body);
  g_variant_dict_init (&values, reply->values);
  g_assert_true (g_variant_dict_lookup (&values, "type", "&s", &type));
  g_assert_cmpstr (type, ==, "image/jpeg");
  g_assert_true (g_variant_dict_lookup (&values, "etag", "&s", &etag));
  g_assert_cmpstr (etag, ==, "\"v1\"");
  g_assert_true (g_variant_dict_lookup (&values, "bytes", "t", &bytes));
  g_assert_cmpuint (bytes, ==, FETCH_BODY_LENGTH);
  g_assert_true (g_variant_dict_lookup (&values, "status", "u", &status));
  g_assert_cmpuint (status, ==, 200);
  g_assert_true (g_variant_dict_lookup (&values, "url", "&s", &final));
  g_assert_cmpstr (final, ==, url);
  close (fd);
}

static SheafReply *
resume (FetchFixture *self, int fd, guint64 offset, const char *validator)
{
  g_autofree char *url = fault_server_url (self->server, "/file.jpg");
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;
  SheafReply *reply;

  fault_server_on (self->server, "/file.jpg", fetch_answer_file, self->body);
  g_assert_cmpint (pwrite (fd, g_bytes_get_data (self->body, NULL), offset, 0), ==, offset);
  fetch_init_params (&params, url);
  g_variant_dict_insert (&params, "offset", "t", offset);
  g_variant_dict_insert (&params, "validator", "s", validator);
  reply = fetch_run_params (self, &params, fd, &error);
  g_assert_no_error (error);
  fetch_assert_file (fd, self->body);
  return reply;
}

static gboolean
was_resumed (SheafReply *reply)
{
  gboolean resumed;

  g_assert_true (g_variant_lookup (reply->values, "resumed", "b", &resumed));
  return resumed;
}

static void
test_resume (FetchFixture *self, gconstpointer data)
{
  int fd = fetch_new_file ();
  g_autoptr (SheafReply) reply = resume (self, fd, 70001, "\"v1\"");

  g_assert_true (was_resumed (reply));
  close (fd);
}

static void
test_resume_changed (FetchFixture *self, gconstpointer data)
{
  int fd = fetch_new_file ();
  g_autoptr (SheafReply) reply = resume (self, fd, 70001, "\"older\"");

  g_assert_false (was_resumed (reply));
  close (fd);
}

static void
test_resume_whole_already (FetchFixture *self, gconstpointer data)
{
  int fd = fetch_new_file ();
  g_autoptr (SheafReply) reply = resume (self, fd, FETCH_BODY_LENGTH, "\"v1\"");

  g_assert_true (was_resumed (reply));
  close (fd);
}

static gboolean
answer_wrong_range (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  GBytes *body = data;

  if (g_hash_table_contains (request->headers, "range"))
    return fault_answer (connection, "206 Partial Content", "Content-Range: bytes 5-9/200000\r\n",
                         "xxxxx", 5);
  return fault_answer (connection, "200 OK", "", g_bytes_get_data (body, NULL),
                       g_bytes_get_size (body));
}

static void
test_resume_wrong_range (FetchFixture *self, gconstpointer data)
{
  g_autofree char *url = fault_server_url (self->server, "/wrong");
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  int fd = fetch_new_file ();

  fault_server_on (self->server, "/wrong", answer_wrong_range, self->body);
  fetch_init_params (&params, url);
  g_variant_dict_insert (&params, "offset", "t", (guint64) 100);
  reply = fetch_run_params (self, &params, fd, &error);
  g_assert_no_error (error);
  g_assert_false (was_resumed (reply));
  fetch_assert_file (fd, self->body);
  close (fd);
}

/* --- statuses --- */

static void
test_statuses (FetchFixture *self, gconstpointer data)
{
  static const struct
  {
    const char *texts[3];
    int code;
    guint status;
    gint64 retry_after;
  } cases[] = {
    { { "404 Not Found", "", "<html>" }, SHEAF_ERROR_NOT_FOUND, 404, -1 },
    { { "410 Gone", "", "" }, SHEAF_ERROR_NOT_FOUND, 410, -1 },
    { { "400 Bad Request", "", "" }, SHEAF_ERROR_HTTP, 400, -1 },
    { { "401 Unauthorized", "WWW-Authenticate: Basic\r\n", "" }, SHEAF_ERROR_HTTP, 401, -1 },
    { { "403 Forbidden", "", "" }, SHEAF_ERROR_HTTP, 403, -1 },
    { { "403 Forbidden", "", "Imgur is at capacity" }, SHEAF_ERROR_OVER_CAPACITY, 403, -1 },
    { { "403 Forbidden", "", "Banned Country Attempt (IN)" }, SHEAF_ERROR_REGION, 403, -1 },
    { { "451 Unavailable", "", "" }, SHEAF_ERROR_REGION, 451, -1 },
    { { "429 Too Many Requests", "", "" }, SHEAF_ERROR_RATE_LIMITED, 429, -1 },
    { { "429 Too Many Requests", "Retry-After: 17\r\n", "" }, SHEAF_ERROR_RATE_LIMITED, 429, 17 },
    { { "429 Too Many", "Retry-After: Fri, 01 Jan 2010 00:00:00 GMT\r\n", "" },
      SHEAF_ERROR_RATE_LIMITED,
      429,
      0 },
    { { "429 Too Many", "Retry-After: soon\r\n", "" }, SHEAF_ERROR_RATE_LIMITED, 429, -1 },
    { { "500 Internal", "", "" }, SHEAF_ERROR_HTTP, 500, -1 },
    { { "500 Internal", "", "<h1>Imgur is over capacity!</h1>" },
      SHEAF_ERROR_OVER_CAPACITY,
      500,
      -1 },
    { { "503 Unavailable", "Retry-After: 5\r\n", "" }, SHEAF_ERROR_OVER_CAPACITY, 503, 5 },
    { { "504 Gateway", "", "" }, SHEAF_ERROR_HTTP, 504, -1 },
    { { "304 Not Modified", "", "" }, SHEAF_ERROR_HTTP, 304, -1 },
    { { "204 No Content", "", "" }, SHEAF_ERROR_PROTOCOL, 0, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *url = fault_server_url (self->server, "/status");
      g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = NULL;
      int fd = fetch_new_file ();

      g_test_message ("%s %s", cases[i].texts[0], cases[i].texts[2]);
      fault_server_on (self->server, "/status", fetch_answer_text, (gpointer) cases[i].texts);
      fetch_init_params (&params, url);
      g_assert_cmpint (write (fd, "part", 4), ==, 4);
      reply = fetch_run_params (self, &params, fd, &error);
      g_assert_null (reply);
      g_assert_error (error, SHEAF_ERROR, cases[i].code);
      g_assert_cmpuint (sheaf_error_get_http_status (error), ==, cases[i].status);
      g_assert_cmpint (sheaf_error_get_retry_after (error), ==, cases[i].retry_after);
      /* A refusal does not cost what was there already. */
      g_assert_cmpint (lseek (fd, 0, SEEK_END), ==, 4);
      close (fd);
    }
}

static void
test_accept_errors (FetchFixture *self, gconstpointer data)
{
  static const char *const texts[]
      = { "403 Forbidden", "X-RateLimit-UserRemaining: 3\r\nContent-Type: application/json\r\n",
          "{\"success\":false}" };
  g_autofree char *url = fault_server_url (self->server, "/api");
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) headers = NULL;
  g_autoptr (GBytes) wanted = g_bytes_new_static (texts[2], strlen (texts[2]));
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  const char *remaining;
  guint32 status;
  int fd = fetch_new_file ();

  fault_server_on (self->server, "/api", fetch_answer_text, (gpointer) texts);
  fetch_init_params (&params, url);
  g_variant_dict_insert (&params, "accept-errors", "b", TRUE);
  reply = fetch_run_params (self, &params, fd, &error);
  g_assert_no_error (error);
  fetch_assert_file (fd, wanted);
  g_assert_true (g_variant_lookup (reply->values, "status", "u", &status));
  g_assert_cmpuint (status, ==, 403);
  headers = g_variant_lookup_value (reply->values, "headers", G_VARIANT_TYPE ("a{ss}"));
  g_assert_true (g_variant_lookup (headers, "x-ratelimit-userremaining", "&s", &remaining));
  g_assert_cmpstr (remaining, ==, "3");
  close (fd);
}

/* --- surprises --- */

static GBytes *
pack (GBytes *body)
{
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6);
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_bytes (body);
  g_autoptr (GInputStream) packed = g_converter_input_stream_new (plain, G_CONVERTER (compressor));
  char *data = g_malloc (FETCH_BODY_LENGTH * 2);
  gsize length;

  g_assert_true (
      g_input_stream_read_all (packed, data, FETCH_BODY_LENGTH * 2, &length, NULL, NULL));
  return g_bytes_new_take (data, length);
}

static gboolean
answer_packed (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  GBytes *packed = data;

  return fault_answer (connection, "200 OK", "Content-Encoding: gzip\r\n",
                       g_bytes_get_data (packed, NULL), g_bytes_get_size (packed));
}

static gboolean
answer_packed_chunked (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  gsize length;
  const char *bytes = g_bytes_get_data (data, &length);

  fault_printf (connection,
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
                "%zx\r\n",
                length);
  fault_send (connection, bytes, length);
  return fault_printf (connection, "\r\n0\r\n\r\n");
}

static void
test_packed (FetchFixture *self, gconstpointer data)
{
  g_autoptr (GBytes) packed = pack (self->body);
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (packed, 0, g_bytes_get_size (packed) / 2);
  const struct
  {
    const char *path;
    gboolean api;
  } cases[]
      = { { "/packed", FALSE }, { "/packed", TRUE }, { "/chunks", FALSE }, { "/chunks", TRUE } };

  fault_server_on (self->server, "/packed", answer_packed, packed);
  fault_server_on (self->server, "/chunks", answer_packed_chunked, packed);
  fault_server_on (self->server, "/cut", answer_packed, cut);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *url = fault_server_url (self->server, cases[i].path);
      g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = NULL;
      int fd = fetch_new_file ();

      fetch_init_params (&params, url);
      g_variant_dict_insert (&params, "accept-errors", "b", cases[i].api);
      reply = fetch_run_params (self, &params, fd, &error);
      g_assert_no_error (error);
      fetch_assert_file (fd, self->body);
      close (fd);
    }
  fetch_assert_fails (self, "/cut", SHEAF_ERROR_SHORT);
}

static void
test_no_http (FetchFixture *self, gconstpointer data)
{
  static const char *const garbage[] = { "SSH-2.0-OpenSSH", "", "" };

  fault_server_on (self->server, "/garbage", fetch_answer_text, (gpointer) garbage);
  /* "HTTP/1.1 SSH-2.0…": a status line without a status */
  fetch_assert_fails (self, "/garbage", SHEAF_ERROR_PROTOCOL);
}

static void
test_disk_full (FetchFixture *self, gconstpointer data)
{
  g_autofree char *url = fault_server_url (self->server, "/file.jpg");
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  g_autofree char *name = NULL;
  struct rlimit old, small = { 65536, RLIM_INFINITY };
  int fd = g_file_open_tmp (NULL, &name, NULL);

  fault_server_on (self->server, "/file.jpg", fetch_answer_file, self->body);
  fetch_init_params (&params, url);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small.rlim_max = old.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  reply = fetch_run_params (self, &params, fd, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_null (reply);
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_TOO_LARGE);
  fetch_assert_prefix (fd, self->body);
  g_assert_cmpint (unlink (name), ==, 0);
  close (fd);
}

static void
test_many (FetchFixture *self, gconstpointer data)
{
  fault_server_on (self->server, "/file.jpg", fetch_answer_file, self->body);
  for (guint round = 0; round < 4; round++)
    {
      GAsyncResult *results[16] = { NULL };
      int fds[16];

      for (guint i = 0; i < 16; i++)
        {
          g_autofree char *url = fault_server_url (self->server, "/file.jpg");
          g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
          g_autoptr (SheafJob) job = NULL;

          fds[i] = fetch_new_file ();
          fetch_init_params (&params, url);
          job = sheaf_job_new ("fetch", g_variant_dict_end (&params), dup (fds[i]), 0);
          sheaf_verb_fetch_run_async (job, NULL, NULL, NULL, fetch_on_ready, &results[i]);
        }
      for (guint i = 0; i < 16; i++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (SheafReply) reply = NULL;

          while (results[i] == NULL)
            g_main_context_iteration (NULL, TRUE);
          reply = sheaf_verb_fetch_run_finish (results[i], &error);
          g_assert_no_error (error);
          fetch_assert_file (fds[i], self->body);
          g_object_unref (results[i]);
          close (fds[i]);
        }
    }
  /* Connections are kept and used again. */
  g_assert_cmpuint (fault_server_get_n_connections (self->server), <=, 20);
}

int
main (int argc, char *argv[])
{
  static const FetchCase cases[] = {
    { "whole", test_whole },
    { "resume", test_resume },
    { "resume-changed", test_resume_changed },
    { "resume-whole-already", test_resume_whole_already },
    { "resume-wrong-range", test_resume_wrong_range },
    { "statuses", test_statuses },
    { "accept-errors", test_accept_errors },
    { "packed", test_packed },
    { "no-http", test_no_http },
    { "disk-full", test_disk_full },
  };

  g_test_init (&argc, &argv, NULL);
  fetch_add_cases (cases, G_N_ELEMENTS (cases));
  g_test_add ("/fetch/async/many", FetchFixture, NULL, fetch_set_up, test_many, fetch_tear_down);
  return g_test_run ();
}
