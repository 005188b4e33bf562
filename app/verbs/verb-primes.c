/* verb-primes.c: the verb `primes`: work too small to be worth handing out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/verbs/verb-cpu.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#define CHECK_EVERY 1000000 /* divisors */

SheafReply *
sheaf_verb_primes_run (SheafJob *job,
                       SheafProgressFunc progress,
                       gpointer progress_data,
                       GCancellable *cancellable,
                       GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gboolean prime;
  guint64 number;

  if (!g_variant_lookup (job->params, "number", "t", &number))
    {
      sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("There is no number to be tried"));
      return NULL;
    }

  prime = number >= 2 && (number == 2 || number % 2 == 1);
  for (guint64 divisor = 3; prime && divisor <= number / divisor; divisor += 2)
    {
      prime = number % divisor != 0;
      if (divisor % CHECK_EVERY == 1 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
    }

  g_variant_dict_insert (&dict, "prime", "b", prime);
  return sheaf_reply_new (g_variant_dict_end (&dict), -1);
}
