/* test-fetch-reach.c: where the verb `fetch` goes: redirects, hosts, private addresses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/work/error.h"
#include "tests/app/fetch-fixture.h"

#include <string.h>
#include <unistd.h>

/* --- redirects and addresses --- */

static gboolean
answer_redirect (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  g_autofree char *header = g_strdup_printf ("Location: %s\r\n", (const char *) data);

  return fault_answer (connection, "302 Found", header, "moved", 5);
}

static void
test_redirects (FetchFixture *self, gconstpointer data)
{
  g_autofree char *url = fault_server_url (self->server, "/from");
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  const char *final;
  int fd = fetch_new_file ();

  fault_server_on (self->server, "/from", answer_redirect, (gpointer) "to/here");
  fault_server_on (self->server, "/to/here", answer_redirect, (gpointer) "../file.jpg");
  fault_server_on (self->server, "/file.jpg", fetch_answer_file, self->body);
  fetch_init_params (&params, url);
  reply = fetch_run_params (self, &params, fd, &error);
  g_assert_no_error (error);
  fetch_assert_file (fd, self->body);
  g_assert_true (g_variant_lookup (reply->values, "url", "&s", &final));
  g_assert_true (g_str_has_suffix (final, "/file.jpg"));
  close (fd);

  fault_server_on (self->server, "/loop", answer_redirect, (gpointer) "/loop");
  fault_server_on (self->server, "/gone", answer_redirect,
                   (gpointer) "http://i.example.org/removed.png");
  fault_server_on (self->server, "/ftp", answer_redirect, (gpointer) "ftp://example.org/x");
  fault_server_on (self->server, "/file", answer_redirect, (gpointer) "file:///etc/passwd");
  fetch_assert_fails (self, "/loop", SHEAF_ERROR_REDIRECT);
  g_assert_cmpuint (fault_server_get_n_requests (self->server, "/loop"), ==, 6);
  fetch_assert_fails (self, "/gone", SHEAF_ERROR_REMOVED);
  fetch_assert_fails (self, "/ftp", SHEAF_ERROR_REDIRECT);
  fetch_assert_fails (self, "/file", SHEAF_ERROR_REDIRECT);
}

/* Leave to reach one private host holds for that host. */
static void
test_redirect_to_private (FetchFixture *self, gconstpointer data)
{
  g_autofree char *here
      = g_strdup_printf ("http://127.0.0.1:%u/file.jpg", fault_server_get_port (self->server));
  g_autofree char *there
      = g_strdup_printf ("http://localhost:%u/file.jpg", fault_server_get_port (self->server));
  g_autofree char *url = fault_server_url (self->server, "/here");
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  int fd = fetch_new_file ();

  fault_server_on (self->server, "/here", answer_redirect, here);
  fault_server_on (self->server, "/there", answer_redirect, there);
  fault_server_on (self->server, "/file.jpg", fetch_answer_file, self->body);
  fetch_init_params (&params, url);
  reply = fetch_run_params (self, &params, fd, &error);
  g_assert_no_error (error);
  fetch_assert_file (fd, self->body);
  close (fd);
  fetch_assert_fails (self, "/there", SHEAF_ERROR_REDIRECT);
  g_assert_cmpuint (fault_server_get_n_requests (self->server, "/file.jpg"), ==, 1);
}

static gboolean
answer_seen_headers (FaultConnection *connection, const FaultRequest *request, gpointer data)
{
  g_autofree char *seen
      = g_strdup_printf ("%s|%s|%s", (char *) g_hash_table_lookup (request->headers, "accept"),
                         g_hash_table_contains (request->headers, "authorization") ? "yes" : "no",
                         (char *) g_hash_table_lookup (request->headers, "accept-encoding"));

  return fault_answer (connection, "200 OK", "", seen, strlen (seen));
}

static void
assert_seen (FetchFixture *self, const char *path, const char *seen)
{
  g_autofree char *url = fault_server_url (self->server, path);
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GBytes) wanted = g_bytes_new_static (seen, strlen (seen));
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  int fd = fetch_new_file ();

  fetch_init_params (&params, url);
  g_variant_dict_insert_value (&params, "headers",
                               g_variant_new_parsed ("{'Authorization': 'Client-ID x'}"));
  reply = fetch_run_params (self, &params, fd, &error);
  g_assert_no_error (error);
  fetch_assert_file (fd, wanted);
  close (fd);
}

static void
test_headers (FetchFixture *self, gconstpointer data)
{
  g_autoptr (FaultServer) other = fault_server_new ();
  g_autofree char *elsewhere = fault_server_url (other, "/seen");

  fault_server_on (self->server, "/seen", answer_seen_headers, NULL);
  fault_server_on (other, "/seen", answer_seen_headers, NULL);
  fault_server_on (self->server, "/near", answer_redirect, (gpointer) "/seen");
  fault_server_on (self->server, "/far", answer_redirect, elsewhere);
  assert_seen (self, "/seen", "*/*|yes|identity");
  assert_seen (self, "/near", "*/*|yes|identity");
  assert_seen (self, "/far", "*/*|no|identity");
}

static void
assert_forbidden (FetchFixture *self, const char *url)
{
  g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply = NULL;
  int fd = fetch_new_file ();

  g_variant_dict_insert (&params, "url", "s", url);
  reply = fetch_run_params (self, &params, fd, &error);
  g_assert_null (reply);
  /* "0" and the like are a number to some name servers, and no name to others. */
  if (!g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_DNS))
    g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_REDIRECT);
  close (fd);
}

static void
test_private (FetchFixture *self, gconstpointer data)
{
  guint port = fault_server_get_port (self->server);
  g_autofree char *by_number = fault_server_url (self->server, "/file.jpg");
  g_autofree char *by_name = g_strdup_printf ("http://localhost:%u/file.jpg", port);
  /* Other ways to write this computer's address. */
  static const char *const hosts[]
      = { "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::1]",    "[::]",
          "[64:ff9b::7f00:1]",  "0.0.0.0",         "0",        "2130706433",
          "0x7f000001",         "0177.0.0.1",      "127.1",    "0x7f.0.0.1",
          "127.0.0.1.",         "localhost.",      "LOCALHOST" };

  fault_server_on (self->server, "/file.jpg", fetch_answer_file, self->body);
  /* A connection that may be private is open: it must not be reused. */
  {
    g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
    g_autoptr (SheafReply) reply = NULL;
    int fd = fetch_new_file ();

    fetch_init_params (&params, by_name);
    reply = fetch_run_params (self, &params, fd, NULL);
    g_assert_nonnull (reply);
    close (fd);
  }
  assert_forbidden (self, by_number);
  assert_forbidden (self, by_name);
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *url = g_strdup_printf ("http://%s:%u/file.jpg", hosts[i], port);

      g_test_message ("%s", url);
      assert_forbidden (self, url);
    }
  g_assert_cmpuint (fault_server_get_n_connections (self->server), ==, 1);
}

static void
test_nobody (FetchFixture *self, gconstpointer data)
{
  FaultServer *dead = fault_server_new ();
  g_autofree char *refused = fault_server_url (dead, "/");
  const struct
  {
    const char *url;
    int code;
  } cases[] = { { refused, SHEAF_ERROR_REFUSED },
                { "http://no-such-host.invalid/x", SHEAF_ERROR_DNS },
                { "ftp://example.org/x", SHEAF_ERROR_USAGE },
                { "http:///x", SHEAF_ERROR_USAGE },
                { "no address", SHEAF_ERROR_USAGE } };

  fault_server_free (dead);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GVariantDict) params = G_VARIANT_DICT_INIT (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = NULL;
      int fd = fetch_new_file ();

      fetch_init_params (&params, cases[i].url);
      reply = fetch_run_params (self, &params, fd, &error);
      g_assert_null (reply);
      g_assert_error (error, SHEAF_ERROR, cases[i].code);
      close (fd);
    }
}

int
main (int argc, char *argv[])
{
  static const FetchCase cases[] = {
    { "redirects", test_redirects }, { "redirect-to-private", test_redirect_to_private },
    { "headers", test_headers },     { "private", test_private },
    { "nobody", test_nobody },
  };

  g_test_init (&argc, &argv, NULL);
  fetch_add_cases (cases, G_N_ELEMENTS (cases));
  return g_test_run ();
}
