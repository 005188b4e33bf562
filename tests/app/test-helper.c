/* test-helper.c: main() of a helper that serves what executors are tested with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tests/app/contract-verbs.h"

#include "app/work/helper-loop.h"

#include <string.h>

int
main (int argc, char *argv[])
{
  if (argc > 1 && (g_str_equal (argv[1], "--loaders") || g_str_equal (argv[1], "--pixbuf")))
    contract_class = argv[1] + strlen ("--");
  if (argc > 1 && g_str_equal (argv[1], "--async"))
    return sheaf_helper_serve (contract_helper_verbs_async);
  return sheaf_helper_serve (contract_helper_verbs);
}
