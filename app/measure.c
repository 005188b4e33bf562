/* measure.c: main() of sheaf-measure: one run of a comparison, in a process of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   sheaf-measure run WORKLOAD EXECUTOR JOBS SCALE OUTPUT   inputs on standard input, one a line
 *   sheaf-measure serve FOLDER COUNT LATENCY                until standard input ends
 *
 * `run` prints how many pieces are done, now and then, or "?" and what it waits for, and at last a
 * line of JSON; what it writes into the folder OUTPUT is its starter's to remove.  `serve` prints
 * one input a line, "ADDRESS\tFILE", and an empty line.  Only Sheaf itself starts this program. */
#include "config.h"

#include "app/compare-work.h"
#include "app/demo/catalogue.h"
#include "app/demo/demo-server.h"
#include "app/work/error.h"

#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define REPORT_INTERVAL (G_USEC_PER_SEC / 20)
#define LOOK_INTERVAL   500 /* ms between two looks for trouble */

typedef struct
{
  const char *workload;
  const char *output;
  SheafExecutor *executor;
  GMainLoop *loop;
  GPtrArray *results;
  GError *error;
  guint n_done;
  gint64 reported_at;
} Run;

static void
on_completed (guint index, SheafReply *reply, const GError *error, gpointer user_data)
{
  Run *run = user_data;
  gint64 now = g_get_monotonic_time ();

  if (reply != NULL && run->error == NULL)
    sheaf_compare_keep (run->workload, index, reply, run->output, &run->error);
  run->n_done++;
  if (now - run->reported_at >= REPORT_INTERVAL)
    {
      run->reported_at = now;
      printf ("%u\n", run->n_done);
      fflush (stdout);
    }
}

static void
on_mapped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;

  run->results = sheaf_executor_map_finish (SHEAF_EXECUTOR (source), result, NULL);
  g_main_loop_quit (run->loop);
}

static gboolean
on_look (gpointer user_data)
{
  Run *run = user_data;
  g_autofree char *trouble = sheaf_executor_dup_trouble (run->executor);

  if (trouble != NULL)
    {
      printf ("?%s\n", trouble);
      fflush (stdout);
    }
  return G_SOURCE_CONTINUE;
}

static double
seconds (struct timeval time)
{
  return time.tv_sec + time.tv_usec / 1e6;
}

/* Of this process and of all it has waited for. */
static double
cpu_seconds (void)
{
  struct rusage self, children;

  getrusage (RUSAGE_SELF, &self);
  getrusage (RUSAGE_CHILDREN, &children);
  return seconds (self.ru_utime) + seconds (self.ru_stime) + seconds (children.ru_utime)
         + seconds (children.ru_stime);
}

static guint64
peak_kb_of (const char *process)
{
  g_autofree char *path = g_build_filename ("/proc", process, "status", NULL);
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents (path, &status, NULL, NULL))
    return 0;
  line = strstr (status, "VmHWM:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("VmHWM:"), NULL, 10) : 0;
}

/* The peak of this process and those of its children, which any of its threads may have made. */
static guint64
peak_kb (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint64 sum = peak_kb_of ("self");
  const char *task;

  while (tasks != NULL && (task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", task, "children", NULL);
      g_autofree char *text = NULL;
      g_auto (GStrv) children = NULL;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;
      children = g_strsplit (g_strstrip (text), " ", -1);
      for (guint i = 0; children[i] != NULL; i++)
        if (*children[i] != '\0')
          sum += peak_kb_of (children[i]);
    }
  return sum;
}

static GStrv
read_inputs (void)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  char *line;

  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
    {
      g_strv_builder_add (builder, line);
      g_free (line);
    }
  return g_strv_builder_end (builder);
}

static void
print_result (guint jobs, double wall, double cpu, guint64 peak, const char *digest)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "jobs");
  json_builder_add_int_value (builder, jobs);
  json_builder_set_member_name (builder, "wall_s");
  json_builder_add_double_value (builder, wall);
  json_builder_set_member_name (builder, "cpu_s");
  json_builder_add_double_value (builder, cpu);
  json_builder_set_member_name (builder, "peak_rss_kb");
  json_builder_add_int_value (builder, (gint64) peak);
  json_builder_set_member_name (builder, "digest");
  json_builder_add_string_value (builder, digest);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  printf ("%s\n", text);
}

static int
run_once (const char *workload, const char *nick, guint n_jobs, double scale, const char *output)
{
  SheafExecutorOptions options
      = { .n_jobs = n_jobs,
          .kind = g_str_equal (workload, "download") ? SHEAF_VERB_NETWORK : SHEAF_VERB_CPU,
          .broker = g_getenv ("SHEAF_BROKER") };
  g_auto (GStrv) inputs = read_inputs ();
  g_autoptr (SheafExecutor) executor = NULL;
  g_autoptr (GPtrArray) jobs = NULL;
  g_autofree char *digest = NULL;
  Run run = { .workload = workload, .output = output };
  double cpu = cpu_seconds (), wall = 0;
  guint64 peak = 0;
  gint64 start;
  guint look;

  jobs = sheaf_compare_jobs_new (workload, (const char *const *) inputs, output, scale, &run.error);
  if (jobs != NULL)
    executor = sheaf_executor_create (nick, &options, &run.error);
  if (executor != NULL)
    {
      run.loop = g_main_loop_new (NULL, FALSE);
      run.executor = executor;
      look = g_timeout_add (LOOK_INTERVAL, on_look, &run);
      start = g_get_monotonic_time ();
      sheaf_executor_map_async (executor, jobs, 0, on_completed, &run, NULL, on_mapped, &run);
      g_main_loop_run (run.loop);
      wall = (g_get_monotonic_time () - start) / (double) G_USEC_PER_SEC;
      g_source_remove (look);
      n_jobs = sheaf_executor_get_n_jobs (executor);
      peak = peak_kb ();
      sheaf_executor_shutdown (executor, TRUE);
      cpu = cpu_seconds () - cpu;
      g_main_loop_unref (run.loop);
      if (run.error == NULL)
        digest = sheaf_compare_check (workload, (const char *const *) inputs, run.results,
                                      run.output, &run.error);
      g_clear_pointer (&run.results, g_ptr_array_unref);
    }

  if (digest == NULL)
    {
      g_printerr ("%s\n", run.error->message);
      g_clear_error (&run.error);
      return SHEAF_EXIT_SOME_FAILED;
    }
  print_result (n_jobs, wall, cpu, peak, digest);
  return SHEAF_EXIT_OK;
}

static gboolean
on_input (int fd, GIOCondition condition, gpointer user_data)
{
  char byte;

  if (read (fd, &byte, 1) > 0)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static int
serve (const char *folder, guint count, guint latency)
{
  SheafDemoOptions options = { .folder = folder, .count = count, .latency_ms = latency };
  g_autoptr (GError) error = NULL;
  g_autoptr (SheafDemoServer) server = sheaf_demo_server_new (&options, &error);
  g_autoptr (SheafDemoCatalogue) catalogue = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (server != NULL)
    catalogue = sheaf_demo_catalogue_new (folder, count, options.seed, &error);
  if (catalogue == NULL)
    {
      g_printerr ("%s\n", error->message);
      return SHEAF_EXIT_SOME_FAILED;
    }

  for (guint i = 0; i < MIN (count, catalogue->pictures->len); i++)
    {
      SheafDemoPicture *picture = sheaf_demo_catalogue_nth_picture (catalogue, i);

      printf ("%s/%s.%s\t%s\n", sheaf_demo_server_get_base_url (server), picture->id,
              picture->extension, picture->file);
    }
  printf ("\n");
  fflush (stdout);
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, on_input, loop);
  g_main_loop_run (loop);
  return SHEAF_EXIT_OK;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SHEAF_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");

  if (argc == 7 && g_str_equal (argv[1], "run"))
    return run_once (argv[2], argv[3], (guint) g_ascii_strtoull (argv[4], NULL, 10),
                     g_ascii_strtod (argv[5], NULL), argv[6]);
  if (argc == 5 && g_str_equal (argv[1], "serve"))
    return serve (argv[2], (guint) g_ascii_strtoull (argv[3], NULL, 10),
                  (guint) g_ascii_strtoull (argv[4], NULL, 10));
  return SHEAF_EXIT_USAGE;
}
