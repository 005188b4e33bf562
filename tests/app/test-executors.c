/* test-executors.c: every executor in the table keeps the contract
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The queue needs a broker; its own test runs the same cases with one. */
#include "config.h"

#include "tests/app/executor-contract.h"

#include "app/work/error.h"

static const struct
{
  const char *nick;
  ContractFlags flags;
} known[] = {
  { "sequential", CONTRACT_IN_PROCESS | CONTRACT_ONE_JOB },
  { "threads", CONTRACT_IN_PROCESS },
  { "processes", 0 },
  { "async", CONTRACT_RETRIES },
};

static void
test_unknown (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sheaf_executor_create ("magic", NULL, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_USAGE);
  for (const SheafExecutorType *type = sheaf_executor_types; type->nick != NULL; type++)
    g_assert_nonnull (g_strstr_len (error->message, -1, type->nick));
}

static void
test_defaults (gconstpointer nick)
{
  SheafExecutorOptions network = { .kind = SHEAF_VERB_NETWORK };
  g_autoptr (SheafExecutor) many = sheaf_executor_create (nick, &network, NULL);
  g_autoptr (SheafExecutor) cores = sheaf_executor_create (nick, NULL, NULL);

  if (g_strcmp0 (nick, "sequential") == 0)
    {
      g_assert_cmpuint (sheaf_executor_get_n_jobs (many), ==, 1);
      g_assert_cmpuint (sheaf_executor_get_n_jobs (cores), ==, 1);
      return;
    }
  g_assert_cmpuint (sheaf_executor_get_n_jobs (many), >=, 8);
  g_assert_cmpuint (sheaf_executor_get_n_jobs (cores), ==, g_get_num_processors ());
}

/* A helper of the first class says which other one a job is for; it goes on there. */
static void
test_other_class (gconstpointer nick)
{
  g_autofree char *helpers = g_build_filename (g_getenv ("SHEAF_BUILD_DIR"), "tests", NULL);
  SheafExecutorOptions options = { .helper_dir = helpers };
  g_autoptr (SheafExecutor) executor = sheaf_executor_create (nick, &options, NULL);
  static const char *const wanted[] = { "", "loaders", "pixbuf", "" };

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autoptr (SheafJob) job
          = sheaf_job_new ("class", g_variant_new_parsed ("{'wanted': <%s>}", wanted[i]), -1, 0);
      g_autoptr (GError) error = NULL;
      g_autoptr (SheafReply) reply = sheaf_executor_run (executor, job, NULL, &error);
      const char *served_by = NULL;

      g_assert_no_error (error);
      g_assert_true (g_variant_lookup (reply->values, "class", "&s", &served_by));
      g_assert_cmpstr (served_by, ==, wanted[i]);
    }
}

int
main (int argc, char *argv[])
{
  static Contract contracts[16];
  guint n = 0;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/executor/unknown", test_unknown);
  for (const SheafExecutorType *type = sheaf_executor_types; type->nick != NULL; type++)
    {
      g_autofree char *defaults = g_strdup_printf ("/executor/%s/defaults", type->nick);
      g_autofree char *other_class = g_strdup_printf ("/executor/%s/other-class", type->nick);
      guint i = 0;

      if (g_str_equal (type->nick, "queue"))
        continue;
      while (i < G_N_ELEMENTS (known) && !g_str_equal (known[i].nick, type->nick))
        i++;
      g_assert_cmpuint (i, <, G_N_ELEMENTS (known));
      contracts[n] = (Contract){ .nick = type->nick, .flags = known[i].flags };
      executor_contract_add (&contracts[n++]);
      g_test_add_data_func (defaults, type->nick, test_defaults);
      g_test_add_data_func (other_class, type->nick, test_other_class);
    }
  return g_test_run ();
}
