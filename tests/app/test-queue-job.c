/* test-queue-job.c: what crosses between machines, and who may be spoken to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/queue/broker-address.h"
#include "app/queue/certificate.h"
#include "app/queue/queue-batch.h"
#include "app/queue/queue-files.h"
#include "app/queue/queue-job.h"
#include "app/work/error.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_job_round_trip (void)
{
  GVariant *params = g_variant_new_parsed (
      "{'url': <'http://example.org/ä'>, 'max-bytes': <uint64 4096>, 'size': <uint32 128>,"
      " 'http1': <true>, 'headers': <{'Accept': 'image/*'}>, 'rate': <1.5>, 'n': <int64 -3>}");
  g_autoptr (SheafQueueJob) job = sheaf_queue_job_new ("fetch", params, 1500), back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL, *first = NULL, *second = NULL;

  job->retries = 2;
  job->machine = g_strdup ("this one");
  job->wants_file = job->writes = TRUE;
  job->path = g_strdup ("/home/me/im\xff"
                        "ages/a%20b.jpg"); /* not UTF-8: paths are bytes */
  job->relative = g_strdup ("images/a%20b.jpg");
  job->inode = G_MAXUINT64;
  job->bytes = 7;
  json = sheaf_queue_job_to_json (job);
  g_assert_true (g_utf8_validate (json, -1, NULL));
  back = sheaf_queue_job_from_json (json, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (back->verb, ==, "fetch");
  g_assert_cmpuint (back->timeout_ms, ==, 1500);
  g_assert_cmpuint (back->retries, ==, 2);
  g_assert_cmpstr (back->machine, ==, "this one");
  g_assert_true (back->wants_file && back->writes);
  g_assert_cmpstr (back->path, ==, job->path);
  g_assert_cmpstr (back->relative, ==, job->relative);
  g_assert_cmpuint (back->inode, ==, G_MAXUINT64);
  g_assert_cmpuint (back->bytes, ==, 7);

  /* Every parameter with its type, whatever their order. */
  first = sheaf_queue_job_dup_content (job);
  second = sheaf_queue_job_dup_content (back);
  g_assert_cmpstr (first, ==, second);
  g_assert_nonnull (strstr (first, "max-bytes=uint64 4096"));
}

static void
test_result_round_trip (void)
{
  g_autoptr (SheafQueueResult) result
      = sheaf_queue_result_new (g_variant_new_parsed ("{'bytes': <uint64 9>}")),
      back = NULL;
  g_autoptr (GError) error = NULL, failure = NULL, told = NULL;
  g_autofree char *json = NULL, *failure_json = NULL;

  result->body = SHEAF_QUEUE_BODY_FILE;
  result->bytes = 9;
  result->name = g_strdup ("id-worker");
  result->relative = g_strdup ("images/x");
  json = sheaf_queue_result_to_json (result);
  back = sheaf_queue_result_from_json (json, &error);
  g_assert_no_error (error);
  g_assert_cmpvariant (back->values, result->values);
  g_assert_cmpint (back->body, ==, SHEAF_QUEUE_BODY_FILE);
  g_assert_cmpuint (back->bytes, ==, 9);
  g_assert_cmpstr (back->name, ==, "id-worker");
  g_assert_cmpstr (back->relative, ==, "images/x");

  failure = sheaf_error_new (SHEAF_ERROR_RATE_LIMITED, "slow down", 429, 30);
  failure_json = sheaf_queue_error_to_json (failure);
  told = sheaf_queue_error_from_json (failure_json);
  g_assert_error (told, SHEAF_ERROR, SHEAF_ERROR_RATE_LIMITED);
  g_assert_cmpstr (told->message, ==, "slow down");
  g_assert_cmpuint (sheaf_error_get_http_status (told), ==, 429);
  g_assert_cmpint (sheaf_error_get_retry_after (told), ==, 30);
}

static void
test_malformed (void)
{
  static const char *const texts[] = {
    "",
    "null",
    "[]",
    "{",
    "{}",
    "{\"v\":1}",
    "{\"v\":2,\"verb\":\"x\",\"params\":{}}",
    "{\"v\":1,\"verb\":7,\"params\":{}}",
    "{\"v\":1,\"verb\":\"x\",\"params\":[]}",
    "{\"v\":1,\"verb\":\"x\",\"params\":{\"a\":1}}",
    "{\"v\":1,\"verb\":\"x\",\"params\":{\"a\":[\"u\"]}}",
    "{\"v\":1,\"verb\":\"x\",\"params\":{\"a\":[7,7]}}",
    "{\"v\":1,\"verb\":\"x\",\"params\":{\"a\":[\"u\",\"seven\"]}}",
    "{\"v\":1,\"verb\":\"x\",\"params\":{\"a\":[\"(u\",1]}}",
    "{\"v\":1,\"verb\":\"x\",\"params\":{\"a\":[\"*\",1]}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL, other = NULL;

      g_test_message ("%s", texts[i]);
      g_assert_null (sheaf_queue_job_from_json (texts[i], &error));
      g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_PROTOCOL);
      other = sheaf_queue_error_from_json (texts[i]);
      g_assert_nonnull (other);
    }
}

/* The same work has the same name in another run; how far it has come does not matter. */
static void
test_ids (void)
{
  g_autoptr (SheafQueueJob) a = sheaf_queue_job_new (
      "fetch", g_variant_new_parsed ("{'url': <'u'>, 'offset': <uint64 5>}"), 0);
  g_autoptr (SheafQueueJob) b = sheaf_queue_job_new (
      "fetch", g_variant_new_parsed ("{'validator': <'e'>, 'url': <'u'>}"), 0);
  g_autoptr (SheafQueueJob) c
      = sheaf_queue_job_new ("fetch", g_variant_new_parsed ("{'url': <'v'>}"), 0);
  g_autofree char *content_a = sheaf_queue_job_dup_content (a);
  g_autofree char *content_b = sheaf_queue_job_dup_content (b);
  g_autofree char *content_c = sheaf_queue_job_dup_content (c);
  g_autofree char *id = sheaf_queue_dup_id ("batch", content_a, 0);
  g_autofree char *next = sheaf_queue_dup_id ("batch", content_a, 1);

  g_assert_cmpstr (content_a, ==, content_b);
  g_assert_cmpstr (content_a, !=, content_c);
  g_assert_cmpuint (strlen (id), ==, 32);
  g_assert_cmpstr (id, !=, next);
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *text;
    gboolean good;
  } rows[] = {
    { "redis://127.0.0.1", TRUE },
    { "redis://localhost:6400", TRUE },
    { "redis://[::1]:6379", TRUE },
    { "rediss://me:secret@example.org:6380", TRUE },
    { "redis://example.org", FALSE }, /* anybody could listen */
    { "redis://me:secret@192.168.1.9", FALSE },
    { "redis://localhost.example.org", FALSE },
    { "rediss://example.org", FALSE }, /* no password */
    { "http://127.0.0.1", FALSE },
    { "127.0.0.1:6379", FALSE },
    { "redis://", FALSE },
    { "rediss://me@example.org?password-file=/nowhere/at/all", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafBrokerAddress) address = sheaf_broker_address_new (rows[i].text, &error);

      g_test_message ("%s", rows[i].text);
      if (rows[i].good)
        g_assert_no_error (error);
      else
        g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_BROKER);
      g_assert_true ((address != NULL) == rows[i].good);
    }
}

static void
test_address_parts (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = g_build_filename (g_get_tmp_dir (), "pass word", NULL);
  g_autofree char *text = g_strdup_printf (
      "rediss://me@[2001:db8::1]:7?ca=/a%%20b.pem&password-file=%s/pass%%20word", g_get_tmp_dir ());
  g_autoptr (SheafBrokerAddress) address = NULL;
  g_autofree char *label = NULL;

  g_assert_true (g_file_set_contents (file, "se&cret\n", -1, NULL));
  address = sheaf_broker_address_new (text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (address->host, ==, "2001:db8::1");
  g_assert_cmpuint (address->port, ==, 7);
  g_assert_true (address->tls);
  g_assert_cmpstr (address->user, ==, "me");
  g_assert_cmpstr (address->password, ==, "se&cret");
  g_assert_cmpstr (address->ca, ==, "/a b.pem");
  label = sheaf_broker_address_dup_label (address);
  g_assert_cmpstr (label, ==, "rediss://[2001:db8::1]:7"); /* no secret in it */
  g_unlink (file);
}

/* What a person copies starts a worker, and tells nobody the password. */
static void
test_worker_command (void)
{
  static const char *const texts[][2] = {
    { "redis://127.0.0.1:7", "sheaf-cli worker --broker 'redis://127.0.0.1:7'" },
    { "redis://me:se%27cret@localhost:7?ca=a%20b",
      "sheaf-cli worker --broker 'redis://me@localhost:7?ca=a%20b'" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafBrokerAddress) address = sheaf_broker_address_new (texts[i][0], &error);
      g_autofree char *command = NULL;

      g_assert_no_error (error);
      command = sheaf_broker_address_dup_worker_command (address);
      g_assert_cmpstr (command, ==, texts[i][1]);
    }
}

static void
test_no_broker (void)
{
  g_autoptr (GError) error = NULL;

  g_unsetenv ("SHEAF_BROKER");
  g_assert_null (sheaf_broker_address_new (NULL, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_BROKER);
}

/* A batch that nobody holds is gone on with; one in use, or of another broker, is not. */
static void
test_batches (void)
{
  SheafQueueBatch *first = sheaf_queue_batch_open ("broker"), *second, *third;
  g_autofree char *id = g_strdup (sheaf_queue_batch_get_id (first));

  second = sheaf_queue_batch_open ("broker");
  g_assert_cmpstr (sheaf_queue_batch_get_id (second), !=, id);
  sheaf_queue_batch_close (second, TRUE);
  sheaf_queue_batch_close (first, FALSE); /* as if killed */

  second = sheaf_queue_batch_open ("another");
  g_assert_false (sheaf_queue_batch_get_adopted (second));
  third = sheaf_queue_batch_open ("broker");
  g_assert_true (sheaf_queue_batch_get_adopted (third));
  g_assert_cmpstr (sheaf_queue_batch_get_id (third), ==, id);
  sheaf_queue_batch_close (second, TRUE);
  sheaf_queue_batch_close (third, TRUE);

  first = sheaf_queue_batch_open ("broker");
  g_assert_false (sheaf_queue_batch_get_adopted (first));
  sheaf_queue_batch_close (first, TRUE);
}

/* A worker finds the very same file below its root, or none; never by a link. */
static void
test_root (void)
{
  g_autofree char *top = g_dir_make_tmp ("sheaf-root-XXXXXX", NULL);
  g_autofree char *inside = g_build_filename (top, "root", NULL);
  g_autofree char *file = g_build_filename (inside, "a.jpg", NULL);
  g_autofree char *link = g_build_filename (inside, "b.jpg", NULL);
  g_autofree char *outside = g_build_filename (top, "c.jpg", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafQueueRoot) root = NULL;
  const char *paths[] = { file, link, outside };

  g_mkdir (inside, 0700);
  g_assert_true (g_file_set_contents (file, "picture", -1, NULL));
  g_assert_true (g_file_set_contents (outside, "secret", -1, NULL));
  g_assert_cmpint (symlink (outside, link), ==, 0);
  root = sheaf_queue_root_open (inside, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (SheafQueueJob) job
          = sheaf_queue_job_new ("thumbnail", g_variant_new ("a{sv}", NULL), 0);
      g_autofree char *relative = NULL;
      int fd = open (paths[i], O_RDONLY | O_CLOEXEC), found;

      g_assert_true (sheaf_queue_describe_file (job, fd, top));
      close (fd);
      /* What /proc says of a link is its target; an honest path would not be refused. */
      if (i == 1)
        {
          g_free (job->path);
          job->path = g_strdup (link);
        }
      g_clear_pointer (&job->relative, g_free);
      found = sheaf_queue_root_find (root, job, &relative, &error);
      g_assert_no_error (error);
      g_assert_cmpint (found >= 0, ==, i == 0);
      if (found >= 0)
        close (found);
      /* Another file at the same place is not the same file. */
      job->inode++;
      g_clear_pointer (&relative, g_free);
      g_assert_cmpint (sheaf_queue_root_find (root, job, &relative, &error), ==, -1);
    }
  g_unlink (file);
  g_unlink (link);
  g_unlink (outside);
  g_rmdir (inside);
  g_rmdir (top);
}

static void
test_certificate (void)
{
  g_autofree char *top = g_dir_make_tmp ("sheaf-cert-XXXXXX", NULL);
  g_autofree char *certificate = g_build_filename (top, "c.pem", NULL);
  g_autofree char *key = g_build_filename (top, "k.pem", NULL);
  const char *names[] = { "localhost", "127.0.0.1", "::1", "box", NULL };
  const char *others[] = { "localhost", "10.0.0.1", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) read = NULL;
  struct stat st;

  g_assert_false (sheaf_certificate_fits (names, certificate));
  g_assert_true (sheaf_certificate_make (names, certificate, key, &error));
  g_assert_no_error (error);
  g_assert_true (sheaf_certificate_fits (names, certificate));
  g_assert_false (sheaf_certificate_fits (others, certificate));
  g_assert_cmpint (g_stat (key, &st), ==, 0);
  g_assert_cmpuint (st.st_mode & 0777, ==, 0600);
  read = g_tls_certificate_new_from_files (certificate, key, &error);
  g_assert_no_error (error);
  g_unlink (certificate);
  g_unlink (key);
  g_rmdir (top);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/queue-job/round-trip", test_job_round_trip);
  g_test_add_func ("/queue-job/result", test_result_round_trip);
  g_test_add_func ("/queue-job/malformed", test_malformed);
  g_test_add_func ("/queue-job/ids", test_ids);
  g_test_add_func ("/queue-job/addresses", test_addresses);
  g_test_add_func ("/queue-job/address-parts", test_address_parts);
  g_test_add_func ("/queue-job/worker-command", test_worker_command);
  g_test_add_func ("/queue-job/no-broker", test_no_broker);
  g_test_add_func ("/queue-job/batches", test_batches);
  g_test_add_func ("/queue-job/root", test_root);
  g_test_add_func ("/queue-job/certificate", test_certificate);
  return g_test_run ();
}
