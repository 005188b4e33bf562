/* api-request.c: one question to a service, by way of an executor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/gallery/api-request.h"

#include "app/work/error.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#define LOOK_AT_BYTES 65536
#define MIN_RATE      500 /* bytes per second: less is a server that only pretends to answer */

typedef struct
{
  SheafApiParser parser;
  gpointer data;
  GDestroyNotify free_result;
  int fd; /* where the answer is written to */
  char *type;
  SheafApiAnswer answer;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  if (question->fd >= 0)
    close (question->fd);
  g_free (question->type);
  g_clear_pointer (&question->answer.headers, g_variant_unref);
  g_clear_pointer (&question->answer.body, g_bytes_unref);
  g_free (question);
}

gint64
sheaf_api_answer_get_retry_after (const SheafApiAnswer *answer)
{
  const char *value = sheaf_api_answer_get_header (answer, "retry-after");
  g_autoptr (GDateTime) date = NULL;
  gint64 seconds;

  if (value == NULL)
    return -1;
  if (g_ascii_string_to_signed (value, 10, 0, 30 * 86400, &seconds, NULL))
    return seconds;
  date = soup_date_time_new_from_http_string (value);
  return date != NULL ? CLAMP (g_date_time_to_unix (date) - answer->now, 0, 30 * 86400) : -1;
}

const char *
sheaf_api_answer_get_header (const SheafApiAnswer *answer, const char *name)
{
  const char *value = NULL;

  if (answer->headers != NULL)
    g_variant_lookup (answer->headers, name, "&s", &value);
  return value;
}

gboolean
sheaf_api_answer_mentions (const SheafApiAnswer *answer, const char *words)
{
  gsize length;
  const char *text = g_bytes_get_data (answer->body, &length);
  g_autofree char *folded
      = g_ascii_strdown (text != NULL ? text : "", (gssize) MIN (length, LOOK_AT_BYTES));

  return strstr (folded, words) != NULL;
}

static void
parse_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Question *question = task_data;
  g_autoptr (GError) error = NULL;
  gpointer result = question->parser (&question->answer, question->data, &error);

  if (result != NULL)
    g_task_return_pointer (task, result, question->free_result);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* The whole of the file in memory; it is ours alone once the job has ended. */
static GBytes *
read_back (int fd, GError **error)
{
  struct stat facts;
  g_autofree char *data = NULL;
  gsize length, done = 0;

  if (fstat (fd, &facts) < 0 || facts.st_size < 0 || facts.st_size > SHEAF_API_MAX_BYTES)
    {
      sheaf_fail (error, SHEAF_ERROR_TOO_LARGE, _ ("the answer is too long"));
      return NULL;
    }
  length = (gsize) facts.st_size;
  data = g_malloc (length + 1);
  while (done < length)
    {
      gssize n = pread (fd, data + done, length - done, (off_t) done);

      if (n <= 0)
        {
          sheaf_fail (error, SHEAF_ERROR_SHORT, _ ("the answer could not be read back"));
          return NULL;
        }
      done += (gsize) n;
    }
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

/* What a service says of times is by its own clock, and this machine's may be wrong. */
static gint64
find_now (const SheafApiAnswer *answer)
{
  const char *value = sheaf_api_answer_get_header (answer, "date");
  g_autoptr (GDateTime) date = value != NULL ? soup_date_time_new_from_http_string (value) : NULL;

  return date != NULL ? g_date_time_to_unix (date) : g_get_real_time () / G_USEC_PER_SEC;
}

static void
on_fetched (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafReply) reply
      = sheaf_executor_run_finish (SHEAF_EXECUTOR (object), result, &error);
  guint32 status = 0;

  if (reply != NULL)
    question->answer.body = read_back (question->fd, &error);
  if (g_error_matches (error, SHEAF_ERROR, SHEAF_ERROR_TOO_LARGE))
    {
      g_autofree char *most = g_format_size (SHEAF_API_MAX_BYTES);
      g_autofree char *message = NULL;

      /* Translators: a size, as in “16.8 MB” */
      message = g_strdup_printf (_ ("The gallery's answer is longer than Sheaf reads (%s)."), most);
      g_clear_error (&error);
      error = sheaf_error_new (SHEAF_ERROR_TOO_LARGE, message, SOUP_STATUS_OK, -1);
    }
  if (question->answer.body == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_variant_lookup (reply->values, "status", "u", &status);
  g_variant_lookup (reply->values, "type", "s", &question->type);
  g_variant_lookup (reply->values, "headers", "@a{ss}", &question->answer.headers);
  question->answer.status = status;
  question->answer.type = question->type != NULL ? question->type : "";
  question->answer.now = find_now (&question->answer);
  g_task_run_in_thread (task, parse_in_thread);
}

static GVariant *
make_params (const SheafApiRequest *request)
{
  GVariantBuilder params, headers;

  g_variant_builder_init (&headers, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_add (&headers, "{ss}", "Accept", "application/json");
  if (request->authorization != NULL)
    g_variant_builder_add (&headers, "{ss}", "Authorization", request->authorization);
  g_variant_builder_init (&params, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&params, "{sv}", "url", g_variant_new_string (request->url));
  g_variant_builder_add (&params, "{sv}", "headers", g_variant_builder_end (&headers));
  g_variant_builder_add (&params, "{sv}", "accept-errors", g_variant_new_boolean (TRUE));
  g_variant_builder_add (&params, "{sv}", "max-bytes", g_variant_new_uint64 (SHEAF_API_MAX_BYTES));
  g_variant_builder_add (&params, "{sv}", "min-rate", g_variant_new_uint32 (MIN_RATE));
  g_variant_builder_add (&params, "{sv}", "allow-private",
                         g_variant_new_boolean (request->allow_private));
  if (request->connect_timeout > 0)
    g_variant_builder_add (&params, "{sv}", "connect-timeout",
                           g_variant_new_uint32 (request->connect_timeout * 1000));
  if (request->read_timeout > 0)
    g_variant_builder_add (&params, "{sv}", "read-timeout",
                           g_variant_new_uint32 (request->read_timeout * 1000));
  return g_variant_builder_end (&params);
}

void
sheaf_api_request_async (SheafExecutor *executor,
                         const SheafApiRequest *request,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);
  g_autoptr (SheafJob) job = NULL;
  int fd = memfd_create ("sheaf-answer", MFD_CLOEXEC);

  g_task_set_source_tag (task, sheaf_api_request_async);
  g_task_set_task_data (task, question, question_free);
  question->parser = request->parser;
  question->data = request->data;
  question->free_result = request->free_result;
  question->fd = fd >= 0 ? dup (fd) : -1;
  if (question->fd < 0)
    {
      g_task_return_new_error (task, SHEAF_ERROR, SHEAF_ERROR_FILE, "%s", g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return;
    }
  job = sheaf_job_new ("fetch", make_params (request), fd, 0);
  sheaf_executor_run_async (executor, job, NULL, NULL, cancellable, on_fetched,
                            g_steal_pointer (&task));
}

gpointer
sheaf_api_request_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

const SheafApiAnswer *
sheaf_api_request_get_answer (GAsyncResult *result)
{
  Question *question = g_task_get_task_data (G_TASK (result));

  return question != NULL && question->answer.body != NULL ? &question->answer : NULL;
}
